use frame_support::{assert_noop, assert_ok};
use medshare_traits::{Outcome, Panels};
use medshare_types::{ReviewState, Subject};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{Error, Event, mock::*};

fn lapse(subject: Subject) -> DispatchResult {
    Audits::lapse(RuntimeOrigin::signed(KEEPER), subject)
}

#[test]
fn ends_a_review_whose_holder_did_not_deliver() {
    for subject in [RECORD, CLAIM] {
        ExtBuilder::default().build_and_execute(|| {
            let panel = convene_and_draw(subject);
            pass_until(seat(subject, panel[0]).due + 1);
            events();
            assert_ok!(lapse(subject));
            assert_ended(subject, ReviewState::Lapsed);
            assert_eq!(events(), [Event::Lapsed { subject }]);
            assert_eq!(verdicts(), [(subject, Outcome::Lapsed, vec![])]);
            assert!(world(|world| world.credit.is_empty()), "the auditors are not to blame");
            assert!(Audits::majority(subject).is_empty());
            assert_noop!(lapse(subject), Error::<Test>::ReviewEnded);
        });
    }
}

#[test]
fn one_auditor_without_key_suffices_whatever_the_others_voted() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        assert_ok!(deliver(RECORD, &panel[..2]));
        assert_ok!(approve(panel[0], RECORD));
        pass_until(seat(RECORD, panel[2]).due + 1);
        assert_ok!(lapse(RECORD));
        assert_ended(RECORD, ReviewState::Lapsed);
    });
}

#[test]
fn is_not_possible_before_the_time_is_over() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        assert_noop!(lapse(RECORD), Error::<Test>::NoKeyOverdue);
        pass_until(seat(RECORD, panel[0]).due);
        assert_noop!(lapse(RECORD), Error::<Test>::NoKeyOverdue);
        pass(1);
        assert_ok!(lapse(RECORD));
    });
}

#[test]
fn is_not_possible_when_all_keys_are_delivered_or_nobody_is_seated() {
    ExtBuilder::default().build_and_execute(|| {
        start(RECORD);
        assert_ok!(Audits::convene(new_review(CLAIM, HOLDER)));
        pass(1_000_000);
        assert_noop!(lapse(RECORD), Error::<Test>::NoKeyOverdue);
        assert_noop!(lapse(CLAIM), Error::<Test>::NoKeyOverdue);
    });
}

#[test]
fn is_possible_while_a_seat_is_being_drawn_and_takes_the_draw_along() {
    ExtBuilder::default().build_and_execute(|| {
        VoteWindow::set(10_000);
        let panel = convene_and_draw(RECORD);
        assert_ok!(deliver(RECORD, &panel[..1]));
        pass_until(seat(RECORD, panel[1]).due + 1);
        assert_ok!(Audits::replace(RuntimeOrigin::signed(KEEPER), RECORD, panel[0]));
        assert_ok!(lapse(RECORD));
        assert_ended(RECORD, ReviewState::Lapsed);
        run_to(System::block_number() + 10);
        assert_eq!(crate::mock::panel(RECORD).len(), 2);
    });
}

#[test]
fn is_open_to_every_active_member_and_to_nobody_else() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(lapse(RECORD), Error::<Test>::NoReview);
        convene_and_draw(RECORD);
        pass(1_000_000);
        assert_noop!(Audits::lapse(RuntimeOrigin::signed(STRANGER), RECORD), Error::<Test>::NotActiveMember);
        assert_noop!(Audits::lapse(RuntimeOrigin::root(), RECORD), DispatchError::BadOrigin);
        assert_ok!(lapse(RECORD));
    });
}
