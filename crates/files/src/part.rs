//! What readers hand on: the parts of a file, one at a time.

use std::fmt;

use dicom_object::DefaultDicomObject;
use serde_json::Value;

use crate::{ReadError, hl7::Message};

/// Where in a file something is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Place {
    /// The member of a folder or a zip, by its `/`-separated name; nothing for a single file.
    pub file: Option<String>,
    /// Where in that.
    pub at: At,
}

/// Where in one file something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum At {
    /// Nowhere in particular.
    #[default]
    Whole,
    /// A line, counted from 1. In HL7 v2 a segment is a line.
    Line(u64),
    /// A page, counted from 1.
    Page(u64),
    /// An entry of a FHIR bundle.
    Entry {
        /// Which, counted from 0 as in FHIRPath (`Bundle.entry[0]`).
        index: u64,
        /// The line in which it begins, counted from 1.
        line: u64,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.at) {
            (Some(file), At::Whole) => f.write_str(file),
            (Some(file), at) => write!(f, "{file}: {at}"),
            (None, at) => at.fmt(f),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("the file"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Page(page) => write!(f, "page {page}"),
            Self::Entry { index, line } => write!(f, "entry[{index}] (line {line})"),
        }
    }
}

/// A part of a file. Parts come in the order of the file, and are never the whole of a large one.
#[derive(Debug)]
pub enum Part<'a> {
    /// The name of a member of a folder or a zip, `/`-separated. It comes before the member's other parts.
    Name(&'a mut String),
    /// Valid FHIR R4: a resource; an element of `Bundle.entry`; or, after its entries, a bundle without them.
    Fhir(&'a mut Value),
    /// A DICOM object with its meta group, without its pixel data, which are never changed. What follows these, such as
    /// signatures, is in it, but is not written again.
    Dicom(&'a mut DefaultDicomObject),
    /// An HL7 v2 message, or the header or trailer of a batch as a message of one segment.
    Hl7(&'a mut Message),
    /// A row of a table.
    Row(Row<'a>),
    /// A line of text without its ending; or the text of a page, which cannot be written otherwise than it is: whoever
    /// changes it has the file refused.
    Text(&'a mut String),
    /// What an image, a PDF or a zip says besides what it shows or holds. It cannot be edited: what is written anew is
    /// without it.
    Metadata {
        /// What it is: `EXIF Artist`, `EXIF GPS position`, `PNG text Author`, `PDF Author`.
        name: &'a str,
        /// What it says, as far as it is text; empty if it is not, or was not read.
        value: &'a str,
    },
    /// The file, or the member, is broken: what follows could not be read, and this is why. It comes last, and only of
    /// what is shared as a document, as it is.
    Unread(&'a str),
}

/// A row of a table.
#[derive(Debug)]
pub struct Row<'a> {
    /// The names of the columns; nothing if the table has none, and for the row that holds them.
    pub header: Option<&'a [String]>,
    /// The cells, as many as the table has columns.
    pub cells: &'a mut Vec<String>,
    /// Whether this row holds the names of the columns.
    pub is_header: bool,
}

/// Somebody who looks at the parts of a file, or edits them.
pub trait Inspect {
    /// Takes a part.
    ///
    /// # Errors
    /// Whatever ends the reading.
    fn part(&mut self, place: &Place, part: Part<'_>) -> Result<(), ReadError>;
}

/// Looks at nothing.
impl Inspect for () {
    fn part(&mut self, _: &Place, _: Part<'_>) -> Result<(), ReadError> {
        Ok(())
    }
}
