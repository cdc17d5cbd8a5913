//! The invariants of the pallet.

use frame_support::{
    ensure,
    traits::{Get, Time},
};
use sp_runtime::TryRuntimeError;

use crate::{Clock, Config, EventPoints, Pallet, Scores, TierBenefits, TierThresholds};

impl<T: Config> Pallet<T> {
    /// Checks that
    ///
    /// 1. every stored score is within `MaxScore`, not zero, and not from the future;
    /// 2. the half-life is not zero, and holds since a time that has come;
    /// 3. the thresholds are in order;
    /// 4. what events are worth is within `MaxScore`, and no claim window is longer than `MaxClaimWindow`.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let clock = Clock::<T>::get();
        let now = T::Time::now();
        ensure!(clock.half_life > 0, "the half-life is zero");
        ensure!(clock.since <= now, "the half-life holds since the future");
        ensure!(TierThresholds::<T>::get().are_ordered(), "the thresholds are not in order");

        let most = T::MaxScore::get().unsigned_abs();
        for score in Scores::<T>::iter_values() {
            ensure!(score.points != 0, "a score of zero is stored");
            ensure!(score.points.unsigned_abs() <= most, "a score is out of range");
            ensure!(score.as_of <= clock.at(now), "a score is from the future");
        }
        for points in EventPoints::<T>::iter_values() {
            ensure!(points.unsigned_abs() <= most, "an event is worth more than the range of scores");
        }
        for benefits in TierBenefits::<T>::iter_values() {
            ensure!(benefits.claim_window <= T::MaxClaimWindow::get(), "a claim window is too long");
        }
        Ok(())
    }
}
