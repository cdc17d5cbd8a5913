//! Counting codes and things, and reading dates as coarse as the chain may know them.

use std::collections::BTreeMap;

use medshare_types::{Code, CodeSystem, Count, Descriptor, Kind, Text, YearMonth};

/// What a reader has counted so far.
#[derive(Default)]
pub(super) struct Tally {
    codes: BTreeMap<Code, u32>,
    counts: BTreeMap<String, u32>,
    period: Option<(YearMonth, YearMonth)>,
    identifying: BTreeMap<String, ()>,
}

impl Tally {
    pub(super) fn code(&mut self, system: CodeSystem, code: &str) {
        if let Ok(code) = code.parse() {
            let number = self.codes.entry(Code { system, code }).or_default();
            *number = number.saturating_add(1);
        }
    }

    pub(super) fn count(&mut self, of: &str, number: u32) {
        let counted = self.counts.entry(of.to_owned()).or_default();
        *counted = counted.saturating_add(number);
    }

    pub(super) fn date(&mut self, month: Option<YearMonth>) {
        let Some(month) = month else { return };
        self.period = Some(match self.period {
            None => (month, month),
            Some((first, last)) => (first.min(month), last.max(month)),
        });
    }

    pub(super) fn identifies(&mut self, element: impl Into<String>) {
        self.identifying.insert(element.into(), ());
    }

    pub(super) fn has(&self, of: &str) -> bool {
        self.counts.contains_key(of)
    }

    /// The descriptor: of codes and counts the most frequent 32, in order.
    pub(super) fn finish(
        self,
        kind: Kind,
        media_type: &str,
        modality: Option<&str>,
        size: u64,
        completeness: u8,
    ) -> super::Description {
        let codes: Vec<Code> = most_frequent(self.codes);
        let counts: BTreeMap<Text<32>, u32> =
            self.counts.into_iter().map(|(of, number)| (Text::truncated(&of), number)).collect();
        let counts: Vec<Count> = {
            let kept = most_frequent(counts.clone());
            kept.into_iter()
                .map(|of| Count { number: counts.get(&of).copied().unwrap_or_default(), of })
                .collect()
        };
        let descriptor = Descriptor {
            kind,
            media_type: Text::truncated(media_type),
            modality: modality.map(Text::truncated),
            codes: bounded(codes),
            counts: bounded(counts),
            plaintext_size: size,
            completeness,
            period: self.period,
        };
        super::Description { descriptor, identifying: self.identifying.into_keys().collect() }
    }
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

/// Share in percent, rounded down.
pub(super) fn percent(part: usize, whole: usize) -> u8 {
    u8::try_from(part.saturating_mul(100) / whole.max(1)).unwrap_or(100)
}

/// The month of a date that begins `YYYY-MM` (FHIR) or `YYYYMM` (DICOM). A bare year counts as its January.
pub(super) fn month(date: &str) -> Option<YearMonth> {
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
    fn keeps_the_most_frequent() {
        let counted = (0..100u32).map(|n| (n, n)).collect();
        assert_eq!(most_frequent(counted), (68..100).collect::<Vec<_>>());
    }
}
