//! A chain with this pallet, real time, and neighbours that remember what they were told.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use codec::Encode;
use frame_support::{
    derive_impl,
    dispatch::DispatchResult,
    parameter_types,
    storage::unhashed,
    traits::{ConstU32, ConstU64, Hooks, Randomness},
};
use medshare_crypto::{KeyPair, RecordKey, seal};
use medshare_traits::{
    CreditScores, Engagements, Membership, NewReview, OnVerdict, Outcome, Panels, RecordRegistry,
};
use medshare_types::*;
use rand_core::OsRng;
use sp_runtime::{
    BuildStorage, DispatchError, Permill,
    traits::{BlakeTwo256, Hash as _},
};

use crate as pallet_audits;
use crate::{Event, Reviews};

pub type Account = u64;

/// Owner of the record, buyer of the claim: who delivers the keys.
pub const HOLDER: Account = 1;
/// The hospital that sponsors the holder.
pub const SPONSOR: Account = 2;
/// A member without part in anything.
pub const KEEPER: Account = 3;
/// Somebody from outside.
pub const STRANGER: Account = 99;
/// The auditors of the mock, none of them in conflict.
pub const AUDITORS: std::ops::RangeInclusive<Account> = 11..=20;

pub const RECORD: Subject = Subject::Record { record: 7, version: 1 };
pub const CLAIM: Subject = Subject::Claim { order: 3 };

/// Milliseconds of a block.
pub const BLOCK: Moment = 2_000;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Audits: pallet_audits,
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
    pub static PanelSize: u32 = 3;
    pub static Quorum: u32 = 2;
    pub static DrawDelay: BlockNumber = 2;
    pub static RetryDelay: BlockNumber = 5;
    pub static KeyWindow: Moment = 60_000;
    pub static VoteWindow: Moment = 90_000;
}

impl pallet_audits::Config for Test {
    type Membership = World;
    type Engagements = World;
    type Credit = World;
    type Records = World;
    type OnVerdict = World;
    type Randomness = World;
    type Time = Timestamp;
    type PanelSize = PanelSize;
    type Quorum = Quorum;
    type DrawDelay = DrawDelay;
    type RetryDelay = RetryDelay;
    type KeyWindow = KeyWindow;
    type VoteWindow = VoteWindow;
    type MaxDrawsPerBlock = ConstU32<2>;
    type SpillBlocks = ConstU32<3>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = World;
}

/// What the neighbours know.
#[derive(Default)]
pub struct World {
    pub members: BTreeSet<Account>,
    pub auditors: Vec<Account>,
    pub sponsors: BTreeMap<Account, Account>,
    /// Whose current key is not the first.
    pub rotated: BTreeSet<Account>,
    /// Who may not audit, for want of credit.
    pub discredited: BTreeSet<Account>,
    pub owners: BTreeMap<RecordId, Account>,
    pub credit: Vec<(Account, CreditEvent)>,
    pub verdicts: Vec<(Subject, Outcome, Vec<Account>)>,
    /// Whether those who are told of verdicts refuse them.
    pub deaf: bool,
    /// What the randomness of this run is.
    pub seed: u64,
    /// How many blocks earlier than usual a seed is known.
    pub lag: BlockNumber,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::default();
}

/// Looks at the neighbours, or changes them.
pub fn world<R>(f: impl FnOnce(&mut World) -> R) -> R {
    WORLD.with_borrow_mut(f)
}

impl Membership<Account> for World {
    type MaxAuditors = ConstU32<64>;

    fn is_active(who: &Account) -> bool {
        world(|world| world.members.contains(who))
    }

    fn has_role(who: &Account, role: Role) -> bool {
        Self::is_active(who) && (role != Role::Auditor || world(|world| world.auditors.contains(who)))
    }

    fn ensure_role(who: &Account, role: Role) -> DispatchResult {
        Self::has_role(who, role).then_some(()).ok_or(DispatchError::BadOrigin)
    }

