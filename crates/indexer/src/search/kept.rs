//! What searches found lately: the same ones come again and again, of many clients and for each page.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use roaring::RoaringBitmap;
use schnellru::{ByLength, LruMap};

use crate::{
    Facets, Search, Sort,
    index::Live,
    memory::{Counts, Memory},
    query::Paged,
    store::Head,
};

/// Of how many searches it is kept what they found; each takes up to a bit of each version there is.
const SEARCHES: u32 = 1_024;
/// What fewer versions are is found again as fast as it is looked up.
const MANY: u64 = 4_096;
/// Of how many blocks, or of what was indexed at once, it is kept what they changed.
const BLOCKS: usize = 64;

/// What searches found lately, by what they ask for.
pub struct Kept {
    slots: Mutex<LruMap<String, Slot>>,
    /// After which block what changed, up to the head.
    changes: VecDeque<(Option<Head>, RoaringBitmap)>,
}

/// Where what a search found is put; who asks the same meanwhile waits for it.
type Slot = Arc<Mutex<Option<Arc<Matches>>>>;

impl Default for Kept {
    fn default() -> Self {
        Self { slots: Mutex::new(LruMap::new(ByLength::new(SEARCHES))), changes: VecDeque::new() }
    }
}

/// What a search found at a block.
#[derive(Clone)]
pub struct Matches {
    at: Option<Head>,
    pub set: RoaringBitmap,
    counts: OnceLock<Arc<Counts>>,
    facets: OnceLock<Facets>,
    /// What was counted at a block before, and what came and went since.
    before: Option<(Arc<Counts>, Since)>,
}

/// What came to a set, and what went from it.
#[derive(Clone, Default)]
struct Since {
    came: RoaringBitmap,
    went: RoaringBitmap,
}

impl Since {
    /// What came and went at one more block.
    fn add(&mut self, came: &RoaringBitmap, went: &RoaringBitmap) {
        // What went and comes again neither came nor went.
        let (again, gone) = (came & &self.went, went & &self.came);
        self.came = (&self.came - &gone) | (came - &again);
        self.went = (&self.went - again) | (went - gone);
    }
}

impl Matches {
    fn new(at: Option<Head>, set: RoaringBitmap) -> Self {
        Self { at, set, counts: OnceLock::new(), facets: OnceLock::new(), before: None }
    }

    /// Brings it up to a block: of what changed, these are found now.
    fn bring_up(&mut self, at: Option<Head>, changed: &RoaringBitmap, now: &RoaringBitmap) {
        let was = &self.set & changed;
        let (came, went) = (now - &was, was - now);
        self.at = at;
        self.set -= &went;
        self.set |= &came;
        if let Some(counts) = self.counts.take() {
            self.before = Some((counts, Since::default()));
        }
        if let Some((_, since)) = &mut self.before {
            since.add(&came, &went);
        }
        // Where nothing came and nothing went, sellers may still be in other tiers.
        self.facets = OnceLock::new();
    }

    /// How often codes and years occur. From block to block only what came and what went is counted.
    pub fn counts(&self, memory: &Memory) -> Arc<Counts> {
        let counts = self.counts.get_or_init(|| {
            Arc::new(match &self.before {
                Some((counts, Since { came, went })) => {
                    memory.recount((**counts).clone(), came, went, &self.set)
                }
                None => memory.count(&self.set),
            })
        });
        Arc::clone(counts)
    }

    /// The facets, which are made once.
    pub fn facets(&self, make: impl FnOnce() -> Facets) -> Facets {
        self.facets.get_or_init(make).clone()
    }

    /// Whether it takes only moments to count.
    fn is_counted(&self) -> bool {
        self.counts.get().is_some() || self.before.is_some()
    }
}

impl Kept {
    /// These versions changed since a block, or how their owners are seen.
    pub fn change(&mut self, since: Option<Head>, changed: RoaringBitmap) {
        if self.changes.len() == BLOCKS {
            self.changes.pop_front();
        }
        self.changes.push_back((since, changed));
    }

    /// What changed since a block, if that is still known.
    pub fn changed_since(&self, at: Option<Head>) -> Option<RoaringBitmap> {
        let first = self.changes.iter().position(|(since, _)| *since == at)?;
        Some(self.changes.range(first..).fold(RoaringBitmap::new(), |all, (_, changed)| all | changed))
    }

