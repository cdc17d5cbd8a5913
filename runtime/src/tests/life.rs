//! A record from its registration to its erasure with the real pallets, and those cheats that take more than one of them.

use std::collections::BTreeSet;

use codec::Encode;
use frame_support::{
    assert_noop, assert_ok, dispatch::DispatchResult, storage::with_storage_layer, traits::Hooks,
};
use medshare_crypto::{KeyPair, RecordKey};
use medshare_traits::RecordRegistry;
use medshare_types::{
    Descriptor, FetchBasis, FetchDecision, Finding, Findings, KeyCommitment, Kind, Locator, NewReceipt,
    NewVersion, OrderId, OrderState, Permission, Policy, Purpose, RecordId, ReviewState, SealContext,
    SealPurpose, SealedKey, Subject, Terms, Use, Verdict, Version,
};
use rand_core::OsRng;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie, One, Two};
use sp_runtime::DispatchError;

use super::presets::{check_invariants, state_of};
use crate::{genesis::DEVELOPMENT, *};

/// All members of the development chain, in every role.
const ALL: [Sr25519Keyring; 8] = [Alice, Bob, Charlie, Dave, Eve, Ferdie, One, Two];
/// Who owns the record.
const OWNER: Sr25519Keyring = Alice;
/// Who holds it.
const VAULT: Sr25519Keyring = Ferdie;
const PRICE: Balance = 10 * MDS;
const START: Moment = 1_700_000_000_000;

fn id(who: Sr25519Keyring) -> AccountId {
    who.to_account_id()
}

fn by(who: Sr25519Keyring) -> RuntimeOrigin {
    RuntimeOrigin::signed(id(who))
}

fn keys(who: Sr25519Keyring) -> KeyPair {
    KeyPair::development(who.into())
}

fn name(who: &AccountId) -> Sr25519Keyring {
    ALL.into_iter().find(|known| id(*known) == *who).expect("all members are known")
}

fn research() -> Purpose {
    Purpose::new(Use::BiomedicalResearch)
}

/// Runs on a development chain, and checks every invariant afterwards.
fn on_a_chain(test: impl FnOnce()) {
    state_of(DEVELOPMENT).execute_with(|| {
        set_time(START);
        next_block();
        test();
        check_invariants("afterwards");
    });
}

/// The chain's time, and the slot that it is in.
fn set_time(now: Moment) {
    pallet_timestamp::Now::<Runtime>::put(now);
    pallet_aura::CurrentSlot::<Runtime>::put(sp_consensus_aura::Slot::from(now / Aura::slot_duration()));
}

fn next_block() {
    let number = System::block_number() + 1;
    System::initialize(
        &number,
        &Hash::from(number.using_encoded(sp_io::hashing::blake2_256)),
        &Default::default(),
    );
    Audits::on_initialize(number);
}

fn pass(time: Moment) {
    set_time(pallet_timestamp::Now::<Runtime>::get() + time);
}

/// A version's content with a fresh key of the owner.
fn content(number: u8) -> NewVersion<AccountId> {
    let ciphertext = Hash::repeat_byte(number);
    NewVersion {
        ciphertext,
        size: 1_000,
        plaintext: Hash::repeat_byte(2),
        commitment: RecordKey::generate(&mut OsRng).commit(&mut OsRng, &keys(OWNER).public()).unwrap(),
        descriptor: Descriptor {
            kind: Kind::Document,
            media_type: "text/plain".parse().unwrap(),
            modality: None,
            codes: Default::default(),
            counts: Default::default(),
            plaintext_size: 900,
            completeness: 100,
            period: None,
        },
        locators: vec![Locator { vault: id(VAULT), blob: ciphertext }].try_into().unwrap(),
    }
}

/// A key sealed by its holder.
fn seal(
    holder: Sr25519Keyring,
    commitment: &KeyCommitment,
    to: Sr25519Keyring,
    (record, version): (RecordId, Version),
    purpose: SealPurpose,
) -> SealedKey {
    let context = SealContext { genesis: System::block_hash(0), record, version, grantee: id(to), purpose };
    medshare_crypto::seal(&mut OsRng, &keys(holder), commitment, &keys(to).public(), &context).unwrap()
}

