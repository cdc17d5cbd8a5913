//! Who authors two blocks in one slot, from the headers to what becomes of it.

use codec::Encode;
use frame_support::traits::DisabledValidators;
use medshare_runtime_api::equivocation::{
    EquivocationProof, KeyOwnershipProof, ReportStatus, runtime_decl_for_equivocation_api::EquivocationApi,
};
use medshare_types::CreditEvent;
use pallet_validators::State;
use sp_consensus_aura::{
    AURA_ENGINE_ID, ConsensusLog,
    digests::CompatibleDigestItem,
    sr25519::{AuthorityId, AuthoritySignature},
};
use sp_core::offchain::{TransactionPoolExt, testing::TestTransactionPoolExt};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Eve};
use sp_runtime::{
    Digest, DigestItem,
    traits::{Get, Header as _},
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
};

use super::presets::state_of;
use crate::{
    configs::consensus::{MaxReportSize, MaxValidators},
    genesis::{DEVELOPMENT, LOCAL},
    *,
};

/// The slot of the block in which reports are tried, and an earlier one of Alice's and Bob's.
const NOW: u64 = 4_000;
const SLOT: u64 = 3_000;

fn pre_digest(slot: u64) -> DigestItem {
    <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot.into())
}

/// A sealed header of a slot.
fn header(author: Sr25519Keyring, slot: u64, state: u8) -> Header {
    let digest = Digest { logs: vec![pre_digest(slot)] };
    let mut header = Header::new(7, Hash::zero(), Hash::repeat_byte(state), Hash::repeat_byte(1), digest);
    let signature = AuthoritySignature::from(author.sign(header.hash().as_bytes()));
    header.digest_mut().push(DigestItem::aura_seal(signature));
    header
}

fn two_blocks(author: Sr25519Keyring) -> EquivocationProof<Header> {
    EquivocationProof {
        offender: author.public().into(),
        slot: SLOT.into(),
        first_header: header(author, SLOT, 1),
        second_header: header(author, SLOT, 2),
    }
}

/// What the runtime API answers a node.
fn ownership(author: Sr25519Keyring) -> KeyOwnershipProof {
    Runtime::generate_key_ownership_proof(SLOT.into(), author.public().into()).expect("it is a validator")
}

/// Starts the block of the slot that is now, of a chain that this preset begins.
fn start_block() {
    System::initialize(&1, &Hash::zero(), &Digest { logs: vec![pre_digest(NOW)] });
    pallet_aura::CurrentSlot::<Runtime>::put(sp_consensus_aura::Slot::from(NOW));
}

fn report(equivocation: EquivocationProof<Header>, owner: KeyOwnershipProof) -> UncheckedExtrinsic {
    let owner = owner.decode().expect("the runtime made it");
    let call = pallet_equivocation::Call::report_equivocation_unsigned {
        equivocation: Box::new(equivocation),
        owner,
    };
    UncheckedExtrinsic::new_bare(call.into())
}

fn validate(source: TransactionSource, transaction: UncheckedExtrinsic) -> TransactionValidity {
    Executive::validate_transaction(source, transaction, System::block_hash(0))
}

#[test]
fn costs_a_validator_its_place_and_its_credit_at_once() {
    for (preset, author) in [(DEVELOPMENT, Alice), (LOCAL, Bob)] {
        state_of(preset).execute_with(|| {
            start_block();
            let who = author.to_account_id();
            let (score, points) = (Credit::score(&who), Credit::points_of(CreditEvent::ValidatorOffence));
            assert!(points < 0);
            let report = report(two_blocks(author), ownership(author));
            assert!(validate(TransactionSource::Local, report.clone()).is_ok(), "{preset}");
            assert_eq!(Executive::apply_extrinsic(report), Ok(Ok(())), "{preset}");

            let state = Validators::validator(&who).map(|validator| validator.state);
            assert!(matches!(state, Some(State::Suspended(_))), "{preset}: {state:?}");
            assert_eq!(Credit::score(&who), score + points, "{preset}");
            // One validator of four can do without the slots; the only one there is cannot.
            let index = Session::validators().iter().position(|other| *other == who).expect("it serves");
            assert_eq!(Session::is_disabled(index as u32), preset == LOCAL);
            Equivocation::do_try_state().unwrap();
            Validators::do_try_state().unwrap();
        });
    }
}

#[test]
fn needs_neither_membership_nor_quota_but_a_node_that_authors() {
    state_of(LOCAL).execute_with(|| {
        start_block();
        let report = report(two_blocks(Bob), ownership(Bob));
        let valid = validate(TransactionSource::Local, report.clone()).expect("it is true");
        assert!(!valid.propagate);
        let refused = Err(InvalidTransaction::Call.into());
        assert_eq!(validate(TransactionSource::External, report), refused);
    });
}

