//! What the chain says about a blob: whether a vault has to keep it.

use medshare_types::{AccountId, Grant, Hash, Locator, RecordId, ReviewState, Subject, Version};

use crate::{
    At, Chain, Result,
    chain::storage::{blake2_128_concat, twox_64_concat},
};

/// Whether a blob is named by the chain as being at a vault, and for whom it is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Naming {
    /// A version names the vault, and somebody may have a right to the blob: its record is not withdrawn, or an order
    /// for the version, a grant of it or a review of it goes on.
    Needed,
    /// A version names the vault, but its record was withdrawn, and nobody but its owner may fetch the blob any more.
    /// Nothing can change that: of a withdrawn record nothing is sold, granted or reviewed.
    Withdrawn,
    /// A version has the blob, but names other vaults: its owner moved it.
    Elsewhere,
    /// No version has the blob: it was never registered, or its record was erased.
    Unnamed,
}

impl Chain {
    /// What the chain says about a blob at a vault, at one block.
    ///
    /// # Errors
    /// [`Error::Node`](crate::Error::Node) if the node does not answer,
    /// [`Error::ForeignAnswer`](crate::Error::ForeignAnswer) if its runtime is another.
    pub async fn naming(&self, blob: Hash, vault: &AccountId, at: At) -> Result<Naming> {
        let at = At::Block(self.hash(at).await?);
        // A locator names the ciphertext itself, and a ciphertext belongs to one version: pallet `records` checks
        // both.
        let key = blake2_128_concat(&blob);
        let Some((id, version)) =
            self.item::<(RecordId, Version)>("Records", "ByCiphertext", &key, at).await?
        else {
            return Ok(Naming::Unnamed);
        };
        let (record, found) = (self.known_record(id, at).await?, self.known_version(id, version, at).await?);
        let is_here = |locator: &Locator<AccountId>| locator.vault == *vault && locator.blob == blob;
        if !found.content.locators.iter().any(is_here) {
            return Ok(Naming::Elsewhere);
        }
        if !record.withdrawn || self.is_in_use(id, version, at).await? {
            return Ok(Naming::Needed);
        }
        Ok(Naming::Withdrawn)
    }

    /// Whether an order for a version, a grant of it or a review of it goes on.
    async fn is_in_use(&self, record: RecordId, version: Version, at: At) -> Result<bool> {
        let begin = [twox_64_concat(&record), twox_64_concat(&version)].concat();
        if !self.keys_under("Marketplace", "LiveOrder", &begin, at).await?.is_empty() {
            return Ok(true);
        }
        let review = self.review(Subject::Record { record, version }, at).await?;
        if review
            .is_some_and(|review| matches!(review.state, ReviewState::Drawing { .. } | ReviewState::Open))
        {
            return Ok(true);
        }
        let now = self.time(at).await?;
        for grantee in self.keys_under("Access", "Grants", &begin, at).await? {
            let key = [&begin[..], &grantee].concat();
            let grant: Option<Grant> = self.item("Access", "Grants", &key, at).await?;
            if grant.is_some_and(|grant| grant.is_active(now)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
