//! Values of the runtime's types as JSON for people and scripts, in both directions: accounts in SS58, bytes in hex,
//! enums by name.
//!
//! What [`read`] gives, [`write`] takes.

use codec::{Compact, Encode};
use medshare_types::AccountId;
use scale_info::{Field, PortableRegistry, TypeDef, TypeDefPrimitive, Variant, form::PortableForm};
use serde_json::{Map, Value as Json, json};
use subxt::ext::scale_value::{Composite, Primitive, Value, ValueDef, scale::decode_as_type};

use super::shape;

/// The value of a type in its SCALE encoding, as JSON.
///
/// # Errors
/// Why the bytes are no value of the type.
pub(super) fn read(mut bytes: &[u8], ty: u32, types: &PortableRegistry) -> Result<Json, String> {
    let value = decode_as_type(&mut bytes, ty, types).map_err(|error| error.to_string())?;
    if bytes.is_empty() { Ok(to_json(&value, types)) } else { Err("bytes are left over".into()) }
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

/// Appends the SCALE encoding of a JSON value as a value of a type.
///
/// Accounts are SS58 addresses or hex. Lists of bytes are `0x`-prefixed hex or, where they may have any length, text.
/// Numbers that JSON readers may round are text. An enum's variant is its name, or `{ name: fields }`. What an option
/// holds stands for itself, and null for nothing. A single unnamed field stands for what is around it.
///
/// # Errors
/// Where and how the value does not fit the type.
pub(super) fn write(
    value: &Json,
    ty: u32,
    types: &PortableRegistry,
    out: &mut Vec<u8>,
) -> Result<(), String> {
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
pub(super) fn write_named(
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

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_types::{Grant, Hash, Listing, Role, Roles, Subject, Terms, Text};
    use scale_info::{MetaType, Registry, TypeInfo};

    fn type_of<T: TypeInfo + 'static>() -> (u32, PortableRegistry) {
        let mut registry = Registry::new();
        let id = registry.register_type(&MetaType::new::<T>()).id;
        (id, registry.into())
    }

    fn json_of<T: Encode + TypeInfo + 'static>(value: T) -> Json {
        let (ty, types) = type_of::<T>();
        read(&value.encode(), ty, &types).unwrap()
    }

    fn written<T: TypeInfo + 'static>(value: &Json) -> Result<Vec<u8>, String> {
        let (ty, types) = type_of::<T>();
        let mut bytes = Vec::new();
        write(value, ty, &types, &mut bytes).map(|()| bytes)
    }

    fn listing() -> Listing<AccountId> {
        let seller = AccountId::from([7; 32]);
        Listing { version: 1, seller, price: 5u128, terms: Terms::default(), since: 6 }
    }

    #[derive(Encode, TypeInfo)]
    struct Nothing;

    #[derive(Encode, TypeInfo)]
    enum MultiAddress {
        #[codec(index = 4)]
        Id(AccountId),
    }

    #[derive(Encode, TypeInfo)]
    struct Pair {
        #[codec(compact)]
        amount: u32,
        names: (Vec<u8>, Nothing),
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
        assert_eq!(
            json_of(listing()),
            json!({ "version": 1, "seller": account.to_string(), "price": 5,
                "terms": { "licence": null, "duration": null }, "since": 6 })
        );
        assert_eq!(json_of(None::<Grant>), Json::Null);
    }

    #[test]
    fn what_is_read_can_be_written() {
        fn check<T: Encode + TypeInfo + 'static>(value: T) {
            let bytes = value.encode();
            let json = json_of(value);
            assert_eq!(written::<T>(&json).as_ref(), Ok(&bytes), "{json}");
        }
        check(AccountId::from([7; 32]));
        check(Hash::repeat_byte(1));
        check((Some(3u32), None::<u32>, true));
        check((u128::MAX, i64::MIN, 0u8));
        check((vec![1u8], Vec::<u8>::new(), [5u8; 3], vec![1u32], [1u16, 2]));
        check("CT".parse::<Text<16>>().unwrap());
        check(Subject::Claim { order: 4 });
        check(listing());
        check([Role::Auditor, Role::Buyer].into_iter().collect::<std::collections::BTreeSet<_>>());
        check(Roles::default());
        check(Pair { amount: 70_000, names: (b"ab".to_vec(), Nothing) });
    }

    #[test]
    fn people_may_write_text_for_bytes_and_an_account_for_an_address() {
        assert_eq!(written::<Vec<u8>>(&json!("register")), Ok(b"register".to_vec().encode()));
        let account = AccountId::from([7; 32]);
        let address = MultiAddress::Id(account.clone());
        assert_eq!(written::<MultiAddress>(&json!(account.to_string())), Ok(address.encode()));
        assert_eq!(
            written::<u128>(&json!("340282366920938463463374607431768211455")),
            Ok(u128::MAX.encode())
        );
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        let listing = |key: &str, value: Json| {
            let mut json = json_of(listing());
            json[key] = value;
            written::<Listing<AccountId>>(&json).unwrap_err()
        };
        assert_eq!(
            listing("version", json!(-1)),
            "in `version`: `-1` is no u32: invalid digit found in string"
        );
        assert_eq!(
            listing("version", json!(1.5)),
            "in `version`: `1.5` is no u32: invalid digit found in string"
        );
        assert_eq!(
            listing("terms", json!({ "licence": "0x00", "duration": null })),
            "in `terms`: in `licence`: `0x00` is not 32 bytes in 0x-prefixed hex"
        );
        assert!(listing("seller", json!("Mallory")).contains("neither an SS58 address nor 32 bytes in hex"));
        assert_eq!(
            listing("colour", json!(1)),
            "it has no `colour`; there are: version, seller, price, terms, since"
        );
        assert_eq!(written::<Pair>(&json!({ "amount": 1 })), Err("`names` is missing".into()));
        let amount = json!({ "amount": 4_294_967_296u64, "names": ["", null] });
        assert!(written::<Pair>(&amount).unwrap_err().contains("`4294967296` is no u32"));
        assert!(written::<Role>(&json!("Doctor")).unwrap_err().contains("one of Hospital, Auditor"));
        assert!(written::<Role>(&json!(3)).unwrap_err().contains("one of Hospital, Auditor"));
        assert!(written::<[u8; 2]>(&json!([1, 2, 3])).unwrap_err().contains("3 elements"));
        assert!(written::<bool>(&json!(null)).unwrap_err().contains("nothing"));
    }
}
