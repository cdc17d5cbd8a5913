//! A chain with this pallet, real fees, money, nonces and time, and members made up by the test.

use std::collections::{BTreeMap, BTreeSet};

use frame_support::{
    derive_impl,
    dispatch::{DispatchClass, DispatchInfo, DispatchResult, Pays, PostDispatchInfo},
    parameter_types,
    traits::{ConstU8, ConstU16, ConstU32, ConstU64, ConstU128, Contains},
    weights::{ConstantMultiplier, IdentityFee, Weight},
};
use frame_system::{CheckNonce, EnsureRoot, RawOrigin, limits::BlockWeights};
use medshare_traits::{CreditScores, Membership};
use medshare_types::{Balance, Benefits, CreditEvent, Moment, Point, Role, Tier};
use pallet_transaction_payment::{ChargeTransactionPayment, ConstFeeMultiplier, FungibleAdapter, Multiplier};
use sp_runtime::{
    BuildStorage, DispatchError, FixedU128,
    traits::DispatchTransaction,
    transaction_validity::{TransactionSource, TransactionValidityError, ValidTransaction},
};

use crate as pallet_quota;
use crate::{ChargeQuota, CheckNonceAhead, Event, PerByte, types::Units};

pub type Account = u64;

/// A provider with money.
pub const PROVIDER: Account = 1;
/// A buyer who cannot pay any fee.
pub const POOR: Account = 2;
/// A vault.
pub const VAULT: Account = 3;
/// Of the council, without membership or money to pay with.
pub const COUNCILLOR: Account = 4;
/// Somebody from outside, with money.
pub const STRANGER: Account = 99;

/// What those with money begin with.
pub const FUNDS: Balance = 1_000_000;
/// Chain time when a test begins.
pub const START: Moment = 1_000_000;
/// In how much time a quota refills.
pub const WINDOW: Moment = 1_000;
/// What a provider and a buyer have in the standard tier.
pub const QUOTA: Units = 10_000;
/// What a vault has.
pub const VAULT_QUOTA: Units = 50_000;
/// What a councillor has for operational transactions.
pub const OPERATIONAL_QUOTA: Units = 100_000;
/// What each transaction weighs besides its call.
pub const BASE: u64 = 10;
/// What taking a fee weighs.
pub const FEE_WEIGHT: u64 = 7;
/// What a byte is charged.
pub const BYTE: Units = 2;
/// How far ahead nonces may be.
pub const AHEAD: u16 = 4;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Balances: pallet_balances,
        TransactionPayment: pallet_transaction_payment,
        Quota: pallet_quota,
    }
);

parameter_types! {
    pub Weights: BlockWeights = BlockWeights::builder()
        .for_class(DispatchClass::all(), |limits| limits.base_extrinsic = Weight::from_parts(BASE, 0))
        .for_class(DispatchClass::Normal, |limits| limits.max_total = Some(Weight::from_parts(1 << 40, u64::MAX)))
        .build_or_panic();
    pub FeeMultiplier: Multiplier = FixedU128::from_u32(1);
    pub static Roles: BTreeMap<Account, BTreeSet<Role>> = BTreeMap::new();
    pub static Tiers: BTreeMap<Account, Tier> = BTreeMap::new();
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlockU32<Test>;
    type BlockWeights = Weights;
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

pub struct FeeWeight;

impl pallet_transaction_payment::WeightInfo for FeeWeight {
    fn charge_transaction_payment() -> Weight {
        Weight::from_parts(FEE_WEIGHT, 0)
    }
}

impl pallet_transaction_payment::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type OnChargeTransaction = FungibleAdapter<Balances, ()>;
    type WeightToFee = IdentityFee<Balance>;
    type LengthToFee = ConstantMultiplier<Balance, ConstU128<1>>;
    type FeeMultiplierUpdate = ConstFeeMultiplier<FeeMultiplier>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightInfo = FeeWeight;
}

pub struct Councillors;

impl Contains<Account> for Councillors {
    fn contains(who: &Account) -> bool {
        *who == COUNCILLOR
    }
}

