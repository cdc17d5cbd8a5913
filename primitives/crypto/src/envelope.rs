//! The envelope: an age v1 file (<https://c2sp.org/age>) with one stanza that the record key opens.
//!
//! The stanza is `-> medshare-v1 SALT`, where `SALT` is 16 random bytes in unpadded base64. Its body is age's file key
//! of 16 bytes, encrypted with ChaCha20-Poly1305 under [`RecordKey::wrapping_key`] of the salt, with a nonce of zeros:
//! the key is used once. Stanzas of types that nobody knows may stand beside it, as the age format wants it.

use std::{collections::HashSet, io};

use age::{DecryptError, EncryptError, Identity, Recipient};
use age_core::{
    format::{FILE_KEY_BYTES, FileKey, Stanza},
    primitives::{aead_decrypt, aead_encrypt},
    secrecy::ExposeSecret,
};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use rand_core::{OsRng, RngCore};
use zeroize::Zeroizing;

use crate::RecordKey;

/// The type of the stanza.
pub const STANZA_TAG: &str = "medshare-v1";

/// Bytes of salt in the stanza's argument.
pub const STANZA_SALT_LENGTH: usize = 16;

const BODY_LENGTH: usize = FILE_KEY_BYTES + 16;

/// Encrypts age files to a record key. It must be the only recipient of a file, so that the envelope opens with
/// nothing but the key that the chain accounts for.
#[derive(Clone, Debug)]
pub struct RecordRecipient(RecordKey);

/// Decrypts age files with a record key.
#[derive(Clone, Debug)]
pub struct RecordIdentity(RecordKey);

impl RecordRecipient {
    /// The recipient of a record key.
    pub fn new(key: RecordKey) -> Self {
        Self(key)
    }
}

impl RecordIdentity {
    /// The identity of a record key.
    pub fn new(key: RecordKey) -> Self {
        Self(key)
    }
}

impl From<RecordKey> for RecordRecipient {
    fn from(key: RecordKey) -> Self {
        Self::new(key)
    }
}

impl From<RecordKey> for RecordIdentity {
    fn from(key: RecordKey) -> Self {
        Self::new(key)
    }
}

impl Recipient for RecordRecipient {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let salt: [u8; STANZA_SALT_LENGTH] = random()?;
        let body = aead_encrypt(&self.0.wrapping_key(&salt), file_key.expose_secret());
        let stanza = Stanza { tag: STANZA_TAG.into(), args: vec![BASE64_STANDARD_NO_PAD.encode(salt)], body };

        // A label that no other recipient has: age refuses to encrypt to this recipient and another one.
        let label = BASE64_STANDARD_NO_PAD.encode(random::<32>()?);
        Ok((vec![stanza], HashSet::from([label])))
    }
}

impl Identity for RecordIdentity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != STANZA_TAG {
            return None;
        }
        let Some(salt) = salt(stanza) else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        // A stanza that does not open belongs to another record key, and another identity may have it.
        let file_key = aead_decrypt(&self.0.wrapping_key(&salt), FILE_KEY_BYTES, &stanza.body).ok()?;
        let file_key = Zeroizing::new(file_key);
        Some(Ok(FileKey::init_with_mut(|target| target.copy_from_slice(&file_key))))
    }

    /// Refuses a file with more than one stanza of this type: which of them counts would depend on the reader.
    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let mut own = stanzas.iter().filter(|stanza| stanza.tag == STANZA_TAG);
        let stanza = own.next()?;
        if own.next().is_some() {
            return Some(Err(DecryptError::InvalidHeader));
        }
        self.unwrap_stanza(stanza)
    }
}

/// The salt of a stanza, if it has the one argument and the length of body that it must have.
fn salt(stanza: &Stanza) -> Option<[u8; STANZA_SALT_LENGTH]> {
    let [argument] = stanza.args.as_slice() else {
        return None;
    };
    if stanza.body.len() != BODY_LENGTH {
        return None;
    }
    BASE64_STANDARD_NO_PAD.decode(argument).ok()?.try_into().ok()
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}
