//! Sealing a record key to a grantee, with the proof that the chain verifies.

use codec::Encode;
use curve25519_dalek::{
    ristretto::RistrettoPoint,
    scalar::Scalar,
    traits::{MultiscalarMul, VartimeMultiscalarMul},
};
use medshare_types::{KeyCommitment, Point, SealContext, SealProof, SealedKey};
use merlin::Transcript;
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::{
    Error, KeyPair, open_commitment, point,
    transcript::{TranscriptExt, witness},
};

/// Seals the key of a commitment to a grantee, for one purpose: `S = (s·B, K + s·Q)` and its proof.
///
/// The owner is whoever can open the commitment: the record's owner, or for a claim the buyer, with
/// [`SealedKey::as_commitment`]. Whether the commitment was made for another key of the owner cannot be seen from it;
/// then the grantee receives a key that opens nothing, as would the owner from [`open_commitment`].
///
/// Fails if a point is invalid, or if the commitment opens to no record key. What it returns has been verified.
pub fn seal<AccountId: Encode>(
    rng: &mut (impl RngCore + CryptoRng),
    owner: &KeyPair,
    commitment: &KeyCommitment,
    grantee_key: &Point,
    context: &SealContext<AccountId>,
) -> Result<SealedKey, Error> {
    let key = open_commitment(owner, commitment)?;
    let d1 = point::decode(&commitment.d1)?;
    let grantee = point::decode(grantee_key)?;
    let mut transcript = statement(context, &owner.public(), grantee_key, commitment);

    // Every secret number depends on the witness and the statement as well as on `rng`, so that a poor or repeated
    // `rng` gives no secret away.
    let s = Zeroizing::new(point::random_scalar(
        &mut transcript
            .build_rng()
            .rekey_with_witness_bytes(b"p", witness(owner.secret()).as_slice())
            .finalize(rng),
    ));
    let c1 = point::encode(&RistrettoPoint::mul_base(&s));
    let c2 = point::encode(&key.hide(&s, &grantee));
    bind_sealed(&mut transcript, &c1, &c2);

    let mut nonces = transcript
        .build_rng()
        .rekey_with_witness_bytes(b"p", witness(owner.secret()).as_slice())
        .rekey_with_witness_bytes(b"s", witness(&s).as_slice())
        .finalize(rng);
    let nonce_p = Zeroizing::new(Scalar::random(&mut nonces));
    let nonce_s = Zeroizing::new(Scalar::random(&mut nonces));
    let challenge = announce(
        transcript,
        [
            RistrettoPoint::mul_base(&nonce_p),
            RistrettoPoint::mul_base(&nonce_s),
            RistrettoPoint::multiscalar_mul([*nonce_p, -*nonce_s], [d1, grantee]),
        ],
    );

    let proof = SealProof {
        challenge: point::encode_scalar(&challenge),
        response_p: point::encode_scalar(&(*nonce_p + challenge * owner.secret())),
        response_s: point::encode_scalar(&(*nonce_s + challenge * *s)),
    };
    let sealed = SealedKey { c1, c2, proof };
    verify_seal(&sealed, &owner.public(), commitment, grantee_key, context)?;
    Ok(sealed)
}

/// Verifies that a sealed key opens, under the grantee's key, to what the commitment opens to under the owner's
/// key, and that it was made for exactly this context.
///
/// Recomputes the announcements `A1 = z_p·B − e·P`, `A2 = z_s·B − e·c1` and `A3 = z_p·d1 − z_s·Q − e·(d2 − c2)` and from
/// them the challenge `e`. Takes variable time; nothing in it is secret.
pub fn verify_seal<AccountId: Encode>(
    sealed: &SealedKey,
    owner_key: &Point,
    commitment: &KeyCommitment,
    grantee_key: &Point,
    context: &SealContext<AccountId>,
) -> Result<(), Error> {
    let owner = point::decode(owner_key)?;
    let grantee = point::decode(grantee_key)?;
    let d1 = point::decode(&commitment.d1)?;
    let d2 = point::decode(&commitment.d2)?;
    let c1 = point::decode(&sealed.c1)?;
    let c2 = point::decode(&sealed.c2)?;
    let challenge = point::decode_scalar(&sealed.proof.challenge)?;
    let response_p = point::decode_scalar(&sealed.proof.response_p)?;
    let response_s = point::decode_scalar(&sealed.proof.response_s)?;

    let minus_challenge = -challenge;
    let announcements = [
        RistrettoPoint::vartime_double_scalar_mul_basepoint(&minus_challenge, &owner, &response_p),
        RistrettoPoint::vartime_double_scalar_mul_basepoint(&minus_challenge, &c1, &response_s),
        RistrettoPoint::vartime_multiscalar_mul(
            [response_p, -response_s, minus_challenge],
            [d1, grantee, d2 - c2],
        ),
    ];
    let mut transcript = statement(context, owner_key, grantee_key, commitment);
    bind_sealed(&mut transcript, &sealed.c1, &sealed.c2);
    if announce(transcript, announcements) == challenge { Ok(()) } else { Err(Error::FalseProof) }
}

fn statement<AccountId: Encode>(
    context: &SealContext<AccountId>,
    owner_key: &Point,
    grantee_key: &Point,
    commitment: &KeyCommitment,
) -> Transcript {
    let mut transcript = Transcript::new(b"medshare/v1/seal");
    transcript.bind(b"genesis", &context.genesis);
    transcript.bind(b"record", &context.record);
    transcript.bind(b"version", &context.version);
    transcript.bind(b"grantee", &context.grantee);
    transcript.bind(b"purpose", &context.purpose);
    transcript.bind(b"P", owner_key);
    transcript.bind(b"Q", grantee_key);
    transcript.bind(b"d1", &commitment.d1);
    transcript.bind(b"d2", &commitment.d2);
    transcript
}

fn bind_sealed(transcript: &mut Transcript, c1: &Point, c2: &Point) {
    transcript.bind(b"c1", c1);
    transcript.bind(b"c2", c2);
}

fn announce(mut transcript: Transcript, [first, second, third]: [RistrettoPoint; 3]) -> Scalar {
    transcript.bind_element(b"A1", &first);
    transcript.bind_element(b"A2", &second);
    transcript.bind_element(b"A3", &third);
    transcript.challenge()
}
