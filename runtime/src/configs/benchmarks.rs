//! Benchmarks: which pallets' weights are measured with this runtime, and the stage for them, set with the real
//! pallets so that the weights include what calls across pallets cost.

// Benchmarks run on a maintainer's machine and may stop loudly.
#![allow(clippy::expect_used, clippy::panic, clippy::as_conversions, clippy::arithmetic_side_effects)]

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use codec::Encode;
use frame_benchmarking::{BenchmarkBatch, BenchmarkConfig, BenchmarkList, account, define_benchmarks};
use frame_support::{
    BoundedBTreeMap,
    traits::{Get, StorageInfo, StorageInfoTrait, WhitelistedStorageKeys, fungible::Mutate},
};
use medshare_crypto::KeyPair;
use medshare_traits::{BenchmarkSetup, Consent, NewGrant, RecordRegistry};
use medshare_types::{
    Code, CodeSystem, Count, Descriptor, Findings, GrantBasis, KeyCommitment, Kind, Locator, NewVersion,
    Order, OrderId, Permission, Point, Policy, Purpose, RecordId, ReviewState, Role, Roles, Scalar,
    SealProof, SealedKey, Subject, Terms, Text, Use, Verdict, Version, YearMonth,
};
use pallet_session::SessionInterface;
use pallet_validators::{State, Validator};
use sp_consensus_aura::sr25519::AuthorityId;
use sp_core::{ed25519, sr25519};

use crate::{
    Access, AccountId, AllPalletsWithSystem, Audits, Balance, Balances, Credit, Equivocation, Hash, MDS,
    Marketplace, Members, Moment, Parameters, Peers, Quota, Records, Runtime, RuntimeOrigin, Session,
    SessionKeys, Settlement, Validators,
    configs::{audits::PanelSize, consensus::MaxValidators},
};

define_benchmarks!(
    [pallet_parameters, Parameters]
    [pallet_members, Members]
    [pallet_records, Records]
    [pallet_access, Access]
    [pallet_audits, Audits]
    [pallet_marketplace, Marketplace]
    [pallet_credit, Credit]
    [pallet_quota, Quota]
    [pallet_settlement, Settlement]
    [pallet_validators, Validators]
    [pallet_equivocation, Equivocation]
    [pallet_peers, Peers]
);

/// What can be measured.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
    let mut list = Vec::<BenchmarkList>::new();
    list_benchmarks!(list, extra);
    (list, AllPalletsWithSystem::storage_info())
}

/// Measures.
///
/// # Errors
/// If a benchmark fails or there is none of this name.
pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
    let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
    let mut batches = Vec::<BenchmarkBatch>::new();
    let params = (&config, &whitelist);
    add_benchmarks!(params, batches);
    Ok(batches)
}

/// Sets the stage with the pallets of this runtime.
pub struct Setup;

impl pallet_equivocation::BenchmarkHelper for Setup {
    fn serve(authority: AuthorityId) {
        let most: u32 = MaxValidators::get();
        let validators: Vec<_> =
            (0..most).map(|number| extra("validator", number, Role::Hospital).0).collect();
        for (number, who) in validators.iter().enumerate() {
            let seed = sp_io::hashing::blake2_256(&who.encode());
            let keys = SessionKeys {
                aura: if number == 0 { authority.clone() } else { sr25519::Public::from_raw(seed).into() },
                grandpa: ed25519::Public::from_raw(seed).into(),
            };
            <Session as SessionInterface>::set_keys(who, keys).expect("no other has these keys");
        }
        let active = Validator { state: State::Active, since: 0, silent: 0 };
        let all: BTreeMap<_, _> = validators.iter().map(|who| (who.clone(), active)).collect();
        pallet_validators::Validators::<Runtime>::put(BoundedBTreeMap::try_from(all).expect("as many fit"));
        pallet_session::Validators::<Runtime>::put(validators);
        pallet_aura::CurrentSlot::<Runtime>::put(sp_consensus_aura::Slot::from(1));
    }
}

