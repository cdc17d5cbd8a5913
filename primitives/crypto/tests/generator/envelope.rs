//! `envelope.json` and `plaintext.json`.

use base64::{Engine, prelude::BASE64_STANDARD};
use medshare_crypto::{PlaintextHeader, RecordKey, header::MAGIC};
use medshare_types::Hash;
use rand_chacha::rand_core::RngCore;

use super::{
    age_file::{AgeFile, base64, stanza},
    format::{Envelopes, File, Invalid, InvalidFile, Plaintext, Plaintexts, Wrap},
    hash, hex,
    keys::invalid,
    rng,
};

const DOCUMENT: &[u8] = b"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[]}\n";

pub fn envelopes() -> Envelopes {
    let mut rng = rng("envelope");
    let mut draw = || {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    let keys = [(); 3].map(|()| RecordKey::generate(&mut super::rng(&hex(draw()))));
    let encoded = |key: &RecordKey| Hash::from(*key.compress());

    let wraps = keys
        .iter()
        .map(|key| {
            let (salt, file_key) = (draw(), draw());
            Wrap {
                record_key: encoded(key),
                salt: hex(salt),
                wrapping_key: Hash::from(*key.wrapping_key(&salt)),
                file_key: hex(file_key),
                stanza: stanza(key, &salt, &file_key),
            }
        })
        .collect();

    let key = &keys[0];
    let (salt, file_key, nonce) = (draw(), draw(), draw());
    let header = PlaintextHeader { salt: hash("salt of the document").0 };
    let own = stanza(key, &salt, &file_key);
    let write = |stanzas: Vec<String>| {
        let payload = [&header.to_bytes(), DOCUMENT].concat();
        AgeFile { stanzas, file_key, nonce, payload }.to_bytes()
    };
    let file = write(vec![own.clone()]);
    let greased = write(vec!["-> x-grease ~ 1\n\n".into(), own.clone()]);
    let files = [&file, &greased]
        .map(|file| File {
            record_key: encoded(key),
            file: BASE64_STANDARD.encode(file),
            document: hex(DOCUMENT),
            commitment: header.commit(DOCUMENT),
        })
        .into();

    let case = |reason: &str, error: &str, key: &RecordKey, file: &[u8]| {
        invalid(reason, error, InvalidFile { record_key: encoded(key), file: BASE64_STANDARD.encode(file) })
    };
    let restanza = |reason: &str, error: &str, stanza: String| case(reason, error, key, &write(vec![stanza]));
    let flipped = |from_end: usize| {
        let mut changed = file.clone();
        let place = changed.len() - from_end;
        changed[place] ^= 1;
        changed
    };
    // The two lines of the stanza without what varies.
    let (argument, body) = own
        .strip_prefix("-> medshare-v1 ")
        .and_then(|rest| rest.trim_end().split_once('\n'))
        .expect("a stanza");
    let payload_length = 16 + header.to_bytes().len() + DOCUMENT.len() + 16;
    let invalid = vec![
        case("the key of another record", "NoMatchingKeys", &keys[1], &file),
        case("two stanzas", "InvalidHeader", key, &write(vec![own.clone(), stanza(key, &draw(), &file_key)])),
        case(
            "two stanzas, the other one for another key",
            "InvalidHeader",
            key,
            &write(vec![own.clone(), stanza(&keys[1], &draw(), &file_key)]),
        ),
        case("no stanza", "NoMatchingKeys", key, &write(vec!["-> x-grease ~ 1\n\n".into()])),
        restanza("no salt", "InvalidHeader", format!("-> medshare-v1\n{body}\n")),
        restanza("two arguments", "InvalidHeader", format!("-> medshare-v1 {argument} {argument}\n{body}\n")),
        restanza("a padded salt", "InvalidHeader", format!("-> medshare-v1 {argument}==\n{body}\n")),
        restanza(
            "a salt of 15 bytes",
            "InvalidHeader",
            format!("-> medshare-v1 {}\n{body}\n", base64(&salt[1..])),
        ),
        restanza(
            "a salt that is not base64",
            "InvalidHeader",
            format!("-> medshare-v1 {}\n{body}\n", "*".repeat(22)),
        ),
        restanza("another salt", "NoMatchingKeys", format!("-> medshare-v1 {}\n{body}\n", base64(nonce))),
        restanza(
            "a short body",
            "InvalidHeader",
            format!("-> medshare-v1 {argument}\n{}\n", base64([0; 31])),
        ),
        restanza(
            "another body",
            "NoMatchingKeys",
            format!("-> medshare-v1 {argument}\n{}\n", base64([0; 32])),
        ),
        restanza("another type", "NoMatchingKeys", format!("-> medshare-v2 {argument}\n{body}\n")),
        // The last character before the line break carries two bits that do not count, so take the one before it.
        case("the header's MAC is another", "InvalidMac", key, &flipped(payload_length + 3)),
        case("the payload is changed", "DecryptionFailed", key, &flipped(20)),
        case("the payload is cut", "DecryptionFailed", key, &file[..file.len() - 1]),
        case("the payload's nonce is another", "DecryptionFailed", key, &flipped(payload_length)),
    ];
    Envelopes { wraps, files, invalid }
}

pub fn plaintexts() -> Plaintexts {
    let valid = [DOCUMENT, b"", b"medshare/v1\n", &[0xff; 100]]
        .iter()
        .enumerate()
        .map(|(index, document)| {
            let header = PlaintextHeader { salt: hash(&format!("salt {index}")).0 };
            Plaintext {
                salt: Hash::from(header.salt),
                document: hex(document),
                plaintext: hex([&header.to_bytes(), *document].concat()),
                commitment: header.commit(document),
            }
        })
        .collect();
    let salt = hash("salt").0;
    let case = |reason: &str, parts: &[&[u8]]| -> Invalid<String> {
        invalid(reason, "NotAPlaintext", hex(parts.concat()))
    };
    let invalid = vec![
        case("empty", &[]),
        case("no header", &[DOCUMENT]),
        case("another version", &[b"medshare/v2\n", &salt]),
        case("only the magic line", &[MAGIC]),
        case("a byte of salt is missing", &[MAGIC, &salt[1..]]),
        case("a line break of two bytes", &[b"medshare/v1\r\n", &salt]),
    ];
    Plaintexts { valid, invalid }
}
