//! Balances, fees, and the consortium's account.

use frame_support::{
    PalletId, parameter_types,
    traits::{ConstU8, ConstU32, ConstU128, tokens::imbalance::ResolveTo},
    weights::{ConstantMultiplier, IdentityFee},
};
use pallet_transaction_payment::{ConstFeeMultiplier, FungibleAdapter, Multiplier};
use sp_runtime::traits::{AccountIdConversion, One};

use crate::{
    AccountId, Balance, Balances, MICRO_MDS, MILLI_MDS, Runtime, RuntimeEvent, RuntimeFreezeReason,
    RuntimeHoldReason, System,
};

/// Where fees, dust and the consortium's share of sales go. No key leads to it: only the council can spend from it.
pub const CONSORTIUM: PalletId = PalletId(*b"md/const");

/// The least balance that keeps an account: 0.001 MDS.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_MDS;

/// A byte of a transaction costs a millionth of an MDS, so a megabyte costs one.
pub type BytePrice = ConstU128<MICRO_MDS>;

parameter_types! {
    /// The account of [`CONSORTIUM`].
    pub ConsortiumAccount: AccountId = CONSORTIUM.into_account_truncating();
    /// Fees do not follow demand: members are known, and their budgets should be too.
    pub FeeMultiplier: Multiplier = Multiplier::one();
}

impl pallet_balances::Config for Runtime {
    type AccountStore = System;
    type Balance = Balance;
    type DoneSlashHandler = ();
    type DustRemoval = ResolveTo<ConsortiumAccount, Balances>;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxFreezes = frame_support::traits::VariantCountOf<RuntimeFreezeReason>;
    type MaxLocks = ConstU32<0>;
    type MaxReserves = ConstU32<0>;
    type ReserveIdentifier = ();
    type RuntimeEvent = RuntimeEvent;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

// A second of computation costs one MDS (a unit of weight is a picosecond, and an MDS has 12 decimals).
impl pallet_transaction_payment::Config for Runtime {
    type FeeMultiplierUpdate = ConstFeeMultiplier<FeeMultiplier>;
    type LengthToFee = ConstantMultiplier<Balance, BytePrice>;
    type OnChargeTransaction = FungibleAdapter<Balances, ResolveTo<ConsortiumAccount, Balances>>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
    type WeightToFee = IdentityFee<Balance>;
}
