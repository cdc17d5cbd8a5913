use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use super::*;
use crate::{Error, Event, Redemptions};

#[test]
fn what_is_not_paid_is_free_again() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_ok!(Settlement::decline(council(), 0));
        assert_last(Event::RedemptionDeclined { redemption: 0 });
        assert_eq!((Balances::free_balance(MEMBER), held(MEMBER)), (FUNDS, 0));
        assert_eq!(Redemptions::<Test>::get(0), None);
        assert_noop!(Settlement::decline(council(), 0), Error::<Test>::NoRedemption);
    });
}

#[test]
fn what_was_paid_is_not_declined() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_ok!(Settlement::confirm(council(), 0, payment(9)));
        assert_noop!(Settlement::decline(council(), 0), Error::<Test>::NoRedemption);
    });
}

#[test]
fn only_the_council_does_it() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_noop!(Settlement::decline(by(MEMBER), 0), DispatchError::BadOrigin);
        assert_eq!(held(MEMBER), 100);
    });
}
