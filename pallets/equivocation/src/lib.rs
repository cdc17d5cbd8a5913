//! # Equivocation
//!
//! Reports of validators that authored two blocks in one slot. The nodes notice it (`node/src/equivocation`), prove it
//! here, and `pallet-offences` hands it on to whoever punishes offences.
//!
//! ## Calls
//!
//! - [`report_equivocation`](Pallet::report_equivocation): a member reports.
//! - [`report_equivocation_unsigned`](Pallet::report_equivocation_unsigned): a node that authors blocks reports, without
//!   an account.
//!
//! ## A report
//!
//! It has two headers of one slot, whose seals are by one Aura key, and a proof that this key was a validator's in a
//! session. Which slots a session has, the pallet notes whenever one begins: blocks are not authored in every slot, and
//! the length of sessions is a parameter, so it cannot be computed. However often a validator does it in a session, that
//! is one offence, and only the first report of it is accepted.
//!
//! ## Invariants
//!
//! They are listed and checked in `try_state`. In short: the first slots of the sessions in which offences can be
//! proven are known, and no others.
//!
//! ## Cheats, and why they fail
//!
//! - *Headers are made up, changed, or sealed by another key*: both seals must verify under the accused key.
//! - *One block is passed off as two*, by sealing it twice: what was sealed is compared, without the seals.
//! - *Blocks of different slots are passed off as of one*: each header says its slot exactly once, and it is sealed.
//! - *Somebody else is accused*: the validator is not named in a report, but follows from the proof that the key is its
//!   own. A proof may have no part that is not needed.
//! - *What somebody did with a key before it was a validator, or after it replaced the key, is counted*: the session of
//!   the proof must be the one that had the slot.
//! - *An old offence is moved to a new session*, so that it counts again after the council has forgiven it: likewise.
//! - *A validator replaces its key to escape*: as long as the session lasts its old key cannot be proven, but later it
//!   can, with a proof from a block before the change. The nodes keep that and try again.
//! - *Reports fill blocks or storage for free*: without a signature a report gets only into blocks of who makes it,
//!   and only if it is accepted, which it is once for each validator and session; a signed one that is refused costs the
//!   signer. The size is limited.
//!
//! ## What it cannot see
//!
//! - Whose hands a key is in. Who has a validator's key can seal two headers of any slot of the sessions that had the
//!   key, as long as offences in them can be proven. Keys that leak have to be replaced, and that does not end it at
//!   once.
//! - Which chain a header is of. A seal covers the parent's hash, and so the chain, but a parent that this chain does
//!   not know may well be one of its forks. Whoever uses a key on two chains at the same time can be reported on both:
//!   a chain for rehearsals needs keys of its own.

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
mod evidence;
mod impls;
#[cfg(test)]
mod mock;
mod offence;
mod sessions;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
pub mod weights;

pub use offence::DoubleAuthorship;
pub use pallet::*;
pub use sessions::NoteFirstSlot;
pub use weights::WeightInfo;

use frame_system::pallet_prelude::HeaderFor;
use sp_consensus_aura::sr25519::AuthorityId;
use sp_consensus_slots::EquivocationProof;

/// Two headers of one slot, as a report has them.
pub type EvidenceOf<T> = EquivocationProof<HeaderFor<T>, AuthorityId>;

/// Most nodes that a proof of ownership has. The trie of a thousand validators has a depth of less than ten, and a proof
/// goes down twice: from the key to its owner's index, and from that to the owner.
pub const MAX_TRIE_NODES: usize = 20;

pub(crate) const LOG_TARGET: &str = "runtime::equivocation";

/// Sets the stage for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
    /// Has as many validators as there can be serve in the current session, one of them with this key. The current
    /// block is of a slot above zero.
    fn serve(authority: AuthorityId);
}

