//! What a check keeps of what it finds. A bulk export has millions of places with the same kind of thing in the same
//! element: the first of them and their number tell as much as all, and take no memory that grows with the file.

use std::collections::BTreeMap;

use super::{Certainty, Finding, Identifier, Place, Summary};

/// Places that are named, of one kind in one element.
pub(super) const MOST_PLACES: usize = 100;
/// Elements that are told apart, of one certainty. A file with more has made-up names for its elements.
const MOST_ELEMENTS: usize = 1000;
/// Places that are named in all, of one certainty.
const MOST_FINDINGS: usize = 10_000;
/// The bytes of a value that are shown, if values are asked for.
const MOST_VALUE: usize = 1024;
/// What stands for the elements that are not told apart.
const FURTHER: &str = "further elements";

type Key = (Certainty, Identifier, String, String);

/// What is kept.
#[derive(Default, Debug)]
pub(super) struct Kept {
    findings: Vec<Finding>,
    counts: BTreeMap<Key, (u64, Place)>,
    /// How many findings and elements there are of each certainty.
    used: BTreeMap<Certainty, (usize, usize)>,
}

impl Kept {
    pub(super) fn add(&mut self, mut finding: Finding) {
        let Finding { certainty, identifier, .. } = finding;
        let (findings, elements) = self.used.entry(certainty).or_default();
        let mut key = (certainty, identifier, finding.place.element(), finding.what.clone());
        if *elements >= MOST_ELEMENTS && !self.counts.contains_key(&key) {
            FURTHER.clone_into(&mut key.2);
        }
        if !self.counts.contains_key(&key) {
            *elements += 1;
        }
        let (count, _) = self.counts.entry(key).or_insert_with(|| (0, finding.place.clone()));
        *count += 1;
        if *findings < MOST_FINDINGS && usize::try_from(*count).is_ok_and(|count| count <= MOST_PLACES) {
            *findings += 1;
            if let Some(value) = &mut finding.value {
                value.truncate(value.floor_char_boundary(MOST_VALUE));
            }
            self.findings.push(finding);
        }
    }

    /// The places, the surest first, each kind together, in the order of the file; and how many there were of each.
    pub(super) fn finish(self) -> (Vec<Finding>, Vec<Summary>) {
        let mut findings = self.findings;
        findings.sort_by_key(|finding| (finding.certainty, finding.identifier));
        let counted = |((certainty, identifier, element, what), (count, first))| Summary {
            certainty,
            identifier,
            element,
            what,
            count,
            first,
        };
        (findings, self.counts.into_iter().map(counted).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(certainty: Certainty, part: &str) -> Finding {
        let place = Place::Part { part: part.to_owned() };
        let what = "something".to_owned();
        Finding { certainty, identifier: Identifier::Names, file: None, place, what, value: None }
    }

    #[test]
    fn names_the_first_places_and_counts_all() {
        let mut kept = Kept::default();
        (0..1000).for_each(|_| kept.add(found(Certainty::Structured, "a")));
        kept.add(found(Certainty::Possible, "a"));
        let (findings, counts) = kept.finish();
        assert_eq!(findings.len(), MOST_PLACES + 1);
        let counts: Vec<_> = counts.iter().map(|summary| (summary.certainty, summary.count)).collect();
        assert_eq!(counts, [(Certainty::Structured, 1000), (Certainty::Possible, 1)]);
    }

    #[test]
    fn what_is_unsure_takes_no_place_from_what_is_sure() {
        let mut kept = Kept::default();
        (0..5 * MOST_FINDINGS).for_each(|n| kept.add(found(Certainty::Possible, &format!("part {n}"))));
        kept.add(found(Certainty::Structured, "name"));
        let (findings, counts) = kept.finish();
        assert!(findings.len() <= MOST_FINDINGS + 1 && counts.len() <= MOST_ELEMENTS + 3, "{}", counts.len());
        assert_eq!(findings[0].place, Place::Part { part: "name".to_owned() });
        let further = counts.iter().find(|summary| summary.element == FURTHER).unwrap();
        assert_eq!(further.count, u64::try_from(5 * MOST_FINDINGS - MOST_ELEMENTS).unwrap());
    }

    #[test]
    fn shows_no_endless_values() {
        let mut kept = Kept::default();
        kept.add(Finding { value: Some("ü".repeat(1 << 20)), ..found(Certainty::Possible, "note") });
        assert_eq!(kept.finish().0[0].value.as_ref().map(String::len), Some(MOST_VALUE));
    }
}
