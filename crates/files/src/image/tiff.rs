//! TIFF (revision 6.0) and BigTIFF.

use std::io::{Read, SeekFrom};

use super::{
    Fault, Found, MAX_METADATA,
    ifd::{self, Directories, Entry, MOST, PLACES, Walk},
    jpeg,
};
use crate::{ReadError, context::Context, form::Input};

const FORM: &str = "TIFF image";

/// Tags that say how the pixels are to be understood. No others are written again.
const LOOKS: [u16; 55] = [
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284,
    286, 287, 290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 326, 327, 328,
    332, 334, 336, 338, 339, 340, 341, 342, 347, 529, 530, 531, 532,
];
/// Colour profiles, and the depth of volumes.
const MORE_LOOKS: [u16; 3] = [34675, 32997, 32998];
const COMPRESSION: u16 = 259;
const SUBIMAGES: u16 = 330;
const JPEG_TABLES: u16 = 347;
/// Compressions in which nothing but pixels fits: none, CCITT, LZW, Deflate, PackBits, Zstandard.
const PLAIN: [u64; 9] = [1, 2, 3, 4, 5, 8, 32773, 32946, 50000];
const JPEG: u64 = 7;
const LONG: u16 = 4;
const LONG8: u16 = 16;
/// Most bytes of a strip or tile that is looked into.
const MAX_STRIP: u64 = 64 << 20;

pub(crate) fn read(input: &mut dyn Input, size: u64, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut directories = ifd::directories(input, size).map_err(|fault| fault.of(FORM, context))?;
    context.tally.count("pages", directories.pages.len());
    if context.out.is_some() {
        write(input, size, &mut directories, context).map_err(|fault| fault.of(FORM, context))?;
    }
    directories.found.tell(context)
}

/// Writes the pages with the tags that say how they look, in the order of the file: each page's directory, the values
/// that do not fit into it, and its pixels.
fn write(
    input: &mut dyn Input,
    size: u64,
    directories: &mut Directories,
    context: &mut Context<'_>,
) -> Result<(), Fault> {
    let walk = directories.walk;
    let mut pages = Vec::new();
    let mut total = 0u64;
    for (number, entries) in directories.pages.iter().enumerate() {
        let page = Page::of(walk, input, entries, number.saturating_add(1), &mut directories.found)?;
        total = total.saturating_add(page.strips.iter().map(|(_, length)| length).sum());
        if total > size {
            return Err(Fault::Kept("pixels are shared by several strips or pages".to_owned()));
        }
        pages.push(page);
    }
    let form = Format { little: walk.little, big: walk.big };
    let mut at = if walk.big { 16 } else { 8 };
    context.write(&form.header(at))?;
    for (number, page) in pages.iter().enumerate() {
        let values = at.saturating_add(form.directory(page.entries.len()));
        let strips = values.saturating_add(page.entries.iter().map(|kept| form.outside(kept)).sum());
        let end = strips.saturating_add(page.strips.iter().map(|(_, length)| even(*length)).sum());
        if !walk.big && end > u32::MAX.into() {
            return Err(Fault::Kept("more than 4 GiB are needed, which TIFF cannot have".to_owned()));
        }
        let next = if number.saturating_add(1) == pages.len() { 0 } else { end };
        page.write(form, (values, strips, next), context)?;
        for (at, length) in &page.strips {
            copy(input, *at, *length, context)?;
        }
        at = end;
    }
    Ok(())
}

/// An entry that is written again.
struct Kept {
    tag: u16,
    kind: u16,
    count: u64,
    /// Its values; of places of pixels nothing, as they are written elsewhere.
    values: Vec<u8>,
}

/// A page that is written again.
struct Page {
    entries: Vec<Kept>,
    /// Where the strips or tiles are in the file that is read, and how long.
    strips: Vec<(u64, u64)>,
}

