use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{Error, Event, State, mock::*};

#[test]
fn the_council_has_a_validator_go() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Validators::remove(council(), 3));
        assert_last(Event::Removed { who: 3 });
        assert_eq!(state(3), Some(State::Leaving(None)));
        run_sessions(2);
        assert_eq!(set(), [1, 2, 4, 5]);
        assert_eq!(state(3), None);
    });
}

#[test]
fn never_so_many_that_too_few_remain() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Validators::remove(council(), 3));
        assert_noop!(Validators::remove(council(), 4), Error::<Test>::TooFewValidators);
        assert_noop!(Validators::leave(by(4)), Error::<Test>::TooFewValidators);
        run_sessions(3);
        assert_noop!(Validators::remove(council(), 4), Error::<Test>::TooFewValidators);
        // Who takes the place may be admitted in the same session.
        make_validator(HOSPITAL);
        assert_ok!(Validators::remove(council(), 4));
        run_sessions(2);
        assert_eq!(set(), [1, 2, 5, 6]);
    });
}

#[test]
fn a_suspended_validator_that_serves_no_more_can_always_go() {
    ExtBuilder::default().build_and_execute(|| {
        report(0, &[3]);
        run_sessions(2);
        assert_eq!(set(), [1, 2, 4, 5]);
        assert_ok!(Validators::remove(council(), 3));
        run_sessions(1);
        assert_eq!(state(3), None);
        assert!(!is_engaged(3));
    });
}

#[test]
fn whoever_cannot_serve_does_not_count_as_remaining() {
    ExtBuilder::default().build_and_execute(|| {
        dismiss(1);
        assert_noop!(Validators::remove(council(), 3), Error::<Test>::TooFewValidators);
        // It serves until the change of the session after the next, and can go nevertheless.
        assert_ok!(Validators::remove(council(), 1));
    });
}

#[test]
fn only_the_council_removes_and_only_validators_once() {
    ExtBuilder::default().build_and_execute(|| {
        for who in [1, 3, STRANGER] {
            assert_noop!(Validators::remove(by(who), 3), DispatchError::BadOrigin);
        }
        assert_noop!(Validators::remove(council(), HOSPITAL), Error::<Test>::NotValidator);
        assert_ok!(Validators::remove(council(), 3));
        assert_noop!(Validators::remove(council(), 3), Error::<Test>::AlreadyLeaving);
        assert_noop!(Validators::leave(by(3)), Error::<Test>::AlreadyLeaving);
    });
}
