//! `keys.json` and `commitment.json`.

use curve25519_dalek::{RistrettoPoint, Scalar as Exponent};
use medshare_crypto::{KeyCommitment, KeyPair, Point, RecordKey};
use medshare_types::{Hash, Scalar};

use super::{
    format::{Commitment, Commitments, Invalid, Keys, NamedKey, SeedKey, ValidCommitment},
    hash, plus_order, point,
    points::{IDENTITY, NON_CANONICAL},
    rng,
};

pub fn secret(key: &KeyPair) -> Scalar {
    Scalar(Hash::from(*key.secret_bytes()))
}

pub fn keys() -> Keys {
    let from_seed = [Hash::zero(), Hash::repeat_byte(0xff), hash("a seed")]
        .map(|seed| {
            let key = KeyPair::from_seed(&seed.0);
            SeedKey { seed, secret: secret(&key), public: key.public() }
        })
        .into();
    let development = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie", "One", "Two"]
        .map(|name| {
            let key = KeyPair::development(name);
            NamedKey { name: name.into(), secret: secret(&key), public: key.public() }
        })
        .into();
    let zero = Scalar::default();
    let invalid_secrets = vec![
        invalid("zero", "ZeroSecret", zero),
        invalid("the group order", "NonCanonicalScalar", plus_order(&zero)),
        invalid("all bits set", "NonCanonicalScalar", Scalar(Hash::repeat_byte(0xff))),
    ];
    Keys { from_seed, development, invalid_secrets }
}

pub fn commitments() -> Commitments {
    let mut rng = rng("commitment");
    let valid: Vec<_> = (0..3)
        .map(|_| {
            let owner = KeyPair::generate(&mut rng);
            let key = RecordKey::generate(&mut rng);
            let commitment = key.commit(&mut rng, &owner.public()).expect("the owner's key is valid");
            ValidCommitment {
                record_key: Point(Hash::from(*key.compress())),
                commitment: Commitment {
                    owner_secret: secret(&owner),
                    owner_key: owner.public(),
                    commitment,
                },
            }
        })
        .collect();

    let base = &valid[0].commitment;
    let case = |reason: &str, error: &str, change: &dyn Fn(&mut KeyCommitment)| {
        let mut changed = base.clone();
        change(&mut changed.commitment);
        invalid(reason, error, changed)
    };
    // Points that hide the identity instead of a record key.
    let secret = Exponent::from_bytes_mod_order(base.owner_secret.0.0);
    let blinding = Exponent::from(7u8);
    let nothing = KeyCommitment {
        d1: point(RistrettoPoint::mul_base(&blinding)),
        d2: point(RistrettoPoint::mul_base(&(blinding * secret))),
    };
    let invalid = vec![
        case("d1 is the identity", "IdentityPoint", &|c| c.d1 = IDENTITY),
        case("d2 is the identity", "IdentityPoint", &|c| c.d2 = IDENTITY),
        case("d1 is not canonical", "NonCanonicalPoint", &|c| c.d1 = NON_CANONICAL),
        case("d2 is not canonical", "NonCanonicalPoint", &|c| c.d2 = NON_CANONICAL),
        case("it opens to the identity", "NoRecordKey", &|c| *c = nothing),
    ];
    Commitments { valid, invalid }
}

pub fn invalid<Value>(reason: &str, error: &str, value: Value) -> Invalid<Value> {
    Invalid { reason: reason.into(), error: error.into(), value }
}
