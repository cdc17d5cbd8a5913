//! A chain with this pallet, real money and time, and neighbours that keep in storage what they were told, so that a
//! refused call undoes it.

use std::collections::{BTreeMap, BTreeSet};

use codec::{Decode, Encode};
use frame_support::{
    derive_impl,
    dispatch::DispatchResult,
    parameter_types,
    storage::unhashed,
    traits::{ConstU32, ConstU64, ConstU128, fungible::InspectHold},
};
use medshare_crypto::KeyPair;
use medshare_traits::{Consent, CreditScores, Engagements, Market, Membership, NewGrant, NewReview, Panels};
use medshare_types::*;
use sp_runtime::{BuildStorage, DispatchError, Permill, traits::Dispatchable};

use crate as pallet_records;
use crate::{Call, Event, HoldReason, NewRecord, Versions};

pub type Account = u64;

/// Owns the records of most tests.
pub const OWNER: Account = 1;
/// Another provider.
pub const OTHER: Account = 2;
/// An active member that is no provider.
pub const BUYER: Account = 3;
/// A provider who has no money.
pub const POOR: Account = 4;
/// Active vaults.
pub const VAULTS: [Account; 5] = [11, 12, 13, 14, 15];
/// Somebody from outside.
pub const STRANGER: Account = 99;

/// What those with money begin with.
pub const FUNDS: Balance = 1_000_000;
/// Chain time when a test begins.
pub const START: Moment = 1_000_000;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Balances: pallet_balances,
        Records: pallet_records,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlockU32<Test>;
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
    pub static DepositBase: Balance = 1_000;
    pub static DepositPerByte: Balance = 10;
}

impl pallet_records::Config for Test {
    type Membership = World;
    type Engagements = World;
    type Credit = World;
    type Consent = World;
    type Panels = World;
    type Market = World;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Time = Timestamp;
    type DepositBase = DepositBase;
    type DepositPerByte = DepositPerByte;
    type MaxBatch = ConstU32<4>;
    type MaxVersions = ConstU32<3>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = World;
}

/// A review as it was convened.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Convened {
    pub subject: Subject,
    pub holder: Account,
    pub holder_key: Point,
    pub commitment: KeyCommitment,
    pub excluded: Vec<Account>,
}

/// What the neighbours know.
#[derive(Default, Encode, Decode)]
pub struct World {
    pub roles: BTreeMap<Account, BTreeSet<Role>>,
    pub keys: BTreeMap<Account, Point>,
    pub engaged: BTreeMap<Account, u32>,
    pub max_pending: u32,
    pub credit: Vec<(Account, CreditEvent)>,
    pub policies: BTreeMap<RecordId, Policy>,
    /// Whether policies are refused.
    pub strict: bool,
    pub convened: Vec<Convened>,
    pub dissolved: Vec<Subject>,
    pub delisted: Vec<RecordId>,
    /// Versions of which a grant is stored.
    pub granted: BTreeSet<(RecordId, Version)>,
    /// Versions for which an order is open.
    pub ordered: BTreeSet<(RecordId, Version)>,
    /// Owners who have not answered somebody.
    pub asked: BTreeSet<Account>,
    /// Versions that the market was told to forget.
    pub forgotten: Vec<(RecordId, Version)>,
}

const WORLD: &[u8] = b"world";

/// Looks at the neighbours, or changes them.
pub fn world<R>(f: impl FnOnce(&mut World) -> R) -> R {
    let mut world: World = unhashed::get_or_default(WORLD);
    let result = f(&mut world);
    unhashed::put(WORLD, &world);
    result
}

impl Membership<Account> for World {
    type MaxAuditors = ConstU32<8>;

    fn is_active(who: &Account) -> bool {
        world(|world| world.roles.contains_key(who))
    }

    fn has_role(who: &Account, role: Role) -> bool {
        world(|world| world.roles.get(who).is_some_and(|roles| roles.contains(&role)))
    }

    fn ensure_role(who: &Account, role: Role) -> DispatchResult {
        Self::has_role(who, role).then_some(()).ok_or(DispatchError::BadOrigin)
    }

    fn encryption_key(who: &Account) -> Option<Point> {
        world(|world| world.keys.get(who).copied())
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

    fn benefits(_: &Account) -> Benefits {
        Benefits {
            max_pending: world(|world| world.max_pending),
            claim_window: 0,
            may_audit: true,
            fee_discount: Permill::zero(),
            max_open_orders: 10,
        }
    }
}

impl Consent<Account> for World {
    fn set_policy(record: RecordId, policy: Policy) -> DispatchResult {
        world(|world| {
            if world.strict {
                return Err(DispatchError::Other("no such policy"));
            }
            world.policies.insert(record, policy);
            Ok(())
        })
    }

