//! The document against the sources of the methods.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::document;

/// A method as its source declares it: what its documentation says, and its parameters with whether they must be given.
type Declared = BTreeMap<String, (String, Vec<(String, bool)>)>;

/// The methods that a trait for `jsonrpsee` declares.
fn declared(source: &str) -> Declared {
    let mut found = Declared::new();
    let (mut docs, mut name) = (Vec::new(), None);
    // As the formatter leaves it, a method's documentation, attribute and signature begin on lines of their own.
    let joined = source.replace("(\n", "(").replace(",\n", ", ");
    for line in joined.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            docs.push(text.trim().to_owned());
        } else if line.starts_with("#[method(") || line.starts_with("#[subscription(") {
            name = line.split('"').nth(1).map(str::to_owned);
        } else if let (Some(of), Some((_, rest))) = (&name, line.split_once("fn ")) {
            let list =
                rest.split_once('(').and_then(|(_, list)| list.split_once(") ->")).expect("a signature").0;
            let parameters = list.split(',').filter_map(|parameter| parameter.trim().split_once(": "));
            let parameters =
                parameters.map(|(name, ty)| (name.to_owned(), !ty.starts_with("Option<"))).collect();
            found.insert(format!("medshare_{of}"), (docs.join(" "), parameters));
            (docs, name) = (Vec::new(), None);
        } else {
            docs.clear();
        }
    }
    found
}

fn described(document: &Json) -> Declared {
    let methods = document["methods"].as_array().expect("it has methods");
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let parameters = |method: &Json| -> Vec<(String, bool)> {
        let list = method["params"].as_array().expect("it has parameters");
        list.iter().map(|parameter| (text(&parameter["name"]), parameter["required"] == true)).collect()
    };
    methods
        .iter()
        .map(|method| (text(&method["name"]), (text(&method["summary"]), parameters(method))))
        .filter(|(name, _)| !name.starts_with("medshare_unsubscribe"))
        .collect()
}

#[test]
fn every_method_is_described_as_it_is_declared() {
    let sources =
        [include_str!("../api.rs"), include_str!("../index.rs"), include_str!("../subscriptions.rs")];
    let declared: Declared = sources.into_iter().flat_map(declared).collect();
    assert!(declared.len() > 30, "the methods were not found: {:?}", declared.keys());
    let described = described(&document());
    assert_eq!(declared.keys().collect::<Vec<_>>(), described.keys().collect::<Vec<_>>());
    for (name, declaration) in &declared {
        assert_eq!(declaration, &described[name], "{name}");
    }
}

#[test]
fn every_reference_leads_to_a_schema() {
    fn references<'a>(value: &'a Json, found: &mut Vec<&'a str>) {
        match value {
            Json::Object(members) => {
                found.extend(members.get("$ref").and_then(Json::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Json::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50, "{} references", found.len());
    for reference in found {
        let place = reference.strip_prefix('#').expect("nothing is elsewhere");
        assert!(document.pointer(place).is_some(), "{reference} leads nowhere");
    }
}
