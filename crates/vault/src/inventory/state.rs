//! What lines about blobs add up to.

use std::collections::HashMap;

use medshare_types::{AccountId, Hash, Moment};
use serde::{Deserialize, Serialize};

use crate::journal::Replay;

/// Why a blob is not needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No version ever had it while the vault looked.
    NeverRegistered,
    /// The record that had it was erased.
    Erased,
    /// Its record was withdrawn, and nobody but the owner may fetch it any more.
    Withdrawn,
    /// The version that has it is at other vaults.
    Elsewhere,
}

/// Since when a blob is not needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// Chain time of the final block at which that was first seen, unix ms.
    pub since: Moment,
    /// Why.
    pub why: Why,
}

/// What is wrong with a blob.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// Its bytes do not have its address any more.
    Changed,
    /// The store does not have it any more.
    Missing,
    /// The store has it and cannot read it.
    Unreadable,
}

/// What is known about a blob that the vault has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its size, bytes.
    pub size: u64,
    /// Against whose quota it counts: who brought it. Nobody's, if it was found in the store.
    pub by: Option<AccountId>,
    /// When it was brought or found, by the vault's clock, unix ms.
    pub at: Moment,
    /// Whether the chain named it here since it was brought.
    pub named: bool,
    /// Since when it is not needed, if it is not.
    pub mark: Option<Mark>,
    /// What is wrong with it, if anything is.
    pub damage: Option<Damage>,
}

/// A line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A blob was brought, or found in the store.
    Kept {
        /// The blob.
        blob: Hash,
        /// Its size, bytes.
        size: u64,
        /// Who brought it.
        by: Option<AccountId>,
        /// When, unix ms.
        at: Moment,
    },
    /// The chain names it here.
    Needed {
        /// The blob.
        blob: Hash,
    },
    /// It is not needed.
    Unneeded {
        /// The blob.
        blob: Hash,
        /// Since when, and why.
        mark: Mark,
    },
    /// Something is wrong with it.
    Damaged {
        /// The blob.
        blob: Hash,
        /// What.
        damage: Damage,
    },
    /// It was read and is as it should be.
    Sound {
        /// The blob.
        blob: Hash,
    },
    /// It was removed.
    Gone {
        /// The blob.
        blob: Hash,
    },
}

/// How much an account has in the vault, bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// In all.
    pub bytes: u64,
    /// Of it, what the chain did not name here yet.
    pub unregistered: u64,
}

/// All blobs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    blobs: HashMap<Hash, Entry>,
    usage: HashMap<AccountId, Usage>,
}

impl State {
    /// A blob.
    pub fn get(&self, blob: &Hash) -> Option<&Entry> {
        self.blobs.get(blob)
    }

    /// All blobs.
    pub fn iter(&self) -> impl Iterator<Item = (&Hash, &Entry)> {
        self.blobs.iter()
    }

    /// How much an account has here.
    pub fn usage(&self, account: &AccountId) -> Usage {
        self.usage.get(account).copied().unwrap_or_default()
    }

    /// Changes an entry, and what counts against quotas with it.
    fn change(&mut self, blob: Hash, change: impl FnOnce(Option<Entry>) -> Option<Entry>) {
        let before = self.blobs.remove(&blob);
        if let Some(entry) = &before {
            self.count(entry, u64::saturating_sub);
        }
        if let Some(entry) = change(before) {
            self.count(&entry, u64::saturating_add);
            self.blobs.insert(blob, entry);
        }
    }

    fn count(&mut self, entry: &Entry, sum: impl Fn(u64, u64) -> u64) {
        // What is lost takes no room.
        let Some(account) = entry.by.as_ref().filter(|_| entry.damage != Some(Damage::Missing)) else {
            return;
        };
        let usage = self.usage.entry(account.clone()).or_default();
        usage.bytes = sum(usage.bytes, entry.size);
        if !entry.named {
            usage.unregistered = sum(usage.unregistered, entry.size);
        }
        if *usage == Usage::default() {
            self.usage.remove(account);
        }
    }

    fn edit(&mut self, blob: Hash, edit: impl FnOnce(&mut Entry)) {
        self.change(blob, |entry| {
            entry.map(|mut entry| {
                edit(&mut entry);
                entry
            })
        });
    }
}

impl Replay for State {
    type Line = Line;