    fn permits(_: RecordId, _: &Purpose) -> bool {
        true
    }

    fn grant(_: NewGrant<Account>) -> DispatchResult {
        Ok(())
    }

    fn granted(_: RecordId, _: Version, _: &Account) -> Option<Grant> {
        None
    }

    fn clear_order_grant(_: RecordId, _: Version, _: &Account, _: OrderId) -> bool {
        true
    }

    fn has_grants(record: RecordId, version: Version) -> bool {
        world(|world| world.granted.contains(&(record, version)))
    }

    fn has_requests(owner: &Account) -> bool {
        world(|world| world.asked.contains(owner))
    }

    fn forget(record: RecordId) {
        world(|world| {
            world.policies.remove(&record);
        });
    }
}

impl Panels<Account> for World {
    fn convene(review: NewReview<Account>) -> DispatchResult {
        let NewReview { subject, record, version, holder, holder_key, commitment, excluded } = review;
        assert_eq!(subject, Subject::Record { record, version });
        world(|world| world.convened.push(Convened { subject, holder, holder_key, commitment, excluded }));
        Ok(())
    }

    fn dissolve(subject: Subject) {
        world(|world| world.dissolved.push(subject));
    }

    fn vote(_: &Account, _: Subject, _: Verdict, _: Findings, _: Hash) -> DispatchResult {
        Err(DispatchError::Unavailable)
    }

    fn majority(_: Subject) -> Vec<Account> {
        Vec::new()
    }

    fn findings(_: Subject) -> Findings {
        Findings::new()
    }

    fn is_reviewing(_: &Account, _: RecordId, _: Version) -> bool {
        false
    }

    fn forget(subject: Subject) {
        world(|world| world.convened.retain(|convened| convened.subject != subject));
    }
}

impl Market for World {
    fn is_listed(_: RecordId, _: Version) -> bool {
        false
    }

    fn delist(record: RecordId) {
        world(|world| world.delisted.push(record));
    }

    fn is_open(_: OrderId) -> bool {
        false
    }

    fn has_open_orders(record: RecordId, version: Version) -> bool {
        world(|world| world.ordered.contains(&(record, version)))
    }

