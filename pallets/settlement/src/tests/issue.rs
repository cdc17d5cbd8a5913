use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use super::*;
use crate::{Error, Event, References};

#[test]
fn a_payment_becomes_credit() {
    run(|| {
        assert_ok!(Settlement::issue(council(), MEMBER, 70, payment(1)));
        assert_last(Event::Issued { who: MEMBER, amount: 70, reference: payment(1) });
        assert_eq!(Balances::free_balance(MEMBER), FUNDS + 70);
        assert_eq!(References::<Test>::get(payment(1)), Some(70));
    });
}

#[test]
fn once_for_each_payment() {
    run(|| {
        assert_ok!(Settlement::issue(council(), MEMBER, 70, payment(1)));
        assert_noop!(Settlement::issue(council(), OTHER, 70, payment(1)), Error::<Test>::ReferenceUsed);
        assert_ok!(Settlement::redeem(by(MEMBER), LEAST));
        assert_ok!(Settlement::confirm(council(), 0, payment(2)));
        assert_noop!(Settlement::issue(council(), OTHER, 70, payment(2)), Error::<Test>::ReferenceUsed);
    });
}

#[test]
fn only_by_the_council_to_members_and_not_nothing() {
    run(|| {
        for origin in [by(MEMBER), RuntimeOrigin::none()] {
            assert_noop!(Settlement::issue(origin, MEMBER, 70, payment(1)), DispatchError::BadOrigin);
        }
        assert_noop!(Settlement::issue(council(), STRANGER, 70, payment(1)), Error::<Test>::NotActiveMember);
        assert_noop!(Settlement::issue(council(), MEMBER, 0, payment(1)), Error::<Test>::NoAmount);
        let most = medshare_types::Balance::MAX;
        assert!(Settlement::issue(council(), MEMBER, most, payment(1)).is_err());
    });
}
