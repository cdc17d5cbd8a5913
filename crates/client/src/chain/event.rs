//! Events, decoded with the metadata of their block.

use codec::Decode;
use medshare_types::AccountId;
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive};
use serde_json::{Map, Value as Json, json};
use subxt::{
    Metadata, SubstrateConfig,
    events::Phase,
    ext::{
        scale_decode::visitor::{IgnoreVisitor, decode_with_visitor},
        scale_value::{Composite, Primitive, Value, ValueDef, scale::decode_as_type},
    },
};

use super::decode_all;
use crate::error::{Error, Result};

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

impl Event {
    /// Whether it is this event.
    pub fn is(&self, pallet: &str, name: &str) -> bool {
        self.pallet == pallet && self.name == name
    }

    /// A field's value, decoded.
    ///
    /// # Errors
    /// [`Error::ForeignAnswer`] if there is no such field or it is of another type.
    pub fn field<T: Decode>(&self, name: &str) -> Result<T> {
        let foreign = |reason: String| Error::ForeignAnswer {
            asked: format!("the field {name} of the event {}.{}", self.pallet, self.name),
            reason,
        };
        let field = self.find(name).ok_or_else(|| foreign("the event has no such field".into()))?;
        decode_all(&field.bytes).map_err(|error| foreign(error.to_string()))
    }

    /// A field's value, if there is such a field of this type.
    pub fn field_if<T: Decode>(&self, name: &str) -> Option<T> {
        decode_all(&self.find(name)?.bytes).ok()
    }

    /// The fields as a JSON object.
    pub fn fields_json(&self) -> Json {
        Json::Object(self.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect())
    }

    fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Reads an event of a block with this metadata.
    pub(super) fn read(
        event: &subxt::events::Event<'_, SubstrateConfig>,
        metadata: &Metadata,
    ) -> Result<Self> {
        let (pallet, name) = (event.pallet_name(), event.event_name());
        let foreign =
            |reason: String| Error::ForeignAnswer { asked: format!("the event {pallet}.{name}"), reason };
        let variant = metadata
            .pallet_by_event_index(event.pallet_index())
            .and_then(|pallet| pallet.event_variant_by_index(event.event_index()))
            .ok_or_else(|| foreign("it is not in the metadata".into()))?;
        let types = metadata.types();
        let mut rest = event.field_bytes();
        let mut fields = Vec::with_capacity(variant.fields.len());
        for (position, field) in variant.fields.iter().enumerate() {
            let before = rest;
            decode_with_visitor(&mut rest, field.ty.id, types, IgnoreVisitor::new())
                .map_err(|error| foreign(error.to_string()))?;
            let bytes = before.get(..before.len().saturating_sub(rest.len())).unwrap_or_default().to_vec();
            let value = decode_as_type(&mut &bytes[..], field.ty.id, types)
                .map_err(|error| foreign(error.to_string()))?;
            fields.push(Field {
                name: field.name.clone().unwrap_or_else(|| position.to_string()),
                value: to_json(&value, types),
                bytes,
            });
        }
        let extrinsic = match event.phase() {
            Phase::ApplyExtrinsic(index) => Some(index),
            Phase::Initialization | Phase::Finalization => None,
        };
        Ok(Self { pallet: pallet.into(), name: name.into(), index: event.index(), extrinsic, fields })
    }
}

/// A decoded value as JSON; its context is its type.
fn to_json(value: &Value<u32>, types: &PortableRegistry) -> Json {
    match &value.value {
        ValueDef::Primitive(primitive) => primitive_json(primitive),
        ValueDef::BitSequence(bits) => json!(bits.iter().collect::<Vec<bool>>()),
        ValueDef::Variant(variant) => {
            let mut values = variant.values.values();
            match (variant.name.as_str(), values.next(), values.next()) {
                ("None", None, _) => Json::Null,
                ("Some", Some(only), None) => to_json(only, types),
                (name, None, _) => json!(name),
                (name, Some(_), _) => json!({ name: composite_json(&variant.values, types) }),
            }
        }
        ValueDef::Composite(composite) => {
            let bytes = || bytes_of(value).unwrap_or_default();
            match types.resolve(value.context) {
                Some(ty) if ty.path.segments.last().is_some_and(|name| name == "AccountId32") => {
                    match <[u8; 32]>::try_from(bytes()) {
                        Ok(account) => json!(AccountId::from(account).to_string()),
                        Err(bytes) => json!(format!("0x{}", hex::encode(bytes))),
                    }
                }
                Some(ty) if is_bytes(&ty.type_def, types) => json!(format!("0x{}", hex::encode(bytes()))),
                Some(ty) if matches!(ty.type_def, TypeDef::Sequence(_) | TypeDef::Array(_)) => {
                    Json::Array(composite.values().map(|value| to_json(value, types)).collect())
                }
                _ => composite_json(composite, types),
            }
        }
    }
}

