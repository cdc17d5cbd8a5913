//! # Credit
//!
//! Reputation that follows from what the chain itself saw. Other pallets report events through
//! [`CreditScores`](medshare_traits::CreditScores); each adds points to a score that halves with every half-life. The
//! score gives a [`Tier`](medshare_types::Tier), and the tier gives [`Benefits`](medshare_types::Benefits) that the
//! other pallets heed: how many records may be under review, how long buyers may claim, who may audit, what is taken
//! off the fee, how many orders may be open. No money is held or moved here.
//!
//! ## Calls
//!
//! All are the council's: [`set_points`](Pallet::set_points), [`set_benefits`](Pallet::set_benefits),
//! [`set_thresholds`](Pallet::set_thresholds), [`set_half_life`](Pallet::set_half_life). Nobody can set a score.
//!
//! ## How scores fade
//!
//! A score is stored as of its last event, and what is left of it now is computed by [`decay`] when somebody asks: at
//! a constant cost, without a visit to anything else. Each event fades the score up to now, rounded towards zero to a
//! thousandth of a point, before its points are added; the sum is kept within `MaxScore` on either side.
//!
//! Ages are counted in half-lives by a [`DecayClock`], not in milliseconds. So a change of the half-life by the council
//! is fair to the past: every score is at that moment what it was before, the time behind counts with the half-life
//! that held then, and only the time ahead with the new one. New points, thresholds and benefits, too, change no score:
//! an event is worth what it was worth when it happened, while tiers and what they give follow at once.
//!
//! `TierChanged` is told with the event that shows it. Between events a tier can fade without being told; the runtime
//! API always gives the present one.
//!
//! ## Invariants
//!
//! They are listed and checked in `try_state`.
//!
//! ## Cheats, and why they fail
//!
//! - *Giving oneself points*: there is no such call; only other pallets of this chain report events.
//! - *Outgrowing all consequences*: a score is bounded, and old merit fades. So does old harm, at the same pace.
//! - *Washing off a bad score with a new account*: every account is a member, admitted by a hospital with a deposit.
//! - *Locking a buyer's money for ever* through the benefits: the claim window is bounded by `MaxClaimWindow`.
//!
//! What it cannot see: accounts that trade with each other for the points. The marketplace reports each version once for
//! each buyer, and nothing between members of one sponsor; so it costs them the fee of every sale and a panel's approval
//! of every version, and the council can lower what sales are worth.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::panic
    )
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod decay;
pub mod defaults;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{DecayClock, Score, Thresholds};
pub use weights::WeightInfo;

