//! What comes into the place of a value that identifies.

use serde_json::{Value, json};

use super::{
    Walk,
    address::coarsen,
    reference::Reference,
    rules::{BASE, Fix, REMOVED_URL, dummy},
    shape::detach,
};
use crate::deid::{
    Action, Options,
    dates::{moved, year},
};

impl Walk<'_, '_> {
    /// Puts something else into the place of a value. What was done, and whether the value stays.
    pub(super) fn fix(&self, fix: Fix, value: &mut Value, options: &Options) -> (Action, bool) {
        let text = value.as_str().unwrap_or_default().to_owned();
        let pseudonym = |id: &str| options.secret.pseudonym(id);
        match fix {
            Fix::Remove => return (Action::Removed, false),
            Fix::Strike => return (Action::Redacted, true),
            Fix::Dummy => *value = dummy(),
            Fix::DummyUrl => *value = Value::from(REMOVED_URL),
            Fix::Pseudonym => {
                *value = Value::from(pseudonym(&text).to_string());
                return (Action::Pseudonymised, true);
            }
            Fix::Oid => {
                let prefix = if text.starts_with("urn:oid:") { "urn:oid:" } else { "" };
                *value = Value::from(format!("{prefix}{}", pseudonym(&text).uid()));
                return (Action::Pseudonymised, true);
            }
            Fix::Reference => {
                *value = Value::from(match Reference::of(&text) {
                    Reference::Whole => "#".to_owned(),
                    Reference::Contained(id) => format!("#{}", pseudonym(id)),
                    Reference::Urn(urn) if urn.starts_with("urn:oid:") => {
                        format!("urn:oid:{}", pseudonym(urn).uid())
                    }
                    Reference::Urn(urn) => format!("urn:uuid:{}", pseudonym(urn)),
                    Reference::Typed { of, id } => format!("{of}/{}", pseudonym(id)),
                    Reference::Other(other) => format!("urn:uuid:{}", pseudonym(other)),
                });
                return (Action::Pseudonymised, true);
            }
            Fix::FullUrl => {
                *value = Value::from(match Reference::of(&text) {
                    Reference::Typed { of, id } => format!("{}/{of}/{}", BASE, pseudonym(id)),
                    Reference::Urn(urn) if urn.starts_with("urn:oid:") => {
                        format!("urn:oid:{}", pseudonym(urn).uid())
                    }
                    _ => format!("urn:uuid:{}", pseudonym(&text)),
                });
                return (Action::Pseudonymised, true);
            }
            Fix::Request => {
                *value = Value::from(match Reference::of(&text) {
                    Reference::Typed { of, id } if !text.contains('?') => format!("{of}/{}", pseudonym(id)),
                    Reference::Typed { of, .. } => of.to_owned(),
                    _ => format!("urn:uuid:{}", pseudonym(&text)),
                });
                return (Action::Pseudonymised, true);
            }
            Fix::BundleIdentifier => {
                let id = pseudonym(value.get("value").and_then(Value::as_str).unwrap_or_default());
                *value = json!({ "system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{id}") });
                return (Action::Pseudonymised, true);
            }
            Fix::Date => {
                *value = moved(&text, options.by(&self.patient)).map_or(Value::Null, Value::from);
                return (options.dated(), !value.is_null());
            }
            Fix::Birth => {
                let date = moved(&text, options.by(&self.patient));
                *value = date
                    .as_deref()
                    .and_then(year)
                    .map_or(Value::Null, |year| Value::from(format!("{year:04}")));
                return (Action::Coarsened, !value.is_null());
            }
            Fix::Age => {
                if let Value::Object(map) = value {
                    map.insert("value".to_owned(), Value::from(90));
                    map.insert("comparator".to_owned(), Value::from(">="));
                }
                return (Action::Coarsened, true);
            }
            Fix::Address => {
                if let Value::Object(map) = value {
                    coarsen(map);
                }
                return (Action::Coarsened, value.as_object().is_some_and(|map| !map.is_empty()));
            }
            Fix::Attachment => {
                if let Value::Object(map) = value {
                    detach(map);
                }
            }
        }
        (Action::Replaced, true)
    }
}
