//! Why a file could not be read.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a file could not be read as what it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file could not be read at all.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What was made of a file could not be written.
    #[error("cannot write what was made of {path}: {source}")]
    Write {
        /// The file that was read.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file has no content.
    #[error("{path} is empty: there is nothing to share")]
    Empty {
        /// The file, folder or zip.
        path: PathBuf,
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
        /// What is wrong, and where.
        reason: String,
    },
    /// It looks like another form that is known, but is broken.
    #[error("{path} is no valid {form}: {reason}; correct the file, or share it with --kind document")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What it looks like: `HL7 v2 message`, `table`, `PDF`, `PNG image`, `JPEG image`, `TIFF image`.
        form: &'static str,
        /// What is wrong, and where.
        reason: String,
    },
    /// A zip that is broken, or that nobody should open.
    #[error("{path} is a zip that cannot be shared: {reason}")]
    Zip {
        /// The zip.
        path: PathBuf,
        /// What is wrong, and with which entry.
        reason: String,
    },
    /// A folder that cannot be packed.
    #[error("{path} cannot be shared as a folder: {reason}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong, and with which file.
        reason: String,
    },
    /// The files of a folder or a zip are not of the kind that was named.
    #[error("{path} is not of the kind that was named, {kind}: {reason}")]
    OtherKind {
        /// The folder or the zip.
        path: PathBuf,
        /// The kind.
        kind: &'static str,
        /// Which files are of another.
        reason: String,
    },
    /// What identifies could not be taken out of it.
    #[error(
        "{path} is {what}: what identifies somebody cannot reliably be taken out of it by a program; save it anew in another \
         form, or let a person take that out"
    )]
    NotDeidentifiable {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: String,
    },
}

impl ReadError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Write { path: path.to_owned(), source }
    }

    /// Whether the file itself is at fault, and not the disk or whoever looked at it.
    pub fn is_of_content(&self) -> bool {
        !matches!(self, Self::Io { .. } | Self::Write { .. })
    }
}
