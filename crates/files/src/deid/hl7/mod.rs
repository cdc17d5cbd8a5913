//! HL7 version 2 messages, by the tables of fields in chapter 2, 3, 4, 6 and 7 of the standard (v2.8.2).
//!
//! HL7 v2 has no place for saying that a message was de-identified. MSH-8, Security, says it here.

mod fields;

use self::fields::{
    FIELDS,
    Fix::{self, Address, Birth, Date, Empty, Pseudonym},
    GONE, TYPES,
};
use super::{
    Action, Identifier, Options, Place,
    dates::{compact_moved, is_compact, is_whole},
    plan::{Learned, Mode, Notes, Sort},
    postal,
    text::{Echoes, is_dummy, scan, struck},
};
use crate::hl7::{Component, Field, Message, Repetition, Segment};

const LABEL: &str = "medshare v1: de-identified";

/// What a message says of its patient.
pub(super) fn learn(message: &Message, learned: &mut Learned) {
    for segment in &message.segments {
        for number in 1..=segment.fields.len() {
            let Some(field) = segment.field(number) else { continue };
            match (segment.name.as_str(), number) {
                ("PID", 3) => learned.hear(first(field)),
                ("PID", 5 | 9) | ("PV1", 7..=9) => learned.hear(all(field)),
                ("PID", 7) => {}
                _ => all(field)
                    .iter()
                    .filter(|text| is_whole(text))
                    .for_each(|text| learned.year(text.get(..4).and_then(|year| year.parse().ok()))),
            }
        }
    }
}

fn all(field: &Field) -> Vec<String> {
    field.0.iter().flat_map(|repetition| &repetition.0).flat_map(|component| &component.0).cloned().collect()
}

fn first(field: &Field) -> Option<String> {
    let value = field.0.first()?.0.first()?.0.first()?;
    (!value.is_empty()).then(|| value.clone())
}

/// The patient of a message, by the first of its identifiers.
pub(super) fn known_patient(message: &Message) -> Option<String> {
    let pid = message.segments.iter().find(|segment| segment.name == "PID")?;
    first(pid.field(3)?)
}

/// Walks over a message, the `number`th of its file.
pub(super) fn walk(
    message: &mut Message,
    number: u64,
    mode: Mode<'_>,
    (learned, echoes): (&Learned, &Echoes),
    notes: &mut Notes,
) {
    let claimed = message.segments.iter().any(|segment| {
        segment.name == "MSH"
            && segment.field(8).and_then(first).is_some_and(|label| label.starts_with(LABEL))
    });
    if claimed && mode.options().is_none() {
        notes.claims.insert("Identifiers were replaced and dates moved (MSH-8).".to_owned());
    }
    let again = mode.options().is_some_and(|options| options.dates == super::Dates::Year);
    let patient = known_patient(message).unwrap_or_default();
    let mut walk = Walk { mode, learned, echoes, notes, number, claimed: claimed && !again, patient };
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    message.segments.retain_mut(|segment| {
        let count = counts.entry(segment.name.clone()).or_default();
        *count += 1;
        walk.segment(segment, *count)
    });
    if let Mode::Edit(_) = mode {
        for segment in message.segments.iter_mut().filter(|segment| segment.name == "MSH") {
            let field = Field(vec![Repetition(vec![Component(vec![LABEL.to_owned()])])]);
            while segment.fields.len() < 8 {
                segment.fields.push(Field(Vec::new()));
            }
            if let Some(label) = segment.field_mut(8) {
                *label = field;
            }
        }
    }
}

struct Walk<'a> {
    mode: Mode<'a>,
    learned: &'a Learned,
    echoes: &'a Echoes,
    notes: &'a mut Notes,
    number: u64,
    claimed: bool,
    patient: String,
}

