//! What the heaviest calls and hooks weigh, against what a block may weigh.

use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::Get,
};
use medshare_types::{Moment, Point, Scalar, SealProof, SealedKey};

use crate::{
    configs::{
        audits::MaxDrawsPerBlock,
        parameters::dynamic_params::audits::{KeyWindow, VoteWindow},
        system::{MAX_BLOCK_WEIGHT, Weights},
    },
    *,
};

fn sealed() -> SealedKey {
    let (point, scalar) = (Point::default(), Scalar::default());
    let proof = SealProof { challenge: scalar, response_p: scalar, response_s: scalar };
    SealedKey { c1: point, c2: point, proof }
}

fn weigh(call: impl Into<RuntimeCall>) -> u64 {
    call.into().get_dispatch_info().call_weight.ref_time()
}

/// Printed for docs/figures.md.
#[test]
#[allow(clippy::print_stdout)]
fn a_delivery_is_a_small_part_of_a_block() {
    let deliver = weigh(pallet_marketplace::Call::<Runtime>::deliver { order: 0, sealed: sealed() });
    assert!(deliver > 0, "calls have weights");
    let block = MAX_BLOCK_WEIGHT.ref_time();
    println!(
        "deliver: {} µs of a block's {} µs, 1/{}",
        deliver / 1_000_000,
        block / 1_000_000,
        block / deliver
    );
    assert!(deliver < block / 100);
}

#[test]
fn the_longest_lists_fit_into_a_block() {
    use pallet_access::WeightInfo as _;
    use pallet_records::WeightInfo as _;
    let limit = Weights::get().get(DispatchClass::Normal).max_extrinsic.expect("it is limited").ref_time();
    let most = <Runtime as pallet_records::Config>::MaxBatch::get();
    let register = <Runtime as pallet_records::Config>::WeightInfo::register_many(most);
    let versions = <Runtime as pallet_records::Config>::MaxVersions::get();
    let erase = <Runtime as pallet_records::Config>::WeightInfo::erase(versions);
    let receipts = <Runtime as pallet_access::Config>::MaxReceipts::get();
    let report = <Runtime as pallet_access::Config>::WeightInfo::post_receipts(receipts);
    for weight in [register, erase, report] {
        assert!(weight.ref_time() < limit, "{weight:?} is above {limit}");
    }
}

#[test]
fn the_most_draws_leave_most_of_a_block_to_others() {
    use pallet_audits::WeightInfo;
    type Audit = <Runtime as pallet_audits::Config>::WeightInfo;
    let draws = MaxDrawsPerBlock::get();
    let candidates = <Runtime as pallet_members::Config>::MaxAuditors::get();
    let decision = Audit::vote().max(Audit::lapse_claim());
    let each = Audit::examine(candidates).saturating_add(decision);
    let all = Audit::on_initialize(draws).saturating_add(each.saturating_mul(draws.into()));
    assert!(all.ref_time() < MAX_BLOCK_WEIGHT.ref_time() / 8, "{all:?}");
}

#[test]
fn a_claim_leaves_time_for_three_rounds_of_keys_and_votes() {
    sp_io::TestExternalities::default().execute_with(|| {
        let round: Moment = KeyWindow::get() + VoteWindow::get();
        let ruling = <<Runtime as pallet_marketplace::Config>::RulingWithin as Get<Moment>>::get();
        assert!(ruling >= 3 * round);
    });
}
