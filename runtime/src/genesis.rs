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
    AccountId, Balance, BalancesConfig, MDS, MembersConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys,
    SudoConfig, ValidatorsConfig,
    configs::money::{ConsortiumAccount, EXISTENTIAL_DEPOSIT},
};

/// The preset of one validator, Alice, who also stands in for the council.
pub const DEVELOPMENT: &str = sp_genesis_builder::DEV_RUNTIME_PRESET;
/// The preset of four validators, Alice, Bob, Charlie and Dave, and no sudo.
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

/// The validators of the local chain; the first is that of the development chain. Four are the fewest that survive the
/// failure of one.
const VALIDATORS: [(Sr25519Keyring, Ed25519Keyring); 4] = [
    (Sr25519Keyring::Alice, Ed25519Keyring::Alice),
    (Sr25519Keyring::Bob, Ed25519Keyring::Bob),
    (Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
    (Sr25519Keyring::Dave, Ed25519Keyring::Dave),
];

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
    vec![PresetId::from(DEVELOPMENT), PresetId::from(LOCAL)]
}

/// A preset as a JSON patch of the default genesis configuration.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_str() {
        DEVELOPMENT => patch(&VALIDATORS[..1], Some(Sr25519Keyring::Alice.to_account_id())),
        LOCAL => patch(&VALIDATORS, None),
        _ => return None,
    };
    serde_json::to_vec(&patch).ok()
}

fn patch(validators: &[(Sr25519Keyring, Ed25519Keyring)], sudo: Option<AccountId>) -> serde_json::Value {
    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: BalancesConfig {
            balances: MEMBERS
                .iter()
                .map(|who| (who.to_account_id(), ENDOWMENT))
                .chain([(ConsortiumAccount::get(), EXISTENTIAL_DEPOSIT)])
                .collect(),
        },
        sudo: SudoConfig { key: sudo },
        members: MembersConfig { members: MEMBERS.iter().map(|who| member(*who)).collect() },
        validators: ValidatorsConfig {
            validators: validators.iter().map(|(who, _)| who.to_account_id()).collect(),
        },
        session: SessionConfig {
            keys: validators
                .iter()
                .map(|(who, grandpa)| {
                    let keys = SessionKeys {
                        aura: AuraId::from(who.public()),
                        grandpa: GrandpaId::from(grandpa.public()),
                    };
                    (who.to_account_id(), who.to_account_id(), keys)
                })
                .collect(),
        },
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
