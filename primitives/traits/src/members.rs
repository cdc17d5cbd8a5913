use alloc::vec::Vec;
use frame_support::{dispatch::DispatchResult, traits::Get};
use medshare_types::{Point, Role};
use sp_runtime::DispatchError;

/// Who may act. Given by `pallet-members`.
pub trait Membership<AccountId> {
    /// Most auditors that there can be.
    type MaxAuditors: Get<u32>;

    /// Whether it is a member that is not suspended.
    fn is_active(who: &AccountId) -> bool;

    /// Whether it is an active member in this role.
    fn has_role(who: &AccountId, role: Role) -> bool;

    /// Fails with the reason if it is no active member in this role.
    fn ensure_role(who: &AccountId, role: Role) -> DispatchResult;

    /// Its current encryption key, if it is a member, suspended or not.
    fn encryption_key(who: &AccountId) -> Option<Point>;

    /// The hospital that answers for it.
    fn sponsor(who: &AccountId) -> Option<AccountId>;

    /// All active auditors; at most [`Self::MaxAuditors`], in an order that only admissions and suspensions change.
    fn auditors() -> Vec<AccountId>;
}

impl<AccountId> Membership<AccountId> for () {
    type MaxAuditors = ();

    fn is_active(_: &AccountId) -> bool {
        false
    }

    fn has_role(_: &AccountId, _: Role) -> bool {
        false
    }

    fn ensure_role(_: &AccountId, _: Role) -> DispatchResult {
        Err(DispatchError::BadOrigin)
    }

    fn encryption_key(_: &AccountId) -> Option<Point> {
        None
    }

    fn sponsor(_: &AccountId) -> Option<AccountId> {
        None
    }

    fn auditors() -> Vec<AccountId> {
        Vec::new()
    }
}

/// What keeps a member from leaving: live records, open orders, seats on panels. Given by `pallet-members`, which
/// counts them.
pub trait Engagements<AccountId> {
    /// One more. Fails only if the account is no member.
    fn engage(who: &AccountId) -> DispatchResult;

    /// One less. Never fails: the end of an engagement must not be stopped.
    fn disengage(who: &AccountId);
}

impl<AccountId> Engagements<AccountId> for () {
    fn engage(_: &AccountId) -> DispatchResult {
        Ok(())
    }

    fn disengage(_: &AccountId) {}
}
