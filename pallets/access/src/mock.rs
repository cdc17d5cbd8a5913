//! A chain with this pallet, real money, time and keys, and neighbours that keep in storage what they know, so that a
//! refused call undoes what it told them.

use std::collections::{BTreeMap, BTreeSet};

use codec::{Decode, Encode};
use frame_support::{
    derive_impl,
    dispatch::DispatchResult,
    parameter_types,
    storage::unhashed,
    traits::{ConstU32, ConstU64, ConstU128, Time as _, fungible::InspectHold},
};
use medshare_crypto::{KeyPair, RecordKey, seal};
use medshare_traits::{
    Consent, Engagements, Market, Membership, NewGrant, NewReview, Panels, RecordRegistry,
};
use medshare_types::*;
use rand_core::OsRng;
use sp_runtime::{BuildStorage, DispatchError, traits::Dispatchable};

use crate as pallet_access;
use crate::{Call, Event, Grants, HoldReason, NextRequest};

pub type Account = u64;

/// Owns all records.
pub const OWNER: Account = 1;
/// An active member with the role of a buyer.
pub const BUYER: Account = 2;
/// An active member without a role that matters.
pub const DOCTOR: Account = 3;
/// An active member who has no money.
pub const POOR: Account = 4;
/// An auditor.
pub const AUDITOR: Account = 5;
/// Active vaults, which hold all versions.
pub const VAULTS: [Account; 2] = [11, 12];
/// An active vault that holds none.
pub const OTHER_VAULT: Account = 13;
/// Somebody from outside.
pub const STRANGER: Account = 99;

/// An approved record of [`OWNER`] with version 1.
pub const RECORD: RecordId = 7;
/// Another approved record of [`OWNER`] with version 1.
pub const OTHER_RECORD: RecordId = 8;
/// A record of [`OWNER`] whose version 1 is under review.
pub const PENDING_RECORD: RecordId = 9;

/// What those with money begin with.
pub const FUNDS: Balance = 10_000;
/// Chain time when a test begins.
pub const START: Moment = 1_000_000;
/// What a request costs while it is open.
pub const DEPOSIT: Balance = 100;
/// How far a vault's clock may be ahead.
pub const TOLERANCE: Moment = 30_000;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Balances: pallet_balances,
        Access: pallet_access,
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
    pub static RequestDeposit: Balance = DEPOSIT;
    pub static MaxOpenRequests: u32 = 3;
}

impl pallet_access::Config for Test {
    type Membership = World;
    type Engagements = World;
    type Records = World;
    type Panels = World;
    type Market = World;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Time = Timestamp;
    type RequestDeposit = RequestDeposit;
    type MaxOpenRequests = MaxOpenRequests;
    type MaxReceipts = ConstU32<4>;
    type ReceiptsKept = ConstU32<8>;
    type ReceiptTolerance = ConstU64<TOLERANCE>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = World;
}

/// What the neighbours know.
#[derive(Default, Encode, Decode)]
pub struct World {
    pub roles: BTreeMap<Account, BTreeSet<Role>>,
    pub keys: BTreeMap<Account, Point>,
    pub engaged: BTreeMap<Account, u32>,
    pub records: BTreeMap<RecordId, Record<Account>>,
    pub versions: BTreeMap<(RecordId, Version), RecordVersion<Account>>,
    pub reviewing: BTreeSet<(Account, RecordId, Version)>,
    pub listed: BTreeSet<(RecordId, Version)>,
    /// Vaults from which a version was relocated.
    pub former_holders: BTreeSet<(RecordId, Version, Account)>,
    /// Orders with money on hold.
    pub open_orders: BTreeSet<OrderId>,
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
        vec![AUDITOR]
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

impl RecordRegistry<Account> for World {
    fn record(record: RecordId) -> Option<Record<Account>> {
        world(|world| world.records.get(&record).cloned())
    }

    fn version(record: RecordId, version: Version) -> Option<RecordVersion<Account>> {
        world(|world| world.versions.get(&(record, version)).cloned())
    }

    fn is_tradable(record: RecordId, version: Version) -> bool {
        Self::record(record).is_some_and(|record| !record.withdrawn)
            && Self::version(record, version).is_some_and(|version| version.status == VersionStatus::Approved)
    }

    fn has_held(record: RecordId, version: Version, vault: &Account) -> bool {
        Self::vaults(record, version).contains(vault)
            || world(|world| world.former_holders.contains(&(record, version, *vault)))
    }
}

impl Panels<Account> for World {
    fn convene(_: NewReview<Account>) -> DispatchResult {
        Ok(())
    }

    fn dissolve(_: Subject) {}

    fn vote(_: &Account, _: Subject, _: Verdict, _: Findings, _: Hash) -> DispatchResult {
        Err(DispatchError::Unavailable)
    }

    fn majority(_: Subject) -> Vec<Account> {
        Vec::new()
    }

    fn findings(_: Subject) -> Findings {
        Findings::new()
    }

    fn is_reviewing(who: &Account, record: RecordId, version: Version) -> bool {
        world(|world| world.reviewing.contains(&(*who, record, version)))
    }

