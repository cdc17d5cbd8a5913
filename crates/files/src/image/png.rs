//! PNG (ISO/IEC 15948, third edition).

use std::io::SeekFrom;

use flate2::Crc;

use super::{Fault, Found, MAX_METADATA, after, array, broken, ifd, shown, xmp};
use crate::{ReadError, context::Context, form::Input};

const FORM: &str = "PNG image";
const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// Chunks that say how the image looks, or hold its frames. No others are written again.
const LOOKS: [&[u8; 4]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP",
    b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

pub(crate) fn read(input: &mut dyn Input, size: u64, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut found = Found::default();
    let end = chunks(input, size, &mut found, context).map_err(|fault| fault.of(FORM, context))?;
    after(end, size, &mut found, context);
    found.tell(context)
}

/// Walks over the chunks, checks their sums, writes those that say how the image looks, and says where the image ends.
fn chunks(
    input: &mut dyn Input,
    size: u64,
    found: &mut Found,
    context: &mut Context<'_>,
) -> Result<u64, Fault> {
    let mut at = input.seek(SeekFrom::Start(8))?;
    context.write(SIGNATURE)?;
    loop {
        let start = at;
        let length: [u8; 4] = array(input)?;
        let name: [u8; 4] = array(input)?;
        let shown_name = shown(&name);
        at = start.saturating_add(12).saturating_add(u32::from_be_bytes(length).into());
        if at > size {
            return broken(format!(
                "its chunk {shown_name:?} at byte {start} goes beyond its end: it is truncated"
            ));
        }
        if start == 8 && &name != b"IHDR" {
            return broken(format!("it begins with the chunk {shown_name:?} and not with IHDR"));
        }
        let looks = LOOKS.contains(&&name);
        // Capitals say that the image cannot be shown without it.
        if !looks && context.out.is_some() && name.first().is_some_and(u8::is_ascii_uppercase) {
            return Err(Fault::Kept(format!("the chunk {shown_name:?} is not known")));
        }
        let mut sum = Crc::new();
        sum.update(&name);
        if looks {
            context.write(&length)?;
            context.write(&name)?;
        }
        let kept = match &name {
            b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" => MAX_METADATA,
            _ => 0,
        };
        let mut data = Vec::new();
        let mut left = u64::from(u32::from_be_bytes(length));
        let mut buffer = [0; 16 << 10];
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let piece = buffer.get_mut(..wanted).unwrap_or_default();
            input.read_exact(piece)?;
            sum.update(piece);
            if looks {
                context.write(piece)?;
            } else if u64::try_from(data.len()).unwrap_or(u64::MAX) < kept {
                data.extend_from_slice(piece);
            }
            left = left.saturating_sub(u64::try_from(wanted).unwrap_or(u64::MAX));
        }
        let said: [u8; 4] = array(input)?;
        if sum.sum() != u32::from_be_bytes(said) {
            return broken(format!("the checksum of its chunk {shown_name:?} at byte {start} is wrong"));
        }
        if looks {
            context.write(&said)?;
        }
        match &name {
            b"IEND" => return Ok(at),
            b"tEXt" | b"zTXt" | b"iTXt" => text(&name, &data, found),
            b"eXIf" => {
                let exif = ifd::exif(&data)?;
                found.append(exif.found);
                if let Some(upright) = exif.kept {
                    context.write(&chunk(&name, &upright))?;
                }
            }
            b"tIME" => found.add("PNG time", ""),
            _ if !looks => found.add(format!("PNG chunk {shown_name}"), ""),
            _ => {}
        }
    }
}

fn text(name: &[u8; 4], data: &[u8], found: &mut Found) {
    let mut pieces = data.splitn(2, |byte| *byte == 0);
    let keyword = shown(pieces.next().unwrap_or_default());
    let text = pieces.next().unwrap_or_default();
    found.add(format!("PNG text {keyword}"), if name == b"tEXt" { shown(text) } else { String::new() });
    if keyword == "XML:com.adobe.xmp" {
        xmp(text, found);
    }
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(name);
    sum.update(data);
    let length = u32::try_from(data.len()).unwrap_or_default();
    [&length.to_be_bytes()[..], name, data, &sum.sum().to_be_bytes()].concat()
}
