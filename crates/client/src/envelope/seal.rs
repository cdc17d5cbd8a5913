//! Sealing.

use std::{
    io::{BufWriter, Read, Write},
    iter,
    path::Path,
};

use age::Encryptor;
use medshare_crypto::{PlaintextHeader, RecordKey, RecordRecipient};
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

/// Encrypts the document `from` under a record key into the envelope `to`.
///
/// # Errors
/// [`Error::Exists`] if `to` is there already, [`Error::File`] if a file cannot be read or written,
/// [`Error::Stopped`] if it was stopped.
pub fn seal(from: &Path, to: &Path, key: &RecordKey, progress: &Progress) -> Result<Sealed> {
    absent(to)?;
    let mut document = reader(from, "read")?;
    let total = document.get_ref().metadata().map(|metadata| metadata.len()).ok();
    progress.begin(Stage::Sealing, total);

    let unwritable = |source| Error::file("write", to, source);
    let recipient = RecordRecipient::new(key.clone());
    let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| Error::crypto("encrypt to a record key", error))?;
    let mut file = temporary(to)?;
    let mut output = Hashing::new(BufWriter::with_capacity(CHUNK, &mut file));
    let mut writer = encryptor.wrap_output(&mut output).map_err(unwritable)?;

    let header = PlaintextHeader::generate(&mut OsRng);
    let mut hasher = header.hasher();
    writer.write_all(&header.to_bytes()).map_err(unwritable)?;
    let mut plaintext_size: u64 = 0;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = document.read(&mut chunk).map_err(|source| Error::file("read", from, source))?;
        if read == 0 {
            break;
        }
        if progress.is_stopped() {
            return Err(Error::Stopped { doing: "sealing", path: from.into() });
        }
        hasher.update(&chunk[..read]);
        writer.write_all(&chunk[..read]).map_err(unwritable)?;
        plaintext_size = plaintext_size.saturating_add(read as u64);
        progress.advance(read as u64);
    }
    writer.finish().map_err(unwritable)?;
    output.flush().map_err(unwritable)?;
    let sealed = Sealed {
        ciphertext: output.digest(),
        size: output.bytes,
        plaintext: hasher.finalize(),
        plaintext_size,
    };
    drop(output);
    keep(file, to)?;
    progress.end();
    Ok(sealed)
}