    fn forget(_: Subject) {}
}

impl Market for World {
    fn is_listed(record: RecordId, version: Version) -> bool {
        world(|world| world.listed.contains(&(record, version)))
    }

    fn delist(_: RecordId) {}

    fn is_open(order: OrderId) -> bool {
        world(|world| world.open_orders.contains(&order))
    }

    fn has_open_orders(_: RecordId, _: Version) -> bool {
        false
    }

    fn forget(_: RecordId, _: Version) {}
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

    fn record(owner: &Account, owner_key: Point, commitment: KeyCommitment) -> (RecordId, Version) {
        let record = world(|world| world.records.keys().last().map_or(0, |last| last + 1));
        add_record(record, *owner, owner_key, commitment, VersionStatus::Pending);
        <Access as Consent<Account>>::set_policy(record, any_research()).expect("a good policy");
        (record, 1)
    }

    fn approve(record: RecordId, version: Version) {
        world(|world| {
            let version = world.versions.get_mut(&(record, version)).expect("registered");
            version.status = VersionStatus::Approved;
        });
    }

    fn list(record: RecordId, version: Version, _: Balance) {
        world(|world| world.listed.insert((record, version)));
    }

    fn order(record: RecordId, _: &Account) -> OrderId {
        record
    }

    fn grant(
        record: RecordId,
        version: Version,
        grantee: &Account,
        key: Point,
        sealed: SealedKey,
        order: OrderId,
    ) {
        let grant = NewGrant {
            record,
            version,
            grantee: *grantee,
            grantee_key: key,
            basis: GrantBasis::Order(order),
            purpose: research(),
            sealed,
            expires: None,
        };
        <Access as Consent<Account>>::grant(grant).expect("it is permitted");
    }

    /// Nobody reviews here.
    fn seat_panel(_: Subject) {}

    fn advance(by: Moment) {
        pass(by);
    }
}

/// A chain at block 1 with the members and records above, under a policy for general research.
#[derive(Default)]
pub struct ExtBuilder;

impl ExtBuilder {
    /// Runs a test and checks afterwards that the invariants hold.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        RequestDeposit::set(DEPOSIT);
        MaxOpenRequests::set(3);
        let mut storage =
            frame_system::GenesisConfig::<Test>::default().build_storage().expect("genesis builds");
        let funded = [OWNER, BUYER, DOCTOR, AUDITOR].map(|who| (who, FUNDS));
        let balances = funded.into_iter().chain([(POOR, DEPOSIT / 2)]).collect();
        pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
            .assimilate_storage(&mut storage)
            .expect("genesis builds");
        sp_io::TestExternalities::new(storage).execute_with(|| {
            System::set_block_number(1);
            Timestamp::set_timestamp(START);
            let vaults = [VAULTS[0], VAULTS[1], OTHER_VAULT].map(|who| (who, Role::Vault));
            let others = [
                (OWNER, Role::Provider),
                (BUYER, Role::Buyer),
                (DOCTOR, Role::Provider),
                (POOR, Role::Provider),
                (AUDITOR, Role::Auditor),
            ];
            for (who, role) in vaults.into_iter().chain(others) {
                world(|world| {
                    world.roles.insert(who, [role].into());
                    world.keys.insert(who, keys(who).public());
                });
            }
            for record in [RECORD, OTHER_RECORD, PENDING_RECORD] {
                let status =
                    if record == PENDING_RECORD { VersionStatus::Pending } else { VersionStatus::Approved };
                let commitment = RecordKey::generate(&mut OsRng)
                    .commit(&mut OsRng, &keys(OWNER).public())
                    .expect("a good key");
                add_record(record, OWNER, keys(OWNER).public(), commitment, status);
                <Access as Consent<Account>>::set_policy(record, any_research()).expect("a good policy");
            }
            System::reset_events();
            test();
            Access::do_try_state().expect("the invariants hold");
        });
    }
}

fn add_record(
    record: RecordId,
    owner: Account,
    owner_key: Point,
    commitment: KeyCommitment,
    status: VersionStatus,
) {
    let ciphertext = Hash::repeat_byte(3);
    let locators = VAULTS.map(|vault| Locator { vault, blob: ciphertext }).to_vec();
    let descriptor = Descriptor {
        kind: Kind::Document,
        media_type: "text/plain".parse().expect("short enough"),
        modality: None,
        codes: Default::default(),
        counts: Default::default(),
        plaintext_size: 10,
        completeness: 100,
        period: None,
    };
    let content = NewVersion {
        ciphertext,
        size: 100,
        plaintext: Hash::repeat_byte(4),
        commitment,
        descriptor,
        locators: locators.try_into().expect("at most four"),
    };
    let anchor = Anchor { block: 1, moment: START };
    let version = RecordVersion { content, owner_key, status, anchor, deposit: 0 };
    world(|world| {
        world.records.insert(record, Record { owner, subject: Hash::zero(), latest: 1, withdrawn: false });
        world.versions.insert((record, 1), version);
    });
}

/// Sends a call as a transaction does: what it did is undone if it fails.
pub fn send(who: Account, call: Call<Test>) -> DispatchResult {
    RuntimeCall::Access(call).dispatch(RuntimeOrigin::signed(who)).map(drop).map_err(|refused| refused.error)
}

