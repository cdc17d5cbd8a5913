use super::*;

#[test]
fn changes_the_price_for_later_orders_only() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        assert_ok!(Marketplace::reprice(signed(SELLER), RECORD, 500));

        assert_event(Event::Repriced { record: RECORD, price: 500 });
        assert_eq!(Marketplace::listing(RECORD).unwrap().price, 500);
        assert_eq!(order_of(id).unwrap().price, PRICE);
        assert_eq!(held(BUYER), PRICE);
    });
}

#[test]
fn only_the_seller_reprices() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Marketplace::reprice(signed(SELLER), RECORD, 500), Error::<Test>::NotListed);
        put_on_sale();
        assert_noop!(Marketplace::reprice(signed(OTHER_SELLER), RECORD, 500), Error::<Test>::NotOwner);
        assert_noop!(Marketplace::reprice(signed(BUYER), RECORD, 500), DispatchError::BadOrigin);
        assert_noop!(Marketplace::reprice(signed(SELLER), RECORD, 99), Error::<Test>::PriceTooLow);
        suspend(SELLER);
        assert_noop!(Marketplace::reprice(signed(SELLER), RECORD, 500), DispatchError::BadOrigin);
    });
}
