use super::*;
use medshare_traits::Market;

#[test]
fn puts_an_approved_version_on_sale() {
    ExtBuilder::default().build_and_execute(|| {
        let terms = Terms { licence: Some(Hash::repeat_byte(1)), duration: Some(5) };
        assert_ok!(Marketplace::list(signed(SELLER), RECORD, 1, PRICE, terms.clone()));

        let listing = Listing { version: 1, seller: SELLER, price: PRICE, terms, since: START };
        assert_eq!(Marketplace::listing(RECORD), Some(listing));
        assert_event(Event::Listed { record: RECORD, version: 1, seller: SELLER, price: PRICE });
        assert!(Marketplace::is_listed(RECORD, 1));
        assert!(!Marketplace::is_listed(RECORD, 2));
        assert!(!Marketplace::is_listed(SECOND_RECORD, 1));
    });
}

#[test]
fn only_the_owner_lists() {
    ExtBuilder::default().build_and_execute(|| {
        let list = |who| Marketplace::list(signed(who), RECORD, 1, PRICE, Terms::default());
        assert_noop!(list(OTHER_SELLER), Error::<Test>::NotOwner);
        assert_noop!(list(BUYER), DispatchError::BadOrigin);
        assert_noop!(list(STRANGER), DispatchError::BadOrigin);
        assert_noop!(
            Marketplace::list(RuntimeOrigin::root(), RECORD, 1, PRICE, Terms::default()),
            DispatchError::BadOrigin
        );
        suspend(SELLER);
        assert_noop!(list(SELLER), DispatchError::BadOrigin);
    });
}

#[test]
fn only_what_is_tradable_is_listed() {
    ExtBuilder::default().build_and_execute(|| {
        let list =
            |record, version| Marketplace::list(signed(SELLER), record, version, PRICE, Terms::default());
        assert_noop!(list(77, 1), Error::<Test>::NoSuchRecord);
        assert_noop!(list(RECORD, 3), Error::<Test>::NotTradable);
        Versions::mutate_extant((RECORD, 2), |version| version.status = VersionStatus::Pending);
        assert_noop!(list(RECORD, 2), Error::<Test>::NotTradable);
        withdraw(RECORD);
        assert_noop!(list(RECORD, 1), Error::<Test>::NotTradable);
    });
}

#[test]
fn a_record_is_listed_once() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        let again = Marketplace::list(signed(SELLER), RECORD, 2, PRICE, Terms::default());
        assert_noop!(again, Error::<Test>::AlreadyListed);
    });
}

#[test]
fn refuses_prices_of_which_a_part_could_not_be_paid() {
    ExtBuilder::default().build_and_execute(|| {
        let list = |price| Marketplace::list(signed(SELLER), RECORD, 1, price, Terms::default());
        assert_noop!(list(0), Error::<Test>::PriceTooLow);
        assert_noop!(list(99), Error::<Test>::PriceTooLow);
        RetainedShare::set(Permill::from_percent(9));
        assert_noop!(list(100), Error::<Test>::PriceTooLow);
        RetainedShare::set(Permill::from_percent(10));
        assert_ok!(list(100));
    });
}

#[test]
fn refuses_terms_that_give_no_time() {
    ExtBuilder::default().build_and_execute(|| {
        let terms = Terms { licence: None, duration: Some(0) };
        assert_noop!(Marketplace::list(signed(SELLER), RECORD, 1, PRICE, terms), Error::<Test>::NoDuration);
    });
}
