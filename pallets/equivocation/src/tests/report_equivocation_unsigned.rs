use codec::Encode;
#[allow(deprecated)]
use frame_support::unsigned::ValidateUnsigned;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{GetDispatchInfo, Pays},
};
use frame_system::RawOrigin;
use sp_core::offchain::{TransactionPoolExt, testing::TestTransactionPoolExt};
use sp_runtime::{
    DispatchError,
    testing::TestXt,
    transaction_validity::{
        InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidity,
        TransactionValidityError, ValidTransaction,
    },
};
use sp_session::MembershipProof;

use crate::{Call, Error, mock::*};

fn call(evidence: Evidence, owner: MembershipProof) -> Call<Test> {
    Call::report_equivocation_unsigned { equivocation: Box::new(evidence), owner }
}

#[allow(deprecated)]
fn validate(source: TransactionSource, call: &Call<Test>) -> TransactionValidity {
    <Equivocation as ValidateUnsigned>::validate_unsigned(source, call)
}

fn validate_local(
    evidence: Evidence,
    owner: MembershipProof,
) -> Result<ValidTransaction, TransactionValidityError> {
    validate(TransactionSource::Local, &call(evidence, owner))
}

#[allow(deprecated)]
fn pre_dispatch(call: &Call<Test>) -> Result<(), TransactionValidityError> {
    <Equivocation as ValidateUnsigned>::pre_dispatch(call)
}

#[test]
fn punishes_without_a_signature() {
    execute(|| {
        let evidence = Box::new(evidence(Bob, 99));
        assert_ok!(Equivocation::report_equivocation_unsigned(
            RawOrigin::None.into(),
            evidence.clone(),
            ownership(Bob)
        ));
        assert_eq!(take_punished().len(), 1);
        assert_noop!(
            Equivocation::report_equivocation_unsigned(RawOrigin::None.into(), evidence, ownership(Bob)),
            Error::<Test>::AlreadyReported
        );
    });
}

#[test]
fn takes_no_signature() {
    execute(|| {
        assert_noop!(
            Equivocation::report_equivocation_unsigned(
                by(REPORTER),
                Box::new(evidence(Bob, 99)),
                ownership(Bob)
            ),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn costs_nothing() {
    execute(|| {
        let info = RuntimeCall::from(call(evidence(Bob, 99), ownership(Bob))).get_dispatch_info();
        assert_eq!(info.pays_fee, Pays::No);
    });
}

#[test]
fn the_pool_takes_it_from_its_own_node_only() {
    execute(|| {
        let call = call(evidence(Bob, 99), ownership(Bob));
        for source in [TransactionSource::Local, TransactionSource::InBlock] {
            let valid = validate(source, &call).expect("it is accepted");
            assert_eq!(valid.priority, TransactionPriority::MAX);
            assert_eq!(valid.longevity, 64);
            assert!(!valid.propagate && valid.requires.is_empty());
        }
        assert_eq!(validate(TransactionSource::External, &call), Err(InvalidTransaction::Call.into()));
        assert_ok!(pre_dispatch(&call));
    });
}

#[test]
fn the_pool_keeps_one_for_each_validator_and_session() {
    execute(|| {
        let tags =
            |who, slot| validate_local(evidence(who, slot), ownership(who)).expect("it is true").provides;
        assert_eq!(tags(Bob, 98), tags(Bob, 99));
        assert_ne!(tags(Bob, 99), tags(Charlie, 99));
        let before = tags(Bob, 99);
        run_into_session(1);
        assert_ne!(before, tags(Bob, now()));
    });
}

#[test]
fn what_is_known_enters_neither_pool_nor_block() {
    execute(|| {
        assert_ok!(report(evidence(Bob, 99), ownership(Bob)));
        let again = call(evidence(Bob, 98), ownership(Bob));
        let stale = TransactionValidityError::from(InvalidTransaction::Stale);
        assert_eq!(validate(TransactionSource::Local, &again), Err(stale));
        assert_eq!(pre_dispatch(&again), Err(stale));
    });
}

#[test]
fn what_is_forged_enters_neither_pool_nor_block() {
    execute(|| {
        let mut forged = evidence(Bob, 99);
        forged.second_header = seal(unsealed(99, 2), Charlie);
        let bad = TransactionValidityError::from(InvalidTransaction::BadProof);
        assert_eq!(validate_local(forged.clone(), ownership(Bob)), Err(bad));
        assert_eq!(pre_dispatch(&call(forged, ownership(Bob))), Err(bad));
        let future = TransactionValidityError::from(InvalidTransaction::Future);
        assert_eq!(validate_local(evidence(Bob, now() + 1), ownership(Bob)), Err(future));
    });
}

#[test]
fn other_calls_need_a_signature() {
    execute(|| {
        let signed =
            Call::report_equivocation { equivocation: Box::new(evidence(Bob, 99)), owner: ownership(Bob) };
        assert_eq!(validate(TransactionSource::Local, &signed), Err(InvalidTransaction::Call.into()));
        assert_eq!(pre_dispatch(&signed), Err(InvalidTransaction::Call.into()));
    });
}

#[test]
fn a_node_hands_it_to_its_own_pool() {
    let mut ext = new_test_ext();
    let (pool, state) = TestTransactionPoolExt::new();
    ext.register_extension(TransactionPoolExt::new(pool));
    ext.execute_with(|| {
        let (evidence, owner) = (evidence(Bob, 99), ownership(Bob));
        assert!(Equivocation::submit_report(evidence.clone(), owner.clone()));
        let expected: TestXt<RuntimeCall, ()> = TestXt::new_bare(call(evidence, owner).into());
        assert_eq!(state.read().transactions, [expected.encode()]);
    });
}
