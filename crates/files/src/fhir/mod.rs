//! FHIR R4 in JSON: a resource, a bundle, or a resource a line (NDJSON, as bulk exports are), checked against the FHIR
//! R4 element definitions by `fhirbolt`. Bundles and lines go through one at a time, so that a file may be larger than
//! memory.

mod resources;
mod stream;

use fhirbolt::{FhirReleases, element::Element};
use medshare_types::CodeSystem;
use serde_json::{Map, Value, json};

use crate::tally::{Tally, month};

pub(crate) use stream::read;

/// What a summary of a patient consists of, after the sections of the International Patient Summary
/// (<http://hl7.org/fhir/uv/ips/>) and the encounters that they come from; a section is present if one of its
/// resource types is.
const SECTIONS: [&[&str]; 8] = [
    &["Patient"],
    &["Condition"],
    &["AllergyIntolerance"],
    &["MedicationRequest", "MedicationStatement", "MedicationAdministration"],
    &["Immunization"],
    &["Procedure"],
    &["Observation", "DiagnosticReport"],
    &["Encounter"],
];

/// Elements that speak of when something was done or found. Birth dates are not among them.
const DATES: [&str; 12] = [
    "authoredOn",
    "date",
    "dateTime",
    "effectiveDateTime",
    "end",
    "issued",
    "occurrenceDateTime",
    "onsetDateTime",
    "performedDateTime",
    "recordedDate",
    "start",
    "started",
];

/// How the resources of a file are arranged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// One resource.
    Single,
    /// One bundle.
    Bundle,
    /// A resource a line.
    Lines,
}

impl Shape {
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Single | Self::Bundle => "application/fhir+json",
            Self::Lines => "application/fhir+ndjson",
        }
    }
}

/// Adds to a tally how complete a collection of resources is. A single resource is complete in itself.
pub(crate) fn expect_sections(tally: &mut Tally) {
    let present = SECTIONS.iter().filter(|section| section.iter().any(|name| tally.has(name))).count();
    tally.expect(present, SECTIONS.len());
}

/// Checks a resource against the definitions of R4.
fn check_resource(resource: &Value) -> Result<(), String> {
    let name = resource.get("resourceType").and_then(Value::as_str);
    let name = name.ok_or("it has no resourceType of FHIR R4")?;
    if let Some(other) = other_type(resource) {
        return Err(format!("{other:?} is no resourceType of FHIR R4"));
    }
    let mut ordered = resource.clone();
    type_first(&mut ordered);
    let checked: Result<Element<{ FhirReleases::R4 }>, _> = fhirbolt::json::from_json_value(ordered, None);
    checked.map(drop).map_err(|error| {
        let message = error.to_string();
        match message.contains("there are no fields") {
            true => format!("{name:?} is no resourceType of FHIR R4, or holds one that is none"),
            false => format!("{name}: {message}"),
        }
    })
}

/// The first type of a resource, or of one in it, that FHIR does not know: `fhirbolt` lets those without elements pass.
fn other_type(value: &Value) -> Option<&str> {
    match value {
        Value::Array(items) => items.iter().find_map(other_type),
        Value::Object(members) => {
            let own = members.get("resourceType").and_then(Value::as_str);
            own.filter(|name| !resources::is_type(name)).or_else(|| members.values().find_map(other_type))
        }
        _ => None,
    }
}

/// Checks an element of `Bundle.entry`.
fn check_entry(entry: &Value) -> Result<(), String> {
    if let Some(resource) = entry.get("resource") {
        check_resource(resource)?;
    }
    // Its resource is checked already.
    let rest: Map<String, Value> = entry
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "resource")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    match entry {
        Value::Object(_) if rest.is_empty() => Ok(()),
        Value::Object(_) => check_resource(&json!({ "resourceType": "Bundle", "entry": [rest] })),
        _ => Err("an entry is an object".to_owned()),
    }
}

/// Puts `resourceType` first, where `fhirbolt` wants it; FHIR does not say where it is.
fn type_first(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(type_first),
        Value::Object(members) => {
            if let Some(name) = members.shift_remove("resourceType") {
                members.shift_insert(0, "resourceType".to_owned(), name);
            }
            members.values_mut().for_each(type_first);
        }
        _ => {}
    }
}

/// Counts a value's resources (itself, those of entries, and contained ones), and its codes and dates wherever they are.
fn tally_value(value: &Value, tally: &mut Tally) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| tally_value(item, tally)),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            match text("resourceType") {
                None | Some("Bundle") => {}
                Some(name) => tally.count(name, 1u32),
            }
            if let (Some(system), Some(code)) = (text("system").and_then(system_of), text("code")) {
                tally.code(system, code);
            }
            for (name, value) in members {
                if DATES.contains(&name.as_str()) {
                    tally.date(value.as_str().and_then(month));
                }
                tally_value(value, tally);
            }
        }
        _ => {}
    }
}

fn system_of(uri: &str) -> Option<CodeSystem> {
    Some(match uri {
        "http://snomed.info/sct" => CodeSystem::Snomed,
        "http://loinc.org" => CodeSystem::Loinc,
        "http://www.nlm.nih.gov/research/umls/rxnorm" => CodeSystem::RxNorm,
        "http://hl7.org/fhir/sid/cvx" => CodeSystem::Cvx,
        "http://purl.obolibrary.org/obo/mondo.owl" => CodeSystem::Mondo,
        _ if uri.starts_with("http://hl7.org/fhir/sid/icd-10") => CodeSystem::Icd10,
        _ => return None,
    })
}
