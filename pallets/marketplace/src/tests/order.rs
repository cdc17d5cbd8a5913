use super::*;
use medshare_traits::Market;

fn order(who: Account) -> frame_support::dispatch::DispatchResult {
    Marketplace::order(signed(who), RECORD, 1, PRICE, Terms::default(), research())
}

#[test]
fn holds_the_price_and_fixes_everything() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        assert_ok!(Marketplace::order(signed(BUYER), RECORD, 1, PRICE + 1, Terms::default(), research()));

        let placed = Order {
            record: RECORD,
            version: 1,
            buyer: BUYER,
            buyer_key: key_of(BUYER).public(),
            seller: SELLER,
            price: PRICE,
            retained: 2_000,
            fee: 500,
            bond: 0,
            purpose: research(),
            terms: Terms::default(),
            placed: START,
            deliver_by: START + 1_000,
            claim_window: 2_000,
            vaults: VAULTS.to_vec().try_into().unwrap(),
            state: OrderState::Open { cancel: None },
        };
        assert_eq!(Marketplace::order_of(0), Some(placed));
        assert_event(Event::Ordered {
            order: 0,
            record: RECORD,
            version: 1,
            buyer: BUYER,
            seller: SELLER,
            price: PRICE,
            deliver_by: START + 1_000,
        });
        assert_eq!(free(BUYER), WEALTH - PRICE);
        assert_eq!(held(BUYER), PRICE);
        assert_eq!((Engaged::get(BUYER), Engaged::get(SELLER)), (1, 1));
        assert!(Marketplace::is_open(0));
        assert!(!Marketplace::is_open(1));
    });
}

#[test]
fn only_an_active_buyer_orders() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        assert_noop!(order(KEEPER), DispatchError::BadOrigin);
        assert_noop!(order(STRANGER), DispatchError::BadOrigin);
        suspend(BUYER);
        assert_noop!(order(BUYER), DispatchError::BadOrigin);
    });
}

#[test]
fn nobody_orders_its_own_record() {
    ExtBuilder::default().build_and_execute(|| {
        let terms = Terms::default();
        assert_ok!(Marketplace::list(signed(OTHER_SELLER), OTHERS_RECORD, 1, PRICE, terms.clone()));
        assert_noop!(
            Marketplace::order(signed(OTHER_SELLER), OTHERS_RECORD, 1, PRICE, terms, research()),
            Error::<Test>::OwnRecord
        );
    });
}

#[test]
fn only_what_is_listed_is_ordered() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(order(BUYER), Error::<Test>::NotListed);
        put_on_sale();
        assert_noop!(
            Marketplace::order(signed(BUYER), RECORD, 2, PRICE, Terms::default(), research()),
            Error::<Test>::OtherVersionListed
        );
        Versions::mutate_extant((RECORD, 1), |version| version.status = VersionStatus::Rejected);
        assert_noop!(order(BUYER), Error::<Test>::NotTradable);
        Versions::mutate_extant((RECORD, 1), |version| version.status = VersionStatus::Approved);
        suspend(SELLER);
        assert_noop!(order(BUYER), Error::<Test>::SellerNotActive);
        withdraw(RECORD);
        assert_noop!(order(BUYER), Error::<Test>::NotListed);
    });
}

#[test]
fn a_price_raised_before_the_order_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        assert_ok!(Marketplace::reprice(signed(SELLER), RECORD, PRICE + 1));
        assert_noop!(order(BUYER), Error::<Test>::PriceRaised);
        assert_ok!(Marketplace::reprice(signed(SELLER), RECORD, PRICE - 1));
        assert_ok!(order(BUYER));
        assert_eq!(held(BUYER), PRICE - 1);
    });
}

#[test]
fn terms_changed_before_the_order_are_refused() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        assert_ok!(Marketplace::delist(signed(SELLER), RECORD));
        let shorter = Terms { licence: None, duration: Some(1) };
        assert_ok!(Marketplace::list(signed(SELLER), RECORD, 1, PRICE, shorter));
        assert_noop!(order(BUYER), Error::<Test>::TermsChanged);
    });
}

#[test]
fn a_purpose_outside_the_policy_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        let order = |purpose| Marketplace::order(signed(BUYER), RECORD, 1, PRICE, Terms::default(), purpose);
        assert_noop!(order(Purpose::new(Use::Other)), Error::<Test>::PurposeNotPermitted);
        assert_noop!(order(Purpose::new(Use::ClinicalCare)), Error::<Test>::PurposeNotPermitted);
        tighten(RECORD);
        assert_noop!(order(research()), Error::<Test>::PurposeNotPermitted);
    });
}

