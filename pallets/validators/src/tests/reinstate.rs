use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use super::offences::is_disabled;
use crate::{Error, Event, State, mock::*};

#[test]
fn the_council_lets_a_suspended_validator_back_in() {
    ExtBuilder::default().build_and_execute(|| {
        report(0, &[5]);
        run_sessions(3);
        assert_eq!(set(), [1, 2, 3, 4]);
        assert_ok!(Validators::reinstate(council(), 5));
        assert_last(Event::Reinstated { who: 5 });
        assert_eq!(state(5), Some(State::Active));
        run_sessions(2);
        assert_eq!(set(), FIRST);
        assert!(Session::disabled_validators().is_empty());
    });
}

#[test]
fn whoever_was_kept_since_too_few_others_were_left_authors_again() {
    ExtBuilder::validators(&[1, 2, 3, 4]).build_and_execute(|| {
        report(0, &[3]);
        run_sessions(3);
        assert_eq!(set(), [1, 2, 3, 4]);
        assert!(is_disabled(3));
        assert_ok!(Validators::reinstate(council(), 3));
        assert!(!is_disabled(3));
        run_sessions(2);
        assert_eq!(set(), [1, 2, 3, 4]);
        assert!(!is_disabled(3));
    });
}

#[test]
fn nobody_comes_back_without_the_council() {
    ExtBuilder::default().build_and_execute(|| {
        report(0, &[5]);
        for who in [5, 1, STRANGER] {
            assert_noop!(Validators::reinstate(by(who), 5), DispatchError::BadOrigin);
        }
        run_sessions(6);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

#[test]
fn whoever_comes_back_is_fit_to_serve() {
    ExtBuilder::default().build_and_execute(|| {
        report(0, &[5]);
        dismiss(5);
        assert_noop!(Validators::reinstate(council(), 5), DispatchError::Other("no hospital"));
        Hospitals::mutate(|hospitals| hospitals.insert(5));
        assert_ok!(Session::purge_keys(by(5)));
        assert_noop!(Validators::reinstate(council(), 5), Error::<Test>::KeysNotSet);
    });
}

#[test]
fn only_suspensions_are_ended() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Validators::reinstate(council(), 1), Error::<Test>::NotSuspended);
        assert_noop!(Validators::reinstate(council(), HOSPITAL), Error::<Test>::NotValidator);
    });
}
