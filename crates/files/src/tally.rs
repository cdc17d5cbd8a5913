//! Counting codes and things, and reading dates as coarse as the chain may know them.

use std::collections::BTreeMap;

use medshare_types::{Code, CodeSystem, Count, Descriptor, Kind, Text, YearMonth};

/// How many distinct codes are told apart: more than any vocabulary's part that a person's data speak of. It bounds what
/// a file can make a reader keep.
const MOST_DISTINCT: usize = 1 << 18;

/// What readers have counted so far, in one file or in all of a folder's.
#[derive(Default)]
pub(crate) struct Tally {
    codes: BTreeMap<Code, u32>,
    counts: BTreeMap<String, u32>,
    modalities: BTreeMap<String, u32>,
    period: Option<(YearMonth, YearMonth)>,
    present: u64,
    expected: u64,
}

impl Tally {
    pub(crate) fn code(&mut self, system: CodeSystem, code: &str) {
        // A code with other characters than codes have would be free text, which may say anything.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '/' | '+');
        if code.is_empty() || !code.chars().all(plain) {
            return;
        }
        let Ok(code) = code.parse() else { return };
        let code = Code { system, code };
        let full = self.codes.len() >= MOST_DISTINCT;
        match self.codes.get_mut(&code) {
            Some(number) => *number = number.saturating_add(1),
            None if full => {}
            None => drop(self.codes.insert(code, 1)),
        }
    }

    pub(crate) fn count(&mut self, of: &str, number: impl TryInto<u32>) {
        let number = number.try_into().unwrap_or(u32::MAX);
        match self.counts.get_mut(of) {
            Some(counted) => *counted = counted.saturating_add(number),
            None => drop(self.counts.insert(of.to_owned(), number)),
        }
    }

    pub(crate) fn modality(&mut self, modality: &str) {
        let number = self.modalities.entry(modality.to_owned()).or_default();
        *number = number.saturating_add(1);
    }

    pub(crate) fn date(&mut self, month: Option<YearMonth>) {
        let Some(month) = month else { return };
        self.period = Some(match self.period {
            None => (month, month),
            Some((first, last)) => (first.min(month), last.max(month)),
        });
    }

    /// Adds to what was expected, and to what of it is there.
    pub(crate) fn expect(&mut self, present: usize, expected: usize) {
        let wide = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        self.present = self.present.saturating_add(wide(present));
        self.expected = self.expected.saturating_add(wide(expected));
    }

    pub(crate) fn has(&self, of: &str) -> bool {
        self.counts.contains_key(of)
    }

    /// The descriptor: of codes and counts the most frequent 32, in order. Nothing expected is all there.
    pub(crate) fn finish(self, kind: Kind, media_type: &str, size: u64) -> Descriptor {
        let codes: Vec<Code> = most_frequent(self.codes);
        let counts: BTreeMap<Text<32>, u32> =
            self.counts.into_iter().map(|(of, number)| (Text::truncated(&of), number)).collect();
        let counts: Vec<Count> = {
            let kept = most_frequent(counts.clone());
            kept.into_iter()
                .map(|of| Count { number: counts.get(&of).copied().unwrap_or_default(), of })
                .collect()
        };
        let completeness = match self.expected {
            0 => 100,
            expected => u8::try_from(self.present.saturating_mul(100) / expected).unwrap_or(100),
        };
        Descriptor {
            kind,
            media_type: Text::truncated(media_type),
            modality: joined(self.modalities),
            codes: bounded(codes),
            counts: bounded(counts),
            plaintext_size: size,
            completeness,
            period: self.period,
        }
    }
}

/// Modalities as DICOM writes several values, with backslashes; of more than fit, the most frequent.
fn joined(modalities: BTreeMap<String, u32>) -> Option<Text<16>> {
    let mut kept: Vec<String> = Vec::new();
    let mut ranked: Vec<(String, u32)> = modalities.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    for (modality, _) in ranked {
        let length: usize = kept.iter().map(|kept| kept.len() + 1).sum();
        if length + modality.len() <= 16 {
            kept.push(modality);
        }
    }
    kept.sort();
    (!kept.is_empty()).then(|| Text::truncated(&kept.join("\\")))
}

/// How many entries of a kind a descriptor holds.
const MOST: usize = 32;

fn most_frequent<T: Ord + Clone>(counted: BTreeMap<T, u32>) -> Vec<T> {
    let mut ranked: Vec<(T, u32)> = counted.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    ranked.truncate(MOST);
    let mut kept: Vec<T> = ranked.into_iter().map(|(item, _)| item).collect();
    kept.sort();
    kept
}

fn bounded<T, B: TryFrom<Vec<T>> + Default>(items: Vec<T>) -> B {
    B::try_from(items).unwrap_or_default()
}

/// The month of a date that begins `YYYY-MM` (FHIR) or `YYYYMM` (DICOM, HL7 v2). A bare year counts as its January.
pub(crate) fn month(date: &str) -> Option<YearMonth> {
    let digits: String =
        date.chars().filter(|c| *c != '-').take_while(char::is_ascii_digit).take(6).collect();
    let year = digits.get(..4)?.parse().ok().filter(|year| (1850..=2200).contains(year))?;
    let month = match digits.get(4..6) {
        Some(month) => month.parse().ok().filter(|month| (1..=12).contains(month))?,
        None => 1,
    };
    Some(YearMonth { year, month })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_months_of_both_forms() {
        let may = Some(YearMonth { year: 2019, month: 5 });
        assert_eq!(month("2019-05-04T10:00:00+01:00"), may);
        assert_eq!(month("20190504"), may);
        assert_eq!(month("2019"), Some(YearMonth { year: 2019, month: 1 }));
        assert_eq!(month("2019-13"), None);
        assert_eq!(month("yesterday"), None);
    }

    #[test]
    fn joins_modalities_as_dicom_does() {
        let counted =
            |names: &[(&str, u32)]| names.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        let text = |names: &[(&str, u32)]| joined(counted(names)).map(|text| text.to_string());
        assert_eq!(text(&[]), None);
        assert_eq!(text(&[("CT", 1), ("SR", 9)]).as_deref(), Some("CT\\SR"));
        let many = [("RTSTRUCT", 1), ("RTPLAN", 2), ("RTDOSE", 3), ("CT", 4)];
        assert_eq!(
            text(&many).as_deref(),
            Some("CT\\RTDOSE\\RTPLAN"),
            "the rarest that does not fit is left out"
        );
    }

    #[test]
    fn takes_no_free_text_for_a_code() {
        let mut tally = Tally::default();
        tally.code(CodeSystem::Snomed, "44054006");
        tally.code(CodeSystem::Snomed, "Alberto Atencio");
        assert_eq!(tally.finish(Kind::Fhir, "", 1).codes.len(), 1);
    }

    #[test]
    fn keeps_the_most_frequent() {
        let counted = (0..100u32).map(|n| (n, n)).collect();
        assert_eq!(most_frequent(counted), (68..100).collect::<Vec<_>>());
    }
}
