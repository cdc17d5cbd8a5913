//! The words by which a text search finds a document.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
};

use medshare_types::{CodeSystem, Descriptor};
use roaring::RoaringBitmap;

use crate::title::{self, text_of};

/// Beginnings of words up to so many bytes have a set of their own; there are too many words with the same short one to unite
/// theirs for each query.
const SHORT: usize = 4;

/// Documents by the beginnings of their words.
#[derive(Default)]
pub struct Words {
    /// The set of each word, and those of short beginnings.
    words: BTreeMap<Box<str>, u32>,
    short: BTreeMap<Box<str>, u32>,
    sets: Vec<RoaringBitmap>,
    free: Vec<u32>,
    /// The sets of texts that were seen: codes, names and media types come again and again.
    seen: HashMap<Box<str>, Box<[u32]>>,
}

impl Words {
    /// Adds a document.
    pub fn insert(&mut self, document: u32, descriptor: &Descriptor) {
        let mut sets: Vec<u32> = Vec::new();
        let mut add = |text: &str| match self.seen.get(text) {
            Some(known) => sets.extend(known.iter()),
            None => {
                let known: BTreeSet<u32> = words(text).iter().flat_map(|word| self.of_word(word)).collect();
                sets.extend(&known);
                self.seen.insert(text.into(), known.into_iter().collect());
            }
        };
        for piece in title::pieces(descriptor) {
            add(&piece);
        }
        add(&text_of(&descriptor.media_type));
        for code in &descriptor.codes {
            add(system_name(code.system));
            add(&text_of(&code.code));
        }
        for count in &descriptor.counts {
            add(&text_of(&count.of));
        }
        sets.sort_unstable();
        sets.dedup();
        for set in sets {
            self.sets[set as usize].insert(document);
        }
    }

    /// Takes documents out of all words. Words that no document has any more go too.
    pub fn remove(&mut self, documents: &RoaringBitmap) {
        let mut gone = BTreeSet::new();
        for (number, set) in (0u32..).zip(&mut self.sets) {
            if !set.is_empty() && !set.is_disjoint(documents) {
                *set -= documents;
                if set.is_empty() {
                    gone.insert(number);
                }
            }
        }
        if !gone.is_empty() {
            self.words.retain(|_, number| !gone.contains(number));
            self.short.retain(|_, number| !gone.contains(number));
            self.free.extend(gone);
            self.seen.clear();
        }
    }

    /// The sets of a word and its short beginnings.
    fn of_word(&mut self, word: &str) -> Vec<u32> {
        let Self { words, short, sets, free, .. } = self;
        let mut number = |of: &mut BTreeMap<Box<str>, u32>, text: &str| {
            *of.entry(text.into()).or_insert_with(|| {
                free.pop().unwrap_or_else(|| {
                    sets.push(RoaringBitmap::new());
                    u32::try_from(sets.len() - 1).expect("there are fewer words than 2^32")
                })
            })
        };
        let mut numbers: Vec<u32> = (1..=SHORT.min(word.len()))
            .filter(|end| word.is_char_boundary(*end))
            .map(|end| number(short, &word[..end]))
            .collect();
        numbers.push(number(words, word));
        numbers
    }

    /// Those with a word that begins so: the sets of which they are in one.
    pub fn find(&self, beginning: &str) -> Vec<Cow<'_, RoaringBitmap>> {
        if beginning.len() <= SHORT {
            let set = self.short.get(beginning).map(|set| Cow::Borrowed(&self.sets[*set as usize]));
            return set.into_iter().collect();
        }
        self.words
            .range::<str, _>((Bound::Included(beginning), Bound::Unbounded))
            .take_while(|(word, _)| word.starts_with(beginning))
            .map(|(_, set)| Cow::Borrowed(&self.sets[*set as usize]))
            .collect()
    }

    /// How many sets there are, and how many of them are used.
    #[cfg(test)]
    pub fn size(&self) -> (usize, usize) {
        (self.sets.len(), self.sets.iter().filter(|set| !set.is_empty()).count())
    }
}

/// The words of a query, without what stands around them: `(CT)` asks for `ct`.
pub fn of_query(text: &str) -> BTreeSet<String> {
    wholes(text).collect()
}

/// The words of a text: whole ones, and the parts of those that are made of parts.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for whole in wholes(text) {
        let parts = whole.split(|char: char| !char.is_alphanumeric());
        words.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
        words.insert(whole);
    }
    words
}

fn wholes(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace()
        .map(|word| word.trim_matches(|char: char| !char.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty())
}

fn system_name(system: CodeSystem) -> &'static str {
    match system {
        CodeSystem::Snomed => "SNOMED CT",
        CodeSystem::Loinc => "LOINC",
        CodeSystem::Icd10 => "ICD-10 ICD10",
        CodeSystem::RxNorm => "RxNorm",
        CodeSystem::Cvx => "CVX",
        CodeSystem::Dicom => "DICOM",
        CodeSystem::Mondo => "MONDO",
    }
}
