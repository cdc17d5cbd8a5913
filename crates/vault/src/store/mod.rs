//! Blobs in an object store.
//!
//! A blob lies under `blobs/<first two digits>/<address>`. It is uploaded in parts, verified, and only then
//! completed; object stores make a completed upload visible as a whole, and in a folder it is written into a file
//! `<address>#<number>` beside the place and renamed, after fsync. So there is never a blob that is not what its
//! address says, whenever the process is killed. What a kill leaves behind is invisible; on a local disk it is swept
//! away at the next start, elsewhere by the store's rule for incomplete uploads (S3:
//! `AbortIncompleteMultipartUpload`).
//!
//! Whoever removes a blob holds its [lock](BlobStore::lock) while it makes sure that nobody needs it, and an upload
//! holds it from the moment in which the blob appears until its caller has noted that down. So what was just brought
//! is never removed by a decision that was made before.

mod adopt;
mod owner;
mod place;
mod put;
mod read;
mod remote;

use std::{io, ops::Range, path::PathBuf, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, future::ready, stream::BoxStream};
use medshare_types::Hash;
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt, path::Path, signer::Signer,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use place::Place;
pub use put::PutError;

use crate::space;

/// Size of a part of an upload: the least that S3 takes; with its 10,000 parts, blobs may have up to 50 GB.
const PART: usize = 5 * 1024 * 1024;
/// Bytes of a blob.
pub type BlobStream = BoxStream<'static, io::Result<Bytes>>;

/// Held while a blob is made or removed.
#[derive(Debug)]
pub struct Locked {
    address: Hash,
    _guard: OwnedMutexGuard<()>,
}

/// A blob in the store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Listed {
    /// Its address.
    pub blob: Hash,
    /// Its size, bytes.
    pub size: u64,
}

/// Tells one state of a blob in the store from another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// Its size, bytes.
    pub size: u64,
    /// When it was written, by the store's clock, in as fine units as the store has; and what the store calls this
    /// state.
    state: String,
}

/// The blobs.
#[derive(Clone, Debug)]
pub struct BlobStore {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Signs links, where the store has them.
    signer: Option<Arc<dyn Signer>>,
    /// By the first byte of the address.
    locks: Arc<[Arc<Mutex<()>>]>,
    /// Where it is on this machine, if it is.
    folder: Option<PathBuf>,
}

impl BlobStore {
    /// Blobs under a prefix of an object store.
    pub fn new(objects: Arc<dyn ObjectStore>, prefix: Path) -> Self {
        let locks = (0..=u8::MAX).map(|_| Arc::default()).collect();
        Self { objects, prefix, signer: None, locks, folder: None }
    }

    /// Size of a blob, bytes, if it is there.
    pub async fn size(&self, address: Hash) -> object_store::Result<Option<u64>> {
        Ok(self.stamp(address).await?.map(|stamp| stamp.size))
    }

    /// In which state a blob is, if it is there.
    pub async fn stamp(&self, address: Hash) -> object_store::Result<Option<Stamp>> {
        match self.objects.head(&self.path(address)).await {
            Ok(meta) => {
                let state = format!("{:?} {:?} {:?}", meta.last_modified, meta.e_tag, meta.version);
                Ok(Some(Stamp { size: meta.size, state }))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How much of the disk is free, bytes, if the store is on one of this machine.
    pub fn free(&self) -> io::Result<Option<u64>> {
        self.folder.as_deref().map(space::free).transpose()
    }

    /// Waits until nobody makes or removes the blob with this address.
    pub async fn lock(&self, address: Hash) -> Locked {
        let index = usize::from(address.as_bytes().first().copied().unwrap_or_default());
        // There is one for each value of a byte.
        let lock = self.locks.get(index).cloned().unwrap_or_default();
        Locked { address, _guard: lock.lock_owned().await }
    }

    /// Removes the blob that is locked. That it is not there is no error.
    pub async fn remove(&self, locked: &Locked) -> object_store::Result<()> {
        match self.objects.delete(&self.path(locked.address)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            // Servers that speak S3 differ in how they say that it was not there.
            Err(_) if self.size(locked.address).await?.is_none() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// All blobs, ascending by address. What is no blob is left out.
    pub async fn list(&self) -> object_store::Result<Vec<Listed>> {
        let folder = self.prefix.clone().join("blobs");
        let objects = self.objects.list(Some(&folder));
        let blobs = objects.try_filter_map(|object| {
            let blob = object.location.filename().and_then(address_of);
            let blob = blob.filter(|blob| self.path(*blob) == object.location);
            ready(Ok(blob.map(|blob| Listed { blob, size: object.size })))
        });
        let mut blobs: Vec<Listed> = blobs.try_collect().await?;
        blobs.sort_unstable();
        Ok(blobs)
    }

    /// Reads a range of a blob.
    pub async fn get(&self, address: Hash, range: Range<u64>) -> object_store::Result<BlobStream> {
        // A blob that was cut off to nothing; stores refuse empty ranges.
        if range.is_empty() {
            return Ok(futures::stream::empty().boxed());
        }
        let options = GetOptions::new().with_range(Some(GetRange::Bounded(range)));
        let result = self.objects.get_opts(&self.path(address), options).await?;
        let range = result.range.clone();
        match result.payload {
            GetResultPayload::File(file, _) => Ok(read::ahead(file, range).boxed()),
            GetResultPayload::Stream(stream) => Ok(stream.map_err(io::Error::other).boxed()),
        }
    }

    fn path(&self, address: Hash) -> Path {
        let name = hex::encode(address);
        let shard = name.get(..2).unwrap_or_default().to_owned();
        self.prefix.clone().join("blobs").join(shard).join(name)
    }
}

/// The address that a blob's name says.
fn address_of(name: &str) -> Option<Hash> {
    let mut address = Hash::zero();
    hex::decode_to_slice(name, address.as_bytes_mut()).ok()?;
    Some(address)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::pace::Pace;

    #[tokio::test]
    async fn sweeps_away_what_a_kill_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Folder(folder.path().to_owned());
        let store = BlobStore::open(&place).await.unwrap();
        let address = Hash::from(<[u8; 32]>::from(Sha256::digest(b"blob")));
        let body = || futures::stream::iter([Ok::<_, String>(Bytes::from_static(b"blob"))]);
        store.put(address, 4, Pace::patient(), body()).await.unwrap();
        let left = folder.path().join(format!("{}#1", store.path(address)));
        std::fs::write(&left, b"bl").unwrap();
        let store = BlobStore::open(&place).await.unwrap();
        assert!(!left.exists());
        assert_eq!(store.size(address).await.unwrap(), Some(4));
        assert_eq!(store.list().await.unwrap(), [Listed { blob: address, size: 4 }]);
    }
}
