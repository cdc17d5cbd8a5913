//! What the calls and the session changes cost. The runtime's figures are measured; see its `weights`.

use frame_support::weights::Weight;

/// Weights of the calls and of what the session pallet calls, at worst-case state.
pub trait WeightInfo {
    /// [`crate::Pallet::report_equivocation`].
    fn report_equivocation() -> Weight;
    /// [`crate::Pallet::report_equivocation_unsigned`], with the check that lets it into a block.
    fn report_equivocation_unsigned() -> Weight;
    /// Noting the first slot of a session.
    fn note_session() -> Weight;
}

/// For tests: everything is free.
impl WeightInfo for () {
    fn report_equivocation() -> Weight {
        Weight::zero()
    }

    fn report_equivocation_unsigned() -> Weight {
        Weight::zero()
    }

    fn note_session() -> Weight {
        Weight::zero()
    }
}
