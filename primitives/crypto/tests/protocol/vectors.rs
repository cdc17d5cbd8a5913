//! The committed vectors are those that the generator makes, and this implementation agrees with them.

use std::{fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use codec::Encode;
use medshare_crypto::{
    Error, KeyPair, PlaintextHeader, check_commitment, check_point, open_commitment, open_sealed,
    verify_possession, verify_seal,
};
use medshare_types::Scalar;
use serde::de::DeserializeOwned;

use crate::{
    commitment::record_key,
    envelope::decrypt,
    generator::{
        self, age_file,
        format::{Commitments, Envelopes, Keys, Plaintexts, Points, Possession, Possessions, Seal, Seals},
        hex,
    },
};

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

fn vectors<Content: DeserializeOwned>(name: &str) -> Content {
    serde_json::from_str(&read(name)).unwrap()
}

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    unhex(text).try_into().unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text.strip_prefix("0x").unwrap()).unwrap()
}

fn pair(secret: &Scalar) -> KeyPair {
    KeyPair::from_secret_bytes(&secret.0.0).unwrap()
}

#[track_caller]
fn assert_refused<Value>(result: Result<Value, Error>, error: &str, reason: &str) {
    assert_eq!(result.err().map(|error| format!("{error:?}")).as_deref(), Some(error), "{reason}");
}

#[test]
fn the_committed_files_are_what_the_generator_makes() {
    for (name, content) in generator::files() {
        assert!(
            read(name) == content,
            "vectors/{name} is not what `cargo run -p medshare-crypto --example vectors` writes"
        );
    }
}

#[test]
fn keys() {
    let vectors: Keys = vectors("keys.json");
    for key in &vectors.from_seed {
        assert_eq!(KeyPair::from_seed(&key.seed.0).public(), key.public);
        assert_eq!(pair(&key.secret).public(), key.public);
    }
    for key in &vectors.development {
        assert_eq!(KeyPair::development(&key.name).public(), key.public);
        assert_eq!(pair(&key.secret).public(), key.public);
    }
    for case in &vectors.invalid_secrets {
        assert_refused(KeyPair::from_secret_bytes(&case.value.0.0), &case.error, &case.reason);
    }
}

#[test]
fn points() {
    let vectors: Points = vectors("points.json");
    for point in &vectors.valid {
        assert_eq!(check_point(point), Ok(()));
    }
    for case in &vectors.invalid {
        assert_refused(check_point(&case.value), &case.error, &case.reason);
    }
}

#[test]
fn possession() {
    let verify = |case: &Possession| verify_possession(&case.key, &case.proof, &case.genesis, &case.account);
    let vectors: Possessions = vectors("possession.json");
    for case in &vectors.valid {
        assert_eq!(pair(&case.secret).public(), case.possession.key);
        assert_eq!(verify(&case.possession), Ok(()));
    }
    for case in &vectors.invalid {
        assert_refused(verify(&case.value), &case.error, &case.reason);
    }
}

#[test]
fn commitment() {
    let vectors: Commitments = vectors("commitment.json");
    for case in &vectors.valid {
        let owner = pair(&case.commitment.owner_secret);
        assert_eq!(owner.public(), case.commitment.owner_key);
        assert_eq!(check_commitment(&case.commitment.commitment), Ok(()));
        let key = open_commitment(&owner, &case.commitment.commitment).unwrap();
        assert_eq!(*key.compress(), case.record_key.0.0);
    }
    for case in &vectors.invalid {
        let owner = pair(&case.value.owner_secret);
        assert_refused(open_commitment(&owner, &case.value.commitment), &case.error, &case.reason);
    }
}

#[test]
fn seal() {
    let verify = |case: &Seal| {
        let context = case.context.to_context();
        verify_seal(&case.sealed, &case.owner_key, &case.commitment, &case.grantee_key, &context)
    };
    let vectors: Seals = vectors("seal.json");
    for case in &vectors.valid {
        let seal = &case.seal;
        assert_eq!(verify(seal), Ok(()), "{}", case.name);
        assert_eq!(hex(seal.context.to_context().purpose.encode()), case.purpose_bytes);
        let owner = open_commitment(&pair(&case.owner_secret), &seal.commitment).unwrap();
        let grantee = open_sealed(&pair(&case.grantee_secret), &seal.sealed).unwrap();
        assert_eq!(*owner.compress(), case.record_key.0.0);
        assert_eq!(owner, grantee);
    }
    for case in &vectors.invalid {
        assert_refused(verify(&case.value), &case.error, &case.reason);
    }
}

#[test]
fn envelope() {
    let vectors: Envelopes = vectors("envelope.json");
    for wrap in &vectors.wraps {
        let key = record_key(&wrap.record_key.0);
        let salt = bytes(&wrap.salt);
        assert_eq!(*key.wrapping_key(&salt), wrap.wrapping_key.0);
        assert_eq!(age_file::stanza(&key, &salt, &bytes(&wrap.file_key)), wrap.stanza);
    }
    for file in &vectors.files {
        let key = record_key(&file.record_key.0);
        let plaintext = decrypt(&key, &BASE64_STANDARD.decode(&file.file).unwrap()).unwrap();
        let (header, document) = PlaintextHeader::parse(&plaintext).unwrap();
        assert_eq!(hex(document), file.document);
        assert_eq!(header.commit(document), file.commitment);
    }
    for case in &vectors.invalid {
        let key = record_key(&case.value.record_key.0);
        let result = decrypt(&key, &BASE64_STANDARD.decode(&case.value.file).unwrap());
        let error = result.err().map(|error| format!("{error:?}"));
        assert_eq!(error.as_deref(), Some(case.error.as_str()), "{}", case.reason);
    }
}

#[test]
fn plaintext() {
    let vectors: Plaintexts = vectors("plaintext.json");
    for case in &vectors.valid {
        let plaintext = unhex(&case.plaintext);
        let (header, document) = PlaintextHeader::parse(&plaintext).unwrap();
        assert_eq!(header.salt, case.salt.0);
        assert_eq!(hex(document), case.document);
        assert_eq!(header.commit(document), case.commitment);
    }
    for case in &vectors.invalid {
        assert_refused(PlaintextHeader::parse(&unhex(&case.value)), &case.error, &case.reason);
    }
}
