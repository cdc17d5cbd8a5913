//! No sequence of calls creates, destroys or traps money.

use super::*;
use crate::{NextOrder, impls::is_open};
use codec::Encode;
use frame_support::{dispatch::DispatchResult, storage::with_storage_layer};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{cell::RefCell, collections::BTreeMap};

/// Something that somebody does. Orders are chosen among those that there are.
#[derive(Clone, Debug)]
enum Step {
    List { who: Account, record: RecordId, price: Balance },
    Reprice { who: Account, record: RecordId, price: Balance },
    Delist { who: Account, record: RecordId },
    Order { who: Account, record: RecordId },
    Deliver { order: OrderId, right: bool },
    Cancel { order: OrderId, who: Account },
    Expire { order: OrderId },
    Claim { order: OrderId },
    Rule { order: OrderId, who: Account, verdict: Verdict },
    Lapse { order: OrderId },
    Settle { order: OrderId },
    Suspend { who: Account },
    Reinstate { who: Account },
    Revoke { who: Account, record: RecordId },
    Withdraw { record: RecordId },
    Spend { who: Account, amount: Balance },
    SpendAll { who: Account },
    Tune { retained: u32, fee: u32 },
    Wait { time: Moment },
}

fn account() -> impl Strategy<Value = Account> {
    prop_oneof![Just(SELLER), Just(OTHER_SELLER), Just(BUYER), Just(OTHER_BUYER), Just(14u64)]
}

fn step() -> impl Strategy<Value = Step> {
    let record = || RECORD..=OTHERS_RECORD;
    let price = || prop_oneof![90u128..2_000, 5_000u128..400_000];
    let order = || 0u64..8;
    let verdict = || prop_oneof![Just(Verdict::Approve), Just(Verdict::Reject)];
    prop_oneof![
        3 => (account(), record(), price()).prop_map(|(who, record, price)| Step::List { who, record, price }),
        1 => (account(), record(), price()).prop_map(|(who, record, price)| Step::Reprice { who, record, price }),
        1 => (account(), record()).prop_map(|(who, record)| Step::Delist { who, record }),
        8 => (account(), record()).prop_map(|(who, record)| Step::Order { who, record }),
        6 => (order(), prop::bool::weighted(0.9)).prop_map(|(order, right)| Step::Deliver { order, right }),
        3 => (order(), account()).prop_map(|(order, who)| Step::Cancel { order, who }),
        2 => order().prop_map(|order| Step::Expire { order }),
        4 => order().prop_map(|order| Step::Claim { order }),
        6 => (order(), 11u64..=16, verdict()).prop_map(|(order, who, verdict)| Step::Rule { order, who, verdict }),
        1 => order().prop_map(|order| Step::Lapse { order }),
        3 => order().prop_map(|order| Step::Settle { order }),
        1 => account().prop_map(|who| Step::Suspend { who }),
        2 => account().prop_map(|who| Step::Reinstate { who }),
        1 => (account(), record()).prop_map(|(who, record)| Step::Revoke { who, record }),
        1 => Just(Step::Withdraw { record: SECOND_RECORD }),
        1 => (account(), 0..WEALTH).prop_map(|(who, amount)| Step::Spend { who, amount }),
        1 => account().prop_map(|who| Step::SpendAll { who }),
        1 => (0u32..60, 0u32..60).prop_map(|(retained, fee)| Step::Tune { retained, fee }),
        4 => prop_oneof![1u64..500, Just(1_000), Just(2_000), 9_000u64..11_000].prop_map(|time| Step::Wait { time }),
    ]
}

