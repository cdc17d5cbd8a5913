//! Readers of medical files: whatever a file is, it is described or refused with a reason, and what is described is
//! described the same again.

use std::path::Path;

use codec::MaxEncodedLen;
use medshare_files::{Description, ReadError, describe, read, rewrite};
use medshare_types::{Descriptor, Kind};

use crate::scratch::with_file;

pub const JSON: &[&str] = &[
    "\"resourceType\":\"Patient\"",
    "\"resourceType\":\"Bundle\"",
    "\"entry\":[",
    "\"resource\":{",
    "\"contained\":[",
    "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1-8\"}]",
    "\"effectiveDateTime\":\"2019-05-04\"",
    "\\u0000",
    "\\ud800",
    "1e999",
    "null",
    "[[[[[[[[",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\n",
    "\u{feff}",
];

pub const DICOM: &[&str] = &[
    "DICM",
    "1.2.840.10008.1.2\0",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.4.50",
    "\u{2}\0\u{10}\0UI",
    "SQ\0\0",
    "UN\0\0",
    "OB\0\0",
    "PN",
    "DA",
    "(\0\u{10}\0",
    "\u{8}\0\u{5}\0CS\n\0ISO_IR 192",
];

pub const DOCUMENTS: &[&str] = &[
    "MSH|^~\\&|",
    "PID|1||",
    "BHS|^~\\&|",
    "\rOBX|1|NM|",
    "\u{b}",
    "\u{1c}\r",
    "\\X4142\\",
    "~",
    "^",
    "&",
    "%PDF-1.7\n",
    "startxref\n",
    "%%EOF\n",
    "/Author (",
    "IHDR",
    "IDAT",
    "IEND",
    "tEXt",
    "Exif\0\0",
    "II*\0",
    "MM\0*",
    "<?xml",
    "http://hl7.org/fhir",
    ",",
    ";",
    "\t",
    "\"",
    "\r\n",
    "\n",
];

/// Words of all readers that can also write.
pub const ALL: &[&str] = &[
    "\"name\":[{\"family\":\"Roe\",\"given\":[\"Jane\"]}]",
    "\"birthDate\":\"1970-01-02\"",
    "\"text\":{\"status\":\"generated\",\"div\":\"<div>Jane Roe</div>\"}",
    "\"reference\":\"Patient/a\"",
    "\"identifier\":[{\"system\":\"urn:x\",\"value\":\"77\"}]",
    "\"extension\":[{\"url\":\"x\",\"valueString\":\"Jane Roe\"}]",
    "2019-05-04T10:00:00+02:00",
    "20190504",
    "jane@example.org",
    "617-555-0123",
    "Jane Roe",
    "^",
    "|",
    "~",
    ",",
    "\"",
    "\n",
    "\r",
    "PID|1||77^^^HOSP^MR||Roe^Jane||19700102\r",
    "NTE|1||",
    "PN",
    "DA",
    "SQ\0\0",
];

/// As FHIR, whatever it is.
pub fn fhir(content: &[u8]) {
    survives(content, Kind::Fhir);
}

/// As DICOM, whatever it is.
pub fn dicom(content: &[u8]) {
    survives(content, Kind::Dicom);
}

/// As what it is.
pub fn documents(content: &[u8]) {
    survives(content, Kind::Document);
}

/// As a zip, of whatever kind.
pub fn zip(content: &[u8]) {
    survives(content, Kind::Dicom);
    survives(content, Kind::Fhir);
}

/// Reads it as what it is, as `kind` and as a document, and writes it again.
fn survives(content: &[u8], kind: Kind) {
    with_file("file", content, |path| {
        for kind in [None, Some(kind), Some(Kind::Document)] {
            match describe(path, kind) {
                Ok(found) => is_sound(path, content, kind, &found),
                Err(error) => is_told(&error),
            }
        }
        let mut written = Vec::new();
        match rewrite(path, None, &mut written, &mut ()) {
            Ok(()) => is_the_same_again(path, &written),
            Err(error) => is_told(&error),
        }
    });
}

/// Which file and what is wrong with it. It is the file's fault: the disk is not.
pub fn is_told(error: &ReadError) {
    let said = error.to_string();
    let is_empty = matches!(error, ReadError::Empty { .. });
    assert!(is_empty || said.len() > 30, "nobody learns from this what is wrong: {said}");
    assert!(error.is_of_content(), "{said}");
}

fn is_sound(path: &Path, content: &[u8], kind: Option<Kind>, found: &Description) {
    let descriptor = &found.descriptor;
    assert_eq!(descriptor.plaintext_size, u64::try_from(content.len()).unwrap());
    assert!(descriptor.completeness <= 100);
    assert!(codec::Encode::encoded_size(descriptor) <= Descriptor::max_encoded_len());
    assert!(descriptor.media_type.as_str().is_some_and(|media_type| media_type.contains('/')));
    if let Some((first, last)) = descriptor.period {
        assert!(
            first <= last && (1..=12).contains(&first.month) && (1..=12).contains(&last.month),
            "{first:?} {last:?}"
        );
    }
    // Whoever reads it again, comes to the same; so does the auditor, who knows the kind, and who looks at nothing.
    assert_eq!(describe(path, kind).unwrap(), *found);
    if let Some(kind) = kind {
        assert_eq!(descriptor.kind, kind);
    }
    let known = read(path, Some(descriptor.kind), &mut ()).unwrap();
    assert_eq!(known.descriptor, *descriptor);
}

/// What was written of a file with nothing changed is of the same kind, and nothing changes when it is written again.
fn is_the_same_again(path: &Path, written: &[u8]) {
    let before = read(path, None, &mut ()).unwrap().descriptor;
    with_file("again", written, |path| {
        let after = read(path, Some(before.kind), &mut ())
            .unwrap_or_else(|error| panic!("what was written: {error}"));
        assert_eq!((after.descriptor.kind, after.descriptor.counts), (before.kind, before.counts));
        let mut again = Vec::new();
        rewrite(path, Some(before.kind), &mut again, &mut ())
            .unwrap_or_else(|error| panic!("what was written: {error}"));
        assert!(again == written, "writing it again changes it");
    });
}
