//! DICOMDIR: the directory of a medium or a folder (PS3.10 section 8).

use std::collections::BTreeSet;

use dicom_dictionary_std::{tags, uids};
use dicom_object::{DefaultDicomObject, InMemDicomObject};
use medshare_types::CodeSystem;

use super::text;
use crate::tally::Tally;

/// The types of directory records that are counted: what is not in the standard might say anything.
const COUNTED: [&str; 12] = [
    "PATIENT",
    "STUDY",
    "SERIES",
    "IMAGE",
    "SR DOCUMENT",
    "RT DOSE",
    "RT STRUCTURE SET",
    "RT PLAN",
    "PRESENTATION",
    "WAVEFORM",
    "ENCAP DOC",
    "KEY OBJECT DOC",
];

/// What a DICOMDIR lists.
#[derive(Debug)]
pub(crate) struct Directory {
    /// The names of the files, `/`-separated.
    pub(crate) files: BTreeSet<String>,
}

/// Whether an object is a DICOMDIR.
pub(super) fn is_directory(object: &DefaultDicomObject) -> bool {
    object.meta().media_storage_sop_class_uid() == uids::MEDIA_STORAGE_DIRECTORY_STORAGE
}

/// Takes the names of the files. A DICOMDIR by itself is described by the number of its records.
pub(super) fn tally(object: &DefaultDicomObject, tally: Option<&mut Tally>) -> Directory {
    let mut directory = Directory { files: BTreeSet::new() };
    let mut ignored = Tally::default();
    let tally = match tally {
        Some(tally) => {
            tally.code(CodeSystem::Dicom, uids::MEDIA_STORAGE_DIRECTORY_STORAGE);
            tally
        }
        None => &mut ignored,
    };
    let records = object.get(tags::DIRECTORY_RECORD_SEQUENCE).and_then(|element| element.items());
    for record in records.into_iter().flatten() {
        if let Some(of) = text(record, tags::DIRECTORY_RECORD_TYPE)
            && COUNTED.contains(&of.as_str())
        {
            tally.count(&of.to_lowercase(), 1u32);
        }
        directory.files.extend(file_of(record));
    }
    directory
}

/// The file of a record: the components of its name are several values.
fn file_of(record: &InMemDicomObject) -> Option<String> {
    let components = record.get(tags::REFERENCED_FILE_ID)?.to_multi_str().ok()?;
    let components: Vec<&str> =
        components.iter().map(|component| component.trim_matches(['\0', ' '])).collect();
    let name = components.join("/");
    (!name.is_empty()).then_some(name)
}
