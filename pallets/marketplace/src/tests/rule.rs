use super::*;
use frame_support::dispatch::DispatchResult;
use medshare_traits::{OnVerdict, Outcome};

fn rule(who: Account, id: OrderId, verdict: Verdict) -> DispatchResult {
    rule_for(who, id, verdict, Finding::FalseDescriptor)
}

fn rule_for(who: Account, id: OrderId, verdict: Verdict, finding: Finding) -> DispatchResult {
    let mut findings = Findings::default();
    if verdict == Verdict::Reject {
        findings.try_insert(finding).expect("there is room");
    }
    Marketplace::rule(signed(who), id, verdict, findings, Hash::zero())
}

/// Orders again what the market's terms allow for a moment only, and claims.
fn claimed_again(buyer: Account) -> OrderId {
    let id = crate::NextOrder::<Test>::get();
    Marketplace::order(signed(buyer), RECORD, 1, PRICE, Terms::default(), research()).unwrap();
    Marketplace::deliver(signed(SELLER), id, right_key(id)).unwrap();
    Marketplace::claim(signed(buyer), id).unwrap();
    seat(id);
    id
}

#[test]
fn a_right_claim_refunds_the_buyer() {
    ExtBuilder::default().build_and_execute(|| {
        let id = claimed();
        assert_ok!(rule(14, id, Verdict::Reject));
        assert!(matches!(state_of(id), OrderState::Claimed { .. }));
        assert_ok!(rule(15, id, Verdict::Reject));

        assert_event(Event::ClaimUpheld { order: id, refunded: 3_000 });
        assert_eq!(free(BUYER), WEALTH - PRICE + 2_000);
        assert_eq!(free(SELLER), WEALTH + 7_501);
        assert_closed(id, OrderState::Refunded);
        let overturned = APPROVERS.map(|who| (who, CreditEvent::AuditOverturned));
        let notes = [&[(SELLER, CreditEvent::ClaimLost)], &overturned[..]].concat();
        assert_eq!(Notes::get(), notes);
    });
}

#[test]
fn a_wrong_claim_costs_the_bond() {
    ExtBuilder::default().build_and_execute(|| {
        let id = claimed();
        let before = [14, 15, 16, CONSORTIUM].map(free);
        assert_ok!(rule(14, id, Verdict::Approve));
        assert_ok!(rule(15, id, Verdict::Reject));
        assert_ok!(rule(16, id, Verdict::Approve));

        assert_event(Event::ClaimRefused { order: id, paid: 2_000, forfeited: 1_000 });
        assert_eq!(free(BUYER), WEALTH - PRICE - 1_000);
        assert_eq!(free(SELLER), WEALTH + 9_501);
        // Those who rule earn the same by either ruling: nothing of the bond.
        let after = [14, 15, 16, CONSORTIUM].map(free);
        assert_eq!(after, [before[0], before[1], before[2], before[3] + 1_000]);
        assert_eq!(Notes::get(), [(BUYER, CreditEvent::ClaimRefused), (SELLER, CreditEvent::SaleSettled)]);
        assert_closed(id, OrderState::Settled);
    });
}

#[test]
fn what_was_proven_false_is_not_sold_any_more() {
    ExtBuilder::default().build_and_execute(|| {
        let waiting = {
            let id = claimed();
            assert_ok!(Marketplace::order(
                signed(OTHER_BUYER),
                RECORD,
                1,
                PRICE,
                Terms::default(),
                research()
            ));
            assert_ok!(rule(14, id, Verdict::Reject));
            assert_ok!(rule(15, id, Verdict::Reject));
            id + 1
        };
        assert_eq!(Marketplace::listing(RECORD), None);
        assert_noop!(
            Marketplace::list(signed(SELLER), RECORD, 1, PRICE, Terms::default()),
            Error::<Test>::ProvenFalse
        );
        assert_noop!(
            Marketplace::deliver(signed(SELLER), waiting, right_key(waiting)),
            Error::<Test>::ProvenFalse
        );
        set_time(START + 5_000);
        assert_ok!(Marketplace::expire(signed(KEEPER), waiting));
        assert_eq!(held(OTHER_BUYER), 0);
    });
}

