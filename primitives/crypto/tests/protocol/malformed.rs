//! Bytes that are no point, no scalar, or no proof.

use medshare_crypto::{Error, check_commitment, check_point};
use medshare_types::Scalar;

use crate::{
    generator::{
        plus_order,
        points::{IDENTITY, NON_CANONICAL},
    },
    sale::{Delivery, Sale},
};

fn scalars(delivery: &mut Delivery) -> [&mut Scalar; 3] {
    let proof = &mut delivery.sealed.proof;
    [&mut proof.challenge, &mut proof.response_p, &mut proof.response_s]
}

#[test]
fn refuses_the_identity_and_other_bytes_in_every_place() {
    let delivery = Sale::new().delivery();
    for index in 0..6 {
        let put = |point| delivery.after(|delivery| *delivery.points()[index] = point);
        assert_eq!(put(IDENTITY), Err(Error::IdentityPoint));
        assert_eq!(put(NON_CANONICAL), Err(Error::NonCanonicalPoint));
    }
    let all = delivery.after(|delivery| delivery.points().into_iter().for_each(|point| *point = IDENTITY));
    assert_eq!(all, Err(Error::IdentityPoint));
}

#[test]
fn checks_points_and_both_points_of_a_commitment() {
    let sale = Sale::new();
    assert_eq!(check_point(&sale.owner.public()), Ok(()));
    assert_eq!(check_point(&IDENTITY), Err(Error::IdentityPoint));
    assert_eq!(check_point(&NON_CANONICAL), Err(Error::NonCanonicalPoint));
    assert_eq!(check_commitment(&sale.commitment), Ok(()));
    for (point, error) in [(IDENTITY, Error::IdentityPoint), (NON_CANONICAL, Error::NonCanonicalPoint)] {
        let mut commitment = sale.commitment;
        commitment.d1 = point;
        assert_eq!(check_commitment(&commitment), Err(error));
        let mut commitment = sale.commitment;
        commitment.d2 = point;
        assert_eq!(check_commitment(&commitment), Err(error));
    }
}

#[test]
fn refuses_scalars_that_are_not_below_the_group_order() {
    let delivery = Sale::new().delivery();
    for index in 0..3 {
        let put = |change: fn(&Scalar) -> Scalar| {
            delivery.after(|delivery| {
                let place = &mut *scalars(delivery)[index];
                *place = change(place);
            })
        };
        assert_eq!(put(plus_order), Err(Error::NonCanonicalScalar));
        assert_eq!(put(|_| Scalar([0xff; 32].into())), Err(Error::NonCanonicalScalar));
        assert_eq!(put(|_| Scalar::default()), Err(Error::FalseProof));
    }
}

#[test]
fn refuses_a_proof_with_any_bit_flipped() {
    let delivery = Sale::new().delivery();
    for index in 0..3 {
        for bit in 0..256 {
            let result = delivery.after(|delivery| scalars(delivery)[index].0.0[bit / 8] ^= 1 << (bit % 8));
            assert!(
                matches!(result, Err(Error::FalseProof | Error::NonCanonicalScalar)),
                "scalar {index}, bit {bit}: {result:?}"
            );
        }
    }
}

#[test]
fn refuses_a_delivery_with_any_bit_of_a_point_flipped() {
    let delivery = Sale::new().delivery();
    for index in 0..6 {
        for bit in 0..256 {
            let result = delivery.after(|delivery| delivery.points()[index].0.0[bit / 8] ^= 1 << (bit % 8));
            assert!(
                matches!(result, Err(Error::FalseProof | Error::NonCanonicalPoint)),
                "point {index}, bit {bit}: {result:?}"
            );
        }
    }
}
