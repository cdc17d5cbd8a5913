//! From what blocks changed to rows and sets.

mod outcome;
mod trade;
mod write;

pub use outcome::Outcome;

use std::collections::{BTreeMap, BTreeSet};

use medshare_types::{
    AccountId, Grant, Kind, Listing, Member, Moment, Order, OrderId, Policy, Receipt, Record, RecordId,
    RecordVersion, Review, Subject, Version,
};

use crate::{
    Block, Change, Standing,
    memory::{Left, Memory, Order as Came, Placed, Whole},
    rows::{GrantKey, Tallies, place_id},
};

/// The first block in which a version was there, and the version as the last one left it.
type First<'a> = (u32, Option<&'a RecordVersion<AccountId>>);

/// What some blocks changed: the last state of each thing, and what happened to those whose history counts.
#[derive(Default)]
pub struct Batch<'a> {
    blocks: &'a [Block],
    erased: BTreeSet<RecordId>,
    records: BTreeMap<RecordId, &'a Record<AccountId>>,
    policies: BTreeMap<RecordId, Option<&'a Policy>>,
    listings: BTreeMap<RecordId, Option<&'a Listing<AccountId>>>,
    /// With the first block of these in which it was there.
    versions: BTreeMap<(RecordId, Version), First<'a>>,
    orders: Vec<(Moment, OrderId, Option<&'a Order<AccountId>>)>,
    /// Of what kind the versions were, and whose the records, that these blocks made before they were ordered or granted.
    kinds: BTreeMap<(RecordId, Version), Kind>,
    owners: BTreeMap<RecordId, Vec<u8>>,
    reviews: Vec<(Moment, i64, Subject, Option<&'a Review<AccountId>>)>,
    grants: Vec<(i64, GrantKey, Option<&'a Grant>)>,
    receipts: BTreeMap<(RecordId, u64), (i64, &'a Receipt<AccountId>)>,
    members: BTreeMap<&'a AccountId, Option<&'a Member<AccountId>>>,
    /// Whose credit was told.
    pub credits: BTreeMap<&'a AccountId, &'a Standing>,
    tallies: Tallies,
}

/// What became of what searches know.
pub struct Touched<'a> {
    /// The records, as they are now; nothing where there is none (any more).
    pub records: BTreeMap<RecordId, Option<Whole>>,
    /// The versions that changed, in the order of their rows.
    pub versions: Vec<Left<'a>>,
}

impl<'a> Batch<'a> {
    /// Takes what blocks changed.
    pub fn new(blocks: &'a [Block]) -> Self {
        let mut batch = Self { blocks, ..Self::default() };
        for block in blocks {
            for (place, change) in (0..).zip(&block.changes) {
                batch.take(block, place_id(block.number, place), change);
            }
        }
        batch
    }

    /// Takes a change, which has a place among all.
    fn take(&mut self, block: &Block, place: i64, change: &'a Change) {
        match change {
            Change::Record { record, state: Some(state) } => {
                self.records.insert(*record, state);
            }
            Change::Record { record, state: None } => {
                self.erased.insert(*record);
                self.records.remove(record);
                self.policies.remove(record);
                self.listings.remove(record);
                self.versions.retain(|(of, _), _| of != record);
            }
            Change::Policy { record, state } => {
                self.policies.insert(*record, state.as_ref());
            }
            Change::Version { record, version, state } => {
                let entry = self.versions.entry((*record, *version)).or_insert((block.number, None));
                if entry.1.is_none() {
                    entry.0 = block.number;
                }
                entry.1 = state.as_ref();
            }
            Change::Listing { record, state } => {
                self.listings.insert(*record, state.as_ref());
            }
            Change::Order { order, state } => {
                if let Some(state) = state
                    && let Some((_, Some(version))) = self.versions.get(&(state.record, state.version))
                {
                    self.kinds.insert((state.record, state.version), version.content.descriptor.kind);
                }
                self.orders.push((block.time, *order, state.as_ref()));
            }
            Change::Review { subject, state } => {
                self.reviews.push((block.time, place, *subject, state.as_ref()));
            }
            Change::Grant { record, version, grantee, state } => {
                if let Some(of) = self.records.get(record) {
                    self.owners.insert(*record, crate::rows::bytes(&of.owner));
                }
                self.grants.push((place, (*record, *version, grantee.clone()), state.as_ref()));
            }
            Change::Receipt { index, receipt } => {
                self.receipts.entry((receipt.content.record, *index)).or_insert((place, receipt));
            }
            Change::Member { account, state } => {
                self.members.insert(account, state.as_ref());
            }
            Change::Credit { account, standing } => {
                self.credits.insert(account, standing);
            }
            Change::Noted { account, event } => self.tallies.note(account, *event),
        }
    }

    /// The records of which something changed that searches know.
    pub fn touched(&self) -> BTreeSet<RecordId> {
        let mut touched = self.erased.clone();
        touched.extend(self.records.keys());
        touched.extend(self.policies.keys());
        touched.extend(self.listings.keys());
        touched.extend(self.versions.keys().map(|(record, _)| record));
        touched
    }

    /// Where the versions that changed have their rows: known ones where they are, new ones after all others, in the order in
    /// which they came.
    pub fn placed(&self, memory: &Memory) -> Vec<Left<'a>> {
        let mut placed = Vec::with_capacity(self.versions.len());
        let mut new: Vec<(Came, Option<&'a RecordVersion<AccountId>>)> = Vec::new();
        for ((record, version), (block, state)) in &self.versions {
            match memory.of_version(*record, *version) {
                Some(known) => placed.push(Placed {
                    record: *record,
                    version: *version,
                    row: known.row,
                    block: known.block,
                    state: *state,
                }),
                None if state.is_some() => new.push(((*block, *record, *version), *state)),
                None => {}
            }
        }
        placed.sort_by_key(|placed| placed.row);
        new.sort_by_key(|(came, _)| *came);
        let first = u32::try_from(memory.size()).unwrap_or(u32::MAX);
        placed.extend(new.into_iter().zip(first..).map(|(((block, record, version), state), row)| Placed {
            record,
            version,
            row,
            block,
            state,
        }));
        placed
    }
}
