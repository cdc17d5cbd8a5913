//! What identifies by the shape of its value: FHIR's data types, and extensions.

use serde_json::{Map, Value};

use super::{
    address::is_coarse,
    rules::{Around, Fix, Hit, NOTES, dummy, hit, maybe},
};
use crate::deid::{
    Identifier,
    plan::{Mode, Sort},
    text::is_dummy,
};

/// Extensions of persons, by the last part of their URL.
const EXTENSIONS: [(&str, Identifier, &str); 9] = [
    ("patient-mothersMaidenName", Identifier::Names, "the mother's maiden name"),
    ("patient-birthPlace", Identifier::Geography, "the place of birth"),
    ("birthPlace", Identifier::Geography, "the place of birth"),
    ("patient-birthTime", Identifier::Dates, "the time of birth"),
    ("geolocation", Identifier::Geography, "coordinates"),
    ("patient-congregation", Identifier::Other, "the congregation"),
    ("humanname-own-name", Identifier::Names, "a name"),
    ("patient-preferenceType", Identifier::Other, "a person's preference"),
    ("individual-pronouns", Identifier::Other, "the pronouns"),
];

/// Judges an object by its members.
pub(super) fn shape(key: &str, map: &Map<String, Value>, around: Around<'_>, mode: Mode<'_>) -> Option<Hit> {
    let has = |member: &str| map.contains_key(member);
    let text = |member: &str| map.get(member).and_then(Value::as_str);
    if has("resourceType") {
        return None;
    }
    if key == "extension" || key == "modifierExtension" {
        return extension(map);
    }
    if key == "text" && has("div") {
        return maybe("a narrative for people to read", Fix::Remove);
    }
    if NOTES.contains(&key) {
        return maybe("a note", Fix::Remove);
    }
    if has("family") || has("given") || (has("prefix") && has("text")) || (key == "name" && has("text")) {
        return hit(Identifier::Names, "a person's name", Fix::Remove);
    }
    if key == "photo" {
        return hit(Identifier::Photograph, "a photograph of a person", Fix::Remove);
    }
    if let (Some(system), Some(_)) = (text("system"), map.get("value"))
        && let Some(identifier) = telecom(system)
    {
        return hit(identifier, "how to reach somebody", Fix::Remove);
    }
    if key == "telecom" {
        return hit(Identifier::Telephone, "how to reach somebody", Fix::Remove);
    }
    if key == "link" && has("relation") && has("url") {
        return hit(Identifier::Url, "the address of a search", Fix::Remove);
    }
    if ["line", "city", "district", "postalCode"].iter().any(|part| has(part))
        || (key == "address" && has("text"))
    {
        return if is_coarse(map) { None } else { hit(Identifier::Geography, "an address", Fix::Address) };
    }
    if is_identifier(key, map) {
        return identifier(key, map, around, mode);
    }
    if key == "position" && has("longitude") {
        return hit(Identifier::Geography, "coordinates", Fix::Remove);
    }
    if has("sigFormat") || has("targetFormat") || (key == "signature" && has("who")) {
        return hit(Identifier::Other, "a signature", Fix::Remove);
    }
    if key == "udiCarrier" {
        return hit(Identifier::Device, "a device's number", Fix::Remove);
    }
    let attached = ["data", "url", "hash", "title"].iter().any(|part| has(part));
    if attached
        && (has("contentType") || key.ends_with("ttachment") || key == "presentedForm")
        && !has("origin")
    {
        let only_dummy = !has("data") && !has("url") && !has("hash") && text("title").is_some_and(is_dummy);
        return if only_dummy {
            None
        } else {
            hit(Identifier::Other, "an attached document, unread", Fix::Attachment)
        };
    }
    if key.ends_with("Age") || key == "age" {
        return is_old(map)
            .then_some(Hit { sort: Sort::structured(Identifier::Dates, "an age over 89"), fix: Fix::Age });
    }
    None
}

