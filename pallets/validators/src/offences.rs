//! What an offence leads to.

use core::iter;
use frame_support::{traits::Time, weights::Weight};
use medshare_traits::CreditScores;
use medshare_types::CreditEvent;
use sp_runtime::Perbill;
use sp_staking::{
    SessionIndex,
    offence::{OffenceDetails, OnOffenceHandler},
};

use crate::{
    Config, Event, LOG_TARGET, LastOffence, Pallet, Reason, Sessions, State, Suspension, Validators,
    WeightInfo, session::count,
};

impl<T: Config> Pallet<T> {
    fn punish(who: &T::AccountId, severity: Perbill, session: SessionIndex) {
        // A report names everybody who offended at the same time, also those whom an earlier one named.
        if LastOffence::<T>::get(who).is_some_and(|last| session <= last) {
            return;
        }
        LastOffence::<T>::insert(who, session);
        log::warn!(target: LOG_TARGET, "{who:?} offended in session {session}, by {severity:?}");
        T::Credit::note(who, CreditEvent::ValidatorOffence);
        Self::deposit_event(Event::Offended { who: who.clone(), session, severity });
        Self::suspend(
            who,
            Suspension { reason: Reason::Offence { session, severity }, since: T::Time::now() },
        );
        T::Sessions::disable(who, severity);
    }

    /// Suspends whoever is a validator and not suspended. Should too few remain, the plan keeps it, disabled, until
    /// there are others.
    fn suspend(who: &T::AccountId, suspension: Suspension) {
        let mut validators = Validators::<T>::get();
        let Some(validator) = validators.get_mut(who) else { return };
        validator.state = match validator.state {
            State::Active => State::Suspended(suspension),
            State::Leaving(None) => State::Leaving(Some(suspension)),
            State::Suspended(_) | State::Leaving(Some(_)) => return,
        };
        Validators::<T>::put(validators);
        Self::deposit_event(Event::Suspended { who: who.clone(), suspension });
    }
}

impl<T: Config> OnOffenceHandler<T::AccountId, (T::AccountId, ()), Weight> for Pallet<T> {
    /// The weight is also registered here, as `pallet-offences` drops what is returned.
    fn on_offence(
        offenders: &[OffenceDetails<T::AccountId, (T::AccountId, ())>],
        severities: &[Perbill],
        session: SessionIndex,
    ) -> Weight {
        // Whose severity is not known is assumed to have done the worst.
        let severities = severities.iter().copied().chain(iter::repeat(Perbill::one()));
        for (details, severity) in offenders.iter().zip(severities) {
            Self::punish(&details.offender.0, severity, session);
        }
        let weight = T::WeightInfo::on_offence(count(offenders.len()));
        Self::consume(weight);
        weight
    }
}
