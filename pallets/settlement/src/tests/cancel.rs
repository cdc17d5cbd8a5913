use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use super::*;
use crate::{Error, Event, Redemptions};

#[test]
fn a_holder_has_its_credit_back_and_no_redemption() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_ok!(Settlement::redeem(by(MEMBER), 200));
        assert_ok!(Settlement::cancel(by(MEMBER), 0));
        assert_last(Event::RedemptionCancelled { redemption: 0 });
        assert_eq!((Balances::free_balance(MEMBER), held(MEMBER)), (FUNDS - 200, 200));
        assert_eq!(Redemptions::<Test>::get(0), None);
    });
}

#[test]
fn only_the_holder_does_it() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_noop!(Settlement::cancel(by(OTHER), 0), Error::<Test>::NotHolder);
        assert_noop!(Settlement::cancel(council(), 0), DispatchError::BadOrigin);
    });
}

#[test]
fn what_has_ended_or_never_was_is_not_cancelled() {
    run(|| {
        assert_noop!(Settlement::cancel(by(MEMBER), 0), Error::<Test>::NoRedemption);
        for redemption in 0..3 {
            assert_ok!(Settlement::redeem(by(MEMBER), 100));
            assert_ok!(match redemption {
                0 => Settlement::cancel(by(MEMBER), redemption),
                1 => Settlement::confirm(council(), redemption, payment(1)),
                _ => Settlement::decline(council(), redemption),
            });
            assert_noop!(Settlement::cancel(by(MEMBER), redemption), Error::<Test>::NoRedemption);
        }
    });
}
