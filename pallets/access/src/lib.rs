//! # Access
//!
//! Consent: what an owner permits, who asked for what, who holds which grant, and what was done with it. It decides
//! whether somebody may fetch the blob of a version ([`may_fetch`](Pallet::may_fetch)), which vaults ask before they
//! serve it.
//!
//! ## Calls
//!
//! - [`set_policy`](Pallet::set_policy): what the owner permits, in the terms of the GA4GH Data Use Ontology.
//! - [`request`](Pallet::request), [`cancel_request`](Pallet::cancel_request), [`answer`](Pallet::answer),
//!   [`deny`](Pallet::deny): access that somebody asks for.
//! - [`grant`](Pallet::grant): access without having been asked.
//! - [`revoke`](Pallet::revoke): the end of a grant; [`clear`](Pallet::clear): the removal of one that has ended.
//! - [`post_receipts`](Pallet::post_receipts): what vaults served.
//!
//! Grants that were paid for come from the marketplace, through [`Consent`](medshare_traits::Consent).
//!
//! ## Policies and grants
//!
//! A policy counts when a grant is asked for and again when it is given. To tighten it affects new requests, orders and
//! grants, and those that are open and not answered or delivered yet; grants that were given stay until they are
//! revoked or expire. There is one grant for each version and grantee. It can be replaced when it is no longer in
//! force, but not while money of the order that it rests on is still on hold, since a claim is decided with it.
//!
//! A grant is given together with the record key, sealed to the grantee, and the chain verifies the proof that it is the
//! key of this version, for this grantee and this purpose. To revoke a grant stops the vaults from serving; it does not
//! take back what was opened. To lock out somebody who kept the key the owner revises the record with a new one.
//!
//! ## Money
//!
//! A request has a deposit of [`Config::RequestDeposit`] on hold, as it was when the request was made. It is released
//! when the request is denied or cancelled. The owner can deny and the requester can cancel at any time, whatever became
//! of the record or the other, and an open request keeps its requester from leaving; so it is never stuck. If the request
//! is answered, its deposit stays on hold for the grant. For a grant that nobody asked for the owner has the same amount
//! on hold. What is held for a grant is released when the grant is removed: by [`clear`](Pallet::clear), which any member
//! can call once the grant has ended, or by the grant that replaces it. A grant that was bought is paid for by the
//! deposit of its order and goes with that.
//!
//! ## Who may fetch
//!
//! In this order: nobody may fetch what does not exist, and only active members may fetch at all. The owner may. Who
//! holds a grant in force may, until it expires. Who reviews the version may, also with a revoked grant. Who holds a
//! grant that is revoked or has expired may not. A buyer may fetch a version that is listed, to check before paying
//! that it is there; without the key it opens nothing. Nobody else may.
//!
//! Once a grant that ended was removed, who held it is as anybody else, and may preview as a buyer what is listed. That
//! gives nothing that was not there while the grant was in force: what was fetched then may have been kept.
//!
//! ## Receipts
//!
//! A vault reports what it served, in the order of its own count, so that what it posts twice is counted once. It
//! can only report on versions that it holds or held, and not ahead of time. The chain cannot see whether a report is true or
//! complete: it relies on the vault, which the council admitted and which keeps the signed request whose hash the
//! receipt names. Receipts have no deposit, as they are the vault's duty. So only the newest
//! [`Config::ReceiptsKept`] of each record are kept here, for which the record's deposit pays; all of them stay in the
//! events and blocks.
//!
//! ## Cheats, and why they fail
//!
//! - *Delivering a wrong key*, or one that was made for another record, version, grantee, request or chain: the proof
//!   binds them all.
//! - *Selling past the policy*: it is checked again when the grant is given, whoever gives it.
//! - *Revoking what was just sold*: refused while money of the order is on hold, to the buyer as well as to the owner.
//! - *Flooding owners with requests*: each has a deposit, and there are at most [`Config::MaxOpenRequests`] of each
//!   requester.
//! - *Asking under an old key*: the key is that of the member when it asks.
//! - *Breaking those who read*: a policy with a code that is not UTF-8 is refused, and no policy permits a purpose with
//!   one, because the metadata calls it `str`.

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
pub mod migrations;
#[cfg(test)]
mod mock;
mod queries;
mod receipts;
#[cfg(test)]
mod tests;
mod traits;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
pub mod weights;

