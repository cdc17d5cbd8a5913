//! The first state of a chain: presets with the development accounts as members.

use alloc::{format, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use medshare_crypto::KeyPair;
use medshare_types::{Hash, Point, Role, Roles};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_genesis_builder::PresetId;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

use crate::{
    AccountId, Balance, BalancesConfig, MDS, MembersConfig, RuntimeGenesisConfig, SudoConfig,
    configs::money::{ConsortiumAccount, EXISTENTIAL_DEPOSIT},
};

/// The preset of one validator, Alice, who also stands in for the council.
pub const DEVELOPMENT: &str = sp_genesis_builder::DEV_RUNTIME_PRESET;
/// The preset of two validators, Alice and Bob, and no sudo.
pub const LOCAL: &str = "local";

/// What each development account owns.
const ENDOWMENT: Balance = 1_000_000 * MDS;

/// The members of a development chain.
const MEMBERS: [Sr25519Keyring; 8] = [
    Sr25519Keyring::Alice,
    Sr25519Keyring::Bob,
    Sr25519Keyring::Charlie,
    Sr25519Keyring::Dave,
    Sr25519Keyring::Eve,
    Sr25519Keyring::Ferdie,
    Sr25519Keyring::One,
    Sr25519Keyring::Two,
];

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
    vec![PresetId::from(DEVELOPMENT), PresetId::from(LOCAL)]
}

/// A preset as a JSON patch of the default genesis configuration.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_str() {
        DEVELOPMENT => patch(
            vec![(Sr25519Keyring::Alice, Ed25519Keyring::Alice)],
            Some(Sr25519Keyring::Alice.to_account_id()),
        ),
        LOCAL => patch(
            vec![(Sr25519Keyring::Alice, Ed25519Keyring::Alice), (Sr25519Keyring::Bob, Ed25519Keyring::Bob)],
            None,
        ),
        _ => return None,
    };
    serde_json::to_vec(&patch).ok()
}

fn patch(validators: Vec<(Sr25519Keyring, Ed25519Keyring)>, sudo: Option<AccountId>) -> serde_json::Value {
    build_struct_json_patch!(RuntimeGenesisConfig {
        aura: pallet_aura::GenesisConfig {
            authorities: validators.iter().map(|(aura, _)| AuraId::from(aura.public())).collect(),
        },
        grandpa: pallet_grandpa::GenesisConfig {
            authorities: validators
                .iter()
                .map(|(_, grandpa)| (GrandpaId::from(grandpa.public()), 1))
                .collect(),
        },
        balances: BalancesConfig {
            balances: MEMBERS
                .iter()
                .map(|who| (who.to_account_id(), ENDOWMENT))
                .chain([(ConsortiumAccount::get(), EXISTENTIAL_DEPOSIT)])
                .collect(),
        },
        sudo: SudoConfig { key: sudo },
        members: MembersConfig { members: MEMBERS.iter().map(|who| member(*who)).collect() },
    })
}

/// A member in every role, with the encryption key that the clients know by the account's name. Its identity hash is
/// one of the name: nobody is behind these accounts.
fn member(who: Sr25519Keyring) -> (AccountId, Roles, Hash, Point) {
    let name: &'static str = who.into();
    let mut roles = Roles::new();
    for role in Role::ALL {
        // Fits: the bound is the number of roles.
        let _ = roles.try_insert(role);
    }
    let identity = sp_io::hashing::sha2_256(format!("medshare development identity: {name}").as_bytes());
    (who.to_account_id(), roles, identity.into(), KeyPair::development(name).public())
}
