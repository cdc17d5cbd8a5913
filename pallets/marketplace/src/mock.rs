//! A chain with real money, real time and real keys, among neighbours that do what their traits say and no more. They
//! keep what they know in storage, so that a call that fails undoes what it told them.

use crate as pallet_marketplace;
use crate::{Event, FeeSplit, HoldReason, OrderOf, Orders};
use codec::{Decode, Encode};
use frame_support::{
    Blake2_128Concat, Twox64Concat, derive_impl,
    dispatch::DispatchResult,
    pallet_prelude::ValueQuery,
    parameter_types, storage_alias,
    traits::{ConstU32, ConstU64, ConstU128, fungible::InspectHold},
};
use medshare_crypto::{KeyPair, RecordKey, seal};
use medshare_traits::{
    Consent, CreditScores, Engagements, Market, Membership, NewGrant, NewReview, OnVerdict, Outcome, Panels,
    RecordRegistry,
};
use medshare_types::{
    Anchor, Balance, Benefits, CreditEvent, Descriptor, Findings, Grant, GrantBasis, Hash, KeyCommitment,
    Kind, Locator, Moment, NewVersion, OrderId, Permission, Point, Policy, Purpose, Record, RecordId,
    RecordVersion, Role, SealContext, SealPurpose, SealedKey, Subject, Terms, Tier, Use, Verdict, Version,
    VersionStatus,
};
use rand_core::OsRng;
use sp_runtime::{BuildStorage, DispatchError, Permill};

pub type Account = u64;

pub const SELLER: Account = 1;
pub const BUYER: Account = 2;
pub const OTHER_BUYER: Account = 3;
/// The hospital that sponsors the seller.
pub const HOSPITAL: Account = 4;
pub const OTHER_SELLER: Account = 5;
/// A member without part in anything.
pub const KEEPER: Account = 6;
/// Somebody from outside.
pub const STRANGER: Account = 9;
/// Those who approved every version.
pub const APPROVERS: [Account; 3] = [11, 12, 13];
/// Auditors who approved nothing.
pub const RULERS: [Account; 3] = [14, 15, 16];
/// Those who hold every version.
pub const VAULTS: [Account; 2] = [21, 22];
pub const CONSORTIUM: Account = 31;

/// What everybody begins with.
pub const WEALTH: Balance = 1_000_000;
pub const EXISTENTIAL_DEPOSIT: Balance = 10;
/// Divides into nothing evenly.
pub const PRICE: Balance = 10_001;
/// When the chain begins, in milliseconds.
pub const START: Moment = 1_000_000_000;

/// Two records of the seller, the first with two versions, and one of the other seller.
pub const RECORD: RecordId = 0;
pub const SECOND_RECORD: RecordId = 1;
pub const OTHERS_RECORD: RecordId = 2;

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
    type BenchmarkSetup = crate::benchmark_setup::Setup;
}

/// The neighbours.
pub struct World;

#[derive(Clone, Encode, Decode)]
pub struct MockMember {
    pub roles: Vec<Role>,
    pub active: bool,
    pub sponsor: Option<Account>,
    pub key: Point,
}

#[derive(Clone, Default, Encode, Decode)]
pub struct MockReview {
    pub excluded: Vec<Account>,
    pub holder: Account,
    pub seats: Vec<Account>,
    pub votes: Vec<(Account, Verdict)>,
    pub ended: bool,
    pub majority: Vec<Account>,
    pub findings: Findings,
}

