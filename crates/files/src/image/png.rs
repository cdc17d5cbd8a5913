//! PNG (ISO/IEC 15948).

use std::io::{self, Cursor, SeekFrom};

use flate2::Crc;

use super::{Fault, MAX_METADATA, array, broken, hand_on, ifd, shown};
use crate::{ReadError, context::Context, form::Input};

const FORM: &str = "PNG image";

pub(crate) fn read(input: &mut dyn Input, size: u64, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut found = Vec::new();
    let end = chunks(input, size, &mut found).map_err(|fault| fault.of(FORM, context))?;
    if end < size {
        context.remark(format!("{} bytes follow the end of the image", size.saturating_sub(end)));
    }
    hand_on(&found, context)
}

/// Walks over the chunks, checks their sums, and says where the image ends.
fn chunks(input: &mut dyn Input, size: u64, found: &mut Vec<(String, String)>) -> Result<u64, Fault> {
    let mut at = input.seek(SeekFrom::Start(8))?;
    loop {
        let start = at;
        let length = u64::from(u32::from_be_bytes(array(input)?));
        let name: [u8; 4] = array(input)?;
        let shown_name = shown(&name);
        at = start.saturating_add(12).saturating_add(length);
        if at > size {
            return broken(format!(
                "its chunk {shown_name:?} at byte {start} goes beyond its end: it is truncated"
            ));
        }
        if start == 8 && &name != b"IHDR" {
            return broken(format!("it begins with the chunk {shown_name:?} and not with IHDR"));
        }
        let mut sum = Crc::new();
        sum.update(&name);
        let kept = match &name {
            b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" | b"tIME" => MAX_METADATA,
            _ => 0,
        };
        let mut data = Vec::new();
        let mut left = length;
        let mut buffer = [0; 16 << 10];
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let piece = buffer.get_mut(..wanted).unwrap_or_default();
            input.read_exact(piece)?;
            sum.update(piece);
            if u64::try_from(data.len()).unwrap_or(u64::MAX) < kept {
                data.extend_from_slice(piece);
            }
            left = left.saturating_sub(u64::try_from(wanted).unwrap_or(u64::MAX));
        }
        if sum.sum() != u32::from_be_bytes(array(input)?) {
            return broken(format!("the checksum of its chunk {shown_name:?} at byte {start} is wrong"));
        }
        match &name {
            b"tEXt" | b"zTXt" | b"iTXt" => {
                let mut pieces = data.splitn(2, |byte| *byte == 0);
                let keyword = shown(pieces.next().unwrap_or_default());
                let value =
                    if &name == b"tEXt" { shown(pieces.next().unwrap_or_default()) } else { String::new() };
                found.push((format!("PNG text {keyword}"), value));
            }
            b"eXIf" => found.extend(exif(&data)?),
            b"IEND" => return Ok(at),
            _ => {}
        }
    }
}

fn exif(data: &[u8]) -> io::Result<Vec<(String, String)>> {
    ifd::exif(&mut Cursor::new(data))
}
