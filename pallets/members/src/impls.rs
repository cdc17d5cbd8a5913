//! What the calls do, and what other pallets and the runtime API ask.

use alloc::vec::Vec;
use frame_support::{
    BoundedVec,
    dispatch::DispatchResult,
    ensure,
    storage::with_storage_layer,
    traits::{
        ChangeMembers, EnsureOrigin, Get, Time,
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
    },
};
use frame_system::{
    ensure_signed,
    pallet_prelude::{BlockNumberFor, OriginFor},
};
use medshare_traits::{Engagements, Membership};
use medshare_types::{Balance, Hash, KeyProof, Member, MemberStatus, Point, Role, Roles};
use sp_runtime::{ArithmeticError, DispatchError, traits::Zero};

use crate::{
    Auditors, Config, Departed, Deposits, Engaged, Error, Event, HoldReason, Hospitals, KeyOwners, Keys,
    Members, Pallet, Sponsored,
};

/// Who decides about a member.
pub(crate) enum Decider<AccountId> {
    /// The consortium's council.
    Council,
    /// An active hospital.
    Hospital(AccountId),
}

impl<T: Config> Pallet<T> {
    /// A member, suspended or not.
    pub fn member(who: &T::AccountId) -> Option<Member<T::AccountId>> {
        Members::<T>::get(who)
    }

    /// The active hospitals, ascending by account.
    pub fn hospitals() -> Vec<T::AccountId> {
        Hospitals::<T>::get().into_inner()
    }

    /// An encryption key that the account has or had, by its number.
    pub fn key(who: &T::AccountId, index: u32) -> Option<Point> {
        Keys::<T>::get(who, index)
    }

    /// Makes a member as the council would, without a proof of possession. For genesis and benchmarks; no call leads
    /// here.
    ///
    /// Errors: `AlreadyMember`, `NoRole`, `KeyNotProven` for a key that is no valid point, `KeyInUse`,
    /// `TooManyAuditors`.
    pub fn seed(who: T::AccountId, roles: Roles, identity: Hash, key: Point) -> DispatchResult {
        ensure!(medshare_crypto::check_point(&key).is_ok(), Error::<T>::KeyNotProven);
        Self::insert(who, roles, identity, key, None).map(drop)
    }

    pub(crate) fn decider(origin: OriginFor<T>) -> Result<Decider<T::AccountId>, DispatchError> {
        match T::CouncilOrigin::try_origin(origin) {
            Ok(_) => Ok(Decider::Council),
            Err(origin) => {
                let who = ensure_signed(origin)?;
                Self::ensure_role(&who, Role::Hospital)?;
                Ok(Decider::Hospital(who))
            }
        }
    }

    pub(crate) fn do_admit(
        decider: Decider<T::AccountId>,
        who: T::AccountId,
        roles: Roles,
        identity: Hash,
        key: Point,
        proof: KeyProof,
    ) -> DispatchResult {
        let sponsor = match decider {
            Decider::Council => None,
            Decider::Hospital(hospital) => {
                ensure!(!is_councils(&roles), Error::<T>::NeedsCouncil);
                Some(hospital)
            }
        };
        Self::ensure_possession(&who, &key, &proof)?;
        let deposit = Self::insert(who.clone(), roles.clone(), identity, key, sponsor.clone())?;
        Self::deposit_event(Event::Admitted { who, roles, sponsor, deposit });
        Ok(())
    }

    pub(crate) fn do_set_roles(
        decider: Decider<T::AccountId>,
        who: T::AccountId,
        roles: Roles,
    ) -> DispatchResult {
        let old = Members::<T>::get(&who).ok_or(Error::<T>::NotMember)?;
        Self::ensure_answers_for(&decider, &old)?;
        ensure!(!roles.is_empty(), Error::<T>::NoRole);
        if let Decider::Hospital(_) = decider {
            ensure!(
                old.status != MemberStatus::Suspended { by_council: true },
                Error::<T>::SuspendedByCouncil
            );
            ensure!(!is_councils(&roles), Error::<T>::NeedsCouncil);
        }
        let new = Member { roles: roles.clone(), ..old.clone() };
        Self::replace(&who, &old, new)?;
        Self::deposit_event(Event::RolesSet { who, roles });
        Ok(())
    }

