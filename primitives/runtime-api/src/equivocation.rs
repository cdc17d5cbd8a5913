//! What the node asks and does about validators that author two blocks in one slot.

use alloc::string::String;
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_consensus_aura::{Slot, sr25519::AuthorityId};
use sp_runtime::{OpaqueValue, traits::Block as BlockT};

/// Two headers of one slot, sealed with the same Aura key.
pub type EquivocationProof<Header> = sp_consensus_slots::EquivocationProof<Header, AuthorityId>;

/// A proof of who had a key in which session. Only the runtime can read it.
pub type KeyOwnershipProof = OpaqueValue;

/// What would become of a report.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum ReportStatus {
    /// It would be accepted.
    New,
    /// This validator was reported before, for the same session.
    Known,
    /// It would be refused, with this error of the pallet.
    Refused(String),
}

sp_api::decl_runtime_apis! {
    /// Reports of validators that authored two blocks in one slot.
    pub trait EquivocationApi {
        /// A proof of who has this Aura key in the current session, if the slot is one of it and somebody has.
        fn generate_key_ownership_proof(slot: Slot, authority: AuthorityId) -> Option<KeyOwnershipProof>;

        /// What would become of a report with these proofs.
        fn report_status(
            equivocation: EquivocationProof<<Block as BlockT>::Header>,
            owner: KeyOwnershipProof,
        ) -> ReportStatus;

        /// Hands a report to the pool of the node that calls this, from where it gets into a block that this node
        /// authors. Nothing if the proof of ownership cannot be read or the pool does not take it.
        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation: EquivocationProof<<Block as BlockT>::Header>,
            owner: KeyOwnershipProof,
        ) -> Option<()>;
    }
}
