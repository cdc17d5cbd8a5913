//! The questions of the runtime API, one function each.

use codec::Encode;
use medshare_types::{
    AccessRequest, AccountId, Allowance, Anchor, Credit, FetchDecision, Grant, Listing, Member, Order,
    OrderId, Policy, Receipt, Record, RecordId, RecordVersion, RequestId, Review, Subject, Version,
};

use super::{At, Chain};
use crate::error::{Error, Result};

/// How many entries are asked for at once; the most that the runtime gives.
const PAGE: u32 = 100;

macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) -> $answer:ty;)*) => {
        impl Chain {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// [`Error::Node`] if the node does not answer, [`Error::ForeignAnswer`] if its runtime is another.
                pub async fn $name(&self, $($arg: $ty,)* at: At) -> Result<$answer> {
                    let mut arguments = Vec::new();
                    $($arg.encode_to(&mut arguments);)*
                    self.ask(stringify!($name), arguments, at).await
                }
            )*
        }
    };
}

questions! {
    /// A member.
    member(who: &AccountId) -> Option<Member<AccountId>>;
    /// A record.
    record(record: RecordId) -> Option<Record<AccountId>>;
    /// One version of a record.
    record_version(record: RecordId, version: Version) -> Option<RecordVersion<AccountId>>;
    /// The records of an owner, after one of them, at most 100.
    records_of(owner: &AccountId, after: Option<RecordId>, limit: u32) -> Vec<(RecordId, Record<AccountId>)>;
    /// Block and chain time at which a version was anchored.
    anchor(record: RecordId, version: Version) -> Option<Anchor>;
    /// The storage key under which a version is kept, for a storage proof of it.
    record_version_key(record: RecordId, version: Version) -> Vec<u8>;
    /// The consent policy of a record.
    policy(record: RecordId) -> Option<Policy>;
    /// A grant of a version to an account, in force or not.
    grant(record: RecordId, version: Version, grantee: &AccountId) -> Option<Grant>;
    /// The open requests for access to an owner's records, after one of them, at most 100.
    requests_of(owner: &AccountId, after: Option<RequestId>, limit: u32) -> Vec<(RequestId, AccessRequest<AccountId>)>;
    /// Whether an account may fetch the blob of a version now.
    may_fetch(who: &AccountId, record: RecordId, version: Version) -> FetchDecision;
    /// Access receipts of a record, from the `from`th on, at most 100.
    receipts(record: RecordId, from: u32, limit: u32) -> Vec<Receipt<AccountId>>;
    /// The number of the newest receipt that a vault has posted.
    last_receipt(vault: &AccountId) -> Option<u64>;
    /// A review.
    review(subject: Subject) -> Option<Review<AccountId>>;
    /// The undecided reviews on whose panels an auditor sits, at most 100.
    open_reviews(auditor: &AccountId, limit: u32) -> Vec<(Subject, Review<AccountId>)>;
    /// The undecided reviews for which this account delivers the keys, at most 100.
    reviews_held(holder: &AccountId, limit: u32) -> Vec<(Subject, Review<AccountId>)>;
    /// A record's listing.
    listing(record: RecordId) -> Option<Listing<AccountId>>;
    /// What is on sale, after one record, at most 100.
    listings(after: Option<RecordId>, limit: u32) -> Vec<(RecordId, Listing<AccountId>)>;
    /// An order.
    order(order: OrderId) -> Option<Order<AccountId>>;
    /// The orders in which an account is the buyer or the seller, after one of them, at most 100.
    orders_of(who: &AccountId, after: Option<OrderId>, limit: u32) -> Vec<(OrderId, Order<AccountId>)>;
    /// Those of an account's orders of which money is on hold, after one of them, at most 100. Not in the first runtimes.
    open_orders_of(who: &AccountId, after: Option<OrderId>, limit: u32) -> Vec<(OrderId, Order<AccountId>)>;
    /// An account's credit now.
    credit(who: &AccountId) -> Credit;
    /// What an account may do without paying fees now.
    allowance(who: &AccountId) -> Allowance;
}

macro_rules! all_pages {
    ($self:ident, $at:ident, |$block:ident, $after:ident| $page:expr) => {{
        // All pages at one block, so that nothing is seen twice or missed between them.
        let $block = At::Block($self.block($at).await?.hash);
        let mut all = Vec::new();
        let mut $after = None;
        loop {
            let page = $page.await?;
            let full = page.len() >= PAGE as usize;
            $after = page.last().map(|(id, _)| *id).or($after);
            all.extend(page);
            if !full {
                break Ok(all);
            }
        }
    }};
}

