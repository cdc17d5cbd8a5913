//! The pallet's face towards other pallets.

use frame_support::dispatch::DispatchResult;
use medshare_traits::{OnVerdict, Outcome, RecordRegistry};
use medshare_types::{Record, RecordId, RecordVersion, Subject, Version, VersionStatus};

use crate::{Config, FormerHolders, Pallet, Records, Versions};

impl<T: Config> RecordRegistry<T::AccountId> for Pallet<T> {
    fn record(record: RecordId) -> Option<Record<T::AccountId>> {
        Records::<T>::get(record)
    }

    fn version(record: RecordId, version: Version) -> Option<RecordVersion<T::AccountId>> {
        Versions::<T>::get(record, version)
    }

    fn is_tradable(record: RecordId, version: Version) -> bool {
        Records::<T>::get(record).is_some_and(|record| !record.withdrawn)
            && Versions::<T>::get(record, version)
                .is_some_and(|stored| stored.status == VersionStatus::Approved)
    }

    fn has_held(record: RecordId, version: Version, vault: &T::AccountId) -> bool {
        Self::vaults(record, version).contains(vault)
            || FormerHolders::<T>::contains_key((record, version, vault))
    }
}

impl<T: Config> OnVerdict<T::AccountId> for Pallet<T> {
    fn on_verdict(subject: Subject, outcome: Outcome, _: &[T::AccountId]) -> DispatchResult {
        match subject {
            Subject::Record { record, version } => Self::conclude(record, version, outcome),
            Subject::Claim { .. } => Ok(()),
        }
    }
}
