//! A chain with this pallet, real sessions with their history, real offences, and real authorship.

use codec::{Decode, Encode};
use frame_support::{
    ConsensusEngineId, assert_ok, derive_impl, parameter_types,
    storage::unhashed,
    traits::{
        ConstU32, ConstU64, ConstU128, DisabledValidators, FindAuthor, OnFinalize, OnInitialize,
        fungible::InspectHold,
    },
};
use frame_system::{EnsureRoot, RawOrigin};
use medshare_traits::{CreditScores, Engagements, Membership};
use medshare_types::{Balance, Benefits, CreditEvent, Moment, Point, Role, Tier};
use pallet_session::{
    PeriodicSessions, TestSessionHandler, disabling::UpToLimitDisablingStrategy,
    historical::NoteHistoricalRoot,
};
use sp_runtime::{
    BuildStorage, DispatchError, DispatchResult, Perbill, RuntimeAppPublic, impl_opaque_keys,
    testing::UintAuthorityId,
};
use sp_staking::{
    SessionIndex,
    offence::{Kind, Offence, OffenceError, ReportOffence},
};
use std::collections::{BTreeMap, BTreeSet};

use crate as pallet_validators;
use crate::{AccountIsAll, Event, HospitalIdOf, State};

pub type Account = u64;

/// The hospitals that are validators to begin with: as many as must remain and one more.
pub const FIRST: [Account; 5] = [1, 2, 3, 4, 5];
/// Hospitals with money, but without keys.
pub const HOSPITAL: Account = 6;
pub const OTHER_HOSPITAL: Account = 7;
/// Somebody who is no hospital.
pub const STRANGER: Account = 99;

pub const FUNDS: Balance = 1_000;
pub const KEY_DEPOSIT: Balance = 10;
pub const START: Moment = 1_000_000;
/// The blocks of a session.
pub const SESSION: u32 = 10;
/// How many past sessions offences can be proven in.
pub const HISTORY: SessionIndex = 3;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Balances: pallet_balances,
        Authorship: pallet_authorship,
        Validators: pallet_validators,
        Session: pallet_session,
        Historical: pallet_session::historical,
        Offences: pallet_offences,
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

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<1>;
    type AccountStore = System;
}

parameter_types! {
    /// The active hospitals.
    pub static Hospitals: BTreeSet<Account> = BTreeSet::new();
    /// Validators whose nodes do not run.
    pub static Stopped: BTreeSet<Account> = BTreeSet::new();
    /// Who authors the current block.
    pub static Author: Option<Account> = None;
    pub static Slot: u32 = 0;
    pub static MinValidators: u32 = 4;
    pub static LivenessThreshold: u32 = 8;
}

/// Says who authors without a look at the header.
pub struct SlotAuthor;

impl FindAuthor<Account> for SlotAuthor {
    fn find_author<'a, I>(_: I) -> Option<Account>
    where
        I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
    {
        Author::get()
    }
}

impl pallet_authorship::Config for Test {
    type FindAuthor = SlotAuthor;
    type EventHandler = Validators;
}

impl_opaque_keys! {
    pub struct Keys {
        pub dummy: UintAuthorityId,
    }
}

impl pallet_session::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = Account;
    type ValidatorIdOf = HospitalIdOf<Test>;
    type ShouldEndSession = PeriodicSessions<ConstU32<SESSION>, ConstU32<0>>;
    type NextSessionRotation = PeriodicSessions<ConstU32<SESSION>, ConstU32<0>>;
    type SessionManager = NoteHistoricalRoot<Test, Validators>;
    type SessionHandler = TestSessionHandler;
    type Keys = Keys;
    type DisablingStrategy = UpToLimitDisablingStrategy;
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ConstU128<KEY_DEPOSIT>;
}

impl pallet_session::historical::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = AccountIsAll;
}

impl pallet_offences::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = pallet_session::historical::IdentificationTuple<Test>;
    type OnOffenceHandler = Validators;
}

impl pallet_validators::Config for Test {
    type Membership = World;
    type Engagements = World;
    type Credit = World;
    type Sessions = Session;
    type CouncilOrigin = EnsureRoot<Account>;
    type Time = Timestamp;
    type MinValidators = MinValidators;
    type MaxValidators = ConstU32<7>;
    type LivenessThreshold = LivenessThreshold;
    type History = ConstU32<HISTORY>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = World;
}

/// What the neighbours know.
#[derive(Default, Encode, Decode)]
pub struct World {
    pub engaged: BTreeMap<Account, u32>,
    pub credit: Vec<(Account, CreditEvent)>,
}

