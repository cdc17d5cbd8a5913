//! The readers on real files, and on broken ones.

use std::{
    fs,
    path::{Path, PathBuf},
};

use medshare_files::{ReadError, deidentify, describe};
use medshare_types::{CodeSystem, Kind, YearMonth};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

fn written(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, content).unwrap();
    (dir, path)
}

fn refusal(name: &str, content: &[u8]) -> String {
    let (_dir, path) = written(name, content);
    describe(&path, None).unwrap_err().to_string()
}

#[test]
fn describes_a_fhir_bundle() {
    let description = describe(&fixture("fhir/atencio.json"), None).unwrap();
    let descriptor = description.descriptor;
    assert_eq!(descriptor.kind, Kind::Fhir);
    assert_eq!(descriptor.media_type.as_str(), Some("application/fhir+json"));
    assert_eq!(descriptor.plaintext_size, 299_073);
    let count = |of: &str| descriptor.counts.iter().find(|c| c.of.as_str() == Some(of)).map(|c| c.number);
    assert_eq!(count("Observation"), Some(35));
    assert_eq!(count("Patient"), Some(1));
    assert_eq!(count("Bundle"), None);
    // Patient, Condition, MedicationRequest, Immunization, Procedure, Observation, Encounter; no AllergyIntolerance.
    assert_eq!(descriptor.completeness, 87);
    assert_eq!(descriptor.codes.len(), 32);
    assert!(descriptor.codes.windows(2).all(|pair| pair[0] < pair[1]), "codes are distinct and ordered");
    assert!(descriptor.codes.iter().any(|code| code.system == CodeSystem::Snomed));
    let (first, last) = descriptor.period.unwrap();
    assert!(first <= last && first >= YearMonth { year: 1993, month: 6 });
    assert!(description.identifying.contains(&"Patient.name".to_owned()));
    assert!(description.identifying.contains(&"Patient.birthDate".to_owned()));
}

#[test]
fn names_nobody_in_the_descriptor() {
    let description = describe(&fixture("fhir/atencio.json"), None).unwrap();
    let json = serde_json::to_string(&description.descriptor).unwrap();
    for identifying in ["Atencio", "Alberto", "999-61-3984", "1993-06-07", "Koch Crossroad"] {
        assert!(!json.contains(identifying), "{identifying} is in {json}");
    }
}

#[test]
fn describes_every_dicom_file() {
    for (name, modality, frames) in [
        ("CT_small.dcm", Some("CT"), Some(1)),
        ("MR_small.dcm", Some("MR"), Some(1)),
        ("JPEG2000.dcm", Some("NM"), Some(1)),
        ("examples_rgb_color.dcm", Some("US"), Some(1)),
        ("rtdose.dcm", Some("RTDOSE"), Some(15)),
        ("reportsi.dcm", Some("SR"), None),
    ] {
        let description =
            describe(&fixture("dicom").join(name), None).unwrap_or_else(|error| panic!("{name}: {error}"));
        let descriptor = description.descriptor;
        assert_eq!(descriptor.kind, Kind::Dicom, "{name}");
        assert_eq!(descriptor.modality.as_ref().and_then(|m| m.as_str()), modality, "{name}");
        assert_eq!(descriptor.counts.first().map(|count| count.number), frames, "{name}");
        assert_eq!(descriptor.codes[0].system, CodeSystem::Dicom, "{name}");
        assert!(descriptor.completeness > 50, "{name}: {}", descriptor.completeness);
    }
}

#[test]
fn refuses_a_truncated_image() {
    let error = describe(&fixture("bad/MR_truncated.dcm"), None).unwrap_err();
    assert!(matches!(error, ReadError::Dicom { .. }), "{error}");
}

#[test]
fn refuses_a_dicom_file_without_header() {
    let error = describe(&fixture("bad/no_meta.dcm"), None).unwrap_err();
    assert!(error.to_string().contains("no Part 10 header"), "{error}");
}

#[test]
fn survives_a_bad_value_representation() {
    // Read or refused with a reason; never a panic.
    if let Err(error) = describe(&fixture("bad/badVR.dcm"), None) {
        assert!(matches!(error, ReadError::Dicom { .. }), "{error}");
    }
}

#[test]
fn says_what_is_wrong_with_fhir() {
    assert!(refusal("a.json", br#"{"resourceType":"Patient","nonsense":1}"#).contains("nonsense"));
    assert!(refusal("a.json", br#"{"resourceType":"Patiento","id":"x"}"#).contains("resourceType"));
    assert!(refusal("a.json", br#"{"resourceType":"Patient","id":5}"#).contains("expected a string"));
    assert!(refusal("a.json", br#"{"resourceType":"Patient","#).contains("line 1 column"));
    assert!(refusal("a.json", br#"{"resourceType":"Bundle","type":"collection"}"#).contains("no entry"));
}

#[test]
fn refuses_empty_and_missing_files() {
    assert!(refusal("a.txt", b"").contains("empty"));
    let error = describe(Path::new("/nowhere/at/all.txt"), None).unwrap_err();
    assert!(matches!(error, ReadError::Io { .. }));
    let (dir, _) = written("a.txt", b"x");
    assert!(describe(dir.path(), None).unwrap_err().to_string().contains("not a file"));
}

#[test]
fn takes_any_other_file_as_a_document() {
    let (_dir, path) = written("report.pdf", b"%PDF-1.7");
    let descriptor = describe(&path, None).unwrap().descriptor;
    assert_eq!((descriptor.kind, descriptor.plaintext_size), (Kind::Document, 8));
    assert_eq!(descriptor.media_type.as_str(), Some("application/pdf"));
    let (_dir, path) = written("settings.json", br#"{"colour":"red"}"#);
    assert_eq!(describe(&path, None).unwrap().descriptor.kind, Kind::Document);
    // A broken file passes as a document when its owner says so.
    let broken = fixture("bad/MR_truncated.dcm");
    assert_eq!(describe(&broken, Some(Kind::Document)).unwrap().descriptor.kind, Kind::Document);
}

#[test]
fn takes_out_what_identifies() {
    for name in ["fhir/atencio.json", "dicom/CT_small.dcm", "dicom/MR_small.dcm", "dicom/reportsi.dcm"] {
        let original = fixture(name);
        let before = describe(&original, None).unwrap();
        assert!(!before.identifying.is_empty(), "{name}");
        let (_dir, path) =
            written(&original.file_name().unwrap().to_string_lossy(), &deidentify(&original).unwrap());
        let after = describe(&path, None).unwrap();
        assert_eq!(after.identifying, Vec::<String>::new(), "{name}");
        assert_eq!(after.descriptor.counts, before.descriptor.counts, "{name}");
        assert_eq!(after.descriptor.codes, before.descriptor.codes, "{name}");
    }
    let text = String::from_utf8(deidentify(&fixture("fhir/atencio.json")).unwrap()).unwrap();
    for identifying in ["999-61-3984", "1993-06-07", "Koch Crossroad", "555-961-9901"] {
        assert!(!text.contains(identifying), "{identifying} is still there");
    }
}