#[test]
fn auditors_answer_for_what_they_approved_once_and_not_for_a_vault_that_is_gone() {
    ExtBuilder::default().build_and_execute(|| {
        let overturned =
            || Notes::get().iter().filter(|(_, event)| *event == CreditEvent::AuditOverturned).count();
        let first = claimed();
        let second = claimed_again(OTHER_BUYER);
        let third = claimed_again(OTHER_SELLER);
        for auditor in [14, 15] {
            assert_ok!(rule_for(auditor, first, Verdict::Reject, Finding::Unavailable));
        }
        assert_eq!((state_of(first), overturned()), (OrderState::Refunded, 0));
        assert_eq!(Marketplace::listing(RECORD), None);
        // The owner can bring the ciphertext back and sell again.
        put_on_sale();
        for auditor in [14, 15] {
            assert_ok!(rule(auditor, second, Verdict::Reject));
        }
        assert_eq!(overturned(), APPROVERS.len());
        for auditor in [14, 15] {
            assert_ok!(rule(auditor, third, Verdict::Reject));
        }
        assert_eq!((state_of(third), overturned()), (OrderState::Refunded, APPROVERS.len()));
    });
}

#[test]
fn a_claim_on_which_the_panel_cannot_agree_costs_nobody_anything_but_what_is_retained() {
    ExtBuilder::default().build_and_execute(|| {
        let id = claimed();
        assert_ok!(end_without_verdict(id, Outcome::Split));
        assert_event(Event::ClaimUnruled { order: id, paid: 2_000, released: 1_000 });
        assert_eq!((free(BUYER), free(SELLER)), (WEALTH - PRICE, WEALTH + 9_501));
        assert!(Notes::get().is_empty());
        assert_closed(id, OrderState::Settled);
    });
}

#[test]
fn a_buyer_who_was_kept_from_delivering_the_key_gets_the_bond_back() {
    ExtBuilder::default().build_and_execute(|| {
        let id = claimed();
        suspend(BUYER);
        assert_ok!(lapse(id));
        assert_event(Event::ClaimUnruled { order: id, paid: 2_000, released: 1_000 });
        assert!(Notes::get().is_empty());
    });
}

#[test]
fn a_claim_whose_key_the_buyer_withholds_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let id = claimed();
        let before = free(CONSORTIUM);
        assert_ok!(lapse(id));
        assert_event(Event::ClaimRefused { order: id, paid: 2_000, forfeited: 1_000 });
        assert_eq!(free(SELLER), WEALTH + 9_501);
        assert_eq!(free(CONSORTIUM), before + 1_000);
        assert_closed(id, OrderState::Settled);
    });
}

#[test]
fn the_auditors_of_the_record_do_not_rule_on_their_own_work() {
    ExtBuilder::default().build_and_execute(|| {
        let id = claimed();
        for who in APPROVERS {
            assert_noop!(rule(who, id, Verdict::Approve), DispatchError::Other("may not vote"));
        }
    });
}

#[test]
fn only_the_panel_rules_and_only_on_a_claim() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        assert_noop!(rule(14, id, Verdict::Reject), Error::<Test>::NotClaimed);
        assert_noop!(rule(14, id + 1, Verdict::Reject), Error::<Test>::NoSuchOrder);
        assert_ok!(Marketplace::claim(signed(BUYER), id));
        seat(id);
        for who in [BUYER, SELLER, KEEPER, STRANGER] {
            assert_noop!(rule(who, id, Verdict::Reject), DispatchError::Other("may not vote"));
        }
        assert_ok!(rule(14, id, Verdict::Reject));
        assert_noop!(rule(14, id, Verdict::Reject), DispatchError::Other("may not vote"));
        assert_ok!(rule(15, id, Verdict::Reject));
        assert_noop!(rule(16, id, Verdict::Approve), Error::<Test>::NotClaimed);
    });
}

#[test]
fn suspended_parties_are_paid_and_refunded() {
    for verdict in [Verdict::Approve, Verdict::Reject] {
        ExtBuilder::default().build_and_execute(|| {
            let id = claimed();
            suspend(BUYER);
            suspend(SELLER);
            assert_ok!(rule(14, id, verdict));
            assert_ok!(rule(15, id, verdict));
            assert_eq!((held(BUYER), bonded(BUYER)), (0, 0));
            let seller = if verdict == Verdict::Approve { 9_501 } else { 7_501 };
            assert_eq!(free(SELLER), WEALTH + seller);
        });
    }
}

#[test]
fn verdicts_about_anything_else_change_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        System::reset_events();
        let reject = Outcome::Decided(Verdict::Reject);
        assert_ok!(Marketplace::on_verdict(Subject::Record { record: RECORD, version: 1 }, reject, &[]));
        assert_ok!(Marketplace::on_verdict(Subject::Claim { order: id }, reject, &[]));
        assert_ok!(Marketplace::on_verdict(Subject::Claim { order: 99 }, reject, &[]));
        assert!(System::events().is_empty());
        assert_eq!(held(BUYER), 2_000);
    });
}
