//! What in FHIR R4 identifies, by the name of an element, by the shape of its value, and by extension.

use serde_json::{Map, Value};

use super::{
    reference::{is_known_reference, is_known_url},
    shape::shape,
};
use crate::deid::{
    DUMMY, Identifier,
    dates::is_fine,
    plan::{Mode, Sort},
    text::is_dummy,
};

/// What is done about a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fix {
    /// The element goes.
    Remove,
    /// A dummy text takes its place.
    Dummy,
    /// A dummy address takes its place, where the element must be there.
    DummyUrl,
    /// A pseudonym takes its place.
    Pseudonym,
    /// A pseudonym as an OID.
    Oid,
    /// What it refers to gets its pseudonym.
    Reference,
    /// As a reference, but as a full URL.
    FullUrl,
    /// A request's URL keeps the type of resource only.
    Request,
    /// The identifier of a bundle, which documents must have.
    BundleIdentifier,
    /// A date moves.
    Date,
    /// A birth date becomes a year.
    Birth,
    /// An age over 89 becomes 90 or more.
    Age,
    /// Of an address, state, country and three digits of the ZIP code stay.
    Address,
    /// Of an attachment, its type stays.
    Attachment,
    /// What was found in the text is struck out.
    Strike,
}

/// A value that identifies, and what to do about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub sort: Sort,
    pub fix: Fix,
}

pub(super) fn hit(identifier: Identifier, what: &'static str, fix: Fix) -> Option<Hit> {
    Some(Hit { sort: Sort::structured(identifier, what), fix })
}

pub(super) fn maybe(what: &'static str, fix: Fix) -> Option<Hit> {
    Some(Hit { sort: Sort::possible(Identifier::Other, what), fix })
}

/// Where a value is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    /// The type of the resource.
    pub resource: &'a str,
    /// The element that the value is a member of, and its name in turn.
    pub parent: &'a str,
    /// Whether that is a resource.
    pub is_resource: bool,
    /// Whether it has a code that says what its display text is.
    pub coded: bool,
    /// Whether it is a reference.
    pub refers: bool,
    /// Whether it has the reference itself, and not only words about it.
    pub points: bool,
    /// Whether the resource says that it was de-identified already.
    pub claimed: bool,
    /// Whether its dates were moved already, by this program.
    pub moved: bool,
}

impl<'a> Around<'a> {
    pub(super) fn of(map: &Map<String, Value>, parent: &'a str, outer: Self) -> Self {
        let has = |key: &str| map.contains_key(key);
        let is_coding = parent == "coding" || parent.ends_with("Coding") || has("code") || has("system");
        let only = map.keys().all(|key| {
            ["reference", "type", "identifier", "display", "id", "extension"].contains(&key.as_str())
        });
        Self {
            parent,
            is_resource: has("resourceType"),
            coded: is_coding || has("coding"),
            points: has("reference"),
            refers: has("reference") || (!is_coding && only),
            ..outer
        }
    }
}

/// Elements whose text names what the rest of the resource says, or is an address within FHIR itself.
const NAMES_OF_THINGS: [&str; 34] = [
    "resourceType",
    "code",
    "system",
    "url",
    "version",
    "unit",
    "status",
    "language",
    "contentType",
    "linkId",
    "use",
    "type",
    "mode",
    "kind",
    "profile",
    "expression",
    "instantiatesUri",
    "instantiatesCanonical",
    "questionnaire",
    "definition",
    "fhirVersion",
    "intent",
    "gender",
    "value",
    "versionId",
    "comparator",
    "category",
    "relation",
    "method",
    "div",
    "implicitRules",
    "lotNumber",
    "policy",
    "coding",
];

/// Free text that people write.
pub(super) const NOTES: [&str; 8] = [
    "note",
    "comment",
    "conclusion",
    "patientInstruction",
    "clinicalNotes",
    "summary",
    "disposition",
    "markdown",
];

/// Judges a member of an element.
pub(super) fn judge(key: &str, value: &Value, around: Around<'_>, mode: Mode<'_>) -> Option<Hit> {
    match value {
        Value::Object(map) => shape(key, map, around, mode),
        Value::String(text) => primitive(key, text, around, mode).or_else(|| prose(key, text, around)),
        Value::Number(_) => None,
        _ => None,
    }
}

