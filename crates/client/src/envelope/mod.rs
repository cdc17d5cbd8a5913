//! Envelopes: files encrypted under a record key, in constant memory.
//!
//! An envelope is an age v1 file with one `medshare-v1` stanza (see `medshare_crypto::envelope`); its plaintext is a
//! small header with a salt (see `medshare_crypto::header`), then the document. The SHA-256 of the envelope is its
//! address; the salted SHA-256 of the document is the plaintext commitment. Both are computed on the way, beside
//! encrypting, reading and writing: each of these has a thread of its own.
//!
//! What is written appears under its name only when it is complete and, when opening, verified.

mod line;
mod open;
mod seal;
mod stream;

pub use open::{Registered, open};
pub(crate) use seal::seal_sized;
pub use seal::{Sealed, seal};

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use medshare_crypto::header;
use medshare_types::Hash;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use stream::{Batch, CHUNK};

/// A reader that counts and hashes what passes.
struct Hashing<R> {
    inner: R,
    hasher: Sha256,
    bytes: u64,
}

impl<R> Hashing<R> {
    fn new(inner: R) -> Self {
        Self { inner, hasher: Sha256::new(), bytes: 0 }
    }

    fn digest(&self) -> Hash {
        digest(self.hasher.clone())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hasher.update(&bytes[..read]);
        self.bytes = self.bytes.saturating_add(read as u64);
        Ok(read)
    }
}

fn digest(hasher: Sha256) -> Hash {
    Hash::from_slice(&hasher.finalize())
}

/// What of the document is in a batch, in pieces: all of its plaintext, but the header before the document.
fn document(batch: &Batch) -> impl Iterator<Item = &[u8]> {
    let header = if batch.is_first() { header::LENGTH } else { 0 };
    let pieces = batch.plaintext().enumerate();
    pieces.map(move |(index, piece)| if index == 0 { piece.get(header..).unwrap_or_default() } else { piece })
}

fn reader(path: &Path, doing: &'static str) -> Result<BufReader<File>> {
    let file = File::open(path).map_err(|source| Error::file(doing, path, source))?;
    Ok(BufReader::with_capacity(CHUNK, file))
}

/// A temporary file beside `path`, readable by its owner only.
fn temporary(path: &Path) -> Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    NamedTempFile::new_in(folder).map_err(|source| Error::file("write a temporary file in", folder, source))
}

/// Gives a finished temporary file its name. What is there already stays as it is.
fn keep(file: NamedTempFile, path: &Path) -> Result<()> {
    file.as_file().sync_all().map_err(|source| Error::file("write", path, source))?;
    file.persist_noclobber(path).map(drop).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists { path: path.into() },
        _ => Error::file("write", path, error.error),
    })
}

fn absent(path: &Path) -> Result<()> {
    if path.exists() { Err(Error::Exists { path: path.into() }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