pub use pallet::*;
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
    use medshare_traits::{Engagements, Market, Membership, Panels, RecordRegistry};
    use medshare_types::{
        AccessRequest, Balance, Grant, GrantBasis, Hash, Moment, NewReceipt, Policy, Purpose, Receipt,
        RecordId, RequestId, SealedKey, Version,
    };
    use sp_runtime::SaturatedConversion;

    use crate::WeightInfo;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    #[pallet::config]
    pub trait Config: frame_system::Config<Hash = Hash, RuntimeEvent: From<Event<Self>>> {
        /// Who may act, and with which encryption key.
        type Membership: Membership<Self::AccountId>;

        /// What keeps a member from leaving: an open request of its own does.
        type Engagements: Engagements<Self::AccountId>;

        /// Which records there are and whose.
        type Records: RecordRegistry<Self::AccountId>;

        /// Who reviews what.
        type Panels: Panels<Self::AccountId>;

        /// What is on sale, and which orders have money on hold.
        type Market: Market;

        /// In what deposits are held.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// Chain time in milliseconds.
        type Time: Time<Moment = Moment>;

        /// Deposit for a request, and for a grant that does not rest on an order, in the smallest unit.
        type RequestDeposit: Get<Balance>;

        /// Most requests that somebody may have open at once.
        type MaxOpenRequests: Get<u32>;

        /// Most receipts in one [`Pallet::post_receipts`].
        #[pallet::constant]
        type MaxReceipts: Get<u32>;

        /// How many receipts of each record are kept, the newest ones. To change it takes a migration.
        #[pallet::constant]
        type ReceiptsKept: Get<u32>;

        /// How far a vault's clock may be ahead of chain time, in milliseconds. Chain time is that of the block before
        /// at worst, so this is more than the time of a block.
        type ReceiptTolerance: Get<Moment>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// Sets the stage for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: medshare_traits::BenchmarkSetup<Self::AccountId>;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// Why money of a requester or an owner is on hold.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Deposits for open requests.
        Request,
        /// Deposits for grants: of who asked for them, or of owners who gave them without being asked.
        Grant,
    }

    /// What the owner of each record permits; one for each record. Records are numbered by the chain, so nobody can
    /// choose keys that unbalance the trie.
    #[pallet::storage]
    pub type Policies<T: Config> = StorageMap<_, Twox64Concat, RecordId, Policy>;

    /// The grant of each version to each grantee, in force or not; only for versions that exist.
    #[pallet::storage]
    pub type Grants<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, RecordId>,
            NMapKey<Twox64Concat, Version>,
            NMapKey<Blake2_128Concat, T::AccountId>,
        ),
        Grant,
    >;

    /// Who has how much on hold for a grant; for none that is not there. Absent for grants that rest on an order, for
    /// which the order's deposit pays, and for those from before there were deposits.
    #[pallet::storage]
    pub type GrantDeposits<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, RecordId>,
            NMapKey<Twox64Concat, Version>,
            NMapKey<Blake2_128Concat, T::AccountId>,
        ),
        (T::AccountId, Balance),
    >;

    /// The number of the next request, which is how many there have been.
    #[pallet::storage]
    pub type NextRequest<T: Config> = StorageValue<_, RequestId, ValueQuery>;

    /// The open requests; numbers below [`NextRequest`].
    #[pallet::storage]
    pub type Requests<T: Config> = StorageMap<_, Twox64Concat, RequestId, AccessRequest<T::AccountId>>;

    /// What the requester has on hold for each open request, in the smallest unit; one for each.
    // Kept because the deposit that is asked for may change while a request is open.
    #[pallet::storage]
    pub type RequestDeposits<T: Config> = StorageMap<_, Twox64Concat, RequestId, Balance>;

    /// The open requests for the records of each owner; each request is here exactly once. The second key is the
    /// request's number in big-endian bytes.
    // Big-endian under Identity makes iteration ascend by number, so that a page is read from where the one before
    // ended. The numbers are given by the chain, so nobody can unbalance the trie.
    #[pallet::storage]
    pub type RequestsOf<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, [u8; 8], (), OptionQuery>;

    /// How many open requests a requester has; absent if none.
    #[pallet::storage]
    pub type OpenRequests<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The newest [`Config::ReceiptsKept`] access receipts of each record, numbered to below its [`ReceiptCount`]
    /// without gaps.
    #[pallet::storage]
    pub type Receipts<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RecordId, Twox64Concat, u32, Receipt<T::AccountId>, OptionQuery>;

    /// How many receipts a record has had; absent if none.
    #[pallet::storage]
    pub type ReceiptCount<T: Config> = StorageMap<_, Twox64Concat, RecordId, u32, ValueQuery>;

    /// The number of the newest receipt that each vault has posted, by the vault's own count.
    #[pallet::storage]
    pub type LastReceipt<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u64>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// The policy of a record was set.
        PolicySet {
            /// The record.
            record: RecordId,
            /// What its owner permits.
            policy: Policy,
        },
        /// Somebody asked for access to a version.
        Requested {
            /// The number of the request.
            request: RequestId,
            /// The record.
            record: RecordId,
            /// The version.
            version: Version,
            /// Who is to answer.
            owner: T::AccountId,
            /// Who asks.
            requester: T::AccountId,
            /// What for.
            purpose: Purpose,
        },
        /// A request was cancelled by who made it.
        RequestCancelled {
            /// The number of the request.
            request: RequestId,
        },
        /// A request was denied by the owner of the record.
        RequestDenied {
            /// The number of the request.
            request: RequestId,
        },
        /// Somebody was granted access to a version, until `expires` if that is set.
        Granted {
            /// The record.
            record: RecordId,
            /// The version.
            version: Version,
            /// To whom.
            grantee: T::AccountId,
            /// What it rests on.
            basis: GrantBasis,
            /// When it ends by itself.
            expires: Option<Moment>,
        },
        /// A grant was ended, `by` the owner or the grantee.
        Revoked {
            /// The record.
            record: RecordId,
            /// The version.
            version: Version,
            /// Whose grant it was.
            grantee: T::AccountId,
            /// Who ended it.
            by: T::AccountId,
        },
        /// A grant that had ended was removed; its deposit, if it had one, was released to whoever it was held from.
        Cleared {
            /// The record.
            record: RecordId,
            /// The version.
            version: Version,
            /// Whose grant it was.
            grantee: T::AccountId,
            /// The deposit.
            released: Balance,
        },
        /// A vault reported that it served a version.
        ReceiptPosted {
            /// The record.
            record: RecordId,
            /// The place of the receipt among those of the record.
            index: u32,
            /// The version.
            version: Version,
            /// Who served it.
            vault: T::AccountId,
            /// To whom.
            accessor: T::AccountId,
            /// The vault's own number of the receipt.
            sequence: u64,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no such record.
        NoRecord,
        /// Only the owner of the record may do this.
        NotOwner,
        /// Only an active member may do this.
        NotActiveMember,
        /// Who receives the key is no active member.
        GranteeNotActive,
        /// Who receives the key has no encryption key.
        NoEncryptionKey,
        /// The record was withdrawn.
        RecordWithdrawn,
        /// The version is not approved, does not exist, or its record was withdrawn.
        NotAvailable,
        /// The owner needs no access to an own record.
        OwnRecord,
        /// A medical code is empty or not UTF-8.
        InvalidText,
        /// The record's policy does not cover the purpose.
        PurposeNotPermitted,
        /// A grant of this version to this account is in force.
        AlreadyGranted,
        /// As many requests of this account are open as may be.
        TooManyRequests,
        /// There is no such open request.
        NoRequest,
        /// Only who made the request may do this.
        NotRequester,
        /// The sealed key's proof does not hold for this record, version, grantee, key and purpose.
        KeyRefused,
        /// The grant would end before it begins.
        AlreadyExpired,
        /// There is no grant of this version to this account.
        NoGrant,
        /// Only the owner of the record and the grantee may do this.
        NotParty,
        /// The grant was revoked before.
        AlreadyRevoked,
        /// Money of the order that the grant rests on is still on hold.
        SaleOpen,
        /// The grant is in force; revoke it first.
        StillInForce,
        /// No receipts were given.
        NoReceipts,
        /// This vault does not hold this version and never did, or there is no such version.
        NotHeldHere,
        /// A receipt is not numbered above the vault's newest.
        SequenceNotAscending,
        /// A receipt is from the future.
        FromTheFuture,
        /// All numbers are used up.
        NoMoreNumbers,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxReceipts::get() > 0, "a batch must have room for a receipt");
            assert!(T::ReceiptsKept::get() > 0, "a receipt is kept until the next one");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets what the owner permits. Grants that were given stay; requests and orders that are still open are
        /// held to the new policy when they are answered or delivered.
        ///
        /// Origin: signed by the owner of the record, an active member.
        ///
        /// Errors: `NotActiveMember`, `NoRecord`, `NotOwner`, `RecordWithdrawn`, `InvalidText`. Event:
        /// [`Event::PolicySet`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::set_policy())]
        pub fn set_policy(origin: OriginFor<T>, record: RecordId, policy: Policy) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_set_policy(&who, record, policy)
        }

        /// Asks the owner for access to a version.
        ///
        /// Origin: signed by an active member other than the owner.
        ///
        /// The version must be approved and its record not withdrawn, its policy must cover the purpose, and no grant of
        /// it to the requester may be in force. The owner's answer is sealed to the encryption key that the requester has
        /// now.
        ///
        /// Holds [`Config::RequestDeposit`] until the request is denied or cancelled or the grant that answers it is
        /// removed. The request keeps its requester from leaving until it is answered, denied or cancelled.
        ///
        /// Errors: `NotActiveMember`, `NoEncryptionKey`, `NoRecord`, `NotAvailable`, `OwnRecord`,
        /// `PurposeNotPermitted`, `AlreadyGranted`, `SaleOpen`, `TooManyRequests`, those of the currency. Event:
        /// [`Event::Requested`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::request())]
        pub fn request(
            origin: OriginFor<T>,
            record: RecordId,
            version: Version,
            purpose: Purpose,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_request(&who, record, version, purpose)
        }

        /// Cancels a request. Its deposit is released.
        ///
        /// Origin: signed by who made it.
        ///
        /// Errors: `NoRequest`, `NotRequester`. Event: [`Event::RequestCancelled`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::cancel_request())]
        pub fn cancel_request(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_cancel_request(&who, request)
        }

        /// Grants what was asked for. The requester's deposit stays on hold, now for the grant.
        ///
        /// Origin: signed by the owner of the record, an active member.
        ///
        /// The proof of the sealed key must hold for the version's commitment, the requester, the key that it had when it
        /// asked, and the purpose `Request(request)`. The version must still be available, the policy must still cover
        /// the purpose, the requester must be active, and `expires`, if it is set, in the future.
        ///
        /// Errors: `NotActiveMember`, `NoRequest`, `NotOwner`, `NotAvailable`, `GranteeNotActive`, `AlreadyExpired`,
        /// `PurposeNotPermitted`, `AlreadyGranted`, `SaleOpen`, `KeyRefused`. Event: [`Event::Granted`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::answer())]
        pub fn answer(
            origin: OriginFor<T>,
            request: RequestId,
            sealed: SealedKey,
            expires: Option<Moment>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_answer(&who, request, sealed, expires)
        }

        /// Denies a request. The requester's deposit is released.
        ///
        /// Origin: signed by the owner of the record.
        ///
        /// Errors: `NoRequest`, `NotOwner`. Event: [`Event::RequestDenied`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::deny())]
        pub fn deny(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_deny(&who, request)
        }

        /// Grants access to somebody who did not ask for it.
        ///
        /// Origin: signed by the owner of the record, an active member.
        ///
        /// The grantee must be another active member. The proof of the sealed key must hold for the version's commitment,
        /// the grantee, its current encryption key and the purpose `Direct`. The version must be available, its policy
        /// must cover `purpose`, and `expires`, if it is set, be in the future.
        ///
        /// Holds [`Config::RequestDeposit`] on the owner until the grant is removed.
        ///
        /// Errors: `NotActiveMember`, `NoRecord`, `NotOwner`, `OwnRecord`, `NotAvailable`, `GranteeNotActive`,
        /// `NoEncryptionKey`, `AlreadyExpired`, `PurposeNotPermitted`, `AlreadyGranted`, `SaleOpen`, `KeyRefused`, those
        /// of the currency. Event: [`Event::Granted`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::grant())]
        pub fn grant(
            origin: OriginFor<T>,
            record: RecordId,
            version: Version,
            grantee: T::AccountId,
            purpose: Purpose,
            sealed: SealedKey,
            expires: Option<Moment>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_grant(&who, record, version, grantee, purpose, sealed, expires)
        }

        /// Ends a grant: vaults serve the version to the grantee no more.
        ///
        /// Origin: signed by the owner of the record or by the grantee, an active member.
        ///
        /// Refused while money of the order that it rests on is on hold.
        ///
        /// Errors: `NotActiveMember`, `NoRecord`, `NotParty`, `NoGrant`, `AlreadyRevoked`, `SaleOpen`. Event:
        /// [`Event::Revoked`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::revoke())]
        pub fn revoke(
            origin: OriginFor<T>,
            record: RecordId,
            version: Version,
            grantee: T::AccountId,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_revoke(&who, record, version, grantee)
        }

        /// Reports what a vault served: all receipts or, if one is refused, none.
        ///
        /// Origin: signed by an active vault.
        ///
        /// The vault's own numbers must ascend, from above the newest that it has posted. Each receipt is about a version
        /// that is or was at this vault, so that an owner cannot hide a use by moving the blob; and its time is not ahead
        /// of chain time by more than [`Config::ReceiptTolerance`].
        ///
        /// Errors: the membership's own, `NoReceipts`, `SequenceNotAscending`, `FromTheFuture`, `NotHeldHere`,
        /// `NoMoreNumbers`. Events: [`Event::ReceiptPosted`] for each.
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::post_receipts(receipts.len().saturated_into()))]
        pub fn post_receipts(
            origin: OriginFor<T>,
            receipts: BoundedVec<NewReceipt<T::AccountId>, T::MaxReceipts>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_post_receipts(&who, receipts.into_inner())
        }

        /// Removes a grant that was revoked or has expired, or whose holder is no member any more. Its deposit is
        /// released to whoever it is held from.
        ///
        /// Origin: signed by any active member.
        ///
        /// Refused while money of the order that it rests on is on hold.
        ///
        /// Errors: `NotActiveMember`, `NoGrant`, `StillInForce`, `SaleOpen`. Event: [`Event::Cleared`].
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::clear())]
        pub fn clear(
            origin: OriginFor<T>,
            record: RecordId,
            version: Version,
            grantee: T::AccountId,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_clear(&who, record, version, grantee)
        }
    }
}
