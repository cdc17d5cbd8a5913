//! # Peers
//!
//! Which nodes belong to the consortium's network. The nodes read this list from each block that becomes final, and refuse
//! everybody who is not in it.
//!
//! ## Calls
//!
//! - [`authorise`](Pallet::authorise) and [`remove`](Pallet::remove): the council says who belongs to the network.
//! - [`add`](Pallet::add): a hospital brings one more node of its own, such as an observer.
//! - [`replace`](Pallet::replace): who answers for a node gives it a new key.
//! - [`retire`](Pallet::retire): who answers for a node takes it out.
//!
//! ## The beginning and the end of the list
//!
//! An empty list means that nothing was decided: whom a node talks to is up to its operator. Only the council begins a
//! list, and with all nodes at once, since from the first entry on everybody else is cut off. A list that has begun never
//! becomes empty again: that would let everybody in.
//!
//! ## Cheats, and why they fail
//!
//! - *A hospital begins the list with its own node alone*, which would cut off the others: only the council begins it.
//! - *A member lets half the world in*: nodes are counted for each member, and only hospitals add some themselves.
//! - *Somebody takes out or replaces another's node*: only who answers for it does, or the council.
//! - *A member goes and leaves its nodes behind*: it stays engaged, and so a member, for as long as it answers for some.
//!
//! What it does not protect from: a member whose node is in the list passes on what its node receives.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::panic
    )
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use medshare_traits::{Engagements, Membership};
    use medshare_types::PeerKey;
    use sp_runtime::SaturatedConversion;

    use crate::WeightInfo;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who the members are.
        type Membership: Membership<Self::AccountId>;

        /// What keeps a member from leaving: to answer for a node does.
        type Engagements: Engagements<Self::AccountId>;

        /// The consortium's council, as far as it lets nodes in.
        type AuthoriseOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The consortium's council, as far as it cuts nodes off.
        type RemoveOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Most nodes in the list. The runtime API answers with all of them. Must not become lower than there are.
        #[pallet::constant]
        type MaxPeers: Get<u32>;

        /// Most nodes that one member answers for. Must not become lower than somebody has.
        #[pallet::constant]
        type MaxPerMember: Get<u32>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// Sets the stage for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: medshare_traits::BenchmarkSetup<Self::AccountId>;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The nodes that belong to the network, and which member answers for each: it is engaged once for it. At most
    /// `MaxPeers`. The keys are chosen by their holders, hence the hasher.
    #[pallet::storage]
    pub type Peers<T: Config> = CountedStorageMap<_, Blake2_128Concat, PeerKey, T::AccountId, OptionQuery>;

    /// How many of the [`Peers`] a member answers for; no entry is zero. Only members are here.
    #[pallet::storage]
    pub type PeerCount<T: Config> = StorageMap<_, Twox64Concat, T::AccountId, u32, ValueQuery>;

    /// The first list.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The nodes, and the active members that answer for them. Empty, whom a node talks to is up to its operator.
        pub peers: Vec<(PeerKey, T::AccountId)>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (peer, who) in &self.peers {
                let seeded = Pallet::<T>::insert(*peer, who);
                assert!(seeded.is_ok(), "the genesis peer {peer:?} of {who:?} is refused: {seeded:?}");
            }
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// The council lets a node in.
        Authorised {
            /// The node.
            peer: PeerKey,
            /// Who answers for it.
            who: T::AccountId,
        },
        /// The council cuts a node off.
        Removed {
            /// The node.
            peer: PeerKey,
            /// Who answered for it.
            who: T::AccountId,
        },
        /// A hospital brings one more node.
        Added {
            /// The node.
            peer: PeerKey,
            /// The hospital.
            who: T::AccountId,
        },
        /// A node has a new key.
        Replaced {
            /// The key that is no longer let in.
            old: PeerKey,
            /// The key that is let in instead.
            new: PeerKey,
            /// Who answers for it.
            who: T::AccountId,
        },
        /// Who answered for a node took it out.
        Retired {
            /// The node.
            peer: PeerKey,
            /// Who answered for it.
            who: T::AccountId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// No node is named.
        EmptyBatch,
        /// The node is in the list already.
        AlreadyAuthorised,
        /// The node is not in the list.
        NotAuthorised,
        /// The account that is to answer for the node is no active member.
        NotActiveMember,
        /// The signer does not answer for the node.
        NotAnswerable,
        /// The list is empty; the council begins it.
        NoListYet,
        /// The list is as long as it can be.
        TooManyPeers,
        /// The member answers for as many nodes as it can.
        TooManyOfMember,
        /// The list would be empty, which would let everybody in.
        NobodyLeft,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxPerMember::get() > 0, "no member could have a node");
            assert!(T::MaxPerMember::get() <= T::MaxPeers::get(), "there is less room for all than for one");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Lets nodes into the network, all or none. If there was no list before, they are all that belongs to it from
        /// then on.
        ///
        /// Origin: the council. Each account is an active member and answers for the node beside it, which engages it.
        /// Nothing is held or moved.
        ///
        /// Errors: `EmptyBatch`, `AlreadyAuthorised`, `NotActiveMember`, `TooManyPeers`, `TooManyOfMember`. Events:
        /// [`Event::Authorised`] for each.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::authorise(peers.len().saturated_into()))]
        pub fn authorise(
            origin: OriginFor<T>,
            peers: BoundedVec<(PeerKey, T::AccountId), T::MaxPeers>,
        ) -> DispatchResult {
            T::AuthoriseOrigin::ensure_origin(origin)?;
            Self::do_authorise(peers.into_inner())
        }

        /// Cuts nodes off, all or none.
        ///
        /// Origin: the council. Others must remain. Nothing is held or moved.
        ///
        /// Errors: `EmptyBatch`, `NotAuthorised`, `NobodyLeft`. Events: [`Event::Removed`] for each.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::remove(peers.len().saturated_into()))]
        pub fn remove(origin: OriginFor<T>, peers: BoundedVec<PeerKey, T::MaxPeers>) -> DispatchResult {
            T::RemoveOrigin::ensure_origin(origin)?;
            Self::do_remove(peers.into_inner())
        }

        /// Brings one more node of the signer's into the network.
        ///
        /// Origin: signed by an active hospital. The council has begun a list. Nothing is held or moved.
        ///
        /// Errors: `NoListYet`, `AlreadyAuthorised`, `TooManyPeers`, `TooManyOfMember`, or those of the membership about
        /// the signer. Event: [`Event::Added`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::add())]
        pub fn add(origin: OriginFor<T>, peer: PeerKey) -> DispatchResult {
            Self::do_add(ensure_signed(origin)?, peer)
        }

        /// Gives a node a new key: the new one is let in and the old one is not any more.
        ///
        /// Origin: signed by who answers for it, an active member. Nothing is held or moved.
        ///
        /// Errors: `NotActiveMember`, `NotAuthorised`, `NotAnswerable`, `AlreadyAuthorised`. Event: [`Event::Replaced`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::replace())]
        pub fn replace(origin: OriginFor<T>, old: PeerKey, new: PeerKey) -> DispatchResult {
            Self::do_replace(ensure_signed(origin)?, old, new)
        }

        /// Takes a node out of the network.
        ///
        /// Origin: signed by who answers for it. Others must remain. Nothing is held or moved.
        ///
        /// Errors: `NotAuthorised`, `NotAnswerable`, `NobodyLeft`. Event: [`Event::Retired`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::retire())]
        pub fn retire(origin: OriginFor<T>, peer: PeerKey) -> DispatchResult {
            Self::do_retire(ensure_signed(origin)?, peer)
        }
    }
}
