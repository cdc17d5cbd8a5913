//! How money enters and leaves the holds.

use crate::{Config, Error, HoldReason, OrderOf, Pallet, types::equal_parts};
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        Get,
        fungible::{Inspect, MutateHold},
        tokens::{DepositConsequence, Fortitude, Precision, Preservation, Provenance, Restriction},
    },
};
use medshare_traits::{CreditScores, Panels, RecordRegistry};
use medshare_types::{Balance, Subject};
use sp_runtime::{ArithmeticError, DispatchError};

/// What a delivery paid.
pub(crate) struct Payment {
    /// To the seller.
    pub(crate) seller: Balance,
    /// To auditors, vaults and the consortium.
    pub(crate) fee: Balance,
}

impl<T: Config> Pallet<T> {
    /// The part of a price that stays on hold after delivery.
    ///
    /// Fails with `PriceTooLow` if the price is below the lowest one, or if the price or its retained part is below the
    /// existential deposit: a refund of it could then be refused.
    pub(crate) fn retained_of(price: Balance) -> Result<Balance, Error<T>> {
        let least = T::Currency::minimum_balance();
        ensure!(price >= T::MinPrice::get().max(least), Error::<T>::PriceTooLow);
        let retained = T::RetainedShare::get().mul_floor(price);
        ensure!(retained == 0 || retained >= least, Error::<T>::PriceTooLow);
        Ok(retained)
    }

    /// What a claim about an order of this price costs if it is refused.
    pub(crate) fn bond_of(price: Balance) -> Balance {
        T::ClaimBondShare::get().mul_floor(price).max(T::MinBond::get()).max(T::Currency::minimum_balance())
    }

    /// Puts money on hold, leaving the account enough to stay alive, and never money that is frozen.
    pub(crate) fn hold(reason: HoldReason, who: &T::AccountId, amount: Balance) -> DispatchResult {
        let free = T::Currency::reducible_balance(who, Preservation::Preserve, Fortitude::Polite);
        ensure!(amount <= free, Error::<T>::FundsUnavailable);
        T::Currency::hold(&reason.into(), who, amount)
    }

    /// Gives money on hold back to whom it belongs.
    pub(crate) fn release(reason: HoldReason, who: &T::AccountId, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        T::Currency::release(&reason.into(), who, amount, Precision::Exact).map(|_| ())
    }

    /// Pays from a hold. What the payee cannot accept goes to the consortium; what that cannot accept stays with the
    /// payer, whose account the hold keeps alive.
    pub(crate) fn pay(
        reason: HoldReason,
        payer: &T::AccountId,
        payee: &T::AccountId,
        amount: Balance,
    ) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        let consortium = T::Consortium::get();
        let accepts = |who: &&T::AccountId| {
            T::Currency::can_deposit(who, amount, Provenance::Extant) == DepositConsequence::Success
        };
        match [payee, &consortium].into_iter().find(accepts) {
            Some(payee) if payee != payer => T::Currency::transfer_on_hold(
                &reason.into(),
                payer,
                payee,
                amount,
                Precision::Exact,
                Restriction::Free,
                // The payer gave this money away when it went on hold; a freeze that came later does not take it back.
                Fortitude::Force,
            )
            .map(|_| ()),
            _ => Self::release(reason, payer, amount),
        }
    }

    /// Pays an order's price but for its retained part, for a delivery that was verified.
    pub(crate) fn pay_delivery(order: &OrderOf<T>) -> Result<Payment, DispatchError> {
        let paid = order.price.checked_sub(order.retained).ok_or(ArithmeticError::Underflow)?;
        let full = T::FeeShare::get().mul_floor(order.price);
        let discount = T::Credit::benefits(&order.seller).fee_discount.mul_floor(full);
        // The discount is a part of the fee, so this cannot go below zero. The bound matters only if parameters were
        // set so that fee and retained part exceed the price.
        let fee = full.saturating_sub(discount).min(paid);
        let seller = paid.checked_sub(fee).ok_or(ArithmeticError::Underflow)?;

        let auditors = T::Panels::majority(Subject::Record { record: order.record, version: order.version });
        let mut vaults = T::Records::vaults(order.record, order.version);
        // One that holds two blobs of the version is one vault.
        vaults.sort();
        vaults.dedup();
        let parts = T::FeeSplit::get().divide(fee, auditors.len(), vaults.len());

        let pay = |payee: &T::AccountId, amount| Self::pay(HoldReason::Order, &order.buyer, payee, amount);
        pay(&order.seller, seller)?;
        // Before the auditors and vaults, so that the account exists if it has to stand in for one of them.
        pay(&T::Consortium::get(), parts.consortium)?;
        for auditor in &auditors {
            pay(auditor, parts.auditor)?;
        }
        for vault in &vaults {
            pay(vault, parts.vault)?;
        }
        Ok(Payment { seller, fee })
    }

    /// Divides a bond that was lost among those who ruled, in equal parts rounded down; the consortium gets the rest.
    pub(crate) fn pay_bond(order: &OrderOf<T>, rulers: &[T::AccountId]) -> DispatchResult {
        let (each, together) = equal_parts(order.bond, rulers.len());
        let rest = order.bond.checked_sub(together).ok_or(ArithmeticError::Underflow)?;
        let pay =
            |payee: &T::AccountId, amount| Self::pay(HoldReason::ClaimBond, &order.buyer, payee, amount);
        pay(&T::Consortium::get(), rest)?;
        for ruler in rulers {
            pay(ruler, each)?;
        }
        Ok(())
    }
}
