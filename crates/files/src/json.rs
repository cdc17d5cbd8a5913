//! JSON in a stream: values without duplicate names, of a bounded size, and where they are.

use std::{
    cell::Cell,
    fmt,
    io::{self, BufReader, Read},
    rc::Rc,
};

use serde::de::{self, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Most bytes of one FHIR resource, which is held in memory.
pub(crate) const MAX_BYTES: u64 = 256 << 20;
/// Most values in one FHIR resource: its memory goes with their number.
const MAX_VALUES: u64 = 4 << 20;

/// By this name `serde_json` hands on numbers in their own digits.
const NUMBER: &str = "$serde_json::private::Number";

/// Where a reader is, and how much it may still take.
#[derive(Clone)]
pub(crate) struct Meter(Rc<Inner>);

struct Inner {
    line: Cell<u64>,
    bytes: Cell<u64>,
    values: Cell<u64>,
}

impl Meter {
    /// The line that is being read, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        self.0.line.get()
    }

    /// Begins another resource.
    pub(crate) fn renew(&self) {
        self.0.bytes.set(MAX_BYTES);
        self.0.values.set(MAX_VALUES);
    }

    fn value<E: de::Error>(&self) -> Result<(), E> {
        match self.0.values.get().checked_sub(1) {
            Some(left) => {
                self.0.values.set(left);
                Ok(())
            }
            None => Err(E::custom(format_args!("one resource of more than {MAX_VALUES} values: split it"))),
        }
    }
}

/// A reader that knows where it is. It passes over a byte order mark.
pub(crate) struct Metered<R> {
    inner: BufReader<R>,
    meter: Meter,
    after_newline: bool,
    started: bool,
}

impl<R: Read> Metered<R> {
    pub(crate) fn new(inner: R) -> (Self, Meter) {
        let inner = BufReader::with_capacity(64 << 10, inner);
        let meter = Meter(Rc::new(Inner { line: Cell::new(1), bytes: Cell::new(0), values: Cell::new(0) }));
        meter.renew();
        (Self { inner, meter: meter.clone(), after_newline: false, started: false }, meter)
    }

    fn skip_mark(&mut self) -> io::Result<()> {
        use io::BufRead;
        if self.inner.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
            self.inner.consume(3);
        }
        Ok(())
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !std::mem::replace(&mut self.started, true) {
            self.skip_mark()?;
        }
        let count = self.inner.read(buffer)?;
        for byte in buffer.iter().take(count) {
            if std::mem::replace(&mut self.after_newline, *byte == b'\n') {
                self.meter.0.line.set(self.meter.0.line.get().saturating_add(1));
            }
        }
        let taken = u64::try_from(count).unwrap_or(u64::MAX);
        match self.meter.0.bytes.get().checked_sub(taken) {
            Some(left) => self.meter.0.bytes.set(left),
            None => {
                let reason = format!("one resource of more than {MAX_BYTES} bytes: split it");
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
            }
        }
        Ok(count)
    }
}

/// A value in which no object has a name twice, which readers would take differently.
pub(crate) struct Strict<'m>(pub(crate) &'m Meter);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        self.0.value()?;
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        self.0.value()?;
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        self.0.value()?;
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        self.0.value()?;
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        self.0.value()?;
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        self.0.value()?;
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.0.value()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Strict(self.0))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.0.value()?;
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            if name == NUMBER {
                let digits: String = access.next_value()?;
                return digits.parse().map(Value::Number).map_err(A::Error::custom);
            }
            member(&mut members, name, |_| access.next_value_seed(Strict(self.0)))?;
        }
        Ok(Value::Object(members))
    }
}

/// Adds a member, unless there is one of its name.
pub(crate) fn member<E: de::Error>(
    members: &mut Map<String, Value>,
    name: String,
    value: impl FnOnce(&str) -> Result<Value, E>,
) -> Result<(), E> {
    if members.contains_key(&name) {
        return Err(E::custom(format_args!("the name {name:?} occurs twice in one object")));
    }
    let value = value(&name)?;
    members.insert(name, value);
    Ok(())
}

