//! What must hold of the parameters and quotas of a file.

use frame_support::traits::{BuildGenesisConfig, Get};
use medshare_runtime::{
    DAY, HOUR, MILLI_MDS, Runtime, WASM_BINARY,
    configs::{
        audits::{KeyWindow, VoteWindow},
        marketplace::{DeliverWithin, RulingWithin},
        parameters::dynamic_params::marketplace::*,
        validators::SessionBlocks,
    },
};
use medshare_types::{Role, Tier};
use pallet_marketplace::FeeSplit;
use serde_json::json;
use sp_runtime::{BuildStorage, Permill};
use sp_state_machine::BasicExternalities;

use super::{Plan, file};

/// Every parameter, none as the runtime has it.
const PARAMETERS: &str = r#"
[parameters]
deliver_within = "48h"
ruling_within = "20d"
fee_share = "4%"
retained_share = "12.5%"
claim_bond_share = "3%"
split = { auditors = "50%", vaults = "30%" }
min_price = "0.5 MDS"
min_bond = "2 MDS"
key_window = "5h"
vote_window = "2d 6h"
session_blocks = 700

[quota.provider]
standard = "3s"
[quota.vault]
restricted = "0s"
exemplary = "1m 500ms"
"#;

/// The mistakes and warnings found in a file with these parameters and quotas.
fn found(lines: &str) -> String {
    Plan::read(&format!("{}{lines}", file(4)))
        .map_or_else(|mistakes| mistakes, |plan| plan.warnings)
        .join("\n")
}

#[test]
fn the_runtime_starts_with_the_parameters_and_quotas_of_the_file() {
    let plan = Plan::read(&format!("{}{PARAMETERS}", file(4))).unwrap();
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    let patch = plan.patch();
    assert_eq!(patch["terms"].as_object().unwrap().len(), 11, "{}", patch["terms"]);
    assert_eq!(patch["terms"]["split"], json!({ "auditors": 500_000, "vaults": 300_000 }));
    assert_eq!(patch["quota"]["quotas"][0], json!(["Provider", "Standard", 3_000_000_000_000u64]));

    let Some(code) = WASM_BINARY else { return };
    let state = plan.spec(code).build_storage().unwrap();
    sp_io::TestExternalities::new(state).execute_with(|| {
        assert_eq!((DeliverWithin::get(), RulingWithin::get()), (2 * DAY, 20 * DAY));
        assert_eq!((KeyWindow::get(), VoteWindow::get()), (5 * HOUR, 54 * HOUR));
        assert_eq!(
            (FeeShare::get(), ClaimBondShare::get()),
            (Permill::from_percent(4), Permill::from_percent(3))
        );
        assert_eq!(RetainedShare::get(), Permill::from_parts(125_000));
        let (auditors, vaults) = (Permill::from_percent(50), Permill::from_percent(30));
        assert_eq!(Split::get(), FeeSplit { auditors, vaults });
        assert_eq!((MinPrice::get(), MinBond::get()), (500 * MILLI_MDS, 2_000 * MILLI_MDS));
        assert_eq!(SessionBlocks::get(), 700);
        let quotas = pallet_quota::Quotas::<Runtime>::get();
        assert_eq!(quotas.get(&(Role::Vault, Tier::Exemplary)), Some(&60_500_000_000_000));
        assert_eq!(quotas.get(&(Role::Vault, Tier::Restricted)), Some(&0));
        assert_eq!(quotas.len(), 3);
    });
}

#[test]
fn without_parameters_the_chain_has_those_of_the_runtime() {
    let patch = Plan::read(&file(4)).unwrap().patch();
    assert_eq!((&patch["terms"], &patch["quota"]), (&json!({}), &json!({ "quotas": [] })));
}

/// All that parameters decide.
fn effective(plan: &Plan) -> impl PartialEq + std::fmt::Debug + use<> {
    BasicExternalities::default().execute_with(|| {
        plan.terms.build();
        (
            [DeliverWithin::get(), RulingWithin::get(), KeyWindow::get(), VoteWindow::get()],
            [FeeShare::get(), RetainedShare::get(), ClaimBondShare::get()],
            [MinPrice::get(), MinBond::get()],
            (Split::get(), SessionBlocks::get()),
        )
    })
}

#[test]
fn the_documentation_shows_every_parameter_as_the_runtime_has_it() {
    let text = include_str!("../../../../docs/consortium.md");
    let (_, lines) = text.split_once("[parameters]\n").expect("they are shown");
    let (lines, _) = lines.split_once("```").expect("the block ends");
    let shown = Plan::read(&format!("{}[parameters]\n{lines}", file(4))).unwrap();
    assert_eq!(shown.patch()["terms"].as_object().unwrap().len(), 11, "all are shown");
    assert_eq!(effective(&shown), effective(&Plan::read(&file(4)).unwrap()));
    let (role, tier) = (Role::Provider, Tier::Standard);
    assert_eq!(shown.quotas, [(role, tier, pallet_quota::defaults::quota(role, tier))]);
}

