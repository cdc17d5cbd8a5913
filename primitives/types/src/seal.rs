//! Encoded forms of the values of the sealed-key protocol. What they mean and how they are checked is in
//! `medshare-crypto`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{Hash, OrderId, RecordId, RequestId, Version};

/// A compressed Ristretto255 group element (RFC 9496), 32 bytes, not yet checked to be canonical.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Point(pub Hash);

/// A scalar of the Ristretto255 group, 32 bytes little-endian, not yet checked to be canonical.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Scalar(pub Hash);

/// `C = (d1, d2) = (t·B, K + t·P)`: a record key `K` encrypted to its owner's key `P`.
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
pub struct KeyCommitment {
    /// `t·B`.
    pub d1: Point,
    /// `K + t·P`.
    pub d2: Point,
}

/// `S = (c1, c2) = (s·B, K + s·Q)` with the proof that it holds the key of a commitment.
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
pub struct SealedKey {
    /// `s·B`.
    pub c1: Point,
    /// `K + s·Q`.
    pub c2: Point,
    /// Knowledge of `(p, s)` that ties `S` to the commitment.
    pub proof: SealProof,
}

impl SealedKey {
    /// The grantee's view of a sealed key: a commitment to the same record key under the grantee's own key. With
    /// it the grantee can prove a further sealed key, as a buyer does for the auditors of a claim.
    pub fn as_commitment(&self) -> KeyCommitment {
        KeyCommitment { d1: self.c1, d2: self.c2 }
    }
}

/// A generalised Schnorr proof: one challenge, two responses, 96 bytes.
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
pub struct SealProof {
    /// The Fiat–Shamir challenge.
    pub challenge: Scalar,
    /// Response for the owner's secret `p`.
    pub response_p: Scalar,
    /// Response for the sealing scalar `s`.
    pub response_s: Scalar,
}

/// A Schnorr proof that whoever asks for an encryption key to be registered knows its secret; 64 bytes.
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
pub struct KeyProof {
    /// The Fiat–Shamir challenge.
    pub challenge: Scalar,
    /// The response.
    pub response: Scalar,
}

/// What a sealed key is delivered for. It is part of what the proof binds, so a sealed key made for one purpose is
/// refused for every other.
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
pub enum SealPurpose {
    /// To an auditor who reviews the version.
    Audit,
    /// To the buyer of an order.
    Order(OrderId),
    /// To whoever asked for access.
    Request(RequestId),
    /// To somebody whom the owner grants access without having been asked.
    Direct,
    /// From the buyer to an auditor who rules on the claim about this order.
    Claim(OrderId),
}

/// Everything besides keys and points that the proof of a sealed key binds.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct SealContext<AccountId> {
    /// The chain, by the hash of its first block.
    pub genesis: Hash,
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// The account to which the key is sealed.
    pub grantee: AccountId,
    /// What for.
    pub purpose: SealPurpose,
}
