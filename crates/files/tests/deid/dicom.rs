//! DICOM objects.

use std::path::Path;

use dicom_core::{
    DataElement, PrimitiveValue, Tag, VR,
    header::Header,
    value::{DataSetSequence, Value},
};
use dicom_dictionary_std::tags;
use dicom_object::{DefaultDicomObject, InMemDicomObject, OpenFileOptions};
use medshare_files::{
    deid::{Certainty, Dates, Identifier, Options},
    describe,
};

use crate::{Written, check, deidentified, fixture, holds, letters, options, written};

const OBJECTS: [&str; 6] =
    ["CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "examples_rgb_color.dcm", "reportsi.dcm", "rtdose.dcm"];

fn read(path: &Path) -> DefaultDicomObject {
    OpenFileOptions::new().open_file(path).unwrap()
}

fn text(object: &InMemDicomObject, tag: Tag) -> String {
    object
        .get(tag)
        .map(|element| element.to_str().unwrap().trim_matches(['\0', ' ']).to_owned())
        .unwrap_or_default()
}

fn put(object: &mut InMemDicomObject, tag: Tag, vr: VR, value: &str) {
    object.put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
}

fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> DataElement<InMemDicomObject, Vec<u8>> {
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

/// The CT image, changed.
fn changed(change: impl FnOnce(&mut DefaultDicomObject)) -> Written {
    let mut object = read(&fixture("dicom/CT_small.dcm"));
    change(&mut object);
    let mut bytes = Vec::new();
    object.write_all(&mut bytes).unwrap();
    written("a.dcm", bytes)
}

/// Every element, also those in sequences.
fn every(object: &InMemDicomObject, each: &mut dyn FnMut(&dicom_object::mem::InMemElement)) {
    for element in object.iter() {
        each(element);
        element.items().into_iter().flatten().for_each(|item| every(item, each));
    }
}

#[test]
fn names_attributes_of_each_kind() {
    let findings = check(&fixture("dicom/CT_small.dcm"));
    let identifying = findings.identifying();
    for attribute in [
        "(0010,0010) PatientName",
        "(0010,0020) PatientID",
        "(0008,0020) StudyDate",
        "(0008,0018) SOPInstanceUID",
        "(0008,0080) InstitutionName",
        "(0008,1010) StationName",
    ] {
        assert!(identifying.contains(&attribute.to_owned()), "{attribute} is not in {identifying:#?}");
    }
    assert!(identifying.iter().any(|attribute| attribute.ends_with("private")), "{identifying:#?}");
    for letter in "ABCHMR".chars() {
        assert!(letters(&findings).contains(letter), "({letter}) is not in {}", letters(&findings));
    }
}

#[test]
fn copies_have_nothing_structured() {
    for name in OBJECTS {
        let path = fixture("dicom").join(name);
        assert!(!check(&path).is_clean(), "{name}");
        holds(&path, &options());
        holds(&path, &Options { dates: Dates::Year, ..options() });
        holds(&path, &Options { keep_characteristics: true, keep_text: true, ..options() });
    }
}

#[test]
fn copies_are_described_as_the_originals_but_for_the_period() {
    for name in OBJECTS {
        let path = fixture("dicom").join(name);
        let (before, after) = (
            describe(&path, None).unwrap(),
            describe(&deidentified(&path, &options()).0.path, None).unwrap(),
        );
        let (before, after) = (before.descriptor, after.descriptor);
        assert_eq!(after.modality, before.modality, "{name}");
        assert_eq!(after.codes, before.codes, "{name}");
        assert_eq!(after.counts, before.counts, "{name}");
        assert_eq!(after.period.is_some(), before.period.is_some(), "{name}");
    }
}

#[test]
fn pixels_stay_as_they_are() {
    for name in OBJECTS {
        let path = fixture("dicom").join(name);
        let (before, after) = (read(&path), read(&deidentified(&path, &options()).0.path));
        let pixels = |object: &DefaultDicomObject| {
            object.get(tags::PIXEL_DATA).map(|element| match element.value() {
                Value::PixelSequence(fragments) => fragments.fragments().concat(),
                value => value.to_bytes().unwrap().into_owned(),
            })
        };
        assert!(pixels(&before) == pixels(&after), "{name}");
        assert_eq!(before.meta().transfer_syntax(), after.meta().transfer_syntax(), "{name}");
        for tag in [tags::ROWS, tags::COLUMNS, tags::MODALITY, tags::SOP_CLASS_UID, tags::PIXEL_SPACING] {
            assert_eq!(text(&before, tag), text(&after, tag), "{name}");
        }
    }
}

#[test]
fn no_value_that_identifies_is_left() {
    for name in OBJECTS {
        let path = fixture("dicom").join(name);
        let mut gone = std::collections::BTreeSet::new();
        every(&read(&path), &mut |element| {
            let value =
                element.to_str().map(|text| text.trim_matches(['\0', ' ']).to_owned()).unwrap_or_default();
            let instance = element.vr() == VR::UI
                && element.tag() != tags::CODING_SCHEME_UID
                && !value.starts_with("1.2.840.10008.");
            if (instance || element.vr() == VR::PN) && value.len() > 5 {
                gone.insert(value);
            }
        });
        assert!(gone.len() > 2, "{name}");
        let bytes = std::fs::read(&deidentified(&path, &options()).0.path).unwrap();
        for value in gone {
            let found = bytes.windows(value.len()).any(|window| window == value.as_bytes());
            assert!(!found, "{name}: {value} is still there");
        }
    }
}

#[test]
fn says_how_it_was_de_identified() {
    let copy = deidentified(&fixture("dicom/CT_small.dcm"), &options()).0;
    let object = read(&copy.path);
    assert_eq!(text(&object, tags::PATIENT_IDENTITY_REMOVED), "YES");
    assert!(text(&object, tags::DEIDENTIFICATION_METHOD).contains("PS3.15"));
    assert_eq!(text(&object, tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED), "MODIFIED");
    let codes = object.get(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE).unwrap();
    let codes: Vec<String> = codes.items().unwrap().iter().map(|item| text(item, tags::CODE_VALUE)).collect();
    assert_eq!(codes, ["113100", "113104", "113107"]);
    assert_eq!(
        object.meta().media_storage_sop_instance_uid().trim_end_matches('\0'),
        text(&object, tags::SOP_INSTANCE_UID)
    );
    assert!(text(&object, tags::SOP_INSTANCE_UID).starts_with("2.25."));
    assert!(object.meta().source_application_entity_title().is_none());
    let claims = check(&copy.path).claims;
    assert_eq!(claims.len(), 2, "{claims:?}");
}

#[test]
fn uids_are_replaced_by_the_same_wherever_they_are() {
    let file = changed(|object| {
        let uid = text(object, tags::SOP_INSTANCE_UID);
        let item = InMemDicomObject::from_element_iter([
            DataElement::new(tags::REFERENCED_SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.2"),
            DataElement::new(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, uid.as_str()),
        ]);
        object.put(sequence(tags::SOURCE_IMAGE_SEQUENCE, vec![item]));
    });
    let object = read(&holds(&file.path, &options()).path);
    let item = &object.get(tags::SOURCE_IMAGE_SEQUENCE).unwrap().items().unwrap()[0];
    assert_eq!(text(item, tags::REFERENCED_SOP_INSTANCE_UID), text(&object, tags::SOP_INSTANCE_UID));
    assert_eq!(text(item, tags::REFERENCED_SOP_CLASS_UID), "1.2.840.10008.5.1.4.1.1.2");
}

#[test]
fn one_patient_moves_as_one_in_all_files() {
    let study = |date: &'static str, patient: &'static str| {
        let file = changed(|object| {
            put(object, tags::PATIENT_ID, VR::LO, patient);
            put(object, tags::STUDY_DATE, VR::DA, date);
        });
        let object = read(&deidentified(&file.path, &options()).0.path);
        let day = chrono::NaiveDate::parse_from_str(&text(&object, tags::STUDY_DATE), "%Y%m%d").unwrap();
        (text(&object, tags::PATIENT_ID), day)
    };
    let ((one, first), (same, later), (other, elsewhere)) =
        (study("20190504", "P1"), study("20190514", "P1"), study("20190504", "P2"));
    assert_eq!(one, same);
    assert_ne!(one, other);
    assert_eq!(later.signed_duration_since(first).num_days(), 10);
    assert_ne!(first, elsewhere);
}

#[test]
fn goes_into_sequences() {
    let file = changed(|object| {
        let mut inner = InMemDicomObject::new_empty();
        put(&mut inner, tags::PERSON_NAME, VR::PN, "Muster^Max");
        put(&mut inner, Tag(0x0029, 0x1010), VR::LO, "private in a sequence");
        put(&mut inner, tags::DATE_TIME, VR::DT, "20190504101112");
        let mut outer = InMemDicomObject::new_empty();
        put(&mut outer, tags::VALUE_TYPE, VR::CS, "CONTAINER");
        outer.put(sequence(tags::CONTENT_SEQUENCE, vec![inner]));
        object.put(sequence(tags::CONTENT_SEQUENCE, vec![outer]));
        object.put(sequence(tags::OTHER_PATIENT_I_DS_SEQUENCE, vec![InMemDicomObject::new_empty()]));
    });
    let findings = check(&file.path);
    let nested = "(0040,A730) ContentSequence > (0040,A730) ContentSequence > ";
    for attribute in ["(0040,A123) PersonName", "(0029,1010) private", "(0040,A120) DateTime"] {
        let identifying = findings.identifying();
        assert!(
            identifying.contains(&format!("{nested}{attribute}")),
            "{attribute} is not in {identifying:#?}"
        );
    }
    let object = read(&holds(&file.path, &options()).path);
    assert!(object.get(tags::OTHER_PATIENT_I_DS_SEQUENCE).is_none());
    let content = &object.get(tags::CONTENT_SEQUENCE).unwrap().items().unwrap()[0];
    assert_eq!(text(content, tags::VALUE_TYPE), "CONTAINER");
    let inner = &content.get(tags::CONTENT_SEQUENCE).unwrap().items().unwrap()[0];
    assert_eq!(text(inner, tags::PERSON_NAME), "REMOVED");
    assert!(inner.get(Tag(0x0029, 0x1010)).is_none());
    assert!(text(inner, tags::DATE_TIME).ends_with("101112"));
}

/// An item of structured content.
fn item(value_type: &str, code: &str, scheme: &str, value: (Tag, VR, &str)) -> InMemDicomObject {
    let name = InMemDicomObject::from_element_iter([
        DataElement::new(tags::CODE_VALUE, VR::SH, code),
        DataElement::new(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme),
    ]);
    let mut item = InMemDicomObject::new_empty();
    put(&mut item, tags::VALUE_TYPE, VR::CS, value_type);
    item.put(sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![name]));
    put(&mut item, value.0, value.1, value.2);
    item
}

#[test]
fn structured_content_goes_by_its_concept_names() {
    let text_value = |text| (tags::TEXT_VALUE, VR::UT, text);
    let file = changed(|object| {
        let items = vec![
            item("TEXT", "121022", "DCM", text_value("accession 77")),
            item("PNAME", "121008", "DCM", (tags::PERSON_NAME, VR::PN, "Muster^Max")),
            item("TEXT", "121071", "DCM", text_value("a finding that somebody wrote")),
            item("NUM", "8302-2", "LN", (tags::NUMERIC_VALUE, VR::DS, "171")),
        ];
        object.put(sequence(tags::CONTENT_SEQUENCE, items));
    });
    let findings = check(&file.path);
    let text_finding = findings.findings.iter().find(|finding| finding.what == "free text").unwrap();
    assert_eq!(text_finding.certainty, Certainty::Possible);
    let object = read(&holds(&file.path, &options()).path);
    let items = object.get(tags::CONTENT_SEQUENCE).unwrap().items().unwrap();
    assert_eq!(items.len(), 3, "the accession number is gone");
    assert_eq!(text(&items[0], tags::PERSON_NAME), "REMOVED");
    assert_eq!(text(&items[1], tags::TEXT_VALUE), "REMOVED");
    assert_eq!(text(&items[2], tags::NUMERIC_VALUE), "171");
    let keep = Options { keep_text: true, ..options() };
    let object = read(&holds(&file.path, &keep).path);
    let items = object.get(tags::CONTENT_SEQUENCE).unwrap().items().unwrap();
    assert_eq!(text(&items[1], tags::TEXT_VALUE), "a finding that somebody wrote");
}

#[test]
fn overlays_curves_private_and_unknown_attributes_go() {
    let others = [(0x6000, 0x0010), (0x6002, 0x3000), (0x5000, 0x0005), (0x0011, 0x0010), (0x0018, 0xfff0)];
    let file = changed(|object| {
        for (group, element) in others {
            put(object, Tag(group, element), VR::LO, "1");
        }
    });
    assert!(!check(&file.path).is_clean());
    let object = read(&holds(&file.path, &options()).path);
    for (group, element) in others {
        assert!(object.get(Tag(group, element)).is_none(), "({group:04x},{element:04x})");
    }
}

#[test]
fn characteristics_stay_if_asked_and_nobody_is_older_than_ninety() {
    let file = changed(|object| {
        put(object, tags::PATIENT_AGE, VR::AS, "093Y");
        put(object, tags::PATIENT_SEX, VR::CS, "F");
    });
    let object = read(&holds(&file.path, &options()).path);
    assert_eq!(
        (text(&object, tags::PATIENT_AGE), text(&object, tags::PATIENT_SEX)),
        (String::new(), String::new())
    );
    let keep = Options { keep_characteristics: true, ..options() };
    let object = read(&holds(&file.path, &keep).path);
    assert_eq!(text(&object, tags::PATIENT_AGE), "090Y");
    assert_eq!(text(&object, tags::PATIENT_SEX), "F");
}

#[test]
fn dates_of_the_old_kind_and_of_many_values_move() {
    let file = changed(|object| {
        put(object, tags::STUDY_DATE, VR::DA, "2019.05.04");
        put(object, tags::CALIBRATION_DATE, VR::DA, "20190504\\20190514");
    });
    let year = Options { dates: Dates::Year, ..options() };
    let object = read(&holds(&file.path, &year).path);
    assert_eq!(text(&object, tags::STUDY_DATE), "20190101");
    let object = read(&holds(&file.path, &options()).path);
    assert_eq!(text(&object, tags::STUDY_DATE).len(), 8);
}

#[test]
fn what_pixels_may_show_is_said_and_cannot_be_mended() {
    let burned = changed(|object| put(object, tags::BURNED_IN_ANNOTATION, VR::CS, "YES"));
    let copy = deidentified(&burned.path, &options()).0;
    let left = check(&copy.path);
    assert_eq!(left.identifying(), ["pixels"], "{left:#?}");
    let head = changed(|object| {
        put(object, tags::BODY_PART_EXAMINED, VR::CS, "HEAD");
        put(object, tags::BURNED_IN_ANNOTATION, VR::CS, "NO");
    });
    let found = check(&head.path);
    let face = found.findings.iter().find(|finding| finding.identifier == Identifier::Photograph).unwrap();
    assert_eq!(face.certainty, Certainty::Possible);
    let ultrasound = check(&fixture("dicom/examples_rgb_color.dcm"));
    assert!(ultrasound.findings.iter().any(|finding| finding.place.element() == "pixels"));
    assert!(!ultrasound.limits.is_empty());
}

#[test]
fn names_of_the_patient_are_found_in_other_texts() {
    let file = changed(|object| {
        put(object, tags::PATIENT_NAME, VR::PN, "Zwirbelmayer^Anna");
        put(object, tags::MANUFACTURER_MODEL_NAME, VR::LO, "bought for Zwirbelmayer");
    });
    let object = read(&holds(&file.path, &options()).path);
    assert_eq!(text(&object, tags::MANUFACTURER_MODEL_NAME), "bought for [removed]");
}

#[test]
fn what_another_program_replaced_is_shown_but_not_refused() {
    let file = changed(|object| {
        let item = InMemDicomObject::from_element_iter([
            DataElement::new(tags::CODE_VALUE, VR::SH, "113100"),
            DataElement::new(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM"),
        ]);
        put(object, tags::PATIENT_IDENTITY_REMOVED, VR::CS, "YES");
        object.put(sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, vec![item]));
        put(object, tags::PATIENT_NAME, VR::PN, "ANON^17");
        put(object, tags::PATIENT_ADDRESS, VR::LO, "1 A St");
    });
    let findings = check(&file.path);
    let name = findings
        .findings
        .iter()
        .find(|finding| finding.place.element() == "(0010,0010) PatientName")
        .unwrap();
    assert_eq!(name.certainty, Certainty::Possible);
    let identifying = findings.identifying();
    assert!(identifying.contains(&"(0010,1040) PatientAddress".to_owned()), "{identifying:?}");
    assert!(!identifying.contains(&"(0008,0018) SOPInstanceUID".to_owned()));
    assert!(identifying.contains(&"(0008,0020) StudyDate".to_owned()), "dates were not said to be modified");
}
