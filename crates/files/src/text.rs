//! Text, line by line: of no other form, JSON that is no FHIR, and XML.

use std::io::{self, BufRead, BufReader, Read, SeekFrom};

use encoding_rs::WINDOWS_1252;

use crate::{At, Part, ReadError, context::Context, form::Input};

/// Longest piece of a line that is looked at at once.
const MAX_PIECE: u64 = 1 << 20;

/// The input after a byte order mark, if it begins with one.
pub(crate) fn without_mark<'i>(
    input: &'i mut dyn Input,
    context: &Context<'_>,
) -> Result<BufReader<&'i mut dyn Input>, ReadError> {
    let skip = |input: &mut dyn Input| -> io::Result<()> {
        let mut mark = Vec::new();
        (&mut *input).take(3).read_to_end(&mut mark)?;
        let start = if mark == "\u{feff}".as_bytes() { 3 } else { 0 };
        input.seek(SeekFrom::Start(start)).map(drop)
    };
    skip(&mut *input).map_err(|error| context.io(error))?;
    Ok(BufReader::with_capacity(64 << 10, input))
}

/// Bytes as text: in UTF-8, or else in Windows-1252, in which all bytes are.
pub(crate) fn decode(bytes: &[u8], context: &mut Context<'_>) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            context.remark("its text is not UTF-8; it is read as Windows-1252");
            WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
        }
    }
}

/// Hands on every line.
pub(crate) fn read(input: &mut dyn Input, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut input = without_mark(input, context)?;
    let mut line = 1u64;
    let mut bytes = Vec::new();
    // What a piece ended with in the middle of a character.
    let mut cut = Vec::new();
    loop {
        bytes.clear();
        bytes.append(&mut cut);
        let taken = (&mut input).take(MAX_PIECE).read_until(b'\n', &mut bytes);
        if taken.map_err(|error| context.io(error))? == 0 && bytes.is_empty() {
            return Ok(());
        }
        let ends = bytes.last() == Some(&b'\n');
        let mut ending = "";
        if ends {
            bytes.pop();
            ending = "\n";
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
                ending = "\r\n";
            }
        } else if let Err(error) = std::str::from_utf8(&bytes)
            && error.error_len().is_none()
            && error.valid_up_to() > 0
        {
            cut = bytes.split_off(error.valid_up_to());
        }
        let mut text = decode(&bytes, context);
        context.part(At::Line(line), Part::Text(&mut text))?;
        context.write(text.as_bytes())?;
        context.write(ending.as_bytes())?;
        line = line.saturating_add(u64::from(ends));
    }
}
