//! What must hold of files and of the chains that are made from them.

mod terms;

use std::fmt::Write as _;

use codec::Decode;
use medshare_crypto::KeyPair;
use medshare_runtime::{WASM_BINARY, configs::money::ConsortiumAccount};
use medshare_types::{AccountId, PeerKey};
use sc_network::PeerId;
use serde_json::{Value, json};
use sp_core::{
    Pair,
    crypto::{Ss58AddressFormat, Ss58Codec},
    ed25519, sr25519,
};
use sp_io::hashing::twox_128;
use sp_keyring::Sr25519Keyring;
use sp_runtime::BuildStorage;

use super::plan::Plan;
use crate::chain_spec::ChainSpec;

/// A file with so many hospitals and their nodes, an auditor, a vault, and an observer of the first hospital.
fn file(hospitals: u8) -> String {
    let mut text = "name = \"Test\"\nid = \"test\"\nendowment = 100\n".to_owned();
    for n in 0..hospitals {
        text.push_str(&member("hospital", n));
        let (aura, grandpa) = (session(n), ed25519::Pair::from_seed(&[n; 32]).public());
        let _ = writeln!(text, "aura = \"{aura}\"\ngrandpa = \"0x{}\"", hex(&grandpa.0));
        let _ = writeln!(text, "peer_id = \"{}\"\naddress = \"{}\"", peer(n), address(n));
    }
    text.push_str(&member("auditor", 100));
    text.push_str(&member("vault", 101));
    if hospitals > 0 {
        text.push_str(&observer(0, 200));
    }
    text
}

/// A node of the hospital `of`.
fn observer(of: u8, n: u8) -> String {
    format!("[[observer]]\nname = \"O{n}\"\naccount = \"{}\"\npeer_id = \"{}\"\n", account(of), peer(n))
}

fn peer_key(n: u8) -> [u8; 32] {
    ed25519::Pair::from_seed(&[n, 255].repeat(16).try_into().unwrap()).public().0
}

fn peer(n: u8) -> String {
    PeerId::from_ed25519(&peer_key(n)).unwrap().to_base58()
}

fn address(n: u8) -> String {
    format!("/dns4/node-{n}.example/tcp/30333")
}

fn session(n: u8) -> String {
    sr25519::Pair::from_seed(&[n; 32]).public().to_ss58check()
}

fn account(n: u8) -> String {
    AccountId::new([n.saturating_add(1); 32]).to_ss58check()
}

