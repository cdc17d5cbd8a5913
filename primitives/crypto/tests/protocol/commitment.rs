//! Record keys and their commitments.

use curve25519_dalek::{
    RistrettoPoint, Scalar, constants::RISTRETTO_BASEPOINT_POINT, ristretto::CompressedRistretto,
};
use medshare_crypto::{Error, KeyCommitment, KeyPair, RecordKey, check_commitment, open_commitment};
use medshare_types::Hash;

use crate::generator::{
    point,
    points::{IDENTITY, NON_CANONICAL},
    rng,
};

/// A commitment to the identity in place of a record key.
pub fn to_the_identity(owner: &KeyPair) -> KeyCommitment {
    let secret = Scalar::from_canonical_bytes(*owner.secret_bytes()).unwrap();
    let blinding = Scalar::from(7u8);
    KeyCommitment {
        d1: point(RistrettoPoint::mul_base(&blinding)),
        d2: point(RistrettoPoint::mul_base(&(blinding * secret))),
    }
}

/// The record key with this encoding: what the key pair with secret 1 opens `(B, K + B)` to.
pub fn record_key(bytes: &[u8; 32]) -> RecordKey {
    let element = CompressedRistretto(*bytes).decompress().expect("a canonical record key");
    let mut one = [0; 32];
    one[0] = 1;
    let owner = KeyPair::from_secret_bytes(&one).expect("one is a secret key");
    let base = RISTRETTO_BASEPOINT_POINT;
    let commitment = KeyCommitment { d1: point(base), d2: point(element + base) };
    open_commitment(&owner, &commitment).expect("a record key that is not the identity")
}

#[test]
fn the_owner_opens_its_commitment_and_nobody_else() {
    let rng = &mut rand::thread_rng();
    let (owner, other) = (KeyPair::generate(rng), KeyPair::generate(rng));
    let key = RecordKey::generate(rng);
    let commitment = key.commit(rng, &owner.public()).unwrap();
    assert_eq!(check_commitment(&commitment), Ok(()));
    assert_eq!(open_commitment(&owner, &commitment).unwrap(), key);
    assert_ne!(open_commitment(&other, &commitment).unwrap(), key);
}

#[test]
fn two_commitments_to_one_key_share_no_point() {
    let rng = &mut rand::thread_rng();
    let owner = KeyPair::generate(rng);
    let key = RecordKey::generate(rng);
    let first = key.commit(rng, &owner.public()).unwrap();
    let second = key.commit(rng, &owner.public()).unwrap();
    assert_ne!(first.d1, second.d1);
    assert_ne!(first.d2, second.d2);
}

#[test]
fn does_not_commit_to_an_invalid_key() {
    let rng = &mut rand::thread_rng();
    let key = RecordKey::generate(rng);
    assert_eq!(key.commit(rng, &IDENTITY), Err(Error::IdentityPoint));
    assert_eq!(key.commit(rng, &NON_CANONICAL), Err(Error::NonCanonicalPoint));
}

#[test]
fn does_not_open_to_the_identity() {
    let owner = KeyPair::development("Alice");
    assert_eq!(open_commitment(&owner, &to_the_identity(&owner)), Err(Error::NoRecordKey));
}

#[test]
fn the_wrapping_key_depends_on_record_key_and_salt() {
    let mut rng = rng("wrapping");
    let (key, other) = (RecordKey::generate(&mut rng), RecordKey::generate(&mut rng));
    let wrapping = key.wrapping_key(&[1; 16]);
    assert_eq!(wrapping, record_key(&key.compress()).wrapping_key(&[1; 16]));
    assert_ne!(wrapping, key.wrapping_key(&[2; 16]));
    assert_ne!(wrapping, other.wrapping_key(&[1; 16]));
    assert_ne!(Hash::from(*wrapping), Hash::from(*key.compress()));
}
