//! Sealed keys: the protocol that a medshare sale rests on.
//!
//! Group: Ristretto255 (RFC 9496) with basepoint `B`. A member has a key pair `P = p·B`. Every version of every
//! record has its own random *record key* `K`, a group element, from which the key of the record's envelope is
//! derived. On the chain stands
//!
//! - the *commitment* `C = (d1, d2) = (t·B, K + t·P)`: `K` encrypted to its owner (ElGamal);
//! - for each grantee with key `Q` a *sealed key* `S = (c1, c2) = (s·B, K + s·Q)`, with a proof that whoever made
//!   it knows `(p, s)` such that `P = p·B`, `c1 = s·B` and `d2 − c2 = p·d1 − s·Q`.
//!
//! The three equations say that `S` opens, under `Q`, to the very key to which `C` opens under `P`: everybody to
//! whom a version is sealed receives the same key. The proof is a generalised Schnorr proof (Maurer 2009, after
//! Chaum and Pedersen 1992), made non-interactive over a [`merlin`] transcript that binds the chain, the record, its
//! version, the grantee, the purpose, and every point. A proof for one of them is refused for any other.
//!
//! Secrets are handled in constant time and erased when dropped; verification takes variable time. The same code
//! runs in the runtime (`no_std`) and in every Rust client; `vectors/` has test vectors for other implementations.
//!
//! With feature `age`, `envelope` has the recipient and the identity that make an age v1 file of a record.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::as_conversions,
        clippy::panic
    )
)]

extern crate alloc;

#[cfg(feature = "age")]
pub mod envelope;
mod error;
pub mod header;
mod keys;
mod point;
mod possession;
mod record_key;
mod seal;
mod transcript;

#[cfg(feature = "age")]
pub use envelope::{RecordIdentity, RecordRecipient};
pub use error::Error;
pub use header::{PlaintextHasher, PlaintextHeader};
pub use keys::KeyPair;
pub use point::{check_commitment, check_point};
pub use possession::verify_possession;
pub use record_key::{RecordKey, open_commitment, open_sealed};
pub use seal::{seal, verify_seal};

pub use medshare_types::{KeyCommitment, KeyProof, Point, SealContext, SealProof, SealPurpose, SealedKey};
