//! A chain with this pallet, real money and real time.

use frame_support::{
    assert_ok, derive_impl, parameter_types,
    traits::{ChangeMembers, ConstU32, ConstU64, Contains, VariantCountOf, fungible::InspectHold},
};
use frame_system::{EnsureRoot, RawOrigin};
use medshare_crypto::KeyPair;
use medshare_types::{Balance, Hash, KeyProof, Moment, Role, Roles};
use rand_core::OsRng;
use sp_runtime::{BuildStorage, DispatchResult};

use crate as pallet_members;
use crate::{Event, HoldReason};

pub type Account = u64;

/// Two hospitals, admitted by the council.
pub const HOSPITAL: Account = 1;
pub const OTHER_HOSPITAL: Account = 2;
/// An auditor, admitted by the council.
pub const AUDITOR: Account = 3;
/// Somebody whom [`HOSPITAL`] admits in many tests.
pub const PATIENT: Account = 10;
/// Somebody from outside.
pub const STRANGER: Account = 99;
/// No member, but exempt.
pub const SUDO: Account = 77;

pub const CONSORTIUM: Account = 88;

/// What each hospital has to begin with.
pub const FUNDS: Balance = 1_000;
pub const DEPOSIT: Balance = 100;
pub const START: Moment = 1_000_000;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Balances: pallet_balances,
        Members: pallet_members,
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

parameter_types! {
    pub static ExistentialDeposit: Balance = 1;
    pub static AdmissionDeposit: Balance = DEPOSIT;
    /// Nothing, but in the tests that are about it.
    pub static KeptDeposit: Balance = 0;
    pub const Consortium: Account = CONSORTIUM;
    pub static CouncilMembers: Vec<Account> = vec![];
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
    type RuntimeHoldReason = RuntimeHoldReason;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
}

/// Remembers who it was told the hospitals are.
pub struct Council;

impl ChangeMembers<Account> for Council {
    fn change_members_sorted(incoming: &[Account], outgoing: &[Account], sorted: &[Account]) {
        let mut council = CouncilMembers::get();
        council.retain(|who| !outgoing.contains(who));
        council.extend(incoming);
        council.sort();
        assert_eq!(council, sorted, "what changed is not the difference");
        CouncilMembers::set(council);
    }
}

pub struct Sudo;

impl Contains<Account> for Sudo {
    fn contains(who: &Account) -> bool {
        *who == SUDO
    }
}

impl pallet_members::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Time = Timestamp;
    type CouncilOrigin = EnsureRoot<Account>;
    type MaxAuditors = ConstU32<3>;
    type MaxHospitals = ConstU32<3>;
    type HospitalsChanged = Council;
    type AdmissionDeposit = AdmissionDeposit;
    type KeptDeposit = KeptDeposit;
    type Consortium = Consortium;
    type MaxKeys = ConstU32<6>;
    type Exempt = Sudo;
    type WeightInfo = ();
}

pub fn council() -> RuntimeOrigin {
    RawOrigin::Root.into()
}

pub fn by(who: Account) -> RuntimeOrigin {
    RawOrigin::Signed(who).into()
}

pub fn roles(roles: &[Role]) -> Roles {
    roles.iter().copied().collect::<std::collections::BTreeSet<_>>().try_into().expect("at most five")
}

/// The key pair that an account uses first in these tests.
pub fn pair(who: Account) -> KeyPair {
    KeyPair::development(&who.to_string())
}

/// A further one.
pub fn next_pair(who: Account) -> KeyPair {
    KeyPair::development(&format!("{who}, next"))
}

pub fn genesis() -> Hash {
    System::block_hash(0)
}

pub fn prove(pair: &KeyPair, who: Account) -> KeyProof {
    pair.prove_possession(&mut OsRng, &genesis(), &who)
}

pub fn identity(who: Account) -> Hash {
    Hash::from_low_u64_be(who)
}

/// Admits with everything else in order.
pub fn admit(origin: RuntimeOrigin, who: Account, wanted: &[Role]) -> DispatchResult {
    Members::admit(origin, who, roles(wanted), identity(who), pair(who).public(), prove(&pair(who), who))
}

/// [`HOSPITAL`] admits [`PATIENT`] as a provider.
pub fn admit_patient() {
    assert_ok!(admit(by(HOSPITAL), PATIENT, &[Role::Provider]));
}

pub fn held(who: Account) -> Balance {
    Balances::balance_on_hold(&RuntimeHoldReason::Members(HoldReason::Admission), &who)
}

pub fn assert_last(event: Event<Test>) {
    System::assert_last_event(event.into());
}

pub struct ExtBuilder {
    members: Vec<(Account, Vec<Role>)>,
}

impl Default for ExtBuilder {
    fn default() -> Self {
        Self {
            members: vec![
                (HOSPITAL, vec![Role::Hospital]),
                (OTHER_HOSPITAL, vec![Role::Hospital]),
                (AUDITOR, vec![Role::Auditor]),
            ],
        }
    }
}

impl ExtBuilder {
    pub fn member(mut self, who: Account, roles: &[Role]) -> Self {
        self.members.push((who, roles.to_vec()));
        self
    }

    pub fn build(self) -> sp_io::TestExternalities {
        let config = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig {
                balances: vec![(HOSPITAL, FUNDS), (OTHER_HOSPITAL, FUNDS), (STRANGER, FUNDS)],
                ..Default::default()
            },
            members: pallet_members::GenesisConfig {
                members: self
                    .members
                    .into_iter()
                    .map(|(who, wanted)| (who, roles(&wanted), identity(who), pair(who).public()))
                    .collect(),
            },
            ..Default::default()
        };
        CouncilMembers::set(vec![]);
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
            Members::do_try_state().expect("every invariant holds");
        });
    }
}
