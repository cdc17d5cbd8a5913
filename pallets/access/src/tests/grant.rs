use frame_support::{assert_noop, assert_ok};
use medshare_types::*;

use crate::{Call, Error, Event, mock::*};

#[test]
fn grants_to_the_current_key_of_the_grantee() {
    ExtBuilder.build_and_execute(|| {
        let key = rotate(DOCTOR).public();
        assert_noop!(send(OWNER, grant_call(RECORD, DOCTOR, None)), Error::<Test>::KeyRefused);
        let sealed = sealed(&key, &context(RECORD, DOCTOR, SealPurpose::Direct));
        let call = Call::grant {
            record: RECORD,
            version: 1,
            grantee: DOCTOR,
            purpose: research(),
            sealed,
            expires: Some(START + 1),
        };
        assert_ok!(send(OWNER, call));
        let grant = granted(DOCTOR).expect("granted");
        assert_eq!((grant.basis, grant.grantee_key, grant.sealed), (GrantBasis::Direct, key, sealed));
        assert_eq!((grant.at, grant.expires, grant.revoked), (START, Some(START + 1), None));
        let basis = GrantBasis::Direct;
        let expires = Some(START + 1);
        assert_eq!(
            events(),
            [Event::Granted { record: RECORD, version: 1, grantee: DOCTOR, basis, expires }]
        );
    });
}

#[test]
fn refuses_a_key_for_anything_else() {
    ExtBuilder.build_and_execute(|| {
        let wrong = [
            sealed_for(RECORD, DOCTOR, SealPurpose::Request(0)),
            sealed_for(RECORD, DOCTOR, SealPurpose::Audit),
            sealed_for(RECORD, BUYER, SealPurpose::Direct),
            sealed_for(OTHER_RECORD, DOCTOR, SealPurpose::Direct),
        ];
        for sealed in wrong {
            let (record, version, grantee, purpose, expires) = (RECORD, 1, DOCTOR, research(), None);
            let call = Call::grant { record, version, grantee, purpose, sealed, expires };
            assert_noop!(send(OWNER, call), Error::<Test>::KeyRefused);
        }
    });
}

#[test]
fn refuses_others_and_the_owner_as_grantee() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(DOCTOR, grant_call(RECORD, DOCTOR, None)), Error::<Test>::NotOwner);
        assert_noop!(send(STRANGER, grant_call(RECORD, DOCTOR, None)), Error::<Test>::NotActiveMember);
        assert_noop!(send(OWNER, grant_call(RECORD, OWNER, None)), Error::<Test>::OwnRecord);
        assert_noop!(send(OWNER, grant_call(RECORD, STRANGER, None)), Error::<Test>::NoEncryptionKey);
        suspend(DOCTOR);
        assert_noop!(send(OWNER, grant_call(RECORD, DOCTOR, None)), Error::<Test>::GranteeNotActive);
    });
}

#[test]
fn refuses_what_is_not_available_or_not_permitted() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(OWNER, grant_call(PENDING_RECORD, DOCTOR, None)), Error::<Test>::NotAvailable);
        let sealed = sealed_for(RECORD, DOCTOR, SealPurpose::Direct);
        let with = |record, version, purpose| Call::grant {
            record,
            version,
            grantee: DOCTOR,
            purpose,
            sealed,
            expires: None,
        };
        assert_noop!(send(OWNER, with(77, 1, research())), Error::<Test>::NoRecord);
        assert_noop!(send(OWNER, with(RECORD, 2, research())), Error::<Test>::NotAvailable);
        assert_noop!(send(OWNER, with(RECORD, 1, care())), Error::<Test>::PurposeNotPermitted);
        assert_noop!(send(OWNER, grant_call(RECORD, DOCTOR, Some(START))), Error::<Test>::AlreadyExpired);
        withdraw(RECORD);
        assert_noop!(send(OWNER, grant_call(RECORD, DOCTOR, None)), Error::<Test>::NotAvailable);
    });
}

#[test]
fn replaces_only_what_is_no_longer_in_force() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, Some(START + 10))));
        assert_noop!(send(OWNER, grant_call(RECORD, DOCTOR, None)), Error::<Test>::AlreadyGranted);
        pass(10);
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        assert_ok!(send(OWNER, revoke_call(DOCTOR)));
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        assert_eq!(granted(DOCTOR).expect("granted").revoked, None);
    });
}

#[test]
fn keeps_the_grant_on_which_a_claim_would_be_decided() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.open_orders.insert(5));
        assert_ok!(grant_on_order(BUYER, 5, Some(START + 10)));
        pass(10);
        assert_noop!(send(OWNER, grant_call(RECORD, BUYER, None)), Error::<Test>::SaleOpen);
        assert_noop!(send(BUYER, request_call(RECORD)), Error::<Test>::SaleOpen);
        world(|world| world.open_orders.clear());
        assert_ok!(send(OWNER, grant_call(RECORD, BUYER, None)));
    });
}
