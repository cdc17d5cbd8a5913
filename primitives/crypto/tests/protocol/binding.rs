//! A proof holds for its own statement only: one test for each value that it binds.

use medshare_crypto::{Error, KeyPair, RecordKey, SealPurpose, seal};

use crate::{
    generator::{hash, rng},
    sale::{Delivery, Sale},
};

fn refused(change: impl FnOnce(&mut Delivery)) {
    let delivery = Sale::new().delivery();
    assert_eq!(delivery.verify(), Ok(()));
    assert_eq!(delivery.after(change), Err(Error::FalseProof));
}

#[test]
fn binds_the_chain() {
    refused(|delivery| delivery.context.genesis = hash("another genesis"));
}

#[test]
fn binds_the_record() {
    refused(|delivery| delivery.context.record += 1);
}

#[test]
fn binds_the_version() {
    refused(|delivery| delivery.context.version += 1);
}

#[test]
fn binds_the_grantee() {
    refused(|delivery| delivery.context.grantee = hash("somebody else"));
}

#[test]
fn binds_the_purpose() {
    let purposes = [
        SealPurpose::Audit,
        SealPurpose::Order(7),
        SealPurpose::Order(8),
        SealPurpose::Request(7),
        SealPurpose::Request(8),
        SealPurpose::Direct,
        SealPurpose::Claim(7),
        SealPurpose::Claim(8),
    ];
    for made_for in purposes {
        let mut sale = Sale::new();
        sale.context.purpose = made_for;
        let delivery = sale.delivery();
        for used_for in purposes {
            let expected = if made_for == used_for { Ok(()) } else { Err(Error::FalseProof) };
            assert_eq!(
                delivery.after(|delivery| delivery.context.purpose = used_for),
                expected,
                "{made_for:?} used as {used_for:?}"
            );
        }
    }
}

#[test]
fn binds_every_point() {
    let other = KeyPair::generate(&mut rng("somebody else")).public();
    for index in 0..6 {
        refused(|delivery| *delivery.points()[index] = other);
    }
}

#[test]
fn no_two_points_can_be_swapped() {
    for left in 0..6 {
        for right in 0..left {
            refused(|delivery| {
                let points = delivery.points();
                let kept = (*points[left], *points[right]);
                (*points[right], *points[left]) = kept;
            });
        }
    }
}

#[test]
fn refuses_the_key_of_another_record() {
    let sale = Sale::new();
    let mut rng = rng("another record");
    let other = RecordKey::generate(&mut rng);
    let commitment = other.commit(&mut rng, &sale.owner.public()).unwrap();
    let sealed = seal(&mut rng, &sale.owner, &commitment, &sale.buyer.public(), &sale.context).unwrap();
    assert_eq!(sale.delivery().after(|delivery| delivery.sealed = sealed), Err(Error::FalseProof));
}

#[test]
fn refuses_another_commitment_to_the_same_key() {
    let sale = Sale::new();
    let again = sale.key.commit(&mut rng("again"), &sale.owner.public()).unwrap();
    assert_eq!(sale.delivery().after(|delivery| delivery.commitment = again), Err(Error::FalseProof));
}

#[test]
fn refuses_a_seal_that_was_made_with_another_key_than_the_owners() {
    let sale = Sale::new();
    let thief = KeyPair::generate(&mut rng("a thief"));
    let sealed =
        seal(&mut rand::thread_rng(), &thief, &sale.commitment, &sale.buyer.public(), &sale.context).unwrap();
    assert_eq!(sale.delivery().after(|delivery| delivery.sealed = sealed), Err(Error::FalseProof));
}
