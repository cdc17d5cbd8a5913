use medshare_traits::CreditScores;
use medshare_types::{CreditEvent, Tier};

use crate::{Event, Score, Scores, defaults, mock::*};

fn note(times: u32, event: CreditEvent) {
    for _ in 0..times {
        <Credit as CreditScores<_>>::note(&ALICE, event);
    }
}

#[test]
fn everyone_begins_at_zero_in_the_standard_tier() {
    ExtBuilder::default().build_and_execute(|| {
        let credit = Credit::credit(&ALICE);
        assert_eq!((credit.score, credit.tier), (0, Tier::Standard));
        assert_eq!(credit.benefits, defaults::benefits(Tier::Standard));
        assert_eq!(<Credit as CreditScores<_>>::tier(&ALICE), Tier::Standard);
        assert_eq!(<Credit as CreditScores<_>>::benefits(&ALICE), defaults::benefits(Tier::Standard));
    });
}

#[test]
fn every_event_adds_its_points() {
    ExtBuilder::default().build_and_execute(|| {
        for event in CreditEvent::ALL {
            let before = Credit::score(&ALICE);
            take_events();
            note(1, event);
            let (points, score) = (defaults::points(event), Credit::score(&ALICE));
            assert_ne!(points, 0);
            assert_eq!(score, before + points);
            assert_eq!(take_events().first(), Some(&Event::Noted { who: ALICE, event, points, score }));
        }
        assert_eq!(Credit::score(&BOB), 0);
    });
}

#[test]
fn a_score_halves_with_every_half_life_on_both_sides() {
    ExtBuilder::default().build_and_execute(|| {
        note(1, CreditEvent::SaleSettled);
        <Credit as CreditScores<_>>::note(&BOB, CreditEvent::ClaimLost);
        for (alice, bob) in [(10_000, -25_000), (5_000, -12_500), (2_500, -6_250), (1_250, -3_125)] {
            advance(HALF_LIFE);
            assert_eq!(Credit::score(&ALICE), alice);
            assert_eq!(Credit::score(&BOB), bob);
        }
        advance(100 * HALF_LIFE);
        assert_eq!((Credit::score(&ALICE), Credit::score(&BOB)), (0, 0));
    });
}

#[test]
fn an_event_adds_to_what_is_left() {
    ExtBuilder::default().build_and_execute(|| {
        note(1, CreditEvent::SaleSettled);
        advance(HALF_LIFE);
        note(1, CreditEvent::RecordApproved);
        assert_eq!(Credit::score(&ALICE), 20_000);
        advance(HALF_LIFE);
        assert_eq!(Credit::score(&ALICE), 10_000);
    });
}

#[test]
fn tells_when_a_tier_changes() {
    ExtBuilder::default().build_and_execute(|| {
        note(1, CreditEvent::ClaimLost);
        assert_eq!(Credit::credit(&ALICE).tier, Tier::Restricted);
        assert!(!<Credit as CreditScores<_>>::benefits(&ALICE).may_audit);
        assert_eq!(
            take_events(),
            vec![
                Event::Noted { who: ALICE, event: CreditEvent::ClaimLost, points: -50_000, score: -50_000 },
                Event::TierChanged { who: ALICE, from: Tier::Standard, to: Tier::Restricted },
            ]
        );
        // Deeper in the same tier.
        note(1, CreditEvent::ClaimLost);
        assert_eq!(take_events().len(), 1);
    });
}

#[test]
fn climbs_through_all_tiers_at_their_thresholds() {
    ExtBuilder::default().build_and_execute(|| {
        note(4, CreditEvent::SaleSettled);
        assert_eq!((Credit::score(&ALICE), Credit::credit(&ALICE).tier), (80_000, Tier::Standard));
        note(1, CreditEvent::SaleSettled);
        assert_eq!((Credit::score(&ALICE), Credit::credit(&ALICE).tier), (100_000, Tier::Trusted));
        note(19, CreditEvent::SaleSettled);
        assert_eq!((Credit::score(&ALICE), Credit::credit(&ALICE).tier), (480_000, Tier::Trusted));
        note(1, CreditEvent::SaleSettled);
        assert_eq!((Credit::score(&ALICE), Credit::credit(&ALICE).tier), (500_000, Tier::Exemplary));
        assert_eq!(Credit::credit(&ALICE).benefits, defaults::benefits(Tier::Exemplary));
        let changes: Vec<_> =
            take_events().into_iter().filter(|event| matches!(event, Event::TierChanged { .. })).collect();
        assert_eq!(
            changes,
            vec![
                Event::TierChanged { who: ALICE, from: Tier::Standard, to: Tier::Trusted },
                Event::TierChanged { who: ALICE, from: Tier::Trusted, to: Tier::Exemplary },
            ]
        );
    });
}

#[test]
fn harm_fades_and_the_next_event_tells_of_it() {
    ExtBuilder::default().build_and_execute(|| {
        note(1, CreditEvent::ClaimLost);
        take_events();
        // −50 · 2^(−1) = −25 is no longer below −30.
        advance(HALF_LIFE);
        assert_eq!(<Credit as CreditScores<_>>::tier(&ALICE), Tier::Standard);
        assert!(take_events().is_empty());
        note(1, CreditEvent::ReviewAbandoned);
        assert_eq!(Credit::score(&ALICE), -30_000);
        assert_eq!(
            take_events().last(),
            Some(&Event::TierChanged { who: ALICE, from: Tier::Restricted, to: Tier::Standard })
        );
    });
}

#[test]
fn a_score_stays_in_its_range() {
    ExtBuilder::default().build_and_execute(|| {
        note(60, CreditEvent::SaleSettled);
        assert_eq!(Credit::score(&ALICE), MAX_SCORE);
        note(40, CreditEvent::AuditOverturned);
        assert_eq!(Credit::score(&ALICE), -MAX_SCORE);
        // What went beyond is not remembered.
        note(1, CreditEvent::SaleSettled);
        assert_eq!(Credit::score(&ALICE), -MAX_SCORE + 20_000);
    });
}

#[test]
fn a_score_of_zero_takes_no_storage() {
    ExtBuilder::default().build_and_execute(|| {
        note(1, CreditEvent::SaleSettled);
        assert_eq!(Scores::<Test>::get(ALICE).map(|score| score.points), Some(20_000));
        note(1, CreditEvent::ClaimRefused);
        assert_eq!(Scores::<Test>::get(ALICE), None::<Score>);
        assert_eq!(Credit::score(&ALICE), 0);
    });
}

#[test]
fn a_tier_that_ends_at_zero_is_told_of() {
    ExtBuilder::default().build_and_execute(|| {
        note(2, CreditEvent::AuditMissed);
        take_events();
        note(2, CreditEvent::SaleSettled);
        assert_eq!(Scores::<Test>::get(ALICE), None::<Score>);
        assert!(take_events().contains(&Event::TierChanged {
            who: ALICE,
            from: Tier::Restricted,
            to: Tier::Standard
        }));
    });
}
