//! De-identification on real files, on ones made for each rule, and on any.

mod dicom;
mod fhir;
mod fhir_rules;
mod hl7;
mod images;
mod pdf;
mod properties;
mod table;
mod tiff;

use std::path::{Path, PathBuf};

use medshare_files::{
    deid::{self, Findings, Identifier, Options, Report, Secret},
    describe,
};

/// A file of the tests' fixtures.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

/// The options of an institution.
fn options() -> Options {
    Options::new(Secret::from_bytes([7; 32]))
}

/// A file with this content, in a folder that ends with it.
struct Written {
    path: PathBuf,
    _dir: tempfile::TempDir,
}

fn written(name: &str, content: impl AsRef<[u8]>) -> Written {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    Written { path, _dir: dir }
}

/// A de-identified copy, under the same name.
fn deidentified(path: &Path, options: &Options) -> (Written, Report) {
    let mut bytes = Vec::new();
    let report = deid::deidentify(path, None, &mut bytes, options)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    (written(&path.file_name().unwrap().to_string_lossy(), bytes), report)
}

fn check(path: &Path) -> Findings {
    deid::check(path, None, false).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What must hold for every file: a copy has nothing structured left, its copy is the copy, and both can be described.
fn holds(path: &Path, options: &Options) -> Written {
    let name = path.display();
    let before = describe(path, None).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (copy, report) = deidentified(path, options);
    let left = check(&copy.path);
    assert!(left.is_clean(), "{name} still has {:#?}", left.structured().collect::<Vec<_>>());
    let after = describe(&copy.path, None).unwrap_or_else(|error| panic!("copy of {name}: {error}"));
    assert!(after.identifying.is_empty(), "{name}: {:?}", after.identifying);
    assert_eq!(after.descriptor.kind, before.descriptor.kind, "{name}");
    let (again, second) = deidentified(&copy.path, options);
    let (once, twice) = (std::fs::read(&copy.path).unwrap(), std::fs::read(&again.path).unwrap());
    assert!(once == twice, "the copy of the copy of {name} is another, after {:#?}", second.changes);
    assert_eq!(second.changes, [], "{name}");
    let (same, reported) = deidentified(path, options);
    assert!(once == std::fs::read(&same.path).unwrap() && report == reported, "{name} is not deterministic");
    copy
}

/// The letters of what was found and is structured.
fn letters(findings: &Findings) -> String {
    let kinds: std::collections::BTreeSet<Identifier> =
        findings.structured().map(|finding| finding.identifier).collect();
    kinds.into_iter().map(Identifier::letter).collect()
}

#[test]
fn secrets_are_the_institutions() {
    let other = Options::new(Secret::from_bytes([8; 32]));
    let path = fixture("fhir/atencio.json");
    let (ours, theirs) = (deidentified(&path, &options()).0, deidentified(&path, &other).0);
    assert_ne!(std::fs::read(&ours.path).unwrap(), std::fs::read(&theirs.path).unwrap());
}

#[test]
fn a_patient_is_the_same_subject_before_and_after() {
    let secret = options().secret;
    for name in ["fhir/atencio.json", "dicom/CT_small.dcm", "dicom/MR_small.dcm"] {
        let path = fixture(name);
        let before = deid::subject(&path, None, &secret).unwrap();
        let (copy, _) = deidentified(&path, &options());
        assert!(before.is_some(), "{name}");
        assert_eq!(before, deid::subject(&copy.path, None, &secret).unwrap(), "{name}");
        assert_ne!(before, deid::subject(&path, None, &Secret::from_bytes([8; 32])).unwrap(), "{name}");
    }
    let two = "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n{\"resourceType\":\"Patient\",\"id\":\"b\"}\n";
    assert_eq!(deid::subject(&written("two.ndjson", two).path, None, &secret).unwrap(), None);
}

#[test]
fn findings_hold_no_values_unless_asked() {
    let values = ["Atencio", "Alberto", "999-61-3984", "1993-06-07", "Koch Crossroad"];
    let path = fixture("fhir/atencio.json");
    let shown = serde_json::to_string(&check(&path)).unwrap();
    let report = serde_json::to_string(&deidentified(&path, &options()).1).unwrap();
    for value in values {
        assert!(!shown.contains(value) && !report.contains(value), "{value} is shown");
    }
    let asked = serde_json::to_string(&deid::check(&path, None, true).unwrap()).unwrap();
    assert!(asked.contains("1993-06-07"), "values were asked for");
}

#[test]
fn the_report_names_each_change_without_values() {
    let (_copy, report) = deidentified(&fixture("fhir/atencio.json"), &options());
    assert_eq!(report.format, "medshare/v1/deidentification");
    let counted: u64 = report.counts.values().flat_map(|actions| actions.values()).sum();
    assert_eq!(counted, u64::try_from(report.changes.len()).unwrap());
    assert!(report.elements().contains(&"Patient.name".to_owned()), "{:?}", report.elements());
    let json = serde_json::to_value(&report).unwrap();
    let change = &json["changes"][0];
    assert!(change["place"]["path"].is_string() && change["action"].is_string(), "{change}");
    let read: Report = serde_json::from_value(json).unwrap();
    assert_eq!(read, report);
}
