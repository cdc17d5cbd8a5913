//! Signed transactions, from the pool's view.

use codec::Encode;
use frame_support::traits::Hooks;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::Era,
    traits::{Dispatchable, Zero},
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
};

use super::presets::state_of;
use crate::{configs::money::ConsortiumAccount, genesis::DEVELOPMENT, *};

fn signed(who: Sr25519Keyring, call: RuntimeCall) -> UncheckedExtrinsic {
    tipped(who, call, 0)
}

fn tipped(who: Sr25519Keyring, call: RuntimeCall, tip: Balance) -> UncheckedExtrinsic {
    let extension: TxExtension = (
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckMortality::from(Era::Immortal),
        pallet_members::CheckMember::new(),
        frame_system::CheckNonce::from(System::account_nonce(who.to_account_id())).into(),
        frame_system::CheckWeight::new(),
        pallet_transaction_payment::ChargeTransactionPayment::from(tip).into(),
        frame_metadata_hash_extension::CheckMetadataHash::new(false),
        frame_system::WeightReclaim::new(),
    );
    let payload = SignedPayload::new(call, extension).expect("the extensions have what they sign");
    let signature = payload.using_encoded(|bytes| who.sign(bytes));
    let (call, extension, _) = payload.deconstruct();
    UncheckedExtrinsic::new_signed(call, who.to_account_id().into(), signature.into(), extension)
}

fn remark() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark { remark: vec![1, 2, 3] })
}

fn start_block() {
    System::initialize(&1, &Hash::zero(), &Default::default());
    <AllPalletsWithSystem as frame_support::traits::OnGenesis>::on_genesis();
    let _ = Timestamp::on_initialize(1);
}

fn validate(transaction: UncheckedExtrinsic) -> Result<(), TransactionValidityError> {
    Executive::validate_transaction(TransactionSource::External, transaction, System::block_hash(0))
        .map(|_| ())
}

#[test]
fn the_pool_takes_a_members_transaction() {
    state_of(DEVELOPMENT).execute_with(|| {
        start_block();
        assert_eq!(validate(signed(Sr25519Keyring::Bob, remark())), Ok(()));
    });
}

#[test]
fn the_pool_refuses_a_stranger_even_with_money() {
    state_of(DEVELOPMENT).execute_with(|| {
        start_block();
        let stranger = Sr25519Keyring::AliceStash;
        let give = RuntimeCall::Balances(pallet_balances::Call::force_set_balance {
            who: stranger.to_account_id().into(),
            new_free: MDS,
        });
        give.dispatch(RuntimeOrigin::root()).expect("root can");
        let refused = InvalidTransaction::Custom(pallet_members::extension::NOT_MEMBER);
        assert_eq!(validate(signed(stranger, remark())), Err(refused.into()));
    });
}

#[test]
fn the_pool_refuses_a_suspended_member_until_it_is_reinstated() {
    state_of(DEVELOPMENT).execute_with(|| {
        start_block();
        let bob = Sr25519Keyring::Bob.to_account_id();
        Members::suspend(RuntimeOrigin::root(), bob.clone()).expect("the council can");
        let refused = InvalidTransaction::Custom(pallet_members::extension::SUSPENDED);
        assert_eq!(validate(signed(Sr25519Keyring::Bob, remark())), Err(refused.into()));
        Members::reinstate(RuntimeOrigin::root(), bob).expect("the council can");
        assert_eq!(validate(signed(Sr25519Keyring::Bob, remark())), Ok(()));
    });
}

#[test]
fn the_sudo_key_is_never_locked_out() {
    state_of(DEVELOPMENT).execute_with(|| {
        start_block();
        Members::suspend(RuntimeOrigin::root(), Sr25519Keyring::Alice.to_account_id())
            .expect("the council can");
        assert_eq!(validate(signed(Sr25519Keyring::Alice, remark())), Ok(()));
    });
}

#[test]
fn the_pool_refuses_a_wrong_signature() {
    state_of(DEVELOPMENT).execute_with(|| {
        start_block();
        let mut transaction = signed(Sr25519Keyring::Bob, remark());
        transaction.function = RuntimeCall::System(frame_system::Call::remark { remark: vec![9] });
        assert_eq!(validate(transaction), Err(InvalidTransaction::BadProof.into()));
    });
}

#[test]
fn a_member_pays_nothing_within_the_quota() {
    state_of(DEVELOPMENT).execute_with(|| {
        start_block();
        let bob = Sr25519Keyring::Bob.to_account_id();
        let (money, left) = (Balances::free_balance(&bob), Quota::left(&bob));
        assert_eq!(Executive::apply_extrinsic(signed(Sr25519Keyring::Bob, remark())), Ok(Ok(())));
        assert_eq!(Balances::free_balance(&bob), money);
        assert!(Quota::left(&bob) < left);
    });
}

#[test]
fn fees_go_to_the_consortium_to_the_last_unit() {
    state_of(DEVELOPMENT).execute_with(|| {
        start_block();
        let bob = Sr25519Keyring::Bob.to_account_id();
        let before = (Balances::free_balance(&bob), Balances::free_balance(ConsortiumAccount::get()));
        let issued = Balances::total_issuance();
        // Who tips pays the fee as well, to be ahead of those who pay nothing.
        let result = Executive::apply_extrinsic(tipped(Sr25519Keyring::Bob, remark(), 1));
        assert_eq!(result, Ok(Ok(())));
        let paid = before.0 - Balances::free_balance(&bob);
        assert!(!paid.is_zero());
        assert_eq!(Balances::free_balance(ConsortiumAccount::get()) - before.1, paid);
        assert_eq!(Balances::total_issuance(), issued);
    });
}
