//! The invariants of the pallet.

use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::InspectHold};
use medshare_types::Balance;
use sp_runtime::{TryRuntimeError, traits::Zero};

use crate::{
    Config, HoldReason, Issued, NextRedemption, Pallet, Redeemed, Redemption, Redemptions, References,
};

impl<T: Config> Pallet<T> {
    /// Checks that
    ///
    /// 1. what each account has on hold for redemptions is the sum of those that wait;
    /// 2. every redemption has a number that was given;
    /// 3. what was issued and redeemed is what the references say.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut waiting = BTreeMap::<T::AccountId, Balance>::new();
        for (id, Redemption { who, amount, .. }) in Redemptions::<T>::iter() {
            ensure!(id < NextRedemption::<T>::get(), "a redemption has a number that was not given yet");
            let sum = waiting.entry(who).or_default();
            *sum = sum.saturating_add(amount);
        }
        let on_hold = |who: &T::AccountId| T::Currency::balance_on_hold(&HoldReason::Redemption.into(), who);
        for (who, amount) in &waiting {
            ensure!(on_hold(who) == *amount, "what is on hold differs from the redemptions that wait");
        }
        for who in frame_system::Account::<T>::iter_keys().filter(|who| !waiting.contains_key(who)) {
            ensure!(on_hold(&who).is_zero(), "something is on hold for a redemption that is not there");
        }
        let paid = References::<T>::iter_values().fold(Balance::default(), Balance::saturating_add);
        ensure!(
            paid == Issued::<T>::get().saturating_add(Redeemed::<T>::get()),
            "the payments differ from what was issued and redeemed"
        );
        Ok(())
    }
}
