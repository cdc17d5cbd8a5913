use frame_support::{assert_noop, assert_ok};
use medshare_traits::CreditScores;
use medshare_types::{CreditEvent, Points, Tier};
use sp_runtime::DispatchError;

use crate::{Error, Event, Thresholds, mock::*};

fn thresholds(restricted_below: Points, trusted_from: Points, exemplary_from: Points) -> Thresholds {
    Thresholds { restricted_below, trusted_from, exemplary_from }
}

#[test]
fn tiers_follow_at_once_and_are_told_with_the_next_event() {
    ExtBuilder::default().build_and_execute(|| {
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        take_events();
        let new = thresholds(-1, 20_000, 30_000);
        assert_ok!(Credit::set_thresholds(council(), new));
        assert_eq!(take_events(), vec![Event::ThresholdsSet { thresholds: new }]);
        assert_eq!(<Credit as CreditScores<_>>::tier(&ALICE), Tier::Trusted);
        assert_eq!(Credit::score(&ALICE), 20_000);

        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::ReviewAbandoned);
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        assert_eq!(
            take_events().last(),
            Some(&Event::TierChanged { who: ALICE, from: Tier::Standard, to: Tier::Exemplary })
        );
    });
}

#[test]
fn each_tier_begins_exactly_at_its_threshold() {
    let tiers = thresholds(-10, 10, 20);
    for (score, tier) in [
        (Points::MIN, Tier::Restricted),
        (-11, Tier::Restricted),
        (-10, Tier::Standard),
        (0, Tier::Standard),
        (9, Tier::Standard),
        (10, Tier::Trusted),
        (19, Tier::Trusted),
        (20, Tier::Exemplary),
        (Points::MAX, Tier::Exemplary),
    ] {
        assert_eq!(tiers.tier(score), tier, "{score}");
    }
}

#[test]
fn they_ascend_around_zero() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Credit::set_thresholds(council(), thresholds(0, 1, 2)));
        for disordered in [
            thresholds(1, 2, 3),
            thresholds(-1, 0, 3),
            thresholds(-1, 3, 3),
            thresholds(-1, 4, 3),
            thresholds(5, 4, 3),
        ] {
            assert_noop!(Credit::set_thresholds(council(), disordered), Error::<Test>::ThresholdsNotOrdered);
        }
    });
}

#[test]
fn only_the_council_sets_them() {
    ExtBuilder::default().build_and_execute(|| {
        for origin in [by(ALICE), RuntimeOrigin::none()] {
            assert_noop!(Credit::set_thresholds(origin, thresholds(-1, 1, 2)), DispatchError::BadOrigin);
        }
    });
}
