//! Reading all blobs again and again, to find those that have rotten.
//!
//! Disks and object stores lose bits without a word. So each blob is read, slowly, and its SHA-256 compared with its
//! address. One that differs, cannot be read, or is gone, is not served any more: who fetches it is sent to another
//! vault of the version at once instead of after a download. It is whole again as soon as somebody brings it, or when
//! a later round reads it rightly. `scrub.json` says how far a round is, so that a restart does not begin it anew.
//!
//! A blob that cannot be read is read once more an hour later, in the same round. If that fails too, and the store gives
//! something else, the blob is damaged. An hour, because a store that does not answer for a while has lost nothing. Not
//! the next round, because that may be a week later, and each download until then would break off.

use std::{
    collections::VecDeque,
    fmt::Display,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use futures::StreamExt;
use medshare_types::{Hash, Moment};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::{
    appender::sync_folder_of,
    collect::Mode,
    events::Events,
    inventory::{Damage, Inventory},
    journal::Owner,
    metrics::{SCRUB_FAILURES, SCRUBBED, SCRUBBED_AT},
    now,
    stock::{Stock, Taken, show},
    store::{BlobStore, Stamp},
};

/// How often it is noted down how far a round is.
const NOTE_EVERY: Duration = Duration::from_secs(30);

/// How blobs are read again.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// How often all of them are; zero is never.
    pub every: Duration,
    /// How fast, bytes a second.
    pub speed: u64,
    /// How much later a blob that could not be read is read once more.
    pub again: Duration,
}

impl Default for Rounds {
    fn default() -> Self {
        Self { every: Duration::from_secs(7 * 86_400), speed: 20 << 20, again: Duration::from_secs(3_600) }
    }
}

/// How far a round is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Reached {
    /// When it began, unix ms.
    began: Moment,
    /// The last blob that was read, if it is not over.
    after: Option<Hash>,
    /// Whether it is over.
    over: bool,
}

/// How often a blob was tried to be read in a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Attempt {
    First,
    Last,
}

/// A blob that could not be read at the first attempt.
#[derive(Debug)]
struct Unread {
    blob: Hash,
    at: Instant,
    /// The blob before it: there a round that is broken off goes on, so that the last attempt is not left out.
    after: Option<Hash>,
}

/// What reading a blob gave.
struct Content {
    /// In which state the blob was, if the store could tell.
    state: Option<Stamp>,
    /// Its SHA-256.
    hash: object_store::Result<Hash>,
}

/// What a round found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// Blobs that were read.
    pub read: usize,
    /// Blobs that do not have their address, cannot be read, or are gone.
    pub damaged: usize,
    /// Blobs that were damaged and are not.
    pub repaired: usize,
    /// Blobs that could not be read when nothing else could be either.
    pub failed: usize,
}

/// Reads blobs again. Cheap to clone.
#[derive(Clone)]
pub struct Scrubber {
    /// The blobs.
    pub store: BlobStore,
    /// Whose the store has to be.
    pub owner: Owner,
    /// What is known about them.
    pub inventory: Inventory,
    /// What the operator has to know.
    pub events: Events,
    /// How they are read.
    pub rounds: Rounds,
    /// What becomes of blobs that nobody needs.
    pub collection: Mode,
    /// Where it is noted down how far a round is.
    pub path: PathBuf,
}

impl Scrubber {
    /// Begins a round when it is time, and goes on with one that was broken off.
    pub async fn run(self) {
        show(&self.inventory);
        if self.rounds.every.is_zero() {
            return;
        }
        loop {
            let reached = read(&self.path);
            let age = Duration::from_millis(now().saturating_sub(reached.began));
            if reached.over && age < self.rounds.every {
                tokio::time::sleep(self.rounds.every.saturating_sub(age)).await;
            }
            match self.round().await {
                Ok(found) => tracing::info!(?found, "read all blobs again"),
                Err(error) => {
                    metrics::counter!(SCRUB_FAILURES).increment(1);
                    tracing::warn!(error = format!("{error:#}"), "could not read all blobs again");
                    tokio::time::sleep(Duration::from_secs(60).min(self.rounds.every)).await;
                }
            }
        }
    }

    /// Reads the blobs of a round that have not been read yet, and looks for those that the store has lost.
    ///
    /// # Errors
    /// If the store cannot be listed or is not there, or what was found cannot be noted down.
    pub async fn round(&self) -> anyhow::Result<Found> {
        let mut reached = read(&self.path);
        if reached.over || reached.began == 0 {
            reached = Reached { began: now(), after: None, over: false };
        }
        self.store.ensure_of(&self.owner).await?;
        let Taken { listed, absent } = self.stock().take().await?;
        let mut found = Found::default();
        for blob in absent {
            self.missing(blob, &mut found).await?;
        }
        let (mut unread, mut noted) = (VecDeque::<Unread>::new(), Instant::now());
        let begin = reached.after;
        for blob in listed.into_iter().filter(|blob| begin.is_none_or(|after| after < *blob)) {
            if !self.check(blob, Attempt::First, &mut found).await? {
                unread.push_back(Unread { blob, at: Instant::now(), after: reached.after });
            }
            reached.after = Some(blob);
            if unread.front().is_some_and(|first| first.at.elapsed() >= self.rounds.again)
                && let Some(first) = unread.pop_front()
            {
                self.check(first.blob, Attempt::Last, &mut found).await?;
            }
            if noted.elapsed() >= NOTE_EVERY {
                let after = unread.front().map_or(reached.after, |first| first.after);
                write(&self.path, &Reached { after, ..reached })?;
                noted = Instant::now();
            }
        }
        for Unread { blob, at, .. } in unread {
            tokio::time::sleep(self.rounds.again.saturating_sub(at.elapsed())).await;
            self.check(blob, Attempt::Last, &mut found).await?;
        }
        write(&self.path, &Reached { after: None, over: true, ..reached })?;
        metrics::gauge!(SCRUBBED_AT).set(Duration::from_millis(now()).as_secs_f64());
        show(&self.inventory);
        Ok(found)
    }

