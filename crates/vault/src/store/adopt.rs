//! Moving a file of this machine into the store.

use std::{io, path::Path};

use medshare_types::Hash;

use super::{BlobStore, Locked};
use crate::appender::sync_folder_of;

impl BlobStore {
    /// Makes a file the blob with this address, without copying it. Its SHA-256 must have been compared with the
    /// address, and it must be on the disk. None, and nothing happens, if the store is not a folder on the file's disk.
    /// What is returned is held until the blob is noted down.
    pub async fn adopt(&self, address: Hash, file: &Path) -> io::Result<Option<Locked>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let (target, file) = (folder.join(self.path(address).as_ref()), file.to_owned());
        let locked = self.lock(address).await;
        let moved =
            tokio::task::spawn_blocking(move || rename(&file, &target)).await.map_err(io::Error::other)??;
        Ok(moved.then_some(locked))
    }
}

/// Whether a file could be moved; not to another disk.
fn rename(file: &Path, target: &Path) -> io::Result<bool> {
    if let Some(shard) = target.parent() {
        std::fs::create_dir_all(shard)?;
        sync_folder_of(shard)?;
    }
    match std::fs::rename(file, target) {
        Ok(()) => sync_folder_of(target).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => Ok(false),
        Err(error) => Err(error),
    }
}
