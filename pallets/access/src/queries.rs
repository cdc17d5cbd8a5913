//! Answers for the runtime API.

use alloc::vec::Vec;
use frame_support::traits::Time;
use medshare_traits::{Market, Membership, Panels, RecordRegistry};
use medshare_types::{
    AccessRequest, FetchBasis, FetchDecision, FetchRefusal, Grant, Policy, Receipt, RecordId, RequestId,
    Role, Version,
};
use sp_runtime::SaturatedConversion;

use crate::{
    Config, Grants, LastReceipt, Pallet, Policies, ReceiptCount, Receipts, Requests, RequestsOf,
    impls::request_key,
};

impl<T: Config> Pallet<T> {
    /// The consent policy of a record.
    pub fn policy(record: RecordId) -> Option<Policy> {
        Policies::<T>::get(record)
    }

    /// A grant of a version to an account, in force or not.
    pub fn grant_of(record: RecordId, version: Version, grantee: &T::AccountId) -> Option<Grant> {
        Grants::<T>::get((record, version, grantee))
    }

    /// At most `limit` of the open requests for access to an owner's records, ascending by number from the first after
    /// `after`.
    pub fn requests_of(
        owner: &T::AccountId,
        after: Option<RequestId>,
        limit: u32,
    ) -> Vec<(RequestId, AccessRequest<T::AccountId>)> {
        let keys = match after {
            Some(after) => RequestsOf::<T>::iter_key_prefix_from(
                owner,
                RequestsOf::<T>::hashed_key_for(owner, request_key(after)),
            ),
            None => RequestsOf::<T>::iter_key_prefix(owner),
        };
        keys.take(limit.saturated_into())
            .map(RequestId::from_be_bytes)
            .filter_map(|id| Requests::<T>::get(id).map(|request| (id, request)))
            .collect()
    }

    /// At most `limit` of the access receipts of a record that are kept, in the order in which they were posted, from
    /// the `from`th (counted from 0) on, or from the first that is kept.
    pub fn receipts(record: RecordId, from: u32, limit: u32) -> Vec<Receipt<T::AccountId>> {
        let kept = Self::kept(ReceiptCount::<T>::get(record));
        let from = from.max(kept.start);
        let end = kept.end.min(from.saturating_add(limit));
        (from..end).filter_map(|index| Receipts::<T>::get(record, index)).collect()
    }

    /// The number of the newest receipt that a vault has posted, by its own count.
    pub fn last_receipt(vault: &T::AccountId) -> Option<u64> {
        LastReceipt::<T>::get(vault)
    }

    /// Whether an account may fetch the blob of a version now. The order of the reasons is told in the crate's
    /// documentation.
    pub fn may_fetch(who: &T::AccountId, record: RecordId, version: Version) -> FetchDecision {
        let allowed = |basis| FetchDecision::Allowed { basis, until: None };
        let Some(owner) =
            T::Records::owner(record).filter(|_| T::Records::version(record, version).is_some())
        else {
            return FetchDecision::Refused(FetchRefusal::Unknown);
        };
        if !T::Membership::is_active(who) {
            return FetchDecision::Refused(FetchRefusal::NotMember);
        }
        if owner == *who {
            return allowed(FetchBasis::Owner);
        }
        let grant = Grants::<T>::get((record, version, who));
        if let Some(grant) = grant.as_ref().filter(|grant| grant.is_active(T::Time::now())) {
            return FetchDecision::Allowed { basis: FetchBasis::Grant, until: grant.expires };
        }
        if T::Panels::is_reviewing(who, record, version) {
            return allowed(FetchBasis::Review);
        }
        match grant {
            Some(grant) if grant.revoked.is_some() => FetchDecision::Refused(FetchRefusal::Revoked),
            Some(_) => FetchDecision::Refused(FetchRefusal::Expired),
            None if T::Market::is_listed(record, version) && T::Membership::has_role(who, Role::Buyer) => {
                allowed(FetchBasis::Preview)
            }
            None => FetchDecision::Refused(FetchRefusal::NoGrant),
        }
    }
}
