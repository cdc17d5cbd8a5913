//! Every call of the medshare pallets, and the few others that clients need, one function each. What a call checks
//! and does is in its pallet's documentation.

pub mod council;
pub mod peers;
pub mod settlement;
pub mod validators;

use codec::{Compact, Decode, Encode};
use medshare_types::{
    AccountId, Balance, Benefits, CreditEvent, Findings, Hash, KeyProof, Locators, Moment, NewReceipt,
    NewVersion, OrderId, Point, Points, Policy, Purpose, RecordId, RequestId, Roles, SealedKey, Subject,
    Terms, Tier, Verdict, Version,
};
use scale_info::TypeInfo;

use super::Call;

/// A record with its first version, as one of many that are registered at once.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct NewRecord {
    /// Salted SHA-256 pseudonym of the person whom the data are about.
    pub subject: Hash,
    /// The consent policy.
    pub policy: Policy,
    /// The first version.
    pub content: NewVersion<AccountId>,
}

/// The scores at which tiers begin, ascending.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, TypeInfo)]
pub struct Thresholds {
    /// Scores below are `Restricted`; at most zero.
    pub restricted_below: Points,
    /// Scores from here on are `Trusted`; above zero.
    pub trusted_from: Points,
    /// Scores from here on are `Exemplary`; above `trusted_from`.
    pub exemplary_from: Points,
}

/// The destination of a transfer: the one form of the chain's address type that this client sends.
#[derive(Encode, TypeInfo)]
enum Destination {
    Id(AccountId),
}

/// Members.admit: by a hospital or the council.
pub fn admit(who: AccountId, roles: Roles, identity: Hash, key: Point, proof: KeyProof) -> Call {
    Call::new("Members", "admit")
        .arg("who", who)
        .arg("roles", roles)
        .arg("identity", identity)
        .arg("key", key)
        .arg("proof", proof)
}

/// Members.set_roles: by the sponsor or the council.
pub fn set_roles(who: AccountId, roles: Roles) -> Call {
    Call::new("Members", "set_roles").arg("who", who).arg("roles", roles)
}

/// Members.suspend: by the sponsor or the council.
pub fn suspend(who: AccountId) -> Call {
    Call::new("Members", "suspend").arg("who", who)
}

/// Members.reinstate: by whoever suspended.
pub fn reinstate(who: AccountId) -> Call {
    Call::new("Members", "reinstate").arg("who", who)
}

/// Members.expel: by whoever suspended.
pub fn expel(who: AccountId) -> Call {
    Call::new("Members", "expel").arg("who", who)
}

/// Members.rotate_key: by the member.
pub fn rotate_key(key: Point, proof: KeyProof) -> Call {
    Call::new("Members", "rotate_key").arg("key", key).arg("proof", proof)
}

/// Members.leave: by the member.
pub fn leave() -> Call {
    Call::new("Members", "leave")
}

/// Records.register: by a provider.
pub fn register(subject: Hash, policy: Policy, content: NewVersion<AccountId>) -> Call {
    Call::new("Records", "register").arg("subject", subject).arg("policy", policy).arg("content", content)
}

/// Records.register_many: by a provider.
pub fn register_many(records: Vec<NewRecord>) -> Call {
    Call::new("Records", "register_many").arg("records", records)
}

/// Records.revise: by the owner.
pub fn revise(record: RecordId, content: NewVersion<AccountId>) -> Call {
    Call::new("Records", "revise").arg("record", record).arg("content", content)
}

/// Records.withdraw: by the owner.
pub fn withdraw(record: RecordId) -> Call {
    Call::new("Records", "withdraw").arg("record", record)
}

/// Records.relocate: by the owner.
pub fn relocate(record: RecordId, version: Version, locators: Locators<AccountId>) -> Call {
    Call::new("Records", "relocate").arg("record", record).arg("version", version).arg("locators", locators)
}

/// Records.erase: by the owner, once the record is withdrawn and nothing rests on it.
pub fn erase(record: RecordId) -> Call {
    Call::new("Records", "erase").arg("record", record)
}

/// Access.set_policy: by the owner.
pub fn set_policy(record: RecordId, policy: Policy) -> Call {
    Call::new("Access", "set_policy").arg("record", record).arg("policy", policy)
}

/// Access.request: by any member.
pub fn request(record: RecordId, version: Version, purpose: Purpose) -> Call {
    Call::new("Access", "request").arg("record", record).arg("version", version).arg("purpose", purpose)
}

/// Access.cancel_request: by the requester.
pub fn cancel_request(request: RequestId) -> Call {
    Call::new("Access", "cancel_request").arg("request", request)
}

/// Access.answer: by the owner.
pub fn answer(request: RequestId, sealed: SealedKey, expires: Option<Moment>) -> Call {
    Call::new("Access", "answer").arg("request", request).arg("sealed", sealed).arg("expires", expires)
}

/// Access.deny: by the owner.
pub fn deny(request: RequestId) -> Call {
    Call::new("Access", "deny").arg("request", request)
}

/// Access.grant: by the owner.
pub fn grant(
    record: RecordId,
    version: Version,
    grantee: AccountId,
    purpose: Purpose,
    sealed: SealedKey,
    expires: Option<Moment>,
) -> Call {
    Call::new("Access", "grant")
        .arg("record", record)
        .arg("version", version)
        .arg("grantee", grantee)
        .arg("purpose", purpose)
        .arg("sealed", sealed)
        .arg("expires", expires)
}

