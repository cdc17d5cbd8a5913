use frame_support::{assert_noop, assert_ok};
use medshare_traits::Membership;
use medshare_types::Role;

use crate::{Auditors, Error, Event, mock::*};

#[test]
fn a_sponsor_lifts_its_own_suspension() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_noop!(Members::reinstate(by(OTHER_HOSPITAL), PATIENT), Error::<Test>::NotSponsor);
        assert_noop!(Members::reinstate(by(PATIENT), PATIENT), Error::<Test>::MemberSuspended);
        assert_ok!(Members::reinstate(by(HOSPITAL), PATIENT));
        assert!(<Members as Membership<_>>::has_role(&PATIENT, Role::Provider));
        assert_last(Event::Reinstated { who: PATIENT });
        assert_noop!(Members::reinstate(by(HOSPITAL), PATIENT), Error::<Test>::NotSuspended);
    });
}

#[test]
fn the_councils_suspension_is_lifted_by_the_council_alone() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_ok!(Members::suspend(council(), PATIENT));
        assert_noop!(Members::reinstate(by(HOSPITAL), PATIENT), Error::<Test>::SuspendedByCouncil);
        assert_ok!(Members::reinstate(council(), PATIENT));
        assert!(<Members as Membership<_>>::is_active(&PATIENT));
    });
}

#[test]
fn the_council_lifts_a_sponsors_suspension() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_ok!(Members::reinstate(council(), PATIENT));
        assert!(<Members as Membership<_>>::is_active(&PATIENT));
    });
}

#[test]
fn a_suspended_hospital_reinstates_nobody_not_even_itself() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_ok!(Members::suspend(council(), HOSPITAL));
        assert_noop!(Members::reinstate(by(HOSPITAL), PATIENT), Error::<Test>::MemberSuspended);
        assert_noop!(Members::reinstate(by(HOSPITAL), HOSPITAL), Error::<Test>::MemberSuspended);
    });
}

#[test]
fn an_auditor_comes_back_only_if_there_is_room() {
    ExtBuilder::default().member(20, &[Role::Auditor]).member(21, &[Role::Auditor]).build_and_execute(|| {
        assert_ok!(Members::suspend(council(), 20));
        assert_ok!(admit(council(), 22, &[Role::Auditor]));
        assert_noop!(Members::reinstate(council(), 20), Error::<Test>::TooManyAuditors);
        assert_ok!(Members::suspend(council(), 22));
        assert_ok!(Members::reinstate(council(), 20));
        assert_eq!(Auditors::<Test>::get().into_inner(), vec![AUDITOR, 20, 21]);
    });
}

#[test]
fn strangers_are_not_reinstated() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Members::reinstate(council(), STRANGER), Error::<Test>::NotMember);
    });
}
