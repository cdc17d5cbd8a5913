//! What a transaction costs within the quota and beyond.

use codec::{Decode, Encode};
use frame_support::{
    assert_ok,
    dispatch::{Pays, PostDispatchInfo},
};
use frame_system::CheckNonce;
use pallet_transaction_payment::ChargeTransactionPayment;
use scale_info::{MetaType, meta_type};
use sp_runtime::{
    DispatchError, DispatchErrorWithPostInfo,
    traits::TransactionExtension,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

use crate::{CheckNonceAhead, Event, Usage, Usages, mock::*, types::Purse};

/// What the one who cannot pay is told.
fn no_payment() -> TransactionValidityError {
    InvalidTransaction::Payment.into()
}

#[test]
fn takes_no_fee_within_the_quota() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(PROVIDER, 100).apply());
        assert_eq!(Balances::free_balance(PROVIDER), FUNDS);
        assert_eq!(Quota::used(&PROVIDER), cost(100));
        assert_eq!(Quota::left(&PROVIDER), QUOTA - cost(100));
        assert_eq!(take_events(), []);
        assert_eq!(System::account_nonce(PROVIDER), 1);
    });
}

#[test]
fn a_member_without_money_can_act() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(POOR, 100).validate());
        assert_ok!(Transaction::new(POOR, 100).apply());
        assert_eq!(Balances::free_balance(POOR), 1);
    });
}

#[test]
fn takes_the_usual_fee_beyond_the_quota_and_leaves_the_quota_alone() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(PROVIDER, 9_000).apply());
        let left = Quota::left(&PROVIDER);
        assert_ok!(Transaction::new(PROVIDER, 2_000).apply());
        assert_eq!(Balances::free_balance(PROVIDER), FUNDS - fee(2_000));
        assert_eq!(Quota::left(&PROVIDER), left);
        let charge = BASE + 2_000 + FEE_WEIGHT;
        assert_eq!(take_events(), [Event::Exceeded { who: PROVIDER, charge, left }]);

        assert_ok!(Transaction::new(PROVIDER, 100).apply());
        assert_eq!(Balances::free_balance(PROVIDER), FUNDS - fee(2_000), "a smaller one still fits");
        assert_eq!(take_events(), []);
    });
}

#[test]
fn who_used_up_the_quota_and_cannot_pay_is_told_so() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(POOR, 9_000).apply());
        assert_eq!(Transaction::new(POOR, 2_000).validate().err(), Some(no_payment()));
        assert_eq!(Transaction::new(POOR, 2_000).apply().err(), Some(no_payment()));
    });
}

#[test]
fn the_last_unit_can_be_used() {
    ExtBuilder::default().build_and_execute(|| {
        let most = QUOTA - BASE - FEE_WEIGHT;
        assert_eq!(Transaction::new(POOR, most + 1).validate().err(), Some(no_payment()));
        assert_ok!(Transaction::new(POOR, most).apply());
    });
}

#[test]
fn bytes_are_charged_too() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction { len: 1_000, ..Transaction::new(PROVIDER, 100) }.apply());
        assert_eq!(Quota::used(&PROVIDER), cost(100) + 1_000 * BYTE);
        let long = Transaction { len: 4_900, ..Transaction::new(POOR, 300) };
        assert_eq!(long.validate().err(), Some(no_payment()));
    });
}

#[test]
fn the_largest_transaction_overflows_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        let huge = Transaction { len: usize::MAX, ..Transaction::new(POOR, u64::MAX) };
        assert_eq!(huge.validate().err(), Some(no_payment()));
        assert_ok!(Quota::set_quota(
            council(),
            medshare_types::Role::Buyer,
            medshare_types::Tier::Standard,
            u64::MAX
        ));
        assert_ok!(huge.apply());
        assert_eq!(Quota::left(&POOR), 0);
        assert_eq!(Transaction::new(POOR, 1).validate().err(), Some(no_payment()));
        advance(WINDOW);
        assert_eq!(Quota::left(&POOR), u64::MAX);
    });
}

