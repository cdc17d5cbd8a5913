//! Makes the test vectors, always the same ones. Part of the example `vectors`, which writes them, and of the tests,
//! which compare them with the committed files.

pub mod age_file;
pub mod envelope;
pub mod format;
pub mod keys;
pub mod points;
pub mod possession;
pub mod seal;

use curve25519_dalek::{RistrettoPoint, scalar::Scalar};
use medshare_crypto::Point;
use medshare_types::Hash;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Every file: its name in `vectors/` and its content.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("keys.json", json(&keys::keys())),
        ("points.json", json(&points::points())),
        ("possession.json", json(&possession::possession())),
        ("commitment.json", json(&keys::commitments())),
        ("seal.json", json(&seal::seals())),
        ("envelope.json", json(&envelope::envelopes())),
        ("plaintext.json", json(&envelope::plaintexts())),
    ]
}

/// A generator of numbers that belongs to this label.
pub fn rng(label: &str) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(<[u8; 32]>::from(Sha256::digest(label)))
}

/// A hash that belongs to this label.
pub fn hash(label: &str) -> Hash {
    Hash::from_slice(&Sha256::digest(label))
}

/// Bytes as `0x`-prefixed hex.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// The encoding of an element.
pub fn point(element: RistrettoPoint) -> Point {
    Point(element.compress().to_bytes().into())
}

/// The other encoding of a scalar that fits into 32 bytes: with the group order added. It must be refused.
pub fn plus_order(scalar: &medshare_types::Scalar) -> medshare_types::Scalar {
    let minus_one = (-Scalar::ONE).to_bytes();
    let mut sum = [0; 32];
    let mut carry = 1;
    for ((sum, left), right) in sum.iter_mut().zip(scalar.0.0).zip(minus_one) {
        carry += u16::from(left) + u16::from(right);
        *sum = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    medshare_types::Scalar(sum.into())
}

/// The next scalar.
pub fn plus_one(scalar: &medshare_types::Scalar) -> medshare_types::Scalar {
    let scalar = Scalar::from_bytes_mod_order(scalar.0.0) + Scalar::ONE;
    medshare_types::Scalar(scalar.to_bytes().into())
}

fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("the vectors have a JSON form");
    text.push('\n');
    text
}