#[test]
fn counts_once_in_a_session() {
    state_of(LOCAL).execute_with(|| {
        start_block();
        let (blocks, owner) = (two_blocks(Bob), ownership(Bob));
        assert_eq!(Runtime::report_status(blocks.clone(), owner.clone()), ReportStatus::New);
        assert_eq!(Executive::apply_extrinsic(report(blocks.clone(), owner.clone())), Ok(Ok(())));
        let score = Credit::score(&Bob.to_account_id());
        assert_eq!(Runtime::report_status(blocks.clone(), owner.clone()), ReportStatus::Known);
        let again = report(blocks, owner);
        let stale = InvalidTransaction::Stale;
        assert_eq!(validate(TransactionSource::Local, again.clone()), Err(stale.into()));
        assert_eq!(Executive::apply_extrinsic(again), Err(stale.into()));
        assert_eq!(Credit::score(&Bob.to_account_id()), score);
    });
}

#[test]
fn a_forged_report_is_refused_with_its_reason_and_never_gets_into_a_block() {
    state_of(LOCAL).execute_with(|| {
        start_block();
        let mut forged = two_blocks(Bob);
        forged.second_header = header(Alice, SLOT, 2);
        let owner = ownership(Bob);
        let status = Runtime::report_status(forged.clone(), owner.clone());
        assert_eq!(status, ReportStatus::Refused("BadSeal".into()));
        let refused = InvalidTransaction::BadProof;
        assert_eq!(Executive::apply_extrinsic(report(forged, owner)), Err(refused.into()));
        assert_eq!(Validators::validator(&Bob.to_account_id()).unwrap().state, State::Active);
        let status = Runtime::report_status(two_blocks(Bob), KeyOwnershipProof::new(vec![1]));
        assert_eq!(status, ReportStatus::Refused("UnreadableProof".into()));
    });
}

#[test]
fn only_who_is_a_validator_has_a_proof_of_it() {
    state_of(LOCAL).execute_with(|| {
        start_block();
        let prove = |slot: u64, who: Sr25519Keyring| {
            Runtime::generate_key_ownership_proof(slot.into(), who.public().into())
        };
        assert!(prove(SLOT, Bob).is_some());
        assert!(prove(SLOT, Eve).is_none());
        // Slot zero is before the first session.
        assert!(prove(0, Bob).is_none());
    });
}

#[test]
fn a_member_can_report_with_a_signature_and_pays_nothing() {
    state_of(LOCAL).execute_with(|| {
        start_block();
        let owner = ownership(Bob).decode().expect("the runtime made it");
        let call = pallet_equivocation::Call::<Runtime>::report_equivocation {
            equivocation: Box::new(two_blocks(Bob)),
            owner,
        };
        let done = sp_runtime::traits::Dispatchable::dispatch(
            RuntimeCall::from(call),
            RuntimeOrigin::signed(Eve.to_account_id()),
        );
        assert_eq!(done.map(|info| info.pays_fee), Ok(frame_support::dispatch::Pays::No));
    });
}

#[test]
fn the_node_hands_a_report_to_its_pool() {
    let mut state = state_of(LOCAL);
    let (pool, sent) = TestTransactionPoolExt::new();
    state.register_extension(TransactionPoolExt::new(pool));
    state.execute_with(|| {
        start_block();
        let (blocks, owner) = (two_blocks(Bob), ownership(Bob));
        assert_eq!(
            Runtime::submit_report_equivocation_unsigned_extrinsic(blocks.clone(), owner.clone()),
            Some(())
        );
        assert_eq!(sent.read().transactions, vec![report(blocks.clone(), owner).encode()]);
        let unreadable = KeyOwnershipProof::new(Vec::new());
        assert_eq!(Runtime::submit_report_equivocation_unsigned_extrinsic(blocks, unreadable), None);
    });
}

#[test]
fn the_largest_report_that_is_true_is_not_too_large() {
    let validators: u32 = MaxValidators::get();
    let keys: Vec<AuthorityId> = (0..validators).map(|_| Bob.public().into()).collect();
    let grandpa = (0..validators).map(|_| (sp_keyring::Ed25519Keyring::Bob.public().into(), 1)).collect();
    let change: sp_consensus_grandpa::ConsensusLog<BlockNumber> =
        sp_consensus_grandpa::ConsensusLog::ScheduledChange(sp_consensus_grandpa::ScheduledChange {
            next_authorities: grandpa,
            delay: BlockNumber::MAX,
        });
    let mut header = header(Bob, SLOT, 1);
    let logs = [
        DigestItem::Consensus(AURA_ENGINE_ID, ConsensusLog::AuthoritiesChange(keys).encode()),
        DigestItem::Consensus(sp_consensus_grandpa::GRANDPA_ENGINE_ID, change.encode()),
        DigestItem::RuntimeEnvironmentUpdated,
    ];
    header.digest_mut().logs.extend(logs);
    let headers = 2 * header.encoded_size();
    // A branch of a trie has at most sixteen children, each named by a hash.
    let proof = pallet_equivocation::MAX_TRIE_NODES * (16 * 33 + 64);
    let most: u32 = MaxReportSize::get();
    assert!(headers + proof < most as usize, "{headers} + {proof}");
}