/// Whether it is one value of JSON, or several one after the other, and nothing else.
pub(crate) fn is_json(input: impl Read) -> io::Result<bool> {
    let (reader, meter) = Metered::new(input);
    let mut values = serde_json::Deserializer::from_reader(reader).into_iter::<IgnoredAny>();
    let mut some = false;
    loop {
        // It is only looked at.
        meter.0.bytes.set(u64::MAX);
        match values.next() {
            None => return Ok(some),
            Some(Ok(_)) => some = true,
            Some(Err(error)) if error.is_io() => return Err(error.into()),
            Some(Err(_)) => return Ok(false),
        }
    }
}

/// Whether the outermost object of a JSON text has a member `resourceType`. What is no JSON does not.
pub(crate) fn names_resource(input: impl Read) -> io::Result<bool> {
    let mut scan = Scan::default();
    for byte in BufReader::with_capacity(64 << 10, input).bytes() {
        match scan.next(byte?) {
            Some(found) => return Ok(found),
            None => continue,
        }
    }
    Ok(false)
}

/// How far a look at the outermost names got.
#[derive(Default)]
struct Scan {
    depth: u64,
    string: bool,
    escaped: bool,
    text: Vec<u8>,
    named: bool,
}

impl Scan {
    fn next(&mut self, byte: u8) -> Option<bool> {
        const NAME: &[u8] = b"resourceType";
        if self.string {
            match byte {
                _ if std::mem::take(&mut self.escaped) => {}
                b'\\' => self.escaped = true,
                b'"' => {
                    self.string = false;
                    self.named = self.depth == 1 && self.text == NAME;
                    return None;
                }
                _ => {}
            }
            if self.text.len() <= NAME.len() {
                self.text.push(byte);
            }
            return None;
        }
        match byte {
            b'"' => {
                self.string = true;
                self.text.clear();
            }
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return (self.depth == 0).then_some(false);
            }
            b':' if self.named => return Some(true),
            _ if byte.is_ascii_whitespace() => return None,
            _ => {}
        }
        self.named = false;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(text: &[u8]) -> Result<Value, String> {
        let (reader, meter) = Metered::new(text);
        let mut deserializer = serde_json::Deserializer::from_reader(reader);
        Strict(&meter).deserialize(&mut deserializer).map_err(|error| error.to_string())
    }

    #[test]
    fn keeps_values_as_they_are_written() {
        let text = r#"{"b":1.10,"a":[1e+400,-0,123456789012345678901234567890],"c":"é\u00e9"}"#;
        assert_eq!(strict(text.as_bytes()).unwrap().to_string(), text.replace("\\u00e9", "é"));
    }

    #[test]
    fn refuses_a_name_twice_and_says_where() {
        let error = strict(b"{\"a\":1,\n \"b\":{\"c\":1,\"c\":2}}").unwrap_err();
        assert!(error.contains("\"c\" occurs twice") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn refuses_bottomless_nesting() {
        let error = strict("[".repeat(1 << 20).as_bytes()).unwrap_err();
        assert!(error.contains("recursion limit"), "{error}");
    }

    #[test]
    fn refuses_more_values_than_memory_should_hold() {
        let text = format!("[{}0]", "0,".repeat(usize::try_from(MAX_VALUES).unwrap()));
        assert!(strict(text.as_bytes()).unwrap_err().contains("values"));
    }

    #[test]
    fn finds_the_type_of_the_outermost_object_only() {
        let names = |text: &str| names_resource(text.as_bytes()).unwrap();
        assert!(names(r#"{ "id" : "}", "resourceType" : "Patient" }"#));
        assert!(names(r#"{"resourceType":"#));
        assert!(!names(r#"{"a":{"resourceType":"Patient"}}"#));
        assert!(!names(r#"{"a":"resourceType"}"#));
        assert!(!names(r#"{"\"resourceType":1}"#));
        assert!(!names(r#"["resourceType"]"#));
    }
}
