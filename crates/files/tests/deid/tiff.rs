//! TIFF files for the tests, and a reader that shares nothing with the one that is tested.

use std::collections::BTreeMap;

/// Tag, type and values of an entry.
pub type Entry = (u16, u16, Vec<u8>);

fn width(kind: u16) -> usize {
    match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 13 => 4,
        _ => 8,
    }
}

struct Numbers {
    big_endian: bool,
    big: bool,
}

impl Numbers {
    fn put(&self, number: usize, width: usize) -> Vec<u8> {
        let number = u64::try_from(number).unwrap();
        match self.big_endian {
            true => number.to_be_bytes()[8 - width..].to_vec(),
            false => number.to_le_bytes()[..width].to_vec(),
        }
    }

    fn get(&self, bytes: &[u8], at: usize, width: usize) -> usize {
        let mut bytes = bytes[at..at + width].to_vec();
        if self.big_endian {
            bytes.reverse();
        }
        bytes.resize(8, 0);
        usize::try_from(u64::from_le_bytes(bytes.try_into().unwrap())).unwrap()
    }

    fn wide(&self) -> usize {
        if self.big { 8 } else { 4 }
    }
}

/// A file of these pages: entries, and strips. Strips come first, then values, then the directory.
pub fn file(big_endian: bool, big: bool, pages: &[(Vec<Entry>, Vec<Vec<u8>>)]) -> Vec<u8> {
    let numbers = Numbers { big_endian, big };
    let wide = numbers.wide();
    let mut bytes = if big_endian { b"MM".to_vec() } else { b"II".to_vec() };
    bytes.extend(numbers.put(if big { 43 } else { 42 }, 2));
    if big {
        bytes.extend(numbers.put(8, 2));
        bytes.extend(numbers.put(0, 2));
    }
    let mut link = bytes.len();
    bytes.extend(numbers.put(0, wide));
    for (entries, strips) in pages {
        let mut entries = entries.clone();
        let (mut places, mut lengths) = (Vec::new(), Vec::new());
        for strip in strips {
            places.extend(numbers.put(bytes.len(), wide));
            lengths.extend(numbers.put(strip.len(), wide));
            bytes.extend(strip);
        }
        if !strips.is_empty() {
            let kind = if big { 16 } else { 4 };
            entries.extend([(273, kind, places), (279, kind, lengths)]);
        }
        entries.sort();
        let mut directory = numbers.put(entries.len(), if big { 8 } else { 2 });
        for (tag, kind, values) in entries {
            directory.extend(numbers.put(tag.into(), 2));
            directory.extend(numbers.put(kind.into(), 2));
            directory.extend(numbers.put(values.len() / width(kind), wide));
            if values.len() <= wide {
                directory.extend(&values);
                directory.extend(vec![0; wide - values.len()]);
            } else {
                directory.extend(numbers.put(bytes.len(), wide));
                bytes.extend(values);
            }
        }
        let at = numbers.put(bytes.len(), wide);
        bytes[link..link + wide].copy_from_slice(&at);
        bytes.extend(directory);
        link = bytes.len();
        bytes.extend(numbers.put(0, wide));
    }
    bytes
}

/// A page as it was read.
pub struct Page {
    /// Types and values.
    pub entries: BTreeMap<u16, (u16, Vec<u8>)>,
    pub strips: Vec<Vec<u8>>,
}

/// Reads all pages.
pub fn read(bytes: &[u8]) -> Vec<Page> {
    let big = bytes.contains(&43) && bytes[2..4].contains(&43);
    let numbers = Numbers { big_endian: bytes.starts_with(b"MM"), big };
    let wide = numbers.wide();
    let mut pages = Vec::new();
    let mut at = numbers.get(bytes, if big { 8 } else { 4 }, wide);
    while at != 0 {
        let count = numbers.get(bytes, at, if big { 8 } else { 2 });
        at += if big { 8 } else { 2 };
        let mut entries = BTreeMap::new();
        for _ in 0..count {
            let tag = u16::try_from(numbers.get(bytes, at, 2)).unwrap();
            let kind = u16::try_from(numbers.get(bytes, at + 2, 2)).unwrap();
            let length = numbers.get(bytes, at + 4, wide) * width(kind);
            let inside = at + 4 + wide;
            let start = if length <= wide { inside } else { numbers.get(bytes, inside, wide) };
            entries.insert(tag, (kind, bytes[start..start + length].to_vec()));
            at = inside + wide;
        }
        at = numbers.get(bytes, at, wide);
        let list = |tag: u16| -> Vec<usize> {
            let Some((kind, values)) = entries.get(&tag) else { return Vec::new() };
            values.chunks_exact(width(*kind)).map(|value| numbers.get(value, 0, value.len())).collect()
        };
        let strips = list(273)
            .into_iter()
            .zip(list(279))
            .map(|(at, length)| bytes[at..at + length].to_vec())
            .collect();
        pages.push(Page { entries, strips });
    }
    pages
}