/// The first key pair of an account.
pub fn keys(who: Account) -> KeyPair {
    KeyPair::from_seed(&sp_io::hashing::blake2_256(&who.encode()))
}

/// Gives an account another key pair.
pub fn rotate(who: Account) -> KeyPair {
    let pair = KeyPair::from_seed(&sp_io::hashing::blake2_256(&(who, "second").encode()));
    world(|world| world.keys.insert(who, pair.public()));
    pair
}

pub fn any_research() -> Policy {
    Policy::new(Permission::GeneralResearch)
}

pub fn care_only() -> Policy {
    Policy::new(Permission::ClinicalCare)
}

/// A purpose that the policy of the records covers.
pub fn research() -> Purpose {
    Purpose::new(Use::BiomedicalResearch)
}

/// A purpose that it does not cover.
pub fn care() -> Purpose {
    Purpose::new(Use::ClinicalCare)
}

/// A code whose bytes are not UTF-8.
pub fn gibberish() -> Code {
    let code =
        Text::decode(&mut &vec![0xffu8, 0xfe].encode()[..]).expect("decoding does not look at the bytes");
    Code { system: CodeSystem::Mondo, code }
}

/// What the proof of a sealed key has to bind.
pub fn context(record: RecordId, grantee: Account, purpose: SealPurpose) -> SealContext<Account> {
    SealContext { genesis: System::block_hash(0), record, version: 1, grantee, purpose }
}

/// The key of a record's version 1, sealed by its owner to a key in a context.
pub fn sealed(to: &Point, context: &SealContext<Account>) -> SealedKey {
    let commitment = World::version(context.record, 1).expect("registered").content.commitment;
    seal(&mut OsRng, &keys(OWNER), &commitment, to, context).expect("a good key")
}

/// The right sealed key for a grantee with its first key.
pub fn sealed_for(record: RecordId, grantee: Account, purpose: SealPurpose) -> SealedKey {
    sealed(&keys(grantee).public(), &context(record, grantee, purpose))
}

/// The call that grants version 1 of a record directly.
pub fn grant_call(record: RecordId, grantee: Account, expires: Option<Moment>) -> Call<Test> {
    let sealed = sealed_for(record, grantee, SealPurpose::Direct);
    Call::grant { record, version: 1, grantee, purpose: research(), sealed, expires }
}

/// Grants version 1 of [`RECORD`] on an order, as the marketplace does.
pub fn grant_on_order(grantee: Account, order: OrderId, expires: Option<Moment>) -> DispatchResult {
    <Access as Consent<Account>>::grant(NewGrant {
        record: RECORD,
        version: 1,
        grantee,
        grantee_key: keys(grantee).public(),
        basis: GrantBasis::Order(order),
        purpose: research(),
        sealed: sealed_for(RECORD, grantee, SealPurpose::Order(order)),
        expires,
    })
}

pub fn request_call(record: RecordId) -> Call<Test> {
    Call::request { record, version: 1, purpose: research() }
}

/// Asks for version 1 of a record.
pub fn request(who: Account, record: RecordId) -> RequestId {
    let request = NextRequest::<Test>::get();
    send(who, request_call(record)).expect("it can be asked for");
    request
}

/// The call that answers a request for [`RECORD`] rightly.
pub fn answer_call(request: RequestId, requester: Account) -> Call<Test> {
    let sealed = sealed_for(RECORD, requester, SealPurpose::Request(request));
    Call::answer { request, sealed, expires: None }
}

pub fn revoke_call(grantee: Account) -> Call<Test> {
    Call::revoke { record: RECORD, version: 1, grantee }
}

pub fn granted(grantee: Account) -> Option<Grant> {
    Grants::<Test>::get((RECORD, 1, grantee))
}

pub fn suspend(who: Account) {
    world(|world| world.roles.remove(&who));
}

pub fn withdraw(record: RecordId) {
    world(|world| world.records.get_mut(&record).expect("registered").withdrawn = true);
}

pub fn held(who: Account) -> Balance {
    Balances::balance_on_hold(&HoldReason::Request.into(), &who)
}

/// What somebody has on hold for grants.
pub fn held_for_grants(who: Account) -> Balance {
    Balances::balance_on_hold(&HoldReason::Grant.into(), &who)
}

pub fn clear_call(grantee: Account) -> Call<Test> {
    Call::clear { record: RECORD, version: 1, grantee }
}

/// The end of a membership.
pub fn leave(who: Account) {
    world(|world| {
        world.roles.remove(&who);
        world.keys.remove(&who);
    });
}

pub fn engaged(who: Account) -> u32 {
    world(|world| world.engaged.get(&who).copied().unwrap_or_default())
}

/// Lets time pass.
pub fn pass(time: Moment) {
    Timestamp::set_timestamp(Timestamp::now() + time);
}

/// The events of this pallet so far, which are then forgotten.
pub fn events() -> Vec<Event<Test>> {
    let events = System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Access(event) => Some(event),
            _ => None,
        })
        .collect();
    System::reset_events();
    events
}
