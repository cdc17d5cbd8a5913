use frame_support::{assert_noop, assert_ok};
use medshare_traits::{Engagements, Membership};
use medshare_types::Role;
use sp_runtime::DispatchError;

use crate::{Auditors, Departed, Deposits, Error, Event, Keys, Sponsored, mock::*};

#[test]
fn the_sponsor_gets_back_what_was_held_even_if_the_deposit_changed_since() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        AdmissionDeposit::set(3 * DEPOSIT);
        assert_ok!(admit(by(HOSPITAL), 11, &[Role::Buyer]));
        assert_eq!(held(HOSPITAL), 4 * DEPOSIT);

        assert_ok!(Members::leave(by(PATIENT)));
        assert_last(Event::Left { who: PATIENT, sponsor: Some(HOSPITAL), released: DEPOSIT });
        assert_eq!(held(HOSPITAL), 3 * DEPOSIT);
        assert_eq!(Balances::free_balance(HOSPITAL), FUNDS - 3 * DEPOSIT);

        assert_ok!(Members::leave(by(11)));
        assert_eq!(held(HOSPITAL), 0);
        assert_eq!(Balances::free_balance(HOSPITAL), FUNDS);
        assert_eq!(Sponsored::<Test>::get(HOSPITAL), 0);
        assert_eq!(Deposits::<Test>::iter().count(), 0);
    });
}

#[test]
fn who_left_is_no_member_but_its_keys_stay_its_own() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::leave(by(PATIENT)));
        assert_eq!(Members::member(&PATIENT), None);
        assert!(!<Members as Membership<_>>::is_active(&PATIENT));
        assert_eq!(<Members as Membership<_>>::encryption_key(&PATIENT), None);
        assert_eq!(Members::key(&PATIENT, 0), Some(pair(PATIENT).public()));
        assert_noop!(Members::leave(by(PATIENT)), Error::<Test>::NotMember);
        assert_noop!(
            Members::admit(
                by(OTHER_HOSPITAL),
                11,
                roles(&[Role::Buyer]),
                identity(11),
                pair(PATIENT).public(),
                prove(&pair(PATIENT), 11)
            ),
            Error::<Test>::KeyInUse
        );
    });
}

#[test]
fn may_come_back_with_the_last_key_or_a_new_one_but_no_older_one() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        let second = next_pair(PATIENT);
        assert_ok!(Members::rotate_key(by(PATIENT), second.public(), prove(&second, PATIENT)));
        assert_ok!(Members::leave(by(PATIENT)));

        let back = |key: &medshare_crypto::KeyPair| {
            Members::admit(
                by(OTHER_HOSPITAL),
                PATIENT,
                roles(&[Role::Buyer]),
                identity(PATIENT),
                key.public(),
                prove(key, PATIENT),
            )
        };
        assert_noop!(back(&pair(PATIENT)), Error::<Test>::KeyInUse);
        assert_ok!(back(&second));
        let member = Members::member(&PATIENT).expect("it is back");
        assert_eq!((member.key_index, member.sponsor), (1, Some(OTHER_HOSPITAL)));
        assert!(!Departed::<Test>::contains_key(PATIENT));

        assert_ok!(Members::leave(by(PATIENT)));
        assert_ok!(back(&medshare_crypto::KeyPair::development("third")));
        assert_eq!(Members::member(&PATIENT).map(|member| member.key_index), Some(2));
        assert_eq!(Keys::<Test>::iter_prefix(PATIENT).count(), 3);
    });
}

#[test]
fn nobody_leaves_with_open_engagements() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(<Members as Engagements<_>>::engage(&PATIENT));
        assert_ok!(<Members as Engagements<_>>::engage(&PATIENT));
        assert_noop!(Members::leave(by(PATIENT)), Error::<Test>::StillEngaged);
        <Members as Engagements<_>>::disengage(&PATIENT);
        assert_noop!(Members::leave(by(PATIENT)), Error::<Test>::StillEngaged);
        <Members as Engagements<_>>::disengage(&PATIENT);
        assert_ok!(Members::leave(by(PATIENT)));
    });
}

#[test]
fn a_hospital_leaves_only_when_it_answers_for_nobody() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_noop!(Members::leave(by(HOSPITAL)), Error::<Test>::StillSponsoring);
        // Not even when it is no hospital any more.
        assert_ok!(Members::set_roles(council(), HOSPITAL, roles(&[Role::Buyer])));
        assert_noop!(Members::leave(by(HOSPITAL)), Error::<Test>::StillSponsoring);
        assert_ok!(Members::leave(by(PATIENT)));
        assert_eq!(held(HOSPITAL), 0);
        assert_ok!(Members::leave(by(HOSPITAL)));
        assert_last(Event::Left { who: HOSPITAL, sponsor: None, released: 0 });
    });
}

#[test]
fn a_suspended_member_cannot_escape() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(by(HOSPITAL), PATIENT));
        assert_noop!(Members::leave(by(PATIENT)), Error::<Test>::MemberSuspended);
        assert_noop!(admit(by(OTHER_HOSPITAL), PATIENT, &[Role::Buyer]), Error::<Test>::AlreadyMember);
        assert_eq!(held(HOSPITAL), DEPOSIT);
    });
}

#[test]
fn a_suspended_sponsor_gets_its_deposit_back_too() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        assert_ok!(Members::suspend(council(), HOSPITAL));
        assert_ok!(Members::leave(by(PATIENT)));
        assert_eq!(Balances::free_balance(HOSPITAL), FUNDS);
    });
}

#[test]
fn an_auditor_leaves_the_list() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Members::leave(by(AUDITOR)));
        assert!(Auditors::<Test>::get().is_empty());
    });
}

#[test]
fn only_members_leave_and_only_for_themselves() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Members::leave(by(STRANGER)), Error::<Test>::NotMember);
        assert_noop!(Members::leave(council()), DispatchError::BadOrigin);
    });
}

#[test]
fn the_consortium_is_paid_for_what_stays() {
    for kept in [30, 2 * DEPOSIT] {
        ExtBuilder::default().build_and_execute(|| {
            KeptDeposit::set(kept);
            admit_patient();
            assert_eq!(Balances::free_balance(CONSORTIUM), 0);
            assert_ok!(Members::leave(by(PATIENT)));
            let kept = kept.min(DEPOSIT);
            assert_last(Event::Left { who: PATIENT, sponsor: Some(HOSPITAL), released: DEPOSIT - kept });
            assert_eq!((held(HOSPITAL), Balances::free_balance(HOSPITAL)), (0, FUNDS - kept));
            assert_eq!(Balances::free_balance(CONSORTIUM), kept);
            KeptDeposit::set(0);
        });
    }
}

#[test]
fn what_the_consortium_cannot_take_is_released() {
    ExtBuilder::default().build_and_execute(|| {
        // Less than an account can live on.
        ExistentialDeposit::set(50);
        KeptDeposit::set(30);
        admit_patient();
        assert_ok!(Members::leave(by(PATIENT)));
        assert_eq!((held(HOSPITAL), Balances::free_balance(HOSPITAL)), (0, FUNDS));
        assert_eq!(Balances::free_balance(CONSORTIUM), 0);
        KeptDeposit::set(0);
        ExistentialDeposit::set(1);
    });
}
