//! Whatever is in a file: a copy is clean, its copy is the copy, and what was put in is not in it.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{holds, options, written};

fn word() -> impl Strategy<Value = String> {
    "[A-Z][a-zA-Zäöü' -]{1,12}[a-z]"
}

fn number() -> impl Strategy<Value = String> {
    "[A-Z]{0,3}[0-9]{3,12}"
}

fn date() -> impl Strategy<Value = String> {
    (1950..2024_i32, 1..13_u32, 1..29_u32, any::<bool>()).prop_map(|(year, month, day, time)| {
        let date = format!("{year:04}-{month:02}-{day:02}");
        if time { format!("{date}T10:11:12+02:00") } else { date }
    })
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z0-9.-]{1,20}", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}",]
}

prop_compose! {
    fn patient()(id in id(), family in word(), given in prop::collection::vec(word(), 0..3), phone in "[0-9]{3}-[0-9]{3}-[0-9]{4}",
        born in "19[0-9]{2}-0[1-9]-1[0-9]", mrn in number(), city in word(), zip in "[0-9]{5}",
        which in prop::collection::vec(any::<bool>(), 5)) -> Value {
        let mut patient = json!({ "resourceType": "Patient", "id": id });
        let members = [
            ("name", json!([{ "family": family, "given": given }])),
            ("telecom", json!([{ "system": "phone", "value": phone }])),
            ("birthDate", json!(born)),
            ("identifier", json!([{ "system": "https://ehr.example", "value": mrn }])),
            ("address", json!([{ "city": city, "postalCode": zip, "state": "MA" }])),
        ];
        for ((name, value), present) in members.into_iter().zip(which) {
            if present {
                // FHIR has no empty lists.
                let mut value = value;
                if let Some(name) = value.get_mut(0).and_then(Value::as_object_mut)
                    && name.get("given").is_some_and(|given| given == &json!([])) {
                    name.remove("given");
                }
                patient[name] = value;
            }
        }
        patient
    }
}

prop_compose! {
    fn observation()(id in id(), of in id(), on in date(), text in ".{0,40}", by in word()) -> Value {
        let mut observation = json!({
            "resourceType": "Observation",
            "id": id,
            "status": "final",
            "code": { "text": "x" },
            "subject": { "reference": format!("Patient/{of}"), "display": by },
            "effectiveDateTime": on,
        });
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        if !text.trim().is_empty() {
            observation["note"] = json!([{ "text": text }]);
            observation["valueString"] = json!(text);
        }
        observation
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn fhir_copies_are_clean(patients in prop::collection::vec(patient(), 1..3), seen in prop::collection::vec(observation(), 0..4), keep in any::<bool>()) {
        let entries: Vec<Value> = patients.iter().chain(&seen).map(|resource| json!({ "resource": resource })).collect();
        let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
        let file = written("a.json", bundle.to_string());
        let options = medshare_files::deid::Options { keep_text: keep, ..options() };
        let copy = holds(&file.path, &options);
        let after: Value = serde_json::from_slice(&std::fs::read(&copy.path).unwrap()).unwrap();
        for (at, patient) in patients.iter().enumerate() {
            let resource = &after["entry"][at]["resource"];
            prop_assert!(resource.get("name").is_none() && resource.get("telecom").is_none());
            prop_assert_ne!(&resource["id"], &patient["id"]);
        }
    }

    #[test]
    fn hl7_copies_are_clean(mrn in number(), family in "[A-Z]{4,12}", given in "[A-Z]{4,12}", born in "19[0-9]{2}0[1-9]1[0-9]",
        note in "[a-zA-Z0-9 .@-]{0,60}", on in "20[01][0-9]0[1-9]2[0-8]") {
        // Dates are shifted back by at most a year, which may be onto the birth date.
        prop_assume!(!(born.starts_with("1999") && on.starts_with("2000")));
        let message = format!(
            "MSH|^~\\&|A|B|C|D|{on}||ORU^R01|1|P|2.5.1\rPID|1||{mrn}||{family}^{given}||{born}\rOBX|1|TX|a^b^L||{note}||||||F|||{on}\rNTE|1||{note}\r"
        );
        let file = written("a.hl7", message);
        let after = std::fs::read_to_string(&holds(&file.path, &options()).path).unwrap();
        prop_assert!(!after.contains(&family) && !after.contains(&born), "{}", after);
    }

    #[test]
    fn table_copies_are_clean(rows in prop::collection::vec((number(), word(), date(), "[a-zA-Z0-9 .@/-]{0,40}"), 1..6)) {
        let mut table = "patient,name,date,anything\n".to_owned();
        for (patient, name, date, anything) in &rows {
            table += &format!("{patient},{name},{date},{anything}\n");
        }
        let file = written("a.csv", table);
        let after = std::fs::read_to_string(&holds(&file.path, &options()).path).unwrap();
        for (patient, _, _, _) in &rows {
            let row = format!("\n{patient},");
            prop_assert!(!after.contains(&row), "{}", after);
        }
    }

    #[test]
    fn any_text_is_read(text in ".{0,200}") {
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        prop_assume!(!text.trim().is_empty() && !text.trim_start().starts_with(['{', '[', '<']));
        // What a reader takes it for is its own affair: nothing panics, and what is written can be read again.
        let file = written("a.txt", &text);
        if medshare_files::describe(&file.path, None).is_ok() {
            let mut bytes = Vec::new();
            let _ = medshare_files::deid::deidentify(&file.path, None, &mut bytes, &options());
        }
    }
}
