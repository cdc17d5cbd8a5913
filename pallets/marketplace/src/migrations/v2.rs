//! From 1 to 2: `OpenOrdersOf` comes into being and is filled from the orders that are open.
//!
//! `OrderDeposits` is new too and stays empty: nothing is held for orders that were placed before there were deposits.

use core::marker::PhantomData;

use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
};

use crate::{Config, OpenOrdersOf, Orders, Pallet, impls::order_key};

/// The migration, which runs if the storage is of version 1 and leaves version 2.
pub type ToV2<T> =
    VersionedMigration<1, 2, FileOpenOrders<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// What it does, without the check of the version.
pub struct FileOpenOrders<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for FileOpenOrders<T> {
    // In one block: an order costs a read and an open one two writes. At ParityDB's weights, 8 µs and 50 µs, a hundred
    // thousand orders of which a thousand are open take 0.9 s. A chain with many more would do it in steps.
    fn on_runtime_upgrade() -> Weight {
        let (mut reads, mut writes) = (0u64, 0u64);
        for (id, order) in Orders::<T>::iter() {
            reads = reads.saturating_add(1);
            if order.state.is_open() {
                for party in [&order.buyer, &order.seller] {
                    OpenOrdersOf::<T>::insert(party, order_key(id), ());
                    writes = writes.saturating_add(1);
                }
            }
        }
        T::DbWeight::get().reads_writes(reads, writes)
    }

    /// Notes the orders, as they are, and checks that nothing of version 2 is there.
    #[cfg(feature = "try-runtime")]
    fn pre_upgrade() -> Result<alloc::vec::Vec<u8>, sp_runtime::TryRuntimeError> {
        frame_support::ensure!(
            OpenOrdersOf::<T>::iter_keys().next().is_none(),
            "OpenOrdersOf is there before its migration"
        );
        Ok(codec::Encode::encode(&snapshot::<T>()))
    }

    /// Checks that the orders are what they were, and every invariant: among them that `OpenOrdersOf` has the open ones.
    #[cfg(feature = "try-runtime")]
    fn post_upgrade(before: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        frame_support::ensure!(
            codec::Encode::encode(&snapshot::<T>()) == before,
            "the migration changed an order"
        );
        Pallet::<T>::do_try_state()
    }
}

/// All orders, by number.
#[cfg(feature = "try-runtime")]
fn snapshot<T: Config>() -> alloc::collections::BTreeMap<medshare_types::OrderId, crate::OrderOf<T>> {
    Orders::<T>::iter().collect()
}
