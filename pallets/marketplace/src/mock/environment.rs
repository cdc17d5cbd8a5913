//! Who and what is there when a test begins, and what is checked when it ends.

use super::*;
use medshare_crypto::RecordKey;
use medshare_types::{
    Anchor, Balance, Descriptor, Hash, Kind, Locator, Moment, NewVersion, Permission, Policy, Record,
    RecordId, RecordVersion, Role, Subject, Version, VersionStatus,
};
use rand_core::OsRng;
use sp_runtime::BuildStorage;

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