const WORLD: &[u8] = b"world";

/// Looks at the neighbours, or changes them.
pub fn world<R>(f: impl FnOnce(&mut World) -> R) -> R {
    let mut world: World = unhashed::get_or_default(WORLD);
    let result = f(&mut world);
    unhashed::put(WORLD, &world);
    result
}

pub fn is_engaged(who: Account) -> bool {
    world(|world| world.engaged.get(&who).is_some_and(|count| *count == 1))
}

/// What credit was noted since this was asked last.
pub fn take_credit() -> Vec<(Account, CreditEvent)> {
    world(|world| std::mem::take(&mut world.credit))
}

impl Membership<Account> for World {
    type MaxAuditors = ();

    fn is_active(who: &Account) -> bool {
        Hospitals::get().contains(who)
    }

    fn has_role(who: &Account, role: Role) -> bool {
        role == Role::Hospital && Hospitals::get().contains(who)
    }

    fn ensure_role(who: &Account, role: Role) -> DispatchResult {
        Self::has_role(who, role).then_some(()).ok_or(DispatchError::Other("no hospital"))
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

impl Engagements<Account> for World {
    fn engage(who: &Account) -> DispatchResult {
        world(|world| *world.engaged.entry(*who).or_default() += 1);
        Ok(())
    }

    fn disengage(who: &Account) {
        world(|world| {
            let count = world.engaged.get_mut(who).expect("only who is engaged is let go");
            *count -= 1;
        });
    }
}

impl CreditScores<Account> for World {
    fn note(who: &Account, event: CreditEvent) {
        world(|world| world.credit.push((*who, event)));
    }

    fn tier(_: &Account) -> Tier {
        Tier::Standard
    }

    fn benefits(who: &Account) -> Benefits {
        <() as CreditScores<Account>>::benefits(who)
    }
}

#[cfg(feature = "runtime-benchmarks")]
mod stage {
    use medshare_types::{KeyCommitment, OrderId, RecordId, Roles, SealedKey, Subject, Version};

    use super::*;

    impl medshare_traits::BenchmarkSetup<Account> for World {
        fn member(who: &Account, _: Roles, _: Point) {
            Hospitals::mutate(|hospitals| hospitals.insert(*who));
        }

        fn fund(who: &Account, amount: Balance) {
            let _ = <Balances as frame_support::traits::fungible::Mutate<_>>::set_balance(who, amount);
        }

        fn advance(by: Moment) {
            Timestamp::set_timestamp(Timestamp::get() + by);
        }

        // There are no records in this world.
        fn record(_: &Account, _: Point, _: KeyCommitment) -> (RecordId, Version) {
            (0, 0)
        }

        fn approve(_: RecordId, _: Version) {}

        fn list(_: RecordId, _: Version, _: Balance) {}

        fn order(record: RecordId, _: &Account) -> OrderId {
            record
        }

        fn grant(_: RecordId, _: Version, _: &Account, _: Point, _: SealedKey, _: OrderId) {}

        fn seat_panel(_: Subject) {}
    }
}

pub fn council() -> RuntimeOrigin {
    RawOrigin::Root.into()
}

pub fn by(who: Account) -> RuntimeOrigin {
    RawOrigin::Signed(who).into()
}

/// The session keys that an account uses first.
pub fn keys(number: u64) -> Keys {
    Keys { dummy: UintAuthorityId(number) }
}

/// Registers session keys, with the proof that they are its own.
pub fn set_keys(who: Account, number: u64) -> DispatchResult {
    let proof = UintAuthorityId(number).sign(&who.encode()).expect("a test key signs").encode();
    Session::set_keys(by(who), keys(number), proof)
}

/// Takes a hospital through all that makes it a validator.
pub fn make_validator(who: Account) {
    assert_ok!(set_keys(who, who));
    assert_ok!(Validators::propose(by(who)));
    assert_ok!(Validators::admit(council(), who));
}

/// Has a member be no active hospital any more.
pub fn dismiss(who: Account) {
    Hospitals::mutate(|hospitals| hospitals.remove(&who));
}

pub fn stop(who: Account) {
    Stopped::mutate(|stopped| stopped.insert(who));
}

pub fn restart(who: Account) {
    Stopped::mutate(|stopped| stopped.remove(&who));
}

/// Makes the next block: the slots go round the set, and who is stopped or disabled misses its own.
pub fn next_block() {
    let set = Session::validators();
    let author = loop {
        Slot::mutate(|slot| *slot += 1);
        let index = Slot::get() % u32::try_from(set.len()).expect("few");
        let author = set[usize::try_from(index).expect("few")];
        if !Stopped::get().contains(&author) && !Session::is_disabled(index) {
            break author;
        }
    };
    Author::set(Some(author));
    let number = System::block_number() + 1;
    System::set_block_number(number);
    Timestamp::set_timestamp(Timestamp::get() + 6_000);
    Authorship::on_initialize(number);
    Session::on_initialize(number);
    Authorship::on_finalize(number);
}

/// Goes on to the beginning of so many sessions further.
pub fn run_sessions(sessions: SessionIndex) {
    let target = Session::current_index() + sessions;
    while Session::current_index() < target {
        next_block();
    }
}

/// The set of the current session.
pub fn set() -> Vec<Account> {
    Session::validators()
}

pub fn state(who: Account) -> Option<State> {
    Validators::validator(&who).map(|validator| validator.state)
}

pub fn held(who: Account) -> Balance {
    Balances::balance_on_hold(&RuntimeHoldReason::Session(pallet_session::HoldReason::Keys), &who)
}

pub fn assert_last(event: Event<Test>) {
    System::assert_last_event(event.into());
}

/// This pallet's events since this was asked last.
pub fn take_events() -> Vec<Event<Test>> {
    let events = System::read_events_for_pallet::<Event<Test>>();
    System::reset_events();
    events
}

pub struct ExtBuilder {
    validators: Vec<Account>,
    sessions: Vec<Account>,
}

impl Default for ExtBuilder {
    fn default() -> Self {
        Self { validators: FIRST.to_vec(), sessions: FIRST.to_vec() }
    }
}

impl ExtBuilder {
    /// Begins with these, who all have session keys.
    pub fn validators(validators: &[Account]) -> Self {
        Self { validators: validators.to_vec(), sessions: validators.to_vec() }
    }

    /// Only these have session keys.
    pub fn with_keys(mut self, sessions: &[Account]) -> Self {
        self.sessions = sessions.to_vec();
        self
    }

    pub fn build(self) -> sp_io::TestExternalities {
        let hospitals: BTreeSet<_> = FIRST.into_iter().chain([HOSPITAL, OTHER_HOSPITAL]).collect();
        let config = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig {
                balances: hospitals.iter().chain([&STRANGER]).map(|who| (*who, FUNDS)).collect(),
                ..Default::default()
            },
            validators: pallet_validators::GenesisConfig { validators: self.validators },
            session: pallet_session::GenesisConfig {
                keys: self.sessions.into_iter().map(|who| (who, who, keys(who))).collect(),
                ..Default::default()
            },
            ..Default::default()
        };
        Hospitals::set(hospitals);
        Stopped::set(BTreeSet::new());
        Slot::set(0);
        MinValidators::set(4);
        LivenessThreshold::set(8);
        let mut ext: sp_io::TestExternalities = config.build_storage().expect("the genesis builds").into();
        ext.execute_with(|| {
            // There are no events in block 0.
            System::set_block_number(1);
            Timestamp::set_timestamp(START);
        });
        ext
    }

    /// Runs a test and then checks the invariants.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            test();
            Validators::do_try_state().expect("every invariant holds");
        });
    }
}

