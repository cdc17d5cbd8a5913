//! Opening.

use std::{
    io::{self, BufReader, BufWriter, Read, Write},
    iter,
    path::Path,
};

use age::{DecryptError, Decryptor};
use medshare_crypto::{PlaintextHasher, PlaintextHeader, RecordIdentity, RecordKey, header};
use medshare_types::{Hash, NewVersion};

use super::{CHUNK, Hashing, absent, keep, reader, temporary};
use crate::{
    error::{Error, Result},
    progress::{Progress, Stage},
};

/// What the chain says about an envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Registered {
    /// SHA-256 of the envelope.
    pub ciphertext: Hash,
    /// Bytes of the envelope.
    pub size: u64,
    /// Plaintext commitment.
    pub plaintext: Hash,
}

impl<AccountId> From<&NewVersion<AccountId>> for Registered {
    fn from(version: &NewVersion<AccountId>) -> Self {
        Self { ciphertext: version.ciphertext, size: version.size, plaintext: version.plaintext }
    }
}

/// Why decrypting ended early.
enum Broken {
    Input(io::Error),
    Output(io::Error),
    Envelope(String),
    Key,
    Stopped,
}

/// Decrypts the envelope `from` into the document `to`, which appears only if the ciphertext and the plaintext are
/// exactly those that are registered. Returns the document's length in bytes.
///
/// # Errors
/// [`Error::WrongCiphertext`] if the file is not the registered ciphertext (whatever else is wrong with it),
/// [`Error::WrongKey`] or [`Error::NotEnvelope`] if it is, but does not open with this key or is no envelope,
/// [`Error::WrongPlaintext`] if something else is inside; [`Error::Exists`], [`Error::File`],
/// [`Error::Stopped`].
pub fn open(
    from: &Path,
    to: &Path,
    key: &RecordKey,
    expected: &Registered,
    progress: &Progress,
) -> Result<u64> {
    absent(to)?;
    let mut input = Hashing::new(reader(from, "read")?);
    progress.begin(Stage::Opening, Some(expected.size));
    let mut file = temporary(to)?;
    let decrypted = decrypt(&mut input, BufWriter::with_capacity(CHUNK, &mut file), key, progress);

    if matches!(decrypted, Err(Broken::Stopped)) {
        return Err(Error::Stopped { doing: "opening", path: from.into() });
    }
    // The hash covers the whole file, also what follows a failure: a damaged file is told from a wrong key.
    io::copy(&mut input, &mut io::sink()).map_err(|source| Error::file("read", from, source))?;
    if input.bytes != expected.size || input.digest() != expected.ciphertext {
        let reason = if input.bytes == expected.size {
            format!("its SHA-256 is {:?}, not {:?}", input.digest(), expected.ciphertext)
        } else {
            format!("it has {} bytes, not {}", input.bytes, expected.size)
        };
        return Err(Error::WrongCiphertext { path: from.into(), reason });
    }
    let (found, length) = decrypted.map_err(|broken| match broken {
        Broken::Input(source) => Error::file("read", from, source),
        Broken::Output(source) => Error::file("write", to, source),
        Broken::Envelope(reason) => Error::NotEnvelope { path: from.into(), reason },
        Broken::Stopped => Error::Stopped { doing: "opening", path: from.into() },
        Broken::Key => Error::WrongKey { path: from.into() },
    })?;
    if found != expected.plaintext {
        return Err(Error::WrongPlaintext { path: from.into(), expected: expected.plaintext, found });
    }
    keep(file, to)?;
    progress.end();
    Ok(length)
}

fn decrypt(
    input: &mut Hashing<BufReader<std::fs::File>>,
    mut output: impl Write,
    key: &RecordKey,
    progress: &Progress,
) -> Result<(Hash, u64), Broken> {
    let identity = RecordIdentity::new(key.clone());
    // The unbuffered form: age must not read ahead of the hash.
    let decryptor = Decryptor::new(input).map_err(refusal)?;
    let mut reader = decryptor.decrypt(iter::once(&identity as &dyn age::Identity)).map_err(refusal)?;

    let mut start = [0; header::LENGTH];
    reader.read_exact(&mut start).map_err(unreadable)?;
    let (header, _) = PlaintextHeader::parse(&start).map_err(|error| Broken::Envelope(error.to_string()))?;
    let mut hasher: PlaintextHasher = header.hasher();
    let mut length: u64 = 0;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = reader.read(&mut chunk).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        if progress.is_stopped() {
            return Err(Broken::Stopped);
        }
        hasher.update(&chunk[..read]);
        output.write_all(&chunk[..read]).map_err(Broken::Output)?;
        length = length.saturating_add(read as u64);
        progress.advance(read as u64);
    }
    output.flush().map_err(Broken::Output)?;
    Ok((hasher.finalize(), length))
}

fn refusal(error: DecryptError) -> Broken {
    match error {
        DecryptError::NoMatchingKeys
        | DecryptError::DecryptionFailed
        | DecryptError::KeyDecryptionFailed
        | DecryptError::InvalidMac => Broken::Key,
        DecryptError::Io(error) => unreadable(error),
        other => Broken::Envelope(other.to_string()),
    }
}

/// age reports damage as invalid data or an early end; anything else is the disk.
fn unreadable(error: io::Error) -> Broken {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Broken::Envelope(error.to_string()),
        _ => Broken::Input(error),
    }
}
