use frame_support::{assert_noop, assert_ok};
use medshare_crypto::open_sealed;
use medshare_types::*;

use crate::{Call, Error, Event, mock::*};

#[test]
fn grants_what_was_asked_for() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        pass(5);
        events();
        let sealed = sealed_for(RECORD, DOCTOR, SealPurpose::Request(request));
        assert_ok!(send(OWNER, Call::answer { request, sealed, expires: Some(START + 100) }));
        let basis = GrantBasis::Request(request);
        let expected = Grant {
            basis,
            purpose: research(),
            grantee_key: keys(DOCTOR).public(),
            sealed,
            at: START + 5,
            expires: Some(START + 100),
            revoked: None,
        };
        assert_eq!(granted(DOCTOR), Some(expected));
        assert_eq!((held(DOCTOR), held_for_grants(DOCTOR)), (0, DEPOSIT), "now it is the grant's");
        assert_eq!(Balances::free_balance(DOCTOR), FUNDS - DEPOSIT);
        assert_eq!(engaged(DOCTOR), 0);
        assert_eq!(Access::requests_of(&OWNER, None, 10), []);
        let granted =
            Event::Granted { record: RECORD, version: 1, grantee: DOCTOR, basis, expires: Some(START + 100) };
        assert_eq!(events(), [granted]);
        assert!(open_sealed(&keys(DOCTOR), &sealed).is_ok());
    });
}

#[test]
fn seals_to_the_key_with_which_it_was_asked_for() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        let new = rotate(DOCTOR).public();
        let context = context(RECORD, DOCTOR, SealPurpose::Request(request));
        let to_the_new = Call::answer { request, sealed: sealed(&new, &context), expires: None };
        assert_noop!(send(OWNER, to_the_new), Error::<Test>::KeyRefused);
        assert_ok!(send(OWNER, answer_call(request, DOCTOR)));
        assert_eq!(granted(DOCTOR).expect("granted").grantee_key, keys(DOCTOR).public());
    });
}

#[test]
fn refuses_a_key_for_anything_else() {
    ExtBuilder.build_and_execute(|| {
        let id = request(DOCTOR, RECORD);
        let another = request(DOCTOR, RECORD);
        let key = keys(DOCTOR).public();
        let right = context(RECORD, DOCTOR, SealPurpose::Request(id));
        let mut false_proof = sealed(&key, &right);
        false_proof.proof.response_s = false_proof.proof.response_p;
        let wrong = [
            sealed_for(RECORD, DOCTOR, SealPurpose::Request(another)),
            sealed_for(RECORD, DOCTOR, SealPurpose::Direct),
            sealed_for(RECORD, DOCTOR, SealPurpose::Order(id)),
            sealed_for(RECORD, BUYER, SealPurpose::Request(id)),
            sealed_for(OTHER_RECORD, DOCTOR, SealPurpose::Request(id)),
            sealed(&key, &SealContext { version: 2, ..right.clone() }),
            sealed(&key, &SealContext { genesis: Hash::repeat_byte(1), ..right.clone() }),
            sealed(&key, &SealContext { grantee: BUYER, ..right.clone() }),
            sealed(&keys(BUYER).public(), &right),
            false_proof,
        ];
        for sealed in wrong {
            let call = Call::answer { request: id, sealed, expires: None };
            assert_noop!(send(OWNER, call), Error::<Test>::KeyRefused);
        }
        assert_eq!(held(DOCTOR), 2 * DEPOSIT);
    });
}

#[test]
fn refuses_others_and_what_is_not_open() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        assert_noop!(send(BUYER, answer_call(request, DOCTOR)), Error::<Test>::NotOwner);
        assert_noop!(send(DOCTOR, answer_call(request, DOCTOR)), Error::<Test>::NotOwner);
        assert_noop!(send(STRANGER, answer_call(request, DOCTOR)), Error::<Test>::NotActiveMember);
        assert_noop!(send(OWNER, answer_call(9, DOCTOR)), Error::<Test>::NoRequest);
        let answer = answer_call(request, DOCTOR);
        assert_ok!(send(OWNER, answer.clone()));
        assert_noop!(send(OWNER, answer), Error::<Test>::NoRequest);
    });
}

#[test]
fn refuses_what_is_not_available_any_more() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        withdraw(RECORD);
        assert_noop!(send(OWNER, answer_call(request, DOCTOR)), Error::<Test>::NotAvailable);
    });
}

#[test]
fn checks_the_policy_and_the_requester_again() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        assert_ok!(send(OWNER, Call::set_policy { record: RECORD, policy: care_only() }));
        assert_noop!(send(OWNER, answer_call(request, DOCTOR)), Error::<Test>::PurposeNotPermitted);
        assert_ok!(send(OWNER, Call::set_policy { record: RECORD, policy: any_research() }));
        suspend(DOCTOR);
        assert_noop!(send(OWNER, answer_call(request, DOCTOR)), Error::<Test>::GranteeNotActive);
    });
}

#[test]
fn a_grant_ends_after_it_begins() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        let sealed = sealed_for(RECORD, DOCTOR, SealPurpose::Request(request));
        let until = |expires| Call::answer { request, sealed, expires: Some(expires) };
        assert_noop!(send(OWNER, until(START)), Error::<Test>::AlreadyExpired);
        assert_noop!(send(OWNER, until(0)), Error::<Test>::AlreadyExpired);
        assert_ok!(send(OWNER, until(START + 1)));
    });
}

#[test]
fn does_not_replace_a_grant_in_force() {
    ExtBuilder.build_and_execute(|| {
        let first = request(DOCTOR, RECORD);
        let second = request(DOCTOR, RECORD);
        assert_ok!(send(OWNER, answer_call(first, DOCTOR)));
        assert_noop!(send(OWNER, answer_call(second, DOCTOR)), Error::<Test>::AlreadyGranted);
        assert_ok!(send(OWNER, revoke_call(DOCTOR)));
        assert_ok!(send(OWNER, answer_call(second, DOCTOR)));
        assert_eq!(
            (held(DOCTOR), held_for_grants(DOCTOR)),
            (0, DEPOSIT),
            "that of the first grant is released"
        );
        assert_eq!(granted(DOCTOR).expect("granted").basis, GrantBasis::Request(second));
    });
}
