//! Which characters the codes of a font stand for (ISO 32000-1, 9.10).

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use hayro_cmap::{BfString, CMap};
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, Stream};

/// A font, as far as its characters go.
pub(super) struct Font {
    /// Whether codes have two bytes.
    wide: bool,
    to_unicode: Option<CMap>,
    /// The characters of codes of one byte.
    simple: Vec<Option<Cow<'static, str>>>,
}

/// Bit 3 of a font's flags: its codes stand for signs of its own.
const SYMBOLIC: i32 = 4;
const PROGRAMS: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];

impl Font {
    pub(super) fn of(dict: &Dict<'_>) -> Self {
        let kind = dict.get::<Name<'_>>("Subtype");
        let wide = kind.is_some_and(|kind| &*kind == b"Type0");
        let map = dict
            .get::<Stream<'_>>("ToUnicode")
            .and_then(|stream| stream.decoded_data().ok().map(Cow::into_owned));
        let to_unicode = map.and_then(|map| CMap::parse(&map, |_| None));
        Self { wide, to_unicode, simple: if wide { Vec::new() } else { simple(dict) } }
    }

    /// The characters of a text, or nothing for those that are not known.
    pub(super) fn read(&self, codes: &[u8]) -> Vec<Option<Cow<'static, str>>> {
        let width = if self.wide { 2 } else { 1 };
        codes.chunks(width).map(|code| self.character(code)).collect()
    }

    fn character(&self, code: &[u8]) -> Option<Cow<'static, str>> {
        let number = code.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
        let mapped = self.to_unicode.as_ref().and_then(|map| map.lookup_bf_string(number));
        match mapped {
            Some(BfString::Char(character)) => Some(character.to_string().into()),
            Some(BfString::String(text)) => Some(text.into()),
            None => self.simple.get(usize::try_from(number).ok()?)?.clone(),
        }
    }
}

/// The characters of a font's codes of one byte, by its encoding.
fn simple(dict: &Dict<'_>) -> Vec<Option<Cow<'static, str>>> {
    let descriptor = dict.get::<Dict<'_>>("FontDescriptor").unwrap_or_default();
    let embedded = PROGRAMS.iter().any(|program| descriptor.contains_key(program));
    let symbolic = descriptor.get::<i32>("Flags").is_some_and(|flags| flags & SYMBOLIC != 0);
    let signs = dict.get::<Name<'_>>("BaseFont").is_some_and(|name| {
        let name = name.as_str().to_lowercase();
        ["symbol", "dingbat", "wingding"].iter().any(|sign| name.contains(sign))
    });
    let own = dict.get::<Name<'_>>("Subtype").is_some_and(|kind| &*kind == b"Type3");
    let encoding = dict.get::<Dict<'_>>("Encoding");
    let named = dict.get::<Name<'_>>("Encoding").is_some()
        || encoding.as_ref().is_some_and(|encoding| encoding.contains_key("BaseEncoding"));
    let standard = named || !(own || embedded && symbolic);
    let mut characters: Vec<Option<Cow<'static, str>>> = (0..=u8::MAX)
        .map(|code| match (signs, standard, code) {
            (true, ..) => Some("\u{25a1}".into()),
            (_, true, 0x20..) => {
                Some(WINDOWS_1252.decode_without_bom_handling(&[code]).0.into_owned().into())
            }
            _ => None,
        })
        .collect();
    let differences = encoding.and_then(|encoding| encoding.get::<Array<'_>>("Differences"));
    let mut code = 0usize;
    for item in differences.into_iter().flat_map(|differences| differences.raw_iter()) {
        match item {
            MaybeRef::NotRef(Object::Number(number)) => {
                code = usize::try_from(number.as_i64()).unwrap_or(usize::MAX)
            }
            MaybeRef::NotRef(Object::Name(name)) => {
                if let Some(character) = characters.get_mut(code) {
                    *character = glyph(name.as_str());
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    characters
}

/// Names of glyphs that stand for other characters than their names (Adobe Glyph List), as far as identifiers have them.
const GLYPHS: [(&str, &str); 58] = [
    ("space", " "),
    ("nbspace", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("dollar", "$"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("hyphen", "-"),
    ("minus", "-"),
    ("sfthyphen", "-"),
    ("period", "."),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("asciicircum", "^"),
    ("underscore", "_"),
    ("grave", "`"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("quoteright", "'"),
    ("quoteleft", "'"),
    ("quotedblleft", "\""),
    ("quotedblright", "\""),
    ("endash", "-"),
    ("emdash", "-"),
    ("germandbls", "ß"),
    ("ae", "æ"),
    ("AE", "Æ"),
    ("oe", "œ"),
    ("OE", "Œ"),
    ("dotlessi", "i"),
];
/// What names of letters with accents end in.
const ACCENTS: [&str; 12] = [
    "acute",
    "grave",
    "dieresis",
    "circumflex",
    "tilde",
    "ring",
    "cedilla",
    "caron",
    "slash",
    "ogonek",
    "macron",
    "breve",
];
const LIGATURES: [&str; 5] = ["fi", "fl", "ff", "ffi", "ffl"];

/// The character of a glyph, by its name. Letters lose their accents; signs are one sign.
fn glyph(name: &str) -> Option<Cow<'static, str>> {
    let stem = name.split('.').next().unwrap_or_default();
    let mut letters = stem.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return letter.is_ascii_alphabetic().then(|| letter.to_string().into());
    }
    if let Some((_, character)) = GLYPHS.iter().find(|(known, _)| *known == stem) {
        return Some((*character).into());
    }
    if LIGATURES.contains(&stem) {
        return Some(stem.to_owned().into());
    }
    let hex = stem.strip_prefix("uni").or_else(|| stem.strip_prefix('u'));
    if let Some(hex) = hex.filter(|hex| hex.len() >= 4)
        && let Ok(code) = u32::from_str_radix(hex, 16)
    {
        return char::from_u32(code).map(|character| character.to_string().into());
    }
    if let Some(letter) = stem.get(..1).filter(|_| ACCENTS.iter().any(|accent| stem.get(1..) == Some(accent)))
    {
        return Some(letter.to_owned().into());
    }
    // Greek, arithmetic, arrows. Names with digits are those of a font's own.
    (stem.len() >= 3 && stem.bytes().all(|byte| byte.is_ascii_alphabetic())).then(|| "\u{25a1}".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_glyphs_by_their_names() {
        for (name, character) in [
            ("A", "A"),
            ("seven", "7"),
            ("hyphen", "-"),
            ("udieresis", "u"),
            ("uni00FC", "ü"),
            ("u1F600", "😀"),
            ("fi", "fi"),
            ("a.alt", "a"),
            ("lessequal", "□"),
        ] {
            assert_eq!(glyph(name).as_deref(), Some(character), "{name}");
        }
        for name in [".notdef", "g12", "a34", "cid5", "C0_1", ""] {
            assert_eq!(glyph(name), None, "{name}");
        }
    }
}
