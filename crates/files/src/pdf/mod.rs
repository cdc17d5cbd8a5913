//! PDF (ISO 32000): whether it is whole, what it says besides what its pages show, and writing it without that. The texts
//! of its pages are looked at, but never changed: what a page shows may be in many places.

mod copy;
mod font;
mod known;
mod scan;
mod text;
mod written;

use std::io::{Read, SeekFrom};

use flate2::read::ZlibDecoder;
use hayro_syntax::{LoadPdfError, Pdf};

use crate::{At, Part, ReadError, context::Context, form::Input, image::Found};

const FORM: &str = "PDF";
/// Where the end of a file says so.
const TAIL: u64 = 1024;
/// Larger files are not looked into: they would be in memory as a whole.
const MAX_SIZE: u64 = 256 << 20;
/// What is compressed in a file may always become this large, and larger only as many times its own size.
const ALWAYS_INFLATED: u64 = 1 << 30;
const MAX_RATIO: u64 = 50;

/// Reads a file of `size` bytes.
pub(crate) fn read(input: &mut dyn Input, size: u64, context: &mut Context<'_>) -> Result<(), ReadError> {
    ensure_ends(input, size, context)?;
    match open(input, size).map_err(|error| context.io(error))? {
        Ok(pdf) => whole(&pdf, context),
        Err(reason) if context.out.is_some() => Err(context.kept(format!("a PDF that {reason}"))),
        Err(reason) => {
            scan::scan(input, context)?;
            context.remark(format!("it {reason}, and so nobody looked into it"));
            Ok(())
        }
    }
}

/// Whether a stream may be packed with LZW, of which nobody counts here what it becomes.
fn has_lzw(bytes: &[u8]) -> bool {
    let ends = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b']' | b'>' | b'D');
    bytes.windows(5).any(|window| matches!(window, [b'/', b'L', b'Z', b'W', end] if ends(*end)))
}

fn has(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

fn ensure_ends(input: &mut dyn Input, size: u64, context: &Context<'_>) -> Result<(), ReadError> {
    let mut tail = Vec::new();
    input.seek(SeekFrom::Start(size.saturating_sub(TAIL))).map_err(|error| context.io(error))?;
    input.take(TAIL).read_to_end(&mut tail).map_err(|error| context.io(error))?;
    if !has(&tail, b"%%EOF") {
        return Err(context.broken(FORM, format!("%%EOF is not in its last {TAIL} bytes: it is truncated")));
    }
    if !has(&tail, b"startxref") {
        return Err(context.broken(FORM, "startxref is not before its end: it has no table of objects"));
    }
    Ok(())
}

/// The objects of a file, or why they cannot be read.
fn open(input: &mut dyn Input, size: u64) -> std::io::Result<Result<Pdf, String>> {
    if size > MAX_SIZE {
        return Ok(Err(format!("has more than {} MiB", MAX_SIZE >> 20)));
    }
    let mut bytes = Vec::new();
    input.seek(SeekFrom::Start(0))?;
    input.take(size).read_to_end(&mut bytes)?;
    if has(&bytes, b"/Encrypt") {
        return Ok(Err("is encrypted".to_owned()));
    }
    if has_lzw(&bytes) || inflates(&bytes, size.saturating_mul(MAX_RATIO).max(ALWAYS_INFLATED)) {
        return Ok(Err("is compressed in a way that might fill all memory".to_owned()));
    }
    Ok(Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => "is encrypted".to_owned(),
        LoadPdfError::Invalid => "has a table of objects that cannot be read".to_owned(),
    }))
}

/// Whether what is compressed becomes more than so many bytes. The library that reads objects inflates without a limit.
fn inflates(bytes: &[u8], most: u64) -> bool {
    let mut left = most;
    let mut rest = bytes;
    while let Some(at) = rest.windows(6).position(|window| window == b"stream") {
        rest = rest.get(at.saturating_add(6)..).unwrap_or_default();
        let start = rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len());
        let data = rest.get(start..).unwrap_or_default();
        if begins_zlib(data) && exhausts(data, &mut left, 0) {
            return true;
        }
    }
    false
}

fn begins_zlib(data: &[u8]) -> bool {
    let Some([first, second]) = data.first_chunk() else { return false };
    first & 0x0F == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0
}

/// How often something compressed is compressed again at most.
const MOST_LAYERS: usize = 8;

/// Inflates without keeping anything; also what is in it compressed again.
fn exhausts(data: impl Read, left: &mut u64, layer: usize) -> bool {
    let mut inflated = ZlibDecoder::new(data);
    let mut piece = vec![0; 32 << 10];
    let mut first = true;
    loop {
        let Ok(count @ 1..) = inflated.read(&mut piece) else { return false };
        match left.checked_sub(u64::try_from(count).unwrap_or(u64::MAX)) {
            Some(rest) => *left = rest,
            None => return true,
        }
        let begun = piece.get(..count).unwrap_or_default();
        if std::mem::take(&mut first) && begins_zlib(begun) {
            let inner: Box<dyn Read + '_> = Box::new(begun.chain(inflated));
            return layer >= MOST_LAYERS || exhausts(inner, left, layer.saturating_add(1));
        }
    }
}

/// Reads and, if it is to be written, writes a file whose objects can be read.
fn whole(pdf: &Pdf, context: &mut Context<'_>) -> Result<(), ReadError> {
    let editing = context.out.is_some();
    let mut found = Found::default();
    let copy = copy::copied(pdf, editing, &mut found);
    let mut identifying = Vec::new();
    for (number, page) in (1u64..).zip(pdf.pages().iter()) {
        let text::Text { mut text, unread } = text::of(page);
        if let Some(reason) = unread {
            match editing {
                true => return Err(context.kept(format!("a PDF of which page {number} {reason}"))),
                false => context.remark(format!("page {number} {reason}: nobody looked at its text")),
            }
        }
        if text.trim().is_empty() {
            continue;
        }
        let before = editing.then(|| text.clone());
        context.part(At::Page(number), Part::Text(&mut text))?;
        if before.is_some_and(|before| before != text) {
            identifying.push(number.to_string());
        }
    }
    found.tell(context)?;
    if !editing {
        return Ok(());
    }
    let copy = copy.map_err(|reason| context.kept(format!("a PDF that {reason}")))?;
    if !identifying.is_empty() {
        identifying.truncate(20);
        return Err(context.kept(format!(
            "a PDF with what may identify somebody in its text on page {} (`medshare check` says what; export it anew without \
             that, or as text)",
            identifying.join(", ")
        )));
    }
    context.write(&copy)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn deflated(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_would_fill_memory_is_not_unpacked() {
        let once = deflated(&vec![0; 1 << 20]);
        let twice = deflated(&once);
        for packed in [&once, &twice] {
            let file = [b"1 0 obj <</Filter/FlateDecode>> stream\r\n", &packed[..], b"\nendstream"].concat();
            assert!(inflates(&file, 1 << 19), "{} bytes", packed.len());
            assert!(!inflates(&file, 1 << 22), "{} bytes", packed.len());
        }
        assert!(!inflates(b"stream\nx\x9c no zlib endstream", 1));
    }
}
