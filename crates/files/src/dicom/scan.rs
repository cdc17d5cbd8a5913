//! A walk over a DICOM data set that reads no values: it is in constant memory, ends for every input, and says of what
//! is broken which element it is and where. What it has passed can be given to a parser that trusts lengths.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use dicom_core::{
    Tag, VR,
    dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr},
};
use dicom_dictionary_std::StandardDataDictionary;

use super::label;
use crate::form::Input;

/// Deepest nesting of sequences. Structured reports, the deepest there are, have some twenty.
const MAX_DEPTH: usize = 64;
/// Most elements, which are held in memory.
const MAX_ELEMENTS: u64 = 4 << 20;
/// Most bytes of values besides pixel data, which are held in memory.
const MAX_VALUES: u64 = 256 << 20;

const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);

/// How elements are encoded (PS3.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Encoding {
    pub(super) explicit: bool,
    pub(super) big_endian: bool,
}

impl Encoding {
    pub(super) const EXPLICIT: Self = Self { explicit: true, big_endian: false };
    pub(super) const BIG_ENDIAN: Self = Self { explicit: true, big_endian: true };
    pub(super) const IMPLICIT: Self = Self { explicit: false, big_endian: false };
}

/// Where the pixel data of an object are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pixels {
    /// Which: pixel data, or those of floating point numbers.
    pub(super) tag: Tag,
    /// Where the element begins.
    pub(super) start: u64,
    /// Where it ends.
    pub(super) end: u64,
    /// Bytes of its value, those of all fragments and the offset table if it is encapsulated.
    pub(super) bytes: u64,
    /// How many fragments, without the offset table; nothing if it is not encapsulated.
    pub(super) fragments: Option<u64>,
}

/// What a walk saw.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Seen {
    pub(super) pixels: Option<Pixels>,
    /// Where it ended: after the last element, or at the first of another group than 0002 in the meta group.
    pub(super) end: u64,
    /// Whether zeros follow the last element.
    pub(super) padded: bool,
}

/// Why a walk ended early.
pub(super) enum Fault {
    Io(io::Error),
    Broken(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A sequence, an item, or encapsulated pixel data that is not at its end.
struct Open {
    tag: Tag,
    what: What,
    /// Where it ends, if that is known before.
    end: Option<u64>,
    encoding: Encoding,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Sequence,
    Item,
    Fragments,
}

struct Scanner<'i> {
    input: BufReader<&'i mut dyn Input>,
    at: u64,
    size: u64,
    open: Vec<Open>,
    elements: u64,
    values: u64,
    /// Whether zeros were looked at already, and something else follows them.
    unpadded: bool,
    seen: Seen,
}

/// Walks over the elements from `start` to the end at `size`, or over those of group 0002 only.
pub(super) fn scan(
    input: &mut dyn Input,
    (start, size): (u64, u64),
    encoding: Encoding,
    meta_only: bool,
) -> Result<Seen, Fault> {
    let mut input = BufReader::with_capacity(16 << 10, input);
    input.seek(SeekFrom::Start(start))?;
    let mut scanner = Scanner {
        input,
        at: start,
        size,
        open: Vec::new(),
        elements: 0,
        values: 0,
        unpadded: false,
        seen: Seen::default(),
    };
    scanner.run(encoding, meta_only)?;
    Ok(scanner.seen)
}

impl Scanner<'_> {
    fn run(&mut self, root: Encoding, meta_only: bool) -> Result<(), Fault> {
        loop {
            while self.open.last().is_some_and(|open| open.end == Some(self.at)) {
                self.close();
            }
            if self.open.is_empty() && (self.at == self.size || self.padding()?) {
                break;
            }
            let start = self.at;
            let encoding = self.open.last().map_or(root, |open| open.encoding);
            let tag = self.tag(encoding)?;
            if meta_only && self.open.is_empty() && tag.group() != 0x0002 {
                self.at = start;
                break;
            }
            match self.open.last().map(|open| open.what) {
                Some(What::Sequence | What::Fragments) => self.item(tag, start, encoding)?,
                Some(What::Item) | None => self.element(tag, start, encoding)?,
            }
        }
        self.seen.end = self.at;
        Ok(())
    }

    /// Where what is open ends at the latest.
    fn limit(&self) -> u64 {
        self.open.iter().rev().find_map(|open| open.end).unwrap_or(self.size)
    }

    fn close(&mut self) {
        if let Some(Open { what: What::Fragments, tag, .. }) = self.open.pop()
            && self.open.is_empty()
            && let Some(pixels) = &mut self.seen.pixels
            && pixels.tag == tag
        {
            pixels.end = self.at;
        }
    }

