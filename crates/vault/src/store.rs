//! Blobs in an object store.
//!
//! A blob lies under `blobs/<first two digits>/<address>`. It is uploaded in parts, verified, and only then
//! completed; object stores make a completed upload visible as a whole (the local one writes into a file
//! `<address>#<n>` beside the place and renames it, after fsync). So there is never a blob that is not what its
//! address says, whenever the process is killed. What a kill leaves behind is invisible; on a local disk it is swept
//! away at the next start, elsewhere by the store's rule for incomplete uploads (S3:
//! `AbortIncompleteMultipartUpload`).

use std::{fmt::Display, io, io::SeekFrom, ops::Range, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use medshare_types::Hash;
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt, WriteMultipart,
    local::LocalFileSystem, parse_url_opts, path::Path,
};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use url::Url;

/// Size of a part of an upload: the least that S3 takes; with its 10,000 parts, blobs may have up to 50 GB.
const PART: usize = 5 * 1024 * 1024;
/// How many parts of one upload are on their way at once. With the one that is being filled, they are all that an
/// upload has in memory.
const PARTS_AT_ONCE: usize = 2;
/// How much is read from a local file at once.
const READ: usize = 256 * 1024;
/// How long an upload may stand still.
const IDLE: Duration = Duration::from_secs(60);

/// Where blobs are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A URL of an object store: `s3://`, `gs://`, `az://`.
    Url(Url),
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.contains("://") {
            return Ok(Self::Folder(text.into()));
        }
        let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
        if url.scheme() == "file" {
            let path = url.to_file_path().map_err(|()| "not a path on this machine".to_owned())?;
            return Ok(Self::Folder(path));
        }
        Ok(Self::Url(url))
    }
}

/// Why an upload failed. Nothing of it is visible.
#[derive(Debug)]
pub enum PutError {
    /// The body ended with an error: the connection broke.
    Body(String),
    /// No byte came for a minute.
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
}

impl BlobStore {
    /// Opens a place. A folder is created, and what killed uploads have left in it is removed; nobody else may use
    /// it at that moment. Credentials of object stores are taken from the environment (`AWS_ACCESS_KEY_ID`, …).
    pub fn open(place: &Place) -> anyhow::Result<Self> {
        match place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("cannot create the store's folder {}", folder.display()))?;
                sweep(&folder.join("blobs")).with_context(|| {
                    format!("cannot remove incomplete uploads from the store {}", folder.display())
                })?;
                let local = LocalFileSystem::new_with_prefix(folder)
                    .with_context(|| format!("cannot use {} as the store's folder", folder.display()))?;
                Ok(Self::new(Arc::new(local.with_fsync(true)), Path::default()))
            }
            Place::Url(url) => {
                // Variables that are no UTF-8 cannot be credentials.
                let environment = std::env::vars_os()
                    .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
                let (objects, prefix) = parse_url_opts(url, environment).with_context(|| {
                    format!("cannot open the store {url}; its credentials are taken from the environment")
                })?;
                Ok(Self::new(Arc::from(objects), prefix))
            }
        }
    }

    /// Blobs under a prefix of an object store.
    pub fn new(objects: Arc<dyn ObjectStore>, prefix: Path) -> Self {
        Self { objects, prefix }
    }

    /// Size of a blob, bytes, if it is there.
    pub async fn size(&self, address: Hash) -> object_store::Result<Option<u64>> {
        match self.objects.head(&self.path(address)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Stores a body of `size` bytes as the blob with this address, if that is its SHA-256. In constant memory.
    pub async fn put<E: Display>(
        &self,
        address: Hash,
        size: u64,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), PutError> {
        let upload = self.objects.put_multipart(&self.path(address)).await?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
        match receive(address, size, body, Some(&mut writer)).await {
            Ok(()) => Ok(writer.finish().await.map(drop)?),
            Err(error) => {
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

/// Reads a body to its end, checks its size and address, and passes it on to a writer if there is one.
pub async fn receive<E: Display>(
    address: Hash,
    size: u64,
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    mut writer: Option<&mut WriteMultipart>,
) -> Result<(), PutError> {
    let mut hasher = Sha256::new();
    let mut received = 0_u64;
    loop {
        let chunk = match tokio::time::timeout(IDLE, body.next()).await {
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
        if let Some(writer) = &mut writer {
            writer.wait_for_capacity(PARTS_AT_ONCE).await?;
            writer.write(&chunk);
        }
    }
    if received != size {
        return Err(PutError::WrongSize { received });
    }
    let found = Hash::from(<[u8; 32]>::from(hasher.finalize()));
    if found == address { Ok(()) } else { Err(PutError::WrongAddress { found }) }
}

/// Removes what uploads that were killed have left in a local store.
fn sweep(blobs: &std::path::Path) -> io::Result<()> {
    let shards = match std::fs::read_dir(blobs) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        shards => shards?,
    };
    for shard in shards {
        let shard = shard?;
        if !shard.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(shard.path())? {
            let file = file?;
            if file.file_name().to_string_lossy().contains('#') {
                std::fs::remove_file(file.path())?;
                tracing::info!("removed an incomplete upload");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_folders_or_urls() {
        assert_eq!("./vault-data".parse(), Ok(Place::Folder("./vault-data".into())));
        assert_eq!("file:///var/lib/vault".parse(), Ok(Place::Folder("/var/lib/vault".into())));
        assert!(matches!("s3://bucket/prefix".parse(), Ok(Place::Url(_))));
        assert!("s3://[".parse::<Place>().is_err());
    }

    #[tokio::test]
    async fn sweeps_away_what_a_kill_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Folder(folder.path().to_owned());
        let store = BlobStore::open(&place).unwrap();
        let address = Hash::from(<[u8; 32]>::from(Sha256::digest(b"blob")));
        let body = || futures::stream::iter([Ok::<_, String>(Bytes::from_static(b"blob"))]);
        store.put(address, 4, body()).await.unwrap();
        let left = folder.path().join(format!("{}#1", store.path(address)));
        std::fs::write(&left, b"bl").unwrap();
        let store = BlobStore::open(&place).unwrap();
        assert!(!left.exists());
        assert_eq!(store.size(address).await.unwrap(), Some(4));
    }

    #[tokio::test]
    async fn memory_stores_behave_the_same() {
        let store =
            BlobStore::new(Arc::new(object_store::memory::InMemory::new()), Path::from("some/prefix"));
        let address = Hash::from(<[u8; 32]>::from(Sha256::digest(b"blob")));
        let body = |bytes: &'static [u8]| futures::stream::iter([Ok::<_, String>(Bytes::from_static(bytes))]);
        assert!(matches!(store.put(address, 4, body(b"blub")).await, Err(PutError::WrongAddress { .. })));
        assert!(matches!(
            store.put(address, 5, body(b"blob")).await,
            Err(PutError::WrongSize { received: 4 })
        ));
        assert!(matches!(store.put(address, 3, body(b"blob")).await, Err(PutError::WrongSize { .. })));
        assert_eq!(store.size(address).await.unwrap(), None);
        store.put(address, 4, body(b"blob")).await.unwrap();
        let read: Vec<Bytes> = store.get(address, 1..3).await.unwrap().try_collect().await.unwrap();
        assert_eq!(read.concat(), b"lo");
    }
}
