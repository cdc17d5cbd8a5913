use frame_support::{assert_noop, assert_ok};
use medshare_traits::Membership;
use medshare_types::Role;

use crate::{Auditors, Error, Event, mock::*};

#[test]
fn a_sponsor_changes_the_roles_of_provider_and_buyer() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Buyer])));
        assert!(!<Members as Membership<_>>::has_role(&PATIENT, Role::Provider));
        assert!(<Members as Membership<_>>::has_role(&PATIENT, Role::Buyer));
        assert_last(Event::RolesSet { who: PATIENT, roles: roles(&[Role::Buyer]) });
        assert_eq!(held(HOSPITAL), DEPOSIT);
    });
}

#[test]
fn a_sponsor_neither_gives_nor_takes_the_councils_roles() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        for role in [Role::Hospital, Role::Auditor, Role::Vault] {
            assert_noop!(
                Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Provider, role])),
                Error::<Test>::NeedsCouncil
            );
        }
        assert_ok!(Members::set_roles(council(), PATIENT, roles(&[Role::Provider, Role::Vault])));
        assert_noop!(
            Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Provider])),
            Error::<Test>::NeedsCouncil
        );
        // Nor does it change the rest of what such a member may do.
        assert_noop!(
            Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Buyer, Role::Vault])),
            Error::<Test>::NeedsCouncil
        );
        // It decides again once the council has taken its role back.
        assert_ok!(Members::set_roles(council(), PATIENT, roles(&[Role::Provider])));
        assert_ok!(Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Buyer])));
    });
}

#[test]
fn a_sponsor_changes_nothing_about_whom_the_council_suspended() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_ok!(Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Buyer])));
        assert_ok!(Members::suspend(council(), PATIENT));
        assert_noop!(
            Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Provider])),
            Error::<Test>::SuspendedByCouncil
        );
        assert_ok!(Members::set_roles(council(), PATIENT, roles(&[Role::Provider])));
    });
}

#[test]
fn a_hospital_does_not_touch_anothers_people_nor_itself() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        for who in [PATIENT, AUDITOR, OTHER_HOSPITAL] {
            assert_noop!(
                Members::set_roles(by(OTHER_HOSPITAL), who, roles(&[Role::Buyer])),
                Error::<Test>::NotSponsor
            );
        }
        assert_noop!(
            Members::set_roles(by(PATIENT), PATIENT, roles(&[Role::Buyer])),
            Error::<Test>::NotHospital
        );
        assert_noop!(
            Members::set_roles(by(STRANGER), PATIENT, roles(&[Role::Buyer])),
            Error::<Test>::NotMember
        );
    });
}

#[test]
fn a_sponsor_that_is_suspended_or_no_hospital_any_more_decides_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(council(), HOSPITAL));
        assert_noop!(
            Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Buyer])),
            Error::<Test>::MemberSuspended
        );
        assert_ok!(Members::reinstate(council(), HOSPITAL));
        assert_ok!(Members::set_roles(council(), HOSPITAL, roles(&[Role::Provider])));
        assert_noop!(
            Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Buyer])),
            Error::<Test>::NotHospital
        );
        assert_ok!(Members::set_roles(council(), PATIENT, roles(&[Role::Buyer])));
    });
}

#[test]
fn the_list_of_auditors_follows() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::set_roles(council(), PATIENT, roles(&[Role::Provider, Role::Auditor])));
        assert_eq!(Auditors::<Test>::get().into_inner(), vec![AUDITOR, PATIENT]);
        // The same again changes nothing.
        assert_ok!(Members::set_roles(council(), PATIENT, roles(&[Role::Provider, Role::Auditor])));
        assert_eq!(Auditors::<Test>::get().into_inner(), vec![AUDITOR, PATIENT]);
        assert_ok!(Members::set_roles(council(), AUDITOR, roles(&[Role::Vault])));
        assert_eq!(Auditors::<Test>::get().into_inner(), vec![PATIENT]);
    });
}

#[test]
fn a_suspended_auditor_is_not_listed_before_it_is_reinstated() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(council(), PATIENT));
        assert_ok!(Members::set_roles(council(), PATIENT, roles(&[Role::Auditor])));
        assert_eq!(Auditors::<Test>::get().into_inner(), vec![AUDITOR]);
        assert_ok!(Members::reinstate(council(), PATIENT));
        assert_eq!(Auditors::<Test>::get().into_inner(), vec![AUDITOR, PATIENT]);
    });
}

#[test]
fn refuses_one_auditor_too_many_and_no_role_at_all() {
    ExtBuilder::default().member(20, &[Role::Auditor]).member(21, &[Role::Auditor]).build_and_execute(|| {
        admit_patient();
        assert_noop!(
            Members::set_roles(council(), PATIENT, roles(&[Role::Auditor])),
            Error::<Test>::TooManyAuditors
        );
        assert_noop!(Members::set_roles(council(), PATIENT, roles(&[])), Error::<Test>::NoRole);
        assert_noop!(Members::set_roles(by(HOSPITAL), PATIENT, roles(&[])), Error::<Test>::NoRole);
        assert_noop!(
            Members::set_roles(council(), STRANGER, roles(&[Role::Buyer])),
            Error::<Test>::NotMember
        );
    });
}
