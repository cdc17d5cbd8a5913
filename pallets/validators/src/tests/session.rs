use frame_support::{assert_ok, traits::KeyOwnerProofSystem};
use sp_runtime::{key_types::DUMMY, testing::UintAuthorityId};

use crate::{Event, mock::*};

fn planned_events() -> Vec<Vec<Account>> {
    take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Planned { validators, .. } => Some(validators.into_inner()),
            _ => None,
        })
        .collect()
}

fn kept_events() -> Vec<Account> {
    take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Kept { who, .. } => Some(who),
            _ => None,
        })
        .collect()
}

#[test]
fn a_set_is_announced_only_when_it_changes() {
    ExtBuilder::default().build_and_execute(|| {
        run_sessions(3);
        assert!(planned_events().is_empty());
        make_validator(HOSPITAL);
        run_sessions(3);
        assert_eq!(planned_events(), [vec![1, 2, 3, 4, 5, 6]]);
        assert_ok!(Validators::leave(by(1)));
        run_sessions(3);
        assert_eq!(planned_events(), [vec![2, 3, 4, 5, 6]]);
    });
}

#[test]
fn or_when_keys_in_it_do() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(3, 103));
        run_sessions(3);
        assert_eq!(planned_events(), [FIRST.to_vec()]);
        assert_eq!(Session::queued_keys()[2], (3, keys(103)));
    });
}

#[test]
fn the_history_proves_whose_a_key_was_for_as_long_as_it_is_kept() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(3, 103));
        run_sessions(2);
        let key = (DUMMY, UintAuthorityId(103));
        let proof = Historical::prove(key.clone()).expect("it serves with this key");
        for _ in 0..=HISTORY {
            assert_eq!(Historical::check_proof(key.clone(), proof.clone()), Some((3, ())));
            run_sessions(1);
        }
        assert_eq!(Historical::check_proof(key, proof), None);
    });
}

#[test]
fn the_history_does_not_grow() {
    ExtBuilder::default().build_and_execute(|| {
        run_sessions(20);
        let roots = pallet_session::historical::HistoricalSessions::<Test>::iter().count();
        // The current session, the next, and the past ones.
        assert_eq!(u32::try_from(roots), Ok(HISTORY + 2));
    });
}

#[test]
fn who_stops_being_an_active_hospital_leaves_the_set() {
    ExtBuilder::default().build_and_execute(|| {
        dismiss(2);
        run_sessions(2);
        assert_eq!(set(), [1, 3, 4, 5]);
        // It comes back with its membership.
        Hospitals::mutate(|hospitals| hospitals.insert(2));
        run_sessions(2);
        assert_eq!(set(), FIRST);
    });
}

#[test]
fn but_not_where_too_few_would_remain() {
    ExtBuilder::default().build_and_execute(|| {
        dismiss(1);
        dismiss(2);
        dismiss(3);
        run_sessions(2);
        assert_eq!(set(), [1, 2, 4, 5]);
        assert_eq!(kept_events(), [1, 2, 1, 2]);
        // One of them goes for each who comes.
        make_validator(HOSPITAL);
        run_sessions(2);
        assert_eq!(set(), [1, 4, 5, 6]);
    });
}

#[test]
fn who_leaves_on_good_terms_is_kept_first_and_who_is_suspended_last() {
    ExtBuilder::validators(&[1, 2, 3, 4, 5, 6]).build_and_execute(|| {
        report(0, &[1]);
        assert_ok!(Validators::leave(by(3)));
        dismiss(2);
        run_sessions(1);
        // Four, five and six, and of the others the one that left of itself.
        assert_eq!(Validators::planned(), [3, 4, 5, 6]);
        assert_eq!(kept_events(), [3]);
        dismiss(4);
        run_sessions(1);
        // One and two serve no more, so they cannot be kept.
        assert_eq!(Validators::planned(), [3, 4, 5, 6]);
        assert_eq!(kept_events(), [3, 4]);
    });
}

#[test]
fn who_is_kept_although_it_left_goes_once_there_are_others() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Validators::leave(by(1)));
        dismiss(2);
        run_sessions(3);
        assert_eq!(set(), [1, 3, 4, 5]);
        assert!(is_engaged(1));
        make_validator(HOSPITAL);
        run_sessions(2);
        assert_eq!(set(), [3, 4, 5, 6]);
        assert_eq!(state(1), None);
        assert!(!is_engaged(1));
    });
}

#[test]
fn nobody_serves_without_session_keys() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Session::purge_keys(by(4)));
        run_sessions(2);
        assert_eq!(set(), [1, 2, 3, 5]);
        assert_ok!(set_keys(4, 104));
        run_sessions(2);
        assert_eq!(set(), FIRST);
    });
}

#[test]
fn the_chain_goes_on_where_nobody_can_be_planned() {
    ExtBuilder::default().build_and_execute(|| {
        Hospitals::set(Default::default());
        run_sessions(4);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

#[test]
fn says_when_one_fault_stops_the_chain() {
    ExtBuilder::validators(&[1, 2, 3, 4]).build_and_execute(|| {
        MinValidators::set(1);
        assert!(!Validators::is_fragile());
        assert_ok!(Validators::leave(by(4)));
        run_sessions(1);
        assert!(!Validators::is_fragile());
        take_events();
        run_sessions(1);
        assert!(Validators::is_fragile());
        let lost = Event::FaultToleranceLost { session: 2, validators: 3 };
        assert!(take_events().contains(&lost));
        // It is said once.
        run_sessions(2);
        assert_eq!(take_events(), []);

        make_validator(HOSPITAL);
        run_sessions(2);
        assert!(!Validators::is_fragile());
        let regained = Event::FaultToleranceRegained { session: 6, validators: 4 };
        assert!(take_events().contains(&regained));
    });
}

#[test]
fn says_what_every_validator_does() {
    ExtBuilder::default().build_and_execute(|| {
        make_validator(HOSPITAL);
        for _ in 0..5 {
            next_block();
        }
        let reports = Validators::validators();
        assert_eq!(reports.iter().map(|report| report.who).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(reports.iter().map(|report| report.authored).collect::<Vec<_>>(), [1, 1, 1, 1, 1, 0]);
        let last = reports.last().expect("six");
        assert_eq!((last.serving, last.planned, last.last_offence), (false, false, None));
        run_sessions(1);
        let reports = Validators::validators();
        let last = reports.last().expect("six");
        assert_eq!((last.serving, last.planned), (false, true));
    });
}

#[test]
fn the_next_change_is_known_to_do_something_until_it_has_done_it() {
    ExtBuilder::default().build_and_execute(|| {
        run_sessions(1);
        assert!(!Validators::change_ahead());
        make_validator(HOSPITAL);
        assert!(Validators::change_ahead());
        run_sessions(1);
        assert!(!Validators::change_ahead(), "it is planned");

        assert_ok!(set_keys(3, 103));
        assert!(Validators::change_ahead());
        run_sessions(1);
        assert!(!Validators::change_ahead());

        assert_ok!(Validators::leave(by(1)));
        run_sessions(1);
        assert!(Validators::change_ahead(), "it is not planned any more, and has not been let go");
        run_sessions(1);
        assert_eq!(state(1), None);
        assert!(!Validators::change_ahead());
    });
}

#[test]
fn nothing_is_ahead_of_who_has_to_stay_or_has_no_keys() {
    ExtBuilder::validators(&[1, 2, 3, 4]).build_and_execute(|| {
        dismiss(2);
        run_sessions(2);
        assert_eq!(kept_events(), [2, 2]);
        assert!(!Validators::change_ahead());
    });
}
