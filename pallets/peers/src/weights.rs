//! What the calls cost. The runtime's figures are measured; see its `weights`.

use frame_support::weights::Weight;

/// Weights of the calls.
pub trait WeightInfo {
    /// [`crate::Pallet::authorise`] with `n` nodes.
    fn authorise(n: u32) -> Weight;
    /// [`crate::Pallet::remove`] with `n` nodes.
    fn remove(n: u32) -> Weight;
    /// [`crate::Pallet::add`].
    fn add() -> Weight;
    /// [`crate::Pallet::replace`].
    fn replace() -> Weight;
    /// [`crate::Pallet::retire`].
    fn retire() -> Weight;
}

/// For tests: everything is free.
impl WeightInfo for () {
    fn authorise(_: u32) -> Weight {
        Weight::zero()
    }

    fn remove(_: u32) -> Weight {
        Weight::zero()
    }

    fn add() -> Weight {
        Weight::zero()
    }

    fn replace() -> Weight {
        Weight::zero()
    }

    fn retire() -> Weight {
        Weight::zero()
    }
}
