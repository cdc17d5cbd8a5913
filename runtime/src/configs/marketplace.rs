//! Listings, orders and escrow.

use crate::{
    Access, Audits, Balances, Credit, Members, Records, Runtime, RuntimeHoldReason, Timestamp,
    configs::{money::ConsortiumAccount, parameters::dynamic_params::marketplace as parameters},
};

impl pallet_marketplace::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = super::benchmarks::Setup;
    type ClaimBondShare = parameters::ClaimBondShare;
    type Consent = Access;
    type Consortium = ConsortiumAccount;
    type Credit = Credit;
    type Currency = Balances;
    type DeliverWithin = parameters::DeliverWithin;
    type Engagements = Members;
    type FeeShare = parameters::FeeShare;
    type FeeSplit = parameters::Split;
    type Members = Members;
    type MinBond = parameters::MinBond;
    type MinPrice = parameters::MinPrice;
    type Panels = Audits;
    type Records = Records;
    type RetainedShare = parameters::RetainedShare;
    type RulingWithin = parameters::RulingWithin;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Time = Timestamp;
    type WeightInfo = ();
}
