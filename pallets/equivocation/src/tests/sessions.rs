use frame_support::{assert_noop, assert_ok, traits::Hooks};

use crate::{Error, FirstSlots, mock::*};

#[test]
fn first_slots_are_known_as_long_as_offences_can_be_proven() {
    execute(|| {
        assert_eq!(first_slot(0), Some(0));
        run_to_session(1);
        assert_eq!(first_slot(1), Some(now()));
        run_to_session(HISTORY);
        assert_eq!(first_slot(0), Some(0));
        run_to_session(HISTORY + 1);
        assert_eq!(first_slot(0), None);
        assert!(first_slot(1).is_some());
        run_to_session(HISTORY + 20);
        assert_eq!(FirstSlots::<Test>::iter().count(), HISTORY as usize + 1);
    });
}

#[test]
fn the_block_with_which_a_session_begins_is_of_the_session_before() {
    execute(|| {
        let before = ownership(Bob);
        run_to_session(1);
        let (slot, after) = (now(), ownership(Bob));
        assert_noop!(report(evidence(Bob, slot), after.clone()), Error::<Test>::OtherSession);
        assert!(Equivocation::examine(&evidence(Bob, slot), &before).is_ok());
        block_of(slot + 1);
        assert_noop!(report(evidence(Bob, slot + 1), before.clone()), Error::<Test>::OtherSession);
        assert!(Equivocation::examine(&evidence(Bob, slot + 1), &after).is_ok());
    });
}

#[test]
fn slots_without_a_block_are_of_a_session_too() {
    execute(|| {
        run_into_session(1);
        let slot = now() + 5;
        block_of(now() + 10);
        assert_ok!(report(evidence(Bob, slot), ownership(Bob)));
    });
}

#[test]
fn after_the_upgrade_that_brings_this_pallet_offences_of_the_running_session_can_be_proven() {
    execute(|| {
        run_into_session(4);
        let _ = FirstSlots::<Test>::clear(u32::MAX, None);
        let before = now();
        Equivocation::on_runtime_upgrade();
        assert_eq!(first_slot(4), Some(before));
        Equivocation::do_try_state().expect("every invariant holds");
        block_of(before + 1);
        // Not what was before.
        assert_noop!(report(evidence(Bob, before), ownership(Bob)), Error::<Test>::OtherSession);
        assert_ok!(report(evidence(Bob, before + 1), ownership(Bob)));
        run_to_session(6);
    });
}

#[test]
fn later_upgrades_change_nothing() {
    execute(|| {
        run_into_session(1);
        let before = first_slot(1);
        block_of(now() + 1);
        Equivocation::on_runtime_upgrade();
        assert_eq!(first_slot(1), before);
    });
}

#[test]
fn a_gap_or_a_session_that_is_forgotten_too_late_breaks_the_invariants() {
    new_test_ext().execute_with(|| {
        run_to_session(HISTORY + 2);
        assert_ok!(Equivocation::do_try_state());
        let kept = FirstSlots::<Test>::take(3);
        assert!(Equivocation::do_try_state().is_err());
        FirstSlots::<Test>::set(3, kept);
        FirstSlots::<Test>::insert(1, sp_consensus_aura::Slot::from(1));
        assert!(Equivocation::do_try_state().is_err());
    });
}
