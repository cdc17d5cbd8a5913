//! What a resource says about its own de-identification.

use serde_json::{Map, Value, json};

use crate::deid::{
    Dates, Options,
    plan::{Mode, Notes},
};

/// FHIR's own label for data whose identifiers were replaced (HL7 v3 ObservationValue, `_SecurityObservationValue`).
const LABELS: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
const CLAIMS: [&str; 2] = ["PSEUDED", "ANONYED"];
/// How this program says what it did with dates.
const OURS: &str = "urn:medshare:deidentification:v1";

/// Whether a resource says that it was de-identified, and whether this program moved its dates.
pub(super) fn claims(map: &Map<String, Value>, mode: Mode<'_>, notes: &mut Notes) -> (bool, bool) {
    let codings = |member: &str| map.get("meta").and_then(|meta| meta.get(member)).and_then(Value::as_array);
    let has = |member: &str, system: &str, code: &dyn Fn(&str) -> bool| {
        codings(member).into_iter().flatten().any(|coding| {
            let text = |part: &str| coding.get(part).and_then(Value::as_str).unwrap_or_default();
            text("system") == system && code(text("code"))
        })
    };
    let claimed = has("security", LABELS, &|code| CLAIMS.contains(&code));
    let moved = has("tag", OURS, &|_| true);
    if claimed && matches!(mode, Mode::Look) {
        let how = if moved { ", by this program" } else { "" };
        notes.claims.insert(format!("Identifiers were replaced and dates moved (PSEUDED){how}."));
    }
    let again = mode.options().is_some_and(|options| options.dates == Dates::Year);
    (claimed, claimed && moved && !again)
}

/// Says in a resource that it is de-identified, and how.
pub(super) fn set(map: &mut Map<String, Value>, options: &Options) {
    let code = match options.dates {
        Dates::Shift => "dates-shifted",
        Dates::Year => "dates-to-years",
    };
    let security = json!({ "system": LABELS, "code": "PSEUDED", "display": "pseudonymized" });
    let tag = json!({ "system": OURS, "code": code });
    if !map.get("meta").is_some_and(Value::is_object) {
        // After `resourceType` and `id`, where it usually is.
        let at = map.keys().take_while(|key| ["resourceType", "id"].contains(&key.as_str())).count();
        map.shift_insert(at, "meta".to_owned(), json!({}));
    }
    let Some(Value::Object(meta)) = map.get_mut("meta") else { return };
    for (member, coding, system) in [("security", security, LABELS), ("tag", tag, OURS)] {
        let list = meta.entry(member).or_insert_with(|| json!([]));
        let Value::Array(list) = list else { continue };
        let part = |known: &Value, name: &str| known.get(name).and_then(Value::as_str).map(str::to_owned);
        let (is, code) = (part(&coding, "system"), part(&coding, "code"));
        // One tag of this system; of FHIR's labels, whatever there is besides.
        list.retain(|known| part(known, "system") != is || (system == LABELS && part(known, "code") != code));
        list.push(coding);
    }
}
