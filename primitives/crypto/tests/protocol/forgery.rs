//! A seller who writes proofs by hand, with the protocol's own transcript, and tries to be paid for nothing.

use codec::Encode;
use curve25519_dalek::{RistrettoPoint, Scalar, ristretto::CompressedRistretto};
use medshare_crypto::{Error, Point, RecordKey, SealProof, open_sealed};
use merlin::Transcript;

use crate::{
    generator::{point, rng},
    sale::{Delivery, Sale},
};

fn element(point: &Point) -> RistrettoPoint {
    CompressedRistretto(point.0.0).decompress().unwrap()
}

fn encoded(scalar: Scalar) -> medshare_types::Scalar {
    medshare_types::Scalar(scalar.to_bytes().into())
}

/// Proves as an honest seller would, whether the statement is true or not.
fn prove(delivery: &mut Delivery, p: Scalar, s: Scalar) {
    let mut rng = rng("nonces of a forger");
    let (nonce_p, nonce_s) = (Scalar::random(&mut rng), Scalar::random(&mut rng));
    let announcements = [
        RistrettoPoint::mul_base(&nonce_p),
        RistrettoPoint::mul_base(&nonce_s),
        nonce_p * element(&delivery.commitment.d1) - nonce_s * element(&delivery.grantee_key),
    ];

    let mut transcript = Transcript::new(b"medshare/v1/seal");
    let context = &delivery.context;
    transcript.append_message(b"genesis", &context.genesis.encode());
    transcript.append_message(b"record", &context.record.encode());
    transcript.append_message(b"version", &context.version.encode());
    transcript.append_message(b"grantee", &context.grantee.encode());
    transcript.append_message(b"purpose", &context.purpose.encode());
    for (label, point) in [
        (b"P".as_slice(), delivery.owner_key),
        (b"Q", delivery.grantee_key),
        (b"d1", delivery.commitment.d1),
        (b"d2", delivery.commitment.d2),
        (b"c1", delivery.sealed.c1),
        (b"c2", delivery.sealed.c2),
        (b"A1", point(announcements[0])),
        (b"A2", point(announcements[1])),
        (b"A3", point(announcements[2])),
    ] {
        transcript.append_message(label, point.0.as_bytes());
    }
    let mut wide = [0; 64];
    transcript.challenge_bytes(b"challenge", &mut wide);
    let challenge = Scalar::from_bytes_mod_order_wide(&wide);
    delivery.sealed.proof = SealProof {
        challenge: encoded(challenge),
        response_p: encoded(nonce_p + challenge * p),
        response_s: encoded(nonce_s + challenge * s),
    };
}

/// A delivery with a proof by hand: `s`, and `K` to seal.
fn deliver(sale: &Sale, s: Scalar, key: &RecordKey) -> Delivery {
    let mut delivery = sale.delivery();
    let key = CompressedRistretto(*key.compress()).decompress().unwrap();
    delivery.sealed.c1 = point(RistrettoPoint::mul_base(&s));
    delivery.sealed.c2 = point(key + s * element(&sale.buyer.public()));
    prove(&mut delivery, secret(sale), s);
    delivery
}

fn secret(sale: &Sale) -> Scalar {
    Scalar::from_canonical_bytes(*sale.owner.secret_bytes()).unwrap()
}

#[test]
fn the_proof_by_hand_is_right_when_the_statement_is_true() {
    let sale = Sale::new();
    let delivery = deliver(&sale, Scalar::from(5u8), &sale.key);
    assert_eq!(delivery.verify(), Ok(()));
    assert_eq!(open_sealed(&sale.buyer, &delivery.sealed).unwrap(), sale.key);
}

#[test]
fn cannot_deliver_a_key_that_opens_something_else() {
    let sale = Sale::new();
    let wrong = RecordKey::generate(&mut rng("wrong key"));
    assert_eq!(deliver(&sale, Scalar::from(5u8), &wrong).verify(), Err(Error::FalseProof));
}

#[test]
fn cannot_deliver_the_key_in_the_clear() {
    let sale = Sale::new();
    assert_eq!(deliver(&sale, Scalar::ZERO, &sale.key).verify(), Err(Error::IdentityPoint));
}

#[test]
fn cannot_prove_without_the_owners_secret() {
    let sale = Sale::new();
    let mut delivery = deliver(&sale, Scalar::from(5u8), &sale.key);
    prove(&mut delivery, Scalar::from(6u8), Scalar::from(5u8));
    assert_eq!(delivery.verify(), Err(Error::FalseProof));
}

#[test]
fn cannot_prove_without_knowing_how_it_was_sealed() {
    let sale = Sale::new();
    let mut delivery = sale.delivery();
    // Somebody else's seal, moved to another order.
    delivery.context.record += 1;
    prove(&mut delivery, secret(&sale), Scalar::from(5u8));
    assert_eq!(delivery.verify(), Err(Error::FalseProof));
}
