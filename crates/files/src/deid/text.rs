//! What in free text looks like an identifier.
//!
//! Patterns find forms, not people: an e-mail address has one, a name has none. So the names that the same file gives in
//! its structured elements are searched for too ([`Echoes`]), and what is left is for people to read.

use std::{ops::Range, sync::LazyLock};

use regex::{Regex, RegexSet};

use super::{Certainty, Identifier};

/// What stands in a text for what was struck out. Nothing in it looks like an identifier.
pub(super) const STRUCK: &str = "[removed]";

/// Something in a text that looks like an identifier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Hit {
    pub identifier: Identifier,
    pub certainty: Certainty,
    pub what: &'static str,
    pub at: Range<usize>,
}

struct Pattern {
    identifier: Identifier,
    certainty: Certainty,
    what: &'static str,
    regex: &'static str,
}

const fn pattern(identifier: Identifier, what: &'static str, regex: &'static str) -> Pattern {
    Pattern { identifier, certainty: Certainty::Pattern, what, regex }
}

const fn possible(identifier: Identifier, what: &'static str, regex: &'static str) -> Pattern {
    Pattern { identifier, certainty: Certainty::Possible, what, regex }
}

/// In the order in which they claim their part of a text: what an earlier one found is not found again.
static PATTERNS: [Pattern; 22] = [
    pattern(
        Identifier::Email,
        "an e-mail address",
        r"(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b",
    ),
    pattern(Identifier::Url, "a web address", r#"(?i)\b(?:https?://|ftp://|www\.)[^\s<>"'\u{E000}]+"#),
    pattern(
        Identifier::Dates,
        "a date",
        r"\b(?:18|19|20)\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?:T[0-9:.]+(?:Z|[+-]\d\d:?\d\d)?)?\b",
    ),
    pattern(
        Identifier::Dates,
        "a date",
        r"\b(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|[12]\d|3[01])[./-](?:18|19|20)?\d\d\b",
    ),
    pattern(
        Identifier::Dates,
        "a date",
        r"(?i)\b(?:(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\.)?\s+(?:of\s+)?)?(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|m(?:ä|ae)rz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|sep(?:t(?:ember)?)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\.?\s+(?:(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,?\s+)?(?:18|19|20)\d\d\b",
    ),
    pattern(
        Identifier::Dates,
        "a date",
        r"\b(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[0-2]\d[0-5]\d(?:[0-5]\d)?)?\b",
    ),
    pattern(Identifier::SocialSecurity, "a social security number", r"\b\d{3}-\d{2}-\d{4}\b"),
    pattern(
        Identifier::SocialSecurity,
        "a number named as social security number",
        r"(?i)\b(?:ssn|social security(?: number| no\.?)?)[\s:#]{1,4}[\d-]{4,11}\b",
    ),
    pattern(
        Identifier::MedicalRecord,
        "a number named as medical record number",
        r"(?i)\b(?:mrn|medical record(?: number| no\.?)?|patient[- ]?(?:id|number|no\.?)|case(?: number| no\.?))[\s:#]{1,4}[a-z]{0,4}[-/]?\d[a-z0-9/-]{2,}\b",
    ),
    pattern(
        Identifier::HealthPlan,
        "a number named as that of a health plan",
        r"(?i)\b(?:member|policy|insurance|beneficiary|medicare|medicaid|nhs)(?: id| number| no\.?)?[\s:#]{1,4}[a-z]{0,4}[-/]?\d[a-z0-9/ -]{3,}\b",
    ),
    pattern(
        Identifier::Account,
        "a number named as account number",
        r"(?i)\b(?:account|accession|acct\.?)(?: number| no\.?)?[\s:#]{1,4}[a-z]{0,4}[-/]?\d[a-z0-9/-]{2,}\b",
    ),
    pattern(
        Identifier::Licence,
        "a number named as that of a licence or certificate",
        r"(?i)\b(?:passport|driver'?s licen[cs]e|licen[cs]e|npi|dea|certificate)(?: id| number| no\.?)?[\s:#]{1,4}[a-z]{0,4}[-/]?\d[a-z0-9/-]{3,}\b",
    ),
    pattern(
        Identifier::Vehicle,
        "a number named as that of a vehicle",
        r"(?i)\b(?:vin|(?:licen[cs]e|number) plate)[\s:#]{1,4}(?:[a-z]{1,3}[ -]){0,2}[a-z]{0,11}\d[a-z0-9 -]{1,16}\b",
    ),
    pattern(
        Identifier::Device,
        "a number named as that of a device",
        r"(?i)\b(?:serial|s/n|udi)(?: number| no\.?)?[\s:#]{1,4}[a-z]{0,6}[-/]?\d[a-z0-9/-]{3,}\b",
    ),
    pattern(
        Identifier::Fax,
        "a number named as fax number",
        r"(?i)\bfax[\s:.#]{1,4}\+?[\d(][\d\s()./-]{5,}\d\b",
    ),
    pattern(
        Identifier::Telephone,
        "a telephone number",
        r"(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b",
    ),
    pattern(
        Identifier::Telephone,
        "a number named as telephone number",
        r"(?i)\b(?:tel|phone|telephone|mobile|cell|pager|call)(?: number| no\.?)?[\s:.#]{1,4}\+?[\d(][\d\s()./-]{5,}\d\b",
    ),
    pattern(
        Identifier::IpAddress,
        "an IP address",
        r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b",
    ),
    pattern(Identifier::Dates, "an age over 89", r"(?i)\b(?:9\d|1[01]\d)[ -]?(?:years?|yrs?|y/?o)\b"),
    possible(Identifier::Geography, "what looks like a ZIP code", r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b"),
    possible(
        Identifier::Geography,
        "what looks like an address",
        r"\b\d{1,5} (?:[A-Z][\w'.-]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Court|Ct|Way|Place|Square|Crossing|Crossroad|Terrace|Parkway|Highway|Row|Trail|Park|Mews|Close|Gate)\b",
    ),
    possible(
        Identifier::Names,
        "what looks like a name",
        r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Sr|Sra|Patient(?:'s)? name|Name|Signed by|Dictated by|Reported by|Referred by)[.:]{0,2} (?:[A-Z]\.? ?){0,2}[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}",
    ),
];

static SET: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(PATTERNS.iter().map(|pattern| pattern.regex))
        .expect("the patterns are right: tests use each")
});

static EACH: LazyLock<Vec<Regex>> =
    LazyLock::new(|| PATTERNS.iter().map(|pattern| Regex::new(pattern.regex).expect("as above")).collect());

/// What looks like an identifier in a text, in order and without overlaps.
pub(super) fn scan(text: &str, echoes: &Echoes) -> Vec<Hit> {
    let mut hits = echoes.find(text);
    for number in SET.matches(text) {
        let (Some(pattern), Some(regex)) = (PATTERNS.get(number), EACH.get(number)) else { continue };
        for found in regex.find_iter(text) {
            let at = found.range();
            if pattern.identifier == Identifier::IpAddress && is_longer(text, &at) {
                continue;
            }
            if hits.iter().all(|hit| hit.at.end <= at.start || at.end <= hit.at.start) {
                let Pattern { identifier, certainty, what, .. } = *pattern;
                hits.push(Hit { identifier, certainty, what, at });
            }
        }
    }
    hits.sort_by_key(|hit| hit.at.start);
    hits
}

/// Whether more numbers with dots stand around: then it is a UID or an outline's number, and no address.
fn is_longer(text: &str, at: &Range<usize>) -> bool {
    let dotted = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let (before, after) = (text.get(..at.start).unwrap_or_default(), text.get(at.end..).unwrap_or_default());
    before.strip_suffix('.').is_some_and(|before| dotted(before.chars().next_back()))
        || after.strip_prefix('.').is_some_and(|after| dotted(after.chars().next()))
}

/// A text in which nothing is found any more: what was is struck out, and what that brings to light as well.
pub(super) fn struck(text: &str, echoes: &Echoes) -> String {
    let mut text = text.to_owned();
    // Each time something shorter than itself is left to look at; a few times are enough for any text that was seen.
    for _ in 0..32 {
        let hits = scan(&text, echoes);
        if hits.is_empty() {
            break;
        }
        text = strike(&text, &hits);
    }
    text
}

fn strike(text: &str, hits: &[Hit]) -> String {
    let mut rest = 0;
    let mut out = String::with_capacity(text.len());
    for hit in hits {
        out.push_str(text.get(rest..hit.at.start).unwrap_or_default());
        out.push_str(STRUCK);
        rest = hit.at.end;
    }
    out.push_str(text.get(rest..).unwrap_or_default());
    out
}

/// Names and numbers that a file gives in its structured elements, to be found again in its texts.
#[derive(Clone, Default, Debug)]
pub(super) struct Echoes {
    words: Vec<String>,
    regex: Option<Regex>,
}

impl Echoes {
    /// Those in these values; words of names are searched for one by one.
    pub(super) fn new(values: impl IntoIterator<Item = String>) -> Self {
        let mut words: Vec<String> = values.into_iter().collect();
        if words.is_empty() {
            return Self::default();
        }
        // The longest first, so that the whole is found before its part.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let any: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
        let regex = regex::RegexBuilder::new(&format!(r"(?i)(?:^|\b)(?:{})(?:\b|$)", any.join("|")))
            .size_limit(64 << 20)
            .build()
            .ok();
        Self { words, regex }
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        let Some(regex) = self.regex.as_ref().filter(|_| !self.words.is_empty()) else { return Vec::new() };
        regex
            .find_iter(text)
            .map(|found| Hit {
                identifier: Identifier::Names,
                certainty: Certainty::Pattern,
                what: "a name or number that the file gives elsewhere",
                at: found.range(),
            })
            .collect()
    }
}

/// Whether a value is one that de-identification puts in the place of another.
pub(super) fn is_dummy(value: &str) -> bool {
    let value = value.trim_matches(['\0', ' ']);
    value.is_empty()
        || value == STRUCK
        || value == super::DUMMY
        || super::pseudonym::Pseudonym::parse(value).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Identifier> {
        scan(text, &Echoes::default()).into_iter().map(|hit| hit.identifier).collect()
    }

    #[test]
    fn finds_each_pattern() {
        use Identifier::*;
        for (text, expected) in [
            ("write to anna.b-c@mail.hospital.example, please", Email),
            ("see https://hospital.example/p?id=7", Url),
            ("seen on 2019-05-04T10:00:00Z", Dates),
            ("seen on 5/4/19", Dates),
            ("seen on 04.05.2019", Dates),
            ("seen on the 4th of May 2019", Dates),
            ("seen May 4, 2019", Dates),
            ("in May 2019", Dates),
            ("am 4. März 2019", Dates),
            ("exported 20190504", Dates),
            ("999-61-3984", SocialSecurity),
            ("SSN: 999613984", SocialSecurity),
            ("MRN: 00123-A", MedicalRecord),
            ("Member ID: AB1234567", HealthPlan),
            ("account no. 123456", Account),
            ("passport X1234567", Licence),
            ("licence plate B-AB 1234", Vehicle),
            ("number plate: AB12 CDE", Vehicle),
            ("VIN WDBUF56X48B123456", Vehicle),
            ("serial no. SN12345", Device),
            ("fax: 030 123456", Fax),
            ("reach her at (555) 961-9901", Telephone),
            ("555-961-9901", Telephone),
            ("Tel. +49 30 1234567", Telephone),
            ("from 192.168.10.1", IpAddress),
            ("a 93-year-old man", Dates),
            ("Boston, MA 02108", Geography),
            ("lives in 12 Koch Crossroad", Geography),
            ("discussed with Dr. Miller", Names),
            ("Patient name: Anna Example", Names),
        ] {
            assert_eq!(kinds(text), [expected], "{text}");
        }
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!((SET.len(), EACH.len()), (PATTERNS.len(), PATTERNS.len()));
    }

    #[test]
    fn leaves_medicine_alone() {
        for text in [
            "Essential hypertension (disorder)",
            "Hemoglobin A1c/Hemoglobin.total in Blood 6.2 %",
            "Simvastatin 10 MG Oral Tablet, 120/80 mmHg, T2 N0 M0",
            "a 54-year-old man, BMI 27.5, 1.2 x 3.4 x 5.6 cm, 2019",
            "1.2.840.10008.5.1.4.1.1.2",
            "un verre de vin rouge, number plate of the door unreadable",
            "Grade 3 of 4; segment S4-5; 12-lead ECG at 75/min",
            STRUCK,
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn finds_names_that_the_file_gives_elsewhere() {
        let mut learned = crate::deid::plan::Learned::default();
        learned.hear(["Atencio", "Al", "ms", "", "REMOVED"].map(str::to_owned));
        let echoes = learned.echoes();
        let text = "Report on ATENCIO, al dente. Atencios does not count.";
        let hits = scan(text, &echoes);
        assert_eq!(hits.len(), 1);
        assert_eq!(&text[hits[0].at.clone()], "ATENCIO");
        assert_eq!(struck(text, &echoes), "Report on [removed], al dente. Atencios does not count.");
    }

    #[test]
    fn strikes_out_until_nothing_is_left() {
        let text = "Mr. Smith, a@b.example, born 1929-05-04, 12 Koch Road, Boston, MA 02108, ü 555-961-9901.";
        let hits = scan(text, &Echoes::default());
        assert!(hits.windows(2).all(|pair| pair[0].at.end <= pair[1].at.start));
        let after = struck(text, &Echoes::default());
        assert_eq!(kinds(&after), [], "{after}");
    }
}