    pub(crate) fn do_suspend(decider: Decider<T::AccountId>, who: T::AccountId) -> DispatchResult {
        let old = Members::<T>::get(&who).ok_or(Error::<T>::NotMember)?;
        Self::ensure_answers_for(&decider, &old)?;
        let by_council = matches!(decider, Decider::Council);
        let takes_over = by_council && old.status == MemberStatus::Suspended { by_council: false };
        ensure!(old.status == MemberStatus::Active || takes_over, Error::<T>::AlreadySuspended);
        let new = Member { status: MemberStatus::Suspended { by_council }, ..old.clone() };
        Self::replace(&who, &old, new)?;
        Self::deposit_event(Event::Suspended { who, by_council });
        Ok(())
    }

    pub(crate) fn do_reinstate(decider: Decider<T::AccountId>, who: T::AccountId) -> DispatchResult {
        let old = Members::<T>::get(&who).ok_or(Error::<T>::NotMember)?;
        Self::ensure_answers_for(&decider, &old)?;
        Self::ensure_decides_about_suspended(&decider, &old)?;
        let new = Member { status: MemberStatus::Active, ..old.clone() };
        Self::replace(&who, &old, new)?;
        Self::deposit_event(Event::Reinstated { who });
        Ok(())
    }

    pub(crate) fn do_rotate_key(who: T::AccountId, key: Point, proof: KeyProof) -> DispatchResult {
        let mut member = Self::ensure_active(&who)?;
        Self::ensure_possession(&who, &key, &proof)?;
        let index = member.key_index.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        Self::register_key(&who, index, key)?;
        member.key = key;
        member.key_index = index;
        Members::<T>::insert(&who, member);
        Self::deposit_event(Event::KeyRotated { who, index, key });
        Ok(())
    }

    pub(crate) fn do_leave(who: T::AccountId) -> DispatchResult {
        let member = Self::ensure_active(&who)?;
        let sponsor = member.sponsor.clone();
        let released = Self::remove(&who, member)?;
        Self::deposit_event(Event::Left { who, sponsor, released });
        Ok(())
    }

    pub(crate) fn do_expel(decider: Decider<T::AccountId>, who: T::AccountId) -> DispatchResult {
        let member = Members::<T>::get(&who).ok_or(Error::<T>::NotMember)?;
        Self::ensure_answers_for(&decider, &member)?;
        Self::ensure_decides_about_suspended(&decider, &member)?;
        let sponsor = member.sponsor.clone();
        let released = Self::remove(&who, member)?;
        Self::deposit_event(Event::Expelled { who, sponsor, released });
        Ok(())
    }

    /// Ends a membership and returns what is no longer on hold with the sponsor.
    fn remove(who: &T::AccountId, member: Member<T::AccountId>) -> Result<Balance, DispatchError> {
        ensure!(Engaged::<T>::get(who).is_zero(), Error::<T>::StillEngaged);
        ensure!(Sponsored::<T>::get(who).is_zero(), Error::<T>::StillSponsoring);
        let mut released = Balance::zero();
        if let Some(sponsor) = &member.sponsor {
            if let Some(deposit) = Deposits::<T>::take(who) {
                let kept = Self::keep(sponsor, T::KeptDeposit::get().min(deposit));
                // Should less be on hold, the member must still be able to go.
                released = T::Currency::release(
                    &HoldReason::Admission.into(),
                    sponsor,
                    deposit.saturating_sub(kept),
                    Precision::BestEffort,
                )?;
            }
            Sponsored::<T>::mutate_exists(sponsor, |count| *count = count.and_then(one_less));
        }
        Members::<T>::remove(who);
        Departed::<T>::insert(who, member.key_index);
        Self::update_lists(who, Some(&member), None)?;
        frame_system::Pallet::<T>::dec_sufficients(who);
        Ok(released)
    }

    /// Pays the consortium for what stays of a member that goes, and returns how much. What it cannot be paid is not kept:
    /// the member must be able to go.
    fn keep(sponsor: &T::AccountId, amount: Balance) -> Balance {
        let (reason, consortium) = (HoldReason::Admission.into(), T::Consortium::get());
        let paid = with_storage_layer(|| {
            T::Currency::transfer_on_hold(
                &reason,
                sponsor,
                &consortium,
                amount,
                Precision::BestEffort,
                Restriction::Free,
                Fortitude::Force,
            )
        });
        paid.unwrap_or_default()
    }

