//! HL7 v2 messages in ER7, "pipe and hat" (HL7 v2.5.1 chapter 2).

use std::fmt::Write as _;

/// What stands around a formatting command such as `.br`, which is no text, where the message has its escape
/// character: a character that nothing else means.
pub const COMMAND: char = '\u{E000}';

/// The characters that separate, as MSH-1 and MSH-2 name them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delimiters {
    /// Between fields, usually `|`.
    pub field: char,
    /// Between components, usually `^`.
    pub component: char,
    /// Between repetitions, usually `~`.
    pub repetition: char,
    /// Around escapes, usually `\`.
    pub escape: char,
    /// Between subcomponents, usually `&`.
    pub subcomponent: char,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self { field: '|', component: '^', repetition: '~', escape: '\\', subcomponent: '&' }
    }
}

/// A message: MSH and what follows. The header or the trailer of a batch is a message of that one segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// What separates.
    pub delimiters: Delimiters,
    /// The segments, in order.
    pub segments: Vec<Segment>,
}

/// A segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Its name, such as `PID`.
    pub name: String,
    /// Its fields; the first is `PID-1`. Of MSH, BHS and FHS the first two are the separators as they are written.
    pub fields: Vec<Field>,
}

/// A field: its repetitions. An empty field has none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Field(pub Vec<Repetition>);

/// A repetition: its components.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Repetition(pub Vec<Component>);

/// A component: its subcomponents, escapes undone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Component(pub Vec<String>);

impl Delimiters {
    /// Those that a header segment names: `MSH|^~\&`.
    pub(super) fn of_header(segment: &str) -> Result<Self, String> {
        let mut characters = segment.chars().skip(3);
        let mut next = |what| characters.next().ok_or_else(|| format!("it ends before it names the {what}"));
        let found = Self {
            field: next("field separator")?,
            component: next("component separator")?,
            repetition: next("repetition separator")?,
            escape: next("escape character")?,
            subcomponent: next("subcomponent separator")?,
        };
        let all = [found.field, found.component, found.repetition, found.escape, found.subcomponent];
        let distinct =
            all.iter().enumerate().all(|(at, one)| !all.iter().skip(at + 1).any(|other| other == one));
        match distinct && !all.iter().any(|c| c.is_alphanumeric() || c.is_whitespace() || c.is_control()) {
            true => Ok(found),
            false => Err(format!("it separates by {all:?}, which must be five characters that no text has")),
        }
    }

    fn unescape(&self, text: &str) -> String {
        if !text.contains(self.escape) {
            return text.to_owned();
        }
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(self.escape) {
            plain.push_str(before);
            let Some((command, then)) = after.split_once(self.escape) else {
                // An escape that does not end is none.
                plain.push(self.escape);
                rest = after;
                continue;
            };
            match command {
                "F" => plain.push(self.field),
                "S" => plain.push(self.component),
                "T" => plain.push(self.subcomponent),
                "R" => plain.push(self.repetition),
                "E" => plain.push(self.escape),
                _ => match command.strip_prefix('X').and_then(hexadecimal) {
                    Some(text) => plain.push_str(&text),
                    None => {
                        plain.push(COMMAND);
                        plain.push_str(command);
                        plain.push(COMMAND);
                    }
                },
            }
            rest = then;
        }
        plain.push_str(rest);
        plain
    }

    fn escape(&self, text: &str, to: &mut String) {
        for character in text.chars() {
            let command = match character {
                COMMAND => {
                    to.push(self.escape);
                    continue;
                }
                c if c == self.field => "F",
                c if c == self.component => "S",
                c if c == self.subcomponent => "T",
                c if c == self.repetition => "R",
                c if c == self.escape => "E",
                c if c.is_ascii_control() => {
                    let _ = write!(to, "{0}X{1:02X}{0}", self.escape, u32::from(c));
                    continue;
                }
                c => {
                    to.push(c);
                    continue;
                }
            };
            to.push(self.escape);
            to.push_str(command);
            to.push(self.escape);
        }
    }
}

/// ASCII text in hexadecimal. Other bytes mean what a character set of their own says, and stay as they are.
fn hexadecimal(digits: &str) -> Option<String> {
    let pairs = digits.as_bytes().chunks(2);
    let text: Option<String> = pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
            u8::from_str_radix(pair, 16).ok().filter(u8::is_ascii).map(char::from)
        })
        .collect();
    text.filter(|text| !text.is_empty())
}

impl Segment {
    /// Whether a segment's first two fields are separators.
    fn is_header(name: &str) -> bool {
        matches!(name, "MSH" | "BHS" | "FHS")
    }

    pub(super) fn parse(text: &str, delimiters: &Delimiters) -> Result<Self, String> {
        let mut pieces = text.split(delimiters.field);
        let name = pieces.next().unwrap_or_default();
        let plain = name.len() == 3
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !plain {
            let shown: String = name.chars().take(16).collect();
            return Err(format!("{shown:?} is no name of a segment"));
        }
        let mut fields = Vec::new();
        if Self::is_header(name) {
            fields.push(Field::verbatim(delimiters.field.to_string()));
            fields.extend(pieces.next().map(|separators| Field::verbatim(separators.to_owned())));
        }
        fields.extend(pieces.map(|piece| Field::parse(piece, delimiters)));
        Ok(Self { name: name.to_owned(), fields })
    }

