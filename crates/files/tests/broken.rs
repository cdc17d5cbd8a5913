//! Whatever befalls a file, it is read or refused with a reason: no panic, no endless loop, no more memory than the file's
//! own size and bounds ask for. Whoever calls it a document hides nothing by that.

mod common;

use std::fs;

use common::{Dir, UNREAD, bytes, described, described_as, fixture, is_unread, zip};
use medshare_files::{
    Form, ReadError,
    deid::{Identifier, check},
    describe, recognise, rewrite,
};
use medshare_types::Kind;
use proptest::prelude::*;

const HL7: &[u8] =
    b"\x0bFHS|^~\\&|A\rBHS|^~\\&|A\rMSH|^~\\&|LAB|HOSP|||20190504||ORU^R01|1|P|2.5.1||||||8859/1\r\
    PID|1||77^^^HOSP^MR~78||Roe^Jane\\T\\x||19700102\rOBX|1|NM|2093-3^Chol^LN||5.2\rBTS|1\rFTS|1\r\x1c\r";
const EXPORT: &[u8] = b"{\"resourceType\":\"Patient\",\"id\":\"a\"}\n\
    {\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1-8\"}]}}\n";
const TABLE: &[u8] = b"id,name,value\n1,\"Roe, Jane\",2\n2,Doe,3\n";
const PDF: &[u8] = b"%PDF-1.7\n<< /Author (Jane Roe) >>\nstartxref\n9\n%%EOF\n";

/// Files of every form, the real ones first.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let ct = bytes("dicom/CT_small.dcm");
    vec![
        ("CT", ct.clone()),
        ("MR", bytes("dicom/MR_small.dcm")),
        ("compressed", bytes("dicom/JPEG2000.dcm")),
        ("report", bytes("dicom/reportsi.dcm")),
        ("dose", bytes("dicom/rtdose.dcm")),
        ("bad VR", bytes("bad/badVR.dcm")),
        ("no meta", bytes("bad/no_meta.dcm")),
        ("bundle", bytes("fhir/atencio.json")),
        ("export", EXPORT.to_vec()),
        ("HL7", HL7.to_vec()),
        ("table", TABLE.to_vec()),
        ("PDF", PDF.to_vec()),
        ("zip", zip(&[("a/b.dcm", &bytes("dicom/reportsi.dcm")), ("c.dcm", &bytes("dicom/rtdose.dcm"))])),
    ]
}

/// Reads it in every way. What is refused must say why.
fn survives(dir: &Dir, content: &[u8]) {
    let path = dir.path().join("file");
    fs::write(&path, content).unwrap();
    let told = |error: ReadError| assert!(error.to_string().len() > 30, "{error}");
    let found = describe(&path, None);
    let as_document = describe(&path, Some(Kind::Document));
    if let Ok(found) = &found {
        let size = u64::try_from(content.len()).unwrap();
        assert_eq!(found.descriptor.plaintext_size, size);
        // The auditor, who knows the kind, comes to the same.
        let again = describe(&path, Some(found.descriptor.kind)).unwrap();
        assert_eq!(again.descriptor, found.descriptor);
    }
    // What is refused as what it is says as a document that it could not be read, and nothing else does. A zip may be
    // refused for what is missing in it.
    if let Ok(document) = &as_document
        && recognise(&path).unwrap() != Form::Zip
    {
        assert_eq!(is_unread(document), found.is_err());
    }
    found.map(drop).unwrap_or_else(told);
    as_document.map(drop).unwrap_or_else(told);
    rewrite(&path, None, &mut std::io::sink(), &mut ()).unwrap_or_else(told);
}

