use frame_support::{assert_noop, assert_ok};
use medshare_traits::Membership;
use medshare_types::{MemberStatus, Role};
use sp_runtime::DispatchError;

use crate::{Auditors, Error, Event, mock::*};

fn status(who: Account) -> MemberStatus {
    Members::member(&who).expect("a member").status
}

#[test]
fn a_sponsor_suspends_its_own() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_eq!(status(PATIENT), MemberStatus::Suspended { by_council: false });
        assert!(!<Members as Membership<_>>::is_active(&PATIENT));
        assert!(!<Members as Membership<_>>::has_role(&PATIENT, Role::Provider));
        assert_noop!(
            <Members as Membership<_>>::ensure_role(&PATIENT, Role::Provider),
            Error::<Test>::MemberSuspended
        );
        // What is sealed to it remains verifiable.
        assert_eq!(<Members as Membership<_>>::encryption_key(&PATIENT), Some(pair(PATIENT).public()));
        assert_last(Event::Suspended { who: PATIENT, by_council: false });
        assert_eq!(held(HOSPITAL), DEPOSIT);
    });
}

#[test]
fn a_hospital_does_not_suspend_others() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        for who in [HOSPITAL, AUDITOR, OTHER_HOSPITAL, PATIENT] {
            assert_noop!(Members::suspend(by(OTHER_HOSPITAL), who), Error::<Test>::NotSponsor);
        }
        assert_noop!(Members::suspend(by(AUDITOR), PATIENT), Error::<Test>::NotHospital);
        assert_noop!(Members::suspend(by(STRANGER), PATIENT), Error::<Test>::NotMember);
        assert_noop!(Members::suspend(by(HOSPITAL), STRANGER), Error::<Test>::NotMember);
        assert_noop!(Members::suspend(RuntimeOrigin::none(), PATIENT), DispatchError::BadOrigin);
    });
}

#[test]
fn a_suspended_hospital_suspends_nobody() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(council(), HOSPITAL));
        assert_noop!(Members::suspend(by(HOSPITAL), PATIENT), Error::<Test>::MemberSuspended);
    });
}

#[test]
fn nobody_is_suspended_twice_but_the_council_may_take_over() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_noop!(Members::suspend(by(HOSPITAL), PATIENT), Error::<Test>::AlreadySuspended);
        assert_ok!(Members::suspend(council(), PATIENT));
        assert_eq!(status(PATIENT), MemberStatus::Suspended { by_council: true });
        assert_last(Event::Suspended { who: PATIENT, by_council: true });
        assert_noop!(Members::suspend(council(), PATIENT), Error::<Test>::AlreadySuspended);
        assert_noop!(Members::suspend(by(HOSPITAL), PATIENT), Error::<Test>::AlreadySuspended);
    });
}

#[test]
fn a_suspended_auditor_leaves_the_list() {
    ExtBuilder::default().member(20, &[Role::Auditor]).build_and_execute(|| {
        assert_ok!(Members::suspend(council(), AUDITOR));
        assert_eq!(Auditors::<Test>::get().into_inner(), vec![20]);
    });
}
