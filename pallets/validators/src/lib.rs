//! # Validators
//!
//! Which hospitals author and finalise blocks. The pallet is the manager of `pallet-session`: at every session change
//! it plans the set of the session after the one that begins, so a change takes effect with the second session change
//! after it. It also counts who authors, and handles the offences that `pallet-offences` reports.
//!
//! ## Calls
//!
//! - [`propose`](Pallet::propose), [`retract`](Pallet::retract): a hospital that has set its session keys offers to be
//!   a validator, or does so no longer.
//! - [`admit`](Pallet::admit), [`decline`](Pallet::decline): the council decides about a proposal.
//! - [`leave`](Pallet::leave): a validator goes; [`remove`](Pallet::remove): the council has it go.
//! - [`reinstate`](Pallet::reinstate): the council lets a suspended validator back in; if it was kept in the set for
//!   want of others, it authors again at once.
//!
//! ## The set
//!
//! Planned for a session is every validator that is neither suspended nor leaving, has session keys and is an active
//! hospital. Were these fewer than `MinValidators`, some of those who serve already are kept although they should go:
//! first who leaves on good terms, then who is no active hospital any more, and who is suspended only last. Whoever is
//! kept goes as soon as there are others. A validator without session keys cannot be kept: nobody could tell its
//! blocks. So the runtime must refuse `Session::purge_keys`; this pallet removes the keys of those who go.
//!
//! Who is suspended authors no more at once, but votes about finality until the second session change, and as long as it is
//! kept for want of others. GRANDPA's nodes heed no suspension; what they need is that fewer than a third vote falsely.
//!
//! Four is the smallest number of validators of which one may fail. [`Fragile`] says when there are fewer.
//!
//! ## Invariants
//!
//! They are listed and checked in `try_state`. In short: whoever is planned is a validator; nobody is a validator and
//! proposed; who is suspended has offended.
//!
//! ## Cheats, and why they fail
//!
//! - *A hospital makes itself a validator*, or comes back by itself after a suspension: both need the council.
//! - *A validator leaves to escape an offence*, or leaves the consortium: it stays engaged, and so a member, until it
//!   is in no set any more, and an offence that is proven afterwards still costs it credit.
//! - *Validators leave together, so that those who stay can do as they please*: nobody leaves, is removed or is dropped
//!   where too few would remain.
//! - *A reporter has one offence punished again and again*, say for every further offender of the same round: offences
//!   of a session, and of those before it, count once.
//! - *Blocks of others are made to look like silence*: the count is of the authors in the headers, and silence only
//!   costs credit. Removal is the council's decision.

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
mod offences;
mod session;
mod sessions;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use sessions::{AccountIsAll, HospitalIdOf, Sessions};
pub use types::{Reason, State, Suspension, Validator, ValidatorReport};
pub use weights::WeightInfo;

/// The fewest validators of which one may fail without the others being stopped or led astray.
pub const FAULT_TOLERANT: u32 = 4;

pub(crate) const LOG_TARGET: &str = "runtime::validators";

