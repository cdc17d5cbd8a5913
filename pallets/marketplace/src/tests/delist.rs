use super::*;
use medshare_traits::Market;

#[test]
fn takes_a_record_off_while_orders_go_on() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        assert_ok!(Marketplace::delist(signed(SELLER), RECORD));

        assert_event(Event::Delisted { record: RECORD });
        assert_eq!(Marketplace::listing(RECORD), None);
        assert_ok!(Marketplace::deliver(signed(SELLER), id, right_key(id)));
    });
}

#[test]
fn only_the_seller_delists() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Marketplace::delist(signed(SELLER), RECORD), Error::<Test>::NotListed);
        put_on_sale();
        assert_noop!(Marketplace::delist(signed(OTHER_SELLER), RECORD), Error::<Test>::NotOwner);
        assert_noop!(Marketplace::delist(signed(STRANGER), RECORD), Error::<Test>::NotOwner);
    });
}

#[test]
fn a_withdrawn_record_is_taken_off() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        withdraw(RECORD);
        assert_event(Event::Delisted { record: RECORD });
        assert!(!Marketplace::is_listed(RECORD, 1));

        System::reset_events();
        <Marketplace as Market>::delist(RECORD);
        assert!(System::events().is_empty(), "there was nothing to take off");
    });
}
