//! The council: every active hospital has one vote. What needs how many of them is listed in `docs/council.md`, which a
//! test compares with these types.
//!
//! On a development chain sudo decides everything as well.

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
use pallet_collective::{
    EnsureMember, EnsureProportionAtLeast, EnsureProportionMoreThan,
    deposit::{Delayed, Geometric, WithCeil},
};
use sp_runtime::FixedU128;

use crate::{
    AccountId, Balance, Balances, BlockNumber, DAY, HOUR, MDS, MICRO_MDS, MILLI_MDS, OriginCaller, Preimage,
    Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason, RuntimeOrigin, SLOT_MILLIS, System,
    configs::system::MAX_BLOCK_WEIGHT,
};

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

/// How many motions may be open before further ones need a deposit.
pub const FREE_MOTIONS: u32 = 12;

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
    /// What a motion's deposit is multiplied by with each that is open.
    pub const MotionDepositRatio: FixedU128 = FixedU128::from_u32(2);
    /// The deposit for the first motion that is not free: one MDS.
    pub const MotionDepositBase: Balance = MDS;
    /// The highest deposit: 64 MDS.
    pub const MotionDepositCeil: Balance = MDS.saturating_mul(64);
    /// Why it is on hold.
    pub const MotionHold: RuntimeHoldReason =
        RuntimeHoldReason::Council(pallet_collective::HoldReason::ProposalSubmission);
    /// What scheduled calls may weigh in a block: half of it.
    pub const MaxScheduledWeight: Weight = MAX_BLOCK_WEIGHT.saturating_div(2);
    /// A deposit for a preimage, whatever its size: 0.1 MDS.
    pub const PreimageDepositBase: Balance = 100 * MILLI_MDS;
    /// And for each byte: a megabyte costs one MDS.
    pub const PreimageDepositByte: Balance = MICRO_MDS;
    /// Why it is on hold.
    pub const PreimageHold: RuntimeHoldReason = RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
    /// How long a whitelisted call whose preimage is missing is waited for.
    pub const WhitelistExpiry: BlockNumber = blocks(12 * HOUR);
}

impl pallet_collective::Config<Hospitals> for Runtime {
    // Motions are free as long as few are open. Beyond that each costs twice the one before, up to a bound that others can pay
    // too; so whoever takes all places has much on hold, which the council can burn.
    type Consideration = HoldConsideration<
        AccountId,
        Balances,
        MotionHold,
        Delayed<
            ConstU32<FREE_MOTIONS>,
            WithCeil<MotionDepositCeil, Geometric<MotionDepositRatio, MotionDepositBase>>,
        >,
        u32,
    >;
    // Who did not vote did not agree.
    type DefaultVote = pallet_collective::PrimeDefaultVote;
    type DisapproveOrigin = Majority;
    type KillOrigin = TwoThirds;
    type MaxMembers = MaxHospitals;
    type MaxProposalWeight = MaxMotionWeight;
    type MaxProposals = ConstU32<50>;
    type MotionDuration = MotionDuration;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    // The members pallet says who the hospitals are, and nobody else.
    type SetMembersOrigin = NeverEnsureOrigin<()>;
    type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
}

impl pallet_preimage::Config for Runtime {
    type Consideration = HoldConsideration<
        AccountId,
        Balances,
        PreimageHold,
        LinearStoragePrice<PreimageDepositBase, PreimageDepositByte, Balance>,
    >;
    type Currency = Balances;
    type ManagerOrigin = Majority;
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
