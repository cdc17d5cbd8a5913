//! Consent, grants, requests and receipts.

use frame_support::traits::{ConstU32, ConstU64, ConstU128};

use crate::{
    Audits, Balances, MILLI_MDS, MINUTE, Marketplace, Members, Records, Runtime, RuntimeHoldReason, Timestamp,
};

impl pallet_access::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = super::benchmarks::Setup;
    type Currency = Balances;
    type Engagements = Members;
    type Market = Marketplace;
    type MaxOpenRequests = ConstU32<100>;
    type MaxReceipts = ConstU32<100>;
    type Membership = Members;
    type Panels = Audits;
    // Clocks of vaults are set by NTP; a minute also covers a chain that stands still for some slots.
    type ReceiptTolerance = ConstU64<MINUTE>;
    // Six kilobytes for each record at most.
    type ReceiptsKept = ConstU32<32>;
    type Records = Records;
    type RequestDeposit = ConstU128<{ 100 * MILLI_MDS }>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_access::WeightInfo<Runtime>;
}
