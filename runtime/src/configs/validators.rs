//! Which hospitals are validators, their sessions, and what becomes of those who offend.

use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU128, Get},
};
use pallet_equivocation::NoteFirstSlot;
use pallet_session::{FindAccountFromAuthorIndex, PeriodicSessions, historical::NoteHistoricalRoot};
use sp_runtime::traits::OpaqueKeys;

use crate::{
    AccountId, Aura, Balances, BlockNumber, Credit, Members, Runtime, RuntimeEvent, Session, SessionKeys,
    Timestamp, Validators,
    configs::{
        consensus::MaxValidators, council::TwoThirds, parameters::dynamic_params::consensus as parameters,
    },
};

/// Sessions for which an offence can be reported: a week of the default length, or longer where slots stay empty.
pub const HISTORY: u32 = 168;

/// The fewest blocks in a session, so that none is over before its validators could author one.
pub const SHORTEST_SESSION: BlockNumber = 10;

/// How many blocks a session has.
pub struct SessionBlocks;

impl Get<BlockNumber> for SessionBlocks {
    fn get() -> BlockNumber {
        parameters::SessionBlocks::get().max(SHORTEST_SESSION)
    }
}

parameter_types! {
    /// Sessions begin at multiples of their length.
    pub const SessionOffset: BlockNumber = 0;
}

impl pallet_validators::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = super::benchmarks::Setup;
    type CouncilOrigin = TwoThirds;
    type Credit = Credit;
    type Engagements = Members;
    type History = ConstU32<HISTORY>;
    type LivenessThreshold = ConstU32<300>;
    type MaxValidators = MaxValidators;
    type Membership = Members;
    // The smallest network that survives a fault.
    type MinValidators = ConstU32<4>;
    type Sessions = Session;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_validators::WeightInfo<Runtime>;
}

impl pallet_authorship::Config for Runtime {
    type EventHandler = Validators;
    type FindAuthor = FindAccountFromAuthorIndex<Runtime, Aura>;
}

impl pallet_session::Config for Runtime {
    type Currency = Balances;
    type DisablingStrategy = pallet_session::disabling::UpToLimitDisablingStrategy;
    // Only hospitals set keys, so no deposit is needed.
    type KeyDeposit = ConstU128<0>;
    type Keys = SessionKeys;
    type NextSessionRotation = PeriodicSessions<SessionBlocks, SessionOffset>;
    type RuntimeEvent = RuntimeEvent;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type SessionManager = NoteFirstSlot<Runtime, NoteHistoricalRoot<Runtime, Validators>>;
    type ShouldEndSession = PeriodicSessions<SessionBlocks, SessionOffset>;
    type ValidatorId = AccountId;
    type ValidatorIdOf = pallet_validators::HospitalIdOf<Runtime>;
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
    type FullIdentification = ();
    type FullIdentificationOf = pallet_validators::AccountIsAll;
    type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Runtime {
    type IdentificationTuple = pallet_session::historical::IdentificationTuple<Runtime>;
    type OnOffenceHandler = Validators;
    type RuntimeEvent = RuntimeEvent;
}
