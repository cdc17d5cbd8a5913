//! DICOM Part 10 files, read by `dicom-object`.

use std::path::Path;

use dicom_core::{Tag, dictionary::DataDictionary, header::HasLength};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::{DefaultDicomObject, OpenFileOptions};
use medshare_types::{CodeSystem, Kind};

use super::{
    Description, ReadError,
    tally::{Tally, month, percent},
};

/// What every object has (PS3.3, type 1 and 2 attributes of the patient, study, series and SOP common modules).
const EXPECTED: [Tag; 9] = [
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::MODALITY,
    tags::STUDY_DATE,
    tags::STUDY_ID,
    tags::SERIES_NUMBER,
    tags::PATIENT_ID,
];

/// What an image has besides (PS3.3, image pixel module).
const EXPECTED_OF_IMAGE: [Tag; 5] = [
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
];

/// Attributes that identify persons (PS3.15 table E.1-1, Basic Application Level Confidentiality Profile: those of
/// persons, their addresses, numbers and birth).
pub(super) const IDENTIFYING: [Tag; 23] = [
    tags::ACCESSION_NUMBER,
    tags::INSTITUTION_NAME,
    tags::INSTITUTION_ADDRESS,
    tags::REFERRING_PHYSICIAN_NAME,
    tags::REFERRING_PHYSICIAN_ADDRESS,
    tags::REFERRING_PHYSICIAN_TELEPHONE_NUMBERS,
    tags::PHYSICIANS_OF_RECORD,
    tags::PERFORMING_PHYSICIAN_NAME,
    tags::NAME_OF_PHYSICIANS_READING_STUDY,
    tags::OPERATORS_NAME,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_BIRTH_TIME,
    tags::PATIENT_BIRTH_NAME,
    tags::PATIENT_MOTHER_BIRTH_NAME,
    tags::PATIENT_ADDRESS,
    tags::PATIENT_TELEPHONE_NUMBERS,
    tags::OTHER_PATIENT_NAMES,
    tags::OTHER_PATIENT_I_DS_SEQUENCE,
    tags::PATIENT_COMMENTS,
    tags::ADDITIONAL_PATIENT_HISTORY,
    tags::REQUESTING_PHYSICIAN,
];

const DATES: [Tag; 4] = [tags::STUDY_DATE, tags::SERIES_DATE, tags::ACQUISITION_DATE, tags::CONTENT_DATE];

pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<DefaultDicomObject, ReadError> {
    let refuse = |reason: String| ReadError::Dicom { path: path.to_owned(), reason };
    if bytes.get(128..132) != Some(b"DICM") {
        return Err(refuse("it has no Part 10 header (a 128-byte preamble, then DICM)".to_owned()));
    }
    OpenFileOptions::new().from_reader(bytes).map_err(|error| refuse(chain(&error)))
}

pub(super) fn describe(path: &Path, bytes: &[u8]) -> Result<Description, ReadError> {
    let object = parse(path, bytes)?;
    let refuse = |reason: String| ReadError::Dicom { path: path.to_owned(), reason };
    let mut tally = Tally::default();

    let class = object.meta().media_storage_sop_class_uid.trim_end_matches(['\0', ' ']).to_owned();
    if class.is_empty() {
        return Err(refuse("it does not say what it is: no media storage SOP class".to_owned()));
    }
    tally.code(CodeSystem::Dicom, &class);
    DATES.iter().for_each(|tag| tally.date(text(&object, *tag).as_deref().and_then(month)));
    for tag in IDENTIFYING {
        if object.get(tag).is_some_and(|element| element.length().get() != Some(0)) {
            tally.identifies(label(tag));
        }
    }

    let is_image = object.get(tags::PIXEL_DATA).is_some();
    let expected: Vec<Tag> = match is_image {
        true => EXPECTED.iter().chain(&EXPECTED_OF_IMAGE).copied().collect(),
        false => EXPECTED.to_vec(),
    };
    if is_image {
        let frames = number(&object, tags::NUMBER_OF_FRAMES).unwrap_or(1);
        check_pixels(&object, frames).map_err(refuse)?;
        tally.count("frames", u32::try_from(frames).unwrap_or(u32::MAX));
    }
    let present = expected.iter().filter(|tag| object.get(**tag).is_some()).count();
    let modality = text(&object, tags::MODALITY);
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(tally.finish(
        Kind::Dicom,
        "application/dicom",
        modality.as_deref(),
        size,
        percent(present, expected.len()),
    ))
}

/// Uncompressed pixel data must be as long as rows, columns, samples, bits and frames say: a truncated file is not.
fn check_pixels(object: &DefaultDicomObject, frames: u64) -> Result<(), String> {
    let syntax = object.meta().transfer_syntax();
    let uncompressed = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"];
    if !uncompressed.contains(&syntax.trim_end_matches(['\0', ' '])) {
        return Ok(());
    }
    let value =
        |tag: Tag| number(object, tag).ok_or_else(|| format!("it has pixel data but no {}", label(tag)));
    let bits = value(tags::ROWS)?
        .saturating_mul(value(tags::COLUMNS)?)
        .saturating_mul(value(tags::SAMPLES_PER_PIXEL)?)
        .saturating_mul(value(tags::BITS_ALLOCATED)?)
        .saturating_mul(frames);
    let expected = bits.div_ceil(8);
    let present = object
        .element(tags::PIXEL_DATA)
        .ok()
        .and_then(|element| element.to_bytes().ok().map(|bytes| bytes.len()))
        .and_then(|length| u64::try_from(length).ok())
        .unwrap_or_default();
    match present < expected {
        true => Err(format!(
            "its pixel data has {present} bytes where its header says {expected}: it is truncated"
        )),
        false => Ok(()),
    }
}

/// `(gggg,eeee) Keyword`.
fn label(tag: Tag) -> String {
    let keyword = StandardDataDictionary.by_tag(tag).map(|entry| entry.alias).unwrap_or("private");
    format!("{tag} {keyword}")
}

fn text(object: &DefaultDicomObject, tag: Tag) -> Option<String> {
    let text = object.get(tag)?.to_str().ok()?;
    let text = text.trim_matches(['\0', ' ']);
    (!text.is_empty()).then(|| text.to_owned())
}

fn number(object: &DefaultDicomObject, tag: Tag) -> Option<u64> {
    object.get(tag)?.to_int().ok()
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(": ");
        message.push_str(&cause.to_string());
        source = cause.source();
    }
    message
}
