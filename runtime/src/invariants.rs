//! The invariants of all pallets, checked natively on any state: for tests, and on what a node has.

use sp_core::storage::Storage;
use sp_runtime::{StateVersion, TryRuntimeError};

use crate::*;

/// Checks the invariants of a pallet.
type Check = fn() -> Result<(), TryRuntimeError>;

/// Checks the invariants of our pallets on the state of the surrounding externalities, which needs no feature; with
/// `try-runtime` those of the SDK's as well.
///
/// # Errors
/// Names the pallet and the first of its invariants that does not hold.
pub fn check() -> Result<(), String> {
    let checks: [(&str, Check); 11] = [
        ("members", Members::do_try_state),
        ("records", Records::do_try_state),
        ("access", Access::do_try_state),
        ("audits", Audits::do_try_state),
        ("marketplace", Marketplace::do_try_state),
        ("credit", Credit::do_try_state),
        ("quota", Quota::do_try_state),
        ("settlement", Settlement::do_try_state),
        ("validators", Validators::do_try_state),
        ("peers", Peers::do_try_state),
        ("equivocation", Equivocation::do_try_state),
    ];
    for (pallet, check) in checks {
        check().map_err(|error| format!("{pallet}: {error:?}"))?;
    }
    #[cfg(feature = "try-runtime")]
    {
        use frame_support::traits::{TryState, TryStateSelect};
        AllPalletsWithSystem::try_state(0, TryStateSelect::All).map_err(|error| format!("{error:?}"))?;
    }
    Ok(())
}

/// Externalities with this state: storage keys and their values, as `state_getStorage` names them.
pub fn state_of(pairs: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> sp_io::TestExternalities {
    let storage = Storage { top: pairs.into_iter().collect(), children_default: Default::default() };
    sp_io::TestExternalities::new_with_state_version(storage, StateVersion::V1)
}