impl Page {
    fn of(
        walk: Walk,
        input: &mut dyn Input,
        entries: &[Entry],
        number: usize,
        found: &mut Found,
    ) -> Result<Self, Fault> {
        let kept = |reason: String| Fault::Kept(format!("page {number} {reason}"));
        let refuse = |reason: String| Err(kept(reason));
        let find = |tag| entries.iter().find(|entry| entry.tag == tag);
        let compression = find(COMPRESSION).map_or(Ok(1), |entry| walk.value(input, entry, 0))?;
        if compression != JPEG && !PLAIN.contains(&compression) {
            return refuse(format!(
                "is compressed in a way (number {compression}) in which more than pixels may be"
            ));
        }
        if find(SUBIMAGES).is_some() {
            return refuse("has images inside it (tag 330)".to_owned());
        }
        let mut page = Self { entries: Vec::new(), strips: Vec::new() };
        let mut places = None;
        let mut left = MAX_METADATA;
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_by_key(|entry| entry.tag);
        for entry in sorted {
            if page.entries.last().is_some_and(|last| last.tag == entry.tag) {
                return refuse(format!("has the tag {} twice", entry.tag));
            }
            if !LOOKS.contains(&entry.tag) && !MORE_LOOKS.contains(&entry.tag) {
                if !ifd::is_told(entry.tag) {
                    found.add(format!("TIFF tag {}", entry.tag), "");
                }
                continue;
            }
            if let Some((at, length)) = PLACES.into_iter().find(|(at, _)| *at == entry.tag) {
                let Some(lengths) = find(length).filter(|lengths| lengths.count == entry.count) else {
                    return refuse("does not say how long its strips are".to_owned());
                };
                if places.replace(at).is_some() || entry.count > MOST {
                    return refuse("has strips and tiles, or too many of them".to_owned());
                }
                for index in 0..entry.count {
                    let strip = (walk.value(input, entry, index)?, walk.value(input, lengths, index)?);
                    if strip.1 == 0 {
                        return refuse("has empty strips".to_owned());
                    }
                    page.strips.push(strip);
                }
                let kind = if walk.big { LONG8 } else { LONG };
                page.entries.push(Kept { tag: at, kind, count: entry.count, values: Vec::new() });
                continue;
            }
            let length = entry.count.saturating_mul(entry.width);
            left = match left.checked_sub(length) {
                Some(left) => left,
                None => return refuse(format!("has tags of more than {MAX_METADATA} bytes")),
            };
            let mut values = vec![0; usize::try_from(length).unwrap_or_default()];
            input.seek(SeekFrom::Start(entry.at))?;
            input.read_exact(&mut values)?;
            page.entries.push(Kept { tag: entry.tag, kind: entry.kind, count: entry.count, values });
        }
        if compression == JPEG {
            page.ensure_plain(input).map_err(kept)?;
        }
        Ok(page)
    }

    /// Refuses strips that are JPEG images which say more than how they look.
    fn ensure_plain(&self, input: &mut dyn Input) -> Result<(), String> {
        let plain = |image: &[u8]| match jpeg::stripped(image) {
            Ok((_, found)) if found.is_empty() => Ok(()),
            Ok(_) => Err("has metadata in the JPEG images that are its strips".to_owned()),
            Err(reason) => Err(format!("has strips that are no JPEG images: {reason}")),
        };
        if let Some(tables) = self.entries.iter().find(|kept| kept.tag == JPEG_TABLES) {
            plain(&tables.values)?;
        }
        for (at, length) in &self.strips {
            if *length > MAX_STRIP {
                return Err(format!("has a strip of more than {MAX_STRIP} bytes"));
            }
            let mut image = Vec::new();
            input.seek(SeekFrom::Start(*at)).map_err(|error| error.to_string())?;
            (&mut *input).take(*length).read_to_end(&mut image).map_err(|error| error.to_string())?;
            plain(&image)?;
        }
        Ok(())
    }

