//! Events, decoded with the metadata of their block.

use codec::{Compact, Decode, DecodeAll};
use medshare_types::Hash;
use scale_decode::visitor::{IgnoreVisitor, decode_with_visitor};
use serde_json::Value as Json;
use subxt_metadata::Metadata;

use crate::{Foreign, json};

/// One field of an event.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// Its name; its position where the event has unnamed fields.
    pub name: String,
    /// Its SCALE encoding.
    pub bytes: Vec<u8>,
    /// Its value for people and scripts: accounts in SS58, hashes in hex, enums by name.
    pub value: Json,
}

/// Something that happened in a block.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The pallet that reported it.
    pub pallet: String,
    /// What happened.
    pub name: String,
    /// Its place among the block's events.
    pub index: u32,
    /// The transaction that caused it, by its place in the block; none where the block itself did.
    pub extrinsic: Option<u32>,
    /// With whom and what.
    pub fields: Vec<Field>,
}

/// In which part of a block's execution something happened, as every runtime encodes it.
#[derive(Decode)]
enum Phase {
    ApplyExtrinsic(u32),
    Finalization,
    Initialization,
}

impl Event {
    /// All events of a block: what its state has under `System.Events`.
    ///
    /// # Errors
    /// If they are not as the metadata say.
    pub fn read_all(bytes: &[u8], metadata: &Metadata) -> Result<Vec<Self>, Foreign> {
        Self::read_of(bytes, metadata, |_| true)
    }

    /// Those of a block's events that these pallets reported. The others' values are passed over, which is much quicker.
    ///
    /// # Errors
    /// As [`Event::read_all`].
    pub fn read_of(
        bytes: &[u8],
        metadata: &Metadata,
        of: impl Fn(&str) -> bool,
    ) -> Result<Vec<Self>, Foreign> {
        let mut found = Vec::new();
        // A block without events has nothing there.
        if bytes.is_empty() {
            return Ok(found);
        }
        let broken = |error: codec::Error| foreign("the events of a block", &error);
        let mut rest = bytes;
        let Compact(number) = Compact::<u32>::decode(&mut rest).map_err(broken)?;
        for index in 0..number {
            found.extend(Self::read(&mut rest, index, metadata, &of)?);
        }
        if rest.is_empty() {
            Ok(found)
        } else {
            Err(foreign("the events of a block", &"bytes are left over"))
        }
    }

    /// Reads the next event, and gives it if its pallet is wanted.
    fn read(
        rest: &mut &[u8],
        index: u32,
        metadata: &Metadata,
        of: impl Fn(&str) -> bool,
    ) -> Result<Option<Self>, Foreign> {
        let broken = |error: codec::Error| foreign("an event", &error);
        let phase = Phase::decode(rest).map_err(broken)?;
        let [pallet_index, variant_index] = <[u8; 2]>::decode(rest).map_err(broken)?;
        let unknown =
            || foreign("an event", &format!("{pallet_index}.{variant_index} is not in the metadata"));
        let pallet = metadata.pallet_by_event_index(pallet_index).ok_or_else(unknown)?;
        let variant = pallet.event_variant_by_index(variant_index).ok_or_else(unknown)?;
        let broken = |error: &dyn std::fmt::Display| {
            foreign(&format!("the event {}.{}", pallet.name(), variant.name), error)
        };
        let wanted = of(pallet.name());
        let types = metadata.types();
        let mut fields = Vec::new();
        for (position, field) in variant.fields.iter().enumerate() {
            let before = *rest;
            decode_with_visitor(rest, field.ty.id, types, IgnoreVisitor::new())
                .map_err(|error| broken(&error))?;
            if wanted {
                let bytes = before.get(..before.len().saturating_sub(rest.len())).unwrap_or_default();
                fields.push(Field {
                    name: field.name.clone().unwrap_or_else(|| position.to_string()),
                    value: json::read(bytes, field.ty.id, types).map_err(|reason| broken(&reason))?,
                    bytes: bytes.to_vec(),
                });
            }
        }
        // What light clients could look for; no runtime of this chain has any.
        Vec::<Hash>::decode(rest).map_err(|error| broken(&error))?;
        let extrinsic = match phase {
            Phase::ApplyExtrinsic(extrinsic) => Some(extrinsic),
            Phase::Finalization | Phase::Initialization => None,
        };
        Ok(wanted.then(|| Self {
            pallet: pallet.name().into(),
            name: variant.name.clone(),
            index,
            extrinsic,
            fields,
        }))
    }

    /// Whether it is this event.
    pub fn is(&self, pallet: &str, name: &str) -> bool {
        self.pallet == pallet && self.name == name
    }

    /// A field's value, decoded.
    ///
    /// # Errors
    /// If there is no such field or it is of another type.
    pub fn field<T: Decode>(&self, name: &str) -> Result<T, Foreign> {
        let what = || format!("the field {name} of the event {}.{}", self.pallet, self.name);
        let field = self.find(name).ok_or_else(|| foreign(&what(), &"the event has no such field"))?;
        T::decode_all(&mut &field.bytes[..]).map_err(|error| foreign(&what(), &error))
    }

    /// A field's value, if there is such a field of this type.
    pub fn field_if<T: Decode>(&self, name: &str) -> Option<T> {
        T::decode_all(&mut &self.find(name)?.bytes[..]).ok()
    }

    /// The fields as a JSON object.
    pub fn fields_json(&self) -> Json {
        Json::Object(self.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect())
    }

    fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

fn foreign(what: &str, reason: &dyn std::fmt::Display) -> Foreign {
    Foreign { what: what.into(), reason: reason.to_string() }
}