    fn apply(&mut self, line: Line) {
        match line {
            // What is found in the store is no news of what is known already.
            Line::Kept { blob, by: None, .. } if self.blobs.contains_key(&blob) => {}
            // Who brings what somebody else needs does not pay for it; who brings what nobody needs does, and gets
            // time to register it. What was withdrawn can never be needed: bringing it again does not keep it.
            Line::Kept { blob, size, by, at } => self.change(blob, |before| {
                let stays = |entry: &Entry| match entry.mark {
                    None => entry.by.is_some(),
                    Some(mark) => mark.why == Why::Withdrawn,
                };
                Some(match before.filter(stays) {
                    Some(entry) => Entry { size, damage: None, ..entry },
                    None => Entry { size, by, at, named: false, mark: None, damage: None },
                })
            }),
            Line::Needed { blob } => self.edit(blob, |entry| {
                entry.named = true;
                entry.mark = None;
            }),
            Line::Unneeded { blob, mark } => self.edit(blob, |entry| entry.mark = Some(mark)),
            Line::Damaged { blob, damage } => self.edit(blob, |entry| entry.damage = Some(damage)),
            Line::Sound { blob } => self.edit(blob, |entry| entry.damage = None),
            Line::Gone { blob } => self.change(blob, |_| None),
        }
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::with_capacity(self.blobs.len());
        for (blob, entry) in &self.blobs {
            let blob = *blob;
            lines.push(Line::Kept { blob, size: entry.size, by: entry.by.clone(), at: entry.at });
            if entry.named {
                lines.push(Line::Needed { blob });
            }
            lines.extend(entry.mark.map(|mark| Line::Unneeded { blob, mark }));
            lines.extend(entry.damage.map(|damage| Line::Damaged { blob, damage }));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId::new([number; 32])
    }

    fn kept(blob: u8, size: u64, by: Option<u8>) -> Line {
        Line::Kept { blob: Hash::repeat_byte(blob), size, by: by.map(account), at: 1 }
    }

    fn state(lines: impl IntoIterator<Item = Line>) -> State {
        let mut state = State::default();
        lines.into_iter().for_each(|line| state.apply(line));
        state
    }

    fn usage(state: &State, number: u8) -> (u64, u64) {
        let usage = state.usage(&account(number));
        (usage.bytes, usage.unregistered)
    }

    const BLOB: Hash = Hash::repeat_byte(1);
    const MARK: Mark = Mark { since: 5, why: Why::Elsewhere };

    #[test]
    fn a_blob_counts_for_who_brought_it_until_it_is_gone() {
        let mut state = state([kept(1, 10, Some(1)), kept(2, 20, Some(1)), kept(3, 30, Some(2))]);
        assert_eq!((usage(&state, 1), usage(&state, 2)), ((30, 30), (30, 30)));
        state.apply(Line::Needed { blob: BLOB });
        assert_eq!(usage(&state, 1), (30, 20));
        state.apply(Line::Unneeded { blob: BLOB, mark: MARK });
        assert_eq!(usage(&state, 1), (30, 20), "it still takes room");
        state.apply(Line::Gone { blob: BLOB });
        assert_eq!(usage(&state, 1), (20, 20));
        state.apply(Line::Gone { blob: Hash::repeat_byte(2) });
        assert_eq!(usage(&state, 1), (0, 0));
    }

    #[test]
    fn nobody_is_charged_for_what_others_bring() {
        let mut state = state([kept(1, 10, Some(1)), Line::Needed { blob: BLOB }, kept(1, 10, Some(2))]);
        assert_eq!((usage(&state, 1), usage(&state, 2)), ((10, 0), (0, 0)));
        // What is not needed any more is kept for whoever wants it now.
        state.apply(Line::Unneeded { blob: BLOB, mark: MARK });
        state.apply(kept(1, 10, Some(2)));
        assert_eq!((usage(&state, 1), usage(&state, 2)), ((0, 0), (10, 10)));
        let entry = state.get(&BLOB).unwrap();
        assert_eq!((entry.mark, entry.named), (None, false));
    }

    #[test]
    fn bringing_what_was_withdrawn_does_not_keep_it() {
        let mark = Mark { why: Why::Withdrawn, ..MARK };
        let lines = [kept(1, 10, Some(1)), Line::Needed { blob: BLOB }, Line::Unneeded { blob: BLOB, mark }];
        let mut state = state(lines);
        state.apply(kept(1, 10, Some(2)));
        assert_eq!(state.get(&BLOB).unwrap().mark, Some(mark));
        assert_eq!((usage(&state, 1), usage(&state, 2)), ((10, 0), (0, 0)));
    }

    #[test]
    fn what_is_lost_takes_no_room_and_what_is_brought_again_is_whole() {
        let mut state = state([kept(1, 10, Some(1)), Line::Needed { blob: BLOB }]);
        state.apply(Line::Damaged { blob: BLOB, damage: Damage::Missing });
        assert_eq!(usage(&state, 1), (0, 0));
        state.apply(kept(1, 10, Some(2)));
        assert_eq!((usage(&state, 1), state.get(&BLOB).unwrap().damage), ((10, 0), None));
    }

    #[test]
    fn finding_what_is_known_in_the_store_changes_nothing() {
        let damaged = Line::Damaged { blob: BLOB, damage: Damage::Unreadable };
        for by in [Some(1), None] {
            let mut state = state([kept(1, 10, by), Line::Needed { blob: BLOB }, damaged.clone()]);
            let before = state.clone();
            state.apply(kept(1, 10, None));
            assert_eq!(state, before);
        }
    }

    #[test]
    fn the_fewest_lines_say_the_same() {
        let state = state([
            kept(1, 10, Some(1)),
            Line::Needed { blob: BLOB },
            Line::Unneeded { blob: BLOB, mark: MARK },
            kept(2, 20, None),
            Line::Damaged { blob: Hash::repeat_byte(2), damage: Damage::Changed },
            kept(3, 5, Some(3)),
            Line::Gone { blob: Hash::repeat_byte(3) },
        ]);
        assert_eq!(self::state(state.lines()), state);
    }
}
