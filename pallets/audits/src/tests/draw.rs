use std::collections::{BTreeMap, BTreeSet};

use frame_support::assert_ok;
use medshare_traits::{NewReview, Outcome, Panels};
use medshare_types::{Hash, ReviewState, Subject};
use sp_runtime::traits::{BlakeTwo256, Hash as _};

use crate::{Event, mock::*};

fn seed(number: u32) -> Hash {
    BlakeTwo256::hash_of(&number)
}

/// The review that would be stored for this one.
fn stored(new: NewReview<Account>) -> medshare_types::Review<Account> {
    let subject = new.subject;
    assert_ok!(Audits::convene(new));
    review(subject)
}

#[test]
fn seats_a_full_panel_in_the_block_that_was_fixed() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Audits::convene(new_review(RECORD, HOLDER)));
        run_to(2);
        assert!(panel(RECORD).is_empty());
        events();
        let before = now();
        run_to(3);

        let panel = panel(RECORD);
        assert_eq!(panel.iter().collect::<BTreeSet<_>>().len(), 3);
        assert_eq!(review(RECORD).state, ReviewState::Open);
        assert_eq!(
            events(),
            panel
                .iter()
                .map(|auditor| Event::Seated { subject: RECORD, auditor: *auditor, due: before + 60_000 })
                .collect::<Vec<_>>()
        );
        for auditor in panel {
            let seat = seat(RECORD, auditor);
            assert_eq!(seat.key, keys(auditor, false).public());
            assert_eq!(seat.due, before + 60_000);
            assert!(seat.sealed.is_none() && seat.vote.is_none());
            assert_eq!(engaged()[&auditor], 1);
            assert_eq!(Audits::open_reviews(&auditor, 10), [(RECORD, review(RECORD))]);
            assert!(Audits::is_reviewing(&auditor, 7, 1));
            assert!(!Audits::is_reviewing(&auditor, 7, 2));
        }
    });
}

#[test]
fn seats_the_key_that_is_current_at_the_draw() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Audits::convene(new_review(RECORD, HOLDER)));
        world(|world| world.rotated = AUDITORS.collect());
        run_to(3);
        for auditor in panel(RECORD) {
            assert_eq!(seat(RECORD, auditor).key, keys(auditor, true).public());
        }
    });
}

#[test]
fn draws_every_auditor_about_equally_often() {
    ExtBuilder::default().build_and_execute(|| {
        let review = stored(new_review(RECORD, HOLDER));
        let (mut seats, mut first, mut pairs) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let draws = 6_000u32;
        for number in 0..draws {
            let chosen: Vec<_> =
                Audits::choose(&review, 3, seed(number)).chosen.iter().map(|(who, _)| *who).collect();
            *first.entry(chosen[0]).or_insert(0u32) += 1;
            for (index, who) in chosen.iter().enumerate() {
                *seats.entry(*who).or_insert(0u32) += 1;
                for other in &chosen[index + 1..] {
                    *pairs.entry((*who.min(other), *who.max(other))).or_insert(0u32) += 1;
                }
            }
        }
        // Five standard deviations of a binomial count.
        let even = |counts: Vec<u32>, share: f64| {
            let mean = f64::from(draws) * share;
            let bound = 5.0 * (mean * (1.0 - share)).sqrt();
            counts.into_iter().all(|count| (f64::from(count) - mean).abs() < bound)
        };
        assert_eq!((seats.len(), first.len(), pairs.len()), (10, 10, 45));
        assert!(even(seats.into_values().collect(), 0.3));
        assert!(even(first.into_values().collect(), 0.1));
        assert!(even(pairs.into_values().collect(), 3.0 / 45.0));
    });
}

#[test]
fn draws_the_eligible_equally_often_wherever_the_others_stand() {
    ExtBuilder::default().build_and_execute(|| {
        let mut new = new_review(RECORD, HOLDER);
        new.excluded = vec![11, 12, 15];
        let review = stored(new);
        world(|world| world.discredited = [18].into());
        let mut seats = BTreeMap::new();
        for number in 0..4_000 {
            for (who, _) in Audits::choose(&review, 2, seed(number)).chosen {
                *seats.entry(who).or_insert(0u32) += 1;
            }
        }
        assert_eq!(seats.keys().copied().collect::<Vec<_>>(), [13, 14, 16, 17, 19, 20]);
        // 4000 draws of 2 out of 6: 1333 each, standard deviation 30.
        assert!(seats.into_values().all(|count| (1_183..=1_483).contains(&count)));
    });
}

