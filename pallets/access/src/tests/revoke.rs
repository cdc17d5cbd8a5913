use frame_support::{assert_noop, assert_ok};
use medshare_types::*;

use crate::{Error, Event, mock::*};

#[test]
fn the_owner_ends_a_grant() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        let before = granted(DOCTOR).expect("granted");
        pass(7);
        events();
        assert_ok!(send(OWNER, revoke_call(DOCTOR)));
        let after = granted(DOCTOR).expect("it stays as evidence");
        assert_eq!(after, Grant { revoked: Some(START + 7), ..before });
        assert!(!after.is_active(START + 7));
        assert_eq!(Access::may_fetch(&DOCTOR, RECORD, 1), FetchDecision::Refused(FetchRefusal::Revoked));
        assert_eq!(events(), [Event::Revoked { record: RECORD, version: 1, grantee: DOCTOR, by: OWNER }]);
    });
}

#[test]
fn the_grantee_gives_a_grant_back() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        events();
        assert_ok!(send(DOCTOR, revoke_call(DOCTOR)));
        assert_eq!(events(), [Event::Revoked { record: RECORD, version: 1, grantee: DOCTOR, by: DOCTOR }]);
    });
}

#[test]
fn refuses_others() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        assert_noop!(send(BUYER, revoke_call(DOCTOR)), Error::<Test>::NotParty);
        assert_noop!(send(STRANGER, revoke_call(DOCTOR)), Error::<Test>::NotActiveMember);
        suspend(DOCTOR);
        assert_noop!(send(DOCTOR, revoke_call(DOCTOR)), Error::<Test>::NotActiveMember);
    });
}

#[test]
fn refuses_what_is_not_granted_or_revoked_before() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(OWNER, revoke_call(DOCTOR)), Error::<Test>::NoGrant);
        let unknown = crate::Call::revoke { record: 77, version: 1, grantee: DOCTOR };
        assert_noop!(send(OWNER, unknown), Error::<Test>::NoRecord);
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        assert_ok!(send(DOCTOR, revoke_call(DOCTOR)));
        assert_noop!(send(OWNER, revoke_call(DOCTOR)), Error::<Test>::AlreadyRevoked);
    });
}

#[test]
fn waits_until_the_money_of_the_sale_is_settled() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.open_orders.insert(5));
        assert_ok!(grant_on_order(BUYER, 5, None));
        assert_noop!(send(OWNER, revoke_call(BUYER)), Error::<Test>::SaleOpen);
        assert_noop!(send(BUYER, revoke_call(BUYER)), Error::<Test>::SaleOpen);
        world(|world| world.open_orders.clear());
        assert_ok!(send(OWNER, revoke_call(BUYER)));
    });
}

#[test]
fn other_open_orders_do_not_matter() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.open_orders.extend([0, 6]));
        assert_ok!(grant_on_order(BUYER, 5, None));
        assert_ok!(send(OWNER, revoke_call(BUYER)));
        let request = request(DOCTOR, RECORD);
        assert_ok!(send(OWNER, answer_call(request, DOCTOR)));
        assert_ok!(send(OWNER, revoke_call(DOCTOR)), ());
    });
}

#[test]
fn works_for_a_withdrawn_record() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        withdraw(RECORD);
        assert_ok!(send(OWNER, revoke_call(DOCTOR)));
    });
}
