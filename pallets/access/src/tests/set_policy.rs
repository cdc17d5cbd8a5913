use frame_support::{assert_noop, assert_ok};
use medshare_types::*;

use crate::{Call, Error, Event, mock::*};

fn set(record: RecordId, policy: Policy) -> Call<Test> {
    Call::set_policy { record, policy }
}

#[test]
fn sets_what_new_requests_and_grants_are_held_to() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, set(RECORD, care_only())));
        assert_eq!(Access::policy(RECORD), Some(care_only()));
        assert_eq!(Access::policy(OTHER_RECORD), Some(any_research()));
        assert_eq!(events(), [Event::PolicySet { record: RECORD, policy: care_only() }]);
        assert_noop!(send(DOCTOR, request_call(RECORD)), Error::<Test>::PurposeNotPermitted);
        assert_ok!(send(DOCTOR, Call::request { record: RECORD, version: 1, purpose: care() }));
    });
}

#[test]
fn grants_stay() {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(send(OWNER, grant_call(RECORD, DOCTOR, None)));
        assert_ok!(send(OWNER, set(RECORD, care_only())));
        assert!(granted(DOCTOR).expect("granted").is_active(START));
        let decision = Access::may_fetch(&DOCTOR, RECORD, 1);
        assert_eq!(decision, FetchDecision::Allowed { basis: FetchBasis::Grant, until: None });
    });
}

#[test]
fn refuses_others() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(BUYER, set(RECORD, care_only())), Error::<Test>::NotOwner);
        assert_noop!(send(STRANGER, set(RECORD, care_only())), Error::<Test>::NotActiveMember);
        assert_noop!(send(OWNER, set(77, care_only())), Error::<Test>::NoRecord);
        suspend(OWNER);
        assert_noop!(send(OWNER, set(RECORD, care_only())), Error::<Test>::NotActiveMember);
    });
}

#[test]
fn refuses_a_withdrawn_record() {
    ExtBuilder.build_and_execute(|| {
        withdraw(RECORD);
        assert_noop!(send(OWNER, set(RECORD, care_only())), Error::<Test>::RecordWithdrawn);
    });
}

#[test]
fn refuses_a_code_that_cannot_be_read() {
    ExtBuilder.build_and_execute(|| {
        let policy = |code| set(RECORD, Policy::new(Permission::DiseaseResearch(code)));
        assert_noop!(send(OWNER, policy(gibberish())), Error::<Test>::InvalidText);
        let code = |code: &str| Code { system: CodeSystem::Mondo, code: code.parse().expect("short enough") };
        assert_noop!(send(OWNER, policy(code(""))), Error::<Test>::InvalidText);
        assert_ok!(send(OWNER, policy(code("MONDO:0005148"))));
    });
}
