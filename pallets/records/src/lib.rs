//! # Records
//!
//! The registry of medical records: for every version of every record the hash of its ciphertext, a salted commitment
//! to its plaintext, the record key encrypted to its owner, a descriptor for those who search, and the vaults that
//! hold it. Nothing here identifies a person and nothing opens a record.
//!
//! ## Calls
//!
//! - [`register`](Pallet::register) and [`register_many`](Pallet::register_many): new records, each with a review.
//! - [`revise`](Pallet::revise): a new version with a new key.
//! - [`withdraw`](Pallet::withdraw): ends a record.
//! - [`relocate`](Pallet::relocate): says where the blob of a version is now.
//! - [`erase`](Pallet::erase): removes all that is kept of a withdrawn record.
//!
//! ## The life of a version
//!
//! It begins `Pending` with a panel of auditors convened for it, and ends up `Approved` or `Rejected`, by the panel's
//! verdict or because the owner let the review lapse. A version whose review the owner abandoned, by revising or
//! withdrawing the record under review, is `Rejected` too, with the event `Abandoned` and its own mark in the owner's
//! credit. Only the newest version of a record can be pending. An approved version stays tradable when a newer one
//! comes, but has to be listed again.
//!
//! The vaults that hold a version when it is registered may not review it: they earn from its sales.
//!
//! A withdrawn record stays until it is erased. Nothing new can be sold or granted from it, but grants and open orders go
//! on: its versions remain readable here and its owner can still [`relocate`](Pallet::relocate) them, so that nobody
//! who paid is left without the data. Since a withdrawn record no longer keeps its owner from leaving, a seller whose
//! orders are open is kept by those. Once no order for it is open and no grant of it is stored, it can be erased:
//! pseudonym, descriptors, hashes, policy, receipts and reviews leave the state. Blocks keep what was in them.
//!
//! ## Money
//!
//! Each version has a deposit on hold for the storage that it takes: [`Config::DepositBase`] and
//! [`Config::DepositPerByte`] of its encoded size and of each vault that held it, at the prices of the time when it was
//! stored or last relocated. It pays for all that is kept because of the version: its indices, its review, and the
//! policy and the newest receipts of its record. It is on hold exactly as long as these are stored: a rejected or
//! withdrawn version keeps its deposit, and [`erase`](Pallet::erase) releases it. The owner can always get there, by
//! denying requests, revoking grants and clearing them; orders come to an end by themselves. If the owner is no member any
//! more, any member can erase, and the owner gets the money.
//!
//! ## Invariants
//!
//! See `do_try_state`: holds equal deposits, counts equal what they count, indices agree with what they index.
//!
//! ## Cheats, and why they fail
//!
//! - *Registering somebody else's ciphertext.* Ciphertexts can be fetched by buyers who have not paid. Each ciphertext
//!   hash can be registered once, by whoever comes first, until its record is erased; and then by nobody who does not
//!   have the key, since the auditors could not open it. Somebody who sees a registration in the transaction pool can
//!   still register its hash first. That gains nothing, since such a record cannot be opened for the auditors and is
//!   rejected at the price of credit; the owner seals again.
//! - *Trading what was not reviewed.* A status changes only by a verdict about exactly that version, and what was
//!   reviewed (ciphertext, commitment, descriptor) never changes; only locators do, and they must name the same blob.
//! - *Using an old key for a new version.* Who opened the old one could open the new one without a grant. A commitment
//!   that repeats a point of the previous version's is refused. A fresh commitment to the old key cannot be told from
//!   one to a new key by anybody but the owner, whose own loss it is.
//! - *Flooding auditors.* The owner's credit bounds the versions under review at once, and abandoning reviews costs
//!   credit.
//! - *Breaking those who read.* Texts must be UTF-8, because the metadata calls them `str`.
//! - *Pointing at a vault that does not have the blob.* The chain cannot see that; auditors do.
//!
//! A version needs at least one vault that holds its whole ciphertext: the blob that a locator names must be the
//! ciphertext itself. This is so until data are dispersed over several vaults in parts.

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
mod check;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod traits;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{MAX_FORMER_HOLDERS, NewRecord};
pub use weights::WeightInfo;

