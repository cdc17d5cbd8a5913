//! Completeness: what is honestly sealed verifies and opens to the same key.

use medshare_crypto::{
    Error, KeyPair, RecordKey, SealContext, SealPurpose, open_commitment, open_sealed, seal, verify_seal,
};
use medshare_types::{AccountId, Hash};
use proptest::prelude::*;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{CryptoRng, RngCore, SeedableRng, impls},
};

use crate::{
    generator::points::{IDENTITY, NON_CANONICAL},
    sale::Sale,
};

fn purposes() -> impl Strategy<Value = SealPurpose> {
    prop_oneof![
        Just(SealPurpose::Audit),
        any::<u64>().prop_map(SealPurpose::Order),
        any::<u64>().prop_map(SealPurpose::Request),
        Just(SealPurpose::Direct),
        any::<u64>().prop_map(SealPurpose::Claim),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sealed_keys_verify_and_open_to_the_committed_key(
        seed: [u8; 32], genesis: [u8; 32], grantee: [u8; 32], record: u64, version: u32, purpose in purposes(),
    ) {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let owner = KeyPair::generate(&mut rng);
        let buyer = KeyPair::generate(&mut rng);
        let key = RecordKey::generate(&mut rng);
        let context = SealContext { genesis: Hash::from(genesis), record, version, grantee, purpose };

        let commitment = key.commit(&mut rng, &owner.public())?;
        prop_assert_eq!(&open_commitment(&owner, &commitment)?, &key);
        let sealed = seal(&mut rng, &owner, &commitment, &buyer.public(), &context)?;
        verify_seal(&sealed, &owner.public(), &commitment, &buyer.public(), &context)?;
        prop_assert_eq!(&open_sealed(&buyer, &sealed)?, &key);

        let stranger = KeyPair::generate(&mut rng);
        prop_assert_ne!(&open_sealed(&stranger, &sealed)?, &key);
    }
}

#[test]
fn an_account_binds_as_its_bytes() {
    let sale = Sale::new();
    let sealed = sale.seal();
    let context = SealContext {
        genesis: sale.context.genesis,
        record: sale.context.record,
        version: sale.context.version,
        grantee: AccountId::new(sale.context.grantee.0),
        purpose: sale.context.purpose,
    };
    verify_seal(&sealed, &sale.owner.public(), &sale.commitment, &sale.buyer.public(), &context).unwrap();
}

#[test]
fn an_owner_may_seal_to_its_own_key() {
    let mut sale = Sale::new();
    sale.buyer = sale.owner.clone();
    assert_eq!(sale.delivery().verify(), Ok(()));
}

#[test]
fn sealing_twice_gives_unlinkable_sealed_keys() {
    let sale = Sale::new();
    let (first, second) = (sale.seal(), sale.seal());
    assert_ne!(first.c1, second.c1);
    assert_ne!(first.c2, second.c2);
    assert_ne!(first.proof, second.proof);
}

#[test]
fn refuses_to_seal_what_cannot_be_right() {
    let sale = Sale::new();
    let rng = &mut rand::thread_rng();
    let mut try_seal = |commitment, grantee| seal(rng, &sale.owner, &commitment, &grantee, &sale.context);

    for (point, error) in [(IDENTITY, Error::IdentityPoint), (NON_CANONICAL, Error::NonCanonicalPoint)] {
        let mut commitment = sale.commitment;
        commitment.d1 = point;
        assert_eq!(try_seal(commitment, sale.buyer.public()), Err(error));
        let mut commitment = sale.commitment;
        commitment.d2 = point;
        assert_eq!(try_seal(commitment, sale.buyer.public()), Err(error));
        assert_eq!(try_seal(sale.commitment, point), Err(error));
    }
}

#[test]
fn refuses_to_seal_a_commitment_that_holds_no_key() {
    let sale = Sale::new();
    let nothing = crate::commitment::to_the_identity(&sale.owner);
    assert_eq!(
        seal(&mut rand::thread_rng(), &sale.owner, &nothing, &sale.buyer.public(), &sale.context),
        Err(Error::NoRecordKey)
    );
}

/// A broken source of random numbers: always the same byte.
struct Constant(u8);

impl RngCore for Constant {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_chacha::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Constant {}

/// With the same nonce in two proofs anybody could compute the owner's secret from them.
#[test]
fn a_broken_rng_does_not_repeat_a_nonce_in_another_statement() {
    use curve25519_dalek::{RistrettoPoint, Scalar};
    let sale = Sale::new();
    let announced = |context: &SealContext<Hash>| {
        let sealed =
            seal(&mut Constant(0), &sale.owner, &sale.commitment, &sale.buyer.public(), context).unwrap();
        let number = |scalar: medshare_types::Scalar| Scalar::from_canonical_bytes(scalar.0.0).unwrap();
        let proof = sealed.proof;
        let secret = Scalar::from_canonical_bytes(*sale.owner.secret_bytes()).unwrap();
        let nonce = number(proof.response_p) - number(proof.challenge) * secret;
        (RistrettoPoint::mul_base(&nonce).compress(), sealed.c1)
    };
    let mut other = sale.context.clone();
    other.purpose = SealPurpose::Order(8);
    let (first, second) = (announced(&sale.context), announced(&other));
    assert_ne!(first.0, second.0);
    assert_ne!(first.1, second.1);
    assert_eq!(first, announced(&sale.context), "the same statement gives the same proof");
}

#[test]
fn debug_output_shows_no_secret() {
    let sale = Sale::new();
    let shown = format!("{:?} {:?}", sale.owner, sale.key);
    assert!(!shown.contains(&hex::encode(*sale.owner.secret_bytes())));
    assert!(!shown.contains(&hex::encode(*sale.key.compress())));
    assert!(shown.contains("RecordKey(..)"));
}
