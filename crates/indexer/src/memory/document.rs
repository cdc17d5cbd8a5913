//! What of a version is kept beside the sets.

use medshare_types::{AccountId, Listing, Policy, Record, RecordId, RecordVersion, Version, VersionStatus};

use super::{consent::Consent, select::Order};

/// A version of a record.
pub struct Document {
    /// The record.
    pub record: RecordId,
    /// The version.
    pub version: Version,
    /// The block in which it came to the index.
    pub block: u32,
    /// The number of its row: its own, but where some documents are put on top of others.
    pub row: u32,
    /// Of what never changes.
    pub fingerprint: [u8; 8],
    pub kind: u8,
    pub modality: Option<u32>,
    pub codes: Box<[u32]>,
    pub state: State,
    /// Whether it was taken out of everything.
    pub gone: bool,
}

impl Document {
    /// In which order it came.
    pub fn order(&self) -> Order {
        (self.block, self.record, self.version)
    }
}

/// What of a version changes, with the numbers of names.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct State {
    pub owner: u32,
    pub subject: u32,
    pub status: VersionStatus,
    pub latest: bool,
    pub withdrawn: bool,
    pub consent: Option<Consent>,
    pub listed: bool,
}

impl State {
    /// Of what was not put anywhere yet.
    pub const NONE: Self = Self {
        owner: u32::MAX,
        subject: u32::MAX,
        status: VersionStatus::Pending,
        latest: false,
        withdrawn: false,
        consent: None,
        listed: false,
    };
}

/// A record's own row: the record with its policy and its listing.
#[derive(Clone, PartialEq, Debug)]
pub struct Whole {
    pub record: Record<AccountId>,
    pub policy: Option<Policy>,
    pub listing: Option<Listing<AccountId>>,
}

impl Whole {
    /// The listing of a version, if it is the one on sale.
    pub fn listing_of(&self, version: Version) -> Option<&Listing<AccountId>> {
        self.listing.as_ref().filter(|listing| listing.version == version)
    }
}

/// A version with its place in the index.
pub struct Placed<V> {
    pub record: RecordId,
    pub version: Version,
    /// The number of its row.
    pub row: u32,
    /// The block in which it came to the index.
    pub block: u32,
    /// The version itself; nothing where it was removed.
    pub state: V,
}

impl<V> Placed<V> {
    /// The same place with something else in it.
    pub fn with<W>(&self, state: W) -> Placed<W> {
        Placed { record: self.record, version: self.version, row: self.row, block: self.block, state }
    }

    /// In which order it came.
    pub fn order(&self) -> Order {
        (self.block, self.record, self.version)
    }
}

/// A version as a block left it.
pub type Left<'a> = Placed<Option<&'a RecordVersion<AccountId>>>;
