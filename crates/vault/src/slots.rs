//! How much of something may go on at once, in all and for one account.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use medshare_types::AccountId;

/// Why there is no slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Full {
    /// The account has all that one account may have.
    Account,
    /// All are taken.
    Vault,
}

/// A number of slots.
#[derive(Clone, Debug)]
pub struct Slots(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    all: usize,
    each: usize,
    taken: Mutex<HashMap<AccountId, usize>>,
}

/// A slot, given back when it is dropped.
#[derive(Debug)]
pub struct Slot {
    inner: Arc<Inner>,
    account: AccountId,
}

impl Slots {
    /// This many in all, and this many for one account.
    pub fn new(all: usize, each: usize) -> Self {
        Self(Arc::new(Inner { all, each, taken: Mutex::default() }))
    }

    /// Takes one.
    pub fn take(&self, account: &AccountId) -> Result<Slot, Full> {
        let mut taken = self.0.lock();
        if taken.get(account).copied().unwrap_or_default() >= self.0.each {
            return Err(Full::Account);
        }
        if taken.values().sum::<usize>() >= self.0.all {
            return Err(Full::Vault);
        }
        let count = taken.entry(account.clone()).or_default();
        *count = count.saturating_add(1);
        Ok(Slot { inner: self.0.clone(), account: account.clone() })
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.inner.lock();
        if let Some(count) = taken.get_mut(&self.account) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_bounded_in_all_and_for_each() {
        let slots = Slots::new(3, 2);
        let [one, two, three] = [1, 2, 3].map(|account| AccountId::new([account; 32]));
        let first = slots.take(&one).unwrap();
        let _second = slots.take(&one).unwrap();
        assert_eq!(slots.take(&one).unwrap_err(), Full::Account);
        let third = slots.take(&two).unwrap();
        assert_eq!(slots.take(&three).unwrap_err(), Full::Vault);
        drop(third);
        let _fourth = slots.take(&three).unwrap();
        drop(first);
        slots.take(&one).unwrap();
        assert_eq!(slots.0.lock().len(), 2, "who has none is forgotten");
    }
}
