//! How many there are of what among the documents that a search found.

use std::collections::{BTreeMap, HashMap};

use medshare_types::{Code, Kind, Tier, VersionStatus};
use roaring::RoaringBitmap;

use super::{Memory, Moved, consent::code_name};

/// The years that are counted: others are mistakes, and a record that speaks of thousands of years would fill the answer.
const YEARS: std::ops::RangeInclusive<u16> = 1850..=2149;
/// What begins in each year, and what ended in the one before.
const CHANGES: usize = (*YEARS.end() - *YEARS.start()) as usize + 2;

/// Numbers of documents by value.
#[derive(Clone, Default)]
pub struct Tally {
    pub kinds: Vec<(Kind, u64)>,
    pub modalities: Vec<(String, u64)>,
    pub codes: Vec<(Code, u64)>,
    pub years: BTreeMap<u16, u64>,
    pub tiers: Vec<(Tier, u64)>,
    pub statuses: Vec<(VersionStatus, u64)>,
}

/// What of a tally takes long to count: codes, by their numbers, and years.
#[derive(Clone)]
pub struct Counts {
    codes: HashMap<u32, u64>,
    years: [i64; CHANGES],
    /// How many documents had been taken out of all sets by then.
    removed: u64,
}

impl Memory {
    /// The tally of a set. Of the codes at least the `most` most frequent and `also` those named.
    pub fn tally(
        &self,
        set: &RoaringBitmap,
        counts: &Counts,
        moved: &Moved,
        most: usize,
        also: &[Code],
    ) -> Tally {
        Tally {
            kinds: Kind::ALL.map(|kind| (kind, self.kinds[kind as usize].intersection_len(set))).into(),
            statuses: VersionStatus::ALL
                .map(|status| (status, self.statuses[status as usize].intersection_len(set)))
                .into(),
            tiers: Tier::ALL
                .map(|tier| (tier, self.owners.in_tier(tier, moved).intersection_len(set)))
                .into(),
            modalities: self
                .modalities
                .iter()
                .map(|(_, name, of)| (name.clone(), of.intersection_len(set)))
                .collect(),
            codes: self.codes_of(counts, most, also),
            years: counts.by_year(),
        }
    }

    fn codes_of(&self, counts: &Counts, most: usize, also: &[Code]) -> Vec<(Code, u64)> {
        let mut sizes: Vec<u64> = counts.codes.values().copied().collect();
        // Those as frequent as the last of the most frequent ones, too.
        let least = match most.checked_sub(1).filter(|last| *last < sizes.len()) {
            Some(last) => *sizes.select_nth_unstable_by(last, |a, b| b.cmp(a)).1,
            None => 0,
        };
        let also: Vec<u32> = also.iter().filter_map(|code| self.codes.number(&code_name(code))).collect();
        counts
            .codes
            .iter()
            .filter(|(number, count)| **count >= least || also.contains(*number))
            .filter_map(|(number, count)| Some((self.code_values.get(number)?.clone(), *count)))
            .collect()
    }

    /// Counts what occurs in a set.
    pub fn count(&self, set: &RoaringBitmap) -> Counts {
        let mut counts = Counts { codes: HashMap::new(), years: [0; CHANGES], removed: self.removed };
        // Document by document where they are few, else code by code.
        if set.len().saturating_mul(set.len()) <= 1_000 * self.documents.len() as u64 {
            for document in set {
                for code in &self.document(document).codes {
                    *counts.codes.entry(*code).or_default() += 1;
                }
            }
        } else {
            let of_codes = self.codes.iter().map(|(number, _, of)| (number, of.intersection_len(set)));
            counts.codes = of_codes.filter(|(_, count)| *count > 0).collect();
        }
        for document in &(set & self.first_years.all()) {
            self.step_years(&mut counts, document, 1);
        }
        counts
    }

    /// What occurs in a set, from what occurred in it before some few came and went.
    pub fn recount(
        &self,
        mut counts: Counts,
        came: &RoaringBitmap,
        went: &RoaringBitmap,
        set: &RoaringBitmap,
    ) -> Counts {
        // Of a document that was taken out nobody knows any more what it had.
        if counts.removed != self.removed {
            return self.count(set);
        }
        for (documents, by) in [(came, 1), (went, -1)] {
            for document in documents {
                for code in &self.document(document).codes {
                    let count = counts.codes.entry(*code).or_default();
                    *count = count.saturating_add_signed(by);
                }
                if self.first_years.all().contains(document) {
                    self.step_years(&mut counts, document, by);
                }
            }
        }
        counts.codes.retain(|_, count| *count > 0);
        counts
    }

    fn step_years(&self, counts: &mut Counts, document: u32, by: i64) {
        let (first, last) = (*YEARS.start(), *YEARS.end());
        let (from, to) =
            (self.first_years.value(document).max(first), self.last_years.value(document).min(last));
        if from <= to {
            counts.years[usize::from(from - first)] += by;
            counts.years[usize::from(to - first) + 1] -= by;
        }
    }
}

impl Counts {
    /// How many speak of each year.
    fn by_year(&self) -> BTreeMap<u16, u64> {
        let mut now = 0;
        YEARS
            .zip(self.years)
            .filter_map(|(year, change)| {
                now += change;
                u64::try_from(now).ok().filter(|count| *count > 0).map(|count| (year, count))
            })
            .collect()
    }
}