fn key(n: u8) -> String {
    hex(KeyPair::development(&n.to_string()).public().0.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn member(what: &str, n: u8) -> String {
    format!(
        "[[{what}]]\nname = \"N{n}\"\naccount = \"{}\"\nidentity = \"0x{}\"\nencryption_key = \"0x{}\"\n",
        account(n),
        hex(&[n.saturating_add(1); 32]),
        key(n)
    )
}

/// The mistakes found in a file in which a text is replaced once.
fn mistakes(from: &str, to: &str) -> String {
    let file = file(4);
    assert!(file.contains(from), "{from} is not in the file");
    Plan::read(&file.replacen(from, to, 1)).map(|plan| plan.warnings).unwrap_err().join("\n")
}

#[test]
fn four_hospitals_are_a_consortium_without_warnings() {
    let plan = Plan::read(&file(4)).unwrap();
    assert_eq!((plan.members.len(), plan.validators.len()), (6, 4));
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    let patch = plan.patch();
    assert_eq!(patch["sudo"]["key"], Value::Null);
    assert_eq!(patch["members"]["members"][4][1], json!(["Auditor"]));
    assert_eq!(patch["session"]["keys"][2][2]["aura"], json!(session(2)));
    assert_eq!(patch["balances"]["balances"].as_array().unwrap().len(), 7, "and the consortium's");
    assert_eq!(patch["peers"]["peers"][4], json!([format!("0x{}", hex(&peer_key(200))), account(0)]));
    let bootnodes: Vec<_> = plan.bootnodes.iter().map(ToString::to_string).collect();
    assert_eq!(bootnodes.len(), 4);
    assert_eq!(bootnodes[2], format!("{}/p2p/{}", address(2), peer(2)));
}

#[test]
fn fewer_than_four_hospitals_warn_and_none_is_refused() {
    let plan = Plan::read(&file(3)).unwrap();
    assert!(plan.warnings[0].contains("of 3 validators none may fail"), "{:?}", plan.warnings);
    assert!(Plan::read(&file(0)).unwrap_err()[0].contains("no [[hospital]]"));
}

#[test]
fn unknown_and_missing_fields_are_named_with_their_line() {
    let unknown = mistakes("endowment = 100", "endowmant = 100");
    assert!(unknown.contains("line 3") && unknown.contains("`endowmant`"), "{unknown}");
    let missing = mistakes(&format!("aura = \"{}\"\n", session(1)), "");
    assert!(missing.contains("missing field `aura`") && missing.contains("line"), "{missing}");
}

#[test]
fn what_stands_twice_is_named_with_both_places() {
    let accounts = mistakes(&account(2), &account(0));
    assert!(accounts.contains("hospital 3 (N2), account"), "{accounts}");
    assert!(accounts.contains("hospital 1 (N0), account"), "{accounts}");
    let keys = mistakes(&key(101), &key(100));
    assert!(keys.contains("vault 1 (N101), encryption_key"), "{keys}");
    assert!(keys.contains("auditor 1 (N100), encryption_key"), "{keys}");
    let aura = mistakes(&session(3), &session(1));
    assert!(aura.contains("hospital 4 (N3), aura: is the same as hospital 2 (N1), aura"), "{aura}");
}

#[test]
fn bytes_that_are_no_key_are_refused() {
    let hex = mistakes(&key(1), "zz");
    assert!(hex.contains("hospital 2 (N1), encryption_key") && hex.contains("64 digits"), "{hex}");
    let point = mistakes(&key(1), &"ff".repeat(32));
    assert!(point.contains("no point of the Ristretto group"), "{point}");
    let zero = mistakes(&"01".repeat(32), &"00".repeat(32));
    assert!(zero.contains("hospital 1 (N0), identity: is zero"), "{zero}");
}

#[test]
fn addresses_with_errors_or_of_other_networks_are_refused() {
    let typo = mistakes(&account(1), &account(1).replacen('5', "6", 1));
    assert!(typo.contains("hospital 2 (N1), account") && typo.contains("SS58"), "{typo}");
    let polkadot = AccountId::new([2; 32]).to_ss58check_with_version(Ss58AddressFormat::custom(0));
    assert!(mistakes(&account(1), &polkadot).contains("another network (prefix 0)"));
    let own = mistakes(&account(1), &ConsortiumAccount::get().to_ss58check());
    assert!(own.contains("the consortium's own"), "{own}");
}

#[test]
fn names_amounts_and_bootnodes_are_checked_and_all_mistakes_told_at_once() {
    let mut text = file(4).replacen("id = \"test\"", "id = \"../test\"\nbootnodes = [\"/ip4/1.2.3.4\"]", 1);
    text = text.replacen("endowment = 100", "endowment = 20000000", 1);
    let found = Plan::read(&text).unwrap_err();
    assert!(found.iter().any(|mistake| mistake.starts_with("id: ")), "{found:?}");
    assert!(found.iter().any(|mistake| mistake.starts_with("bootnodes: ")), "{found:?}");
    assert_eq!(found.iter().filter(|mistake| mistake.contains("endowment")).count(), 6, "{found:?}");
}

#[test]
fn an_account_that_is_also_a_session_key_is_warned_of() {
    let alice = Sr25519Keyring::Alice.to_account_id().to_ss58check();
    let text = file(4).replace(&account(0), &alice).replacen(&session(0), &alice, 1);
    let plan = Plan::read(&text).unwrap();
    assert!(plan.warnings[0].starts_with("hospital 1 (N0): account and aura"), "{:?}", plan.warnings);
}

#[test]
fn the_runtime_starts_what_the_file_says() {
    // Lints build no runtime.
    let Some(code) = WASM_BINARY else { return };
    let plan = Plan::read(&file(4)).unwrap();
    let spec = plan.spec(code);
    plan.check_authors(&spec.build_storage().unwrap()).unwrap();
    let raw = ChainSpec::from_json_bytes(spec.as_json(true).unwrap().into_bytes()).unwrap();
    assert_eq!((raw.name(), raw.id()), ("Test", "test"));
    plan.check_authors(&raw.build_storage().unwrap()).unwrap();
    assert!(Plan::read(&file(3)).unwrap().check_authors(&raw.build_storage().unwrap()).is_err());
}

#[test]
fn the_runtime_starts_with_the_nodes_that_the_file_names() {
    let Some(code) = WASM_BINARY else { return };
    let state = Plan::read(&file(4)).unwrap().spec(code).build_storage().unwrap();
    let prefix = [twox_128(b"Peers"), twox_128(b"Peers")].concat();
    // A key of the map ends with the node's.
    let mut found: Vec<_> = state
        .top
        .iter()
        .filter(|(key, _)| key.starts_with(&prefix))
        .map(|(key, who)| {
            let peer = PeerKey::decode(&mut &key[key.len() - 32..]).unwrap();
            (peer, AccountId::decode(&mut who.as_slice()).unwrap().to_ss58check())
        })
        .collect();
    found.sort();
    let mut wanted: Vec<_> = (0..4)
        .map(|n| (n, n))
        .chain([(200, 0)])
        .map(|(n, of)| (PeerKey(peer_key(n).into()), account(of)))
        .collect();
    wanted.sort();
    assert_eq!(found, wanted);
}

#[test]
fn without_any_peer_id_the_network_is_open_and_that_is_said() {
    let mut text = file(4);
    for n in 0..4 {
        text = text.replacen(&format!("peer_id = \"{}\"\naddress = \"{}\"\n", peer(n), address(n)), "", 1);
    }
    let text = text.replacen(&observer(0, 200), "", 1);
    let plan = Plan::read(&text).unwrap();
    assert!(plan.peers.is_empty() && plan.bootnodes.is_empty());
    assert!(plan.warnings.iter().any(|warning| warning.contains("talk to whoever finds them")));
}

#[test]
fn a_hospital_whose_node_would_be_refused_is_named() {
    let one = mistakes(&format!("peer_id = \"{}\"\naddress = \"{}\"\n", peer(2), address(2)), "");
    assert!(one.contains("there is none of N2, whose nodes would be refused"), "{one}");
    let lonely = mistakes(&format!("peer_id = \"{}\"\n", peer(2)), "");
    assert!(lonely.contains("hospital 3 (N2), address: says nothing without peer_id"), "{lonely}");
}

#[test]
fn nodes_and_addresses_that_are_none_or_stand_twice_are_refused() {
    let typo = mistakes(&peer(1), "12D3KooW");
    assert!(typo.contains("hospital 2 (N1), peer_id: \"12D3KooW\" is no peer id"), "{typo}");
    let other = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";
    assert!(mistakes(&peer(1), other).contains("is not of an ed25519 key"));
    let twice = mistakes(&peer(1), &peer(3));
    assert!(twice.contains("hospital 4 (N3), peer_id: is the same as hospital 2 (N1), peer_id"), "{twice}");
    let twice = mistakes(&address(1), &address(3));
    assert!(twice.contains("hospital 4 (N3), address: is the same as hospital 2 (N1), address"), "{twice}");
    assert!(mistakes(&address(1), "node.example:30333").contains("is no address"));
    assert!(mistakes(&address(1), "/dns4/node.example").contains("has no TCP port"));
    let full = format!("{}/p2p/{}", address(1), peer(1));
    assert!(mistakes(&address(1), &full).contains("leave /p2p and it out"));
}

#[test]
fn an_observer_has_a_member_that_answers_for_it_and_not_too_many() {
    let nobody = mistakes(&observer(0, 200), &observer(77, 200));
    assert!(
        nobody.contains("observer 1 (O200), account") && nobody.contains("no member in this file"),
        "{nobody}"
    );
    let key = format!("account = \"{}\"\npeer_id = \"{}\"", account(0), peer(200));
    let session = mistakes(&key, &key.replacen(&account(0), &session(0), 1));
    assert!(session.contains("no member in this file"), "{session}");
    let many: String = (200..204).map(|n| observer(0, n)).collect();
    let many = mistakes(&observer(0, 200), &many);
    assert!(many.contains("answers for 5 nodes, and can for 4 at most"), "{many}");
}

#[test]
fn a_bootnode_that_the_others_would_refuse_is_refused_here() {
    let bootnode =
        |peer: &str| format!("id = \"test\"\nbootnodes = [\"/dns4/b.example/tcp/30333/p2p/{peer}\"]");
    assert!(mistakes("id = \"test\"", &bootnode(&peer(99))).contains("would refuse"));
    let known = file(4).replacen("id = \"test\"", &bootnode(&peer(200)), 1);
    assert_eq!(Plan::read(&known).unwrap().bootnodes.len(), 5);
}
