use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{Error, Event, mock::*};

#[test]
fn the_council_turns_a_proposal_down() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        assert_ok!(Validators::decline(council(), HOSPITAL));
        assert_last(Event::Declined { who: HOSPITAL });
        assert!(Validators::proposals().is_empty());
        assert_eq!(held(HOSPITAL), 0);
        // It may ask again.
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
    });
}

#[test]
fn nobody_else_does() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        for who in [1, OTHER_HOSPITAL, STRANGER] {
            assert_noop!(Validators::decline(by(who), HOSPITAL), DispatchError::BadOrigin);
        }
        assert_noop!(Validators::decline(council(), OTHER_HOSPITAL), Error::<Test>::NotProposed);
        // Nor can the council take a validator's keys in this way.
        assert_noop!(Validators::decline(council(), 1), Error::<Test>::NotProposed);
    });
}