    /// Writes the directory, and the values that do not fit into it.
    fn write(
        &self,
        form: Format,
        (mut values, mut strips, next): (u64, u64, u64),
        context: &mut Context<'_>,
    ) -> Result<(), Fault> {
        let (mut directory, mut outside) = (Vec::new(), Vec::new());
        form.put(
            &mut directory,
            self.entries.len().try_into().unwrap_or(u64::MAX),
            if form.big { 8 } else { 2 },
        );
        for kept in &self.entries {
            let mut bytes = kept.values.clone();
            if PLACES.iter().any(|(at, _)| *at == kept.tag) {
                for (_, length) in &self.strips {
                    form.put(&mut bytes, strips, form.wide());
                    strips = strips.saturating_add(even(*length));
                }
            }
            form.put(&mut directory, kept.tag.into(), 2);
            form.put(&mut directory, kept.kind.into(), 2);
            form.put(&mut directory, kept.count, form.wide());
            match form.outside(kept) {
                0 => {
                    bytes.resize(form.wide(), 0);
                    directory.extend(bytes);
                }
                length => {
                    form.put(&mut directory, values, form.wide());
                    bytes.resize(usize::try_from(length).unwrap_or_default(), 0);
                    outside.extend(bytes);
                    values = values.saturating_add(length);
                }
            }
        }
        form.put(&mut directory, next, form.wide());
        context.write(&directory)?;
        Ok(context.write(&outside)?)
    }
}

/// How numbers are written.
#[derive(Clone, Copy)]
struct Format {
    little: bool,
    big: bool,
}

impl Format {
    fn put(self, bytes: &mut Vec<u8>, number: u64, width: usize) {
        match self.little {
            true => bytes.extend(number.to_le_bytes().iter().take(width)),
            false => bytes.extend(number.to_be_bytes().iter().skip(8usize.saturating_sub(width))),
        }
    }

    /// Bytes of a place in the file, and so of what fits into an entry.
    fn wide(self) -> usize {
        if self.big { 8 } else { 4 }
    }

    fn header(self, first: u64) -> Vec<u8> {
        let mut bytes = if self.little { b"II".to_vec() } else { b"MM".to_vec() };
        self.put(&mut bytes, if self.big { 43 } else { 42 }, 2);
        if self.big {
            self.put(&mut bytes, 8, 2);
            self.put(&mut bytes, 0, 2);
        }
        self.put(&mut bytes, first, self.wide());
        bytes
    }

    /// The size of a directory.
    fn directory(self, entries: usize) -> u64 {
        let entries = u64::try_from(entries).unwrap_or(u64::MAX);
        let (around, each) = if self.big { (16, 20) } else { (6, 12) };
        entries.saturating_mul(each).saturating_add(around)
    }

    /// The size of values that do not fit into their entry.
    fn outside(self, kept: &Kept) -> u64 {
        let wide = u64::try_from(self.wide()).unwrap_or_default();
        let length = match PLACES.iter().any(|(at, _)| *at == kept.tag) {
            true => kept.count.saturating_mul(wide),
            false => u64::try_from(kept.values.len()).unwrap_or(u64::MAX),
        };
        if length <= wide { 0 } else { even(length) }
    }
}

/// Places in a file are even.
fn even(length: u64) -> u64 {
    length.saturating_add(length % 2)
}

fn copy(input: &mut dyn Input, at: u64, length: u64, context: &mut Context<'_>) -> Result<(), Fault> {
    input.seek(SeekFrom::Start(at))?;
    let mut left = length;
    let mut buffer = [0; 16 << 10];
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let piece = buffer.get_mut(..wanted).unwrap_or_default();
        input.read_exact(piece)?;
        context.write(piece)?;
        left = left.saturating_sub(u64::try_from(wanted).unwrap_or(u64::MAX));
    }
    if length % 2 == 1 {
        context.write(&[0])?;
    }
    Ok(())
}
