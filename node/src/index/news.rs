//! What gets into the index, for those who listen.

use std::collections::BTreeSet;

use medshare_indexer::{Applied, At, Block, Change, GrantKey};
use medshare_types::{AccountId, BlockNumber, OrderId, RecordId, Subject};

/// What listeners are told.
#[derive(Clone, Debug)]
pub enum News {
    /// Blocks got into the index.
    Changed(Box<Changed>),
    /// From here on nothing that was told before goes on: why.
    Broken(&'static str),
}

/// What got into the index at once.
#[derive(Clone, PartialEq, Debug)]
pub struct Changed {
    /// The last block.
    pub at: At,
    /// The number of the first block.
    pub first: BlockNumber,
    /// The records that changed, with their versions, policies and listings, and those whose owner is in another tier now.
    pub records: BTreeSet<RecordId>,
    /// The records that were on sale before and are not any more.
    pub delisted: BTreeSet<RecordId>,
    /// The orders that changed.
    pub orders: BTreeSet<OrderId>,
    /// The reviews that changed.
    pub reviews: BTreeSet<Subject>,
    /// The grants that changed.
    pub grants: BTreeSet<GrantKey>,
    /// What the events are about.
    pub named: Named,
}

/// What events are about.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Named {
    /// Records.
    pub records: BTreeSet<RecordId>,
    /// Orders.
    pub orders: BTreeSet<OrderId>,
    /// Everybody whom they name.
    pub accounts: BTreeSet<AccountId>,
}

impl Changed {
    /// What these blocks changed, of which this became in the index; nothing while that is empty.
    pub fn by(blocks: &[Block], applied: Applied) -> Option<Self> {
        let Applied { at, moved, delisted } = applied;
        let at = at?;
        let mut changed = Self {
            at,
            first: blocks.first().map_or(at.number, |block| block.number),
            records: moved.into_iter().collect(),
            delisted: delisted.into_iter().collect(),
            orders: BTreeSet::new(),
            reviews: BTreeSet::new(),
            grants: BTreeSet::new(),
            named: Named::default(),
        };
        for block in blocks {
            block.changes.iter().for_each(|change| changed.take(change));
            for event in &block.events {
                changed.named.records.extend(&event.records);
                changed.named.orders.extend(&event.orders);
                changed.named.accounts.extend(event.accounts.iter().cloned());
            }
        }
        Some(changed)
    }

    fn take(&mut self, change: &Change) {
        match change {
            Change::Record { record, .. }
            | Change::Policy { record, .. }
            | Change::Version { record, .. }
            | Change::Listing { record, .. } => {
                self.records.insert(*record);
            }
            Change::Order { order, .. } => {
                self.orders.insert(*order);
            }
            Change::Review { subject, .. } => {
                self.reviews.insert(*subject);
            }
            Change::Grant { record, version, grantee, .. } => {
                self.grants.insert((*record, *version, grantee.clone()));
            }
            Change::Receipt { .. } | Change::Member { .. } | Change::Credit { .. } | Change::Noted { .. } => {
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use medshare_indexer::Entry;
    use medshare_types::Hash;

    use super::*;

    #[test]
    fn what_blocks_changed_and_name_is_told_once() {
        let who = AccountId::new([7; 32]);
        let entry = Entry {
            index: 0,
            by: None,
            pallet: "Marketplace".into(),
            event: "Ordered".into(),
            fields: serde_json::Value::Null,
            records: vec![5],
            orders: vec![3],
            accounts: vec![who.clone()],
        };
        let block = |number, changes| Block {
            number,
            hash: Hash::zero(),
            parent: Hash::zero(),
            time: 0,
            events: vec![entry.clone()],
            changes,
        };
        let subject = Subject::Claim { order: 3 };
        let blocks = [
            block(
                8,
                vec![
                    Change::Policy { record: 5, state: None },
                    Change::Order { order: 3, state: None },
                    Change::Grant { record: 6, version: 2, grantee: who.clone(), state: None },
                ],
            ),
            block(
                9,
                vec![Change::Listing { record: 5, state: None }, Change::Review { subject, state: None }],
            ),
        ];
        let at = At { number: 9, hash: Hash::zero(), time: 0, is_final: true };
        let applied = |at| Applied { at, moved: vec![1, 5], delisted: vec![5] };
        assert_eq!(
            Changed::by(&blocks, applied(Some(at))),
            Some(Changed {
                at,
                first: 8,
                records: [1, 5].into(),
                delisted: [5].into(),
                orders: [3].into(),
                reviews: [subject].into(),
                grants: [(6, 2, who.clone())].into(),
                named: Named { records: [5].into(), orders: [3].into(), accounts: [who].into() },
            })
        );
        assert_eq!(Changed::by(&blocks, applied(None)), None);
    }
}
