//! The limits of blocks.

use codec::Encode;
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::{Get, Time},
    weights::constants::WEIGHT_REF_TIME_PER_SECOND,
};

use crate::{
    configs::{
        consensus::MinimumPeriod,
        system::{Length, MAX_BLOCK_BYTES, MAX_BLOCK_WEIGHT, Weights},
    },
    *,
};

#[test]
fn a_block_weighs_at_most_the_time_in_which_it_is_authored() {
    assert_eq!(MAX_BLOCK_WEIGHT.ref_time(), WEIGHT_REF_TIME_PER_SECOND * 12 / 10);
    let weights = Weights::get();
    assert_eq!(weights.max_block, MAX_BLOCK_WEIGHT);
    let normal = weights.get(DispatchClass::Normal);
    assert_eq!(normal.max_total.map(|weight| weight.ref_time()), Some(WEIGHT_REF_TIME_PER_SECOND * 9 / 10));
    assert!(weights.validate().is_ok());
}

#[test]
fn ordinary_transactions_get_three_quarters_of_a_blocks_length() {
    let length = Length::get();
    assert_eq!(*length.max.get(DispatchClass::Normal), MAX_BLOCK_BYTES / 4 * 3);
    assert_eq!(*length.max.get(DispatchClass::Operational), MAX_BLOCK_BYTES);
}

#[test]
fn two_blocks_can_follow_in_two_slots() {
    assert_eq!(Aura::slot_duration(), SLOT_MILLIS);
    let shortest: u64 = MinimumPeriod::get();
    assert_eq!(shortest * 2, SLOT_MILLIS);
}

#[test]
fn a_megabyte_in_one_transaction_fits_into_a_block() {
    let remark = RuntimeCall::System(frame_system::Call::remark { remark: vec![0; 1024 * 1024] });
    assert!(remark.encoded_size() < MAX_BLOCK_BYTES as usize);
    let limit = Weights::get().get(DispatchClass::Normal).max_extrinsic.expect("it is limited");
    assert!(remark.get_dispatch_info().call_weight.ref_time() < limit.ref_time());
}

#[test]
fn time_is_in_milliseconds() {
    sp_io::TestExternalities::default().execute_with(|| {
        pallet_timestamp::Now::<Runtime>::put(1_700_000_000_000);
        assert_eq!(<Timestamp as Time>::now(), 1_700_000_000_000);
    });
}

#[test]
fn configurations_are_sound() {
    use frame_support::traits::IntegrityTest;
    sp_io::TestExternalities::default().execute_with(AllPalletsWithSystem::integrity_test);
}
