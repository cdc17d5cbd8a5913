//! What a sponsor cannot do to somebody whom it once admitted and to whom the council gave a role since.

use frame_support::{assert_noop, assert_ok};
use medshare_traits::Membership;
use medshare_types::{MemberStatus, Role};

use crate::{Error, mock::*};

/// The roles that only the council gives.
const COUNCILS: [Role; 3] = [Role::Hospital, Role::Auditor, Role::Vault];

fn status(who: Account) -> MemberStatus {
    Members::member(&who).expect("a member").status
}

/// Runs a test for each role of the council's, given to a provider whom [`HOSPITAL`] sponsors, alone and beside the
/// others.
fn with_a_raised_member(test: impl Fn(Role)) {
    for role in COUNCILS {
        for wanted in [vec![role], vec![role, Role::Provider, Role::Buyer]] {
            ExtBuilder::default().build_and_execute(|| {
                admit_patient();
                assert_ok!(Members::set_roles(council(), PATIENT, roles(&wanted)));
                assert_eq!(Members::member(&PATIENT).and_then(|member| member.sponsor), Some(HOSPITAL));
                test(role);
            });
        }
    }
}

#[test]
fn suspend_a_hospital_an_auditor_or_a_vault() {
    with_a_raised_member(|role| {
        assert_noop!(Members::suspend(by(HOSPITAL), PATIENT), Error::<Test>::NeedsCouncil);
        assert!(<Members as Membership<_>>::has_role(&PATIENT, role));
        assert_ok!(Members::suspend(council(), PATIENT));
        assert_eq!(status(PATIENT), MemberStatus::Suspended { by_council: true });
    });
}

#[test]
fn take_its_other_roles_or_leave_it_with_none() {
    with_a_raised_member(|role| {
        for wanted in [&[Role::Provider][..], &[role], &[role, Role::Buyer], &[]] {
            assert!(Members::set_roles(by(HOSPITAL), PATIENT, roles(wanted)).is_err());
        }
        assert_noop!(
            Members::set_roles(by(HOSPITAL), PATIENT, roles(&[Role::Provider])),
            Error::<Test>::NeedsCouncil
        );
        assert!(<Members as Membership<_>>::has_role(&PATIENT, role));
    });
}

#[test]
fn reinstate_or_expel_it() {
    with_a_raised_member(|_| {
        assert_ok!(Members::suspend(council(), PATIENT));
        assert_noop!(Members::reinstate(by(HOSPITAL), PATIENT), Error::<Test>::NeedsCouncil);
        assert_noop!(Members::expel(by(HOSPITAL), PATIENT), Error::<Test>::NeedsCouncil);
        assert_ok!(Members::expel(council(), PATIENT));
        assert_eq!(held(HOSPITAL), 0);
    });
}

#[test]
fn keep_suspended_whom_it_suspended_before_the_council_raised_it() {
    for role in COUNCILS {
        ExtBuilder::default().build_and_execute(|| {
            admit_patient();
            assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
            assert_ok!(Members::set_roles(council(), PATIENT, roles(&[role])));
            assert_noop!(Members::reinstate(by(HOSPITAL), PATIENT), Error::<Test>::NeedsCouncil);
            assert_noop!(Members::expel(by(HOSPITAL), PATIENT), Error::<Test>::NeedsCouncil);
            assert_ok!(Members::reinstate(council(), PATIENT));
            assert!(<Members as Membership<_>>::has_role(&PATIENT, role));
        });
    }
}

#[test]
fn rule_over_each_other_where_two_hospitals_sponsored_each_other() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::set_roles(council(), PATIENT, roles(&[Role::Hospital])));
        // The first comes back under the second, which by then is a hospital.
        assert_ok!(Members::suspend(council(), OTHER_HOSPITAL));
        assert_ok!(Members::expel(council(), OTHER_HOSPITAL));
        AdmissionDeposit::set(0);
        assert_ok!(admit(by(PATIENT), OTHER_HOSPITAL, &[Role::Buyer]));
        assert_ok!(Members::set_roles(council(), OTHER_HOSPITAL, roles(&[Role::Hospital])));
        assert_noop!(Members::suspend(by(PATIENT), OTHER_HOSPITAL), Error::<Test>::NeedsCouncil);
        assert_noop!(Members::suspend(by(OTHER_HOSPITAL), PATIENT), Error::<Test>::NotSponsor);
    });
}

#[test]
fn decide_about_a_member_whom_the_council_admitted() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(admit(council(), PATIENT, &[Role::Provider]));
        for hospital in [HOSPITAL, OTHER_HOSPITAL] {
            assert_noop!(Members::suspend(by(hospital), PATIENT), Error::<Test>::NotSponsor);
            let changed = Members::set_roles(by(hospital), PATIENT, roles(&[Role::Buyer]));
            assert_noop!(changed, Error::<Test>::NotSponsor);
        }
    });
}

#[test]
fn but_it_decides_again_once_the_council_took_the_role_back() {
    with_a_raised_member(|_| {
        assert_ok!(Members::set_roles(council(), PATIENT, roles(&[Role::Provider])));
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_eq!(status(PATIENT), MemberStatus::Suspended { by_council: false });
        assert_ok!(Members::expel(by(HOSPITAL), PATIENT));
    });
}
