//! What the calls do, and what the runtime API asks.

use alloc::vec::Vec;
use frame_support::{dispatch::DispatchResult, ensure, traits::Get};
use medshare_traits::{Engagements, Membership};
use medshare_types::{PeerKey, Role};
use sp_runtime::{DispatchError, traits::Zero};

use crate::{Config, Error, Event, Pallet, PeerCount, Peers};

impl<T: Config> Pallet<T> {
    /// The nodes that belong to the network, and who answers for each; at most `MaxPeers`. Empty if nothing was decided.
    pub fn peers() -> Vec<(PeerKey, T::AccountId)> {
        Peers::<T>::iter().collect()
    }

    pub(crate) fn do_authorise(peers: Vec<(PeerKey, T::AccountId)>) -> DispatchResult {
        ensure!(!peers.is_empty(), Error::<T>::EmptyBatch);
        for (peer, who) in peers {
            Self::insert(peer, &who)?;
            Self::deposit_event(Event::Authorised { peer, who });
        }
        Ok(())
    }

    pub(crate) fn do_remove(peers: Vec<PeerKey>) -> DispatchResult {
        ensure!(!peers.is_empty(), Error::<T>::EmptyBatch);
        for peer in peers {
            let who = Peers::<T>::take(peer).ok_or(Error::<T>::NotAuthorised)?;
            Self::release(&who);
            Self::deposit_event(Event::Removed { peer, who });
        }
        ensure!(!Peers::<T>::count().is_zero(), Error::<T>::NobodyLeft);
        Ok(())
    }

    pub(crate) fn do_add(who: T::AccountId, peer: PeerKey) -> DispatchResult {
        T::Membership::ensure_role(&who, Role::Hospital)?;
        ensure!(!Peers::<T>::count().is_zero(), Error::<T>::NoListYet);
        Self::insert(peer, &who)?;
        Self::deposit_event(Event::Added { peer, who });
        Ok(())
    }

    pub(crate) fn do_replace(who: T::AccountId, old: PeerKey, new: PeerKey) -> DispatchResult {
        ensure!(T::Membership::is_active(&who), Error::<T>::NotActiveMember);
        Self::ensure_answers(&who, old)?;
        ensure!(!Peers::<T>::contains_key(new), Error::<T>::AlreadyAuthorised);
        Peers::<T>::remove(old);
        Peers::<T>::insert(new, who.clone());
        Self::deposit_event(Event::Replaced { old, new, who });
        Ok(())
    }

    pub(crate) fn do_retire(who: T::AccountId, peer: PeerKey) -> DispatchResult {
        Self::ensure_answers(&who, peer)?;
        ensure!(Peers::<T>::count() > 1, Error::<T>::NobodyLeft);
        Peers::<T>::remove(peer);
        Self::release(&who);
        Self::deposit_event(Event::Retired { peer, who });
        Ok(())
    }

    /// Puts a node into the list.
    pub(crate) fn insert(peer: PeerKey, who: &T::AccountId) -> DispatchResult {
        ensure!(T::Membership::is_active(who), Error::<T>::NotActiveMember);
        ensure!(!Peers::<T>::contains_key(peer), Error::<T>::AlreadyAuthorised);
        ensure!(Peers::<T>::count() < T::MaxPeers::get(), Error::<T>::TooManyPeers);
        PeerCount::<T>::try_mutate(who, |count| {
            ensure!(*count < T::MaxPerMember::get(), Error::<T>::TooManyOfMember);
            *count = count.saturating_add(1);
            Ok::<_, DispatchError>(())
        })?;
        T::Engagements::engage(who)?;
        Peers::<T>::insert(peer, who.clone());
        Ok(())
    }

    /// Counts one node less for who answered for it.
    fn release(who: &T::AccountId) {
        PeerCount::<T>::mutate_exists(who, |count| {
            *count = count.and_then(|count| count.checked_sub(1)).filter(|left| !left.is_zero());
        });
        T::Engagements::disengage(who);
    }

    fn ensure_answers(who: &T::AccountId, peer: PeerKey) -> DispatchResult {
        let answerable = Peers::<T>::get(peer).ok_or(Error::<T>::NotAuthorised)?;
        ensure!(answerable == *who, Error::<T>::NotAnswerable);
        Ok(())
    }
}
