use super::*;
use crate::types::FeeParts;
use frame_support::traits::{Hooks, LockableCurrency, WithdrawReasons};

#[test]
fn the_fee_is_split_to_the_last_unit() {
    ExtBuilder::default().build_and_execute(|| {
        delivered();
        // 10 001 less 2 000 retained; a fee of 500: 200 in thirds, 150 in halves, the rest.
        assert_eq!(APPROVERS.map(free), [WEALTH + 66; 3]);
        assert_eq!(VAULTS.map(free), [WEALTH + 75; 2]);
        assert_eq!(free(CONSORTIUM), WEALTH + 152);
        assert_eq!(free(SELLER), WEALTH + 7_501);
        assert_eq!(free(BUYER) + held(BUYER), WEALTH - 3 * 66 - 2 * 75 - 152 - 7_501);
    });
}

#[test]
fn the_parts_of_a_fee_are_the_fee() {
    let split = FeeSplit { auditors: Permill::from_percent(40), vaults: Permill::from_percent(30) };
    let whole = FeeSplit { auditors: Permill::from_percent(60), vaults: Permill::from_percent(40) };
    assert_eq!(split.divide(500, 3, 2), FeeParts { auditor: 66, vault: 75, consortium: 152 });
    assert_eq!(split.divide(500, 0, 2), FeeParts { auditor: 0, vault: 75, consortium: 350 });
    assert_eq!(split.divide(500, 3, 0), FeeParts { auditor: 66, vault: 0, consortium: 302 });
    assert_eq!(whole.divide(101, 5, 4), FeeParts { auditor: 12, vault: 10, consortium: 1 });
    assert_eq!(split.divide(0, 3, 2), FeeParts { auditor: 0, vault: 0, consortium: 0 });
    for fee in [1, 7, 999, Balance::MAX] {
        for (auditors, vaults) in [(0, 0), (1, 1), (3, 2), (5, 4)] {
            let parts = split.divide(fee, auditors, vaults);
            let paid = parts.auditor * auditors as Balance + parts.vault * vaults as Balance;
            assert_eq!(paid + parts.consortium, fee);
        }
    }
}

#[test]
fn a_split_that_promises_too_much_gives_no_more_than_the_fee() {
    let split = FeeSplit { auditors: Permill::from_percent(80), vaults: Permill::from_percent(80) };
    assert!(!split.is_valid());
    assert_eq!(split.divide(100, 1, 1), FeeParts { auditor: 80, vault: 20, consortium: 0 });
}

#[test]
fn one_vault_with_two_blobs_is_one_vault() {
    ExtBuilder::default().build_and_execute(|| {
        Versions::mutate_extant((RECORD, 1), |version| {
            let [a, b] = VAULTS;
            let locators = [a, b, a].map(|vault| Locator { vault, blob: Hash::zero() });
            version.content.locators = locators.to_vec().try_into().unwrap();
        });
        delivered();
        assert_eq!(VAULTS.map(free), [WEALTH + 75; 2]);
    });
}

#[test]
fn fee_and_retained_part_are_the_whole_price_at_most() {
    ExtBuilder::default().build_and_execute(|| {
        FeeShare::set(Permill::from_percent(90));
        let id = ordered();
        assert_ok!(Marketplace::deliver(signed(SELLER), id, right_key(id)));
        assert_eq!(free(SELLER), WEALTH);
        assert_eq!(held(BUYER), 2_000);
    });
}

#[test]
fn an_order_keeps_the_fee_the_window_and_the_vaults_with_which_it_was_placed() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        FeeShare::set(Permill::from_percent(90));
        Tiers::insert(SELLER, Benefits { claim_window: 1, ..STANDARD });
        // The owner says that the ciphertext is at a vault of its own, just for the moment of the payment.
        Versions::mutate_extant((RECORD, 1), |version| {
            let locators = vec![Locator { vault: SELLER, blob: Hash::zero() }];
            version.content.locators = locators.try_into().unwrap();
        });
        assert_ok!(Marketplace::deliver(signed(SELLER), id, right_key(id)));
        assert_eq!(state_of(id), OrderState::Delivered { settles_at: START + 2_000 });
        assert_eq!((free(SELLER), VAULTS.map(free)), (WEALTH + 7_501, [WEALTH + 75; 2]));
    });
}