/// What each account gets, besides what it is given explicitly.
const PURSE: Balance = 1_000 * MDS;

/// A member made for a panel or a vault.
fn extra(name: &'static str, number: u32, role: Role) -> (AccountId, Point) {
    let who: AccountId = account(name, number, 0);
    let seed = (name, number).using_encoded(sp_io::hashing::blake2_256);
    let key = KeyPair::from_seed(&seed).public();
    if Members::member(&who).is_none() {
        Setup::member(&who, roles(&[role]), key);
    }
    (who, key)
}

fn roles(wanted: &[Role]) -> Roles {
    let mut roles = Roles::new();
    for role in wanted {
        roles.try_insert(*role).expect("the bound is the number of roles");
    }
    roles
}

/// A text of the largest size, distinct by its number.
fn text<const N: u32>(number: u32) -> Text<N> {
    let mut digits = format!("{number:04}");
    while digits.len() < N as usize {
        digits.push('x');
    }
    Text::truncated(&digits)
}

/// A descriptor of the largest encoding.
fn descriptor() -> Descriptor {
    let codes =
        (0..32).map(|number| Code { system: CodeSystem::Mondo, code: text(number) }).collect::<Vec<_>>();
    let counts = (0..32).map(|number| Count { of: text(number), number: u32::MAX }).collect::<Vec<_>>();
    Descriptor {
        kind: Kind::Fhir,
        media_type: text(0),
        modality: Some(text(0)),
        codes: codes.try_into().expect("32 fit"),
        counts: counts.try_into().expect("32 fit"),
        plaintext_size: u64::MAX,
        completeness: 100,
        period: Some((YearMonth { year: 1900, month: 1 }, YearMonth { year: 2100, month: 12 })),
    }
}

fn purpose() -> Purpose {
    Purpose::new(Use::DiseaseResearch(Code { system: CodeSystem::Mondo, code: text(0) }))
}

/// The auditors of a panel: others for a claim than for the record.
fn panel(subject: Subject) -> Vec<(AccountId, Point)> {
    let name = match subject {
        Subject::Record { .. } => "reviewer",
        Subject::Claim { .. } => "arbiter",
    };
    (0..PanelSize::get()).map(|number| extra(name, number, Role::Auditor)).collect()
}

impl BenchmarkSetup<AccountId> for Setup {
    fn member(who: &AccountId, roles: Roles, key: Point) {
        Self::fund(who, PURSE);
        Members::seed(who.clone(), roles, Hash::repeat_byte(1), key).expect("the account is no member yet");
    }

    fn fund(who: &AccountId, amount: Balance) {
        <Balances as Mutate<_>>::mint_into(who, amount).expect("there is room for more money");
    }

    fn record(owner: &AccountId, _: Point, commitment: KeyCommitment) -> (RecordId, Version) {
        Self::fund(owner, PURSE);
        let record = pallet_records::NextRecord::<Runtime>::get();
        let ciphertext = Hash::from(record.using_encoded(sp_io::hashing::blake2_256));
        let locators = (0..4)
            .map(|number| Locator { vault: extra("vault", number, Role::Vault).0, blob: ciphertext })
            .collect::<Vec<_>>();
        let content = NewVersion {
            ciphertext,
            size: u64::MAX,
            plaintext: Hash::repeat_byte(2),
            commitment,
            descriptor: descriptor(),
            locators: locators.try_into().expect("four fit"),
        };
        let policy = Policy::new(Permission::NoRestriction);
        Records::register(RuntimeOrigin::signed(owner.clone()), Hash::repeat_byte(3), policy, content)
            .expect("an owner can register");
        (record, 1)
    }

