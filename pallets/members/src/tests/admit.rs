use frame_support::{assert_noop, assert_ok};
use medshare_traits::Membership;
use medshare_types::{Hash, KeyProof, Member, MemberStatus, Point, Role, Scalar};
use sp_runtime::{DispatchError, TokenError};

use crate::{Auditors, Deposits, Error, Event, KeyOwners, Keys, Sponsored, mock::*};

#[test]
fn a_hospital_sponsors_whom_it_admits() {
    ExtBuilder::default().build_and_execute(|| {
        let wanted = roles(&[Role::Provider, Role::Buyer]);
        assert_ok!(admit(by(HOSPITAL), PATIENT, &[Role::Provider, Role::Buyer]));

        assert_eq!(
            Members::member(&PATIENT),
            Some(Member {
                roles: wanted.clone(),
                identity: identity(PATIENT),
                sponsor: Some(HOSPITAL),
                status: MemberStatus::Active,
                key: pair(PATIENT).public(),
                key_index: 0,
                since: START,
            })
        );
        assert_eq!(Keys::<Test>::get(PATIENT, 0), Some(pair(PATIENT).public()));
        assert_eq!(KeyOwners::<Test>::get(pair(PATIENT).public()), Some(PATIENT));
        assert_eq!(Sponsored::<Test>::get(HOSPITAL), 1);
        assert_eq!(<Members as Membership<_>>::sponsor(&PATIENT), Some(HOSPITAL));
        assert!(<Members as Membership<_>>::has_role(&PATIENT, Role::Buyer));
        assert!(!<Members as Membership<_>>::has_role(&PATIENT, Role::Auditor));
        assert_last(Event::Admitted {
            who: PATIENT,
            roles: wanted,
            sponsor: Some(HOSPITAL),
            deposit: DEPOSIT,
        });
    });
}

#[test]
fn holds_the_sponsors_deposit() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_eq!(held(HOSPITAL), DEPOSIT);
        assert_eq!(Balances::free_balance(HOSPITAL), FUNDS - DEPOSIT);
        assert_eq!(Deposits::<Test>::get(PATIENT), Some(DEPOSIT));
        assert_ok!(admit(by(HOSPITAL), 11, &[Role::Buyer]));
        assert_eq!(held(HOSPITAL), 2 * DEPOSIT);
    });
}

#[test]
fn holds_nothing_where_the_deposit_is_zero() {
    ExtBuilder::default().build_and_execute(|| {
        AdmissionDeposit::set(0);
        admit_patient();
        assert_eq!(held(HOSPITAL), 0);
        assert_eq!(Deposits::<Test>::get(PATIENT), None);
    });
}

#[test]
fn a_hospital_that_cannot_pay_the_deposit_admits_nobody() {
    ExtBuilder::default().build_and_execute(|| {
        AdmissionDeposit::set(FUNDS + 1);
        assert_noop!(admit(by(HOSPITAL), PATIENT, &[Role::Provider]), TokenError::FundsUnavailable);
    });
}

#[test]
fn the_council_admits_in_every_role_without_sponsor_or_deposit() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(admit(council(), PATIENT, &Role::ALL));
        for role in Role::ALL {
            assert_ok!(<Members as Membership<_>>::ensure_role(&PATIENT, role));
        }
        assert_eq!(<Members as Membership<_>>::sponsor(&PATIENT), None);
        assert_eq!(Deposits::<Test>::get(PATIENT), None);
        assert_last(Event::Admitted { who: PATIENT, roles: roles(&Role::ALL), sponsor: None, deposit: 0 });
    });
}

#[test]
fn a_hospital_cannot_give_the_councils_roles_even_among_others() {
    ExtBuilder::default().build_and_execute(|| {
        for role in [Role::Hospital, Role::Auditor, Role::Vault] {
            assert_noop!(admit(by(HOSPITAL), PATIENT, &[role]), Error::<Test>::NeedsCouncil);
            assert_noop!(admit(by(HOSPITAL), PATIENT, &[Role::Provider, role]), Error::<Test>::NeedsCouncil);
        }
    });
}

