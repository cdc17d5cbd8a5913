//! Credit scores.

use frame_support::traits::{ConstI64, ConstU64};

use crate::{DAY, Runtime, Timestamp, configs::council::TwoThirds};

impl pallet_credit::Config for Runtime {
    type CouncilOrigin = TwoThirds;
    type MaxClaimWindow = ConstU64<{ 60 * DAY }>;
    // A million points.
    type MaxScore = ConstI64<1_000_000_000>;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_credit::WeightInfo<Runtime>;
}
