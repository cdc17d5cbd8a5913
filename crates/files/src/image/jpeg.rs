//! JPEG (ITU-T T.81, with the application segments of JFIF, Exif, XMP and IPTC).

use std::io::{BufRead, BufReader, Cursor, Read, SeekFrom};

use super::{Fault, broken, hand_on, ifd, shown};
use crate::{ReadError, context::Context, form::Input};

const FORM: &str = "JPEG image";

pub(crate) fn read(input: &mut dyn Input, size: u64, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut found = Vec::new();
    let end = segments(input, &mut found).map_err(|fault| fault.of(FORM, context))?;
    if end < size {
        context.remark(format!("{} bytes follow the end of the image", size.saturating_sub(end)));
    }
    hand_on(&found, context)
}

/// Walks over the segments, and says where the image ends.
fn segments(input: &mut dyn Input, found: &mut Vec<(String, String)>) -> Result<u64, Fault> {
    input.seek(SeekFrom::Start(2))?;
    let mut input = BufReader::with_capacity(64 << 10, input);
    let mut at = 2u64;
    let mut pixels = false;
    loop {
        let marker = next_marker(&mut input, &mut at, pixels)?;
        match marker {
            // The end; start of image again, restarts and the like, which have no length.
            0xD9 => return Ok(at),
            0x01 | 0xD0..=0xD8 => continue,
            _ => {}
        }
        let mut length = [0; 2];
        input.read_exact(&mut length)?;
        let length = u16::from_be_bytes(length);
        let Some(inner) = length.checked_sub(2) else {
            return broken(format!(
                "its segment FF{marker:02X} at byte {at} has the impossible length {length}"
            ));
        };
        let mut data = vec![0; usize::from(inner)];
        input.read_exact(&mut data)?;
        at = at.saturating_add(length.into());
        // After the start of a scan come pixels, up to the next marker.
        pixels = marker == 0xDA;
        match marker {
            0xE1 if data.starts_with(b"Exif\0\0") => {
                found.extend(ifd::exif(&mut Cursor::new(data.get(6..).unwrap_or_default()))?);
            }
            0xE1 if data.starts_with(b"http://ns.adobe.com/xap/1.0/") => {
                found.push(("XMP".to_owned(), String::new()));
            }
            0xED => found.push(("IPTC".to_owned(), String::new())),
            0xFE => found.push(("JPEG comment".to_owned(), shown(&data))),
            _ => {}
        }
    }
}

/// The next marker: at once, or after pixels.
fn next_marker(input: &mut impl BufRead, at: &mut u64, pixels: bool) -> Result<u8, Fault> {
    let mut next = || -> Result<u8, Fault> {
        let mut byte = [0];
        input.read_exact(&mut byte)?;
        *at = at.saturating_add(1);
        let [byte] = byte;
        Ok(byte)
    };
    loop {
        let first = next()?;
        if first != 0xFF {
            match pixels {
                true => continue,
                false => return broken("it has something else where a segment is expected"),
            }
        }
        // Any number of FF fill up; after pixels, 00 says that the FF is one of them, and D0 to D7 restart.
        let mut marker = next()?;
        while marker == 0xFF {
            marker = next()?;
        }
        if !(pixels && (marker == 0 || (0xD0..=0xD7).contains(&marker))) {
            return Ok(marker);
        }
    }
}
