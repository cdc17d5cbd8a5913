use frame_support::{assert_ok, traits::DisabledValidators};
use medshare_types::CreditEvent;
use sp_runtime::Perbill;
use sp_staking::offence::{OffenceDetails, OffenceError, OnOffenceHandler};

use crate::{Event, LastOffence, Reason, State, Suspension, mock::*};

const OFFENCE: CreditEvent = CreditEvent::ValidatorOffence;

fn suspended(session: u32) -> State {
    let severity = SEVERITY;
    State::Suspended(Suspension { reason: Reason::Offence { session, severity }, since: START })
}

pub(super) fn is_disabled(who: Account) -> bool {
    let index = set().iter().position(|other| *other == who).expect("it serves");
    Session::is_disabled(u32::try_from(index).expect("few"))
}

#[test]
fn an_offender_is_suspended_disabled_at_once_and_out_at_the_second_change() {
    ExtBuilder::default().build_and_execute(|| {
        report(0, &[3]);
        assert_eq!(state(3), Some(suspended(0)));
        assert_eq!(take_credit(), [(3, OFFENCE)]);
        assert!(is_disabled(3));
        let State::Suspended(suspension) = suspended(0) else { unreachable!() };
        let events = take_events();
        assert_eq!(
            events,
            [
                Event::Offended { who: 3, session: 0, severity: SEVERITY },
                Event::Suspended { who: 3, suspension }
            ]
        );
        run_sessions(1);
        assert!(is_disabled(3));
        run_sessions(1);
        assert_eq!(set(), [1, 2, 4, 5]);
        // It is still answerable, and engaged.
        assert!(is_engaged(3));
        assert_eq!(state(3), Some(suspended(0)));
    });
}

#[test]
fn it_stays_disabled_although_the_set_changes() {
    ExtBuilder::default().build_and_execute(|| {
        make_validator(HOSPITAL);
        run_sessions(1);
        report(1, &[3]);
        run_sessions(1);
        assert_eq!(set(), [1, 2, 3, 4, 5, 6]);
        assert!(is_disabled(3));
    });
}

#[test]
fn never_are_too_few_left() {
    ExtBuilder::validators(&[1, 2, 3, 4]).build_and_execute(|| {
        report(0, &[3]);
        assert_eq!(state(3), Some(suspended(0)));
        run_sessions(3);
        // It is kept, but authors nothing.
        assert_eq!(set(), [1, 2, 3, 4]);
        assert!(is_disabled(3));
        assert!(take_events().contains(&Event::Kept { who: 3, session: 2 }));
        // It goes as soon as there is another.
        make_validator(HOSPITAL);
        run_sessions(2);
        assert_eq!(set(), [1, 2, 4, 6]);
        assert!(Session::disabled_validators().is_empty());
    });
}

#[test]
fn more_than_a_third_are_not_disabled() {
    ExtBuilder::validators(&[1, 2, 3, 4]).build_and_execute(|| {
        report(0, &[1, 2, 3]);
        assert_eq!(Session::disabled_validators().len(), 1);
        assert_eq!(take_credit(), [(1, OFFENCE), (2, OFFENCE), (3, OFFENCE)]);
        run_sessions(3);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

#[test]
fn one_offence_counts_once_however_often_it_is_reported() {
    ExtBuilder::default().build_and_execute(|| {
        run_sessions(2);
        take_credit();
        assert_ok!(report_at(2, 7, &[1]));
        assert_eq!(report_at(2, 7, &[1]), Err(OffenceError::DuplicateReport));
        // The second offender of the same round brings the first along.
        assert_ok!(report_at(2, 7, &[2]));
        // As do other rounds of the session, and earlier sessions.
        assert_ok!(report_at(2, 8, &[1]));
        assert_ok!(report_at(1, 9, &[1]));
        assert_eq!(take_credit(), [(1, OFFENCE), (2, OFFENCE)]);
    });
}

#[test]
fn a_reinstated_validator_is_not_suspended_for_the_same_again_but_for_another() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(report_at(0, 7, &[1]));
        assert_ok!(Validators::reinstate(council(), 1));
        assert_ok!(report_at(0, 7, &[2]));
        assert_eq!(state(1), Some(State::Active));
        run_sessions(3);
        take_credit();
        report(3, &[1]);
        assert!(matches!(state(1), Some(State::Suspended(_))));
        assert_eq!(take_credit(), [(1, OFFENCE)]);
    });
}

#[test]
fn a_suspended_validator_that_offends_again_keeps_its_suspension() {
    ExtBuilder::validators(&[1, 2, 3, 4]).build_and_execute(|| {
        report(0, &[1]);
        run_sessions(2);
        report(2, &[1]);
        assert_eq!(state(1), Some(suspended(0)));
        assert_eq!(LastOffence::<Test>::get(1), Some(2));
        assert_eq!(take_credit(), [(1, OFFENCE), (1, OFFENCE)]);
    });
}

#[test]
fn nobody_escapes_by_leaving() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Validators::leave(by(1)));
        report(0, &[1]);
        assert!(matches!(state(1), Some(State::Leaving(Some(_)))));
        assert!(is_disabled(1));
        run_sessions(2);
        assert_eq!(state(1), None);
        take_credit();
        // Not even by being gone.
        report(1, &[1]);
        assert_eq!(take_credit(), [(1, OFFENCE)]);
        assert_last_own(Event::Offended { who: 1, session: 1, severity: SEVERITY });
        assert_eq!(state(1), None);
    });
}

#[test]
fn whose_severity_is_missing_is_assumed_to_have_done_the_worst() {
    ExtBuilder::default().build_and_execute(|| {
        let offenders = [OffenceDetails { offender: (1, ()), reporters: vec![] }];
        let _ = <Validators as OnOffenceHandler<_, _, _>>::on_offence(&offenders, &[], 0);
        let severity = state(1).and_then(|state| state.suspension()).map(|suspension| suspension.severity());
        assert_eq!(severity, Some(Perbill::one()));
    });
}
