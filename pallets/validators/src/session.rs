//! Who serves in which session, and who authored in it.

use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::{BoundedVec, dispatch::DispatchClass, traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use medshare_traits::{CreditScores, Engagements, Membership};
use medshare_types::{CreditEvent, Hash, Role};
use sp_runtime::traits::{BlakeTwo256, Hash as _, Zero};
use sp_staking::SessionIndex;

use crate::{
    Authored, Config, Event, FAULT_TOLERANT, Fragile, LOG_TARGET, Pallet, Planned, PlannedKeys, Sessions,
    State, Validator, Validators, ValidatorsOf, WeightInfo,
};

/// Whether a validator may serve, and why it should not; ascending, so that who is kept first where there are too few
/// comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Eligible,
    Leaving,
    NoHospital,
    Suspended,
}

/// A set for a session.
struct Plan<T: Config> {
    validators: BoundedVec<T::AccountId, T::MaxValidators>,
    keys: Hash,
    kept: Vec<T::AccountId>,
    /// Validators that cannot serve, for want of session keys.
    keyless: Vec<T::AccountId>,
}

impl<T: Config> Pallet<T> {
    /// Plans the session after the one that begins now.
    fn plan_session(session: SessionIndex) -> Option<Vec<T::AccountId>> {
        // What was planned last begins now.
        let serving = Planned::<T>::get();
        let mut validators = Validators::<T>::get();
        let plan = Self::plan(&validators, &serving);
        let before = validators.len();
        Self::let_go(&mut validators, &serving, &plan.validators);
        let gone = count(before.saturating_sub(validators.len()));
        Self::consume(T::WeightInfo::session_change(count(validators.len()), gone));
        if !gone.is_zero() {
            Validators::<T>::put(validators);
        }
        let oldest = session.saturating_sub(1).saturating_sub(T::History::get());
        if !oldest.is_zero() {
            T::Sessions::forget_before(oldest);
        }
        for who in &plan.keyless {
            log::warn!(target: LOG_TARGET, "{who:?} has no session keys and cannot be planned");
        }
        for who in &plan.kept {
            log::error!(
                target: LOG_TARGET,
                "{who:?} should go, but serves in session {session} too: there are too few validators",
            );
            Self::deposit_event(Event::Kept { who: who.clone(), session });
        }
        // On a chain whose first validators did not come from here, these few would replace them.
        if serving.is_empty() && count(plan.validators.len()) < T::MinValidators::get() {
            log::warn!(target: LOG_TARGET, "there are too few validators yet to plan session {session}");
            return None;
        }
        Self::announce(session, plan, &serving)
    }

    /// Stores a plan, and returns it if it is another than that of the session before.
    fn announce(session: SessionIndex, plan: Plan<T>, serving: &[T::AccountId]) -> Option<Vec<T::AccountId>> {
        if plan.validators.is_empty() {
            log::error!(target: LOG_TARGET, "nobody can be planned for session {session}; the set stays as it is");
            return None;
        }
        if plan.validators.as_slice() == serving && plan.keys == PlannedKeys::<T>::get() {
            return None;
        }
        Planned::<T>::put(&plan.validators);
        PlannedKeys::<T>::put(plan.keys);
        Self::deposit_event(Event::Planned { session, validators: plan.validators.clone() });
        Some(plan.validators.into_inner())
    }

    /// Who is to serve: everybody who may, and of those who serve now and should go, as few as are needed.
    fn plan(validators: &ValidatorsOf<T>, serving: &[T::AccountId]) -> Plan<T> {
        let mut chosen = Vec::new();
        let mut others = Vec::new();
        let mut keyless = Vec::new();
        for (who, validator) in validators {
            let Some(keys) = T::Sessions::keys(who) else {
                keyless.push(who.clone());
                continue;
            };
            match Self::standing(who, validator) {
                Standing::Eligible => chosen.push((who.clone(), keys)),
                standing if serving.contains(who) => others.push((standing, who.clone(), keys)),
                _ => {}
            }
        }
        others.sort();
        let least = usize::try_from(T::MinValidators::get()).unwrap_or(usize::MAX);
        others.truncate(least.saturating_sub(chosen.len()));
        let kept = others.iter().map(|(_, who, _)| who.clone()).collect();
        chosen.extend(others.into_iter().map(|(_, who, keys)| (who, keys)));
        chosen.sort();
        let (chosen, keys): (Vec<_>, Vec<_>) = chosen.into_iter().unzip();
        // There are at most as many as there are validators, so nothing is cut off.
        Plan {
            validators: BoundedVec::truncate_from(chosen),
            keys: BlakeTwo256::hash_of(&keys),
            kept,
            keyless,
        }
    }

    /// Whether the next session change does something: plans another set or other keys, or lets somebody go.
    pub fn change_ahead() -> bool {
        let (validators, planned) = (Validators::<T>::get(), Planned::<T>::get());
        let plan = Self::plan(&validators, &planned);
        if plan.validators.is_empty()
            || planned.is_empty() && count(plan.validators.len()) < T::MinValidators::get()
        {
            return false;
        }
        plan.validators != planned
            || plan.keys != PlannedKeys::<T>::get()
            || validators.iter().any(|(who, validator)| {
                matches!(validator.state, State::Leaving(_)) && !plan.validators.contains(who)
            })
    }