#[test]
fn whole_draws_over_many_chains_are_even_too() {
    let mut seats = BTreeMap::new();
    for run in 0..400 {
        ExtBuilder::default().build_and_execute(|| {
            world(|world| world.seed = run);
            for auditor in convene_and_draw(RECORD) {
                *seats.entry(auditor).or_insert(0u32) += 1;
            }
        });
    }
    // 400 draws of 3 out of 10: 120 each, standard deviation 9.2.
    assert_eq!(seats.len(), 10);
    assert!(seats.into_values().all(|count| (74..=166).contains(&count)));
}

#[test]
fn subjects_drawn_in_the_same_block_get_different_seeds() {
    let mut same = 0;
    for run in 0..50 {
        ExtBuilder::default().build_and_execute(|| {
            world(|world| world.seed = run);
            assert_ok!(Audits::convene(new_review(RECORD, HOLDER)));
            assert_ok!(Audits::convene(new_review(CLAIM, HOLDER)));
            run_to(3);
            same += u32::from(panel(RECORD) == panel(CLAIM));
        });
    }
    // One in 720 by chance.
    assert!(same < 3);
}

#[test]
fn keeps_conflicts_of_interest_off_the_panel() {
    ExtBuilder::default().build_and_execute(|| {
        let mut new = new_review(CLAIM, 11);
        new.excluded = vec![18];
        world(|world| {
            // The holder is an auditor itself, and so are its sponsor, the owner and the owner's sponsor.
            world.sponsors =
                [(11, 12), (13, 11), (14, 12), (15, 16), (17, 16), (20, 15), (19, KEEPER)].into();
            world.owners = [(7, 15)].into();
        });
        let review = stored(new);
        let choice = Audits::choose(&review, 5, seed(0));
        assert_eq!(choice.chosen.iter().map(|(who, _)| *who).collect::<Vec<_>>(), [19]);
        assert_eq!(choice.examined, 10);
    });
}

#[test]
fn having_no_sponsor_in_common_is_no_conflict() {
    ExtBuilder::default().build_and_execute(|| {
        world(|world| world.sponsors.clear());
        let review = stored(new_review(RECORD, HOLDER));
        assert_eq!(Audits::choose(&review, 20, seed(0)).chosen.len(), 10);
    });
}

#[test]
fn passes_over_auditors_without_the_credit() {
    ExtBuilder::default().build_and_execute(|| {
        world(|world| world.discredited = (11..=17).collect());
        let panel: BTreeSet<_> = convene_and_draw(RECORD).into_iter().collect();
        assert_eq!(panel, BTreeSet::from([18, 19, 20]));
    });
}

#[test]
fn looks_at_no_more_candidates_than_it_needs() {
    ExtBuilder::default().build_and_execute(|| {
        let review = stored(new_review(RECORD, HOLDER));
        assert_eq!(Audits::choose(&review, 3, seed(1)).examined, 3);
        assert_eq!(Audits::choose(&review, 0, seed(1)).examined, 0);
    });
}

#[test]
fn goes_on_with_fewer_seats_if_they_are_a_quorum() {
    ExtBuilder::default().auditors([11, 12]).build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        assert_eq!(panel.len(), 2);
        assert_eq!(review(RECORD).state, ReviewState::Open);
        assert!(events().contains(&Event::SeatsLeftVacant { subject: RECORD, seats: 1 }));
    });
}

#[test]
fn a_seat_for_which_nobody_is_found_is_told_as_the_panel_goes_on() {
    ExtBuilder::default().auditors([11, 12, 13]).build_and_execute(|| {
        let panel = start(RECORD);
        assert_ok!(approve(panel[0], RECORD));
        pass_until(seat(RECORD, panel[2]).due + 1);
        assert_ok!(Audits::replace(RuntimeOrigin::signed(KEEPER), RECORD, panel[2]));
        let at = System::block_number() + 2;
        run_to(at - 1);
        events();
        run_to(at);
        // The state changed, so something tells of it.
        assert_eq!(review(RECORD).state, ReviewState::Open);
        assert_eq!(events(), [Event::SeatsLeftVacant { subject: RECORD, seats: 1 }]);
    });
}

