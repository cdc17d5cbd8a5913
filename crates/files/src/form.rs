//! What a file is, by its content. Its name decides nothing.

use std::io::{self, Read, Seek, SeekFrom};

use medshare_types::Kind;

use crate::{hl7, json, table, zipped};

/// What readers read from.
pub trait Input: Read + Seek {}
impl<T: Read + Seek> Input for T {}

/// Bytes at the beginning of a file by which most forms are told apart.
const HEAD: u64 = 64 << 10;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// FHIR in JSON: a resource, a bundle, or a resource a line (NDJSON).
    Fhir,
    /// DICOM.
    Dicom,
    /// A zip that is no document of its own, as office documents are.
    Zip,
    /// HL7 v2 messages, ER7-encoded.
    Hl7,
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// TIFF.
    Tiff,
    /// A table of separated values.
    Table(table::Dialect),
    /// JSON that is no FHIR.
    Json,
    /// XML or HTML, of this media type.
    Xml(&'static str),
    /// Text of no other form.
    Text,
    /// Another form, of this media type.
    Other(&'static str),
}

impl Form {
    /// The kind that a file of this form is on the chain. What a zip is depends on what is in it.
    pub fn kind(self) -> Kind {
        match self {
            Self::Fhir => Kind::Fhir,
            Self::Dicom => Kind::Dicom,
            _ => Kind::Document,
        }
    }

    /// Its media type. That of FHIR becomes `application/fhir+ndjson` if there is a resource a line.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Fhir => "application/fhir+json",
            Self::Dicom => "application/dicom",
            Self::Zip => "application/zip",
            Self::Hl7 => "x-application/hl7-v2+er7",
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Tiff => "image/tiff",
            Self::Table(dialect) => dialect.media_type(),
            Self::Json => "application/json",
            Self::Text => "text/plain",
            Self::Xml(media_type) | Self::Other(media_type) => media_type,
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fhir => "FHIR",
            Self::Dicom => "DICOM",
            Self::Zip => "a zip",
            Self::Hl7 => "HL7 v2",
            Self::Pdf => "a PDF",
            Self::Png => "a PNG image",
            Self::Jpeg => "a JPEG image",
            Self::Tiff => "a TIFF image",
            Self::Table(_) => "a table",
            Self::Json => "JSON",
            Self::Xml(_) => "XML",
            Self::Text => "text",
            Self::Other(media_type) => media_type,
        }
    }

    /// What to tell somebody whose file has an ending that belongs to another form.
    pub(crate) fn remark(self, extension: &str) -> Option<String> {
        let fits = match extension {
            "json" => matches!(self, Self::Fhir | Self::Json),
            "ndjson" => self == Self::Fhir,
            "dcm" | "dicom" => self == Self::Dicom,
            "hl7" | "er7" => self == Self::Hl7,
            "pdf" => self == Self::Pdf,
            "png" => self == Self::Png,
            "jpg" | "jpeg" => self == Self::Jpeg,
            "tif" | "tiff" => self == Self::Tiff,
            "csv" | "tsv" => matches!(self, Self::Table(_)),
            "xml" => matches!(self, Self::Xml(_)),
            "zip" => self == Self::Zip,
            _ => true,
        };
        (!fits).then(|| format!("its name ends .{extension}, but by its content it is {}", self.name()))
    }
}

/// What `input` is. Leaves it at its beginning.
pub(crate) fn recognise(input: &mut dyn Input) -> io::Result<Form> {
    input.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    (&mut *input).take(HEAD).read_to_end(&mut head)?;
    input.seek(SeekFrom::Start(0))?;
    let form = of(&head, input)?;
    input.seek(SeekFrom::Start(0))?;
    Ok(form)
}

