//! The genesis presets.

use frame_support::traits::{Currency, ExistenceRequirement};
use medshare_crypto::KeyPair;
use medshare_traits::Membership;
use medshare_types::Role;
use sp_genesis_builder::runtime_decl_for_genesis_builder::GenesisBuilder;
use sp_keyring::Sr25519Keyring;

use crate::{
    configs::money::{ConsortiumAccount, EXISTENTIAL_DEPOSIT},
    genesis::{DEVELOPMENT, LOCAL},
    *,
};

/// The state of a preset, merged into the defaults as the node does it.
pub fn state_of(preset: &str) -> sp_io::TestExternalities {
    let parse = |id: Option<&str>| -> serde_json::Value {
        let bytes = Runtime::get_preset(&id.map(Into::into)).expect("the preset is there");
        serde_json::from_slice(&bytes).expect("it is JSON")
    };
    let mut config = sp_io::TestExternalities::default().execute_with(|| parse(None));
    merge(&mut config, sp_io::TestExternalities::default().execute_with(|| parse(Some(preset))));
    let mut state = sp_io::TestExternalities::default();
    state.execute_with(|| {
        Runtime::build_state(config.to_string().into_bytes()).expect("the preset builds");
    });
    state
}

/// RFC 7386.
pub fn merge(into: &mut serde_json::Value, patch: serde_json::Value) {
    match (into, patch) {
        (serde_json::Value::Object(into), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                merge(into.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, patch) => *into = patch,
    }
}

#[test]
fn lists_both_presets() {
    assert_eq!(Runtime::preset_names(), vec![DEVELOPMENT.to_string(), LOCAL.to_string()]);
    assert!(Runtime::get_preset(&Some("unknown".into())).is_none());
}

#[test]
fn seeds_members_in_every_role_with_their_development_keys() {
    for preset in [DEVELOPMENT, LOCAL] {
        state_of(preset).execute_with(|| {
            for who in [
                Sr25519Keyring::Alice,
                Sr25519Keyring::Bob,
                Sr25519Keyring::Charlie,
                Sr25519Keyring::Dave,
                Sr25519Keyring::Eve,
                Sr25519Keyring::Ferdie,
                Sr25519Keyring::One,
                Sr25519Keyring::Two,
            ] {
                let account = who.to_account_id();
                for role in Role::ALL {
                    assert!(<Members as Membership<_>>::has_role(&account, role), "{who:?} {role:?}");
                }
                assert_eq!(
                    <Members as Membership<_>>::encryption_key(&account),
                    Some(KeyPair::development(who.into()).public())
                );
                assert_eq!(<Members as Membership<_>>::sponsor(&account), None);
                assert_eq!(Balances::free_balance(&account), 1_000_000 * MDS);
            }
        });
    }
}

#[test]
fn only_the_development_chain_has_sudo() {
    state_of(DEVELOPMENT).execute_with(|| {
        assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(Sr25519Keyring::Alice.to_account_id()))
    });
    state_of(LOCAL).execute_with(|| assert_eq!(pallet_sudo::Key::<Runtime>::get(), None));
}

#[test]
fn validators_are_alice_and_on_the_local_chain_four() {
    for (preset, expected) in [(DEVELOPMENT, 1), (LOCAL, 4)] {
        state_of(preset).execute_with(|| {
            let four =
                [Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie, Sr25519Keyring::Dave];
            let mut validators = Session::validators();
            validators.sort();
            let mut hospitals: Vec<_> = four[..expected].iter().map(|who| who.to_account_id()).collect();
            hospitals.sort();
            assert_eq!(validators, hospitals);
            let keys = pallet_aura::Authorities::<Runtime>::get();
            let aura: Vec<sp_consensus_aura::sr25519::AuthorityId> =
                four[..expected].iter().map(|who| who.public().into()).collect();
            assert!(keys.len() == expected && aura.iter().all(|key| keys.contains(key)));
            assert_eq!(Grandpa::grandpa_authorities().len(), expected);
            assert_eq!(Validators::is_fragile(), expected < 4);
        });
    }
}

#[test]
fn the_consortiums_account_can_take_the_smallest_amount() {
    state_of(DEVELOPMENT).execute_with(|| {
        let account = ConsortiumAccount::get();
        assert_eq!(Balances::free_balance(&account), EXISTENTIAL_DEPOSIT);
        <Balances as Currency<_>>::transfer(
            &Sr25519Keyring::Alice.to_account_id(),
            &account,
            1,
            ExistenceRequirement::KeepAlive,
        )
        .expect("one unit is taken");
        assert_eq!(Balances::free_balance(&account), EXISTENTIAL_DEPOSIT + 1);
    });
}

/// Fails with the first invariant that does not hold.
pub fn check_invariants(when: &str) {
    assert_eq!(invariants::check(), Ok(()), "{when}");
}

#[test]
fn invariants_hold_from_the_beginning() {
    for preset in [DEVELOPMENT, LOCAL] {
        state_of(preset).execute_with(|| check_invariants(preset));
    }
}
