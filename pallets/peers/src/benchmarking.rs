//! Benchmarks of every call.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

use alloc::{collections::BTreeSet, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
    BoundedVec,
    traits::{EnsureOrigin, Get},
};
use frame_system::RawOrigin;
use medshare_crypto::KeyPair;
use medshare_traits::BenchmarkSetup;
use medshare_types::{PeerKey, Role};
use sp_runtime::traits::{BlakeTwo256, Hash as _};

use super::*;

fn member<T: Config>(index: u32, role: Role) -> T::AccountId {
    let who: T::AccountId = account("member", index, 0);
    let key = KeyPair::from_seed(&BlakeTwo256::hash_of(&("peers", index)).0).public();
    T::BenchmarkSetup::member(&who, BTreeSet::from([role]).try_into().expect("one role"), key);
    who
}

fn peer(index: u32) -> PeerKey {
    PeerKey(BlakeTwo256::hash_of(&("peer", index)))
}

/// So many nodes and one more, of as few members as can have them, who are providers: there may be fewer hospitals.
fn nodes<T: Config>(count: u32) -> Vec<(PeerKey, T::AccountId)> {
    let members: Vec<T::AccountId> =
        (0..=count / T::MaxPerMember::get()).map(|index| member::<T>(index, Role::Provider)).collect();
    (0..count)
        .map(|index| (peer(index), members[(index / T::MaxPerMember::get()) as usize].clone()))
        .collect()
}

/// A list with a node of another member.
fn begin<T: Config>() {
    let who = member::<T>(u32::MAX, Role::Provider);
    Pallet::<T>::insert(peer(u32::MAX), &who).expect("there is room");
}

/// A hospital with a node.
fn hospital<T: Config>() -> (T::AccountId, PeerKey) {
    begin::<T>();
    let (who, peer) = (member::<T>(0, Role::Hospital), peer(0));
    Pallet::<T>::insert(peer, &who).expect("there is room");
    (who, peer)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn authorise(n: Linear<1, { T::MaxPeers::get() }>) {
        let origin = T::AuthoriseOrigin::try_successful_origin().expect("the council can be an origin");
        let peers = BoundedVec::truncate_from(nodes::<T>(n));

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, peers);

        assert_eq!(Peers::<T>::count(), n);
    }

    #[benchmark]
    fn remove(n: Linear<1, { T::MaxPeers::get() - 1 }>) {
        let origin = T::RemoveOrigin::try_successful_origin().expect("the council can be an origin");
        begin::<T>();
        let nodes = nodes::<T>(n);
        for (peer, who) in &nodes {
            Pallet::<T>::insert(*peer, who).expect("there is room");
        }
        let peers = BoundedVec::truncate_from(nodes.into_iter().map(|(peer, _)| peer).collect());

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, peers);

        assert_eq!(Peers::<T>::count(), 1);
    }

    #[benchmark]
    fn add() {
        let (who, _) = hospital::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(who), peer(1));

        assert!(Peers::<T>::contains_key(peer(1)));
    }

    #[benchmark]
    fn replace() {
        let (who, old) = hospital::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(who), old, peer(1));

        assert!(Peers::<T>::contains_key(peer(1)));
    }

    #[benchmark]
    fn retire() {
        let (who, peer) = hospital::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(who), peer);

        assert!(!Peers::<T>::contains_key(peer));
    }
}
