//! FHIR R4, resource by resource.
//!
//! A walk judges each member of each element ([`rules`]), and either notes what it found or changes it. What it puts in
//! the place of something it leaves alone when it comes again.

mod address;
mod fix;
mod label;
mod learn;
mod reference;
mod rules;
mod shape;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub(super) use self::learn::learn;
use self::{
    learn::patient,
    rules::{Around, Fix, Hit},
};
use super::{
    Action, Certainty, Identifier, Place,
    dates::year,
    kept::MOST_PLACES,
    plan::{Learned, Mode, Notes, Sort},
    text::{Echoes, scan, struck},
};

/// Says why an element has no value (`http://hl7.org/fhir/StructureDefinition/data-absent-reason`).
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// A birth year that is too long ago or not, which only the whole file says.
#[derive(Clone, Debug)]
pub(super) struct Birth {
    place: Place,
    file: Option<String>,
}

/// Where in a file a part is.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Origin {
    /// The line, where each has a resource.
    pub line: Option<u64>,
    /// The entry of a bundle.
    pub entry: Option<u64>,
}

/// What a walk over FHIR carries from part to part.
#[derive(Default, Debug)]
pub(super) struct Walker {
    /// By year and element: how many, and the first of them.
    pub births: BTreeMap<(i32, String), (u64, Vec<Birth>)>,
}

impl Walker {
    /// Walks over a part.
    pub(super) fn walk(
        &mut self,
        part: &mut Value,
        origin: Origin,
        mode: Mode<'_>,
        (learned, echoes): (&Learned, &Echoes),
        notes: &mut Notes,
    ) {
        let patient = patient(part, learned);
        let Value::Object(map) = part else { return };
        let (base, kind) = match (map.get("resourceType").and_then(Value::as_str), origin.entry) {
            (Some(kind), _) => (kind.to_owned(), kind.to_owned()),
            (None, Some(entry)) => (format!("Bundle.entry[{entry}]"), "Bundle.entry".to_owned()),
            (None, None) => ("Bundle.entry".to_owned(), "Bundle.entry".to_owned()),
        };
        // What surrounds the resource of an entry is labelled by it.
        let inner = map.get("resource").and_then(Value::as_object);
        let (claimed, moved) = inner.map(|inner| label::claims(inner, mode, notes)).unwrap_or_default();
        let entry = Around {
            resource: "Bundle",
            parent: "entry",
            is_resource: false,
            coded: false,
            refers: false,
            points: false,
            claimed,
            moved,
        };
        let mut walk = Walk {
            walker: self,
            mode,
            learned,
            echoes,
            notes,
            origin,
            patient,
            path: vec![base],
            element: vec![kind],
        };
        walk.object(map, "entry", entry, false);
    }

    /// The births that are more than 89 years before the latest date of the file.
    pub(super) fn finish(self, learned: &Learned, notes: &mut Notes) {
        let Some(latest) = learned.latest else {
            if !self.births.is_empty() {
                notes.limits.insert(
                    "No date says how old the patients were: who is over 89 cannot be told.".to_owned(),
                );
            }
            return;
        };
        let sort = Sort::structured(Identifier::Dates, "a year of birth more than 89 years before a date");
        for ((year, _), (count, births)) in self.births {
            if latest - year <= 89 {
                continue;
            }
            // Those that are not named are counted with the first.
            let named = u64::try_from(births.len()).unwrap_or_default();
            let unnamed: Vec<Birth> = births.first().cloned().into_iter().collect();
            let unnamed = (named..count).flat_map(|_| unnamed.iter().cloned());
            for birth in births.iter().cloned().chain(unnamed) {
                notes.file = birth.file;
                notes.found(sort, birth.place, || None);
            }
        }
        notes.file = None;
    }
}

struct Walk<'a, 'b> {
    walker: &'a mut Walker,
    mode: Mode<'b>,
    learned: &'a Learned,
    echoes: &'a Echoes,
    notes: &'a mut Notes,
    origin: Origin,
    patient: String,
    path: Vec<String>,
    element: Vec<String>,
}

impl Walk<'_, '_> {
    fn object(&mut self, map: &mut Map<String, Value>, parent: &str, outer: Around<'_>, contained: bool) {
        let kind = map.get("resourceType").and_then(Value::as_str).map(str::to_owned);
        let mut around = Around::of(map, parent, outer);
        if let Some(kind) = &kind {
            // Contained resources are labelled by what contains them.
            let (claimed, moved) = if contained {
                (outer.claimed, outer.moved)
            } else {
                label::claims(map, self.mode, self.notes)
            };
            around = Around { resource: kind, claimed, moved, ..around };
        }
        let before = kind.is_some().then(|| self.element.clone());
        if let Some(kind) = &kind {
            self.element = vec![kind.clone()];
        }
        let keys: Vec<String> = map.keys().cloned().collect();
        for key in keys {
            let Some(value) = map.get_mut(&key) else { continue };
            self.path.push(key.clone());
            self.element.push(key.clone());
            let stays = self.member(&key, value, around);
            self.path.pop();
            self.element.pop();
            if !stays {
                map.shift_remove(&key);
                map.shift_remove(&format!("_{key}"));
            }
        }
        if kind.is_some()
            && !contained
            && let Mode::Edit(options) = self.mode
        {
            label::set(map, options);
        }
        if around.resource == "Patient" && kind.is_some() {
            self.birth(map);
        }
        if let Some(before) = before {
            self.element = before;
        }
    }

