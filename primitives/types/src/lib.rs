//! Types that the medshare runtime, its node and its clients share.
//!
//! One module a concern. Everything here has a bounded SCALE encoding, and a JSON form in which hashes and points
//! are `0x`-prefixed hex, texts are strings, and amounts of money are strings of decimal digits.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod access;
pub mod amount;
pub mod audit;
pub mod consent;
pub mod council;
pub mod credit;
pub mod market;
pub mod member;
pub mod peer;
pub mod record;
pub mod seal;
mod text;

pub use access::*;
pub use amount::{Amount, MDS, MDS_DECIMALS};
pub use audit::*;
pub use consent::*;
pub use credit::*;
pub use market::*;
pub use member::*;
pub use peer::*;
pub use record::*;
pub use seal::*;
pub use text::{Text, TextError};

/// A share in millionths.
pub use sp_arithmetic::Permill;

#[cfg(feature = "chain")]
use sp_runtime::{
    MultiSignature,
    traits::{IdentifyAccount, Verify},
};

/// A signature of an extrinsic: sr25519, ed25519 or ecdsa.
#[cfg(feature = "chain")]
pub type Signature = MultiSignature;
/// An account: 32 bytes, shown as SS58.
#[cfg(feature = "chain")]
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// An amount of settlement credit in its smallest unit, of which [`MDS`] are one MDS.
pub type Balance = u128;
/// A block's height.
pub type BlockNumber = u32;
/// A 32-byte hash.
pub type Hash = primitive_types::H256;
/// Chain time or a span of it, in milliseconds (since the Unix epoch where it is a time).
pub type Moment = u64;
/// How many transactions an account has sent.
pub type Nonce = u32;
