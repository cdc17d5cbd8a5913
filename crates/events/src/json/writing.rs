//! JSON as values of the runtime's types.

use codec::{Compact, Encode};
use medshare_types::AccountId;
use scale_info::{Field, PortableRegistry, TypeDef, TypeDefPrimitive, Variant, form::PortableForm};
use serde_json::{Map, Value as Json};

use super::is_bytes;
use crate::shape;

/// Appends the SCALE encoding of a JSON value as a value of a type.
///
/// Accounts are SS58 addresses or hex. Lists of bytes are `0x`-prefixed hex or, where they may have any length, text.
/// Numbers are numbers or decimal text. An enum's variant is its name, or `{ name: fields }`. What an option
/// holds stands for itself, and null for nothing. A single unnamed field stands for what is around it.
///
/// # Errors
/// Where and how the value does not fit the type.
pub fn write(value: &Json, ty: u32, types: &PortableRegistry, out: &mut Vec<u8>) -> Result<(), String> {
    let found = types.resolve(ty).ok_or_else(|| format!("the metadata lacks type {ty}"))?;
    let name = found.path.segments.last().map(String::as_str).unwrap_or_default();
    match (&found.type_def, value) {
        (TypeDef::Composite(_), Json::String(text)) if name == "AccountId32" => write_account(text, out),
        // An account is an address of the kind that this chain uses.
        (TypeDef::Variant(variants), Json::String(_)) if name == "MultiAddress" => {
            write_variant("Id", value, &variants.variants, types, out)
        }
        (TypeDef::Composite(composite), _) => write_fields(value, &composite.fields, types, out),
        (TypeDef::Tuple(tuple), _) => {
            let elements: Vec<u32> = tuple.fields.iter().map(|element| element.id).collect();
            write_elements(value, &elements, types, out)
        }
        (TypeDef::Variant(_), Json::Null) if name == "Option" => {
            out.push(0);
            Ok(())
        }
        (TypeDef::Variant(variants), _) if name == "Option" => {
            let some = variants.variants.iter().find(|variant| variant.name == "Some");
            let some = some.ok_or("the metadata has an option of nothing")?;
            out.push(some.index);
            write_fields(value, &some.fields, types, out)
        }
        (TypeDef::Variant(variants), Json::String(name)) => {
            write_variant(name, &Json::Null, &variants.variants, types, out)
        }
        (TypeDef::Variant(variants), Json::Object(object)) if object.len() == 1 => object
            .iter()
            .try_for_each(|(name, value)| write_variant(name, value, &variants.variants, types, out)),
        (TypeDef::Variant(variants), other) => {
            Err(format!("it is {}, but should be {}", shown(other), one_of(&variants.variants)))
        }
        (definition, Json::String(text)) if is_bytes(definition, types) => write_bytes(text, definition, out),
        (TypeDef::Sequence(sequence), Json::Array(values)) => {
            let count = u32::try_from(values.len()).map_err(|_| "it is too long a list".to_owned())?;
            Compact(count).encode_to(out);
            values.iter().try_for_each(|value| write(value, sequence.type_param.id, types, out))
        }
        (TypeDef::Array(array), Json::Array(values)) => {
            let elements = vec![array.type_param.id; usize::try_from(array.len).unwrap_or_default()];
            if elements.len() != values.len() {
                return Err(format!("it has {} elements, but should have {}", values.len(), elements.len()));
            }
            values.iter().try_for_each(|value| write(value, array.type_param.id, types, out))
        }
        (TypeDef::Primitive(primitive), _) => write_primitive(value, primitive, out),
        (TypeDef::Compact(compact), _) => {
            // Checks the range; the compact form of a number does not depend on its type.
            let inner = shape::unwrapped(types, compact.type_param.id)?;
            write(value, inner, types, &mut Vec::new())?;
            let number = number_text(value)?.parse::<u128>().map_err(|error| error.to_string())?;
            Compact(number).encode_to(out);
            Ok(())
        }
        (definition, other) => {
            Err(format!("it is {}, but should be {}", shown(other), shape::kind(definition)))
        }
    }
}

fn write_account(text: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let account: AccountId = text
        .parse()
        .map_err(|reason| format!("`{text}` is neither an SS58 address nor 32 bytes in hex ({reason})"))?;
    account.encode_to(out);
    Ok(())
}

fn write_fields(
    value: &Json,
    fields: &[Field<PortableForm>],
    types: &PortableRegistry,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    if fields.is_empty() || fields.iter().any(|field| field.name.is_none()) {
        let elements: Vec<u32> = fields.iter().map(|field| field.ty.id).collect();
        return write_elements(value, &elements, types, out);
    }
    match value {
        Json::Object(object) => write_named(object, fields, types, out),
        other => {
            Err(format!("it is {}, but should be an object with {}", shown(other), names(fields).join(", ")))
        }
    }
}

