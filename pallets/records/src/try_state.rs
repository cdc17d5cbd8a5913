//! What is true between any two calls.

use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::InspectHold};
use medshare_types::{Balance, RecordId, Version, VersionStatus};
use sp_runtime::{SaturatedConversion, TryRuntimeError};

use crate::{
    ByCiphertext, Config, FormerHolders, HoldReason, MAX_FORMER_HOLDERS, NextRecord, Pallet, Pending,
    Records, RecordsOf, Versions,
    impls::{FIRST, record_key},
};

/// What the versions of an owner amount to.
#[derive(Default)]
struct Account {
    deposits: Balance,
    pending: u32,
}

impl<T: Config> Pallet<T> {
    /// Checks that
    /// - records are numbered below `NextRecord`, and each is in `RecordsOf` of its owner only;
    /// - each record has the versions from 1 to its `latest` and no others;
    /// - each version's ciphertext leads to it in `ByCiphertext`, which has nothing else, and is what its locators name;
    /// - former holders are those of versions that exist, not more than can be;
    /// - only the newest version of a record that is not withdrawn is pending, and `Pending` counts those of each owner
    ///   and has no entry for owners without;
    /// - each owner has on hold exactly the deposits of its versions.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut accounts: BTreeMap<T::AccountId, Account> = BTreeMap::new();
        let (mut records, mut versions): (RecordId, usize) = (0, 0);
        for (id, record) in Records::<T>::iter() {
            records = records.saturating_add(1);
            ensure!(id < NextRecord::<T>::get(), "a record has a number that was not given yet");
            ensure!(
                RecordsOf::<T>::contains_key(&record.owner, record_key(id)),
                "a record is not its owner's"
            );
            ensure!(record.latest >= FIRST, "a record has no version");
            let account = accounts.entry(record.owner.clone()).or_default();
            for version in FIRST..=record.latest {
                versions = versions.saturating_add(1);
                let stored = Versions::<T>::get(id, version).ok_or("a version is missing")?;
                let ciphertext = stored.content.ciphertext;
                ensure!(
                    ByCiphertext::<T>::get(ciphertext) == Some((id, version)),
                    "a ciphertext does not lead to its version"
                );
                ensure!(
                    !stored.content.locators.is_empty()
                        && stored.content.locators.iter().all(|locator| locator.blob == ciphertext),
                    "a version is not where its locators say"
                );
                if stored.status == VersionStatus::Pending {
                    ensure!(
                        version == record.latest && !record.withdrawn,
                        "a version is pending that was given up"
                    );
                    account.pending = account.pending.saturating_add(1);
                }
                account.deposits = account.deposits.saturating_add(stored.deposit);
            }
        }
        ensure!(
            RecordsOf::<T>::iter_keys().count().saturated_into::<u64>() == records,
            "somebody has no such record"
        );
        ensure!(
            Versions::<T>::iter_keys().count() == versions,
            "there is a version beyond its record's latest"
        );
        ensure!(ByCiphertext::<T>::iter_keys().count() == versions, "a ciphertext has no version");

        let mut former: BTreeMap<(RecordId, Version), u32> = BTreeMap::new();
        for (record, version, _) in FormerHolders::<T>::iter_keys() {
            ensure!(Versions::<T>::contains_key(record, version), "a version that does not exist was held");
            let count = former.entry((record, version)).or_default();
            *count = count.saturating_add(1);
        }
        ensure!(
            former.into_values().all(|count| count <= MAX_FORMER_HOLDERS),
            "a version was held by more than can be"
        );

        for (owner, account) in &accounts {
            ensure!(Pending::<T>::get(owner) == account.pending, "a count of pending versions is wrong");
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Record.into(), owner) == account.deposits,
                "what an owner has on hold is not the sum of its deposits"
            );
        }
        for (owner, pending) in Pending::<T>::iter() {
            ensure!(
                pending > 0 && accounts.contains_key(&owner),
                "somebody without pending versions is counted"
            );
        }
        Ok(())
    }
}
