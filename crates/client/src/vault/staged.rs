//! Where a download is kept until it is whole, so that the next command can go on with it.

use std::{
    fs,
    io::{self, SeekFrom},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
};

use super::{Progress, error::VaultError, upload::hashed};

/// A file in which a download is. Dropped, it stays for the next download, unless it is empty.
pub(super) struct Staged {
    path: PathBuf,
    file: File,
    /// If nobody else goes on with it: it vanishes with this.
    own: Option<NamedTempFile>,
    /// Whether it was moved or removed, so that what is at its path now is somebody else's.
    gone: bool,
}

/// What of a download there is already.
pub(super) struct There {
    pub staged: Staged,
    pub hasher: Sha256,
    pub have: u64,
}

impl Staged {
    /// Opens what an earlier download left at a place, of at most so many bytes, or begins. Progress is told while what there is
    /// is hashed. Where another command has that place, or what is there is not ours alone, this is elsewhere in the same folder.
    pub async fn open(path: &Path, size: u64, progress: Option<&Progress>) -> Result<There, VaultError> {
        let Some(file) = claimed(path) else { return own(path) };
        let mut staged = Self { path: path.to_owned(), file: File::from_std(file), own: None, gone: false };
        let there = staged.there(size, progress).await;
        let (hasher, have) = there.map_err(|source| VaultError::file("read", path, source))?;
        Ok(There { staged, hasher, have })
    }

    /// What is in it, hashed, and how many bytes that are. It is written on behind them.
    async fn there(&mut self, size: u64, progress: Option<&Progress>) -> io::Result<(Sha256, u64)> {
        let mut have = self.file.metadata().await?.len();
        if have > size {
            self.file.set_len(0).await?;
            have = 0;
        }
        let tell = |have: u64| {
            if let Some(progress) = progress {
                progress(have, size);
            }
        };
        let (hasher, have) = hashed((&mut self.file).take(have), tell).await?;
        self.file.seek(SeekFrom::Start(have)).await?;
        Ok((hasher, have))
    }

    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), VaultError> {
        self.file.write_all(chunk).await.map_err(|source| VaultError::file("write", &self.path, source))
    }

    /// Forgets what there is.
    pub async fn empty(&mut self) -> Result<(), VaultError> {
        let emptied = async {
            self.file.flush().await?;
            self.file.set_len(0).await?;
            self.file.rewind().await
        };
        emptied.await.map(drop).map_err(|source| VaultError::file("write", &self.path, source))
    }

    /// Leaves it for the next download, which finds it free once this returns.
    pub async fn leave(mut self) {
        // What could not be written is fetched again.
        drop(self.file.flush().await);
    }

    /// Removes it, as there is nothing to go on with.
    pub fn remove(mut self) {
        self.gone = true;
        // What cannot be removed is in nobody's way: it is gone on with, or found to be wrong.
        drop(fs::remove_file(&self.path));
    }

    /// Moves it into its place, where it replaces what was there.
    pub async fn keep(mut self, destination: &Path) -> Result<(), VaultError> {
        let written = async {
            self.file.flush().await?;
            self.file.sync_all().await
        };
        written.await.map_err(|source| VaultError::file("write", &self.path, source))?;
        self.gone = true;
        let moved = match self.own.take() {
            Some(own) => own.persist(destination).map(drop).map_err(|error| error.error),
            None => fs::rename(&self.path, destination),
        };
        moved.map_err(|source| VaultError::file("move the download to", destination, source))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // It is still locked: nobody else has begun with it.
        let stays = self.own.is_none() && !self.gone;
        if stays && fs::symlink_metadata(&self.path).is_ok_and(|found| found.len() == 0) {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Opens and locks the file at a place, or makes it. Nothing if another command has it, if it is no file of this user's alone, or if
/// files cannot be locked there.
#[cfg(unix)]
fn claimed(path: &Path) -> Option<fs::File> {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

    use rustix::fs::OFlags;

    // A link would lead to a file of somebody's choice, and a pipe would be waited for.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).mode(0o600).custom_flags(flags.bits().cast_signed());
    let (file, new) = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (options.create_new(true).open(path).ok()?, true)
        }
        found => (found.ok()?, false),
    };
    let found = file.metadata().ok()?;
    let locked = match is_ours_alone(&found) {
        true => file.try_lock(),
        false => Err(fs::TryLockError::Error(io::ErrorKind::PermissionDenied.into())),
    };
    match locked {
        // Whoever had it may have moved it into its place meanwhile.
        Ok(()) => {
            let at = fs::symlink_metadata(path).ok()?;
            ((at.dev(), at.ino()) == (found.dev(), found.ino())).then_some(file)
        }
        Err(fs::TryLockError::WouldBlock) => None,
        Err(fs::TryLockError::Error(_)) => {
            if new {
                drop(fs::remove_file(path));
            }
            None
        }
    }
}

/// Whether it is a file of one name, of the user's own, into which nobody else can write.
#[cfg(unix)]
fn is_ours_alone(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    let own = found.uid() == rustix::process::geteuid().as_raw();
    found.is_file() && found.nlink() == 1 && own && found.mode() & 0o022 == 0
}

/// Where it cannot be known whose a file is, nothing is gone on with.
#[cfg(not(unix))]
fn claimed(_: &Path) -> Option<fs::File> {
    None
}

/// A file that nobody else looks for.
fn own(path: &Path) -> Result<There, VaultError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |source| VaultError::file("create a temporary file in", folder, source);
    let own = NamedTempFile::new_in(folder).map_err(failed)?;
    let file = File::from_std(own.reopen().map_err(failed)?);
    let staged = Staged { path: own.path().to_owned(), file, own: Some(own), gone: false };
    Ok(There { staged, hasher: Sha256::new(), have: 0 })
}
