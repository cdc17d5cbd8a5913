//! What the calls cost. The runtime's figures are measured; see its `weights`.

use frame_support::weights::Weight;

/// Weights of the calls and of the transaction extension, at worst-case state.
pub trait WeightInfo {
    /// [`crate::Pallet::admit`] by the council: an auditor more on an almost full list.
    fn admit_by_council() -> Weight;
    /// [`crate::Pallet::admit`] by a hospital, with a deposit.
    fn admit_by_hospital() -> Weight;
    /// [`crate::Pallet::set_roles`].
    fn set_roles() -> Weight;
    /// [`crate::Pallet::suspend`].
    fn suspend() -> Weight;
    /// [`crate::Pallet::reinstate`].
    fn reinstate() -> Weight;
    /// [`crate::Pallet::rotate_key`].
    fn rotate_key() -> Weight;
    /// [`crate::Pallet::leave`].
    fn leave() -> Weight;
    /// [`crate::Pallet::expel`].
    fn expel() -> Weight;
    /// [`crate::CheckMember`].
    fn check_member() -> Weight;
}

/// For tests: everything is free.
impl WeightInfo for () {
    fn admit_by_council() -> Weight {
        Weight::zero()
    }

    fn admit_by_hospital() -> Weight {
        Weight::zero()
    }

    fn set_roles() -> Weight {
        Weight::zero()
    }

    fn suspend() -> Weight {
        Weight::zero()
    }

    fn reinstate() -> Weight {
        Weight::zero()
    }

    fn rotate_key() -> Weight {
        Weight::zero()
    }

    fn leave() -> Weight {
        Weight::zero()
    }

    fn expel() -> Weight {
        Weight::zero()
    }

    fn check_member() -> Weight {
        Weight::zero()
    }
}
