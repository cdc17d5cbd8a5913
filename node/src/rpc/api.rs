//! The methods of the namespace `medshare`.
//!
//! `at` is the hash of the block whose state answers; without it the newest block answers, or where a method says
//! so, the finalised one. A node keeps the state of the newest 256 blocks unless it runs with
//! `--state-pruning archive`. Identifiers and times are numbers, amounts of money decimal strings in the smallest
//! unit, hashes and points `0x`-prefixed hex, accounts SS58. The error codes are in [`super::error`].

use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use medshare_types::{
    AccessRequest, AccountId, Allowance, Anchor, Credit, FetchDecision, Grant, Hash, Listing, Member, Order,
    OrderId, Policy, Receipt, Record, RecordId, RecordVersion, RequestId, Review, Subject, Version,
};

use super::view::{NodeOf, Numbered, ReviewOf, VersionProof};

/// Questions about members, records, reviews, listings, orders, grants, receipts and credit.
#[rpc(server, namespace = "medshare")]
pub trait MedshareRpc {
    /// A member, or null.
    #[method(name = "member", blocking)]
    fn member(&self, who: AccountId, at: Option<Hash>) -> RpcResult<Option<Member<AccountId>>>;

    /// An account's credit score, tier and benefits now.
    #[method(name = "credit", blocking)]
    fn credit(&self, who: AccountId, at: Option<Hash>) -> RpcResult<Credit>;

    /// What an account may do without paying fees now.
    #[method(name = "allowance", blocking)]
    fn allowance(&self, who: AccountId, at: Option<Hash>) -> RpcResult<Allowance>;

    /// The nodes that belong to the network, by ascending peer id, and who answers for each; at most 400. Empty where the
    /// council has named none. Without `at` as of the newest finalised block, which is what nodes go by.
    #[method(name = "nodes", blocking)]
    fn nodes(&self, at: Option<Hash>) -> RpcResult<Vec<NodeOf>>;

    /// A record. Error 9001 if there is none.
    #[method(name = "record", blocking)]
    fn record(&self, record: RecordId, at: Option<Hash>) -> RpcResult<Record<AccountId>>;

    /// A version of a record. Error 9001 if there is none.
    #[method(name = "recordVersion", blocking)]
    fn record_version(
        &self,
        record: RecordId,
        version: Version,
        at: Option<Hash>,
    ) -> RpcResult<RecordVersion<AccountId>>;

    /// The records of an owner, by ascending number: those after the record `after`, at most `limit`.
    #[method(name = "recordsOf", blocking)]
    fn records_of(
        &self,
        owner: AccountId,
        after: Option<RecordId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<Record<AccountId>>>>;

    /// Block number and chain time at which a version was anchored. Error 9001 if there is none.
    #[method(name = "anchor", blocking)]
    fn anchor(&self, record: RecordId, version: Version, at: Option<Hash>) -> RpcResult<Anchor>;

    /// A proof that a block's state holds a version of a record. Error 9001 if it does not.
    #[method(name = "proof", blocking)]
    fn proof(&self, record: RecordId, version: Version, at: Option<Hash>) -> RpcResult<VersionProof>;

    /// The consent policy of a record. Error 9001 if there is no such record.
    #[method(name = "policy", blocking)]
    fn policy(&self, record: RecordId, at: Option<Hash>) -> RpcResult<Policy>;

    /// The grant of a version to an account, in force or not, or null.
    #[method(name = "grant", blocking)]
    fn grant(
        &self,
        record: RecordId,
        version: Version,
        grantee: AccountId,
        at: Option<Hash>,
    ) -> RpcResult<Option<Grant>>;

    /// The open requests for access to an owner's records, by ascending number.
    #[method(name = "requestsOf", blocking)]
    fn requests_of(
        &self,
        owner: AccountId,
        after: Option<RequestId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<AccessRequest<AccountId>>>>;

    /// Whether an account may fetch the blob of a version. Without `at` the newest finalised block decides, so that
    /// no decision rests on a block that may still be given up.
    #[method(name = "mayFetch", blocking)]
    fn may_fetch(
        &self,
        who: AccountId,
        record: RecordId,
        version: Version,
        at: Option<Hash>,
    ) -> RpcResult<FetchDecision>;

    /// The newest access receipts of a record, from the `from`th ever posted on, oldest first. Error 9001 if there is no
    /// such record.
    #[method(name = "receipts", blocking)]
    fn receipts(
        &self,
        record: RecordId,
        from: Option<u32>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Receipt<AccountId>>>;

    /// A review, or null.
    #[method(name = "review", blocking)]
    fn review(&self, subject: Subject, at: Option<Hash>) -> RpcResult<Option<Review<AccountId>>>;

    /// The undecided reviews on whose panels an auditor sits.
    #[method(name = "openReviews", blocking)]
    fn open_reviews(
        &self,
        auditor: AccountId,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<ReviewOf>>;

    /// The undecided reviews for which an account delivers the keys.
    #[method(name = "reviewsHeld", blocking)]
    fn reviews_held(
        &self,
        holder: AccountId,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<ReviewOf>>;

    /// A record's listing, or null.
    #[method(name = "listing", blocking)]
    fn listing(&self, record: RecordId, at: Option<Hash>) -> RpcResult<Option<Listing<AccountId>>>;

    /// What is on sale; the number is the record's. The order is the chain's own, so only `after` tells where the
    /// next page begins.
    #[method(name = "listings", blocking)]
    fn listings(
        &self,
        after: Option<RecordId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<Listing<AccountId>>>>;

    /// An order. Error 9001 if there is none, or if it is over and was cleared.
    #[method(name = "order", blocking)]
    fn order(&self, order: OrderId, at: Option<Hash>) -> RpcResult<Order<AccountId>>;

    /// The orders in which an account is the buyer or the seller and that were not cleared, by ascending number.
    #[method(name = "ordersOf", blocking)]
    fn orders_of(
        &self,
        who: AccountId,
        after: Option<OrderId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<Order<AccountId>>>>;

    /// Those of an account's orders of which money is on hold, by ascending number.
    #[method(name = "openOrdersOf", blocking)]
    fn open_orders_of(
        &self,
        who: AccountId,
        after: Option<OrderId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<Order<AccountId>>>>;
}
