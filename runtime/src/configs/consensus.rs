//! Chain time, authoring and finality.

use frame_support::traits::{ConstBool, ConstU32, ConstU64};
use sp_consensus_aura::sr25519::AuthorityId;

use crate::{Aura, Moment, Runtime, RuntimeEvent, SLOT_MILLIS};

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
    type DisabledValidators = ();
    type MaxAuthorities = MaxValidators;
    type SlotDuration = ConstU64<SLOT_MILLIS>;
}

// The authorities are those of genesis, and no session pallet proves who owned a key when: equivocations cannot be
// reported to the chain, they are only logged by the nodes that see them.
impl pallet_grandpa::Config for Runtime {
    type EquivocationReportSystem = ();
    type KeyOwnerProof = sp_core::Void;
    type MaxAuthorities = MaxValidators;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<0>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
}
