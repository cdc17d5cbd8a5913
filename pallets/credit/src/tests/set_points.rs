use frame_support::{assert_noop, assert_ok};
use medshare_traits::CreditScores;
use medshare_types::{CreditEvent, Points};
use sp_runtime::DispatchError;

use crate::{Error, Event, mock::*};

#[test]
fn counts_from_now_on_and_changes_no_score() {
    ExtBuilder::default().build_and_execute(|| {
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        take_events();
        assert_ok!(Credit::set_points(council(), CreditEvent::SaleSettled, 7));
        assert_eq!(take_events(), vec![Event::PointsSet { event: CreditEvent::SaleSettled, points: 7 }]);
        assert_eq!(Credit::score(&ALICE), 20_000);
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        assert_eq!(Credit::score(&ALICE), 20_007);
        // Other events keep theirs.
        assert_eq!(Credit::points_of(CreditEvent::PurchaseSettled), 10_000);
    });
}

#[test]
fn an_event_can_be_worth_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Credit::set_points(council(), CreditEvent::SaleSettled, 0));
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        assert_eq!(Credit::score(&ALICE), 0);
    });
}

#[test]
fn stays_within_the_range_of_scores() {
    ExtBuilder::default().build_and_execute(|| {
        for points in [MAX_SCORE, -MAX_SCORE] {
            assert_ok!(Credit::set_points(council(), CreditEvent::ClaimLost, points));
            assert_eq!(Credit::points_of(CreditEvent::ClaimLost), points);
        }
        for points in [MAX_SCORE + 1, -MAX_SCORE - 1, Points::MAX, Points::MIN] {
            assert_noop!(
                Credit::set_points(council(), CreditEvent::ClaimLost, points),
                Error::<Test>::PointsOutOfRange
            );
        }
    });
}

#[test]
fn only_the_council_sets_it() {
    ExtBuilder::default().build_and_execute(|| {
        for origin in [by(ALICE), RuntimeOrigin::none()] {
            assert_noop!(Credit::set_points(origin, CreditEvent::SaleSettled, 1), DispatchError::BadOrigin);
        }
    });
}
