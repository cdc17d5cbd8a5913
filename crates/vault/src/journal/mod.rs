//! The journal of uses on disk: JSON lines, appended and synced.
//!
//! A use is noted down before its first byte is served (`opened`), and again when it has ended (`closed`). Ended uses
//! with the same record, version, accessor, ground and signed request are added up, until they become one receipt
//! with the number under which it is posted (`served`). What the chain has is crossed out (`posted`), and so is what
//! it will never take (`refused`). A line that a crash cut off at the end is ignored: what it says had no effect yet.

mod file;

use std::collections::{BTreeMap, VecDeque};

use medshare_types::{AccountId, FetchBasis, Hash, Moment, NewReceipt, RecordId, Version};
use serde::{Deserialize, Serialize};

pub use file::{Log, Owner, Replay};

/// The journal of uses.
pub type Journal = Log<State>;

/// A use of a blob that the chain has allowed, before it is known how much of it is served.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Use {
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// Who fetches.
    pub accessor: AccountId,
    /// On what ground.
    pub basis: FetchBasis,
    /// When, by the vault's clock, unix ms.
    pub at: Moment,
    /// SHA-256 of the signed request for the link.
    pub request: Hash,
    /// How many bytes are to be served.
    pub promised: u64,
}

/// What uses that are reported together have in common: record, version, accessor, ground, request.
type Key = (RecordId, Version, AccountId, u8, Hash);

fn key(record: RecordId, version: Version, accessor: &AccountId, basis: FetchBasis, request: Hash) -> Key {
    (record, version, accessor.clone(), basis as u8, request)
}

impl Use {
    /// Its receipt.
    pub fn receipt(self, sequence: u64, bytes: u64) -> NewReceipt<AccountId> {
        NewReceipt {
            sequence,
            record: self.record,
            version: self.version,
            accessor: self.accessor,
            basis: self.basis,
            bytes,
            at: self.at,
            request: self.request,
        }
    }
}

/// A line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Numbers up to this one are used up.
    Numbered {
        /// The last one.
        last: u64,
    },
    /// A use begins.
    Opened {
        /// Its number among the uses of this process.
        id: u64,
        /// What is used.
        used: Use,
    },
    /// A use has ended.
    Closed {
        /// Which one.
        id: u64,
        /// Bytes served; if none, there will be no receipt.
        bytes: u64,
    },
    /// Uses that have ended, added up.
    Ended {
        /// What they have in common, and when the first began.
        used: Use,
        /// Bytes served.
        bytes: u64,
    },
    /// What has ended became a receipt.
    Served {
        /// With its number.
        receipt: NewReceipt<AccountId>,
    },
    /// Receipts up to this number are final on the chain.
    Posted {
        /// The last one.
        through: u64,
    },
    /// The chain will never take this receipt.
    Refused {
        /// Its number.
        sequence: u64,
        /// Why.
        reason: String,
    },
}

/// What a journal says: which uses are open and which are not on the chain.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    /// Uses that have not ended.
    pub open: BTreeMap<u64, Use>,
    /// Uses that have ended and are in no receipt yet, with the bytes that were served.
    ended: BTreeMap<Key, (Use, u64)>,
    /// Receipts to be posted, ascending.
    pub pending: VecDeque<NewReceipt<AccountId>>,
    /// The last number that a receipt was given.
    pub last: u64,
}

impl Replay for State {
    type Line = Line;

    fn apply(&mut self, line: Line) {
        match line {
            Line::Numbered { last } => self.last = self.last.max(last),
            Line::Opened { id, used } => drop(self.open.insert(id, used)),
            Line::Closed { id, bytes } => {
                if let Some(used) = self.open.remove(&id).filter(|_| bytes > 0) {
                    self.add_up(used, bytes);
                }
            }
            Line::Ended { used, bytes } => self.add_up(used, bytes),
            Line::Served { receipt } => {
                let NewReceipt { record, version, ref accessor, basis, request, .. } = receipt;
                self.ended.remove(&key(record, version, accessor, basis, request));
                self.last = self.last.max(receipt.sequence);
                self.pending.push_back(receipt);
            }
            Line::Posted { through } => {
                self.last = self.last.max(through);
                self.pending.retain(|receipt| receipt.sequence > through);
            }
            Line::Refused { sequence, .. } => self.pending.retain(|receipt| receipt.sequence != sequence),
        }
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::Numbered { last: self.last }];
        lines.extend(self.open.iter().map(|(id, used)| Line::Opened { id: *id, used: used.clone() }));
        let ended = self.ended.values();
        lines.extend(ended.map(|(used, bytes)| Line::Ended { used: used.clone(), bytes: *bytes }));
        lines.extend(self.pending.iter().map(|receipt| Line::Served { receipt: receipt.clone() }));
        lines
    }
}

impl State {
    fn add_up(&mut self, used: Use, bytes: u64) {
        let key = key(used.record, used.version, &used.accessor, used.basis, used.request);
        match self.ended.get_mut(&key) {
            Some((before, sum)) => {
                before.at = before.at.min(used.at);
                *sum = sum.saturating_add(bytes);
            }
            None => drop(self.ended.insert(key, (used, bytes))),
        }
    }

    /// How many receipts the ended uses will become.
    pub fn ended(&self) -> usize {
        self.ended.len()
    }

    /// How much is not final on the chain yet.
    pub fn unposted(&self) -> usize {
        self.ended.len().saturating_add(self.pending.len())
    }

    /// The receipts of the oldest ended uses, with their numbers.
    pub fn next_receipts(&self, most: usize) -> Vec<NewReceipt<AccountId>> {
        let mut oldest: Vec<&(Use, u64)> = self.ended.values().collect();
        oldest.sort_by_key(|(used, _)| used.at);
        let numbers = (1..).map(|more| self.last.saturating_add(more));
        oldest
            .into_iter()
            .take(most)
            .zip(numbers)
            .map(|((used, bytes), n)| used.clone().receipt(n, *bytes))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{file::tests::used, *};

    #[test]
    fn uses_of_one_request_become_one_receipt() {
        let mut state = State::default();
        let other = Use { request: Hash::repeat_byte(9), at: 3, ..used(0) };
        for (id, used) in
            [(0, used(0)), (1, Use { at: 4, ..used(0) }), (2, used(0)), (3, used(1)), (4, other)]
        {
            state.apply(Line::Opened { id, used });
        }
        for (id, bytes) in [(0, 10), (1, 20), (2, 0), (3, 5), (4, 7)] {
            state.apply(Line::Closed { id, bytes });
        }
        let receipts = state.next_receipts(10);
        let seen: Vec<_> = receipts.iter().map(|r| (r.sequence, r.record, r.bytes, r.at)).collect();
        assert_eq!(seen, [(1, 0, 7, 3), (2, 0, 30, 4), (3, 1, 5, 5)]);
        assert_eq!(state.next_receipts(1), receipts[..1]);
        for receipt in receipts {
            state.apply(Line::Served { receipt });
        }
        assert_eq!((state.ended(), state.unposted(), state.last), (0, 3, 3));
        // What ends later is a receipt of its own.
        state.apply(Line::Ended { used: used(0), bytes: 1 });
        assert_eq!(state.next_receipts(10), [used(0).receipt(4, 1)]);
    }
}