impl pallet_quota::Config for Test {
    type Membership = World;
    type Credit = World;
    type Time = Timestamp;
    type CouncilOrigin = EnsureRoot<Account>;
    type Council = Councillors;
    type OperationalQuota = ConstU64<OPERATIONAL_QUOTA>;
    type Window = ConstU64<WINDOW>;
    type LengthToUnits = PerByte<ConstU64<BYTE>>;
    type MaxAhead = ConstU16<AHEAD>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = World;
}

/// The neighbours.
pub struct World;

impl Membership<Account> for World {
    type MaxAuditors = ConstU32<0>;

    fn is_active(who: &Account) -> bool {
        Roles::get().contains_key(who)
    }

    fn has_role(who: &Account, role: Role) -> bool {
        Roles::get().get(who).is_some_and(|roles| roles.contains(&role))
    }

    fn ensure_role(who: &Account, role: Role) -> DispatchResult {
        if Self::has_role(who, role) { Ok(()) } else { Err(DispatchError::BadOrigin) }
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

impl CreditScores<Account> for World {
    fn note(_: &Account, _: CreditEvent) {}

    fn tier(who: &Account) -> Tier {
        Tiers::get().get(who).copied().unwrap_or(Tier::Standard)
    }

    fn benefits(who: &Account) -> Benefits {
        <() as CreditScores<Account>>::benefits(who)
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl medshare_traits::BenchmarkSetup<Account> for World {
    fn member(who: &Account, roles: medshare_types::Roles, _: Point) {
        Self::fund(who, FUNDS);
        set_roles(*who, &roles.into_iter().collect::<Vec<_>>());
    }

    fn fund(who: &Account, amount: Balance) {
        let _ = <Balances as frame_support::traits::fungible::Mutate<_>>::set_balance(who, amount);
    }

    fn record(
        _: &Account,
        _: Point,
        _: medshare_types::KeyCommitment,
    ) -> (medshare_types::RecordId, medshare_types::Version) {
        (0, 0)
    }

    fn approve(_: medshare_types::RecordId, _: medshare_types::Version) {}

    fn list(_: medshare_types::RecordId, _: medshare_types::Version, _: Balance) {}

    fn order(record: medshare_types::RecordId, _: &Account) -> medshare_types::OrderId {
        record
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

    fn advance(by: Moment) {
        advance(by);
    }
}

/// Makes somebody an active member with exactly these roles, or none with no role.
pub fn set_roles(who: Account, roles: &[Role]) {
    Roles::mutate(|all| {
        if roles.is_empty() {
            all.remove(&who);
        } else {
            all.insert(who, roles.iter().copied().collect());
        }
    });
}

pub fn set_tier(who: Account, tier: Tier) {
    Tiers::mutate(|all| all.insert(who, tier));
}

/// Moves chain time on.
pub fn advance(by: Moment) {
    Timestamp::set_timestamp(Timestamp::get() + by);
}

pub fn council() -> RuntimeOrigin {
    RawOrigin::Root.into()
}

pub fn by(who: Account) -> RuntimeOrigin {
    RawOrigin::Signed(who).into()
}

pub type Payment = ChargeQuota<Test, ChargeTransactionPayment<Test>>;
pub type Extension = (CheckNonceAhead<Test>, Payment);

/// A transaction; by default ordinary, of no length, without tip, and next by its nonce.
#[derive(Clone, Copy)]
pub struct Transaction {
    pub who: Account,
    pub weight: u64,
    pub len: usize,
    pub tip: Balance,
    /// How far above the account's nonce.
    pub ahead: u32,
    pub class: DispatchClass,
    pub pays: Pays,
}

impl Transaction {
    pub fn new(who: Account, weight: u64) -> Self {
        Self { who, weight, len: 0, tip: 0, ahead: 0, class: DispatchClass::Normal, pays: Pays::Yes }
    }

    pub fn operational(who: Account, weight: u64) -> Self {
        Self { class: DispatchClass::Operational, ..Self::new(who, weight) }
    }

    pub fn info(&self) -> DispatchInfo {
        DispatchInfo {
            call_weight: Weight::from_parts(self.weight, 0),
            extension_weight: Weight::from_parts(FEE_WEIGHT, 0),
            class: self.class,
            pays_fee: self.pays,
        }
    }

    pub fn extension(&self) -> Extension {
        let nonce = System::account_nonce(self.who) + self.ahead;
        (CheckNonce::from(nonce).into(), ChargeTransactionPayment::from(self.tip).into())
    }

    /// What the pool says.
    pub fn validate(&self) -> Result<ValidTransaction, TransactionValidityError> {
        self.extension()
            .validate_only(
                by(self.who),
                &remark(),
                &self.info(),
                self.len,
                TransactionSource::External,
                Default::default(),
            )
            .map(|(valid, _, _)| valid)
    }

    /// Has a block take it, with a call that needs all of its weight.
    pub fn apply(&self) -> Result<(), TransactionValidityError> {
        self.apply_with(PostDispatchInfo::default())
    }

    /// The same, with a call that needs so much of it.
    pub fn apply_needing(&self, weight: u64) -> Result<(), TransactionValidityError> {
        self.apply_with(Some(Weight::from_parts(weight, 0)).into())
    }

    pub fn apply_with(&self, post_info: PostDispatchInfo) -> Result<(), TransactionValidityError> {
        self.apply_result(Ok(post_info))
    }

    pub fn apply_result(
        &self,
        result: frame_support::dispatch::DispatchResultWithPostInfo,
    ) -> Result<(), TransactionValidityError> {
        self.extension()
            .test_run(by(self.who), &remark(), &self.info(), self.len, Default::default(), |_| result)
            .map(drop)
    }
}

pub fn remark() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark { remark: vec![] })
}

/// What a transaction of this weight is charged in the end, if it fits into the quota.
pub fn cost(weight: u64) -> Units {
    BASE + weight
}

/// What the fee of a transaction of this weight is.
pub fn fee(weight: u64) -> Balance {
    Balance::from(BASE + weight + FEE_WEIGHT)
}

/// This pallet's events since the last time, in order.
pub fn take_events() -> Vec<Event<Test>> {
    let events = System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Quota(event) => Some(event),
            _ => None,
        })
        .collect();
    System::reset_events();
    events
}

pub struct ExtBuilder {
    quotas: Vec<(Role, Tier, Units)>,
}

impl Default for ExtBuilder {
    fn default() -> Self {
        Self {
            quotas: vec![
                (Role::Provider, Tier::Restricted, QUOTA / 10),
                (Role::Provider, Tier::Standard, QUOTA),
                (Role::Provider, Tier::Trusted, QUOTA * 2),
                (Role::Buyer, Tier::Standard, QUOTA),
                (Role::Vault, Tier::Standard, VAULT_QUOTA),
            ],
        }
    }
}

impl ExtBuilder {
    pub fn quotas(quotas: Vec<(Role, Tier, Units)>) -> Self {
        Self { quotas }
    }

    pub fn build(self) -> sp_io::TestExternalities {
        let balances = vec![(PROVIDER, FUNDS), (POOR, 1), (VAULT, FUNDS), (COUNCILLOR, 1), (STRANGER, FUNDS)];
        let config = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
            quota: pallet_quota::GenesisConfig { quotas: self.quotas, ..Default::default() },
            ..Default::default()
        };
        let mut ext: sp_io::TestExternalities = config.build_storage().expect("the genesis builds").into();
        ext.execute_with(|| {
            // There are no events in block 0.
            System::set_block_number(1);
            Timestamp::set_timestamp(START);
            Roles::set(BTreeMap::new());
            Tiers::set(BTreeMap::new());
            set_roles(PROVIDER, &[Role::Provider]);
            set_roles(POOR, &[Role::Buyer]);
            set_roles(VAULT, &[Role::Vault]);
        });
        ext
    }

    /// Runs a test and then checks the invariants.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            test();
            Quota::do_try_state().expect("every invariant holds");
        });
    }
}