/// Appends the SCALE encoding of fields that are given by their names, each once and in any order.
///
/// # Errors
/// Which is missing, unknown, or does not fit its type.
pub fn write_named(
    object: &Map<String, Json>,
    fields: &[Field<PortableForm>],
    types: &PortableRegistry,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    let names = names(fields);
    if let Some(unknown) = object.keys().find(|key| !names.contains(&key.as_str())) {
        let known = if names.is_empty() { "none".into() } else { names.join(", ") };
        return Err(format!("it has no `{unknown}`; there are: {known}"));
    }
    fields.iter().zip(names).try_for_each(|(field, name)| {
        let value = object.get(name).ok_or_else(|| format!("`{name}` is missing"))?;
        write(value, field.ty.id, types, out).map_err(|reason| within(name, &reason))
    })
}

fn names(fields: &[Field<PortableForm>]) -> Vec<&str> {
    fields.iter().map(|field| field.name.as_deref().unwrap_or_default()).collect()
}

fn write_elements(
    value: &Json,
    elements: &[u32],
    types: &PortableRegistry,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    match (elements, value) {
        ([], Json::Null) => Ok(()),
        ([], Json::Object(object)) if object.is_empty() => Ok(()),
        ([only], value) => write(value, *only, types, out),
        (elements, Json::Array(values)) if values.len() == elements.len() => {
            values.iter().zip(elements).try_for_each(|(value, ty)| write(value, *ty, types, out))
        }
        (elements, other) => {
            Err(format!("it is {}, but should be a list of {} values", shown(other), elements.len()))
        }
    }
}

fn write_variant(
    name: &str,
    value: &Json,
    variants: &[Variant<PortableForm>],
    types: &PortableRegistry,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    let variant = variants
        .iter()
        .find(|variant| variant.name == name)
        .ok_or_else(|| format!("there is no `{name}`; it should be {}", one_of(variants)))?;
    out.push(variant.index);
    write_fields(value, &variant.fields, types, out).map_err(|reason| within(name, &reason))
}

fn write_bytes(text: &str, definition: &TypeDef<PortableForm>, out: &mut Vec<u8>) -> Result<(), String> {
    let decoded = text.strip_prefix("0x").map(hex::decode).transpose();
    let decoded = decoded.map_err(|error| format!("`{text}` is not in hex: {error}"))?;
    match (definition, decoded) {
        (TypeDef::Array(array), Some(bytes)) if u32::try_from(bytes.len()) == Ok(array.len) => {
            out.extend(bytes)
        }
        (TypeDef::Array(array), _) => {
            return Err(format!("`{text}` is not {} bytes in 0x-prefixed hex", array.len));
        }
        (_, Some(bytes)) => bytes.encode_to(out),
        (_, None) => text.encode_to(out),
    }
    Ok(())
}

fn write_primitive(value: &Json, primitive: &TypeDefPrimitive, out: &mut Vec<u8>) -> Result<(), String> {
    macro_rules! number {
        ($($variant:ident: $number:ty),*) => {
            match (primitive, value) {
                (TypeDefPrimitive::Bool, Json::Bool(value)) => value.encode_to(out),
                (TypeDefPrimitive::Str, Json::String(text)) => text.encode_to(out),
                $((TypeDefPrimitive::$variant, _) => {
                    let text = number_text(value)?;
                    let refuse = |error: std::num::ParseIntError| format!("`{text}` is no {}: {error}", stringify!($number));
                    text.parse::<$number>().map_err(refuse)?.encode_to(out);
                })*
                (primitive, other) => {
                    let wanted = format!("{primitive:?}").to_lowercase();
                    return Err(format!("it is {}, but should be a {wanted}", shown(other)));
                }
            }
        };
    }
    number!(
        U8: u8, U16: u16, U32: u32, U64: u64, U128: u128, I8: i8, I16: i16, I32: i32, I64: i64, I128: i128
    );
    Ok(())
}

fn number_text(value: &Json) -> Result<String, String> {
    match value {
        Json::Number(number) => Ok(number.to_string()),
        Json::String(text) => Ok(text.clone()),
        other => Err(format!("it is {}, but should be a number", shown(other))),
    }
}

fn one_of(variants: &[Variant<PortableForm>]) -> String {
    let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    format!("one of {}", names.join(", "))
}

fn within(name: &str, reason: &str) -> String {
    format!("in `{name}`: {reason}")
}

/// A value as it is named in a message.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => "nothing".into(),
        Json::Array(values) => format!("a list of {}", values.len()),
        Json::Object(_) => "an object".into(),
        other => format!("`{}`", other.to_string().trim_matches('"')),
    }
}