#[storage_alias]
pub type Members = StorageMap<World, Blake2_128Concat, Account, MockMember>;
#[storage_alias]
pub type Engaged = StorageMap<World, Blake2_128Concat, Account, u32, ValueQuery>;
#[storage_alias]
pub type Records = StorageMap<World, Twox64Concat, RecordId, Record<Account>>;
#[storage_alias]
pub type Versions = StorageMap<World, Twox64Concat, (RecordId, Version), RecordVersion<Account>>;
#[storage_alias]
pub type Policies = StorageMap<World, Twox64Concat, RecordId, Policy>;
#[storage_alias]
pub type Grants = StorageMap<World, Twox64Concat, (RecordId, Version, Account), Grant>;
#[storage_alias]
pub type Reviews = StorageMap<World, Twox64Concat, Subject, MockReview>;
#[storage_alias]
pub type Convened = StorageMap<World, Twox64Concat, Subject, (Point, KeyCommitment)>;
#[storage_alias]
pub type NoPanels = StorageValue<World, bool, ValueQuery>;
#[storage_alias]
pub type Notes = StorageValue<World, Vec<(Account, CreditEvent)>, ValueQuery>;
#[storage_alias]
pub type Tiers = StorageMap<World, Blake2_128Concat, Account, Benefits>;
#[storage_alias]
pub type Restricted = StorageMap<World, Blake2_128Concat, Account, ()>;

impl Membership<Account> for World {
    type MaxAuditors = ConstU32<100>;

    fn is_active(who: &Account) -> bool {
        Members::get(who).is_some_and(|member| member.active)
    }

    fn has_role(who: &Account, role: Role) -> bool {
        Members::get(who).is_some_and(|member| member.active && member.roles.contains(&role))
    }

    fn ensure_role(who: &Account, role: Role) -> DispatchResult {
        Self::has_role(who, role).then_some(()).ok_or(DispatchError::BadOrigin)
    }

    fn encryption_key(who: &Account) -> Option<Point> {
        Members::get(who).map(|member| member.key)
    }

    fn sponsor(who: &Account) -> Option<Account> {
        Members::get(who).and_then(|member| member.sponsor)
    }

    fn auditors() -> Vec<Account> {
        Members::iter_keys().filter(|who| Self::has_role(who, Role::Auditor)).collect()
    }
}

impl Engagements<Account> for World {
    fn engage(who: &Account) -> DispatchResult {
        Engaged::mutate(who, |count| *count += 1);
        Ok(())
    }

    fn disengage(who: &Account) {
        Engaged::mutate(who, |count| *count = count.checked_sub(1).expect("disengaged as often as engaged"));
    }
}

impl RecordRegistry<Account> for World {
    fn record(record: RecordId) -> Option<Record<Account>> {
        Records::get(record)
    }

    fn version(record: RecordId, version: Version) -> Option<RecordVersion<Account>> {
        Versions::get((record, version))
    }

    fn is_tradable(record: RecordId, version: Version) -> bool {
        Records::get(record).is_some_and(|record| !record.withdrawn)
            && Versions::get((record, version))
                .is_some_and(|version| version.status == VersionStatus::Approved)
    }

    fn has_held(record: RecordId, version: Version, vault: &Account) -> bool {
        Self::vaults(record, version).contains(vault)
    }
}

impl Consent<Account> for World {
    fn set_policy(record: RecordId, policy: Policy) -> DispatchResult {
        Policies::insert(record, policy);
        Ok(())
    }

    fn permits(record: RecordId, purpose: &Purpose) -> bool {
        Policies::get(record).is_some_and(|policy| policy.permits(purpose))
    }

    fn grant(new: NewGrant<Account>) -> DispatchResult {
        let key = (new.record, new.version, new.grantee);
        if !Self::permits(new.record, &new.purpose) {
            return Err(DispatchError::Other("the policy does not cover it"));
        }
        if Grants::get(key).is_some_and(|grant| grant.is_active(now())) {
            return Err(DispatchError::Other("a grant is in force"));
        }
        let grant = Grant {
            basis: new.basis,
            purpose: new.purpose,
            grantee_key: new.grantee_key,
            sealed: new.sealed,
            at: now(),
            expires: new.expires,
            revoked: None,
        };
        Grants::insert(key, grant);
        Ok(())
    }

    fn granted(record: RecordId, version: Version, grantee: &Account) -> Option<Grant> {
        Grants::get((record, version, *grantee))
    }

