//! What the calls weigh.

use frame_support::weights::Weight;

/// Weights of the calls, from the benchmarks of this pallet.
pub trait WeightInfo {
    /// A registration of the largest content.
    fn register() -> Weight;
    /// A batch of `n` such registrations.
    fn register_many(n: u32) -> Weight;
    /// A revision of a record under review.
    fn revise() -> Weight;
    /// The withdrawal of a record under review.
    fn withdraw() -> Weight;
    /// The relocation of the largest version, from and to the most vaults, after the most relocations.
    fn relocate() -> Weight;
    /// The erasure of a record with `v` versions, each after the most relocations.
    fn erase(v: u32) -> Weight;
}

impl WeightInfo for () {
    fn register() -> Weight {
        Weight::zero()
    }

    fn register_many(_: u32) -> Weight {
        Weight::zero()
    }

    fn revise() -> Weight {
        Weight::zero()
    }

    fn withdraw() -> Weight {
        Weight::zero()
    }

    fn relocate() -> Weight {
        Weight::zero()
    }

    fn erase(_: u32) -> Weight {
        Weight::zero()
    }
}
