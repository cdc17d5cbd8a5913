//! A chain with this pallet and real time.

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64},
};
use frame_system::{EnsureRoot, RawOrigin};
use medshare_types::{Moment, Points};
use sp_runtime::BuildStorage;

use crate as pallet_credit;
use crate::Event;

pub type Account = u64;

pub const ALICE: Account = 1;
pub const BOB: Account = 2;

/// A time that is no whole number of half-lives after the epoch.
pub const START: Moment = 1_700_000_000_123;
pub const DAY: Moment = 86_400_000;
pub const HALF_LIFE: Moment = 180 * DAY;
pub const MAX_SCORE: Points = 1_000_000;
pub const MAX_CLAIM_WINDOW: Moment = 60 * DAY;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Credit: pallet_credit,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlockU32<Test>;
    type BlockHashCount = ConstU32<250>;
}

impl pallet_timestamp::Config for Test {
    type Moment = Moment;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<1>;
    type WeightInfo = ();
}

parameter_types! {
    pub const MaxScore: Points = MAX_SCORE;
    pub const MaxClaimWindow: Moment = MAX_CLAIM_WINDOW;
}

impl pallet_credit::Config for Test {
    type Time = Timestamp;
    type CouncilOrigin = EnsureRoot<Account>;
    type MaxScore = MaxScore;
    type MaxClaimWindow = MaxClaimWindow;
    type WeightInfo = ();
}

pub fn council() -> RuntimeOrigin {
    RawOrigin::Root.into()
}

pub fn by(who: Account) -> RuntimeOrigin {
    RawOrigin::Signed(who).into()
}

/// Moves chain time on.
pub fn advance(by: Moment) {
    Timestamp::set_timestamp(Timestamp::get() + by);
}

/// This pallet's events since the last time, in order.
pub fn take_events() -> Vec<Event<Test>> {
    let events = System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Credit(event) => Some(event),
            _ => None,
        })
        .collect();
    System::reset_events();
    events
}

#[derive(Default)]
pub struct ExtBuilder {
    pub credit: pallet_credit::GenesisConfig<Test>,
}

impl ExtBuilder {
    pub fn genesis(credit: pallet_credit::GenesisConfig<Test>) -> Self {
        Self { credit }
    }

    /// Runs a test and then checks the invariants.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        let config = RuntimeGenesisConfig { credit: self.credit, ..Default::default() };
        let mut ext: sp_io::TestExternalities = config.build_storage().expect("the genesis builds").into();
        ext.execute_with(|| {
            // There are no events in block 0.
            System::set_block_number(1);
            Timestamp::set_timestamp(START);
            test();
            Credit::do_try_state().expect("every invariant holds");
        });
    }
}