    /// Whether nothing but zeros follows, which some programs write to fill up.
    fn padding(&mut self) -> Result<bool, Fault> {
        use io::BufRead;
        if self.unpadded || !self.input.fill_buf()?.starts_with(&[0, 0, 0, 0]) {
            return Ok(false);
        }
        let here = self.at;
        let mut rest = [0; 4096];
        loop {
            match self.input.read(&mut rest)? {
                0 => {
                    self.seen.padded = true;
                    return Ok(true);
                }
                count if rest.iter().take(count).any(|byte| *byte != 0) => break,
                _ => {}
            }
        }
        self.input.seek(SeekFrom::Start(here))?;
        self.unpadded = true;
        Ok(false)
    }

    fn broken<T>(&self, reason: impl Into<String>) -> Result<T, Fault> {
        let mut reason = reason.into();
        let within: Vec<String> = self
            .open
            .iter()
            .filter(|open| open.what != What::Item)
            .map(|open| label(open.tag))
            .take(4)
            .collect();
        if !within.is_empty() {
            reason.push_str(&format!(", within {}", within.join(", ")));
        }
        Err(Fault::Broken(reason))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        let length = u64::try_from(N).unwrap_or(u64::MAX);
        if length > self.limit().saturating_sub(self.at) {
            let end = self.limit();
            return self.broken(format!(
                "it ends at byte {end} in the middle of an element that begins before byte {}: it is truncated",
                self.at
            ));
        }
        self.input.read_exact(&mut bytes)?;
        self.at = self.at.saturating_add(length);
        Ok(bytes)
    }