fn commitment(record: RecordId, version: Version) -> KeyCommitment {
    <Records as RecordRegistry<_>>::version(record, version).unwrap().content.commitment
}

fn panel(subject: Subject) -> Vec<Sr25519Keyring> {
    Audits::review(subject).unwrap().panel.iter().map(|seat| name(&seat.auditor)).collect()
}

/// Has a panel drawn for a subject and given the key by its holder.
fn seat(subject: Subject, holder: Sr25519Keyring, purpose: SealPurpose) -> Vec<Sr25519Keyring> {
    for _ in 0..3 {
        next_block();
    }
    let review = Audits::review(subject).unwrap();
    let keys: Vec<_> = panel(subject)
        .into_iter()
        .map(|who| (id(who), seal(holder, &review.commitment, who, (review.record, review.version), purpose)))
        .collect();
    assert_ok!(Audits::deliver_keys(by(holder), subject, keys.try_into().unwrap()));
    panel(subject)
}

fn vote(who: Sr25519Keyring, record: RecordId, version: Version) -> DispatchResult {
    Audits::vote(by(who), record, version, Verdict::Approve, Findings::new(), Hash::zero())
}

/// An approved record of the owner, with those who approved it.
fn approved() -> (RecordId, Vec<Sr25519Keyring>) {
    let record = pallet_records::NextRecord::<Runtime>::get();
    let policy = Policy::new(Permission::GeneralResearch);
    assert_ok!(Records::register(by(OWNER), Hash::zero(), policy, content(9)));
    let panel = seat(Subject::Record { record, version: 1 }, OWNER, SealPurpose::Audit);
    let approvers = panel[..2].to_vec();
    for who in &approvers {
        assert_ok!(vote(*who, record, 1));
    }
    assert!(<Records as RecordRegistry<_>>::is_tradable(record, 1));
    (record, approvers)
}

/// Terms that end a grant before another block.
fn short() -> Terms {
    Terms { licence: None, duration: Some(1) }
}

fn list(record: RecordId) {
    assert_ok!(Marketplace::list(by(OWNER), record, 1, PRICE, short()));
}

/// Somebody who may buy what these reviewed.
fn buyer(approvers: &[Sr25519Keyring]) -> Sr25519Keyring {
    [Bob, Charlie, Dave, Eve].into_iter().find(|who| !approvers.contains(who)).unwrap()
}

fn order(who: Sr25519Keyring, record: RecordId) -> Result<OrderId, DispatchError> {
    let order = pallet_marketplace::NextOrder::<Runtime>::get();
    with_storage_layer(|| Marketplace::order(by(who), record, 1, PRICE, short(), research()))?;
    Ok(order)
}

fn key_for(order: OrderId, who: Sr25519Keyring, record: RecordId) -> SealedKey {
    seal(OWNER, &commitment(record, 1), who, (record, 1), SealPurpose::Order(order))
}

/// A sale of the record up to the delivery.
fn delivered() -> (RecordId, OrderId, Sr25519Keyring, Vec<Sr25519Keyring>) {
    let (record, approvers) = approved();
    list(record);
    let who = buyer(&approvers);
    let order = order(who, record).unwrap();
    assert_ok!(Marketplace::deliver(by(OWNER), order, key_for(order, who, record)));
    (record, order, who, approvers)
}

fn erase(record: RecordId) -> DispatchResult {
    with_storage_layer(|| Records::erase(by(OWNER), record).map(drop).map_err(|refused| refused.error))
}

fn state(order: OrderId) -> OrderState {
    Marketplace::order_of(order).unwrap().state
}

fn held(who: Sr25519Keyring) -> Balance {
    Balances::reserved_balance(id(who))
}

