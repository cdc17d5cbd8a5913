//! Reading FHIR's JSON one resource at a time.

use std::fmt;

use serde::de::{self, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Value, de::IoRead};

use super::{Shape, check_entry, check_resource, tally_value};
use crate::{
    At, Part, ReadError,
    context::Context,
    form::Input,
    json::{Meter, Metered, Strict, member},
};

/// Reads a file, and says how its resources are arranged.
pub(crate) fn read(input: &mut dyn Input, context: &mut Context<'_>) -> Result<Shape, ReadError> {
    let (reader, meter) = Metered::new(input);
    let mut json = Deserializer::new(IoRead::new(reader));
    let mut sink = Sink { context, meter, roots: 0, start: 1, entries: 0, bundle: false, failure: None };
    // The last line of the resource before, and whether that began in another.
    let (mut end, mut spread) = (0, false);
    loop {
        match json.end() {
            Ok(()) => break,
            Err(error) if error.is_io() => return Err(sink.refuse(error)),
            // Something comes.
            Err(_) => {}
        }
        let start = sink.meter.line();
        if sink.roots > 0 && (spread || start == end) {
            let reason = match spread {
                true => {
                    format!("line {start}: more comes after the resource; several are one a line (NDJSON)")
                }
                false => format!("line {start} holds more than one resource; NDJSON has one a line"),
            };
            return Err(sink.fault(reason));
        }
        (sink.start, sink.entries, sink.bundle) = (start, 0, false);
        sink.meter.renew();
        let root = match (Root { sink: &mut sink }).deserialize(&mut json) {
            Ok(root) => root,
            Err(error) => return Err(sink.refuse(error)),
        };
        end = sink.meter.line();
        spread = end > start;
        sink.root(root)?;
        sink.roots = sink.roots.saturating_add(1);
        if spread && sink.roots > 1 {
            let reason = format!("the resource in line {start} ends in line {end}; NDJSON has one a line");
            return Err(sink.fault(reason));
        }
    }
    match sink.roots {
        0 => Err(sink.fault("there is no resource in it".to_owned())),
        1 if sink.bundle => Ok(Shape::Bundle),
        1 => Ok(Shape::Single),
        _ => Ok(Shape::Lines),
    }
}

/// Where resources go.
struct Sink<'s, 'c> {
    context: &'s mut Context<'c>,
    meter: Meter,
    /// Resources of the outermost level so far.
    roots: u64,
    /// The line in which the current one begins.
    start: u64,
    /// Its entries so far, if it is a bundle.
    entries: u64,
    bundle: bool,
    /// Why a resource was refused: the parser only knows that.
    failure: Option<ReadError>,
}

impl Sink<'_, '_> {
    fn fault(&self, reason: String) -> ReadError {
        ReadError::Fhir { path: self.context.path(), reason }
    }

    /// What the parser could not take.
    fn refuse(&mut self, error: serde_json::Error) -> ReadError {
        if let Some(failure) = self.failure.take() {
            return failure;
        }
        match error.io_error_kind() {
            // The meter's own, for a resource that is too large.
            Some(std::io::ErrorKind::FileTooLarge) => {
                self.fault(format!("line {}: {error}", self.meter.line()))
            }
            Some(_) => self.context.io(error.into()),
            None if self.roots > 0 => self
                .fault(format!("the resource in line {} is no JSON that can be read: {error}", self.start)),
            None => self.fault(format!("it is no JSON that can be read: {error}")),
        }
    }

    /// Takes an entry of a bundle.
    fn entry(&mut self, mut entry: Value, line: u64) -> Result<(), ReadError> {
        let at = At::Entry { index: self.entries, line };
        check_entry(&entry).map_err(|reason| self.fault(format!("{at}: {reason}")))?;
        tally_value(&entry, self.context.tally);
        self.context.part(at, Part::Fhir(&mut entry))?;
        let opening = match self.entries {
            0 => "{\"resourceType\":\"Bundle\",\"entry\":[",
            _ => ",",
        };
        self.entries = self.entries.saturating_add(1);
        self.write(opening, &entry)
    }

