//! From a search to the documents that it finds.

use std::{borrow::Cow, cmp::Reverse};

use medshare_types::{RecordId, Version};
use roaring::RoaringBitmap;

use super::{
    Memory,
    consent::code_name,
    ranged::{Number, Ranged},
    tiers::Moved,
    words,
};
use crate::{Prices, Search, Sizes, Sort, What};

/// Where a document comes in an order: the value, and what tells equal ones apart: the block in which the version came to the
/// index, the record and the version. The same in every index of the chain, however its blocks came.
pub type Place = (u128, Order);

/// In which order documents came.
pub type Order = (u32, RecordId, Version);

/// What documents have to be in.
#[derive(Default)]
pub struct Conditions<'a> {
    /// All of these.
    pub all: Vec<&'a RoaringBitmap>,
    /// Of each of these, one.
    pub any: Vec<Vec<Cow<'a, RoaringBitmap>>>,
    /// None of these.
    pub none: Vec<&'a RoaringBitmap>,
}

impl<'a> Conditions<'a> {
    /// The documents, of those among which they are to be if some are given.
    pub fn met(mut self, among: Option<&'a RoaringBitmap>) -> RoaringBitmap {
        // The smallest first: no intersection is larger.
        self.all.extend(among);
        self.all.sort_by_cached_key(|set| set.len());
        let mut found = match self.all.as_slice() {
            [] => return RoaringBitmap::new(),
            [one] => (*one).clone(),
            [first, second, ..] => *first & *second,
        };
        for set in self.all.iter().skip(2) {
            found &= *set;
        }
        self.any.sort_by_cached_key(|sets| sets.iter().map(|set| set.len()).sum::<u64>());
        for set in self.none {
            found -= set;
        }
        for sets in &mut self.any {
            match sets.as_mut_slice() {
                [one] => found &= one.as_ref(),
                // What is in none of them, from which each only takes: so many and large sets cost no more than few where little
                // was found.
                sets => {
                    sets.sort_by_cached_key(|set| Reverse(set.len()));
                    let mut none = found.clone();
                    for set in sets {
                        none -= set.as_ref();
                    }
                    found -= none;
                }
            }
        }
        found
    }
}

impl Memory {
    /// What a search finds, whole; of some documents only if they are given.
    pub fn select(&self, search: &Search, moved: &Moved, among: Option<&RoaringBitmap>) -> RoaringBitmap {
        let Some(conditions) = self.conditions(search, moved) else { return RoaringBitmap::new() };
        self.in_ranges(search, conditions.met(among))
    }

