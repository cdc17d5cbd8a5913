//! What the state of a block has of what the index keeps. Everything here reads the state that it is run in.

use std::collections::{BTreeMap, BTreeSet};

use frame_support::storage::storage_prefix;
use frame_system::LastRuntimeUpgrade;
use medshare_indexer::Change;
use medshare_runtime::{AccountId, Moment, Runtime};
use medshare_types::{OrderId, Receipt, RecordId, RequestId, Version};
use pallet_access::{Grants, Policies, Receipts, Requests};
use pallet_audits::Reviews;
use pallet_credit::Scores;
use pallet_marketplace::{Listings, Orders};
use pallet_members::Members;
use pallet_records::{Records, Versions};

use super::{receipt, standing, touched::Touched};

/// What is read of a block before it is known what it touched.
pub struct Header {
    /// The version of the runtime that executed it; none of the first block, which nothing executed.
    pub spec_version: Option<u32>,
    /// Its chain time.
    pub time: Moment,
    /// Its events, encoded.
    pub events: Vec<u8>,
}

impl Header {
    /// Reads it.
    pub fn read() -> Self {
        Self {
            spec_version: LastRuntimeUpgrade::<Runtime>::get().map(|upgrade| upgrade.spec_version.0),
            time: pallet_timestamp::Now::<Runtime>::get(),
            events: sp_io::storage::get(&storage_prefix(b"System", b"Events"))
                .map(|bytes| bytes.to_vec())
                .unwrap_or_default(),
        }
    }
}

/// What it touched, as the state has it: of every state in the same order.
pub fn changes(touched: &Touched) -> Vec<Change> {
    let mut changes = Vec::new();
    for account in touched.members.iter().cloned() {
        let state = Members::<Runtime>::get(&account);
        changes.push(Change::Member { account, state });
    }
    for record in touched.records.iter().copied() {
        let state = Records::<Runtime>::get(record);
        changes.push(Change::Record { record, state });
        changes.push(Change::Policy { record, state: Policies::<Runtime>::get(record) });
    }
    for (record, version) in touched.versions.iter().copied() {
        changes.push(Change::Version { record, version, state: Versions::<Runtime>::get(record, version) });
    }
    for record in touched.records.iter().copied() {
        changes.push(Change::Listing { record, state: Listings::<Runtime>::get(record) });
    }
    for order in touched.orders.iter().copied() {
        changes.push(Change::Order { order, state: Orders::<Runtime>::get(order) });
    }
    for subject in touched.reviews.iter().copied() {
        changes.push(Change::Review { subject, state: Reviews::<Runtime>::get(subject) });
    }
    for (record, version, grantee) in touched.grants.iter().cloned() {
        let state = Grants::<Runtime>::get((record, version, &grantee));
        changes.push(Change::Grant { record, version, grantee, state });
    }
    changes
}

/// The receipts of these that the state has: the newest few of each record.
pub fn receipts(wanted: &[receipt::Told]) -> Vec<Option<Receipt<AccountId>>> {
    wanted.iter().map(|told| Receipts::<Runtime>::get(told.record, told.index)).collect()
}

/// The credit that a block left those whose credit it touched.
pub fn standings(touched: &Touched, now: Moment) -> Vec<Change> {
    let everybody = touched.all_scores.then(Scores::<Runtime>::iter_keys);
    let accounts: BTreeSet<AccountId> =
        touched.scores.iter().cloned().chain(everybody.into_iter().flatten()).collect();
    let standing = |account| Change::Credit { standing: standing::of(&account, now), account };
    accounts.into_iter().map(standing).collect()
}

/// Everything that the state has.
pub fn everything(now: Moment) -> Vec<Change> {
    let members =
        Members::<Runtime>::iter().map(|(account, state)| Change::Member { account, state: Some(state) });
    let records =
        Records::<Runtime>::iter().map(|(record, state)| Change::Record { record, state: Some(state) });
    let policies =
        Policies::<Runtime>::iter().map(|(record, state)| Change::Policy { record, state: Some(state) });
    let versions = Versions::<Runtime>::iter().map(|(record, version, state)| Change::Version {
        record,
        version,
        state: Some(state),
    });
    let listings =
        Listings::<Runtime>::iter().map(|(record, state)| Change::Listing { record, state: Some(state) });
    let orders = Orders::<Runtime>::iter().map(|(order, state)| Change::Order { order, state: Some(state) });
    let reviews =
        Reviews::<Runtime>::iter().map(|(subject, state)| Change::Review { subject, state: Some(state) });
    let grants = Grants::<Runtime>::iter().map(|((record, version, grantee), state)| Change::Grant {
        record,
        version,
        grantee,
        state: Some(state),
    });
    let receipts = Receipts::<Runtime>::iter()
        .map(|(_, index, receipt)| Change::Receipt { index: u64::from(index), receipt });
    let scores = Scores::<Runtime>::iter_keys()
        .map(|account| Change::Credit { standing: standing::of(&account, now), account });
    members
        .chain(records)
        .chain(policies)
        .chain(versions)
        .chain(listings)
        .chain(orders)
        .chain(reviews)
        .chain(grants)
        .chain(receipts)
        .chain(scores)
        .collect()
}

/// To what orders and requests belong, where events do not say.
#[derive(Clone, Default, Debug)]
pub struct Links {
    /// The record, the version and the buyer of an order.
    pub orders: BTreeMap<OrderId, (RecordId, Version, AccountId)>,
    /// The record of a request for access.
    pub requests: BTreeMap<RequestId, RecordId>,
}

impl Links {
    /// Looks these up, as far as they are not known yet.
    pub fn look_up(&mut self, orders: &BTreeSet<OrderId>, requests: &BTreeSet<RequestId>) {
        for id in orders {
            if !self.orders.contains_key(id)
                && let Some(order) = Orders::<Runtime>::get(id)
            {
                self.orders.insert(*id, (order.record, order.version, order.buyer));
            }
        }
        for id in requests {
            if !self.requests.contains_key(id)
                && let Some(request) = Requests::<Runtime>::get(id)
            {
                self.requests.insert(*id, request.record);
            }
        }
    }
}
