//! FHIR R4 in JSON, checked against the FHIR R4 element definitions by `fhirbolt`.

use std::path::Path;

use fhirbolt::{
    FhirReleases,
    element::{Element, Primitive, Value},
};
use medshare_types::{CodeSystem, Kind};

use super::{
    Description, ReadError,
    tally::{Tally, month, percent},
};

/// An element of FHIR R4.
pub(super) type R4Element = Element<{ FhirReleases::R4 }>;
type R4Value = Value<{ FhirReleases::R4 }>;

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

/// Resource types of persons, and their elements that identify them (45 CFR 164.514(b)(2), "Safe Harbor").
pub(super) const IDENTIFYING: [(&str, &[&str]); 4] = [
    ("Patient", &["name", "telecom", "address", "identifier", "photo", "contact", "birthDate", "text"]),
    ("RelatedPerson", &["name", "telecom", "address", "identifier", "photo", "birthDate", "text"]),
    ("Person", &["name", "telecom", "address", "identifier", "photo", "birthDate", "text"]),
    ("Practitioner", &["name", "telecom", "address", "identifier", "photo", "birthDate", "text"]),
];

/// Whether an element's value identifies although its name is in the list: a birth date of a year alone does not.
pub(super) fn identifies(element: &str, value: &str) -> bool {
    element != "birthDate" || value.len() > 4
}

pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<R4Element, ReadError> {
    let refuse = |reason: String| ReadError::Fhir { path: path.to_owned(), reason };
    // The position that serde_json gives is worth more than what it says besides.
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes)
        .map_err(|error| refuse(format!("it is no JSON: {error}")))?;
    fhirbolt::json::from_slice(bytes, None).map_err(|error| {
        let message = error.to_string();
        refuse(match message.contains("there are no fields") {
            true => "it has no resourceType of FHIR R4 as its first element".to_owned(),
            false => message,
        })
    })
}

pub(super) fn describe(path: &Path, bytes: &[u8]) -> Result<Description, ReadError> {
    let root = parse(path, bytes)?;
    let mut tally = Tally::default();
    let mut resources = Vec::new();
    collect(&root, &mut resources);
    for resource in &resources {
        let name = resource_type(resource).unwrap_or("Resource");
        if name != "Bundle" {
            tally.count(name, 1);
        }
        for (_, elements) in IDENTIFYING.iter().filter(|(of, _)| *of == name) {
            for element in *elements {
                if let Some(value) = resource.get(*element)
                    && text(value).is_none_or(|value| identifies(element, value))
                {
                    tally.identifies(format!("{name}.{element}"));
                }
            }
        }
    }
    scan(&root, &mut tally);

    let present = SECTIONS.iter().filter(|section| section.iter().any(|name| tally.has(name))).count();
    let completeness = match resource_type(&root) {
        Some("Bundle") => percent(present, SECTIONS.len()),
        _ => 100,
    };
    if resources.iter().all(|resource| resource_type(resource) == Some("Bundle")) {
        return Err(ReadError::Fhir { path: path.to_owned(), reason: "the bundle has no entry".to_owned() });
    }
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(tally.finish(Kind::Fhir, "application/fhir+json", None, size, completeness))
}

/// All resources: the root, the entries of bundles, and contained ones.
fn collect<'a>(element: &'a R4Element, found: &mut Vec<&'a R4Element>) {
    if resource_type(element).is_some() {
        found.push(element);
    }
    for (_, value) in element {
        match value {
            Value::Element(inner) => collect(inner, found),
            Value::Sequence(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Primitive(_) => {}
        }
    }
}

/// Codes and dates, wherever they are.
fn scan(element: &R4Element, tally: &mut Tally) {
    let member = |name: &str| element.get(name).and_then(text);
    if let (Some(system), Some(code)) = (member("system").and_then(system_of), member("code")) {
        tally.code(system, code);
    }
    for (name, value) in element {
        if DATES.contains(&name.as_str()) {
            tally.date(text(value).and_then(month));
        }
        match value {
            Value::Element(inner) => scan(inner, tally),
            Value::Sequence(items) => items.iter().for_each(|item| scan(item, tally)),
            Value::Primitive(_) => {}
        }
    }
}

pub(super) fn resource_type(element: &R4Element) -> Option<&str> {
    element.get("resourceType").and_then(text)
}

/// The text of a primitive. FHIR's primitives are elements with a `value`, because they may have extensions.
fn text(value: &R4Value) -> Option<&str> {
    match value {
        Value::Primitive(Primitive::String(text)) => Some(text),
        Value::Element(element) => match element.get("value") {
            Some(Value::Primitive(Primitive::String(text))) => Some(text),
            _ => None,
        },
        _ => None,
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
