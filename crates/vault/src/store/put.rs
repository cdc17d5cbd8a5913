//! Storing a body as a blob.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

use bytes::Bytes;
use futures::Stream;
use medshare_types::Hash;
use object_store::{ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::{BlobStore, Locked, PART};
use crate::{
    line::Line,
    pace::{Pace, Slow},
};

/// How many parts of one upload are on their way to an object store at once. With the one that is being filled, they are
/// all that an upload has in memory.
const PARTS_AT_ONCE: usize = 2;

/// Why an upload failed. Nothing of it is visible.
#[derive(Debug)]
pub enum PutError {
    /// The body ended with an error: the connection broke.
    Body(String),
    /// Too little came for too long.
    Slow(Slow),
    /// More or fewer bytes came than were announced.
    WrongSize {
        /// How many came; if there were too many, when that was noticed.
        received: u64,
    },
    /// The bytes have another address.
    WrongAddress {
        /// The address that they have.
        found: Hash,
    },
    /// The store.
    Store(object_store::Error),
}

impl From<Slow> for PutError {
    fn from(slow: Slow) -> Self {
        Self::Slow(slow)
    }
}

impl From<io::Error> for PutError {
    fn from(error: io::Error) -> Self {
        Self::Store(object_store::Error::Generic { store: "vault", source: error.into() })
    }
}

impl From<object_store::Error> for PutError {
    fn from(error: object_store::Error) -> Self {
        Self::Store(error)
    }
}

/// What is uploaded.
struct Upload<B> {
    /// Its address, as announced.
    address: Hash,
    /// Its bytes, as announced.
    size: u64,
    /// How fast it has to come.
    pace: Pace,
    body: B,
}

impl BlobStore {
    /// Stores a body of `size` bytes as the blob with this address, if that is its SHA-256. In constant memory. A
    /// blob that is there is replaced, as a whole and only by one that is right, so that a damaged one is repaired.
    /// The body must keep the pace. What is returned is held until the blob is noted down.
    pub async fn put<E: Display>(
        &self,
        address: Hash,
        size: u64,
        pace: Pace,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Locked, PutError> {
        let upload = Upload { address, size, pace, body };
        match self.stage(address).await? {
            Some(file) => self.put_beside(upload, file).await,
            None => self.put_in_parts(upload).await,
        }
    }

    /// In a folder: one thread writes, another one hashes, and the file gets its name when it is known to be right and on the
    /// disk. If it does not come to that, the file is removed.
    async fn put_beside<E: Display>(
        &self,
        Upload { address, size, pace, body }: Upload<impl Stream<Item = Result<Bytes, E>> + Unpin>,
        file: NamedTempFile,
    ) -> Result<Locked, PutError> {
        let line = Line::start_with_second(
            (file, Sha256::new()),
            |file, piece| file.write_all(piece),
            |hasher, piece| hasher.update(piece),
        );
        let mut sink = Sink { line, parts: None };
        let received = receive(size, pace, body, &mut sink).await;
        // Also if it failed: the file is gone when this returns.
        let ((file, hasher), wrote) = sink.line.end().await?;
        wrote?;
        received?;
        compare(address, hasher)?;
        let synced = move || file.as_file().sync_all().map(|()| file);
        let file = tokio::task::spawn_blocking(synced).await.map_err(io::Error::other)??;
        let moved = self.adopt(address, file.path()).await?;
        moved.ok_or_else(|| io::Error::from(io::ErrorKind::CrossesDevices).into())
    }

    /// In an object store: in parts, which it makes one when they are known to be right.
    async fn put_in_parts<E: Display>(
        &self,
        Upload { address, size, pace, body }: Upload<impl Stream<Item = Result<Bytes, E>> + Unpin>,
    ) -> Result<Locked, PutError> {
        let upload = self.objects.put_multipart(&self.path(address)).await?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
        let line = Line::start(Sha256::new(), |hasher, piece| {
            hasher.update(piece);
            Ok(())
        });
        let mut sink = Sink { line, parts: Some(&mut writer) };
        let received = match receive(size, pace, body, &mut sink).await {
            Ok(()) => match sink.line.end().await {
                Ok((hasher, _)) => compare(address, hasher),
                Err(error) => Err(error.into()),
            },
            Err(error) => Err(error),
        };
        match received {
            Ok(()) => {
                let locked = self.lock(address).await;
                writer.finish().await?;
                Ok(locked)
            }
            Err(error) => {
                // A part that is still on its way when an upload is aborted may stay, and cost money for ever. If the
                // store itself failed, there is nothing to wait for.
                while !matches!(error, PutError::Store(_)) && writer.wait_for_capacity(0).await.is_err() {}
                if let Err(error) = writer.abort().await {
                    tracing::warn!(%error, "an incomplete upload could not be removed from the store");
                }
                Err(error)
            }
        }
    }

    /// A file beside the place of a blob, if the store is a folder.
    async fn stage(&self, address: Hash) -> io::Result<Option<NamedTempFile>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let target = folder.join(self.path(address).as_ref());
        let make = move || {
            let shard = target.parent().unwrap_or(&target);
            std::fs::create_dir_all(shard)?;
            // A name of this form no list of the folder shows.
            let name = format!("{}#{}", hex::encode(address), rand::random::<u64>());
            let mut builder = tempfile::Builder::new();
            // Whoever may read the store's other files may read this one: blobs are no secrets.
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
            builder.prefix(&name).rand_bytes(0).tempfile_in(shard).map(Some)
        };
        tokio::task::spawn_blocking(make).await.map_err(io::Error::other)?
    }
}

/// Where a body goes: to a thread, and to an object store.
struct Sink<'w, T> {
    line: Line<T>,
    parts: Option<&'w mut WriteMultipart>,
}

/// Reads a body to its end, and checks its size. If a thread that takes it has ended, it says why.
async fn receive<E: Display, T: Send + 'static>(
    size: u64,
    mut pace: Pace,
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    sink: &mut Sink<'_, T>,
) -> Result<(), PutError> {
    let mut received = 0_u64;
    loop {
        let piece = tokio::select! {
            biased;
            piece = pace.next(&mut body) => piece?,
            () = sink.line.caught_up() => continue,
        };
        let chunk = match piece {
            None => break,
            Some(Err(error)) => return Err(PutError::Body(error.to_string())),
            Some(Ok(chunk)) => chunk,
        };
        received = received.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if received > size {
            return Err(PutError::WrongSize { received });
        }
        if let Some(writer) = &mut sink.parts {
            writer.wait_for_capacity(PARTS_AT_ONCE).await?;
            writer.put(chunk.clone());
        }
        if !sink.line.give(chunk).await {
            return Ok(());
        }
    }
    if received == size { Ok(()) } else { Err(PutError::WrongSize { received }) }
}

fn compare(address: Hash, hasher: Sha256) -> Result<(), PutError> {
    let found = Hash::from(<[u8; 32]>::from(hasher.finalize()));
    if found == address { Ok(()) } else { Err(PutError::WrongAddress { found }) }
}
