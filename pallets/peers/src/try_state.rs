//! The invariants of the pallet.

use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

use crate::{Config, Pallet, PeerCount, Peers};

impl<T: Config> Pallet<T> {
    /// Checks that
    ///
    /// 1. each member is counted with exactly the nodes that it answers for, at most `MaxPerMember` of them, and nobody
    ///    is counted with none;
    /// 2. there are as many nodes as are counted, and at most `MaxPeers`.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut answers = BTreeMap::<T::AccountId, u32>::new();
        for who in Peers::<T>::iter_values() {
            let count = answers.entry(who).or_default();
            *count = count.saturating_add(1);
        }
        let total = answers.values().fold(0u32, |sum, count| sum.saturating_add(*count));
        ensure!(total == Peers::<T>::count(), "the number of nodes differs from what is counted");
        ensure!(total <= T::MaxPeers::get(), "there are more nodes than there can be");
        ensure!(
            answers.values().all(|count| *count <= T::MaxPerMember::get()),
            "somebody answers for more nodes than it can"
        );
        let counted = PeerCount::<T>::iter().collect::<BTreeMap<_, _>>();
        ensure!(counted == answers, "somebody is counted with other nodes than it answers for");
        Ok(())
    }
}
