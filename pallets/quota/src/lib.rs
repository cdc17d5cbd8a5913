//! # Quota
//!
//! What each member may do without paying fees. [`ChargeQuota`] stands around the extension that takes fees: as long as
//! a transaction fits into what is left of its signer's quota, that is charged instead of a fee; beyond it, the fee is
//! taken as usual. [`CheckNonceAhead`] stands around the check of the nonce and keeps one account from filling the pool.
//! Who is no active member has no quota.
//!
//! ## Calls
//!
//! - [`set_quota`](Pallet::set_quota): the council says what a role has in a tier of credit.
//!
//! ## What is charged
//!
//! [`Units`](types::Units) are picoseconds of computation: the transaction's declared weight with that of its
//! extensions, what every transaction of its class weighs besides, and its length by `LengthToUnits`. That much must be
//! left when the pool takes the transaction and again when a block does. There it is deducted before the call runs, so
//! the transactions of one block use up a quota one after the other; afterwards what the call did not need is given
//! back. A call that fails is charged like one that succeeds; one that is free of fees by its result is free here too.
//! The size of storage proofs is not charged, since no other chain checks this one's blocks.
//!
//! A quota is the largest of those that the member's roles have in its tier. It is full at first and refills evenly, a
//! whole quota in each `Window` of chain time, but never above the full one (a leaky bucket). So there is no boundary
//! of windows about which to use two quotas at once: in any time `t` a member gets at most `1 + t / Window` quotas, and
//! only one of them at a stroke. Nothing is done for this per block: an account's entry is brought up to date when the
//! account acts.
//!
//! A member needs no money within its quota, but the check of the nonce refuses an account to which the system pallet
//! counts no reference, with `InvalidTransaction::Payment`. Whoever admits members sees to it that there is one.
//!
//! Fees, not the quota, are for:
//!
//! - what exceeds the quota: event [`Event::Exceeded`], besides that of the fee. Who cannot pay the fee is refused with
//!   `InvalidTransaction::Payment`, by the wrapped extension. The pool's view is one block old, so a transaction that
//!   it took as free can turn out to exceed the quota in the block; then it pays or is dropped. Who never wants to pay
//!   watches `left`;
//! - what offers a tip: it wants to be ahead of others of the same distance (see below), and pays for that. The quota stays
//!   as it is;
//! - calls that are declared free of fees, from which the wrapped extension takes nothing;
//! - operational calls. Anybody can send such a call, `System.set_heap_pages` is one, so their class alone frees from
//!   nothing. But those that an account of `Council` signs are charged to a quota of their own, `OperationalQuota`,
//!   whatever else the account has used, and within it come before everything else; they may be [`extension::FURTHER`]
//!   times as many nonces ahead. Votes and motions of a council, and upgrades of the runtime, are operational. That quota is
//!   many times what these need, and a small part of what the chain can do: one hospital can fill some blocks at a stroke with
//!   it, and then a hundredth of them.
//!   Mandatory calls are those of inherents, which no account signs and no extension sees.
//!
//! ## How the pool is protected
//!
//! The pool validates each transaction against the same state, whatever else is waiting, so a quota does not bound what
//! waits there. What does:
//!
//! - *distance*: a transaction whose nonce is more than `MaxAhead` above that of its account is refused
//!   ([`extension::TOO_FAR_AHEAD`]). So one account has at most `MaxAhead + 1` transactions waiting, whatever it can
//!   pay;
//! - *order*: the priority is, first, how near the nonce is to the account's. So everybody's first transaction comes
//!   before anybody's second, whoever pays, in blocks and, from behind, when a full pool drops some. A long queue hurts
//!   only who built it. Among those of the same distance a tip comes first, twice the tip before the tip; then who is within
//!   its quota, the more is left the earlier; then who pays for more than it; at last who declares to be free of fees.
//!   Priorities are as of the last validation.
//!
//! ## Invariants
//!
//! They are listed and checked in `try_state`.
//!
//! ## Cheats, and why they fail
//!
//! - *A second account*: every account with a quota is a member, admitted by a hospital that answers for it and has a
//!   deposit on hold. Leaving and coming back renews nothing: what was used stays noted.
//! - *Several roles*: the largest quota counts, not the sum.
//! - *Splitting over windows*: there are none, see above. Splitting work over many transactions costs more, for each
//!   is charged what every transaction weighs besides its call.
//! - *Many transactions in one block*, each of which fits on its own: each is deducted before the next is looked at.
//! - *Declaring little and using much*: calls declare their worst case, and only what is below it is given back.
//! - *Filling the pool*: see above.
//! - *Buying the blocks*: money buys no place before anybody's nearer transaction.
//! - *A hospital that floods with operational calls*, such as `Council.execute` of anything: beyond its operational quota it
//!   pays fees, and comes behind who is within a quota unless it pays tips as well.
//! - *Dressing up as operational*, or *as free of fees*: neither is charged to the quota, and the one pays its fee
//!   and comes behind who is within a quota, the other comes behind everybody of its distance.
//! - *Replacing a waiting transaction again and again*: a replacement needs a higher priority, of which there are few.
//! - *A validator that moves chain time ahead*: a quota refills with time itself, so in the long run nothing is gained.
//!
//! What it cannot prevent: a hospital that admits many accounts of its own. It pays a deposit for each, for as long as
//! they are members, and the council can suspend them and it.

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
pub mod defaults;
pub mod extension;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
pub mod types;
pub mod weights;

