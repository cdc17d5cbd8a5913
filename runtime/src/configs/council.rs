//! The council: every active hospital has one vote. What needs how many of them is listed in `docs/council.md`, which a
//! test compares with these types.
//!
//! On a development chain sudo decides everything as well.

mod motions;

use core::cmp::Ordering;

use frame_support::{
    parameter_types,
    traits::{
        ConstU32, EitherOf, EitherOfDiverse, EnsureOrigin, LinearStoragePrice, NeverEnsureOrigin,
        PrivilegeCmp, fungible::HoldConsideration,
    },
    weights::Weight,
};
use frame_system::{EnsureRoot, RawOrigin};
use pallet_collective::{EnsureMember, EnsureProportionAtLeast, EnsureProportionMoreThan};

use crate::{
    AccountId, Balance, Balances, BlockNumber, DAY, HOUR, MICRO_MDS, MILLI_MDS, OriginCaller, Preimage,
    Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason, RuntimeOrigin, SLOT_MILLIS, System,
    configs::system::MAX_BLOCK_WEIGHT,
};

pub use motions::OneOfFew;

/// The collective that the hospitals are.
pub type Hospitals = pallet_collective::Instance1;

/// More than half of the hospitals.
pub type Majority =
    EitherOfDiverse<EnsureRoot<AccountId>, EnsureProportionMoreThan<AccountId, Hospitals, 1, 2>>;
/// At least two thirds of them.
pub type TwoThirds =
    EitherOfDiverse<EnsureRoot<AccountId>, EnsureProportionAtLeast<AccountId, Hospitals, 2, 3>>;
/// At least three quarters of them.
pub type ThreeQuarters =
    EitherOfDiverse<EnsureRoot<AccountId>, EnsureProportionAtLeast<AccountId, Hospitals, 3, 4>>;
/// At least a third of them, for what has to be quick and can be undone.
pub type OneThird =
    EitherOfDiverse<EnsureRoot<AccountId>, EnsureProportionAtLeast<AccountId, Hospitals, 1, 3>>;

/// Most hospitals: more than there can be validators.
pub type MaxHospitals = ConstU32<200>;

/// How many motions one hospital may have open: so none takes all places.
pub const MOST_MOTIONS: usize = 6;

/// How many motions may be open.
pub const MAX_MOTIONS: u32 = 50;

/// How many bytes a motion's call may have. A longer one is published, and run as root by its hash.
pub const MAX_MOTION_BYTES: u32 = 64 * 1024;

/// Blocks in a span of milliseconds, if each slot has one: as it is while something waits for blocks
/// ([`crate::work`]).
const fn blocks(span: u64) -> BlockNumber {
    // A year has 15 768 000 slots.
    #[allow(clippy::as_conversions)]
    let blocks = span.saturating_div(SLOT_MILLIS) as BlockNumber;
    blocks
}

parameter_types! {
    /// What a motion's call may weigh: half a block.
    pub const MaxMotionWeight: Weight = MAX_BLOCK_WEIGHT.saturating_div(2);
    /// How long a motion is open: a week.
    pub const MotionDuration: BlockNumber = blocks(7 * DAY);
    /// What scheduled calls may weigh in a block: half of it.
    pub const MaxScheduledWeight: Weight = MAX_BLOCK_WEIGHT.saturating_div(2);
    /// A deposit for a preimage, whatever its size: 0.1 MDS.
    pub const PreimageDepositBase: Balance = 100 * MILLI_MDS;
    /// And for each byte: a megabyte costs one MDS.
    pub const PreimageDepositByte: Balance = MICRO_MDS;
    /// Why it is on hold.
    pub const PreimageHold: RuntimeHoldReason = RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
    /// How long a call that root dispatched before it was whitelisted is waited for. Nobody else can: see `NotByHand`.
    pub const WhitelistExpiry: BlockNumber = blocks(12 * HOUR);
}

