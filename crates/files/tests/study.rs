//! Folders and zips.

mod common;

use std::{fs, io::Cursor, path::Path};

use common::{
    Dir, UNREAD, bytes, count, described, described_as, dicom, element, header, item, media_type, refusal,
    zip,
};
use medshare_files::{Inspect, Part, Place, ReadError, describe, pack, pack_held, rewrite};
use medshare_types::Kind;

const PATIENT: &[u8] = br#"{"resourceType":"Patient","id":"a"}"#;

fn packed(folder: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    pack(folder, &mut out).unwrap();
    out
}

fn study() -> Dir {
    let dir = Dir::new();
    for name in ["CT_small.dcm", "MR_small.dcm", "reportsi.dcm"] {
        dir.put(&format!("series/{name}"), bytes(&format!("dicom/{name}")));
    }
    dir
}

/// A DICOMDIR that lists these files.
fn directory(files: &[&str]) -> Vec<u8> {
    let mut records = header(0x0004, 0x1220, "SQ", u32::MAX);
    for file in files {
        records.extend(item(0xE000, u32::MAX));
        records.extend(element(0x0004, 0x1430, "CS", b"IMAGE"));
        records.extend(element(0x0004, 0x1500, "CS", file.as_bytes()));
        records.extend(item(0xE00D, 0));
    }
    records.extend(item(0xE0DD, 0));
    dicom("1.2.840.10008.1.2.1", "1.2.840.10008.1.3.10", &records)
}

#[test]
fn a_folder_of_dicom_files_is_a_study() {
    let dir = study();
    dir.put(".DS_Store", "x");
    let description = describe(dir.path(), None).unwrap();
    let descriptor = &description.descriptor;
    assert_eq!((descriptor.kind, media_type(descriptor)), (Kind::Dicom, "application/zip"));
    assert_eq!((count(descriptor, "instances"), count(descriptor, "frames")), (Some(3), Some(2)));
    assert_eq!((count(descriptor, "series"), count(descriptor, "studies")), (Some(3), Some(3)));
    assert_eq!(descriptor.modality.as_ref().and_then(|m| m.as_str()), Some("CT\\MR\\SR"));
    assert!(description.remarks[0].contains(".DS_Store"));

    // What is sealed is described in the same way.
    let sealed = packed(dir.path());
    assert_eq!(sealed.len() as u64, descriptor.plaintext_size);
    assert_eq!(&described(&sealed).unwrap().descriptor, descriptor);
    assert_eq!(&described_as(&sealed, Some(Kind::Dicom)).unwrap().descriptor, descriptor);
}

