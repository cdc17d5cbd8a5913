//! Taking out of a file what identifies persons by name, number, address or birth.
//!
//! What is taken out is what [`crate::describe`] reports. It is no guarantee: free text, images and rare findings can
//! identify a person too, which is why auditors look at every record.

use std::path::Path;

use dicom_core::{Tag, VR, header::Header};
use medshare_types::Kind;
use serde_json::Value;

use crate::{ReadError, detect, dicom, fhir, whole};

/// The file's bytes without the identifying elements: FHIR elements are dropped (a birth date becomes its year),
/// DICOM attributes are emptied or, where they are private, dropped (PS3.15 annex E).
///
/// # Errors
/// If the file is broken, or a document.
pub fn deidentify(path: &Path) -> Result<Vec<u8>, ReadError> {
    match detect(path)? {
        Kind::Fhir => fhir_json(path),
        Kind::Dicom => dicom_file(path),
        Kind::Document => Err(ReadError::NotDeidentifiable { path: path.to_owned() }),
    }
}

fn fhir_json(path: &Path) -> Result<Vec<u8>, ReadError> {
    let bytes = whole(path)?;
    fhir::parse(path, &bytes)?;
    let refuse =
        |error: serde_json::Error| ReadError::Fhir { path: path.to_owned(), reason: error.to_string() };
    let mut root: Value = serde_json::from_slice(&bytes).map_err(refuse)?;
    strip(&mut root);
    serde_json::to_vec_pretty(&root).map_err(refuse)
}

fn strip(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(members) => {
            let name = members.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
            for (_, elements) in fhir::IDENTIFYING.iter().filter(|(of, _)| *of == name) {
                for element in *elements {
                    match (*element, members.get_mut(*element)) {
                        ("birthDate", Some(Value::String(date))) => date.truncate(4),
                        _ => drop(members.remove(*element)),
                    }
                }
            }
            // References name the person whom they point to.
            if members.contains_key("reference") {
                members.remove("display");
            }
            members.values_mut().for_each(strip);
        }
        _ => {}
    }
}

fn dicom_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    let bytes = whole(path)?;
    let mut object = dicom::parse(path, &bytes)?;
    for tag in dicom::IDENTIFYING {
        if let Some(vr) = object.get(tag).map(|element| element.vr()) {
            match vr {
                VR::SQ => {
                    object.remove_element(tag);
                }
                _ => {
                    object.update_value(tag, |value| *value = dicom_core::PrimitiveValue::Empty.into());
                }
            }
        }
    }
    let private: Vec<Tag> =
        object.iter().map(|element| element.tag()).filter(|tag| tag.group() % 2 == 1).collect();
    for tag in private {
        object.remove_element(tag);
    }
    let mut out = Vec::new();
    object
        .write_all(&mut out)
        .map_err(|error| ReadError::Dicom { path: path.to_owned(), reason: error.to_string() })?;
    Ok(out)
}
