use frame_support::{assert_noop, assert_ok};
use medshare_traits::Panels;
use medshare_types::{ReviewState, Subject};

use crate::{DrawQueue, Error, Queued, mock::*};

fn subject(order: u64) -> Subject {
    Subject::Claim { order }
}

fn convene(order: u64) -> sp_runtime::DispatchResult {
    Audits::convene(new_review(subject(order), HOLDER))
}

#[test]
fn a_full_block_spills_over_to_the_next_with_room() {
    ExtBuilder::default().build_and_execute(|| {
        for (order, at) in [(0, 3), (1, 3), (2, 4), (3, 4), (4, 5)] {
            assert_ok!(convene(order));
            assert_eq!(review(subject(order)).state, ReviewState::Drawing { at });
        }
        // A place that becomes free is used again.
        Audits::dissolve(subject(0));
        assert_ok!(convene(5));
        assert_eq!(review(subject(5)).state, ReviewState::Drawing { at: 3 });
        run_to(5);
        for order in 1..=5 {
            assert_eq!(panel(subject(order)).len(), 3);
        }
        assert_eq!(Queued::<Test>::get(), 0);
        assert_eq!(DrawQueue::<Test>::iter().count(), 0);
    });
}

#[test]
fn a_full_queue_refuses_new_reviews_until_a_draw_is_done() {
    ExtBuilder::default().build_and_execute(|| {
        for order in 0..6 {
            assert_ok!(convene(order));
        }
        assert_noop!(convene(6), Error::<Test>::DrawQueueFull);
        run_to(3);
        assert_ok!(convene(6));
    });
}

#[test]
fn a_full_queue_refuses_replacements_until_a_draw_is_done() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        pass_until(seat(RECORD, panel[0]).due + 1);
        for order in 10..16 {
            assert_ok!(convene(order));
        }
        let replace = || Audits::replace(RuntimeOrigin::signed(KEEPER), RECORD, panel[0]);
        assert_noop!(replace(), Error::<Test>::DrawQueueFull);
        assert!(engaged().contains_key(&panel[0]));
        run_to(System::block_number() + 2);
        assert_ok!(replace());
    });
}

#[test]
fn draws_that_are_tried_again_never_lose_their_place() {
    ExtBuilder::default().auditors([11]).build_and_execute(|| {
        RetryDelay::set(1);
        for order in 0..6 {
            assert_ok!(convene(order));
        }
        // The invariants, checked at every block, say that every review is queued.
        run_to(40);
        assert_eq!(Queued::<Test>::get(), 6);
        world(|world| world.auditors.extend([12, 13]));
        run_to(44);
        for order in 0..6 {
            assert_eq!(panel(subject(order)).len(), 3);
        }
    });
}

#[test]
fn a_draw_is_near_until_it_is_done_also_where_others_come_first() {
    ExtBuilder::default().build_and_execute(|| {
        assert!(!Audits::draws_soon());
        for order in 0..5 {
            assert_ok!(convene(order));
        }
        for block in 1..5 {
            run_to(block);
            assert!(Audits::draws_soon(), "in block {block}");
        }
        run_to(5);
        assert!(!Audits::draws_soon());
    });
}