    /// A field by its number, from 1, as HL7 counts.
    pub fn field(&self, number: usize) -> Option<&Field> {
        self.fields.get(number.checked_sub(1)?)
    }

    /// A field by its number, from 1, to be changed.
    pub fn field_mut(&mut self, number: usize) -> Option<&mut Field> {
        self.fields.get_mut(number.checked_sub(1)?)
    }

    /// A field's first subcomponent, without space around it; empty if there is none.
    pub fn first(&self, number: usize) -> &str {
        self.field(number).map(Field::first).unwrap_or_default()
    }

    fn write(&self, delimiters: &Delimiters, to: &mut String) {
        to.push_str(&self.name);
        let mut fields = self.fields.iter();
        if Self::is_header(&self.name) {
            to.push_str(fields.next().map(Field::first).unwrap_or_default());
            to.push_str(fields.next().map(Field::first).unwrap_or_default());
        }
        for field in fields {
            to.push(delimiters.field);
            field.write(delimiters, to);
        }
    }
}

impl Field {
    fn verbatim(text: String) -> Self {
        Self(vec![Repetition(vec![Component(vec![text])])])
    }

    fn parse(text: &str, delimiters: &Delimiters) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let component = |text: &str| {
            Component(text.split(delimiters.subcomponent).map(|text| delimiters.unescape(text)).collect())
        };
        let repetition = |text: &str| Repetition(text.split(delimiters.component).map(component).collect());
        Self(text.split(delimiters.repetition).map(repetition).collect())
    }

    /// The first subcomponent of the first component of the first repetition, without space around it.
    pub fn first(&self) -> &str {
        self.0.first().map(|repetition| repetition.component(1)).unwrap_or_default()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0
            .iter()
            .flat_map(|repetition| &repetition.0)
            .flat_map(|component| &component.0)
            .all(String::is_empty)
    }

    /// All of it as it would be written with the usual separators, escapes undone.
    pub fn text(&self) -> String {
        let components = |repetition: &Repetition| {
            let pieces: Vec<String> = repetition.0.iter().map(|component| component.0.join("&")).collect();
            pieces.join("^")
        };
        self.0.iter().map(components).collect::<Vec<_>>().join("~")
    }

    fn write(&self, delimiters: &Delimiters, to: &mut String) {
        for (at, repetition) in self.0.iter().enumerate() {
            if at > 0 {
                to.push(delimiters.repetition);
            }
            for (at, component) in repetition.0.iter().enumerate() {
                if at > 0 {
                    to.push(delimiters.component);
                }
                for (at, text) in component.0.iter().enumerate() {
                    if at > 0 {
                        to.push(delimiters.subcomponent);
                    }
                    delimiters.escape(text, to);
                }
            }
        }
    }
}

impl Repetition {
    /// The first subcomponent of a component, counted from 1, without space around it; empty if there is none.
    pub fn component(&self, number: usize) -> &str {
        let component = number.checked_sub(1).and_then(|at| self.0.get(at));
        component.and_then(|component| component.0.first()).map(|text| text.trim()).unwrap_or_default()
    }
}

impl Message {
    /// The message in ER7, each segment ended by a carriage return.
    pub fn to_er7(&self) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            segment.write(&self.delimiters, &mut text);
            text.push('\r');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(text: &str) -> Segment {
        Segment::parse(text, &Delimiters::default()).unwrap()
    }

    #[test]
    fn writes_what_it_read() {
        for text in [
            r"MSH|^~\&|LAB|HOSP|||20190504||ORU^R01^ORU_R01|1|P|2.5.1",
            r"OBX|1|ST|1234-5^A\T\B^LN~x^y&z||line\.br\next \H\bold\N\ \F\\S\\T\\R\\E\ \X0D\ \XC3A9\|||",
            r"NTE|1||an escape that \does not end",
        ] {
            let mut written = String::new();
            segment(text).write(&Delimiters::default(), &mut written);
            let expected = match text.contains("does not end") {
                true => r"NTE|1||an escape that \E\does not end",
                false => text,
            };
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn undoes_escapes() {
        assert_eq!(segment(r"NTE|1||a\F\b\S\c\X41\").field(3).unwrap().text(), "a|b^cA");
        assert_eq!(segment("PID|||1^^^A&B&C~2").field(3).unwrap().text(), "1^^^A&B&C~2");
    }

    #[test]
    fn refuses_separators_that_text_may_have() {
        for header in ["MSH|^~\\", "MSH", "MSHA^~\\&", "MSH|^^\\&", "MSH|^~\\ "] {
            assert!(Delimiters::of_header(header).is_err(), "{header}");
        }
    }
}
