//! Reviews by panels of auditors: of record versions before they can be traded, and of claims after a sale.

use bounded_collections::{BoundedBTreeSet, BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{BlockNumber, Hash, KeyCommitment, Moment, OrderId, Point, RecordId, SealedKey, Version};

/// What a panel decides about. There is one review for each.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum Subject {
    /// Whether a version may be traded.
    Record {
        /// The record.
        record: RecordId,
        /// The version.
        version: Version,
    },
    /// Whether a buyer's quality claim is right.
    Claim {
        /// The order.
        order: OrderId,
    },
}

/// An auditor's or a panel's decision.
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
pub enum Verdict {
    /// The data are what the descriptor says.
    Approve,
    /// They are not. About a claim: the buyer is right.
    Reject,
}

/// What an auditor found wrong.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum Finding {
    /// No vault serves the ciphertext, or it does not have the hash that was registered.
    Unavailable,
    /// The delivered key does not open the ciphertext.
    DoesNotOpen,
    /// The plaintext does not match its commitment.
    CommitmentMismatch,
    /// The file is broken or not of the kind that the descriptor names.
    UnreadableFormat,
    /// The descriptor says something that is not so.
    FalseDescriptor,
    /// The file identifies a person.
    NotDeidentified,
    /// Something else, told in the report.
    Other,
}

/// What an auditor found wrong; empty with an approval.
pub type Findings = BoundedBTreeSet<Finding, ConstU32<7>>;

/// An auditor's vote.
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
pub struct Vote {
    /// For or against.
    pub verdict: Verdict,
    /// What was wrong.
    pub findings: Findings,
    /// SHA-256 of the report.
    pub report: Hash,
    /// When it was cast.
    pub at: Moment,
}

/// An auditor's place on a panel.
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
pub struct Seat<AccountId> {
    /// Who sits there.
    pub auditor: AccountId,
    /// The auditor's encryption key when drawn: the record key is sealed to this one.
    pub key: Point,
    /// The record key, once the holder delivered it.
    pub sealed: Option<SealedKey>,
    /// When the holder's time to deliver the key ends or, once it is delivered, the auditor's time to vote.
    pub due: Moment,
    /// The vote, once cast.
    pub vote: Option<Vote>,
}

/// How far a review got.
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
pub enum ReviewState {
    /// Vacant seats will be drawn in this block, from randomness that is not known before it.
    Drawing {
        /// The block.
        at: BlockNumber,
    },
    /// The panel is complete.
    Open,
    /// A quorum agreed.
    Decided(Verdict),
    /// The holder did not deliver the keys in time.
    Lapsed,
    /// What it was about ended before the panel decided.
    Dissolved,
    /// The votes could not agree any more.
    Split,
}

/// A review.
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
pub struct Review<AccountId> {
    /// The record that the panel opens.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// Who delivers the key to the panel: the record's owner, or the buyer who claims.
    pub holder: AccountId,
    /// The holder's encryption key.
    pub holder_key: Point,
    /// The record key encrypted to the holder's key.
    pub commitment: KeyCommitment,
    /// Who may not sit on the panel.
    pub excluded: BoundedVec<AccountId, ConstU32<16>>,
    /// The panel.
    pub panel: BoundedVec<Seat<AccountId>, ConstU32<5>>,
    /// How far it got.
    pub state: ReviewState,
    /// When it was convened.
    pub opened: Moment,
}
