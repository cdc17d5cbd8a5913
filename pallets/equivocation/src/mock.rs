//! A chain with this pallet, real Aura keys, real sessions with their history, and real offences.

use codec::Encode;
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstBool, ConstU32, ConstU64, ConstU128, Get, KeyOwnerProofSystem, OnInitialize},
};
use frame_system::{
    RawOrigin,
    offchain::{CreateBare, CreateTransactionBase},
};
use pallet_session::{
    PeriodicSessions, disabling::UpToLimitDisablingStrategy, historical::NoteHistoricalRoot,
};
use sp_consensus_aura::{
    Slot,
    digests::CompatibleDigestItem,
    sr25519::{AuthorityId, AuthoritySignature},
};
use sp_core::{H256, Pair};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    BuildStorage, Digest, DigestItem, Perbill, RuntimeAppPublic, impl_opaque_keys,
    testing::TestXt,
    traits::{Convert, ConvertInto, Header as _, OpaqueKeys},
};
use sp_session::MembershipProof;
use sp_staking::{
    SessionIndex,
    offence::{OffenceDetails, OnOffenceHandler},
};

pub use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve};

use crate as pallet_equivocation;
use crate::{EvidenceOf, NoteFirstSlot};

pub type Account = u64;
pub type Header = sp_runtime::generic::Header<u32, sp_runtime::traits::BlakeTwo256>;
pub type Evidence = EvidenceOf<Test>;

/// The validators to begin with, and their accounts.
pub const VALIDATORS: [(Account, Sr25519Keyring); 4] = [(1, Alice), (2, Bob), (3, Charlie), (4, Dave)];
/// Somebody who reports.
pub const REPORTER: Account = 9;
/// The blocks of a session.
pub const SESSION: u32 = 10;
/// How many past sessions offences can be proven in.
pub const HISTORY: SessionIndex = 3;
/// Most bytes of a report.
pub const MAX_REPORT_SIZE: u32 = 8 * 1024;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Balances: pallet_balances,
        Aura: pallet_aura,
        Session: pallet_session,
        Historical: pallet_session::historical,
        Offences: pallet_offences,
        Equivocation: pallet_equivocation,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlockU32<Test>;
    type BlockHashCount = ConstU32<250>;
    type AccountData = pallet_balances::AccountData<u128>;
}

impl<C> CreateTransactionBase<C> for Test
where
    RuntimeCall: From<C>,
{
    type Extrinsic = TestXt<RuntimeCall, ()>;
    type RuntimeCall = RuntimeCall;
}

impl<C> CreateBare<C> for Test
where
    RuntimeCall: From<C>,
{
    fn create_bare(call: RuntimeCall) -> Self::Extrinsic {
        TestXt::new_bare(call)
    }
}

impl pallet_timestamp::Config for Test {
    type Moment = u64;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<1>;
    type WeightInfo = ();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = u128;
    type ExistentialDeposit = ConstU128<1>;
    type AccountStore = System;
}

impl pallet_aura::Config for Test {
    type AllowMultipleBlocksPerSlot = ConstBool<false>;
    type AuthorityId = AuthorityId;
    type DisabledValidators = ();
    type MaxAuthorities = ConstU32<100>;
    type SlotDuration = ConstU64<2>;
}

impl_opaque_keys! {
    pub struct Keys {
        pub aura: Aura,
    }
}

parameter_types! {
    /// Who is planned for the session after the next.
    pub static Planned: Vec<Account> = Vec::new();
    /// Who was punished, how much, and for an offence in which session.
    pub static Punished: Vec<(Account, Perbill, SessionIndex)> = Vec::new();
}

/// Plans whom the test wants.
pub struct Manager;

impl pallet_session::SessionManager<Account> for Manager {
    fn new_session(_: SessionIndex) -> Option<Vec<Account>> {
        Some(Planned::get())
    }

    fn start_session(_: SessionIndex) {}

    fn end_session(_: SessionIndex) {}
}

impl pallet_session::historical::SessionManager<Account, ()> for Manager {
    fn new_session(_: SessionIndex) -> Option<Vec<(Account, ())>> {
        Some(Planned::get().into_iter().map(|who| (who, ())).collect())
    }

    fn start_session(session: SessionIndex) {
        // The roots are kept for as long as the pallet under test believes.
        Historical::prune_up_to(session.saturating_sub(HISTORY));
    }

    fn end_session(_: SessionIndex) {}
}

impl pallet_session::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = Account;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = PeriodicSessions<ConstU32<SESSION>, ConstU32<0>>;
    type NextSessionRotation = PeriodicSessions<ConstU32<SESSION>, ConstU32<0>>;
    type SessionManager = NoteFirstSlot<Test, NoteHistoricalRoot<Test, Manager>>;
    type SessionHandler = <Keys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = Keys;
    type DisablingStrategy = UpToLimitDisablingStrategy;
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ConstU128<0>;
}

/// The account says everything about a validator.
pub struct AccountIsAll;

impl Convert<Account, Option<()>> for AccountIsAll {
    fn convert(_: Account) -> Option<()> {
        Some(())
    }
}

impl pallet_session::historical::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = AccountIsAll;
}

/// Notes who is punished.
pub struct Judge;

