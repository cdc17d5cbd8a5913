//! What tests do and look at in a line: steps on the way of an order, what happens around it, and what is on hold.

use super::*;
use crate::{Event, HoldReason, OrderOf, Orders};
use frame_support::{dispatch::DispatchResult, traits::fungible::InspectHold};
use medshare_crypto::{KeyPair, seal};
use medshare_traits::{Consent, Market, NewGrant, OnVerdict, Outcome};
use medshare_types::{
    Balance, GrantBasis, KeyCommitment, Moment, OrderId, Permission, Policy, Purpose, RecordId, SealContext,
    SealPurpose, SealedKey, Subject, Terms, Use, Version,
};
use rand_core::OsRng;

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
