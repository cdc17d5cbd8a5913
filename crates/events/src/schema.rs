//! JSON schemas of the types that the chain and its clients share, made from what they say of themselves in metadata:
//! names, forms and documentation are the runtime's own, and nothing has to be said twice.
//!
//! They describe the JSON form of `medshare_types` (hashes in hex, accounts in SS58, amounts as decimal strings), which
//! answers of a node have.

use std::{borrow::Cow, marker::PhantomData};

use scale_info::{
    Field, MetaType, PortableRegistry, Registry, TypeDef, TypeDefPrimitive, TypeInfo,
    form::{Form, PortableForm},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value as Json, json};

/// The schema of a type of `medshare_types`: for `#[schemars(with = "Of<Descriptor>")]`.
pub struct Of<T>(PhantomData<T>);

/// The schema of an amount of money: for `#[schemars(with = "Amount")]`.
pub struct Amount;

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "An amount of money in the smallest unit, in decimal digits",
        })
    }
}

/// The schema of any number of bytes in hex: for `#[schemars(with = "Hex")]`.
pub struct Hex;

impl JsonSchema for Hex {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Hex".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^0x([0-9a-f]{2})*$", "description": "Bytes in hex" })
    }
}

impl<T: TypeInfo + 'static> JsonSchema for Of<T> {
    fn inline_schema() -> bool {
        let ty = T::type_info();
        let newtype = matches!(&ty.type_def, TypeDef::Composite(it) if is_newtype(&it.fields));
        newtype || !ty.path.segments.first().is_some_and(|space| is_ours(space))
    }

    fn schema_name() -> Cow<'static, str> {
        T::type_info().path.ident().unwrap_or("Value").into()
    }

    fn schema_id() -> Cow<'static, str> {
        std::any::type_name::<T>().into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut registry = Registry::new();
        let id = registry.register_type(&MetaType::new::<T>()).id;
        let types = PortableRegistry::from(registry);
        let mut reader = Reader { types: &types, generator };
        let schema = if Self::inline_schema() { reader.schema(id) } else { reader.definition(id) };
        schema.try_into().unwrap_or_default()
    }
}

/// Whether a type whose path begins so is named in schemas.
fn is_ours(space: &str) -> bool {
    space.starts_with("medshare")
}

struct Reader<'a> {
    types: &'a PortableRegistry,
    generator: &'a mut SchemaGenerator,
}

impl Reader<'_> {
    /// The schema of a type; a reference to it where the type has a name of ours.
    fn schema(&mut self, id: u32) -> Json {
        // Only what was registered is asked for, with everything that it refers to.
        let Some(ty) = self.types.resolve(id) else { return json!(true) };
        let name = ty.path.segments.last().map(String::as_str).unwrap_or_default();
        match name {
            "AccountId32" => {
                return json!({ "type": "string", "description": "An account, in SS58" });
            }
            "H256" => {
                return json!({
                    "type": "string", "pattern": "^0x[0-9a-f]{64}$", "description": "32 bytes in hex",
                });
            }
            "Option" => {
                let some = match &ty.type_def {
                    TypeDef::Variant(option) => {
                        option.variants.iter().find_map(|variant| variant.fields.first()).map(|it| it.ty.id)
                    }
                    _ => None,
                };
                let some = some.map_or(json!(true), |some| self.schema(some));
                return json!({ "anyOf": [some, { "type": "null" }] });
            }
            _ => {}
        }
        let ours = ty.path.segments.first().is_some_and(|space| is_ours(space));
        let newtype = matches!(&ty.type_def, TypeDef::Composite(it) if is_newtype(&it.fields));
        if !ours || newtype {
            return self.definition(id);
        }
        if !self.generator.definitions().contains_key(name) {
            // Before its parts, which might refer to it.
            self.generator.definitions_mut().insert(name.into(), json!(true));
            let schema = self.definition(id);
            self.generator.definitions_mut().insert(name.into(), schema);
        }
        let path = self.generator.settings().definitions_path.clone();
        json!({ "$ref": format!("#{path}/{name}") })
    }

    fn definition(&mut self, id: u32) -> Json {
        let Some(ty) = self.types.resolve(id) else { return json!(true) };
        let mut schema = match &ty.type_def {
            TypeDef::Composite(composite) => self.fields(&composite.fields),
            TypeDef::Variant(variants) => {
                let all = variants.variants.iter().map(|variant| {
                    let name = &variant.name;
                    let schema = match variant.fields.is_empty() {
                        true => json!({ "const": name }),
                        false => object([(name.clone(), self.fields(&variant.fields))].into_iter().collect()),
                    };
                    described(schema, &variant.docs)
                });
                json!({ "oneOf": all.collect::<Vec<_>>() })
            }
            TypeDef::Sequence(sequence) => {
                json!({ "type": "array", "items": self.schema(sequence.type_param.id) })
            }
            TypeDef::Array(array) => json!({
                "type": "array", "items": self.schema(array.type_param.id),
                "minItems": array.len, "maxItems": array.len,
            }),
            TypeDef::Tuple(tuple) => {
                let elements: Vec<u32> = tuple.fields.iter().map(|field| field.id).collect();
                self.elements(&elements)
            }
            TypeDef::Compact(compact) => self.schema(compact.type_param.id),
            TypeDef::Primitive(primitive) => primitive_schema(primitive),
            TypeDef::BitSequence(_) => json!({ "type": "array", "items": { "type": "boolean" } }),
        };
        schema = described(schema, &ty.docs);
        schema
    }

    fn fields(&mut self, fields: &[Field<PortableForm>]) -> Json {
        if is_newtype(fields) {
            return fields.first().map_or(json!(true), |only| self.schema(only.ty.id));
        }
        if fields.iter().any(|field| field.name.is_none()) {
            let elements: Vec<u32> = fields.iter().map(|field| field.ty.id).collect();
            return self.elements(&elements);
        }
        let properties = fields.iter().map(|field| {
            let name = field.name.as_deref().unwrap_or_default().trim_start_matches("r#");
            (name.to_owned(), described(self.schema(field.ty.id), &field.docs))
        });
        object(properties.collect())
    }

    /// A list of these elements, in a form that old and new drafts of JSON Schema understand.
    fn elements(&mut self, elements: &[u32]) -> Json {
        let schemas: Vec<Json> = elements.iter().map(|id| self.schema(*id)).collect();
        let items = match &schemas[..] {
            [first, rest @ ..] if rest.iter().all(|schema| schema == first) => first.clone(),
            schemas => json!({ "anyOf": schemas }),
        };
        json!({ "type": "array", "items": items, "minItems": elements.len(), "maxItems": elements.len() })
    }
}

