//! What members may do without fees.

use frame_support::traits::{ConstU16, ConstU64, Contains};
use pallet_quota::PerByte;

use crate::{
    AccountId, Council, Credit, HOUR, Members, Runtime, Timestamp,
    configs::{council::TwoThirds, members::SudoKey},
};

/// Those whose operational calls come first: the hospitals, and sudo where there is one.
pub struct Deciders;

impl Contains<AccountId> for Deciders {
    fn contains(who: &AccountId) -> bool {
        Council::is_member(who) || SudoKey::contains(who)
    }
}

impl pallet_quota::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = super::benchmarks::Setup;
    type Council = Deciders;
    type CouncilOrigin = TwoThirds;
    type Credit = Credit;
    // A byte counts as a microsecond, as in fees.
    type LengthToUnits = PerByte<ConstU64<1_000_000>>;
    type MaxAhead = ConstU16<64>;
    // 20 s of computation an hour, a hundredth of what blocks have: several upgrades of the runtime, or thousands of votes.
    type OperationalQuota = ConstU64<20_000_000_000_000>;
    type Membership = Members;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_quota::WeightInfo<Runtime>;
    type Window = ConstU64<HOUR>;
}
