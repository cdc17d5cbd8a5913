//! How the parts of objects are written.

use hayro_syntax::{
    PdfVersion,
    object::{Name, Number},
};

/// The version in a file's first line.
pub(super) fn version(version: PdfVersion) -> &'static str {
    match version {
        PdfVersion::Pdf10 | PdfVersion::Pdf11 | PdfVersion::Pdf12 | PdfVersion::Pdf13 => "1.3",
        PdfVersion::Pdf14 => "1.4",
        PdfVersion::Pdf15 => "1.5",
        PdfVersion::Pdf16 => "1.6",
        PdfVersion::Pdf17 => "1.7",
        PdfVersion::Pdf20 => "2.0",
    }
}

/// Whether a JPEG 2000 image has boxes for anything but pixels and colours.
pub(super) fn says_more(image: &[u8]) -> bool {
    if !image.starts_with(b"\0\0\0\x0cjP  ") {
        return false;
    }
    let mut rest = image;
    while let Some((head, _)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, kind @ ..] = *head;
        if matches!(&kind, b"xml " | b"uuid" | b"uinf" | b"asoc" | b"lbl ") {
            return true;
        }
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        match length {
            // To the end, or longer than 4 GiB: neither is followed by anything here.
            0 | 1 => return length == 1,
            2..8 => return true,
            _ => rest = rest.get(length..).unwrap_or_default(),
        }
    }
    false
}
/// A name as far as it is short and printable.
pub(super) fn shown(name: &Name<'_>) -> String {
    name.as_str().chars().filter(|c| !c.is_control()).take(64).collect()
}

/// A number in the shortest decimal digits that give it again.
pub(super) fn number(body: &mut Vec<u8>, number: Number) {
    match number.as_f64() {
        value if value.fract() == 0.0 && value.abs() < 1e15 => {
            body.extend(number.as_i64().to_string().bytes())
        }
        value => body.extend(value.to_string().bytes()),
    }
}

pub(super) fn name(body: &mut Vec<u8>, name: &[u8]) {
    body.push(b'/');
    for byte in name {
        match byte {
            b'#'
            | b'/'
            | b'%'
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | 0..=0x20
            | 0x7F.. => {
                body.extend(format!("#{byte:02X}").bytes());
            }
            _ => body.push(*byte),
        }
    }
}

pub(super) fn string(body: &mut Vec<u8>, text: &[u8]) {
    body.push(b'<');
    body.extend(hex::encode(text).bytes());
    body.push(b'>');
}
