//! What is known of a validator.

// The derived encodings of enums convert.
#![allow(clippy::as_conversions)]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medshare_types::Moment;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::Perbill;
use sp_staking::SessionIndex;

/// Why a validator is suspended.
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
pub enum Reason {
    /// It provably offended against the rules of consensus.
    Offence {
        /// The session in which it did.
        session: SessionIndex,
        /// How grave that is, from 0 to 1.
        severity: Perbill,
    },
}

/// A suspension, which only the council ends.
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
pub struct Suspension {
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub since: Moment,
}

impl Suspension {
    /// How grave the reason is.
    pub fn severity(&self) -> Perbill {
        match self.reason {
            Reason::Offence { severity, .. } => severity,
        }
    }
}

/// What becomes of a validator at the next session change.
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
pub enum State {
    /// It is planned for every session as long as it is an active hospital with session keys.
    Active,
    /// It is planned for none until the council reinstates it.
    Suspended(Suspension),
    /// It is planned for none, and forgotten once it is in no set any more. Whether it was suspended before it went.
    Leaving(Option<Suspension>),
}

impl State {
    /// Its suspension, also where it is on its way out.
    pub fn suspension(&self) -> Option<Suspension> {
        match *self {
            Self::Active => None,
            Self::Suspended(suspension) => Some(suspension),
            Self::Leaving(suspension) => suspension,
        }
    }
}

/// A validator of the consortium.
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
pub struct Validator {
    /// What becomes of it.
    pub state: State,
    /// When it was admitted.
    pub since: Moment,
    /// In how many sessions in a row it authored nothing, of those that count.
    pub silent: u32,
}

/// A validator and what it does now.
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
pub struct ValidatorReport<AccountId> {
    /// Who.
    pub who: AccountId,
    /// What is known of it.
    pub validator: Validator,
    /// Whether it authors and finalises in this session.
    pub serving: bool,
    /// Whether it will in the next.
    pub planned: bool,
    /// How many blocks it authored in this session so far.
    pub authored: u32,
    /// The latest session of which an offence of it is known.
    pub last_offence: Option<SessionIndex>,
}
