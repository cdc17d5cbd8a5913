//! The directories of TIFF, which Exif has too.

use std::{
    collections::BTreeSet,
    io::{self, Cursor, Read, SeekFrom},
};

use super::{Fault, Found, MAX_METADATA, array, broken, shown, xmp};
use crate::form::Input;

/// Most directories and entries that are looked at.
pub(super) const MOST: u64 = 1 << 20;

/// Tags of texts that may name somebody, and of what else tells of a person, a place or a device.
const NAMES: [(u16, &str); 15] = [
    (0x010E, "ImageDescription"),
    (0x0132, "DateTime"),
    (0x013B, "Artist"),
    (0x013C, "HostComputer"),
    (0x02BC, "XMP"),
    (0x8298, "Copyright"),
    (0x83BB, "IPTC"),
    (0x8649, "Photoshop"),
    (0x8825, "GPS position"),
    (0x9003, "DateTimeOriginal"),
    (0x9286, "UserComment"),
    (0xA420, "ImageUniqueID"),
    (0xA430, "CameraOwnerName"),
    (0xA431, "BodySerialNumber"),
    (0xC4A5, "PrintImageMatching"),
];
/// The type of text.
const ASCII: u16 = 2;
const EXIF: u16 = 0x8769;
const GPS: u16 = 0x8825;
const XMP: u16 = 0x02BC;
const ORIENTATION: u16 = 0x0112;
/// Where strips and tiles are, and how long.
pub(super) const PLACES: [(u16, u16); 2] = [(0x0111, 0x0117), (0x0144, 0x0145)];

/// What the directories of a file say.
pub(super) struct Directories {
    pub(super) walk: Walk,
    /// Those that come one after the other: pages.
    pub(super) pages: Vec<Vec<Entry>>,
    pub(super) found: Found,
}

/// What Exif says.
pub(super) struct Exif {
    /// Its metadata. What is broken in it says nothing but that it is there.
    pub(super) found: Found,
    /// Exif that says nothing but how the image is to be turned, if it is.
    pub(super) kept: Option<Vec<u8>>,
}

/// Whether a tag is told with what it says.
pub(super) fn is_told(tag: u16) -> bool {
    NAMES.iter().any(|(told, _)| *told == tag)
}

/// Reads Exif: a TIFF file without an image.
pub(super) fn exif(data: &[u8]) -> io::Result<Exif> {
    let size = u64::try_from(data.len()).unwrap_or(u64::MAX);
    let mut input = Cursor::new(data);
    let (mut found, turned) = match directories(&mut input, size) {
        Ok(directories) => {
            let entry =
                directories.pages.first().into_iter().flatten().rfind(|entry| entry.tag == ORIENTATION);
            let turned = entry.and_then(|entry| directories.walk.value(&mut input, entry, 0).ok());
            (directories.found, turned.filter(|turned| (2..=8).contains(turned)))
        }
        Err(Fault::Io(error)) => return Err(error),
        Err(_) => (Found::default(), None),
    };
    let kept = turned.and_then(|turned| u8::try_from(turned).ok()).map(turn);
    if found.is_empty() && kept.as_deref() != Some(data) {
        found.add("EXIF", "");
    }
    Ok(Exif { found, kept })
}

/// Exif with the orientation alone.
fn turn(orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif
}

#[derive(Clone, Copy)]
pub(super) struct Walk {
    pub(super) little: bool,
    pub(super) big: bool,
    size: u64,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) tag: u16,
    /// The type of its values, by number.
    pub(super) kind: u16,
    /// Bytes of one value.
    pub(super) width: u64,
    pub(super) count: u64,
    /// Where the values are.
    pub(super) at: u64,
}

/// Walks over all directories. Those of a page must have the pixels that they say they have.
pub(super) fn directories(input: &mut dyn Input, size: u64) -> Result<Directories, Fault> {
    input.seek(SeekFrom::Start(0))?;
    let head: [u8; 4] = array(input)?;
    let walk = Walk { little: head.starts_with(b"II"), big: head.contains(&43), size };
    if walk.big {
        input.seek(SeekFrom::Start(8))?;
    }
    let mut result = Directories { walk, pages: Vec::new(), found: Found::default() };
    let mut seen = BTreeSet::new();
    let mut budget = MOST;
    let mut next = walk.offset(input)?;
    while next != 0 {
        if !seen.insert(next) {
            return broken(format!("its directory at byte {next} comes twice: it would never end"));
        }
        let (entries, after) = walk.directory(input, next, &mut budget)?;
        walk.check_pixels(input, &entries)?;
        walk.collect(input, &entries, &mut result.found)?;
        for entry in entries.iter().filter(|entry| matches!(entry.tag, EXIF | GPS)) {
            let at = walk.value(input, entry, 0)?;
            if entry.tag == EXIF && seen.insert(at) {
                let (inner, _) = walk.directory(input, at, &mut budget)?;
                walk.collect(input, &inner, &mut result.found)?;
            }
        }
        result.pages.push(entries);
        next = after;
    }
    match result.pages.is_empty() {
        true => broken("it has no directory, and so no image"),
        false => Ok(result),
    }
}

