//! The methods, as `api.rs`, `index.rs` and `subscriptions.rs` declare them. A test compares the two.

use medshare_events::schema::Of;
use medshare_indexer::{
    At, AuditorItem, AuditorStatistics, FindGrants, FindOrders, FindReceipts, FindReviews, GrantItem, Hit,
    MarketStatistics, OrderItem, Page, ReceiptItem, ReviewItem, Search, SearchPage, Trace, TraceItem,
};
use medshare_types::{
    AccessRequest, AccountId, Allowance, Anchor, Credit, FetchDecision, Grant, Hash, Listing, Member, Order,
    Policy, Receipt, Record, RecordVersion, Review, Subject,
};

use super::{Document, may, must};
use crate::rpc::{
    index::{IndexState, Market},
    listen::{Delisting, Told},
    view::{NodeOf, Numbered, ReviewOf, VersionProof},
};

type Account = Of<AccountId>;
type Block = Of<Hash>;

/// Adds every method.
pub fn describe(to: &mut Document) {
    of_state(to);
    of_index(to);
    of_news(to);
}

fn of_state(to: &mut Document) {
    to.method::<Option<Of<Member<AccountId>>>>(
        "member",
        "A member, or null.",
        &[must::<Account>("who"), may::<Block>("at")],
    );
    to.method::<Of<Credit>>(
        "credit",
        "An account's credit score, tier and benefits now.",
        &[must::<Account>("who"), may::<Block>("at")],
    );
    to.method::<Of<Allowance>>(
        "allowance",
        "What an account may do without paying fees now.",
        &[must::<Account>("who"), may::<Block>("at")],
    );
    to.method::<Vec<NodeOf>>(
        "nodes",
        "The nodes that belong to the network, by ascending peer id, and who answers for each; at most 400. Empty where \
         the council has named none. Without `at` as of the newest finalised block, which is what nodes go by.",
        &[may::<Block>("at")],
    );
    to.method::<Of<Record<AccountId>>>(
        "record",
        "A record. Error 9001 if there is none.",
        &[must::<u64>("record"), may::<Block>("at")],
    );
    to.method::<Of<RecordVersion<AccountId>>>(
        "recordVersion",
        "A version of a record. Error 9001 if there is none.",
        &[must::<u64>("record"), must::<u32>("version"), may::<Block>("at")],
    );
    to.method::<Vec<Numbered<Record<AccountId>>>>(
        "recordsOf",
        "The records of an owner, by ascending number: those after the record `after`, at most `limit`.",
        &[must::<Account>("owner"), may::<u64>("after"), may::<u32>("limit"), may::<Block>("at")],
    );
    to.method::<Of<Anchor>>(
        "anchor",
        "Block number and chain time at which a version was anchored. Error 9001 if there is none.",
        &[must::<u64>("record"), must::<u32>("version"), may::<Block>("at")],
    );
    to.method::<VersionProof>(
        "proof",
        "A proof that a block's state holds a version of a record. Error 9001 if it does not.",
        &[must::<u64>("record"), must::<u32>("version"), may::<Block>("at")],
    );
    to.method::<Of<Policy>>(
        "policy",
        "The consent policy of a record. Error 9001 if there is no such record.",
        &[must::<u64>("record"), may::<Block>("at")],
    );
    to.method::<Option<Of<Grant>>>(
        "grant",
        "The grant of a version to an account, in force or not, or null.",
        &[must::<u64>("record"), must::<u32>("version"), must::<Account>("grantee"), may::<Block>("at")],
    );
    to.method::<Vec<Numbered<AccessRequest<AccountId>>>>(
        "requestsOf",
        "The open requests for access to an owner's records, by ascending number.",
        &[must::<Account>("owner"), may::<u64>("after"), may::<u32>("limit"), may::<Block>("at")],
    );
    to.method::<Of<FetchDecision>>(
        "mayFetch",
        "Whether an account may fetch the blob of a version. Without `at` the newest finalised block decides, so that no \
         decision rests on a block that may still be given up.",
        &[must::<Account>("who"), must::<u64>("record"), must::<u32>("version"), may::<Block>("at")],
    );
    to.method::<Vec<Of<Receipt<AccountId>>>>(
        "receipts",
        "The newest access receipts of a record, from the `from`th ever posted on, oldest first. Error 9001 if there is \
         no such record.",
        &[must::<u64>("record"), may::<u32>("from"), may::<u32>("limit"), may::<Block>("at")],
    );
    to.method::<Option<Of<Review<AccountId>>>>(
        "review",
        "A review, or null.",
        &[must::<Of<Subject>>("subject"), may::<Block>("at")],
    );
    to.method::<Vec<ReviewOf>>(
        "openReviews",
        "The undecided reviews on whose panels an auditor sits.",
        &[must::<Account>("auditor"), may::<u32>("limit"), may::<Block>("at")],
    );
    to.method::<Vec<ReviewOf>>(
        "reviewsHeld",
        "The undecided reviews for which an account delivers the keys.",
        &[must::<Account>("holder"), may::<u32>("limit"), may::<Block>("at")],
    );
    to.method::<Option<Of<Listing<AccountId>>>>(
        "listing",
        "A record's listing, or null.",
        &[must::<u64>("record"), may::<Block>("at")],
    );
    to.method::<Vec<Numbered<Listing<AccountId>>>>(
        "listings",
        "What is on sale; the number is the record's. The order is the chain's own, so only `after` tells where the next \
         page begins.",
        &[may::<u64>("after"), may::<u32>("limit"), may::<Block>("at")],
    );
    to.method::<Of<Order<AccountId>>>(
        "order",
        "An order. Error 9001 if there is none, or if it is over and was cleared.",
        &[must::<u64>("order"), may::<Block>("at")],
    );
    to.method::<Vec<Numbered<Order<AccountId>>>>(
        "ordersOf",
        "The orders in which an account is the buyer or the seller and that were not cleared, by ascending number.",
        &[must::<Account>("who"), may::<u64>("after"), may::<u32>("limit"), may::<Block>("at")],
    );
    to.method::<Vec<Numbered<Order<AccountId>>>>(
        "openOrdersOf",
        "Those of an account's orders of which money is on hold, by ascending number.",
        &[must::<Account>("who"), may::<u64>("after"), may::<u32>("limit"), may::<Block>("at")],
    );
}

