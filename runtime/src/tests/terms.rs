//! The parameters that a genesis configuration sets.

use frame_support::traits::Get;
use pallet_marketplace::FeeSplit;
use serde_json::{Value, json};
use sp_genesis_builder::runtime_decl_for_genesis_builder::GenesisBuilder;
use sp_runtime::Permill;

use super::presets::merge;
use crate::{
    configs::{
        audits::{KeyWindow, VoteWindow},
        marketplace::{DeliverWithin, RulingWithin},
        parameters::dynamic_params::marketplace::*,
        validators::SessionBlocks,
    },
    *,
};

/// The state of the default configuration with these terms.
fn state_with(terms: Value) -> Result<sp_io::TestExternalities, String> {
    let mut state = sp_io::TestExternalities::default();
    state.execute_with(|| {
        let config = Runtime::get_preset(&None).expect("there are defaults");
        let mut config = serde_json::from_slice(&config).expect("they are JSON");
        merge(&mut config, json!({ "terms": terms }));
        Runtime::build_state(config.to_string().into_bytes())
    })?;
    Ok(state)
}

/// Every parameter that is stored.
fn stored() -> usize {
    pallet_parameters::Parameters::<Runtime>::iter().count()
}

#[test]
fn what_genesis_does_not_name_is_as_the_runtime_has_it() {
    state_with(json!({})).expect("it builds").execute_with(|| assert_eq!(stored(), 0));
    state_with(json!({ "keyWindow": 3 * HOUR })).expect("it builds").execute_with(|| {
        assert_eq!(stored(), 1);
        assert_eq!((KeyWindow::get(), VoteWindow::get()), (3 * HOUR, 72 * HOUR));
    });
}

#[test]
fn genesis_sets_every_parameter() {
    let terms = json!({
        "deliverWithin": 2 * DAY,
        "rulingWithin": 20 * DAY,
        "feeShare": 40_000,
        "retainedShare": 200_000,
        "claimBondShare": 30_000,
        "split": { "auditors": 500_000, "vaults": 300_000 },
        "minPrice": 500_000_000_000u64,
        "minBond": 50_000_000_000u64,
        "keyWindow": 5 * HOUR,
        "voteWindow": 6 * HOUR,
        "sessionBlocks": 700,
    });
    let fields = terms.as_object().expect("it is one").len();
    state_with(terms).expect("it builds").execute_with(|| {
        assert_eq!(stored(), fields);
        assert_eq!((DeliverWithin::get(), RulingWithin::get()), (2 * DAY, 20 * DAY));
        assert_eq!((KeyWindow::get(), VoteWindow::get()), (5 * HOUR, 6 * HOUR));
        assert_eq!((MinPrice::get(), MinBond::get()), (500 * MILLI_MDS, 50 * MILLI_MDS));
        assert_eq!(FeeShare::get(), Permill::from_percent(4));
        assert_eq!(RetainedShare::get(), Permill::from_percent(20));
        assert_eq!(ClaimBondShare::get(), Permill::from_percent(3));
        let (auditors, vaults) = (Permill::from_percent(50), Permill::from_percent(30));
        assert_eq!(Split::get(), FeeSplit { auditors, vaults });
        assert_eq!(SessionBlocks::get(), 700);
    });
}

#[test]
fn what_has_no_bounds_in_genesis_is_read_within_bounds() {
    let terms = json!({ "keyWindow": 0, "voteWindow": u64::MAX, "deliverWithin": 0, "sessionBlocks": 1 });
    state_with(terms).expect("it builds").execute_with(|| {
        assert_eq!((KeyWindow::get(), VoteWindow::get()), (1_000, 30 * DAY));
        assert_eq!((DeliverWithin::get(), SessionBlocks::get()), (1_000, 10));
    });
}

#[test]
fn a_term_of_another_name_is_refused() {
    let refusal = state_with(json!({ "keyWindows": HOUR })).err().unwrap_or_default();
    assert!(refusal.contains("keyWindows"), "{refusal}");
}
