//! A chain's state without a node: the local preset, with its eight members in every role.

use std::sync::LazyLock;

use codec::Encode;
use frame_support::traits::Hooks;
use medshare_runtime::{Audits, Hash, Moment, Runtime, RuntimeGenesisConfig, System, genesis, invariants};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie, One, Two};
use sp_runtime::BuildStorage;

/// The members.
pub const MEMBERS: [Sr25519Keyring; 8] = [Alice, Bob, Charlie, Dave, Eve, Ferdie, One, Two];
/// When the chain begins, unix ms.
pub const START: Moment = 1_700_000_000_000;

/// Keys and values of the first state.
static FIRST: LazyLock<Vec<(Vec<u8>, Vec<u8>)>> = LazyLock::new(|| {
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("it is JSON");
    let patch = TestExternalities::default()
        .execute_with(|| genesis::preset(&genesis::LOCAL.into()).expect("the preset is there"));
    let patch: serde_json::Value = serde_json::from_slice(&patch).expect("it is JSON");
    for (pallet, fields) in patch.as_object().expect("it is one of pallets") {
        for (field, value) in fields.as_object().expect("each has fields") {
            config[pallet][field] = value.clone();
        }
    }
    let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("the preset is one");
    config.build_storage().expect("the preset builds").top.into_iter().collect()
});

/// The first state, in a first block.
pub fn begin() -> TestExternalities {
    let mut state = invariants::state_of(FIRST.iter().cloned());
    state.execute_with(|| {
        pallet_timestamp::Now::<Runtime>::put(START);
        next_block();
    });
    state
}

/// A block in which nothing is but what pallets do at its beginning. Of ours, only audits do anything.
pub fn next_block() {
    let number = System::block_number() + 1;
    let parent = Hash::from(number.using_encoded(sp_io::hashing::blake2_256));
    System::initialize(&number, &parent, &Default::default());
    Audits::on_initialize(number);
}

/// Lets time pass.
pub fn pass(time: Moment) {
    pallet_timestamp::Now::<Runtime>::mutate(|now| *now = now.saturating_add(time));
}