    /// The place of what a search finds, if there is one or one is to be made.
    fn slot(&self, name: &str, make: bool) -> Option<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if make {
            slots.get_or_insert(name.to_owned(), Slot::default).cloned()
        } else {
            slots.get(name).cloned()
        }
    }
}

/// What decides what is found: neither the order nor the page.
fn name(search: &Search) -> Option<String> {
    serde_json::to_string(&Search { sort: Sort::default(), at_best: false, ..search.whole() }).ok()
}

/// A search for what the purpose of this one permits and nothing else; nothing if it has no purpose, or is that itself.
fn permitted(search: &Search) -> Option<Search> {
    let part = Search {
        what: search.what,
        status: search.status,
        withdrawn: search.withdrawn,
        purpose: Some(search.purpose.clone()?),
        ..Search::default()
    };
    (name(&part) != name(search)).then_some(part)
}

/// Whether the same may be asked for again: numbers from and to seldom are.
fn is_common(search: &Search) -> bool {
    search.price.is_none() && search.size.is_none() && search.owner.is_none() && search.subject.is_none()
}

impl Live {
    /// Whether it is known what a search finds, or did lately.
    pub fn knows(&self, search: &Search) -> bool {
        let slot = name(search).and_then(|name| self.kept.slot(&name, false));
        // Whoever holds it is finding it.
        slot.is_some_and(|slot| {
            slot.try_lock()
                .is_ok_and(|slot| slot.as_ref().is_some_and(|matches| !search.facets || matches.is_counted()))
        })
    }

    /// What a search finds.
    pub fn matches(&self, search: &Search) -> Arc<Matches> {
        self.found(search, search.facets)
    }

    /// What a search finds that nobody did lately. What a purpose permits is the dearest part, is asked for together with much else,
    /// and is kept by itself.
    fn anew(&self, search: &Search) -> RoaringBitmap {
        let Some(part) = permitted(search) else { return self.memory.select(search, &[], None) };
        let part = self.found(&part, true);
        self.memory.select(&Search { purpose: None, ..search.clone() }, &[], Some(&part.set))
    }

    /// What a search finds, which is kept in any case if it is to be.
    fn found(&self, search: &Search, keep: bool) -> Arc<Matches> {
        let found = || Arc::new(Matches::new(self.head, self.anew(search)));
        let Some(name) = name(search) else { return found() };
        let Some(slot) = self.kept.slot(&name, keep) else {
            let matches = found();
            if is_common(search)
                && matches.set.len() >= MANY
                && let Some(slot) = self.kept.slot(&name, true)
            {
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&matches));
            }
            return matches;
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let old = match slot.take() {
            Some(matches) if matches.at == self.head => return Arc::clone(slot.insert(matches)),
            old => old.and_then(|old| Some((self.kept.changed_since(old.at)?, old))),
        };
        let matches = match old {
            Some((changed, mut matches)) => {
                // Only what changed is looked at again, and mostly nobody else still looks at what was found.
                let now = self.memory.select(search, &[], Some(&changed));
                Arc::make_mut(&mut matches).bring_up(self.head, &changed, &now);
                matches
            }
            None => found(),
        };
        Arc::clone(slot.insert(matches))
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn what_came_and_went_is_the_difference_of_the_first_and_the_last() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut some = || -> RoaringBitmap { (0..40).filter(|_| random.gen_bool(0.5)).collect() };
        let first = some();
        let (mut last, mut since) = (first.clone(), Since::default());
        for _ in 0..200 {
            let next = some();
            since.add(&(&next - &last), &(&last - &next));
            assert_eq!((&since.came, &since.went), (&(&next - &first), &(&first - &next)));
            last = next;
        }
    }

    #[test]
    fn what_is_brought_up_is_what_would_be_found_anew() {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let set =
            |random: &mut ChaCha8Rng| -> RoaringBitmap { (0..40).filter(|_| random.gen_bool(0.5)).collect() };
        let mut whole = set(&mut random);
        let mut matches = Matches::new(None, whole.clone());
        for _ in 0..200 {
            let (changed, next) = (set(&mut random), set(&mut random));
            whole = (&whole - &changed) | (&next & &changed);
            matches.bring_up(None, &changed, &(&next & &changed));
            assert_eq!(matches.set, whole);
        }
    }
}
