//! What the calls weigh.

use frame_support::weights::Weight;

/// Weights of the calls, from the benchmarks of this pallet.
pub trait WeightInfo {
    /// A policy.
    fn set_policy() -> Weight;
    /// A request after an earlier grant.
    fn request() -> Weight;
    /// The end of a request by who made it.
    fn cancel_request() -> Weight;
    /// An answer, with the verification of the key.
    fn answer() -> Weight;
    /// The end of a request by the owner.
    fn deny() -> Weight;
    /// A grant, with the verification of the key.
    fn grant() -> Weight;
    /// The end of a grant that rests on an order.
    fn revoke() -> Weight;
    /// `r` receipts, each in place of an older one.
    fn post_receipts(r: u32) -> Weight;
    /// The removal of a grant with a deposit.
    fn clear() -> Weight;
}

impl WeightInfo for () {
    fn set_policy() -> Weight {
        Weight::zero()
    }

    fn request() -> Weight {
        Weight::zero()
    }

    fn cancel_request() -> Weight {
        Weight::zero()
    }

    fn answer() -> Weight {
        Weight::zero()
    }

    fn deny() -> Weight {
        Weight::zero()
    }

    fn grant() -> Weight {
        Weight::zero()
    }

    fn revoke() -> Weight {
        Weight::zero()
    }

    fn post_receipts(_: u32) -> Weight {
        Weight::zero()
    }

    fn clear() -> Weight {
        Weight::zero()
    }
}
