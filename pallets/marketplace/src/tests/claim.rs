use super::*;
use frame_support::storage::with_storage_layer;

#[test]
fn holds_the_bond_and_convenes_others() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        assert_ok!(Marketplace::claim(signed(BUYER), id));

        let rule_by = START + RulingWithin::get();
        assert_event(Event::Claimed { order: id, bond: 1_000, rule_by });
        assert_eq!(state_of(id), OrderState::Claimed { rule_by });
        assert_eq!((held(BUYER), bonded(BUYER)), (2_000, 1_000));
        assert_eq!(free(BUYER), WEALTH - PRICE - 1_000);

        let subject = Subject::Claim { order: id };
        let review = Reviews::get(subject).unwrap();
        assert_eq!(review.holder, BUYER);
        assert_eq!(review.excluded, [11, 12, 13, HOSPITAL, SELLER]);
        let delivered = Grants::get((RECORD, 1, BUYER)).unwrap().sealed.as_commitment();
        assert_eq!(Convened::get(subject), Some((key_of(BUYER).public(), delivered)));
    });
}

#[test]
fn only_the_buyer_claims_and_once() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        assert_noop!(Marketplace::claim(signed(BUYER), id), Error::<Test>::NotDelivered);
        assert_noop!(Marketplace::claim(signed(BUYER), id + 1), Error::<Test>::NoSuchOrder);
        assert_ok!(Marketplace::deliver(signed(SELLER), id, right_key(id)));
        for who in [SELLER, OTHER_BUYER, KEEPER, STRANGER] {
            assert_noop!(Marketplace::claim(signed(who), id), Error::<Test>::NotBuyer);
        }
        assert_ok!(Marketplace::claim(signed(BUYER), id));
        assert_noop!(Marketplace::claim(signed(BUYER), id), Error::<Test>::NotDelivered);
    });
}

#[test]
fn a_suspended_buyer_does_not_claim() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        suspend(BUYER);
        assert_noop!(Marketplace::claim(signed(BUYER), id), Error::<Test>::NotActiveMember);
    });
}

#[test]
fn not_from_the_end_of_the_window_on() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        set_time(START + 2_000);
        assert_noop!(Marketplace::claim(signed(BUYER), id), Error::<Test>::TooLate);
        set_time(START + 1_999);
        assert_ok!(Marketplace::claim(signed(BUYER), id));
    });
}

#[test]
fn the_bond_has_a_lowest_amount() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Marketplace::list(signed(SELLER), RECORD, 1, 100, Terms::default()));
        assert_ok!(Marketplace::order(signed(BUYER), RECORD, 1, 100, Terms::default(), research()));
        assert_ok!(Marketplace::deliver(signed(SELLER), 0, right_key(0)));
        assert_ok!(Marketplace::claim(signed(BUYER), 0));
        assert_eq!(bonded(BUYER), 50);
    });
}

#[test]
fn who_cannot_pay_the_bond_cannot_claim() {
    ExtBuilder::default().build_and_execute(|| {
        put_on_sale();
        let dear = WEALTH - EXISTENTIAL_DEPOSIT;
        assert_ok!(Marketplace::reprice(signed(SELLER), RECORD, dear));
        assert_ok!(Marketplace::order(signed(BUYER), RECORD, 1, dear, Terms::default(), research()));
        assert_ok!(Marketplace::deliver(signed(SELLER), 0, right_key(0)));
        assert_noop!(Marketplace::claim(signed(BUYER), 0), Error::<Test>::FundsUnavailable);
    });
}

#[test]
fn without_a_panel_nothing_happens() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        NoPanels::put(true);
        assert_noop!(
            with_storage_layer(|| Marketplace::claim(signed(BUYER), id)),
            DispatchError::Other("no panel can be convened")
        );
        assert_eq!(bonded(BUYER), 0);
    });
}

#[test]
fn the_panel_sees_what_was_delivered_whatever_was_granted_since() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        let commitment = Grants::get((RECORD, 1, BUYER)).unwrap().sealed.as_commitment();
        revoke(RECORD, 1, BUYER);
        grant_directly(RECORD, 1, BUYER);
        assert_ok!(Marketplace::claim(signed(BUYER), id));
        let (_, convened) = Convened::get(Subject::Claim { order: id }).unwrap();
        assert_eq!(convened, commitment);
    });
}
