//! The medshare runtime: what the chain does with a block.
//!
//! Pallets and their indices are in [`runtime`], what they are configured with in [`configs`] (one file a concern),
//! what clients can ask in [`apis`], the first state of a chain in [`genesis`].

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]
// FRAME's macros generate public items without documentation.
#![allow(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;

// Named by what FRAME's macros generate.
use alloc::vec::Vec;

pub mod apis;
pub mod configs;
pub mod genesis;
#[cfg(feature = "std")]
pub mod invariants;
pub mod migrations;
pub mod terms;
#[cfg(test)]
mod tests;
pub mod weights;
pub mod work;

use alloc::borrow::Cow;
use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256};
use sp_version::RuntimeVersion;

pub use apis::{RUNTIME_API_VERSIONS, RuntimeApi};
pub use medshare_types::{AccountId, Balance, BlockNumber, Hash, MDS, Moment, Nonce, Signature};

/// Symbol of the settlement credit.
pub const TOKEN_SYMBOL: &str = "MDS";
/// Its decimals.
pub const TOKEN_DECIMALS: u8 = medshare_types::MDS_DECIMALS as u8;
/// A thousandth of it.
pub const MILLI_MDS: Balance = 1_000_000_000;
/// A millionth of it.
pub const MICRO_MDS: Balance = 1_000_000;
/// Prefix of addresses: the generic Substrate one.
pub const SS58_PREFIX: u16 = 42;

/// Length of a slot, in milliseconds. It cannot be changed once a chain has started.
pub const SLOT_MILLIS: Moment = 2_000;
/// A minute, in milliseconds.
pub const MINUTE: Moment = 60_000;
/// An hour, in milliseconds.
pub const HOUR: Moment = 3_600_000;
/// A day, in milliseconds.
pub const DAY: Moment = 86_400_000;

/// Types that know nothing of the runtime's calls, for the node, which must survive their change.
pub mod opaque {
    use super::{BlakeTwo256, BlockNumber, generic};
    pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

    /// A block's header.
    pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
    /// A block whose transactions are bytes.
    pub type Block = generic::Block<Header, UncheckedExtrinsic>;
    /// What names a block.
    pub type BlockId = generic::BlockId<Block>;
}

impl_opaque_keys! {
    /// The keys with which a validator takes part in consensus.
    pub struct SessionKeys {
        /// Signs blocks.
        pub aura: Aura,
        /// Votes for their finality.
        pub grandpa: Grandpa,
    }
}

/// Which runtime this is. `spec_version` rises with every release that changes behaviour, `transaction_version` when
/// calls or extensions change their encoding.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("medshare"),
    impl_name: Cow::Borrowed("medshare"),
    authoring_version: 1,
    spec_version: 2,
    impl_version: 1,
    apis: RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

/// How a sender is written in a transaction.
pub type Address = sp_runtime::MultiAddress<AccountId, ()>;
/// A block's header.
pub type Header = opaque::Header;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What is checked of every transaction before it enters the pool and again before it runs, in this order. Strangers
/// are told first that they are no members, and pay nothing for it. Members pay fees only beyond their quota.
pub type TxExtension = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckMortality<Runtime>,
    pallet_members::CheckMember<Runtime>,
    pallet_quota::CheckNonceAhead<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_quota::ChargeQuota<Runtime, pallet_transaction_payment::ChargeTransactionPayment<Runtime>>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
    frame_system::WeightReclaim<Runtime>,
);

/// A transaction as it travels.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What a transaction's signature covers.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateBare<C> for Runtime
where
    RuntimeCall: From<C>,
{
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}

/// Runs blocks.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

/// The pallets. Indices are part of every transaction's encoding and never change; those of this project are from 10
/// to 29, and 34. The order matters: blocks are counted (`Authorship`) before a session ends, and at genesis members come before
/// validators, and these before sessions.
#[frame_support::runtime]
mod runtime {
    use alloc::vec::Vec;

    /// The medshare runtime.
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    /// Accounts, events, blocks.
    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    /// Chain time.
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    /// Who authors which slot.
    #[runtime::pallet_index(2)]
    pub type Aura = pallet_aura;
    /// Who authored a block.
    #[runtime::pallet_index(30)]
    pub type Authorship = pallet_authorship;
    /// Money.
    #[runtime::pallet_index(4)]
    pub type Balances = pallet_balances;
    /// Fees.
    #[runtime::pallet_index(5)]
    pub type TransactionPayment = pallet_transaction_payment;
    /// The council's stand-in on development chains.
    #[runtime::pallet_index(6)]
    pub type Sudo = pallet_sudo;
    /// Several calls in one transaction.
    #[runtime::pallet_index(7)]
    pub type Utility = pallet_utility;
    /// Deadlines and shares that the council can change.
    #[runtime::pallet_index(8)]
    pub type Parameters = pallet_parameters;
    /// Those with which a chain begins.
    #[runtime::pallet_index(20)]
    pub type Terms = terms;
    /// The hospitals' motions and votes.
    #[runtime::pallet_index(35)]
    pub type Council = pallet_collective<Instance1>;
    /// Who may act.
    #[runtime::pallet_index(10)]
    pub type Members = pallet_members;
    /// The registry of records.
    #[runtime::pallet_index(11)]
    pub type Records = pallet_records;
    /// Consent, grants and receipts.
    #[runtime::pallet_index(12)]
    pub type Access = pallet_access;
    /// Panels of auditors.
    #[runtime::pallet_index(13)]
    pub type Audits = pallet_audits;
    /// Listings, orders, escrow.
    #[runtime::pallet_index(14)]
    pub type Marketplace = pallet_marketplace;
    /// Credit scores.
    #[runtime::pallet_index(15)]
    pub type Credit = pallet_credit;
    /// What members may do without fees.
    #[runtime::pallet_index(16)]
    pub type Quota = pallet_quota;
    /// How settlement credit comes and goes.
    #[runtime::pallet_index(17)]
    pub type Settlement = pallet_settlement;
    /// Which hospitals are validators.
    #[runtime::pallet_index(18)]
    pub type Validators = pallet_validators;
    /// Which nodes belong to the network.
    #[runtime::pallet_index(19)]
    pub type Peers = pallet_peers;
    /// Their keys, and when they change.
    #[runtime::pallet_index(31)]
    pub type Session = pallet_session;
    /// Proofs of who had which key.
    #[runtime::pallet_index(32)]
    pub type Historical = pallet_session::historical;
    /// Reports of offences.
    #[runtime::pallet_index(33)]
    pub type Offences = pallet_offences;
    /// Proofs that somebody authored two blocks in one slot.
    #[runtime::pallet_index(34)]
    pub type Equivocation = pallet_equivocation;
    /// Finality.
    #[runtime::pallet_index(3)]
    pub type Grandpa = pallet_grandpa;
    /// Calls that were published by their hash.
    #[runtime::pallet_index(36)]
    pub type Preimage = pallet_preimage;
    /// Calls that run later.
    #[runtime::pallet_index(37)]
    pub type Scheduler = pallet_scheduler;
    /// Calls that the hospitals let run as root.
    #[runtime::pallet_index(38)]
    pub type Whitelist = pallet_whitelist;
    /// Calls that are paused.
    #[runtime::pallet_index(39)]
    pub type TxPause = pallet_tx_pause;
}
