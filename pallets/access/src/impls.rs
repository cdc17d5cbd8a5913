//! What the calls about policies, requests and grants do.

use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, Time, fungible::MutateHold, tokens::Precision},
};
use frame_system::pallet_prelude::BlockNumberFor;
use medshare_crypto::verify_seal;
use medshare_traits::{Engagements, Market, Membership, NewGrant, RecordRegistry};
use medshare_types::{
    AccessRequest, Balance, Code, Grant, GrantBasis, Moment, Permission, Policy, Purpose, RecordId,
    RequestId, SealContext, SealPurpose, SealedKey, Use, Version,
};
use sp_runtime::{DispatchError, traits::Zero};

use crate::{
    Config, Error, Event, GrantDeposits, Grants, HoldReason, NextRequest, OpenRequests, Pallet, Policies,
    RequestDeposits, Requests, RequestsOf,
};

/// The second key of `RequestsOf`.
pub(crate) fn request_key(request: RequestId) -> [u8; 8] {
    request.to_be_bytes()
}

fn is_readable(code: &Code) -> bool {
    code.code.as_str().is_some_and(|code| !code.is_empty())
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_set_policy(who: &T::AccountId, record: RecordId, policy: Policy) -> DispatchResult {
        Self::ensure_active(who)?;
        let stored = T::Records::record(record).ok_or(Error::<T>::NoRecord)?;
        ensure!(stored.owner == *who, Error::<T>::NotOwner);
        ensure!(!stored.withdrawn, Error::<T>::RecordWithdrawn);
        Self::put_policy(record, policy)
    }

    pub(crate) fn put_policy(record: RecordId, policy: Policy) -> DispatchResult {
        if let Permission::DiseaseResearch(code) = &policy.permission {
            ensure!(is_readable(code), Error::<T>::InvalidText);
        }
        Policies::<T>::insert(record, &policy);
        Self::deposit_event(Event::PolicySet { record, policy });
        Ok(())
    }

    /// Whether the record's policy covers the purpose. None covers a purpose that cannot be read.
    pub(crate) fn covers(record: RecordId, purpose: &Purpose) -> bool {
        let readable = match &purpose.r#use {
            Use::DiseaseResearch(code) => is_readable(code),
            _ => true,
        };
        readable && Policies::<T>::get(record).is_some_and(|policy| policy.permits(purpose))
    }

    pub(crate) fn do_request(
        who: &T::AccountId,
        record: RecordId,
        version: Version,
        purpose: Purpose,
    ) -> DispatchResult {
        Self::ensure_active(who)?;
        let requester_key = T::Membership::encryption_key(who).ok_or(Error::<T>::NoEncryptionKey)?;
        let owner = T::Records::owner(record).ok_or(Error::<T>::NoRecord)?;
        ensure!(owner != *who, Error::<T>::OwnRecord);
        ensure!(T::Records::is_tradable(record, version), Error::<T>::NotAvailable);
        ensure!(Self::covers(record, &purpose), Error::<T>::PurposeNotPermitted);
        Self::ensure_replaceable(record, version, who)?;
        let open = OpenRequests::<T>::get(who);
        ensure!(open < T::MaxOpenRequests::get(), Error::<T>::TooManyRequests);

        let request = NextRequest::<T>::get();
        NextRequest::<T>::put(request.checked_add(1).ok_or(Error::<T>::NoMoreNumbers)?);
        let deposit = T::RequestDeposit::get();
        T::Currency::hold(&HoldReason::Request.into(), who, deposit)?;
        T::Engagements::engage(who)?;
        // Cannot saturate: it is below a limit of the same type.
        OpenRequests::<T>::insert(who, open.saturating_add(1));
        RequestDeposits::<T>::insert(request, deposit);
        RequestsOf::<T>::insert(&owner, request_key(request), ());
        let at = T::Time::now();
        let requester = who.clone();
        let stored =
            AccessRequest { record, version, requester, requester_key, purpose: purpose.clone(), at };
        Requests::<T>::insert(request, stored);
        let requester = who.clone();
        Self::deposit_event(Event::Requested { request, record, version, owner, requester, purpose });
        Ok(())
    }

    pub(crate) fn do_cancel_request(who: &T::AccountId, id: RequestId) -> DispatchResult {
        let request = Requests::<T>::get(id).ok_or(Error::<T>::NoRequest)?;
        ensure!(request.requester == *who, Error::<T>::NotRequester);
        Self::close(id, &request)?;
        Self::deposit_event(Event::RequestCancelled { request: id });
        Ok(())
    }

    pub(crate) fn do_deny(who: &T::AccountId, id: RequestId) -> DispatchResult {
        let request = Requests::<T>::get(id).ok_or(Error::<T>::NoRequest)?;
        ensure!(T::Records::owner(request.record).as_ref() == Some(who), Error::<T>::NotOwner);
        Self::close(id, &request)?;
        Self::deposit_event(Event::RequestDenied { request: id });
        Ok(())
    }

    pub(crate) fn do_answer(
        who: &T::AccountId,
        id: RequestId,
        sealed: SealedKey,
        expires: Option<Moment>,
    ) -> DispatchResult {
        Self::ensure_active(who)?;
        let request = Requests::<T>::get(id).ok_or(Error::<T>::NoRequest)?;
        ensure!(T::Records::owner(request.record).as_ref() == Some(who), Error::<T>::NotOwner);
        let deposit = Self::close(id, &request)?;
        let AccessRequest { record, version, requester, requester_key, purpose, at: _ } = request;
        Self::give(
            NewGrant {
                record,
                version,
                grantee: requester.clone(),
                grantee_key: requester_key,
                basis: GrantBasis::Request(id),
                purpose,
                sealed,
                expires,
            },
            SealPurpose::Request(id),
            (requester, deposit),
        )
    }

    pub(crate) fn do_grant(
        who: &T::AccountId,
        record: RecordId,
        version: Version,
        grantee: T::AccountId,
        purpose: Purpose,
        sealed: SealedKey,
        expires: Option<Moment>,
    ) -> DispatchResult {
        Self::ensure_active(who)?;
        let owner = T::Records::owner(record).ok_or(Error::<T>::NoRecord)?;
        ensure!(owner == *who, Error::<T>::NotOwner);
        ensure!(grantee != *who, Error::<T>::OwnRecord);
        let grantee_key = T::Membership::encryption_key(&grantee).ok_or(Error::<T>::NoEncryptionKey)?;
        let basis = GrantBasis::Direct;
        let grant = NewGrant { record, version, grantee, grantee_key, basis, purpose, sealed, expires };
        Self::give(grant, SealPurpose::Direct, (who.clone(), T::RequestDeposit::get()))
    }

    pub(crate) fn do_revoke(
        who: &T::AccountId,
        record: RecordId,
        version: Version,
        grantee: T::AccountId,
    ) -> DispatchResult {
        Self::ensure_active(who)?;
        let owner = T::Records::owner(record).ok_or(Error::<T>::NoRecord)?;
        ensure!(owner == *who || grantee == *who, Error::<T>::NotParty);
        let mut grant = Grants::<T>::get((record, version, &grantee)).ok_or(Error::<T>::NoGrant)?;
        ensure!(grant.revoked.is_none(), Error::<T>::AlreadyRevoked);
        ensure!(!Self::sale_is_open(&grant), Error::<T>::SaleOpen);
        grant.revoked = Some(T::Time::now());
        Grants::<T>::insert((record, version, &grantee), grant);
        Self::deposit_event(Event::Revoked { record, version, grantee, by: who.clone() });
        Ok(())
    }

    pub(crate) fn do_clear(
        who: &T::AccountId,
        record: RecordId,
        version: Version,
        grantee: T::AccountId,
    ) -> DispatchResult {
        Self::ensure_active(who)?;
        let grant = Grants::<T>::get((record, version, &grantee)).ok_or(Error::<T>::NoGrant)?;
        ensure!(Self::has_ended(&grant, &grantee), Error::<T>::StillInForce);
        ensure!(!Self::sale_is_open(&grant), Error::<T>::SaleOpen);
        Grants::<T>::remove((record, version, &grantee));
        let released = Self::release_grant_deposit(record, version, &grantee)?;
        Self::deposit_event(Event::Cleared { record, version, grantee, released });
        Ok(())
    }

    /// Whether a grant gives nothing any more, whatever happens. Who left is not let in with an old grant.
    pub(crate) fn has_ended(grant: &Grant, grantee: &T::AccountId) -> bool {
        !grant.is_active(T::Time::now()) || T::Membership::encryption_key(grantee).is_none()
    }

    /// Gives a grant on the owner's own decision, after verifying the sealed key, for a deposit of this much from this
    /// account.
    fn give(
        grant: NewGrant<T::AccountId>,
        purpose: SealPurpose,
        deposit: (T::AccountId, Balance),
    ) -> DispatchResult {
        let NewGrant { record, version, .. } = grant;
        ensure!(T::Records::is_tradable(record, version), Error::<T>::NotAvailable);
        ensure!(T::Membership::is_active(&grant.grantee), Error::<T>::GranteeNotActive);
        let stored = T::Records::version(record, version).ok_or(Error::<T>::NotAvailable)?;
        let context = SealContext {
            genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()),
            record,
            version,
            grantee: grant.grantee.clone(),
            purpose,
        };
        // What is cheap to check comes before the proof.
        Self::ensure_grantable(&grant)?;
        verify_seal(
            &grant.sealed,
            &stored.owner_key,
            &stored.content.commitment,
            &grant.grantee_key,
            &context,
        )
        .map_err(|_| Error::<T>::KeyRefused)?;
        Self::put_grant(grant, Some(deposit))
    }

    /// Checks that a grant may be recorded, whatever it rests on.
    pub(crate) fn ensure_grantable(grant: &NewGrant<T::AccountId>) -> DispatchResult {
        ensure!(grant.expires.is_none_or(|expires| expires > T::Time::now()), Error::<T>::AlreadyExpired);
        ensure!(Self::covers(grant.record, &grant.purpose), Error::<T>::PurposeNotPermitted);
        Self::ensure_replaceable(grant.record, grant.version, &grant.grantee)
    }

    /// Checks that there is no earlier grant that must stay.
    fn ensure_replaceable(record: RecordId, version: Version, grantee: &T::AccountId) -> DispatchResult {
        if let Some(earlier) = Grants::<T>::get((record, version, grantee)) {
            ensure!(!earlier.is_active(T::Time::now()), Error::<T>::AlreadyGranted);
            ensure!(!Self::sale_is_open(&earlier), Error::<T>::SaleOpen);
        }
        Ok(())
    }

    fn sale_is_open(grant: &Grant) -> bool {
        matches!(grant.basis, GrantBasis::Order(order) if T::Market::is_open(order))
    }

    /// Records a grant that has been checked, with its deposit if it is not paid for otherwise. The deposit of the grant
    /// that it replaces is released.
    pub(crate) fn put_grant(
        grant: NewGrant<T::AccountId>,
        deposit: Option<(T::AccountId, Balance)>,
    ) -> DispatchResult {
        let NewGrant { record, version, grantee, grantee_key, basis, purpose, sealed, expires } = grant;
        Self::release_grant_deposit(record, version, &grantee)?;
        if let Some((payer, amount)) = deposit.filter(|(_, amount)| *amount > 0) {
            T::Currency::hold(&HoldReason::Grant.into(), &payer, amount)?;
            GrantDeposits::<T>::insert((record, version, &grantee), (payer, amount));
        }
        let at = T::Time::now();
        let stored = Grant { basis, purpose, grantee_key, sealed, at, expires, revoked: None };
        Grants::<T>::insert((record, version, &grantee), stored);
        Self::deposit_event(Event::Granted { record, version, grantee, basis, expires });
        Ok(())
    }

    /// Releases what is held for a grant, if anything, and returns it.
    fn release_grant_deposit(
        record: RecordId,
        version: Version,
        grantee: &T::AccountId,
    ) -> Result<Balance, DispatchError> {
        match GrantDeposits::<T>::take((record, version, grantee)) {
            // As much as is there, so that nothing can keep a grant from being removed.
            Some((payer, amount)) => {
                T::Currency::release(&HoldReason::Grant.into(), &payer, amount, Precision::BestEffort)
            }
            None => Ok(0),
        }
    }

    /// Takes an open request off all lists, releases its deposit and returns that.
    fn close(id: RequestId, request: &AccessRequest<T::AccountId>) -> Result<Balance, DispatchError> {
        let requester = &request.requester;
        Requests::<T>::remove(id);
        if let Some(owner) = T::Records::owner(request.record) {
            RequestsOf::<T>::remove(owner, request_key(id));
        }
        OpenRequests::<T>::mutate_exists(requester, |open| {
            *open = open.and_then(|open| open.checked_sub(1)).filter(|open| *open > 0);
        });
        T::Engagements::disengage(requester);
        let deposit = RequestDeposits::<T>::take(id).unwrap_or_default();
        // As much as is there, so that nothing can keep a request open.
        T::Currency::release(&HoldReason::Request.into(), requester, deposit, Precision::BestEffort)
    }

    fn ensure_active(who: &T::AccountId) -> Result<(), DispatchError> {
        ensure!(T::Membership::is_active(who), Error::<T>::NotActiveMember);
        Ok(())
    }
}
