//! The invariants of the pallet.

use alloc::vec::Vec;
use frame_support::{
    ensure,
    traits::{Get, ValidatorSet},
};
use sp_runtime::TryRuntimeError;

use crate::{Config, FirstSlots, Pallet};

impl<T: Config> Pallet<T> {
    /// Checks that
    ///
    /// 1. the first slot of the current session is known, and that of no later one;
    /// 2. those of the sessions before it are known without a gap, for as long as offences in them can be proven, and
    ///    no longer;
    /// 3. they ascend, and none is later than now.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut known: Vec<_> = FirstSlots::<T>::iter().collect();
        known.sort_by_key(|(session, _)| *session);
        let current = T::Sessions::session_index();
        ensure!(
            known.last().is_some_and(|(session, _)| *session == current),
            "the newest session whose first slot is known is not the current one"
        );
        ensure!(
            known.first().is_some_and(|(oldest, _)| current.saturating_sub(*oldest) <= T::History::get()),
            "the first slot of a session is known in which no offence can be proven any more"
        );
        let slots = known.iter().zip(known.iter().skip(1));
        for ((session, slot), (next, next_slot)) in slots {
            ensure!(session.checked_add(1) == Some(*next), "the first slot of a session is missing");
            ensure!(slot < next_slot, "a session began before the one that precedes it");
        }
        ensure!(
            known.last().is_some_and(|(_, slot)| *slot <= T::CurrentSlot::get()),
            "the current session begins in the future"
        );
        Ok(())
    }
}