pub use extension::{ChargeQuota, CheckNonceAhead};
pub use pallet::*;
pub use types::{PerByte, Usage};
pub use weights::WeightInfo;

#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use alloc::vec::Vec;
    use frame_support::{
        pallet_prelude::*,
        traits::{Contains, Time},
    };
    use frame_system::pallet_prelude::*;
    use medshare_traits::{CreditScores, Membership};
    use medshare_types::{Moment, Role, Tier};
    use sp_runtime::traits::Convert;

    use crate::{
        Usage, WeightInfo,
        types::{Table, Units},
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who has which role.
        type Membership: Membership<Self::AccountId>;

        /// Who has which credit.
        type Credit: CreditScores<Self::AccountId>;

        /// Chain time in milliseconds.
        type Time: Time<Moment = Moment>;

        /// Who sets quotas: the consortium's council.
        type CouncilOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The accounts of the council's members, or the sudo key of a development chain. Their operational
        /// transactions come before all others, and free of charge within their operational quota.
        type Council: Contains<Self::AccountId>;

        /// What each of them has for operational transactions, in units. It refills as other quotas do.
        #[pallet::constant]
        type OperationalQuota: Get<Units>;

        /// In how many milliseconds of chain time a quota refills from nothing; above zero. A quota of fewer units than
        /// that refills in steps and, for who acts more often than there are steps, not at all.
        #[pallet::constant]
        type Window: Get<Moment>;

        /// What a transaction's bytes are charged; see [`PerByte`](crate::PerByte).
        type LengthToUnits: Convert<u32, Units>;

        /// How far above the account's nonce that of a transaction may be.
        #[pallet::constant]
        type MaxAhead: Get<u16>;

        /// Weights of the calls and of the extensions.
        type WeightInfo: WeightInfo;

        /// Sets the stage for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: medshare_traits::BenchmarkSetup<Self::AccountId>;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What roles have in tiers, where genesis or the council said so; elsewhere
    /// [`defaults::quota`](crate::defaults::quota) holds. In one entry, so that one read is enough for a member of any
    /// number of roles.
    #[pallet::storage]
    pub type Quotas<T: Config> = StorageValue<_, Table, ValueQuery>;

    /// What each account had used of its quota when it last used some; no entry is of nothing. Entries outlast
    /// memberships, so that to leave and come back renews nothing. Hashed with Blake2, as accounts are chosen by their
    /// owners.
    #[pallet::storage]
    pub type Usages<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Usage>;

    /// The same of what members of the council used of their operational quota.
    #[pallet::storage]
    pub type OperationalUsages<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Usage>;

    /// What a chain sets otherwise than [`defaults`](crate::defaults) from the beginning.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// What roles have in tiers, in units.
        pub quotas: Vec<(Role, Tier, Units)>,
        /// Nothing; it names the runtime.
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (role, tier, quota) in &self.quotas {
                let set = Pallet::<T>::do_set_quota(*role, *tier, *quota);
                assert!(set.is_ok(), "the quota of {role:?} in {tier:?} is refused: {set:?}");
            }
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A role has another quota from now on.
        QuotaSet {
            /// The role.
            role: Role,
            /// In which tier of credit.
            tier: Tier,
            /// The quota in units.
            quota: Units,
        },
        /// A member's transaction did not fit into what was left of its quota, so the usual fee was due.
        Exceeded {
            /// The member.
            who: T::AccountId,
            /// What the transaction would have been charged, in units.
            charge: Units,
            /// What is left, in units.
            left: Units,
        },
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::Window::get() > 0, "a quota refills in some time");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the quota of a role in a tier of credit, in units; zero means that fees are always due. It holds at
        /// once. Of what was used, as much as the new quota stays used.
        ///
        /// Origin: the council. Nothing is held or moved.
        ///
        /// Errors: none. Event: [`Event::QuotaSet`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::set_quota())]
        pub fn set_quota(origin: OriginFor<T>, role: Role, tier: Tier, quota: Units) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_set_quota(role, tier, quota)
        }
    }
}