    fn clear_order_grant(record: RecordId, version: Version, grantee: &Account, order: OrderId) -> bool {
        let key = (record, version, *grantee);
        match Grants::get(key).filter(|grant| grant.basis == GrantBasis::Order(order)) {
            Some(grant) if grant.is_active(now()) => false,
            Some(_) => {
                Grants::remove(key);
                true
            }
            None => true,
        }
    }

    fn has_grants(record: RecordId, version: Version) -> bool {
        Grants::iter_keys().any(|(of, number, _)| (of, number) == (record, version))
    }

    fn has_requests(_: &Account) -> bool {
        false
    }

    fn forget(record: RecordId) {
        Policies::remove(record);
    }
}

/// Panels of three, of which two decide.
impl Panels<Account> for World {
    fn convene(new: NewReview<Account>) -> DispatchResult {
        if NoPanels::get() {
            return Err(DispatchError::Other("no panel can be convened"));
        }
        assert!(new.excluded.len() <= 8, "more excluded than are heeded");
        assert!(!Reviews::contains_key(new.subject), "convened twice");
        let review = MockReview { excluded: new.excluded, holder: new.holder, ..Default::default() };
        Reviews::insert(new.subject, review);
        Convened::insert(new.subject, (new.holder_key, new.commitment));
        Ok(())
    }

    fn dissolve(subject: Subject) {
        Reviews::mutate_extant(subject, |review| review.ended = true);
    }

    fn vote(
        who: &Account,
        subject: Subject,
        verdict: Verdict,
        findings: Findings,
        _: Hash,
    ) -> DispatchResult {
        let mut review = Reviews::get(subject).ok_or(DispatchError::Other("no review"))?;
        let may = !review.ended
            && review.seats.contains(who)
            && !review.votes.iter().any(|(voter, _)| voter == who);
        if !may {
            return Err(DispatchError::Other("may not vote"));
        }
        review.votes.push((*who, verdict));
        let same = review.votes.iter().filter(|(_, vote)| *vote == verdict).map(|(voter, _)| *voter);
        let majority: Vec<_> = same.collect();
        review.ended = majority.len() >= 2;
        if review.ended {
            review.majority = majority.clone();
            review.findings = findings;
        }
        let ended = review.ended;
        Reviews::insert(subject, review);
        if ended { Marketplace::on_verdict(subject, Outcome::Decided(verdict), &majority) } else { Ok(()) }
    }

    fn majority(subject: Subject) -> Vec<Account> {
        Reviews::get(subject).map(|review| review.majority).unwrap_or_default()
    }

    fn findings(subject: Subject) -> Findings {
        Reviews::get(subject).map(|review| review.findings).unwrap_or_default()
    }

    fn is_reviewing(who: &Account, record: RecordId, version: Version) -> bool {
        Reviews::iter().any(|(subject, review)| {
            let about = match subject {
                Subject::Record { record, version } => (record, version),
                Subject::Claim { order } => {
                    order_of(order).map(|order| (order.record, order.version)).unwrap()
                }
            };
            about == (record, version) && !review.ended && review.seats.contains(who)
        })
    }

    fn forget(subject: Subject) {
        if Reviews::get(subject).is_some_and(|review| review.ended) {
            Reviews::remove(subject);
        }
    }
}

impl CreditScores<Account> for World {
    fn note(who: &Account, event: CreditEvent) {
        Notes::append((*who, event));
    }

    fn tier(who: &Account) -> Tier {
        if Restricted::contains_key(who) { Tier::Restricted } else { Tier::Standard }
    }

    fn benefits(who: &Account) -> Benefits {
        Tiers::get(who).unwrap_or(STANDARD)
    }
}

pub const STANDARD: Benefits = Benefits {
    max_pending: 5,
    claim_window: 2_000,
    may_audit: true,
    fee_discount: Permill::zero(),
    max_open_orders: 3,
};

/// The holder of a claim's panel did not deliver it the key in time.
pub fn lapse(order: OrderId) -> DispatchResult {
    end_without_verdict(order, Outcome::Lapsed)
}

