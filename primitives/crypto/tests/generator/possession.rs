//! `possession.json`.

use medshare_crypto::KeyPair;
use medshare_types::Scalar;

use super::{
    format::{Possession, Possessions, ValidPossession},
    hash,
    keys::{invalid, secret},
    plus_one, plus_order,
    points::{IDENTITY, NON_CANONICAL},
    rng,
};

pub fn possession() -> Possessions {
    let mut rng = rng("possession");
    let genesis = hash("genesis");
    let valid: Vec<_> = ["Alice", "Bob", "Charlie"]
        .map(|name| {
            let key = KeyPair::development(name);
            let account = hash(name);
            let proof = key.prove_possession(&mut rng, &genesis, &account);
            ValidPossession {
                secret: secret(&key),
                possession: Possession { genesis, account, key: key.public(), proof },
            }
        })
        .into();

    let base = &valid[0].possession;
    let case = |reason: &str, error: &str, change: &dyn Fn(&mut Possession)| {
        let mut changed = base.clone();
        change(&mut changed);
        invalid(reason, error, changed)
    };
    let invalid = vec![
        case("another chain", "FalseProof", &|p| p.genesis = hash("another genesis")),
        case("another account", "FalseProof", &|p| p.account = hash("Bob")),
        case("another key", "FalseProof", &|p| p.key = KeyPair::development("Bob").public()),
        case("another challenge", "FalseProof", &|p| p.proof.challenge = plus_one(&p.proof.challenge)),
        case("another response", "FalseProof", &|p| p.proof.response = plus_one(&p.proof.response)),
        case("a proof of zeros", "FalseProof", &|p| {
            p.proof.challenge = Scalar::default();
            p.proof.response = Scalar::default();
        }),
        case("the key is the identity", "IdentityPoint", &|p| p.key = IDENTITY),
        case("the key is not canonical", "NonCanonicalPoint", &|p| p.key = NON_CANONICAL),
        case("the challenge plus the group order", "NonCanonicalScalar", &|p| {
            p.proof.challenge = plus_order(&p.proof.challenge)
        }),
        case("the response plus the group order", "NonCanonicalScalar", &|p| {
            p.proof.response = plus_order(&p.proof.response)
        }),
    ];
    Possessions { valid, invalid }
}