#[test]
fn nothing_retained_means_all_is_paid_at_once() {
    ExtBuilder::default().build_and_execute(|| {
        RetainedShare::set(Permill::zero());
        let id = delivered();
        assert_eq!((held(BUYER), free(SELLER)), (0, WEALTH + PRICE - 500));
        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));
        assert_closed(id, OrderState::Settled);
    });
}

#[test]
fn shares_too_small_for_an_account_go_to_the_consortium() {
    let poor = [APPROVERS[0], VAULTS[0]];
    ExtBuilder::default().poor(&poor).build_and_execute(|| {
        assert_ok!(Marketplace::list(signed(SELLER), RECORD, 1, 300, Terms::default()));
        assert_ok!(Marketplace::order(signed(BUYER), RECORD, 1, 300, Terms::default(), research()));
        assert_ok!(Marketplace::deliver(signed(SELLER), 0, right_key(0)));
        // A fee of 15: 6 in thirds, 4 in halves, and 5. One third and one half cannot make an account.
        assert_eq!(APPROVERS.map(free), [0, WEALTH + 2, WEALTH + 2]);
        assert_eq!(VAULTS.map(free), [0, WEALTH + 2]);
        assert_eq!(free(CONSORTIUM), WEALTH + 5 + 2 + 2);
        assert_eq!(free(SELLER), WEALTH + 225);
        assert_eq!(held(BUYER), 60);
    });
}

#[test]
fn what_nobody_can_accept_stays_with_the_buyer() {
    let poor = [APPROVERS[0], APPROVERS[1], APPROVERS[2], VAULTS[0], VAULTS[1], CONSORTIUM];
    ExtBuilder::default().poor(&poor).build_and_execute(|| {
        assert_ok!(Marketplace::list(signed(SELLER), RECORD, 1, 300, Terms::default()));
        assert_ok!(Marketplace::order(signed(BUYER), RECORD, 1, 300, Terms::default(), research()));
        assert_ok!(Marketplace::deliver(signed(SELLER), 0, right_key(0)));
        assert_eq!(free(BUYER), WEALTH - 300 + 15);
        assert_eq!(free(SELLER), WEALTH + 225);
        assert_eq!(held(BUYER), 60);
    });
}

#[test]
fn a_seller_without_money_is_paid() {
    ExtBuilder::default().poor(&[SELLER]).build_and_execute(|| {
        let id = delivered();
        assert_eq!(free(SELLER), 7_501);
        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));
        assert_eq!(free(SELLER), 9_501);
    });
}

#[test]
fn a_buyer_cannot_freeze_what_it_owes() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        Balances::set_lock(*b"hideaway", &BUYER, Balance::MAX, WithdrawReasons::all());
        assert_ok!(Marketplace::deliver(signed(SELLER), id, right_key(id)));
        assert_eq!(free(SELLER), WEALTH + 7_501);
        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));
        assert_eq!(free(SELLER), WEALTH + 9_501);
    });
}

#[test]
fn a_buyer_cannot_order_with_frozen_money() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        Balances::set_lock(*b"hideaway", &BUYER, WEALTH, WithdrawReasons::all());
        assert_noop!(
            Marketplace::order(signed(BUYER), RECORD, 1, PRICE, Terms::default(), research()),
            Error::<Test>::FundsUnavailable
        );
    });
}

#[test]
fn a_buyer_who_is_the_vault_gets_its_share() {
    ExtBuilder::default().build_and_execute(|| {
        Versions::mutate_extant((RECORD, 1), |version| {
            let locators = vec![Locator { vault: BUYER, blob: Hash::zero() }];
            version.content.locators = locators.try_into().unwrap();
        });
        delivered();
        assert_eq!(free(BUYER), WEALTH - PRICE + 150);
        assert_eq!(held(BUYER), 2_000);
    });
}

#[test]
fn the_parameters_fit_together() {
    ExtBuilder::default().build_and_execute(Marketplace::integrity_test);
}

#[test]
#[should_panic = "RetainedShare and FeeShare together exceed the price"]
fn shares_above_the_price_are_noticed() {
    ExtBuilder::default().build_and_execute(|| {
        FeeShare::set(Permill::from_percent(81));
        Marketplace::integrity_test();
    });
}

#[test]
#[should_panic = "FeeSplit gives away more than the fee"]
fn a_split_above_the_fee_is_noticed() {
    ExtBuilder::default().build_and_execute(|| {
        Split::set(FeeSplit { auditors: Permill::from_percent(71), vaults: Permill::from_percent(30) });
        Marketplace::integrity_test();
    });
}
