//! Key pairs.

use curve25519_dalek::Scalar;
use medshare_crypto::{Error, KeyPair, check_point};

use crate::generator::rng;

#[test]
fn a_seed_always_gives_the_same_key() {
    assert_eq!(KeyPair::from_seed(&[1; 32]).public(), KeyPair::from_seed(&[1; 32]).public());
    assert_ne!(KeyPair::from_seed(&[1; 32]).public(), KeyPair::from_seed(&[2; 32]).public());
}

#[test]
fn development_keys_differ_by_name() {
    assert_eq!(KeyPair::development("Alice").public(), KeyPair::development("Alice").public());
    assert_ne!(KeyPair::development("Alice").public(), KeyPair::development("Bob").public());
    assert_ne!(KeyPair::development("Alice").public(), KeyPair::development("alice").public());
}

#[test]
fn secret_bytes_restore_the_key() {
    let key = KeyPair::generate(&mut rand::thread_rng());
    let restored = KeyPair::from_secret_bytes(&key.secret_bytes()).unwrap();
    assert_eq!(restored.public(), key.public());
    assert_eq!(check_point(&key.public()), Ok(()));
}

#[test]
fn generated_keys_follow_the_rng() {
    assert_eq!(KeyPair::generate(&mut rng("a")).public(), KeyPair::generate(&mut rng("a")).public());
    assert_ne!(KeyPair::generate(&mut rng("a")).public(), KeyPair::generate(&mut rng("b")).public());
}

#[test]
fn refuses_secrets_of_zero_or_beyond_the_group_order() {
    let refused = |bytes| KeyPair::from_secret_bytes(&bytes).map(drop);
    assert_eq!(refused([0; 32]), Err(Error::ZeroSecret));
    assert_eq!(refused([0xff; 32]), Err(Error::NonCanonicalScalar));
    let mut order = (-Scalar::ONE).to_bytes();
    assert_eq!(refused(order), Ok(()));
    order[0] += 1;
    assert_eq!(refused(order), Err(Error::NonCanonicalScalar));
}