#[test]
fn a_parameter_that_cannot_be_read_is_told_with_how_to_write_it() {
    for (line, mistake) in [
        ("key_window = 24", "key_window: is not in quotes; write it like \"24h\""),
        ("key_window = \"24\"", "key_window: \"24\" is no time"),
        ("key_window = \"soon\"", "key_window: \"soon\" is no time"),
        ("deliver_within = \"0s\"", "deliver_within: \"0s\" is out of bounds; write from \"1s\" to \"30d\""),
        ("ruling_within = \"91d\"", "ruling_within: \"91d\" is out of bounds; write from \"1s\" to \"90d\""),
        ("vote_window = \"31d\"", "vote_window: \"31d\" is out of bounds"),
        ("fee_share = 0.05", "fee_share: is not in quotes; write it like \"5%\""),
        ("fee_share = \"5\"", "fee_share: \"5\" is no share"),
        ("fee_share = \"-5%\"", "fee_share: \"-5%\" is no share"),
        ("fee_share = \"0.00001%\"", "at most 4 decimals"),
        ("claim_bond_share = \"100.0001%\"", "claim_bond_share: \"100.0001%\" is more than the whole"),
        ("split = { auditors = \"x\", vaults = \"1%\" }", "split.auditors: \"x\" is no share"),
        ("min_price = \"0.1\"", "min_price: \"0.1\" is no amount; write one like \"25 MDS\""),
        ("min_price = \"18000001 MDS\"", "min_price: \"18000001 MDS\" is above 18000000 MDS"),
        ("min_bond = \". MDS\"", "min_bond: \". MDS\" is no amount"),
        ("session_blocks = 9", "session_blocks: is no number of blocks from 10 on"),
        ("session_blocks = \"1h\"", "session_blocks: is no number of blocks"),
    ] {
        let found = found(&format!("[parameters]\n{line}\n"));
        assert!(found.starts_with("parameters, ") && found.contains(mistake), "{line}: {found}");
    }
    let unknown = found("[parameters]\nfee = \"5%\"\n");
    assert!(unknown.contains("line") && unknown.contains("`fee_share`"), "{unknown}");
    let half = found("[parameters]\nsplit = { auditors = \"60%\" }\n");
    assert!(half.contains("line") && half.contains("missing field `vaults`"), "{half}");
}

#[test]
fn parameters_that_do_not_fit_together_or_with_the_runtimes_own_are_refused() {
    for (lines, mistake) in [
        // The runtime retains 10 %.
        ("fee_share = \"90.1%\"", "fee_share and retained_share: 90.1% and 10% are together more"),
        ("split = { auditors = \"60%\", vaults = \"40.0001%\" }", "split: auditors and vaults get more"),
        ("min_bond = \"0.0009 MDS\"", "min_bond: 0.0009 MDS is below the smallest"),
        ("min_price = \"0.009 MDS\"", "write \"0.01 MDS\" or more"),
        ("retained_share = \"0.5%\"", "min_price: of 0.1 MDS the part that is retained (0.5%)"),
        ("min_price = \"0.0001 MDS\"\nretained_share = \"0%\"", "write \"0.001 MDS\" or more"),
    ] {
        let found = found(&format!("[parameters]\n{lines}\n"));
        assert!(found.starts_with("parameters, ") && found.contains(mistake), "{lines}: {found}");
    }
    for lines in [
        "fee_share = \"90%\"",
        "split = { auditors = \"60%\", vaults = \"40%\" }",
        "min_price = \"0.01 MDS\"",
        "retained_share = \"1%\"",
        "min_price = \"0.001 MDS\"\nretained_share = \"0%\"",
    ] {
        assert_eq!(found(&format!("[parameters]\n{lines}\n")), "", "{lines}");
    }
}

#[test]
fn parameters_that_are_worth_a_thought_are_warned_of() {
    let ruling = found("[parameters]\nruling_within = \"95h\"\n");
    assert!(ruling.contains("ruling_within: is 95h, but keys and votes may take 4d"), "{ruling}");
    assert_eq!(found("[parameters]\nruling_within = \"96h\"\n"), "");
    let session = found("[parameters]\nsession_blocks = 43201\n");
    assert!(session.contains("session_blocks: 43201 blocks take more than a day"), "{session}");
    assert_eq!(found("[parameters]\nsession_blocks = 43200\n"), "");
}

#[test]
fn quotas_that_cannot_be_read_or_given_are_refused() {
    let found = found("[quota.buyer]\nstandard = 2\ntrusted = \"61m\"\nexemplary = \"much\"\n");
    assert!(found.contains("quota.buyer, standard: is not in quotes"), "{found}");
    assert!(found.contains("quota.buyer, trusted: \"61m\" is more than there is in 1h"), "{found}");
    assert!(found.contains("quota.buyer, exemplary: \"much\" is no time of computation"), "{found}");
}
