//! What the calls do, and what clients ask.

use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, Time, fungible::MutateHold, tokens::Precision},
};
use medshare_traits::{Consent, CreditScores, Engagements, Market, Membership, NewReview, Outcome, Panels};
use medshare_types::{
    Anchor, Balance, CreditEvent, Locators, NewVersion, Record, RecordId, RecordVersion, Role, Subject,
    Verdict, Version, VersionStatus,
};
use sp_runtime::{DispatchError, SaturatedConversion};

use crate::{
    ByCiphertext, Config, Error, Event, FormerHolders, HoldReason, MAX_FORMER_HOLDERS, NewRecord, NextRecord,
    Pallet, Pending, Records, RecordsOf, Versions,
};

/// The number of a record's first version.
pub(crate) const FIRST: Version = 1;

/// The second key of `RecordsOf`.
pub(crate) fn record_key(record: RecordId) -> [u8; 8] {
    record.to_be_bytes()
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register_many(
        who: &T::AccountId,
        records: Vec<NewRecord<T::AccountId>>,
    ) -> DispatchResult {
        ensure!(!records.is_empty(), Error::<T>::EmptyBatch);
        // The first failure undoes the whole call, as that of every call does.
        records.into_iter().try_for_each(|record| Self::do_register(who, record))
    }

    pub(crate) fn do_register(who: &T::AccountId, new: NewRecord<T::AccountId>) -> DispatchResult {
        T::Membership::ensure_role(who, Role::Provider)?;
        let NewRecord { subject, policy, content } = new;
        let record = NextRecord::<T>::get();
        NextRecord::<T>::put(record.checked_add(1).ok_or(Error::<T>::NoMoreNumbers)?);
        Records::<T>::insert(record, Record { owner: who.clone(), subject, latest: FIRST, withdrawn: false });
        RecordsOf::<T>::insert(who, record_key(record), ());
        T::Engagements::engage(who)?;
        T::Consent::set_policy(record, policy)?;
        let ciphertext = content.ciphertext;
        let deposit = Self::add_version(who, record, FIRST, content)?;
        Self::deposit_event(Event::Registered { record, owner: who.clone(), ciphertext, deposit });
        Ok(())
    }

    pub(crate) fn do_revise(
        who: &T::AccountId,
        id: RecordId,
        content: NewVersion<T::AccountId>,
    ) -> DispatchResult {
        T::Membership::ensure_role(who, Role::Provider)?;
        let mut record = Self::owned(who, id)?;
        ensure!(!record.withdrawn, Error::<T>::AlreadyWithdrawn);
        let version = record.latest.checked_add(1).ok_or(Error::<T>::TooManyVersions)?;
        ensure!(version <= T::MaxVersions::get(), Error::<T>::TooManyVersions);
        let previous = Versions::<T>::get(id, record.latest).ok_or(Error::<T>::NoVersion)?;
        let (old, new) = (previous.content.commitment, content.commitment);
        ensure!(old.d1 != new.d1 && old.d2 != new.d2, Error::<T>::KeyNotNew);

        if previous.status == VersionStatus::Pending {
            Self::abandon(who, id, record.latest, previous);
        }
        T::Market::delist(id);
        record.latest = version;
        Records::<T>::insert(id, record);
        let ciphertext = content.ciphertext;
        let deposit = Self::add_version(who, id, version, content)?;
        Self::deposit_event(Event::Revised { record: id, version, ciphertext, deposit });
        Ok(())
    }

    pub(crate) fn do_withdraw(who: &T::AccountId, id: RecordId) -> DispatchResult {
        Self::ensure_active(who)?;
        let mut record = Self::owned(who, id)?;
        ensure!(!record.withdrawn, Error::<T>::AlreadyWithdrawn);
        // Only the newest can be pending.
        if let Some(stored) = Versions::<T>::get(id, record.latest)
            && stored.status == VersionStatus::Pending
        {
            Self::abandon(who, id, record.latest, stored);
        }
        record.withdrawn = true;
        Records::<T>::insert(id, record);
        T::Market::delist(id);
        T::Engagements::disengage(who);
        Self::deposit_event(Event::Withdrawn { record: id });
        Ok(())
    }

    /// Returns how many versions the record had.
    pub(crate) fn do_erase(who: &T::AccountId, id: RecordId) -> Result<Version, DispatchError> {
        Self::ensure_active(who)?;
        let record = Records::<T>::get(id).ok_or(Error::<T>::NoRecord)?;
        // An owner who is gone cannot ask for the deposits itself.
        let is_abandoned = T::Membership::encryption_key(&record.owner).is_none();
        ensure!(record.owner == *who || is_abandoned, Error::<T>::NotOwner);
        ensure!(record.withdrawn, Error::<T>::NotWithdrawn);
        // Requests are filed under the owner, whom nobody would know any more.
        ensure!(!T::Consent::has_requests(&record.owner), Error::<T>::StillAsked);
        let mut deposits: Balance = 0;
        for version in FIRST..=record.latest {
            ensure!(!T::Market::has_open_orders(id, version), Error::<T>::StillOrdered);
            ensure!(!T::Consent::has_grants(id, version), Error::<T>::StillGranted);
            let Some(stored) = Versions::<T>::take(id, version) else { continue };
            // Cannot saturate: the sum is on hold.
            deposits = deposits.saturating_add(stored.deposit);
            ByCiphertext::<T>::remove(stored.content.ciphertext);
            let _ = FormerHolders::<T>::clear_prefix((id, version), MAX_FORMER_HOLDERS, None);
            T::Panels::forget(Subject::Record { record: id, version });
            T::Market::forget(id, version);
        }
        T::Consent::forget(id);
        Records::<T>::remove(id);
        RecordsOf::<T>::remove(&record.owner, record_key(id));
        // As much as is there, so that nothing can keep an owner from it.
        let released =
            T::Currency::release(&HoldReason::Record.into(), &record.owner, deposits, Precision::BestEffort)?;
        Self::deposit_event(Event::Erased { record: id, versions: record.latest, released });
        Ok(record.latest)
    }

    pub(crate) fn do_relocate(
        who: &T::AccountId,
        id: RecordId,
        version: Version,
        locators: Locators<T::AccountId>,
    ) -> DispatchResult {
        Self::ensure_active(who)?;
        Self::owned(who, id)?;
        let mut stored = Versions::<T>::get(id, version).ok_or(Error::<T>::NoVersion)?;
        Self::check_locators(&locators, stored.content.ciphertext)?;
        for former in &stored.content.locators {
            FormerHolders::<T>::insert((id, version, former.vault.clone()), ());
        }
        stored.content.locators = locators.clone();
        let deposit =
            Self::deposit_for(&stored).saturating_add(Self::deposit_for_former_holders(id, version)?);
        Self::change_deposit(who, stored.deposit, deposit)?;
        stored.deposit = deposit;
        Versions::<T>::insert(id, version, stored);
        Self::deposit_event(Event::Relocated { record: id, version, locators, deposit });
        Ok(())
    }

    /// Stores a version, holds its deposit and has a panel convened for it. Returns the deposit.
    fn add_version(
        owner: &T::AccountId,
        record: RecordId,
        version: Version,
        content: NewVersion<T::AccountId>,
    ) -> Result<Balance, DispatchError> {
        Self::check_content(&content)?;
        ensure!(!ByCiphertext::<T>::contains_key(content.ciphertext), Error::<T>::CiphertextTaken);
        let owner_key = T::Membership::encryption_key(owner).ok_or(Error::<T>::NoEncryptionKey)?;
        let pending = Pending::<T>::get(owner);
        ensure!(pending < T::Credit::benefits(owner).max_pending, Error::<T>::TooManyPending);

        let review = NewReview {
            subject: Subject::Record { record, version },
            record,
            version,
            holder: owner.clone(),
            holder_key: owner_key,
            commitment: content.commitment,
            // They have a share in what the version earns once it is approved.
            excluded: content.locators.iter().map(|locator| locator.vault.clone()).collect(),
        };
        ByCiphertext::<T>::insert(content.ciphertext, (record, version));
        // Cannot saturate: it is below a bound of the same type.
        Pending::<T>::insert(owner, pending.saturating_add(1));
        let anchor = Anchor {
            block: frame_system::Pallet::<T>::block_number().saturated_into(),
            moment: T::Time::now(),
        };
        let mut stored =
            RecordVersion { content, owner_key, status: VersionStatus::Pending, anchor, deposit: 0 };
        stored.deposit = Self::deposit_for(&stored);
        let deposit = stored.deposit;
        Self::change_deposit(owner, 0, deposit)?;
        Versions::<T>::insert(record, version, stored);
        T::Panels::convene(review)?;
        Ok(deposit)
    }

    /// Ends the review of a pending version because its owner gave it up, and stores the version.
    fn abandon(
        owner: &T::AccountId,
        record: RecordId,
        version: Version,
        mut stored: RecordVersion<T::AccountId>,
    ) {
        stored.status = VersionStatus::Rejected;
        Versions::<T>::insert(record, version, stored);
        Self::end_pending(owner);
        T::Panels::dissolve(Subject::Record { record, version });
        T::Credit::note(owner, CreditEvent::ReviewAbandoned);
        Self::deposit_event(Event::Abandoned { record, version });
    }

    /// Takes note of the end of a review. Without effect if the version is not pending: then its review was given up.
    pub(crate) fn conclude(record: RecordId, version: Version, outcome: Outcome) -> DispatchResult {
        let owner = Records::<T>::get(record).ok_or(Error::<T>::NoRecord)?.owner;
        let mut stored = Versions::<T>::get(record, version).ok_or(Error::<T>::NoVersion)?;
        if stored.status != VersionStatus::Pending {
            log::warn!(target: "runtime::records", "a verdict about version {version} of record {record}, not pending");
            return Ok(());
        }
        let (status, credit, event) = match outcome {
            Outcome::Decided(Verdict::Approve) => {
                (VersionStatus::Approved, CreditEvent::RecordApproved, Event::Approved { record, version })
            }
            Outcome::Decided(Verdict::Reject) | Outcome::Split | Outcome::Lapsed => {
                let lapsed = outcome == Outcome::Lapsed;
                (
                    VersionStatus::Rejected,
                    CreditEvent::RecordRejected,
                    Event::Rejected { record, version, lapsed },
                )
            }
        };
        stored.status = status;
        Versions::<T>::insert(record, version, stored);
        Self::end_pending(&owner);
        T::Credit::note(&owner, credit);
        Self::deposit_event(event);
        Ok(())
    }

    fn end_pending(owner: &T::AccountId) {
        Pending::<T>::mutate_exists(owner, |pending| {
            *pending = pending.and_then(|pending| pending.checked_sub(1)).filter(|pending| *pending > 0);
        });
    }

    fn owned(who: &T::AccountId, record: RecordId) -> Result<Record<T::AccountId>, DispatchError> {
        let record = Records::<T>::get(record).ok_or(Error::<T>::NoRecord)?;
        ensure!(record.owner == *who, Error::<T>::NotOwner);
        Ok(record)
    }

    fn ensure_active(who: &T::AccountId) -> DispatchResult {
        ensure!(T::Membership::is_active(who), Error::<T>::NotActiveMember);
        Ok(())
    }

    /// What a version of this size costs now. The size does not depend on the deposit noted in it.
    pub(crate) fn deposit_for(stored: &RecordVersion<T::AccountId>) -> Balance {
        // A sum that saturates is more than anybody has and is refused by the currency.
        T::DepositPerByte::get()
            .saturating_mul(stored.encoded_size().saturated_into())
            .saturating_add(T::DepositBase::get())
    }

    /// What the entries for the former holders of a version cost now.
    fn deposit_for_former_holders(id: RecordId, version: Version) -> Result<Balance, Error<T>> {
        let (mut entries, mut bytes) = (0u32, 0usize);
        // One more than there may be shows that there are too many.
        for key in FormerHolders::<T>::iter_key_prefix((id, version))
            .take(MAX_FORMER_HOLDERS.saturating_add(1).saturated_into())
        {
            entries = entries.saturating_add(1);
            bytes = bytes.saturating_add(FormerHolders::<T>::hashed_key_for((id, version, key)).len());
        }
        ensure!(entries <= MAX_FORMER_HOLDERS, Error::<T>::TooManyFormerHolders);
        Ok(T::DepositPerByte::get().saturating_mul(bytes.saturated_into()))
    }

    fn change_deposit(owner: &T::AccountId, from: Balance, to: Balance) -> DispatchResult {
        let reason = HoldReason::Record.into();
        if to > from {
            T::Currency::hold(&reason, owner, to.saturating_sub(from))
        } else {
            T::Currency::release(&reason, owner, from.saturating_sub(to), Precision::Exact).map(drop)
        }
    }
}

