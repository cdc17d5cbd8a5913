use super::*;

#[test]
fn pays_the_retained_part_once_the_window_is_over() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        set_time(START + 1_999);
        assert_noop!(Marketplace::settle(signed(KEEPER), id), Error::<Test>::TooEarly);
        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));

        assert_event(Event::Settled { order: id, paid: 2_000 });
        assert_eq!(free(SELLER), WEALTH + PRICE - 500);
        assert_eq!(free(BUYER), WEALTH - PRICE);
        assert_eq!(Notes::get(), [(SELLER, CreditEvent::SaleSettled), (BUYER, CreditEvent::PurchaseSettled)]);
        assert_closed(id, OrderState::Settled);
        assert_noop!(Marketplace::settle(signed(KEEPER), id), Error::<Test>::AlreadyClosed);
    });
}

#[test]
fn only_members_settle_and_only_what_is_delivered() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        set_time(START + 50_000);
        assert_noop!(Marketplace::settle(signed(KEEPER), id), Error::<Test>::NotDelivered);
        assert_noop!(Marketplace::settle(signed(KEEPER), id + 1), Error::<Test>::NoSuchOrder);
        assert_noop!(Marketplace::settle(signed(STRANGER), id), Error::<Test>::NotActiveMember);
    });
}

#[test]
fn pays_a_suspended_seller() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        suspend(SELLER);
        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(BUYER), id));
        assert_eq!(free(SELLER), WEALTH + PRICE - 500);
    });
}

#[test]
fn a_claim_that_nobody_rules_on_ends() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        set_time(START + 1_999);
        assert_ok!(Marketplace::claim(signed(BUYER), id));
        seat(id);
        assert_ok!(Marketplace::rule(signed(14), id, Verdict::Reject, Findings::default(), Hash::zero()));
        set_time(START + 11_998);
        assert_noop!(Marketplace::settle(signed(KEEPER), id), Error::<Test>::TooEarly);
        set_time(START + 11_999);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));

        assert_event(Event::ClaimUnruled { order: id, paid: 2_000, released: 1_000 });
        assert_eq!(free(BUYER), WEALTH - PRICE);
        assert_eq!(free(SELLER), WEALTH + 9_501);
        assert!(Notes::get().is_empty(), "nobody was found to be wrong");
        assert_closed(id, OrderState::Settled);
        let late = Marketplace::rule(signed(15), id, Verdict::Reject, Findings::default(), Hash::zero());
        assert_noop!(late, Error::<Test>::NotClaimed);
        assert!(Reviews::get(Subject::Claim { order: id }).unwrap().ended, "the panel is dissolved");
    });
}

#[test]
fn buying_the_same_again_makes_no_credit() {
    ExtBuilder::default().build_and_execute(|| {
        let terms = Terms { licence: None, duration: Some(1) };
        assert_ok!(Marketplace::list(signed(SELLER), RECORD, 1, PRICE, terms.clone()));
        for id in 0..3 {
            assert_ok!(Marketplace::order(signed(BUYER), RECORD, 1, PRICE, terms.clone(), research()));
            assert_ok!(Marketplace::deliver(signed(SELLER), id, right_key(id)));
            set_time(now() + 2_000);
            assert_ok!(Marketplace::settle(signed(KEEPER), id));
        }
        assert_eq!(Notes::get(), [(SELLER, CreditEvent::SaleSettled), (BUYER, CreditEvent::PurchaseSettled)]);
    });
}

#[test]
fn those_for_whom_one_hospital_answers_make_each_other_no_credit() {
    ExtBuilder::default().build_and_execute(|| {
        Members::mutate_extant(BUYER, |member| member.sponsor = Some(HOSPITAL));
        let id = delivered();
        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));
        assert_eq!(free(SELLER), WEALTH + PRICE - 500);
        assert!(Notes::get().is_empty());
    });
}

#[test]
fn a_hospital_and_those_for_whom_it_answers_make_each_other_no_credit() {
    ExtBuilder::default().build_and_execute(|| {
        Members::mutate_extant(SELLER, |member| member.sponsor = Some(BUYER));
        let id = delivered();
        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));
        assert_closed(id, OrderState::Settled);
        assert!(Notes::get().is_empty(), "a hospital bought its own provider credit");
    });
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        // Who answers for whom may change between order and settlement.
        Members::mutate_extant(BUYER, |member| member.sponsor = Some(SELLER));
        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));
        assert!(Notes::get().is_empty(), "a seller became the buyer's hospital and was credited");
    });
}
