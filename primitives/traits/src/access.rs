use frame_support::dispatch::DispatchResult;
use medshare_types::{
    Grant, GrantBasis, Moment, OrderId, Point, Policy, Purpose, RecordId, SealedKey, Version,
};

/// A grant to be recorded. The caller has verified the sealed key's proof.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewGrant<AccountId> {
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// To whom.
    pub grantee: AccountId,
    /// The key of the grantee that it is sealed to.
    pub grantee_key: Point,
    /// What it rests on.
    pub basis: GrantBasis,
    /// What for.
    pub purpose: Purpose,
    /// The sealed key.
    pub sealed: SealedKey,
    /// When it ends by itself.
    pub expires: Option<Moment>,
}

/// What an owner permits, and who holds grants. Given by `pallet-access`.
pub trait Consent<AccountId> {
    /// Sets the policy of a record that is being registered.
    fn set_policy(record: RecordId, policy: Policy) -> DispatchResult;

    /// Whether the record's policy covers the purpose.
    fn permits(record: RecordId, purpose: &Purpose) -> bool;

    /// Records a grant. Fails if the policy does not cover its purpose any more, or if the grantee already holds a
    /// grant in force for the version.
    fn grant(grant: NewGrant<AccountId>) -> DispatchResult;

    /// The grant of this version to this account, in force or not.
    fn granted(record: RecordId, version: Version, grantee: &AccountId) -> Option<Grant>;

    /// Removes the grant that rests on this order, unless it is in force. Tells whether there is none any more.
    fn clear_order_grant(record: RecordId, version: Version, grantee: &AccountId, order: OrderId) -> bool;

    /// Whether a grant of this version is stored, in force or not.
    fn has_grants(record: RecordId, version: Version) -> bool;

    /// Whether a request for a record of this owner is open.
    fn has_requests(owner: &AccountId) -> bool;

    /// Removes the policy and the receipts of a record that is being erased.
    fn forget(record: RecordId);
}

impl<AccountId> Consent<AccountId> for () {
    fn set_policy(_: RecordId, _: Policy) -> DispatchResult {
        Ok(())
    }

    fn permits(_: RecordId, _: &Purpose) -> bool {
        false
    }

    fn grant(_: NewGrant<AccountId>) -> DispatchResult {
        Ok(())
    }

    fn granted(_: RecordId, _: Version, _: &AccountId) -> Option<Grant> {
        None
    }

    fn clear_order_grant(_: RecordId, _: Version, _: &AccountId, _: OrderId) -> bool {
        true
    }

    fn has_grants(_: RecordId, _: Version) -> bool {
        false
    }

    fn has_requests(_: &AccountId) -> bool {
        false
    }

    fn forget(_: RecordId) {}
}
