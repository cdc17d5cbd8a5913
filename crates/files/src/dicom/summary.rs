//! What an instance is: codes, counts, period and completeness.

use dicom_core::{Tag, header::Header};
use dicom_dictionary_std::tags;
use dicom_object::{DefaultDicomObject, InMemDicomObject};
use medshare_types::CodeSystem;

use super::{PIXEL_DATA, label, scan::Pixels, syntax, text};
use crate::tally::{Tally, month};

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

const DATES: [Tag; 4] = [tags::STUDY_DATE, tags::SERIES_DATE, tags::ACQUISITION_DATE, tags::CONTENT_DATE];

/// Sequences whose items are counted at the outermost level, as what.
const COUNTED: [(Tag, &str); 5] = [
    (tags::STRUCTURE_SET_ROI_SEQUENCE, "structures"),
    (tags::BEAM_SEQUENCE, "beams"),
    (tags::ION_BEAM_SEQUENCE, "beams"),
    (tags::FRACTION_GROUP_SEQUENCE, "fraction groups"),
    (tags::WAVEFORM_SEQUENCE, "waveforms"),
];

/// To which study and series an instance belongs, and which it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Identity {
    pub(crate) study: Option<String>,
    pub(crate) series: Option<String>,
    pub(crate) instance: Option<String>,
}

/// Counts an instance.
pub(super) fn tally(
    object: &DefaultDicomObject,
    pixels: Option<Pixels>,
    tally: &mut Tally,
) -> Result<Identity, String> {
    let class = match object.meta().media_storage_sop_class_uid() {
        "" => text(object, tags::SOP_CLASS_UID),
        class => Some(class.to_owned()),
    };
    let class = class.ok_or("it does not say what it is: no media storage SOP class")?;
    tally.code(CodeSystem::Dicom, &class);
    DATES.iter().for_each(|tag| tally.date(text(object, *tag).as_deref().and_then(month)));

    let mut expected = EXPECTED.to_vec();
    let is_image = pixels.is_some();
    if is_image {
        expected.extend(EXPECTED_OF_IMAGE);
    }
    if let Some(pixels) = pixels {
        let frames = frames(object)?;
        check_pixels(object, pixels, frames)?;
        tally.count("frames", frames);
    }
    let present = expected.iter().filter(|tag| object.get(**tag).is_some()).count();
    tally.expect(present, expected.len());

    for (tag, of) in COUNTED {
        let items = object.get(tag).and_then(|element| element.items()).map_or(0, <[_]>::len);
        if items > 0 {
            tally.count(of, items);
        }
    }
    let content = walk(object, tally);
    if content > 0 {
        tally.count("content items", content);
    }
    if let Some(modality) = text(object, tags::MODALITY).filter(|modality| is_code_string(modality)) {
        tally.modality(&modality);
    }
    let uid = |tag| text(object, tag);
    Ok(Identity {
        study: uid(tags::STUDY_INSTANCE_UID),
        series: uid(tags::SERIES_INSTANCE_UID),
        instance: uid(tags::SOP_INSTANCE_UID),
    })
}

/// Counts codes at every depth, and gives the number of content items of a structured report. The depth is bounded by
/// the scan.
fn walk(object: &InMemDicomObject, tally: &mut Tally) -> usize {
    if let (Some(code), Some(system)) = (
        text(object, tags::CODE_VALUE),
        text(object, tags::CODING_SCHEME_DESIGNATOR).as_deref().and_then(system_of),
    ) {
        tally.code(system, &code);
    }
    let mut content = 0usize;
    for element in object {
        for item in element.items().unwrap_or_default() {
            content = content.saturating_add(walk(item, tally));
            if element.tag() == tags::CONTENT_SEQUENCE {
                content = content.saturating_add(1);
            }
        }
    }
    content
}

/// Coding schemes (PS3.16 section 8.2).
fn system_of(designator: &str) -> Option<CodeSystem> {
    Some(match designator {
        "SCT" => CodeSystem::Snomed,
        "LN" => CodeSystem::Loinc,
        "I10" | "I10P" => CodeSystem::Icd10,
        "RXNORM" => CodeSystem::RxNorm,
        "CVX" => CodeSystem::Cvx,
        _ => return None,
    })
}

/// The value representation CS (PS3.5 section 6.2).
fn is_code_string(text: &str) -> bool {
    text.len() <= 16
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, ' ' | '_'))
}

/// How many frames; one if it does not say.
fn frames(object: &InMemDicomObject) -> Result<u64, String> {
    match text(object, tags::NUMBER_OF_FRAMES) {
        None => Ok(1),
        Some(said) => {
            said.parse().ok().filter(|frames| *frames > 0).ok_or_else(|| {
                format!("its {} is no number of frames: {said:?}", label(tags::NUMBER_OF_FRAMES))
            })
        }
    }
}

/// Uncompressed pixel data must be as long as rows, columns, samples, bits and frames say, and compressed ones have a
/// fragment a frame: otherwise the file was cut or composed wrongly.
fn check_pixels(object: &DefaultDicomObject, pixels: Pixels, frames: u64) -> Result<(), String> {
    let name = label(pixels.tag);
    if let Some(fragments) = pixels.fragments {
        // Fewer fragments than frames only where the codec spans frames, as in video.
        return match fragments {
            0 => Err(format!("its {name} has no fragment: it is truncated")),
            _ if fragments < frames && !is_video(object) => Err(format!(
                "its {name} has {fragments} fragments where its header says {frames} frames: it is truncated"
            )),
            _ => Ok(()),
        };
    }
    // Encapsulated data would have fragments.
    let native = [syntax::IMPLICIT, syntax::EXPLICIT, syntax::DEFLATED, syntax::BIG_ENDIAN];
    if !native.contains(&object.meta().transfer_syntax()) {
        return Ok(());
    }
    let value = |tag: Tag| {
        object
            .get(tag)
            .and_then(|element| element.to_int::<u64>().ok())
            .ok_or_else(|| format!("it has pixel data but no {}", label(tag)))
    };
    let samples = value(tags::SAMPLES_PER_PIXEL)?;
    let (rows, columns) = (value(tags::ROWS)?, value(tags::COLUMNS)?);
    let bits = match pixels.tag {
        PIXEL_DATA => value(tags::BITS_ALLOCATED)?,
        tags::FLOAT_PIXEL_DATA => 32,
        _ => 64,
    };
    // Chrominance at half the width.
    let halved = matches!(
        text(object, tags::PHOTOMETRIC_INTERPRETATION).as_deref(),
        Some("YBR_FULL_422" | "YBR_PARTIAL_422")
    );
    let samples = if halved { 2 } else { samples };
    let expected = [rows, columns, samples, bits, frames]
        .into_iter()
        .try_fold(1u64, u64::checked_mul)
        .ok_or_else(|| {
            format!("its header says that an image is {rows} by {columns}, {frames} times: too large")
        })?
        .div_ceil(8);
    match pixels.bytes < expected {
        true => Err(format!(
            "its {name} has {} bytes where its header says {expected}: it is truncated",
            pixels.bytes
        )),
        false => Ok(()),
    }
}

/// MPEG-2, MPEG-4 AVC and HEVC, whose frames are no fragments of their own (PS3.5 section 8.2.5 to 8.2.11).
fn is_video(object: &DefaultDicomObject) -> bool {
    let number = object.meta().transfer_syntax().strip_prefix("1.2.840.10008.1.2.4.");
    number.and_then(|number| number.get(..3)).is_some_and(|number| ("100"..="108").contains(&number))
}