impl Walk<'_> {
    /// Whether the segment stays.
    fn segment(&mut self, segment: &mut Segment, count: u64) -> bool {
        let name = segment.name.clone();
        let place = |path: String| Place::Hl7 { message: self.number, path };
        let gone = match GONE.iter().find(|(gone, ..)| *gone == name) {
            Some((_, identifier, what)) => Some((*identifier, *what)),
            None => name.starts_with('Z').then_some((Identifier::Other, "a segment of a site's own")),
        };
        if let Some((identifier, what)) = gone {
            let place = place(format!("{name}[{count}]"));
            match self.mode {
                Mode::Look => self.notes.found(Sort::structured(identifier, what), place, || None),
                Mode::Edit(_) => self.notes.changed(Action::Removed, identifier, place),
            }
            return self.mode.options().is_none();
        }
        let value_type = segment.field(2).and_then(first).unwrap_or_default();
        for number in 1..=segment.fields.len() {
            // The separators themselves.
            if ["MSH", "BHS", "FHS"].contains(&name.as_str()) && number <= 2 || (name == "MSH" && number == 8)
            {
                continue;
            }
            let path = format!("{name}[{count}]-{number}");
            let rule = FIELDS.iter().find(|(of, numbers, ..)| *of == name && numbers.contains(&number));
            let rule = rule.map(|(_, _, identifier, what, fix)| (*identifier, *what, *fix));
            let value = name == "OBX" && number == 5;
            let typed = TYPES.iter().find(|(of, ..)| value && *of == value_type);
            let rule = rule.or(typed.map(|(_, identifier, what, fix)| (*identifier, *what, *fix)));
            let free =
                (name == "NTE" && number == 3) || (value && ["TX", "FT"].contains(&value_type.as_str()));
            let numeric = value && ["NM", "SN"].contains(&value_type.as_str());
            let Some(field) = segment.field_mut(number) else { continue };
            match rule {
                Some((identifier, what, fix)) => self.field(field, path, (identifier, what), fix),
                None if free => self.free(field, path),
                None if numeric => {}
                None => self.other(field, path),
            }
        }
        true
    }

    fn field(
        &mut self,
        field: &mut Field,
        path: String,
        (identifier, what): (Identifier, &'static str),
        fix: Fix,
    ) {
        let values = all(field);
        let place = Place::Hl7 { message: self.number, path };
        let needed = match fix {
            Empty => values.iter().any(|value| !is_dummy(value)),
            Pseudonym => field.0.iter().any(|repetition| {
                let all: Vec<&String> = repetition.0.iter().flat_map(|component| &component.0).collect();
                let known =
                    all.first().is_some_and(|value| value.is_empty() || self.mode.is_pseudonym(value));
                !known && !all.iter().all(|value| value.is_empty())
                    || all.iter().skip(1).any(|value| !value.is_empty())
            }),
            Date => !self.claimed && values.iter().any(|value| is_compact(value)),
            Birth => values.iter().any(|value| value.len() > 4 || self.is_old(value)),
            Address => field.0.iter().any(|repetition| !is_coarse(repetition)),
        };
        if !needed {
            return;
        }
        match self.mode {
            Mode::Look => {
                self.notes.found(Sort::structured(identifier, what), place, || Some(values.join(" ")))
            }
            Mode::Edit(options) => {
                let action = self.fix(field, fix, options);
                if all(field) != values {
                    self.notes.changed(action, identifier, place);
                }
            }
        }
    }

    /// Whether a year of birth is more than 89 years before the latest date of the file.
    fn is_old(&self, value: &str) -> bool {
        let year: Option<i32> = value.get(..4).and_then(|year| year.parse().ok());
        year.zip(self.learned.latest).is_some_and(|(year, latest)| latest - year > 89)
    }

    fn fix(&self, field: &mut Field, fix: Fix, options: &Options) -> Action {
        match fix {
            Empty => {
                field.0.clear();
                Action::Emptied
            }
            Pseudonym => {
                for repetition in &mut field.0 {
                    let value =
                        repetition.0.first().and_then(|part| part.0.first()).cloned().unwrap_or_default();
                    let new =
                        if value.is_empty() { value } else { options.secret.pseudonym(&value).to_string() };
                    repetition.0 = vec![Component(vec![new])];
                }
                Action::Pseudonymised
            }
            Date => {
                let by = options.by(&self.patient);
                for text in texts(field) {
                    if let Some(moved) = compact_moved(text, by) {
                        *text = moved;
                    }
                }
                options.dated()
            }
            Birth => {
                let by = options.by(&self.patient);
                for text in texts(field) {
                    let moved = if text.len() > 4 { compact_moved(text, by) } else { Some(text.clone()) };
                    let year = moved.and_then(|moved| moved.get(..4).map(str::to_owned)).unwrap_or_default();
                    *text = if self.is_old(&year) { String::new() } else { year };
                }
                Action::Coarsened
            }
            Address => {
                for repetition in &mut field.0 {
                    coarsen(repetition);
                }
                Action::Coarsened
            }
        }
    }

    /// Text that people write.
    fn free(&mut self, field: &mut Field, path: String) {
        let values = all(field);
        if values.iter().all(|value| is_dummy(value)) {
            return;
        }
        let place = Place::Hl7 { message: self.number, path };
        match self.mode {
            Mode::Look => {
                self.notes.found(Sort::possible(Identifier::Other, "free text"), place.clone(), || {
                    Some(values.join(" "))
                });
                for text in &values {
                    let hits = scan(text, self.echoes);
                    self.notes.read(text, &hits, |_| place.clone());
                }
            }
            Mode::Edit(options) if options.keep_text => {
                let found: Vec<Identifier> = texts(field)
                    .filter_map(|text| {
                        let hits = scan(text, self.echoes);
                        let identifier = hits.first()?.identifier;
                        *text = struck(text, self.echoes);
                        Some(identifier)
                    })
                    .collect();
                if let Some(identifier) = found.first() {
                    self.notes.changed(Action::Redacted, *identifier, place);
                }
            }
            Mode::Edit(_) => {
                field.0 = vec![Repetition(vec![Component(vec![super::DUMMY.to_owned()])])];
                self.notes.changed(Action::Replaced, Identifier::Other, place);
            }
        }
    }

    /// A field that no table names: dates and what looks like an identifier.
    fn other(&mut self, field: &mut Field, path: String) {
        let place = Place::Hl7 { message: self.number, path };
        let mut changed = None;
        for text in texts(field) {
            let hits = scan(text, self.echoes);
            let Some(hit) = hits.first().filter(|_| !is_dummy(text)) else { continue };
            let date = is_whole(text);
            if date && self.claimed {
                continue;
            }
            match self.mode {
                Mode::Look => self.notes.read(text, &hits, |_| place.clone()),
                Mode::Edit(options) => {
                    let moved = compact_moved(text, options.by(&self.patient)).filter(|_| date);
                    let new = moved.unwrap_or_else(|| struck(text, self.echoes));
                    if new != *text {
                        changed =
                            Some((if date { options.dated() } else { Action::Redacted }, hit.identifier));
                        *text = new;
                    }
                }
            }
        }
        if let Some((action, identifier)) = changed {
            self.notes.changed(action, identifier, place);
        }
    }
}