    /// Nothing if something is asked for that no document has.
    fn conditions(&self, search: &Search, moved: &Moved) -> Option<Conditions<'_>> {
        let mut conditions = Conditions::default();
        match (search.what, search.status) {
            (What::Listings, None) => conditions.all.push(self.price.all()),
            (What::Listings, Some(status)) => {
                conditions.all.extend([self.price.all(), &self.statuses[status as usize]]);
            }
            (What::Records, None) => conditions.all.push(&self.latest),
            (What::Records, Some(status)) => conditions.all.push(&self.statuses[status as usize]),
        }
        if let Some(kind) = search.kind {
            conditions.all.push(&self.kinds[kind as usize]);
        }
        if let Some(modality) = &search.modality {
            conditions.all.push(self.modalities.get(modality)?);
        }
        for code in &search.codes {
            conditions.all.push(self.codes.get(&code_name(code))?);
        }
        if let Some(owner) = &search.owner {
            conditions.all.push(self.owners.documents(owner)?);
        }
        if let Some(subject) = &search.subject {
            conditions.all.push(self.subjects.get(&subject.0)?);
        }
        match search.withdrawn.or((search.what == What::Records).then_some(false)) {
            Some(true) => conditions.all.push(&self.withdrawn),
            Some(false) => conditions.none.push(&self.withdrawn),
            None => {}
        }
        if let Some(text) = &search.text {
            let words = words::of_query(text);
            if words.is_empty() && !text.trim().is_empty() {
                return None;
            }
            conditions.any.extend(words.iter().map(|word| self.words.find(word)));
        }
        if let Some(purpose) = &search.purpose {
            self.consents.conditions(purpose, &mut conditions);
        }
        if !search.tiers.is_empty() {
            conditions.any.push(search.tiers.iter().map(|tier| self.owners.in_tier(*tier, moved)).collect());
        }
        Some(conditions)
    }

    fn in_ranges(&self, search: &Search, mut found: RoaringBitmap) -> RoaringBitmap {
        if let Some(years) = search.years.filter(|years| years.from.is_some() || years.to.is_some()) {
            found = self.first_years.within(found, None, years.to);
            found = self.last_years.within(found, years.from, None);
        }
        if let Some(least) = search.completeness {
            found = self.completeness.within(found, Some(least), None);
        }
        let size = search.size.filter(|size| size.min.is_some() || size.max.is_some());
        let price = search.price.filter(|price| price.min.is_some() || price.max.is_some());
        let in_size = |found, size: Sizes| self.sizes.within(found, size.min, size.max);
        let in_price = |found, price: Prices| self.price.within(found, price.min, price.max);
        found = match (size, price) {
            (None, None) => found,
            (Some(size), None) => in_size(found, size),
            (None, Some(price)) => in_price(found, price),
            // The narrower one first: then there is less for the other one.
            (Some(size), Some(price)) => {
                let of_size = self.sizes.between(size.min, size.max);
                if of_size <= self.price.between(price.min, price.max) {
                    in_price(in_size(found, size), price)
                } else {
                    in_size(in_price(found, price), size)
                }
            }
        };
        found
    }

    /// The first of what a search found, after a place.
    pub fn first(
        &self,
        search: &Search,
        set: &RoaringBitmap,
        after: Option<Place>,
        count: usize,
    ) -> Vec<u32> {
        let number = |from: &dyn Fn(Order) -> u32| after.map(|(value, order)| (value, from(order)));
        let edge = if ascending(search.sort) {
            number(&|order| self.came_after(order))
        } else {
            number(&|order| self.came_from(order))
        };
        // What lies between two values need not be looked for elsewhere.
        let edge = edge.or_else(|| begin(search));
        match (search.sort, search.what) {
            (Sort::Newest | Sort::Oldest, What::Listings) => {
                first_of(&self.since, set, search.sort, edge, count)
            }
            (Sort::Newest | Sort::Oldest, What::Records) => {
                first_of(&self.anchored, set, search.sort, edge, count)
            }
            (Sort::Cheapest | Sort::Dearest, _) => first_of(&self.price, set, search.sort, edge, count),
            (Sort::Largest | Sort::Smallest, _) => first_of(&self.sizes, set, search.sort, edge, count),
            (Sort::Completest, _) => first_of(&self.completeness, set, search.sort, edge, count),
        }
    }

    /// Where a document comes in the order of a search.
    pub fn place(&self, search: &Search, number: u32) -> Place {
        let value = match (search.sort, search.what) {
            (Sort::Newest | Sort::Oldest, What::Listings) => self.since.value(number).into(),
            (Sort::Newest | Sort::Oldest, What::Records) => self.anchored.value(number).into(),
            (Sort::Cheapest | Sort::Dearest, _) => self.price.value(number),
            (Sort::Largest | Sort::Smallest, _) => self.sizes.value(number).into(),
            (Sort::Completest, _) => self.completeness.value(number).into(),
        };
        (value, self.document(number).order())
    }
}

/// Where the order of a search begins at the earliest, if it asks for a range of what it orders by.
fn begin(search: &Search) -> Option<(u128, u32)> {
    let value = match search.sort {
        Sort::Cheapest => search.price?.min?,
        Sort::Dearest => search.price?.max?,
        Sort::Smallest => search.size?.min?.into(),
        Sort::Largest => search.size?.max?.into(),
        Sort::Newest | Sort::Oldest | Sort::Completest => return None,
    };
    Some((value, if ascending(search.sort) { 0 } else { u32::MAX }))
}

/// The first of a set in the order of a number, after a value and the document from which (ascending) or before which
/// (descending) those of the same value are.
fn first_of<N: Number + TryFrom<u128>>(
    ranged: &Ranged<N>,
    set: &RoaringBitmap,
    sort: Sort,
    edge: Option<(u128, u32)>,
    count: usize,
) -> Vec<u32> {
    // A value that is too high is one that no document has: after all of them.
    let edge = edge.map(|(value, from)| N::try_from(value).map_or((N::MAX, u32::MAX), |value| (value, from)));
    if ascending(sort) { ranged.lowest(set, edge, count) } else { ranged.highest(set, edge, count) }
}

/// Whether the lowest value comes first.
pub fn ascending(sort: Sort) -> bool {
    matches!(sort, Sort::Oldest | Sort::Cheapest | Sort::Smallest)
}
