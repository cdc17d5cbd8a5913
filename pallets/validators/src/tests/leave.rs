use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{Error, Event, Sessions, State, mock::*};

#[test]
fn a_validator_stays_engaged_until_it_is_in_no_set_any_more() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Validators::leave(by(2)));
        assert_last(Event::Resigned { who: 2 });
        run_sessions(1);
        assert_eq!((set().contains(&2), Validators::planned().contains(&2)), (true, false));
        assert!(is_engaged(2));
        take_events();

        run_sessions(1);
        assert_eq!(set(), [1, 3, 4, 5]);
        assert!(take_events().contains(&Event::Left { who: 2 }));
        assert_eq!(state(2), None);
        assert!(!is_engaged(2));
        assert_eq!(<Session as Sessions<_>>::keys(&2), None);
        assert_noop!(Validators::leave(by(2)), Error::<Test>::NotValidator);
    });
}

#[test]
fn what_was_held_for_its_keys_comes_back() {
    ExtBuilder::default().build_and_execute(|| {
        make_validator(HOSPITAL);
        run_sessions(2);
        assert_ok!(Validators::leave(by(HOSPITAL)));
        assert_eq!(held(HOSPITAL), KEY_DEPOSIT);
        run_sessions(2);
        assert_eq!(held(HOSPITAL), 0);
        assert_eq!(Balances::free_balance(HOSPITAL), FUNDS);
    });
}

#[test]
fn who_never_served_is_gone_at_the_next_change() {
    ExtBuilder::default().build_and_execute(|| {
        make_validator(HOSPITAL);
        assert_ok!(Validators::leave(by(HOSPITAL)));
        run_sessions(1);
        assert_eq!(state(HOSPITAL), None);
        assert_eq!(Validators::planned(), FIRST);
    });
}

#[test]
fn the_last_ones_that_must_remain_do() {
    ExtBuilder::validators(&[1, 2, 3, 4]).build_and_execute(|| {
        for who in 1..=4 {
            assert_noop!(Validators::leave(by(who)), Error::<Test>::TooFewValidators);
        }
        run_sessions(3);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

#[test]
fn a_suspended_validator_does_not_come_back_by_leaving() {
    ExtBuilder::default().build_and_execute(|| {
        report(0, &[2]);
        let suspension = state(2).and_then(|state| state.suspension());
        assert_ok!(Validators::leave(by(2)));
        assert_eq!(state(2), Some(State::Leaving(suspension)));
        assert_noop!(Validators::propose(by(2)), Error::<Test>::AlreadyValidator);
        assert_noop!(Validators::reinstate(council(), 2), Error::<Test>::NotSuspended);
        run_sessions(2);
        assert_eq!(state(2), None);
        // It takes the council again.
        assert_ok!(set_keys(2, 2));
        assert_ok!(Validators::propose(by(2)));
        run_sessions(2);
        assert_eq!(set(), [1, 3, 4, 5]);
    });
}

#[test]
fn nobody_but_a_validator_leaves() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Validators::leave(by(HOSPITAL)), Error::<Test>::NotValidator);
        assert_noop!(Validators::leave(council()), DispatchError::BadOrigin);
    });
}
