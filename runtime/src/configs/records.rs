//! The registry of records.

use frame_support::traits::{ConstU32, ConstU128};

use crate::{
    Access, Audits, Balances, Credit, MICRO_MDS, MILLI_MDS, Marketplace, Members, Runtime, RuntimeHoldReason,
    Timestamp,
};

/// Held for each version whatever its size: 0.1 MDS.
pub type DepositBase = ConstU128<{ 100 * MILLI_MDS }>;

/// Held for each byte of a version: 0.0001 MDS, so that the usual kilobyte doubles the base.
pub type DepositPerByte = ConstU128<{ 100 * MICRO_MDS }>;

impl pallet_records::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = super::benchmarks::Setup;
    type Consent = Access;
    type Credit = Credit;
    type Currency = Balances;
    type DepositBase = DepositBase;
    type DepositPerByte = DepositPerByte;
    type Engagements = Members;
    type Market = Marketplace;
    type MaxBatch = ConstU32<50>;
    type MaxVersions = ConstU32<100>;
    type Membership = Members;
    type Panels = Audits;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_records::WeightInfo<Runtime>;
}
