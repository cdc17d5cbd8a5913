//! HL7 v2 messages: one, several, or batches (FHS, BHS), with or without the framing of MLLP. They are read one at a
//! time, so that a file may be larger than memory.

mod charset;
mod message;

use std::io::{self, BufRead, BufReader};

use medshare_types::CodeSystem;

use crate::{
    At, Part, ReadError,
    context::Context,
    form::Input,
    tally::{Tally, month},
};
use charset::Charset;

pub use message::{COMMAND, Component, Delimiters, Field, Message, Repetition, Segment};

const FORM: &str = "HL7 v2 message";
/// Most bytes of a message, which is held in memory.
const MAX_MESSAGE: u64 = 256 << 20;
/// Bytes that MLLP puts before and after a message.
const BLOCK_START: u8 = 0x0B;
const BLOCK_END: u8 = 0x1C;

/// What every message must say of itself: when, what, which, of which processing, in which version.
const EXPECTED: [usize; 5] = [7, 9, 10, 11, 12];

/// Fields that speak of when something was done or found.
const DATES: [(&str, usize); 11] = [
    ("DG1", 5),
    ("EVN", 2),
    ("OBR", 7),
    ("OBX", 14),
    ("ORC", 9),
    ("PR1", 5),
    ("PV1", 44),
    ("PV1", 45),
    ("RXA", 3),
    ("SPM", 17),
    ("TXA", 4),
];

/// Whether a file begins like a message or a batch.
pub(crate) fn begins(head: &[u8]) -> bool {
    let start = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
    let start = start.trim_ascii_start();
    let start = start.strip_prefix(&[BLOCK_START]).unwrap_or(start);
    let names = [&b"MSH"[..], b"BHS", b"FHS"];
    names.iter().any(|name| start.starts_with(name))
        && start.get(3..8).is_some_and(|rest| rest.iter().all(u8::is_ascii_punctuation))
}

/// Reads a file.
pub(crate) fn read(input: &mut dyn Input, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut reader = Reader {
        input: BufReader::with_capacity(64 << 10, input),
        context,
        line: 0,
        held: 0,
        message: Vec::new(),
        delimiters: None,
        charset: Charset::default(),
        batches: Vec::new(),
        messages: 0,
    };
    let mut started = None;
    while let Some((line, bytes)) = reader.line()? {
        let mut text = bytes.as_slice();
        if line == 1 {
            text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        }
        if let Some(rest) = text.strip_prefix(&[BLOCK_START]) {
            if started.is_some() {
                return Err(reader.broken(line, "a message begins (MLLP) before the one before it ended"));
            }
            (started, text) = (Some(line), rest);
        }
        let ended = match text.strip_suffix(&[BLOCK_END]) {
            Some(rest) => {
                text = rest;
                true
            }
            None => false,
        };
        if !text.trim_ascii().is_empty() {
            reader.segment(line, text)?;
        }
        if ended && started.take().is_none() {
            return Err(reader.broken(line, "a message ends (MLLP) that did not begin"));
        }
    }
    if let Some(line) = started {
        return Err(
            reader.broken(line, "the message that begins here (MLLP) never ends: the file is truncated")
        );
    }
    reader.finish()
}

struct Reader<'r, 'c> {
    input: BufReader<&'r mut dyn Input>,
    context: &'r mut Context<'c>,
    /// The line that was read last: a segment is a line.
    line: u64,
    /// Bytes of the message so far.
    held: u64,
    /// Its segments, and the lines that they are in.
    message: Vec<(u64, Vec<u8>)>,
    delimiters: Option<Delimiters>,
    charset: Charset,
    /// Headers without a trailer so far: their names and lines, and how many things they hold.
    batches: Vec<(&'static str, u64, u64)>,
    messages: u64,
}

impl Reader<'_, '_> {
    fn broken(&self, line: u64, reason: impl std::fmt::Display) -> ReadError {
        self.context.broken(FORM, format!("line {line}: {reason}"))
    }

