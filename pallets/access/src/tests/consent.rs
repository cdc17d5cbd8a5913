//! What other pallets rely on.

use frame_support::{assert_noop, assert_ok};
use medshare_traits::Consent;
use medshare_types::*;

use crate::{Call, Error, Event, mock::*};

#[test]
fn records_a_grant_on_an_order() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(grant_on_order(BUYER, 5, None));
        let grant = <Access as Consent<Account>>::granted(RECORD, 1, &BUYER).expect("granted");
        assert_eq!((grant.basis, grant.at), (GrantBasis::Order(5), START));
        assert_eq!(Access::grant_of(RECORD, 1, &BUYER), Some(grant));
        assert_eq!(<Access as Consent<Account>>::granted(RECORD, 2, &BUYER), None);
        let basis = GrantBasis::Order(5);
        assert_eq!(
            events(),
            [Event::Granted { record: RECORD, version: 1, grantee: BUYER, basis, expires: None }]
        );
    });
}

#[test]
fn an_open_order_can_be_delivered_from_a_withdrawn_record() {
    ExtBuilder.build_and_execute(|| {
        withdraw(RECORD);
        assert_ok!(grant_on_order(BUYER, 5, None));
    });
}

#[test]
fn refuses_what_the_policy_does_not_cover_any_more() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, Call::set_policy { record: RECORD, policy: care_only() }));
        assert_noop!(grant_on_order(BUYER, 5, None), Error::<Test>::PurposeNotPermitted);
    });
}

#[test]
fn refuses_a_second_grant_in_force() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, BUYER, None)));
        assert_noop!(grant_on_order(BUYER, 5, None), Error::<Test>::AlreadyGranted);
        assert_ok!(send(OWNER, revoke_call(BUYER)));
        assert_noop!(grant_on_order(BUYER, 5, Some(START)), Error::<Test>::AlreadyExpired);
        assert_ok!(grant_on_order(BUYER, 5, None));
    });
}

#[test]
fn tells_what_a_policy_permits() {
    ExtBuilder.build_and_execute(|| {
        let permits = |record, purpose: &Purpose| <Access as Consent<Account>>::permits(record, purpose);
        assert!(permits(RECORD, &research()));
        assert!(!permits(RECORD, &care()));
        assert!(!permits(77, &research()), "without a policy nothing is permitted");
        assert!(!permits(RECORD, &Purpose::new(Use::DiseaseResearch(gibberish()))));
    });
}

#[test]
fn sets_the_policy_of_a_record_that_is_being_registered() {
    ExtBuilder.build_and_execute(|| {
        let set = <Access as Consent<Account>>::set_policy;
        assert_ok!(set(RECORD, care_only()));
        assert_eq!(Access::policy(RECORD), Some(care_only()));
        assert_eq!(events(), [Event::PolicySet { record: RECORD, policy: care_only() }]);
        let unreadable = Policy::new(Permission::DiseaseResearch(gibberish()));
        assert_noop!(set(RECORD, unreadable), Error::<Test>::InvalidText);
    });
}
