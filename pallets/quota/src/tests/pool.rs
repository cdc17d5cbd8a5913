//! What the pool takes, and in which order.

use codec::Encode;
use frame_support::{
    assert_ok,
    dispatch::{DispatchClass, Pays},
};
use sp_runtime::{
    traits::{DispatchTransaction, TransactionExtension, TxBaseImplication},
    transaction_validity::{
        InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityError,
    },
};

use crate::{extension::TOO_FAR_AHEAD, mock::*};

fn too_far() -> TransactionValidityError {
    InvalidTransaction::Custom(TOO_FAR_AHEAD).into()
}

fn priority(transaction: Transaction) -> TransactionPriority {
    transaction.validate().expect("it is valid").priority
}

#[test]
fn refuses_a_nonce_too_far_ahead_whoever_pays() {
    ExtBuilder::default().build_and_execute(|| {
        let ahead = |ahead| Transaction { ahead, ..Transaction::new(PROVIDER, 100) };
        for near in 0..=u32::from(AHEAD) {
            assert_ok!(ahead(near).validate());
        }
        for far in [u32::from(AHEAD) + 1, 1_000, u32::MAX] {
            assert_eq!(ahead(far).validate().err(), Some(too_far()));
            let tipped = Transaction { tip: 1_000, ..ahead(far) };
            assert_eq!(tipped.validate().err(), Some(too_far()));
            let operational = Transaction { ahead: far, ..Transaction::operational(PROVIDER, 100) };
            assert_eq!(operational.validate().err(), Some(too_far()));
        }
    });
}

#[test]
fn the_limit_moves_with_the_accounts_nonce() {
    ExtBuilder::default().build_and_execute(|| {
        let next = Transaction::new(PROVIDER, 100);
        let mut last = Transaction { ahead: u32::from(AHEAD), ..next };
        assert_ok!(last.validate());
        last.ahead += 1;
        assert_eq!(last.validate().err(), Some(too_far()));
        assert_ok!(next.apply());
        last.ahead -= 1;
        assert_ok!(last.validate());
    });
}

#[test]
fn one_account_has_a_bounded_number_of_transactions_waiting() {
    ExtBuilder::default().build_and_execute(|| {
        let waiting = (0..1_000)
            .filter(|ahead| Transaction { ahead: *ahead, ..Transaction::new(VAULT, 1) }.validate().is_ok())
            .count();
        assert_eq!(waiting, usize::from(AHEAD) + 1);
    });
}

#[test]
fn does_what_the_check_of_the_nonce_does() {
    ExtBuilder::default().build_and_execute(|| {
        let valid =
            Transaction { ahead: 2, ..Transaction::new(PROVIDER, 100) }.validate().expect("it is valid");
        assert_eq!(valid.provides, [(PROVIDER, 2_u32).encode()]);
        assert_eq!(valid.requires, [(PROVIDER, 1_u32).encode()]);

        let first = Transaction::new(PROVIDER, 100);
        let stale = first.extension();
        assert_ok!(first.apply());
        let refused =
            stale.validate_only(by(PROVIDER), &remark(), &first.info(), 0, TransactionSource::External, 0);
        assert_eq!(refused.err(), Some(InvalidTransaction::Stale.into()));

        let gap = Transaction { ahead: 1, ..first };
        assert_eq!(gap.apply().err(), Some(InvalidTransaction::Future.into()));
    });
}

#[test]
fn who_pays_for_more_than_its_quota_comes_after_who_is_within_it() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(POOR, 9_500).apply());
        let within = priority(Transaction::new(POOR, 100));
        let _ = Balances::force_set_balance(council(), PROVIDER, 1 << 60);
        let beyond = Transaction::new(PROVIDER, QUOTA);
        assert!(priority(beyond) < within);
        assert!(priority(Transaction::new(STRANGER, 1)) < within);
        assert!(priority(Transaction::operational(PROVIDER, 100)) < within);
        assert!(priority(Transaction { pays: Pays::No, ..beyond }) < priority(beyond));
    });
}

#[test]
fn a_tip_comes_first_among_the_same_distance_and_a_higher_one_before_it() {
    ExtBuilder::default().build_and_execute(|| {
        let _ = Balances::force_set_balance(council(), PROVIDER, u128::MAX / 2);
        let tipped = |tip| priority(Transaction { tip, ..Transaction::new(PROVIDER, 100) });
        assert!(priority(Transaction::new(VAULT, 1)) < tipped(1));
        assert!(tipped(1) < tipped(2) && tipped(2) < tipped(1_000));
    });
}

#[test]
fn money_buys_no_place_before_anybodys_nearer_transaction() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(POOR, 9_500).apply());
        let first = priority(Transaction::new(POOR, 100));
        let _ = Balances::force_set_balance(council(), PROVIDER, u128::MAX / 2);
        let second = Transaction { ahead: 1, ..Transaction::new(PROVIDER, QUOTA) };
        for bought in [
            second,
            Transaction { tip: u128::MAX / 8, ..second },
            Transaction { class: DispatchClass::Operational, ..second },
            Transaction { class: DispatchClass::Operational, tip: u128::MAX / 8, ..second },
        ] {
            assert!(priority(bought) < first);
        }
    });
}

#[test]
fn everybodys_first_comes_before_anybodys_second() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(POOR, 9_500).apply());
        let first = Transaction::new(POOR, 100);
        let mut last = priority(first);
        for ahead in 1..=u32::from(AHEAD) {
            let next = priority(Transaction { ahead, ..Transaction::new(PROVIDER, 1) });
            assert!(next < last);
            last = next;
        }
    });
}

#[test]
fn who_used_less_of_the_quota_comes_first() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(POOR, 5_000).apply());
        assert!(priority(Transaction::new(PROVIDER, 100)) > priority(Transaction::new(POOR, 100)));
        assert!(priority(Transaction::new(VAULT, 100)) >= priority(Transaction::new(PROVIDER, 5_000)));
        assert!(priority(Transaction::new(PROVIDER, 100)) > priority(Transaction::new(PROVIDER, 5_000)));
    });
}

#[test]
fn replacing_without_payment_is_possible_only_so_often() {
    ExtBuilder::default().build_and_execute(|| {
        let priorities: std::collections::BTreeSet<_> =
            (0..QUOTA - BASE - FEE_WEIGHT).map(|weight| priority(Transaction::new(POOR, weight))).collect();
        assert!(priorities.len() <= 256);
    });
}

#[test]
fn lets_everything_pass_that_no_account_signed() {
    ExtBuilder::default().build_and_execute(|| {
        let (nonce, payment) = Transaction::new(PROVIDER, 100).extension();
        for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
            let info = Transaction::new(PROVIDER, 100).info();
            let implication = TxBaseImplication(());
            let source = TransactionSource::External;
            let (valid, ..) = nonce
                .validate(origin.clone(), &remark(), &info, 0, (), &implication, source)
                .expect("nothing is checked");
            assert_eq!((valid.priority, valid.provides), (0, vec![]));
            let (valid, ..) = payment
                .validate(origin, &remark(), &info, 0, (), &implication, source)
                .expect("nothing is charged");
            assert_eq!(valid.priority, 0);
        }
    });
}
