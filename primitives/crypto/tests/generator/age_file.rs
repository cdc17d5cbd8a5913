//! A second writer of the age v1 format, for files whose every byte is decided: the `age` crate draws its own random
//! numbers. One stanza or more, and at most one chunk of payload.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, aead::Aead};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use medshare_crypto::RecordKey;
use sha2::Sha256;

/// What an age file is made of.
pub struct AgeFile {
    pub stanzas: Vec<String>,
    pub file_key: [u8; 16],
    pub nonce: [u8; 16],
    pub payload: Vec<u8>,
}

/// Unpadded base64, as age writes it.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD_NO_PAD.encode(bytes)
}

/// The stanza of a record key, two lines.
pub fn stanza(key: &RecordKey, salt: &[u8; 16], file_key: &[u8; 16]) -> String {
    let body = encrypt(&key.wrapping_key(salt), [0; 12], file_key);
    format!("-> medshare-v1 {}\n{}\n", base64(salt), base64(body))
}

impl AgeFile {
    pub fn to_bytes(&self) -> Vec<u8> {
        let header = format!("age-encryption.org/v1\n{}---", self.stanzas.concat());
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&derive(&self.file_key, &[], b"header"))
            .expect("any length");
        mac.update(header.as_bytes());

        let mut file = format!("{header} {}\n", base64(mac.finalize().into_bytes())).into_bytes();
        file.extend(self.nonce);
        let mut last_chunk = [0; 12];
        last_chunk[11] = 1;
        file.extend(encrypt(&derive(&self.file_key, &self.nonce, b"payload"), last_chunk, &self.payload));
        file
    }
}

fn derive(file_key: &[u8; 16], salt: &[u8], info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(salt), file_key).expand(info, &mut key).expect("32 bytes");
    key
}

fn encrypt(key: &[u8; 32], nonce: [u8; 12], plaintext: &[u8]) -> Vec<u8> {
    ChaCha20Poly1305::new(key.into()).encrypt(&nonce.into(), plaintext).expect("a short text")
}
