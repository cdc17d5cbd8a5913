use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use super::*;
use crate::{Error, Event, References};

#[test]
fn what_is_paid_is_burnt() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_ok!(Settlement::confirm(council(), 0, payment(9)));
        assert_last(Event::Redeemed { redemption: 0, who: MEMBER, amount: 100, reference: payment(9) });
        assert_eq!((Balances::free_balance(MEMBER), held(MEMBER)), (FUNDS - 100, 0));
        assert_eq!(Balances::total_issuance(), 2 * FUNDS - 100);
        assert_eq!(References::<Test>::get(payment(9)), Some(100));
        assert_noop!(Settlement::confirm(council(), 0, payment(10)), Error::<Test>::NoRedemption);
    });
}

#[test]
fn each_payment_settles_one_redemption() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_ok!(Settlement::redeem(by(OTHER), 100));
        assert_ok!(Settlement::confirm(council(), 0, payment(9)));
        assert_noop!(Settlement::confirm(council(), 1, payment(9)), Error::<Test>::ReferenceUsed);
        assert_ok!(Settlement::confirm(council(), 1, payment(10)));
    });
}

#[test]
fn nor_one_that_credit_was_issued_for() {
    run(|| {
        assert_ok!(Settlement::issue(council(), MEMBER, 70, payment(1)));
        assert_ok!(Settlement::redeem(by(MEMBER), LEAST));
        assert_noop!(Settlement::confirm(council(), 0, payment(1)), Error::<Test>::ReferenceUsed);
    });
}

#[test]
fn only_the_council_says_that_it_paid() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        for who in [MEMBER, OTHER] {
            assert_noop!(Settlement::confirm(by(who), 0, payment(1)), DispatchError::BadOrigin);
        }
    });
}
