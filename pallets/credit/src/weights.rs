//! What the calls cost. The runtime's figures are measured; see its `weights`.

use frame_support::weights::Weight;

/// Weights of the calls. What [`medshare_traits::CreditScores`] costs is part of the weights of its callers.
pub trait WeightInfo {
    /// [`crate::Pallet::set_points`].
    fn set_points() -> Weight;
    /// [`crate::Pallet::set_benefits`].
    fn set_benefits() -> Weight;
    /// [`crate::Pallet::set_thresholds`].
    fn set_thresholds() -> Weight;
    /// [`crate::Pallet::set_half_life`].
    fn set_half_life() -> Weight;
}

/// For tests: everything is free.
impl WeightInfo for () {
    fn set_points() -> Weight {
        Weight::zero()
    }

    fn set_benefits() -> Weight {
        Weight::zero()
    }

    fn set_thresholds() -> Weight {
        Weight::zero()
    }

    fn set_half_life() -> Weight {
        Weight::zero()
    }
}
