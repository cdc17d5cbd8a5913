//! JPEG (ITU-T T.81, with the application segments of JFIF, Exif, XMP and IPTC).

use std::io::{BufReader, Cursor, Read, SeekFrom};

use super::{Fault, Found, after, broken, ifd, shown, xmp};
use crate::{ReadError, context::Context, form::Input};

const FORM: &str = "JPEG image";
/// Bytes that are read and written at once.
const PIECE: usize = 64 << 10;
/// The header of JFIF without a thumbnail: up to its measures.
const JFIF: usize = 12;

pub(crate) fn read(input: &mut dyn Input, size: u64, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut found = Found::default();
    let editing = context.out.is_some();
    let mut write = |bytes: &[u8]| Ok(context.write(bytes)?);
    let end = segments(input, editing, &mut found, &mut write).map_err(|fault| fault.of(FORM, context))?;
    after(end, size, &mut found, context);
    found.tell(context)
}

/// A JPEG image within another file, without what it says besides what it shows; and what that was.
///
/// # Errors
/// Why it cannot be written so, in words.
pub(crate) fn stripped(image: &[u8]) -> Result<(Vec<u8>, Found), String> {
    if !image.starts_with(b"\xff\xd8") {
        return Err("it is no JPEG image".to_owned());
    }
    let (mut copy, mut found) = (Vec::new(), Found::default());
    let mut write = |bytes: &[u8]| {
        copy.extend_from_slice(bytes);
        Ok(())
    };
    match segments(&mut Cursor::new(image), true, &mut found, &mut write) {
        Ok(end) => {
            let rest = usize::try_from(end).ok().and_then(|end| image.get(end..)).unwrap_or_default();
            // Fillers up to the end of a strip or a stream.
            if rest.iter().any(|byte| !matches!(byte, 0 | b'\n' | b'\r')) {
                found.add("bytes after the end", "");
            }
            Ok((copy, found))
        }
        Err(Fault::Broken(reason) | Fault::Kept(reason)) => Err(reason),
        Err(Fault::Io(error)) => Err(error.to_string()),
        Err(Fault::Write(error)) => Err(error.to_string()),
    }
}

/// What becomes of a segment.
enum Fate {
    Kept,
    Removed,
    Replaced(Vec<u8>),
    Unknown,
}

/// Walks over the segments, writes those that say how the image looks, and says where the image ends.
fn segments(
    input: &mut dyn Input,
    editing: bool,
    found: &mut Found,
    write: &mut dyn FnMut(&[u8]) -> Result<(), Fault>,
) -> Result<u64, Fault> {
    input.seek(SeekFrom::Start(2))?;
    let mut walk =
        Walk { input: BufReader::with_capacity(PIECE, input), at: 2, out: vec![0xFF, 0xD8], write };
    let mut pixels = false;
    loop {
        let marker = walk.marker(pixels)?;
        match marker {
            // The end; start of image again, restarts and the like, which have no length.
            0xD9 => {
                walk.put(&[0xFF, 0xD9])?;
                (walk.write)(&walk.out)?;
                return Ok(walk.at);
            }
            0x01 | 0xD0..=0xD8 => {
                walk.put(&[0xFF, marker])?;
                continue;
            }
            _ => {}
        }
        let length = [walk.byte()?, walk.byte()?];
        let length = u16::from_be_bytes(length);
        let at = walk.at.saturating_sub(2);
        let Some(inner) = length.checked_sub(2) else {
            return broken(format!(
                "its segment FF{marker:02X} at byte {at} has the impossible length {length}"
            ));
        };
        let mut data = vec![0; usize::from(inner)];
        walk.input.read_exact(&mut data)?;
        walk.at = walk.at.saturating_add(inner.into());
        // After the start of a scan come pixels, up to the next marker.
        pixels = marker == 0xDA;
        match fate(marker, &data, found)? {
            Fate::Kept => walk.segment(marker, &data)?,
            Fate::Removed => {}
            Fate::Replaced(data) => walk.segment(marker, &data)?,
            Fate::Unknown if editing => {
                return Err(Fault::Kept(format!("the segment FF{marker:02X} at byte {at} is not known")));
            }
            Fate::Unknown => {}
        }
    }
}

/// Notes what a segment says besides how the image looks, and what becomes of it.
fn fate(marker: u8, data: &[u8], found: &mut Found) -> Result<Fate, Fault> {
    Ok(match marker {
        // Frames, tables, scans and restarts; those of JPEG-LS.
        0xC0..=0xCF | 0xDA..=0xDF | 0xF7 | 0xF8 => Fate::Kept,
        0xE0 if data.starts_with(b"JFIF\0") => match data.get(..JFIF) {
            Some(head) if data.get(JFIF..) != Some(&[0, 0]) => {
                found.add("JPEG thumbnail", "");
                Fate::Replaced([head, &[0, 0]].concat())
            }
            _ => Fate::Kept,
        },
        0xE1 if data.starts_with(b"Exif\0\0") => {
            let exif = ifd::exif(data.get(6..).unwrap_or_default())?;
            found.append(exif.found);
            match exif.kept {
                Some(upright) => Fate::Replaced([b"Exif\0\0", &upright[..]].concat()),
                None => Fate::Removed,
            }
        }
        0xE1 if data.starts_with(b"http://ns.adobe.com/x") => {
            xmp(data, found);
            Fate::Removed
        }
        // Colours: an ICC profile, and how Adobe's programs transform them.
        0xE2 if data.starts_with(b"ICC_PROFILE\0") => Fate::Kept,
        0xEE if data.starts_with(b"Adobe") && data.len() == 12 => Fate::Kept,
        0xED => {
            found.add("IPTC", "");
            Fate::Removed
        }
        0xE0..=0xEF => {
            found.add(format!("JPEG segment APP{}", marker & 0x0F), "");
            Fate::Removed
        }
        0xFE => {
            found.add("JPEG comment", shown(data));
            Fate::Removed
        }
        _ => Fate::Unknown,
    })
}

struct Walk<'a, 'b> {
    input: BufReader<&'a mut dyn Input>,
    at: u64,
    /// What is to be written.
    out: Vec<u8>,
    write: &'b mut dyn FnMut(&[u8]) -> Result<(), Fault>,
}

impl Walk<'_, '_> {
    fn byte(&mut self) -> Result<u8, Fault> {
        let mut byte = [0];
        self.input.read_exact(&mut byte)?;
        self.at = self.at.saturating_add(1);
        let [byte] = byte;
        Ok(byte)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.out.extend_from_slice(bytes);
        if self.out.len() >= PIECE {
            (self.write)(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    fn segment(&mut self, marker: u8, data: &[u8]) -> Result<(), Fault> {
        let length = u16::try_from(data.len().saturating_add(2)).unwrap_or(u16::MAX);
        self.put(&[0xFF, marker])?;
        self.put(&length.to_be_bytes())?;
        self.put(data)
    }

    /// The next marker: at once, or after pixels, which are written.
    fn marker(&mut self, pixels: bool) -> Result<u8, Fault> {
        loop {
            let first = self.byte()?;
            if first != 0xFF {
                match pixels {
                    true => self.put(&[first])?,
                    false => return broken("it has something else where a segment is expected"),
                }
                continue;
            }
            // Any number of FF fill up; after pixels, 00 says that the FF is one of them, and D0 to D7 restart.
            let mut marker = self.byte()?;
            while marker == 0xFF {
                marker = self.byte()?;
            }
            if !(pixels && (marker == 0 || (0xD0..=0xD7).contains(&marker))) {
                return Ok(marker);
            }
            self.put(&[0xFF, marker])?;
        }
    }
}
