//! The pallet's face towards other pallets.

use frame_support::dispatch::DispatchResult;
use medshare_traits::{Consent, NewGrant};
use medshare_types::{Grant, GrantBasis, OrderId, Policy, Purpose, RecordId, Version};

use crate::{Config, Grants, Pallet, Policies, RequestsOf};

impl<T: Config> Consent<T::AccountId> for Pallet<T> {
    fn set_policy(record: RecordId, policy: Policy) -> DispatchResult {
        Self::put_policy(record, policy)
    }

    fn permits(record: RecordId, purpose: &Purpose) -> bool {
        Self::covers(record, purpose)
    }

    fn grant(grant: NewGrant<T::AccountId>) -> DispatchResult {
        Self::ensure_grantable(&grant)?;
        // The order's deposit pays for it.
        Self::put_grant(grant, None)
    }

    fn granted(record: RecordId, version: Version, grantee: &T::AccountId) -> Option<Grant> {
        Grants::<T>::get((record, version, grantee))
    }

    fn clear_order_grant(record: RecordId, version: Version, grantee: &T::AccountId, order: OrderId) -> bool {
        let key = (record, version, grantee);
        match Grants::<T>::get(key).filter(|grant| grant.basis == GrantBasis::Order(order)) {
            Some(grant) if !Self::has_ended(&grant, grantee) => false,
            Some(_) => {
                Grants::<T>::remove(key);
                true
            }
            None => true,
        }
    }

    fn has_grants(record: RecordId, version: Version) -> bool {
        Grants::<T>::iter_key_prefix((record, version)).next().is_some()
    }

    fn has_requests(owner: &T::AccountId) -> bool {
        RequestsOf::<T>::iter_key_prefix(owner).next().is_some()
    }

    fn forget(record: RecordId) {
        Policies::<T>::remove(record);
        Self::forget_receipts(record);
    }
}