    /// Makes a member and returns what its sponsor has on hold for it.
    fn insert(
        who: T::AccountId,
        roles: Roles,
        identity: Hash,
        key: Point,
        sponsor: Option<T::AccountId>,
    ) -> Result<Balance, DispatchError> {
        ensure!(!Members::<T>::contains_key(&who), Error::<T>::AlreadyMember);
        ensure!(!roles.is_empty(), Error::<T>::NoRole);
        let key_index = Self::first_key(&who, key)?;
        let mut deposit = Balance::zero();
        if let Some(sponsor) = &sponsor {
            deposit = T::AdmissionDeposit::get();
            if !deposit.is_zero() {
                T::Currency::hold(&HoldReason::Admission.into(), sponsor, deposit)?;
                Deposits::<T>::insert(&who, deposit);
            }
            Sponsored::<T>::mutate(sponsor, |count| *count = count.saturating_add(1));
        }
        let since = T::Time::now();
        let member = Member { roles, identity, sponsor, status: MemberStatus::Active, key, key_index, since };
        Self::update_lists(&who, None, Some(&member))?;
        frame_system::Pallet::<T>::inc_sufficients(&who);
        Members::<T>::insert(who, member);
        Ok(deposit)
    }

    /// Stores a changed member and keeps the lists true.
    fn replace(who: &T::AccountId, old: &Member<T::AccountId>, new: Member<T::AccountId>) -> DispatchResult {
        Self::update_lists(who, Some(old), Some(&new))?;
        Members::<T>::insert(who, new);
        Ok(())
    }

    /// Keeps the lists of active auditors and hospitals true when a member changes, comes or goes.
    fn update_lists(
        who: &T::AccountId,
        old: Option<&Member<T::AccountId>>,
        new: Option<&Member<T::AccountId>>,
    ) -> DispatchResult {
        let change = |role| {
            (old.is_some_and(|member| acts(member, role)), new.is_some_and(|member| acts(member, role)))
        };
        match change(Role::Auditor) {
            (false, true) => Auditors::<T>::try_mutate(|list| enter(list, who, Error::<T>::TooManyAuditors))?,
            (true, false) => Auditors::<T>::mutate(|list| strike(list, who)),
            _ => {}
        }
        match change(Role::Hospital) {
            (false, true) => {
                Hospitals::<T>::try_mutate(|list| enter(list, who, Error::<T>::TooManyHospitals))?;
                T::HospitalsChanged::change_members_sorted(
                    core::slice::from_ref(who),
                    &[],
                    &Hospitals::<T>::get(),
                );
            }
            (true, false) => {
                ensure!(Hospitals::<T>::decode_len().unwrap_or_default() > 1, Error::<T>::LastHospital);
                Hospitals::<T>::mutate(|list| strike(list, who));
                T::HospitalsChanged::change_members_sorted(
                    &[],
                    core::slice::from_ref(who),
                    &Hospitals::<T>::get(),
                );
            }
            _ => {}
        }
        Ok(())
    }

    /// Registers the key of somebody who is being admitted and returns its number. Who left earlier goes on counting,
    /// and may have the key again that it left with.
    fn first_key(who: &T::AccountId, key: Point) -> Result<u32, DispatchError> {
        let index = match Departed::<T>::take(who) {
            None => 0,
            Some(last) if Keys::<T>::get(who, last) == Some(key) => return Ok(last),
            Some(last) => last.checked_add(1).ok_or(ArithmeticError::Overflow)?,
        };
        Self::register_key(who, index, key)?;
        Ok(index)
    }

    fn register_key(who: &T::AccountId, index: u32, key: Point) -> DispatchResult {
        ensure!(!KeyOwners::<T>::contains_key(key), Error::<T>::KeyInUse);
        ensure!(index < T::MaxKeys::get(), Error::<T>::TooManyKeys);
        KeyOwners::<T>::insert(key, who);
        Keys::<T>::insert(who, index, key);
        Ok(())
    }

    fn ensure_possession(who: &T::AccountId, key: &Point, proof: &KeyProof) -> DispatchResult {
        let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        medshare_crypto::verify_possession(key, proof, &genesis, who)
            .map_err(|_| Error::<T>::KeyNotProven.into())
    }

