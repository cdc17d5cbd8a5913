//! Operational transactions: the council's pass within a quota of their own, others pay.

use frame_support::{
    assert_ok,
    dispatch::{DispatchClass, Pays, PostDispatchInfo},
};
use medshare_types::Role;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionPriority};

use crate::{Event, OperationalUsages, Usages, extension::TOO_FAR_AHEAD, mock::*};

#[test]
fn the_councils_come_first_and_are_free() {
    ExtBuilder::default().build_and_execute(|| {
        let vote = Transaction::operational(COUNCILLOR, 1_000);
        assert_eq!(vote.validate().expect("it passes").priority, TransactionPriority::MAX);
        for _ in 0..50 {
            assert_ok!(vote.apply());
        }
        assert_eq!(Balances::free_balance(COUNCILLOR), 1);
        assert_eq!(Usages::<Test>::iter().count(), 0);
        assert_eq!(
            OperationalUsages::<Test>::get(COUNCILLOR).map(|usage| usage.used),
            Some(50 * cost(1_000))
        );
        assert_eq!(take_events(), []);
    });
}

#[test]
fn what_they_did_not_need_is_given_back() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::operational(COUNCILLOR, 1_000).apply_needing(100));
        assert_eq!(OperationalUsages::<Test>::get(COUNCILLOR).map(|usage| usage.used), Some(cost(100)));
        let free = PostDispatchInfo { actual_weight: None, pays_fee: Pays::No };
        assert_ok!(Transaction::operational(COUNCILLOR, 1_000).apply_with(free));
        assert_eq!(OperationalUsages::<Test>::get(COUNCILLOR).map(|usage| usage.used), Some(cost(100)));
    });
}

#[test]
fn a_councillor_that_floods_pays_and_comes_behind_until_its_quota_refills() {
    ExtBuilder::default().build_and_execute(|| {
        let flood = Transaction::operational(COUNCILLOR, OPERATIONAL_QUOTA / 2);
        assert_ok!(flood.apply());
        assert_eq!(flood.validate().err(), Some(InvalidTransaction::Payment.into()));
        let _ = Balances::force_set_balance(council(), COUNCILLOR, FUNDS);
        let within = Transaction::new(PROVIDER, 1).validate().expect("it is within its quota");
        assert!(flood.validate().expect("it can pay").priority < within.priority);
        assert_ok!(flood.apply());
        assert_eq!(Balances::free_balance(COUNCILLOR), FUNDS - fee(OPERATIONAL_QUOTA / 2));
        let (charge, left) = (cost(OPERATIONAL_QUOTA / 2) + FEE_WEIGHT, OPERATIONAL_QUOTA / 2 - BASE);
        assert_eq!(take_events(), [Event::Exceeded { who: COUNCILLOR, charge, left }]);
        // A vote still passes, also while a flood waits.
        let vote = Transaction::operational(COUNCILLOR, 100);
        assert_eq!(vote.validate().expect("it passes").priority, TransactionPriority::MAX);
        advance(WINDOW);
        assert_eq!(flood.validate().expect("it passes").priority, TransactionPriority::MAX);
    });
}

#[test]
fn the_councils_pass_further_ahead_but_not_without_end() {
    ExtBuilder::default().build_and_execute(|| {
        let most = u32::from(AHEAD) * 4;
        let vote = Transaction::operational(COUNCILLOR, 100);
        assert_ok!(Transaction { ahead: most, ..vote }.validate());
        let further = Transaction { ahead: most + 1, ..vote }.validate();
        assert_eq!(further.err(), Some(InvalidTransaction::Custom(TOO_FAR_AHEAD).into()));
        let other = Transaction { ahead: u32::from(AHEAD) + 1, ..Transaction::operational(PROVIDER, 100) };
        assert_eq!(other.validate().err(), Some(InvalidTransaction::Custom(TOO_FAR_AHEAD).into()));
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
