use frame_support::{assert_noop, assert_ok};
use medshare_traits::{Outcome, Panels};
use medshare_types::{CreditEvent, Finding, Findings, Hash, ReviewState, Subject, Verdict, Vote};
use sp_runtime::DispatchError;

use crate::{Error, Event, mock::*};

#[test]
fn a_quorum_of_approvals_decides() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        events();
        assert_ok!(Audits::vote(
            RuntimeOrigin::signed(panel[0]),
            7,
            1,
            Verdict::Approve,
            Findings::new(),
            report(panel[0])
        ));
        assert_eq!(
            events(),
            [Event::Voted {
                subject: RECORD,
                auditor: panel[0],
                verdict: Verdict::Approve,
                findings: Findings::new(),
                report: report(panel[0])
            }]
        );
        assert_eq!(review(RECORD).state, ReviewState::Open);
        assert!(Audits::majority(RECORD).is_empty());
        assert_eq!(
            seat(RECORD, panel[0]).vote,
            Some(Vote {
                verdict: Verdict::Approve,
                findings: Findings::new(),
                report: report(panel[0]),
                at: now()
            })
        );

        assert_ok!(approve(panel[2], RECORD));
        assert_ended(RECORD, ReviewState::Decided(Verdict::Approve));
        assert_eq!(
            events().last(),
            Some(&Event::Decided { subject: RECORD, verdict: Verdict::Approve, approvals: 2, rejections: 0 })
        );
        let majority = vec![panel[0], panel[2]];
        assert_eq!(Audits::majority(RECORD), majority);
        assert_eq!(verdicts(), [(RECORD, Outcome::Decided(Verdict::Approve), majority)]);
        assert_eq!(
            world(|world| world.credit.clone()),
            [(panel[0], CreditEvent::AuditOnTime), (panel[2], CreditEvent::AuditOnTime)]
        );
        assert_noop!(approve(panel[1], RECORD), Error::<Test>::ReviewEnded);
    });
}

#[test]
fn a_quorum_of_rejections_decides_and_the_minority_gets_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(CLAIM);
        assert_ok!(approve(panel[0], CLAIM));
        assert_ok!(reject(panel[1], CLAIM));
        assert_eq!(review(CLAIM).state, ReviewState::Open);
        assert_ok!(reject(panel[2], CLAIM));
        assert_ended(CLAIM, ReviewState::Decided(Verdict::Reject));
        assert_eq!(Audits::majority(CLAIM), [panel[1], panel[2]]);
        assert!(!Audits::findings(CLAIM).is_empty());
        assert_eq!(
            world(|world| world.credit.clone()),
            [(panel[1], CreditEvent::AuditOnTime), (panel[2], CreditEvent::AuditOnTime)]
        );
    });
}

#[test]
fn a_tie_of_a_small_panel_is_a_split_in_which_nobody_was_wrong() {
    for subject in [RECORD, CLAIM] {
        ExtBuilder::default().auditors([11, 12]).build_and_execute(|| {
            let panel = start(subject);
            assert_ok!(approve(panel[0], subject));
            assert_ok!(reject(panel[1], subject));
            assert_ended(subject, ReviewState::Split);
            assert_eq!(verdicts(), [(subject, Outcome::Split, vec![])]);
            assert_eq!(events().last(), Some(&Event::Split { subject, approvals: 1, rejections: 1 }));
            assert!(Audits::majority(subject).is_empty() && Audits::findings(subject).is_empty());
            let on_time = [0, 1].map(|seat| (panel[seat], CreditEvent::AuditOnTime));
            assert_eq!(world(|world| world.credit.clone()), on_time);
        });
    }
}

#[test]
fn four_of_five_seats_that_split_evenly_are_no_quorum() {
    for subject in [RECORD, CLAIM] {
        ExtBuilder::default().auditors([11, 12, 13, 14]).build_and_execute(|| {
            PanelSize::set(5);
            Quorum::set(3);
            let panel = start(subject);
            assert_ok!(approve(panel[0], subject));
            assert_ok!(reject(panel[1], subject));
            assert_ok!(approve(panel[2], subject));
            assert_eq!(review(subject).state, ReviewState::Open);
            assert_ok!(reject(panel[3], subject));
            assert_ended(subject, ReviewState::Split);
        });
    }
}

#[test]
fn decides_as_soon_as_no_quorum_is_possible() {
    ExtBuilder::default().build_and_execute(|| {
        PanelSize::set(5);
        Quorum::set(4);
        let panel = start(RECORD);
        assert_ok!(approve(panel[0], RECORD));
        assert_ok!(approve(panel[1], RECORD));
        assert_ok!(reject(panel[2], RECORD));
        assert_eq!(review(RECORD).state, ReviewState::Open);
        assert_ok!(reject(panel[3], RECORD));
        assert_ended(RECORD, ReviewState::Split);
        assert!(Audits::majority(RECORD).is_empty());
    });
}

#[test]
fn two_of_five_are_not_enough() {
    ExtBuilder::default().build_and_execute(|| {
        PanelSize::set(5);
        Quorum::set(3);
        let panel = start(RECORD);
        assert_ok!(approve(panel[0], RECORD));
        assert_ok!(approve(panel[1], RECORD));
        assert_eq!(review(RECORD).state, ReviewState::Open);
        assert_ok!(approve(panel[4], RECORD));
        assert_ended(RECORD, ReviewState::Decided(Verdict::Approve));
    });
}

#[test]
fn needs_the_key() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        assert_noop!(approve(panel[0], RECORD), Error::<Test>::KeyNotDelivered);
        assert_ok!(deliver(RECORD, &panel[1..]));
        assert_noop!(reject(panel[0], RECORD), Error::<Test>::KeyNotDelivered);
        assert_ok!(approve(panel[1], RECORD));
    });
}