#[test]
fn gives_back_what_the_call_did_not_need() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction { len: 10, ..Transaction::new(PROVIDER, 5_000) }.apply_needing(400));
        assert_eq!(Quota::used(&PROVIDER), cost(400) + 10 * BYTE);
    });
}

#[test]
fn needs_room_for_what_is_declared_though_less_may_be_needed() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(POOR, 9_000).apply());
        assert_eq!(Transaction::new(POOR, 5_000).apply_needing(1).err(), Some(no_payment()));
    });
}

#[test]
fn never_charges_more_than_declared() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(PROVIDER, 100).apply_needing(5_000));
        assert_eq!(Quota::used(&PROVIDER), cost(100));
    });
}

#[test]
fn the_fee_beyond_the_quota_is_for_the_actual_weight() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(PROVIDER, 50_000).apply_needing(400));
        assert_eq!(Balances::free_balance(PROVIDER), FUNDS - fee(400));
        assert_eq!(Quota::used(&PROVIDER), 0);
    });
}

#[test]
fn a_failed_call_is_charged() {
    ExtBuilder::default().build_and_execute(|| {
        let error =
            DispatchErrorWithPostInfo { post_info: ().into(), error: DispatchError::Other("it failed") };
        assert_ok!(Transaction::new(PROVIDER, 100).apply_result(Err(error)));
        assert_eq!(Quota::used(&PROVIDER), cost(100));
    });
}

#[test]
fn a_call_that_turns_out_to_be_free_of_fees_is_free() {
    ExtBuilder::default().build_and_execute(|| {
        let post_info = PostDispatchInfo { actual_weight: None, pays_fee: Pays::No };
        assert_ok!(Transaction::new(PROVIDER, 100).apply_with(post_info));
        assert_eq!((Quota::used(&PROVIDER), Balances::free_balance(PROVIDER)), (0, FUNDS));
        assert!(!Usages::<Test>::contains_key(PROVIDER));
    });
}

#[test]
fn a_call_declared_free_of_fees_costs_nothing_but_does_not_come_before_those_that_pay() {
    ExtBuilder::default().build_and_execute(|| {
        let free = Transaction { pays: Pays::No, ..Transaction::new(PROVIDER, 100) };
        let valid = free.validate().expect("it is valid");
        assert!(valid.priority < Transaction::new(STRANGER, 100).validate().expect("it can pay").priority);
        assert_ok!(free.apply());
        assert_eq!((Quota::used(&PROVIDER), Balances::free_balance(PROVIDER)), (0, FUNDS));
    });
}

#[test]
fn who_offers_a_tip_pays_and_keeps_the_quota() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction { tip: 5, ..Transaction::new(PROVIDER, 100) }.apply());
        assert_eq!(Balances::free_balance(PROVIDER), FUNDS - fee(100) - 5);
        assert_eq!(Quota::used(&PROVIDER), 0);
        assert_eq!(take_events(), []);
        let tipped = Transaction { tip: 5, ..Transaction::new(POOR, 100) };
        assert_eq!(tipped.validate().err(), Some(no_payment()));
    });
}

#[test]
fn who_is_no_active_member_pays() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Transaction::new(STRANGER, 100).apply());
        assert_eq!(Balances::free_balance(STRANGER), FUNDS - fee(100));
        assert_eq!(take_events(), [], "there was no quota to exceed");

        set_roles(PROVIDER, &[]);
        assert_ok!(Transaction::new(PROVIDER, 100).apply());
        assert_eq!(Balances::free_balance(PROVIDER), FUNDS - fee(100));
        assert_eq!(Usages::<Test>::iter().count(), 0);
    });
}

#[test]
fn a_flood_in_one_block_is_bounded_by_the_quota_and_then_by_money() {
    ExtBuilder::default().build_and_execute(|| {
        let funds = 5 * fee(900);
        let _ = Balances::force_set_balance(council(), PROVIDER, funds + 1);
        let transaction = Transaction::new(PROVIDER, 900);
        let sent = (0..100).take_while(|_| transaction.apply().is_ok()).count();
        let within = QUOTA / cost(900);
        assert_eq!(sent as u64, within + 5);
        assert_eq!(Quota::used(&PROVIDER), within * cost(900));
        assert_eq!(Balances::free_balance(PROVIDER), 1);
        assert_eq!(take_events().len(), 5);
        assert_eq!(transaction.apply().err(), Some(no_payment()));
        assert_ok!(Transaction::new(POOR, 900).apply());
    });
}

