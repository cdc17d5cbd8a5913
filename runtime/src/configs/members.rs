//! Who may act.

use frame_support::traits::{ConstU32, ConstU128, Contains};

use crate::{
    AccountId, Balances, Council, MDS, MILLI_MDS, Runtime, RuntimeHoldReason, Timestamp,
    configs::{
        council::{Majority, MaxHospitals},
        money::ConsortiumAccount,
    },
};

/// The account that holds sudo, if there is one. It may send transactions without being a member, so that a
/// development chain can be repaired whomever the council suspended.
pub struct SudoKey;

impl Contains<AccountId> for SudoKey {
    fn contains(who: &AccountId) -> bool {
        pallet_sudo::Key::<Runtime>::get().as_ref() == Some(who)
    }
}

impl pallet_members::Config for Runtime {
    type AdmissionDeposit = ConstU128<MDS>;
    type Consortium = ConsortiumAccount;
    type CouncilOrigin = Majority;
    type Currency = Balances;
    type Exempt = SudoKey;
    type HospitalsChanged = Council;
    // What a kilobyte of a record costs.
    type KeptDeposit = ConstU128<{ 100 * MILLI_MDS }>;
    type MaxAuditors = ConstU32<64>;
    type MaxHospitals = MaxHospitals;
    // One a month for five years.
    type MaxKeys = ConstU32<64>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Time = Timestamp;
    type WeightInfo = crate::weights::pallet_members::WeightInfo<Runtime>;
}
