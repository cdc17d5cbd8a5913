//! What a block changed, as whoever follows a chain tells the index.

use medshare_types::{
    AccountId, BlockNumber, CreditEvent, Grant, Hash, Listing, Member, Moment, Order, OrderId, Points,
    Policy, Receipt, Record, RecordId, RecordVersion, Review, Subject, Tier, Version,
};
use serde::Serialize;
use serde_json::Value as Json;

/// A block: what happened in it, and in which state it left what it changed.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    /// Its number.
    pub number: BlockNumber,
    /// Its hash.
    pub hash: Hash,
    /// The hash of the block before.
    pub parent: Hash,
    /// Its chain time.
    pub time: Moment,
    /// What happened in it.
    pub events: Vec<Entry>,
    /// The state in which it left each thing that it changed; if a thing occurs twice, the later one holds.
    pub changes: Vec<Change>,
}

/// Something that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Its place among the block's events, counted from 0.
    pub index: u32,
    /// Who signed the transaction; none where the chain itself acted.
    pub by: Option<AccountId>,
    /// The pallet.
    pub pallet: String,
    /// What happened.
    pub event: String,
    /// With whom and what, as `medshare trace` shows it.
    pub fields: Json,
    /// The records that it is about.
    pub records: Vec<RecordId>,
    /// The orders that it is about.
    pub orders: Vec<OrderId>,
    /// Everybody whom it names, with who signed.
    pub accounts: Vec<AccountId>,
}

/// The state in which a block left something; nothing where it removed it.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// A record. When it is removed, so are its versions, its policy and its listing.
    Record {
        /// Which.
        record: RecordId,
        /// Its state.
        state: Option<Record<AccountId>>,
    },
    /// A record's policy.
    Policy {
        /// Whose.
        record: RecordId,
        /// Its state.
        state: Option<Policy>,
    },
    /// A version of a record.
    Version {
        /// Of which record.
        record: RecordId,
        /// Which.
        version: Version,
        /// Its state.
        state: Option<RecordVersion<AccountId>>,
    },
    /// A record's listing.
    Listing {
        /// Of which record.
        record: RecordId,
        /// Its state.
        state: Option<Listing<AccountId>>,
    },
    /// An order. One that is removed was cleared: the index keeps it as it was.
    Order {
        /// Which.
        order: OrderId,
        /// Its state.
        state: Option<Order<AccountId>>,
    },
    /// A review. The index keeps one that is removed as it was.
    Review {
        /// About what.
        subject: Subject,
        /// Its state.
        state: Option<Review<AccountId>>,
    },
    /// A grant. One that is removed was cleared: the index keeps it as it was.
    Grant {
        /// Of which record.
        record: RecordId,
        /// Of which version.
        version: Version,
        /// To whom.
        grantee: AccountId,
        /// Its state.
        state: Option<Grant>,
    },
    /// A receipt that was posted. It stays.
    Receipt {
        /// The how manieth of its record, counted from 0.
        index: u64,
        /// What it says, of which record.
        receipt: Receipt<AccountId>,
    },
    /// A member.
    Member {
        /// Who.
        account: AccountId,
        /// Its state.
        state: Option<Member<AccountId>>,
    },
    /// Somebody's credit.
    Credit {
        /// Whose.
        account: AccountId,
        /// How much, and which tier it gives when.
        standing: Standing,
    },
    /// A credit event, for the statistics about auditors.
    Noted {
        /// Who did it.
        account: AccountId,
        /// What.
        event: CreditEvent,
    },
}

/// Somebody's credit and what follows from it without anything else happening, since points decay.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Standing {
    /// The score, in thousandths of points, when it was noted.
    pub points: Points,
    /// When.
    pub noted: Moment,
    /// In which tier it is from when on, until the next entry's time; ascending in time, the first one's time is not
    /// later than the block's. Nobody about whom nothing was told is in another tier than [`Tier::Standard`].
    pub tiers: Vec<(Moment, Tier)>,
}
impl Standing {
    /// The tier at a time.
    pub fn tier(&self, at: Moment) -> Tier {
        self.tiers.iter().take_while(|(from, _)| *from <= at).last().map_or(Tier::Standard, |(_, tier)| *tier)
    }

    /// When it next changes after a time, if it does.
    pub fn until(&self, at: Moment) -> Option<Moment> {
        self.tiers.iter().map(|(from, _)| *from).find(|from| *from > at)
    }
}
