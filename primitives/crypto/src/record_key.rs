//! The key of one version of one record.

use core::fmt;
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar, traits::IsIdentity};
use hkdf::Hkdf;
use medshare_types::{KeyCommitment, Point, SealedKey};
use rand_core::{CryptoRng, RngCore};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{Error, KeyPair, point};

const WRAP_INFO: &[u8] = b"medshare/v1/wrap";

/// A record key `K`: a random group element, drawn afresh for every version of every record, and never the
/// identity. Erased when dropped; compared in constant time.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecordKey(RistrettoPoint);

impl RecordKey {
    /// A new random record key.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        loop {
            let element = RistrettoPoint::random(rng);
            if !element.is_identity() {
                return Self(element);
            }
        }
    }

    /// The commitment `C = (t·B, K + t·P)` for a fresh random `t`, where `P` is the owner's public key.
    ///
    /// Fails if the owner's key is no valid point.
    pub fn commit(
        &self,
        rng: &mut (impl RngCore + CryptoRng),
        owner: &Point,
    ) -> Result<KeyCommitment, Error> {
        let owner = point::decode(owner)?;
        let blinding = Zeroizing::new(point::random_scalar(rng));
        let commitment = KeyCommitment {
            d1: point::encode(&RistrettoPoint::mul_base(&blinding)),
            d2: point::encode(&self.hide(&blinding, &owner)),
        };
        point::check_commitment(&commitment)?;
        Ok(commitment)
    }

    /// The one-time key under which the envelope's stanza with this salt wraps age's file key:
    /// `HKDF-SHA256(salt, ikm = compress(K), info = "medshare/v1/wrap")`, 32 bytes.
    pub fn wrapping_key(&self, salt: &[u8; 16]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        #[expect(
            clippy::expect_used,
            reason = "the length is a constant, far below the limit of 255 hashes"
        )]
        Hkdf::<Sha256>::new(Some(salt), self.compress().as_slice())
            .expand(WRAP_INFO, key.as_mut_slice())
            .expect("HKDF-SHA256 gives 32 bytes");
        key
    }

    /// The canonical encoding of the key. Whoever has it can open the record.
    pub fn compress(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.compress().to_bytes())
    }

    /// `K + blinding·to`.
    pub(crate) fn hide(&self, blinding: &Scalar, to: &RistrettoPoint) -> RistrettoPoint {
        self.0 + blinding * to
    }
}

impl ConstantTimeEq for RecordKey {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for RecordKey {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for RecordKey {}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey(..)")
    }
}

/// The owner opens a commitment: `K = d2 − p·d1`.
///
/// Any two points open to something under any key: that the result is the record's key follows from the
/// commitment having been made for this very key pair.
pub fn open_commitment(owner: &KeyPair, commitment: &KeyCommitment) -> Result<RecordKey, Error> {
    open(owner, &commitment.d1, &commitment.d2)
}

/// The grantee opens a sealed key: `K = c2 − q·c1`.
///
/// It does not look at the proof, which the chain has verified (or [`crate::verify_seal`] can), and which is what
/// makes the result the record's key.
pub fn open_sealed(grantee: &KeyPair, sealed: &SealedKey) -> Result<RecordKey, Error> {
    open(grantee, &sealed.c1, &sealed.c2)
}

fn open(key: &KeyPair, first: &Point, second: &Point) -> Result<RecordKey, Error> {
    let first = point::decode(first)?;
    let second = point::decode(second)?;
    let opened = RecordKey(second - key.secret() * first);
    if opened.0.is_identity() { Err(Error::NoRecordKey) } else { Ok(opened) }
}
