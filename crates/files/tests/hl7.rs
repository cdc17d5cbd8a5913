//! HL7 v2 messages, batches, framing, character sets.

mod common;

use common::{Dir, count, described, descriptor, media_type, refusal};
use medshare_files::{
    Inspect, Part, Place, ReadError,
    hl7::{COMMAND, Message},
    read, rewrite,
};
use medshare_types::{CodeSystem, Kind};

const ORU: &str = "MSH|^~\\&|LAB|HOSP|||20190504101500||ORU^R01^ORU_R01|1|P|2.5.1\r\
    PID|1||77^^^HOSP^MR||Roe^Jane||19700102|F\r\
    OBR|1|||24331-1^Lipid panel^LN|||20190503\r\
    OBX|1|NM|2093-3^Cholesterol^LN^44054006^Diabetes^SCT||5.2|mmol/L|||||F|||20190604\r";

fn with_charset(name: &str, text: &[u8]) -> Vec<u8> {
    let mut message =
        format!("MSH|^~\\&|LAB|HOSP|||20190504||ORU^R01|1|P|2.5.1||||||{name}\rNTE|1||").into_bytes();
    message.extend(text);
    message.push(b'\r');
    message
}

#[derive(Default)]
struct Messages(Vec<Message>);

impl Inspect for Messages {
    fn part(&mut self, _: &Place, part: Part<'_>) -> Result<(), ReadError> {
        let Part::Hl7(message) = part else { panic!("{part:?}") };
        self.0.push(message.clone());
        Ok(())
    }
}

fn messages(content: &[u8]) -> Vec<Message> {
    let dir = Dir::new();
    let mut messages = Messages::default();
    read(&dir.put("a", content), None, &mut messages).unwrap();
    messages.0
}

fn note(content: &[u8]) -> String {
    messages(content)[0].segments[1].field(3).unwrap().text()
}

#[test]
fn describes_a_message() {
    let descriptor = descriptor(ORU);
    assert_eq!((descriptor.kind, media_type(&descriptor)), (Kind::Document, "x-application/hl7-v2+er7"));
    assert_eq!((count(&descriptor, "MSH"), count(&descriptor, "OBX")), (Some(1), Some(1)));
    let codes: Vec<_> = descriptor.codes.iter().map(|c| (c.system, c.code.as_str().unwrap())).collect();
    assert_eq!(
        codes,
        [(CodeSystem::Snomed, "44054006"), (CodeSystem::Loinc, "2093-3"), (CodeSystem::Loinc, "24331-1"),]
    );
    let (first, last) = descriptor.period.unwrap();
    assert_eq!((first.month, last.month), (5, 6), "birth dates and times of sending do not count");
    assert_eq!(descriptor.completeness, 100);
    let json = serde_json::to_string(&descriptor).unwrap();
    assert!(!json.contains("Roe") && !json.contains("1970"), "{json}");
}

#[test]
fn reads_batches_framing_and_line_feeds() {
    let batch = format!("FHS|^~\\&|A\rBHS|^~\\&|A\r{ORU}{ORU}BTS|2\rFTS|1\r");
    assert_eq!(count(&descriptor(&batch), "MSH"), Some(2));
    let framed = format!("\x0b{ORU}\x1c\r\x0b{ORU}\x1c\r");
    assert_eq!(count(&descriptor(framed), "MSH"), Some(2));
    for ending in ["\n", "\r\n"] {
        assert_eq!(count(&descriptor(ORU.replace('\r', ending)), "OBX"), Some(1));
    }
    // The last segment needs no end.
    assert_eq!(count(&descriptor(ORU.trim_end()), "OBX"), Some(1));
}

#[test]
fn says_what_is_broken_and_in_which_line() {
    assert!(
        refusal(format!("FHS|^~\\&|A\rBHS|^~\\&|A\r{ORU}BTS|2\rFTS|1\r"))
            .contains("BHS holds 1 where its trailer says \"2\"")
    );
    assert!(refusal(format!("BHS|^~\\&|A\r{ORU}")).contains("line 1: BHS has no trailer"));
    assert!(refusal(format!("{ORU}BTS|1\r")).contains("line 5: a trailer without its header"));
    assert!(refusal(format!("\x0b{ORU}")).contains("line 1: the message that begins here (MLLP) never ends"));
    assert!(refusal(format!("{ORU}\x1c\r")).contains("did not begin"));
    assert!(refusal(format!("{ORU}broken segment\r")).contains("line 5: \"broken segment\" is no name"));
    assert!(refusal("MSH|^~\\&|A|B|||20190504|||1|P|2.5\r").contains("MSH-9"));
    assert!(refusal("MSH|^~\\&|A|B|||20190504||ADT^A01|1|P|3\r").contains("MSH-12"));
    assert!(refusal("MSH|^^\\&|A|B\r").contains("line 1"));
    assert!(refusal("BHS|^~\\&|A\rPID|1\rBTS|0\r").contains("line 2: \"PID|1\" is not in a message"));
    assert!(refusal("BHS|^~\\&|A\rBTS|0\r").contains("no message"));
}

#[test]
fn reads_character_sets() {
    assert_eq!(note(&with_charset("UNICODE UTF-8", "Müller".as_bytes())), "Müller");
    assert_eq!(note(&with_charset("8859/1", b"M\xfcller")), "Müller");
    assert_eq!(note(&with_charset("8859/2", b"Dvo\xf8\xe1k")), "Dvořák");
    assert!(refusal(with_charset("UNICODE UTF-8", b"M\xfcller")).contains("line 2"));
    assert!(refusal(with_charset("KLINGON", b"a")).contains("KLINGON"));
    for text in [&b"M\xc3\xbcller"[..], b"M\xfcller"] {
        let unnamed = with_charset("", text);
        assert_eq!(note(&unnamed), "Müller");
        assert!(described(&unnamed).unwrap().remarks[0].contains("MSH-18 names no character set"));
    }
}

#[test]
fn undoes_escapes_and_writes_them_again() {
    let escaped = with_charset("8859/1", b"a\\T\\b \\.br\\ M\xfcller");
    assert_eq!(note(&escaped), format!("a&b {COMMAND}.br{COMMAND} Müller"));
    let dir = Dir::new();
    for content in [escaped, ORU.as_bytes().to_vec(), format!("BHS|^~\\&|A\r{ORU}BTS|1\r").into_bytes()] {
        let mut out = Vec::new();
        rewrite(&dir.put("a", &content), None, &mut out, &mut ()).unwrap();
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&content));
    }
}