#[test]
fn is_cast_once() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        assert_ok!(approve(panel[0], RECORD));
        assert_noop!(approve(panel[0], RECORD), Error::<Test>::AlreadyVoted);
        assert_noop!(reject(panel[0], RECORD), Error::<Test>::AlreadyVoted);
    });
}

#[test]
fn is_in_time_until_the_last_moment_and_not_after() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        pass_until(seat(RECORD, panel[0]).due);
        assert_ok!(approve(panel[0], RECORD));
        pass(1);
        assert_noop!(approve(panel[1], RECORD), Error::<Test>::TooLate);
        assert_eq!(review(RECORD).state, ReviewState::Open);
    });
}

#[test]
fn is_the_panels_alone() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        let other = outsider(&panel);
        assert_noop!(approve(other, RECORD), Error::<Test>::NotOnPanel);
        assert_noop!(approve(panel[0], CLAIM), Error::<Test>::NoReview);
        for who in [HOLDER, KEEPER, STRANGER] {
            let vote = Audits::vote(
                RuntimeOrigin::signed(who),
                7,
                1,
                Verdict::Approve,
                Findings::new(),
                Hash::zero(),
            );
            assert!(vote.is_err());
        }
        assert_noop!(
            Audits::vote(RuntimeOrigin::root(), 7, 1, Verdict::Approve, Findings::new(), Hash::zero()),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn is_not_for_the_suspended_nor_for_who_is_no_auditor_any_more() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        world(|world| world.members.remove(&panel[0]));
        assert_noop!(approve(panel[0], RECORD), DispatchError::BadOrigin);
        world(|world| world.auditors.retain(|auditor| *auditor != panel[1]));
        assert_noop!(approve(panel[1], RECORD), DispatchError::BadOrigin);
    });
}

#[test]
fn the_call_reaches_records_only() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(CLAIM);
        assert_noop!(
            Audits::vote(
                RuntimeOrigin::signed(panel[0]),
                7,
                1,
                Verdict::Approve,
                Findings::new(),
                Hash::zero()
            ),
            Error::<Test>::NoReview
        );
        assert_ok!(approve(panel[0], CLAIM));
    });
}

#[test]
fn findings_go_with_rejections_and_only_with_them() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        let vote = |verdict, found: &[Finding]| {
            <Audits as Panels<Account>>::vote(&panel[0], RECORD, verdict, findings(found), Hash::zero())
        };
        assert_noop!(vote(Verdict::Approve, &[Finding::Other]), Error::<Test>::FindingsWithApproval);
        assert_noop!(vote(Verdict::Reject, &[]), Error::<Test>::RejectionWithoutFindings);
        assert_ok!(vote(Verdict::Reject, &[Finding::Unavailable, Finding::NotDeidentified]));
        assert_eq!(seat(RECORD, panel[0]).vote.unwrap().findings.len(), 2);
    });
}

#[test]
fn goes_on_while_another_seat_is_being_drawn_and_can_decide() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        assert_ok!(deliver(RECORD, &panel[..1]));
        pass(50_000);
        assert_ok!(deliver(RECORD, &panel[1..]));
        pass_until(seat(RECORD, panel[0]).due + 1);
        assert_ok!(Audits::replace(RuntimeOrigin::signed(KEEPER), RECORD, panel[0]));
        assert_ok!(approve(panel[1], RECORD));
        assert!(matches!(review(RECORD).state, ReviewState::Drawing { .. }));
        assert_ok!(approve(panel[2], RECORD));
        assert_ended(RECORD, ReviewState::Decided(Verdict::Approve));
        run_to(System::block_number() + 10);
        assert_eq!(crate::mock::panel(RECORD), panel[1..]);
    });
}

#[test]
fn a_tie_waits_for_the_seat_that_is_being_drawn() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = convene_and_draw(RECORD);
        assert_ok!(deliver(RECORD, &panel[..1]));
        pass(50_000);
        assert_ok!(deliver(RECORD, &panel[1..]));
        pass_until(seat(RECORD, panel[0]).due + 1);
        assert_ok!(Audits::replace(RuntimeOrigin::signed(KEEPER), RECORD, panel[0]));
        assert_ok!(approve(panel[1], RECORD));
        assert_ok!(reject(panel[2], RECORD));
        assert!(matches!(review(RECORD).state, ReviewState::Drawing { .. }));
        run_to(System::block_number() + 2);
        let newcomer = crate::mock::panel(RECORD)[2];
        assert_ok!(deliver(RECORD, &[newcomer]));
        assert_ok!(approve(newcomer, RECORD));
        assert_ended(RECORD, ReviewState::Decided(Verdict::Approve));
    });
}

#[test]
fn is_undone_if_the_verdict_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let panel = start(RECORD);
        assert_ok!(approve(panel[0], RECORD));
        world(|world| world.deaf = true);
        let vote = frame_support::storage::with_storage_layer(|| approve(panel[1], RECORD));
        assert_eq!(vote, Err(DispatchError::Unavailable));
        assert_eq!(review(RECORD).state, ReviewState::Open);
        assert!(seat(RECORD, panel[1]).vote.is_none());
        assert_eq!(engaged().len(), 3);
        assert_eq!(Audits::open_reviews(&panel[1], 10).len(), 1);
    });
}

#[test]
fn the_majority_of_an_undecided_or_unknown_review_is_nobody() {
    ExtBuilder::default().build_and_execute(|| {
        assert!(Audits::majority(Subject::Claim { order: 77 }).is_empty());
        let panel = start(RECORD);
        assert_ok!(approve(panel[0], RECORD));
        assert!(Audits::majority(RECORD).is_empty());
        Audits::dissolve(RECORD);
        assert!(Audits::majority(RECORD).is_empty());
    });
}