fn of(head: &[u8], input: &mut dyn Input) -> io::Result<Form> {
    if head.get(128..132) == Some(b"DICM") || is_bare_dicom(head) {
        return Ok(Form::Dicom);
    }
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Form::Png);
    }
    if head.starts_with(b"\xff\xd8\xff") {
        return Ok(Form::Jpeg);
    }
    if [&b"II*\0"[..], b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|magic| head.starts_with(magic)) {
        return Ok(Form::Tiff);
    }
    if head.starts_with(b"PK\x03\x04")
        || head.starts_with(b"PK\x05\x06")
        || head.starts_with(b"PK00PK\x03\x04")
    {
        return Ok(zipped::document_of(head).map_or(Form::Zip, Form::Other));
    }
    let start = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start();
    let text = is_text(head);
    // As PDF readers do: the header may have something before it. But a text may mention it.
    let near = head.get(..1024).unwrap_or(head).windows(5).any(|window| window == b"%PDF-");
    if start.starts_with(b"%PDF-") || near && !text {
        return Ok(Form::Pdf);
    }
    if hl7::begins(head) {
        return Ok(Form::Hl7);
    }
    if matches!(start.first(), Some(b'{' | b'[')) {
        if start.first() == Some(&b'{') && json::names_resource(&mut *input)? {
            return Ok(Form::Fhir);
        }
        input.seek(SeekFrom::Start(0))?;
        if json::is_json(&mut *input)? {
            return Ok(Form::Json);
        }
    }
    // Some signatures are words: what reads as text is no picture because it begins with BM.
    if !text {
        return Ok(Form::Other(
            infer::get(head).map_or("application/octet-stream", |known| known.mime_type()),
        ));
    }
    if start.starts_with(b"{\\rtf") {
        return Ok(Form::Other("application/rtf"));
    }
    if start.first() == Some(&b'<') {
        return Ok(Form::Xml(xml(start)));
    }
    Ok(table::Dialect::of(head).map_or(Form::Text, Form::Table))
}

fn xml(start: &[u8]) -> &'static str {
    let start = start.get(..4096).unwrap_or(start);
    let has = |needle: &[u8]| start.windows(needle.len()).any(|window| window == needle);
    let begins = |tag: &[u8]| start.get(..tag.len()).is_some_and(|first| first.eq_ignore_ascii_case(tag));
    if has(b"xmlns=\"http://hl7.org/fhir\"") || has(b"xmlns='http://hl7.org/fhir'") {
        "application/fhir+xml"
    } else if begins(b"<!doctype html") || begins(b"<html") {
        "text/html"
    } else {
        "application/xml"
    }
}

/// Whether it begins like a data set without the header of PS3.10, perhaps with something else before it: with three
/// elements of group 0008 in explicit little endian, in order, or two of group 0002 or 0008 in implicit at the beginning.
fn is_bare_dicom(head: &[u8]) -> bool {
    (0..=PREAMBLE).any(|at| has_elements(head, at, true, 3)) || has_elements(head, 0, false, 2)
}

/// Bytes that may be before a data set: as many as there should be before the meta group.
const PREAMBLE: usize = 132;

fn has_elements(head: &[u8], mut at: usize, explicit: bool, number: usize) -> bool {
    let mut before = None;
    for _ in 0..number {
        let Some((group, element, next)) = element(head, at, explicit) else { return false };
        let ordered = before.is_none_or(|(then, other)| then == group && other < element);
        if !ordered || !(group == 0x0008 || group == 0x0002 && !explicit) {
            return false;
        }
        before = Some((group, element));
        at = next;
    }
    true
}

/// The number of the element at a place, and where it ends.
fn element(head: &[u8], at: usize, explicit: bool) -> Option<(u16, u16, usize)> {
    let header: &[u8; 8] = head.get(at..)?.first_chunk()?;
    let &[g, g2, e, e2, v, v2, l, l2] = header;
    let length = match explicit {
        true if v.is_ascii_uppercase() && v2.is_ascii_uppercase() => usize::from(u16::from_le_bytes([l, l2])),
        true => return None,
        false => usize::try_from(u32::from_le_bytes([v, v2, l, l2])).ok()?,
    };
    let end = at.checked_add(8)?.checked_add(length)?;
    Some((u16::from_le_bytes([g, g2]), u16::from_le_bytes([e, e2]), end))
}

/// Whether it reads as text: no control characters but those that lay text out, and those of MLLP.
fn is_text(head: &[u8]) -> bool {
    !head.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127))
}