/// Answers for the runtime API.
impl<T: Config> Pallet<T> {
    /// At most `limit` of the records of an owner, withdrawn or not, ascending by number from the first after `after`.
    pub fn records_of(
        owner: &T::AccountId,
        after: Option<RecordId>,
        limit: u32,
    ) -> Vec<(RecordId, Record<T::AccountId>)> {
        let keys = match after {
            Some(after) => RecordsOf::<T>::iter_key_prefix_from(
                owner,
                RecordsOf::<T>::hashed_key_for(owner, record_key(after)),
            ),
            None => RecordsOf::<T>::iter_key_prefix(owner),
        };
        keys.take(limit.saturated_into())
            .map(RecordId::from_be_bytes)
            .filter_map(|id| Records::<T>::get(id).map(|record| (id, record)))
            .collect()
    }

    /// Block and chain time at which a version was anchored.
    pub fn anchor(record: RecordId, version: Version) -> Option<Anchor> {
        Versions::<T>::get(record, version).map(|stored| stored.anchor)
    }

    /// The storage key of a version, for a storage proof of it. Given also for versions that do not exist, so that
    /// their absence can be proven.
    pub fn record_version_key(record: RecordId, version: Version) -> Vec<u8> {
        Versions::<T>::hashed_key_for(record, version)
    }
}