    /// Whether the member stays.
    fn member(&mut self, key: &str, value: &mut Value, around: Around<'_>) -> bool {
        let Value::Array(items) = value else { return self.one(key, value, around) };
        let was_empty = items.is_empty();
        let mut index = 0_usize;
        let name = self.path.pop().unwrap_or_default();
        items.retain_mut(|item| {
            self.path.push(format!("{name}[{index}]"));
            index = index.saturating_add(1);
            let stays = self.one(key, item, around);
            self.path.pop();
            stays && !item.as_object().is_some_and(Map::is_empty)
        });
        self.path.push(name);
        was_empty || !items.is_empty()
    }

    fn one(&mut self, key: &str, value: &mut Value, around: Around<'_>) -> bool {
        let stays = match rules::judge(key, value, around, self.mode) {
            Some(hit) => self.treat(hit, value),
            None => true,
        };
        if stays && let Value::Object(map) = value {
            let contained = key == "contained";
            self.object(map, key, around, contained);
            if map.is_empty() && key.starts_with('_') {
                return false;
            }
            if map.is_empty() {
                // FHIR has no empty elements, and this one may have to be there.
                map.insert("extension".to_owned(), json!([{ "url": ABSENT, "valueCode": "masked" }]));
            }
        }
        stays
    }

    fn place(&self) -> Place {
        Place::Fhir { line: self.origin.line, path: self.path.join("."), element: self.element.join(".") }
    }

    /// Notes a hit, and on changing treats it. Whether the value stays.
    fn treat(&mut self, hit: Hit, value: &mut Value) -> bool {
        if hit.fix == Fix::Strike {
            self.prose(value);
            return true;
        }
        let Mode::Edit(options) = self.mode else {
            let place = self.place();
            self.notes.found(hit.sort, place.clone(), || value.as_str().map(str::to_owned));
            if let Some(text) = readable(value) {
                let hits = scan(&text, self.echoes);
                self.notes.read(&text, &hits, |_| place.clone());
            }
            // What may stay of it is looked at, too.
            return match (hit.fix, value) {
                (Fix::Address, Value::Object(map)) => {
                    address::coarsen(map);
                    true
                }
                (Fix::Attachment, Value::Object(map)) => {
                    shape::detach(map);
                    true
                }
                _ => false,
            };
        };
        if options.keep_text && hit.sort.certainty == Certainty::Possible {
            match value {
                Value::Object(map) if map.contains_key("div") => {
                    if readable(value).is_some_and(|text| scan(&text, self.echoes).is_empty()) {
                        return true;
                    }
                }
                // What is in it is read member by member.
                Value::Object(_) => return true,
                _ => {
                    self.prose(value);
                    return true;
                }
            }
        }
        let before = value.as_str().map(str::to_owned);
        let (action, stays) = self.fix(hit.fix, value, options);
        if before.is_none() || !stays || before.as_deref() != value.as_str() {
            let place = self.place();
            self.notes.changed(action, hit.sort.identifier, place);
        }
        stays
    }

    /// Reads a text, and on changing strikes out what was found.
    fn prose(&mut self, value: &mut Value) {
        let Value::String(text) = value else { return };
        let hits = scan(text, self.echoes);
        if hits.is_empty() {
            return;
        }
        let place = self.place();
        match self.mode {
            Mode::Look => self.notes.read(text, &hits, |_| place.clone()),
            Mode::Edit(_) => {
                let identifier = hits.first().map_or(Identifier::Other, |hit| hit.identifier);
                *text = struck(text, self.echoes);
                self.notes.changed(Action::Redacted, identifier, place);
            }
        }
    }

    /// Whether a birth was too long before the latest date of the file.
    fn birth(&mut self, map: &mut Map<String, Value>) {
        let Some(born) = map.get("birthDate").and_then(Value::as_str).and_then(year) else { return };
        self.path.push("birthDate".to_owned());
        self.element.push("birthDate".to_owned());
        let place = self.place();
        self.path.pop();
        self.element.pop();
        match self.mode {
            Mode::Look => {
                let (count, births) = self.walker.births.entry((born, place.element())).or_default();
                *count += 1;
                if births.len() < MOST_PLACES {
                    births.push(Birth { place, file: self.notes.file.clone() });
                }
            }
            Mode::Edit(_) if self.learned.latest.is_some_and(|latest| latest - born > 89) => {
                map.shift_remove("birthDate");
                map.insert(
                    "_birthDate".to_owned(),
                    json!({ "extension": [{ "url": ABSENT, "valueCode": "masked" }] }),
                );
                self.notes.changed(Action::Coarsened, Identifier::Dates, place);
            }
            Mode::Edit(_) => {}
        }
    }
}

/// What a person would read in a value: its text, or that of its members.
fn readable(value: &Value) -> Option<String> {
    match value {
        Value::Object(map) => {
            let part = map.get("div").or_else(|| map.get("text")).and_then(Value::as_str)?;
            Some(without_tags(part))
        }
        _ => None,
    }
}

/// XHTML without its tags, so that only what a reader sees is read.
fn without_tags(html: &str) -> String {
    let mut inside = false;
    html.chars()
        .filter_map(|c| match c {
            '<' => {
                inside = true;
                Some(' ')
            }
            '>' if inside => {
                inside = false;
                None
            }
            _ if inside => None,
            _ => Some(c),
        })
        .collect()
}
