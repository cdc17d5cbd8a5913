//! # Members
//!
//! Who may act on medshare, in which [`Role`](medshare_types::Role), with which encryption key. Everything else asks
//! this pallet through [`Membership`](medshare_traits::Membership), and tells it through
//! [`Engagements`](medshare_traits::Engagements) what keeps a member from leaving. [`CheckMember`] refuses the
//! transactions of everybody else at the pool.
//!
//! ## Calls
//!
//! - [`admit`](Pallet::admit): the council admits anybody in any role; an active hospital admits providers and
//!   buyers, answers for them as their sponsor, and has a deposit on hold for each until it leaves.
//! - [`set_roles`](Pallet::set_roles), [`suspend`](Pallet::suspend), [`reinstate`](Pallet::reinstate): the council of
//!   anybody; a sponsor of the providers and buyers that it sponsors.
//! - [`rotate_key`](Pallet::rotate_key), [`leave`](Pallet::leave): the member itself.
//! - [`expel`](Pallet::expel): whoever suspended a member that will not come back.
//!
//! ## Accounts without money
//!
//! A member's account exists also while it has no money, so that members can send what costs no fee, and their count of
//! transactions is not forgotten.
//!
//! ## Invariants
//!
//! They are listed and checked in `try_state`. In short: every member has a role and a key; the list of auditors is
//! exactly the active ones; a key belongs to one account for ever; what is on hold for admissions is what the members
//! who are still here were admitted with.
//!
//! ## Cheats, and why they fail
//!
//! - *A hospital makes its own auditors, vaults or hospitals*: these roles are the council's alone, also when they are
//!   hidden among others or given later.
//! - *A hospital rules over another hospital*, an auditor or a vault, because it sponsored the account before the council
//!   gave it that role: about whoever has a role of the council's, the council alone decides, whoever the sponsor is. The
//!   sponsor is still recorded, since no auditor sits on the records of its sponsor, and its deposit stays on hold.
//! - *A hospital rules over another's people*, or goes on deciding while it is suspended or has lost its role: it
//!   decides about those it sponsors only, and only as an active hospital.
//! - *A sponsor undoes what the council decided*: a suspension by the council is lifted only by the council, and until
//!   then the sponsor changes no roles either. Roles that the council took from somebody who is not suspended a sponsor
//!   can give back, if they are those of provider and buyer.
//! - *A suspended member leaves and is admitted elsewhere*: who is suspended cannot leave.
//! - *A member takes over another's key*, to read what is sealed to it or to seem to be it: the proof of possession
//!   binds the account and the chain, and a key that was ever registered is refused for every other account.
//! - *A member brings back a key that was given up*, perhaps because it leaked: refused too. Only who left may come
//!   back with the key that it left with.
//! - *A member leaves its duties behind*, or a hospital those for whom it answers: refused while anything is open.
//! - *A sponsor expels a member to get at its money, or out of a duty*: nothing of the member's is moved, and who is
//!   engaged in anything cannot be expelled.
//!
//! What the pallet cannot prevent: a hospital that admits somebody under a key of its own making. The account does not
//! sign its admission. So a client compares the key on the chain with its own before it uses it, and rotates. Nor a
//! hospital that suspends a buyer whom it sponsors when that is about to claim: the council can reinstate the buyer, but
//! has to do so before the time to claim is over.
//!
//! A deposit stays on hold as long as the sponsor answers for the member, also while that is suspended; it has one way
//! out, the end of the membership, by the member or, where that does not act, by expulsion. An account that was expelled
//! can be admitted again by any hospital; whom the council wants to keep out, it leaves suspended.
//!
//! Of a member that goes its keys, its score and its used quota stay for ever. [`Config::KeptDeposit`] of the deposit is
//! paid to the consortium for them, and [`Config::MaxKeys`] bounds them, so that nobody fills the chain by coming and
//! going or by rotating keys. Those whom the council admits have no deposit: each took a vote.

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
pub mod extension;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod try_state;
pub mod weights;

