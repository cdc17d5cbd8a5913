//! Which slots a session has.

use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::{dispatch::DispatchClass, traits::Get};
use pallet_session::SessionManager;
use sp_consensus_aura::Slot;
use sp_runtime::traits::Zero;
use sp_staking::SessionIndex;

use crate::{Config, Error, FirstSlots, Pallet, WeightInfo};

impl<T: Config> Pallet<T> {
    /// Checks that the authors of the session had this slot: it is after the block with which the session began, and
    /// not after the one with which it ended, which the next session's authors follow.
    pub(crate) fn ensure_slot_of(session: SessionIndex, slot: Slot) -> Result<(), Error<T>> {
        let began = FirstSlots::<T>::get(session).ok_or(Error::<T>::UnknownSession)?;
        let ended = session.checked_add(1).and_then(FirstSlots::<T>::get);
        if began < slot && ended.is_none_or(|ended| slot <= ended) {
            Ok(())
        } else {
            Err(Error::<T>::OtherSession)
        }
    }

    /// Notes that a session begins with the current block, and forgets the session in which no offence can be proven
    /// any more.
    pub(crate) fn note_session(session: SessionIndex) {
        FirstSlots::<T>::insert(session, T::CurrentSlot::get());
        if let Some(old) = session.checked_sub(T::History::get().saturating_add(1)) {
            FirstSlots::<T>::remove(old);
        }
    }
}

/// For `pallet-session`: notes the first slot of each session, and leaves all else to `M`.
pub struct NoteFirstSlot<T, M>(PhantomData<(T, M)>);

impl<T: Config, ValidatorId, M: SessionManager<ValidatorId>> SessionManager<ValidatorId>
    for NoteFirstSlot<T, M>
{
    fn new_session(session: SessionIndex) -> Option<Vec<ValidatorId>> {
        M::new_session(session)
    }

    fn new_session_genesis(session: SessionIndex) -> Option<Vec<ValidatorId>> {
        M::new_session_genesis(session)
    }

    fn start_session(session: SessionIndex) {
        Pallet::<T>::note_session(session);
        // Nothing has a weight in the genesis.
        if !frame_system::Pallet::<T>::block_number().is_zero() {
            frame_system::Pallet::<T>::register_extra_weight_unchecked(
                T::WeightInfo::note_session(),
                DispatchClass::Mandatory,
            );
        }
        M::start_session(session);
    }

    fn end_session(session: SessionIndex) {
        M::end_session(session);
    }
}
