//! Sealing.

use std::{
    io::{self, BufWriter, Read, Write},
    iter,
    path::Path,
};

use age::{Encryptor, stream::StreamWriter};
use medshare_crypto::{PlaintextHasher, PlaintextHeader, RecordKey, RecordRecipient};
use medshare_files::{ReadError, pack};
use medshare_types::Hash;
use rand::rngs::OsRng;

use super::{CHUNK, Hashing, absent, keep, reader, temporary};
use crate::{
    error::{Error, Result},
    progress::{Progress, Stage},
};

/// What a sealed file is on the chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// SHA-256 of the envelope: its address.
    pub ciphertext: Hash,
    /// Bytes of the envelope.
    pub size: u64,
    /// Plaintext commitment.
    pub plaintext: Hash,
    /// Bytes of the document.
    pub plaintext_size: u64,
}

/// Encrypts the document `from` under a record key into the envelope `to`. A folder is packed on the way
/// ([`crate::readers::pack`]).
///
/// # Errors
/// [`Error::Exists`] if `to` is there already, [`Error::File`] if a file cannot be read or written, [`Error::Read`] if a
/// folder cannot be packed, [`Error::Stopped`] if it was stopped.
pub fn seal(from: &Path, to: &Path, key: &RecordKey, progress: &Progress) -> Result<Sealed> {
    absent(to)?;
    let metadata = from.metadata().map_err(|source| Error::file("read", from, source))?;
    progress.begin(Stage::Sealing, metadata.is_file().then_some(metadata.len()));

    let unwritable = |source| match progress.is_stopped() {
        true => Error::Stopped { doing: "sealing", path: from.into() },
        false => Error::file("write", to, source),
    };
    let recipient = RecordRecipient::new(key.clone());
    let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| Error::crypto("encrypt to a record key", error))?;
    let mut file = temporary(to)?;
    let mut output = Hashing::new(BufWriter::with_capacity(CHUNK, &mut file));
    let mut writer = encryptor.wrap_output(&mut output).map_err(unwritable)?;

    let header = PlaintextHeader::generate(&mut OsRng);
    writer.write_all(&header.to_bytes()).map_err(unwritable)?;
    let mut document = Document { writer, hasher: header.hasher(), bytes: 0, progress };
    match metadata.is_dir() {
        true => pack(from, &mut document).map_err(|error| match error {
            ReadError::Write { source, .. } => unwritable(source),
            other => Error::Read(other),
        })?,
        false => copy(from, &mut document, unwritable)?,
    }
    let Document { writer, hasher, bytes, .. } = document;
    writer.finish().map_err(unwritable)?;
    output.flush().map_err(unwritable)?;
    let sealed = Sealed {
        ciphertext: output.digest(),
        size: output.bytes,
        plaintext: hasher.finalize(),
        plaintext_size: bytes,
    };
    drop(output);
    keep(file, to)?;
    progress.end();
    Ok(sealed)
}

fn copy(from: &Path, to: &mut impl Write, unwritable: impl Fn(io::Error) -> Error) -> Result<()> {
    let mut document = reader(from, "read")?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = document.read(&mut chunk).map_err(|source| Error::file("read", from, source))?;
        if read == 0 {
            return Ok(());
        }
        to.write_all(&chunk[..read]).map_err(&unwritable)?;
    }
}

/// A document on its way into the envelope: hashed, counted, encrypted.
struct Document<'p, W: Write> {
    writer: StreamWriter<W>,
    hasher: PlaintextHasher,
    bytes: u64,
    progress: &'p Progress,
}

impl<W: Write> Write for Document<'_, W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.progress.is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        let written = self.writer.write(piece)?;
        self.hasher.update(&piece[..written]);
        self.bytes = self.bytes.saturating_add(written as u64);
        self.progress.advance(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
