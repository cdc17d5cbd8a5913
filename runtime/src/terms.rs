//! The parameters with which a chain begins, where they are not the [runtime's own](crate::configs::parameters).
//!
//! `pallet-parameters` has no genesis configuration. This has, and nothing else: no call, event or storage. It is a pallet
//! because only what pallets bring is in the genesis configuration, whichever way a state is built of it: by the
//! interface `GenesisBuilder`, or by this crate alone. A `build_state` that takes an entry out of the JSON first would be
//! missing from the default configuration, and from the second way. It is not in `pallets/`, as it knows this runtime's
//! parameters by their names.
//!
//! Values are written as they are, as if the council had set them; what reads them brings them within bounds.

pub use pallet::*;

/// The pallet.
#[frame_support::pallet]
// FRAME's macros convert and expect in what they generate.
#[allow(clippy::as_conversions, clippy::expect_used)]
pub mod pallet {
    use core::marker::PhantomData;

    use frame_support::{pallet_prelude::*, traits::dynamic_params::AggregatedKeyValue};
    use pallet_marketplace::FeeSplit;
    use sp_runtime::Permill;

    use crate::{
        Balance, BlockNumber, Moment,
        configs::parameters::{
            RuntimeParameters::{self, Audits, Consensus, Marketplace},
            dynamic_params::{audits, consensus, marketplace},
        },
    };

    /// That this runtime's parameters are kept where they are written.
    #[pallet::config]
    pub trait Config:
        frame_system::Config + pallet_parameters::Config<RuntimeParameters = RuntimeParameters>
    {
    }

    /// Nothing but its genesis configuration.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What a chain sets otherwise than the runtime from the beginning; see
    /// [`dynamic_params`](crate::configs::parameters::dynamic_params) for the meanings. Times are in milliseconds.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound, frame_support::DebugNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// How long a seller has to deliver.
        pub deliver_within: Option<Moment>,
        /// How long auditors have to rule on a claim.
        pub ruling_within: Option<Moment>,
        /// The fee's share of the price.
        pub fee_share: Option<Permill>,
        /// The share of the price that stays on hold.
        pub retained_share: Option<Permill>,
        /// The share of the price that is a claim's bond.
        pub claim_bond_share: Option<Permill>,
        /// Who gets which part of the fee.
        pub split: Option<FeeSplit>,
        /// The lowest price.
        pub min_price: Option<Balance>,
        /// The lowest bond of a claim.
        pub min_bond: Option<Balance>,
        /// How long a holder has to deliver a key.
        pub key_window: Option<Moment>,
        /// How long an auditor has to vote.
        pub vote_window: Option<Moment>,
        /// How many blocks a session has.
        pub session_blocks: Option<BlockNumber>,
        /// Nothing; it names the runtime.
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            use audits::Parameters as A;
            use consensus::Parameters as C;
            use marketplace::Parameters as M;
            for parameter in [
                Marketplace(M::DeliverWithin(marketplace::DeliverWithin, self.deliver_within)),
                Marketplace(M::RulingWithin(marketplace::RulingWithin, self.ruling_within)),
                Marketplace(M::FeeShare(marketplace::FeeShare, self.fee_share)),
                Marketplace(M::RetainedShare(marketplace::RetainedShare, self.retained_share)),
                Marketplace(M::ClaimBondShare(marketplace::ClaimBondShare, self.claim_bond_share)),
                Marketplace(M::Split(marketplace::Split, self.split)),
                Marketplace(M::MinPrice(marketplace::MinPrice, self.min_price)),
                Marketplace(M::MinBond(marketplace::MinBond, self.min_bond)),
                Audits(A::KeyWindow(audits::KeyWindow, self.key_window)),
                Audits(A::VoteWindow(audits::VoteWindow, self.vote_window)),
                Consensus(C::SessionBlocks(consensus::SessionBlocks, self.session_blocks)),
            ] {
                let (key, value) = parameter.into_parts();
                pallet_parameters::Parameters::<T>::set(key, value);
            }
        }
    }
}

impl Config for crate::Runtime {}