#[test]
fn only_an_active_hospital_or_the_council_admits() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(admit(by(STRANGER), PATIENT, &[Role::Buyer]), Error::<Test>::NotMember);
        assert_noop!(admit(by(AUDITOR), PATIENT, &[Role::Buyer]), Error::<Test>::NotHospital);
        assert_noop!(admit(RuntimeOrigin::none(), PATIENT, &[Role::Buyer]), DispatchError::BadOrigin);
        assert_ok!(Members::suspend(council(), HOSPITAL));
        assert_noop!(admit(by(HOSPITAL), PATIENT, &[Role::Buyer]), Error::<Test>::MemberSuspended);
    });
}

#[test]
fn nobody_is_admitted_twice() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        let key = next_pair(PATIENT);
        for origin in [by(HOSPITAL), by(OTHER_HOSPITAL), council()] {
            assert_noop!(
                Members::admit(
                    origin,
                    PATIENT,
                    roles(&[Role::Buyer]),
                    identity(PATIENT),
                    key.public(),
                    prove(&key, PATIENT)
                ),
                Error::<Test>::AlreadyMember
            );
        }
    });
}

#[test]
fn a_member_has_at_least_one_role() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(admit(by(HOSPITAL), PATIENT, &[]), Error::<Test>::NoRole);
        assert_noop!(admit(council(), PATIENT, &[]), Error::<Test>::NoRole);
    });
}

#[test]
fn a_proof_for_another_account_key_or_chain_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let key = pair(PATIENT);
        let nothing = Scalar(Hash::zero());
        let foreign = key.prove_possession(&mut rand_core::OsRng, &Hash::repeat_byte(1), &PATIENT);
        for (public, proof) in [
            (key.public(), prove(&key, STRANGER)),
            (key.public(), prove(&next_pair(PATIENT), PATIENT)),
            (next_pair(PATIENT).public(), prove(&key, PATIENT)),
            (key.public(), foreign),
            (key.public(), KeyProof { challenge: nothing, response: nothing }),
            // The identity, and bytes that are no point.
            (Point(Hash::zero()), prove(&key, PATIENT)),
            (Point(Hash::repeat_byte(0xff)), prove(&key, PATIENT)),
        ] {
            assert_noop!(
                Members::admit(
                    by(HOSPITAL),
                    PATIENT,
                    roles(&[Role::Provider]),
                    identity(PATIENT),
                    public,
                    proof
                ),
                Error::<Test>::KeyNotProven
            );
        }
    });
}

#[test]
fn no_two_accounts_have_the_same_key_not_even_an_old_one() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        let key = next_pair(PATIENT);
        assert_ok!(Members::rotate_key(by(PATIENT), key.public(), prove(&key, PATIENT)));
        // Whoever knows a secret can prove possession for any account.
        for key in [pair(PATIENT), next_pair(PATIENT)] {
            assert_noop!(
                Members::admit(
                    by(HOSPITAL),
                    11,
                    roles(&[Role::Provider]),
                    identity(11),
                    key.public(),
                    prove(&key, 11)
                ),
                Error::<Test>::KeyInUse
            );
        }
    });
}

#[test]
fn there_are_no_more_auditors_than_allowed() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(admit(council(), 21, &[Role::Auditor]));
        assert_ok!(admit(council(), 20, &[Role::Auditor]));
        assert_eq!(Auditors::<Test>::get().into_inner(), vec![AUDITOR, 20, 21]);
        assert_eq!(<Members as Membership<_>>::auditors(), vec![AUDITOR, 20, 21]);
        assert_noop!(admit(council(), 22, &[Role::Auditor]), Error::<Test>::TooManyAuditors);
        assert_ok!(admit(council(), 22, &[Role::Vault]));
    });
}
