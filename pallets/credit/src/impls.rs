//! What the calls do, and what other pallets and the runtime API ask.

use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, Time},
};
use medshare_traits::CreditScores;
use medshare_types::{Benefits, Credit, CreditEvent, Moment, Points, Tier};

use crate::{
    Clock, Config, Error, Event, EventPoints, Pallet, Score, Scores, Thresholds, TierBenefits,
    TierThresholds, decay::HalfLives, defaults,
};

impl<T: Config> Pallet<T> {
    /// Somebody's score now, its tier, and what that gives.
    pub fn credit(who: &T::AccountId) -> Credit {
        let score = Self::score(who);
        let tier = TierThresholds::<T>::get().tier(score);
        Credit { score, tier, benefits: Self::benefits_of(tier) }
    }

    /// What is left of somebody's points now, in thousandths.
    pub fn score(who: &T::AccountId) -> Points {
        Scores::<T>::get(who).map(|score| score.value(Self::clock())).unwrap_or_default()
    }

    /// What an event is worth now, in thousandths of points.
    pub fn points_of(event: CreditEvent) -> Points {
        EventPoints::<T>::get(event).unwrap_or_else(|| defaults::points(event))
    }

    /// What a tier gives now.
    pub fn benefits_of(tier: Tier) -> Benefits {
        TierBenefits::<T>::get(tier).unwrap_or_else(|| defaults::benefits(tier))
    }

    fn clock() -> HalfLives {
        Clock::<T>::get().at(T::Time::now())
    }

    pub(crate) fn do_set_points(event: CreditEvent, points: Points) -> DispatchResult {
        ensure!(Self::bounded(points) == points, Error::<T>::PointsOutOfRange);
        EventPoints::<T>::insert(event, points);
        Self::deposit_event(Event::PointsSet { event, points });
        Ok(())
    }

    pub(crate) fn do_set_benefits(tier: Tier, benefits: Benefits) -> DispatchResult {
        ensure!(benefits.claim_window <= T::MaxClaimWindow::get(), Error::<T>::ClaimWindowTooLong);
        TierBenefits::<T>::insert(tier, benefits);
        Self::deposit_event(Event::BenefitsSet { tier, benefits });
        Ok(())
    }

    pub(crate) fn do_set_thresholds(thresholds: Thresholds) -> DispatchResult {
        ensure!(thresholds.are_ordered(), Error::<T>::ThresholdsNotOrdered);
        TierThresholds::<T>::put(thresholds);
        Self::deposit_event(Event::ThresholdsSet { thresholds });
        Ok(())
    }

    pub(crate) fn do_set_half_life(half_life: Moment) -> DispatchResult {
        ensure!(half_life > 0, Error::<T>::ZeroHalfLife);
        Clock::<T>::mutate(|clock| *clock = clock.with_half_life(half_life, T::Time::now()));
        Self::deposit_event(Event::HalfLifeSet { half_life });
        Ok(())
    }

    fn bounded(points: Points) -> Points {
        let most = T::MaxScore::get();
        points.min(most).max(most.saturating_neg())
    }
}

impl<T: Config> CreditScores<T::AccountId> for Pallet<T> {
    fn note(who: &T::AccountId, event: CreditEvent) {
        let now = Self::clock();
        let old = Scores::<T>::get(who);
        let points = Self::points_of(event);
        let score = Self::bounded(old.map(|old| old.value(now)).unwrap_or_default().saturating_add(points));
        let tier = TierThresholds::<T>::get().tier(score);
        if score == 0 {
            Scores::<T>::remove(who);
        } else {
            Scores::<T>::insert(who, Score { points: score, as_of: now, tier });
        }
        Self::deposit_event(Event::Noted { who: who.clone(), event, points, score });

        let from = old.map_or(Tier::Standard, |old| old.tier);
        if from != tier {
            Self::deposit_event(Event::TierChanged { who: who.clone(), from, to: tier });
        }
    }

    fn tier(who: &T::AccountId) -> Tier {
        TierThresholds::<T>::get().tier(Self::score(who))
    }

    fn benefits(who: &T::AccountId) -> Benefits {
        Self::benefits_of(Self::tier(who))
    }
}
