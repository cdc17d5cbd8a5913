//! FHIR bundles of synthetic patients (Synthea).

use std::collections::{BTreeMap, BTreeSet};

use medshare_files::{
    deid::{Dates, Options},
    describe,
};
use serde_json::Value;

use crate::{check, deidentified, fixture, holds, letters, options, written};

const BUNDLES: [&str; 2] = ["fhir/atencio.json", "fhir/riojas.json"];

fn json(path: &std::path::Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Calls with every string, the name of its element, and where it is.
fn strings(value: &Value, path: &str, key: &str, each: &mut dyn FnMut(&str, &str, &str)) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| strings(value, &format!("{path}.{key}"), key, each));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| strings(item, &format!("{path}[{at}]"), key, each));
        }
        Value::String(text) => each(path, key, text),
        _ => {}
    }
}

#[test]
fn names_what_identifies() {
    let findings = check(&fixture("fhir/atencio.json"));
    let identifying = findings.identifying();
    for element in [
        "Patient.name",
        "Patient.telecom",
        "Patient.address",
        "Patient.identifier",
        "Patient.birthDate",
        "Patient.id",
        "Patient.extension",
        "Practitioner.name",
        "Organization.address",
        "Encounter.period.start",
        "Encounter.subject.reference",
        "Bundle.entry.fullUrl",
    ] {
        assert!(identifying.contains(&element.to_owned()), "{element} is not in {identifying:#?}");
    }
    let letters = letters(&findings);
    for letter in "ABCDGHKR".chars() {
        assert!(letters.contains(letter), "({letter}) is not in {letters}");
    }
}

#[test]
fn copies_have_nothing_structured() {
    for name in BUNDLES {
        holds(&fixture(name), &options());
        holds(&fixture(name), &Options { dates: Dates::Year, ..options() });
        holds(&fixture(name), &Options { keep_text: true, ..options() });
    }
}

#[test]
fn copies_are_described_as_the_originals_but_for_the_period() {
    for name in BUNDLES {
        let before = describe(&fixture(name), None).unwrap().descriptor;
        let (copy, _) = deidentified(&fixture(name), &options());
        let after = describe(&copy.path, None).unwrap().descriptor;
        assert_eq!(after.codes, before.codes, "{name}");
        assert_eq!(after.counts, before.counts, "{name}");
        assert_eq!(after.completeness, before.completeness, "{name}");
        let ((first, last), (new_first, new_last)) = (before.period.unwrap(), after.period.unwrap());
        let months = |of: medshare_types::YearMonth| i32::from(of.year) * 12 + i32::from(of.month);
        let (one, other) = (months(first) - months(new_first), months(last) - months(new_last));
        assert!((0..=13).contains(&one) && (one - other).abs() <= 1, "{name}: {one} and {other} months");
    }
}

#[test]
fn no_value_that_identifies_is_left() {
    for name in BUNDLES {
        let path = fixture(name);
        let mut gone = BTreeSet::new();
        strings(&json(&path), "", "", &mut |at, key, text| {
            let who = at.contains(".name[") || at.contains(".telecom[") || at.contains(".identifier[");
            let named = ["family", "given", "line", "city", "postalCode", "fullUrl", "id"].contains(&key);
            let dated = key.ends_with("Date")
                || key.ends_with("DateTime")
                || ["start", "end", "issued"].contains(&key);
            let valued = who && key == "value";
            if (named || dated || valued) && text.len() > 4 && !text.starts_with('#') {
                gone.insert(text.to_owned());
            }
        });
        assert!(gone.len() > 50, "{name} has {} values to look for", gone.len());
        let copy = deidentified(&path, &options()).0;
        strings(&json(&copy.path), "", "", &mut |at, _, text| {
            assert!(!gone.contains(text), "{name}: {at} still is {text}");
        });
        let text = std::fs::read_to_string(&copy.path).unwrap();
        let telling = |value: &&String| value.len() > 7 && value.contains(|c: char| c.is_ascii_digit());
        for value in gone.iter().filter(telling) {
            assert!(!text.contains(value.as_str()), "{name}: {value} is still there");
        }
    }
}

#[test]
fn references_lead_where_they_led() {
    for name in BUNDLES {
        let resolved = |bundle: &Value| {
            let entries = bundle["entry"].as_array().unwrap();
            let places: BTreeMap<&str, usize> = entries
                .iter()
                .enumerate()
                .filter_map(|(at, entry)| Some((entry["fullUrl"].as_str()?, at)))
                .collect();
            let mut led = Vec::new();
            strings(bundle, "", "", &mut |at, key, text| {
                if key == "reference" {
                    led.push((at.to_owned(), places.get(text).copied()));
                }
            });
            led
        };
        let before = json(&fixture(name));
        let after = json(&deidentified(&fixture(name), &options()).0.path);
        let led = resolved(&before);
        assert!(led.iter().filter(|(_, to)| to.is_some()).count() > 50, "{name}");
        assert_eq!(led, resolved(&after), "{name}");
    }
}

#[test]
fn all_dates_of_a_patient_move_by_the_same_days() {
    let days = |date: &str| {
        let date = chrono::NaiveDate::parse_from_str(&date[..10], "%Y-%m-%d").unwrap();
        date.signed_duration_since(chrono::NaiveDate::default()).num_days()
    };
    let dates = |value: &Value| {
        let mut found = BTreeMap::new();
        strings(value, "", "", &mut |at, key, text| {
            if key.ends_with("DateTime") || ["start", "end", "issued", "authoredOn"].contains(&key) {
                found.insert(at.to_owned(), (days(text), text[10..].to_owned()));
            }
        });
        found
    };
    for name in BUNDLES {
        let before = dates(&json(&fixture(name)));
        let after = dates(&json(&deidentified(&fixture(name), &options()).0.path));
        assert_eq!(before.len(), after.len(), "{name}");
        let moves: BTreeSet<i64> = before.iter().map(|(at, (day, _))| after[at].0 - day).collect();
        assert_eq!(moves.len(), 1, "{name}: {moves:?}");
        assert!(moves.iter().all(|by| (-365..=-1).contains(by)), "{name}: {moves:?}");
        assert!(before.iter().all(|(at, (_, time))| *time == after[at].1), "{name}: times of day stay");
    }
}