impl Walk {
    fn number(self, bytes: &[u8]) -> u64 {
        let fold = |number: u64, byte: &u8| (number << 8) | u64::from(*byte);
        match self.little {
            true => bytes.iter().rev().fold(0, fold),
            false => bytes.iter().fold(0, fold),
        }
    }

    fn take<const N: usize>(self, input: &mut dyn Input) -> Result<u64, Fault> {
        let bytes: [u8; N] = array(input)?;
        Ok(self.number(&bytes))
    }

    fn offset(self, input: &mut dyn Input) -> Result<u64, Fault> {
        if self.big { self.take::<8>(input) } else { self.take::<4>(input) }
    }

    /// The entries of the directory at a place, and where the next is.
    fn directory(self, input: &mut dyn Input, at: u64, budget: &mut u64) -> Result<(Vec<Entry>, u64), Fault> {
        if at >= self.size {
            return broken(format!("its directory at byte {at} is beyond its end: it is truncated"));
        }
        input.seek(SeekFrom::Start(at))?;
        let count = if self.big { self.take::<8>(input)? } else { self.take::<2>(input)? };
        *budget = match budget.checked_sub(count.saturating_add(1)) {
            Some(left) => left,
            None => return broken(format!("its directories have more than {MOST} entries")),
        };
        let (inline, length) = if self.big { (8u64, 20u64) } else { (4, 12) };
        let start = input.stream_position()?;
        let mut entries = Vec::new();
        for number in 0..count {
            let tag = u16::try_from(self.take::<2>(input)?).unwrap_or_default();
            let kind = u16::try_from(self.take::<2>(input)?).unwrap_or_default();
            let width = match kind {
                1 | 2 | 6 | 7 => 1,
                3 | 8 => 2,
                5 | 10 | 12 | 16 | 17 | 18 => 8,
                _ => 4,
            };
            let count = self.offset(input)?;
            let value = self.offset(input)?;
            let here = start.saturating_add(number.saturating_mul(length));
            let at = match count.saturating_mul(width) <= inline {
                true => here.saturating_add(length.saturating_sub(inline)),
                false => value,
            };
            entries.push(Entry { tag, kind, width, count, at });
        }
        let next = self.offset(input)?;
        Ok((entries, next))
    }

    /// A value of an entry, as a number.
    pub(super) fn value(self, input: &mut dyn Input, entry: &Entry, index: u64) -> Result<u64, Fault> {
        input.seek(SeekFrom::Start(entry.at.saturating_add(index.saturating_mul(entry.width))))?;
        match entry.width {
            1 => self.take::<1>(input),
            2 => self.take::<2>(input),
            4 => self.take::<4>(input),
            _ => self.take::<8>(input),
        }
    }

    fn check_pixels(self, input: &mut dyn Input, entries: &[Entry]) -> Result<(), Fault> {
        let find = |tag| entries.iter().find(|entry| entry.tag == tag);
        for (places, lengths) in PLACES {
            let (Some(places), Some(lengths)) = (find(places), find(lengths)) else { continue };
            for index in 0..places.count.min(lengths.count).min(MOST) {
                let at = self.value(input, places, index)?;
                let length = self.value(input, lengths, index)?;
                if at.saturating_add(length) > self.size {
                    return broken(format!(
                        "its pixels at byte {at} go beyond its end, {} bytes: it is truncated",
                        self.size
                    ));
                }
            }
        }
        Ok(())
    }

    fn collect(self, input: &mut dyn Input, entries: &[Entry], found: &mut Found) -> Result<(), Fault> {
        for entry in entries {
            let Some((_, name)) = NAMES.iter().find(|(tag, _)| *tag == entry.tag) else { continue };
            let mut value = Vec::new();
            let most = if entry.tag == XMP { MAX_METADATA } else { 256 };
            if entry.width == 1 {
                input.seek(SeekFrom::Start(entry.at))?;
                (&mut *input).take(entry.count.min(most)).read_to_end(&mut value)?;
            }
            match (entry.tag, entry.kind, shown(&value)) {
                (XMP, ..) => xmp(&value, found),
                // Nothing but fillers.
                (_, ASCII, text) if text.is_empty() => {}
                (_, _, text) => found.add(format!("EXIF {name}"), text),
            }
        }
        Ok(())
    }
}
