//! Comparing the inventory with the store, and noting down what is wrong with blobs.
//!
//! The [collector](crate::collect) and the [scrubber](crate::scrub) both do so, because each can be turned off.

use std::collections::HashSet;

use anyhow::Context;
use medshare_types::Hash;

use crate::{
    events::{Event, Events},
    inventory::{Damage, Entry, Inventory, Line},
    metrics::DAMAGED,
    now,
    store::{BlobStore, Locked},
};

/// What the vault has, and where it is noted down.
#[derive(Clone, Copy)]
pub struct Stock<'a> {
    /// The blobs.
    pub store: &'a BlobStore,
    /// What is known about them.
    pub inventory: &'a Inventory,
    /// What the operator has to know.
    pub events: &'a Events,
}

/// What a list of the store says.
pub struct Taken {
    /// What the store has, ascending by address. The inventory knows all of it.
    pub listed: Vec<Hash>,
    /// What the inventory has and the list does not.
    pub absent: Vec<Hash>,
}

impl Stock<'_> {
    /// Compares the inventory with the store. What only the store has is added to the inventory.
    pub async fn take(self) -> anyhow::Result<Taken> {
        // What is brought meanwhile may be in the inventory and not in the list: `absent` looks for it once more. What is removed
        // meanwhile may be in the list, and is nothing new.
        let before: HashSet<Hash> = self.inventory.all().into_iter().collect();
        let listed = self.store.list().await.context("cannot list the store")?;
        let known: HashSet<Hash> = self.inventory.all().into_iter().collect();
        let found =
            listed.iter().filter(|listed| !known.contains(&listed.blob) && !before.contains(&listed.blob));
        let at = now();
        let lines: Vec<Line> =
            found.map(|listed| Line::Kept { blob: listed.blob, size: listed.size, by: None, at }).collect();
        if !lines.is_empty() {
            tracing::info!(blobs = lines.len(), "the store has blobs of which is not known who brought them");
        }
        self.inventory.note(lines).await.context("cannot write the inventory")?;
        let is_gone = |blob: &Hash| before.contains(blob) && !known.contains(blob);
        let listed: Vec<Hash> =
            listed.into_iter().map(|listed| listed.blob).filter(|blob| !is_gone(blob)).collect();
        let has: HashSet<Hash> = listed.iter().copied().collect();
        let absent = known.into_iter().filter(|blob| !has.contains(blob)).collect();
        Ok(Taken { listed, absent })
    }

    /// Looks once more for a blob that the store did not have. If it still has none, and the inventory has it, the blob
    /// is held, so that nobody brings it before it is noted down what became of it.
    pub async fn absent(self, blob: Hash) -> anyhow::Result<Option<(Locked, Entry)>> {
        let locked = self.store.lock(blob).await;
        let Some(entry) = self.inventory.get(blob) else { return Ok(None) };
        let size = self.store.size(blob).await.context("cannot ask the store for a blob")?;
        Ok(size.is_none().then_some((locked, entry)))
    }

    /// Notes down what is wrong with a blob that is held, if that is not known. `found` is the SHA-256 of what the store
    /// has.
    pub async fn damaged(
        self,
        blob: Hash,
        entry: &Entry,
        damage: Damage,
        found: Option<Hash>,
    ) -> anyhow::Result<()> {
        if entry.damage == Some(damage) {
            return Ok(());
        }
        let what = match damage {
            Damage::Changed => "a blob is not what its address says",
            Damage::Missing => "the store has lost a blob",
            Damage::Unreadable => "the store cannot read a blob",
        };
        let read = found.map(hex::encode);
        tracing::error!(blob = %hex::encode(blob), found = read, "{what}; whoever has it can bring it again");
        self.note(Line::Damaged { blob, damage }, Event::Damaged { blob, damage, found }).await
    }

    /// Notes down that a damaged blob that is held is as it should be again.
    pub async fn repaired(self, blob: Hash) -> anyhow::Result<()> {
        self.note(Line::Sound { blob }, Event::Repaired { blob }).await
    }

    async fn note(self, line: Line, event: Event) -> anyhow::Result<()> {
        self.inventory.note(vec![line]).await.context("cannot write the inventory")?;
        self.events.write(event).await.context("cannot write events.jsonl")?;
        show(self.inventory);
        Ok(())
    }
}

/// Shows how much is damaged.
pub fn show(inventory: &Inventory) {
    let kinds =
        [(Damage::Changed, "changed"), (Damage::Missing, "missing"), (Damage::Unreadable, "unreadable")];
    for (damage, label) in kinds {
        let number = u32::try_from(inventory.damaged(damage)).unwrap_or(u32::MAX);
        metrics::gauge!(DAMAGED, "damage" => label).set(number);
    }
}
