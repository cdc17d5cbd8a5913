//! Sealing.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use medshare_crypto::{PlaintextHeader, RecordKey};
use medshare_files::{ReadError, pack};
use medshare_types::Hash;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};

use super::{
    absent, digest, document, keep,
    line::{self, Feed, Work},
    stream, temporary,
};
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
    seal_sized(from, to, key, None, progress)
}

/// As [`seal`], of a document whose size is known before, also where it is a folder.
pub(crate) fn seal_sized(
    from: &Path,
    to: &Path,
    key: &RecordKey,
    size: Option<u64>,
    progress: &Progress,
) -> Result<Sealed> {
    absent(to)?;
    let metadata = from.metadata().map_err(|source| Error::file("read", from, source))?;
    progress.begin(Stage::Sealing, size.or(metadata.is_file().then_some(metadata.len())));

    let unwritable = |source| match progress.is_stopped() {
        true => Error::Stopped { doing: "sealing", path: from.into() },
        false => Error::file("write", to, source),
    };
    let (start, payload_key) =
        stream::begin(key).map_err(|error| Error::crypto("encrypt to a record key", error))?;
    let header = PlaintextHeader::generate(&mut OsRng);
    let file = temporary(to)?;
    let mut output = file.as_file();
    output.write_all(&start).map_err(unwritable)?;

    let mut plaintext = header.hasher();
    let mut ciphertext = Sha256::new_with_prefix(&start);
    let mut size = start.len() as u64;
    let works: Vec<Work<'_>> = vec![
        Box::new(|batch| {
            document(batch).for_each(|piece| plaintext.update(piece));
            Ok(())
        }),
        Box::new(|batch| batch.seal(&payload_key)),
        Box::new(|batch| {
            ciphertext.update(batch.ciphertext());
            Ok(())
        }),
        Box::new(|batch| {
            size = size.saturating_add(batch.ciphertext().len() as u64);
            output.write_all(batch.ciphertext())
        }),
    ];
    let bytes = line::run(works, |feed| {
        let mut document = Document { feed, bytes: 0, progress };
        // The first chunk is longer than the header.
        let header = header.to_bytes();
        document.feed.room().map_err(unwritable)?[..header.len()].copy_from_slice(&header);
        document.feed.filled(header.len());
        match metadata.is_dir() {
            true => pack(from, &mut document).map_err(|error| match error {
                ReadError::Write { source, .. } => unwritable(source),
                other => Error::Read(other),
            })?,
            false => document.read(from, unwritable)?,
        }
        document.feed.finish().map_err(unwritable)?;
        Ok::<_, Error>(document.bytes)
    })
    // A full disk is why nothing more was taken: it is told first.
    .map_err(unwritable)??;
    let sealed = Sealed {
        ciphertext: digest(ciphertext),
        size,
        plaintext: plaintext.finalize(),
        plaintext_size: bytes,
    };
    keep(file, to)?;
    progress.end();
    Ok(sealed)
}

/// A document on its way into the envelope.
struct Document<'l, 'w> {
    feed: Feed<'l, 'w>,
    bytes: u64,
    progress: &'l Progress,
}

impl Document<'_, '_> {
    fn read(&mut self, from: &Path, unwritable: impl Fn(io::Error) -> Error) -> Result<()> {
        let unreadable = |source| Error::file("read", from, source);
        let mut file = File::open(from).map_err(unreadable)?;
        loop {
            let room = self.room().map_err(&unwritable)?;
            match file.read(room) {
                Ok(0) => return Ok(()),
                Ok(read) => self.took(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(error)),
            }
        }
    }

    /// Where more of it goes, if it is not to stop.
    fn room(&mut self) -> io::Result<&mut [u8]> {
        match self.progress.is_stopped() {
            true => Err(io::Error::other("stopped")),
            false => self.feed.room(),
        }
    }

    fn took(&mut self, bytes: usize) {
        self.feed.filled(bytes);
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.progress.advance(bytes as u64);
    }
}

impl Write for Document<'_, '_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let room = self.room()?;
        let length = room.len().min(piece.len());
        room[..length].copy_from_slice(&piece[..length]);
        self.took(length);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
