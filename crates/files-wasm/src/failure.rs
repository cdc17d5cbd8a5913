//! How failures are told to JavaScript.

use std::io;

use medshare_files::{ReadError, deid::NoSecret};
use serde::Serialize;

/// What went wrong, and what to do about it.
#[derive(Serialize)]
pub struct Failure {
    /// Stable, for programs.
    code: &'static str,
    /// In words; what the command says.
    message: String,
    /// What to do.
    hint: Option<&'static str>,
}

impl Failure {
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| self.message.clone())
    }

    /// A caller's mistake.
    pub fn usage(message: &str) -> Self {
        Self { code: "Usage", message: message.to_owned(), hint: None }
    }

    /// A mistake of these readers.
    pub fn fault(message: &str) -> Self {
        Self {
            code: "Fault",
            message: format!("the readers of medshare stopped: {message}"),
            hint: Some(
                "That is a mistake of medshare: report it, without the file. The `medshare` command may read it.",
            ),
        }
    }

    /// The end of what was made of `name` could not be written.
    pub fn write(name: &str, source: &io::Error) -> Self {
        let message = format!("cannot write what was made of {name}: {source}");
        Self { code: "Write", message, hint: Some(ROOM) }
    }
}

const ROOM: &str = "See that the browser has room left, or use the `medshare` command.";

impl From<NoSecret> for Failure {
    fn from(error: NoSecret) -> Self {
        let hint = "Take the institution's secret from the file that `medshare` keeps it in, or make one.";
        Self { code: "NoSecret", message: error.to_string(), hint: Some(hint) }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let (code, hint) = match &error {
            ReadError::Io { source, .. } if source.kind() == io::ErrorKind::OutOfMemory => {
                ("TooLarge", Some("Use the `medshare` command, which unpacks into files."))
            }
            ReadError::Io { .. } => {
                ("Read", Some("Choose the file again: it may have been moved or changed."))
            }
            ReadError::Write { .. } => ("Write", Some(ROOM)),
            ReadError::Empty { .. } => ("Empty", Some("Choose another file.")),
            ReadError::Fhir { .. } | ReadError::Dicom { .. } | ReadError::Broken { .. } => {
                ("Broken", Some("Export the file again, or share it as it is: as a document."))
            }
            ReadError::Zip { .. } => ("Zip", Some("Unpack it, and choose the files in it.")),
            ReadError::Folder { .. } => ("Folder", Some("Rename that file, or leave it out.")),
            ReadError::OtherKind { .. } => {
                ("OtherKind", Some("Leave those files out, or share all as a document."))
            }
            ReadError::NotDeidentifiable { .. } => (
                "NotDeidentifiable",
                Some("Save it anew in another form, or let a person take out what identifies."),
            ),
            _ => ("Unreadable", None),
        };
        Self { code, message: error.to_string(), hint }
    }
}