/// Whether what has these fields stands for the only one of them.
fn is_newtype<F: Form>(fields: &[Field<F>]) -> bool {
    matches!(fields, [only] if only.name.is_none())
}

/// An object that has all of these.
fn object(properties: Map<String, Json>) -> Json {
    let required: Vec<&String> = properties.keys().collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn described(mut schema: Json, docs: &[String]) -> Json {
    if let (Json::Object(object), false) = (&mut schema, docs.is_empty()) {
        let text: Vec<&str> = docs.iter().map(|line| line.trim()).collect();
        object.insert("description".into(), json!(text.join(" ").trim()));
    }
    schema
}

fn primitive_schema(primitive: &TypeDefPrimitive) -> Json {
    match primitive {
        TypeDefPrimitive::Bool => json!({ "type": "boolean" }),
        TypeDefPrimitive::Char | TypeDefPrimitive::Str => json!({ "type": "string" }),
        // Every number of this size is an amount of money.
        TypeDefPrimitive::U128 => json!({
            "type": "string", "pattern": "^[0-9]+$",
        }),
        TypeDefPrimitive::U8 | TypeDefPrimitive::U16 | TypeDefPrimitive::U32 | TypeDefPrimitive::U64 => {
            json!({ "type": "integer", "minimum": 0 })
        }
        TypeDefPrimitive::U256 | TypeDefPrimitive::I256 => json!({ "type": "string" }),
        TypeDefPrimitive::I8
        | TypeDefPrimitive::I16
        | TypeDefPrimitive::I32
        | TypeDefPrimitive::I64
        | TypeDefPrimitive::I128 => json!({ "type": "integer" }),
    }
}

#[cfg(test)]
mod tests {
    use medshare_types::{AccountId, Credit, Descriptor, Order, Subject};

    use super::*;

    fn schema_of<T: TypeInfo + 'static>() -> Json {
        let schema = SchemaGenerator::default().into_root_schema_for::<Of<T>>();
        schema.to_value()
    }

    #[test]
    fn a_struct_has_its_fields_with_what_they_mean() {
        let order = schema_of::<Order<AccountId>>();
        assert_eq!(order["properties"]["price"]["type"], "string", "{order:#}");
        assert_eq!(order["properties"]["buyer"]["type"], "string");
        assert_eq!(order["properties"]["placed"]["type"], "integer");
        assert_eq!(order["properties"]["state"]["$ref"], "#/$defs/OrderState");
        assert!(order["required"].as_array().is_some_and(|all| all.contains(&json!("terms"))));
    }

    #[test]
    fn an_enum_is_one_of_its_variants() {
        let subject = schema_of::<Subject>();
        let claim = &subject["oneOf"][1];
        assert_eq!(claim["required"], json!(["Claim"]), "{subject:#}");
        assert_eq!(claim["properties"]["Claim"]["properties"]["order"]["type"], "integer");
        let credit = schema_of::<Credit>();
        assert_eq!(credit["$defs"]["Tier"]["oneOf"][0]["const"], "Restricted", "{credit:#}");
    }

    #[test]
    fn options_lists_and_texts_are_those_of_json() {
        let descriptor = schema_of::<Descriptor>();
        let modality = &descriptor["properties"]["modality"];
        assert_eq!(modality["anyOf"][0]["type"], "string", "{descriptor:#}");
        assert_eq!(modality["anyOf"][1]["type"], "null");
        assert_eq!(descriptor["properties"]["codes"]["items"]["$ref"], "#/$defs/Code");
        let period = &descriptor["properties"]["period"]["anyOf"][0];
        assert_eq!((&period["items"]["$ref"], &period["maxItems"]), (&json!("#/$defs/YearMonth"), &json!(2)));
    }
}
