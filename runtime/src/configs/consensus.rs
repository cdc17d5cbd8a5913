//! Chain time, authoring and finality.

use frame_support::traits::{ConstBool, ConstU32, ConstU64, Get};
use sp_consensus_aura::sr25519::AuthorityId;

use crate::{
    Aura, Historical, Moment, Offences, Runtime, RuntimeEvent, SLOT_MILLIS, Session,
    configs::validators::{HISTORY, SessionBlocks},
};

/// Most validators. Authoring rotates over all of them, so a stopped one costs one slot in so many.
pub type MaxValidators = ConstU32<100>;

/// The least time between two blocks. Half a slot leaves room for clocks that differ.
pub type MinimumPeriod = ConstU64<{ SLOT_MILLIS / 2 }>;

impl pallet_timestamp::Config for Runtime {
    type MinimumPeriod = MinimumPeriod;
    type Moment = Moment;
    type OnTimestampSet = Aura;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_aura::Config for Runtime {
    type AllowMultipleBlocksPerSlot = ConstBool<false>;
    type AuthorityId = AuthorityId;
    type DisabledValidators = Session;
    type MaxAuthorities = MaxValidators;
    type SlotDuration = ConstU64<SLOT_MILLIS>;
}

/// Blocks after which an offence cannot be reported any more.
pub struct ReportLongevity;

impl Get<u64> for ReportLongevity {
    fn get() -> u64 {
        u64::from(HISTORY).saturating_mul(SessionBlocks::get().into())
    }
}

// The SDK has reports of equivocations in finality only. Who authors two blocks in one slot is logged by the nodes that
// see it.
impl pallet_grandpa::Config for Runtime {
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Runtime, Offences, Historical, ReportLongevity>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type MaxAuthorities = MaxValidators;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<{ HISTORY as u64 }>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
}
