//! Reading all blobs again and again, to find those that have rotten.
//!
//! Disks and object stores lose bits without a word. So each blob is read, slowly, and its SHA-256 compared with its
//! address. One that differs, or is gone, is not served any more: who fetches it is sent to another vault of the
//! version at once instead of after a download. It is whole again as soon as somebody brings it, or when a later
//! round reads it rightly. `scrub.json` says how far a round is, so that a restart does not begin it anew.

use std::{
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
    events::{Event, Events},
    inventory::{Damage, Inventory, Line},
    metrics::{DAMAGED, SCRUB_FAILURES, SCRUBBED, SCRUBBED_AT},
    now,
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
}

impl Default for Rounds {
    fn default() -> Self {
        Self { every: Duration::from_secs(7 * 86_400), speed: 20 << 20 }
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

/// What a round found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// Blobs that were read.
    pub read: usize,
    /// Blobs that do not have their address, or are gone.
    pub damaged: usize,
    /// Blobs that were damaged and are not.
    pub repaired: usize,
    /// Blobs that could not be read now.
    pub failed: usize,
}

/// Reads blobs again. Cheap to clone.
#[derive(Clone)]
pub struct Scrubber {
    /// The blobs.
    pub store: BlobStore,
    /// What is known about them.
    pub inventory: Inventory,
    /// What the operator has to know.
    pub events: Events,
    /// How they are read.
    pub rounds: Rounds,
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

    /// Reads the blobs of a round that have not been read yet.
    ///
    /// # Errors
    /// If the store cannot be listed, or what was found cannot be noted down.
    pub async fn round(&self) -> anyhow::Result<Found> {
        let mut reached = read(&self.path);
        if reached.over || reached.began == 0 {
            reached = Reached { began: now(), after: None, over: false };
        }
        let listed = self.store.list().await.context("cannot list the store")?;
        let (mut found, mut noted) = (Found::default(), Instant::now());
        let after = reached.after;
        for listed in listed.iter().filter(|listed| after.is_none_or(|after| after < listed.blob)) {
            self.check(listed.blob, &mut found).await?;
            reached.after = Some(listed.blob);
            if noted.elapsed() >= NOTE_EVERY {
                write(&self.path, &reached)?;
                noted = Instant::now();
            }
        }
        write(&self.path, &Reached { after: None, over: true, ..reached })?;
        metrics::gauge!(SCRUBBED_AT).set(Duration::from_millis(now()).as_secs_f64());
        show(&self.inventory);
        Ok(found)
    }

    async fn check(&self, blob: Hash, found: &mut Found) -> anyhow::Result<()> {
        // Twice if it is not right: memory and cables err too.
        let mut content = self.read(blob).await;
        if !matches!(&content, Ok(Some((_, hash))) if *hash == blob) {
            content = self.read(blob).await;
        }
        let (stamp, hash) = match content {
            Ok(Some(content)) => content,
            // It was removed; or if nobody did that, the collector finds out.
            Ok(None) => return Ok(()),
            Err(error) => {
                found.failed = found.failed.saturating_add(1);
                metrics::counter!(SCRUB_FAILURES).increment(1);
                tracing::warn!(blob = %hex::encode(blob), %error, "a blob could not be read");
                return Ok(());
            }
        };
        found.read = found.read.saturating_add(1);
        // Locked, so that what is brought or removed at this moment is not judged by what was there before.
        let _locked = self.store.lock(blob).await;
        let is_same = self.store.stamp(blob).await.is_ok_and(|now| now.as_ref() == Some(&stamp));
        let Some(entry) = self.inventory.get(blob).filter(|_| is_same) else { return Ok(()) };
        if hash == blob {
            if entry.damage.is_some() {
                found.repaired = found.repaired.saturating_add(1);
                self.note(Line::Sound { blob }, Event::Repaired { blob }).await?;
            }
            return Ok(());
        }
        found.damaged = found.damaged.saturating_add(1);
        if entry.damage != Some(Damage::Changed) {
            tracing::error!(
                blob = %hex::encode(blob), found = %hex::encode(hash),
                "a blob is not what its address says; whoever has it can bring it again"
            );
            let damage = Damage::Changed;
            let event = Event::Damaged { blob, damage, found: Some(hash) };
            self.note(Line::Damaged { blob, damage }, event).await?;
        }
        Ok(())
    }

    /// Reads a blob at the speed that is allowed: which state of it was read, and its SHA-256.
    async fn read(&self, blob: Hash) -> object_store::Result<Option<(Stamp, Hash)>> {
        let Some(stamp) = self.store.stamp(blob).await? else { return Ok(None) };
        let mut stream = match self.store.get(blob, 0..stamp.size).await {
            Ok(stream) => stream,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
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
        Ok(Some((stamp, Hash::from(<[u8; 32]>::from(hasher.finalize())))))
    }

    async fn note(&self, line: Line, event: Event) -> anyhow::Result<()> {
        self.inventory.note(vec![line]).await.context("cannot write the inventory")?;
        self.events.write(event).await.context("cannot write events.jsonl")?;
        show(&self.inventory);
        Ok(())
    }
}

/// Shows how much is damaged.
pub fn show(inventory: &Inventory) {
    for (damage, label) in [(Damage::Changed, "changed"), (Damage::Missing, "missing")] {
        let number = u32::try_from(inventory.damaged(damage)).unwrap_or(u32::MAX);
        metrics::gauge!(DAMAGED, "damage" => label).set(number);
    }
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