#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use alloc::vec::Vec;
    use frame_support::{pallet_prelude::*, traits::Time};
    use frame_system::pallet_prelude::*;
    use medshare_traits::{CreditScores, Engagements, Membership};
    use medshare_types::{Hash, Moment};
    use sp_runtime::Perbill;
    use sp_staking::SessionIndex;

    use crate::{Sessions, Suspension, Validator, WeightInfo};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The validators, as they are stored.
    pub type ValidatorsOf<T> =
        BoundedBTreeMap<<T as frame_system::Config>::AccountId, Validator, <T as Config>::MaxValidators>;

    #[pallet::config]
    pub trait Config: frame_system::Config<Hash = Hash, RuntimeEvent: From<Event<Self>>> {
        /// Who the hospitals are.
        type Membership: Membership<Self::AccountId>;

        /// What keeps a member from leaving: being a validator does.
        type Engagements: Engagements<Self::AccountId>;

        /// Validators' credit: offences and silence count in it.
        type Credit: CreditScores<Self::AccountId>;

        /// The sessions.
        type Sessions: Sessions<Self::AccountId>;

        /// The consortium's council.
        type CouncilOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Chain time in milliseconds.
        type Time: Time<Moment = Moment>;

        /// The number of validators below which none is let go. At least one, and at most `MaxValidators`.
        type MinValidators: Get<u32>;

        /// Most validators, suspended and leaving ones included, and most proposals. Must not become lower than there
        /// are.
        #[pallet::constant]
        type MaxValidators: Get<u32>;

        /// The fewest blocks of a session for which it counts as silence to have authored none of them. It never counts
        /// where there are fewer blocks than validators, as not everybody need have had a slot.
        type LivenessThreshold: Get<u32>;

        /// For how many sessions that are over it stays known who their validators were, so that offences in them can
        /// be proven.
        #[pallet::constant]
        type History: Get<SessionIndex>;

        /// Weights of the calls and of what other pallets call.
        type WeightInfo: WeightInfo;

        /// Sets the stage for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: medshare_traits::BenchmarkSetup<Self::AccountId>;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The validators, ascending by account: active, suspended and leaving ones. Each is engaged once. One value, as
    /// every session change needs all of them.
    #[pallet::storage]
    pub type Validators<T: Config> = StorageValue<_, ValidatorsOf<T>, ValueQuery>;

    /// Who offered to be a validator, and when. Nobody here is one.
    #[pallet::storage]
    pub type Proposals<T: Config> =
        StorageValue<_, BoundedBTreeMap<T::AccountId, Moment, T::MaxValidators>, ValueQuery>;

    /// The set that was planned last, ascending: that of the next session. All in it are in [`Validators`].
    #[pallet::storage]
    pub type Planned<T: Config> = StorageValue<_, BoundedVec<T::AccountId, T::MaxValidators>, ValueQuery>;

    /// A hash of the session keys of the set that was planned last. The set is announced again where only keys changed,
    /// so that the history has those that are in use.
    #[pallet::storage]
    pub type PlannedKeys<T: Config> = StorageValue<_, Hash, ValueQuery>;

    /// How many blocks of the current session each of its validators authored; no entry is zero.
    ///
    /// In this pallet, accounts are hashed with Twox: only those whom the council admitted come here.
    #[pallet::storage]
    pub type Authored<T: Config> = StorageMap<_, Twox64Concat, T::AccountId, u32, ValueQuery>;

    /// The latest session of which an offence of the account is known. Offences of this session and of those before it
    /// are dealt with. It stays when the validator goes.
    #[pallet::storage]
    pub type LastOffence<T: Config> = StorageMap<_, Twox64Concat, T::AccountId, SessionIndex>;

    /// Whether the current session has fewer than [`FAULT_TOLERANT`](crate::FAULT_TOLERANT) validators, so that one
    /// that fails can stop the chain.
    #[pallet::storage]
    pub type Fragile<T: Config> = StorageValue<_, bool, ValueQuery>;

    /// The first validators.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Their accounts: active hospitals, whose session keys are in the genesis of `pallet-session`. They may be
        /// fewer than `MinValidators`. Without any, those of `pallet-session` serve until the council has admitted
        /// `MinValidators`.
        pub validators: Vec<T::AccountId>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for who in &self.validators {
                let seeded = Pallet::<T>::seed(who);
                assert!(seeded.is_ok(), "the genesis validator {who:?} is refused: {seeded:?}");
            }
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A hospital offered to be a validator.
        Proposed {
            /// The hospital.
            who: T::AccountId,
        },
        /// A hospital offers it no longer.
        Retracted {
            /// The hospital.
            who: T::AccountId,
        },
        /// The council does not want the hospital as a validator.
        Declined {
            /// The hospital.
            who: T::AccountId,
        },
        /// The council admitted a validator. It will be planned at the next session change.
        Admitted {
            /// The validator.
            who: T::AccountId,
        },
        /// The council has a validator go. It will be in no plan from the next session change on.
        Removed {
            /// The validator.
            who: T::AccountId,
        },
        /// A validator goes by itself. It will be in no plan from the next session change on.
        Resigned {
            /// The validator.
            who: T::AccountId,
        },
        /// A validator that was removed or resigned is in no set any more.
        Left {
            /// Who was a validator.
            who: T::AccountId,
        },
        /// An offence was proven, by somebody who is a validator or was one.
        Offended {
            /// The offender.
            who: T::AccountId,
            /// The session in which it offended.
            session: SessionIndex,
            /// How grave it is.
            severity: Perbill,
        },
        /// A validator was suspended. It will be in no plan from the next session change on.
        Suspended {
            /// The validator.
            who: T::AccountId,
            /// Why, and since when.
            suspension: Suspension,
        },
        /// The council ended a suspension. The validator will be planned at the next session change.
        Reinstated {
            /// The validator.
            who: T::AccountId,
        },
        /// A validator authored nothing in a session, although it had slots.
        Silent {
            /// The validator.
            who: T::AccountId,
            /// The session.
            session: SessionIndex,
            /// How many such sessions in a row it were.
            consecutive: u32,
        },
        /// A set that differs from the one before it in its members or their keys was planned.
        Planned {
            /// The session that it is for.
            session: SessionIndex,
            /// The set.
            validators: BoundedVec<T::AccountId, T::MaxValidators>,
        },
        /// A validator that should go was planned, as there would be too few without it.
        Kept {
            /// The validator.
            who: T::AccountId,
            /// The session that it was planned for.
            session: SessionIndex,
        },
        /// From this session on, one validator that fails can stop the chain.
        FaultToleranceLost {
            /// The session.
            session: SessionIndex,
            /// How many validators it has.
            validators: u32,
        },
        /// From this session on, one validator may fail.
        FaultToleranceRegained {
            /// The session.
            session: SessionIndex,
            /// How many validators it has.
            validators: u32,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The hospital is proposed already.
        AlreadyProposed,
        /// The hospital is not proposed.
        NotProposed,
        /// The hospital is a validator already, perhaps a suspended one or one that is leaving.
        AlreadyValidator,
        /// The account is no validator.
        NotValidator,
        /// The hospital has not registered session keys.
        KeysNotSet,
        /// There are as many proposals as there can be.
        TooManyProposals,
        /// There are as many validators as there can be.
        TooManyValidators,
        /// Too few validators would remain.
        TooFewValidators,
        /// The validator is leaving already.
        AlreadyLeaving,
        /// The validator is not suspended.
        NotSuspended,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            let (least, most) = (T::MinValidators::get(), T::MaxValidators::get());
            assert!(least > 0, "a chain without validators stands still");
            assert!(least <= most, "there can be fewer validators than there must be");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Offers the signer as a validator.
        ///
        /// Origin: signed by an active hospital that has set its session keys. Nothing is held or moved.
        ///
        /// Errors: those of the membership about the signer; `KeysNotSet`, `AlreadyValidator`, `AlreadyProposed`,
        /// `TooManyProposals`. Event: [`Event::Proposed`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::propose())]
        pub fn propose(origin: OriginFor<T>) -> DispatchResult {
            Self::do_propose(ensure_signed(origin)?)
        }

        /// Takes the signer's offer back and removes its session keys.
        ///
        /// Origin: signed by who is proposed. What is on hold for the keys is released.
        ///
        /// Errors: `NotProposed`. Event: [`Event::Retracted`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::retract())]
        pub fn retract(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_strike(&who)?;
            Self::deposit_event(Event::Retracted { who });
            Ok(())
        }

        /// Makes a proposed hospital a validator, from the session after the next on. It cannot end its membership as
        /// long as it is one.
        ///
        /// Origin: the council. The hospital is proposed, still active and has session keys. Nothing is held or moved.
        ///
        /// Errors: `NotProposed`, `KeysNotSet`, `TooManyValidators`, or those of the membership about the hospital.
        /// Event: [`Event::Admitted`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::admit())]
        pub fn admit(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_admit(who)
        }

        /// Turns a proposal down and removes the hospital's session keys.
        ///
        /// Origin: the council. What is on hold for the keys is released.
        ///
        /// Errors: `NotProposed`. Event: [`Event::Declined`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::decline())]
        pub fn decline(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_strike(&who)?;
            Self::deposit_event(Event::Declined { who });
            Ok(())
        }

        /// Has a validator go, a suspended one too: it is in no set from the session after the next on. Then its
        /// session keys are removed, what is on hold for them is released, and it is free to end its membership.
        ///
        /// Origin: the council. Nothing is held or moved at once.
        ///
        /// Errors: `NotValidator`, `AlreadyLeaving`, `TooFewValidators`. Event: [`Event::Removed`], and
        /// [`Event::Left`] when it is gone.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::remove())]
        pub fn remove(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_leave(&who)?;
            Self::deposit_event(Event::Removed { who });
            Ok(())
        }

        /// Has the signer go as a validator, as [`Self::remove`] does.
        ///
        /// Origin: signed by a validator, suspended or not. Nothing is held or moved at once.
        ///
        /// Errors: `NotValidator`, `AlreadyLeaving`, `TooFewValidators`. Event: [`Event::Resigned`], and
        /// [`Event::Left`] when it is gone.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::leave())]
        pub fn leave(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_leave(&who)?;
            Self::deposit_event(Event::Resigned { who });
            Ok(())
        }

        /// Lets a suspended validator back in, from the session after the next on. What it offended in up to the
        /// latest session of which an offence is known does not count again.
        ///
        /// Origin: the council. The validator is an active hospital and has session keys. Nothing is held or moved.
        ///
        /// Errors: `NotValidator`, `NotSuspended` (also if it is leaving), `KeysNotSet`, or those of the membership
        /// about the validator. Event: [`Event::Reinstated`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::reinstate())]
        pub fn reinstate(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_reinstate(who)
        }
    }
}
