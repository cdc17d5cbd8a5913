//! Envelopes, with the age crate itself.

use std::io::{Read, Write};

use age::{DecryptError, Decryptor, EncryptError, Encryptor, Identity, Recipient};
use age_core::{format::FileKey, secrecy::ExposeSecret};
use medshare_crypto::{RecordIdentity, RecordKey, RecordRecipient, envelope::STANZA_TAG};
use proptest::prelude::*;

fn keys() -> [RecordKey; 2] {
    [(); 2].map(|()| RecordKey::generate(&mut rand::thread_rng()))
}

fn encrypt(key: &RecordKey, plaintext: &[u8]) -> Vec<u8> {
    let recipient = RecordRecipient::new(key.clone());
    let mut file = Vec::new();
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn Recipient)).unwrap();
    let mut writer = encryptor.wrap_output(&mut file).unwrap();
    writer.write_all(plaintext).unwrap();
    writer.finish().unwrap();
    file
}

/// Opens an envelope, or says why not. An error of the payload counts as `DecryptionFailed`.
pub fn decrypt(key: &RecordKey, file: &[u8]) -> Result<Vec<u8>, DecryptError> {
    let identity = RecordIdentity::new(key.clone());
    let mut reader = Decryptor::new(file)?.decrypt(std::iter::once(&identity as &dyn Identity))?;
    let mut plaintext = Vec::new();
    reader.read_to_end(&mut plaintext).map_err(|_| DecryptError::DecryptionFailed)?;
    Ok(plaintext)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_encrypted_can_be_decrypted(plaintext: Vec<u8>) {
        let [key, other] = keys();
        let file = encrypt(&key, &plaintext);
        prop_assert_eq!(decrypt(&key, &file).unwrap(), plaintext);
        prop_assert!(matches!(decrypt(&other, &file), Err(DecryptError::NoMatchingKeys)));
    }
}

#[test]
fn an_envelope_of_several_chunks_opens() {
    let [key, _] = keys();
    let plaintext = vec![7; 200_000];
    assert_eq!(decrypt(&key, &encrypt(&key, &plaintext)).unwrap(), plaintext);
}

#[test]
fn a_stanza_has_one_argument_and_a_fresh_salt() {
    let [key, _] = keys();
    let recipient = RecordRecipient::from(key);
    let file_key = FileKey::new(Box::new([5; 16]));
    let (first, first_labels) = recipient.wrap_file_key(&file_key).unwrap();
    let (second, second_labels) = recipient.wrap_file_key(&file_key).unwrap();
    let [stanza] = first.as_slice() else { panic!("one stanza") };
    assert_eq!(stanza.tag, STANZA_TAG);
    assert_eq!(stanza.args.len(), 1);
    assert_eq!(stanza.args[0].len(), 22);
    assert_eq!(stanza.body.len(), 32);
    assert_ne!(stanza.args, second[0].args);
    assert_ne!(stanza.body, second[0].body);
    assert_ne!(first_labels, second_labels);
}

#[test]
fn cannot_be_mixed_with_any_other_recipient() {
    let [key, other] = keys();
    let own = RecordRecipient::new(key);
    let record = RecordRecipient::new(other);
    let person = age::x25519::Identity::generate().to_public();
    for other in [&record as &dyn Recipient, &own, &person] {
        for pair in [[&own as &dyn Recipient, other], [other, &own]] {
            assert!(matches!(
                Encryptor::with_recipients(pair.into_iter()),
                Err(EncryptError::IncompatibleRecipients { .. })
            ));
        }
    }
}

#[test]
fn finds_its_stanza_among_others_and_only_there() {
    let [key, other] = keys();
    let (own, identity) = (RecordRecipient::new(key.clone()), RecordIdentity::from(key));
    let file_key = FileKey::new(Box::new([5; 16]));
    let (mut stanzas, _) = own.wrap_file_key(&file_key).unwrap();
    let (person, _) = age::x25519::Identity::generate().to_public().wrap_file_key(&file_key).unwrap();
    assert!(identity.unwrap_stanzas(&person).is_none());
    stanzas.splice(0..0, person);
    let opened = identity.unwrap_stanzas(&stanzas).unwrap().ok().unwrap();
    assert_eq!(opened.expose_secret(), file_key.expose_secret());
    assert!(RecordIdentity::new(other).unwrap_stanzas(&stanzas).is_none());

    let (second, _) = own.wrap_file_key(&file_key).unwrap();
    stanzas.extend(second);
    assert!(matches!(identity.unwrap_stanzas(&stanzas), Some(Err(DecryptError::InvalidHeader))));
}

#[test]
fn every_flipped_bit_is_noticed() {
    let [key, _] = keys();
    let file = encrypt(&key, b"a short document");
    for bit in 0..file.len() * 8 {
        let mut changed = file.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(decrypt(&key, &changed).is_err(), "bit {bit} of {}", file.len() * 8);
    }
    for length in 0..file.len() {
        assert!(decrypt(&key, &file[..length]).is_err(), "cut to {length}");
    }
}
