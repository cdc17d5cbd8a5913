//! One upload that can be gone on with.

use std::{
    fmt::Display,
    io::{self, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use medshare_types::{AccountId, Hash, Moment};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::{
    fs::{File, OpenOptions},
    io::AsyncSeekExt,
    sync::{Mutex as AsyncMutex, MutexGuard},
};
use tokio_util::{io::ReaderStream, sync::CancellationToken};

use super::lock;
use crate::{
    appender::sync_folder_of,
    inventory::Claim,
    line::Line,
    now,
    pace::{Pace, Slow},
    store::{BlobStore, Locked, PutError},
};

/// How much is read from a part at once.
const READ: usize = 256 * 1024;

/// What was announced, as it is on the disk.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Announced {
    pub account: AccountId,
    pub blob: Hash,
    /// Size of the blob, bytes.
    pub length: u64,
    /// Whether the blob is in the store.
    pub done: bool,
}

/// An upload.
#[derive(Debug)]
pub struct Upload {
    /// Who brings it.
    pub account: AccountId,
    /// The blob.
    pub blob: Hash,
    /// Size of the blob, bytes.
    pub length: u64,
    json: PathBuf,
    part: PathBuf,
    done: AtomicBool,
    /// When something last happened, unix ms.
    touched: AtomicU64,
    /// Held by the one request that adds to it.
    adding: AsyncMutex<Hashed>,
    /// Ends the request that adds to it now.
    interrupt: Mutex<CancellationToken>,
    /// Its room in the account's quota.
    claim: Mutex<Option<Claim>>,
}

/// Why an upload could not be gone on with.
#[derive(Debug)]
pub enum AddError {
    /// It is at another place than the client says.
    Offset(u64),
    /// The body broke off; what came is kept.
    Body(String),
    /// Too little came for too long; what came is kept.
    Slow(Slow),
    /// A newer request goes on with it.
    Interrupted,
    /// It has ended meanwhile.
    Over,
    /// The disk.
    Disk(io::Error),
}

impl Upload {
    pub(super) fn new(folder: &Path, announced: Announced) -> Self {
        let Announced { account, blob, length, done } = announced;
        // Hex of known length: no name leads out of the folder.
        let name = format!("{}-{}", hex::encode(&account), hex::encode(blob));
        let (json, part) = (folder.join(format!("{name}.json")), folder.join(format!("{name}.part")));
        let touched =
            std::fs::metadata(&part).or_else(|_| std::fs::metadata(&json)).and_then(|file| file.modified());
        let touched = touched
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| Moment::try_from(since.as_millis()).ok())
            .unwrap_or_else(now);
        Self {
            account,
            blob,
            length,
            json,
            part,
            done: AtomicBool::new(done),
            touched: AtomicU64::new(touched),
            adding: AsyncMutex::default(),
            interrupt: Mutex::default(),
            claim: Mutex::default(),
        }
    }

    /// Whether the blob is in the store.
    pub fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    /// How much has come, bytes.
    pub async fn offset(&self) -> io::Result<u64> {
        if self.is_done() {
            return Ok(self.length);
        }
        match tokio::fs::metadata(&self.part).await {
            Ok(file) => Ok(file.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    pub(super) fn touch(&self) {
        self.touched.store(now(), Ordering::Relaxed);
    }

    /// When something last happened, unix ms.
    pub(super) fn touched(&self) -> Moment {
        self.touched.load(Ordering::Relaxed)
    }

    /// The files that say all about it.
    pub(super) fn files(&self) -> [PathBuf; 2] {
        [self.json.clone(), self.part.clone()]
    }

    /// Holds room in the account's quota, or gives it back.
    pub(super) fn set_claim(&self, claim: Option<Claim>) {
        *lock(&self.claim) = claim;
    }

    /// Its room in the account's quota, for whoever notes down that the blob is there.
    pub fn take_claim(&self) -> Option<Claim> {
        lock(&self.claim).take()
    }

    /// Whether a request adds to it now.
    pub(super) fn is_being_added_to(&self) -> bool {
        self.adding.try_lock().is_err()
    }

    /// Ends the request that adds to it now, and keeps others from it.
    pub async fn interrupt(&self) -> Adding<'_> {
        lock(&self.interrupt).cancel();
        Adding { hashed: self.adding.lock().await }
    }

    /// Adds a body to what has come; ends a request that does so already, because its client has begun anew. Returns
    /// how much has come, and the right to [finish](Self::finish). The body must fit in.
    pub async fn add<E: Display>(
        &self,
        offset: u64,
        mut pace: Pace,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(u64, Adding<'_>), AddError> {
        let token = CancellationToken::new();
        std::mem::replace(&mut *lock(&self.interrupt), token.clone()).cancel();
        let mut adding = Adding { hashed: self.adding.lock().await };
        if token.is_cancelled() {
            return Err(AddError::Interrupted);
        }
        if !tokio::fs::try_exists(&self.json).await.map_err(AddError::Disk)? {
            return Err(AddError::Over);
        }
        let has = self.offset().await.map_err(AddError::Disk)?;
        if has != offset {
            return Err(AddError::Offset(has));
        }
        if self.is_done() {
            return Ok((has, adding));
        }
        let file =
            OpenOptions::new().create(true).append(true).open(&self.part).await.map_err(AddError::Disk)?;
        let mut writer = file.try_clone().await.map_err(AddError::Disk)?.into_std().await;
        let hashed = std::mem::take(&mut *adding.hashed);
        // What is hashed is on its way to the disk already, so never more than that.
        let mut writing = Line::start_with_second(
            (has, (hashed, has)),
            move |written, piece| {
                writer.write_all(piece)?;
                *written = written.saturating_add(length_of(piece));
                Ok(())
            },
            |(hashed, at), piece| {
                hashed.follow(*at, piece);
                *at = at.saturating_add(length_of(piece));
            },
        );
        let mut offset = has;
        let ended = loop {
            let piece = tokio::select! {
                biased;
                () = token.cancelled() => break Err(AddError::Interrupted),
                piece = pace.next(&mut body) => piece,
                () = writing.caught_up() => continue,
            };
            let chunk = match piece {
                Err(slow) => break Err(AddError::Slow(slow)),
                Ok(None) => break Ok(()),
                Ok(Some(Err(error))) => break Err(AddError::Body(error.to_string())),
                Ok(Some(Ok(chunk))) => chunk,
            };
            let size = length_of(&chunk);
            if offset.saturating_add(size) > self.length {
                break Err(AddError::Offset(offset));
            }
            if !writing.give(chunk).await {
                break Ok(());
            }
            offset = offset.saturating_add(size);
        };
        let ((written, (hashed, _)), wrote) = writing.end().await.map_err(AddError::Disk)?;
        *adding.hashed = hashed;
        // What is said to have come is on the disk, however the request ends.
        let synced = match wrote {
            Ok(()) => file.sync_data().await,
            Err(error) => Err(error),
        };
        self.touch();
        synced.map_err(AddError::Disk).and(ended).map(|()| (written, adding))
    }

    /// Compares all that has come with the blob's address, and moves it into a store on the same disk. None if the store
    /// is elsewhere: then it has to be [copied](Self::copy). What is returned is held until the blob is noted down.
    pub async fn finish(
        &self,
        adding: &mut Adding<'_>,
        store: &BlobStore,
    ) -> Result<Option<Locked>, PutError> {
        let (read, found) = adding.hashed.all_of(&self.part).await?;
        if read != self.length {
            return Err(PutError::WrongSize { received: read });
        }
        if found != self.blob {
            return Err(PutError::WrongAddress { found });
        }
        Ok(store.adopt(self.blob, &self.part).await?)
    }

    /// Copies all that has come into a store, as any other upload.
    pub async fn copy(&self, _: &Adding<'_>, store: &BlobStore) -> Result<Locked, PutError> {
        let file = File::open(&self.part).await?;
        let body = ReaderStream::with_capacity(file, READ);
        store.put(self.blob, self.length, Pace::patient(), body).await
    }

    /// The blob is in the store and noted down: what came is not needed any more. The upload itself stays for a
    /// while, for a client that has not heard of it.
    pub async fn done(&self, _: &Adding<'_>) -> io::Result<()> {
        self.done.store(true, Ordering::Release);
        self.touch();
        self.save().await?;
        match tokio::fs::remove_file(&self.part).await {
            // It was moved.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    pub(super) async fn save(&self) -> io::Result<()> {
        let announced = Announced {
            account: self.account.clone(),
            blob: self.blob,
            length: self.length,
            done: self.is_done(),
        };
        let (path, text) = (self.json.clone(), serde_json::to_vec(&announced)?);
        let save = move || {
            let staged = path.with_extension("new");
            std::fs::write(&staged, text)?;
            std::fs::File::open(&staged)?.sync_all()?;
            std::fs::rename(&staged, &path)?;
            sync_folder_of(&path)
        };
        tokio::task::spawn_blocking(save).await.map_err(io::Error::other)?
    }
}

/// The right to add to an upload and to end it.
#[derive(Debug)]
pub struct Adding<'a> {
    hashed: MutexGuard<'a, Hashed>,
}

/// The SHA-256 of the beginning of an upload, made while it comes, so that it need not be read again. After a restart it
/// is: what was on its way to the disk at a crash may be something else.
#[derive(Default)]
struct Hashed {
    hasher: Sha256,
    bytes: u64,
}

impl std::fmt::Debug for Hashed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hashed").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Hashed {
    /// A piece was added at this place.
    fn follow(&mut self, offset: u64, piece: &[u8]) {
        if self.bytes == offset {
            self.hasher.update(piece);
            self.bytes = self.bytes.saturating_add(length_of(piece));
        }
    }

    /// Size and SHA-256 of all of the file, of which what is missing is read.
    async fn all_of(&mut self, path: &Path) -> io::Result<(u64, Hash)> {
        let mut file = File::open(path).await?;
        if file.metadata().await?.len() < self.bytes {
            *self = Self::default();
        }
        file.seek(SeekFrom::Start(self.bytes)).await?;
        let mut rest = ReaderStream::with_capacity(file, READ);
        while let Some(piece) = rest.next().await {
            let at = self.bytes;
            self.follow(at, &piece?);
        }
        Ok((self.bytes, Hash::from(<[u8; 32]>::from(self.hasher.clone().finalize()))))
    }
}

fn length_of(piece: &[u8]) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_not_hashed_while_it_came_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part");
        std::fs::write(&path, b"one two three").unwrap();
        let expected = (13, Hash::from(<[u8; 32]>::from(Sha256::digest(b"one two three"))));
        let mut followed = Hashed::default();
        followed.follow(0, b"one ");
        // A piece of which was not told, as one that was written only in part.
        followed.follow(8, b"three");
        assert_eq!(followed.bytes, 4);
        assert_eq!(followed.all_of(&path).await.unwrap(), expected);
        assert_eq!(followed.all_of(&path).await.unwrap(), expected);
        assert_eq!(Hashed::default().all_of(&path).await.unwrap(), expected);
        // A file that is shorter than what was told has lost something.
        std::fs::write(&path, b"one").unwrap();
        assert_eq!(followed.all_of(&path).await.unwrap().0, 3);
    }
}
