use super::*;

const DEPOSIT: Balance = 70;
const FOR_CLAIM: Balance = 33;

/// With deposits.
fn with_deposits(test: impl FnOnce()) {
    ExtBuilder::default().build_and_execute(|| {
        OrderDeposit::set(DEPOSIT);
        ClaimDeposit::set(FOR_CLAIM);
        test();
        OrderDeposit::set(0);
        ClaimDeposit::set(0);
    });
}

fn settled() -> OrderId {
    let id = delivered();
    set_time(START + 2_000);
    assert_ok!(Marketplace::settle(signed(KEEPER), id));
    id
}

#[test]
fn an_order_costs_a_deposit_until_it_is_cleared() {
    for party in [BUYER, SELLER] {
        with_deposits(|| {
            let id = settled();
            assert_eq!(deposited(BUYER), DEPOSIT, "it stays on hold when the order is over");
            assert_eq!(free(BUYER), WEALTH - PRICE - DEPOSIT);
            revoke(RECORD, 1, BUYER);

            assert_ok!(Marketplace::clear(signed(party), id));
            assert_event(Event::Cleared { order: id, released: DEPOSIT });
            assert_eq!((deposited(BUYER), free(BUYER)), (0, WEALTH - PRICE));
            assert_eq!(order_of(id), None);
            assert_eq!(Grants::get((RECORD, 1, BUYER)), None, "the grant goes with the order");
            for party in [BUYER, SELLER] {
                assert!(Marketplace::orders_of(&party, None, 10).is_empty());
            }
            assert_noop!(Marketplace::clear(signed(party), id), Error::<Test>::NoSuchOrder);
        });
    }
}

#[test]
fn an_order_that_came_to_nothing_is_cleared_at_once() {
    with_deposits(|| {
        let id = ordered();
        assert_ok!(Marketplace::cancel(signed(BUYER), id));
        assert_ok!(Marketplace::cancel(signed(SELLER), id));
        assert_ok!(Marketplace::clear(signed(BUYER), id));
        assert_eq!(free(BUYER), WEALTH);
    });
}

#[test]
fn an_open_order_is_not_cleared() {
    with_deposits(|| {
        let id = ordered();
        assert_noop!(Marketplace::clear(signed(BUYER), id), Error::<Test>::StillOpen);
        assert_ok!(Marketplace::deliver(signed(SELLER), id, right_key(id)));
        assert_noop!(Marketplace::clear(signed(BUYER), id), Error::<Test>::StillOpen);
        assert_ok!(Marketplace::claim(signed(BUYER), id));
        assert_noop!(Marketplace::clear(signed(BUYER), id), Error::<Test>::StillOpen);
        assert_eq!(deposited(BUYER), DEPOSIT + FOR_CLAIM);
    });
}

#[test]
fn a_grant_in_force_keeps_its_order() {
    with_deposits(|| {
        let id = settled();
        for party in [BUYER, SELLER] {
            assert_noop!(Marketplace::clear(signed(party), id), Error::<Test>::GrantInForce);
        }
    });
}

#[test]
fn a_grant_that_does_not_rest_on_the_order_stays() {
    with_deposits(|| {
        let id = settled();
        revoke(RECORD, 1, BUYER);
        grant_directly(RECORD, 1, BUYER);
        assert_ok!(Marketplace::clear(signed(BUYER), id));
        assert!(Grants::contains_key((RECORD, 1, BUYER)));
    });
}

#[test]
fn a_claim_costs_a_deposit_for_its_review() {
    with_deposits(|| {
        let id = claimed();
        for auditor in RULERS {
            let _ =
                Marketplace::rule(signed(auditor), id, Verdict::Approve, Findings::default(), Hash::zero());
        }
        assert_eq!(state_of(id), OrderState::Settled);
        assert!(
            Reviews::contains_key(Subject::Claim { order: id }),
            "it can be read until the order is cleared"
        );
        revoke(RECORD, 1, BUYER);
        assert_ok!(Marketplace::clear(signed(BUYER), id));
        assert_event(Event::Cleared { order: id, released: DEPOSIT + FOR_CLAIM });
        assert!(!Reviews::contains_key(Subject::Claim { order: id }));
        assert!(
            Reviews::contains_key(Subject::Record { record: RECORD, version: 1 }),
            "who approved the version is known as long as it is there"
        );
    });
}

#[test]
fn others_clear_only_for_a_buyer_who_is_gone() {
    with_deposits(|| {
        let id = settled();
        revoke(RECORD, 1, BUYER);
        for who in [KEEPER, OTHER_BUYER] {
            assert_noop!(Marketplace::clear(signed(who), id), Error::<Test>::NotParty);
        }
        suspend(BUYER);
        assert_noop!(Marketplace::clear(signed(KEEPER), id), Error::<Test>::NotParty);
        assert_noop!(Marketplace::clear(signed(BUYER), id), Error::<Test>::NotActiveMember);
        Members::remove(BUYER);
        assert_noop!(Marketplace::clear(signed(STRANGER), id), Error::<Test>::NotActiveMember);
        assert_ok!(Marketplace::clear(signed(KEEPER), id));
        assert_eq!(free(BUYER), WEALTH - PRICE, "the deposit is the buyer's, whoever clears");
    });
}

#[test]
fn who_cannot_pay_the_deposit_cannot_order() {
    ExtBuilder::default().build_and_execute(|| {
        OrderDeposit::set(WEALTH);
        put_on_sale();
        assert_noop!(
            Marketplace::order(signed(BUYER), RECORD, 1, PRICE, Terms::default(), research()),
            Error::<Test>::FundsUnavailable
        );
        OrderDeposit::set(0);
    });
}

#[test]
fn a_deposit_that_was_changed_is_released_as_it_was_held() {
    with_deposits(|| {
        let id = ordered();
        OrderDeposit::set(1);
        set_time(START + 1_000);
        assert_ok!(Marketplace::expire(signed(KEEPER), id));
        assert_ok!(Marketplace::clear(signed(SELLER), id));
        assert_eq!((deposited(BUYER), free(BUYER)), (0, WEALTH));
    });
}
