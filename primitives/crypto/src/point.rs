//! Strict decoding of points and scalars.

use crate::Error;
use curve25519_dalek::{
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
    traits::IsIdentity,
};
use medshare_types::{KeyCommitment, Point, Scalar as EncodedScalar};
use rand_core::{CryptoRng, RngCore};

/// Checks that these are the bytes of a group element other than the identity, in its one canonical encoding.
pub fn check_point(point: &Point) -> Result<(), Error> {
    decode(point).map(drop)
}

/// Checks both points of a commitment as [`check_point`] does.
pub fn check_commitment(commitment: &KeyCommitment) -> Result<(), Error> {
    check_point(&commitment.d1)?;
    check_point(&commitment.d2)
}

pub(crate) fn decode(point: &Point) -> Result<RistrettoPoint, Error> {
    let element = CompressedRistretto(point.0.0).decompress().ok_or(Error::NonCanonicalPoint)?;
    if element.is_identity() { Err(Error::IdentityPoint) } else { Ok(element) }
}

pub(crate) fn encode(element: &RistrettoPoint) -> Point {
    Point(element.compress().to_bytes().into())
}

pub(crate) fn decode_scalar(scalar: &EncodedScalar) -> Result<Scalar, Error> {
    Option::from(Scalar::from_canonical_bytes(scalar.0.0)).ok_or(Error::NonCanonicalScalar)
}

pub(crate) fn encode_scalar(scalar: &Scalar) -> EncodedScalar {
    EncodedScalar(scalar.to_bytes().into())
}

/// A uniform scalar other than zero.
pub(crate) fn random_scalar(rng: &mut (impl RngCore + CryptoRng)) -> Scalar {
    loop {
        let scalar = Scalar::random(rng);
        if scalar != Scalar::ZERO {
            return scalar;
        }
    }
}
