//! Names of files in folders and archives.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Action, Identifier, Place,
    plan::{Mode, Notes, Sort},
    pseudonym::Pseudonym,
};

/// Names that devices and exports give: a word for what it is, a number, an ending.
static GENERIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:dicom|dicomdir|data|export|exam|images?|img|im|i|se|series|ser|s|st|study|studies|pa|pat|patient|p|ct|mr|us|cr|dx|nm|pt|xa|rt|sr|file|part|slice|frame|instance|bundle|resources?|patients?|observations?|conditions?|encounters?|procedures?|medications?|medicationrequests?|immunizations?|allergyintolerances?|diagnosticreports?|organizations?|practitioners?|locations?|careplans?|claims?|devices?|results?|labs?|readme|license|fhir|hl7|csv|ndjson)?[ _-]?\d{0,10}(?:\.[a-z0-9]{1,8}){0,2}$",
    )
    .expect("the pattern is right: a test uses it")
});

/// Judges a name, and on changing gives each part of it that is not generic a pseudonym.
pub(super) fn walk(name: &mut String, mode: Mode<'_>, notes: &mut Notes) {
    let stem = |part: &str| part.split('.').next().unwrap_or_default().to_owned();
    let fine = |part: &str| {
        GENERIC.is_match(part)
            || matches!(mode, Mode::Look) && Pseudonym::parse(&stem(part)).is_some()
            || mode.is_pseudonym(&stem(part))
    };
    if name.split('/').all(&fine) {
        return;
    }
    let place = Place::Part { part: "file name".to_owned() };
    match mode {
        Mode::Look => {
            let sort = Sort::possible(Identifier::Other, "a file name that may say whose it is");
            notes.found(sort, place, || Some(name.clone()));
        }
        Mode::Edit(options) => {
            let renamed = |part: &str| match (fine(part), part.split_once('.')) {
                (true, _) => part.to_owned(),
                (false, Some((stem, ending))) => format!("{}.{ending}", options.secret.pseudonym(stem)),
                (false, None) => options.secret.pseudonym(part).to_string(),
            };
            *name = name.split('/').map(renamed).collect::<Vec<_>>().join("/");
            notes.changed(Action::Pseudonymised, Identifier::Other, place);
            // The old name would tell in the report what was taken out of the file.
            notes.file = Some(name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deid::{Options, Secret};

    #[test]
    fn renames_what_may_name_somebody() {
        let options = Options::new(Secret::from_bytes([1; 32]));
        let mut notes = Notes::default();
        let mut name = "Smith^John/SE000001/IM000001.dcm".to_owned();
        walk(&mut name, Mode::Look, &mut notes);
        assert_eq!(std::mem::take(&mut notes.findings).finish().0.len(), 1);
        walk(&mut name, Mode::Edit(&options), &mut notes);
        assert!(name.ends_with("/SE000001/IM000001.dcm") && !name.contains("Smith"), "{name}");
        let once = name.clone();
        walk(&mut name, Mode::Edit(&options), &mut notes);
        walk(&mut name, Mode::Look, &mut notes);
        assert_eq!((name, notes.changes.len(), notes.findings.finish().0.len()), (once, 1, 0));
    }
}
