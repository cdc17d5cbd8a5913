//! What a record is called: a title made of what is known of it. Owners give none, because titles that people write identify.

use std::borrow::Cow;

use medshare_types::{Descriptor, Kind, Text};

/// How many resource types a title names.
const TYPES: usize = 3;

/// The title: `CT: Computed tomography, 2019 to 2021`, `FHIR: Observation, Condition, Patient, 2019`, `Document: text/csv`.
pub fn title(descriptor: &Descriptor) -> String {
    let title = pieces(descriptor).join(" ");
    title.trim_end_matches([',', ':']).to_owned()
}

/// What the title is made of, in its order. Few are long and different, so they can be kept.
pub fn pieces(descriptor: &Descriptor) -> Vec<Cow<'_, str>> {
    let mut pieces: Vec<Cow<'_, str>> = Vec::new();
    match (descriptor.kind, &descriptor.modality) {
        (_, Some(modality)) => {
            let modality = text_of(modality);
            let name = modality_name(&modality).map(|name| format!("{name},").into());
            pieces.push(format!("{modality}:").into());
            pieces.extend(name);
        }
        (Kind::Dicom, None) => pieces.push("DICOM:".into()),
        (Kind::Fhir, None) => {
            pieces.push("FHIR:".into());
            let mut counts: Vec<_> = descriptor.counts.iter().collect();
            counts.sort_by_key(|count| std::cmp::Reverse(count.number));
            pieces.extend(counts.iter().take(TYPES).map(|count| format!("{},", text_of(&count.of)).into()));
        }
        (Kind::Document, None) => {
            pieces.extend(["Document:".into(), format!("{},", text_of(&descriptor.media_type)).into()]);
        }
    }
    if let Some((first, last)) = &descriptor.period {
        pieces.push(first.year.to_string().into());
        if first.year != last.year {
            pieces.extend(["to".into(), last.year.to_string().into()]);
        }
    }
    pieces
}

/// A text; one that is not UTF-8 as it is shown.
pub fn text_of<const N: u32>(text: &Text<N>) -> Cow<'_, str> {
    text.as_str().map_or_else(|| Cow::Owned(text.to_string()), Cow::Borrowed)
}

/// The plain name of a modality: DICOM PS3.3, C.7.3.1.1.1, those that imaging departments have.
fn modality_name(modality: &str) -> Option<&'static str> {
    Some(match modality {
        "AR" => "Autorefraction",
        "BMD" => "Bone densitometry",
        "CR" => "Computed radiography (X-ray)",
        "CT" => "Computed tomography",
        "DX" => "Digital radiography (X-ray)",
        "ECG" => "Electrocardiography",
        "EEG" => "Electroencephalography",
        "ES" => "Endoscopy",
        "IO" => "Intra-oral radiography (X-ray)",
        "IVUS" => "Intravascular ultrasound",
        "MG" => "Mammography",
        "MR" => "Magnetic resonance (MRI)",
        "NM" => "Nuclear medicine",
        "OCT" => "Optical coherence tomography",
        "OP" => "Ophthalmic photography",
        "OPT" => "Ophthalmic tomography",
        "OT" => "Other",
        "PT" => "Positron emission tomography (PET)",
        "PX" => "Panoramic X-ray",
        "RF" => "Radiofluoroscopy",
        "RG" => "Radiographic imaging",
        "RTDOSE" => "Radiotherapy dose",
        "RTIMAGE" => "Radiotherapy image",
        "RTPLAN" => "Radiotherapy plan",
        "RTSTRUCT" => "Radiotherapy structure set",
        "SC" => "Secondary capture",
        "SEG" => "Segmentation",
        "SM" => "Slide microscopy",
        "SR" => "Structured report",
        "US" => "Ultrasound",
        "XA" => "X-ray angiography",
        "XC" => "External camera photography",
        _ => return None,
    })
}