#[test]
fn what_the_pool_took_as_free_is_looked_at_again_in_the_block() {
    ExtBuilder::default().build_and_execute(|| {
        let transaction = Transaction::new(POOR, 6_000);
        assert_ok!(transaction.validate());
        assert_ok!(Transaction { ahead: 1, ..transaction }.validate());
        assert_ok!(transaction.apply());
        assert_eq!(transaction.apply().err(), Some(no_payment()));
        assert_eq!(Quota::used(&POOR), cost(6_000));
    });
}

#[test]
fn the_weight_of_the_fee_that_is_not_taken_is_given_back() {
    ExtBuilder::default().build_and_execute(|| {
        let unspent = |transaction: Transaction| {
            let (_, payment) = transaction.extension();
            let (val, origin) = payment
                .validate(
                    by(transaction.who),
                    &remark(),
                    &transaction.info(),
                    0,
                    (),
                    &sp_runtime::traits::TxBaseImplication(()),
                    sp_runtime::transaction_validity::TransactionSource::InBlock,
                )
                .map(|(_, val, origin)| (val, origin))
                .expect("it is valid");
            let pre = payment
                .prepare(val, &origin, &remark(), &transaction.info(), 0)
                .expect("the charge can be taken");
            Payment::post_dispatch_details(pre, &transaction.info(), &().into(), 0, &Ok(()))
                .expect("never fails")
                .ref_time()
        };
        assert_eq!(unspent(Transaction::new(PROVIDER, 100)), FEE_WEIGHT);
        assert_eq!(unspent(Transaction::operational(COUNCILLOR, 100)), FEE_WEIGHT);
        assert_eq!(unspent(Transaction::new(STRANGER, 100)), 0);
    });
}

#[test]
fn a_use_of_nothing_is_not_noted() {
    ExtBuilder::default().build_and_execute(|| {
        Usages::<Test>::insert(PROVIDER, Usage { used: 5, as_of: START });
        Quota::give_back(Purse::Ordinary, &PROVIDER, 0);
        assert_eq!(Quota::used(&PROVIDER), 5);
        Quota::give_back(Purse::Ordinary, &PROVIDER, 5);
        assert!(!Usages::<Test>::contains_key(PROVIDER));
        Quota::give_back(Purse::Ordinary, &PROVIDER, 5);
        assert!(!Usages::<Test>::contains_key(PROVIDER));
        assert_ok!(Quota::deduct(Purse::Ordinary, &PROVIDER, QUOTA, 0));
        assert!(!Usages::<Test>::contains_key(PROVIDER));
    });
}

#[test]
fn clients_see_the_extensions_they_know() {
    let metadata = <Extension as TransactionExtension<RuntimeCall>>::metadata();
    let seen: Vec<_> = metadata.iter().map(|extension| (extension.identifier, extension.ty)).collect();
    let known: [(&str, MetaType); 2] = [
        ("CheckNonce", meta_type::<CheckNonce<Test>>()),
        ("ChargeTransactionPayment", meta_type::<ChargeTransactionPayment<Test>>()),
    ];
    for ((name, ty), (known_name, known_ty)) in seen.iter().zip(known) {
        assert_eq!((*name, ty.type_info()), (known_name, known_ty.type_info()));
    }
    let plain = (CheckNonce::<Test>::from(7), ChargeTransactionPayment::<Test>::from(300));
    let extension: Extension = (plain.0.clone().into(), plain.1.clone().into());
    assert_eq!(extension.encode(), plain.encode());
    assert_eq!(Extension::decode(&mut &plain.encode()[..]), Ok(extension));
    let ahead = CheckNonceAhead::<Test>::from(plain.0);
    assert_eq!(format!("{ahead:?}"), "CheckNonceAhead(CheckNonce(7))");
}