#[test]
fn what_could_not_be_read_of_a_document_counts_as_identifying() {
    let paths = fs::read_dir(fixture("bad")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<(String, Vec<u8>)> =
        paths.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect();
    assert!(files.len() >= 3, "{}", files.len());
    // Nothing of a broken DICOM file has been looked at.
    for (name, content) in &files {
        assert_eq!(described_as(content, Some(Kind::Document)).unwrap().identifying, [UNREAD], "{name}");
    }
    let truncated = bytes("bad/MR_truncated.dcm");
    let bundle = bytes("fhir/atencio.json");
    let made: [(&str, Vec<u8>); 12] = [
        ("a cut DICOM image", bytes("dicom/CT_small.dcm")[..300].to_vec()),
        ("a cut bundle", bundle[..bundle.len() / 2].to_vec()),
        ("a cut resource", br#"{"resourceType":"Patient","name":[{"family":"Roe""#.to_vec()),
        ("a resource that is none of R4", br#"{"resourceType":"Patient","birthDate":17}"#.to_vec()),
        ("a cut export", EXPORT[..EXPORT.len() - 9].to_vec()),
        ("a cut message", HL7[..HL7.len() / 2].to_vec()),
        ("a message of nothing", b"MSH|^~\\&|broken".to_vec()),
        ("a ragged table", [TABLE, b"4,Poe,5\n".repeat(30).as_slice(), b"5,Low\n"].concat()),
        ("a cut image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0".to_vec()),
        ("a cut PDF", PDF[..PDF.len() - 20].to_vec()),
        ("a zip with a cut member", zip(&[("1.dcm", &truncated), ("2.txt", b"nothing of note")])),
        ("a zip with cut members", zip(&[("1.dcm", &truncated), ("2.json", &bundle[..bundle.len() / 2])])),
    ];
    files.extend(made.map(|(name, content)| (name.to_owned(), content)));
    let dir = Dir::new();
    for (name, content) in files {
        let path = dir.put("file", content);
        assert!(describe(&path, None).is_err(), "{name}");
        let document = describe(&path, Some(Kind::Document)).unwrap();
        let checked = check(&path, Some(Kind::Document), true).unwrap().checked();
        assert!(is_unread(&document) && !checked.clean, "{name}: {:?}", document.identifying);
        assert!(checked.identifying.contains(&UNREAD.to_owned()), "{name}: {:?}", checked.identifying);
        let unread: Vec<_> =
            checked.findings.structured().filter(|found| found.place.element() == UNREAD).collect();
        assert_eq!(unread.len(), if name.ends_with("members") { 2 } else { 1 }, "{name}: {unread:?}");
        for found in unread {
            assert_eq!(found.identifier, Identifier::Other, "{name}");
            assert_eq!(found.file.is_some(), name.starts_with("a zip"), "{name}");
            // Why is told with the values, and to the owner in any case.
            let why = found.value.as_deref().unwrap();
            assert!(document.remarks.iter().any(|remark| remark.ends_with(why)), "{name}: {why}");
        }
        let secretive = check(&path, Some(Kind::Document), false).unwrap();
        assert!(secretive.findings.iter().all(|found| found.value.is_none()), "{name}");
    }
}

#[test]
fn what_was_read_before_a_file_broke_is_found_as_well() {
    let bundle = bytes("fhir/atencio.json");
    let cut = described_as(&bundle[..bundle.len() / 2], Some(Kind::Document)).unwrap();
    assert!(cut.identifying.contains(&"Patient.name".to_owned()), "{:?}", cut.identifying);
    let mixed = zip(&[("1.dcm", &bytes("bad/no_meta.dcm")), ("2.json", &bundle)]);
    let mixed = described_as(mixed, Some(Kind::Document)).unwrap();
    assert!(is_unread(&mixed) && mixed.identifying.contains(&"Patient.name".to_owned()));
}

#[test]
fn what_is_whole_or_of_no_known_form_is_not_called_broken() {
    for (name, content) in samples() {
        let document = described_as(&content, Some(Kind::Document)).unwrap();
        assert_eq!(is_unread(&document), ["bad VR", "no meta"].contains(&name), "{name}");
    }
    for content in [
        // JSON that is no FHIR, and text that begins like something else.
        &br#"{"a":{"resourceType":"Patient"}}"#[..],
        br#"{"name":"a model","layers":[1,2,3]}"#,
        b"[1,2,3",
        b"{curly prose}",
        b"MSH is a word",
        b"BMI is no bitmap",
        b"<note>x</note>",
        b"GIF89a\x01\0\x01\0",
        b"\x00\x01\x02\x03 nothing known",
    ] {
        let document = described_as(content, Some(Kind::Document)).unwrap();
        let name = String::from_utf8_lossy(content);
        assert_eq!(document.identifying, Vec::<String>::new(), "{name}");
        assert!(described(content).unwrap().identifying.is_empty(), "{name}");
    }
}

#[test]
fn every_cut_is_survived() {
    let dir = Dir::new();
    for (name, content) in samples() {
        // Every length of the first hundreds of bytes, where headers are, and of the last; steps between them.
        let step = (content.len() / 300).max(1);
        let ends =
            (0..content.len()).filter(|end| *end < 600 || *end + 100 > content.len() || end % step == 0);
        for end in ends.filter(|_| !name.starts_with("bundle")) {
            survives(&dir, &content[..end]);
        }
    }
    let bundle = bytes("fhir/atencio.json");
    for end in (0..bundle.len()).step_by(bundle.len() / 60) {
        survives(&dir, &bundle[..end]);
    }
}

#[test]
fn a_length_of_four_gigabytes_anywhere_is_survived() {
    let dir = Dir::new();
    for (name, content) in samples().into_iter().filter(|(name, _)| *name != "bundle") {
        let step = (content.len() / 300).max(1);
        for at in (0..content.len().saturating_sub(4)).filter(|at| *at < 600 || at % step == 0) {
            for length in [u32::MAX, 0xFFFF_FFF0] {
                let mut changed = content.clone();
                changed[at..at + 4].copy_from_slice(&length.to_le_bytes());
                survives(&dir, &changed);
            }
        }
        assert!(!name.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(content in proptest::collection::vec(any::<u8>(), 1..2000), prefix in 0usize..10) {
        let prefixes: [&[u8]; 10] = [
            b"", b"{\"resourceType\":\"Patient\",", b"MSH|^~\\&|", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1", b"II*\0",
            b"MM\0+", b"PK\x03\x04", b"%PDF-1.4", b"a,b,c\n1,2,3\n",
        ];
        let dir = Dir::new();
        survives(&dir, &[prefixes[prefix], &content].concat());
    }

    #[test]
    fn any_elements_are_survived(content in proptest::collection::vec(any::<u8>(), 1..500), syntax in 0usize..4) {
        let syntaxes = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"];
        let dir = Dir::new();
        survives(&dir, &common::dicom(syntaxes[syntax], "1.2.840.10008.5.1.4.1.1.7", &content));
    }

    #[test]
    fn any_changes_of_real_files_are_survived(
        which in 0usize..13,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        removed in any::<prop::sample::Index>(),
        length in 0usize..64,
    ) {
        let mut samples = samples();
        let (_, mut content) = samples.swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        let from = removed.index(content.len());
        let to = (from + length).min(content.len() - 1);
        if from < to {
            content.drain(from..to);
        }
        let dir = Dir::new();
        survives(&dir, &content);
    }

    #[test]
    fn any_nesting_of_json_is_survived(pieces in proptest::collection::vec(
        prop::sample::select(vec!["{\"resourceType\":\"Patient\"", "[", "{\"a\":", "\"x\"", "1e999", "null", ",", "]", "}", "\\u0000", "-", "\n", "\"entry\":["]),
        1..200,
    )) {
        let dir = Dir::new();
        survives(&dir, pieces.concat().as_bytes());
    }
}