#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use frame_support::{
        pallet_prelude::*,
        traits::{
            Time,
            fungible::{Inspect, Mutate, MutateHold},
        },
    };
    use frame_system::pallet_prelude::*;
    use medshare_traits::{Consent, CreditScores, Engagements, Market, Membership, Panels};
    use medshare_types::{
        Balance, Hash, Locators, Moment, NewVersion, Policy, Record, RecordId, RecordVersion, Version,
    };
    use sp_runtime::SaturatedConversion;

    use crate::{NewRecord, WeightInfo};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config: frame_system::Config<Hash = Hash, RuntimeEvent: From<Event<Self>>> {
        /// Who the providers and the vaults are.
        type Membership: Membership<Self::AccountId>;

        /// What keeps a member from leaving: a record that is not withdrawn does.
        type Engagements: Engagements<Self::AccountId>;

        /// Owners' credit: it bounds their versions under review, and the ends of reviews count in it.
        type Credit: CreditScores<Self::AccountId>;

        /// Who keeps the policies of records.
        type Consent: Consent<Self::AccountId>;

        /// Who reviews versions.
        type Panels: Panels<Self::AccountId>;

        /// Where records are on sale.
        type Market: Market;

        /// In what deposits are held.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// Chain time in milliseconds.
        type Time: Time<Moment = Moment>;

        /// Deposit for a version whatever its size, in the smallest unit. It covers all that is kept besides the version.
        type DepositBase: Get<Balance>;

        /// Deposit for each byte of a version's encoding and of its entries for former holders, in the smallest unit.
        type DepositPerByte: Get<Balance>;

        /// Most records in one [`Pallet::register_many`]. More than an owner's credit ever allows under review make
        /// no sense.
        #[pallet::constant]
        type MaxBatch: Get<u32>;

        /// Most versions of a record. Erasure touches all of them.
        #[pallet::constant]
        type MaxVersions: Get<Version>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// Sets the stage for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: medshare_traits::BenchmarkSetup<Self::AccountId>;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// Why money of an owner is on hold.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Deposits for the storage of record versions.
        Record,
    }

    /// The number of the next record, which is how many there have been.
    #[pallet::storage]
    pub type NextRecord<T: Config> = StorageValue<_, RecordId, ValueQuery>;

    /// Every record that was not erased, also the withdrawn ones; numbers below [`NextRecord`]. Numbered by the chain, so
    /// nobody can choose keys that unbalance the trie.
    #[pallet::storage]
    pub type Records<T: Config> = StorageMap<_, Twox64Concat, RecordId, Record<T::AccountId>>;

    /// Every version of every record, from 1 to the record's `latest` without gaps.
    #[pallet::storage]
    pub type Versions<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        RecordId,
        Twox64Concat,
        Version,
        RecordVersion<T::AccountId>,
        OptionQuery,
    >;

    /// The records of each owner, also the withdrawn ones; each record is here exactly once. The second key is the
    /// record's number in big-endian bytes.
    // Big-endian under Identity makes iteration ascend by number, so that a page is read from where the one before
    // ended. The numbers are given by the chain, so nobody can unbalance the trie.
    #[pallet::storage]
    pub type RecordsOf<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, [u8; 8], (), OptionQuery>;

    /// How many versions of an owner are pending; absent if none.
    #[pallet::storage]
    pub type Pending<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// Which version has which ciphertext, by its SHA-256; one for each version.
    #[pallet::storage]
    pub type ByCiphertext<T: Config> =
        StorageMap<_, Blake2_128Concat, Hash, (RecordId, Version), OptionQuery>;

    /// The vaults from which a version was relocated, at most [`MAX_FORMER_HOLDERS`](crate::MAX_FORMER_HOLDERS). They may still report on what they served, so that an owner
    /// cannot make reports impossible by moving a blob.
    #[pallet::storage]
    pub type FormerHolders<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, RecordId>,
            NMapKey<Twox64Concat, Version>,
            NMapKey<Blake2_128Concat, T::AccountId>,
        ),
        (),
        OptionQuery,
    >;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A record was registered with its version 1, which is now pending.
        Registered {
            /// The record.
            record: RecordId,
            /// Who owns it.
            owner: T::AccountId,
            /// SHA-256 of the ciphertext.
            ciphertext: Hash,
            /// What is held for it.
            deposit: Balance,
        },
        /// A record has a new version, which is now pending, and is off the market.
        Revised {
            /// The record.
            record: RecordId,
            /// The new version.
            version: Version,
            /// SHA-256 of its ciphertext.
            ciphertext: Hash,
            /// What is held for it.
            deposit: Balance,
        },
        /// A record was ended by its owner.
        Withdrawn {
            /// The record.
            record: RecordId,
        },
        /// All that was kept of a withdrawn record was removed, and the deposits of its versions were released to its owner.
        Erased {
            /// The record.
            record: RecordId,
            /// How many versions it had.
            versions: Version,
            /// The deposits of all its versions.
            released: Balance,
        },
        /// The blob of a version is now at these vaults.
        Relocated {
            /// The record.
            record: RecordId,
            /// The version.
            version: Version,
            /// Where it is.
            locators: Locators<T::AccountId>,
            /// What is held for it now.
            deposit: Balance,
        },
        /// A quorum of auditors approved a version.
        Approved {
            /// The record.
            record: RecordId,
            /// The version.
            version: Version,
        },
        /// A quorum of auditors did not approve a version, or its owner did not deliver the keys in time (`lapsed`).
        Rejected {
            /// The record.
            record: RecordId,
            /// The version.
            version: Version,
            /// Whether the review lapsed.
            lapsed: bool,
        },
        /// The owner revised or withdrew a record under review; the review of this version was ended.
        Abandoned {
            /// The record.
            record: RecordId,
            /// The version.
            version: Version,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no such record.
        NoRecord,
        /// The record has no such version.
        NoVersion,
        /// Only the owner of the record may do this.
        NotOwner,
        /// Only an active member may do this.
        NotActiveMember,
        /// The record was withdrawn.
        AlreadyWithdrawn,
        /// The record was not withdrawn; what is in use is not erased.
        NotWithdrawn,
        /// Money of an order for a version of the record is still on hold.
        StillOrdered,
        /// A grant of a version of the record is stored; end and clear it first.
        StillGranted,
        /// Somebody waits for an answer of the owner; deny the requests first.
        StillAsked,
        /// No records were given.
        EmptyBatch,
        /// All numbers for records are used up.
        NoMoreNumbers,
        /// The record has as many versions as it may have.
        TooManyVersions,
        /// The owner's credit allows no more versions under review at once.
        TooManyPending,
        /// The owner has no encryption key.
        NoEncryptionKey,
        /// This ciphertext is registered already.
        CiphertextTaken,
        /// The key commitment repeats a point of the previous version's.
        KeyNotNew,
        /// A point of the key commitment is the identity or not canonically encoded.
        InvalidCommitment,
        /// A ciphertext of no bytes.
        EmptyCiphertext,
        /// Completeness is a percentage, at most 100.
        CompletenessTooHigh,
        /// A month is not within 1 to 12, or the period ends before it begins.
        InvalidPeriod,
        /// Medical codes are not in ascending order, or one occurs twice.
        CodesNotAscending,
        /// The same thing is counted twice.
        CountedTwice,
        /// A text is empty or not UTF-8.
        InvalidText,
        /// At least one locator is needed.
        NoLocator,
        /// A locator names an account that is no active vault.
        NotVault,
        /// A vault is named twice.
        VaultTwice,
        /// A locator names another blob than the ciphertext.
        WrongBlob,
        /// The version has been at as many vaults as can be kept in mind.
        TooManyFormerHolders,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxBatch::get() > 0, "a batch must have room for a record");
            assert!(T::MaxVersions::get() > 0, "a record must have room for a version");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Registers a record with its first version, and has a panel of auditors convened for it.
        ///
        /// Origin: signed by an active provider, who becomes the owner.
        ///
        /// `subject` is the salted SHA-256 pseudonym of the person whom the data are about; `policy` is what the owner
        /// permits. Of `content` is checked: the commitment's points are canonical; sizes, percentages and months are
        /// possible; codes ascend and counts are distinct; texts are UTF-8; there is at least one locator, each with
        /// the ciphertext's hash and a different active vault; and nobody has registered this ciphertext before. The
        /// record key must be committed to the owner's current encryption key. The owner's credit bounds the versions
        /// under review at once.
        ///
        /// Holds the version's deposit. The record keeps its owner from leaving until it is withdrawn.
        ///
        /// Errors: the membership's own, any from `EmptyCiphertext` to `WrongBlob` that says what is wrong with
        /// the content, `InvalidCommitment`, `CiphertextTaken`, `TooManyPending`, `NoEncryptionKey`, those of the
        /// policy, the panels and the currency. Event: [`Event::Registered`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register())]
        pub fn register(
            origin: OriginFor<T>,
            subject: Hash,
            policy: Policy,
            content: NewVersion<T::AccountId>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_register(&who, NewRecord { subject, policy, content })
        }

        /// Registers several records: all of them or, if one is refused, none.
        ///
        /// Origin, checks, deposits and errors: those of [`Pallet::register`], for each; and `EmptyBatch`. Events:
        /// [`Event::Registered`] for each.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::register_many(records.len().saturated_into()))]
        pub fn register_many(
            origin: OriginFor<T>,
            records: BoundedVec<NewRecord<T::AccountId>, T::MaxBatch>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_register_many(&who, records.into_inner())
        }

        /// Adds a version to a record, with a new key, and has a panel convened for it. The record is taken off the
        /// market; orders already placed go on. If the previous version is under review, that review ends without a
        /// verdict, which costs credit.
        ///
        /// Origin: signed by the owner, an active provider.
        ///
        /// The content is checked as in [`Pallet::register`]; besides, the key commitment must differ from the previous
        /// version's in both points. Holds the new version's deposit; those of older versions stay.
        ///
        /// Errors: those of [`Pallet::register`], `NoRecord`, `NotOwner`, `AlreadyWithdrawn`, `TooManyVersions`,
        /// `KeyNotNew`. Events: [`Event::Revised`] and perhaps [`Event::Abandoned`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::revise())]
        pub fn revise(
            origin: OriginFor<T>,
            record: RecordId,
            content: NewVersion<T::AccountId>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_revise(&who, record, content)
        }

        /// Ends a record. It is taken off the market, and nothing of it can be sold or granted any more; grants and
        /// orders already placed go on, and the deposits stay on hold until the record is erased. If its newest version is under review, that review ends without a verdict,
        /// which costs credit.
        ///
        /// Origin: signed by the owner, an active member in whatever role.
        ///
        /// The record does not keep its owner from leaving any more.
        ///
        /// Errors: `NotActiveMember`, `NoRecord`, `NotOwner`, `AlreadyWithdrawn`. Events: [`Event::Withdrawn`] and
        /// perhaps [`Event::Abandoned`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::withdraw())]
        pub fn withdraw(origin: OriginFor<T>, record: RecordId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_withdraw(&who, record)
        }

        /// Says at which vaults the blob of a version is now. All former locators are replaced; those vaults may still report
        /// on what they served. Possible for every version, also of a withdrawn record.
        ///
        /// Origin: signed by the owner, an active member in whatever role.
        ///
        /// Locators are checked as in [`Pallet::register`]. The version's deposit becomes what its size and its former
        /// holders cost now: the difference is held or released.
        ///
        /// Errors: `NotActiveMember`, `NoRecord`, `NotOwner`, `NoVersion`, `NoLocator`, `NotVault`, `VaultTwice`,
        /// `WrongBlob`, `TooManyFormerHolders`, those of the currency. Event: [`Event::Relocated`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::relocate())]
        pub fn relocate(
            origin: OriginFor<T>,
            record: RecordId,
            version: Version,
            locators: Locators<T::AccountId>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_relocate(&who, record, version, locators)
        }

        /// Removes all that is kept of a withdrawn record: its versions with their reviews, its policy and its receipts.
        /// Receipts that vaults post later are refused. What happened stays readable in the blocks.
        ///
        /// Origin: signed by the owner, an active member; by any active member, if the owner is no member any more.
        ///
        /// No order for it may be open, no grant of it stored, and no request to its owner unanswered. Releases the
        /// deposits of all versions to the owner. Charged for the most versions; what they were fewer is given back.
        ///
        /// Errors: `NotActiveMember`, `NoRecord`, `NotOwner`, `NotWithdrawn`, `StillAsked`, `StillOrdered`,
        /// `StillGranted`. Event: [`Event::Erased`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::erase(T::MaxVersions::get()))]
        pub fn erase(origin: OriginFor<T>, record: RecordId) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let versions = Self::do_erase(&who, record)?;
            Ok(Some(T::WeightInfo::erase(versions)).into())
        }
    }
}
