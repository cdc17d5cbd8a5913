use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{Error, Event, State, Validator, mock::*};

#[test]
fn a_proposed_hospital_serves_from_the_second_session_change_on() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        assert_ok!(Validators::admit(council(), HOSPITAL));
        assert_last(Event::Admitted { who: HOSPITAL });
        assert_eq!(
            Validators::validator(&HOSPITAL),
            Some(Validator { state: State::Active, since: START, silent: 0 })
        );
        assert!(Validators::proposals().is_empty());
        assert!(is_engaged(HOSPITAL));

        run_sessions(1);
        assert_eq!(set(), FIRST);
        assert_eq!(Validators::planned(), [1, 2, 3, 4, 5, 6]);
        run_sessions(1);
        assert_eq!(set(), [1, 2, 3, 4, 5, 6]);
        // It authors and is seen to.
        run_sessions(1);
        assert_eq!(Validators::silent(), []);
    });
}

#[test]
fn only_the_council_admits() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        for who in [HOSPITAL, 1, STRANGER] {
            assert_noop!(Validators::admit(by(who), HOSPITAL), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn the_council_admits_nobody_against_its_will() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_noop!(Validators::admit(council(), HOSPITAL), Error::<Test>::NotProposed);
    });
}

#[test]
fn what_a_proposal_needs_must_still_hold() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        dismiss(HOSPITAL);
        assert_noop!(Validators::admit(council(), HOSPITAL), DispatchError::Other("no hospital"));
        Hospitals::mutate(|hospitals| hospitals.insert(HOSPITAL));
        assert_ok!(Session::purge_keys(by(HOSPITAL)));
        assert_noop!(Validators::admit(council(), HOSPITAL), Error::<Test>::KeysNotSet);
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::admit(council(), HOSPITAL));
    });
}

#[test]
fn there_are_only_so_many_validators() {
    ExtBuilder::validators(&[1, 2, 3, 4, 5, 6, 7]).build_and_execute(|| {
        Hospitals::mutate(|hospitals| hospitals.insert(8));
        assert_ok!(Balances::force_set_balance(council(), 8, FUNDS));
        assert_ok!(set_keys(8, 8));
        assert_ok!(Validators::propose(by(8)));
        assert_noop!(Validators::admit(council(), 8), Error::<Test>::TooManyValidators);
        // The place of who leaves is free only when it is gone.
        assert_ok!(Validators::leave(by(1)));
        assert_noop!(Validators::admit(council(), 8), Error::<Test>::TooManyValidators);
        run_sessions(2);
        assert_ok!(Validators::admit(council(), 8));
    });
}
