//! # Audits
//!
//! Panels of auditors review record versions before they can be traded, and rule on claims after a sale. Other
//! pallets convene a panel through [`Panels`](medshare_traits::Panels) and learn the verdict through
//! [`OnVerdict`](medshare_traits::OnVerdict). No money is held here.
//!
//! ## A review
//!
//! 1. **Convene.** The review is stored as `Drawing` and a draw is queued `DrawDelay` blocks ahead.
//! 2. **Draw.** At the start of that block the seats are drawn from the active auditors without a conflict of
//!    interest. With fewer candidates than seats, but a quorum of them, the panel is smaller; with fewer than a quorum
//!    nobody is seated and the draw is tried again every `RetryDelay` blocks.
//! 3. **Deliver** ([`deliver_keys`](Pallet::deliver_keys)). The holder (a record's owner, a claim's buyer) has
//!    `KeyWindow` to deliver each auditor the record key, sealed to the key that the auditor had when drawn, with the
//!    proof that it is the key which the holder committed to.
//! 4. **Vote** ([`vote`](Pallet::vote), or the marketplace's `rule` for claims). From its delivery each auditor has
//!    `VoteWindow`.
//! 5. **Decide.** As soon as `Quorum` votes agree, or cannot agree any more (`Split`). Whoever wants something from the
//!    panel needs a quorum for it: without one a version is not approved, and a claim is found neither right nor wrong.
//!
//! What can go wrong has one way out each: an auditor who does not vote in time is replaced
//! ([`replace`](Pallet::replace)), a holder who does not deliver in time ends the review ([`lapse`](Pallet::lapse)),
//! and whoever convened the review dissolves it when its reason is gone. A deadline belongs to the side that has to
//! act until it has passed: delivery and vote are in time while `now <= due`, replacement and lapse begin at
//! `now > due`.
//!
//! ## Conflicts of interest
//!
//! Not drawn are: the holder and the record's owner; their sponsors; auditors whose sponsor is one of these; whoever
//! the convening pallet excluded; who already sits or was replaced on this panel; and auditors whose credit does not
//! let them audit. Of the replaced, at least the last eight are remembered: `excluded` holds 16, of which those who
//! convene fill at most 8, and when it is full the longest-replaced auditor makes room and can be drawn again. The
//! accounts that the convening pallet excluded are never dropped. The alternative, to end the review after some number
//! of failing auditors, would make the owner or the buyer pay for them; the failing auditors pay instead, in credit,
//! until they are not drawn at all.
//!
//! ## The randomness, and how strong it is
//!
//! Each draw is uniform without replacement: a seed from [`Config::Randomness`], taken for the subject of the review,
//! is stretched by BLAKE2b, and each pick is a 128-bit number modulo the size of the pool, whose bias is below
//! 2⁻¹⁰⁰ for any pool. The block of a draw is fixed when it is queued, the draw needs no transaction, and nobody can
//! repeat it. A seed that could already be known when the draw was queued, or when the last of its seats was vacated,
//! is not used: the draw waits for a later one. So no call is ever made in the knowledge of a seed that it can still
//! put aside.
//!
//! In the medshare runtime the seed is the hash of the block before the draw, by which it depends on every block since
//! the convening. That means:
//! - *Who submits transactions* (owner, buyer, auditor, keeper) cannot predict or steer a panel: when its transaction
//!   is signed, and when it is included, the hash that decides does not exist yet.
//! - *The validator that authors the last block before the draw* can steer it. It can prepare many variants of its
//!   block (other transactions, another order, another nonce in its signature), look at the panel that each yields and
//!   publish the one it likes, or none; what limits it is what it can compute within its slot. This takes a hospital
//!   that runs altered software in favour of one owner. It does not take luck: Aura's slots go round in a known order,
//!   so an owner who is in league with one validator can convene the review just in time for that one's slot. Waiting
//!   for more blocks, or hashing more of them, does not change this. So panels are beyond the reach of owners, and not
//!   of validators.
//! - *Re-rolling by starting again* is possible for owners, by `revise`, by `withdraw` and a new registration, or by letting
//!   a review lapse: one after another, or many at once up to `max_pending`. Each costs credit (`ReviewAbandoned` or
//!   `RecordRejected`) and a deposit for as long as the version is stored. The number is not bounded, the gain is: with the
//!   default points the seventh such review makes the owner `Restricted`, which means two reviews at a time, the longest
//!   time to claim, and that the marketplace pays nothing of a price before that is over. So who picked a panel sells
//!   what its buyers can still return. What remains are the first six, and an owner who sells before reviews that it
//!   began at the same time have lapsed. Each is on the chain (`Abandoned`, `Rejected`), for sponsors and council to act
//!   on. A claim has one review for ever.
//!
//! Where validators author on demand, a draw that waits is a reason to author ([`draws_soon`](Pallet::draws_soon)), so the
//! blocks up to it come in the next slots, by the authors whose turn it is, and not when somebody sends the transactions
//! that make them. A draw that found too few auditors is no such reason; it is tried again when other work, or the
//! heartbeat, has made enough blocks.
//!
//! The remedy for the second point is a seed that its last contributor cannot choose: a VRF per block (BABE,
//! Sassafras), which leaves one bit per slot, or a threshold beacon (drand, or one among the hospitals), which leaves
//! nothing to less than the threshold. It replaces `Config::Randomness` and nothing else: a source that reports
//! honestly since when its seed was known is waited for.
//!
//! ## Cheats, and why they fail
//!
//! - Delivering a key that opens something else, a key meant for another auditor, record, version, review or chain:
//!   the proof binds them all.
//! - Delivering only to friendly auditors: those not served are a ground to lapse; a verdict before that still needs
//!   a quorum, which is more than half of a full panel.
//! - Not delivering, to escape a verdict: the review lapses, which for the holder is a lost one.
//! - Voting without having been able to open the data, twice, late, on another panel: refused.
//! - Approving and naming faults, or rejecting and naming none: refused.
//! - Keeping a review open for ever: every state has a deadline that any member can enforce. Only a want of auditors
//!   can delay a draw, and only the admission of auditors ends that.
//! - Replacing a colleague before the deadline or after the vote, to have somebody else drawn: refused.
//!
//! Votes are public at once, so a late voter can follow an early one. Auditors answer for that with their credit:
//! approvals that a claim proves wrong are noted by the marketplace.
//!
//! ## What is stored
//!
//! One review for each record version and one for each claim, at most about 2.1 KB (five seats with sealed key and
//! vote, 16 excluded accounts). Finished reviews stay as long as anything can rest on them, and somebody has a deposit on
//! hold for that: who approved a version shares in its sales, answers for it and never rules on a claim about it, so
//! its review stays as long as the version does, for the owner's deposit; the review of a claim stays until its order
//! is cleared, for the buyer's. The indices hold entries for undecided reviews only.

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
mod draw;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{Draw, MAX_CALLER_EXCLUDED, MAX_SEATS};
pub use weights::WeightInfo;

