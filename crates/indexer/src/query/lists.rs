//! Lists of orders, reviews, grants, receipts and events.

use medshare_events::schema::Of;
use medshare_types::{
    AccountId, BlockNumber, Grant, Hash, Moment, Order, OrderId, Receipt, RecordId, Review, Subject, Version,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{LIMIT, Paged, Paging, list_query};

/// The name of an order's state, without what belongs to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum OrderStateName {
    /// Not delivered yet.
    Open,
    /// Delivered; the buyer may claim.
    Delivered,
    /// The buyer claims.
    Claimed,
    /// The seller has all.
    Settled,
    /// A claim was right.
    Refunded,
    /// Both agreed to cancel.
    Cancelled,
    /// Not delivered in time.
    Expired,
}

list_query! {
    /// Which orders.
    FindOrders {
        /// Who pays.
        #[schemars(with = "Option<Of<AccountId>>")]
        buyer: AccountId,
        /// Who delivers.
        #[schemars(with = "Option<Of<AccountId>>")]
        seller: AccountId,
        /// Either of them.
        #[schemars(with = "Option<Of<AccountId>>")]
        party: AccountId,
        /// The record bought.
        record: RecordId,
        /// How far it got.
        state: OrderStateName,
        /// Whether money is on hold.
        open: bool,
        /// Whether it was cleared from the chain.
        cleared: bool,
    }
}

list_query! {
    /// Which reviews.
    FindReviews {
        /// Who sits, or sat, on the panel.
        #[schemars(with = "Option<Of<AccountId>>")]
        auditor: AccountId,
        /// Who delivers the keys.
        #[schemars(with = "Option<Of<AccountId>>")]
        holder: AccountId,
        /// The record that the panel opens.
        record: RecordId,
        /// Whether it ended.
        decided: bool,
        /// About what.
        kind: ReviewKind,
    }
}

list_query! {
    /// Which grants.
    FindGrants {
        /// To whom.
        #[schemars(with = "Option<Of<AccountId>>")]
        grantee: AccountId,
        /// Whose record.
        #[schemars(with = "Option<Of<AccountId>>")]
        owner: AccountId,
        /// Which record.
        record: RecordId,
        /// Whether it is in force: neither revoked, ended nor cleared.
        in_force: bool,
    }
}

list_query! {
    /// Which receipts.
    FindReceipts {
        /// Of which record.
        record: RecordId,
        /// Which vault's.
        #[schemars(with = "Option<Of<AccountId>>")]
        vault: AccountId,
        /// Who fetched.
        #[schemars(with = "Option<Of<AccountId>>")]
        accessor: AccountId,
    }
}

list_query! {
    /// Whose or what history: exactly one of `record`, `order` and `account`.
    Trace {
        /// Of a record, with its orders.
        record: RecordId,
        /// Of an order.
        order: OrderId,
        /// Of everything that names an account.
        #[schemars(with = "Option<Of<AccountId>>")]
        account: AccountId,
        /// From which block on.
        from_block: BlockNumber,
        /// Until which block.
        to_block: BlockNumber,
        /// In which direction; the oldest first if nothing is said.
        direction: Direction,
    }
}

/// What a review is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum ReviewKind {
    /// A version.
    Record,
    /// A claim.
    Claim,
}

/// In which direction a history is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The oldest first.
    #[default]
    Oldest,
    /// The newest first.
    Newest,
}

/// An order as the index keeps it.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct OrderItem {
    /// Its number.
    pub order: OrderId,
    /// The order as it is or, once cleared, last was.
    #[serde(flatten)]
    #[schemars(with = "Of<Order<AccountId>>")]
    pub content: Order<AccountId>,
    /// Whether it was cleared from the chain.
    pub cleared: bool,
    /// When the key was delivered.
    pub delivered: Option<Moment>,
    /// When it came to an end.
    pub ended: Option<Moment>,
}

/// A review as the index keeps it.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ReviewItem {
    /// What it is about.
    #[schemars(with = "Of<Subject>")]
    pub subject: Subject,
    /// The review as it is or, once removed, last was.
    #[serde(flatten)]
    #[schemars(with = "Of<Review<AccountId>>")]
    pub content: Review<AccountId>,
    /// How it ended.
    pub decided: Option<Decided>,
}

/// How a review ended.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Decided {
    /// `Approve`, `Reject`, `Lapsed`, `Dissolved` or `Split`.
    pub verdict: String,
    /// When.
    pub moment: Moment,
}

/// A grant as the index keeps it.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct GrantItem {
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// To whom.
    #[schemars(with = "Of<AccountId>")]
    pub grantee: AccountId,
    /// The grant as it is or, once cleared, last was.
    #[serde(flatten)]
    #[schemars(with = "Of<Grant>")]
    pub content: Grant,
    /// Whether it was cleared from the chain.
    pub cleared: bool,
}

/// A receipt as the index keeps it.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ReceiptItem {
    /// The record.
    pub record: RecordId,
    /// The how manieth of the record, from 0.
    pub index: u64,
    /// The receipt.
    #[serde(flatten)]
    #[schemars(with = "Of<Receipt<AccountId>>")]
    pub content: Receipt<AccountId>,
}

/// Something that happened.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct TraceItem {
    /// In which block.
    pub block: BlockNumber,
    /// That block's hash.
    #[schemars(with = "Of<Hash>")]
    pub hash: Hash,
    /// That block's chain time.
    pub time: Moment,
    /// Its place among the block's events.
    pub index: u32,
    /// Whether the block is final.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Who signed; none where the chain itself acted.
    #[schemars(with = "Option<Of<AccountId>>")]
    pub by: Option<AccountId>,
    /// The pallet.
    pub pallet: String,
    /// What happened.
    pub event: String,
    /// With whom and what.
    pub fields: Json,
}