/// How grave an [`Equivocation`] is.
pub const SEVERITY: Perbill = Perbill::from_percent(50);

/// A vote for two blocks in one round.
pub struct Equivocation {
    session: SessionIndex,
    round: u32,
    offenders: Vec<(Account, ())>,
}

impl Offence<(Account, ())> for Equivocation {
    const ID: Kind = *b"test:equivocatio";
    type Slot = u32;

    fn offenders(&self) -> Vec<(Account, ())> {
        self.offenders.clone()
    }

    fn session_index(&self) -> SessionIndex {
        self.session
    }

    fn validator_set_count(&self) -> u32 {
        5
    }

    fn slot(&self) -> u32 {
        self.round
    }

    fn slash_fraction(&self, _: u32) -> Perbill {
        SEVERITY
    }
}

/// Reports that these voted twice in a round.
pub fn report_at(session: SessionIndex, round: u32, offenders: &[Account]) -> Result<(), OffenceError> {
    let offenders = offenders.iter().map(|who| (*who, ())).collect();
    Offences::report_offence(vec![], Equivocation { session, round, offenders })
}

/// Reports that these voted twice in a round of which nothing was reported before.
pub fn report(session: SessionIndex, offenders: &[Account]) {
    assert_ok!(report_at(session, System::block_number() + 1_000, offenders));
}

/// The pallet of offences has the last word in a report.
pub fn assert_last_own(event: Event<Test>) {
    assert_eq!(take_events().last(), Some(&event));
}
