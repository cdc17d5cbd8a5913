//! Accounts that the chain refused a moment ago.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use medshare_types::{AccountId, Moment};

/// How many are remembered: about 100 KB.
const MOST: usize = 2_048;

/// Remembers for a few seconds who is no member, so that a stranger's requests do not each become questions to the
/// chain. Only refusals are remembered, never permissions.
#[derive(Debug)]
pub struct Strangers {
    keep: Moment,
    until: Mutex<HashMap<AccountId, Moment>>,
}

impl Strangers {
    /// Remembers for so long.
    pub fn new(keep: Duration) -> Self {
        Self { keep: Moment::try_from(keep.as_millis()).unwrap_or(Moment::MAX), until: Mutex::default() }
    }

    /// Whether the account was refused a moment ago; `now` is unix ms.
    pub fn knows(&self, account: &AccountId, now: Moment) -> bool {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(account).is_some_and(|until| now < *until)
    }

    /// The chain has just refused the account; `now` is unix ms.
    pub fn note(&self, account: &AccountId, now: Moment) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.len() >= MOST {
            until.retain(|_, until| now < *until);
            if until.len() >= MOST {
                until.clear();
            }
        }
        until.insert(account.clone(), now.saturating_add(self.keep));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_remembered_for_a_while_in_bounded_memory() {
        let strangers = Strangers::new(Duration::from_secs(3));
        let account = |number: u64| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&number.to_le_bytes());
            AccountId::new(bytes)
        };
        strangers.note(&account(1), 1_000);
        assert!(strangers.knows(&account(1), 3_999));
        assert!(!strangers.knows(&account(1), 4_000));
        assert!(!strangers.knows(&account(2), 1_000));
        for number in 0..3 * MOST as u64 {
            strangers.note(&account(number), 1_000);
        }
        assert!(strangers.until.lock().unwrap().len() <= MOST);
    }
}
