//! What the chain has to do by itself: the things that wait for a number of blocks, not for a time or a transaction.
//! While there is any, validators author in every slot; else only when there are transactions, and once a heartbeat.
//!
//! What else is counted in blocks gains nothing from more of them: how long a transaction is valid, for how long past
//! offences can be proven, and sessions in which nobody comes or goes.

use alloc::vec::Vec;
use codec::{Decode, Encode};

use crate::{AccountId, Audits, BlockNumber, Runtime, System, Validators, configs::council::Hospitals};

/// Whether each further block brings something nearer.
pub fn wants_block() -> bool {
    Audits::draws_soon() || set_changes() || calls_wait() || motions_run()
}

/// Validators come, go or change their keys with the next session changes, or the hospitals decided to start finality
/// anew. Both wait for the end of a session, or for blocks after it.
fn set_changes() -> bool {
    Validators::change_ahead()
        || pallet_session::QueuedChanged::<Runtime>::get()
        || pallet_grandpa::PendingChange::<Runtime>::exists()
        || pallet_grandpa::Stalled::<Runtime>::exists()
}

/// A call is scheduled, or root dispatched one that is not whitelisted yet, and that has not expired.
fn calls_wait() -> bool {
    let now = System::block_number();
    // What was too heavy for its block is in the past; this says whether it is tried again.
    pallet_scheduler::IncompleteSince::<Runtime>::get().is_some_and(|since| since <= now)
        || pallet_scheduler::Agenda::<Runtime>::iter()
            .any(|(when, tasks)| when > now && tasks.iter().any(Option::is_some))
        || pallet_whitelist::DeferredDispatch::<Runtime>::iter_values().any(is_ahead)
}

/// A motion is open, and its time to vote not over.
fn motions_run() -> bool {
    pallet_collective::Proposals::<Runtime, Hospitals>::get().iter().any(|motion| {
        pallet_collective::Voting::<Runtime, Hospitals>::get(motion)
            // The pallet keeps the fields to itself.
            .and_then(|votes| Votes::decode(&mut votes.encode().as_slice()).ok())
            .is_some_and(|votes| is_ahead(votes.end))
    })
}

/// The votes about a motion, as pallet-collective stores them.
#[derive(Decode)]
#[allow(dead_code)]
struct Votes {
    index: u32,
    threshold: u32,
    ayes: Vec<AccountId>,
    nays: Vec<AccountId>,
    end: BlockNumber,
}

/// Whether the next block comes before this one. If not, what waits for it can happen in the next.
fn is_ahead(block: BlockNumber) -> bool {
    System::block_number().saturating_add(1) < block
}
