//! No sequence of calls creates, destroys or traps money.

use super::*;
use crate::{NextOrder, OrderOf};
use codec::Encode;
use frame_support::{dispatch::DispatchResult, storage::with_storage_layer};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{cell::RefCell, collections::BTreeMap};

/// Something that somebody does. Orders are counted back from the newest, and parties are those of the order, so that
/// most steps do something.
#[derive(Clone, Debug)]
enum Step {
    List { record: RecordId, price: Balance },
    Reprice { record: RecordId, price: Balance },
    Delist { record: RecordId },
    Order { who: Account, record: RecordId },
    Deliver { back: u64, right: bool },
    Cancel { back: u64, by: Party },
    Expire { back: u64 },
    Claim { back: u64 },
    Rule { back: u64, who: Account, verdict: Verdict },
    RuleAll { back: u64, verdict: Verdict },
    Lapse { back: u64 },
    Settle { back: u64 },
    Clear { back: u64, by: Party },
    Suspend { who: Account },
    Reinstate { who: Account },
    Revoke { who: Account, record: RecordId },
    Withdraw { record: RecordId },
    Spend { who: Account, amount: Balance },
    SpendAll { who: Account },
    Earn { who: Account },
    Tune { retained: u32, fee: u32 },
    Wait { time: Moment },
}

fn account() -> impl Strategy<Value = Account> {
    prop::sample::select(vec![SELLER, OTHER_SELLER, BUYER, OTHER_BUYER, 14])
}

fn step() -> impl Strategy<Value = Step> {
    let record = || RECORD..=OTHERS_RECORD;
    let price = || prop_oneof![90u128..2_000, 5_000u128..400_000];
    let back = || 0u64..5;
    let party = prop::sample::select(vec![Party::Buyer, Party::Seller]);
    let verdict = || prop::sample::select(vec![Verdict::Approve, Verdict::Reject]);
    let time =
        prop_oneof![6 => 1u64..300, 2 => prop::sample::select(vec![1_000, 2_000]), 1 => 9_000u64..11_000];
    prop_oneof![
        3 => (record(), price()).prop_map(|(record, price)| Step::List { record, price }),
        1 => (record(), price()).prop_map(|(record, price)| Step::Reprice { record, price }),
        1 => record().prop_map(|record| Step::Delist { record }),
        16 => (account(), record()).prop_map(|(who, record)| Step::Order { who, record }),
        16 => (back(), prop::bool::weighted(0.9)).prop_map(|(back, right)| Step::Deliver { back, right }),
        4 => (back(), party.clone()).prop_map(|(back, by)| Step::Cancel { back, by }),
        3 => back().prop_map(|back| Step::Expire { back }),
        8 => back().prop_map(|back| Step::Claim { back }),
        12 => (back(), 13u64..=16, verdict()).prop_map(|(back, who, verdict)| Step::Rule { back, who, verdict }),
        4 => (back(), verdict()).prop_map(|(back, verdict)| Step::RuleAll { back, verdict }),
        1 => back().prop_map(|back| Step::Lapse { back }),
        4 => back().prop_map(|back| Step::Settle { back }),
        2 => (back(), party.clone()).prop_map(|(back, by)| Step::Clear { back, by }),
        1 => account().prop_map(|who| Step::Suspend { who }),
        3 => account().prop_map(|who| Step::Reinstate { who }),
        2 => (account(), record()).prop_map(|(who, record)| Step::Revoke { who, record }),
        1 => prop::bool::weighted(0.2).prop_map(|rarely| {
            if rarely { Step::Withdraw { record: SECOND_RECORD } } else { Step::Wait { time: 1 } }
        }),
        1 => (account(), 0..WEALTH).prop_map(|(who, amount)| Step::Spend { who, amount }),
        1 => account().prop_map(|who| Step::SpendAll { who }),
        4 => account().prop_map(|who| Step::Earn { who }),
        1 => (0u32..60, 0u32..60).prop_map(|(retained, fee)| Step::Tune { retained, fee }),
        6 => time.prop_map(|time| Step::Wait { time }),
    ]
}

fn owner(record: RecordId) -> Account {
    Records::get(record).unwrap().owner
}

/// Puts a record on sale.
fn list(record: RecordId, price: Balance) -> DispatchResult {
    Marketplace::list(signed(owner(record)), record, 1, price, Terms::default())
}

fn rule(who: Account, order: OrderId, verdict: Verdict) -> DispatchResult {
    Marketplace::rule(signed(who), order, verdict, Findings::default(), Hash::zero())
}

/// The order so many before the newest.
fn find(back: u64) -> Result<(OrderId, OrderOf<Test>), DispatchError> {
    let id = NextOrder::<Test>::get().checked_sub(back + 1).ok_or(Error::<Test>::NoSuchOrder)?;
    Ok((id, order_of(id).ok_or(Error::<Test>::NoSuchOrder)?))
}

