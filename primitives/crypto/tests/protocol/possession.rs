//! Proofs of possession.

use curve25519_dalek::{RistrettoPoint, Scalar as Exponent};
use medshare_crypto::{Error, KeyPair, KeyProof, Point, verify_possession};
use medshare_types::{AccountId, Hash, Scalar};
use merlin::Transcript;
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::generator::{
    hash, plus_order, point,
    points::{IDENTITY, NON_CANONICAL},
};

fn proof() -> (Point, KeyProof) {
    let key = KeyPair::development("Alice");
    let proof = key.prove_possession(&mut rand::thread_rng(), &hash("genesis"), &hash("Alice"));
    (key.public(), proof)
}

fn verify(key: &Point, proof: &KeyProof) -> Result<(), Error> {
    verify_possession(key, proof, &hash("genesis"), &hash("Alice"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn honest_proofs_verify(seed: [u8; 32], genesis: [u8; 32], account: [u8; 32]) {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let key = KeyPair::generate(&mut rng);
        let genesis = Hash::from(genesis);
        let proof = key.prove_possession(&mut rng, &genesis, &account);
        verify_possession(&key.public(), &proof, &genesis, &account)?;
        verify_possession(&key.public(), &proof, &genesis, &AccountId::new(account))?;
    }
}

#[test]
fn binds_chain_account_and_key() {
    let (key, proof) = proof();
    assert_eq!(verify(&key, &proof), Ok(()));
    let other = KeyPair::development("Bob").public();
    assert_eq!(verify(&other, &proof), Err(Error::FalseProof));
    assert_eq!(
        verify_possession(&key, &proof, &hash("another genesis"), &hash("Alice")),
        Err(Error::FalseProof)
    );
    assert_eq!(verify_possession(&key, &proof, &hash("genesis"), &hash("Bob")), Err(Error::FalseProof));
}

#[test]
fn refuses_points_and_scalars_that_are_not_valid() {
    let (key, proof) = proof();
    assert_eq!(verify(&IDENTITY, &proof), Err(Error::IdentityPoint));
    assert_eq!(verify(&NON_CANONICAL, &proof), Err(Error::NonCanonicalPoint));
    let challenge = KeyProof { challenge: plus_order(&proof.challenge), ..proof };
    assert_eq!(verify(&key, &challenge), Err(Error::NonCanonicalScalar));
    let response = KeyProof { response: plus_order(&proof.response), ..proof };
    assert_eq!(verify(&key, &response), Err(Error::NonCanonicalScalar));
    let zeros = KeyProof { challenge: Scalar::default(), response: Scalar::default() };
    assert_eq!(verify(&key, &zeros), Err(Error::FalseProof));
}

/// For the identity anybody can write a proof whose equation holds: the secret is zero.
#[test]
fn nobody_possesses_the_identity() {
    let nonce = Exponent::from(5u8);
    let mut transcript = Transcript::new(b"medshare/v1/possession");
    transcript.append_message(b"genesis", hash("genesis").as_bytes());
    transcript.append_message(b"account", hash("Alice").as_bytes());
    transcript.append_message(b"P", IDENTITY.0.as_bytes());
    transcript.append_message(b"A", point(RistrettoPoint::mul_base(&nonce)).0.as_bytes());
    let mut wide = [0; 64];
    transcript.challenge_bytes(b"challenge", &mut wide);
    let encoded = |scalar: Exponent| Scalar(scalar.to_bytes().into());
    let challenge = encoded(Exponent::from_bytes_mod_order_wide(&wide));
    let proof = KeyProof { challenge, response: encoded(nonce) };
    assert_eq!(verify(&IDENTITY, &proof), Err(Error::IdentityPoint));
}

#[test]
fn refuses_a_proof_with_any_bit_flipped() {
    let (key, proof) = proof();
    for bit in 0..256 {
        for in_challenge in [true, false] {
            let mut changed = proof;
            let scalar = if in_challenge { &mut changed.challenge } else { &mut changed.response };
            scalar.0.0[bit / 8] ^= 1 << (bit % 8);
            assert!(
                matches!(verify(&key, &changed), Err(Error::FalseProof | Error::NonCanonicalScalar)),
                "bit {bit}"
            );
        }
    }
}