/// What is stored by our pallets: the names of the items that have anything.
fn stored() -> BTreeSet<String> {
    use frame_support::traits::{PalletInfoAccess, StorageInfoTrait};
    let pallets = [
        (Records::name(), pallet_records::Pallet::<Runtime>::storage_info()),
        (Access::name(), pallet_access::Pallet::<Runtime>::storage_info()),
        (Audits::name(), pallet_audits::Pallet::<Runtime>::storage_info()),
        (Marketplace::name(), pallet_marketplace::Pallet::<Runtime>::storage_info()),
    ];
    let mut found = BTreeSet::new();
    for (pallet, items) in pallets {
        for item in items {
            let next = sp_io::storage::next_key(&item.prefix);
            if sp_io::storage::exists(&item.prefix) || next.is_some_and(|key| key.starts_with(&item.prefix)) {
                found.insert(format!("{pallet}.{}", String::from_utf8_lossy(&item.storage_name)));
            }
        }
    }
    found
}

#[test]
fn of_a_life_that_is_over_nothing_is_stored_and_nothing_on_hold() {
    on_a_chain(|| {
        let before = stored();
        let (record, order, who, approvers) = delivered();

        // The buyer claims, and is right.
        assert_ok!(Marketplace::claim(by(who), order));
        let claim = Subject::Claim { order };
        let bought = pallet_marketplace::DeliveredKeys::<Runtime>::get(order).unwrap();
        assert_eq!(Audits::review(claim).unwrap().commitment, bought);
        let panel = seat(claim, who, SealPurpose::Claim(order));
        assert!(panel.iter().all(|auditor| !approvers.contains(auditor)), "nobody rules on its own work");
        let findings = Findings::try_from(BTreeSet::from([Finding::FalseDescriptor])).unwrap();
        for auditor in &panel[..2] {
            assert_ok!(Marketplace::rule(
                by(*auditor),
                order,
                Verdict::Reject,
                findings.clone(),
                Hash::zero()
            ));
        }
        assert_eq!(state(order), OrderState::Refunded);

        // Somebody else asks, is granted access, and gives it back.
        let asks = One;
        let request = pallet_access::NextRequest::<Runtime>::get();
        assert_ok!(Access::request(by(asks), record, 1, research()));
        let sealed = seal(OWNER, &commitment(record, 1), asks, (record, 1), SealPurpose::Request(request));
        assert_ok!(Access::answer(by(OWNER), request, sealed, None));
        let receipt = NewReceipt {
            sequence: 0,
            record,
            version: 1,
            accessor: id(asks),
            basis: FetchBasis::Grant,
            bytes: 1,
            at: START,
            request: Hash::zero(),
        };
        assert_ok!(Access::post_receipts(by(VAULT), vec![receipt].try_into().unwrap()));
        assert_ok!(Records::withdraw(by(OWNER), record));
        assert!(held(OWNER) > 0 && held(who) > 0 && held(asks) > 0, "what is stored is paid for");
        check_invariants("in between");

        // The end, each in its order.
        let erase = || erase(record);
        assert_noop!(erase(), pallet_records::Error::<Runtime>::StillGranted);
        pass(1);
        assert_ok!(Marketplace::clear(by(who), order));
        assert_noop!(erase(), pallet_records::Error::<Runtime>::StillGranted);
        assert_ok!(Access::revoke(by(asks), record, 1, id(asks)));
        assert_ok!(Access::clear(by(asks), record, 1, id(asks)));
        assert_ok!(erase());

        for account in ALL {
            assert_eq!(held(account), 0, "{account:?} has something on hold for nothing");
        }
        let counters = [
            "Records.NextRecord",
            "Access.NextRequest",
            // One for each vault, which the council admitted.
            "Access.LastReceipt",
            "Audits.Queued",
            "Marketplace.NextOrder",
        ];
        let left: BTreeSet<_> = stored().difference(&before).cloned().collect();
        assert_eq!(left, counters.map(str::to_owned).into());
    });
}

#[test]
fn who_bought_to_the_end_is_remembered_and_nothing_else_of_it() {
    on_a_chain(|| {
        let (record, order, who, _) = delivered();
        pass(14 * DAY);
        assert_ok!(Marketplace::settle(by(Two), order));
        assert_ok!(Marketplace::clear(by(who), order));
        assert_ok!(Records::withdraw(by(OWNER), record));
        assert_ok!(erase(record));
        assert!(ALL.into_iter().all(|account| held(account) == 0));
        // The sale's fee paid for it.
        assert!(stored().contains("Marketplace.Bought"));
        assert!(!stored().contains("Marketplace.Orders") && !stored().contains("Audits.Reviews"));
    });
}

