//! What the pallet is to the others.

use crate::{Config, Disproven, Listings, LiveOrder, OrderOf, Orders, Pallet};
use frame_support::{dispatch::DispatchResult, storage::with_storage_layer};
use medshare_traits::{Market, Membership, OnVerdict, Outcome};
use medshare_types::{OrderId, OrderState, RecordId, Subject, Verdict, Version};

impl<T: Config> Market for Pallet<T> {
    fn is_listed(record: RecordId, version: Version) -> bool {
        Listings::<T>::get(record).is_some_and(|listing| listing.version == version)
    }

    fn delist(record: RecordId) {
        Self::remove_listing(record);
    }

    fn is_open(order: OrderId) -> bool {
        Orders::<T>::get(order).is_some_and(|order| order.state.is_open())
    }

    fn has_open_orders(record: RecordId, version: Version) -> bool {
        LiveOrder::<T>::iter_key_prefix((record, version)).next().is_some()
    }

    fn forget(record: RecordId, version: Version) {
        Disproven::<T>::remove(record, version);
    }
}

impl<T: Config> OnVerdict<T::AccountId> for Pallet<T> {
    fn on_verdict(subject: Subject, outcome: Outcome, _: &[T::AccountId]) -> DispatchResult {
        let Subject::Claim { order: id } = subject else { return Ok(()) };
        // A verdict on an order that is not claimed comes too late to change anything.
        let claimed = |order: &OrderOf<T>| matches!(order.state, OrderState::Claimed { .. });
        let Some(order) = Orders::<T>::get(id).filter(claimed) else {
            return Ok(());
        };
        // All or nothing also where the panel is decided by a hook, outside of any call.
        with_storage_layer(|| match outcome {
            Outcome::Decided(Verdict::Reject) => Self::uphold_claim(id, order),
            Outcome::Decided(Verdict::Approve) => Self::refuse_claim(id, order),
            Outcome::Split => Self::settle_unruled(id, order),
            // Whoever suspended the buyer kept it from delivering the key.
            Outcome::Lapsed if !T::Members::is_active(&order.buyer) => Self::settle_unruled(id, order),
            Outcome::Lapsed => Self::refuse_claim(id, order),
        })
    }
}
