//! HL7 v2 messages.

use medshare_files::deid::{Dates, Options};

use crate::{check, deidentified, holds, letters, options, written};

const ORU: &str = "MSH|^~\\&|LAB|ST ELSEWHERE|EHR|CLINIC|20190504101112||ORU^R01^ORU_R01|MSG0001|P|2.5.1\r\
PID|1|P99|4711^^^ELSEWHERE^MR~99^^^X^PI||MUSTER^ANNA^B||19700504|F||2106-3|12 Koch Road^^Boston^MA^02108^US||(555)961-9901|||M||ACC77|999-61-3984|D1234567|||Bern\r\
NK1|1|MUSTER^MAX|SPO\r\
PV1|1|I|W^389^1||||12345^WELBY^MARCUS||||||||||||V0001|||||||||||||||||||||||||20190501|20190506\r\
OBR|1|ORD1^LAB|FIL1^LAB|718-7^Hemoglobin^LN|||20190504080000|||TECH||||20190504||12345^WELBY^MARCUS\r\
OBX|1|NM|718-7^Hemoglobin^LN||13.2|g/dL|12-16|N|||F|||20190504080000||TECH^T\r\
OBX|2|FT|22634-0^Report^LN||Anna Muster was seen by Dr. Welby on 5/4/2019||||||F\r\
OBX|3|DT|1-8^Date^L||20190502||||||F\r\
NTE|1|L|call her at 555-961-9901\r\
ZXX|1|what a site wants\r";

fn text(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn names_fields_of_each_kind() {
    let findings = check(&written("a.hl7", ORU).path);
    let identifying = findings.identifying();
    for field in [
        "MSH-4", "MSH-7", "MSH-10", "PID-2", "PID-3", "PID-5", "PID-7", "PID-11", "PID-13", "PID-18",
        "PID-19", "PID-20", "PID-23", "NK1", "PV1-3", "PV1-7", "PV1-19", "PV1-44", "OBR-2", "OBR-7", "OBX-5",
        "OBX-14", "ZXX",
    ] {
        assert!(identifying.contains(&field.to_owned()), "{field} is not in {identifying:?}");
    }
    assert_eq!(letters(&findings), "ABCDGHJKR");
}

#[test]
fn takes_out_what_identifies_and_keeps_the_results() {
    let copy = holds(&written("a.hl7", ORU).path, &options());
    let after = text(&copy.path);
    for gone in [
        "MUSTER",
        "ANNA",
        "Anna",
        "4711",
        "999-61-3984",
        "D1234567",
        "Koch",
        "Boston",
        "02108",
        "961-9901",
        "WELBY",
        "Welby",
        "ELSEWHERE",
        "ACC77",
        "V0001",
        "MSG0001",
        "NK1",
        "ZXX",
        "Bern",
        "19700504",
        "20190504",
    ] {
        assert!(!after.contains(gone), "{gone} is still in {after}");
    }
    for kept in
        ["|13.2|g/dL|", "718-7^Hemoglobin^LN", "ORU^R01^ORU_R01", "^^^MA^021^US", "|F|", "22634-0^Report^LN"]
    {
        assert!(after.contains(kept), "{kept} is not in {after}");
    }
    holds(&written("a.hl7", ORU).path, &Options { dates: Dates::Year, ..options() });
    let keep = Options { keep_text: true, ..options() };
    let kept = text(&holds(&written("a.hl7", ORU).path, &keep).path);
    assert!(kept.contains("was seen by Dr. [removed] on [removed]"), "{kept}");
}

#[test]
fn one_patient_moves_as_one_in_all_messages() {
    let admitted = "MSH|^~\\&|A|B|C|D|20190601||ADT^A01|M2|P|2.5.1\rPID|1||4711^^^ELSEWHERE^MR||X^Y\rPV1|1|I||||||||||||||||||||||||||||||||||||||||||20190501\r";
    let first = text(&deidentified(&written("a.hl7", ORU).path, &options()).0.path);
    let second = text(&deidentified(&written("b.hl7", admitted).path, &options()).0.path);
    let field = |message: &str, segment: &str, number: usize| {
        let line = message.split('\r').find(|line| line.starts_with(segment)).unwrap();
        line.split('|').nth(number).unwrap().to_owned()
    };
    assert_eq!(field(&first, "PID", 3).split('~').next().unwrap(), field(&second, "PID", 3));
    assert_eq!(field(&first, "PV1", 44), field(&second, "PV1", 44));
    assert_ne!(field(&first, "PV1", 44), "20190501");
}

#[test]
fn the_old_are_not_told_by_their_birth() {
    let old = ORU.replace("|19700504|", "|19200504|");
    let after = text(&holds(&written("a.hl7", old).path, &options()).path);
    assert!(!after.contains("1920") && !after.contains("1919"), "{after}");
}
