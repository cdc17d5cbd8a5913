use frame_support::{assert_noop, assert_ok};
use medshare_traits::CreditScores;
use medshare_types::CreditEvent;
use sp_runtime::DispatchError;

use crate::{Clock, Error, Event, mock::*};

#[test]
fn no_score_changes_at_that_moment() {
    ExtBuilder::default().build_and_execute(|| {
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        <Credit as CreditScores<_>>::note(&BOB, CreditEvent::ClaimLost);
        advance(HALF_LIFE / 3);
        let before = (Credit::score(&ALICE), Credit::score(&BOB));
        take_events();
        assert_ok!(Credit::set_half_life(council(), DAY));
        assert_eq!(take_events(), vec![Event::HalfLifeSet { half_life: DAY }]);
        assert_eq!((Credit::score(&ALICE), Credit::score(&BOB)), before);
        assert_ok!(Credit::set_half_life(council(), 1_000_000 * DAY));
        assert_eq!((Credit::score(&ALICE), Credit::score(&BOB)), before);
    });
}

#[test]
fn the_past_counts_with_the_old_half_life_and_the_future_with_the_new() {
    ExtBuilder::default().build_and_execute(|| {
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        advance(HALF_LIFE);
        assert_ok!(Credit::set_half_life(council(), DAY));
        assert_eq!(Credit::score(&ALICE), 10_000);
        advance(DAY);
        assert_eq!(Credit::score(&ALICE), 5_000);
        assert_ok!(Credit::set_half_life(council(), 10 * DAY));
        advance(20 * DAY);
        assert_eq!(Credit::score(&ALICE), 1_250);
        assert_eq!(Clock::<Test>::get().half_life, 10 * DAY);
    });
}

#[test]
fn new_scores_know_nothing_of_earlier_half_lives() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Credit::set_half_life(council(), DAY));
        advance(3 * DAY);
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        assert_eq!(Credit::score(&ALICE), 20_000);
        advance(2 * DAY);
        assert_eq!(Credit::score(&ALICE), 5_000);
    });
}

#[test]
fn even_the_shortest_does_no_harm() {
    ExtBuilder::default().build_and_execute(|| {
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        assert_ok!(Credit::set_half_life(council(), 1));
        assert_eq!(Credit::score(&ALICE), 20_000);
        advance(1);
        assert_eq!(Credit::score(&ALICE), 10_000);
        advance(1_000_000 * DAY);
        assert_eq!(Credit::score(&ALICE), 0);
        assert_ok!(Credit::set_half_life(council(), u64::MAX));
        <Credit as CreditScores<_>>::note(&ALICE, CreditEvent::SaleSettled);
        assert_eq!(Credit::score(&ALICE), 20_000);
    });
}

#[test]
fn it_is_not_zero() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Credit::set_half_life(council(), 0), Error::<Test>::ZeroHalfLife);
    });
}

#[test]
fn only_the_council_sets_it() {
    ExtBuilder::default().build_and_execute(|| {
        for origin in [by(ALICE), RuntimeOrigin::none()] {
            assert_noop!(Credit::set_half_life(origin, DAY), DispatchError::BadOrigin);
        }
    });
}
