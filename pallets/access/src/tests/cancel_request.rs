use frame_support::{assert_noop, assert_ok};

use crate::{Call, Error, Event, OpenRequests, RequestDeposits, Requests, mock::*};

#[test]
fn ends_the_request_and_releases_what_was_held() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        RequestDeposit::set(DEPOSIT * 3);
        events();
        assert_ok!(send(DOCTOR, Call::cancel_request { request }));
        assert_eq!((held(DOCTOR), Balances::free_balance(DOCTOR)), (0, FUNDS));
        assert!(!Requests::<Test>::contains_key(request) && !RequestDeposits::<Test>::contains_key(request));
        assert!(!OpenRequests::<Test>::contains_key(DOCTOR));
        assert_eq!(Access::requests_of(&OWNER, None, 10), []);
        assert_eq!(engaged(DOCTOR), 0);
        assert_eq!(events(), [Event::RequestCancelled { request }]);
    });
}

#[test]
fn refuses_others_and_what_is_not_open() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        for who in [OWNER, BUYER, STRANGER] {
            assert_noop!(send(who, Call::cancel_request { request }), Error::<Test>::NotRequester);
        }
        assert_noop!(send(DOCTOR, Call::cancel_request { request: 9 }), Error::<Test>::NoRequest);
        assert_ok!(send(DOCTOR, Call::cancel_request { request }));
        assert_noop!(send(DOCTOR, Call::cancel_request { request }), Error::<Test>::NoRequest);
    });
}

#[test]
fn works_when_the_record_is_withdrawn_and_its_owner_gone() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        withdraw(RECORD);
        suspend(OWNER);
        assert_ok!(send(DOCTOR, Call::cancel_request { request }));
        assert_eq!(held(DOCTOR), 0);
    });
}