#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use alloc::{boxed::Box, vec, vec::Vec};
    use frame_support::{
        pallet_prelude::*,
        traits::{KeyOwnerProofSystem, ValidatorSet},
        weights::Weight,
    };
    use frame_system::{offchain::CreateBare, pallet_prelude::*};
    use sp_consensus_aura::{Slot, sr25519::AuthorityId};
    use sp_runtime::KeyTypeId;
    use sp_session::MembershipProof;
    use sp_staking::{SessionIndex, offence::ReportOffence};

    use crate::{DoubleAuthorship, EvidenceOf, WeightInfo};

    #[pallet::config]
    pub trait Config: CreateBare<Call<Self>> + frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who offends: what the proof of a key's ownership leads to.
        type Offender: Parameter;

        /// Who had which key in which session.
        type KeyOwners: KeyOwnerProofSystem<
                (KeyTypeId, AuthorityId),
                Proof = MembershipProof,
                IdentificationTuple = Self::Offender,
            >;

        /// Where offences are reported.
        type Offences: ReportOffence<Self::AccountId, Self::Offender, DoubleAuthorship<Self::Offender>>;

        /// The sessions.
        type Sessions: ValidatorSet<Self::AccountId>;

        /// The slot of the current block.
        type CurrentSlot: Get<Slot>;

        /// For how many sessions that are over offences in them can be proven. Must not become lower.
        #[pallet::constant]
        type History: Get<SessionIndex>;

        /// For how many blocks the pool keeps a report.
        type Longevity: Get<u64>;

        /// Most bytes of a report: the two headers and the proof of ownership.
        #[pallet::constant]
        type MaxReportSize: Get<u32>;

        /// Weights of the calls and of what the session pallet calls.
        type WeightInfo: WeightInfo;

        /// Sets the stage for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::BenchmarkHelper;
    }

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// The slot of the block with which a session began, of the current session and of those before it in which
    /// offences can be proven. The session's authors have the slots after it: this block was still authored by those of
    /// the session before. Ascending.
    ///
    /// The hasher is Twox: nobody chooses the number of a session.
    #[pallet::storage]
    pub type FirstSlots<T: Config> = StorageMap<_, Twox64Concat, SessionIndex, Slot>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// It was proven that a validator authored two blocks in one slot.
        Proven {
            /// The key that sealed both.
            authority: AuthorityId,
            /// The slot.
            slot: Slot,
            /// The session that had the slot.
            session: SessionIndex,
            /// The blocks.
            blocks: [T::Hash; 2],
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The report is larger than any that is true.
        TooLarge,
        /// The slot is after that of the current block.
        FutureSlot,
        /// The session of the proof of ownership is in the future, or too long ago for offences in it to be proven.
        UnknownSession,
        /// The session of the proof of ownership did not have the slot.
        OtherSession,
        /// A header has no seal of Aura at its end.
        NotSealed,
        /// A header does not say that it is of the slot.
        OtherSlot,
        /// Both headers are of the same block.
        SameBlock,
        /// A seal is not by the accused key.
        BadSeal,
        /// The proof of ownership does not show that the key was a validator's in its session. If the validator
        /// replaced its keys in the current session, that can be shown when the session is over.
        NotTheOwner,
        /// It is known already that this validator authored two blocks in a slot of this session.
        AlreadyReported,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Of a session that began before this pallet was part of the runtime, offences can be proven from now on.
        fn on_runtime_upgrade() -> Weight {
            let session = T::Sessions::session_index();
            if FirstSlots::<T>::contains_key(session) {
                return T::DbWeight::get().reads(2);
            }
            FirstSlots::<T>::insert(session, T::CurrentSlot::get());
            T::DbWeight::get().reads_writes(3, 1)
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Reports that a validator authored two blocks in one slot.
        ///
        /// Origin: signed. Checks what the errors say. Nothing is held or moved, and a report that is accepted costs
        /// nothing.
        ///
        /// Errors: all of this pallet. Event: [`Event::Proven`], and those of whoever punishes the offence.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::report_equivocation())]
        pub fn report_equivocation(
            origin: OriginFor<T>,
            equivocation: Box<EvidenceOf<T>>,
            owner: MembershipProof,
        ) -> DispatchResultWithPostInfo {
            let reporter = ensure_signed(origin)?;
            Self::do_report(vec![reporter], *equivocation, &owner)?;
            Ok(Pays::No.into())
        }

        /// Reports that a validator authored two blocks in one slot, as [`Self::report_equivocation`] does, on behalf of
        /// a node.
        ///
        /// Origin: none. The pool takes it from its own node only, so it gets into a block that this node authors; a
        /// block in which it fails is invalid. Nothing is held or moved.
        ///
        /// Errors and event: as of [`Self::report_equivocation`].
        #[pallet::call_index(1)]
        #[pallet::weight((T::WeightInfo::report_equivocation_unsigned(), Pays::No))]
        pub fn report_equivocation_unsigned(
            origin: OriginFor<T>,
            equivocation: Box<EvidenceOf<T>>,
            owner: MembershipProof,
        ) -> DispatchResult {
            ensure_none(origin)?;
            Self::do_report(Vec::new(), *equivocation, &owner)
        }
    }

    // What replaces it, `#[pallet::authorize]`, needs an extension that every transaction would have to carry.
    #[allow(deprecated)]
    #[pallet::validate_unsigned]
    impl<T: Config> ValidateUnsigned for Pallet<T> {
        type Call = Call<T>;

        fn validate_unsigned(source: TransactionSource, call: &Call<T>) -> TransactionValidity {
            Self::validate_report(source, call)
        }

        fn pre_dispatch(call: &Call<T>) -> Result<(), TransactionValidityError> {
            Self::examine_call(call).map(drop)
        }
    }
}
