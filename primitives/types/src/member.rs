//! Who may act, and as what.

use bounded_collections::{BoundedBTreeSet, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{Hash, Moment, Point};

/// What a member may do. One account may hold several roles.
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
pub enum Role {
    /// Runs a validator and sponsors providers and buyers. Admitted by the council.
    Hospital,
    /// Reviews records and rules on claims. Admitted by the council.
    Auditor,
    /// Owns records: a patient or an institution. Admitted by a hospital.
    Provider,
    /// Orders records. Admitted by a hospital.
    Buyer,
    /// Stores encrypted blobs. Admitted by the council.
    Vault,
}

impl Role {
    /// Every role, in the order of their encoding.
    pub const ALL: [Self; 5] = [Self::Hospital, Self::Auditor, Self::Provider, Self::Buyer, Self::Vault];

    /// Whether only the council may give or take this role.
    pub fn needs_council(self) -> bool {
        matches!(self, Self::Hospital | Self::Auditor | Self::Vault)
    }
}

/// A member's roles.
pub type Roles = BoundedBTreeSet<Role, ConstU32<5>>;

/// Whether a member may act.
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
pub enum MemberStatus {
    /// May act in its roles.
    Active,
    /// May not act: its transactions are refused at the pool.
    Suspended {
        /// Whether the council decided it; then only the council may reinstate.
        by_council: bool,
    },
}

/// What a member may do without paying fees, in picoseconds of the chain's work; a byte counts as a microsecond. What is
/// used comes back evenly, a whole quota in an hour.
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
pub struct Allowance {
    /// All of it.
    pub quota: u64,
    /// What is left now.
    pub left: u64,
    /// When it is whole again, if no more is used; none if there is no quota.
    pub whole_at: Option<Moment>,
}

/// A member of the consortium.
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
pub struct Member<AccountId> {
    /// What it may do.
    pub roles: Roles,
    /// Salted SHA-256 of who it is off the chain.
    pub identity: Hash,
    /// The hospital that answers for it, or none where the council admitted it.
    pub sponsor: Option<AccountId>,
    /// Whether it may act.
    pub status: MemberStatus,
    /// Its current encryption key.
    pub key: Point,
    /// How many keys it had before the current one.
    pub key_index: u32,
    /// When it was admitted.
    pub since: Moment,
}
