use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{Error, Event, mock::*};

#[test]
fn a_hospital_with_session_keys_offers_itself() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        assert_last(Event::Proposed { who: HOSPITAL });
        assert_eq!(Validators::proposals(), [(HOSPITAL, START)]);
        assert_eq!(state(HOSPITAL), None);
        assert!(!is_engaged(HOSPITAL));
    });
}

#[test]
fn nobody_becomes_a_validator_by_proposing() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        run_sessions(4);
        assert_eq!(set(), FIRST);
    });
}

#[test]
fn refuses_who_has_no_session_keys() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Validators::propose(by(HOSPITAL)), Error::<Test>::KeysNotSet);
    });
}

#[test]
fn refuses_who_is_no_active_hospital() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Validators::propose(by(STRANGER)), DispatchError::Other("no hospital"));
        assert_ok!(set_keys(HOSPITAL, 6));
        dismiss(HOSPITAL);
        assert_noop!(Validators::propose(by(HOSPITAL)), DispatchError::Other("no hospital"));
        assert_noop!(Validators::propose(council()), DispatchError::BadOrigin);
    });
}

#[test]
fn only_hospitals_set_session_keys_and_only_their_own() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(set_keys(STRANGER, 99), pallet_session::Error::<Test>::NoAssociatedValidatorId);
        assert_noop!(set_keys(HOSPITAL, 1), pallet_session::Error::<Test>::DuplicatedKey);
        // The proof of another, copied from its transaction.
        let proof = codec::Encode::encode(&sp_runtime::testing::TestSignature(
            7,
            codec::Encode::encode(&OTHER_HOSPITAL),
        ));
        assert_noop!(
            Session::set_keys(by(HOSPITAL), keys(7), proof),
            pallet_session::Error::<Test>::InvalidProof
        );
    });
}

#[test]
fn refuses_who_is_proposed_or_a_validator_already() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(Validators::propose(by(1)), Error::<Test>::AlreadyValidator);
        assert_ok!(set_keys(HOSPITAL, 6));
        assert_ok!(Validators::propose(by(HOSPITAL)));
        assert_noop!(Validators::propose(by(HOSPITAL)), Error::<Test>::AlreadyProposed);
    });
}

#[test]
fn there_are_only_so_many_proposals() {
    ExtBuilder::default().build_and_execute(|| {
        for who in 11..=18 {
            Hospitals::mutate(|hospitals| hospitals.insert(who));
            assert_ok!(Balances::force_set_balance(council(), who, FUNDS));
            assert_ok!(set_keys(who, who));
        }
        for who in 11..=17 {
            assert_ok!(Validators::propose(by(who)));
        }
        assert_noop!(Validators::propose(by(18)), Error::<Test>::TooManyProposals);
        assert_ok!(Validators::decline(council(), 11));
        assert_ok!(Validators::propose(by(18)));
    });
}
