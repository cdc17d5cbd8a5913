//! The payload of an age file: STREAM, which is ChaCha20-Poly1305 over chunks of 64 KiB, for several chunks at a time.
//!
//! The `age` crate encrypts one chunk after the other on the thread that writes. Here the same bytes come from chunks that
//! pass from thread to thread. Its header is left to the `age` crate: that makes the file key and checks the MAC, and
//! from the file key follows, with the nonce behind the header, the key of the payload.

use std::{
    cell::RefCell,
    collections::HashSet,
    io::{self, Read},
    iter,
};

use age::{DecryptError, Decryptor, EncryptError, Encryptor, Identity, Recipient, secrecy::ExposeSecret};
use age_core::{
    format::{FileKey, Stanza},
    primitives::hkdf,
};
use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use medshare_crypto::{RecordIdentity, RecordKey, RecordRecipient};
use zeroize::Zeroizing;

/// Bytes of plaintext in a chunk; only the last one may have fewer.
pub(super) const CHUNK: usize = 64 << 10;
/// Bytes that a chunk grows by.
const TAG: usize = 16;
/// Bytes of an encrypted chunk.
const SEALED: usize = CHUNK + TAG;
/// Bytes of the nonce between header and payload.
const FILE_NONCE: usize = 16;
/// From which the key of the payload is derived, as the age specification has it.
const PAYLOAD: &[u8] = b"payload";

/// The key of one payload.
pub(super) struct PayloadKey(LessSafeKey);

impl PayloadKey {
    fn derive(file_key: &FileKey, nonce: &[u8; FILE_NONCE]) -> Option<Self> {
        let key = Zeroizing::new(hkdf(nonce, PAYLOAD, file_key.expose_secret()));
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.as_slice()).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    /// Encrypts a chunk where it is; `room` is the chunk and behind it the place of its tag.
    fn seal(&self, number: u64, last: bool, room: &mut [u8]) -> io::Result<()> {
        let (chunk, place) = room.split_at_mut(room.len().saturating_sub(TAG));
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce(number, last), Aad::empty(), chunk)
            .map_err(|_| io::Error::other("a chunk could not be encrypted"))?;
        place.copy_from_slice(tag.as_ref());
        Ok(())
    }

    /// Decrypts a chunk with its tag where it is, if it is that chunk.
    fn open(&self, number: u64, last: bool, sealed: &mut [u8]) -> bool {
        self.0.open_in_place(nonce(number, last), Aad::empty(), sealed).is_ok()
    }
}

/// The nonce of a chunk: 11 bytes of its number, big endian, and one that says whether it is the last.
fn nonce(number: u64, last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes[3..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = last.into();
    Nonce::assume_unique_for_key(bytes)
}

/// Remembers the file key that passes between age and a recipient or identity.
struct Remembering<T> {
    inner: T,
    file_key: RefCell<Option<FileKey>>,
}

impl<T> Remembering<T> {
    fn new(inner: T) -> Self {
        Self { inner, file_key: RefCell::default() }
    }

    fn remember(&self, file_key: &FileKey) {
        let copy = FileKey::init_with_mut(|copy| copy.copy_from_slice(file_key.expose_secret()));
        self.file_key.replace(Some(copy));
    }

    fn payload_key(&self, nonce: &[u8; FILE_NONCE]) -> Option<PayloadKey> {
        self.file_key.borrow().as_ref().and_then(|file_key| PayloadKey::derive(file_key, nonce))
    }
}

impl Recipient for Remembering<RecordRecipient> {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        self.remember(file_key);
        self.inner.wrap_file_key(file_key)
    }
}

impl Identity for Remembering<RecordIdentity> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.inner.unwrap_stanza(stanza)
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let unwrapped = self.inner.unwrap_stanzas(stanzas);
        if let Some(Ok(file_key)) = &unwrapped {
            self.remember(file_key);
        }
        unwrapped
    }
}

/// What stands in a new envelope before the payload, and the key of the payload.
pub(super) fn begin(key: &RecordKey) -> Result<(Vec<u8>, PayloadKey), EncryptError> {
    let recipient = Remembering::new(RecordRecipient::new(key.clone()));
    let mut start = Vec::new();
    Encryptor::with_recipients(iter::once(&recipient as &dyn Recipient))?.wrap_output(&mut start)?;
    let payload_key = start.last_chunk().and_then(|nonce| recipient.payload_key(nonce));
    payload_key.map(|key| (start, key)).ok_or_else(|| io::Error::other("there is no file key").into())
}

/// Reads an envelope up to its payload, and gives the key of that.
pub(super) fn enter(input: &mut impl Read, key: &RecordKey) -> Result<PayloadKey, DecryptError> {
    let identity = Remembering::new(RecordIdentity::new(key.clone()));
    let mut input = Ending { inner: input, end: [0; FILE_NONCE] };
    // The unbuffered form, which reads up to the payload and no further.
    let decryptor = Decryptor::new(&mut input)?;
    // What it would decrypt with is of no use to us, but it has compared the MAC.
    decryptor.decrypt(iter::once(&identity as &dyn Identity)).map(drop)?;
    identity.payload_key(&input.end).ok_or(DecryptError::NoMatchingKeys)
}

