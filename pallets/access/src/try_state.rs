//! What is true between any two calls.

use alloc::collections::BTreeMap;
use frame_support::{
    ensure,
    traits::{Time, fungible::InspectHold},
};
use medshare_traits::RecordRegistry;
use medshare_types::Balance;
use sp_runtime::TryRuntimeError;

use crate::{
    Config, GrantDeposits, Grants, HoldReason, LastReceipt, NextRequest, OpenRequests, Pallet, Policies,
    ReceiptCount, Receipts, RequestDeposits, Requests, RequestsOf, impls::request_key,
};

impl<T: Config> Pallet<T> {
    /// Checks that
    /// - each requester has on hold exactly the deposits of its open requests, and everybody those of the grants for which
    ///   it pays, which are there;
    /// - `OpenRequests` counts the open requests of each requester and has no entry for those without; each has one
    ///   entry in `RequestDeposits` and one in `RequestsOf`, for the owner of its record, and there are no others;
    /// - every request has a number below `NextRequest`, and is not by the owner of the record;
    /// - policies and grants are about what exists, and a grant neither was given in the future nor ended before it
    ///   began;
    /// - each record's receipts are the newest of as many as its `ReceiptCount`, and no vault has a newer one than its
    ///   `LastReceipt`.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_requests()?;
        Self::check_grants()?;
        Self::check_receipts()
    }

    fn check_requests() -> Result<(), TryRuntimeError> {
        let mut requesters: BTreeMap<T::AccountId, (u32, Balance)> = BTreeMap::new();
        let mut count = 0usize;
        for (id, request) in Requests::<T>::iter() {
            count = count.saturating_add(1);
            ensure!(id < NextRequest::<T>::get(), "a request has a number that was not given yet");
            let owner = T::Records::owner(request.record).ok_or("a request is about no record")?;
            ensure!(owner != request.requester, "somebody asks for an own record");
            ensure!(
                RequestsOf::<T>::contains_key(&owner, request_key(id)),
                "a request does not reach its owner"
            );
            let deposit = RequestDeposits::<T>::get(id).ok_or("a request has no deposit")?;
            let (open, deposits) = requesters.entry(request.requester).or_default();
            *open = open.saturating_add(1);
            *deposits = deposits.saturating_add(deposit);
        }
        ensure!(RequestsOf::<T>::iter_keys().count() == count, "an owner has a request that is not open");
        ensure!(RequestDeposits::<T>::iter_keys().count() == count, "there is a deposit without a request");
        ensure!(
            OpenRequests::<T>::iter_keys().count() == requesters.len(),
            "somebody without requests is counted"
        );
        for (requester, (open, deposits)) in requesters {
            ensure!(OpenRequests::<T>::get(&requester) == open, "a count of open requests is wrong");
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Request.into(), &requester) == deposits,
                "what a requester has on hold is not the sum of its deposits"
            );
        }
        Ok(())
    }

    fn check_grants() -> Result<(), TryRuntimeError> {
        let now = T::Time::now();
        for record in Policies::<T>::iter_keys() {
            ensure!(T::Records::record(record).is_some(), "there is a policy about no record");
        }
        for ((record, version, _), grant) in Grants::<T>::iter() {
            ensure!(T::Records::version(record, version).is_some(), "there is a grant of no version");
            ensure!(grant.at <= now, "a grant was given in the future");
            ensure!(
                grant.expires.is_none_or(|expires| expires > grant.at),
                "a grant expired before it began"
            );
            ensure!(
                grant.revoked.is_none_or(|revoked| revoked >= grant.at && revoked <= now),
                "a grant was revoked before it began, or in the future"
            );
        }
        let mut payers: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
        for (grant, (payer, amount)) in GrantDeposits::<T>::iter() {
            ensure!(Grants::<T>::contains_key(grant), "there is a deposit for no grant");
            let deposits = payers.entry(payer).or_default();
            *deposits = deposits.saturating_add(amount);
        }
        for (payer, deposits) in payers {
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Grant.into(), &payer) == deposits,
                "what somebody has on hold for grants is not the sum of their deposits"
            );
        }
        Ok(())
    }

    fn check_receipts() -> Result<(), TryRuntimeError> {
        let mut counted = 0usize;
        for (record, count) in ReceiptCount::<T>::iter() {
            ensure!(count > 0, "a record without receipts is counted");
            for index in Self::kept(count) {
                counted = counted.saturating_add(1);
                let receipt = Receipts::<T>::get(record, index).ok_or("a receipt is missing")?;
                ensure!(receipt.content.record == record, "a receipt is filed under another record");
                ensure!(
                    LastReceipt::<T>::get(&receipt.vault)
                        .is_some_and(|last| last >= receipt.content.sequence),
                    "a vault has a receipt newer than its newest"
                );
            }
        }
        ensure!(Receipts::<T>::iter_keys().count() == counted, "there is a receipt that is not counted");
        Ok(())
    }
}