#[test]
fn an_auditor_of_the_version_does_not_buy_it() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        assert_noop!(order(APPROVERS[0]), Error::<Test>::ConflictOfInterest);

        let review = MockReview { seats: RULERS.to_vec(), ..Default::default() };
        Reviews::insert(Subject::Record { record: RECORD, version: 1 }, review);
        assert_noop!(order(RULERS[0]), Error::<Test>::ConflictOfInterest);
        Reviews::remove(Subject::Record { record: RECORD, version: 1 });
        assert_ok!(order(RULERS[0]));
    });
}

#[test]
fn the_same_thing_is_not_ordered_twice() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        assert_noop!(order(BUYER), Error::<Test>::AlreadyOrdered);
        assert_ok!(order(OTHER_BUYER));

        assert_ok!(Marketplace::deliver(signed(SELLER), id, right_key(id)));
        assert_noop!(order(BUYER), Error::<Test>::AlreadyGranted);
        revoke(RECORD, 1, BUYER);
        assert_noop!(order(BUYER), Error::<Test>::AlreadyOrdered);

        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));
        assert_ok!(order(BUYER));
    });
}

#[test]
fn who_holds_a_grant_need_not_buy() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        grant_directly(RECORD, 1, BUYER);
        assert_noop!(order(BUYER), Error::<Test>::AlreadyGranted);
        revoke(RECORD, 1, BUYER);
        assert_ok!(order(BUYER));
    });
}

#[test]
fn credit_limits_the_open_orders() {
    ExtBuilder::default().build_and_execute(|| {
        Tiers::insert(BUYER, Benefits { max_open_orders: 1, ..STANDARD });
        let terms = Terms::default();
        assert_ok!(Marketplace::list(signed(SELLER), SECOND_RECORD, 1, PRICE, terms.clone()));
        let id = ordered();
        let second =
            || Marketplace::order(signed(BUYER), SECOND_RECORD, 1, PRICE, Terms::default(), research());
        assert_noop!(second(), Error::<Test>::TooManyOpenOrders);

        set_time(START + 1_000);
        assert_ok!(Marketplace::expire(signed(KEEPER), id));
        assert_ok!(second());
    });
}

#[test]
fn the_buyer_keeps_what_its_account_lives_on() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        let dear = WEALTH - EXISTENTIAL_DEPOSIT;
        assert_ok!(Marketplace::reprice(signed(SELLER), RECORD, dear + 1));
        let order = || Marketplace::order(signed(BUYER), RECORD, 1, WEALTH, Terms::default(), research());
        assert_noop!(order(), Error::<Test>::FundsUnavailable);
        assert_ok!(Marketplace::reprice(signed(SELLER), RECORD, dear));
        assert_ok!(order());
        assert_eq!(free(BUYER), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn numbers_run_out_before_they_repeat() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        crate::NextOrder::<Test>::put(OrderId::MAX);
        assert_noop!(order(BUYER), Error::<Test>::TooManyOrders);
    });
}

#[test]
fn nobody_buys_from_its_own_sponsor_who_could_keep_it_from_claiming() {
    ExtBuilder::default().build_and_execute(|| {
        Members::mutate_extant(BUYER, |member| member.sponsor = Some(SELLER));
        put_on_sale();
        assert_noop!(order(BUYER), Error::<Test>::ConflictOfInterest);
    });
}

#[test]
fn all_but_the_fee_of_a_restricted_seller_is_retained() {
    ExtBuilder::default().build_and_execute(|| {
        Restricted::insert(SELLER, ());
        let id = delivered();
        assert_eq!(free(SELLER), WEALTH, "nothing is paid at delivery");
        assert_eq!(held(BUYER), PRICE - 500);
        let order = order_of(id).unwrap();
        assert_eq!((order.retained, order.fee), (PRICE - 500, 500));

        // A claim that is right gives the buyer all of it back.
        assert_ok!(Marketplace::claim(signed(BUYER), id));
        seat(id);
        for auditor in [14, 15] {
            let findings = Findings::try_from(std::collections::BTreeSet::from([Finding::Other])).unwrap();
            assert_ok!(Marketplace::rule(signed(auditor), id, Verdict::Reject, findings, Hash::zero()));
        }
        assert_eq!((free(SELLER), free(BUYER)), (WEALTH, WEALTH - 500));
    });
}

#[test]
fn an_order_keeps_what_is_retained_whatever_becomes_of_the_sellers_credit() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        Restricted::insert(SELLER, ());
        assert_ok!(Marketplace::deliver(signed(SELLER), id, right_key(id)));
        assert_eq!(held(BUYER), 2_000);
    });
}
