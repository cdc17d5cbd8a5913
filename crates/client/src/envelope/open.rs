//! Opening.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};

use age::DecryptError;
use medshare_crypto::{PlaintextHasher, PlaintextHeader, RecordKey};
use medshare_types::{Hash, NewVersion};
use sha2::Digest;

use super::{
    Hashing, absent, document, keep,
    line::{self, Feed, Work},
    reader,
    stream::{self, Batch, PayloadKey},
    temporary,
};
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
    let file = temporary(to)?;
    let decrypted = match stream::enter(&mut input, key) {
        Ok(payload_key) => decrypt(&mut input, file.as_file(), payload_key, progress),
        Err(error) => Err(refusal(error)),
    };

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

/// Decrypts the payload, and hashes all of it whatever is wrong with it, unless it cannot be read or is to stop. Gives
/// the plaintext commitment and the length of the document, bytes.
fn decrypt(
    input: &mut Hashing<BufReader<File>>,
    mut output: &File,
    key: PayloadKey,
    progress: &Progress,
) -> Result<(Hash, u64), Broken> {
    let Hashing { inner, hasher, bytes } = input;
    let mut opened = Ok(());
    let mut commitment = Ok(None);
    let (mut written, mut length) = (Ok(()), 0_u64);
    let works: Vec<Work<'_>> = vec![
        Box::new(|batch| {
            hasher.update(batch.ciphertext());
            *bytes = bytes.saturating_add(batch.ciphertext().len() as u64);
            Ok(())
        }),
        Box::new(|batch| {
            if opened.is_ok() {
                opened = batch.open(&key);
            }
            Ok(())
        }),
        Box::new(|batch| {
            follow(&mut commitment, batch);
            Ok(())
        }),
        Box::new(|batch| {
            for piece in document(batch) {
                if written.is_ok() {
                    written = output.write_all(piece);
                }
                length = length.saturating_add(piece.len() as u64);
                progress.advance(piece.len() as u64);
            }
            Ok(())
        }),
    ];
    line::run(works, |feed| read(feed, inner, progress)).map_err(Broken::Input)??;
    opened.map_err(Broken::Envelope)?;
    written.map_err(Broken::Output)?;
    match commitment.map_err(Broken::Envelope)? {
        Some(hasher) => Ok((hasher.finalize(), length)),
        None => Err(Broken::Envelope("it is empty".into())),
    }
}

/// Reads the payload to its end.
fn read(mut feed: Feed<'_, '_>, input: &mut impl Read, progress: &Progress) -> Result<(), Broken> {
    loop {
        if progress.is_stopped() {
            return Err(Broken::Stopped);
        }
        let batch = feed.empty().map_err(Broken::Input)?;
        batch.read(input).map_err(Broken::Input)?;
        if !batch.is_full() {
            return feed.finish().map_err(Broken::Input);
        }
    }
}

/// Takes the next piece of a plaintext into its commitment. If that does not begin as it should, nothing of it goes on.
fn follow(so_far: &mut Result<Option<PlaintextHasher>, String>, batch: &mut Batch) {
    if let Ok(hasher) = so_far {
        match (hasher.as_mut(), batch.plaintext().next().map(PlaintextHeader::parse)) {
            (Some(_), _) | (None, None) => {}
            (None, Some(Ok((header, _)))) => *hasher = Some(header.hasher()),
            (None, Some(Err(error))) => *so_far = Err(error.to_string()),
        }
    }
    match so_far {
        Ok(Some(hasher)) => document(batch).for_each(|piece| hasher.update(piece)),
        Ok(None) | Err(_) => batch.clear(),
    }
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