/// Access.revoke: by the owner.
pub fn revoke(record: RecordId, version: Version, grantee: AccountId) -> Call {
    Call::new("Access", "revoke").arg("record", record).arg("version", version).arg("grantee", grantee)
}

/// Access.clear: by anyone, once the grant has ended.
pub fn clear_grant(record: RecordId, version: Version, grantee: AccountId) -> Call {
    Call::new("Access", "clear").arg("record", record).arg("version", version).arg("grantee", grantee)
}

/// Access.post_receipts: by a vault.
pub fn post_receipts(receipts: Vec<NewReceipt<AccountId>>) -> Call {
    Call::new("Access", "post_receipts").arg("receipts", receipts)
}

/// Audits.deliver_keys: by the holder.
pub fn deliver_keys(subject: Subject, keys: Vec<(AccountId, SealedKey)>) -> Call {
    Call::new("Audits", "deliver_keys").arg("subject", subject).arg("keys", keys)
}

/// Audits.vote: by an auditor of the panel.
pub fn vote(record: RecordId, version: Version, verdict: Verdict, findings: Findings, report: Hash) -> Call {
    Call::new("Audits", "vote")
        .arg("record", record)
        .arg("version", version)
        .arg("verdict", verdict)
        .arg("findings", findings)
        .arg("report", report)
}

/// Audits.replace: by anyone, once the auditor's time is over.
pub fn replace(subject: Subject, auditor: AccountId) -> Call {
    Call::new("Audits", "replace").arg("subject", subject).arg("auditor", auditor)
}

/// Audits.lapse: by anyone, once the holder's time is over.
pub fn lapse(subject: Subject) -> Call {
    Call::new("Audits", "lapse").arg("subject", subject)
}

/// Marketplace.list: by the owner.
pub fn list(record: RecordId, version: Version, price: Balance, terms: Terms) -> Call {
    Call::new("Marketplace", "list")
        .arg("record", record)
        .arg("version", version)
        .arg("price", price)
        .arg("terms", terms)
}

/// Marketplace.reprice: by the seller.
pub fn reprice(record: RecordId, price: Balance) -> Call {
    Call::new("Marketplace", "reprice").arg("record", record).arg("price", price)
}

/// Marketplace.delist: by the seller.
pub fn delist(record: RecordId) -> Call {
    Call::new("Marketplace", "delist").arg("record", record)
}

/// Marketplace.order: by a buyer.
pub fn order(record: RecordId, version: Version, max_price: Balance, terms: Terms, purpose: Purpose) -> Call {
    Call::new("Marketplace", "order")
        .arg("record", record)
        .arg("version", version)
        .arg("max_price", max_price)
        .arg("terms", terms)
        .arg("purpose", purpose)
}

/// Marketplace.deliver: by the seller.
pub fn deliver(order: OrderId, sealed: SealedKey) -> Call {
    Call::new("Marketplace", "deliver").arg("order", order).arg("sealed", sealed)
}

/// Marketplace.cancel: by both parties, one after the other.
pub fn cancel(order: OrderId) -> Call {
    Call::new("Marketplace", "cancel").arg("order", order)
}

/// Marketplace.expire: by anyone, once the seller's time is over.
pub fn expire(order: OrderId) -> Call {
    Call::new("Marketplace", "expire").arg("order", order)
}

/// Marketplace.claim: by the buyer.
pub fn claim(order: OrderId) -> Call {
    Call::new("Marketplace", "claim").arg("order", order)
}

/// Marketplace.rule: by an auditor of the claim's panel.
pub fn rule(order: OrderId, verdict: Verdict, findings: Findings, report: Hash) -> Call {
    Call::new("Marketplace", "rule")
        .arg("order", order)
        .arg("verdict", verdict)
        .arg("findings", findings)
        .arg("report", report)
}

/// Marketplace.settle: by anyone, once the buyer's time to claim is over.
pub fn settle(order: OrderId) -> Call {
    Call::new("Marketplace", "settle").arg("order", order)
}

/// Marketplace.clear: by a party, once the order is over.
pub fn clear_order(order: OrderId) -> Call {
    Call::new("Marketplace", "clear").arg("order", order)
}

/// Credit.set_points: by the council.
pub fn set_points(event: CreditEvent, points: Points) -> Call {
    Call::new("Credit", "set_points").arg("event", event).arg("points", points)
}

/// Credit.set_benefits: by the council.
pub fn set_benefits(tier: Tier, benefits: Benefits) -> Call {
    Call::new("Credit", "set_benefits").arg("tier", tier).arg("benefits", benefits)
}

/// Credit.set_thresholds: by the council.
pub fn set_thresholds(thresholds: Thresholds) -> Call {
    Call::new("Credit", "set_thresholds").arg("thresholds", thresholds)
}

/// Credit.set_half_life: by the council; in ms.
pub fn set_half_life(half_life: Moment) -> Call {
    Call::new("Credit", "set_half_life").arg("half_life", half_life)
}

/// Balances.transfer_keep_alive: an amount from the signer to another account.
pub fn transfer(dest: AccountId, value: Balance) -> Call {
    Call::new("Balances", "transfer_keep_alive")
        .arg("dest", Destination::Id(dest))
        .arg("value", Compact(value))
}

/// Sudo.sudo: a call with the council's authority, where a sudo key holds it, as on the development chain.
pub fn as_council(call: Call) -> Call {
    Call::new("Sudo", "sudo").call("call", call)
}

/// Utility.batch_all: several calls, all or none.
pub fn all_of(calls: Vec<Call>) -> Call {
    Call::new("Utility", "batch_all").calls("calls", calls)
}