#[test]
fn a_key_that_was_delivered_once_does_not_pay_a_second_time() {
    on_a_chain(|| {
        let (record, first, who, _) = delivered();
        let replayed = Access::grant_of(record, 1, &id(who)).unwrap().sealed;
        pass(14 * DAY);
        assert_ok!(Marketplace::settle(by(Two), first));
        let second = order(who, record).unwrap();
        assert_noop!(
            Marketplace::deliver(by(OWNER), second, replayed),
            pallet_marketplace::Error::<Runtime>::WrongKey
        );
        assert_ok!(Marketplace::deliver(by(OWNER), second, key_for(second, who, record)));
    });
}

#[test]
fn nothing_is_delivered_after_the_expiry() {
    on_a_chain(|| {
        let (record, approvers) = approved();
        list(record);
        let who = buyer(&approvers);
        let before = Balances::free_balance(id(who));
        let order = order(who, record).unwrap();
        pass(DAY);
        let late = key_for(order, who, record);
        assert_noop!(
            Marketplace::deliver(by(OWNER), order, late),
            pallet_marketplace::Error::<Runtime>::TooLate
        );
        assert_ok!(Marketplace::expire(by(Two), order));
        assert_noop!(
            Marketplace::deliver(by(OWNER), order, late),
            pallet_marketplace::Error::<Runtime>::NotOpen
        );
        assert_ok!(Marketplace::clear(by(who), order));
        assert_eq!(Balances::free_balance(id(who)), before);
    });
}

#[test]
fn a_superseded_or_withdrawn_version_is_not_ordered() {
    on_a_chain(|| {
        let (record, approvers) = approved();
        list(record);
        let who = buyer(&approvers);
        assert_ok!(Records::revise(by(OWNER), record, content(10)));
        assert_noop!(order(who, record), pallet_marketplace::Error::<Runtime>::NotListed);
        assert_noop!(
            Marketplace::list(by(OWNER), record, 2, PRICE, short()),
            pallet_marketplace::Error::<Runtime>::NotTradable
        );
        // The old version is still approved, and sold if its owner says so.
        list(record);
        let placed = order(who, record).unwrap();
        assert_ok!(Records::withdraw(by(OWNER), record));
        assert_noop!(order(Two, record), pallet_marketplace::Error::<Runtime>::NotListed);
        assert_noop!(
            Marketplace::deliver(by(OWNER), placed, key_for(placed, who, record)),
            pallet_marketplace::Error::<Runtime>::NotTradable
        );
        assert_noop!(erase(record), pallet_records::Error::<Runtime>::StillOrdered);
        pass(DAY);
        assert_ok!(Marketplace::expire(by(who), placed));
        assert_ok!(erase(record));
    });
}

#[test]
fn nobody_votes_twice_or_rules_before_its_turn() {
    on_a_chain(|| {
        let record = pallet_records::NextRecord::<Runtime>::get();
        let policy = Policy::new(Permission::GeneralResearch);
        assert_ok!(Records::register(by(OWNER), Hash::zero(), policy, content(9)));
        let subject = Subject::Record { record, version: 1 };
        assert_noop!(vote(Bob, record, 1), pallet_audits::Error::<Runtime>::NotOnPanel);
        let panel = seat(subject, OWNER, SealPurpose::Audit);
        assert_ok!(vote(panel[0], record, 1));
        assert_noop!(vote(panel[0], record, 1), pallet_audits::Error::<Runtime>::AlreadyVoted);
        assert_eq!(Audits::review(subject).unwrap().state, ReviewState::Open);
        assert_ok!(vote(panel[1], record, 1));

        list(record);
        let who = buyer(&panel);
        let order = order(who, record).unwrap();
        let rule = |who| Marketplace::rule(by(who), order, Verdict::Approve, Findings::new(), Hash::zero());
        let not_claimed = DispatchError::from(pallet_marketplace::Error::<Runtime>::NotClaimed);
        assert_noop!(rule(Two), not_claimed);
        assert_ok!(Marketplace::deliver(by(OWNER), order, key_for(order, who, record)));
        assert_noop!(rule(Two), not_claimed);
        assert_ok!(Marketplace::claim(by(who), order));
        for auditor in ALL {
            assert_noop!(rule(auditor), pallet_audits::Error::<Runtime>::NotOnPanel);
        }
        let rulers = seat(Subject::Claim { order }, who, SealPurpose::Claim(order));
        assert_ok!(rule(rulers[0]));
        assert_noop!(rule(rulers[0]), pallet_audits::Error::<Runtime>::AlreadyVoted);
        assert_ok!(rule(rulers[1]));
        assert_eq!(state(order), OrderState::Settled);
        assert_noop!(rule(rulers[2]), not_claimed);
    });
}