/// Does it, as a transaction would: all or nothing.
fn perform(step: &Step) -> DispatchResult {
    let terms = Terms::default;
    with_storage_layer(|| match *step {
        Step::List { who, record, price } => Marketplace::list(signed(who), record, 1, price, terms()),
        Step::Reprice { who, record, price } => Marketplace::reprice(signed(who), record, price),
        Step::Delist { who, record } => Marketplace::delist(signed(who), record),
        Step::Order { who, record } => {
            Marketplace::order(signed(who), record, 1, Balance::MAX, terms(), research())
        }
        Step::Deliver { order: id, right } => {
            let order = order_of(id).ok_or(Error::<Test>::NoSuchOrder)?;
            let purpose = SealPurpose::Order(if right { id } else { id + 1 });
            let sealed = seal_for(order.record, order.version, order.buyer, order.buyer, purpose);
            let delivered = Marketplace::deliver(signed(order.seller), id, sealed);
            assert!(right || delivered.is_err(), "a wrong key was accepted");
            delivered
        }
        Step::Cancel { order, who } => Marketplace::cancel(signed(who), order),
        Step::Expire { order } => Marketplace::expire(signed(KEEPER), order),
        Step::Claim { order: id } => {
            let buyer = order_of(id).map_or(KEEPER, |order| order.buyer);
            Marketplace::claim(signed(buyer), id).map(|()| seat(id))
        }
        Step::Rule { order, who, verdict } => {
            Marketplace::rule(signed(who), order, verdict, Findings::default(), Hash::zero())
        }
        Step::Lapse { order } => lapse(order),
        Step::Settle { order } => Marketplace::settle(signed(KEEPER), order),
        Step::Suspend { who } => {
            suspend(who);
            Ok(())
        }
        Step::Reinstate { who } => {
            Members::mutate_extant(who, |member| member.active = true);
            Ok(())
        }
        Step::Revoke { who, record } => {
            revoke(record, 1, who);
            Ok(())
        }
        Step::Withdraw { record } => {
            withdraw(record);
            Ok(())
        }
        Step::Spend { who, amount } => Balances::transfer_keep_alive(signed(who), KEEPER, amount),
        Step::SpendAll { who } => Balances::transfer_all(signed(who), KEEPER, false),
        Step::Tune { retained, fee } => {
            RetainedShare::set(Permill::from_percent(retained));
            FeeShare::set(Permill::from_percent(fee));
            Ok(())
        }
        Step::Wait { time } => {
            set_time(now() + time);
            Ok(())
        }
    })
}

/// Ends every order by the calls that are open to any member once time has passed.
fn end_all() {
    set_time(now() + 1_000_000);
    for id in 0..NextOrder::<Test>::get() {
        let ended = match state_of(id) {
            OrderState::Open { .. } => Marketplace::expire(signed(KEEPER), id),
            OrderState::Delivered { .. } | OrderState::Claimed => Marketplace::settle(signed(KEEPER), id),
            _ => Ok(()),
        };
        assert_ok!(ended);
        assert!(!is_open(state_of(id)));
    }
}

/// Runs the steps and ends every order; tells in which states the orders were found before that.
fn run(steps: &[Step]) -> Vec<OrderState> {
    let mut states = Vec::new();
    // Some of the payees have no account, so that their shares go elsewhere.
    ExtBuilder::default().poor(&[APPROVERS[1], VAULTS[0], CONSORTIUM]).build_and_execute(|| {
        RetainedShare::set(Permill::from_percent(20));
        FeeShare::set(Permill::from_percent(5));
        let issuance = Balances::total_issuance();
        for step in steps {
            let _ = perform(step);
            Marketplace::do_try_state().unwrap();
            assert_eq!(Balances::total_issuance(), issuance, "after {step:?}");
        }
        states.extend((0..NextOrder::<Test>::get()).map(state_of));
        end_all();
        for who in 1..=CONSORTIUM {
            assert_eq!((held(who), bonded(who), Engaged::get(who)), (0, 0, 0));
        }
    });
    states
}

#[test]
fn money_is_neither_made_nor_lost_nor_stuck() {
    let found = RefCell::new(BTreeMap::new());
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&prop::collection::vec(step(), 1..120), |steps| {
            for state in run(&steps) {
                *found.borrow_mut().entry(state.encode()[0]).or_insert(0) += 1;
            }
            Ok(())
        })
        .unwrap();
    println!("{:?}", found.borrow());
    assert_eq!(found.borrow().len(), 7, "the sequences are too tame to reach every state: {found:?}");
}
