//! What stands before the document inside an envelope, and the commitment to the document.
//!
//! The plaintext of an envelope is a [`PlaintextHeader`] of 44 bytes (the line `medshare/v1`, then 32 random bytes of
//! salt), then the document. The chain stores `SHA-256("medshare/v1/plaintext" ‖ salt ‖ document)`: whoever opens the
//! envelope can check the document, and nobody else can guess at it.

use medshare_types::Hash;
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha256};

use crate::Error;

/// The line with which the plaintext of every envelope begins.
pub const MAGIC: &[u8; 12] = b"medshare/v1\n";

/// Bytes of salt in a header.
pub const SALT_LENGTH: usize = 32;

/// Bytes of a header.
pub const LENGTH: usize = MAGIC.len() + SALT_LENGTH;

const COMMITMENT_LABEL: &[u8] = b"medshare/v1/plaintext";

/// The header: it carries the salt of the plaintext commitment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlaintextHeader {
    /// Random, fresh for every version of every record.
    pub salt: [u8; SALT_LENGTH],
}

impl PlaintextHeader {
    /// A header with a new random salt.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut salt = [0; SALT_LENGTH];
        rng.fill_bytes(&mut salt);
        Self { salt }
    }

    /// The bytes to write before the document.
    pub fn to_bytes(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        let (magic, salt) = bytes.split_at_mut(MAGIC.len());
        magic.copy_from_slice(MAGIC);
        salt.copy_from_slice(&self.salt);
        bytes
    }

    /// Reads the header at the beginning of a plaintext and returns it with what follows: the document or, in a
    /// stream, as much of it as was given.
    ///
    /// Fails with [`Error::NotAPlaintext`] if fewer than [`LENGTH`] bytes are given or the magic line is not there.
    pub fn parse(plaintext: &[u8]) -> Result<(Self, &[u8]), Error> {
        let (salt, document) = plaintext
            .strip_prefix(MAGIC)
            .and_then(|rest| rest.split_first_chunk())
            .ok_or(Error::NotAPlaintext)?;
        Ok((Self { salt: *salt }, document))
    }

    /// A hasher for the commitment to the document that follows this header.
    pub fn hasher(&self) -> PlaintextHasher {
        PlaintextHasher(Sha256::new().chain_update(COMMITMENT_LABEL).chain_update(self.salt))
    }

    /// The commitment to a document that is in memory.
    pub fn commit(&self, document: &[u8]) -> Hash {
        let mut hasher = self.hasher();
        hasher.update(document);
        hasher.finalize()
    }
}

/// Computes a plaintext commitment piece by piece.
#[derive(Clone)]
pub struct PlaintextHasher(Sha256);

impl PlaintextHasher {
    /// Takes the next piece of the document; the header is no part of it.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The commitment.
    pub fn finalize(self) -> Hash {
        Hash::from_slice(&self.0.finalize())
    }
}