    fn approve(record: RecordId, version: Version) {
        let subject = Subject::Record { record, version };
        Self::seat_panel(subject);
        Self::give_panel_keys(subject);
        for (auditor, _) in panel(subject) {
            if Audits::review(subject).is_some_and(|review| review.state == ReviewState::Open) {
                Audits::vote(
                    RuntimeOrigin::signed(auditor),
                    record,
                    version,
                    Verdict::Approve,
                    Findings::new(),
                    Hash::repeat_byte(4),
                )
                .expect("a seated auditor can vote");
            }
        }
        assert!(<Records as RecordRegistry<_>>::is_tradable(record, version));
    }

    fn list(record: RecordId, version: Version, price: Balance) {
        let owner = <Records as RecordRegistry<_>>::owner(record).expect("the record was registered");
        let terms = Terms { licence: Some(Hash::repeat_byte(7)), duration: Some(1) };
        Marketplace::list(RuntimeOrigin::signed(owner), record, version, price, terms)
            .expect("an approved version can be listed");
    }

    fn order(record: RecordId, buyer: &AccountId) -> OrderId {
        let listing = Marketplace::listing(record).expect("the record was listed");
        let order = pallet_marketplace::NextOrder::<Runtime>::get();
        Self::fund(buyer, listing.price);
        Marketplace::order(
            RuntimeOrigin::signed(buyer.clone()),
            record,
            listing.version,
            listing.price,
            listing.terms,
            purpose(),
        )
        .expect("a buyer can order");
        order
    }

    fn claim(order: OrderId, sealed: SealedKey) {
        let Order { seller, buyer, .. } = Marketplace::order_of(order).expect("the order was placed");
        Marketplace::deliver(RuntimeOrigin::signed(seller), order, sealed).expect("the key is the right one");
        Marketplace::claim(RuntimeOrigin::signed(buyer), order).expect("the window is open");
    }

    fn grant(
        record: RecordId,
        version: Version,
        grantee: &AccountId,
        key: Point,
        sealed: SealedKey,
        order: OrderId,
    ) {
        <Access as Consent<_>>::grant(NewGrant {
            record,
            version,
            grantee: grantee.clone(),
            grantee_key: key,
            basis: GrantBasis::Order(order),
            purpose: purpose(),
            sealed,
            expires: Some(Moment::MAX),
        })
        .expect("the policy permits everything");
    }

    fn seat_panel(subject: Subject) {
        Audits::seat_for_benchmark(subject, panel(subject)).expect("the review was convened");
    }

    fn give_panel_keys(subject: Subject) {
        let (point, scalar) = (Point(Hash::repeat_byte(5)), Scalar(Hash::repeat_byte(6)));
        let proof = SealProof { challenge: scalar, response_p: scalar, response_s: scalar };
        pallet_audits::Reviews::<Runtime>::mutate(subject, |review| {
            let review = review.as_mut().expect("the review was convened");
            for seat in review.panel.iter_mut() {
                seat.sealed = Some(SealedKey { c1: point, c2: point, proof });
                seat.due = Moment::MAX;
            }
        });
    }

    fn crowd_draws(room: u32) {
        Audits::crowd_for_benchmark(room);
    }

    fn redraw(subject: Subject) {
        Audits::redraw_for_benchmark(subject);
    }

    fn relocate(record: RecordId, version: Version) {
        let owner = <Records as RecordRegistry<_>>::owner(record).expect("the record was registered");
        let stored = <Records as RecordRegistry<_>>::version(record, version).expect("and its version");
        let blob = stored.content.ciphertext;
        let locators = (4..8)
            .map(|number| Locator { vault: extra("vault", number, Role::Vault).0, blob })
            .collect::<Vec<_>>();
        let locators = locators.try_into().expect("four fit");
        Records::relocate(RuntimeOrigin::signed(owner), record, version, locators)
            .expect("an owner can relocate");
    }

    fn advance(by: Moment) {
        pallet_timestamp::Now::<Runtime>::mutate(|now| *now = now.saturating_add(by));
    }
}