/// A claim's panel ended so.
pub fn end_without_verdict(order: OrderId, outcome: Outcome) -> DispatchResult {
    let subject = Subject::Claim { order };
    Reviews::mutate_extant(subject, |review| review.ended = true);
    Marketplace::on_verdict(subject, outcome, &[])
}

/// Seats the first three auditors who are not excluded.
pub fn seat(order: OrderId) {
    Reviews::mutate_extant(Subject::Claim { order }, |review| {
        let mut free: Vec<_> = APPROVERS.into_iter().chain(RULERS).collect();
        free.retain(|who| !review.excluded.contains(who) && review.holder != *who);
        free.truncate(3);
        review.seats = free;
    });
}

pub fn now() -> Moment {
    pallet_timestamp::Now::<Test>::get()
}

pub fn set_time(moment: Moment) {
    pallet_timestamp::Now::<Test>::put(moment);
}

pub fn signed(who: Account) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

pub fn free(who: Account) -> Balance {
    Balances::free_balance(who)
}

pub fn held(who: Account) -> Balance {
    Balances::balance_on_hold(&HoldReason::Order.into(), &who)
}

pub fn bonded(who: Account) -> Balance {
    Balances::balance_on_hold(&HoldReason::ClaimBond.into(), &who)
}

pub fn deposited(who: Account) -> Balance {
    Balances::balance_on_hold(&HoldReason::Deposit.into(), &who)
}

pub fn order_of(order: OrderId) -> Option<OrderOf<Test>> {
    Orders::<Test>::get(order)
}

/// The last event of the pallet.
#[track_caller]
pub fn assert_event(event: Event<Test>) {
    let ours = System::events().into_iter().rev().find_map(|record| match record.event {
        RuntimeEvent::Marketplace(event) => Some(event),
        _ => None,
    });
    assert_eq!(ours, Some(event));
}

pub fn key_of(who: Account) -> KeyPair {
    KeyPair::from_seed(&[u8::try_from(who).unwrap(); 32])
}

pub fn commitment_of(record: RecordId, version: Version) -> KeyCommitment {
    Versions::get((record, version)).unwrap().content.commitment
}

/// A key of this version, really sealed by the record's owner, in this context.
pub fn seal_for(
    record: RecordId,
    version: Version,
    to: Account,
    grantee: Account,
    purpose: SealPurpose,
) -> SealedKey {
    let owner = key_of(Records::get(record).unwrap().owner);
    let context = SealContext { genesis: System::block_hash(0), record, version, grantee, purpose };
    seal(&mut OsRng, &owner, &commitment_of(record, version), &key_of(to).public(), &context).unwrap()
}

/// The right key for an order.
pub fn right_key(id: OrderId) -> SealedKey {
    let order = order_of(id).unwrap();
    seal_for(order.record, order.version, order.buyer, order.buyer, SealPurpose::Order(id))
}

pub fn research() -> Purpose {
    Purpose::new(Use::BiomedicalResearch)
}

pub fn put_on_sale() {
    Marketplace::list(signed(SELLER), RECORD, 1, PRICE, Terms::default()).unwrap();
}

/// An order of the first record by the buyer.
pub fn ordered() -> OrderId {
    put_on_sale();
    let id = crate::NextOrder::<Test>::get();
    Marketplace::order(signed(BUYER), RECORD, 1, PRICE, Terms::default(), research()).unwrap();
    id
}

pub fn delivered() -> OrderId {
    let id = ordered();
    Marketplace::deliver(signed(SELLER), id, right_key(id)).unwrap();
    id
}

/// A claim before a panel.
pub fn claimed() -> OrderId {
    let id = delivered();
    Marketplace::claim(signed(BUYER), id).unwrap();
    seat(id);
    id
}

pub fn suspend(who: Account) {
    Members::mutate_extant(who, |member| member.active = false);
}

pub fn revoke(record: RecordId, version: Version, grantee: Account) {
    Grants::mutate_extant((record, version, grantee), |grant| grant.revoked = Some(now()));
}