    fn standing(who: &T::AccountId, validator: &Validator) -> Standing {
        match validator.state {
            State::Suspended(_) | State::Leaving(Some(_)) => Standing::Suspended,
            State::Leaving(None) => Standing::Leaving,
            State::Active if T::Membership::has_role(who, Role::Hospital) => Standing::Eligible,
            State::Active => Standing::NoHospital,
        }
    }

    /// Forgets those who are leaving and are neither in the set that begins nor in the next.
    fn let_go(validators: &mut ValidatorsOf<T>, serving: &[T::AccountId], planned: &[T::AccountId]) {
        validators.retain(|who, validator| {
            let goes = matches!(validator.state, State::Leaving(_))
                && !serving.contains(who)
                && !planned.contains(who);
            if goes {
                T::Engagements::disengage(who);
                T::Sessions::purge(who);
                Self::deposit_event(Event::Left { who: who.clone() });
            }
            !goes
        });
    }

    /// Says whether the set that begins survives a fault, and goes on disabling those in it that are suspended: a
    /// change of the set enables everybody.
    fn begin_session(session: SessionIndex) {
        let serving = T::Sessions::serving();
        let number = count(serving.len());
        let fragile = number < FAULT_TOLERANT;
        if fragile {
            log::warn!(
                target: LOG_TARGET,
                "session {session} has {number} validators; it takes {FAULT_TOLERANT} to survive a fault",
            );
        }
        if Fragile::<T>::get() != fragile {
            Fragile::<T>::put(fragile);
            Self::deposit_event(if fragile {
                Event::FaultToleranceLost { session, validators: number }
            } else {
                Event::FaultToleranceRegained { session, validators: number }
            });
        }
        let validators = Validators::<T>::get();
        for who in &serving {
            let suspension = validators.get(who).and_then(|validator| validator.state.suspension());
            if let Some(suspension) = suspension {
                T::Sessions::disable(who, suspension.severity());
            }
        }
    }

    /// Finds who authored nothing. Who is suspended perhaps could not, and is not blamed for it.
    fn close_session(session: SessionIndex) {
        let authored: BTreeMap<_, _> = Authored::<T>::drain().collect();
        let blocks = authored.values().fold(0u32, |sum, blocks| sum.saturating_add(*blocks));
        let serving = T::Sessions::serving();
        if blocks < T::LivenessThreshold::get().max(count(serving.len())) {
            return;
        }
        let mut validators = Validators::<T>::get();
        for who in serving {
            let Some(validator) = validators.get_mut(&who) else { continue };
            if authored.contains_key(&who) {
                validator.silent = 0;
            } else if validator.state.suspension().is_none() {
                validator.silent = validator.silent.saturating_add(1);
                let consecutive = validator.silent;
                T::Credit::note(&who, CreditEvent::ValidatorSilent);
                Self::deposit_event(Event::Silent { who, session, consecutive });
            }
        }
        Validators::<T>::put(validators);
    }

    /// Adds what a hook cost that cannot return it.
    pub(crate) fn consume(weight: Weight) {
        frame_system::Pallet::<T>::register_extra_weight_unchecked(weight, DispatchClass::Mandatory);
    }
}

/// A number of validators, which `MaxValidators` bounds.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl<T: Config> pallet_authorship::EventHandler<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
    fn note_author(author: T::AccountId) {
        Authored::<T>::mutate(author, |blocks| *blocks = blocks.saturating_add(1));
        Self::consume(T::WeightInfo::note_author());
    }
}

impl<T: Config> pallet_session::SessionManager<T::AccountId> for Pallet<T> {
    fn new_session(session: SessionIndex) -> Option<Vec<T::AccountId>> {
        Self::plan_session(session)
    }

    /// The list of genesis, of whom has session keys. Nothing has a weight yet, and nobody leaves.
    fn new_session_genesis(session: SessionIndex) -> Option<Vec<T::AccountId>> {
        Self::announce(session, Self::plan(&Validators::<T>::get(), &[]), &Planned::<T>::get())
    }

    fn end_session(session: SessionIndex) {
        Self::close_session(session);
    }

    fn start_session(session: SessionIndex) {
        Self::begin_session(session);
    }
}

impl<T: Config> pallet_session::historical::SessionManager<T::AccountId, ()> for Pallet<T> {
    fn new_session(session: SessionIndex) -> Option<Vec<(T::AccountId, ())>> {
        Some(identified(<Self as pallet_session::SessionManager<_>>::new_session(session)?))
    }

    fn new_session_genesis(session: SessionIndex) -> Option<Vec<(T::AccountId, ())>> {
        Some(identified(<Self as pallet_session::SessionManager<_>>::new_session_genesis(session)?))
    }

    fn end_session(session: SessionIndex) {
        Self::close_session(session);
    }

    fn start_session(session: SessionIndex) {
        Self::begin_session(session);
    }
}

fn identified<AccountId>(validators: Vec<AccountId>) -> Vec<(AccountId, ())> {
    validators.into_iter().map(|who| (who, ())).collect()
}
