use frame_support::{assert_noop, assert_ok};

use crate::{Call, Error, Event, mock::*};

#[test]
fn ends_the_request_and_releases_the_deposit() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        events();
        assert_ok!(send(OWNER, Call::deny { request }));
        assert_eq!((held(DOCTOR), Balances::free_balance(DOCTOR)), (0, FUNDS));
        assert_eq!(engaged(DOCTOR), 0);
        assert_eq!(granted(DOCTOR), None);
        assert_eq!(events(), [Event::RequestDenied { request }]);
        assert_noop!(send(OWNER, answer_call(request, DOCTOR)), Error::<Test>::NoRequest);
    });
}

#[test]
fn refuses_others() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        for who in [DOCTOR, BUYER, STRANGER] {
            assert_noop!(send(who, Call::deny { request }), Error::<Test>::NotOwner);
        }
        assert_noop!(send(OWNER, Call::deny { request: 9 }), Error::<Test>::NoRequest);
    });
}

#[test]
fn works_when_the_requester_is_suspended() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        suspend(DOCTOR);
        assert_ok!(send(OWNER, Call::deny { request }));
        assert_eq!(held(DOCTOR), 0);
    });
}
