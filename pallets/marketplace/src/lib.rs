#![doc = include_str!("../README.md")]
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
mod payout;
mod traits;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{FeeSplit, ListingOf, OrderOf};
pub use weights::WeightInfo;

#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use super::*;
    use frame_support::{
        pallet_prelude::*,
        traits::{Time, fungible},
    };
    use frame_system::pallet_prelude::*;
    use medshare_traits::{Consent, CreditScores, Engagements, Membership, Panels, RecordRegistry};
    use medshare_types::{
        Balance, Findings, Hash, KeyCommitment, Moment, OrderId, Party, Purpose, RecordId, SealedKey, Terms,
        Verdict, Version,
    };
    use sp_runtime::Permill;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    /// The pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet needs from the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>, Hash = Hash> {
        /// The runtime's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// Money.
        type Currency: fungible::Inspect<Self::AccountId, Balance = Balance>
            + fungible::Mutate<Self::AccountId>
            + fungible::MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// Chain time, in milliseconds.
        type Time: Time<Moment = Moment>;

        /// Who may act.
        type Members: Membership<Self::AccountId>;

        /// What keeps members from leaving: both parties of an open order.
        type Engagements: Engagements<Self::AccountId>;

        /// What records there are.
        type Records: RecordRegistry<Self::AccountId>;

        /// What owners permit.
        type Consent: Consent<Self::AccountId>;

        /// Panels of auditors.
        type Panels: Panels<Self::AccountId>;

        /// Credit scores.
        type Credit: CreditScores<Self::AccountId>;

        /// The lowest price.
        type MinPrice: Get<Balance>;

        /// How long a seller has to deliver, from the order.
        type DeliverWithin: Get<Moment>;

        /// How long a panel has to rule, from the claim; then anyone may settle. Longer than a panel takes at worst.
        type RulingWithin: Get<Moment>;

        /// Which part of the price stays on hold after delivery.
        type RetainedShare: Get<Permill>;

        /// Which part of the price is the fee, before the discount of the seller's tier.
        type FeeShare: Get<Permill>;

        /// Who gets which part of the fee.
        type FeeSplit: Get<FeeSplit>;

        /// Which part of the price a buyer puts up with a claim.
        type ClaimBondShare: Get<Permill>;

        /// The lowest bond; not below the existential deposit.
        type MinBond: Get<Balance>;

        /// What a buyer has on hold for the storage of an order and of the grant that follows from it.
        type OrderDeposit: Get<Balance>;

        /// What a buyer has on hold besides, from its claim on, for the storage of the claim's review.
        type ClaimDeposit: Get<Balance>;

        /// The consortium's account.
        type Consortium: Get<Self::AccountId>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// Brings the chain into the state that a benchmark begins with.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: medshare_traits::BenchmarkSetup<Self::AccountId>;
    }

    /// Why money is on hold.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The price of an order, or the part of it that is not paid yet.
        Order,
        /// A buyer's bond for a claim.
        ClaimBond,
        /// Deposits for the storage of a buyer's orders, open or over.
        Deposit,
    }

    /// What is on sale. The seller owns the record, and the version was tradable when it was listed; a record that is
    /// withdrawn or revised is taken off.
    // Record ids are given by the chain, so they cannot be chosen to unbalance the trie.
    #[pallet::storage]
    pub type Listings<T: Config> = StorageMap<_, Twox64Concat, RecordId, ListingOf<T>>;

    /// The orders that are open, and those that are over and were not cleared. Only its state, its bond and nothing else
    /// of an order changes.
    // Order ids are given by the chain.
    #[pallet::storage]
    pub type Orders<T: Config> = StorageMap<_, Twox64Concat, OrderId, OrderOf<T>>;

    /// The number of the next order: above that of every order.
    #[pallet::storage]
    pub type NextOrder<T: Config> = StorageValue<_, OrderId, ValueQuery>;

    /// What the buyer has on hold for the storage of an order; absent if nothing, as for orders from before there were
    /// deposits.
    // Kept because the deposits that are asked for may change.
    #[pallet::storage]
    pub type OrderDeposits<T: Config> = StorageMap<_, Twox64Concat, OrderId, Balance>;

    /// The orders of each account, as buyer and as seller; every order is here exactly twice. The second key is the
    /// order's number in big-endian bytes.
    // Big-endian under Identity makes iteration ascend by number, which paging needs; the numbers are given by the chain.
    #[pallet::storage]
    pub type OrdersOf<T: Config> = StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, [u8; 8], ()>;

    /// The open orders of each account: what [`OrdersOf`] has, as long as money of the order is on hold. So those who
    /// act on orders need not read all that there ever were.
    #[pallet::storage]
    pub type OpenOrdersOf<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, [u8; 8], ()>;

    /// How many open orders a buyer has; absent if none.
    #[pallet::storage]
    pub type OpenOrders<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The open order of a buyer for a version. Every open order is here exactly once, so there are no two for the
    /// same thing.
    #[pallet::storage]
    pub type LiveOrder<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, RecordId>,
            NMapKey<Twox64Concat, Version>,
            NMapKey<Blake2_128Concat, T::AccountId>,
        ),
        OrderId,
    >;

    /// The key that was delivered for an order, as a commitment to the buyer's key. There while the order is
    /// `Delivered` or `Claimed`. Kept apart from the grant, which its owner may end and replace in the meantime.
    #[pallet::storage]
    pub type DeliveredKeys<T: Config> = StorageMap<_, Twox64Concat, OrderId, KeyCommitment>;

    /// The versions that a claim showed to be other than what was approved. They are not sold any more.
    #[pallet::storage]
    pub type Disproven<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RecordId, Twox64Concat, Version, (), OptionQuery>;

    /// Who bought which version to the end. Only the first such purchase counts in anybody's credit.
    #[pallet::storage]
    pub type Bought<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, RecordId>,
            NMapKey<Twox64Concat, Version>,
            NMapKey<Blake2_128Concat, T::AccountId>,
        ),
        (),
    >;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A version was put on sale.
        Listed {
            /// The record.
            record: RecordId,
            /// Its version.
            version: Version,
            /// Who sells.
            seller: T::AccountId,
            /// For how much.
            price: Balance,
        },
        /// A listing has a new price.
        Repriced {
            /// The record.
            record: RecordId,
            /// The new price.
            price: Balance,
        },
        /// A record was taken off the market.
        Delisted {
            /// The record.
            record: RecordId,
        },
        /// An order was placed; its price is on hold.
        Ordered {
            /// The order.
            order: OrderId,
            /// The record ordered.
            record: RecordId,
            /// Its version.
            version: Version,
            /// Who pays.
            buyer: T::AccountId,
            /// Who delivers.
            seller: T::AccountId,
            /// What is on hold.
            price: Balance,
            /// When the seller's time ends.
            deliver_by: Moment,
        },
        /// The key was delivered and verified, and all but the retained part paid.
        Delivered {
            /// The order.
            order: OrderId,
            /// What the seller got.
            paid: Balance,
            /// What auditors, vaults and the consortium got.
            fee: Balance,
            /// What stays on hold.
            retained: Balance,
            /// When the buyer's time to claim ends.
            settles_at: Moment,
        },
        /// One party proposed to cancel.
        CancellationProposed {
            /// The order.
            order: OrderId,
            /// Which party.
            by: Party,
        },
        /// Both parties agreed to cancel; the price was refunded.
        Cancelled {
            /// The order.
            order: OrderId,
            /// What was refunded.
            refunded: Balance,
        },
        /// The seller did not deliver in time; the price was refunded.
        Expired {
            /// The order.
            order: OrderId,
            /// What was refunded.
            refunded: Balance,
        },
        /// Nobody claimed; the retained part was paid.
        Settled {
            /// The order.
            order: OrderId,
            /// The retained part.
            paid: Balance,
        },
        /// The buyer claims that the data are bad; a panel is convened.
        Claimed {
            /// The order.
            order: OrderId,
            /// What the buyer has on hold for it.
            bond: Balance,
            /// When the panel's time to rule ends.
            rule_by: Moment,
        },
        /// The panel found the claim right; retained part and bond were refunded.
        ClaimUpheld {
            /// The order.
            order: OrderId,
            /// Retained part and bond.
            refunded: Balance,
        },
        /// The panel found the claim wrong, or the buyer did not deliver it the key; the retained part was paid and the
        /// bond lost.
        ClaimRefused {
            /// The order.
            order: OrderId,
            /// The retained part.
            paid: Balance,
            /// The bond.
            forfeited: Balance,
        },
        /// The claim was found neither right nor wrong: no panel ruled in time or its votes could not agree, or the buyer
        /// was suspended. The retained part was paid and the bond returned.
        ClaimUnruled {
            /// The order.
            order: OrderId,
            /// The retained part.
            paid: Balance,
            /// The bond.
            released: Balance,
        },
        /// An order that was over was removed, with what followed from it; its deposit was released.
        Cleared {
            /// The order.
            order: OrderId,
            /// The deposit.
            released: Balance,
        },
    }

    /// What can be wrong.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no such record.
        NoSuchRecord,
        /// The record belongs to somebody else.
        NotOwner,
        /// The version is not approved, or the record was withdrawn.
        NotTradable,
        /// A claim showed that the version is not what was approved. A new version can be reviewed and sold.
        ProvenFalse,
        /// The record is on sale already; take it off first.
        AlreadyListed,
        /// The record is not on sale.
        NotListed,
        /// Another version of the record is on sale.
        OtherVersionListed,
        /// The price is below the lowest one, or so low that a part of it could not be paid.
        PriceTooLow,
        /// The terms give no time to use the data.
        NoDuration,
        /// The listing's price is above what the buyer agreed to.
        PriceRaised,
        /// The listing's terms are not those that the buyer agreed to.
        TermsChanged,
        /// Owners cannot order their own records.
        OwnRecord,
        /// The seller may not act at present, so could not deliver.
        SellerNotActive,
        /// The record's policy does not cover the purpose.
        PurposeNotPermitted,
        /// The buyer holds a grant of this version that is in force.
        AlreadyGranted,
        /// The buyer has an open order for this version.
        AlreadyOrdered,
        /// The buyer reviews the version or approved it, or the seller is the buyer's sponsor.
        ConflictOfInterest,
        /// The buyer has as many open orders as its credit allows.
        TooManyOpenOrders,
        /// The buyer's free balance does not cover the amount to be held and what keeps its account alive.
        FundsUnavailable,
        /// The account has no encryption key.
        NoEncryptionKey,
        /// There is no such order.
        NoSuchOrder,
        /// Only the order's seller may do this.
        NotSeller,
        /// Only the order's buyer may do this.
        NotBuyer,
        /// Only the parties of the order may do this.
        NotParty,
        /// The account is no active member.
        NotActiveMember,
        /// The buyer may not act at present, so gets no key.
        BuyerNotActive,
        /// The order is not waiting for delivery.
        NotOpen,
        /// The order is not delivered, or it is over or claimed.
        NotDelivered,
        /// The order is not claimed.
        NotClaimed,
        /// Nothing of the order is on hold.
        AlreadyClosed,
        /// Money of the order is still on hold.
        StillOpen,
        /// The grant that rests on the order is in force; revoke it first, or wait until it expires.
        GrantInForce,
        /// The deadline has passed.
        TooLate,
        /// The time for this has not come.
        TooEarly,
        /// The sealed key's proof does not hold for this order.
        WrongKey,
        /// This party proposed to cancel already.
        AlreadyProposed,
        /// There are as many orders as can be numbered.
        TooManyOrders,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            Self::check_parameters();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight = T::WeightInfo)]
    impl<T: Config> Pallet<T> {
        /// Puts an approved version of a record on sale, one version of a record at a time.
        ///
        /// Origin: signed by the record's owner, an active provider. Moves nothing.
        ///
        /// Fails with `NoSuchRecord`, `NotOwner`, `NotTradable`, `ProvenFalse`, `AlreadyListed`, `PriceTooLow`, `NoDuration`, or the
        /// reason why the origin may not act. Emits `Listed`.
        #[pallet::call_index(0)]
        pub fn list(
            origin: OriginFor<T>,
            record: RecordId,
            version: Version,
            price: Balance,
            terms: Terms,
        ) -> DispatchResult {
            Self::do_list(ensure_signed(origin)?, record, version, price, terms)
        }

        /// Changes the price of a listing. Orders already placed keep theirs.
        ///
        /// Origin: signed by the seller, an active provider. Moves nothing.
        ///
        /// Fails with `NotListed`, `NotOwner`, `PriceTooLow`, or the reason why the origin may not act. Emits
        /// `Repriced`.
        #[pallet::call_index(1)]
        pub fn reprice(origin: OriginFor<T>, record: RecordId, price: Balance) -> DispatchResult {
            Self::do_reprice(ensure_signed(origin)?, record, price)
        }

        /// Takes a record off the market. Orders already placed go on.
        ///
        /// Origin: signed by the seller. Moves nothing.
        ///
        /// Fails with `NotListed` or `NotOwner`. Emits `Delisted`.
        #[pallet::call_index(2)]
        pub fn delist(origin: OriginFor<T>, record: RecordId) -> DispatchResult {
            Self::do_delist(ensure_signed(origin)?, record)
        }

        /// Orders a version for a purpose, at the listing's price but no more than `max_price`, under exactly `terms`.
        /// The key will be sealed to the encryption key that the buyer has now.
        ///
        /// Origin: signed by an active buyer. Holds the price on the buyer, and a deposit of [`Config::OrderDeposit`] until
        /// the order is cleared.
        ///
        /// Fails with `NotListed`, `OtherVersionListed`, `NotTradable`, `ProvenFalse`, `OwnRecord`, `SellerNotActive`,
        /// `PriceRaised`, `TermsChanged`, `PriceTooLow`, `PurposeNotPermitted`, `AlreadyGranted`, `AlreadyOrdered`,
        /// `ConflictOfInterest`, `TooManyOpenOrders`, `NoEncryptionKey`, `FundsUnavailable`, or the reason why the
        /// origin may not act. Emits `Ordered`.
        #[pallet::call_index(3)]
        pub fn order(
            origin: OriginFor<T>,
            record: RecordId,
            version: Version,
            max_price: Balance,
            terms: Terms,
            purpose: Purpose,
        ) -> DispatchResult {
            Self::do_order(ensure_signed(origin)?, record, version, max_price, terms, purpose)
        }

        /// Delivers the record key sealed to the buyer. The chain verifies that it is the key that the auditors
        /// opened, pays, and records the grant, all or nothing.
        ///
        /// Origin: signed by the order's seller, an active member. Moves the price without its retained part: the fee
        /// to auditors, vaults and consortium, the rest to the seller.
        ///
        /// Fails with `NoSuchOrder`, `NotSeller`, `NotActiveMember`, `BuyerNotActive`, `NotOpen`, `TooLate`,
        /// `NotTradable`, `ProvenFalse`, `WrongKey`,
        /// or the reason why the grant is refused (a policy that was tightened, a grant in force). Emits `Delivered`.
        #[pallet::call_index(4)]
        pub fn deliver(origin: OriginFor<T>, order: OrderId, sealed: SealedKey) -> DispatchResult {
            Self::do_deliver(ensure_signed(origin)?, order, sealed)
        }

        /// Proposes to cancel an order that is not delivered, or agrees to the other party's proposal. A proposal does
        /// not stop the seller from delivering.
        ///
        /// Origin: signed by the order's buyer or seller, an active member. On agreement releases the price to the
        /// buyer.
        ///
        /// Fails with `NoSuchOrder`, `NotParty`, `NotActiveMember`, `NotOpen` or `AlreadyProposed`. Emits
        /// `CancellationProposed` or `Cancelled`.
        #[pallet::call_index(5)]
        pub fn cancel(origin: OriginFor<T>, order: OrderId) -> DispatchResult {
            Self::do_cancel(ensure_signed(origin)?, order)
        }

        /// Ends an order that was not delivered in time. The seller loses credit, unless the buyer is suspended or holds a
        /// grant of the version in force.
        ///
        /// Origin: signed by any active member. Releases the price to the buyer.
        ///
        /// Fails with `NoSuchOrder`, `NotActiveMember`, `NotOpen` or `TooEarly`. Emits `Expired`.
        #[pallet::call_index(6)]
        pub fn expire(origin: OriginFor<T>, order: OrderId) -> DispatchResult {
            Self::do_expire(ensure_signed(origin)?, order)
        }

        /// Claims that the data are not what the descriptor says. A panel of auditors who did not approve the version
        /// is convened; the buyer delivers it the key.
        ///
        /// Origin: signed by the order's buyer, an active member. Holds a bond on the buyer, and adds
        /// [`Config::ClaimDeposit`] to the order's deposit.
        ///
        /// Fails with `NoSuchOrder`, `NotBuyer`, `NotActiveMember`, `NotDelivered`, `TooLate`, `FundsUnavailable`, or
        /// the reason why no panel can be convened. Emits `Claimed`.
        #[pallet::call_index(7)]
        pub fn claim(origin: OriginFor<T>, order: OrderId) -> DispatchResult {
            Self::do_claim(ensure_signed(origin)?, order)
        }

        /// Votes on a claim: `Reject` says that the buyer is right. The deciding vote moves the money.
        ///
        /// Origin: signed by an auditor on the claim's panel. The deciding vote pays the retained part to the seller and
        /// the bond to the consortium, or releases both to the buyer; votes that cannot agree any more end the claim as
        /// if nobody had ruled.
        ///
        /// Fails with `NoSuchOrder`, `NotClaimed`, or the reason why the vote is refused. The deciding vote emits
        /// `ClaimUpheld`, `ClaimRefused` or `ClaimUnruled`.
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::rule().max(T::WeightInfo::rule_upheld()))]
        pub fn rule(
            origin: OriginFor<T>,
            order: OrderId,
            verdict: Verdict,
            findings: Findings,
            report: Hash,
        ) -> DispatchResult {
            Self::do_rule(ensure_signed(origin)?, order, verdict, findings, report)
        }

        /// Pays the retained part once the buyer's time to claim is over, or once a claim has waited too long for its
        /// ruling.
        ///
        /// Origin: signed by any active member. Pays the retained part to the seller; releases the bond, if any, to the
        /// buyer.
        ///
        /// Fails with `NoSuchOrder`, `NotActiveMember`, `NotDelivered`, `AlreadyClosed` or `TooEarly`. Emits `Settled`
        /// or `ClaimUnruled`.
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::settle().max(T::WeightInfo::settle_unruled()))]
        pub fn settle(origin: OriginFor<T>, order: OrderId) -> DispatchResult {
            Self::do_settle(ensure_signed(origin)?, order)
        }

        /// Removes an order that is over, the grant that rested on it and the review of a claim about it. What happened
        /// stays readable in the events.
        ///
        /// The grant must be revoked or expired, or its holder no member any more.
        ///
        /// Origin: signed by the order's buyer or seller, an active member; by any active member, if the buyer is no
        /// member any more. Releases the order's deposit to the buyer.
        ///
        /// Fails with `NoSuchOrder`, `NotActiveMember`, `NotParty`, `StillOpen` or `GrantInForce`. Emits `Cleared`.
        #[pallet::call_index(10)]
        pub fn clear(origin: OriginFor<T>, order: OrderId) -> DispatchResult {
            Self::do_clear(ensure_signed(origin)?, order)
        }
    }
}