#[test]
fn a_vault_does_not_report_for_another() {
    on_a_chain(|| {
        let (record, _) = approved();
        let receipt = NewReceipt {
            sequence: 0,
            record,
            version: 1,
            accessor: id(Bob),
            basis: FetchBasis::Preview,
            bytes: 1,
            at: START,
            request: Hash::zero(),
        };
        let post = |who| Access::post_receipts(by(who), vec![receipt.clone()].try_into().unwrap());
        for other in ALL.into_iter().filter(|who| *who != VAULT) {
            assert_noop!(post(other), pallet_access::Error::<Runtime>::NotHeldHere);
        }
        assert_ok!(post(VAULT));
        assert_noop!(post(VAULT), pallet_access::Error::<Runtime>::SequenceNotAscending);
    });
}

#[test]
fn a_restricted_seller_sees_no_money_before_the_time_to_claim_is_over() {
    on_a_chain(|| {
        let (record, approvers) = approved();
        // It tries for a panel that suits it until that has consequences.
        for number in 20..29 {
            let tried = pallet_records::NextRecord::<Runtime>::get();
            let policy = Policy::new(Permission::GeneralResearch);
            assert_ok!(Records::register(by(OWNER), Hash::zero(), policy, content(number)));
            assert_ok!(Records::withdraw(by(OWNER), tried));
        }
        assert_eq!(Credit::credit(&id(OWNER)).tier, medshare_types::Tier::Restricted);
        list(record);
        let who = buyer(&approvers);
        let order = order(who, record).unwrap();
        let before = Balances::free_balance(id(OWNER));
        assert_ok!(Marketplace::deliver(by(OWNER), order, key_for(order, who, record)));
        assert_eq!(Balances::free_balance(id(OWNER)), before, "nothing but the fee was paid");
        let placed = Marketplace::order_of(order).unwrap();
        assert_eq!(placed.retained + placed.fee, PRICE);

        pass(28 * DAY - 1);
        assert!(Marketplace::settle(by(Two), order).is_err());
        pass(1);
        assert_ok!(Marketplace::settle(by(Two), order));
        assert_eq!(Balances::free_balance(id(OWNER)), before + PRICE - placed.fee);
    });
}

#[test]
fn who_was_revoked_is_refused_until_the_grant_is_removed() {
    on_a_chain(|| {
        let (record, _) = approved();
        let doctor = Two;
        let sealed = seal(OWNER, &commitment(record, 1), doctor, (record, 1), SealPurpose::Direct);
        assert_ok!(Access::grant(by(OWNER), record, 1, id(doctor), research(), sealed, None));
        list(record);
        let decision = || Access::may_fetch(&id(doctor), record, 1);
        assert!(matches!(decision(), FetchDecision::Allowed { basis: FetchBasis::Grant, .. }));
        assert_ok!(Access::revoke(by(OWNER), record, 1, id(doctor)));
        assert!(matches!(decision(), FetchDecision::Refused(_)));
        assert_ok!(Access::clear(by(doctor), record, 1, id(doctor)));
        // As anybody, it may look at what is on sale; the key is not here any more.
        assert!(matches!(decision(), FetchDecision::Allowed { basis: FetchBasis::Preview, .. }));
        assert_eq!(Access::grant_of(record, 1, &id(doctor)), None);
    });
}