    fn encryption_key(who: &Account) -> Option<Point> {
        Some(keys(*who, world(|world| world.rotated.contains(who))).public())
    }

    fn sponsor(who: &Account) -> Option<Account> {
        world(|world| world.sponsors.get(who).copied())
    }

    fn auditors() -> Vec<Account> {
        world(|world| world.auditors.clone())
    }
}

/// Where the engagements are: in storage, so that what is rolled back is rolled back here too.
const ENGAGED: &[u8] = b"engaged";

/// Who has how many seats.
pub fn engaged() -> BTreeMap<Account, u32> {
    unhashed::get_or_default(ENGAGED)
}

impl Engagements<Account> for World {
    fn engage(who: &Account) -> DispatchResult {
        let mut engaged = engaged();
        *engaged.entry(*who).or_default() += 1;
        unhashed::put(ENGAGED, &engaged);
        Ok(())
    }

    fn disengage(who: &Account) {
        let mut engaged = engaged();
        let count = engaged.get_mut(who).expect("only who is engaged is let go");
        *count -= 1;
        if *count == 0 {
            engaged.remove(who);
        }
        unhashed::put(ENGAGED, &engaged);
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
        Benefits {
            max_pending: 10,
            claim_window: 0,
            may_audit: world(|world| !world.discredited.contains(who)),
            fee_discount: Permill::zero(),
            max_open_orders: 10,
        }
    }
}

impl RecordRegistry<Account> for World {
    fn record(record: RecordId) -> Option<Record<Account>> {
        world(|world| world.owners.get(&record).copied()).map(|owner| Record {
            owner,
            subject: Hash::zero(),
            latest: 1,
            withdrawn: false,
        })
    }

    fn version(_: RecordId, _: Version) -> Option<RecordVersion<Account>> {
        None
    }

    fn is_tradable(_: RecordId, _: Version) -> bool {
        false
    }

    fn has_held(record: RecordId, version: Version, vault: &Account) -> bool {
        Self::vaults(record, version).contains(vault)
    }
}

impl OnVerdict<Account> for World {
    fn on_verdict(subject: Subject, outcome: Outcome, majority: &[Account]) -> DispatchResult {
        world(|world| {
            if world.deaf {
                return Err(DispatchError::Unavailable);
            }
            world.verdicts.push((subject, outcome, majority.to_vec()));
            Ok(())
        })
    }
}

