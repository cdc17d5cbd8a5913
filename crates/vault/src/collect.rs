//! Removing blobs that nobody needs.
//!
//! A blob is needed as long as a version of the chain names it at this vault, whatever the version's status, unless
//! its record was withdrawn and nobody but its owner may fetch it any more. What is not needed is marked with the
//! chain time of the final block at which that was first seen, and removed once it has been so at every look for the
//! time of grace. Marks are on the disk, and a restart changes none.
//!
//! Nothing is marked or removed if the chain does not answer, if its newest final block is old or older than one that
//! was seen before, if the vault's account is not active, or if the store does not say that it is this vault's. After
//! a time without looks (the vault was stopped, or the chain stood still) nothing is removed for an hour: what waits
//! in the pool has time to become final. Right before a blob is removed the chain is asked once more, and the blob is
//! locked while its mark is looked at for the last time: who brings a blob takes its mark away.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use medshare_client::naming::Naming;
use medshare_types::{AccountId, BlockNumber, Hash, Moment, Role};

use crate::{
    events::{Event, Events},
    inventory::{Damage, Inventory, Line, Mark, Why},
    journal::Owner,
    ledger::{Ledger, Namings, answer, is_active},
    metrics::{BLOBS, BLOBS_UNNEEDED, COLLECTED, COLLECTED_AT, COLLECTION_FAILURES},
    now,
    stock::{self, Stock, Taken},
    store::BlobStore,
};

/// How many blobs the chain is asked about at once.
const BATCH: usize = 32;
/// How many blobs of one account are looked at between two looks at all.
const MOST_OF_ACCOUNT: usize = 512;
/// How long the store may take to remove a blob.
const REMOVAL: Duration = Duration::from_secs(60);

/// How long after the start the first look is, unless looks are more frequent.
const FIRST: Duration = Duration::from_secs(60);
/// For how long nothing is removed after a time without looks, unless the grace is shorter.
const SETTLING: Duration = Duration::from_secs(3_600);

/// What becomes of blobs that nobody needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Mode {
    /// They are removed.
    Remove,
    /// They are only reported, in the log and in the metrics.
    Report,
    /// The vault does not look.
    Off,
}

/// When blobs are removed.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// What becomes of them.
    pub mode: Mode,
    /// How long what was never registered, or is at other vaults, is kept.
    pub grace: Duration,
    /// How long what was withdrawn or erased is kept.
    pub withdrawn_grace: Duration,
    /// How often is looked.
    pub every: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            mode: Mode::Remove,
            grace: Duration::from_secs(7 * 86_400),
            withdrawn_grace: Duration::from_secs(86_400),
            every: Duration::from_secs(3_600),
        }
    }
}

impl Rules {
    /// Whether the time of grace is over: by the time of the newest final block, unix ms, and with looks all the time
    /// since another.
    fn is_over(&self, mark: &Mark, time: Moment, looked_since: Moment) -> bool {
        let grace = match mark.why {
            Why::NeverRegistered | Why::Elsewhere => self.grace,
            Why::Erased | Why::Withdrawn => self.withdrawn_grace,
        };
        let has_passed =
            |since: Moment, span: Duration| u128::from(time.saturating_sub(since)) >= span.as_millis();
        has_passed(mark.since, grace) && has_passed(looked_since, SETTLING.min(grace))
    }

    /// The longest time between two looks that is no gap, ms.
    fn longest_pause(&self, finality_age: Duration) -> u128 {
        self.every.saturating_mul(2).saturating_add(finality_age).as_millis()
    }
}

/// Which final blocks were seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Number of the newest.
    number: BlockNumber,
    /// Chain times of the first and the last one between which there was no gap, unix ms.
    between: Option<(Moment, Moment)>,
}

/// What one look found and did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Blobs that the store has.
    pub blobs: usize,
    /// Of them, those that nobody needs.
    pub unneeded: usize,
    /// Of those, whose time of grace is over.
    pub due: usize,
    /// Of those, that were removed.
    pub removed: usize,
    /// Bytes of what was removed.
    pub bytes: u64,
}

/// Removes what nobody needs. Cheap to clone.
#[derive(Clone)]
pub struct Collector {
    /// The chain.
    pub ledger: Arc<dyn Ledger>,
    /// Whose blobs they are.
    pub owner: Owner,
    /// The blobs.
    pub store: BlobStore,
    /// What is known about them.
    pub inventory: Inventory,
    /// What the operator has to know.
    pub events: Events,
    /// When blobs are removed.
    pub rules: Rules,
    /// How old the newest final block may be.
    pub finality_age: Duration,
    /// Which final blocks were seen. New after a start.
    pub seen: Arc<Mutex<Seen>>,
}

