//! Values of the runtime's types as JSON for people and scripts, in both directions: accounts in SS58, bytes in hex,
//! enums by name. Numbers of 128 bits and more, such as amounts, are decimal text whatever they are: readers of JSON round
//! large ones, and a number that is text only when it is large would be read wrongly by whoever saw small ones first.
//!
//! What [`read`] gives, [`write()`] takes.

mod writing;

pub use writing::{write, write_named};

use medshare_types::AccountId;
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive, form::PortableForm};
use scale_value::{Composite, Primitive, Value, ValueDef, scale::decode_as_type};
use serde_json::{Map, Value as Json, json};

use crate::shape;

/// The value of a type in its SCALE encoding, as JSON.
///
/// # Errors
/// Why the bytes are no value of the type.
pub fn read(mut bytes: &[u8], ty: u32, types: &PortableRegistry) -> Result<Json, String> {
    let value = decode_as_type(&mut bytes, ty, types).map_err(|error| error.to_string())?;
    if bytes.is_empty() { Ok(to_json(&value, types)) } else { Err("bytes are left over".into()) }
}

/// A decoded value as JSON; its context is its type.
fn to_json(value: &Value<u32>, types: &PortableRegistry) -> Json {
    match &value.value {
        ValueDef::Primitive(primitive) => primitive_json(primitive, is_wide(value.context, types)),
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

fn primitive_json(primitive: &Primitive, wide: bool) -> Json {
    match primitive {
        Primitive::Bool(value) => json!(value),
        Primitive::Char(value) => json!(value),
        Primitive::String(value) => json!(value),
        Primitive::U128(value) => match u64::try_from(*value) {
            Ok(value) if !wide => json!(value),
            _ => json!(value.to_string()),
        },
        Primitive::I128(value) => match i64::try_from(*value) {
            Ok(value) if !wide => json!(value),
            _ => json!(value.to_string()),
        },
        Primitive::U256(value) | Primitive::I256(value) => json!(format!("0x{}", hex::encode(value))),
    }
}

/// Whether a type is a number of 128 bits, also in its compact form and within newtypes.
fn is_wide(ty: u32, types: &PortableRegistry) -> bool {
    let within = shape::unwrapped(types, ty).ok().and_then(|ty| types.resolve(ty));
    match within.map(|ty| &ty.type_def) {
        Some(TypeDef::Primitive(TypeDefPrimitive::U128 | TypeDefPrimitive::I128)) => true,
        Some(TypeDef::Compact(compact)) => is_wide(compact.type_param.id, types),
        _ => false,
    }
}

fn is_bytes(definition: &TypeDef<PortableForm>, types: &PortableRegistry) -> bool {
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
mod tests;
