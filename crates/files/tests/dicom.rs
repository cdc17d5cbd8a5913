//! DICOM: images, reports, radiotherapy, all encodings, and what is broken.

mod common;

use std::io::Write;

use common::{
    bytes, count, described, descriptor, dicom, element, fixture, header, item, media_type, refusal,
};
use dicom_core::header::Header;
use dicom_object::DefaultDicomObject;
use medshare_files::{Inspect, Part, Place, ReadError, rewrite};
use medshare_types::{CodeSystem, Kind};

const EXPLICIT: &str = "1.2.840.10008.1.2.1";
const JPEG: &str = "1.2.840.10008.1.2.4.50";
const SECONDARY_CAPTURE: &str = "1.2.840.10008.5.1.4.1.1.7";

/// The elements of an image of 2 by 3 pixels of 8 bits, without its pixels.
fn image(frames: &str) -> Vec<u8> {
    let mut elements = element(0x0008, 0x0060, "CS", b"OT");
    elements.extend(element(0x0028, 0x0002, "US", &1u16.to_le_bytes()));
    elements.extend(element(0x0028, 0x0008, "IS", frames.as_bytes()));
    elements.extend(element(0x0028, 0x0010, "US", &2u16.to_le_bytes()));
    elements.extend(element(0x0028, 0x0011, "US", &3u16.to_le_bytes()));
    elements.extend(element(0x0028, 0x0100, "US", &8u16.to_le_bytes()));
    elements
}

fn fragments(number: usize) -> Vec<u8> {
    let mut pixels = header(0x7FE0, 0x0010, "OB", u32::MAX);
    pixels.extend(item(0xE000, 0));
    for _ in 0..number {
        pixels.extend(item(0xE000, 4));
        pixels.extend([0xFF, 0xD8, 0xFF, 0xD9]);
    }
    pixels.extend(item(0xE0DD, 0));
    pixels
}

/// Empties the patient's name.
struct Nameless;

impl Inspect for Nameless {
    fn part(&mut self, _: &Place, part: Part<'_>) -> Result<(), ReadError> {
        let Part::Dicom(object) = part else { panic!("{part:?}") };
        let name = dicom_dictionary_std::tags::PATIENT_NAME;
        object.update_value(name, |value| *value = dicom_core::PrimitiveValue::Empty.into());
        Ok(())
    }
}

fn rewritten(content: &[u8], edit: &mut dyn Inspect) -> Vec<u8> {
    let dir = common::Dir::new();
    let mut out = Vec::new();
    rewrite(&dir.put("a", content), None, &mut out, edit).unwrap();
    out
}

fn parsed(content: &[u8]) -> DefaultDicomObject {
    dicom_object::from_reader(content).unwrap()
}

#[test]
fn describes_every_kind_of_object() {
    for (name, modality, counted) in [
        ("CT_small.dcm", "CT", [("frames", Some(1)), ("content items", None)]),
        ("MR_small.dcm", "MR", [("frames", Some(1)), ("content items", None)]),
        ("JPEG2000.dcm", "NM", [("frames", Some(1)), ("content items", None)]),
        ("examples_rgb_color.dcm", "US", [("frames", Some(1)), ("content items", None)]),
        ("rtdose.dcm", "RTDOSE", [("frames", Some(15)), ("content items", None)]),
        ("reportsi.dcm", "SR", [("frames", None), ("content items", Some(8))]),
    ] {
        let descriptor = descriptor(bytes(&format!("dicom/{name}")));
        assert_eq!((descriptor.kind, media_type(&descriptor)), (Kind::Dicom, "application/dicom"), "{name}");
        assert_eq!(descriptor.modality.as_ref().and_then(|m| m.as_str()), Some(modality), "{name}");
        for (of, number) in counted {
            assert_eq!(count(&descriptor, of), number, "{name}: {of}");
        }
        assert!(descriptor.codes.iter().any(|code| code.system == CodeSystem::Dicom), "{name}");
        assert!(descriptor.completeness > 50, "{name}: {}", descriptor.completeness);
    }
}

#[test]
fn counts_structures_and_beams() {
    let sequence = |group, number, items: u32| {
        let mut bytes = header(group, number, "SQ", 8 * items);
        (0..items).for_each(|_| bytes.extend(item(0xE000, 0)));
        bytes
    };
    let structures =
        descriptor(dicom(EXPLICIT, "1.2.840.10008.5.1.4.1.1.481.3", &sequence(0x3006, 0x0020, 3)));
    assert_eq!(count(&structures, "structures"), Some(3));
    let mut plan = sequence(0x300A, 0x0070, 1);
    plan.extend(sequence(0x300A, 0x00B0, 2));
    let plan = descriptor(dicom(EXPLICIT, "1.2.840.10008.5.1.4.1.1.481.5", &plan));
    assert_eq!((count(&plan, "beams"), count(&plan, "fraction groups")), (Some(2), Some(1)));
}

