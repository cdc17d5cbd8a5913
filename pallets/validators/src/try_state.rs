//! The invariants of the pallet.

use frame_support::ensure;
use sp_runtime::TryRuntimeError;

use crate::{
    Authored, Config, FAULT_TOLERANT, Fragile, LastOffence, Pallet, Planned, Proposals, Reason, Sessions,
    Validators, session::count,
};

impl<T: Config> Pallet<T> {
    /// Checks that
    ///
    /// 1. everybody who is planned for the next session, or serves in this one under a plan, is a validator, and the
    ///    plan is ascending;
    /// 2. nobody is both proposed and a validator;
    /// 3. who is suspended is known to have offended, in that session or a later one;
    /// 4. no count of authored blocks is zero, and there are no more counts than there can be validators;
    /// 5. [`Fragile`] says whether the current session has too few validators to survive a fault.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let (validators, planned) = (Validators::<T>::get(), Planned::<T>::get());
        ensure!(planned.is_sorted(), "the plan is not ascending");
        ensure!(
            planned.iter().all(|who| validators.contains_key(who)),
            "somebody is planned who is no validator"
        );
        let serving = T::Sessions::serving();
        ensure!(
            planned.is_empty() || serving.iter().all(|who| validators.contains_key(who)),
            "somebody serves who is no validator"
        );
        ensure!(
            !Proposals::<T>::get().keys().any(|who| validators.contains_key(who)),
            "a validator is proposed"
        );
        for (who, validator) in &validators {
            if let Some(suspension) = validator.state.suspension() {
                let Reason::Offence { session, .. } = suspension.reason;
                ensure!(
                    LastOffence::<T>::get(who).is_some_and(|last| session <= last),
                    "a validator is suspended for an offence that is not known"
                );
            }
        }
        ensure!(Authored::<T>::iter_values().all(|blocks| blocks > 0), "a count of authored blocks is zero");
        ensure!(
            Authored::<T>::iter_keys().count() <= validators.len().max(serving.len()),
            "more authors are counted than there are validators"
        );
        ensure!(
            Fragile::<T>::get() == (count(serving.len()) < FAULT_TOLERANT),
            "the flag for too few validators is wrong"
        );
        Ok(())
    }
}
