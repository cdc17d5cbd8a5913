//! The chain specification of a consortium, made from a file that people can read: `consortium-spec`.
//!
//! `docs/consortium.md` describes the file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    str::FromStr,
};

use codec::Decode;
use medshare_runtime::{
    MDS, SS58_PREFIX, WASM_BINARY,
    configs::money::{ConsortiumAccount, EXISTENTIAL_DEPOSIT},
};
use medshare_types::{AccountId, Balance, Hash, Point, Role};
use sc_network::config::MultiaddrWithPeerId;
use sc_service::ChainType;
use serde::Deserialize;
use serde_json::{Value, json};
use sp_core::{crypto::Ss58Codec, ed25519, sr25519, storage::Storage};
use sp_io::hashing::twox_128;
use sp_runtime::BuildStorage;

use crate::chain_spec::{self, ChainSpec};

/// With fewer validators, one that fails stops finality.
const FAULT_TOLERANT: usize = 4;

/// The largest endowment, in MDS: JSON has no room for larger numbers of the smallest unit.
const MAX_ENDOWMENT: u64 = 18_000_000;

/// Makes the chain specification of a consortium.
#[derive(Debug, clap::Args)]
pub struct ConsortiumSpec {
    /// The consortium file, in TOML; docs/consortium.md describes it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Write the first state itself instead of what it is built from.
    #[arg(long)]
    pub raw: bool,

