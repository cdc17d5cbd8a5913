use frame_support::{assert_noop, assert_ok};
use medshare_types::*;
use sp_runtime::TokenError;

use crate::{Call, Error, Event, NextRequest, OpenRequests, Requests, mock::*};

#[test]
fn stores_the_request_with_the_key_of_the_moment() {
    ExtBuilder.build_and_execute(|| {
        let key = rotate(DOCTOR).public();
        assert_ok!(send(DOCTOR, request_call(RECORD)));
        let stored = AccessRequest {
            record: RECORD,
            version: 1,
            requester: DOCTOR,
            requester_key: key,
            purpose: research(),
            at: START,
        };
        assert_eq!(Requests::<Test>::get(0), Some(stored.clone()));
        assert_eq!(Access::requests_of(&OWNER, None, 10), [(0, stored)]);
        assert_eq!(held(DOCTOR), DEPOSIT);
        assert_eq!(Balances::free_balance(DOCTOR), FUNDS - DEPOSIT);
        assert_eq!(engaged(DOCTOR), 1);
        assert_eq!(NextRequest::<Test>::get(), 1);
        let requested = Event::Requested {
            request: 0,
            record: RECORD,
            version: 1,
            owner: OWNER,
            requester: DOCTOR,
            purpose: research(),
        };
        assert_eq!(events(), [requested]);
    });
}

#[test]
fn refuses_who_is_not_active_and_the_owner() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(STRANGER, request_call(RECORD)), Error::<Test>::NotActiveMember);
        assert_noop!(send(OWNER, request_call(RECORD)), Error::<Test>::OwnRecord);
        suspend(DOCTOR);
        assert_noop!(send(DOCTOR, request_call(RECORD)), Error::<Test>::NotActiveMember);
        world(|world| world.keys.remove(&BUYER));
        assert_noop!(send(BUYER, request_call(RECORD)), Error::<Test>::NoEncryptionKey);
    });
}

#[test]
fn refuses_what_is_not_available() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(DOCTOR, request_call(77)), Error::<Test>::NoRecord);
        assert_noop!(send(DOCTOR, request_call(PENDING_RECORD)), Error::<Test>::NotAvailable);
        let no_such = Call::request { record: RECORD, version: 2, purpose: research() };
        assert_noop!(send(DOCTOR, no_such), Error::<Test>::NotAvailable);
        withdraw(RECORD);
        assert_noop!(send(DOCTOR, request_call(RECORD)), Error::<Test>::NotAvailable);
    });
}

#[test]
fn refuses_a_purpose_that_the_policy_does_not_cover() {
    ExtBuilder.build_and_execute(|| {
        let ask = |purpose| Call::request { record: RECORD, version: 1, purpose };
        assert_noop!(send(DOCTOR, ask(care())), Error::<Test>::PurposeNotPermitted);
        let unreadable = Purpose::new(Use::DiseaseResearch(gibberish()));
        assert_noop!(send(DOCTOR, ask(unreadable)), Error::<Test>::PurposeNotPermitted);
    });
}

#[test]
fn refuses_while_a_grant_is_in_force() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, Some(START + 10))));
        pass(9);
        assert_noop!(send(DOCTOR, request_call(RECORD)), Error::<Test>::AlreadyGranted);
        assert_ok!(send(DOCTOR, request_call(OTHER_RECORD)));
        pass(1);
        assert_ok!(send(DOCTOR, request_call(RECORD)));
    });
}

#[test]
fn open_requests_are_bounded_for_each_requester() {
    ExtBuilder.build_and_execute(|| {
        for _ in 0..3 {
            request(DOCTOR, RECORD);
        }
        assert_noop!(send(DOCTOR, request_call(RECORD)), Error::<Test>::TooManyRequests);
        assert_eq!((OpenRequests::<Test>::get(DOCTOR), held(DOCTOR)), (3, 3 * DEPOSIT));
        request(BUYER, RECORD);
        assert_ok!(send(DOCTOR, Call::cancel_request { request: 1 }));
        assert_eq!(request(DOCTOR, RECORD), 4, "numbers are not used again");
    });
}

#[test]
fn refuses_who_cannot_pay_the_deposit() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(POOR, request_call(RECORD)), TokenError::FundsUnavailable);
        assert_eq!(engaged(POOR), 0);
    });
}

#[test]
fn refuses_when_numbers_are_used_up() {
    ExtBuilder.build_and_execute(|| {
        NextRequest::<Test>::put(RequestId::MAX);
        assert_noop!(send(DOCTOR, request_call(RECORD)), Error::<Test>::NoMoreNumbers);
    });
}
