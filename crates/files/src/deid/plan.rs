//! What a walk over a file does: looks, or changes by a plan; and what it notes.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    Action, Certainty, Change, Finding, Identifier, Place, Secret,
    dates::Move,
    kept::Kept,
    pseudonym::Pseudonym,
    text::{Echoes, Hit, is_dummy},
};

/// What becomes of dates.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dates {
    /// They move by 1 to 365 days back, all of a patient by the same, so that intervals stay. This is DICOM's "Retain
    /// Longitudinal Temporal Information with Modified Dates Option". It is not HIPAA's Safe Harbor.
    #[default]
    Shift,
    /// Only years stay, as Safe Harbor wants it.
    Year,
}

/// How to de-identify.
#[derive(Clone, Debug)]
pub struct Options {
    /// The institution's secret.
    pub secret: Secret,
    /// What becomes of dates.
    pub dates: Dates,
    /// Keep free text, with what looks like an identifier struck out; without this, it is removed.
    pub keep_text: bool,
    /// Keep age, sex, size, weight and such of a patient in DICOM ("Retain Patient Characteristics Option"). FHIR has
    /// them in observations, which stay.
    pub keep_characteristics: bool,
    /// Who the patient is, if the file does not say it as other files of the same patient do.
    pub patient: Option<String>,
}

impl Options {
    /// The defaults: dates shifted, free text removed.
    pub fn new(secret: Secret) -> Self {
        Self { secret, dates: Dates::Shift, keep_text: false, keep_characteristics: false, patient: None }
    }

    /// How the dates of a patient move.
    pub(super) fn by(&self, patient: &str) -> Move {
        match self.dates {
            Dates::Shift => Move::By(self.secret.days(self.patient.as_deref().unwrap_or(patient))),
            Dates::Year => Move::ToYear,
        }
    }

    /// How a date that moved is reported.
    pub(super) fn dated(&self) -> Action {
        match self.dates {
            Dates::Shift => Action::Shifted,
            Dates::Year => Action::Coarsened,
        }
    }
}

/// Whether a walk looks or changes.
#[derive(Clone, Copy)]
pub(super) enum Mode<'a> {
    Look,
    Edit(&'a Options),
}

impl<'a> Mode<'a> {
    pub(super) fn options(self) -> Option<&'a Options> {
        match self {
            Self::Look => None,
            Self::Edit(options) => Some(options),
        }
    }

    /// Whether this is a pseudonym already: on looking, anybody's; on changing, only our own.
    pub(super) fn is_pseudonym(self, text: &str) -> bool {
        Pseudonym::parse(text).is_some_and(|pseudonym| match self {
            Self::Look => true,
            Self::Edit(options) => options.secret.made(pseudonym),
        })
    }
}

/// What a walk notes.
#[derive(Default, Debug)]
pub(super) struct Notes {
    pub findings: Kept,
    pub changes: Vec<Change>,
    pub claims: BTreeSet<String>,
    pub limits: BTreeSet<String>,
    /// Values are noted with the findings.
    pub values: bool,
    /// The member of a folder or archive that is walked over.
    pub file: Option<String>,
}

/// Something at a place that identifies, or may.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Sort {
    pub certainty: Certainty,
    pub identifier: Identifier,
    pub what: &'static str,
}

impl Sort {
    pub(super) const fn structured(identifier: Identifier, what: &'static str) -> Self {
        Self { certainty: Certainty::Structured, identifier, what }
    }

    pub(super) const fn possible(identifier: Identifier, what: &'static str) -> Self {
        Self { certainty: Certainty::Possible, identifier, what }
    }
}

impl Notes {
    pub(super) fn found(&mut self, sort: Sort, place: Place, value: impl FnOnce() -> Option<String>) {
        let Sort { certainty, identifier, what } = sort;
        let value = self.values.then(value).flatten();
        self.findings.add(Finding {
            certainty,
            identifier,
            file: self.file.clone(),
            place,
            what: what.to_owned(),
            value,
        });
    }

    pub(super) fn changed(&mut self, action: Action, identifier: Identifier, place: Place) {
        self.changes.push(Change { file: self.file.clone(), place, action, identifier });
    }

    /// Notes what is in a text. One finding for each kind: a text has one place.
    pub(super) fn read(&mut self, text: &str, hits: &[Hit], place: impl Fn(&Hit) -> Place) {
        let mut seen = BTreeSet::new();
        for hit in hits {
            if seen.insert((hit.identifier, hit.what)) {
                let sort = Sort { certainty: hit.certainty, identifier: hit.identifier, what: hit.what };
                self.found(sort, place(hit), || text.get(hit.at.clone()).map(str::to_owned));
            }
        }
    }
}

/// What is known of a file, or of several that belong together, from having read it once.
#[derive(Clone, Default, Debug)]
pub(super) struct Learned {
    /// Names and numbers of persons.
    pub values: BTreeSet<String>,
    /// The patients of FHIR, by the last part of what refers to them; several names of one lead to the same.
    pub patients: std::collections::BTreeMap<String, String>,
    /// The latest year that any date names.
    pub latest: Option<i32>,
}

/// So many names and numbers of persons are remembered: a file with more people in it is no single patient's.
const MOST: usize = 2000;
/// Shorter words occur in texts by themselves.
const LEAST: usize = 4;

impl Learned {
    /// Remembers names and numbers of persons.
    pub(super) fn hear(&mut self, values: impl IntoIterator<Item = String>) {
        for value in values {
            let value = value.trim();
            if self.values.len() < MOST && value.chars().count() >= LEAST && !is_dummy(value) {
                self.values.insert(value.to_owned());
            }
        }
    }

    pub(super) fn year(&mut self, year: Option<i32>) {
        self.latest = self.latest.max(year.filter(|year| (1850..=2200).contains(year)));
    }

    pub(super) fn echoes(&self) -> Echoes {
        Echoes::new(self.values.iter().cloned())
    }

    /// The only patient there is, if there is one only.
    pub(super) fn only(&self) -> Option<&str> {
        let mut all = self.patients.values();
        let first = all.next()?;
        all.all(|patient| patient == first).then_some(first)
    }
}
