//! The vault's folders: whose they are, and the key of links in them.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use anyhow::{Context, bail};

use crate::links::LinkKey;

/// Makes sure that nobody else uses a folder, as long as the file is open.
pub fn lock(folder: &Path) -> anyhow::Result<File> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot create the folder {}", folder.display()))?;
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            bail!("another vault uses the folder {}; stop it, or choose another folder", folder.display())
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// The key of links: kept in a file, so that links survive a restart; made at the first start.
pub fn link_key(path: &Path) -> anyhow::Result<LinkKey> {
    match std::fs::read(path) {
        Ok(bytes) => {
            let Ok(key) = <[u8; 32]>::try_from(bytes) else {
                bail!("{} does not hold a key of 32 bytes; remove it, and a new one is made", path.display());
            };
            Ok(LinkKey::new(key))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key: [u8; 32] = rand::random();
            write_secret(path, &key).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(LinkKey::new(key))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes a file that only its owner can read, as a whole or not at all.
fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let staged = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&staged)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(staged, path)
}
