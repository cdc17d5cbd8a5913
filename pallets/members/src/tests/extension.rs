use codec::Encode;
use frame_support::{assert_ok, dispatch::DispatchInfo, traits::OriginTrait};
use medshare_types::Role;
use sp_runtime::{
    traits::{DispatchTransaction, TransactionExtension, TxBaseImplication},
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
};

use crate::{
    CheckMember,
    extension::{NOT_MEMBER, SUSPENDED},
    mock::*,
};

fn remark() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark { remark: vec![] })
}

fn validate(origin: RuntimeOrigin) -> Result<RuntimeOrigin, TransactionValidityError> {
    CheckMember::<Test>::new()
        .validate(
            origin,
            &remark(),
            &DispatchInfo::default(),
            0,
            (),
            &TxBaseImplication(()),
            TransactionSource::External,
        )
        .map(|(_, (), origin)| origin)
}

fn refused(code: u8) -> TransactionValidityError {
    InvalidTransaction::Custom(code).into()
}

#[test]
fn lets_active_members_pass_with_their_origin() {
    ExtBuilder::default().build_and_execute(|| {
        admit_patient();
        for who in [HOSPITAL, AUDITOR, PATIENT] {
            let origin = validate(by(who)).expect("a member passes");
            assert_eq!(origin.as_signer(), Some(&who));
        }
    });
}

#[test]
fn refuses_strangers_even_with_money() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(Balances::free_balance(STRANGER), FUNDS);
        assert_eq!(validate(by(STRANGER)).err(), Some(refused(NOT_MEMBER)));
    });
}

#[test]
fn refuses_suspended_members_until_they_are_reinstated() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Members::suspend(council(), AUDITOR));
        assert_eq!(validate(by(AUDITOR)).err(), Some(refused(SUSPENDED)));
        assert_ok!(Members::reinstate(council(), AUDITOR));
        assert!(validate(by(AUDITOR)).is_ok());
    });
}

#[test]
fn refuses_who_left() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Members::leave(by(AUDITOR)));
        assert_eq!(validate(by(AUDITOR)).err(), Some(refused(NOT_MEMBER)));
    });
}

#[test]
fn lets_exempt_accounts_pass_also_when_suspended() {
    ExtBuilder::default().build_and_execute(|| {
        assert!(validate(by(SUDO)).is_ok());
        assert_ok!(admit(council(), SUDO, &[Role::Buyer]));
        assert_ok!(Members::suspend(council(), SUDO));
        assert!(validate(by(SUDO)).is_ok());
    });
}

#[test]
fn lets_everything_pass_that_no_account_signed() {
    ExtBuilder::default().build_and_execute(|| {
        assert!(validate(RuntimeOrigin::none()).is_ok());
        assert!(validate(RuntimeOrigin::root()).is_ok());
    });
}

#[test]
fn a_strangers_call_is_not_dispatched() {
    ExtBuilder::default().build_and_execute(|| {
        let call =
            RuntimeCall::Balances(pallet_balances::Call::transfer_all { dest: SUDO, keep_alive: false });
        let dispatched = CheckMember::<Test>::new().dispatch_transaction(
            by(STRANGER),
            call,
            &DispatchInfo::default(),
            0,
            0,
        );
        assert_eq!(dispatched.err(), Some(refused(NOT_MEMBER)));
        assert_eq!(Balances::free_balance(STRANGER), FUNDS);
    });
}

#[test]
fn adds_nothing_to_a_transaction() {
    assert!(CheckMember::<Test>::new().encode().is_empty());
    assert_eq!(<CheckMember<Test> as TransactionExtension<RuntimeCall>>::IDENTIFIER, "CheckMember");
}
