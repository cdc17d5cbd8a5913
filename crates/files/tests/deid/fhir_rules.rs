//! Each rule of FHIR, on a resource made for it.

use crate::{check, holds, letters, options, written};

/// A resource, the element that identifies, and the letter of its kind.
const RULES: &[(&str, &str, char)] = &[
    (r##"{"resourceType":"Patient","name":[{"family":"Muster"}]}"##, "Patient.name", 'A'),
    (r##"{"resourceType":"Patient","name":[{"text":"Max Muster"}]}"##, "Patient.name", 'A'),
    (r##"{"resourceType":"Patient","contact":[{"name":{"family":"Muster"}}]}"##, "Patient.contact.name", 'A'),
    (
        r##"{"resourceType":"Patient","contact":[{"telecom":[{"system":"phone","value":"1"}]}]}"##,
        "Patient.contact.telecom",
        'D',
    ),
    (
        r##"{"resourceType":"Patient","telecom":[{"system":"email","value":"a@b.example"}]}"##,
        "Patient.telecom",
        'F',
    ),
    (r##"{"resourceType":"Patient","telecom":[{"system":"fax","value":"1"}]}"##, "Patient.telecom", 'E'),
    (
        r##"{"resourceType":"Patient","telecom":[{"system":"url","value":"https://a.example"}]}"##,
        "Patient.telecom",
        'N',
    ),
    (r##"{"resourceType":"Patient","address":[{"city":"Bern"}]}"##, "Patient.address", 'B'),
    (
        r##"{"resourceType":"Patient","address":[{"state":"MA","postalCode":"02108","country":"US"}]}"##,
        "Patient.address",
        'B',
    ),
    (
        r##"{"resourceType":"Patient","photo":[{"contentType":"image/png","data":"aGk="}]}"##,
        "Patient.photo",
        'Q',
    ),
    (r##"{"resourceType":"Patient","birthDate":"1970-05-04"}"##, "Patient.birthDate", 'C'),
    (r##"{"resourceType":"Patient","deceasedDateTime":"2019-05"}"##, "Patient.deceasedDateTime", 'C'),
    (r##"{"resourceType":"Patient","identifier":[{"value":"4711"}]}"##, "Patient.identifier", 'H'),
    (
        r##"{"resourceType":"Patient","identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"SS"}]},"value":"4711"}]}"##,
        "Patient.identifier",
        'G',
    ),
    (
        r##"{"resourceType":"Patient","identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"DL"}]},"value":"4711"}]}"##,
        "Patient.identifier",
        'K',
    ),
    (r##"{"resourceType":"Patient","id":"4711"}"##, "Patient.id", 'R'),
    (
        r##"{"resourceType":"Patient","managingOrganization":{"display":"St. Elsewhere"}}"##,
        "Patient.managingOrganization.display",
        'A',
    ),
    (
        r##"{"resourceType":"Patient","managingOrganization":{"identifier":{"value":"7"}}}"##,
        "Patient.managingOrganization.identifier",
        'R',
    ),
    (
        r##"{"resourceType":"Patient","managingOrganization":{"reference":"https://ehr.example/fhir/Organization/7"}}"##,
        "Patient.managingOrganization.reference",
        'R',
    ),
    (
        r##"{"resourceType":"Patient","managingOrganization":{"reference":"Organization?identifier=a|7"}}"##,
        "Patient.managingOrganization.reference",
        'R',
    ),
    (
        r##"{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName","valueString":"Muster"}]}"##,
        "Patient.extension",
        'A',
    ),
    (
        r##"{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"Bern"}}]}"##,
        "Patient.extension",
        'B',
    ),
    (
        r##"{"resourceType":"Patient","extension":[{"url":"https://a.example/of-no-known-name","valueHumanName":{"text":"Max"}}]}"##,
        "Patient.extension",
        'A',
    ),
    (
        r##"{"resourceType":"Patient","birthDate":"1970","_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueDateTime":"1970-05-04T03:02:01Z"}]}}"##,
        "Patient._birthDate.extension",
        'C',
    ),
    (
        r##"{"resourceType":"Patient","meta":{"lastUpdated":"2019-05-04T03:02:01Z"}}"##,
        "Patient.meta.lastUpdated",
        'C',
    ),
    (r##"{"resourceType":"Patient","meta":{"source":"https://ehr.example"}}"##, "Patient.meta.source", 'N'),
    (r##"{"resourceType":"Organization","name":"St. Elsewhere"}"##, "Organization.name", 'B'),
    (
        r##"{"resourceType":"Location","position":{"longitude":7.4,"latitude":46.9}}"##,
        "Location.position",
        'B',
    ),
    (r##"{"resourceType":"Device","serialNumber":"S1"}"##, "Device.serialNumber", 'M'),
    (r##"{"resourceType":"Device","lotNumber":"L1"}"##, "Device.lotNumber", 'M'),
    (r##"{"resourceType":"Device","udiCarrier":[{"deviceIdentifier":"U1"}]}"##, "Device.udiCarrier", 'M'),
    (r##"{"resourceType":"Device","url":"http://10.0.0.7"}"##, "Device.url", 'N'),
    (
        r##"{"resourceType":"Coverage","status":"active","beneficiary":{"reference":"#"},"payor":[{"reference":"#"}],"subscriberId":"S1"}"##,
        "Coverage.subscriberId",
        'I',
    ),
    (
        r##"{"resourceType":"ImagingStudy","status":"available","subject":{"reference":"#"},"series":[{"uid":"1.2.3.4","modality":{"code":"CT"}}]}"##,
        "ImagingStudy.series.uid",
        'R',
    ),
    (
        r##"{"resourceType":"AuditEvent","type":{"code":"rest"},"recorded":"2019-01-01T00:00:00Z","agent":[{"requestor":true,"network":{"address":"10.0.0.7"}}],"source":{"observer":{"reference":"#"}}}"##,
        "AuditEvent.agent.network.address",
        'O',
    ),
    (
        r##"{"resourceType":"DiagnosticReport","status":"final","code":{"text":"x"},"presentedForm":[{"contentType":"text/plain","data":"aGk="}]}"##,
        "DiagnosticReport.presentedForm",
        'R',
    ),
    (
        r##"{"resourceType":"Condition","subject":{"reference":"#"},"onsetAge":{"value":93,"unit":"years","system":"http://unitsofmeasure.org","code":"a"}}"##,
        "Condition.onsetAge",
        'C',
    ),
    (
        r##"{"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[{"resourceType":"Patient","id":"p1","name":[{"family":"Muster"}]}],"subject":{"reference":"#p1"}}"##,
        "Patient.name",
        'A',
    ),
    (
        r##"{"resourceType":"Provenance","target":[{"reference":"#"}],"recorded":"2019-05-04T03:02:01Z","agent":[{"who":{"reference":"#"}}],"signature":[{"type":[{"code":"x"}],"when":"2019-05-04T03:02:01Z","who":{"reference":"#"},"data":"aGk="}]}"##,
        "Provenance.signature",
        'R',
    ),
];

#[test]
fn each_rule_finds_and_mends() {
    for (resource, element, letter) in RULES {
        let file = written("a.json", resource);
        let findings = check(&file.path);
        let found = findings
            .structured()
            .any(|finding| finding.place.element() == *element && finding.identifier.letter() == *letter);
        assert!(found, "{element} as ({letter}) is not in {:#?} of {resource}", findings.findings);
        holds(&file.path, &options());
    }
}

#[test]
fn what_identifies_nobody_stays() {
    for resource in [
        r##"{"resourceType":"Patient","gender":"female","birthDate":"1970","address":[{"state":"MA","postalCode":"021","country":"US"}]}"##,
        r##"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8302-2","display":"Body Height"}],"text":"Body Height"},"valueQuantity":{"value":171.50,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}}"##,
        r##"{"resourceType":"Condition","subject":{"reference":"#"},"onsetAge":{"value":54,"unit":"years","system":"http://unitsofmeasure.org","code":"a"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003","version":"2019-09-01"}]}}"##,
    ] {
        let file = written("a.json", resource);
        assert_eq!(letters(&check(&file.path)), "", "{resource}");
        let copy = holds(&file.path, &options());
        let strip = |text: &str| {
            let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
            value.as_object_mut().unwrap().remove("meta");
            value
        };
        let after = std::fs::read_to_string(&copy.path).unwrap();
        assert_eq!(strip(resource), strip(&after));
    }
}

#[test]
fn nobody_is_older_than_ninety() {
    let old = r##"{"resourceType":"Bundle","type":"collection","entry":[
        {"resource":{"resourceType":"Patient","birthDate":"1920"}},
        {"resource":{"resourceType":"Condition","subject":{"reference":"Patient/1"},"recordedDate":"2019-05-04"}}]}"##;
    let file = written("a.json", old);
    assert!(check(&file.path).identifying().contains(&"Patient.birthDate".to_owned()));
    let copy = holds(&file.path, &options());
    let text = std::fs::read_to_string(&copy.path).unwrap();
    assert!(!text.contains("1920") && text.contains("masked"), "{text}");
    let young = written("a.json", old.replace("1920", "1970"));
    assert!(!check(&young.path).identifying().contains(&"Patient.birthDate".to_owned()));
}

#[test]
fn narratives_and_notes_are_for_people_and_go() {
    let resource = r##"{"resourceType":"Condition","subject":{"reference":"#"},
        "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">call <b>555-961-9901</b></div>"},
        "note":[{"text":"fine"},{"text":"seen by Dr. Miller"}]}"##;
    let file = written("a.json", resource);
    let findings = check(&file.path);
    assert!(findings.is_clean(), "free text is for people: {findings:#?}");
    let kinds: Vec<(String, char)> =
        findings.findings.iter().map(|found| (found.place.element(), found.identifier.letter())).collect();
    for expected in
        [("Condition.text", 'D'), ("Condition.text", 'R'), ("Condition.note", 'A'), ("Condition.note", 'R')]
    {
        assert!(kinds.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} is not in {kinds:?}");
    }
    let text = std::fs::read_to_string(&holds(&file.path, &options()).path).unwrap();
    assert!(!text.contains("fine") && !text.contains("555"), "{text}");
    let keep = medshare_files::deid::Options { keep_text: true, ..options() };
    let text = std::fs::read_to_string(&holds(&file.path, &keep).path).unwrap();
    assert!(text.contains("fine") && text.contains("seen by [removed]") && !text.contains("555"), "{text}");
}