    /// The next line: segments end with a carriage return, and in files from elsewhere with a line feed or both.
    fn line(&mut self) -> Result<Option<(u64, Vec<u8>)>, ReadError> {
        let mut bytes = Vec::new();
        let mut any = false;
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.context.io(error)),
            };
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = buffer.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let (piece, taken) = match end {
                Some(end) => (buffer.get(..end), end.saturating_add(1)),
                None => (Some(buffer), buffer.len()),
            };
            bytes.extend_from_slice(piece.unwrap_or_default());
            let return_only = end.is_some_and(|end| buffer.get(end) == Some(&b'\r'));
            self.input.consume(taken);
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if self.held.saturating_add(length) > MAX_MESSAGE {
                let line = self.line.saturating_add(1);
                return Err(self.broken(line, format_args!("a message of more than {MAX_MESSAGE} bytes")));
            }
            if end.is_some() {
                let next = self.input.fill_buf().map_err(|error| self.context.io(error))?;
                if return_only && next.first() == Some(&b'\n') {
                    self.input.consume(1);
                }
                break;
            }
        }
        self.line = self.line.saturating_add(1);
        Ok(any.then_some((self.line, bytes)))
    }

    fn segment(&mut self, line: u64, bytes: &[u8]) -> Result<(), ReadError> {
        match bytes.get(..3) {
            Some(name @ (b"MSH" | b"BHS" | b"FHS")) => {
                self.flush()?;
                let header = String::from_utf8_lossy(bytes);
                let delimiters =
                    Delimiters::of_header(&header).map_err(|reason| self.broken(line, reason))?;
                self.delimiters = Some(delimiters);
                self.hold(line, bytes);
                match name {
                    b"MSH" => Ok(()),
                    b"BHS" => self.begin("BHS", line),
                    _ => self.begin("FHS", line),
                }
            }
            Some(b"BTS") => self.end("BHS", line, bytes),
            Some(b"FTS") => self.end("FHS", line, bytes),
            _ if self.message.first().is_none_or(|(_, header)| !header.starts_with(b"MSH")) => {
                let shown = String::from_utf8_lossy(bytes.get(..16).unwrap_or(bytes)).into_owned();
                Err(self.broken(line, format_args!("{shown:?} is not in a message, which begins with MSH")))
            }
            _ => {
                self.hold(line, bytes);
                Ok(())
            }
        }
    }

    fn hold(&mut self, line: u64, bytes: &[u8]) {
        self.held = self.held.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.message.push((line, bytes.to_owned()));
    }

    /// A batch or a file of batches begins.
    fn begin(&mut self, name: &'static str, line: u64) -> Result<(), ReadError> {
        self.flush()?;
        match (self.batches.last_mut(), name) {
            (None, _) => {}
            (Some((outer, _, held)), "BHS") if *outer == "FHS" => *held = held.saturating_add(1),
            (Some((outer, began, _)), _) => {
                let reason = format!("{name} comes before the trailer of {outer} in line {began}");
                return Err(self.broken(line, reason));
            }
        }
        self.batches.push((name, line, 0));
        Ok(())
    }

    /// A trailer, which may say how much there was.
    fn end(&mut self, header: &'static str, line: u64, bytes: &[u8]) -> Result<(), ReadError> {
        self.flush()?;
        let Some((_, _, held)) = self.batches.pop().filter(|(name, _, _)| *name == header) else {
            return Err(self.broken(line, format_args!("a trailer without its header {header}")));
        };
        self.hold(line, bytes);
        let said = self.flush()?.map(|segment| segment.first(1).to_owned()).unwrap_or_default();
        match said.is_empty() || said.parse() == Ok(held) {
            true => Ok(()),
            false => {
                Err(self.broken(line, format_args!("{header} holds {held} where its trailer says {said:?}")))
            }
        }
    }

    /// Takes the message that is complete, and gives its first segment.
    fn flush(&mut self) -> Result<Option<Segment>, ReadError> {
        let lines = std::mem::take(&mut self.message);
        self.held = 0;
        let (Some((first, header)), Some(delimiters)) = (lines.first(), self.delimiters) else {
            return Ok(None);
        };
        let first = *first;
        let is_message = header.starts_with(b"MSH");
        if is_message {
            let header = String::from_utf8_lossy(header);
            let header = Segment::parse(&header, &delimiters).map_err(|reason| self.broken(first, reason))?;
            self.charset = Charset::named(header.first(18)).map_err(|reason| self.broken(first, reason))?;
        }
        let mut segments = Vec::with_capacity(lines.len());
        for (line, bytes) in lines {
            let text = self.charset.decode(&bytes).map_err(|reason| self.broken(line, reason))?;
            if let Some(remark) = self.charset.remark() {
                self.context.remark(remark);
            }
            let segment = Segment::parse(&text, &delimiters).map_err(|reason| self.broken(line, reason))?;
            tally(&segment, self.context.tally);
            segments.push(segment);
        }
        if is_message {
            self.check(first, segments.first())?;
            self.messages = self.messages.saturating_add(1);
            if let Some((_, _, held)) = self.batches.last_mut() {
                *held = held.saturating_add(1);
            }
        }
        let mut message = Message { delimiters, segments };
        self.context.part(At::Line(first), Part::Hl7(&mut message))?;
        if self.context.out.is_some() {
            let text = message.to_er7();
            let bytes = self.charset.encode(&text).map_err(|reason| self.broken(first, reason))?;
            self.context.write(&bytes)?;
        }
        Ok(message.segments.into_iter().next())
    }

    fn check(&mut self, line: u64, header: Option<&Segment>) -> Result<(), ReadError> {
        let Some(header) = header else { return Ok(()) };
        if header.first(9).is_empty() {
            return Err(self.broken(line, "MSH-9 does not say what type of message it is"));
        }
        let version = header.first(12);
        if !version.starts_with("2.") && version != "2" {
            return Err(self.broken(line, format_args!("MSH-12 says version {version:?}, which is not 2.x")));
        }
        let present = EXPECTED.iter().filter(|number| !header.first(**number).is_empty()).count();
        self.context.tally.expect(present, EXPECTED.len());
        Ok(())
    }

    fn finish(mut self) -> Result<(), ReadError> {
        self.flush()?;
        if let Some((name, line, _)) = self.batches.last() {
            let reason = format!("{name} has no trailer: the file is truncated");
            return Err(self.broken(*line, reason));
        }
        match self.messages {
            0 => Err(self.context.broken(FORM, "there is no message (MSH) in it")),
            _ => Ok(()),
        }
    }
}

/// Counts a segment, its codes and its dates.
fn tally(segment: &Segment, tally: &mut Tally) {
    tally.count(&segment.name, 1u32);
    for (name, number) in DATES {
        if segment.name == name {
            tally.date(month(segment.first(number)));
        }
    }
    for repetition in segment.fields.iter().flat_map(|field| &field.0) {
        // A coded element, and its alternative (data types CE and CWE).
        for (code, system) in [(1, 3), (4, 6)] {
            if let Some(system) = system_of(repetition.component(system)) {
                tally.code(system, repetition.component(code));
            }
        }
    }
}

/// Coding systems (table 0396).
fn system_of(name: &str) -> Option<CodeSystem> {
    Some(match name {
        "SCT" => CodeSystem::Snomed,
        "LN" => CodeSystem::Loinc,
        "I10" | "I10C" | "I10G2010" | "I10P" => CodeSystem::Icd10,
        "RXNORM" => CodeSystem::RxNorm,
        "CVX" => CodeSystem::Cvx,
        _ => return None,
    })
}
