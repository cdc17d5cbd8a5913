//! The runtime: the pallet, the clock and the money.

use super::*;
use crate as pallet_marketplace;
use crate::FeeSplit;
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU64, ConstU128},
};
use medshare_types::{Balance, Moment};
use sp_runtime::Permill;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Balances: pallet_balances,
        Marketplace: pallet_marketplace,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

impl pallet_timestamp::Config for Test {
    type Moment = Moment;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<1>;
    type WeightInfo = ();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
}

parameter_types! {
    pub static DeliverWithin: Moment = 1_000;
    pub static RulingWithin: Moment = 10_000;
    pub static RetainedShare: Permill = Permill::from_percent(20);
    pub static FeeShare: Permill = Permill::from_percent(5);
    pub static Split: FeeSplit =
        FeeSplit { auditors: Permill::from_percent(40), vaults: Permill::from_percent(30) };
    pub static ClaimBondShare: Permill = Permill::from_percent(10);
    /// None, so that sums in tests are of prices alone; those that are about deposits set them.
    pub static OrderDeposit: Balance = 0;
    pub static ClaimDeposit: Balance = 0;
    pub const Consortium: Account = CONSORTIUM;
}

impl pallet_marketplace::Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Time = Timestamp;
    type Members = World;
    type Engagements = World;
    type Records = World;
    type Consent = World;
    type Panels = World;
    type Credit = World;
    type MinPrice = ConstU128<100>;
    type DeliverWithin = DeliverWithin;
    type RulingWithin = RulingWithin;
    type RetainedShare = RetainedShare;
    type FeeShare = FeeShare;
    type FeeSplit = Split;
    type ClaimBondShare = ClaimBondShare;
    type OrderDeposit = OrderDeposit;
    type ClaimDeposit = ClaimDeposit;
    type MinBond = ConstU128<50>;
    type Consortium = Consortium;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = benchmarks::Setup;
}