impl Collector {
    /// Looks again and again.
    pub async fn run(self) {
        if self.rules.mode == Mode::Off {
            return;
        }
        let (known, unneeded) = self.inventory.count();
        metrics::gauge!(BLOBS).set(count(known));
        metrics::gauge!(BLOBS_UNNEEDED).set(count(unneeded));
        // Whoever has waited for the vault comes first.
        tokio::time::sleep(FIRST.min(self.rules.every)).await;
        loop {
            match self.collect().await {
                Ok(report) => {
                    tracing::info!(?report, mode = ?self.rules.mode, "looked for blobs that nobody needs");
                }
                Err(error) => {
                    metrics::counter!(COLLECTION_FAILURES).increment(1);
                    tracing::warn!(error = format!("{error:#}"), "did not look for blobs that nobody needs");
                }
            }
            tokio::time::sleep(self.rules.every).await;
        }
    }

    /// Looks once.
    ///
    /// # Errors
    /// If the chain, the store or the inventory cannot be used; what is removed until then was not needed.
    pub async fn collect(&self) -> anyhow::Result<Report> {
        let report = self.look().await;
        if report.is_err() {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).between = None;
        }
        report
    }

    async fn look(&self) -> anyhow::Result<Report> {
        self.store.ensure_of(&self.owner).await?;
        let Taken { listed: blobs, absent } = self.stock().take().await?;
        let mut report = Report { blobs: blobs.len(), ..Report::default() };
        for batch in blobs.chunks(BATCH) {
            let (namings, looked_since) = self.ask(batch).await?;
            self.mark(batch, &namings).await?;
            for blob in batch {
                let Some(mark) = self.inventory.get(*blob).and_then(|entry| entry.mark) else { continue };
                report.unneeded = report.unneeded.saturating_add(1);
                if !self.rules.is_over(&mark, namings.time, looked_since) {
                    continue;
                }
                report.due = report.due.saturating_add(1);
                if self.rules.mode != Mode::Remove {
                    tracing::info!(blob = %hex::encode(blob), why = ?mark.why, since = mark.since, "a blob would be removed");
                } else if let Some(bytes) = self.remove(*blob).await? {
                    report.removed = report.removed.saturating_add(1);
                    report.bytes = report.bytes.saturating_add(bytes);
                }
            }
        }
        for batch in absent.chunks(BATCH) {
            let (namings, _) = self.ask(batch).await?;
            self.mark(batch, &namings).await?;
            for blob in batch {
                self.missing(*blob).await?;
            }
        }
        stock::show(&self.inventory);
        metrics::gauge!(BLOBS).set(count(report.blobs.saturating_sub(report.removed)));
        metrics::gauge!(BLOBS_UNNEEDED).set(count(report.unneeded.saturating_sub(report.removed)));
        metrics::gauge!(COLLECTED_AT).set(seconds(now()));
        Ok(report)
    }

    /// Looks whether what an account has brought was registered since the last look, so that it need not wait for the
    /// next one to bring more.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub async fn look_at(&self, account: &AccountId) -> anyhow::Result<()> {
        for batch in self.inventory.unregistered_of(account, MOST_OF_ACCOUNT).chunks(BATCH) {
            let (namings, _) = self.ask(batch).await?;
            self.mark(batch, &namings).await?;
        }
        Ok(())
    }

    /// The list does not have a blob of the inventory, of which the chain was asked.
    async fn missing(&self, blob: Hash) -> anyhow::Result<()> {
        let Some((_locked, entry)) = self.stock().absent(blob).await? else { return Ok(()) };
        // A crash after it was removed and before that was noted down; or nobody needs what is lost any more.
        if entry.mark.is_some() {
            return self.note(vec![Line::Gone { blob }]).await;
        }
        self.stock().damaged(blob, &entry, Damage::Missing, None).await
    }

    /// What a trustworthy chain says about blobs, and since which chain time it was looked at without a gap.
    async fn ask(&self, blobs: &[Hash]) -> anyhow::Result<(Namings, Moment)> {
        let namings = answer(self.ledger.namings(&self.owner.account, blobs.to_vec())).await?;
        let age = now().saturating_sub(namings.time);
        ensure!(
            namings.time > 0 && u128::from(age) <= self.finality_age.as_millis(),
            "the newest final block is {} seconds old by this machine's clock",
            age / 1_000
        );
        ensure!(
            is_active(namings.vault.as_ref(), Role::Vault),
            "the vault's account is no active member in the role Vault"
        );
        ensure!(namings.of.len() == blobs.len(), "the chain did not answer about every blob");
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if namings.number < seen.number {
            bail!("the node's newest final block is {}, and {} was seen before", namings.number, seen.number);
        }
        seen.number = namings.number;
        let longest = self.rules.longest_pause(self.finality_age);
        let first = match seen.between {
            Some((first, last)) if u128::from(namings.time.saturating_sub(last)) <= longest => first,
            _ => namings.time,
        };
        seen.between = Some((first, namings.time));
        drop(seen);
        Ok((namings, first))
    }

    /// Marks what is not needed, and takes the marks from what is.
    async fn mark(&self, blobs: &[Hash], namings: &Namings) -> anyhow::Result<()> {
        let mut lines = Vec::new();
        for (blob, naming) in blobs.iter().zip(&namings.of) {
            let Some(entry) = self.inventory.get(*blob) else { continue };
            let blob = *blob;
            let why = match naming {
                Naming::Needed if entry.named && entry.mark.is_none() => continue,
                Naming::Needed => {
                    lines.push(Line::Needed { blob });
                    continue;
                }
                Naming::Withdrawn => Why::Withdrawn,
                Naming::Elsewhere => Why::Elsewhere,
                Naming::Unnamed => match entry.mark {
                    _ if entry.named => Why::Erased,
                    // What was withdrawn and is not there any more was erased, whether or not it was seen before.
                    Some(Mark { why: Why::Withdrawn | Why::Erased, .. }) => Why::Erased,
                    _ => Why::NeverRegistered,
                },
            };
            let since = entry.mark.map_or(namings.time, |mark| mark.since);
            let mark = Mark { since, why };
            if entry.mark != Some(mark) {
                lines.push(Line::Unneeded { blob, mark });
            }
        }
        self.note(lines).await
    }

    /// Removes a blob if it is still not needed; how many bytes it had.
    async fn remove(&self, blob: Hash) -> anyhow::Result<Option<u64>> {
        let locked = self.store.lock(blob).await;
        // The chain was asked for the batch a while ago, and the time in which it may change its mind is long.
        let (namings, looked_since) = self.ask(&[blob]).await?;
        self.mark(&[blob], &namings).await?;
        let Some(entry) = self.inventory.get(blob) else { return Ok(None) };
        let is_over = |mark: &Mark| self.rules.is_over(mark, namings.time, looked_since);
        let Some(mark) = entry.mark.filter(is_over) else { return Ok(None) };
        // Written first: what is gone must never be without a trace.
        self.event(Event::Removed { blob, size: entry.size, why: mark.why, since: mark.since }).await?;
        tokio::time::timeout(REMOVAL, self.store.remove(&locked))
            .await
            .unwrap_or_else(|_| {
                Err(object_store::Error::Generic {
                    store: "vault",
                    source: "it did not answer in time".into(),
                })
            })
            .context("cannot remove a blob from the store")?;
        self.note(vec![Line::Gone { blob }]).await?;
        tracing::info!(blob = %hex::encode(blob), why = ?mark.why, since = mark.since, "removed a blob");
        metrics::counter!(COLLECTED).increment(entry.size);
        Ok(Some(entry.size))
    }

    fn stock(&self) -> Stock<'_> {
        Stock { store: &self.store, inventory: &self.inventory, events: &self.events }
    }

    async fn note(&self, lines: Vec<Line>) -> anyhow::Result<()> {
        self.inventory.note(lines).await.context("cannot write the inventory")
    }

    async fn event(&self, event: Event) -> anyhow::Result<()> {
        self.events.write(event).await.context("cannot write events.jsonl")
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Seconds since 1970.
fn seconds(moment: Moment) -> f64 {
    Duration::from_millis(moment).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grace_depends_on_why() {
        let rules = Rules {
            grace: Duration::from_secs(10),
            withdrawn_grace: Duration::from_secs(2),
            ..Rules::default()
        };
        let mark = |why| Mark { since: 1_000, why };
        for (why, over) in [
            (Why::NeverRegistered, 11_000),
            (Why::Elsewhere, 11_000),
            (Why::Erased, 3_000),
            (Why::Withdrawn, 3_000),
        ] {
            assert!(!rules.is_over(&mark(why), over - 1, 0), "{why:?}");
            assert!(rules.is_over(&mark(why), over, 0), "{why:?}");
        }
        // A chain time before the mark is none to decide by.
        assert!(!rules.is_over(&mark(Why::Erased), 0, 0));
    }

    #[test]
    fn after_a_gap_nothing_is_removed_for_an_hour() {
        let (rules, hour) = (Rules::default(), 3_600_000);
        let mark = Mark { since: 0, why: Why::NeverRegistered };
        let now = 30 * 24 * hour;
        assert!(!rules.is_over(&mark, now, now - hour + 1));
        assert!(rules.is_over(&mark, now, now - hour));
    }
}