/// Does it, as a transaction would: all or nothing.
fn perform(step: &Step) -> DispatchResult {
    with_storage_layer(|| match *step {
        Step::List { record, price } => list(record, price),
        Step::Reprice { record, price } => Marketplace::reprice(signed(owner(record)), record, price),
        Step::Delist { record } => Marketplace::delist(signed(owner(record)), record),
        Step::Order { who, record } => {
            Marketplace::order(signed(who), record, 1, Balance::MAX, Terms::default(), research())
        }
        Step::Deliver { back, right } => {
            let (id, order) = find(back)?;
            let purpose = SealPurpose::Order(if right { id } else { id + 1 });
            let sealed = seal_for(order.record, order.version, order.buyer, order.buyer, purpose);
            let delivered = Marketplace::deliver(signed(order.seller), id, sealed);
            assert!(right || delivered.is_err(), "a wrong key was accepted");
            delivered
        }
        Step::Cancel { back, by } => {
            let (id, order) = find(back)?;
            let who = if by == Party::Buyer { order.buyer } else { order.seller };
            Marketplace::cancel(signed(who), id)
        }
        Step::Expire { back } => Marketplace::expire(signed(KEEPER), find(back)?.0),
        Step::Claim { back } => {
            let (id, order) = find(back)?;
            Marketplace::claim(signed(order.buyer), id)?;
            seat(id);
            Ok(())
        }
        Step::Rule { back, who, verdict } => rule(who, find(back)?.0, verdict),
        Step::RuleAll { back, verdict } => {
            let (id, _) = find(back)?;
            // Those who have no seat, voted before or come after the decision are refused.
            for who in RULERS {
                let _ = with_storage_layer(|| rule(who, id, verdict));
            }
            Ok(())
        }
        Step::Lapse { back } => lapse(find(back)?.0),
        Step::Settle { back } => Marketplace::settle(signed(KEEPER), find(back)?.0),
        Step::Clear { back, by } => {
            let (id, order) = find(back)?;
            let who = if by == Party::Buyer { order.buyer } else { order.seller };
            Marketplace::clear(signed(who), id)
        }
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
        Step::Earn { who } => Balances::transfer_keep_alive(signed(KEEPER), who, WEALTH / 4),
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

/// Ends every order by the calls that are open to any member once time has passed, and clears it.
fn end_all() {
    set_time(now() + 1_000_000);
    for id in 0..NextOrder::<Test>::get() {
        let Some(order) = order_of(id) else { continue };
        let ended = match order.state {
            OrderState::Open { .. } => Marketplace::expire(signed(KEEPER), id),
            OrderState::Delivered { .. } | OrderState::Claimed { .. } => {
                Marketplace::settle(signed(KEEPER), id)
            }
            _ => Ok(()),
        };
        assert_ok!(ended);
        assert!(!state_of(id).is_open());
        if Grants::contains_key((order.record, order.version, order.buyer)) {
            revoke(order.record, order.version, order.buyer);
        }
        Members::mutate_extant(order.buyer, |member| member.active = true);
        assert_ok!(Marketplace::clear(signed(order.buyer), id));
    }
}

/// Runs the steps and ends every order; tells in which states the orders were found before that.
fn run(steps: &[Step]) -> Vec<OrderState> {
    let mut states = Vec::new();
    // Some of the payees have no account, so that their shares go elsewhere.
    ExtBuilder::default().poor(&[APPROVERS[1], VAULTS[0], CONSORTIUM]).build_and_execute(|| {
        RetainedShare::set(Permill::from_percent(20));
        FeeShare::set(Permill::from_percent(5));
        OrderDeposit::set(70);
        ClaimDeposit::set(33);
        for record in RECORD..=OTHERS_RECORD {
            assert_ok!(list(record, PRICE));
        }
        let issuance = Balances::total_issuance();
        for step in steps {
            let _ = perform(step);
            Marketplace::do_try_state().unwrap();
            assert_eq!(Balances::total_issuance(), issuance, "after {step:?}");
        }
        states.extend((0..NextOrder::<Test>::get()).filter_map(order_of).map(|order| order.state));
        end_all();
        for who in 1..=CONSORTIUM {
            assert_eq!((held(who), bonded(who), deposited(who), Engaged::get(who)), (0, 0, 0, 0));
        }
    });
    states
}

#[test]
fn money_is_neither_made_nor_lost_nor_stuck() {
    let found = RefCell::new(BTreeMap::new());
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&prop::collection::vec(step(), 20..200), |steps| {
            for state in run(&steps) {
                *found.borrow_mut().entry(state.encode()[0]).or_insert(0) += 1;
            }
            Ok(())
        })
        .unwrap();
    let found = found.into_inner();
    assert_eq!(found.len(), 7, "the sequences are too tame to reach every state: {found:?}");
}
