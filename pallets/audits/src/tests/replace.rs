use frame_support::{assert_noop, assert_ok};
use medshare_traits::Panels;
use medshare_types::{CreditEvent, ReviewState, Verdict};
use sp_runtime::DispatchError;

use crate::{DrawQueue, Error, Event, MAX_CALLER_EXCLUDED, mock::*};

fn replace(auditor: Account) -> sp_runtime::DispatchResult {
    Audits::replace(RuntimeOrigin::signed(KEEPER), RECORD, auditor)
}

#[test]
fn takes_the_seat_of_who_is_overdue_and_draws_it_again() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        pass_until(seat(RECORD, panel[1]).due + 1);
        events();
        assert_ok!(replace(panel[1]));

        let draw_at = System::block_number() + 2;
        assert_eq!(events(), [Event::Replaced { subject: RECORD, auditor: panel[1], draw_at }]);
        assert_eq!(review(RECORD).state, ReviewState::Drawing { at: draw_at });
        assert_eq!(crate::mock::panel(RECORD), [panel[0], panel[2]]);
        assert_eq!(review(RECORD).excluded.to_vec(), [panel[1]]);
        assert_eq!(world(|world| world.credit.clone()), [(panel[1], CreditEvent::AuditMissed)]);
        assert!(!engaged().contains_key(&panel[1]));
        assert!(Audits::open_reviews(&panel[1], 10).is_empty());
        assert!(!Audits::is_reviewing(&panel[1], 7, 1));

        run_to(draw_at);
        let after = crate::mock::panel(RECORD);
        assert_eq!(after.len(), 3);
        assert!(!panel.contains(&after[2]));
        assert!(seat(RECORD, after[2]).sealed.is_none());
    });
}

#[test]
fn is_open_to_every_active_member_and_to_nobody_else() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        pass_until(seat(RECORD, panel[0]).due + 1);
        assert_noop!(
            Audits::replace(RuntimeOrigin::signed(STRANGER), RECORD, panel[0]),
            Error::<Test>::NotActiveMember
        );
        assert_noop!(Audits::replace(RuntimeOrigin::root(), RECORD, panel[0]), DispatchError::BadOrigin);
        assert_ok!(Audits::replace(RuntimeOrigin::signed(HOLDER), RECORD, panel[0]));
        assert_ok!(Audits::replace(RuntimeOrigin::signed(panel[2]), RECORD, panel[1]));
    });
}

#[test]
fn is_not_possible_before_the_time_is_over() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        assert_noop!(replace(panel[0]), Error::<Test>::VoteNotOverdue);
        pass_until(seat(RECORD, panel[0]).due);
        assert_noop!(replace(panel[0]), Error::<Test>::VoteNotOverdue);
        pass(1);
        assert_ok!(replace(panel[0]));
        assert_noop!(replace(panel[0]), Error::<Test>::NotOnPanel);
    });
}

#[test]
fn who_voted_keeps_the_seat() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        assert_ok!(approve(panel[0], RECORD));
        pass_until(seat(RECORD, panel[0]).due + 1);
        assert_noop!(replace(panel[0]), Error::<Test>::AlreadyVoted);
    });
}

#[test]
fn who_got_no_key_is_not_to_blame() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        pass(1_000_000);
        assert_noop!(replace(panel[0]), Error::<Test>::KeyNotDelivered);
        assert!(world(|world| world.credit.is_empty()));
    });
}

#[test]
fn needs_a_review_that_goes_on() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(replace(11), Error::<Test>::NoReview);
        let panel = start(RECORD);
        pass_until(seat(RECORD, panel[0]).due + 1);
        Audits::dissolve(RECORD);
        assert_noop!(replace(panel[0]), Error::<Test>::ReviewEnded);
    });
}

#[test]
fn several_seats_share_one_draw_that_does_not_move() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        pass_until(seat(RECORD, panel[0]).due + 1);
        let at = System::block_number() + 2;
        assert_ok!(replace(panel[0]));
        assert_ok!(replace(panel[1]));
        assert_eq!(review(RECORD).state, ReviewState::Drawing { at });
        assert_eq!(crate::Queued::<Test>::get(), 1);
        run_to(at);
        let after = crate::mock::panel(RECORD);
        assert_eq!(after.len(), 3);
        assert_eq!(after[0], panel[2]);
        assert!(!after.contains(&panel[0]) && !after.contains(&panel[1]));
    });
}

#[test]
fn a_seat_vacated_when_the_seed_may_be_known_is_drawn_from_a_later_one() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        pass_until(seat(RECORD, panel[0]).due + 1);
        let at = System::block_number() + 2;
        assert_ok!(replace(panel[0]));
        run_to(at - 1);
        assert_ok!(replace(panel[1]));
        assert_eq!(DrawQueue::<Test>::get(at)[0].since, at - 1);
        run_to(at);
        assert_eq!(review(RECORD).state, ReviewState::Drawing { at: at + 1 });
        run_to(at + 1);
        assert_eq!(crate::mock::panel(RECORD).len(), 3);
    });
}

#[test]
fn with_nobody_left_to_draw_a_quorum_goes_on_and_less_waits() {
    ExtBuilder::default().auditors([11, 12, 13]).build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        assert_ok!(deliver(RECORD, &panel[..2]));
        pass(50_000);
        assert_ok!(deliver(RECORD, &panel[2..]));
        assert_ok!(approve(panel[2], RECORD));
        pass_until(seat(RECORD, panel[0]).due + 1);
        assert_ok!(replace(panel[0]));
        run_to(System::block_number() + 2);
        assert_eq!(review(RECORD).state, ReviewState::Open);
        assert_eq!(crate::mock::panel(RECORD), panel[1..]);

        assert_ok!(replace(panel[1]));
        let at = System::block_number() + 2;
        run_to(at);
        assert_eq!(review(RECORD).state, ReviewState::Drawing { at: at + 5 });
        assert_eq!(crate::mock::panel(RECORD), panel[2..]);
        world(|world| {
            world.members.insert(14);
            world.auditors.push(14);
        });
        run_to(at + 5);
        assert_eq!(crate::mock::panel(RECORD), [panel[2], 14]);
        assert_ok!(deliver(RECORD, &[14]));
        assert_ok!(approve(14, RECORD));
        assert_ended(RECORD, ReviewState::Decided(Verdict::Approve));
    });
}

#[test]
fn when_the_list_of_the_excluded_is_full_the_longest_replaced_makes_room() {
    ExtBuilder::default().auditors(11..=40).build_and_execute(|| {
        let mut new = new_review(RECORD, HOLDER);
        new.excluded = (31..).take(MAX_CALLER_EXCLUDED as usize).collect();
        let barred = new.excluded.clone();
        assert_ok!(Audits::convene(new));
        let mut replaced = Vec::new();
        for _ in 0..11 {
            run_to(System::block_number() + 2);
            let panel = crate::mock::panel(RECORD);
            assert_eq!(panel.len(), 3);
            assert!(!panel.iter().any(|auditor| barred.contains(auditor)));
            let overdue = *panel.last().unwrap();
            let unserved: Vec<_> =
                panel.into_iter().filter(|who| seat(RECORD, *who).sealed.is_none()).collect();
            assert_ok!(deliver(RECORD, &unserved));
            pass_until(seat(RECORD, overdue).due + 1);
            assert_ok!(replace(overdue));
            replaced.push(overdue);
        }
        let excluded = review(RECORD).excluded.to_vec();
        assert_eq!(excluded.len(), 16);
        assert_eq!(excluded[..8], barred);
        assert_eq!(excluded[8..], replaced[3..]);
    });
}
