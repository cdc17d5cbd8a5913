use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{Error, Event, Sessions, mock::*};

#[test]
fn ends_the_proposal_and_gives_back_what_the_keys_cost() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_eq!(held(HOSPITAL), KEY_DEPOSIT);
        assert_ok!(Validators::propose(by(HOSPITAL)));
        assert_ok!(Validators::retract(by(HOSPITAL)));
        assert_last(Event::Retracted { who: HOSPITAL });
        assert!(Validators::proposals().is_empty());
        assert_eq!(<Session as Sessions<_>>::keys(&HOSPITAL), None);
        assert_eq!(held(HOSPITAL), 0);
        assert_noop!(Validators::admit(council(), HOSPITAL), Error::<Test>::NotProposed);
    });
}

#[test]
fn works_for_who_is_no_hospital_any_more() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        dismiss(HOSPITAL);
        assert_ok!(Validators::retract(by(HOSPITAL)));
        assert_eq!(held(HOSPITAL), 0);
    });
}

#[test]
fn concerns_nobody_who_is_not_proposed() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        assert_noop!(Validators::retract(by(OTHER_HOSPITAL)), Error::<Test>::NotProposed);
        // A validator does not rid itself of its keys in this way.
        assert_noop!(Validators::retract(by(1)), Error::<Test>::NotProposed);
        assert_noop!(Validators::retract(council()), DispatchError::BadOrigin);
    });
}