fn of_index(to: &mut Document) {
    to.method::<SearchPage>(
        "search",
        "Finds listings or records by what is in them, whose they are, what they cost and what their owners permit.",
        &[may::<Search>("query")],
    );
    to.method::<Page<OrderItem>>(
        "findOrders",
        "Orders, the newest first, also those that were cleared.",
        &[may::<FindOrders>("query")],
    );
    to.method::<Page<ReviewItem>>(
        "findReviews",
        "Reviews, the newest first, also those that the chain has removed.",
        &[may::<FindReviews>("query")],
    );
    to.method::<Page<GrantItem>>(
        "findGrants",
        "Grants, the newest first, also those that were cleared.",
        &[may::<FindGrants>("query")],
    );
    to.method::<Page<ReceiptItem>>(
        "findReceipts",
        "Access receipts, the newest first; all that were ever posted.",
        &[may::<FindReceipts>("query")],
    );
    to.method::<Page<TraceItem>>(
        "trace",
        "What happened to a record, to an order or to an account.",
        &[must::<Trace>("query")],
    );
    to.method::<Page<AuditorItem>>(
        "auditorStatistics",
        "How auditors work: how much they accept, how fast they answer, how often they agree with their panels.",
        &[may::<AuditorStatistics>("query")],
    );
    to.method::<Market>(
        "marketStatistics",
        "What was ordered, delivered and paid, over time and by the kind of data.",
        &[may::<MarketStatistics>("query")],
    );
    to.method::<IndexState>("index", "What the index holds and how far it has got.", &[]);
}

fn of_news(to: &mut Document) {
    to.subscription::<Told<Hit>>(
        ["subscribeRecords", "records", "unsubscribeRecords"],
        "Records that are new or have changed; the query is that of `medshare_search` for records.",
        &[may::<Search>("query")],
    );
    to.subscription::<Told<Hit>>(
        ["subscribeListings", "listings", "unsubscribeListings"],
        "Listings that are new or have changed; the query is that of `medshare_search`.",
        &[may::<Search>("query")],
    );
    to.subscription::<Told<Delisting>>(
        ["subscribeDelistings", "delistings", "unsubscribeDelistings"],
        "Records that were on sale and are not any more, also those that were erased. What leaves the answer to a search \
         otherwise has only changed; `medshare_subscribeRecords` tells of that.",
        &[],
    );
    to.subscription::<Told<OrderItem>>(
        ["subscribeOrders", "orders", "unsubscribeOrders"],
        "Orders that are new or have changed; the query is that of `medshare_findOrders`.",
        &[may::<FindOrders>("query")],
    );
    to.subscription::<Told<ReviewItem>>(
        ["subscribeReviews", "reviews", "unsubscribeReviews"],
        "Reviews that are new or have changed; the query is that of `medshare_findReviews`.",
        &[may::<FindReviews>("query")],
    );
    to.subscription::<Told<GrantItem>>(
        ["subscribeGrants", "grants", "unsubscribeGrants"],
        "Grants that were given, given again, revoked or cleared; the query is that of `medshare_findGrants`: with `in_force` \
         false only those that have ended. One that ends by time alone is not told of, as `expires` says when.",
        &[may::<FindGrants>("query")],
    );
    to.subscription::<Told<TraceItem>>(
        ["subscribeEvents", "events", "unsubscribeEvents"],
        "What happens to a record, to an order or to an account; the query is that of `medshare_trace`.",
        &[must::<Trace>("query")],
    );
    to.subscription::<Told<At>>(
        ["subscribeHeads", "heads", "unsubscribeHeads"],
        "The final blocks that get into the index; of several at once the last.",
        &[],
    );
}