    /// The council decides about everybody, a hospital about those whom it sponsors, but no longer about one to whom the
    /// council gave a role.
    fn ensure_answers_for(decider: &Decider<T::AccountId>, member: &Member<T::AccountId>) -> DispatchResult {
        if let Decider::Hospital(hospital) = decider {
            ensure!(member.sponsor.as_ref() == Some(hospital), Error::<T>::NotSponsor);
            ensure!(!is_councils(&member.roles), Error::<T>::NeedsCouncil);
        }
        Ok(())
    }

    /// A suspension by the council is the council's alone to end.
    fn ensure_decides_about_suspended(
        decider: &Decider<T::AccountId>,
        member: &Member<T::AccountId>,
    ) -> DispatchResult {
        match (member.status, decider) {
            (MemberStatus::Active, _) => Err(Error::<T>::NotSuspended.into()),
            (MemberStatus::Suspended { by_council: true }, Decider::Hospital(_)) => {
                Err(Error::<T>::SuspendedByCouncil.into())
            }
            (MemberStatus::Suspended { .. }, _) => Ok(()),
        }
    }

    fn ensure_active(who: &T::AccountId) -> Result<Member<T::AccountId>, DispatchError> {
        let member = Members::<T>::get(who).ok_or(Error::<T>::NotMember)?;
        ensure!(member.status == MemberStatus::Active, Error::<T>::MemberSuspended);
        Ok(member)
    }
}

/// Whether it is active in a role.
pub(crate) fn acts<AccountId>(member: &Member<AccountId>, role: Role) -> bool {
    member.status == MemberStatus::Active && member.roles.contains(&role)
}

/// Whether a role that only the council gives is among them.
fn is_councils(roles: &Roles) -> bool {
    roles.iter().any(|role| role.needs_council())
}

/// Enters an account into an ascending list.
fn enter<A: Ord + Clone, S: Get<u32>, E>(list: &mut BoundedVec<A, S>, who: &A, full: E) -> Result<(), E> {
    match list.binary_search(who) {
        Ok(_) => Ok(()),
        Err(at) => list.try_insert(at, who.clone()).map_err(|_| full),
    }
}

fn strike<A: PartialEq, S: Get<u32>>(list: &mut BoundedVec<A, S>, who: &A) {
    list.retain(|listed| listed != who);
}

/// A count without one; nothing for the last.
fn one_less(count: u32) -> Option<u32> {
    count.checked_sub(1).filter(|left| !left.is_zero())
}

impl<T: Config> Membership<T::AccountId> for Pallet<T> {
    type MaxAuditors = T::MaxAuditors;

    fn is_active(who: &T::AccountId) -> bool {
        Self::ensure_active(who).is_ok()
    }

    fn has_role(who: &T::AccountId, role: Role) -> bool {
        Self::ensure_role(who, role).is_ok()
    }

    fn ensure_role(who: &T::AccountId, role: Role) -> DispatchResult {
        let missing = match role {
            Role::Hospital => Error::<T>::NotHospital,
            Role::Auditor => Error::<T>::NotAuditor,
            Role::Provider => Error::<T>::NotProvider,
            Role::Buyer => Error::<T>::NotBuyer,
            Role::Vault => Error::<T>::NotVault,
        };
        ensure!(Self::ensure_active(who)?.roles.contains(&role), missing);
        Ok(())
    }

    fn encryption_key(who: &T::AccountId) -> Option<Point> {
        Members::<T>::get(who).map(|member| member.key)
    }

    fn sponsor(who: &T::AccountId) -> Option<T::AccountId> {
        Members::<T>::get(who).and_then(|member| member.sponsor)
    }

    fn auditors() -> Vec<T::AccountId> {
        Auditors::<T>::get().into_inner()
    }
}

impl<T: Config> Engagements<T::AccountId> for Pallet<T> {
    fn engage(who: &T::AccountId) -> DispatchResult {
        ensure!(Members::<T>::contains_key(who), Error::<T>::NotMember);
        Engaged::<T>::mutate(who, |count| *count = count.saturating_add(1));
        Ok(())
    }

    fn disengage(who: &T::AccountId) {
        Engaged::<T>::mutate_exists(who, |count| {
            if count.is_none() {
                log::error!(target: "runtime::members", "{who:?} ends an engagement that it did not have");
            }
            *count = count.and_then(one_less);
        });
    }
}
