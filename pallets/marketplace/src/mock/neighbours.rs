//! The other pallets, as far as this one sees them.

use super::*;
use codec::{Decode, Encode};
use frame_support::{
    Blake2_128Concat, Twox64Concat, dispatch::DispatchResult, pallet_prelude::ValueQuery, storage_alias,
    traits::ConstU32,
};
use medshare_traits::{
    Consent, CreditScores, Engagements, Membership, NewGrant, NewReview, OnVerdict, Outcome, Panels,
    RecordRegistry,
};
use medshare_types::{
    Benefits, CreditEvent, Findings, Grant, GrantBasis, Hash, KeyCommitment, OrderId, Point, Policy, Purpose,
    Record, RecordId, RecordVersion, Role, Subject, Tier, Verdict, Version, VersionStatus,
};
use sp_runtime::{DispatchError, Permill};

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