    fn u16(&mut self, encoding: Encoding) -> Result<u16, Fault> {
        let bytes = self.take()?;
        Ok(if encoding.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&mut self, encoding: Encoding) -> Result<u32, Fault> {
        let bytes = self.take()?;
        Ok(if encoding.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn tag(&mut self, encoding: Encoding) -> Result<Tag, Fault> {
        if self.at >= self.size
            && let Some(open) = self.open.last()
        {
            let what = match open.what {
                What::Item => "an item",
                What::Sequence | What::Fragments => "the list of items",
            };
            let tag = label(open.tag);
            return Err(Fault::Broken(format!("{what} of {tag} never ends: the file is truncated")));
        }
        Ok(Tag(self.u16(encoding)?, self.u16(encoding)?))
    }

    /// What comes in a sequence or in encapsulated pixel data: an item, or the end.
    fn item(&mut self, tag: Tag, start: u64, encoding: Encoding) -> Result<(), Fault> {
        let Some((parent, what, known)) =
            self.open.last().map(|open| (open.tag, open.what, open.end.is_some()))
        else {
            return Ok(());
        };
        let length = self.u32(encoding)?;
        match tag {
            SEQUENCE_END if !known => {
                self.close();
                Ok(())
            }
            ITEM if what == What::Fragments => {
                self.skip(tag, start, length)?;
                match &mut self.seen.pixels {
                    Some(pixels) if self.open.len() == 1 && pixels.tag == parent => {
                        // The first is the offset table.
                        pixels.fragments = pixels.fragments.map_or(Some(0), |number| number.checked_add(1));
                        pixels.bytes = pixels.bytes.saturating_add(length.into());
                        Ok(())
                    }
                    _ => self.hold(parent, start, length),
                }
            }
            ITEM => {
                let end = self.end_of(tag, start, length)?;
                self.push(Open { tag: parent, what: What::Item, end, encoding })
            }
            _ => self.broken(format!("at byte {start} is {} where an item is expected", label(tag))),
        }
    }

    fn element(&mut self, tag: Tag, start: u64, encoding: Encoding) -> Result<(), Fault> {
        if tag == ITEM_END && self.open.last().is_some_and(|open| open.end.is_none()) {
            self.u32(encoding)?;
            self.close();
            return Ok(());
        }
        if tag.group() == 0xFFFE {
            return self.broken(format!("at byte {start} is {} where an element is expected", label(tag)));
        }
        self.elements = self.elements.saturating_add(1);
        if self.elements > MAX_ELEMENTS {
            return self.broken(format!("it has more than {MAX_ELEMENTS} elements"));
        }
        let (vr, length) = self.header(tag, start, encoding)?;
        let pixels = self.open.is_empty() && self.seen.pixels.is_none() && super::PIXELS.contains(&tag);
        if length == u32::MAX {
            let what = match (vr, tag) {
                (Some(VR::OB | VR::OW), _) => What::Fragments,
                (None, super::PIXEL_DATA) => What::Fragments,
                (None | Some(VR::SQ | VR::UN), _) => What::Sequence,
                (Some(vr), _) => {
                    return self
                        .broken(format!("{} at byte {start} is {vr} of undefined length", label(tag)));
                }
            };
            if what == What::Fragments && pixels {
                self.seen.pixels = Some(Pixels { tag, start, end: self.at, bytes: 0, fragments: None });
            }
            // PS3.5 section 6.2.2: what is in an unknown value of undefined length is encoded implicitly.
            let encoding = if vr == Some(VR::UN) { Encoding::IMPLICIT } else { encoding };
            return self.push(Open { tag, what, end: None, encoding });
        }
        let is_sequence = match vr {
            Some(vr) => vr == VR::SQ,
            None => {
                StandardDataDictionary.by_tag(tag).is_some_and(|entry| entry.vr() == VirtualVr::Exact(VR::SQ))
            }
        };
        if is_sequence {
            let end = self.end_of(tag, start, length)?;
            return self.push(Open { tag, what: What::Sequence, end, encoding });
        }
        self.skip(tag, start, length)?;
        if pixels {
            let bytes = length.into();
            self.seen.pixels = Some(Pixels { tag, start, end: self.at, bytes, fragments: None });
            return Ok(());
        }
        self.hold(tag, start, length)
    }

    /// Counts a value that will be held in memory.
    fn hold(&mut self, tag: Tag, start: u64, length: u32) -> Result<(), Fault> {
        self.values = self.values.saturating_add(length.into());
        match self.values > MAX_VALUES {
            true => self.broken(format!(
                "its values without pixel data, up to {} at byte {start}, have more than {MAX_VALUES} bytes",
                label(tag)
            )),
            false => Ok(()),
        }
    }

    /// An element's value representation, if it is written, and its length.
    fn header(&mut self, tag: Tag, start: u64, encoding: Encoding) -> Result<(Option<VR>, u32), Fault> {
        if !encoding.explicit {
            return Ok((None, self.u32(encoding)?));
        }
        let code: [u8; 2] = self.take()?;
        // As dicom-object does, which reads the file after this: what is no VR is taken for an unknown one.
        let vr = VR::from_binary(code).unwrap_or(VR::UN);
        if !code.iter().all(u8::is_ascii_uppercase) && code != [0, 0] {
            return self.broken(format!(
                "{} at byte {start} has the value representation {:?}, which there is not",
                label(tag),
                String::from_utf8_lossy(&code)
            ));
        }
        let length = match vr {
            VR::AE
            | VR::AS
            | VR::AT
            | VR::CS
            | VR::DA
            | VR::DS
            | VR::DT
            | VR::FL
            | VR::FD
            | VR::IS
            | VR::LO
            | VR::LT
            | VR::PN
            | VR::SH
            | VR::SL
            | VR::SS
            | VR::ST
            | VR::TM
            | VR::UI
            | VR::UL
            | VR::US => self.u16(encoding)?.into(),
            _ => {
                self.u16(encoding)?;
                self.u32(encoding)?
            }
        };
        Ok((Some(vr), length))
    }

    /// Where something of a length ends, which must be within what it is in.
    fn end_of(&self, tag: Tag, start: u64, length: u32) -> Result<Option<u64>, Fault> {
        if length == u32::MAX {
            return Ok(None);
        }
        let left = self.limit().saturating_sub(self.at);
        if u64::from(length) > left {
            return self.broken(format!(
                "{} at byte {start} claims {length} bytes where {left} are left: it is truncated, or the length is wrong",
                label(tag)
            ));
        }
        Ok(Some(self.at.saturating_add(length.into())))
    }

    fn push(&mut self, open: Open) -> Result<(), Fault> {
        // A sequence and its item are one level.
        if self.open.len() >= MAX_DEPTH * 2 {
            let reason = format!("its sequences are nested more than {MAX_DEPTH} deep at byte {}", self.at);
            return Err(Fault::Broken(reason));
        }
        self.open.push(open);
        Ok(())
    }

    fn skip(&mut self, tag: Tag, start: u64, length: u32) -> Result<(), Fault> {
        let Some(end) = self.end_of(tag, start, length)? else {
            return self.broken(format!("{} at byte {start} has an undefined length", label(tag)));
        };
        self.input.seek_relative(length.into())?;
        self.at = end;
        Ok(())
    }
}
