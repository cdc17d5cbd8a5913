//! Chain time, authoring and finality.

use frame_support::traits::{ConstBool, ConstU32, ConstU64, Get};
use sp_consensus_aura::{Slot, sr25519::AuthorityId};

use crate::{
    AccountId, Aura, Historical, Moment, Offences, Runtime, RuntimeEvent, SLOT_MILLIS, Session,
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

/// The slot of the current block.
pub struct CurrentSlot;

impl Get<Slot> for CurrentSlot {
    fn get() -> Slot {
        pallet_aura::CurrentSlot::<Runtime>::get()
    }
}

/// Most bytes of a report of two blocks in one slot. A header that announces a hundred new validators to Aura and
/// GRANDPA has about 7.5 KB, and there are two.
pub type MaxReportSize = ConstU32<{ 32 * 1024 }>;

impl pallet_equivocation::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::benchmarks::Setup;
    type CurrentSlot = CurrentSlot;
    type History = ConstU32<HISTORY>;
    type KeyOwners = Historical;
    type Longevity = ReportLongevity;
    type MaxReportSize = MaxReportSize;
    type Offences = Offences;
    type Offender = (AccountId, ());
    type Sessions = Session;
    type WeightInfo = crate::weights::pallet_equivocation::WeightInfo<Runtime>;
}

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
