use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

use super::*;
use crate::{Error, Event, NextRedemption, Redemption, Redemptions};

#[test]
fn what_is_to_be_paid_out_is_on_hold() {
    run(|| {
        assert_ok!(Settlement::redeem(by(MEMBER), 100));
        assert_last(Event::RedemptionRequested { redemption: 0, who: MEMBER, amount: 100 });
        let waiting = Redemption { who: MEMBER, amount: 100, since: START };
        assert_eq!(Redemptions::<Test>::get(0), Some(waiting));
        assert_eq!((Balances::free_balance(MEMBER), held(MEMBER)), (FUNDS - 100, 100));
    });
}

#[test]
fn each_redemption_has_a_number_of_its_own() {
    run(|| {
        for (who, amount) in [(MEMBER, 100), (MEMBER, 200), (OTHER, 300)] {
            assert_ok!(Settlement::redeem(by(who), amount));
        }
        let asked = [0, 1, 2].map(|redemption| {
            Redemptions::<Test>::get(redemption).map(|waiting| (waiting.who, waiting.amount))
        });
        assert_eq!(asked, [Some((MEMBER, 100)), Some((MEMBER, 200)), Some((OTHER, 300))]);
        assert_eq!((held(MEMBER), held(OTHER)), (300, 300));

        NextRedemption::<Test>::put(crate::RedemptionId::MAX);
        assert_noop!(Settlement::redeem(by(MEMBER), LEAST), Error::<Test>::NoMoreNumbers);
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
