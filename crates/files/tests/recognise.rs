//! What a file is, its content says.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use common::{Dir, bytes, described, described_as, descriptor, fixture, is_unread, media_type};
use medshare_files::{Form, ReadError, Source, describe, recognise};
use medshare_types::{Descriptor, Kind};

const HL7: &str = "MSH|^~\\&|LAB|HOSP|||20190504||ORU^R01|1|P|2.5.1\rPID|1||77\r";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[test]
fn content_decides_and_not_the_name() {
    let dir = Dir::new();
    for (name, content) in [
        ("bundle.dcm", bytes("fhir/atencio.json")),
        ("picture.json", bytes("dicom/rtdose.dcm")),
        ("scan.csv", HL7.as_bytes().to_vec()),
        ("table.pdf", b"id,a,b\n1,2,3\n".to_vec()),
    ] {
        let misnamed = describe(&dir.put(name, &content), None).unwrap();
        let plain = describe(&dir.put("x", &content), None).unwrap();
        assert_eq!(misnamed.descriptor, plain.descriptor, "{name}");
        assert_eq!(plain.remarks, Vec::<String>::new(), "{name}");
        let [remark] = &misnamed.remarks[..] else { panic!("{name}: {:?}", misnamed.remarks) };
        assert!(remark.contains("its name ends"), "{remark}");
    }
}

