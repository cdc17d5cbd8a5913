//! What parts say of patients, persons and dates, before any is changed.

use serde_json::Value;

use super::reference::Reference;
use crate::deid::{
    dates::{is_fine, year},
    plan::Learned,
};

/// The resource in a part: itself, or that of an entry.
fn resource(part: &Value) -> &Value {
    match part.get("resourceType") {
        Some(_) => part,
        None => part.get("resource").unwrap_or(&Value::Null),
    }
}

/// What a part says of patients, persons and dates.
pub(in crate::deid) fn learn(part: &Value, learned: &mut Learned) {
    let found = resource(part);
    let kind = found.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    if kind == "Patient" {
        let id = found.get("id").and_then(Value::as_str);
        let url = part.get("fullUrl").and_then(Value::as_str).and_then(|url| Reference::of(url).id());
        if let Some(known) = id.or(url) {
            for name in [id, url].into_iter().flatten() {
                learned.patients.insert(name.to_owned(), known.to_owned());
            }
        }
    }
    if ["Patient", "Person", "RelatedPerson", "Practitioner"].contains(&kind) {
        for name in found.get("name").and_then(Value::as_array).into_iter().flatten() {
            let parts = ["family", "given", "text"].iter().filter_map(|part| name.get(*part));
            for text in parts.flat_map(texts) {
                learned.hear(text.split_whitespace().map(str::to_owned));
            }
        }
        for identifier in found.get("identifier").and_then(Value::as_array).into_iter().flatten() {
            learned.hear(identifier.get("value").and_then(Value::as_str).map(str::to_owned));
        }
    }
    years(found, learned);
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Dates that say nothing about how old somebody was when the data were taken.
const BEFORE_AND_AFTER: [&str; 5] = ["birthDate", "end", "expirationDate", "nextDate", "dueDate"];

/// The years that dates name.
fn years(value: &Value, learned: &mut Learned) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(_) if BEFORE_AND_AFTER.contains(&key.as_str()) => {}
                    Value::String(text)
                        if is_fine(text) || ["Date", "DateTime"].iter().any(|end| key.ends_with(end)) =>
                    {
                        learned.year(year(text));
                    }
                    _ => years(value, learned),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| years(item, learned)),
        _ => {}
    }
}

/// The patient of a resource: the only one of the file, itself, or the one that it refers to; nobody if it is of none.
pub(super) fn patient(part: &Value, learned: &Learned) -> String {
    if let Some(only) = learned.only() {
        return only.to_owned();
    }
    let found = resource(part);
    if found.get("resourceType").and_then(Value::as_str) == Some("Patient")
        && let Some(id) = found.get("id").and_then(Value::as_str)
    {
        return id.to_owned();
    }
    ["subject", "patient", "beneficiary", "for", "individual", "entity"]
        .iter()
        .filter_map(|member| found.get(*member)?.get("reference")?.as_str())
        .filter_map(|reference| Reference::of(reference).id())
        .map(|id| learned.patients.get(id).cloned().unwrap_or_else(|| id.to_owned()))
        .next()
        .unwrap_or_default()
}
