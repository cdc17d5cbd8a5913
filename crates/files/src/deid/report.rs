//! What de-identification changed, as a file for whoever has to answer for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Action, Change, Dates, Identifier, Options};

/// Every change that was made to a file, in the order of the file. It holds no value that was in the file, and the same
/// file and options give the same report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// `medshare/v1/deidentification`.
    pub format: String,
    /// By which rules.
    pub profile: String,
    /// What became of dates: `shift` or `year`.
    pub dates: String,
    /// Whether free text was kept, with what looked like an identifier struck out.
    pub kept_text: bool,
    /// Whether the patient's characteristics were kept (DICOM).
    pub kept_characteristics: bool,
    /// How many changes there were, by kind of identifier and by what was done.
    pub counts: BTreeMap<Identifier, BTreeMap<Action, u64>>,
    /// The changes.
    pub changes: Vec<Change>,
}

impl Report {
    pub(super) fn new(options: &Options, changes: Vec<Change>) -> Self {
        let mut counts: BTreeMap<Identifier, BTreeMap<Action, u64>> = BTreeMap::new();
        for change in &changes {
            *counts.entry(change.identifier).or_default().entry(change.action).or_default() += 1;
        }
        Self {
            format: "medshare/v1/deidentification".to_owned(),
            profile: "45 CFR 164.514(b)(2)(i); DICOM PS3.15 2026d E, Basic Profile with Clean Structured Content and Modified Dates"
                .to_owned(),
            dates: match options.dates {
                Dates::Shift => "shift",
                Dates::Year => "year",
            }
            .to_owned(),
            kept_text: options.keep_text,
            kept_characteristics: options.keep_characteristics,
            counts,
            changes,
        }
    }

    /// The distinct elements that were changed, without indices.
    pub fn elements(&self) -> Vec<String> {
        let elements: std::collections::BTreeSet<String> =
            self.changes.iter().map(|change| change.place.element()).collect();
        elements.into_iter().collect()
    }
}
