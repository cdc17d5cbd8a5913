//! Stores of each kind, for tests of what must hold wherever blobs are kept.
#![allow(dead_code, missing_docs)]

#[path = "bucket.rs"]
pub mod bucket;

use std::sync::Arc;

use bucket::Bucket;
use medshare_vault::store::{BlobStore, Place};
use object_store::{ObjectStore, local::LocalFileSystem, memory::InMemory, path::Path};
use tempfile::TempDir;

/// A store, and a view of the same objects that does not go through it.
pub struct Kept {
    pub store: BlobStore,
    pub objects: Arc<dyn ObjectStore>,
    pub prefix: Path,
    pub bucket: Option<Bucket>,
    _folder: Option<TempDir>,
}

pub async fn in_memory() -> Kept {
    let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let prefix = Path::from("some/prefix");
    let store = BlobStore::new(objects.clone(), prefix.clone());
    Kept { store, objects, prefix, bucket: None, _folder: None }
}

pub async fn on_disk() -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let store = BlobStore::open(&Place::Folder(folder.path().to_owned())).await.unwrap();
    let objects = Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap());
    Kept { store, objects, prefix: Path::default(), bucket: None, _folder: Some(folder) }
}

pub async fn in_a_bucket() -> Kept {
    let bucket = Bucket::start("vault").await;
    let place = "s3://vault/some/prefix".parse().unwrap();
    let store = BlobStore::open_with(&place, bucket.environment()).await.unwrap();
    let (objects, prefix) = (bucket.objects(), Path::from("some/prefix"));
    Kept { store, objects, prefix, bucket: Some(bucket), _folder: None }
}

impl Kept {
    /// Where a blob lies.
    pub fn path(&self, blob: medshare_types::Hash) -> Path {
        let name = hex::encode(blob);
        self.prefix.clone().join("blobs").join(name[..2].to_owned()).join(name)
    }
}

/// Runs a check against each kind of store, as tests of their own.
macro_rules! in_every_store {
    ($($check:ident)*) => {
        mod memory { $(#[tokio::test] async fn $check() { super::$check(super::kept::in_memory().await).await; })* }
        mod disk { $(#[tokio::test] async fn $check() { super::$check(super::kept::on_disk().await).await; })* }
        mod s3 {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $check() { super::$check(super::kept::in_a_bucket().await).await; })*
        }
    };
}
pub(crate) use in_every_store;
