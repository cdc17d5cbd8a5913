//! What the call and the extensions cost. The runtime's figures are measured; see its `weights`.

use frame_support::weights::Weight;

/// Weights of the call and of the extensions, at worst-case state.
pub trait WeightInfo {
    /// [`crate::Pallet::set_quota`].
    fn set_quota() -> Weight;
    /// [`crate::ChargeQuota`] of a transaction within the quota. Without the wrapped extension, which is not run then.
    fn charge_quota() -> Weight;
    /// [`crate::ChargeQuota`] of a transaction beyond the quota. Without the wrapped extension.
    fn exceed_quota() -> Weight;
    /// [`crate::CheckNonceAhead`], with the check of the nonce that it wraps.
    fn check_nonce_ahead() -> Weight;
}

/// For tests: everything is free.
impl WeightInfo for () {
    fn set_quota() -> Weight {
        Weight::zero()
    }

    fn charge_quota() -> Weight {
        Weight::zero()
    }

    fn exceed_quota() -> Weight {
        Weight::zero()
    }

    fn check_nonce_ahead() -> Weight {
        Weight::zero()
    }
}
