//! What a check finds and what de-identification changes: where, of which kind, how sure. Never the value itself,
//! unless it is asked for.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::Identifier;

/// How sure it is that something identifies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// The format says what this element is for: a name, an address, a number of a person. What could not be read counts
    /// as much: any of these may be in it.
    Structured,
    /// It is in free text or an element for something else, and has the form of an identifier: `a@b.org`.
    Pattern,
    /// It may be one: free text nobody has read, words that look like a name, pixels.
    Possible,
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Structured => "structured",
            Self::Pattern => "pattern",
            Self::Possible => "possible",
        })
    }
}

/// Where in a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "format", rename_all = "kebab-case")]
pub enum Place {
    /// An element of FHIR.
    Fhir {
        /// The line, from 1, where each line is a resource of its own (NDJSON).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u64>,
        /// A FHIRPath with indices, such as `Bundle.entry[0].resource.name[0].family`.
        path: String,
        /// The type of the resource and the element in it, without indices: `Patient.name.family`.
        element: String,
    },
    /// An attribute of DICOM.
    Dicom {
        /// Tags and keywords, through sequences, items numbered from 0:
        /// `(0040,A730) ContentSequence[2] > (0040,A123) PersonName`.
        path: String,
    },
    /// A field of HL7 v2.
    Hl7 {
        /// The message in the file, from 1.
        message: u64,
        /// Segment, its repetition from 1, field, repetition and component as in `PID[1]-5[1].1`.
        path: String,
    },
    /// Cells of a table.
    Csv {
        /// The column, from 1.
        column: u64,
        /// Its name in the header.
        name: String,
        /// The first row with it, the header being row 1.
        first: u64,
        /// The last.
        last: u64,
        /// How many rows.
        rows: u64,
    },
    /// A position in text.
    Text {
        /// The line, from 1.
        line: u64,
        /// The byte in the line, from 1.
        column: u64,
    },
    /// A part of a file that has no finer places.
    Part {
        /// Such as `Exif` or `pixels`.
        part: String,
    },
}

impl Place {
    /// The element without indices and repetitions, so that many findings make one line.
    pub fn element(&self) -> String {
        let bare = |path: &str| {
            let mut depth = 0_usize;
            path.chars()
                .filter(|c| {
                    let inside = depth > 0 || *c == '[';
                    match c {
                        '[' => depth += 1,
                        ']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    !inside
                })
                .collect::<String>()
        };
        match self {
            Self::Fhir { element, .. } => element.clone(),
            Self::Dicom { path } => bare(path),
            Self::Hl7 { path, .. } => bare(path),
            Self::Csv { name, column, .. } if name.is_empty() => format!("column {column}"),
            Self::Csv { name, .. } => format!("column {name}"),
            Self::Text { .. } => "text".to_owned(),
            Self::Part { part } => part.clone(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fhir { line: Some(line), path, .. } => write!(f, "line {line}: {path}"),
            Self::Fhir { line: None, path, .. } | Self::Dicom { path } => f.write_str(path),
            Self::Hl7 { message: 1, path } => f.write_str(path),
            Self::Hl7 { message, path } => write!(f, "message {message}: {path}"),
            Self::Csv { name, first, last, rows, .. } => {
                write!(
                    f,
                    "{}{name}, {rows} rows from {first} to {last}",
                    if name.is_empty() { "" } else { "column " }
                )
            }
            Self::Text { line, column } => write!(f, "line {line}, byte {column}"),
            Self::Part { part } => f.write_str(part),
        }
    }
}

/// Something that identifies, or may.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// How sure that is.
    pub certainty: Certainty,
    /// What kind it is of.
    pub identifier: Identifier,
    /// The file in a folder or archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where.
    pub place: Place,
    /// What it is, in words.
    pub what: String,
    /// The value, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What was found in a file.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Findings {
    /// Where something identifies, the surest first, each kind together, in the order of places. Of each kind in each
    /// element the first hundred places are named; `counts` says how many there are.
    pub findings: Vec<Finding>,
    /// How often each kind was found in each element, in all of the file.
    #[serde(default)]
    pub counts: Vec<Summary>,
    /// What the file says about its own de-identification, and what follows from it. Nobody can tell from a file
    /// whether its dates were moved.
    pub claims: Vec<String>,
    /// What a program cannot see in a file of this kind.
    pub limits: Vec<String>,
    /// What [`check`](super::check) was told besides, as in [`Description`](crate::Description), which has its own.
    #[serde(skip)]
    pub remarks: Vec<String>,
}

impl Findings {
    /// The places that are structured: for these, sealing is refused and auditors reject.
    pub fn structured(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.certainty == Certainty::Structured)
    }

    /// Whether no structured finding is left.
    pub fn is_clean(&self) -> bool {
        !self.counts.iter().any(|summary| summary.certainty == Certainty::Structured)
    }

    /// With what follows from them.
    pub fn checked(self) -> Checked {
        Checked { clean: self.is_clean(), identifying: self.identifying(), findings: self }
    }

    /// The distinct elements with structured findings, without indices, such as `Patient.name`.
    pub fn identifying(&self) -> Vec<String> {
        let structured = self.counts.iter().filter(|summary| summary.certainty == Certainty::Structured);
        let elements: BTreeSet<&String> = structured.map(|summary| &summary.element).collect();
        elements.into_iter().cloned().collect()
    }
}

/// What a check says: as JSON, what `medshare check --json` prints.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Checked {
    /// As [`Findings::is_clean`].
    pub clean: bool,
    /// As [`Findings::identifying`].
    pub identifying: Vec<String>,
    /// What was found.
    #[serde(flatten)]
    pub findings: Findings,
}

/// Findings of one kind in one element.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// How sure they are.
    pub certainty: Certainty,
    /// Their kind.
    pub identifier: Identifier,
    /// The element without indices.
    pub element: String,
    /// What they are, in words.
    pub what: String,
    /// How many.
    pub count: u64,
    /// Where the first is.
    pub first: Place,
}

/// What de-identification did with a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The element is gone.
    Removed,
    /// It is there, without a value.
    Emptied,
    /// A dummy stands in its place, the same for everybody.
    Replaced,
    /// A pseudonym stands in its place, the same wherever the value occurs.
    Pseudonymised,
    /// A date moved by the patient's number of days.
    Shifted,
    /// A coarser value stands in its place: a year, three digits of a ZIP code, an age of 90 or more.
    Coarsened,
    /// Words in a text were struck out.
    Redacted,
}

/// A change that de-identification made.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Change {
    /// The file in a folder or archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where, in the original file.
    pub place: Place,
    /// What was done.
    pub action: Action,
    /// What kind of identifier it was done for.
    pub identifier: Identifier,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_have_no_indices() {
        let dicom = Place::Dicom { path: "(0040,A730) ContentSequence[2] > (0040,A123) PersonName".into() };
        assert_eq!(dicom.element(), "(0040,A730) ContentSequence > (0040,A123) PersonName");
        assert_eq!(Place::Hl7 { message: 1, path: "PID[1]-5[2].1".into() }.element(), "PID-5.1");
    }
}