fn extension(map: &Map<String, Value>) -> Option<Hit> {
    let url = map.get("url").and_then(Value::as_str).unwrap_or_default();
    let last = url.rsplit('/').next().unwrap_or_default();
    if let Some((_, identifier, what)) = EXTENSIONS.iter().find(|(name, ..)| *name == last) {
        return hit(*identifier, what, Fix::Remove);
    }
    [
        ("valueHumanName", Identifier::Names, "a person's name"),
        ("valueContactPoint", Identifier::Telephone, "how to reach somebody"),
        ("valueAddress", Identifier::Geography, "an address"),
        ("valueIdentifier", Identifier::Other, "an identifier"),
        ("valueAttachment", Identifier::Other, "an attached document, unread"),
        ("valueSignature", Identifier::Other, "a signature"),
        ("valueBase64Binary", Identifier::Other, "a document, unread"),
    ]
    .iter()
    .find(|(member, ..)| map.contains_key(*member))
    .and_then(|(_, identifier, what)| hit(*identifier, what, Fix::Remove))
}

fn telecom(system: &str) -> Option<Identifier> {
    Some(match system {
        "phone" | "pager" | "sms" => Identifier::Telephone,
        "fax" => Identifier::Fax,
        "email" => Identifier::Email,
        "url" => Identifier::Url,
        "other" => Identifier::Telephone,
        _ => return None,
    })
}

/// An identifier has a value that is text, and no code or unit.
fn is_identifier(key: &str, map: &Map<String, Value>) -> bool {
    let named = key == "identifier" || key.ends_with("Identifier") || key == "requisition";
    let shaped = map.get("value").is_some_and(Value::is_string)
        && (map.contains_key("system")
            || map.contains_key("assigner")
            || map.get("type").is_some_and(Value::is_object));
    // A device's version has the same shape.
    (named || (shaped && key != "version")) && !map.contains_key("code") && !map.contains_key("unit")
}

fn identifier(key: &str, map: &Map<String, Value>, around: Around<'_>, mode: Mode<'_>) -> Option<Hit> {
    let value = map.get("value").and_then(Value::as_str).unwrap_or_default();
    if mode.is_pseudonym(value) {
        return None;
    }
    if around.resource == "Bundle" && key == "identifier" && around.is_resource {
        return hit(Identifier::Other, "a bundle's identifier", Fix::BundleIdentifier);
    }
    let codes = map.get("type").and_then(|of| of.get("coding")).and_then(Value::as_array);
    let code = codes.and_then(|codes| codes.iter().find_map(|coding| coding.get("code")?.as_str()));
    let (identifier, what) = match code {
        Some("MR" | "MRT" | "PI") => (Identifier::MedicalRecord, "a medical record number"),
        Some("SS" | "SB") => (Identifier::SocialSecurity, "a social security number"),
        Some("DL" | "PPN" | "MD" | "NPI" | "DEA" | "LN") => {
            (Identifier::Licence, "a licence's or passport's number")
        }
        Some("MB" | "MC" | "MA" | "NIIP") => (Identifier::HealthPlan, "a health plan's number"),
        Some("AN" | "ACSN" | "VN") => (Identifier::Account, "an account's or visit's number"),
        Some("SNO" | "UDI") => (Identifier::Device, "a device's number"),
        _ if around.is_resource && around.resource == "Patient" => {
            (Identifier::MedicalRecord, "a patient's identifier")
        }
        _ if around.resource == "Device" => (Identifier::Device, "a device's identifier"),
        _ => (Identifier::Other, "an identifier"),
    };
    hit(identifier, what, Fix::Remove)
}

/// Whether an age in years is over 89 and said exactly.
fn is_old(map: &Map<String, Value>) -> bool {
    let value = map.get("value").and_then(Value::as_f64).unwrap_or_default();
    let unit = ["code", "unit"].iter().find_map(|member| map.get(*member)?.as_str()).unwrap_or("a");
    let years = ["a", "y", "yr", "years", "year", "Y"].contains(&unit);
    let said = map.get("comparator").and_then(Value::as_str) == Some(">=") && value <= 90.0;
    years && value >= 90.0 && !said
}

/// Takes from an attachment what may not stay.
pub(super) fn detach(map: &mut Map<String, Value>) {
    map.retain(|key, _| ["contentType", "language", "creation"].contains(&key.as_str()));
    map.insert("title".to_owned(), dummy());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn knows_identifiers_from_quantities_and_contacts() {
        let is = |value: Value| is_identifier("x", value.as_object().unwrap());
        assert!(is(json!({"system": "https://a.example", "value": "1"})));
        assert!(!is(
            json!({"value": 5.1, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"})
        ));
        assert!(!is(json!({"system": "http://snomed.info/sct", "code": "1"})));
        assert_eq!(telecom("http://snomed.info/sct"), None);
    }
}