impl pallet_collective::Config<Hospitals> for Runtime {
    type Consideration = OneOfFew;
    // Who did not vote did not agree.
    type DefaultVote = pallet_collective::PrimeDefaultVote;
    type DisapproveOrigin = Majority;
    type KillOrigin = TwoThirds;
    type MaxMembers = MaxHospitals;
    type MaxProposalWeight = MaxMotionWeight;
    type MaxProposals = ConstU32<MAX_MOTIONS>;
    type MotionDuration = MotionDuration;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    // The members pallet says who the hospitals are, and nobody else.
    type SetMembersOrigin = NeverEnsureOrigin<()>;
    type WeightInfo = motions::Weights;
}

impl pallet_preimage::Config for Runtime {
    type Consideration = HoldConsideration<
        AccountId,
        Balances,
        PreimageHold,
        LinearStoragePrice<PreimageDepositBase, PreimageDepositByte, Balance>,
    >;
    type Currency = Balances;
    // Who lets go of what is scheduled ends it.
    type ManagerOrigin = ThreeQuarters;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
}

/// Who may cancel what somebody scheduled: root everything, and two thirds of the hospitals what two thirds scheduled, however many
/// voted then and are hospitals now.
pub struct ByShare;

impl PrivilegeCmp<OriginCaller> for ByShare {
    fn cmp_privilege(left: &OriginCaller, right: &OriginCaller) -> Option<Ordering> {
        let is_root = |origin: &OriginCaller| matches!(origin, OriginCaller::system(RawOrigin::Root));
        let decides = |origin: &OriginCaller| {
            <TwoThirds as EnsureOrigin<RuntimeOrigin>>::try_origin(origin.clone().into()).is_ok()
        };
        match (is_root(left), is_root(right)) {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Greater),
            (false, true) => Some(Ordering::Less),
            (false, false) => (left == right || decides(left) && decides(right)).then_some(Ordering::Equal),
        }
    }
}

impl pallet_scheduler::Config for Runtime {
    type BlockNumberProvider = System;
    type MaxScheduledPerBlock = ConstU32<50>;
    type MaximumWeight = MaxScheduledWeight;
    type OriginPrivilegeCmp = ByShare;
    type PalletsOrigin = OriginCaller;
    type Preimages = Preimage;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type ScheduleOrigin = TwoThirds;
    type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
}

// What only root may do, such as an upgrade of the runtime: the hospitals agree on the hash of a call, and then any of
// them has exactly that call run.
impl pallet_whitelist::Config for Runtime {
    type BlockNumberProvider = System;
    type DeferredDispatchExpiration = WhitelistExpiry;
    type DispatchWhitelistedOrigin = EitherOf<
        frame_system::EnsureRootWithSuccess<AccountId, frame_support::traits::ConstBool<true>>,
        frame_support::traits::MapSuccess<
            EnsureMember<AccountId, Hospitals>,
            sp_runtime::traits::Replace<frame_support::traits::ConstBool<true>>,
        >,
    >;
    type Preimages = Preimage;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_whitelist::weights::SubstrateWeight<Runtime>;
    type WhitelistOrigin = ThreeQuarters;
}

/// What cannot be paused: the calls with which hospitals decide, what every block needs, and reports of offences: who
/// offends may be one of the third that pauses.
pub struct NeverPaused;

/// The pallets of which nothing can be.
pub const NEVER_PAUSED: [&str; 10] = [
    "Council",
    "Equivocation",
    "Grandpa",
    "Preimage",
    "Scheduler",
    "Session",
    "Sudo",
    "System",
    "Timestamp",
    "Whitelist",
];

impl frame_support::traits::Contains<pallet_tx_pause::RuntimeCallNameOf<Runtime>> for NeverPaused {
    fn contains((pallet, _): &pallet_tx_pause::RuntimeCallNameOf<Runtime>) -> bool {
        NEVER_PAUSED.iter().any(|name| pallet.as_slice() == name.as_bytes())
    }
}

impl pallet_tx_pause::Config for Runtime {
    type MaxNameLen = ConstU32<256>;
    type PauseOrigin = OneThird;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type UnpauseOrigin = Majority;
    type WeightInfo = pallet_tx_pause::weights::SubstrateWeight<Runtime>;
    type WhitelistedCalls = NeverPaused;
}
