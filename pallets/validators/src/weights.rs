//! What the calls and the hooks cost. The runtime's figures are measured; see its `weights`.

use frame_support::weights::Weight;

/// Weights of the calls and of what other pallets call, at worst-case state.
pub trait WeightInfo {
    /// [`crate::Pallet::propose`].
    fn propose() -> Weight;
    /// [`crate::Pallet::retract`].
    fn retract() -> Weight;
    /// [`crate::Pallet::admit`].
    fn admit() -> Weight;
    /// [`crate::Pallet::decline`].
    fn decline() -> Weight;
    /// [`crate::Pallet::remove`].
    fn remove() -> Weight;
    /// [`crate::Pallet::leave`].
    fn leave() -> Weight;
    /// [`crate::Pallet::reinstate`].
    fn reinstate() -> Weight;
    /// Counting a block for its author.
    fn note_author() -> Weight;
    /// The end of a session, the start of the next and the plan for the one after that, with `n` validators that stay
    /// and `g` that are gone.
    fn session_change(n: u32, g: u32) -> Weight;
    /// The report of an offence that `n` validators committed.
    fn on_offence(n: u32) -> Weight;
}

/// For tests: everything is free.
impl WeightInfo for () {
    fn propose() -> Weight {
        Weight::zero()
    }

    fn retract() -> Weight {
        Weight::zero()
    }

    fn admit() -> Weight {
        Weight::zero()
    }

    fn decline() -> Weight {
        Weight::zero()
    }

    fn remove() -> Weight {
        Weight::zero()
    }

    fn leave() -> Weight {
        Weight::zero()
    }

    fn reinstate() -> Weight {
        Weight::zero()
    }

    fn note_author() -> Weight {
        Weight::zero()
    }

    fn session_change(_: u32, _: u32) -> Weight {
        Weight::zero()
    }

    fn on_offence(_: u32) -> Weight {
        Weight::zero()
    }
}
