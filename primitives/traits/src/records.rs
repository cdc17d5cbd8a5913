use alloc::vec::Vec;
use medshare_types::{Record, RecordId, RecordVersion, Version};

/// What records there are. Given by `pallet-records`.
pub trait RecordRegistry<AccountId> {
    /// The record.
    fn record(record: RecordId) -> Option<Record<AccountId>>;

    /// One of its versions.
    fn version(record: RecordId, version: Version) -> Option<RecordVersion<AccountId>>;

    /// Whether the version is approved and its record not withdrawn.
    fn is_tradable(record: RecordId, version: Version) -> bool;

    /// The vaults that hold the version.
    fn vaults(record: RecordId, version: Version) -> Vec<AccountId> {
        Self::version(record, version)
            .map(|version| version.content.locators.into_iter().map(|locator| locator.vault).collect())
            .unwrap_or_default()
    }

    /// Whether the vault holds the version or held it earlier.
    fn has_held(record: RecordId, version: Version, vault: &AccountId) -> bool;

    /// The record's owner.
    fn owner(record: RecordId) -> Option<AccountId> {
        Self::record(record).map(|record| record.owner)
    }
}

impl<AccountId> RecordRegistry<AccountId> for () {
    fn record(_: RecordId) -> Option<Record<AccountId>> {
        None
    }

    fn version(_: RecordId, _: Version) -> Option<RecordVersion<AccountId>> {
        None
    }

    fn is_tradable(_: RecordId, _: Version) -> bool {
        false
    }

    fn has_held(_: RecordId, _: Version, _: &AccountId) -> bool {
        false
    }
}