#[test]
fn takes_codes_of_reports() {
    let mut code = element(0x0008, 0x0100, "SH", b"44054006");
    code.extend(element(0x0008, 0x0102, "SH", b"SCT"));
    let mut report = header(0x0040, 0xA043, "SQ", u32::MAX);
    report.extend(item(0xE000, u32::MAX));
    report.extend(code);
    report.extend(item(0xE00D, 0));
    report.extend(item(0xE0DD, 0));
    let descriptor = descriptor(dicom(EXPLICIT, "1.2.840.10008.5.1.4.1.1.88.11", &report));
    assert!(
        descriptor
            .codes
            .iter()
            .any(|c| c.system == CodeSystem::Snomed && c.code.as_str() == Some("44054006"))
    );
}

#[test]
fn counts_frames_of_compressed_pixels_without_decoding_them() {
    let with = |frames: &str, number| {
        let mut elements = image(frames);
        elements.extend(fragments(number));
        dicom(JPEG, SECONDARY_CAPTURE, &elements)
    };
    assert_eq!(count(&descriptor(with("3", 3)), "frames"), Some(3));
    assert!(refusal(with("3", 2)).contains("2 fragments where its header says 3 frames"));
    assert!(refusal(with("1", 0)).contains("no fragment"));
    assert!(refusal(with("many", 1)).contains("NumberOfFrames"));
    let cut = with("3", 3);
    assert!(refusal(&cut[..cut.len() - 10]).contains("truncated"));
    // An unknown transfer syntax is explicit little endian, as all new ones are.
    let mut elements = image("1");
    elements.extend(fragments(1));
    assert_eq!(count(&descriptor(dicom("1.2.3.999", SECONDARY_CAPTURE, &elements)), "frames"), Some(1));
}

