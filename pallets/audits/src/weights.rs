//! What calls and draws weigh.

use frame_support::weights::Weight;

/// Weights of the calls and of the draws, from the benchmarks of this pallet.
pub trait WeightInfo {
    /// `k` keys are delivered.
    fn deliver_keys(k: u32) -> Weight;
    /// A vote that decides.
    fn vote() -> Weight;
    /// A replacement when the draw queue is nearly full.
    fn replace() -> Weight;
    /// The end of a record's review with a full panel.
    fn lapse_record() -> Weight;
    /// The end of a claim's review with a full panel.
    fn lapse_claim() -> Weight;
    /// A block in which `d` full panels are seated, without the examination of candidates.
    fn on_initialize(d: u32) -> Weight;
    /// The examination of `c` candidates in one draw.
    fn examine(c: u32) -> Weight;
}

impl WeightInfo for () {
    fn deliver_keys(_: u32) -> Weight {
        Weight::zero()
    }

    fn vote() -> Weight {
        Weight::zero()
    }

    fn replace() -> Weight {
        Weight::zero()
    }

    fn lapse_record() -> Weight {
        Weight::zero()
    }

    fn lapse_claim() -> Weight {
        Weight::zero()
    }

    fn on_initialize(_: u32) -> Weight {
        Weight::zero()
    }

    fn examine(_: u32) -> Weight {
        Weight::zero()
    }
}
