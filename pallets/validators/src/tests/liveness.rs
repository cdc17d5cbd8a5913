use frame_support::assert_ok;
use medshare_types::CreditEvent;

use crate::{Authored, Event, mock::*};

fn silent_events() -> Vec<(Account, u32, u32)> {
    take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Silent { who, session, consecutive } => Some((who, session, consecutive)),
            _ => None,
        })
        .collect()
}

#[test]
fn who_authors_is_not_reported() {
    ExtBuilder::default().build_and_execute(|| {
        run_sessions(5);
        assert!(silent_events().is_empty());
        assert!(take_credit().is_empty());
        assert!(Validators::silent().is_empty());
    });
}

#[test]
fn silence_is_reported_every_session_costs_credit_and_removes_nobody() {
    ExtBuilder::default().build_and_execute(|| {
        stop(2);
        run_sessions(3);
        assert_eq!(silent_events(), [(2, 0, 1), (2, 1, 2), (2, 2, 3)]);
        assert_eq!(take_credit(), [(2, CreditEvent::ValidatorSilent); 3]);
        assert_eq!(Validators::silent(), [(2, 3)]);
        assert_eq!(set(), FIRST);

        restart(2);
        run_sessions(1);
        assert!(silent_events().is_empty());
        assert!(Validators::silent().is_empty());
        assert!(take_credit().is_empty());

        stop(2);
        run_sessions(1);
        assert_eq!(silent_events(), [(2, 4, 1)]);
    });
}

#[test]
fn the_count_begins_anew_with_every_session() {
    ExtBuilder::default().build_and_execute(|| {
        run_sessions(1);
        assert_eq!(Authored::<Test>::iter().count(), 0);
        stop(5);
        run_sessions(1);
        assert_eq!(silent_events(), [(5, 1, 1)]);
    });
}

#[test]
fn a_session_of_few_blocks_says_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        LivenessThreshold::set(SESSION + 1);
        stop(2);
        run_sessions(3);
        assert!(silent_events().is_empty());
        assert!(Validators::silent().is_empty());
    });
}

#[test]
fn nor_does_one_with_fewer_blocks_than_validators() {
    ExtBuilder::default().build_and_execute(|| {
        LivenessThreshold::set(1);
        // Four blocks of the first session are enough for the threshold, but not for five validators.
        System::set_block_number(SESSION - 4);
        stop(2);
        run_sessions(1);
        assert!(silent_events().is_empty());
        run_sessions(1);
        assert_eq!(silent_events(), [(2, 1, 1)]);
    });
}

#[test]
fn who_is_admitted_has_until_it_serves() {
    ExtBuilder::default().build_and_execute(|| {
        stop(HOSPITAL);
        make_validator(HOSPITAL);
        run_sessions(2);
        assert!(silent_events().is_empty());
        run_sessions(1);
        assert_eq!(silent_events(), [(HOSPITAL, 2, 1)]);
    });
}

#[test]
fn who_leaves_authors_as_long_as_it_serves() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Validators::leave(by(2)));
        stop(2);
        run_sessions(3);
        assert_eq!(silent_events(), [(2, 0, 1), (2, 1, 2)]);
    });
}

#[test]
fn who_is_disabled_is_not_blamed_for_silence() {
    ExtBuilder::default().build_and_execute(|| {
        report(0, &[2]);
        take_credit();
        run_sessions(3);
        assert!(silent_events().is_empty());
        assert!(take_credit().is_empty());
    });
}
