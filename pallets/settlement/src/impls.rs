//! What the calls do.

use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        Get, Time,
        fungible::{Mutate, MutateHold},
        tokens::{Fortitude, Precision},
    },
};
use medshare_traits::Membership;
use medshare_types::{Balance, Hash};
use sp_runtime::{DispatchError, traits::Zero};

use crate::{
    Config, Error, Event, HoldReason, Issued, NextRedemption, Pallet, Redeemed, Redemption, RedemptionId,
    Redemptions, References,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_issue(who: T::AccountId, amount: Balance, reference: Hash) -> DispatchResult {
        ensure!(T::Membership::is_active(&who), Error::<T>::NotActiveMember);
        ensure!(!amount.is_zero(), Error::<T>::NoAmount);
        Self::use_up(reference, amount)?;
        T::Currency::mint_into(&who, amount)?;
        // Cannot saturate before the currency's own issuance does.
        Issued::<T>::mutate(|issued| *issued = issued.saturating_add(amount));
        Self::deposit_event(Event::Issued { who, amount, reference });
        Ok(())
    }

    pub(crate) fn do_redeem(who: T::AccountId, amount: Balance) -> DispatchResult {
        ensure!(T::Membership::is_active(&who), Error::<T>::NotActiveMember);
        ensure!(amount >= T::MinRedemption::get(), Error::<T>::AmountTooLow);
        let redemption = NextRedemption::<T>::get();
        NextRedemption::<T>::put(redemption.checked_add(1).ok_or(Error::<T>::NoMoreNumbers)?);
        T::Currency::hold(&HoldReason::Redemption.into(), &who, amount)?;
        let since = T::Time::now();
        Redemptions::<T>::insert(redemption, Redemption { who: who.clone(), amount, since });
        Self::deposit_event(Event::RedemptionRequested { redemption, who, amount });
        Ok(())
    }

    pub(crate) fn do_cancel(who: &T::AccountId, redemption: RedemptionId) -> DispatchResult {
        let holder = Redemptions::<T>::get(redemption).ok_or(Error::<T>::NoRedemption)?.who;
        ensure!(holder == *who, Error::<T>::NotHolder);
        Self::free(redemption)?;
        Self::deposit_event(Event::RedemptionCancelled { redemption });
        Ok(())
    }

    pub(crate) fn do_confirm(redemption: RedemptionId, reference: Hash) -> DispatchResult {
        let Redemption { who, amount, .. } = Self::end(redemption)?;
        Self::use_up(reference, amount)?;
        let reason = HoldReason::Redemption.into();
        T::Currency::burn_held(&reason, &who, amount, Precision::Exact, Fortitude::Force)?;
        Redeemed::<T>::mutate(|redeemed| *redeemed = redeemed.saturating_add(amount));
        Self::deposit_event(Event::Redeemed { redemption, who, amount, reference });
        Ok(())
    }

    pub(crate) fn do_decline(redemption: RedemptionId) -> DispatchResult {
        Self::free(redemption)?;
        Self::deposit_event(Event::RedemptionDeclined { redemption });
        Ok(())
    }

    fn free(redemption: RedemptionId) -> DispatchResult {
        let Redemption { who, amount, .. } = Self::end(redemption)?;
        T::Currency::release(&HoldReason::Redemption.into(), &who, amount, Precision::Exact).map(drop)
    }

    fn end(redemption: RedemptionId) -> Result<Redemption<T::AccountId>, DispatchError> {
        Redemptions::<T>::take(redemption).ok_or_else(|| Error::<T>::NoRedemption.into())
    }

    fn use_up(reference: Hash, amount: Balance) -> DispatchResult {
        ensure!(!References::<T>::contains_key(reference), Error::<T>::ReferenceUsed);
        References::<T>::insert(reference, amount);
        Ok(())
    }
}
