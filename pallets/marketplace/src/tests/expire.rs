use super::*;

#[test]
fn refunds_the_buyer_from_the_deadline_on() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        set_time(START + 999);
        assert_noop!(Marketplace::expire(signed(KEEPER), id), Error::<Test>::TooEarly);
        set_time(START + 1_000);
        assert_ok!(Marketplace::expire(signed(KEEPER), id));

        assert_event(Event::Expired { order: id, refunded: PRICE });
        assert_eq!(free(BUYER), WEALTH);
        assert_eq!(Notes::get(), [(SELLER, CreditEvent::DeliveryMissed)]);
        assert_closed(id, OrderState::Expired);
        assert_noop!(Marketplace::expire(signed(KEEPER), id), Error::<Test>::NotOpen);
    });
}

#[test]
fn only_members_expire_and_only_what_waits_for_delivery() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        set_time(START + 1_000);
        assert_noop!(Marketplace::expire(signed(STRANGER), id), Error::<Test>::NotActiveMember);
        assert_noop!(Marketplace::expire(signed(KEEPER), id), Error::<Test>::NotOpen);
        assert_noop!(Marketplace::expire(signed(KEEPER), id + 1), Error::<Test>::NoSuchOrder);
        suspend(KEEPER);
        assert_noop!(Marketplace::expire(signed(KEEPER), id), Error::<Test>::NotActiveMember);
    });
}

#[test]
fn refunds_a_suspended_buyer() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        suspend(BUYER);
        suspend(SELLER);
        set_time(START + 1_000);
        assert_ok!(Marketplace::expire(signed(KEEPER), id));
        assert_eq!(free(BUYER), WEALTH);
        assert!(Notes::get().is_empty(), "nobody could have delivered to a suspended buyer");
    });
}

#[test]
fn a_buyer_who_got_the_key_another_way_does_not_cost_the_seller_credit() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        grant_directly(RECORD, 1, BUYER);
        set_time(START + 1_000);
        assert_ok!(Marketplace::expire(signed(KEEPER), id));
        assert_eq!(free(BUYER), WEALTH);
        assert!(Notes::get().is_empty());
    });
}
