//! That migrations are wired, and leave no pallet behind the code.

use frame_support::traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion};

use std::collections::BTreeMap;

use super::presets::{check_invariants, state_of};
use crate::{
    genesis::{DEVELOPMENT, LOCAL},
    *,
};

type Migrations = <Runtime as frame_system::Config>::SingleBlockMigrations;

#[test]
fn a_chain_of_the_first_runtime_is_brought_to_this_one() {
    state_of(DEVELOPMENT).execute_with(|| {
        StorageVersion::new(1).put::<Access>();
        StorageVersion::new(1).put::<Marketplace>();
        Migrations::on_runtime_upgrade();
        assert_eq!(Access::on_chain_storage_version(), Access::in_code_storage_version());
        assert_eq!(Marketplace::on_chain_storage_version(), Marketplace::in_code_storage_version());
        check_invariants("after the migrations");
    });
}

#[test]
fn a_new_chain_needs_none() {
    for preset in [DEVELOPMENT, LOCAL] {
        state_of(preset).execute_with(|| {
            let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
            Migrations::on_runtime_upgrade();
            assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before);
        });
    }
}

/// What the runtime of release 1 left, with a sale under way; `tests/fixtures/releases` says how it was made.
const LEFT_BY_1: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/releases/1/state.json");

fn left_by_1() -> sp_io::TestExternalities {
    let text = std::fs::read_to_string(LEFT_BY_1).expect("the file is there");
    let pairs: BTreeMap<String, String> = serde_json::from_str(&text).expect("it is JSON");
    let bytes = |text: String| sp_core::bytes::from_hex(&text).expect("it is in hex");
    invariants::state_of(pairs.into_iter().map(|(key, value)| (bytes(key), bytes(value))))
}

/// With `try-runtime`, what each migration checks before and after itself is checked too.
fn migrate() {
    #[cfg(feature = "try-runtime")]
    Executive::try_runtime_upgrade(frame_support::traits::UpgradeCheckSelect::PreAndPost)
        .expect("the migrations' own checks hold");
    #[cfg(not(feature = "try-runtime"))]
    Executive::execute_on_runtime_upgrade();
}

#[test]
fn what_the_first_release_left_becomes_sound() {
    left_by_1().execute_with(|| {
        let orders = || pallet_marketplace::Orders::<Runtime>::iter().collect::<BTreeMap<_, _>>();
        let (before, issued) = (orders(), Balances::total_issuance());
        assert!(before.values().any(|order| order.state.is_open()), "no sale was under way");
        migrate();
        check_invariants("after the migrations");
        assert_eq!(orders(), before);
        assert_eq!(Balances::total_issuance(), issued);
        for (id, order) in before.iter().filter(|(_, order)| order.state.is_open()) {
            let open = Marketplace::open_orders_of(&order.seller, None, 100);
            assert!(open.iter().any(|(found, _)| found == id), "order {id} is not among the open ones");
        }
    });
}

#[test]
fn a_migration_runs_once() {
    left_by_1().execute_with(|| {
        migrate();
        let once = sp_io::storage::root(sp_runtime::StateVersion::V1);
        Migrations::on_runtime_upgrade();
        assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), once);
    });
}