#[test]
fn reads_deflated_data_sets() {
    let mut elements = image("1");
    elements.extend(element(0x7FE0, 0x0010, "OB", &[7; 6]));
    let whole = dicom("1.2.840.10008.1.2.1.99", SECONDARY_CAPTURE, &[]);
    let deflated = |data: &[u8]| {
        let mut encoder = flate2::write::DeflateEncoder::new(whole.clone(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    };
    let file = deflated(&elements);
    assert_eq!(count(&descriptor(&file), "frames"), Some(1));
    assert!(refusal(&file[..file.len() - 8]).contains("inflated"));
    let out = rewritten(&file, &mut ());
    assert_eq!(parsed(&out).meta().transfer_syntax(), EXPLICIT);
    assert!(out.ends_with(&[7; 6]));
    // A bomb: 1 KiB that would become gigabytes ends when its contents make no sense.
    assert!(refusal(deflated(&vec![0xFF; 1 << 20])).contains("byte 0"));
}

#[test]
fn an_edit_changes_what_it_names_and_nothing_else() {
    for name in [
        "CT_small.dcm",
        "MR_small.dcm",
        "JPEG2000.dcm",
        "examples_rgb_color.dcm",
        "rtdose.dcm",
        "reportsi.dcm",
    ] {
        let original = bytes(&format!("dicom/{name}"));
        let (before, after) = (parsed(&original), rewritten(&original, &mut Nameless));
        let object = parsed(&after);
        let name_tag = dicom_dictionary_std::tags::PATIENT_NAME;
        let differing: Vec<_> = before
            .iter()
            .filter(|element| element.items().is_none())
            .filter(|element| object.get(element.tag()).is_none_or(|other| other.value() != element.value()))
            .map(|element| element.tag())
            .collect();
        let padding = dicom_dictionary_std::tags::DATA_SET_TRAILING_PADDING;
        assert!(differing.iter().all(|tag| *tag == name_tag || *tag == padding), "{name}: {differing:?}");
        assert_eq!(object.meta().transfer_syntax(), before.meta().transfer_syntax(), "{name}");
        let descriptors = (described(&original).unwrap().descriptor, described(&after).unwrap().descriptor);
        assert_eq!(descriptors.0.counts, descriptors.1.counts, "{name}");
        assert_eq!(descriptors.0.codes, descriptors.1.codes, "{name}");
    }
}

#[test]
fn says_what_is_broken_and_where() {
    assert!(refusal(bytes("bad/MR_truncated.dcm")).contains("(7FE0,0010) PixelData at byte"));
    assert!(refusal(bytes("bad/no_meta.dcm")).contains("no Part 10 header"));
    let of = |elements: &[u8]| refusal(dicom(EXPLICIT, SECONDARY_CAPTURE, elements));

    // A length of nearly 4 GiB in a file of some hundred bytes.
    let error = of(&header(0x0009, 0x1001, "UN", 0xFFFF_FFF0));
    assert!(error.contains("(0009,1001)") && error.contains("4294967280 bytes where 0 are left"), "{error}");
    let error = of(&header(0x0010, 0x0010, "PN", 0xFFFE));
    assert!(error.contains("(0010,0010) PatientName") && error.contains("65534 bytes"), "{error}");
    // A sequence without end, and one whose item is longer than it.
    let mut endless = header(0x0008, 0x1115, "SQ", u32::MAX);
    endless.extend(item(0xE000, u32::MAX));
    let error = of(&endless);
    assert!(
        error.contains("(0008,1115) ReferencedSeriesSequence") && error.contains("never ends"),
        "{error}"
    );
    let mut short = header(0x0008, 0x1115, "SQ", 8);
    short.extend(item(0xE000, 100));
    short.extend([0; 100]);
    assert!(of(&short).contains("claims 100 bytes where 0 are left"));
    // Something else than an item in a sequence, and an end of nothing.
    let mut wrong = header(0x0008, 0x1115, "SQ", u32::MAX);
    wrong.extend(element(0x0010, 0x0010, "PN", b"A^B"));
    assert!(of(&wrong).contains("where an item is expected"));
    assert!(of(&item(0xE00D, 0)).contains("where an element is expected"));
    // A value representation that there is not, an undefined length where none may be, a cut header.
    assert!(of(&header(0x0010, 0x0010, "p?", 0)).contains("value representation"));
    let mut undefined = vec![0x10, 0, 0x10, 0];
    undefined.extend(b"UT\0\0\xff\xff\xff\xff");
    assert!(of(&undefined).contains("undefined length"));
    assert!(of(&[0x10, 0, 0x10]).contains("truncated"));
    // An image without the size of its frames, or of an impossible size.
    assert!(of(&element(0x7FE0, 0x0010, "OW", &[0; 4])).contains("no (0028,"));
}

#[test]
fn nesting_is_bounded_in_every_guise() {
    for vr in ["SQ", "UN"] {
        let mut deep = Vec::new();
        for _ in 0..100_000 {
            // What is in an unknown value of undefined length is encoded implicitly.
            match (vr, deep.is_empty()) {
                ("UN", false) => {
                    deep.extend([0x09, 0, 0x01, 0x10]);
                    deep.extend(u32::MAX.to_le_bytes());
                }
                _ => deep.extend(header(0x0009, 0x1001, vr, u32::MAX)),
            }
            deep.extend(item(0xE000, u32::MAX));
        }
        let error = refusal(dicom(EXPLICIT, SECONDARY_CAPTURE, &deep));
        assert!(error.contains("nested more than 64 deep"), "{vr}: {error}");
    }
    // Lengths that say the same.
    let mut deep = Vec::new();
    for _ in 0..1000 {
        let mut outer = header(0x0009, 0x1001, "SQ", u32::try_from(deep.len()).unwrap() + 8);
        outer.extend(item(0xE000, u32::try_from(deep.len()).unwrap()));
        outer.extend(deep);
        deep = outer;
    }
    assert!(refusal(dicom(EXPLICIT, SECONDARY_CAPTURE, &deep)).contains("nested"));
}

#[test]
fn survives_or_refuses_a_bad_value_representation() {
    if let Err(error) = described(bytes("bad/badVR.dcm")) {
        assert!(error.to_string().contains("(0028,0008) NumberOfFrames"), "{error}");
    }
}

#[test]
fn a_preamble_that_is_not_empty_is_told_and_not_written_again() {
    let mut file = bytes("dicom/MR_small.dcm");
    file[..128].fill(7);
    assert!(described(&file).unwrap().remarks.iter().any(|remark| remark.contains("first 128 bytes")));
    assert_eq!(rewritten(&file, &mut ())[..128], [0; 128]);
}

#[test]
fn zeros_at_the_end_are_no_fault() {
    let mut padded = bytes("dicom/MR_small.dcm");
    padded.extend([0; 1000]);
    let description = described(&padded).unwrap();
    assert!(description.remarks.iter().any(|remark| remark.contains("zeros")), "{:?}", description.remarks);
    assert_eq!(
        description.descriptor.counts,
        descriptor(std::fs::read(fixture("dicom/MR_small.dcm")).unwrap()).counts
    );
}
