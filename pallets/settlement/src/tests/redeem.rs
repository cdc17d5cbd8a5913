use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, TokenError};

use super::*;
use crate::{Error, Event, Redemption, Redemptions};

#[test]
fn credit_is_on_hold_until_it_is_paid_and_burnt() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_last(Event::RedemptionRequested { redemption: 0, who: MEMBER, amount: 100 });
        let waiting = Redemption { who: MEMBER, amount: 100, since: START };
        assert_eq!(Redemptions::<Test>::get(0), Some(waiting));
        assert_eq!((Balances::free_balance(MEMBER), held(MEMBER)), (FUNDS - 100, 100));

        assert_ok!(Settlement::confirm(council(), 0, payment(9)));
        assert_last(Event::Redeemed { redemption: 0, who: MEMBER, amount: 100, reference: payment(9) });
        assert_eq!((Balances::free_balance(MEMBER), held(MEMBER)), (FUNDS - 100, 0));
        assert_noop!(Settlement::confirm(council(), 0, payment(10)), Error::<Test>::NoRedemption);
        assert_noop!(Settlement::cancel(by(MEMBER), 0), Error::<Test>::NoRedemption);
        assert_noop!(Settlement::decline(council(), 0), Error::<Test>::NoRedemption);
    });
}

#[test]
fn the_holder_cancels_and_the_council_declines() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_ok!(Settlement::redeem(by(MEMBER), 200));
        assert_eq!(held(MEMBER), 300);
        assert_ok!(Settlement::cancel(by(MEMBER), 0));
        assert_last(Event::RedemptionCancelled { redemption: 0 });
        assert_eq!(held(MEMBER), 200);
        assert_ok!(Settlement::decline(council(), 1));
        assert_last(Event::RedemptionDeclined { redemption: 1 });
        assert_eq!((Balances::free_balance(MEMBER), held(MEMBER)), (FUNDS, 0));
    });
}

#[test]
fn nobody_ends_what_is_not_theirs() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_noop!(Settlement::cancel(by(OTHER), 0), Error::<Test>::NotHolder);
        assert_noop!(Settlement::cancel(council(), 0), DispatchError::BadOrigin);
        assert_noop!(Settlement::confirm(by(MEMBER), 0, payment(1)), DispatchError::BadOrigin);
        assert_noop!(Settlement::decline(by(MEMBER), 0), DispatchError::BadOrigin);
    });
}

#[test]
fn only_members_redeem_what_they_have_and_not_too_little() {
    run(|| {
        assert_noop!(Settlement::redeem(by(STRANGER), LEAST), Error::<Test>::NotActiveMember);
        assert_noop!(Settlement::redeem(by(MEMBER), LEAST - 1), Error::<Test>::AmountTooLow);
        assert_noop!(Settlement::redeem(by(MEMBER), FUNDS + 1), TokenError::FundsUnavailable);
        assert_ok!(Settlement::redeem(by(MEMBER), FUNDS - 100));
        assert_noop!(Settlement::redeem(by(MEMBER), 101), TokenError::FundsUnavailable);
    });
}

#[test]
fn the_parameters_fit_together() {
    run(<Settlement as frame_support::traits::Hooks<u32>>::integrity_test);
}
