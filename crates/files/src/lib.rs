//! Readers of medical files: what is in a file, without anything that identifies a person.
//!
//! [`describe`] reads a file, refuses what is broken with the reason, and gives the [`Descriptor`] that is anchored
//! with the record, and whatever in the file seems to identify a person. Auditors run the same code on what they
//! decrypted, so that owner and auditor come to the same descriptor from the same bytes.

mod deid;
mod dicom;
mod fhir;
mod tally;

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use medshare_types::{Descriptor, Kind};

pub use deid::deidentify;

/// FHIR and DICOM files larger than this are refused: they are read as a whole.
pub const MAX_PARSED: u64 = 1 << 30;

/// What a file is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// What goes on the chain.
    pub descriptor: Descriptor,
    /// Elements that seem to identify a person, such as `Patient.name` or `(0010,0010) PatientName`; distinct, in
    /// order. Empty for documents, which nobody can judge without reading them.
    pub identifying: Vec<String>,
}

/// Why a file could not be read as what it is.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read at all.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file has no content.
    #[error("{path} is empty: there is nothing to share")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A FHIR or DICOM file of more than [`MAX_PARSED`] bytes.
    #[error("{path} has {size} bytes; FHIR and DICOM files are read up to {MAX_PARSED} bytes: split it")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
    },
    /// It looks like FHIR, but is not FHIR R4 in JSON.
    #[error("{path} is not valid FHIR R4 JSON: {reason}; correct the file, or share it with --kind document")]
    Fhir {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// It looks like DICOM, but is broken.
    #[error("{path} is not a valid DICOM file: {reason}; export it again, or share it with --kind document")]
    Dicom {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A document has no elements that could be taken out.
    #[error("{path} is neither FHIR nor DICOM: only a person can take out of it what identifies somebody")]
    NotDeidentifiable {
        /// The file.
        path: PathBuf,
    },
}

impl ReadError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// Reads a file as `kind`, or as what it looks like.
///
/// # Errors
/// If it cannot be read, is empty, or is a broken FHIR or DICOM file.
pub fn describe(path: &Path, kind: Option<Kind>) -> Result<Description, ReadError> {
    match kind.map_or_else(|| detect(path), Ok)? {
        Kind::Fhir => fhir::describe(path, &whole(path)?),
        Kind::Dicom => dicom::describe(path, &whole(path)?),
        Kind::Document => {
            Ok(Description { descriptor: document(path, size_of(path)?), identifying: Vec::new() })
        }
    }
}

/// What a file looks like: DICOM by its magic or its name, FHIR by `resourceType` in JSON, or a document.
///
/// # Errors
/// If it cannot be read or is empty.
pub fn detect(path: &Path) -> Result<Kind, ReadError> {
    size_of(path)?;
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(64 << 10).read_to_end(&mut head))
        .map_err(ReadError::io(path))?;
    let extension = extension_of(path);
    if head.get(128..132) == Some(b"DICM") || matches!(extension.as_str(), "dcm" | "dicom") {
        return Ok(Kind::Dicom);
    }
    let text = head.trim_ascii_start();
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let names_resource = text.windows(14).any(|window| window == b"\"resourceType\"");
    Ok(if text.first() == Some(&b'{') && names_resource { Kind::Fhir } else { Kind::Document })
}

fn size_of(path: &Path) -> Result<u64, ReadError> {
    let metadata = path.metadata().map_err(ReadError::io(path))?;
    if !metadata.is_file() {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "it is not a file");
        return Err(ReadError::Io { path: path.to_owned(), source });
    }
    match metadata.len() {
        0 => Err(ReadError::Empty { path: path.to_owned() }),
        size => Ok(size),
    }
}

fn whole(path: &Path) -> Result<Vec<u8>, ReadError> {
    let size = size_of(path)?;
    if size > MAX_PARSED {
        return Err(ReadError::TooLarge { path: path.to_owned(), size });
    }
    std::fs::read(path).map_err(ReadError::io(path))
}

fn extension_of(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn document(path: &Path, size: u64) -> Descriptor {
    let media_type = match extension_of(path).as_str() {
        "pdf" => "application/pdf",
        "txt" | "md" => "text/plain",
        "csv" => "text/csv",
        "json" => "application/json",
        "xml" => "application/xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "tif" | "tiff" => "image/tiff",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    };
    Descriptor {
        kind: Kind::Document,
        media_type: medshare_types::Text::truncated(media_type),
        modality: None,
        codes: Default::default(),
        counts: Default::default(),
        plaintext_size: size,
        completeness: 100,
        period: None,
    }
}
