//! A buyer who claims seals the key that it received to the auditors of the claim.

use medshare_crypto::{Error, KeyPair, SealContext, SealPurpose, open_sealed, seal};
use medshare_types::Hash;

use crate::{
    generator::{hash, rng},
    sale::{Delivery, Sale},
};

/// The delivery from the buyer to an auditor, with the auditor's keys.
fn claim(sale: &Sale) -> (Delivery, KeyPair) {
    let rng = &mut rng("a claim");
    let auditor = KeyPair::generate(rng);
    let commitment = sale.seal().as_commitment();
    let context: SealContext<Hash> =
        SealContext { grantee: hash("the auditor"), purpose: SealPurpose::Claim(7), ..sale.context.clone() };
    let sealed = seal(rng, &sale.buyer, &commitment, &auditor.public(), &context).unwrap();
    let delivery = Delivery {
        sealed,
        owner_key: sale.buyer.public(),
        commitment,
        grantee_key: auditor.public(),
        context,
    };
    (delivery, auditor)
}

#[test]
fn the_auditor_of_a_claim_opens_what_the_buyer_received() {
    let sale = Sale::new();
    let (delivery, auditor) = claim(&sale);
    assert_eq!(delivery.verify(), Ok(()));
    assert_eq!(open_sealed(&auditor, &delivery.sealed).unwrap(), sale.key);
}

#[test]
fn what_a_buyer_sealed_for_a_claim_serves_nothing_else() {
    let sale = Sale::new();
    let (delivery, _) = claim(&sale);
    for purpose in [
        SealPurpose::Audit,
        SealPurpose::Order(7),
        SealPurpose::Request(7),
        SealPurpose::Direct,
        SealPurpose::Claim(8),
    ] {
        assert_eq!(delivery.after(|claim| claim.context.purpose = purpose), Err(Error::FalseProof));
    }
    assert_eq!(
        delivery.after(|claim| {
            claim.owner_key = sale.owner.public();
            claim.commitment = sale.commitment;
        }),
        Err(Error::FalseProof),
        "it is no delivery by the owner"
    );
    assert_eq!(delivery.after(|claim| claim.owner_key = sale.owner.public()), Err(Error::FalseProof));
    assert_eq!(delivery.after(|claim| claim.commitment = sale.commitment), Err(Error::FalseProof));
    assert_eq!(
        delivery.after(|claim| claim.commitment = sale.seal().as_commitment()),
        Err(Error::FalseProof),
        "it is about the delivery that was claimed, not about another one"
    );
}

#[test]
fn a_buyer_cannot_claim_with_another_key_than_it_received() {
    let sale = Sale::new();
    let (honest, auditor) = claim(&sale);
    let rng = &mut rng("garbage");
    let garbage = medshare_crypto::RecordKey::generate(rng);
    let commitment = garbage.commit(rng, &sale.buyer.public()).unwrap();
    let sealed = seal(rng, &sale.buyer, &commitment, &auditor.public(), &honest.context).unwrap();
    assert_eq!(honest.after(|claim| claim.sealed = sealed), Err(Error::FalseProof));
}