    /// Reads a blob, and notes down if something is wrong with it, or not any more. False if the last attempt is to say.
    async fn check(&self, blob: Hash, attempt: Attempt, found: &mut Found) -> anyhow::Result<bool> {
        let mut content = self.read(blob).await;
        // Twice if it is not right: memory and cables err too.
        if !matches!(&content, Some(Content { hash: Ok(hash), .. }) if *hash == blob) {
            content = self.read(blob).await;
        }
        let Some(Content { state, hash }) = content else {
            self.missing(blob, found).await?;
            return Ok(true);
        };
        let (damage, hash) = match hash {
            Ok(hash) => {
                found.read = found.read.saturating_add(1);
                ((hash != blob).then_some(Damage::Changed), Some(hash))
            }
            Err(error) => {
                failed(blob, &error);
                // Whether the store gives anything.
                if self.store.ensure_of(&self.owner).await.is_err() {
                    found.failed = found.failed.saturating_add(1);
                    return Ok(true);
                }
                if attempt == Attempt::First {
                    return Ok(false);
                }
                (Some(Damage::Unreadable), None)
            }
        };
        // Locked, so that what is brought or removed at this moment is not judged by what was there before.
        let _locked = self.store.lock(blob).await;
        let is_same = self.store.stamp(blob).await.ok().flatten() == state;
        let Some(entry) = self.inventory.get(blob).filter(|_| is_same) else { return Ok(true) };
        if let Some(damage) = damage {
            found.damaged = found.damaged.saturating_add(1);
            self.stock().damaged(blob, &entry, damage, hash).await?;
        } else if entry.damage.is_some() {
            found.repaired = found.repaired.saturating_add(1);
            self.stock().repaired(blob).await?;
        }
        Ok(true)
    }

    /// The store did not have a blob that the vault should have.
    async fn missing(&self, blob: Hash, found: &mut Found) -> anyhow::Result<()> {
        let (_locked, entry) = match self.stock().absent(blob).await {
            Ok(Some(absent)) => absent,
            Ok(None) => return Ok(()),
            Err(error) => {
                failed(blob, format!("{error:#}"));
                found.failed = found.failed.saturating_add(1);
                return Ok(());
            }
        };
        // What nobody needs may have been removed right before a crash. The collector knows, which asks the chain. If
        // it is off, the mark is an old one, and the chain may name the blob by now.
        if entry.mark.is_some() && self.collection != Mode::Off {
            return Ok(());
        }
        // A store that is gone as a whole ends the round: it has not lost this one.
        self.store.ensure_of(&self.owner).await?;
        found.damaged = found.damaged.saturating_add(1);
        self.stock().damaged(blob, &entry, Damage::Missing, None).await
    }

    /// Reads a blob. None if the store does not have it.
    async fn read(&self, blob: Hash) -> Option<Content> {
        let stamp = match self.store.stamp(blob).await {
            Ok(Some(stamp)) => stamp,
            Ok(None) => return None,
            Err(error) => return Some(Content { state: None, hash: Err(error) }),
        };
        match self.hash(blob, stamp.size).await {
            Err(object_store::Error::NotFound { .. }) => None,
            hash => Some(Content { state: Some(stamp), hash }),
        }
    }

    /// The SHA-256 of a blob, which is read at the speed that is allowed.
    async fn hash(&self, blob: Hash, size: u64) -> object_store::Result<Hash> {
        let mut stream = self.store.get(blob, 0..size).await?;
        let (mut hasher, mut read, begun) = (Sha256::new(), 0_u64, Instant::now());
        while let Some(chunk) = stream.next().await {
            let chunk = chunk
                .map_err(|error| object_store::Error::Generic { store: "vault", source: error.into() })?;
            hasher.update(&chunk);
            let bytes = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            metrics::counter!(SCRUBBED).increment(bytes);
            read = read.saturating_add(bytes);
            let millis = read.saturating_mul(1_000).checked_div(self.rounds.speed).unwrap_or_default();
            tokio::time::sleep_until(begun + Duration::from_millis(millis)).await;
        }
        Ok(Hash::from(<[u8; 32]>::from(hasher.finalize())))
    }

    fn stock(&self) -> Stock<'_> {
        Stock { store: &self.store, inventory: &self.inventory, events: &self.events }
    }
}

/// Tells that a blob could not be read.
fn failed(blob: Hash, error: impl Display) {
    metrics::counter!(SCRUB_FAILURES).increment(1);
    tracing::warn!(blob = %hex::encode(blob), %error, "a blob could not be read");
}

/// How far the last round is. What cannot be read means a new round.
fn read(path: &Path) -> Reached {
    std::fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn write(path: &Path, reached: &Reached) -> anyhow::Result<()> {
    let staged = path.with_extension("new");
    let written = serde_json::to_vec(reached).map_err(std::io::Error::other).and_then(|text| {
        std::fs::write(&staged, text)?;
        std::fs::rename(&staged, path)?;
        sync_folder_of(path)
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}
