//! What the calls do, and what the runtime API asks.

use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, Time},
};
use medshare_traits::{Engagements, Membership};
use medshare_types::{Moment, Role};
use sp_runtime::{DispatchError, traits::Zero};

use crate::{
    Authored, Config, Error, Event, Fragile, LastOffence, Pallet, Planned, Proposals, Sessions, State,
    Validator, ValidatorReport, Validators, ValidatorsOf,
};

impl<T: Config> Pallet<T> {
    /// Everybody who is a validator, also suspended or leaving, and what it does now. At most `MaxValidators`.
    pub fn validators() -> Vec<ValidatorReport<T::AccountId>> {
        let (serving, planned) = (T::Sessions::serving(), Planned::<T>::get());
        Validators::<T>::get()
            .into_iter()
            .map(|(who, validator)| ValidatorReport {
                validator,
                serving: serving.contains(&who),
                planned: planned.contains(&who),
                authored: Authored::<T>::get(&who),
                last_offence: LastOffence::<T>::get(&who),
                who,
            })
            .collect()
    }

    /// A validator, also a suspended or leaving one.
    pub fn validator(who: &T::AccountId) -> Option<Validator> {
        Validators::<T>::get().get(who).copied()
    }

    /// Who offered to be a validator, and when. At most `MaxValidators`.
    pub fn proposals() -> Vec<(T::AccountId, Moment)> {
        Proposals::<T>::get().into_iter().collect()
    }

    /// The validators that authored nothing in the last session that counts, and in how many in a row.
    pub fn silent() -> Vec<(T::AccountId, u32)> {
        Validators::<T>::get()
            .into_iter()
            .map(|(who, validator)| (who, validator.silent))
            .filter(|(_, sessions)| !sessions.is_zero())
            .collect()
    }

    /// The set of the next session.
    pub fn planned() -> Vec<T::AccountId> {
        Planned::<T>::get().into_inner()
    }

    /// Whether one validator of the current session that fails can stop the chain.
    pub fn is_fragile() -> bool {
        Fragile::<T>::get()
    }

    /// The number of validators below which none is let go.
    pub fn min_validators() -> u32 {
        T::MinValidators::get()
    }

    /// Makes a validator without a proposal and before it has session keys. For genesis; no call leads here.
    pub(crate) fn seed(who: &T::AccountId) -> DispatchResult {
        T::Membership::ensure_role(who, Role::Hospital)?;
        ensure!(!Validators::<T>::get().contains_key(who), Error::<T>::AlreadyValidator);
        Self::insert(who)
    }

    pub(crate) fn do_propose(who: T::AccountId) -> DispatchResult {
        Self::ensure_fit(&who)?;
        ensure!(!Validators::<T>::get().contains_key(&who), Error::<T>::AlreadyValidator);
        Proposals::<T>::try_mutate(|proposals| {
            ensure!(!proposals.contains_key(&who), Error::<T>::AlreadyProposed);
            proposals.try_insert(who.clone(), T::Time::now()).map_err(|_| Error::<T>::TooManyProposals)?;
            Ok::<_, DispatchError>(())
        })?;
        Self::deposit_event(Event::Proposed { who });
        Ok(())
    }

    /// Ends a proposal without an admission.
    pub(crate) fn do_strike(who: &T::AccountId) -> DispatchResult {
        Self::take_proposal(who)?;
        T::Sessions::purge(who);
        Ok(())
    }

    pub(crate) fn do_admit(who: T::AccountId) -> DispatchResult {
        Self::take_proposal(&who)?;
        Self::ensure_fit(&who)?;
        Self::insert(&who)?;
        Self::deposit_event(Event::Admitted { who });
        Ok(())
    }

    pub(crate) fn do_leave(who: &T::AccountId) -> DispatchResult {
        Validators::<T>::try_mutate(|validators| {
            let state = validators.get(who).ok_or(Error::<T>::NotValidator)?.state;
            ensure!(!matches!(state, State::Leaving(_)), Error::<T>::AlreadyLeaving);
            Self::ensure_enough_without(validators, who)?;
            if let Some(validator) = validators.get_mut(who) {
                validator.state = State::Leaving(state.suspension());
            }
            Ok(())
        })
    }

    pub(crate) fn do_reinstate(who: T::AccountId) -> DispatchResult {
        Validators::<T>::try_mutate(|validators| {
            let validator = validators.get_mut(&who).ok_or(Error::<T>::NotValidator)?;
            ensure!(matches!(validator.state, State::Suspended(_)), Error::<T>::NotSuspended);
            Self::ensure_fit(&who)?;
            validator.state = State::Active;
            validator.silent = 0;
            Ok::<_, DispatchError>(())
        })?;
        // Where too few others were left it was kept in the set.
        T::Sessions::enable(&who);
        Self::deposit_event(Event::Reinstated { who });
        Ok(())
    }

    /// Whether a session may be planned with it.
    pub(crate) fn is_eligible(who: &T::AccountId, validator: &Validator) -> bool {
        validator.state == State::Active
            && T::Membership::has_role(who, Role::Hospital)
            && T::Sessions::keys(who).is_some()
    }

    fn ensure_fit(who: &T::AccountId) -> DispatchResult {
        T::Membership::ensure_role(who, Role::Hospital)?;
        ensure!(T::Sessions::keys(who).is_some(), Error::<T>::KeysNotSet);
        Ok(())
    }

    /// Whoever neither serves nor will can always go; of the others none where too few would remain.
    fn ensure_enough_without(validators: &ValidatorsOf<T>, who: &T::AccountId) -> DispatchResult {
        let least = usize::try_from(T::MinValidators::get()).unwrap_or(usize::MAX);
        let others = validators
            .iter()
            .filter(|(other, validator)| *other != who && Self::is_eligible(other, validator))
            .take(least)
            .count();
        let is_needed = || {
            Planned::<T>::get().contains(who)
                || validators.get(who).is_some_and(|validator| Self::is_eligible(who, validator))
        };
        ensure!(others >= least || !is_needed(), Error::<T>::TooFewValidators);
        Ok(())
    }

    fn take_proposal(who: &T::AccountId) -> DispatchResult {
        Proposals::<T>::try_mutate(|proposals| {
            proposals.remove(who).map(drop).ok_or(Error::<T>::NotProposed.into())
        })
    }

    fn insert(who: &T::AccountId) -> DispatchResult {
        let validator = Validator { state: State::Active, since: T::Time::now(), silent: 0 };
        Validators::<T>::try_mutate(|validators| {
            validators.try_insert(who.clone(), validator).map_err(|_| Error::<T>::TooManyValidators)
        })?;
        T::Engagements::engage(who)
    }
}