impl OnOffenceHandler<Account, (Account, ()), frame_support::weights::Weight> for Judge {
    fn on_offence(
        offenders: &[OffenceDetails<Account, (Account, ())>],
        severities: &[Perbill],
        session: SessionIndex,
    ) -> frame_support::weights::Weight {
        Punished::mutate(|punished| {
            for (details, severity) in offenders.iter().zip(severities) {
                punished.push((details.offender.0, *severity, session));
            }
        });
        Default::default()
    }
}

impl pallet_offences::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = pallet_session::historical::IdentificationTuple<Test>;
    type OnOffenceHandler = Judge;
}

/// The slot that Aura read from the block.
pub struct CurrentSlot;

impl Get<Slot> for CurrentSlot {
    fn get() -> Slot {
        pallet_aura::CurrentSlot::<Test>::get()
    }
}

impl pallet_equivocation::Config for Test {
    type Offender = (Account, ());
    type KeyOwners = Historical;
    type Offences = Offences;
    type Sessions = Session;
    type CurrentSlot = CurrentSlot;
    type History = ConstU32<HISTORY>;
    type Longevity = ConstU64<64>;
    type MaxReportSize = ConstU32<MAX_REPORT_SIZE>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Stage;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Stage;

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Stage {
    fn serve(authority: AuthorityId) {
        register(1, authority);
    }
}

pub fn aura(who: Sr25519Keyring) -> AuthorityId {
    who.public().into()
}

pub fn by(who: Account) -> RuntimeOrigin {
    RawOrigin::Signed(who).into()
}

/// Registers an Aura key, without a proof that it is the account's own.
pub fn register(who: Account, key: AuthorityId) {
    let keys = Keys { aura: key };
    <Session as pallet_session::SessionInterface>::set_keys(&who, keys).expect("the key is nobody else's");
}

/// Makes the next block, of this slot.
pub fn block_of(slot: u64) {
    let number = System::block_number() + 1;
    let entry = <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot.into());
    System::initialize(&number, &H256::repeat_byte(1), &Digest { logs: vec![entry] });
    Aura::on_initialize(number);
    Session::on_initialize(number);
}

pub fn now() -> u64 {
    CurrentSlot::get().into()
}

/// Goes on to the block with which a session begins. Every other slot has a block.
pub fn run_to_session(session: SessionIndex) {
    while Session::current_index() < session {
        block_of(now() + 2);
    }
}

/// Goes on to the block after the one with which a session begins: the first that its own validators author.
pub fn run_into_session(session: SessionIndex) {
    run_to_session(session);
    block_of(now() + 2);
}

pub fn first_slot(session: SessionIndex) -> Option<u64> {
    crate::FirstSlots::<Test>::get(session).map(Into::into)
}

/// A header of a slot, with any state.
pub fn unsealed(slot: u64, state: u8) -> Header {
    let entry = <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot.into());
    let (root, parent) = (H256::repeat_byte(state), H256::repeat_byte(7));
    Header::new(7, H256::zero(), root, parent, Digest { logs: vec![entry] })
}

pub fn seal(mut header: Header, by: Sr25519Keyring) -> Header {
    let signature = AuthoritySignature::from(by.pair().sign(header.hash().as_ref()));
    header.digest_mut().push(DigestItem::aura_seal(signature));
    header
}

/// Two blocks of a slot by one author.
pub fn evidence(author: Sr25519Keyring, slot: u64) -> Evidence {
    Evidence {
        offender: aura(author),
        slot: slot.into(),
        first_header: seal(unsealed(slot, 1), author),
        second_header: seal(unsealed(slot, 2), author),
    }
}

/// The proof of who has this key now, without a look at the slot.
pub fn ownership(author: Sr25519Keyring) -> MembershipProof {
    Historical::prove((AuthorityId::ID, aura(author))).expect("there are validators")
}

pub fn report(evidence: Evidence, owner: MembershipProof) -> sp_runtime::DispatchResult {
    Equivocation::report_equivocation(by(REPORTER), Box::new(evidence), owner)
        .map(|info| assert_eq!(info.pays_fee, frame_support::dispatch::Pays::No))
        .map_err(|error| error.error)
}

pub fn take_punished() -> Vec<(Account, Perbill, SessionIndex)> {
    Punished::take()
}

pub fn new_test_ext() -> sp_io::TestExternalities {
    Planned::set(VALIDATORS.map(|(who, _)| who).to_vec());
    Punished::take();
    let config = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: (1..10).map(|who| (who, 1_000)).collect(),
            ..Default::default()
        },
        session: pallet_session::GenesisConfig {
            keys: VALIDATORS.map(|(who, key)| (who, who, Keys { aura: aura(key) })).to_vec(),
            ..Default::default()
        },
        ..Default::default()
    };
    let mut ext: sp_io::TestExternalities = config.build_storage().expect("the genesis builds").into();
    ext.register_extension(sp_keystore::KeystoreExt::new(sp_keystore::testing::MemoryKeystore::new()));
    ext.execute_with(|| block_of(100));
    ext
}

/// Runs a test and then checks the invariants.
pub fn execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        Equivocation::do_try_state().expect("every invariant holds");
    });
}

/// How many bytes a report has.
pub fn size(evidence: &Evidence, owner: &MembershipProof) -> usize {
    evidence.encoded_size() + owner.encoded_size()
}