fn composite_json(composite: &Composite<u32>, types: &PortableRegistry) -> Json {
    match composite {
        Composite::Named(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), to_json(value, types)));
            Json::Object(Map::from_iter(fields))
        }
        Composite::Unnamed(values) => match &values[..] {
            [only] => to_json(only, types),
            values => Json::Array(values.iter().map(|value| to_json(value, types)).collect()),
        },
    }
}

/// Numbers that JSON readers may round become text.
fn primitive_json(primitive: &Primitive) -> Json {
    match primitive {
        Primitive::Bool(value) => json!(value),
        Primitive::Char(value) => json!(value),
        Primitive::String(value) => json!(value),
        Primitive::U128(value) => {
            u64::try_from(*value).map_or_else(|_| json!(value.to_string()), |value| json!(value))
        }
        Primitive::I128(value) => {
            i64::try_from(*value).map_or_else(|_| json!(value.to_string()), |value| json!(value))
        }
        Primitive::U256(value) | Primitive::I256(value) => json!(format!("0x{}", hex::encode(value))),
    }
}

fn is_bytes(definition: &TypeDef<scale_info::form::PortableForm>, types: &PortableRegistry) -> bool {
    let element = match definition {
        TypeDef::Sequence(sequence) => sequence.type_param.id,
        TypeDef::Array(array) => array.type_param.id,
        _ => return false,
    };
    matches!(types.resolve(element).map(|ty| &ty.type_def), Some(TypeDef::Primitive(TypeDefPrimitive::U8)))
}

/// The bytes in a list of bytes, through the newtypes around it.
fn bytes_of(value: &Value<u32>) -> Option<Vec<u8>> {
    let ValueDef::Composite(composite) = &value.value else { return None };
    let values: Vec<&Value<u32>> = composite.values().collect();
    if let [only] = &values[..]
        && matches!(only.value, ValueDef::Composite(_))
    {
        return bytes_of(only);
    }
    values
        .into_iter()
        .map(|value| match value.value {
            ValueDef::Primitive(Primitive::U128(byte)) => u8::try_from(byte).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;
    use medshare_types::{Grant, Hash, Listing, Subject, Terms, Text};
    use scale_info::{MetaType, Registry, TypeInfo};

    fn json_of<T: Encode + TypeInfo + 'static>(value: T) -> Json {
        let mut registry = Registry::new();
        let id = registry.register_type(&MetaType::new::<T>()).id;
        let types = PortableRegistry::from(registry);
        let decoded = decode_as_type(&mut &value.encode()[..], id, &types).unwrap();
        to_json(&decoded, &types)
    }

    #[test]
    fn values_read_well() {
        let account = AccountId::from([7; 32]);
        assert_eq!(json_of(account.clone()), json!(account.to_string()));
        assert_eq!(json_of(Hash::repeat_byte(1)), json!(format!("0x{}", "01".repeat(32))));
        assert_eq!(json_of(Some(3u32)), json!(3));
        assert_eq!(json_of(None::<u32>), Json::Null);
        assert_eq!(json_of(u128::MAX), json!(u128::MAX.to_string()));
        assert_eq!(json_of(vec![1u8]), json!("0x01"));
        assert_eq!(json_of(Vec::<u8>::new()), json!("0x"));
        assert_eq!(json_of(vec![1u32]), json!([1]));
        assert_eq!(json_of("CT".parse::<Text<16>>().unwrap()), json!("CT"));
        assert_eq!(json_of(Subject::Claim { order: 4 }), json!({ "Claim": { "order": 4 } }));
        let listing =
            Listing { version: 1, seller: account.clone(), price: 5u128, terms: Terms::default(), since: 6 };
        assert_eq!(
            json_of(listing),
            json!({ "version": 1, "seller": account.to_string(), "price": 5,
                "terms": { "licence": null, "duration": null }, "since": 6 })
        );
        assert_eq!(json_of(None::<Grant>), Json::Null);
    }
}
