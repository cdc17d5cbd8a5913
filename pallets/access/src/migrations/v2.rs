//! From 1 to 2: of each record's receipts only the newest stay. The others are in the blocks.
//!
//! `GrantDeposits` is new too and stays empty: nothing is held for grants that were given before there were deposits.

use core::marker::PhantomData;

use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};

use crate::{Config, Pallet, ReceiptCount, Receipts};

/// The migration, which runs if the storage is of version 1 and leaves version 2.
pub type ToV2<T> =
    VersionedMigration<1, 2, DropOldReceipts<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// What it does, without the check of the version.
pub struct DropOldReceipts<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for DropOldReceipts<T> {
    // In one block: at ParityDB's weights a block has room to remove some twenty thousand receipts. A chain with many more
    // would do it in steps.
    fn on_runtime_upgrade() -> Weight {
        let (mut reads, mut writes) = (0u64, 0u64);
        for (record, count) in ReceiptCount::<T>::iter() {
            reads = reads.saturating_add(1);
            for index in 0..Pallet::<T>::kept(count).start {
                Receipts::<T>::remove(record, index);
                writes = writes.saturating_add(1);
            }
        }
        T::DbWeight::get().reads_writes(reads, writes)
    }

    /// Notes the receipts that must stay.
    #[cfg(feature = "try-runtime")]
    fn pre_upgrade() -> Result<alloc::vec::Vec<u8>, sp_runtime::TryRuntimeError> {
        Ok(codec::Encode::encode(&newest::<T>()))
    }

    /// Checks that these are there as they were, and every invariant: among them that there are no others.
    #[cfg(feature = "try-runtime")]
    fn post_upgrade(before: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        frame_support::ensure!(
            codec::Encode::encode(&newest::<T>()) == before,
            "the migration changed a receipt that stays"
        );
        Pallet::<T>::do_try_state()
    }
}

/// The newest receipts of each record, by record and number.
#[cfg(feature = "try-runtime")]
fn newest<T: Config>()
-> alloc::collections::BTreeMap<(medshare_types::RecordId, u32), medshare_types::Receipt<T::AccountId>> {
    ReceiptCount::<T>::iter()
        .flat_map(|(record, count)| Pallet::<T>::kept(count).map(move |index| (record, index)))
        .filter_map(|(record, index)| Receipts::<T>::get(record, index).map(|found| ((record, index), found)))
        .collect()
}
