//! What hospitals send to decide together, and what they decide about that no module of its own has.

use codec::{Compact, Decode, Encode};
use medshare_types::{BlockNumber, Hash, Role, Tier};
use scale_info::TypeInfo;

use crate::chain::Call;

/// What a call takes of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct Weight {
    /// Time, in picoseconds.
    #[codec(compact)]
    pub ref_time: u64,
    /// Size of the proof of what it reads, in bytes.
    #[codec(compact)]
    pub proof_size: u64,
}

/// Council.propose: by a hospital. `length` is that of the encoded call.
pub fn propose(threshold: u32, call: Call, length: u32) -> Call {
    Call::new("Council", "propose")
        .arg("threshold", Compact(threshold))
        .call("proposal", call)
        .arg("length_bound", Compact(length))
}

/// Council.vote: by a hospital.
pub fn vote(motion: Hash, index: u32, approve: bool) -> Call {
    Call::new("Council", "vote").arg("proposal", motion).arg("index", Compact(index)).arg("approve", approve)
}

/// Council.close: by anyone, once the votes suffice or cannot any more, or its time is over.
pub fn close(motion: Hash, index: u32, weight: Weight, length: u32) -> Call {
    Call::new("Council", "close")
        .arg("proposal_hash", motion)
        .arg("index", Compact(index))
        .arg("proposal_weight_bound", weight)
        .arg("length_bound", Compact(length))
}

/// Council.disapprove_proposal: by the council.
pub fn disapprove(motion: Hash) -> Call {
    Call::new("Council", "disapprove_proposal").arg("proposal_hash", motion)
}

/// Council.kill: by the council.
pub fn kill(motion: Hash) -> Call {
    Call::new("Council", "kill").arg("proposal_hash", motion)
}

/// Whitelist.whitelist_call: by the council.
pub fn whitelist(call: Hash) -> Call {
    Call::new("Whitelist", "whitelist_call").arg("call_hash", call)
}

/// Council.execute: a call by one hospital, with a member's authority and not only its own.
pub fn execute(call: Call, length: u32) -> Call {
    Call::new("Council", "execute").call("proposal", call).arg("length_bound", Compact(length))
}

/// Whitelist.dispatch_whitelisted_call: by a hospital as a member of the council, through [`execute`].
pub fn dispatch_whitelisted(call: Hash, length: u32, weight: Weight) -> Call {
    Call::new("Whitelist", "dispatch_whitelisted_call")
        .arg("call_hash", call)
        .arg("call_encoded_len", length)
        .arg("call_weight_witness", weight)
}

/// Preimage.note_preimage: by any member, with a deposit.
pub fn note_preimage(bytes: Vec<u8>) -> Call {
    Call::new("Preimage", "note_preimage").arg("bytes", bytes)
}

/// Preimage.unnote_preimage: by who noted it.
pub fn unnote_preimage(hash: Hash) -> Call {
    Call::new("Preimage", "unnote_preimage").arg("hash", hash)
}

/// Preimage.request_preimage: by the council.
pub fn request_preimage(hash: Hash) -> Call {
    Call::new("Preimage", "request_preimage").arg("hash", hash)
}

/// Preimage.unrequest_preimage: by the council.
pub fn unrequest_preimage(hash: Hash) -> Call {
    Call::new("Preimage", "unrequest_preimage").arg("hash", hash)
}

/// System.set_code: by root.
pub fn set_code(code: Vec<u8>) -> Call {
    Call::new("System", "set_code").arg("code", code)
}

/// Scheduler.schedule: by the council; once, at this block.
pub fn schedule(when: BlockNumber, call: Call) -> Call {
    Call::new("Scheduler", "schedule")
        .arg("when", when)
        .arg("maybe_periodic", None::<(BlockNumber, u32)>)
        .arg("priority", 0u8)
        .call("call", call)
}

/// Scheduler.cancel: by the council.
pub fn cancel_scheduled(when: BlockNumber, index: u32) -> Call {
    Call::new("Scheduler", "cancel").arg("when", when).arg("index", index)
}

/// TxPause.pause: by the council.
pub fn pause(pallet: &str, call: &str) -> Call {
    Call::new("TxPause", "pause").arg("full_name", (pallet.as_bytes().to_vec(), call.as_bytes().to_vec()))
}

/// TxPause.unpause: by the council.
pub fn unpause(pallet: &str, call: &str) -> Call {
    Call::new("TxPause", "unpause").arg("ident", (pallet.as_bytes().to_vec(), call.as_bytes().to_vec()))
}

/// Quota.set_quota: by the council; in picoseconds of the chain's work.
pub fn set_quota(role: Role, tier: Tier, quota: u64) -> Call {
    Call::new("Quota", "set_quota").arg("role", role).arg("tier", tier).arg("quota", quota)
}
