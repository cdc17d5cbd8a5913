//! Addresses, and what of them may stay.

use serde_json::{Map, Value};

use crate::deid::postal;

const ADDRESS: [&str; 7] = ["use", "type", "state", "country", "postalCode", "period", "id"];

/// Whether an address has only what may stay.
pub(super) fn is_coarse(map: &Map<String, Value>) -> bool {
    let code = map.get("postalCode").and_then(Value::as_str);
    map.keys().all(|key| ADDRESS.contains(&key.as_str()))
        && code.is_none_or(|code| code.len() == 3 && postal::coarse(code) == Some(code))
        && (is_american(map) || !map.contains_key("state"))
}

/// An address without a country is taken for one of the United States if its state or ZIP code looks so.
fn is_american(map: &Map<String, Value>) -> bool {
    let text = |member: &str| map.get(member).and_then(Value::as_str);
    match text("country") {
        Some(country) => ["US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA"]
            .contains(&country.to_uppercase().as_str()),
        None => text("postalCode").is_none_or(|code| postal::coarse(code).is_some()),
    }
}

/// Takes from an address what may not stay.
pub(super) fn coarsen(map: &mut Map<String, Value>) {
    let american = is_american(map);
    map.retain(|key, _| ADDRESS.contains(&key.as_str()) && (american || key != "state"));
    let code = map.get("postalCode").and_then(Value::as_str).and_then(postal::coarse).filter(|_| american);
    match code.map(str::to_owned) {
        Some(code) => drop(map.insert("postalCode".to_owned(), Value::String(code))),
        None => drop(map.shift_remove("postalCode")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn coarsens_addresses_until_they_are_coarse() {
        for (address, expected) in [
            (
                json!({"line": ["1 A St"], "city": "B", "state": "MA", "postalCode": "02108", "country": "US"}),
                json!({"state": "MA", "postalCode": "021", "country": "US"}),
            ),
            (
                json!({"city": "B", "state": "WY", "postalCode": "82190"}),
                json!({"state": "WY", "postalCode": "000"}),
            ),
            (
                json!({"city": "Köln", "state": "NRW", "postalCode": "50667", "country": "DE"}),
                json!({"country": "DE"}),
            ),
            (json!({"text": "1 A St, B"}), json!({})),
        ] {
            let Value::Object(mut map) = address else { unreachable!() };
            assert!(!is_coarse(&map));
            coarsen(&mut map);
            assert!(is_coarse(&map));
            assert_eq!(Value::Object(map), expected);
        }
    }
}
