//! Requests, grants, receipts, and the decision whether somebody may fetch a blob.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{Hash, Moment, OrderId, Point, Purpose, RecordId, SealedKey, Version};

/// A request for access, numbered from 0.
pub type RequestId = u64;

/// A request for access that its owner has not answered yet.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct AccessRequest<AccountId> {
    /// The record.
    pub record: RecordId,
    /// The version asked for.
    pub version: Version,
    /// Who asks.
    pub requester: AccountId,
    /// The requester's encryption key when it asked: the key is sealed to this one.
    pub requester_key: Point,
    /// What for.
    pub purpose: Purpose,
    /// When.
    pub at: Moment,
}

/// What a grant rests on.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum GrantBasis {
    /// The owner's own decision.
    Direct,
    /// A request that the owner answered.
    Request(RequestId),
    /// A paid order.
    Order(OrderId),
}

/// Who may use a version, for what, until when; one for each version and grantee.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Grant {
    /// What it rests on.
    pub basis: GrantBasis,
    /// What the grantee said that the data are for.
    pub purpose: Purpose,
    /// The grantee's encryption key to which the record key is sealed.
    pub grantee_key: Point,
    /// The record key, sealed to the grantee.
    pub sealed: SealedKey,
    /// When it was granted.
    pub at: Moment,
    /// When it ends by itself.
    pub expires: Option<Moment>,
    /// When the owner ended it.
    pub revoked: Option<Moment>,
}

impl Grant {
    /// Whether it is in force at this time.
    pub fn is_active(&self, now: Moment) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

/// Why somebody may fetch a blob.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum FetchBasis {
    /// It is theirs.
    Owner,
    /// They review the version, or rule on a claim about it.
    Review,
    /// They hold a grant in force.
    Grant,
    /// The version is listed and they are a buyer: they may check the ciphertext before they pay. Without the key
    /// it opens nothing.
    Preview,
}

/// Why somebody may not fetch a blob.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum FetchRefusal {
    /// There is no such record or version.
    Unknown,
    /// The account is no active member.
    NotMember,
    /// Their grant has been revoked.
    Revoked,
    /// Their grant has ended.
    Expired,
    /// They have no grant, and the version is not listed.
    NoGrant,
}

/// Whether an account may fetch the blob of a version now.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum FetchDecision {
    /// It may.
    Allowed {
        /// Why.
        basis: FetchBasis,
        /// Until when at most, if that is known.
        until: Option<Moment>,
    },
    /// It may not.
    Refused(FetchRefusal),
}

/// One use of a blob as the vault that served it reports it.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct NewReceipt<AccountId> {
    /// The vault's own count of its receipts. A vault's receipts are accepted in ascending order only, so one that
    /// is posted twice is counted once.
    pub sequence: u64,
    /// The record.
    pub record: RecordId,
    /// The version.
    pub version: Version,
    /// Who fetched.
    pub accessor: AccountId,
    /// On what ground.
    pub basis: FetchBasis,
    /// Bytes served.
    pub bytes: u64,
    /// When the vault served it, by its own clock.
    pub at: Moment,
    /// SHA-256 of the signed request.
    pub request: Hash,
}

/// A receipt as the chain keeps it, filed under its record.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Receipt<AccountId> {
    /// The vault that reported it.
    pub vault: AccountId,
    /// What it reported.
    pub content: NewReceipt<AccountId>,
    /// Chain time when it was posted.
    pub posted: Moment,
}