pub use extension::CheckMember;
pub use pallet::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use alloc::vec::Vec;
    use frame_support::{
        pallet_prelude::*,
        traits::{
            ChangeMembers, Contains, Time,
            fungible::{Inspect, MutateHold},
        },
    };
    use frame_system::pallet_prelude::*;
    use medshare_types::{Balance, Hash, KeyProof, Member, Moment, Point, Roles};

    use crate::WeightInfo;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config: frame_system::Config<Hash = Hash, RuntimeEvent: From<Event<Self>>> {
        /// The money in which sponsors' deposits are held.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The chain's reasons for holds, this pallet's among them.
        type RuntimeHoldReason: From<HoldReason>;

        /// Chain time in milliseconds.
        type Time: Time<Moment = Moment>;

        /// The consortium's council.
        type CouncilOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Most active auditors that there can be. Must not become lower than there are.
        #[pallet::constant]
        type MaxAuditors: Get<u32>;

        /// Most active hospitals that there can be. Must not become lower than there are.
        #[pallet::constant]
        type MaxHospitals: Get<u32>;

        /// Told who the active hospitals are whenever that changes, ascending by account: the council, where they make
        /// it up.
        type HospitalsChanged: ChangeMembers<Self::AccountId>;

        /// What a hospital has on hold for each member that it sponsors. A change does not touch what is on hold
        /// already.
        type AdmissionDeposit: Get<Balance>;

        /// How much of that is not released when the member goes, but paid to the consortium, for what stays of the member
        /// for ever: its keys, that it left, its score, its quota.
        type KeptDeposit: Get<Balance>;

        /// The consortium's account.
        type Consortium: Get<Self::AccountId>;

        /// Most encryption keys that an account can ever have. Must not become lower than somebody has.
        #[pallet::constant]
        type MaxKeys: Get<u32>;

        /// Accounts that may send transactions without being members, such as the sudo key of a development chain.
        type Exempt: Contains<Self::AccountId>;

        /// Weights of the calls and of [`CheckMember`](crate::CheckMember).
        type WeightInfo: WeightInfo;
    }

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// A hospital's deposit for a member that it sponsors.
        Admission,
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The members, suspended ones too. Each has at least one role.
    ///
    /// In this pallet, accounts and points are hashed with Blake2 as their owners choose them.
    #[pallet::storage]
    pub type Members<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Member<T::AccountId>>;

    /// Every encryption key that an account ever had, numbered from 0 without gaps; the last is the current one. They
    /// stay when the member leaves: sealed keys and grants made for them must remain verifiable. An account has at most
    /// [`Config::MaxKeys`].
    #[pallet::storage]
    pub type Keys<T: Config> = StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, u32, Point>;

    /// Whose each encryption key is or was: the reverse of [`Keys`], and as lasting.
    #[pallet::storage]
    pub type KeyOwners<T: Config> = StorageMap<_, Blake2_128Concat, Point, T::AccountId>;

    /// The active auditors, ascending by account, for drawing by index.
    #[pallet::storage]
    pub type Auditors<T: Config> = StorageValue<_, BoundedVec<T::AccountId, T::MaxAuditors>, ValueQuery>;

    /// The active hospitals, ascending by account.
    #[pallet::storage]
    pub type Hospitals<T: Config> = StorageValue<_, BoundedVec<T::AccountId, T::MaxHospitals>, ValueQuery>;

    /// How many things each member is engaged in; no entry is zero.
    #[pallet::storage]
    pub type Engaged<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// How many members each hospital answers for; no entry is zero.
    #[pallet::storage]
    pub type Sponsored<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// What each member's sponsor has on hold for it; no entry is zero.
    #[pallet::storage]
    pub type Deposits<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Balance>;

    /// Who left, with the number of the last key. Nobody is both here and a member.
    #[pallet::storage]
    pub type Departed<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32>;

    /// The first members, admitted by the council.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Account, roles, identity hash and encryption key of each. The keys come without proofs of possession, which
        /// would bind the hash of the block that is being made here.
        pub members: Vec<(T::AccountId, Roles, Hash, Point)>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (who, roles, identity, key) in &self.members {
                let seeded = Pallet::<T>::seed(who.clone(), roles.clone(), *identity, *key);
                assert!(seeded.is_ok(), "the genesis member {who:?} is refused: {seeded:?}");
            }
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A member was admitted.
        Admitted {
            /// The member.
            who: T::AccountId,
            /// Its roles.
            roles: Roles,
            /// The hospital that admitted it and answers for it; none if it was the council.
            sponsor: Option<T::AccountId>,
            /// What the sponsor has on hold for it.
            deposit: Balance,
        },
        /// A member's roles were changed.
        RolesSet {
            /// The member.
            who: T::AccountId,
            /// All its roles from now on.
            roles: Roles,
        },
        /// A member was suspended.
        Suspended {
            /// The member.
            who: T::AccountId,
            /// Whether the council did it, or took it over from the sponsor.
            by_council: bool,
        },
        /// A suspended member may act again.
        Reinstated {
            /// The member.
            who: T::AccountId,
        },
        /// A member has a new encryption key.
        KeyRotated {
            /// The member.
            who: T::AccountId,
            /// The key's number in [`Keys`].
            index: u32,
            /// The key.
            key: Point,
        },
        /// A member left.
        Left {
            /// Who was a member.
            who: T::AccountId,
            /// The hospital that answered for it.
            sponsor: Option<T::AccountId>,
            /// What is no longer on hold with the sponsor.
            released: Balance,
        },
        /// A suspended member was expelled.
        Expelled {
            /// Who was a member.
            who: T::AccountId,
            /// The hospital that answered for it.
            sponsor: Option<T::AccountId>,
            /// What is no longer on hold with the sponsor.
            released: Balance,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The account is a member already.
        AlreadyMember,
        /// The account is no member.
        NotMember,
        /// The member is suspended.
        MemberSuspended,
        /// Only an active hospital may do this.
        NotHospital,
        /// Only an active auditor may do this.
        NotAuditor,
        /// Only an active provider may do this.
        NotProvider,
        /// Only an active buyer may do this.
        NotBuyer,
        /// Only an active vault may do this.
        NotVault,
        /// The hospital does not sponsor this member.
        NotSponsor,
        /// Only the council gives and takes the roles of hospital, auditor and vault, and decides about those who have them.
        NeedsCouncil,
        /// A member has at least one role.
        NoRole,
        /// There are as many active auditors as there can be.
        TooManyAuditors,
        /// There are as many active hospitals as there can be.
        TooManyHospitals,
        /// Without this one there would be no active hospital left, and nobody to decide anything.
        LastHospital,
        /// The proof does not show that the account holds the secret of this encryption key on this chain.
        KeyNotProven,
        /// The encryption key is or was registered already.
        KeyInUse,
        /// The member is suspended already.
        AlreadySuspended,
        /// The member is not suspended.
        NotSuspended,
        /// The account has had as many keys as it can have. Another account can take its place.
        TooManyKeys,
        /// The council suspended the member; only it can reinstate it.
        SuspendedByCouncil,
        /// The member has live records, open orders or seats on panels.
        StillEngaged,
        /// The hospital still sponsors members.
        StillSponsoring,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Admits a member.
        ///
        /// Origin: the council, for any roles, without sponsor; or signed by an active hospital, for providers and
        /// buyers, whose sponsor it becomes. From the hospital `AdmissionDeposit` is held until the member leaves.
        ///
        /// `identity` is a salted SHA-256 of who it is. `proof` shows that whoever made it knows the secret of `key`;
        /// it binds `who` and this chain. Who left earlier may come back with the key that it left with.
        ///
        /// Errors: `NotMember`, `MemberSuspended` or `NotHospital` about the signer; `AlreadyMember`, `NoRole`,
        /// `NeedsCouncil`, `KeyNotProven`, `KeyInUse`, `TooManyAuditors`, `TooManyHospitals`, or the currency's, if the hospital does not
        /// have the deposit. Event: [`Event::Admitted`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::admit_by_council().max(T::WeightInfo::admit_by_hospital()))]
        pub fn admit(
            origin: OriginFor<T>,
            who: T::AccountId,
            roles: Roles,
            identity: Hash,
            key: Point,
            proof: KeyProof,
        ) -> DispatchResult {
            Self::do_admit(Self::decider(origin)?, who, roles, identity, key, proof)
        }

        /// Changes a member's roles to exactly these.
        ///
        /// Origin: the council; or signed by the member's sponsor, an active hospital, if the member has only the roles of
        /// provider and buyer and keeps to them, and the council did not suspend it. Nothing is held or moved. Duties in
        /// a role that is taken do not end; those who rely on them have their deadlines.
        ///
        /// Errors: as of [`Self::admit`] about the signer; `NotMember`, `NotSponsor`, `NoRole`, `NeedsCouncil`,
        /// `SuspendedByCouncil`, `TooManyAuditors`, `TooManyHospitals`. Event: [`Event::RolesSet`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::set_roles())]
        pub fn set_roles(origin: OriginFor<T>, who: T::AccountId, roles: Roles) -> DispatchResult {
            Self::do_set_roles(Self::decider(origin)?, who, roles)
        }

        /// Suspends a member: it can do nothing until it is reinstated, and its transactions are refused at the pool.
        ///
        /// Origin: the council, which may also take over a suspension by the sponsor; or signed by the member's
        /// sponsor, an active hospital, if the member has only the roles of provider and buyer. Nothing is held or moved.
        ///
        /// Errors: as of [`Self::admit`] about the signer; `NotMember`, `NotSponsor`, `NeedsCouncil`, `AlreadySuspended`.
        /// Event: [`Event::Suspended`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::suspend())]
        pub fn suspend(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
            Self::do_suspend(Self::decider(origin)?, who)
        }

        /// Lets a suspended member act again.
        ///
        /// Origin: the council; or signed by the member's sponsor, an active hospital, if the member has only the roles of
        /// provider and buyer and it was not the council that suspended it. Nothing is held or moved.
        ///
        /// Errors: as of [`Self::admit`] about the signer; `NotMember`, `NotSponsor`, `NeedsCouncil`, `NotSuspended`,
        /// `SuspendedByCouncil`, `TooManyAuditors`, `TooManyHospitals`. Event: [`Event::Reinstated`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::reinstate())]
        pub fn reinstate(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
            Self::do_reinstate(Self::decider(origin)?, who)
        }

        /// Replaces the signer's encryption key. The old one stays readable in [`Keys`]; nobody can register it again.
        ///
        /// Origin: signed by an active member. `proof` as in [`Self::admit`]. Nothing is held or moved.
        ///
        /// Errors: `NotMember`, `MemberSuspended`, `KeyNotProven`, `KeyInUse`, `TooManyKeys`. Event:
        /// [`Event::KeyRotated`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::rotate_key())]
        pub fn rotate_key(origin: OriginFor<T>, key: Point, proof: KeyProof) -> DispatchResult {
            Self::do_rotate_key(ensure_signed(origin)?, key, proof)
        }

        /// Ends the signer's membership. The sponsor's deposit is released but for [`Config::KeptDeposit`].
        ///
        /// Origin: signed by an active member that is engaged in nothing and sponsors nobody.
        ///
        /// Errors: `NotMember`, `MemberSuspended`, `StillEngaged`, `StillSponsoring`. Event: [`Event::Left`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::leave())]
        pub fn leave(origin: OriginFor<T>) -> DispatchResult {
            Self::do_leave(ensure_signed(origin)?)
        }

        /// Ends the membership of a suspended member. The sponsor's deposit is released but for
        /// [`Config::KeptDeposit`].
        ///
        /// Origin: the council; or signed by the member's sponsor, an active hospital, if the member has only the roles of
        /// provider and buyer and it was not the council that suspended it. The member is engaged in nothing and sponsors
        /// nobody.
        ///
        /// Errors: as of [`Self::admit`] about the signer; `NotMember`, `NotSponsor`, `NeedsCouncil`, `NotSuspended`,
        /// `SuspendedByCouncil`, `StillEngaged`, `StillSponsoring`. Event: [`Event::Expelled`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::expel())]
        pub fn expel(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
            Self::do_expel(Self::decider(origin)?, who)
        }
    }
}