impl Randomness<Hash, BlockNumber> for World {
    fn random(subject: &[u8]) -> (Hash, BlockNumber) {
        let now = System::block_number();
        let (seed, lag) = world(|world| (world.seed, world.lag));
        (BlakeTwo256::hash_of(&(seed, now, subject)), now.saturating_sub(1).saturating_sub(lag))
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl medshare_traits::BenchmarkSetup<Account> for World {
    fn member(who: &Account, roles: Roles, _: Point) {
        world(|world| {
            world.members.insert(*who);
            if roles.contains(&Role::Auditor) {
                world.auditors.push(*who);
            }
        });
    }

    /// Nothing costs anything here.
    fn fund(_: &Account, _: Balance) {}

    fn record(owner: &Account, owner_key: Point, commitment: KeyCommitment) -> (RecordId, Version) {
        let record = world(|world| {
            let record = world.owners.len() as RecordId;
            world.owners.insert(record, *owner);
            record
        });
        let review = NewReview {
            subject: Subject::Record { record, version: 1 },
            record,
            version: 1,
            holder: *owner,
            holder_key: owner_key,
            commitment,
            excluded: Vec::new(),
        };
        Audits::convene(review).expect("the queue has room");
        (record, 1)
    }

    /// The registry of this world keeps no status of its versions.
    fn approve(_: RecordId, _: Version) {}

    /// There is no market in this world.
    fn list(_: RecordId, _: Version, _: Balance) {}

    fn order(record: RecordId, _: &Account) -> OrderId {
        record
    }

    fn claim(order: OrderId, sealed: SealedKey) {
        let review = NewReview {
            subject: Subject::Claim { order },
            record: order,
            version: 1,
            holder: HOLDER,
            holder_key: keys(HOLDER, false).public(),
            commitment: sealed.as_commitment(),
            excluded: Vec::new(),
        };
        Audits::convene(review).expect("the queue has room");
    }

    /// There are no grants in this world.
    fn grant(_: RecordId, _: Version, _: &Account, _: Point, _: SealedKey, _: OrderId) {}

    fn seat_panel(subject: Subject) {
        let auditors = AUDITORS.take(5).map(|auditor| (auditor, keys(auditor, false).public())).collect();
        Audits::seat_for_benchmark(subject, auditors).expect("the review was convened");
    }

    fn advance(by: Moment) {
        pass(by);
    }
}

/// A chain at block 1 with the holder, its sponsor, the keeper and the auditors.
#[derive(Default)]
pub struct ExtBuilder {
    auditors: Option<Vec<Account>>,
}

impl ExtBuilder {
    /// Only these auditors.
    pub fn auditors(mut self, auditors: impl IntoIterator<Item = Account>) -> Self {
        self.auditors = Some(auditors.into_iter().collect());
        self
    }

    /// Runs a test and checks afterwards that the invariants hold.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        PanelSize::set(3);
        Quorum::set(2);
        DrawDelay::set(2);
        RetryDelay::set(5);
        KeyWindow::set(60_000);
        VoteWindow::set(90_000);
        let auditors = self.auditors.unwrap_or_else(|| AUDITORS.collect());
        world(|world| {
            *world = World {
                members: [HOLDER, SPONSOR, KEEPER].into_iter().chain(auditors.iter().copied()).collect(),
                auditors,
                sponsors: [(HOLDER, SPONSOR)].into(),
                owners: [(7, HOLDER)].into(),
                ..Default::default()
            };
        });
        let storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("genesis builds");
        sp_io::TestExternalities::new(storage).execute_with(|| {
            System::set_block_number(1);
            Timestamp::set_timestamp(1_000_000);
            test();
            Audits::do_try_state().expect("the invariants hold");
        });
    }
}

/// Runs blocks up to the beginning of this one.
pub fn run_to(block: BlockNumber) {
    while System::block_number() < block {
        Audits::do_try_state().expect("the invariants hold");
        System::set_block_number(System::block_number() + 1);
        Audits::on_initialize(System::block_number());
        pass(BLOCK);
    }
}

/// Chain time.
pub fn now() -> Moment {
    Timestamp::get()
}

/// An auditor who is not on this panel.
pub fn outsider(panel: &[Account]) -> Account {
    AUDITORS.into_iter().find(|auditor| !panel.contains(auditor)).expect("the panel is smaller than the pool")
}

/// Lets time pass without blocks.
pub fn pass(time: Moment) {
    Timestamp::set_timestamp(now() + time);
}

/// Lets time pass until exactly this moment.
pub fn pass_until(moment: Moment) {
    assert!(moment >= now(), "that moment has passed");
    Timestamp::set_timestamp(moment);
}

/// The first or the second key pair of an account.
pub fn keys(who: Account, second: bool) -> KeyPair {
    KeyPair::from_seed(&sp_io::hashing::blake2_256(&(who, second).encode()))
}

/// A review of a new record key of this holder.
pub fn new_review(subject: Subject, holder: Account) -> NewReview<Account> {
    let (record, version) = match subject {
        Subject::Record { record, version } => (record, version),
        Subject::Claim { .. } => (7, 1),
    };
    let holder_key = keys(holder, false).public();
    let commitment = RecordKey::generate(&mut OsRng).commit(&mut OsRng, &holder_key).expect("a good key");
    NewReview { subject, record, version, holder, holder_key, commitment, excluded: Vec::new() }
}

pub fn review(subject: Subject) -> Review<Account> {
    Reviews::<Test>::get(subject).expect("convened")
}

/// Convenes a review and runs to the block of its draw.
pub fn convene_and_draw(subject: Subject) -> Vec<Account> {
    Audits::convene(new_review(subject, HOLDER)).expect("it can be convened");
    run_to(System::block_number() + DrawDelay::get());
    panel(subject)
}

/// Convenes, draws and delivers all keys.
pub fn start(subject: Subject) -> Vec<Account> {
    let panel = convene_and_draw(subject);
    deliver(subject, &panel).expect("the keys are good");
    panel
}

pub fn panel(subject: Subject) -> Vec<Account> {
    review(subject).panel.iter().map(|seat| seat.auditor).collect()
}

pub fn seat(subject: Subject, auditor: Account) -> Seat<Account> {
    review(subject).panel.into_iter().find(|seat| seat.auditor == auditor).expect("on the panel")
}

/// What the proof of an auditor's sealed key has to bind.
pub fn context(subject: Subject, auditor: Account) -> SealContext<Account> {
    let review = review(subject);
    SealContext {
        genesis: System::block_hash(0),
        record: review.record,
        version: review.version,
        grantee: auditor,
        purpose: match subject {
            Subject::Record { .. } => SealPurpose::Audit,
            Subject::Claim { order } => SealPurpose::Claim(order),
        },
    }
}

/// The record key of a review, sealed to a key in a context.
pub fn sealed(subject: Subject, to: &Point, context: &SealContext<Account>) -> SealedKey {
    let review = review(subject);
    seal(&mut OsRng, &keys(review.holder, false), &review.commitment, to, context).expect("a good key")
}

/// The right sealed key of an auditor on the panel.
pub fn key_for(subject: Subject, auditor: Account) -> SealedKey {
    sealed(subject, &seat(subject, auditor).key, &context(subject, auditor))
}

pub fn deliver(subject: Subject, auditors: &[Account]) -> DispatchResult {
    let keys: Vec<_> = auditors.iter().map(|auditor| (*auditor, key_for(subject, *auditor))).collect();
    Audits::deliver_keys(RuntimeOrigin::signed(HOLDER), subject, keys.try_into().expect("at most five"))
}

pub fn report(who: Account) -> Hash {
    BlakeTwo256::hash_of(&who)
}

pub fn findings(found: &[Finding]) -> Findings {
    found.iter().copied().collect::<BTreeSet<_>>().try_into().expect("at most all of them")
}

pub fn approve(who: Account, subject: Subject) -> DispatchResult {
    <Audits as Panels<Account>>::vote(&who, subject, Verdict::Approve, Findings::new(), report(who))
}

pub fn reject(who: Account, subject: Subject) -> DispatchResult {
    let findings = findings(&[Finding::FalseDescriptor]);
    <Audits as Panels<Account>>::vote(&who, subject, Verdict::Reject, findings, report(who))
}

/// The events of this pallet so far, which are then forgotten.
pub fn events() -> Vec<Event<Test>> {
    let events = System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Audits(event) => Some(event),
            _ => None,
        })
        .collect();
    System::reset_events();
    events
}

pub fn verdicts() -> Vec<(Subject, Outcome, Vec<Account>)> {
    world(|world| world.verdicts.clone())
}

/// Asserts that a review has left nothing but itself behind.
pub fn assert_ended(subject: Subject, state: ReviewState) {
    let review = review(subject);
    assert_eq!(review.state, state);
    assert!(engaged().is_empty(), "everybody is let go");
    assert!(Audits::reviews_held(&review.holder, 10).is_empty());
    for seat in &review.panel {
        assert!(Audits::open_reviews(&seat.auditor, 10).is_empty());
        assert!(!Audits::is_reviewing(&seat.auditor, review.record, review.version));
    }
    assert_eq!(crate::Queued::<Test>::get(), 0);
}
