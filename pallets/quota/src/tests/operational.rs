//! Operational transactions: the council's always pass, others pay.

use frame_support::{assert_ok, dispatch::DispatchClass};
use medshare_types::Role;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionPriority};

use crate::{Usages, mock::*};

#[test]
fn the_councils_always_pass_and_are_free() {
    ExtBuilder::default().build_and_execute(|| {
        let vote = Transaction::operational(COUNCILLOR, 5_000_000);
        assert_eq!(vote.validate().expect("it passes").priority, TransactionPriority::MAX);
        for _ in 0..50 {
            assert_ok!(vote.apply());
        }
        assert_eq!(Balances::free_balance(COUNCILLOR), 1);
        assert_eq!(Usages::<Test>::iter().count(), 0);
        assert_eq!(take_events(), []);
    });
}

#[test]
fn the_councils_pass_however_far_ahead() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction { ahead: 1_000, ..Transaction::operational(COUNCILLOR, 100) }.validate());
    });
}

#[test]
fn a_councillor_who_is_a_member_has_a_quota_for_the_rest() {
    ExtBuilder::default().build_and_execute(|| {
        let ordinary = Transaction::new(COUNCILLOR, 100);
        assert_eq!(ordinary.validate().err(), Some(InvalidTransaction::Payment.into()));
        set_roles(COUNCILLOR, &[Role::Provider]);
        assert_ok!(ordinary.apply());
        assert_eq!(Quota::used(&COUNCILLOR), cost(100));
        assert_ok!(Transaction::operational(COUNCILLOR, QUOTA).apply());
        assert_eq!(Quota::used(&COUNCILLOR), cost(100));
    });
}

#[test]
fn who_dresses_up_as_operational_pays_and_keeps_the_quota() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::operational(PROVIDER, 100).apply());
        assert_eq!(Balances::free_balance(PROVIDER), FUNDS - fee(100));
        assert_eq!(Quota::used(&PROVIDER), 0);
        assert_eq!(
            Transaction::operational(POOR, 100).validate().err(),
            Some(InvalidTransaction::Payment.into())
        );
    });
}

#[test]
fn mandatory_ones_are_not_charged_to_the_quota() {
    ExtBuilder::default().build_and_execute(|| {
        let mandatory = Transaction { class: DispatchClass::Mandatory, ..Transaction::new(PROVIDER, 100) };
        assert_ok!(mandatory.validate());
        assert_ok!(mandatory.apply());
        assert_eq!(Quota::used(&PROVIDER), 0);
    });
}
