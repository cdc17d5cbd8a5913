//! Listings, orders and escrow.

use frame_support::traits::ConstU128;

use crate::{
    Access, Audits, Balances, Credit, DAY, MILLI_MDS, Members, Records, Runtime, RuntimeHoldReason,
    Timestamp,
    configs::{
        money::ConsortiumAccount,
        parameters::{Clamped, dynamic_params::marketplace as parameters},
    },
};

/// Time to deliver: a second, for tests and demonstrations, to 30 days.
pub type DeliverWithin = Clamped<parameters::DeliverWithin, 1_000, { 30 * DAY }>;

/// Time to rule: a second to 90 days.
pub type RulingWithin = Clamped<parameters::RulingWithin, 1_000, { 90 * DAY }>;

impl pallet_marketplace::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = super::benchmarks::Setup;
    type ClaimBondShare = parameters::ClaimBondShare;
    // At the price of a byte of a record: a review takes two kilobytes, an order with its grant one.
    type ClaimDeposit = ConstU128<{ 200 * MILLI_MDS }>;
    type Consent = Access;
    type Consortium = ConsortiumAccount;
    type Credit = Credit;
    type Currency = Balances;
    type DeliverWithin = DeliverWithin;
    type Engagements = Members;
    type FeeShare = parameters::FeeShare;
    type FeeSplit = parameters::Split;
    type Members = Members;
    type MinBond = parameters::MinBond;
    type MinPrice = parameters::MinPrice;
    type OrderDeposit = ConstU128<{ 100 * MILLI_MDS }>;
    type Panels = Audits;
    type Records = Records;
    type RetainedShare = parameters::RetainedShare;
    type RulingWithin = RulingWithin;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_marketplace::WeightInfo<Runtime>;
}
