//! The text of a page, in the order in which it is written, as far as its fonts say which characters they show.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use encoding_rs::{UTF_16BE, WINDOWS_1252};
use hayro_syntax::{
    Filter,
    content::UntypedIter,
    object::{Array, Dict, Name, Object, Stream},
    page::{Page, Resources},
};

use super::font::Font;

/// The text of a page.
pub(super) struct Text {
    pub(super) text: String,
    /// Why some of it could not be read, in words that begin with a verb.
    pub(super) unread: Option<String>,
}

/// Forms within forms are read as deep as this.
const DEEPEST: usize = 16;
/// A gap within a text, in thousandths of the font's size, from which on it is a space.
const SPACE: f64 = 180.0;
/// Most bytes of text of a page that are looked at.
const MOST: usize = 16 << 20;
/// Stands between two texts on one line, of which nobody knows whether there is a gap between them.
const GAP: char = '\u{1f}';

/// The text of a page.
pub(super) fn of(page: &Page<'_>) -> Text {
    let mut reader = Reader::default();
    let mut data = Vec::new();
    match page.raw().get::<Object<'_>>("Contents") {
        Some(Object::Stream(stream)) => reader.decode(&stream, &mut data),
        Some(Object::Array(array)) => {
            array.iter::<Stream<'_>>().for_each(|stream| reader.decode(&stream, &mut data))
        }
        _ => {}
    }
    reader.content(&data, page.resources(), 0);
    if reader.unknown.saturating_mul(10) > reader.known.saturating_add(reader.unknown) {
        reader.unread("has text in a font that does not say which characters it shows");
    }
    Text { text: assembled(&reader.text), unread: reader.unread.map(str::to_owned) }
}

/// What a string that is meant for people says (ISO 32000-1, 7.9.2.2), as far as it is short and printable.
pub(super) fn said(bytes: &[u8]) -> String {
    let bytes = bytes.get(..512).unwrap_or(bytes);
    let text = match bytes.strip_prefix(b"\xfe\xff") {
        Some(wide) => UTF_16BE.decode_without_bom_handling(wide).0,
        None => match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(text) => String::from_utf8_lossy(text),
            None => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        },
    };
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// Text with gaps as spaces. Where characters were placed one by one it comes a second time, without gaps: what is
/// looked for must be found whichever is right.
fn assembled(text: &str) -> String {
    let spaced = text.replace(GAP, " ");
    let mut joined = String::with_capacity(text.len());
    let mut pieces = text.split(GAP).peekable();
    let is_short = |piece: &str| piece.trim().chars().count() <= 2;
    while let Some(piece) = pieces.next() {
        joined.push_str(piece);
        match pieces.peek() {
            Some(next) if is_short(piece) && is_short(next) => {}
            Some(_) => joined.push(' '),
            None => {}
        }
    }
    if joined == spaced { spaced } else { format!("{spaced}\n{joined}") }
}

#[derive(Default)]
struct Reader {
    text: String,
    unread: Option<&'static str>,
    known: usize,
    unknown: usize,
    /// Forms that were read: their text stands on the page once.
    forms: BTreeSet<(u32, i32)>,
    fonts: BTreeMap<(u32, i32), Rc<Font>>,
}

/// Where text is put.
#[derive(Default)]
struct Pen {
    font: Option<Rc<Font>>,
    leading: f64,
    /// The height of the line.
    line: f64,
    /// The height of the line at which text was put last.
    put: Option<f64>,
    moved: bool,
}

impl Pen {
    fn down(&mut self, by: f64) {
        self.line += by;
        self.moved = true;
    }
}

impl Reader {
    fn unread(&mut self, reason: &'static str) {
        self.unread.get_or_insert(reason);
    }

    fn decode(&mut self, stream: &Stream<'_>, into: &mut Vec<u8>) {
        match stream.decoded_data() {
            Ok(data) => {
                into.extend_from_slice(&data);
                into.push(b'\n');
            }
            Err(_) => self.unread("has content that cannot be unpacked"),
        }
    }

