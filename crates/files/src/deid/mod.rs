//! De-identification: what in a file identifies a person, and a copy without it.
//!
//! [`Check`] looks at a file part by part and names what it found: where, of which of HIPAA's eighteen kinds, how sure.
//! [`deidentify`] writes a copy from which the same rules take everything that is structured, and says of every change
//! where it was. A check of the copy finds nothing structured any more.
//!
//! No program can promise that nobody can be identified: see `docs/deidentification.md` for what this one does not do.

mod dates;
mod dicom;
mod fhir;
mod finding;
mod hl7;
mod identifier;
mod kept;
mod name;
mod other;
mod plan;
mod postal;
mod pseudonym;
mod report;
mod secret;
mod table;
mod text;

pub use finding::{Action, Certainty, Change, Checked, Finding, Findings, Place, Summary};
pub use identifier::Identifier;
pub use plan::{Dates, Options};
pub use report::Report;
pub use secret::{NoSecret, Secret};

use std::{collections::BTreeSet, io::Write};

use medshare_types::Kind;

use crate::{At, Inspect, Part, Place as Within, ReadError, Row, Source};
use plan::{Learned, Mode, Notes};
use text::Echoes;

/// What stands where something was that has to be there.
const DUMMY: &str = "REMOVED";

/// Looks at the parts of a file for what identifies.
///
/// It knows what it has seen so far: a name that a later part gives is not found in the text of an earlier one. To look
/// with all that the file says, use [`check`].
#[derive(Default, Debug)]
pub struct Check {
    learned: Learned,
    /// Names that were there before: those seen so far are added every time that there are more.
    echoes: Echoes,
    known: usize,
    walk: Walkers,
    notes: Notes,
}

impl Check {
    /// One that gives the values that it finds, which must not get into a log.
    pub fn with_values() -> Self {
        let notes = Notes { values: true, ..Notes::default() };
        Self { notes, ..Self::default() }
    }

    /// What was found.
    pub fn finish(mut self) -> Findings {
        self.walk.finish(&self.learned, &mut self.notes);
        let Notes { findings, claims, limits, .. } = self.notes;
        let (findings, counts) = findings.finish();
        Findings {
            findings,
            counts,
            claims: claims.into_iter().collect(),
            limits: limits.into_iter().collect(),
            remarks: Vec::new(),
        }
    }
}

impl Inspect for Check {
    fn part(&mut self, place: &Within, mut part: Part<'_>) -> Result<(), ReadError> {
        self.walk.learner.learn(&part, &mut self.learned);
        // Again when there are enough new ones: to make a search for names takes longer than to use it.
        if self.learned.values.len() > self.known + self.known / 4 {
            self.known = self.learned.values.len();
            self.echoes = self.learned.echoes();
        }
        self.walk.walk(place, &mut part, Mode::Look, (&self.learned, &self.echoes), &mut self.notes);
        Ok(())
    }
}

/// Looks for what identifies, with all that the file says: reads it twice.
///
/// # Errors
/// As [`crate::read`].
pub fn check<'a>(
    source: impl Into<Source<'a>>,
    kind: Option<Kind>,
    values: bool,
) -> Result<Findings, ReadError> {
    let mut source = source.into();
    let mut learner = Learner::default();
    crate::read(source.again(), kind, &mut learner)?;
    let mut check = if values { Check::with_values() } else { Check::default() };
    check.echoes = learner.learned.echoes();
    check.known = learner.learned.values.len();
    check.learned = learner.learned;
    let remarks = crate::read(source, kind, &mut check)?.remarks;
    Ok(Findings { remarks, ..check.finish() })
}

/// Writes a copy of a file without what identifies, and says what was changed. The same file, options and secret give the
/// same copy; a copy of a copy is the copy.
///
/// # Errors
/// As [`crate::rewrite`]: if the file is broken, has no parts that can be edited, or the copy cannot be written.
pub fn deidentify<'a>(
    source: impl Into<Source<'a>>,
    kind: Option<Kind>,
    out: &mut dyn Write,
    options: &Options,
) -> Result<Report, ReadError> {
    let mut source = source.into();
    let mut learner = Learner::default();
    crate::read(source.again(), kind, &mut learner)?;
    let echoes = learner.learned.echoes();
    let mut edit =
        Edit { options, learned: learner.learned, echoes, walk: Walkers::default(), notes: Notes::default() };
    crate::rewrite(source, kind, out, &mut edit)?;
    edit.walk.finish(&edit.learned, &mut edit.notes);
    Ok(Report::new(options, edit.notes.changes))
}