#[test]
fn too_few_auditors_are_waited_for_and_nobody_is_seated_meanwhile() {
    ExtBuilder::default().auditors([11]).build_and_execute(|| {
        assert!(convene_and_draw(RECORD).is_empty());
        assert_eq!(review(RECORD).state, ReviewState::Drawing { at: 8 });
        assert!(events().contains(&Event::TooFewAuditors { subject: RECORD, found: 1, retry_at: 8 }));
        assert!(engaged().is_empty());

        run_to(8);
        assert_eq!(review(RECORD).state, ReviewState::Drawing { at: 13 });
        world(|world| world.auditors.extend([12, 13]));
        run_to(12);
        assert!(panel(RECORD).is_empty());
        run_to(13);
        assert_eq!(panel(RECORD).len(), 3);
        assert_eq!(review(RECORD).state, ReviewState::Open);
    });
}

#[test]
fn does_not_use_a_seed_that_was_known_at_the_convening() {
    ExtBuilder::default().build_and_execute(|| {
        // At block 3 the seed has been known since block 0, at block 5 since block 2.
        world(|world| world.lag = 2);
        assert!(convene_and_draw(RECORD).is_empty());
        assert!(events().contains(&Event::DrawPostponed { subject: RECORD, draw_at: 5 }));
        run_to(5);
        assert_eq!(panel(RECORD).len(), 3);
    });
}

#[test]
fn a_delay_too_short_for_the_seed_makes_the_draw_wait() {
    ExtBuilder::default().build_and_execute(|| {
        DrawDelay::set(0);
        assert_ok!(Audits::convene(new_review(RECORD, HOLDER)));
        run_to(2);
        assert!(panel(RECORD).is_empty());
        run_to(3);
        assert_eq!(panel(RECORD).len(), 3);
    });
}

#[test]
fn an_auditor_on_two_panels_about_a_version_reviews_it_until_both_ended() {
    ExtBuilder::default().auditors([11, 12, 13]).build_and_execute(|| {
        assert_ok!(Audits::convene(new_review(RECORD, HOLDER)));
        assert_ok!(Audits::convene(new_review(CLAIM, HOLDER)));
        run_to(3);
        assert_eq!(engaged()[&11], 2);
        assert_eq!(Audits::open_reviews(&11, 10).len(), 2);
        assert_eq!(Audits::open_reviews(&11, 1).len(), 1);
        Audits::dissolve(RECORD);
        assert!(Audits::is_reviewing(&11, 7, 1));
        Audits::dissolve(CLAIM);
        assert!(!Audits::is_reviewing(&11, 7, 1));
    });
}

/// A panel of three on which one approved, one rejected, and the third was replaced although nobody else is left.
fn divided_panel_without_successor(subject: Subject) {
    let panel = start(subject);
    assert_ok!(approve(panel[0], subject));
    assert_ok!(reject(panel[1], subject));
    pass_until(seat(subject, panel[2]).due + 1);
    assert_ok!(Audits::replace(RuntimeOrigin::signed(KEEPER), subject, panel[2]));
}

#[test]
fn decides_at_the_draw_when_nobody_is_left_to_break_a_tie() {
    for subject in [RECORD, CLAIM] {
        ExtBuilder::default().auditors([11, 12, 13]).build_and_execute(|| {
            divided_panel_without_successor(subject);
            run_to(System::block_number() + 2);
            assert_ended(subject, ReviewState::Split);
            assert_eq!(verdicts(), [(subject, Outcome::Split, vec![])]);
        });
    }
}

#[test]
fn a_decision_at_the_draw_that_is_refused_is_tried_again() {
    ExtBuilder::default().auditors([11, 12, 13]).build_and_execute(|| {
        divided_panel_without_successor(RECORD);
        world(|world| world.deaf = true);
        let at = System::block_number() + 2;
        run_to(at - 1);
        events();
        run_to(at);
        assert_eq!(review(RECORD).state, ReviewState::Drawing { at: at + 5 });
        assert!(verdicts().is_empty());
        // Nothing else of it is told, as nothing else of it happened.
        assert_eq!(events(), [Event::DrawPostponed { subject: RECORD, draw_at: at + 5 }]);
        world(|world| world.deaf = false);
        run_to(at + 5);
        assert_ended(RECORD, ReviewState::Split);
    });
}

#[test]
fn sizes_outside_their_range_count_as_the_nearest_inside() {
    ExtBuilder::default().build_and_execute(|| {
        for (size, quorum, seats, votes) in
            [(0, 0, 1, 1), (9, 9, 5, 5), (5, 1, 5, 3), (4, 2, 4, 3), (3, 3, 3, 3), (2, 0, 2, 2)]
        {
            PanelSize::set(size);
            Quorum::set(quorum);
            assert_eq!((Audits::panel_size(), Audits::quorum(Audits::panel_size())), (seats, votes));
        }
    });
}