#[test]
fn the_same_files_make_the_same_zip() {
    let (one, other) = (Dir::new(), Dir::new());
    for name in ["b", "a/c", "a/b", "ä"] {
        one.put(name, name);
    }
    for name in ["ä", "a/b", "a/c", "b"] {
        other.put(name, name);
    }
    let zip = packed(one.path());
    assert_eq!(zip, packed(other.path()));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let names: Vec<String> =
        (0..archive.len()).map(|at| archive.by_index(at).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(names, ["a/b", "a/c", "b", "ä"]);
    let mut entry = archive.by_index(3).unwrap();
    assert_eq!(std::io::read_to_string(&mut entry).unwrap(), "ä");
    assert_eq!(entry.last_modified().unwrap().to_string(), "1980-01-01 00:00:00");
}

#[test]
fn a_directory_of_files_must_be_right() {
    let dir = study();
    dir.put("DICOMDIR", directory(&["SERIES\\CT_SMALL.DCM", "SERIES\\MR_SMALL.DCM"]));
    let descriptor = describe(dir.path(), None).unwrap().descriptor;
    assert_eq!((count(&descriptor, "instances"), count(&descriptor, "image")), (Some(3), None));
    dir.put("DICOMDIR", directory(&["SERIES\\CT_SMALL.DCM", "SERIES\\GONE"]));
    let error = describe(dir.path(), None).unwrap_err().to_string();
    assert!(error.contains("DICOMDIR lists 1 files that are not there, such as SERIES/GONE"), "{error}");
    // By itself it is what it lists.
    let alone = described(directory(&["A", "B"])).unwrap().descriptor;
    assert_eq!((alone.kind, count(&alone, "image")), (Kind::Dicom, Some(2)));
}

#[test]
fn fhir_files_are_fhir_and_a_mixture_is_a_document() {
    let dir = Dir::new();
    dir.put("Patient.ndjson", [PATIENT, b"\n", PATIENT].concat());
    dir.put("Observation.ndjson", br#"{"resourceType":"Observation","status":"final","code":{"text":"x"}}"#);
    let descriptor = describe(dir.path(), None).unwrap().descriptor;
    assert_eq!((descriptor.kind, media_type(&descriptor)), (Kind::Fhir, "application/zip"));
    assert_eq!((count(&descriptor, "Patient"), descriptor.completeness), (Some(2), 25));

    dir.put("CT.dcm", bytes("dicom/CT_small.dcm"));
    let description = describe(dir.path(), None).unwrap();
    let mixed = description.descriptor;
    assert_eq!(mixed.kind, Kind::Document);
    assert_eq!(
        (count(&mixed, "application/fhir+json"), count(&mixed, "application/dicom")),
        (Some(2), Some(1))
    );
    assert_eq!(described_as(packed(dir.path()), Some(Kind::Document)).unwrap().descriptor, mixed);
    let error = describe(dir.path(), Some(Kind::Dicom)).unwrap_err().to_string();
    assert!(error.contains("Patient.ndjson is FHIR"), "{error}");
}

#[test]
fn a_broken_file_within_is_named() {
    let dir = study();
    dir.put("series/x.dcm", bytes("bad/MR_truncated.dcm"));
    let error = describe(dir.path(), None).unwrap_err().to_string();
    assert!(error.contains("series/x.dcm is not a valid DICOM file: (7FE0,0010)"), "{error}");
    let document = describe(dir.path(), Some(Kind::Document)).unwrap();
    assert!(document.remarks.iter().any(|r| r.contains("series/x.dcm")));
    assert!(document.identifying.contains(&"(0010,0010) PatientName".to_owned()));
    let found = document.findings.structured().filter(|found| found.place.element() == UNREAD);
    let unread: Vec<Option<&str>> = found.map(|found| found.file.as_deref()).collect();
    assert_eq!(unread, [Some("series/x.dcm")]);
    dir.put("series/x.dcm", "");
    assert!(describe(dir.path(), None).unwrap_err().to_string().contains("x.dcm is empty"));
}

#[test]
fn folders_that_cannot_be_shared_are_refused() {
    let dir = Dir::new();
    assert!(matches!(describe(dir.path(), None), Err(ReadError::Empty { .. })));
    dir.put("a\\b", "x");
    assert!(describe(dir.path(), None).unwrap_err().to_string().contains("backslash"));
    fs::remove_file(dir.path().join("a\\b")).unwrap();
    dir.put("a", "x");
    std::os::unix::fs::symlink("/etc/passwd", dir.path().join("link")).unwrap();
    assert!(describe(dir.path(), None).unwrap_err().to_string().contains("link is a link"));
}

#[test]
fn zips_that_are_dangerous_are_refused() {
    for name in ["../a", "/etc/passwd", "a/../../b", "C:/a"] {
        // The library that writes does not write such names; so they are put in afterwards.
        let safe = "x".repeat(name.len());
        let mut bytes = zip(&[(safe.as_str(), PATIENT)]);
        while let Some(at) = bytes.windows(safe.len()).position(|window| window == safe.as_bytes()) {
            bytes.splice(at..at + name.len(), name.bytes());
        }
        let error = refusal(bytes);
        assert!(error.contains("name"), "{name}: {error}");
    }
    let error = refusal(zip(&[("a", PATIENT), ("A", PATIENT)]));
    assert!(error.contains("is in it twice"), "{error}");
    assert!(matches!(described(zip(&[])), Err(ReadError::Empty { .. } | ReadError::Zip { .. })));

    // The bit that says that an entry is encrypted, in both of its headers.
    let mut encrypted = zip(&[("a", PATIENT)]);
    encrypted[6] |= 1;
    let central = encrypted.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    encrypted[central + 8] |= 1;
    assert!(refusal(encrypted).contains("is encrypted"));

    let zeros = vec![b'0'; 8 << 20];
    let bomb = zip(&[("a", &zeros)]);
    let mut lying = bomb.clone();
    let central = lying.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    lying[central + 24..central + 28].copy_from_slice(&0x7000_0000u32.to_le_bytes());
    assert!(refusal(lying).contains("200 times the zip"));
    let mut lying = bomb;
    lying[central + 24..central + 28].copy_from_slice(&10u32.to_le_bytes());
    let error = refusal(lying);
    assert!(error.contains("\"a\""), "{error}");
}

#[test]
fn a_cut_or_changed_zip_is_refused() {
    let whole = zip(&[("a.json", PATIENT), ("b.json", PATIENT)]);
    for end in 4..whole.len() {
        if let Ok(description) = described(&whole[..end]) {
            panic!("{end} bytes of {} are {:?}", whole.len(), description.descriptor);
        }
    }
    let mut changed = whole.clone();
    changed[40] ^= 1;
    assert!(described(changed).is_err());
}

#[test]
fn a_zip_is_written_without_its_directory_and_under_new_names() {
    struct Rename;
    impl Inspect for Rename {
        fn part(&mut self, place: &Place, part: Part<'_>) -> Result<(), ReadError> {
            if let Part::Name(name) = part {
                assert_eq!(place.file.as_deref(), Some(name.as_str()));
                *name = name.replace("series", "new");
            }
            Ok(())
        }
    }
    let dir = study();
    dir.put("DICOMDIR", directory(&["SERIES\\CT_SMALL.DCM"]));
    let mut out = Vec::new();
    rewrite(dir.path(), None, &mut out, &mut Rename).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&out)).unwrap();
    let names: Vec<String> =
        (0..archive.len()).map(|at| archive.by_index(at).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(names, ["new/CT_small.dcm", "new/MR_small.dcm", "new/reportsi.dcm"]);
    assert_eq!(count(&described(&out).unwrap().descriptor, "instances"), Some(3));
    dir.put("x.pdf", "%PDF-1.4\nstartxref\n0\n%%EOF");
    let refused = rewrite(dir.path(), None, &mut Vec::new(), &mut ()).unwrap_err();
    assert!(matches!(refused, ReadError::NotDeidentifiable { .. }), "{refused}");
}

#[test]
fn a_folder_that_somebody_else_holds_is_packed_as_one_on_disk() {
    let dir = Dir::new();
    let files = [("b/2.dcm", bytes("dicom/rtdose.dcm")), ("a.dcm", bytes("dicom/reportsi.dcm"))];
    for (name, content) in &files {
        dir.put(name, content);
    }
    dir.put("b/.DS_Store", "x");
    let mut expected = Vec::new();
    pack(dir.path(), &mut expected).unwrap();
    let held = |files: &[(&str, Vec<u8>)]| {
        let files: Vec<_> = files
            .iter()
            .map(|(name, content)| ((*name).to_owned(), content.len() as u64, Cursor::new(content.clone())))
            .collect();
        let mut packed = Vec::new();
        pack_held(Path::new("held"), files, &mut packed).map(|left_out| (packed, left_out))
    };
    let [second, first] = files.clone();
    let (packed, left_out) = held(&[second, ("b/.DS_Store", b"x".to_vec()), first]).unwrap();
    assert!(packed == expected, "the zips differ");
    assert_eq!(left_out, ["b/.DS_Store"]);

    let one = || ("a.dcm", bytes("dicom/reportsi.dcm"));
    for (files, reason) in [
        (vec![one(), one()], "is in it twice"),
        (vec![one(), ("../a", vec![1])], "leads out of the folder"),
        (vec![("Thumbs.db", vec![1])], "empty"),
        (vec![], "empty"),
    ] {
        let error = held(&files).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
