//! `docs/reference/json-rpc.md`: the document for people. `UPDATE_DOCS=1` writes it anew.

use std::path::Path;

use serde_json::{Map, Value as Json};

use super::document;

const PAGE: &str = "docs/reference/json-rpc.md";

const HEAD: &str = "<!-- Made by `UPDATE_DOCS=1 cargo test -p medshare-node --bin medshare-node openrpc`: do not edit. -->

# JSON-RPC

The methods of the namespace `medshare`, with what they take and give, as `rpc.discover` of a node has them. [The page \
about them](../rpc.md) says what they are for, how lists go on, and which errors there are. Parameters are given by name or in this order; \
one with a `?` may be left out. A member of an object with a `?` may be left out where it is taken, and may be missing where it is \
given.
";

/// How schemas refer to those that have a name.
const NAMED: &str = "#/components/schemas/";

#[test]
fn the_reference_says_what_methods_take_and_give() {
    let page = page(&document());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PAGE);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (old, new)) in there.lines().zip(page.lines()).enumerate() {
        assert_eq!(old, new, "{PAGE}, line {}, is out of date", number + 1);
    }
    assert_eq!(there, page, "{PAGE} is out of date");
}

fn page(document: &Json) -> String {
    let methods = document["methods"].as_array().expect("it has methods");
    let schemas = document["components"]["schemas"].as_object().expect("it has schemas");
    let methods = methods.iter().map(method);
    let types = schemas.iter().map(|(name, schema)| named(name, schema));
    let types = ["\n## Types\n".to_owned()].into_iter().chain(types);
    [HEAD.to_owned(), "\n## Methods\n".to_owned()].into_iter().chain(methods).chain(types).collect()
}

fn method(method: &Json) -> String {
    let text = |member: &str| method[member].as_str().expect("it is a text");
    let mut page = format!("\n### `{}`\n\n{}\n\n", text("name"), text("summary"));
    for parameter in method["params"].as_array().expect("it has parameters") {
        let name = parameter["name"].as_str().expect("it has a name");
        let optional = if parameter["required"] == true { "" } else { "?" };
        page += &format!("- `{name}{optional}`: {}\n", words(&parameter["schema"]));
    }
    page += &format!("- answers: {}\n", words(&method["result"]["schema"]));
    if let Some(told) = method.get("x-notification") {
        let name = told["method"].as_str().expect("it has a name");
        page += &format!("- tells, as `{name}`: {}\n", words(&told["schema"]));
    }
    page
}

fn named(name: &str, schema: &Json) -> String {
    let description = schema["description"].as_str().unwrap_or_default();
    let description = if description.is_empty() { String::new() } else { format!("{description}\n\n") };
    let body = match (schema.get("properties"), schema.get("oneOf")) {
        (Some(members), None) => table(members.as_object().expect("members have names"), schema),
        (None, Some(choices)) => {
            let choices = choices.as_array().expect("there are several").iter();
            choices.map(|choice| format!("- {}\n", words(choice))).collect()
        }
        _ => format!("{}\n", form(schema)),
    };
    format!("\n### `{name}`\n\n{description}{body}")
}

fn table(members: &Map<String, Json>, schema: &Json) -> String {
    let required = schema["required"].as_array();
    let rows = members.iter().map(|(name, member)| {
        let optional =
            if required.is_some_and(|names| names.contains(&name.as_str().into())) { "" } else { "?" };
        let default = match member.get("default") {
            None | Some(Json::Null) => String::new(),
            Some(default) => format!("; `{default}` if left out"),
        };
        let what = member["description"].as_str().unwrap_or_default().replace('|', "\\|");
        format!("| `{name}{optional}` | {}{default} | {what} |\n", form(member).replace('|', "\\|"))
    });
    ["| member | form | what |\n|---|---|---|\n".to_owned()].into_iter().chain(rows).collect()
}

/// The form of a value, and what is said about it besides.
fn words(schema: &Json) -> String {
    let form = form(schema);
    let description = schema["description"].as_str().filter(|text| !form.contains(text));
    form.clone() + &description.map(|text| format!(": {text}")).unwrap_or_default()
}

/// The form of a value. What has no name is spelled out.
fn form(schema: &Json) -> String {
    let says_nothing = |members: &Map<String, Json>| members.keys().all(|name| name == "description");
    if schema == &Json::Bool(true) || schema.as_object().is_some_and(says_nothing) {
        return "anything".into();
    }
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.strip_prefix(NAMED).expect("it is in the document");
        return format!("[`{name}`](#{})", name.to_lowercase());
    }
    if let Some(only) = schema.get("const") {
        return format!("`{only}`");
    }
    if let Some(choices) = ["anyOf", "oneOf", "allOf"].iter().find_map(|list| schema[list].as_array()) {
        return choices.iter().map(form).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Json::String(ty) => of_type(ty, schema),
        Json::Array(types) => {
            let types = types.iter().map(|ty| of_type(ty.as_str().expect("it is a type"), schema));
            types.collect::<Vec<_>>().join(" or ")
        }
        _ => panic!("the page has no words for {schema}"),
    }
}

fn of_type(ty: &str, schema: &Json) -> String {
    let number = |member: &str| schema[member].as_u64();
    match ty {
        "array" => match (number("minItems"), number("maxItems")) {
            (Some(least), Some(most)) if least == most => {
                format!("array of {most} × {}", form(&schema["items"]))
            }
            (None | Some(0), Some(most)) => format!("array of at most {most} × {}", form(&schema["items"])),
            (None, None) => format!("array of {}", form(&schema["items"])),
            _ => panic!("the page has no words for {schema}"),
        },
        "object" => match schema["properties"].as_object() {
            Some(members) => {
                let members = members.iter().map(|(name, member)| format!("`{name}`: {}", form(member)));
                format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
            }
            None => "object".into(),
        },
        "integer" | "number" => match (number("minimum"), number("maximum")) {
            (Some(0), None) => format!("{ty}, not negative"),
            (Some(least), Some(most)) => format!("{ty} from {least} to {most}"),
            _ => ty.into(),
        },
        "string" => match schema["pattern"].as_str() {
            Some("^0x[0-9a-f]{64}$") => "string, 32 bytes in hex".into(),
            Some("^0x([0-9a-f]{2})*$") => "string, bytes in hex".into(),
            Some("^[0-9]+$") => "string of decimal digits".into(),
            Some(pattern) => panic!("the page has no words for {pattern}"),
            None => "string".into(),
        },
        "boolean" | "null" => ty.into(),
        _ => panic!("the page has no words for {schema}"),
    }
}
