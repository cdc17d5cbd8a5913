//! Deadlines and shares that the council can change without a new runtime. The values here are what holds as long as
//! it did not.

use core::{marker::PhantomData, ops::RangeInclusive};

use frame_support::{
    dynamic_params::{dynamic_pallet_params, dynamic_params},
    traits::{AsEnsureOriginWithArg, Get},
};
use pallet_marketplace::FeeSplit;
use sp_runtime::Permill;

use crate::{
    Balance, BlockNumber, DAY, HOUR, MILLI_MDS, Moment, Runtime, RuntimeEvent, configs::council::TwoThirds,
};

/// The changeable parameters; times in milliseconds.
// FRAME's macros make modules without documentation.
#[allow(missing_docs)]
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod dynamic_params {
    use super::*;

    /// Of the marketplace.
    #[dynamic_pallet_params]
    #[codec(index = 0)]
    pub mod marketplace {
        /// How long a seller has to deliver.
        #[codec(index = 0)]
        pub static DeliverWithin: Moment = DAY;
        /// How long auditors have to rule on a claim; then it counts as neither right nor wrong.
        #[codec(index = 1)]
        pub static RulingWithin: Moment = 14 * DAY;
        /// The share of the price that goes to auditors, vaults and the consortium.
        #[codec(index = 2)]
        pub static FeeShare: Permill = Permill::from_percent(5);
        /// The share of the price that stays on hold while the buyer may claim.
        #[codec(index = 3)]
        pub static RetainedShare: Permill = Permill::from_percent(10);
        /// The share of the price that a buyer puts on hold with a claim.
        #[codec(index = 4)]
        pub static ClaimBondShare: Permill = Permill::from_percent(5);
        /// Who gets which part of the fee; the consortium gets the rest.
        #[codec(index = 5)]
        pub static Split: FeeSplit =
            FeeSplit { auditors: Permill::from_percent(60), vaults: Permill::from_percent(20) };
        /// The lowest price.
        #[codec(index = 6)]
        pub static MinPrice: Balance = 100 * MILLI_MDS;
        /// The lowest bond of a claim.
        #[codec(index = 7)]
        pub static MinBond: Balance = 10 * MILLI_MDS;
    }

    /// Of reviews.
    #[dynamic_pallet_params]
    #[codec(index = 1)]
    pub mod audits {
        /// How long a holder has to deliver a key.
        #[codec(index = 0)]
        pub static KeyWindow: Moment = 24 * HOUR;
        /// How long an auditor has to vote.
        #[codec(index = 1)]
        pub static VoteWindow: Moment = 72 * HOUR;
    }

    /// Of consensus.
    #[dynamic_pallet_params]
    #[codec(index = 2)]
    pub mod consensus {
        /// How many blocks a session has: an hour's worth when there is one in every slot, as whenever validators are to
        /// change, which they do when a session does. Otherwise an idle chain takes a day and more for it.
        #[codec(index = 0)]
        pub static SessionBlocks: BlockNumber = 1_800;
    }
}

/// A parameter in milliseconds, brought to the nearest value between `LEAST` and `MOST`: with a time of nothing a party
/// could not act, and with one without end money would stay on hold for ever.
pub struct Clamped<T, const LEAST: Moment, const MOST: Moment>(PhantomData<T>);

impl<T, const LEAST: Moment, const MOST: Moment> Clamped<T, LEAST, MOST> {
    /// What holds as it is set.
    pub const BOUNDS: RangeInclusive<Moment> = LEAST..=MOST;
}

impl<T: Get<Moment>, const LEAST: Moment, const MOST: Moment> Get<Moment> for Clamped<T, LEAST, MOST> {
    fn get() -> Moment {
        T::get().clamp(LEAST, MOST)
    }
}

impl pallet_parameters::Config for Runtime {
    type AdminOrigin = AsEnsureOriginWithArg<TwoThirds>;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeParameters = RuntimeParameters;
    // The pallet does not export its weights under another name; these are the measured ones.
    type WeightInfo = ();
}

/// The longest one, for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
    fn default() -> Self {
        Self::Marketplace(dynamic_params::marketplace::Parameters::DeliverWithin(
            dynamic_params::marketplace::DeliverWithin,
            Some(DAY),
        ))
    }
}