#[test]
fn numbers_stay_as_they_were_written() {
    let numbers = |value: &Value| {
        fn collect(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Number(number) => found.push(number.to_string()),
                Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
                Value::Object(map) => map
                    .iter()
                    .filter(|(key, _)| !["latitude", "longitude", "extension"].contains(&key.as_str()))
                    .for_each(|(_, value)| collect(value, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        collect(value, &mut found);
        found
    };
    for name in BUNDLES {
        let before = numbers(&json(&fixture(name)));
        assert!(before.len() > 50, "{name}");
        assert_eq!(before, numbers(&json(&deidentified(&fixture(name), &options()).0.path)), "{name}");
    }
    let exact = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10}}"#;
    let copy = deidentified(&written("a.json", exact).path, &options()).0;
    assert!(std::fs::read_to_string(&copy.path).unwrap().contains("1.10"));
}

#[test]
fn years_only_leaves_no_finer_date() {
    let year = Options { dates: Dates::Year, ..options() };
    for name in BUNDLES {
        let copy = deidentified(&fixture(name), &year).0;
        strings(&json(&copy.path), "", "", &mut |at, key, text| {
            let dated = key.ends_with("DateTime") || ["start", "end", "issued", "birthDate"].contains(&key);
            assert!(
                !dated || text.len() == 4 || text.ends_with("-01-01T00:00:00Z"),
                "{name}: {at} is {text}"
            );
        });
    }
}

#[test]
fn patients_of_one_file_move_apart() {
    let lines: Vec<String> = ["a", "b"]
        .iter()
        .flat_map(|id| {
            [
                format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#),
                format!(
                    r#"{{"resourceType":"Condition","id":"c{id}","subject":{{"reference":"Patient/{id}"}},"recordedDate":"2019-05-04"}}"#
                ),
            ]
        })
        .collect();
    let file = written("bulk.ndjson", lines.join("\n") + "\n");
    let copy = holds(&file.path, &options());
    let text = std::fs::read_to_string(&copy.path).unwrap();
    let read: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        read[1]["subject"]["reference"].as_str().unwrap(),
        format!("Patient/{}", read[0]["id"].as_str().unwrap())
    );
    assert_ne!(read[1]["recordedDate"], read[3]["recordedDate"]);
    // The same patient alone moves by the same days.
    let alone = written("one.ndjson", lines[..2].join("\n") + "\n");
    let copy = deidentified(&alone.path, &options()).0;
    let text = std::fs::read_to_string(&copy.path).unwrap();
    assert!(text.contains(read[1]["recordedDate"].as_str().unwrap()), "{text}");
}

#[test]
fn names_of_the_patient_are_found_in_texts() {
    let bundle = r#"{"resourceType":"Bundle","type":"collection","entry":[
        {"resource":{"resourceType":"Patient","id":"p","name":[{"family":"Zwirbelmayer","given":["Anna"]}]}},
        {"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueString":"Frau zwirbelmayer was well"}}]}"#;
    let file = written("b.json", bundle);
    let findings = check(&file.path);
    let found = findings.findings.iter().find(|finding| finding.place.element() == "Observation.valueString");
    assert_eq!(found.map(|found| found.identifier.letter()), Some('A'), "{findings:#?}");
    let copy = holds(&file.path, &options());
    let text = std::fs::read_to_string(&copy.path).unwrap();
    assert!(text.contains("[removed] was well") && !text.to_lowercase().contains("zwirbel"), "{text}");
}

#[test]
fn other_programs_pseudonyms_are_believed_but_not_their_names() {
    let labelled = |name: &str| {
        format!(
            r#"{{"resourceType":"Patient","id":"anon-17","meta":{{"security":[{{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"PSEUDED"}}]}},{name}"deceasedDateTime":"2019-05-04"}}"#
        )
    };
    let findings = check(&written("a.json", labelled("")).path);
    assert!(findings.is_clean(), "{findings:#?}");
    assert_eq!(findings.claims.len(), 1);
    let named = check(&written("a.json", labelled(r#""name":[{"family":"X"}],"#)).path);
    assert_eq!(named.identifying(), ["Patient.name"]);
    // Its dates move all the same when this program de-identifies it: nobody knows whether they did.
    let (copy, report) = deidentified(&written("a.json", labelled("")).path, &options());
    assert!(report.elements().contains(&"Patient.deceasedDateTime".to_owned()));
    assert!(check(&copy.path).is_clean());
}

#[test]
fn who_the_patient_is_can_be_said() {
    let file = |id: &str| {
        written(
            "a.json",
            format!(r#"{{"resourceType":"Patient","id":"{id}","deceasedDateTime":"2019-05-04"}}"#),
        )
    };
    let known = Options { patient: Some("MRN 7".to_owned()), ..options() };
    let date = |id: &str, options: &Options| {
        json(&deidentified(&file(id).path, options).0.path)["deceasedDateTime"].as_str().unwrap().to_owned()
    };
    assert_eq!(date("a", &known), date("b", &known));
    assert_ne!(date("a", &options()), date("b", &options()));
}