/// A reader that knows the last bytes that were read.
struct Ending<R> {
    inner: R,
    end: [u8; FILE_NONCE],
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        for byte in bytes.iter().take(read).skip(read.saturating_sub(FILE_NONCE)) {
            self.end.rotate_left(1);
            self.end[FILE_NONCE - 1] = *byte;
        }
        Ok(read)
    }
}

/// Chunks one behind the other, each with room for its tag, that are encrypted or decrypted where they are.
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// Number of the first chunk.
    number: u64,
    /// Bytes of plaintext.
    plain: usize,
    /// Bytes of ciphertext.
    sealed: usize,
    /// Whether it ends with the last chunk of the payload.
    pub last: bool,
}

impl Batch {
    /// Chunks in a batch: enough to make passing it on cheap, and so few that it stays in the processor's cache.
    const CHUNKS: usize = 4;

    /// An empty one.
    pub fn new() -> Self {
        Self { bytes: vec![0; Self::CHUNKS * SEALED], number: 0, plain: 0, sealed: 0, last: false }
    }

    /// Empties it; what comes next begins with the chunk of this number.
    pub fn begin(&mut self, number: u64) {
        (self.number, self.plain, self.sealed, self.last) = (number, 0, 0, false);
    }

    /// Number of the first chunk of the batch that follows this one.
    pub fn next_number(&self) -> u64 {
        self.number.saturating_add(Self::CHUNKS as u64)
    }

    /// Whether its first chunk is the first of all.
    pub fn is_first(&self) -> bool {
        self.number == 0
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.plain == 0 && self.sealed == 0
    }

    /// Whether no more plaintext fits in.
    pub fn is_filled(&self) -> bool {
        self.plain == Self::CHUNKS * CHUNK
    }

    /// Whether no more ciphertext fits in.
    pub fn is_full(&self) -> bool {
        self.sealed == self.bytes.len()
    }

    /// Takes the plaintext out.
    pub fn clear(&mut self) {
        self.plain = 0;
    }

    /// Where the next plaintext goes: what is left of the chunk that is being filled. Empty if all are full.
    pub fn room(&mut self) -> &mut [u8] {
        let (chunk, within) = (self.plain / CHUNK, self.plain % CHUNK);
        if chunk == Self::CHUNKS {
            return &mut [];
        }
        &mut self.bytes[chunk * SEALED + within..chunk * SEALED + CHUNK]
    }

    /// So much of the [room](Self::room) has been filled.
    pub fn filled(&mut self, bytes: usize) {
        self.plain += bytes;
    }

    /// The plaintext, a chunk at a time.
    pub fn plaintext(&self) -> impl Iterator<Item = &[u8]> {
        let (full, rest) = (self.plain / CHUNK, self.plain % CHUNK);
        let length = move |chunk| if chunk < full { CHUNK } else { rest };
        self.bytes
            .chunks(SEALED)
            .enumerate()
            .map(move |(chunk, bytes)| &bytes[..length(chunk).min(bytes.len())])
            .take(full + usize::from(rest > 0))
    }

    /// The ciphertext.
    pub fn ciphertext(&self) -> &[u8] {
        &self.bytes[..self.sealed]
    }

    /// Encrypts the plaintext.
    pub fn seal(&mut self, key: &PayloadKey) -> io::Result<()> {
        let chunks = self.plain.div_ceil(CHUNK);
        self.sealed = self.plain + chunks * TAG;
        let (number, last) = (self.number, self.last);
        for (index, room) in self.bytes[..self.sealed].chunks_mut(SEALED).enumerate() {
            key.seal(number.saturating_add(index as u64), last && index + 1 == chunks, room)?;
        }
        Ok(())
    }

    /// Reads ciphertext until it is full or there is no more.
    pub fn read(&mut self, input: &mut impl Read) -> io::Result<()> {
        while self.sealed < self.bytes.len() {
            match input.read(&mut self.bytes[self.sealed..]) {
                Ok(0) => break,
                Ok(read) => self.sealed += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Decrypts the ciphertext, or says what is wrong with it; then there is no plaintext.
    pub fn open(&mut self, key: &PayloadKey) -> Result<(), String> {
        self.plain = 0;
        let (number, last) = (self.number, self.last);
        let chunks = self.sealed.div_ceil(SEALED);
        let mut plain = 0;
        for (index, sealed) in self.bytes[..self.sealed].chunks_mut(SEALED).enumerate() {
            let number = number.saturating_add(index as u64);
            let is_last = last && index + 1 == chunks;
            if !key.open(number, is_last, sealed) {
                return Err(format!(
                    "chunk {number} of 64 KiB is damaged, or the file does not end where it should"
                ));
            }
            let length = sealed.len().saturating_sub(TAG);
            if length == 0 && number > 0 {
                return Err("its last chunk is empty".into());
            }
            plain += length;
        }
        if chunks == 0 && number == 0 {
            return Err("it ends before the first chunk".into());
        }
        self.plain = plain;
        Ok(())
    }
}
