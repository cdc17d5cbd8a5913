//! What the calls cost. The runtime generates the real figures from the benchmarks.

use frame_support::weights::Weight;

/// Weights of the calls, at worst-case state.
pub trait WeightInfo {
    /// Of `list`.
    fn list() -> Weight;
    /// Of `reprice`.
    fn reprice() -> Weight;
    /// Of `delist`.
    fn delist() -> Weight;
    /// Of `order`.
    fn order() -> Weight;
    /// Of `deliver`, to a full panel's majority and the most vaults.
    fn deliver() -> Weight;
    /// Of `cancel` that agrees.
    fn cancel() -> Weight;
    /// Of `expire`.
    fn expire() -> Weight;
    /// Of `claim`.
    fn claim() -> Weight;
    /// Of the `rule` that refuses the claim.
    fn rule() -> Weight;
    /// Of the `rule` that upholds the claim.
    fn rule_upheld() -> Weight;
    /// Of `settle` without a claim.
    fn settle() -> Weight;
    /// Of `settle` of a claim that nobody ruled on.
    fn settle_unruled() -> Weight;
    /// Of `clear`, with a grant and a claim's review to remove.
    fn clear() -> Weight;
}

/// For tests, where nothing costs anything.
impl WeightInfo for () {
    fn list() -> Weight {
        Weight::zero()
    }

    fn reprice() -> Weight {
        Weight::zero()
    }

    fn delist() -> Weight {
        Weight::zero()
    }

    fn order() -> Weight {
        Weight::zero()
    }

    fn deliver() -> Weight {
        Weight::zero()
    }

    fn cancel() -> Weight {
        Weight::zero()
    }

    fn expire() -> Weight {
        Weight::zero()
    }

    fn claim() -> Weight {
        Weight::zero()
    }

    fn rule() -> Weight {
        Weight::zero()
    }

    fn rule_upheld() -> Weight {
        Weight::zero()
    }

    fn settle() -> Weight {
        Weight::zero()
    }

    fn settle_unruled() -> Weight {
        Weight::zero()
    }

    fn clear() -> Weight {
        Weight::zero()
    }
}
