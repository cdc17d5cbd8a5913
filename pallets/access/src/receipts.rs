//! What vaults report.

use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, Time},
};
use medshare_traits::{Membership, RecordRegistry};
use medshare_types::{Moment, NewReceipt, Receipt, RecordId, Role};

use crate::{Config, Error, Event, LastReceipt, Pallet, ReceiptCount, Receipts};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_post_receipts(
        vault: &T::AccountId,
        receipts: Vec<NewReceipt<T::AccountId>>,
    ) -> DispatchResult {
        T::Membership::ensure_role(vault, Role::Vault)?;
        ensure!(!receipts.is_empty(), Error::<T>::NoReceipts);
        let now = T::Time::now();
        let mut last = LastReceipt::<T>::get(vault);
        for receipt in receipts {
            ensure!(last.is_none_or(|last| receipt.sequence > last), Error::<T>::SequenceNotAscending);
            last = Some(receipt.sequence);
            Self::post(vault, receipt, now)?;
        }
        LastReceipt::<T>::set(vault, last);
        Ok(())
    }

    fn post(vault: &T::AccountId, content: NewReceipt<T::AccountId>, now: Moment) -> DispatchResult {
        let NewReceipt { sequence, record, version, .. } = content;
        ensure!(content.at <= now.saturating_add(T::ReceiptTolerance::get()), Error::<T>::FromTheFuture);
        ensure!(T::Records::has_held(record, version, vault), Error::<T>::NotHeldHere);
        let index = ReceiptCount::<T>::get(record);
        ReceiptCount::<T>::insert(record, index.checked_add(1).ok_or(Error::<T>::NoMoreNumbers)?);
        let accessor = content.accessor.clone();
        Receipts::<T>::insert(record, index, Receipt { vault: vault.clone(), content, posted: now });
        if let Some(oldest) = index.checked_sub(T::ReceiptsKept::get()) {
            Receipts::<T>::remove(record, oldest);
        }
        let vault = vault.clone();
        Self::deposit_event(Event::ReceiptPosted { record, index, version, vault, accessor, sequence });
        Ok(())
    }

    /// The numbers of the receipts that are kept of a record which has had so many.
    pub(crate) fn kept(count: u32) -> core::ops::Range<u32> {
        count.saturating_sub(T::ReceiptsKept::get())..count
    }

    /// Removes all receipts of a record.
    pub(crate) fn forget_receipts(record: RecordId) {
        for index in Self::kept(ReceiptCount::<T>::take(record)) {
            Receipts::<T>::remove(record, index);
        }
    }
}