    fn content(&mut self, data: &[u8], resources: &Resources<'_>, depth: usize) {
        let mut pen = Pen::default();
        let mut instructions = UntypedIter::new(data);
        while let Some(instruction) = instructions.next() {
            if self.text.len() > MOST {
                return self.unread("has more text than is looked at");
            }
            let operands: Vec<&Object<'_>> = instruction.operands().collect();
            let number = |index: usize| match operands.get(index) {
                Some(Object::Number(number)) => number.as_f64(),
                _ => 0.0,
            };
            let operator: &[u8] = instruction.operator;
            match operator {
                b"Tf" => {
                    if let Some(Object::Name(name)) = operands.first() {
                        pen.font = self.font(name, resources);
                    }
                }
                b"BT" => (pen.line, pen.moved) = (0.0, true),
                b"TL" => pen.leading = number(0),
                b"Td" => pen.down(number(1)),
                b"TD" => {
                    pen.leading = -number(1);
                    pen.down(number(1));
                }
                b"Tm" => (pen.line, pen.moved) = (number(5), true),
                b"T*" => pen.down(-pen.leading),
                b"'" | b"\"" => {
                    pen.down(-pen.leading);
                    self.put(operands.last().copied(), &mut pen);
                }
                b"Tj" | b"TJ" => self.put(operands.first().copied(), &mut pen),
                b"BDC" | b"DP" => {
                    if let Some(Object::Dict(dict)) = operands.last() {
                        self.properties(dict);
                    }
                }
                b"BI" => {
                    let jpeg = |filter: &Filter| matches!(filter, Filter::DctDecode | Filter::JpxDecode);
                    if let Some(Object::Stream(image)) = operands.first()
                        && image.filters().iter().any(jpeg)
                    {
                        self.unread(
                            "has a JPEG image among its instructions, which may say more than it shows",
                        );
                    }
                }
                b"Do" => {
                    if let Some(Object::Name(name)) = operands.first()
                        && let Some(form) = resources.get_x_object(name)
                    {
                        self.form(&form, resources, depth);
                    }
                }
                b"scn" | b"SCN" => {
                    if let Some(Object::Name(name)) = operands.last()
                        && let Some(Object::Stream(pattern)) = resources.get_pattern(name)
                    {
                        self.form(&pattern, resources, depth);
                    }
                }
                _ => {}
            }
        }
    }

    /// What is written in a form or a pattern.
    fn form(&mut self, form: &Stream<'_>, resources: &Resources<'_>, depth: usize) {
        let dict = form.dict();
        if dict.get::<Name<'_>>("Subtype").is_some_and(|kind| &*kind == b"Image") {
            return;
        }
        let id = form.obj_id();
        if !self.forms.insert((id.obj_number, id.gen_number)) {
            return;
        }
        if depth >= DEEPEST {
            return self.unread("has forms too deep within forms");
        }
        let mut data = Vec::new();
        self.decode(form, &mut data);
        self.text.push('\n');
        match dict.get::<Dict<'_>>("Resources") {
            Some(own) => self.content(&data, &Resources::new(own), depth.saturating_add(1)),
            None => self.content(&data, resources, depth.saturating_add(1)),
        }
        self.text.push('\n');
    }

    fn font(&mut self, name: &Name<'_>, resources: &Resources<'_>) -> Option<Rc<Font>> {
        let dict = resources.get_font(name)?;
        let Some(id) = dict.obj_id().map(|id| (id.obj_number, id.gen_number)) else {
            return Some(Rc::new(Font::of(&dict)));
        };
        Some(self.fonts.entry(id).or_insert_with(|| Rc::new(Font::of(&dict))).clone())
    }

    /// Alternative texts of what is marked.
    fn properties(&mut self, dict: &Dict<'_>) {
        for (_, value) in dict.entries() {
            if let hayro_syntax::object::MaybeRef::NotRef(Object::String(text)) = value {
                self.text.push('\n');
                self.text.push_str(&said(&text));
                self.text.push('\n');
            }
        }
    }

    fn put(&mut self, text: Option<&Object<'_>>, pen: &mut Pen) {
        if let Some(before) = pen.put
            && pen.moved
        {
            self.text.push(if (before - pen.line).abs() > 1e-3 { '\n' } else { GAP });
        }
        (pen.put, pen.moved) = (Some(pen.line), false);
        match text {
            Some(Object::String(text)) => self.show(text, pen),
            Some(Object::Array(array)) => self.shown(array, pen),
            _ => {}
        }
    }

    fn shown(&mut self, array: &Array<'_>, pen: &Pen) {
        for item in array.iter::<Object<'_>>() {
            match item {
                Object::String(text) => self.show(&text, pen),
                Object::Number(back) if -back.as_f64() > SPACE => self.text.push(' '),
                _ => {}
            }
        }
    }

    fn show(&mut self, codes: &[u8], pen: &Pen) {
        let Some(font) = &pen.font else {
            self.unknown = self.unknown.saturating_add(codes.len());
            return;
        };
        for character in font.read(codes) {
            match character {
                Some(character) => {
                    self.known = self.known.saturating_add(1);
                    self.text.push_str(&character);
                }
                None => {
                    self.unknown = self.unknown.saturating_add(1);
                    self.text.push('\u{fffd}');
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_placed_one_by_one_are_read_both_ways() {
        assert_eq!(assembled("born\u{1f}in\u{1f}Boston"), "born in Boston");
        assert_eq!(assembled("9\u{1f}9\u{1f}9-\u{1f}61"), "9 9 9- 61\n999-61");
    }

    #[test]
    fn strings_are_read_as_they_are_encoded() {
        assert_eq!(said(b"Jane Roe"), "Jane Roe");
        assert_eq!(said(b"M\xfcller"), "Müller");
        assert_eq!(said(b"\xfe\xff\0M\0\xfc"), "Mü");
        assert_eq!(said("\u{feff}Mü".as_bytes()), "Mü");
    }
}
