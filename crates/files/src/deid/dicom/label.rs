//! What a DICOM object says about its own de-identification, and what nobody but a viewer can tell.

use dicom_core::{DataElement, Tag, VR, value::DataSetSequence};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::{profile::EDITION, text};
use crate::deid::{Dates, Identifier, Options, Place, plan::Notes, plan::Sort};

/// The codes of PS3.16 CID 7050, De-identification Method.
const BASIC: (&str, &str) = ("113100", "Basic Application Confidentiality Profile");
const STRUCTURED_CONTENT: (&str, &str) = ("113104", "Clean Structured Content Option");
const MODIFIED_DATES: (&str, &str) =
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option");
const CHARACTERISTICS: (&str, &str) = ("113108", "Retain Patient Characteristics Option");
const UIDS: &str = "113110";

/// What the method is called in the file, and how it is known again.
const METHOD: &str = "medshare v1";

/// What an object says of itself.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Claims {
    /// The Basic Profile was applied.
    pub basic: bool,
    /// Dates were moved.
    pub dates: bool,
    /// Instance UIDs were replaced.
    pub uids: bool,
    /// Patient characteristics were kept.
    pub characteristics: bool,
    /// This program did it.
    pub ours: bool,
}

impl Claims {
    pub(super) fn of(object: &InMemDicomObject) -> Self {
        if text(object, tags::PATIENT_IDENTITY_REMOVED).as_deref() != Some("YES") {
            return Self::default();
        }
        let codes: Vec<String> = object
            .get(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE)
            .and_then(|element| element.items())
            .unwrap_or_default()
            .iter()
            .filter_map(|item| text(item, tags::CODE_VALUE))
            .collect();
        let has = |code: &str| codes.iter().any(|found| found == code);
        let modified = text(object, tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED);
        let basic = has(BASIC.0);
        Self {
            basic,
            dates: basic && has(MODIFIED_DATES.0) && modified.as_deref() == Some("MODIFIED"),
            uids: basic && !has(UIDS),
            characteristics: has(CHARACTERISTICS.0),
            ours: basic
                && text(object, tags::DEIDENTIFICATION_METHOD).is_some_and(|method| method.contains(METHOD)),
        }
    }

    pub(super) fn note(self, notes: &mut Notes) {
        if self.basic {
            notes
                .claims
                .insert("The Basic Application Level Confidentiality Profile was applied.".to_owned());
        }
        if self.dates {
            notes.claims.insert("Dates were moved, intervals stay (113107).".to_owned());
        }
        if self.characteristics {
            notes.claims.insert("The patient's characteristics were kept (113108).".to_owned());
        }
    }
}

/// Says in an object that it is de-identified, and how (PS3.15 E.1.1).
pub(super) fn set(object: &mut InMemDicomObject, options: &Options) {
    let dates = match options.dates {
        Dates::Shift => "dates shifted",
        Dates::Year => "dates to years",
    };
    let mut codes = vec![BASIC, STRUCTURED_CONTENT, MODIFIED_DATES];
    if options.keep_characteristics {
        codes.push(CHARACTERISTICS);
    }
    let items: Vec<InMemDicomObject> = codes
        .into_iter()
        .map(|(code, meaning)| {
            InMemDicomObject::from_element_iter([
                DataElement::new(tags::CODE_VALUE, VR::SH, code),
                DataElement::new(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM"),
                DataElement::new(tags::CODE_MEANING, VR::LO, meaning),
            ])
        })
        .collect();
    object.put(DataElement::new(tags::PATIENT_IDENTITY_REMOVED, VR::CS, "YES"));
    object.put(DataElement::new(
        tags::DEIDENTIFICATION_METHOD,
        VR::LO,
        format!("{METHOD}: {EDITION} Basic, {dates}"),
    ));
    object.put(DataElement::new(
        tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
        VR::SQ,
        DataSetSequence::from(items),
    ));
    object.put(DataElement::new(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, VR::CS, "MODIFIED"));
}

/// The attributes that [`set`] writes.
pub(super) fn is_label(tag: Tag) -> bool {
    [
        tags::PATIENT_IDENTITY_REMOVED,
        tags::DEIDENTIFICATION_METHOD,
        tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
        tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
    ]
    .contains(&tag)
}

/// Modalities whose images have text burned in more often than not, or are photographs.
const WRITTEN: [&str; 6] = ["US", "IVUS", "SC", "OT", "XA", "RF"];
const PHOTOGRAPHS: [&str; 6] = ["XC", "GM", "ES", "OP", "DMS", "SM"];
const VOLUMES: [&str; 3] = ["CT", "MR", "PT"];
const HEAD: [&str; 8] = ["HEAD", "BRAIN", "SKULL", "FACE", "ORBIT", "SINUS", "NECK", "JAW"];

/// What the header says of the pixels, which a program does not read.
pub(super) fn pixels(object: &InMemDicomObject, notes: &mut Notes) {
    // Readers leave the pixels themselves out.
    if object.get(tags::ROWS).is_none() {
        return;
    }
    let place = || Place::Part { part: "pixels".to_owned() };
    let value = |tag| text(object, tag).unwrap_or_default().to_uppercase();
    let burned = value(tags::BURNED_IN_ANNOTATION);
    let modality = value(tags::MODALITY);
    let class = value(tags::SOP_CLASS_UID);
    let is = |list: &[&str]| list.contains(&modality.as_str());
    let captured =
        class.starts_with("1.2.840.10008.5.1.4.1.1.7") || object.get(tags::CONVERSION_TYPE).is_some();
    if burned == "YES" {
        let sort = Sort::structured(
            Identifier::Other,
            "text burned into the image that identifies the patient (0028,0301): blacken it before sharing",
        );
        notes.found(sort, place(), || None);
    } else if burned != "NO" && (captured || is(&WRITTEN) || is(&PHOTOGRAPHS)) {
        let sort = Sort::possible(Identifier::Other, "such images often have text burned in: look at it");
        notes.found(sort, place(), || None);
    }
    let face = value(tags::RECOGNIZABLE_VISUAL_FEATURES);
    let head = HEAD.iter().any(|part| value(tags::BODY_PART_EXAMINED).contains(part));
    if face == "YES" {
        let sort = Sort::structured(
            Identifier::Photograph,
            "an image by which somebody can be recognised (0028,0302): deface it before sharing",
        );
        notes.found(sort, place(), || None);
    } else if face != "NO" && is(&PHOTOGRAPHS) {
        notes.found(Sort::possible(Identifier::Photograph, "a photograph: look at it"), place(), || None);
    } else if face != "NO" && head && is(&VOLUMES) {
        let what = "a volume of the head, from which a face can be reconstructed";
        notes.found(Sort::possible(Identifier::Photograph, what), place(), || None);
    }
    notes
        .limits
        .insert("Pixels are not read: text burned into them and faces are for people to find.".to_owned());
}
