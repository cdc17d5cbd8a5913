//! What a PDF says about itself, as far as it stands in it uncompressed: for files whose objects cannot be read.

use std::io::{BufReader, Read, SeekFrom};

use super::has;
use crate::{At, Part, ReadError, context::Context, form::Input};

/// Bytes that are searched at once, and those of the next that are looked at with them.
const WINDOW: usize = 64 << 10;
const OVERLAP: usize = 512;

/// Entries of the information dictionary that are about persons (ISO 32000-1 table 317), and what else may name some.
const NAMES: [(&[u8], &str); 7] = [
    (b"/Author", "PDF Author"),
    (b"/Title", "PDF Title"),
    (b"/Subject", "PDF Subject"),
    (b"/Keywords", "PDF Keywords"),
    (b"/Creator", "PDF Creator"),
    (b"<x:xmpmeta", "PDF XMP"),
    (b"/EmbeddedFile", "PDF attachment"),
];

/// Searches a file.
pub(super) fn scan(input: &mut dyn Input, context: &mut Context<'_>) -> Result<(), ReadError> {
    input.seek(SeekFrom::Start(0)).map_err(|error| context.io(error))?;
    let mut input = BufReader::with_capacity(WINDOW, input);
    let mut window: Vec<u8> = Vec::new();
    let mut seen = [false; NAMES.len()];
    loop {
        let kept = window.len().min(OVERLAP);
        window.drain(..window.len().saturating_sub(kept));
        let room = u64::try_from(WINDOW).unwrap_or(u64::MAX);
        let read = (&mut input).take(room).read_to_end(&mut window).map_err(|error| context.io(error))?;
        if read == 0 {
            return Ok(());
        }
        if has(&window, b"/Encrypt") {
            context.remark("it is encrypted, so auditors cannot read it without its password");
        }
        for ((needle, name), seen) in NAMES.iter().zip(&mut seen) {
            let Some(at) = window.windows(needle.len()).position(|window| window == *needle) else {
                continue;
            };
            let Some(value) = value(window.get(at.saturating_add(needle.len())..).unwrap_or_default()) else {
                continue;
            };
            if !std::mem::replace(seen, true) {
                context.part(At::Whole, Part::Metadata { name, value: &value })?;
            }
        }
    }
}

/// A literal string after a name, as far as it is in one line; nothing if it is empty; without one, no text.
fn value(rest: &[u8]) -> Option<String> {
    let rest = rest.trim_ascii_start();
    match rest.strip_prefix(b"(") {
        Some(text) => {
            let end = text.iter().take(256).position(|byte| matches!(byte, b')' | b'\n' | b'\r'));
            let text = text.get(..end.unwrap_or(text.len().min(256))).unwrap_or_default();
            (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
        }
        None => Some(String::new()),
    }
}
