//! The pallet's face towards other pallets.

use frame_support::dispatch::DispatchResult;
use medshare_traits::{Consent, NewGrant};
use medshare_types::{Grant, Policy, Purpose, RecordId, Version};

use crate::{Config, Grants, Pallet};

impl<T: Config> Consent<T::AccountId> for Pallet<T> {
    fn set_policy(record: RecordId, policy: Policy) -> DispatchResult {
        Self::put_policy(record, policy)
    }

    fn permits(record: RecordId, purpose: &Purpose) -> bool {
        Self::covers(record, purpose)
    }

    fn grant(grant: NewGrant<T::AccountId>) -> DispatchResult {
        Self::ensure_grantable(&grant)?;
        Self::put_grant(grant);
        Ok(())
    }

    fn granted(record: RecordId, version: Version, grantee: &T::AccountId) -> Option<Grant> {
        Grants::<T>::get((record, version, grantee))
    }
}
