//! Blocks and their limits, accounts, batches.

use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstU32, Contains, InsideBoth},
    weights::{
        Weight,
        constants::{BlockExecutionWeight, ExtrinsicBaseWeight, ParityDbWeight, WEIGHT_REF_TIME_PER_MILLIS},
    },
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::{
    Perbill,
    traits::{AccountIdLookup, BlakeTwo256, Hash as _},
};
use sp_version::RuntimeVersion;

use super::council::MAX_MOTION_BYTES;
use crate::{
    AccountId, Balance, Block, Hash, Nonce, OriginCaller, PalletInfo, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, RuntimeTask, SLOT_MILLIS, SS58_PREFIX, TxPause, VERSION,
};

/// The share of a slot, in percent, in which a block is authored. The node's proposer stops after this time, so what
/// a block may weigh is exactly that.
pub const PROPOSAL_PERCENT: u64 = 60;

/// What a block may weigh: 1.2 s of computation. The size of storage proofs is not limited, since no other chain
/// checks this one's blocks.
pub const MAX_BLOCK_WEIGHT: Weight = Weight::from_parts(
    SLOT_MILLIS
        .saturating_mul(PROPOSAL_PERCENT)
        .saturating_div(100)
        .saturating_mul(WEIGHT_REF_TIME_PER_MILLIS),
    u64::MAX,
);

/// How long a block may be, in bytes.
pub const MAX_BLOCK_BYTES: u32 = 5 * 1024 * 1024;

/// The share of a block that the hooks at its start are expected to use.
const HOOKS_SHARE: Perbill = Perbill::from_percent(5);

/// What of a block's weight ordinary transactions may take: 75 %. The rest is for operational ones and for what each
/// block must do.
const NORMAL_WEIGHT: Weight = MAX_BLOCK_WEIGHT.saturating_div(4).saturating_mul(3);

/// What of a block's length ordinary transactions may take, in bytes.
const NORMAL_BYTES: u32 = MAX_BLOCK_BYTES / 4 * 3;

parameter_types! {
    /// How long a transaction can name the block after which it is valid: 4096 blocks are at least 2.3 hours.
    pub const BlockHashCount: u32 = 4096;
    /// Prefix of addresses.
    pub const Ss58Prefix: u16 = SS58_PREFIX;
    /// This runtime.
    pub const Version: RuntimeVersion = VERSION;
    /// What blocks may weigh.
    pub Weights: BlockWeights = BlockWeights::builder()
        .base_block(BlockExecutionWeight::get())
        .for_class(DispatchClass::all(), |limits| limits.base_extrinsic = ExtrinsicBaseWeight::get())
        .for_class(DispatchClass::Normal, |limits| limits.max_total = Some(NORMAL_WEIGHT))
        .for_class(DispatchClass::Operational, |limits| {
            limits.max_total = Some(MAX_BLOCK_WEIGHT);
            limits.reserved = Some(MAX_BLOCK_WEIGHT.saturating_sub(NORMAL_WEIGHT));
        })
        .avg_block_initialization(HOOKS_SHARE)
        .build_or_panic();
    /// How long blocks may be.
    pub Length: BlockLength = BlockLength::builder()
        .max_length(MAX_BLOCK_BYTES)
        .modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_BYTES)
        .build();
}

/// Refuses calls that go around what pallets guarantee. The validators pallet takes session keys away itself, when their
/// validator is in no set any more. And a call as root is whitelisted first and dispatched then: the other way round, any
/// hospital alone could make the chain wait for as many hashes as it likes, and store them. And a motion's call is not too long to be
/// kept for a week.
pub struct NotByHand;

impl Contains<RuntimeCall> for NotByHand {
    fn contains(call: &RuntimeCall) -> bool {
        match call {
            RuntimeCall::Session(pallet_session::Call::purge_keys { .. }) => false,
            RuntimeCall::Whitelist(pallet_whitelist::Call::dispatch_whitelisted_call {
                call_hash, ..
            }) => pallet_whitelist::WhitelistedCall::<Runtime>::contains_key(call_hash),
            RuntimeCall::Whitelist(pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage {
                call,
            }) => pallet_whitelist::WhitelistedCall::<Runtime>::contains_key(BlakeTwo256::hash_of(call)),
            RuntimeCall::Council(pallet_collective::Call::propose { length_bound, .. }) => {
                *length_bound <= MAX_MOTION_BYTES
            }
            _ => true,
        }
    }
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type BaseCallFilter = InsideBoth<TxPause, NotByHand>;
    type AccountData = pallet_balances::AccountData<Balance>;
    type AccountId = AccountId;
    type Block = Block;
    type BlockHashCount = BlockHashCount;
    type BlockLength = Length;
    type BlockWeights = Weights;
    type DbWeight = ParityDbWeight;
    type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
    type Hash = Hash;
    type Lookup = AccountIdLookup<AccountId, ()>;
    type MaxConsumers = ConstU32<64>;
    type Nonce = Nonce;
    type SS58Prefix = Ss58Prefix;
    type SingleBlockMigrations = crate::migrations::Pending;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type Version = Version;
}

impl pallet_utility::Config for Runtime {
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_sudo::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}