impl Chain {
    /// All records of an owner.
    ///
    /// # Errors
    /// As [`Chain::records_of`].
    pub async fn all_records_of(
        &self,
        owner: &AccountId,
        at: At,
    ) -> Result<Vec<(RecordId, Record<AccountId>)>> {
        all_pages!(self, at, |block, after| self.records_of(owner, after, PAGE, block))
    }

    /// All open requests for access to an owner's records.
    ///
    /// # Errors
    /// As [`Chain::requests_of`].
    pub async fn all_requests_of(
        &self,
        owner: &AccountId,
        at: At,
    ) -> Result<Vec<(RequestId, AccessRequest<AccountId>)>> {
        all_pages!(self, at, |block, after| self.requests_of(owner, after, PAGE, block))
    }

    /// Everything on sale.
    ///
    /// # Errors
    /// As [`Chain::listings`].
    pub async fn all_listings(&self, at: At) -> Result<Vec<(RecordId, Listing<AccountId>)>> {
        all_pages!(self, at, |block, after| self.listings(after, PAGE, block))
    }

    /// All orders of an account.
    ///
    /// # Errors
    /// As [`Chain::orders_of`].
    pub async fn all_orders_of(&self, who: &AccountId, at: At) -> Result<Vec<(OrderId, Order<AccountId>)>> {
        all_pages!(self, at, |block, after| self.orders_of(who, after, PAGE, block))
    }

    /// All orders of an account of which money is on hold. Under a runtime from before there was a list of these, all its
    /// orders are read to find them.
    ///
    /// # Errors
    /// As [`Chain::orders_of`].
    pub async fn all_open_orders_of(
        &self,
        who: &AccountId,
        at: At,
    ) -> Result<Vec<(OrderId, Order<AccountId>)>> {
        let block = At::Block(self.block(at).await?.hash);
        let open: Result<Vec<_>> =
            async { all_pages!(self, block, |block, after| self.open_orders_of(who, after, PAGE, block)) }
                .await;
        match open {
            Err(Error::Node { .. }) if !self.answers("open_orders_of", block).await? => {
                let mut orders = self.all_orders_of(who, block).await?;
                orders.retain(|(_, order)| order.state.is_open());
                Ok(orders)
            }
            answer => answer,
        }
    }

    /// The number that the next record will have, above those of all that there ever were.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer.
    pub async fn next_record(&self, at: At) -> Result<RecordId> {
        Ok(self.item("Records", "NextRecord", &[], at).await?.unwrap_or_default())
    }

    /// The access receipts of a record that the chain's state keeps: the newest ones.
    ///
    /// # Errors
    /// As [`Chain::receipts`].
    pub async fn all_receipts(&self, record: RecordId, at: At) -> Result<Vec<Receipt<AccountId>>> {
        let block = At::Block(self.block(at).await?.hash);
        let mut all = Vec::new();
        loop {
            let from = u32::try_from(all.len()).unwrap_or(u32::MAX);
            let page = self.receipts(record, from, PAGE, block).await?;
            let full = page.len() >= PAGE as usize;
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    /// A record that must exist.
    ///
    /// # Errors
    /// [`Error::UnknownRecord`] if it does not.
    pub async fn known_record(&self, record: RecordId, at: At) -> Result<Record<AccountId>> {
        self.record(record, at).await?.ok_or(Error::UnknownRecord(record))
    }

    /// A version that must exist.
    ///
    /// # Errors
    /// [`Error::UnknownVersion`] if it does not.
    pub async fn known_version(
        &self,
        record: RecordId,
        version: Version,
        at: At,
    ) -> Result<RecordVersion<AccountId>> {
        self.record_version(record, version, at).await?.ok_or(Error::UnknownVersion { record, version })
    }

    /// An order that must exist.
    ///
    /// # Errors
    /// [`Error::UnknownOrder`] if it does not.
    pub async fn known_order(&self, order: OrderId, at: At) -> Result<Order<AccountId>> {
        self.order(order, at).await?.ok_or(Error::UnknownOrder(order))
    }

    /// A review that must exist.
    ///
    /// # Errors
    /// [`Error::UnknownReview`] if it does not.
    pub async fn known_review(&self, subject: Subject, at: At) -> Result<Review<AccountId>> {
        self.review(subject, at).await?.ok_or(Error::UnknownReview(subject))
    }

    /// A member that must exist.
    ///
    /// # Errors
    /// [`Error::UnknownMember`] if it does not.
    pub async fn known_member(&self, who: &AccountId, at: At) -> Result<Member<AccountId>> {
        self.member(who, at).await?.ok_or_else(|| Error::UnknownMember(who.clone()))
    }
}
