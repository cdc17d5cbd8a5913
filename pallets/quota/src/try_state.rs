//! The invariants of the pallet.

use frame_support::{
    ensure,
    traits::{Get, Time},
};
use sp_runtime::TryRuntimeError;

use crate::{Config, OperationalUsages, Pallet, Usages};

impl<T: Config> Pallet<T> {
    /// Checks that
    ///
    /// 1. a quota refills in some time;
    /// 2. every noted use is of something, and not from the future.
    ///
    /// That nobody has used more than its quota is no invariant of storage: the council can lower quotas, and roles and
    /// credit change.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        ensure!(T::Window::get() > 0, "a quota refills in no time");
        let now = T::Time::now();
        for usage in Usages::<T>::iter_values().chain(OperationalUsages::<T>::iter_values()) {
            ensure!(usage.used > 0, "a use of nothing is noted");
            ensure!(usage.as_of <= now, "a use is from the future");
        }
        Ok(())
    }
}
