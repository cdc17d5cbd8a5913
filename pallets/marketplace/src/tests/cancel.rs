use super::*;

#[test]
fn both_parties_together_refund_the_buyer() {
    for (first, second, by) in [(BUYER, SELLER, Party::Buyer), (SELLER, BUYER, Party::Seller)] {
        ExtBuilder::default().build_and_execute(|| {
            let id = ordered();
            assert_ok!(Marketplace::cancel(signed(first), id));
            assert_event(Event::CancellationProposed { order: id, by });
            assert_eq!(state_of(id), OrderState::Open { cancel: Some(by) });
            assert_eq!(held(BUYER), PRICE);

            assert_ok!(Marketplace::cancel(signed(second), id));
            assert_event(Event::Cancelled { order: id, refunded: PRICE });
            assert_eq!((free(BUYER), free(SELLER)), (WEALTH, WEALTH));
            assert_closed(id, OrderState::Cancelled);
            assert!(Notes::get().is_empty(), "to agree costs nobody credit");
        });
    }
}

#[test]
fn nobody_cancels_alone() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        for who in [KEEPER, OTHER_BUYER, STRANGER] {
            assert_noop!(Marketplace::cancel(signed(who), id), Error::<Test>::NotParty);
        }
        assert_noop!(Marketplace::cancel(signed(BUYER), id + 1), Error::<Test>::NoSuchOrder);
        assert_ok!(Marketplace::cancel(signed(BUYER), id));
        assert_noop!(Marketplace::cancel(signed(BUYER), id), Error::<Test>::AlreadyProposed);
        suspend(SELLER);
        assert_noop!(Marketplace::cancel(signed(SELLER), id), Error::<Test>::NotActiveMember);
    });
}

#[test]
fn what_is_over_is_not_cancelled() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        set_time(START + 1_000);
        assert_ok!(Marketplace::expire(signed(KEEPER), id));
        assert_noop!(Marketplace::cancel(signed(BUYER), id), Error::<Test>::NotOpen);
    });
}

#[test]
fn the_parties_may_agree_past_the_deadline() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        set_time(START + 5_000);
        assert_ok!(Marketplace::cancel(signed(SELLER), id));
        assert_ok!(Marketplace::cancel(signed(BUYER), id));
        assert_closed(id, OrderState::Cancelled);
    });
}
