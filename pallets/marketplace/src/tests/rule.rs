use super::*;
use frame_support::dispatch::DispatchResult;
use medshare_traits::{OnVerdict, Outcome};

fn rule(who: Account, id: OrderId, verdict: Verdict) -> DispatchResult {
    Marketplace::rule(signed(who), id, verdict, Findings::default(), Hash::zero())
}

#[test]
fn a_right_claim_refunds_the_buyer() {
    ExtBuilder::default().build_and_execute(|| {
        let id = claimed();
        assert_ok!(rule(14, id, Verdict::Reject));
        assert_eq!(state_of(id), OrderState::Claimed);
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
        let after = [14, 15, 16, CONSORTIUM].map(free);
        assert_eq!(after, [before[0] + 500, before[1], before[2] + 500, before[3]]);
        assert_eq!(Notes::get(), [(BUYER, CreditEvent::ClaimRefused), (SELLER, CreditEvent::SaleSettled)]);
        assert_closed(id, OrderState::Settled);
    });
}

#[test]
fn a_bond_that_does_not_divide_leaves_the_rest_to_the_consortium() {
    ExtBuilder::default().build_and_execute(|| {
        let id = claimed();
        let before = free(CONSORTIUM);
        let outcome = Outcome::Decided(Verdict::Approve);
        assert_ok!(Marketplace::on_verdict(Subject::Claim { order: id }, outcome, &RULERS));
        assert_eq!(RULERS.map(free), [WEALTH + 333; 3]);
        assert_eq!(free(CONSORTIUM), before + 1);
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
