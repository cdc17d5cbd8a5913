use frame_support::{assert_noop, assert_ok};
use medshare_traits::Consent;
use sp_runtime::TokenError;

use crate::{Error, Event, Grants, mock::*};

#[test]
fn a_grant_costs_the_owner_a_deposit_until_it_is_removed() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        assert_eq!((held_for_grants(OWNER), held_for_grants(DOCTOR)), (DEPOSIT, 0));
        assert_ok!(send(OWNER, revoke_call(DOCTOR)));
        assert_eq!(held_for_grants(OWNER), DEPOSIT, "it is stored as before");
        events();

        assert_ok!(send(BUYER, clear_call(DOCTOR)));
        assert_eq!(granted(DOCTOR), None);
        assert_eq!((held_for_grants(OWNER), Balances::free_balance(OWNER)), (0, FUNDS));
        assert_eq!(
            events(),
            [Event::Cleared { record: RECORD, version: 1, grantee: DOCTOR, released: DEPOSIT }]
        );
        assert_noop!(send(BUYER, clear_call(DOCTOR)), Error::<Test>::NoGrant);
    });
}

#[test]
fn who_asked_pays_and_gets_it_back() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        RequestDeposit::set(1);
        assert_ok!(send(OWNER, answer_call(request, DOCTOR)));
        assert_eq!(
            (held_for_grants(DOCTOR), held_for_grants(OWNER)),
            (DEPOSIT, 0),
            "as it was when it asked"
        );
        assert_ok!(send(DOCTOR, revoke_call(DOCTOR)));
        assert_ok!(send(DOCTOR, clear_call(DOCTOR)));
        assert_eq!(Balances::free_balance(DOCTOR), FUNDS);
    });
}

#[test]
fn a_grant_in_force_stays() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, Some(START + 10))));
        for who in [OWNER, DOCTOR, BUYER] {
            assert_noop!(send(who, clear_call(DOCTOR)), Error::<Test>::StillInForce);
        }
        suspend(DOCTOR);
        assert_noop!(send(OWNER, clear_call(DOCTOR)), Error::<Test>::StillInForce);
        pass(10);
        assert_noop!(send(STRANGER, clear_call(DOCTOR)), Error::<Test>::NotActiveMember);
        assert_ok!(send(BUYER, clear_call(DOCTOR)));
    });
}

#[test]
fn the_grant_of_somebody_who_left_is_removed() {
    ExtBuilder.build_and_execute(|| {
        let request = request(DOCTOR, RECORD);
        assert_ok!(send(OWNER, answer_call(request, DOCTOR)));
        leave(DOCTOR);
        assert_ok!(send(BUYER, clear_call(DOCTOR)));
        assert_eq!(Balances::free_balance(DOCTOR), FUNDS, "nobody keeps the money of who is gone");
    });
}

#[test]
fn the_grant_of_an_order_waits_for_its_money_and_goes_with_the_order() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.open_orders.insert(5));
        assert_ok!(grant_on_order(BUYER, 5, Some(START + 10)));
        assert_eq!((held_for_grants(BUYER), held_for_grants(OWNER)), (0, 0), "the order's deposit pays");
        let clear = |order| <Access as Consent<Account>>::clear_order_grant(RECORD, 1, &BUYER, order);
        assert!(!clear(5), "it is in force");
        pass(10);
        assert_noop!(send(OWNER, clear_call(BUYER)), Error::<Test>::SaleOpen);
        world(|world| world.open_orders.clear());
        assert!(clear(6), "there is none that rests on this order");
        assert!(granted(BUYER).is_some());
        assert!(clear(5));
        assert_eq!(granted(BUYER), None);
    });
}

#[test]
fn a_purchase_in_place_of_a_gift_releases_the_owners_deposit() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, BUYER, Some(START + 10))));
        pass(10);
        assert_ok!(grant_on_order(BUYER, 5, None));
        assert_eq!(held_for_grants(OWNER), 0);
    });
}

#[test]
fn who_cannot_pay_cannot_give() {
    ExtBuilder.build_and_execute(|| {
        RequestDeposit::set(FUNDS + 1);
        assert_noop!(send(OWNER, grant_call(RECORD, DOCTOR, None)), TokenError::FundsUnavailable);
    });
}

#[test]
fn grants_and_requests_are_known_to_who_would_erase() {
    ExtBuilder.build_and_execute(|| {
        let grants = |record, version| <Access as Consent<Account>>::has_grants(record, version);
        let requests = || <Access as Consent<Account>>::has_requests(&OWNER);
        assert!(!grants(RECORD, 1) && !requests());
        let id = request(DOCTOR, OTHER_RECORD);
        assert!(requests());
        assert_ok!(send(OWNER, crate::Call::deny { request: id }));
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        assert!(grants(RECORD, 1) && !requests());
        assert!(!grants(RECORD, 2) && !grants(OTHER_RECORD, 1));
        assert_ok!(send(OWNER, revoke_call(DOCTOR)));
        assert!(grants(RECORD, 1), "what is stored counts");
        assert_ok!(send(OWNER, clear_call(DOCTOR)));
        assert!(!grants(RECORD, 1));
        assert_eq!(Grants::<Test>::iter_keys().count(), 0);
    });
}