#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use alloc::vec::Vec;
    use frame_support::{pallet_prelude::*, traits::Time};
    use frame_system::pallet_prelude::*;
    use medshare_types::{Benefits, CreditEvent, Moment, Points, Tier};

    use crate::{DecayClock, Score, Thresholds, WeightInfo, defaults};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Chain time in milliseconds.
        type Time: Time<Moment = Moment>;

        /// The consortium's council.
        type CouncilOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Scores lie between minus this and this, in thousandths of points; above zero. Up to 2^48 the rounding of
        /// [`decay`](crate::decay) stays below one thousandth.
        #[pallet::constant]
        type MaxScore: Get<Points>;

        /// The longest claim window that a tier can give, in milliseconds: a part of each price is on hold that long.
        #[pallet::constant]
        type MaxClaimWindow: Get<Moment>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// Everybody's score as of its last event; within `MaxScore`. Whoever has no entry has zero points, and no entry
    /// has. Hashed with Blake2, as accounts are chosen by their owners.
    #[pallet::storage]
    pub type Scores<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Score>;

    /// What counts the half-lives. Its half-life is not zero, and it never goes backwards.
    #[pallet::storage]
    pub type Clock<T: Config> = StorageValue<_, DecayClock, ValueQuery, InitialClock>;

    /// What events are worth, where genesis or the council said so; elsewhere [`defaults::points`] holds. Within
    /// `MaxScore`.
    #[pallet::storage]
    pub type EventPoints<T: Config> = StorageMap<_, Twox64Concat, CreditEvent, Points>;

    /// What tiers give, where genesis or the council said so; elsewhere [`defaults::benefits`] holds.
    #[pallet::storage]
    pub type TierBenefits<T: Config> = StorageMap<_, Twox64Concat, Tier, Benefits>;

    /// Where the tiers begin; always in order.
    #[pallet::storage]
    pub type TierThresholds<T: Config> = StorageValue<_, Thresholds, ValueQuery, InitialThresholds>;

    /// The clock before the council ever set a half-life.
    #[pallet::type_value]
    pub fn InitialClock() -> DecayClock {
        DecayClock::new(defaults::HALF_LIFE)
    }

    /// The thresholds before the council ever set them.
    #[pallet::type_value]
    pub fn InitialThresholds() -> Thresholds {
        defaults::thresholds()
    }

    /// What a chain sets otherwise than [`defaults`](crate::defaults) from the beginning.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// What events are worth, in thousandths of points.
        pub points: Vec<(CreditEvent, Points)>,
        /// What tiers give.
        pub benefits: Vec<(Tier, Benefits)>,
        /// Where the tiers begin.
        pub thresholds: Option<Thresholds>,
        /// The half-life in milliseconds.
        pub half_life: Option<Moment>,
        /// Nothing; it names the runtime.
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (event, points) in &self.points {
                let set = Pallet::<T>::do_set_points(*event, *points);
                assert!(set.is_ok(), "the points of {event:?} are refused: {set:?}");
            }
            for (tier, benefits) in &self.benefits {
                let set = Pallet::<T>::do_set_benefits(*tier, *benefits);
                assert!(set.is_ok(), "the benefits of {tier:?} are refused: {set:?}");
            }
            if let Some(thresholds) = self.thresholds {
                let set = Pallet::<T>::do_set_thresholds(thresholds);
                assert!(set.is_ok(), "the thresholds are refused: {set:?}");
            }
            // Written in any case, so that another default in a later runtime does not change what has passed.
            let set = Pallet::<T>::do_set_half_life(self.half_life.unwrap_or(defaults::HALF_LIFE));
            assert!(set.is_ok(), "the half-life is refused: {set:?}");
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Somebody did something that counts.
        Noted {
            /// Who.
            who: T::AccountId,
            /// What.
            event: CreditEvent,
            /// What it is worth, in thousandths of points.
            points: Points,
            /// The score with it, in thousandths of points.
            score: Points,
        },
        /// Somebody's tier is not what was last told of it.
        TierChanged {
            /// Whose.
            who: T::AccountId,
            /// What was last told.
            from: Tier,
            /// What it is.
            to: Tier,
        },
        /// An event is worth something else from now on.
        PointsSet {
            /// The event.
            event: CreditEvent,
            /// What it is worth, in thousandths of points.
            points: Points,
        },
        /// A tier gives something else from now on.
        BenefitsSet {
            /// The tier.
            tier: Tier,
            /// What it gives.
            benefits: Benefits,
        },
        /// The tiers begin elsewhere from now on.
        ThresholdsSet {
            /// Where.
            thresholds: Thresholds,
        },
        /// Scores fade at another pace from now on.
        HalfLifeSet {
            /// In how many milliseconds they halve.
            half_life: Moment,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// An event cannot be worth more than the highest score, nor less than the lowest.
        PointsOutOfRange,
        /// The claim window is longer than allowed.
        ClaimWindowTooLong,
        /// The thresholds must ascend, with zero, where everyone begins, in the standard tier.
        ThresholdsNotOrdered,
        /// A half-life must be longer than zero.
        ZeroHalfLife,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxScore::get() > 0, "the range of scores is not empty");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets what an event is worth from now on, in thousandths of points. Past events keep what they were worth.
        ///
        /// Origin: the council. Nothing is held or moved.
        ///
        /// Errors: `PointsOutOfRange`. Event: [`Event::PointsSet`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::set_points())]
        pub fn set_points(origin: OriginFor<T>, event: CreditEvent, points: Points) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_set_points(event, points)
        }

        /// Sets what a tier gives from now on. What was begun under the old benefits goes on as it began. A higher tier
        /// need not give more.
        ///
        /// Origin: the council. Nothing is held or moved.
        ///
        /// Errors: `ClaimWindowTooLong`. Event: [`Event::BenefitsSet`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::set_benefits())]
        pub fn set_benefits(origin: OriginFor<T>, tier: Tier, benefits: Benefits) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_set_benefits(tier, benefits)
        }

        /// Sets where the tiers begin. Everybody's tier follows at once; it is told with everybody's next event.
        ///
        /// Origin: the council. Nothing is held or moved.
        ///
        /// Errors: `ThresholdsNotOrdered`. Event: [`Event::ThresholdsSet`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::set_thresholds())]
        pub fn set_thresholds(origin: OriginFor<T>, thresholds: Thresholds) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_set_thresholds(thresholds)
        }

        /// Sets in how many milliseconds scores halve from now on. No score changes at this moment.
        ///
        /// Origin: the council. Nothing is held or moved.
        ///
        /// Errors: `ZeroHalfLife`. Event: [`Event::HalfLifeSet`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::set_half_life())]
        pub fn set_half_life(origin: OriginFor<T>, half_life: Moment) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_set_half_life(half_life)
        }
    }
}