fn primitive(key: &str, text: &str, around: Around<'_>, mode: Mode<'_>) -> Option<Hit> {
    let looking = mode.options().is_none();
    // What says that it was de-identified has other tools' pseudonyms.
    let known = |id: &str| mode.is_pseudonym(id) || (looking && around.claimed);
    match key {
        "id" if around.is_resource && !known(text) => {
            hit(Identifier::Other, "a resource's id in the system that it comes from", Fix::Pseudonym)
        }
        "fullUrl" if !is_known_url(text, known) => {
            hit(Identifier::Other, "a resource's address in the system that it comes from", Fix::FullUrl)
        }
        "reference" if !is_known_reference(text, known) => {
            hit(Identifier::Other, "a resource's id in the system that it comes from", Fix::Reference)
        }
        "display" if around.refers && !is_dummy(text) => {
            let fix = if around.points { Fix::Remove } else { Fix::Dummy };
            hit(Identifier::Names, "the name of who or what a reference points to", fix)
        }
        "url"
            if around.parent == "request"
                && text.contains(['/', '?', ':'])
                && !is_known_reference(text, known) =>
        {
            hit(Identifier::Other, "a resource's id in the system that it comes from", Fix::Request)
        }
        "ifNoneExist" | "ifMatch" if around.parent == "request" => {
            hit(Identifier::Other, "a condition on resources in the system that it comes from", Fix::Remove)
        }
        "location" | "etag" if around.parent == "response" => {
            hit(Identifier::Url, "the address of a resource", Fix::Remove)
        }
        "source" if around.parent == "meta" => {
            hit(Identifier::Url, "the system that it comes from", Fix::Remove)
        }
        "birthDate" if is_fine(text) => hit(Identifier::Dates, "a date of birth", Fix::Birth),
        "uid" if !known(text) => hit(Identifier::Other, "the UID of a study, series or image", Fix::Oid),
        "serialNumber" | "distinctIdentifier" | "deviceIdentifier" | "carrierHRF" | "carrierAIDC" => {
            hit(Identifier::Device, "a device's number", Fix::Remove)
        }
        "lotNumber" if around.resource == "Device" => {
            hit(Identifier::Device, "a device's number", Fix::Remove)
        }
        "url" if around.resource == "Device" && around.is_resource => {
            hit(Identifier::Url, "a device's address", Fix::Remove)
        }
        "subscriberId" | "policyNumber" => hit(Identifier::HealthPlan, "a health plan's number", Fix::Remove),
        "preAuthRef" => hit(Identifier::Account, "a payer's number", Fix::Remove),
        "authorString" => hit(Identifier::Names, "a name", Fix::Remove),
        "name" | "alias" if is_place(around) && !is_dummy(text) => {
            hit(Identifier::Geography, "the name of an organisation or a place", Fix::Dummy)
        }
        "name" | "altId" if around.resource == "AuditEvent" => hit(Identifier::Names, "a name", Fix::Remove),
        "address" if around.resource == "Endpoint" && text != REMOVED_URL => {
            hit(Identifier::Url, "a system's address", Fix::DummyUrl)
        }
        "address" if around.parent == "network" => {
            hit(Identifier::IpAddress, "a network address", Fix::Remove)
        }
        "data" if around.resource == "Binary" => hit(Identifier::Other, "a document, unread", Fix::Remove),
        _ if is_fine(text) && !NAMES_OF_THINGS.contains(&key) => {
            let moved = if looking { around.claimed } else { around.moved };
            (!moved).then_some(Hit { sort: Sort::structured(Identifier::Dates, "a date"), fix: Fix::Date })
        }
        _ => None,
    }
}

/// Text that is for people.
fn prose(key: &str, text: &str, around: Around<'_>) -> Option<Hit> {
    if is_dummy(text) || NAMES_OF_THINGS.contains(&key) {
        return None;
    }
    if NOTES.contains(&key) {
        return maybe("a note", Fix::Remove);
    }
    // The display of a code is the terminology's.
    if around.coded && (key == "display" || key == "text") {
        return None;
    }
    let short = ["id", "reference", "fullUrl", "uid"].contains(&key) || is_fine(text);
    (!short).then_some(Hit { sort: Sort::possible(Identifier::Other, ""), fix: Fix::Strike })
}

fn is_place(around: Around<'_>) -> bool {
    let named =
        ["Organization", "Location", "HealthcareService", "Endpoint", "CareTeam", "Account", "InsurancePlan"];
    around.is_resource && named.contains(&around.resource)
}

/// What stands for a system's address where there must be one; `.invalid` is nobody's (RFC 2606).
pub(super) const REMOVED_URL: &str = "https://removed.invalid";
/// Under which the resources of a bundle are after de-identification, if they had addresses.
pub(super) const BASE: &str = "https://deidentified.invalid";

/// The dummy text.
pub(super) fn dummy() -> Value {
    Value::String(DUMMY.to_owned())
}
