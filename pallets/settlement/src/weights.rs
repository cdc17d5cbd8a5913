//! What the calls cost. The runtime's figures are measured; see its `weights`.

use frame_support::weights::Weight;

/// Weights of the calls.
pub trait WeightInfo {
    /// [`crate::Pallet::issue`].
    fn issue() -> Weight;
    /// [`crate::Pallet::redeem`].
    fn redeem() -> Weight;
    /// [`crate::Pallet::cancel`].
    fn cancel() -> Weight;
    /// [`crate::Pallet::confirm`].
    fn confirm() -> Weight;
    /// [`crate::Pallet::decline`].
    fn decline() -> Weight;
}

/// For tests: everything is free.
impl WeightInfo for () {
    fn issue() -> Weight {
        Weight::zero()
    }

    fn redeem() -> Weight {
        Weight::zero()
    }

    fn cancel() -> Weight {
        Weight::zero()
    }

    fn confirm() -> Weight {
        Weight::zero()
    }

    fn decline() -> Weight {
        Weight::zero()
    }
}
