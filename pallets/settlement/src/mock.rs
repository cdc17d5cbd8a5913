//! A chain with this pallet, real money and real time, on which odd accounts are active members.

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64, ConstU128, VariantCountOf, fungible::InspectHold},
};
use frame_system::EnsureRoot;
use medshare_traits::Membership;
use medshare_types::{Balance, Moment, Point, Role};
use sp_runtime::{BuildStorage, DispatchError, DispatchResult};

use crate as pallet_settlement;
use crate::{Event, HoldReason};

pub type Account = u64;

pub const MEMBER: Account = 1;
pub const OTHER: Account = 3;
pub const STRANGER: Account = 2;
pub const FUNDS: Balance = 1_000;
pub const LEAST: Balance = 50;
pub const START: Moment = 1_000_000;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Balances: pallet_balances,
        Settlement: pallet_settlement,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlockU32<Test>;
    type BlockHashCount = ConstU32<250>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

impl pallet_timestamp::Config for Test {
    type Moment = Moment;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<1>;
    type WeightInfo = ();
}

parameter_types! {
    pub const ExistentialDeposit: Balance = 10;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
    type RuntimeHoldReason = RuntimeHoldReason;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
}

impl pallet_settlement::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Membership = Odd;
    type Time = Timestamp;
    type CouncilOrigin = EnsureRoot<Account>;
    type MinRedemption = ConstU128<LEAST>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = Odd;
}

/// Odd accounts are active members.
pub struct Odd;

impl Membership<Account> for Odd {
    type MaxAuditors = ();

    fn is_active(who: &Account) -> bool {
        who % 2 == 1
    }

    fn has_role(who: &Account, _: Role) -> bool {
        Self::is_active(who)
    }

    fn ensure_role(who: &Account, _: Role) -> DispatchResult {
        Self::is_active(who).then_some(()).ok_or(DispatchError::BadOrigin)
    }

    fn encryption_key(_: &Account) -> Option<Point> {
        None
    }

    fn sponsor(_: &Account) -> Option<Account> {
        None
    }

    fn auditors() -> Vec<Account> {
        Vec::new()
    }
}

pub fn held(who: Account) -> Balance {
    Balances::balance_on_hold(&HoldReason::Redemption.into(), &who)
}

/// The last event of the pallet.
#[track_caller]
pub fn assert_last(event: Event<Test>) {
    assert_eq!(System::events().last().map(|record| record.event.clone()), Some(event.into()));
}

/// Runs a test on a chain at block 1 and checks afterwards that the invariants hold.
pub fn run(test: impl FnOnce()) {
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("genesis builds");
    let balances = vec![(MEMBER, FUNDS), (OTHER, FUNDS)];
    pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
        .assimilate_storage(&mut storage)
        .expect("genesis builds");
    sp_io::TestExternalities::new(storage).execute_with(|| {
        System::set_block_number(1);
        Timestamp::set_timestamp(START);
        test();
        Settlement::do_try_state().expect("the invariants hold");
        // Money comes from genesis and this pallet only.
        let supply = 2 * FUNDS + crate::Issued::<Test>::get() - crate::Redeemed::<Test>::get();
        assert_eq!(Balances::total_issuance(), supply);
    });
}

/// Only members matter here, and who they are does not change.
#[cfg(feature = "runtime-benchmarks")]
impl medshare_traits::BenchmarkSetup<Account> for Odd {
    fn member(_: &Account, _: medshare_types::Roles, _: Point) {}

    fn fund(_: &Account, _: Balance) {}

    fn record(
        _: &Account,
        _: Point,
        _: medshare_types::KeyCommitment,
    ) -> (medshare_types::RecordId, medshare_types::Version) {
        (0, 1)
    }

    fn approve(_: medshare_types::RecordId, _: medshare_types::Version) {}

    fn list(_: medshare_types::RecordId, _: medshare_types::Version, _: Balance) {}

    fn order(_: medshare_types::RecordId, _: &Account) -> medshare_types::OrderId {
        0
    }

    fn grant(
        _: medshare_types::RecordId,
        _: medshare_types::Version,
        _: &Account,
        _: Point,
        _: medshare_types::SealedKey,
        _: medshare_types::OrderId,
    ) {
    }

    fn seat_panel(_: medshare_types::Subject) {}

    fn advance(_: Moment) {}
}
