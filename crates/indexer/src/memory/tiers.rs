//! Documents by their owners, and by the tiers in which those are.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use medshare_types::{AccountId, Moment, Tier};
use roaring::RoaringBitmap;

use super::named::Named;
use crate::Standing;

/// In which tier whose records are now, where what is not final yet has moved them.
pub type Moved = [(AccountId, Tier)];

/// Owners with their documents, and what is known of everybody's credit.
#[derive(Default)]
pub struct Owners {
    /// The chain time up to which tiers hold.
    now: Moment,
    owners: Named<AccountId>,
    standings: HashMap<AccountId, Standing>,
    /// When whose tier changes next.
    changes: BTreeSet<(Moment, AccountId)>,
    tiers: [RoaringBitmap; 4],
}

impl Owners {
    /// Adds a document.
    pub fn insert(&mut self, document: u32, owner: &AccountId) -> u32 {
        let tier = self.tier(owner);
        self.tiers[tier as usize].insert(document);
        self.owners.insert(owner, document)
    }

    /// Takes a document out.
    pub fn remove(&mut self, document: u32, owner: u32) {
        for tier in &mut self.tiers {
            tier.remove(document);
        }
        self.owners.remove(owner, document);
    }

    /// The documents of an owner.
    pub fn documents(&self, owner: &AccountId) -> Option<&RoaringBitmap> {
        self.owners.get(owner)
    }

    /// The owner of a document, by the number that the document keeps.
    pub fn name(&self, owner: u32) -> Option<&AccountId> {
        self.owners.name(owner)
    }

    /// Somebody's tier.
    pub fn tier(&self, account: &AccountId) -> Tier {
        self.standings.get(account).map_or(Tier::Standard, |standing| standing.tier(self.now))
    }

    /// What is known of somebody's credit.
    pub fn standing(&self, account: &AccountId) -> Option<&Standing> {
        self.standings.get(account)
    }

    /// Somebody's credit.
    pub fn set_standing(&mut self, account: &AccountId, standing: Standing) {
        let before = self.tier(account);
        if let Some(until) = self.standings.get(account).and_then(|old| old.until(self.now)) {
            self.changes.remove(&(until, account.clone()));
        }
        self.standings.insert(account.clone(), standing);
        self.settle(account, before);
    }

    /// The chain time has come to this: tiers that changed since do.
    pub fn advance(&mut self, now: Moment) {
        let before = std::mem::replace(&mut self.now, now);
        while let Some((at, _)) = self.changes.first()
            && *at <= now
        {
            let Some((_, account)) = self.changes.pop_first() else { return };
            let tier = self.standings.get(&account).map_or(Tier::Standard, |standing| standing.tier(before));
            self.settle(&account, tier);
        }
    }

    /// Whose tier changes until a time if nothing happens.
    pub fn changing(&self, until: Moment) -> impl Iterator<Item = &AccountId> {
        self.changes.iter().take_while(move |(at, _)| *at <= until).map(|(_, account)| account)
    }

    /// Moves somebody's documents from the tier in which they were, and notes when they move next.
    fn settle(&mut self, account: &AccountId, before: Tier) {
        let Some(standing) = self.standings.get(account) else { return };
        if let Some(until) = standing.until(self.now) {
            self.changes.insert((until, account.clone()));
        }
        let tier = standing.tier(self.now);
        if tier != before
            && let Some(documents) = self.owners.get(account)
        {
            self.tiers[before as usize] -= documents;
            self.tiers[tier as usize] |= documents;
        }
    }

    /// Those whose owners are in a tier, with some owners moved.
    pub fn in_tier(&self, tier: Tier, moved: &Moved) -> Cow<'_, RoaringBitmap> {
        let mut set = Cow::Borrowed(&self.tiers[tier as usize]);
        for (account, now) in moved {
            if let Some(documents) = self.owners.get(account) {
                if *now == tier {
                    *set.to_mut() |= documents;
                } else if self.tier(account) == tier {
                    *set.to_mut() -= documents;
                }
            }
        }
        set
    }
}