    /// Where to write it; standard output if none is given.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Reads the file, checks it, builds the first state once, and writes the specification.
///
/// # Errors
/// Says every mistake in the file, where it is and what to do about it; or what the runtime refuses.
pub fn run(command: &ConsortiumSpec) -> Result<(), String> {
    // The runtime tells why it refuses a state by a panic, which reaches people through the log only.
    let _ = sc_cli::LoggerBuilder::new("error").init();
    let file = command.file.display();
    let text =
        std::fs::read_to_string(&command.file).map_err(|error| format!("cannot read {file}: {error}"))?;
    let plan = Plan::read(&text).map_err(|mistakes| refusal(&command.file, &mistakes))?;
    let mut notes = String::new();
    for warning in &plan.warnings {
        let _ = writeln!(notes, "warning: {warning}");
    }

    let code = WASM_BINARY.ok_or("this node was built without a runtime (SKIP_WASM_BUILD was set)")?;
    let spec = plan.spec(code);
    let state = spec.build_storage().map_err(|error| {
        // Behind the reason come the whole configuration or the runtime's stack.
        let reason =
            error.split(" for blob:").next().and_then(|text| text.lines().next()).unwrap_or_default();
        format!("the runtime refuses the chain of {file}; the lines above, if any, say why: {reason}")
    })?;
    plan.check_authors(&state)?;

    let json = spec.as_json(command.raw)?;
    match &command.output {
        Some(path) => {
            std::fs::write(path, json)
                .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            let _ = writeln!(notes, "{} is written: {}", path.display(), plan.summary());
        }
        None => std::io::stdout()
            .write_all(json.as_bytes())
            .map_err(|error| format!("cannot write to standard output: {error}"))?,
    }
    // Not worth failing for where nobody listens.
    let _ = std::io::stderr().write_all(notes.as_bytes());
    Ok(())
}

fn refusal(file: &Path, mistakes: &[String]) -> String {
    let count = match mistakes.len() {
        1 => "a mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    format!("{} has {count}; nothing was written\n{}", file.display(), mistakes.join("\n"))
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    id: String,
    #[serde(default)]
    endowment: u64,
    #[serde(default)]
    bootnodes: Vec<String>,
    #[serde(default, rename = "hospital")]
    hospitals: Vec<HospitalEntry>,
    #[serde(default, rename = "auditor")]
    auditors: Vec<MemberEntry>,
    #[serde(default, rename = "vault")]
    vaults: Vec<MemberEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HospitalEntry {
    name: String,
    account: String,
    identity: String,
    encryption_key: String,
    aura: String,
    grandpa: String,
    endowment: Option<u64>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberEntry {
    name: String,
    account: String,
    identity: String,
    encryption_key: String,
    endowment: Option<u64>,
}

/// A file without mistakes.
#[derive(Debug)]
struct Plan {
    name: String,
    id: String,
    bootnodes: Vec<MultiaddrWithPeerId>,
    members: Vec<Member>,
    validators: Vec<Validator>,
    warnings: Vec<String>,
}

#[derive(Debug)]
struct Member {
    account: AccountId,
    role: Role,
    identity: Hash,
    key: Point,
    endowment: Balance,
}

#[derive(Debug)]
struct Validator {
    account: AccountId,
    aura: sr25519::Public,
    grandpa: ed25519::Public,
}

impl Plan {
    /// Reads and checks a file.
    fn read(text: &str) -> Result<Self, Vec<String>> {
        let file: File =
            toml::from_str(text).map_err(|error| vec![error.to_string().trim_end().to_owned()])?;
        let mut check = Check::default();
        check.name(&file);
        let bootnodes = check.bootnodes(&file.bootnodes);
        if file.hospitals.is_empty() {
            check.mistakes.push("there is no [[hospital]]: a chain needs at least one validator".into());
        }

        let (mut members, mut validators) = (Vec::new(), Vec::new());
        for (index, entry) in file.hospitals.iter().enumerate() {
            let place = format!("hospital {} ({})", index.saturating_add(1), entry.name);
            let member = check.member(&place, Role::Hospital, &entry.member(), file.endowment);
            let validator = check.validator(&place, entry, member.as_ref());
            members.extend(member);
            validators.extend(validator);
        }
        for (what, role, entries) in
            [("auditor", Role::Auditor, &file.auditors), ("vault", Role::Vault, &file.vaults)]
        {
            for (index, entry) in entries.iter().enumerate() {
                let place = format!("{what} {} ({})", index.saturating_add(1), entry.name);
                members.extend(check.member(&place, role, entry, file.endowment));
            }
        }

        if (1..FAULT_TOLERANT).contains(&file.hospitals.len()) {
            check.warnings.push(format!(
                "of {} validators none may fail without finality standing still; four are the fewest that survive a fault",
                file.hospitals.len()
            ));
        }
        if file.auditors.is_empty() {
            check
                .warnings
                .push("there is no auditor: nothing can be sold before the council admits some".into());
        }
        if !check.mistakes.is_empty() {
            return Err(check.mistakes);
        }
        Ok(Self { name: file.name, id: file.id, bootnodes, members, validators, warnings: check.warnings })
    }

    /// The specification.
    fn spec(&self, code: &[u8]) -> ChainSpec {
        ChainSpec::builder(code, None)
            .with_name(&self.name)
            .with_id(&self.id)
            .with_chain_type(ChainType::Live)
            .with_protocol_id("medshare")
            .with_properties(chain_spec::properties())
            .with_boot_nodes(self.bootnodes.clone())
            .with_genesis_config_patch(self.patch())
            .build()
    }

    /// What differs from the runtime's default genesis configuration.
    fn patch(&self) -> Value {
        let mut balances: Vec<(AccountId, Balance)> = self
            .members
            .iter()
            .filter(|member| member.endowment > 0)
            .map(|member| (member.account.clone(), member.endowment))
            .collect();
        balances.push((ConsortiumAccount::get(), EXISTENTIAL_DEPOSIT));
        let members: Vec<_> = self
            .members
            .iter()
            .map(|member| (&member.account, [member.role], member.identity, member.key))
            .collect();
        let accounts: Vec<_> = self.validators.iter().map(|validator| &validator.account).collect();
        let keys: Vec<_> = self
            .validators
            .iter()
            .map(|validator| {
                let keys = json!({ "aura": validator.aura, "grandpa": validator.grandpa });
                (&validator.account, &validator.account, keys)
            })
            .collect();
        json!({
            "balances": { "balances": balances },
            "members": { "members": members },
            "validators": { "validators": accounts },
            "session": { "keys": keys },
            "sudo": { "key": null },
        })
    }

    /// Checks that in the first state exactly the hospitals author blocks: a runtime that takes their keys from
    /// elsewhere would make a chain without a first block.
    fn check_authors(&self, state: &Storage) -> Result<(), String> {
        let key = [twox_128(b"Aura"), twox_128(b"Authorities")].concat();
        let found = state.top.get(&key).map(|value| Vec::<sr25519::Public>::decode(&mut value.as_slice()));
        let Some(Ok(found)) = found else {
            return Err("the runtime made a state in which nobody authors blocks: build the node anew".into());
        };
        let wanted: BTreeSet<_> = self.validators.iter().map(|validator| validator.aura).collect();
        if found.into_iter().collect::<BTreeSet<_>>() != wanted {
            return Err(
                "the runtime made a state in which others than the hospitals author blocks: build the node \
                        anew"
                    .into(),
            );
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let count = |role| self.members.iter().filter(|member| member.role == role).count();
        let money: Balance = self.members.iter().map(|member| member.endowment).sum();
        format!(
            "chain {}, {} validators, {} auditors, {} vaults, {} MDS, no sudo key",
            self.id,
            self.validators.len(),
            count(Role::Auditor),
            count(Role::Vault),
            money / MDS
        )
    }
}

impl HospitalEntry {
    fn member(&self) -> MemberEntry {
        MemberEntry {
            name: self.name.clone(),
            account: self.account.clone(),
            identity: self.identity.clone(),
            encryption_key: self.encryption_key.clone(),
            endowment: self.endowment,
        }
    }
}

/// What is wrong so far, and what is taken. Goes on after a mistake, so that all are told at once.
#[derive(Default)]
struct Check {
    mistakes: Vec<String>,
    warnings: Vec<String>,
    taken: BTreeMap<[u8; 32], String>,
}

impl Check {
    fn name(&mut self, file: &File) {
        if file.name.trim().is_empty() {
            self.mistakes.push("name: is empty; wallets show it to people".into());
        }
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        if file.id.is_empty() || !file.id.chars().all(fits) {
            self.mistakes.push(format!(
                "id: {:?} has other characters than a-z, 0-9, - and _, or none; it names the folder of the database",
                file.id
            ));
        }
    }

    fn bootnodes(&mut self, texts: &[String]) -> Vec<MultiaddrWithPeerId> {
        let mut bootnodes = Vec::new();
        for text in texts {
            match MultiaddrWithPeerId::from_str(text) {
                Ok(address) => bootnodes.push(address),
                Err(error) => self.mistakes.push(format!(
                    "bootnodes: {text:?} is no address with a peer id ({error}); write \
                     /dns/node.hospital.example/tcp/30333/p2p/PEER, where PEER is what `medshare-node key \
                     inspect-node-key --file FILE` prints"
                )),
            }
        }
        bootnodes
    }

    fn member(&mut self, place: &str, role: Role, entry: &MemberEntry, default: u64) -> Option<Member> {
        let account = ss58(&entry.account);
        let account = self.unique(place, "account", "each member needs an account of its own", account);
        if account == Some(ConsortiumAccount::get().into()) {
            self.mistakes
                .push(format!("{place}, account: is the consortium's own, to which nobody has a key"));
        }
        let identity = hash(&entry.identity).and_then(|identity| {
            if identity == [0; 32] {
                return Err("is zero; write the SHA-256 of a random salt and of who it is".into());
            }
            Ok(identity)
        });
        let identity = self.sound(place, "identity", identity);
        let key = hash(&entry.encryption_key).and_then(|key| point(key, "`medshare --json keys create`"));
        let key =
            self.unique(place, "encryption_key", "each member needs a key of its own, for nothing else", key);
        let endowment = entry.endowment.unwrap_or(default);
        if endowment > MAX_ENDOWMENT {
            self.mistakes.push(format!("{place}, endowment: is above {MAX_ENDOWMENT} MDS; give less"));
        }
        Some(Member {
            account: account?.into(),
            role,
            identity: identity?.into(),
            key: Point(key?.into()),
            endowment: Balance::from(endowment).saturating_mul(MDS),
        })
    }

    fn validator(
        &mut self,
        place: &str,
        entry: &HospitalEntry,
        member: Option<&Member>,
    ) -> Option<Validator> {
        let source = "`medshare-node key inspect --scheme sr25519 FILE`";
        let aura = session_key(&entry.aura).and_then(|key| point(key, source));
        let grandpa = session_key(&entry.grandpa);
        if aura.is_ok() && aura == ss58(&entry.account) {
            self.warnings.push(format!(
                "{place}: account and aura key are the same, so whoever breaks into the node has the account too"
            ));
        } else {
            // Found under the same places as accounts: one key for two things is a mistake whatever they are.
            self.unique(place, "aura", "each validator needs keys of its own", aura.clone());
        }
        self.unique(place, "grandpa", "each validator needs keys of its own", grandpa.clone());
        Some(Validator {
            account: member?.account.clone(),
            aura: sr25519::Public::from(aura.ok()?),
            grandpa: ed25519::Public::from(grandpa.ok()?),
        })
    }

    /// Notes down what is wrong with a value, if anything is.
    fn sound(&mut self, place: &str, field: &str, value: Result<[u8; 32], String>) -> Option<[u8; 32]> {
        value.map_err(|mistake| self.mistakes.push(format!("{place}, {field}: {mistake}"))).ok()
    }

    /// The same, and that the value stands nowhere else.
    fn unique(
        &mut self,
        place: &str,
        field: &str,
        why: &str,
        value: Result<[u8; 32], String>,
    ) -> Option<[u8; 32]> {
        let value = self.sound(place, field, value)?;
        let here = format!("{place}, {field}");
        if let Some(there) = self.taken.get(&value) {
            self.mistakes.push(format!("{here}: is the same as {there}; {why}"));
        } else {
            self.taken.insert(value, here);
        }
        Some(value)
    }
}

/// 32 bytes in hex.
fn hash(text: &str) -> Result<[u8; 32], String> {
    Hash::from_str(text)
        .map(Into::into)
        .map_err(|error| format!("{text:?} is not 32 bytes in hex ({error}); write 0x and 64 digits"))
}

/// An address of this chain.
fn ss58(text: &str) -> Result<[u8; 32], String> {
    let (account, format) = AccountId::from_ss58check_with_version(text).map_err(|error| {
        format!("{text:?} is not an SS58 address ({error:?}); copy it again from where the key was made")
    })?;
    if u16::from(format) != SS58_PREFIX {
        return Err(format!(
            "{text:?} is an address of another network (prefix {}); this chain's begin with 5",
            u16::from(format)
        ));
    }
    Ok(account.into())
}

/// A public key of a node: in hex with 0x, or as an address.
fn session_key(text: &str) -> Result<[u8; 32], String> {
    if text.starts_with("0x") { hash(text) } else { ss58(text) }
}

/// Checks that bytes are a point of the Ristretto group, as both encryption keys and sr25519 keys are.
fn point(bytes: [u8; 32], source: &str) -> Result<[u8; 32], String> {
    medshare_crypto::check_point(&Point(bytes.into()))
        .map(|()| bytes)
        .map_err(|error| format!("is no point of the Ristretto group ({error}); copy it from {source}"))
}

#[cfg(test)]
mod tests {
    use medshare_crypto::KeyPair;
    use sp_core::{Pair, crypto::Ss58AddressFormat};
    use sp_keyring::Sr25519Keyring;

    use super::*;

    /// A file with so many hospitals, an auditor and a vault.
    fn file(hospitals: u8) -> String {
        let mut text = "name = \"Test\"\nid = \"test\"\nendowment = 100\n".to_owned();
        for n in 0..hospitals {
            text.push_str(&member("hospital", n));
            let (aura, grandpa) = (session(n), ed25519::Pair::from_seed(&[n; 32]).public());
            let _ = writeln!(text, "aura = \"{aura}\"\ngrandpa = \"0x{}\"", hex(&grandpa.0));
        }
        text.push_str(&member("auditor", 100));
        text.push_str(&member("vault", 101));
        text
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
        let mut text =
            file(4).replacen("id = \"test\"", "id = \"../test\"\nbootnodes = [\"/ip4/1.2.3.4\"]", 1);
        text = text.replacen("endowment = 100", "endowment = 20000000", 1);
        let found = Plan::read(&text).unwrap_err();
        assert!(found.iter().any(|mistake| mistake.starts_with("id: ")), "{found:?}");
        assert!(found.iter().any(|mistake| mistake.starts_with("bootnodes: ")), "{found:?}");
        assert_eq!(found.iter().filter(|mistake| mistake.contains("endowment")).count(), 6, "{found:?}");
    }

    #[test]
    fn an_account_that_is_also_a_session_key_is_warned_of() {
        let alice = Sr25519Keyring::Alice.to_account_id().to_ss58check();
        let text = file(4).replacen(&account(0), &alice, 1).replacen(&session(0), &alice, 1);
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
}