#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use frame_support::{
        pallet_prelude::*,
        traits::{Randomness, Time},
    };
    use frame_system::pallet_prelude::*;
    use medshare_traits::{CreditScores, Engagements, Membership, OnVerdict, RecordRegistry};
    use medshare_types::{
        BlockNumber, Findings, Hash, Moment, RecordId, Review, SealedKey, Subject, Verdict, Version,
    };
    use sp_runtime::SaturatedConversion;

    use crate::{Draw, MAX_SEATS, WeightInfo};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config: frame_system::Config<Hash = Hash, RuntimeEvent: From<Event<Self>>> {
        /// Who the auditors are.
        type Membership: Membership<Self::AccountId>;

        /// What keeps a member from leaving: a seat does.
        type Engagements: Engagements<Self::AccountId>;

        /// Auditors' credit: it decides who may be drawn, and votes and failures count in it.
        type Credit: CreditScores<Self::AccountId>;

        /// Who owns the records, for conflicts of interest.
        type Records: RecordRegistry<Self::AccountId>;

        /// Who learns of the end of reviews.
        type OnVerdict: OnVerdict<Self::AccountId>;

        /// The seeds of the draws, and the block since which each could be known. The draw of a review waits until
        /// that block is later than the one in which it was convened, so a source must advance with the chain.
        type Randomness: Randomness<Hash, BlockNumberFor<Self>>;

        /// Chain time in milliseconds.
        type Time: Time<Moment = Moment>;

        /// Seats on a panel; 1 to 5, what lies outside counts as the nearest of these.
        type PanelSize: Get<u32>;

        /// Votes that must agree. More than half of the seats and at most all of them; what lies outside counts as the
        /// nearest number that does not.
        type Quorum: Get<u32>;

        /// Blocks between convening, or the vacation of a seat, and the draw; at least 1. With a seed that is known
        /// one block before the draw, 2 is the least that does not make the draw wait.
        type DrawDelay: Get<BlockNumber>;

        /// Blocks until a draw for which there were too few auditors is tried again; at least 1.
        type RetryDelay: Get<BlockNumber>;

        /// How long a holder has to deliver a key, from the draw of the seat, in milliseconds.
        type KeyWindow: Get<Moment>;

        /// How long an auditor has to vote, from the delivery of the key, in milliseconds.
        type VoteWindow: Get<Moment>;

        /// Draws in one block. A block with this many, of [`Membership::MaxAuditors`] candidates each, must leave most
        /// of the block to others.
        #[pallet::constant]
        type MaxDrawsPerBlock: Get<u32>;

        /// Blocks that are searched for room for a draw, beginning with the one wanted. This many full blocks of draws
        /// are the most that can be queued at once. Must not be lowered while draws are queued.
        #[pallet::constant]
        type SpillBlocks: Get<u32>;

        /// Weights of the calls and of the draws.
        type WeightInfo: WeightInfo;

        /// Sets the stage for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: medshare_traits::BenchmarkSetup<Self::AccountId>;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// Every review, also the ended ones, until whoever had it convened has it removed.
    ///
    /// While it is undecided: each seat has an entry in [`OpenReviews`] and is counted in [`Reviewing`], the holder has
    /// one in [`HeldReviews`], and it has one in [`DrawQueue`] exactly if its state is `Drawing`. Subjects are numbered
    /// by the chain, so nobody can choose keys that unbalance the trie.
    #[pallet::storage]
    pub type Reviews<T: Config> = StorageMap<_, Twox64Concat, Subject, Review<T::AccountId>>;

    /// The draws due in a block. Only blocks to come have entries, and no subject has two.
    #[pallet::storage]
    pub type DrawQueue<T: Config> =
        StorageMap<_, Twox64Concat, BlockNumber, BoundedVec<Draw, T::MaxDrawsPerBlock>, ValueQuery>;

    /// How many draws [`DrawQueue`] holds: at most `MaxDrawsPerBlock * SpillBlocks`, so that any `SpillBlocks` blocks in
    /// a row have room for one that is taken out and put back.
    #[pallet::storage]
    pub type Queued<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// The undecided reviews on whose panels an auditor sits.
    #[pallet::storage]
    pub type OpenReviews<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, Subject, ()>;

    /// The undecided reviews for which a holder delivers the keys.
    #[pallet::storage]
    pub type HeldReviews<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, Subject, ()>;

    /// On how many panels of undecided reviews of a version an auditor sits, for whatever subject; no entry is zero.
    #[pallet::storage]
    pub type Reviewing<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Twox64Concat,
        (RecordId, Version),
        u32,
        ValueQuery,
    >;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A review was convened; its panel is drawn at the start of a later block.
        Convened {
            /// What is decided.
            subject: Subject,
            /// The record that the panel opens.
            record: RecordId,
            /// Its version.
            version: Version,
            /// Who delivers the keys.
            holder: T::AccountId,
            /// The block of the draw.
            draw_at: BlockNumber,
        },
        /// An auditor was drawn for a seat.
        Seated {
            /// The review.
            subject: Subject,
            /// Who was drawn.
            auditor: T::AccountId,
            /// When the holder's time to deliver the key ends.
            due: Moment,
        },
        /// With those who could be drawn the panel would have less than a quorum of seats. Nobody was seated, and the
        /// draw is tried again.
        TooFewAuditors {
            /// The review.
            subject: Subject,
            /// How many seats the panel would have.
            found: u32,
            /// The block of the next draw.
            retry_at: BlockNumber,
        },
        /// The draw waits for a later block: its seed could be known too early, or what came of it had to be undone.
        DrawPostponed {
            /// The review.
            subject: Subject,
            /// The block of the draw.
            draw_at: BlockNumber,
        },
        /// The holder delivered an auditor's key.
        KeyDelivered {
            /// The review.
            subject: Subject,
            /// To whom.
            auditor: T::AccountId,
            /// When the auditor's time to vote ends.
            due: Moment,
        },
        /// An auditor voted.
        Voted {
            /// The review.
            subject: Subject,
            /// Who voted.
            auditor: T::AccountId,
            /// How.
            verdict: Verdict,
            /// What was found wrong.
            findings: Findings,
            /// SHA-256 of the report.
            report: Hash,
        },
        /// An auditor who did not vote in time lost the seat, which is drawn again.
        Replaced {
            /// The review.
            subject: Subject,
            /// Who lost the seat.
            auditor: T::AccountId,
            /// The block of the draw.
            draw_at: BlockNumber,
        },
        /// The panel decided.
        Decided {
            /// The review.
            subject: Subject,
            /// What it decided.
            verdict: Verdict,
            /// Votes to approve.
            approvals: u32,
            /// Votes to reject.
            rejections: u32,
        },
        /// The votes of the panel cannot agree any more.
        Split {
            /// The review.
            subject: Subject,
            /// Votes to approve.
            approvals: u32,
            /// Votes to reject.
            rejections: u32,
        },
        /// The holder did not deliver the keys in time.
        Lapsed {
            /// The review.
            subject: Subject,
        },
        /// What it was about ended before the panel decided.
        Dissolved {
            /// The review.
            subject: Subject,
        },
        /// Fewer auditors could be drawn than there were seats. The panel goes on without them, as it has a quorum.
        SeatsLeftVacant {
            /// The review.
            subject: Subject,
            /// How many seats nobody has.
            seats: u32,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no review of this subject.
        NoReview,
        /// The subject has a review already; there is one for each.
        AlreadyConvened,
        /// More accounts to exclude than are heeded.
        TooManyExcluded,
        /// As many draws are queued as there may be; try again later.
        DrawQueueFull,
        /// The review has ended.
        ReviewEnded,
        /// Only an active member may do this.
        NotActiveMember,
        /// Only the holder of the record key delivers it.
        NotHolder,
        /// No keys were given.
        NoKeys,
        /// The account does not sit on this panel.
        NotOnPanel,
        /// This auditor has the key already.
        KeyAlreadyDelivered,
        /// The sealed key's proof does not hold for this record, version, auditor, key and purpose.
        KeyRefused,
        /// The time for this is over.
        TooLate,
        /// The holder has not delivered the key of this seat yet.
        KeyNotDelivered,
        /// This auditor has voted already.
        AlreadyVoted,
        /// An approval must not name findings.
        FindingsWithApproval,
        /// A rejection must name at least one finding.
        RejectionWithoutFindings,
        /// The auditor's time to vote is not over.
        VoteNotOverdue,
        /// No seat waits for a key beyond the holder's time.
        NoKeyOverdue,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Draws the panels that are due in this block.
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            Self::draw_due(now.saturated_into())
        }

        fn integrity_test() {
            let (seats, quorum) = (T::PanelSize::get(), T::Quorum::get());
            assert!((1..=MAX_SEATS).contains(&seats), "a panel has 1 to {MAX_SEATS} seats");
            assert!(
                quorum <= seats && quorum.saturating_mul(2) > seats,
                "a quorum is more than half of the panel and at most all of it"
            );
            assert!(
                T::DrawDelay::get() > 0 && T::RetryDelay::get() > 0,
                "draws are queued for blocks to come"
            );
            assert!(
                T::MaxDrawsPerBlock::get() > 0 && T::SpillBlocks::get() > 0,
                "draws need room in the queue"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Delivers the record key to auditors of a panel, each sealed to the key in the auditor's seat. All of them
        /// or, if one is refused, none.
        ///
        /// Origin: signed by the review's holder, an active member.
        ///
        /// Each entry names an auditor who sits on the panel, has no key yet and whose seat is not past due, and its
        /// proof must hold for the holder's commitment, the record, version and auditor, and the purpose `Audit` or,
        /// for a claim, `Claim(order)`. The auditor's time to vote begins. Keys can be delivered in several calls, and
        /// while vacant seats wait for their draw.
        ///
        /// Errors: `NoReview`, `NotHolder`, `NotActiveMember`, `ReviewEnded`, `NoKeys`, `NotOnPanel`,
        /// `KeyAlreadyDelivered`, `TooLate`, `KeyRefused`. Events: [`Event::KeyDelivered`] for each.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::deliver_keys(keys.len().saturated_into()))]
        pub fn deliver_keys(
            origin: OriginFor<T>,
            subject: Subject,
            keys: BoundedVec<(T::AccountId, SealedKey), ConstU32<MAX_SEATS>>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_deliver_keys(who, subject, keys.into_inner())
        }

        /// Votes on whether a version may be traded. Votes on claims are cast by the marketplace's `rule`.
        ///
        /// Origin: signed by an active auditor who sits on the panel, has the key, has not voted and is not past due.
        ///
        /// `findings` are empty with an approval and not with a rejection; `report` is the SHA-256 of the report. If
        /// the vote decides the review, the majority's credit grows, all seats end, and the registry is told.
        ///
        /// Errors: the membership's own, `NoReview`, `ReviewEnded`, `NotOnPanel`, `KeyNotDelivered`, `AlreadyVoted`,
        /// `TooLate`, `FindingsWithApproval`, `RejectionWithoutFindings`. Events: [`Event::Voted`] and perhaps
        /// [`Event::Decided`] or [`Event::Split`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::vote())]
        pub fn vote(
            origin: OriginFor<T>,
            record: RecordId,
            version: Version,
            verdict: Verdict,
            findings: Findings,
            report: Hash,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_vote(&who, Subject::Record { record, version }, verdict, findings, report)
        }

        /// Takes the seat from an auditor who has the key and did not vote in time, and has it drawn again. The other
        /// seats go on meanwhile. The auditor loses credit and is excluded from this review.
        ///
        /// Origin: signed by any active member.
        ///
        /// Errors: `NotActiveMember`, `NoReview`, `ReviewEnded`, `NotOnPanel`, `KeyNotDelivered`, `AlreadyVoted`,
        /// `VoteNotOverdue`, `DrawQueueFull`. Event: [`Event::Replaced`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::replace())]
        pub fn replace(origin: OriginFor<T>, subject: Subject, auditor: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_replace(who, subject, auditor)
        }

        /// Ends a review whose holder did not deliver a key in time, whatever the others voted.
        ///
        /// Origin: signed by any active member.
        ///
        /// Errors: `NotActiveMember`, `NoReview`, `ReviewEnded`, `NoKeyOverdue`. Event: [`Event::Lapsed`].
        #[pallet::call_index(3)]
        #[pallet::weight(match subject {
            Subject::Record { .. } => T::WeightInfo::lapse_record(),
            Subject::Claim { .. } => T::WeightInfo::lapse_claim(),
        })]
        pub fn lapse(origin: OriginFor<T>, subject: Subject) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_lapse(who, subject)
        }
    }
}
