//! Proof that whoever registers an encryption key knows its secret: a Schnorr proof of `P = p·B`.
//!
//! Without it somebody could register a key that was computed from another member's key.

use codec::Encode;
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use medshare_types::{Hash, KeyProof, Point};
use merlin::Transcript;
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::{
    Error, KeyPair, point,
    transcript::{TranscriptExt, witness},
};

impl KeyPair {
    /// Proves knowledge of the secret, for this account on this chain and nowhere else.
    pub fn prove_possession(
        &self,
        rng: &mut (impl RngCore + CryptoRng),
        genesis: &Hash,
        account: &impl Encode,
    ) -> KeyProof {
        let mut transcript = statement(&self.public(), genesis, account);
        // The nonce depends on the secret and the statement too: a poor `rng` does not give the secret away.
        let nonce = Zeroizing::new(Scalar::random(
            &mut transcript
                .build_rng()
                .rekey_with_witness_bytes(b"p", witness(self.secret()).as_slice())
                .finalize(rng),
        ));
        transcript.bind_element(b"A", &RistrettoPoint::mul_base(&nonce));
        let challenge = transcript.challenge();
        KeyProof {
            challenge: point::encode_scalar(&challenge),
            response: point::encode_scalar(&(*nonce + challenge * self.secret())),
        }
    }
}

/// Checks that the key is a valid one and that whoever made the proof knows its secret.
pub fn verify_possession(
    key: &Point,
    proof: &KeyProof,
    genesis: &Hash,
    account: &impl Encode,
) -> Result<(), Error> {
    let element = point::decode(key)?;
    let challenge = point::decode_scalar(&proof.challenge)?;
    let response = point::decode_scalar(&proof.response)?;

    let announcement = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-challenge, &element, &response);
    let mut transcript = statement(key, genesis, account);
    transcript.bind_element(b"A", &announcement);
    if transcript.challenge() == challenge { Ok(()) } else { Err(Error::FalseProof) }
}

fn statement(key: &Point, genesis: &Hash, account: &impl Encode) -> Transcript {
    let mut transcript = Transcript::new(b"medshare/v1/possession");
    transcript.bind(b"genesis", genesis);
    transcript.bind(b"account", account);
    transcript.bind(b"P", key);
    transcript
}