pub fn withdraw(record: RecordId) {
    Records::mutate_extant(record, |record| record.withdrawn = true);
    <Marketplace as Market>::delist(record);
}

/// The record's policy covers biomedical research no more.
pub fn tighten(record: RecordId) {
    Policies::insert(record, Policy::new(Permission::ClinicalCare));
}

/// A grant that did not come from an order.
pub fn grant_directly(record: RecordId, version: Version, grantee: Account) {
    let sealed = seal_for(record, version, grantee, grantee, SealPurpose::Direct);
    World::grant(NewGrant {
        record,
        version,
        grantee,
        grantee_key: key_of(grantee).public(),
        basis: GrantBasis::Direct,
        purpose: research(),
        sealed,
        expires: None,
    })
    .unwrap();
}

fn admit(who: Account, roles: &[Role], sponsor: Option<Account>) {
    Members::insert(
        who,
        MockMember { roles: roles.into(), active: true, sponsor, key: key_of(who).public() },
    );
}

pub fn register(owner: Account, record: RecordId, version: Version) {
    let owner_key = key_of(owner).public();
    let locators = VAULTS.map(|vault| Locator { vault, blob: Hash::zero() }).to_vec();
    let content = NewVersion {
        ciphertext: Hash::zero(),
        size: 1,
        plaintext: Hash::zero(),
        commitment: RecordKey::generate(&mut OsRng).commit(&mut OsRng, &owner_key).unwrap(),
        descriptor: Descriptor {
            kind: Kind::Document,
            media_type: Default::default(),
            modality: None,
            codes: Default::default(),
            counts: Default::default(),
            plaintext_size: 1,
            completeness: 100,
            period: None,
        },
        locators: locators.try_into().unwrap(),
    };
    let anchor = Anchor { block: 0, moment: START };
    let stored = RecordVersion { content, owner_key, status: VersionStatus::Approved, anchor, deposit: 0 };
    Versions::insert((record, version), stored);
    Records::insert(record, Record { owner, subject: Hash::zero(), latest: version, withdrawn: false });
    Policies::insert(record, Policy::new(Permission::HealthResearch));
    let review = MockReview { ended: true, majority: APPROVERS.to_vec(), ..Default::default() };
    Reviews::insert(Subject::Record { record, version }, review);
}

#[derive(Default)]
pub struct ExtBuilder {
    poor: Vec<Account>,
}

impl ExtBuilder {
    /// Leaves these without money, so without an account.
    pub fn poor(mut self, who: &[Account]) -> Self {
        self.poor.extend(who);
        self
    }

    /// Runs a test, then checks every invariant, and that no money came or went.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
        let balances =
            (1..=CONSORTIUM).filter(|who| !self.poor.contains(who)).map(|who| (who, WEALTH)).collect();
        pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
            .assimilate_storage(&mut storage)
            .unwrap();
        sp_io::TestExternalities::new(storage).execute_with(|| {
            System::set_block_number(1);
            set_time(START);
            admit(SELLER, &[Role::Provider], Some(HOSPITAL));
            admit(OTHER_SELLER, &[Role::Provider, Role::Buyer], Some(HOSPITAL));
            admit(BUYER, &[Role::Buyer], None);
            admit(OTHER_BUYER, &[Role::Buyer], None);
            admit(HOSPITAL, &[Role::Hospital], None);
            admit(KEEPER, &[Role::Hospital], None);
            for who in APPROVERS.into_iter().chain(RULERS) {
                admit(who, &[Role::Auditor, Role::Buyer], None);
            }
            for who in VAULTS {
                admit(who, &[Role::Vault], None);
            }
            register(SELLER, RECORD, 1);
            register(SELLER, RECORD, 2);
            register(SELLER, SECOND_RECORD, 1);
            register(OTHER_SELLER, OTHERS_RECORD, 1);

            let issuance = Balances::total_issuance();
            test();
            Marketplace::do_try_state().unwrap();
            assert_eq!(Balances::total_issuance(), issuance);
        });
    }
}
