//! How money enters and leaves the holds.

use crate::{Config, Error, HoldReason, OrderDeposits, OrderOf, Pallet};
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        Get,
        fungible::{Inspect, MutateHold},
        tokens::{DepositConsequence, Fortitude, Precision, Preservation, Provenance, Restriction},
    },
};
use medshare_traits::Panels;
use medshare_types::{Balance, OrderId, Subject};
use sp_runtime::{ArithmeticError, DispatchError, Permill};

impl<T: Config> Pallet<T> {
    /// Panics if, by the runtime's parameters, parts could exceed their whole, or be too small to be paid back.
    pub(crate) fn check_parameters() {
        assert!(
            T::RetainedShare::get().deconstruct().saturating_add(T::FeeShare::get().deconstruct())
                <= Permill::one().deconstruct(),
            "RetainedShare and FeeShare together exceed the price"
        );
        assert!(T::FeeSplit::get().is_valid(), "FeeSplit gives away more than the fee");
        assert!(
            T::MinBond::get() >= T::Currency::minimum_balance(),
            "MinBond is below the existential deposit"
        );
        assert!(
            Self::retained_of(T::MinPrice::get()).is_ok(),
            "the retained part of MinPrice is below the existential deposit"
        );
    }

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

    /// The fee of a sale at this price: the seller's tier discounts it, and it takes no more than what is paid at
    /// delivery, should parameters be set so that it and the retained part exceed the price.
    pub(crate) fn fee_of(price: Balance, retained: Balance, discount: Permill) -> Balance {
        let full = T::FeeShare::get().mul_floor(price);
        full.saturating_sub(discount.mul_floor(full)).min(price.saturating_sub(retained))
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

    /// Adds to what the buyer has on hold for the storage of an order.
    pub(crate) fn hold_deposit(id: OrderId, buyer: &T::AccountId, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        Self::hold(HoldReason::Deposit, buyer, amount)?;
        let held = OrderDeposits::<T>::get(id).unwrap_or_default();
        // Cannot saturate: both are on hold.
        OrderDeposits::<T>::insert(id, held.saturating_add(amount));
        Ok(())
    }

    /// Gives the deposit of an order that is removed back to its buyer, and returns it.
    pub(crate) fn release_deposit(id: OrderId, buyer: &T::AccountId) -> Result<Balance, DispatchError> {
        let deposit = OrderDeposits::<T>::take(id).unwrap_or_default();
        Self::release(HoldReason::Deposit, buyer, deposit)?;
        Ok(deposit)
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

    /// Pays an order's price but for its retained part, for a delivery that was verified. Returns what the seller got.
    pub(crate) fn pay_delivery(order: &OrderOf<T>) -> Result<Balance, DispatchError> {
        let paid = order.price.checked_sub(order.retained).ok_or(ArithmeticError::Underflow)?;
        let seller = paid.checked_sub(order.fee).ok_or(ArithmeticError::Underflow)?;
        let auditors = T::Panels::majority(Subject::Record { record: order.record, version: order.version });
        let parts = T::FeeSplit::get().divide(order.fee, auditors.len(), order.vaults.len());

        let pay = |payee: &T::AccountId, amount| Self::pay(HoldReason::Order, &order.buyer, payee, amount);
        pay(&order.seller, seller)?;
        // Before the auditors and vaults, so that the account exists if it has to stand in for one of them.
        pay(&T::Consortium::get(), parts.consortium)?;
        for auditor in &auditors {
            pay(auditor, parts.auditor)?;
        }
        for vault in &order.vaults {
            pay(vault, parts.vault)?;
        }
        Ok(seller)
    }
}