/// The pseudonym of the only patient of a file, under which an institution may link its records on the chain; the same
/// for the file and its de-identified copy. `None` if the file does not say who the patient is, or names several.
///
/// # Errors
/// As [`crate::read`].
pub fn subject<'a>(
    source: impl Into<Source<'a>>,
    kind: Option<Kind>,
    secret: &Secret,
) -> Result<Option<[u8; 32]>, ReadError> {
    let mut learner = Learner::default();
    crate::read(source, kind, &mut learner)?;
    let patients: BTreeSet<_> = learner
        .patients
        .iter()
        .chain(learner.learned.patients.values())
        .map(|patient| secret.subject(patient))
        .collect();
    let mut patients = patients.into_iter();
    Ok(patients.next().filter(|_| patients.next().is_none()))
}

/// Reads a file once, to know what the changes need: its patients, names and dates.
#[derive(Default, Debug)]
struct Learner {
    learned: Learned,
    tables: table::Walker,
    patients: BTreeSet<String>,
}

impl Learner {
    fn learn(&mut self, part: &Part<'_>, learned: &mut Learned) {
        match part {
            Part::Fhir(value) => fhir::learn(value, learned),
            Part::Dicom(object) => {
                dicom::learn(object, learned);
                self.patients.extend(dicom::patient(object));
            }
            Part::Hl7(message) => {
                hl7::learn(message, learned);
                self.patients.extend(hl7::known_patient(message));
            }
            Part::Row(Row { header, cells, is_header }) => {
                self.patients.extend(self.tables.learn(*header, cells, *is_header, learned));
            }
            Part::Name(_) => self.tables = table::Walker::default(),
            Part::Text(_) | Part::Metadata { .. } | Part::Unread(_) => {}
        }
    }
}

impl Inspect for Learner {
    fn part(&mut self, _: &Within, part: Part<'_>) -> Result<(), ReadError> {
        let mut learned = std::mem::take(&mut self.learned);
        self.learn(&part, &mut learned);
        self.learned = learned;
        Ok(())
    }
}

struct Edit<'a> {
    options: &'a Options,
    learned: Learned,
    echoes: Echoes,
    walk: Walkers,
    notes: Notes,
}

impl Inspect for Edit<'_> {
    fn part(&mut self, place: &Within, mut part: Part<'_>) -> Result<(), ReadError> {
        let known = (&self.learned, &self.echoes);
        self.walk.walk(place, &mut part, Mode::Edit(self.options), known, &mut self.notes);
        Ok(())
    }
}

/// What walks carry from part to part.
#[derive(Default, Debug)]
struct Walkers {
    learner: Learner,
    fhir: fhir::Walker,
    tables: table::Walker,
    /// Of the file that it is in, how many messages there were.
    messages: (Option<String>, u64),
}

impl Walkers {
    fn walk(
        &mut self,
        place: &Within,
        part: &mut Part<'_>,
        mode: Mode<'_>,
        known: (&Learned, &Echoes),
        notes: &mut Notes,
    ) {
        notes.file.clone_from(&place.file);
        match part {
            Part::Name(file) => name::walk(file, mode, notes),
            Part::Fhir(value) => {
                let origin = match place.at {
                    At::Whole | At::Page(_) => fhir::Origin::default(),
                    At::Line(line) => fhir::Origin { line: Some(line), entry: None },
                    At::Entry { index, .. } => fhir::Origin { line: None, entry: Some(index) },
                };
                self.fhir.walk(value, origin, mode, known, notes);
            }
            Part::Dicom(object) => dicom::walk(object, mode, known.1, notes),
            Part::Hl7(message) => {
                if self.messages.0 != place.file {
                    self.messages = (place.file.clone(), 0);
                }
                self.messages.1 += 1;
                hl7::walk(message, self.messages.1, mode, known, notes);
            }
            Part::Row(Row { header, cells, is_header }) => {
                self.tables.walk((*header, cells, *is_header), mode, known, notes);
            }
            Part::Text(line) => other::line(line, place.at, mode, known.1, notes),
            Part::Metadata { name, value } => other::metadata(name, value, mode, notes),
            Part::Unread(why) => other::unread(why, notes),
        }
    }

    fn finish(&mut self, learned: &Learned, notes: &mut Notes) {
        self.tables.finish(notes);
        std::mem::take(&mut self.fhir).finish(learned, notes);
    }
}
