//! How settlement credit comes into being and ends.

use frame_support::traits::ConstU128;

use crate::{Balances, MDS, Members, Runtime, RuntimeHoldReason, Timestamp, configs::council::TwoThirds};

impl pallet_settlement::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = super::benchmarks::Setup;
    type CouncilOrigin = TwoThirds;
    type Currency = Balances;
    type Membership = Members;
    type MinRedemption = ConstU128<MDS>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_settlement::WeightInfo<Runtime>;
}