#[test]
fn tells_forms_apart() {
    let of = |content: &[u8]| {
        media_type(&described_as(content, Some(Kind::Document)).unwrap().descriptor).to_owned()
    };
    for (content, expected) in [
        (&b"{\"id\":1,\n \"resourceType\": \"Patient\"}"[..], "application/fhir+json"),
        (b"{\"a\":{\"resourceType\":\"Patient\"}}", "application/json"),
        (b"[1,2,3]", "application/json"),
        (b"[1,2,3", "text/plain"),
        (b"{curly prose}", "text/plain"),
        (HL7.as_bytes(), "x-application/hl7-v2+er7"),
        (b"\x0bMSH|^~\\&|a\r\x1c\r", "x-application/hl7-v2+er7"),
        (b"MSH is a word", "text/plain"),
        (b"\x00junk %PDF-1.7", "application/pdf"),
        (b"a text about %PDF-1.7", "text/plain"),
        (b"BMI is no bitmap", "text/plain"),
        (b"<!DOCTYPE html><p>x</p>", "text/html"),
        (b"{\\rtf1 x}", "application/rtf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (b"a;b;c\n1;2;3\n", "text/csv"),
        (b"a\tb\tc\n1\t2\t3\n", "text/tab-separated-values"),
        (b"<?xml version=\"1.0\"?><Patient xmlns=\"http://hl7.org/fhir\"/>", "application/fhir+xml"),
        (b"<note>x</note>", "application/xml"),
        (b"Dear colleague", "text/plain"),
        (b"GIF89a\x01\x00\x01\x00", "image/gif"),
        (b"\x00\x01\x02\x03 nothing known", "application/octet-stream"),
    ] {
        assert_eq!(of(content), expected, "{}", String::from_utf8_lossy(content));
    }
}

#[test]
fn an_office_document_is_no_folder_of_files() {
    let content: Vec<u8> = (0..=255).collect();
    let names = ["[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/styles.xml"];
    let document = common::zip(&names.map(|name| (name, content.as_slice())));
    let descriptor = descriptor(document);
    assert_eq!(descriptor.kind, Kind::Document);
    assert!(media_type(&descriptor).contains("wordprocessingml"), "{}", media_type(&descriptor));
}

#[test]
fn recognises_fixtures() {
    assert_eq!(recognise(&fixture("fhir/riojas.json")).unwrap(), Form::Fhir);
    for name in ["dicom/rtdose.dcm", "bad/no_meta.dcm", "bad/badVR.dcm"] {
        assert_eq!(recognise(&fixture(name)).unwrap(), Form::Dicom, "{name}");
    }
}

#[test]
fn the_owner_may_call_anything_a_document_and_the_auditor_sees_the_same() {
    let dir = Dir::new();
    for (name, content) in [
        ("truncated", bytes("bad/MR_truncated.dcm")),
        ("whole", bytes("dicom/MR_small.dcm")),
        ("bundle", bytes("fhir/atencio.json")),
        ("message", b"MSH|^~\\&|broken".to_vec()),
        ("hl7", HL7.as_bytes().to_vec()),
        ("table", b"a,b,c\n1,2,3\n".to_vec()),
    ] {
        let owner = describe(&dir.put(name, &content), Some(Kind::Document)).unwrap();
        let auditor = described_as(&content, Some(owner.descriptor.kind)).unwrap();
        assert_eq!(owner.descriptor, auditor.descriptor, "{name}");
        assert_eq!(owner.identifying, auditor.identifying, "{name}");
        assert_eq!(owner.descriptor.kind, Kind::Document, "{name}");
        let automatic = described(&content);
        // Whoever calls what is broken a document does not hide that nobody looked at it.
        assert_eq!(is_unread(&owner), automatic.is_err(), "{name}");
        assert_eq!(automatic.is_err(), ["truncated", "message"].contains(&name), "{name}");
        if let Ok(automatic) = automatic
            && automatic.descriptor.kind == Kind::Document
        {
            assert_eq!(automatic.descriptor, owner.descriptor, "{name}");
        }
    }
    // Whoever calls a bundle a document does not hide who is in it.
    let bundle = described_as(bytes("fhir/atencio.json"), Some(Kind::Document)).unwrap();
    assert!(bundle.identifying.contains(&"Patient.name".to_owned()));
    assert!(bundle.descriptor.codes.is_empty());
}

#[test]
fn what_is_called_by_a_kind_that_it_is_not_is_refused() {
    assert!(described_as("just text", Some(Kind::Fhir)).is_err());
    assert!(described_as("just text", Some(Kind::Dicom)).is_err());
    assert!(described_as(bytes("fhir/atencio.json"), Some(Kind::Dicom)).is_err());
}

#[test]
fn refuses_empty_and_missing_files() {
    let error = described("").unwrap_err();
    assert!(matches!(error, ReadError::Empty { .. }) && error.to_string().contains("is empty"), "{error}");
    let error = describe(Path::new("/nowhere/at/all.txt"), None).unwrap_err();
    assert!(matches!(error, ReadError::Io { .. }) && !error.is_of_content(), "{error}");
    let dir = Dir::new();
    assert!(recognise(dir.path()).unwrap_err().to_string().contains("not a file"));
}

/// What the clients in JavaScript are tested against.
#[test]
fn the_fixtures_descriptors_are_what_the_readers_say() {
    let expected: BTreeMap<String, Descriptor> = serde_json::from_slice(&bytes("descriptors.json")).unwrap();
    let names: Vec<String> = ["fhir", "dicom"]
        .into_iter()
        .flat_map(|folder| {
            let files = fs::read_dir(fixture(folder)).unwrap();
            files.map(move |file| format!("{folder}/{}", file.unwrap().file_name().display()))
        })
        .filter(|name| !name.contains("LICENSE"))
        .collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>(), expected.keys().collect());
    for (name, descriptor) in expected {
        assert_eq!(describe(&fixture(&name), None).unwrap().descriptor, descriptor, "{name}");
    }
}

#[test]
fn what_somebody_else_holds_is_read_as_what_lies_on_disk() {
    for name in ["fhir/atencio.json", "dicom/reportsi.dcm"] {
        let mut held = io::Cursor::new(bytes(name));
        let path = fixture(name);
        assert_eq!(recognise(Source::held(&path, &mut held)).unwrap(), recognise(&path).unwrap());
        assert_eq!(describe(Source::held(&path, &mut held), None).unwrap(), describe(&path, None).unwrap());
    }
    let mut nothing = io::Cursor::new(Vec::new());
    let error = describe(Source::held(Path::new("held"), &mut nothing), None).unwrap_err();
    assert!(matches!(&error, ReadError::Empty { path } if path == Path::new("held")), "{error}");
}
