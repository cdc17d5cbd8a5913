//! What blocks did to what is in memory.

use std::collections::{BTreeMap, BTreeSet};

use medshare_types::{AccountId, RecordId, RecordVersion, Tier};
use roaring::RoaringBitmap;

use crate::{
    Applied, Standing,
    index::Live,
    memory::{Placed, Whole},
    store::Head,
};

/// What blocks did, after it was written.
pub struct Outcome {
    /// The last block before them.
    pub old: Option<Head>,
    /// The last of them.
    pub new: Head,
    /// The documents that there were of the records that changed.
    pub changed: RoaringBitmap,
    /// Whose credit was told.
    pub credits: BTreeMap<AccountId, Standing>,
    /// The records that changed, as they are now; nothing where there is none (any more).
    pub records: BTreeMap<RecordId, Option<Whole>>,
    /// The versions that changed, in the order of their rows.
    pub versions: Vec<Placed<Option<RecordVersion<AccountId>>>>,
}

impl Live {
    /// Takes what blocks did, and says what that is.
    pub fn take(&mut self, outcome: Outcome) -> Applied {
        let Outcome { old, new, mut changed, credits, records, versions } = outcome;
        let listed: Vec<RecordId> =
            records.keys().copied().filter(|record| self.memory.is_listed(*record)).collect();
        let owners = &mut self.memory.owners;
        let told = owners.changing(new.time).chain(credits.keys());
        let before: BTreeMap<AccountId, Tier> =
            told.map(|account| (account.clone(), owners.tier(account))).collect();
        owners.advance(new.time);
        for (account, standing) in credits {
            owners.set_standing(&account, standing);
        }
        let left: Vec<_> = versions.iter().map(|version| version.with(version.state.as_ref())).collect();
        self.memory.update(&records, &left);
        self.memory.settle();
        let memory = &self.memory;
        let moved: Vec<&AccountId> = before
            .iter()
            .filter(|(account, tier)| memory.owners.tier(account) != **tier)
            .map(|(account, _)| account)
            .collect();
        changed.extend(records.keys().flat_map(|record| memory.of_record(*record)));
        for documents in moved.iter().filter_map(|account| memory.owners.documents(account)) {
            changed |= documents;
        }
        let moved: BTreeSet<RecordId> =
            moved.into_iter().flat_map(|account| memory.records_of(account)).collect();
        let delisted = listed.into_iter().filter(|record| !memory.is_listed(*record)).collect();
        self.kept.change(old, changed);
        self.head = Some(new);
        Applied { at: Some(new.at(true)), moved: moved.into_iter().collect(), delisted }
    }
}
