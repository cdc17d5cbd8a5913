//! What the chain wants blocks for.

use codec::Encode;
use frame_support::{assert_ok, traits::OnFinalize};
use medshare_types::Subject;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Eve};
use sp_runtime::traits::{Dispatchable, Hash as _};

use super::presets::state_of;
use crate::{
    configs::council::Hospitals,
    genesis::{DEVELOPMENT, LOCAL},
    work::wants_block,
    *,
};

/// A block in the middle of a chain, at whose state the question is asked.
const NOW: BlockNumber = 100;

fn at(block: BlockNumber) -> bool {
    System::set_block_number(block);
    wants_block()
}

fn on_a_chain(preset: &str, check: impl FnOnce()) {
    state_of(preset).execute_with(|| {
        System::set_block_number(NOW);
        check();
    });
}

/// Ends a session, and the block with it, in which GRANDPA changes its voters.
fn next_session() {
    Session::rotate_session();
    Grandpa::on_finalize(System::block_number());
}

fn remark() -> RuntimeCall {
    frame_system::Call::remark { remark: vec![1] }.into()
}

#[test]
fn wants_none_where_nothing_is_to_do() {
    for preset in [DEVELOPMENT, LOCAL] {
        on_a_chain(preset, || assert!(!wants_block(), "{preset}"));
    }
}

#[test]
fn wants_blocks_while_a_motion_is_open_and_no_longer() {
    on_a_chain(LOCAL, || {
        let propose = pallet_collective::Call::<Runtime, Hospitals>::propose {
            threshold: 2,
            proposal: Box::new(remark()),
            length_bound: 100,
        };
        assert_ok!(RuntimeCall::Council(propose).dispatch(RuntimeOrigin::signed(Alice.to_account_id())));
        assert!(wants_block());
        let end = NOW + configs::council::MotionDuration::get();
        assert!(at(end - 2));
        // It can be closed in the next block, or in any later one.
        assert!(!at(end - 1) && !at(end + 100));

        System::set_block_number(NOW);
        let proposal_hash = <Runtime as frame_system::Config>::Hashing::hash_of(&remark());
        assert_ok!(Council::kill(RuntimeOrigin::root(), proposal_hash));
        assert!(!wants_block());
    });
}

#[test]
fn wants_blocks_while_a_call_is_scheduled() {
    on_a_chain(LOCAL, || {
        let root = RuntimeOrigin::root;
        assert_ok!(Scheduler::schedule_named(root(), [1; 32], NOW + 1_000, None, 0, Box::new(remark())));
        assert!(wants_block());
        assert_ok!(Scheduler::cancel_named(root(), [1; 32]));
        assert!(!wants_block());
    });
}

#[test]
fn wants_blocks_while_a_whitelisted_call_waits_for_its_preimage() {
    on_a_chain(LOCAL, || {
        let call_hash = Hash::repeat_byte(7);
        pallet_whitelist::DeferredDispatch::<Runtime>::insert(call_hash, NOW + 10);
        assert!(at(NOW) && at(NOW + 8));
        assert!(!at(NOW + 9) && !at(NOW + 1_000));
    });
}

#[test]
fn wants_blocks_for_a_draw_that_is_near_and_not_for_one_that_is_tried_again_later() {
    on_a_chain(LOCAL, || {
        let draw = pallet_audits::Draw { subject: Subject::Record { record: 1, version: 1 }, since: NOW };
        let queue = |at: BlockNumber| {
            pallet_audits::DrawQueue::<Runtime>::try_append(at, draw).expect("there is room");
        };
        queue(NOW + configs::audits::RetryDelay::get());
        assert!(!wants_block());
        queue(NOW + configs::audits::DrawDelay::get());
        assert!(wants_block());
    });
}

#[test]
fn wants_blocks_until_a_validator_that_leaves_has_left() {
    on_a_chain(LOCAL, || {
        // A fifth, so that one may go.
        let who = Eve.to_account_id();
        let keys = SessionKeys {
            aura: Eve.public().into(),
            grandpa: sp_keyring::Ed25519Keyring::Eve.public().into(),
        };
        assert_ok!(<Session as pallet_session::SessionInterface>::set_keys(&who, keys));
        assert!(!wants_block(), "keys alone change no set");
        assert_ok!(Validators::propose(RuntimeOrigin::signed(who.clone())));
        assert!(!wants_block(), "nor does an offer");
        assert_ok!(Validators::admit(RuntimeOrigin::root(), who.clone()));
        assert!(wants_block());
        next_session();
        assert!(!Validators::change_ahead() && wants_block(), "it is planned, and does not serve yet");
        next_session();
        assert!(pallet_session::Validators::<Runtime>::get().contains(&who));
        assert!(!wants_block());

        assert_ok!(Validators::leave(RuntimeOrigin::signed(Bob.to_account_id())));
        for _ in 0..2 {
            assert!(wants_block());
            next_session();
        }
        assert!(!pallet_session::Validators::<Runtime>::get().contains(&Bob.to_account_id()));
        assert!(!wants_block());
    });
}

#[test]
fn wants_blocks_while_finality_is_to_start_anew() {
    on_a_chain(LOCAL, || {
        assert_ok!(Grandpa::note_stalled(RuntimeOrigin::root(), 5, NOW - 20));
        assert!(wants_block());
        Session::rotate_session();
        assert!(pallet_grandpa::PendingChange::<Runtime>::exists());
        assert!(wants_block());
    });
}

#[test]
fn the_answer_is_what_nodes_decode() {
    use medshare_runtime_api::runtime_decl_for_authoring_api::AuthoringApi;

    on_a_chain(LOCAL, || {
        pallet_grandpa::Stalled::<Runtime>::put((1, 1));
        assert_eq!(<Runtime as AuthoringApi<Block>>::wants_block().encode(), [1]);
    });
}
