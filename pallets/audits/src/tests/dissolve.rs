use frame_support::assert_ok;
use medshare_traits::Panels;
use medshare_types::{ReviewState, Verdict};

use crate::{DrawQueue, Event, mock::*};

#[test]
fn takes_a_review_that_waits_for_its_draw_out_of_the_queue() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Audits::convene(new_review(CLAIM, HOLDER)));
        assert_ok!(Audits::convene(new_review(RECORD, HOLDER)));
        events();
        Audits::dissolve(RECORD);
        assert_eq!(events(), [Event::Dissolved { subject: RECORD }]);
        assert_eq!(review(RECORD).state, ReviewState::Dissolved);
        assert_eq!(DrawQueue::<Test>::get(3).len(), 1);
        run_to(3);
        assert!(panel(RECORD).is_empty());
        assert_eq!(panel(CLAIM).len(), 3);
    });
}

#[test]
fn lets_the_auditors_of_an_open_review_go() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        assert_ok!(approve(panel[0], RECORD));
        Audits::dissolve(RECORD);
        assert_ended(RECORD, ReviewState::Dissolved);
        assert!(verdicts().is_empty());
        assert!(world(|world| world.credit.is_empty()));
    });
}

#[test]
fn ends_a_review_with_seats_and_a_draw_to_come() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        pass_until(seat(RECORD, panel[0]).due + 1);
        assert_ok!(Audits::replace(RuntimeOrigin::signed(KEEPER), RECORD, panel[0]));
        Audits::dissolve(RECORD);
        assert_ended(RECORD, ReviewState::Dissolved);
        run_to(System::block_number() + 10);
        assert_eq!(crate::mock::panel(RECORD), panel[1..]);
    });
}

#[test]
fn ends_a_review_that_waits_for_auditors() {
    ExtBuilder::default().auditors([]).build_and_execute(|| {
        convene_and_draw(RECORD);
        Audits::dissolve(RECORD);
        assert_ended(RECORD, ReviewState::Dissolved);
    });
}

#[test]
fn does_nothing_to_what_does_not_exist_or_has_ended() {
    ExtBuilder::default().build_and_execute(|| {
        Audits::dissolve(RECORD);
        assert!(events().is_empty());

        let decided = start(RECORD);
        assert_ok!(approve(decided[0], RECORD));
        assert_ok!(approve(decided[1], RECORD));
        convene_and_draw(CLAIM);
        pass(1_000_000);
        assert_ok!(Audits::lapse(RuntimeOrigin::signed(KEEPER), CLAIM));
        events();
        for (subject, state) in
            [(RECORD, ReviewState::Decided(Verdict::Approve)), (CLAIM, ReviewState::Lapsed)]
        {
            Audits::dissolve(subject);
            assert_eq!(review(subject).state, state);
        }
        assert!(events().is_empty());
        assert_eq!(Audits::majority(RECORD), decided[..2]);
    });
}

#[test]
fn only_what_has_ended_is_forgotten() {
    ExtBuilder::default().build_and_execute(|| {
        Audits::forget(RECORD);
        let panel = start(RECORD);
        Audits::forget(RECORD);
        assert_eq!(review(RECORD).state, ReviewState::Open);
        for auditor in &panel[..2] {
            assert_ok!(approve(*auditor, RECORD));
        }
        assert_eq!(Audits::majority(RECORD), panel[..2]);
        assert_eq!(review(RECORD).state, ReviewState::Decided(Verdict::Approve));
        Audits::forget(RECORD);
        assert_eq!(Audits::review(RECORD), None);
        assert!(Audits::majority(RECORD).is_empty());
        assert_eq!(crate::Reviews::<Test>::iter().count(), 0);
    });
}
