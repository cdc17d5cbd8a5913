//! # Settlement
//!
//! How settlement credit comes into being and ends: against payments outside of the chain, which the council confirms.
//!
//! ## Calls
//!
//! - [`issue`](Pallet::issue): the council gives a member credit for a payment that the consortium received.
//! - [`redeem`](Pallet::redeem) and [`cancel`](Pallet::cancel): a holder asks to be paid out, or thinks better of it.
//!   What is asked for is on hold meanwhile.
//! - [`confirm`](Pallet::confirm) and [`decline`](Pallet::decline): the council says that it paid, which burns the
//!   credit, or that it will not, which frees it.
//!
//! ## Money
//!
//! No credit comes from anywhere else once a chain has started, and none ends but here. A redemption has one way out at
//! every moment for its holder (`cancel`) and two for the council, which also ends those of holders that are no active members any
//! more and cannot send anything. The council cannot take anybody's credit: what it
//! burns is what its holder put on hold for that.
//!
//! ## References
//!
//! A payment is named by a hash that the parties agree upon, such as the salted SHA-256 of a bank's transaction
//! reference. Each is used once, so that nobody is paid twice for one transfer by mistake, also not by two councils that
//! follow each other.
//!
//! ## Cheats, and why they fail
//!
//! - *Issuing twice for one payment*, or issuing and confirming with one: the reference is used up.
//! - *Redeeming what is on hold elsewhere or frozen*: it cannot be put on hold again.
//! - *Spending what is being redeemed*: it is on hold.
//! - *Cancelling after being paid*: the confirmation ends the redemption; who is paid before it is confirmed and cancels
//!   cheats outside of the chain. So the council confirms first and pays then, with a
//!   payment that carries the reference that it has confirmed with.

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
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{Redemption, RedemptionId};
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
    use medshare_traits::Membership;
    use medshare_types::{Balance, Hash, Moment};

    use crate::{Redemption, RedemptionId, WeightInfo};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config: frame_system::Config<Hash = Hash, RuntimeEvent: From<Event<Self>>> {
        /// The settlement credit.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// Who the members are.
        type Membership: Membership<Self::AccountId>;

        /// Chain time in milliseconds.
        type Time: Time<Moment = Moment>;

        /// The consortium's council.
        type CouncilOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The least that is redeemed at once: it pays for the entry that a redemption makes.
        #[pallet::constant]
        type MinRedemption: Get<Balance>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// Sets the stage for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: medshare_traits::BenchmarkSetup<Self::AccountId>;
    }

    /// Why money is on hold.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// A redemption that was asked for.
        Redemption,
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The number of the next redemption.
    #[pallet::storage]
    pub type NextRedemption<T: Config> = StorageValue<_, RedemptionId, ValueQuery>;

    /// The redemptions that wait for the council. Numbered by the chain.
    #[pallet::storage]
    pub type Redemptions<T: Config> =
        StorageMap<_, Twox64Concat, RedemptionId, Redemption<T::AccountId>, OptionQuery>;

    /// The references of payments that were used, with the amount issued or redeemed for each.
    #[pallet::storage]
    pub type References<T: Config> = StorageMap<_, Blake2_128Concat, Hash, Balance, OptionQuery>;

    /// How much was ever issued here.
    #[pallet::storage]
    pub type Issued<T: Config> = StorageValue<_, Balance, ValueQuery>;

    /// How much was ever redeemed.
    #[pallet::storage]
    pub type Redeemed<T: Config> = StorageValue<_, Balance, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Credit was issued for a payment.
        Issued {
            /// To whom.
            who: T::AccountId,
            /// How much.
            amount: Balance,
            /// The payment.
            reference: Hash,
        },
        /// A holder asks to be paid out; the amount is on hold.
        RedemptionRequested {
            /// Its number.
            redemption: RedemptionId,
            /// Who asks.
            who: T::AccountId,
            /// How much.
            amount: Balance,
        },
        /// A holder does not want to be paid out any more; the amount is free.
        RedemptionCancelled {
            /// Its number.
            redemption: RedemptionId,
        },
        /// The council pays it out; the credit was burnt.
        Redeemed {
            /// Its number.
            redemption: RedemptionId,
            /// To whom.
            who: T::AccountId,
            /// How much.
            amount: Balance,
            /// The payment.
            reference: Hash,
        },
        /// The council does not pay; the amount is free.
        RedemptionDeclined {
            /// Its number.
            redemption: RedemptionId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The account is no active member.
        NotActiveMember,
        /// Nothing is to be issued.
        NoAmount,
        /// The reference was used before.
        ReferenceUsed,
        /// The amount is below the least that is redeemed at once.
        AmountTooLow,
        /// There is no such redemption, or it has ended.
        NoRedemption,
        /// Only who asked for the redemption may do this.
        NotHolder,
        /// All numbers are used up.
        NoMoreNumbers,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(
                T::MinRedemption::get() >= T::Currency::minimum_balance(),
                "what is redeemed could not be given back"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Issues credit to a member, for a payment that the consortium received.
        ///
        /// Origin: the council. `reference` names the payment.
        ///
        /// Errors: `NotActiveMember`, `NoAmount`, `ReferenceUsed`, or the currency's. Event: [`Event::Issued`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::issue())]
        pub fn issue(
            origin: OriginFor<T>,
            who: T::AccountId,
            #[pallet::compact] amount: Balance,
            reference: Hash,
        ) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_issue(who, amount, reference)
        }

        /// Asks to be paid out. The amount is held until the council confirms or declines, or the signer cancels.
        ///
        /// Origin: signed by an active member.
        ///
        /// Errors: `NotActiveMember`, `AmountTooLow`, `NoMoreNumbers`, or the currency's. Event:
        /// [`Event::RedemptionRequested`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::redeem())]
        pub fn redeem(origin: OriginFor<T>, #[pallet::compact] amount: Balance) -> DispatchResult {
            Self::do_redeem(ensure_signed(origin)?, amount)
        }

        /// Takes a redemption back. The amount is released.
        ///
        /// Origin: signed by who asked for it.
        ///
        /// Errors: `NoRedemption`, `NotHolder`. Event: [`Event::RedemptionCancelled`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::cancel())]
        pub fn cancel(origin: OriginFor<T>, redemption: RedemptionId) -> DispatchResult {
            Self::do_cancel(&ensure_signed(origin)?, redemption)
        }

        /// Says that the consortium pays a redemption. The amount is burnt.
        ///
        /// Origin: the council. `reference` names the payment.
        ///
        /// Errors: `NoRedemption`, `ReferenceUsed`. Event: [`Event::Redeemed`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::confirm())]
        pub fn confirm(origin: OriginFor<T>, redemption: RedemptionId, reference: Hash) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_confirm(redemption, reference)
        }

        /// Says that the consortium does not pay a redemption. The amount is released.
        ///
        /// Origin: the council.
        ///
        /// Errors: `NoRedemption`. Event: [`Event::RedemptionDeclined`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::decline())]
        pub fn decline(origin: OriginFor<T>, redemption: RedemptionId) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_decline(redemption)
        }
    }
}
