//! The runtime API of medshare: every question that its clients ask, in one place.
//!
//! Lists come in pages: `after` is the last key of the page before, `limit` at most [`MAX_PAGE`]; larger limits are
//! cut to it. Lists ordered by number are ascending.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod equivocation;

use alloc::vec::Vec;
use medshare_types::{
    AccessRequest, AccountId, Allowance, Anchor, Credit, FetchDecision, Grant, Listing, Member, Order,
    OrderId, PeerKey, Policy, Receipt, Record, RecordId, RecordVersion, RequestId, Review, Subject, Version,
};

/// Most entries that one answer holds.
pub const MAX_PAGE: u32 = 100;

sp_api::decl_runtime_apis! {
    /// Questions about members, records, reviews, listings, orders, grants, receipts and credit.
    pub trait MedshareApi {
        /// A member.
        fn member(who: AccountId) -> Option<Member<AccountId>>;

        /// What an account may do without paying fees now.
        fn allowance(who: AccountId) -> Allowance;

        /// A record.
        fn record(record: RecordId) -> Option<Record<AccountId>>;

        /// One version of a record.
        fn record_version(record: RecordId, version: Version) -> Option<RecordVersion<AccountId>>;

        /// The records of an owner.
        fn records_of(owner: AccountId, after: Option<RecordId>, limit: u32) -> Vec<(RecordId, Record<AccountId>)>;

        /// Block and chain time at which a version was anchored.
        fn anchor(record: RecordId, version: Version) -> Option<Anchor>;

        /// The storage key under which a version is kept, for a storage proof of it.
        fn record_version_key(record: RecordId, version: Version) -> Vec<u8>;

        /// The consent policy of a record.
        fn policy(record: RecordId) -> Option<Policy>;

        /// A grant of a version to an account, in force or not.
        fn grant(record: RecordId, version: Version, grantee: AccountId) -> Option<Grant>;

        /// The open requests for access to an owner's records.
        fn requests_of(owner: AccountId, after: Option<RequestId>, limit: u32)
            -> Vec<(RequestId, AccessRequest<AccountId>)>;

        /// Whether an account may fetch the blob of a version now.
        fn may_fetch(who: AccountId, record: RecordId, version: Version) -> FetchDecision;

        /// Access receipts of a record, from the `from`th on.
        fn receipts(record: RecordId, from: u32, limit: u32) -> Vec<Receipt<AccountId>>;

        /// The number of the newest receipt that a vault has posted.
        fn last_receipt(vault: AccountId) -> Option<u64>;

        /// A review.
        fn review(subject: Subject) -> Option<Review<AccountId>>;

        /// The undecided reviews on whose panels an auditor sits.
        fn open_reviews(auditor: AccountId, limit: u32) -> Vec<(Subject, Review<AccountId>)>;

        /// The undecided reviews for which this account delivers the keys.
        fn reviews_held(holder: AccountId, limit: u32) -> Vec<(Subject, Review<AccountId>)>;

        /// A record's listing.
        fn listing(record: RecordId) -> Option<Listing<AccountId>>;

        /// What is on sale.
        fn listings(after: Option<RecordId>, limit: u32) -> Vec<(RecordId, Listing<AccountId>)>;

        /// An order.
        fn order(order: OrderId) -> Option<Order<AccountId>>;

        /// The orders in which an account is the buyer or the seller.
        fn orders_of(who: AccountId, after: Option<OrderId>, limit: u32) -> Vec<(OrderId, Order<AccountId>)>;

        /// An account's credit now.
        fn credit(who: AccountId) -> Credit;

        /// The orders in which an account is the buyer or the seller, as long as money of them is on hold.
        #[api_version(2)]
        fn open_orders_of(who: AccountId, after: Option<OrderId>, limit: u32) -> Vec<(OrderId, Order<AccountId>)>;
    }

    /// Who belongs to the network. Not in the first runtimes.
    pub trait PeersApi {
        /// Every node that belongs to the network, and the member that answers for it. Empty if nothing was decided.
        fn peers() -> Vec<(PeerKey, AccountId)>;
    }

    /// What a node that authors blocks asks.
    pub trait AuthoringApi {
        /// Whether the chain wants blocks without waiting for transactions: something waits for a number of blocks, and
        /// each block brings it nearer.
        fn wants_block() -> bool;
    }
}
