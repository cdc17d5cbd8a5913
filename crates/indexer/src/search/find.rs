//! Which versions a search finds, from the sets.

use std::{borrow::Cow, collections::BTreeMap};

use medshare_types::{Code, RecordId, Tier};
use roaring::RoaringBitmap;
use tokio::sync::OwnedRwLockReadGuard;

use crate::{
    Bucket, CodeBucket, Error, Facets, Result, Search,
    index::Live,
    memory::{Memory, Place, Tally, ascending},
    view::Overlay,
};

/// How many codes the facets name.
const CODES: usize = 20;
/// How many modalities the facets name.
const MODALITIES: usize = 100;
/// From how many versions on facets and words can take long.
const MANY: usize = 50_000;
/// From how many versions on ranges can take long.
const VERY_MANY: usize = 4_000_000;

/// What is wanted of what a search finds.
#[derive(Clone)]
pub struct Wanted {
    /// Those after a place.
    pub after: Option<Place>,
    /// At most so many.
    pub most: usize,
    /// Only those of some records, and then in no order: the newest.
    pub among: Option<Vec<RecordId>>,
    pub facets: bool,
}

/// A version that was found.
pub struct Pick {
    pub place: Place,
    pub row: u32,
    pub tier: Tier,
}

/// What was found.
pub struct Found {
    pub picks: Vec<Pick>,
    /// Whether there are more.
    pub more: bool,
    /// How many there are on all pages.
    pub total: u64,
    pub facets: Option<Facets>,
}

/// Finds; on a thread of its own what may take long.
pub async fn found(
    live: OwnedRwLockReadGuard<Live>,
    overlay: Option<Overlay>,
    search: &Search,
    wanted: Wanted,
) -> Result<Found> {
    let in_range = search.years.is_some()
        || search.size.is_some()
        || search.price.is_some()
        || search.completeness.is_some();
    let size = live.memory.size();
    let long = size >= MANY && (search.facets || search.text.is_some()) || size >= VERY_MANY && in_range;
    if !long || (overlay.is_none() && live.knows(search)) {
        return Ok(find(&live, overlay.as_ref(), search, &wanted));
    }
    let search = search.clone();
    let finding = tokio::task::spawn_blocking(move || find(&live, overlay.as_ref(), &search, &wanted));
    finding.await.map_err(|error| Error::Damaged(error.to_string()))
}

/// Finds.
pub fn find(live: &Live, overlay: Option<&Overlay>, search: &Search, wanted: &Wanted) -> Found {
    let memory = &live.memory;
    let moved = overlay.map_or(&[][..], |overlay| overlay.moved.as_slice());
    let is_kept = wanted.among.is_none() && (overlay.is_none() || wanted.facets);
    let kept = is_kept.then(|| live.matches(search));
    let settled: Cow<'_, RoaringBitmap> = match (&kept, &wanted.among, overlay) {
        (Some(kept), _, None) => Cow::Borrowed(&kept.set),
        (_, among, overlay) => {
            let among = among.as_ref().map(|records| -> RoaringBitmap {
                records.iter().flat_map(|record| memory.of_record(*record)).collect()
            });
            let mut settled = memory.select(search, moved, among.as_ref());
            let touched = overlay.iter().flat_map(|overlay| &overlay.touched);
            for document in touched.flat_map(|record| memory.of_record(*record)) {
                settled.remove(document);
            }
            Cow::Owned(settled)
        }
    };
    let changed = overlay.map_or_else(RoaringBitmap::new, |overlay| overlay.memory.select(search, &[], None));
    let mut picks = Vec::new();
    if wanted.among.is_some() {
        picks.extend(settled.iter().rev().take(wanted.most).map(|document| pick(memory, search, document)));
    } else {
        let mut take = |memory: &Memory, set: &RoaringBitmap| {
            let first = memory.first(search, set, wanted.after, wanted.most + 1);
            picks.extend(first.into_iter().map(|document| pick(memory, search, document)));
        };
        take(memory, &settled);
        if let Some(overlay) = overlay.filter(|_| !changed.is_empty()) {
            take(&overlay.memory, &changed);
            picks.sort_unstable_by_key(|pick| pick.place);
            if !ascending(search.sort) {
                picks.reverse();
            }
        }
    }
    // Those of the overlay have tiers of their own, those that stayed may have been moved by it.
    for (account, tier) in moved {
        for pick in &mut picks {
            let (_, (_, record, version)) = pick.place;
            let document = memory.of_version(record, version);
            if document.is_some_and(|document| memory.owners.name(document.state.owner) == Some(account)) {
                pick.tier = *tier;
            }
        }
    }
    let more = picks.len() > wanted.most;
    picks.truncate(wanted.most);
    let total = settled.len() + changed.len();
    let facets = kept.as_ref().filter(|_| wanted.facets).map(|kept| {
        let counts = kept.counts(memory);
        let Some(overlay) = overlay else {
            return kept
                .facets(|| together(memory.tally(&settled, &counts, &[], CODES, &[]), Tally::default()));
        };
        let of_changed = overlay.memory.count(&changed);
        let of_changed = overlay.memory.tally(&changed, &of_changed, &[], usize::MAX, &[]);
        let also: Vec<Code> = of_changed.codes.iter().map(|(code, _)| code.clone()).collect();
        let (came, went) = (&*settled - &kept.set, &kept.set - &*settled);
        let counts = memory.recount((*counts).clone(), &came, &went, &settled);
        together(memory.tally(&settled, &counts, &overlay.moved, CODES, &also), of_changed)
    });
    Found { picks, more, total, facets }
}

fn pick(memory: &Memory, search: &Search, document: u32) -> Pick {
    let tier = memory.owner(document).map_or(Tier::Standard, |owner| memory.owners.tier(owner));
    Pick { place: memory.place(search, document), row: memory.document(document).row, tier }
}

/// Two tallies in one, as they are answered.
fn together(a: Tally, b: Tally) -> Facets {
    fn buckets<T: Clone, K: Ord>(
        a: Vec<(T, u64)>,
        b: Vec<(T, u64)>,
        key: impl Fn(&T) -> K,
    ) -> Vec<Bucket<T>> {
        let mut sums: BTreeMap<K, (T, u64)> = BTreeMap::new();
        for (value, count) in a.into_iter().chain(b) {
            sums.entry(key(&value)).or_insert_with(|| (value.clone(), 0)).1 += count;
        }
        let mut buckets: Vec<_> = sums
            .into_values()
            .filter(|(_, count)| *count > 0)
            .map(|(value, count)| Bucket { value, count })
            .collect();
        // Stable, so equal ones stay in the order of their values.
        buckets.sort_by_key(|bucket| std::cmp::Reverse(bucket.count));
        buckets
    }
    let mut years = a.years;
    for (year, count) in b.years {
        *years.entry(year).or_default() += count;
    }
    Facets {
        kind: buckets(a.kinds, b.kinds, |kind| *kind as u8),
        modality: buckets(a.modalities, b.modalities, String::clone).into_iter().take(MODALITIES).collect(),
        code: buckets(a.codes, b.codes, Code::clone)
            .into_iter()
            .take(CODES)
            .map(|Bucket { value, count }| CodeBucket { code: value, count })
            .collect(),
        year: years.into_iter().map(|(value, count)| Bucket { value, count }).collect(),
        tier: buckets(a.tiers, b.tiers, |tier| *tier as u8),
        status: buckets(a.statuses, b.statuses, |status| *status as u8),
    }
}