fn texts(field: &mut Field) -> impl Iterator<Item = &mut String> {
    field.0.iter_mut().flat_map(|repetition| &mut repetition.0).flat_map(|component| &mut component.0)
}

/// The components of an address (XAD, AD) that may stay: 4 state, 5 ZIP code, 6 country, 7 type.
fn coarsen(repetition: &mut Repetition) {
    let part = |number: usize| {
        repetition.0.get(number - 1).and_then(|part| part.0.first()).cloned().unwrap_or_default()
    };
    let (state, code, country, kind) = (part(4), part(5), part(6), part(7));
    let american = ["", "US", "USA"].contains(&country.to_uppercase().as_str());
    let kept = [
        String::new(),
        String::new(),
        String::new(),
        if american { state } else { String::new() },
        postal::coarse(&code).filter(|_| american).unwrap_or_default().to_owned(),
        country,
        kind,
    ];
    let empty = kept.iter().all(String::is_empty);
    repetition.0 =
        if empty { Vec::new() } else { kept.into_iter().map(|text| Component(vec![text])).collect() };
    while repetition.0.last().is_some_and(|last| last.0.iter().all(String::is_empty)) {
        repetition.0.pop();
    }
}

fn is_coarse(repetition: &Repetition) -> bool {
    let mut coarse = repetition.clone();
    coarsen(&mut coarse);
    let bare = |repetition: &Repetition| {
        let mut parts: Vec<Vec<String>> = repetition
            .0
            .iter()
            .map(|part| {
                let mut part = part.0.clone();
                while part.last().is_some_and(String::is_empty) {
                    part.pop();
                }
                part
            })
            .collect();
        while parts.last().is_some_and(Vec::is_empty) {
            parts.pop();
        }
        parts
    };
    bare(&coarse) == bare(repetition)
}
