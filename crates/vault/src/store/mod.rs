//! Blobs in an object store.
//!
//! A blob lies under `blobs/<first two digits>/<address>`. It is uploaded in parts, verified, and only then
//! completed; object stores make a completed upload visible as a whole (the local one writes into a file
//! `<address>#<n>` beside the place and renames it, after fsync). So there is never a blob that is not what its
//! address says, whenever the process is killed. What a kill leaves behind is invisible; on a local disk it is swept
//! away at the next start, elsewhere by the store's rule for incomplete uploads (S3:
//! `AbortIncompleteMultipartUpload`).

mod place;

use std::{fmt::Display, io, io::SeekFrom, ops::Range, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use medshare_types::Hash;
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt, WriteMultipart, path::Path,
};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

pub use place::Place;

/// Size of a part of an upload: the least that S3 takes; with its 10,000 parts, blobs may have up to 50 GB.
const PART: usize = 5 * 1024 * 1024;
/// How many parts of one upload are on their way at once. With the one that is being filled, they are all that an
/// upload has in memory.
const PARTS_AT_ONCE: usize = 2;
/// How much is read from a local file at once.
const READ: usize = 256 * 1024;

/// Why an upload failed. Nothing of it is visible.
#[derive(Debug)]
pub enum PutError {
    /// The body ended with an error: the connection broke.
    Body(String),
    /// No byte came for too long.
    Idle,
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

impl From<object_store::Error> for PutError {
    fn from(error: object_store::Error) -> Self {
        Self::Store(error)
    }
}

/// Bytes of a blob.
pub type BlobStream = BoxStream<'static, io::Result<Bytes>>;

/// The blobs.
#[derive(Clone, Debug)]
pub struct BlobStore {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Where it is on this machine, if it is.
    folder: Option<PathBuf>,
}

impl BlobStore {
    /// Blobs under a prefix of an object store.
    pub fn new(objects: Arc<dyn ObjectStore>, prefix: Path) -> Self {
        Self { objects, prefix, folder: None }
    }

    /// Size of a blob, bytes, if it is there.
    pub async fn size(&self, address: Hash) -> object_store::Result<Option<u64>> {
        match self.objects.head(&self.path(address)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How much of the disk is free, bytes, if the store is on one of this machine.
    pub fn free(&self) -> io::Result<Option<u64>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let disk = rustix::fs::statvfs(folder)?;
        Ok(Some(disk.f_bavail.saturating_mul(disk.f_frsize)))
    }

    /// Stores a body of `size` bytes as the blob with this address, if that is its SHA-256. In constant memory. A blob
    /// that is there is replaced, as a whole and only by one that is right, so that a damaged one is repaired. The body
    /// may stand still for `idle`.
    pub async fn put<E: Display>(
        &self,
        address: Hash,
        size: u64,
        idle: Duration,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), PutError> {
        let upload = self.objects.put_multipart(&self.path(address)).await?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
        match receive(address, size, idle, body, &mut writer).await {
            Ok(()) => Ok(writer.finish().await.map(drop)?),
            Err(error) => {
                // A part that is still on its way when an upload is aborted may stay, and cost money for ever. If the store
                // itself failed, there is nothing to wait for.
                while !matches!(error, PutError::Store(_)) && writer.wait_for_capacity(0).await.is_err() {}
                if let Err(error) = writer.abort().await {
                    tracing::warn!(%error, "an incomplete upload could not be removed from the store");
                }
                Err(error)
            }
        }
    }

    /// Reads a range of a blob.
    pub async fn get(&self, address: Hash, range: Range<u64>) -> object_store::Result<BlobStream> {
        let options = GetOptions::new().with_range(Some(GetRange::Bounded(range)));
        let result = self.objects.get_opts(&self.path(address), options).await?;
        let range = result.range.clone();
        match result.payload {
            GetResultPayload::File(file, path) => {
                let mut file = tokio::fs::File::from_std(file);
                file.seek(SeekFrom::Start(range.start)).await.map_err(|error| {
                    object_store::Error::Generic {
                        store: "LocalFileSystem",
                        source: format!("cannot seek in {}: {error}", path.display()).into(),
                    }
                })?;
                let length = range.end.saturating_sub(range.start);
                Ok(ReaderStream::with_capacity(file.take(length), READ).boxed())
            }
            GetResultPayload::Stream(stream) => Ok(stream.map_err(io::Error::other).boxed()),
        }
    }

    fn path(&self, address: Hash) -> Path {
        let name = hex::encode(address);
        let shard = name.get(..2).unwrap_or_default().to_owned();
        self.prefix.clone().join("blobs").join(shard).join(name)
    }
}

/// Reads a body to its end, passes it on to a writer, and checks its size and address.
async fn receive<E: Display>(
    address: Hash,
    size: u64,
    idle: Duration,
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    writer: &mut WriteMultipart,
) -> Result<(), PutError> {
    let mut hasher = Sha256::new();
    let mut received = 0_u64;
    loop {
        let chunk = match tokio::time::timeout(idle, body.next()).await {
            Err(_) => return Err(PutError::Idle),
            Ok(None) => break,
            Ok(Some(Err(error))) => return Err(PutError::Body(error.to_string())),
            Ok(Some(Ok(chunk))) => chunk,
        };
        received = received.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if received > size {
            return Err(PutError::WrongSize { received });
        }
        hasher.update(&chunk);
        writer.wait_for_capacity(PARTS_AT_ONCE).await?;
        writer.write(&chunk);
    }
    if received != size {
        return Err(PutError::WrongSize { received });
    }
    let found = Hash::from(<[u8; 32]>::from(hasher.finalize()));
    if found == address { Ok(()) } else { Err(PutError::WrongAddress { found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn sweeps_away_what_a_kill_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Folder(folder.path().to_owned());
        let store = BlobStore::open(&place).await.unwrap();
        let address = Hash::from(<[u8; 32]>::from(Sha256::digest(b"blob")));
        let body = || futures::stream::iter([Ok::<_, String>(Bytes::from_static(b"blob"))]);
        store.put(address, 4, IDLE, body()).await.unwrap();
        let left = folder.path().join(format!("{}#1", store.path(address)));
        std::fs::write(&left, b"bl").unwrap();
        let store = BlobStore::open(&place).await.unwrap();
        assert!(!left.exists());
        assert_eq!(store.size(address).await.unwrap(), Some(4));
    }
}