    fn forget(record: RecordId, version: Version) {
        world(|world| world.forgotten.push((record, version)));
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl medshare_traits::BenchmarkSetup<Account> for World {
    fn member(who: &Account, roles: Roles, key: Point) {
        world(|world| {
            world.roles.insert(*who, roles.into_inner());
            world.keys.insert(*who, key);
        });
    }

    fn fund(who: &Account, amount: Balance) {
        let _ = <Balances as frame_support::traits::fungible::Mutate<_>>::set_balance(who, amount);
    }

    fn record(owner: &Account, _: Point, _: KeyCommitment) -> (RecordId, Version) {
        (register(*owner, 1), 1)
    }

    fn approve(record: RecordId, version: Version) {
        verdict(record, version, medshare_traits::Outcome::Decided(Verdict::Approve));
    }

    /// There is no market in this world.
    fn list(_: RecordId, _: Version, _: Balance) {}

    fn order(record: RecordId, _: &Account) -> OrderId {
        record
    }

    /// There are no grants in this world.
    fn grant(_: RecordId, _: Version, _: &Account, _: Point, _: SealedKey, _: OrderId) {}

    /// There are no auditors in this world.
    fn seat_panel(_: Subject) {}

    fn advance(by: Moment) {
        Timestamp::set_timestamp(Timestamp::now() + by);
    }
}

/// A chain at block 1 with the members above.
#[derive(Default)]
pub struct ExtBuilder;

impl ExtBuilder {
    /// Runs a test and checks afterwards that the invariants hold.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        DepositBase::set(1_000);
        DepositPerByte::set(10);
        let mut storage =
            frame_system::GenesisConfig::<Test>::default().build_storage().expect("genesis builds");
        let balances =
            [OWNER, OTHER, BUYER].map(|who| (who, FUNDS)).into_iter().chain([(POOR, 1_000)]).collect();
        pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
            .assimilate_storage(&mut storage)
            .expect("genesis builds");
        sp_io::TestExternalities::new(storage).execute_with(|| {
            System::set_block_number(1);
            Timestamp::set_timestamp(START);
            world(|world| {
                world.max_pending = 10;
                let providers = [OWNER, OTHER, POOR].map(|who| (who, Role::Provider));
                let vaults = VAULTS.map(|who| (who, Role::Vault));
                for (who, role) in providers.into_iter().chain(vaults).chain([(BUYER, Role::Buyer)]) {
                    world.roles.insert(who, [role].into());
                    world.keys.insert(who, key(who));
                }
            });
            test();
            Records::do_try_state().expect("the invariants hold");
        });
    }
}

/// Sends a call as a transaction does: what it did is undone if it fails.
pub fn send(who: Account, call: Call<Test>) -> DispatchResult {
    RuntimeCall::Records(call).dispatch(RuntimeOrigin::signed(who)).map(drop).map_err(|refused| refused.error)
}

/// The first encryption key of an account.
pub fn key(who: Account) -> Point {
    point((who, "key"))
}

fn point(seed: impl Encode) -> Point {
    KeyPair::from_seed(&sp_io::hashing::blake2_256(&seed.encode())).public()
}

/// A text for a descriptor.
pub fn text<const N: u32>(text: &str) -> Text<N> {
    text.parse().expect("short enough")
}

/// A text whose bytes are not UTF-8.
pub fn gibberish<const N: u32>() -> Text<N> {
    Text::decode(&mut &vec![0xffu8, 0xfe].encode()[..]).expect("decoding does not look at the bytes")
}

pub fn locators(vaults: &[Account], blob: Hash) -> Locators<Account> {
    vaults
        .iter()
        .map(|vault| Locator { vault: *vault, blob })
        .collect::<Vec<_>>()
        .try_into()
        .expect("at most four")
}

/// The `number`th of many good contents; each has its own ciphertext and key.
pub fn content(number: u64) -> NewVersion<Account> {
    let ciphertext = sp_io::hashing::sha2_256(&number.encode()).into();
    let month = |month| YearMonth { year: 2024, month };
    NewVersion {
        ciphertext,
        size: 5_000,
        plaintext: sp_io::hashing::sha2_256(&(number, "plaintext").encode()).into(),
        commitment: KeyCommitment { d1: point((number, "d1")), d2: point((number, "d2")) },
        descriptor: Descriptor {
            kind: Kind::Fhir,
            media_type: text("application/fhir+json"),
            modality: None,
            codes: codes(&["109006", "38341003"]),
            counts: vec![count("Patient", 1), count("Observation", 40)].try_into().expect("at most 32"),
            plaintext_size: 4_800,
            completeness: 80,
            period: Some((month(1), month(12))),
        },
        locators: locators(&VAULTS[..2], ciphertext),
    }
}

pub fn codes(codes: &[&str]) -> frame_support::BoundedVec<Code, ConstU32<32>> {
    let codes = codes.iter().map(|code| Code { system: CodeSystem::Snomed, code: text(code) });
    codes.collect::<Vec<_>>().try_into().expect("at most 32")
}

pub fn count(of: &str, number: u32) -> Count {
    Count { of: text(of), number }
}

pub fn subject() -> Hash {
    Hash::repeat_byte(7)
}

pub fn policy() -> Policy {
    Policy::new(Permission::GeneralResearch)
}

pub fn register_call(content: NewVersion<Account>) -> Call<Test> {
    Call::register { subject: subject(), policy: policy(), content }
}

pub fn new_record(number: u64) -> NewRecord<Account> {
    NewRecord { subject: subject(), policy: policy(), content: content(number) }
}

/// Registers the `number`th content for an owner.
pub fn register(owner: Account, number: u64) -> RecordId {
    let record = crate::NextRecord::<Test>::get();
    send(owner, register_call(content(number))).expect("it can be registered");
    record
}

/// Tells the pallet how a review ended.
pub fn verdict(record: RecordId, version: Version, outcome: medshare_traits::Outcome) {
    <Records as medshare_traits::OnVerdict<Account>>::on_verdict(
        Subject::Record { record, version },
        outcome,
        &[31, 32],
    )
    .expect("verdicts are accepted");
}

pub fn stored(record: RecordId, version: Version) -> RecordVersion<Account> {
    Versions::<Test>::get(record, version).expect("it is registered")
}

pub fn held(who: Account) -> Balance {
    Balances::balance_on_hold(&HoldReason::Record.into(), &who)
}

pub fn engaged(who: Account) -> u32 {
    world(|world| world.engaged.get(&who).copied().unwrap_or_default())
}

/// The events of this pallet so far, which are then forgotten.
pub fn events() -> Vec<Event<Test>> {
    let events = System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Records(event) => Some(event),
            _ => None,
        })
        .collect();
    System::reset_events();
    events
}