    /// Takes what is left of a resource of the outermost level.
    fn root(&mut self, mut members: Map<String, Value>) -> Result<(), ReadError> {
        self.bundle = members.get("resourceType").and_then(Value::as_str) == Some("Bundle");
        // A bundle that said that it is one only after its entries.
        if self.bundle
            && let Some(Value::Array(entries)) = members.shift_remove("entry")
        {
            let line = self.start;
            entries.into_iter().try_for_each(|entry| self.entry(entry, line))?;
        }
        let at = At::Line(self.start);
        let mut resource = Value::Object(members);
        check_resource(&resource).map_err(|reason| match self.roots {
            0 => self.fault(reason),
            _ => self.fault(format!("{at}: {reason}")),
        })?;
        tally_value(&resource, self.context.tally);
        if self.bundle && self.entries == 0 {
            return Err(self.fault(format!("{at}: the bundle has no entry")));
        }
        self.context.part(at, Part::Fhir(&mut resource))?;
        match (resource, self.bundle) {
            (Value::Object(mut rest), true) => {
                rest.shift_remove("resourceType");
                let rest = Value::Object(rest).to_string();
                // The members without the braces around them.
                let rest = rest.strip_prefix("{").unwrap_or_default().strip_suffix('}').unwrap_or_default();
                let comma = if rest.is_empty() { "" } else { "," };
                self.context.write(format!("]{comma}{rest}}}\n").as_bytes())
            }
            (resource, _) => {
                self.write("", &resource)?;
                self.context.write(b"\n")
            }
        }
    }

    /// Writes a value: over several lines if the file has it so, and so is no NDJSON.
    fn write(&mut self, before: &str, value: &Value) -> Result<(), ReadError> {
        if self.context.out.is_none() {
            return Ok(());
        }
        let text = match self.meter.line() > self.start {
            true => format!("{before}\n{value:#}"),
            false => format!("{before}{value}"),
        };
        self.context.write(text.trim_start().as_bytes())
    }
}

/// A resource of the outermost level. Of a bundle, its entries go to the sink one by one.
struct Root<'r, 's, 'c> {
    sink: &'r mut Sink<'s, 'c>,
}

impl<'de> DeserializeSeed<'de> for Root<'_, '_, '_> {
    type Value = Map<String, Value>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_, '_, '_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a FHIR resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        let meter = self.sink.meter.clone();
        let mut streamed = false;
        while let Some(name) = access.next_key::<String>()? {
            let bundle = members.get("resourceType").and_then(Value::as_str) == Some("Bundle");
            if name == "entry" && bundle && !streamed {
                access.next_value_seed(Entries { sink: &mut *self.sink })?;
                streamed = true;
            } else if name == "entry" && streamed {
                return Err(A::Error::custom("the name \"entry\" occurs twice in one object"));
            } else {
                member(&mut members, name, |_| access.next_value_seed(Strict(&meter)))?;
            }
        }
        Ok(members)
    }
}

struct Entries<'r, 's, 'c> {
    sink: &'r mut Sink<'s, 'c>,
}

impl<'de> DeserializeSeed<'de> for Entries<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bundle's list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let meter = self.sink.meter.clone();
        loop {
            meter.renew();
            let Some((line, entry)) = access.next_element_seed(Element(&meter))? else { return Ok(()) };
            if let Err(failure) = self.sink.entry(entry, line) {
                self.sink.failure = Some(failure);
                return Err(A::Error::custom("an entry was refused"));
            }
        }
    }
}

/// An entry, and the line in which it begins.
struct Element<'m>(&'m Meter);

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = (u64, Value);

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let line = self.0.line();
        Ok((line, Strict(self.0).deserialize(deserializer)?))
    }
}
