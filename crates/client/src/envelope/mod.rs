//! Envelopes: files encrypted under a record key, in constant memory.
//!
//! An envelope is an age v1 file with one `medshare-v1` stanza (see `medshare_crypto::envelope`); its plaintext is a
//! small header with a salt (see `medshare_crypto::header`), then the document. The SHA-256 of the envelope is its
//! address; the salted SHA-256 of the document is the plaintext commitment. Both are computed on the way.
//!
//! What is written appears under its name only when it is complete and, when opening, verified.

mod open;
mod seal;

pub use open::{Registered, open};
pub use seal::{Sealed, seal};

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};

use medshare_types::Hash;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// Bytes moved at once; age's own chunk.
const CHUNK: usize = 64 << 10;

/// A reader or writer that counts and hashes what passes.
struct Hashing<T> {
    inner: T,
    hasher: Sha256,
    bytes: u64,
}

impl<T> Hashing<T> {
    fn new(inner: T) -> Self {
        Self { inner, hasher: Sha256::new(), bytes: 0 }
    }

    fn took(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
    }

    fn digest(&self) -> Hash {
        Hash::from_slice(&self.hasher.clone().finalize())
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.took(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.took(&bytes[..read]);
        Ok(read)
    }
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
