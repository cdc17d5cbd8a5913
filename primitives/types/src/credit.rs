//! Credit scores: which events move them, and what they give.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_arithmetic::Permill;

use crate::Moment;

/// Points of credit, in thousandths.
pub type Points = i64;

/// Something that the chain itself saw somebody do.
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
pub enum CreditEvent {
    /// An owner's record was approved.
    RecordApproved,
    /// An owner's record was rejected, or its review lapsed.
    RecordRejected,
    /// An owner withdrew or revised a record under review: the panel's work was in vain.
    ReviewAbandoned,
    /// A seller's order was settled.
    SaleSettled,
    /// A buyer's order was settled.
    PurchaseSettled,
    /// A seller did not deliver in time.
    DeliveryMissed,
    /// A seller lost a claim.
    ClaimLost,
    /// A buyer claimed without reason.
    ClaimRefused,
    /// An auditor voted in time with the majority.
    AuditOnTime,
    /// An auditor did not vote in time.
    AuditMissed,
    /// An auditor approved a record about which a claim was right.
    AuditOverturned,
    /// A validator provably broke the rules of consensus.
    ValidatorOffence,
    /// A validator authored nothing in a session, although it had slots.
    ValidatorSilent,
}

impl CreditEvent {
    /// Every event, in the order of their encoding.
    pub const ALL: [Self; 13] = [
        Self::RecordApproved,
        Self::RecordRejected,
        Self::ReviewAbandoned,
        Self::SaleSettled,
        Self::PurchaseSettled,
        Self::DeliveryMissed,
        Self::ClaimLost,
        Self::ClaimRefused,
        Self::AuditOnTime,
        Self::AuditMissed,
        Self::AuditOverturned,
        Self::ValidatorOffence,
        Self::ValidatorSilent,
    ];
}

/// What a score amounts to.
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
pub enum Tier {
    /// Has done harm that has not yet faded.
    Restricted,
    /// Where everyone begins.
    Standard,
    /// Has done well.
    Trusted,
    /// Has done very well.
    Exemplary,
}

impl Tier {
    /// Every tier, ascending.
    pub const ALL: [Self; 4] = [Self::Restricted, Self::Standard, Self::Trusted, Self::Exemplary];
}

/// What a tier gives.
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
pub struct Benefits {
    /// How many versions an owner may have under review at once.
    pub max_pending: u32,
    /// How long a buyer of this seller's records may claim, after delivery.
    pub claim_window: Moment,
    /// Whether an auditor is drawn for panels.
    pub may_audit: bool,
    /// What is taken off the marketplace's fee on a seller's sale.
    pub fee_discount: Permill,
    /// How many orders a buyer may have open at once.
    pub max_open_orders: u32,
}

/// Somebody's credit now.
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
pub struct Credit {
    /// The score now.
    pub score: Points,
    /// Its tier.
    pub tier: Tier,
    /// What that gives.
    pub benefits: Benefits,
}
