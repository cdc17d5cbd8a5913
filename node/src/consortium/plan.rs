//! The chain that follows from a file.

use std::collections::BTreeSet;

use codec::Decode;
use medshare_runtime::{
    MDS, TermsConfig,
    configs::money::{ConsortiumAccount, EXISTENTIAL_DEPOSIT},
};
use medshare_types::{AccountId, Balance, Hash, PeerKey, Point, Role, Tier};
use pallet_quota::types::Units;
use sc_network::config::MultiaddrWithPeerId;
use sc_service::ChainType;
use serde_json::{Value, json};
use sp_core::{ed25519, sr25519, storage::Storage};
use sp_io::hashing::twox_128;

use super::{check::Check, file::File};
use crate::chain_spec::{self, ChainSpec};

/// With fewer validators, one that fails stops finality.
const FAULT_TOLERANT: usize = 4;

/// A file without mistakes.
#[derive(Debug)]
pub struct Plan {
    pub name: String,
    pub id: String,
    pub bootnodes: Vec<MultiaddrWithPeerId>,
    pub members: Vec<Member>,
    pub validators: Vec<Validator>,
    pub peers: Vec<Peer>,
    pub terms: TermsConfig,
    pub quotas: Vec<(Role, Tier, Units)>,
    pub warnings: Vec<String>,
}

/// Somebody who may act from the beginning.
#[derive(Debug)]
pub struct Member {
    pub account: AccountId,
    pub role: Role,
    pub identity: Hash,
    pub key: Point,
    pub endowment: Balance,
}

/// A hospital's session keys.
#[derive(Debug)]
pub struct Validator {
    pub account: AccountId,
    pub aura: sr25519::Public,
    pub grandpa: ed25519::Public,
}

/// A node that belongs to the network from the beginning.
#[derive(Debug)]
pub struct Peer {
    pub key: PeerKey,
    pub account: AccountId,
    pub address: Option<MultiaddrWithPeerId>,
}

impl Plan {
    /// Reads and checks a file.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let file: File =
            toml::from_str(text).map_err(|error| vec![error.to_string().trim_end().to_owned()])?;
        let mut check = Check::default();
        check.name(&file);
        let mut bootnodes = check.bootnodes(&file.bootnodes);
        let (terms, quotas) = (check.terms(&file.parameters), check.quotas(&file.quota));
        if file.hospitals.is_empty() {
            check.mistakes.push("there is no [[hospital]]: a chain needs at least one validator".into());
        }

        let (mut members, mut validators, mut peers) = (Vec::new(), Vec::new(), Vec::new());
        for (index, entry) in file.hospitals.iter().enumerate() {
            let place = format!("hospital {} ({})", index.saturating_add(1), entry.name);
            let member = check.member(&place, Role::Hospital, &entry.member(), file.endowment);
            let validator = check.validator(&place, entry, member.as_ref());
            peers.extend(check.node(&place, entry, member.as_ref()));
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

        for (index, entry) in file.observers.iter().enumerate() {
            let place = format!("observer {} ({})", index.saturating_add(1), entry.name);
            peers.extend(check.observer(&place, entry));
        }
        check.network(&file, &peers, &bootnodes);
        for address in peers.iter().filter_map(|peer| peer.address.clone()) {
            if !bootnodes.contains(&address) {
                bootnodes.push(address);
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
        let warnings = check.warnings;
        Ok(Self {
            name: file.name,
            id: file.id,
            bootnodes,
            members,
            validators,
            peers,
            terms,
            quotas,
            warnings,
        })
    }

    /// The specification.
    pub fn spec(&self, code: &[u8]) -> ChainSpec {
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
    pub fn patch(&self) -> Value {
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
        let peers: Vec<_> = self.peers.iter().map(|peer| (peer.key, &peer.account)).collect();
        let mut terms = json!(self.terms);
        if let Some(terms) = terms.as_object_mut() {
            terms.retain(|_, value| !value.is_null());
        }
        json!({
            "balances": { "balances": balances },
            "members": { "members": members },
            "validators": { "validators": accounts },
            "session": { "keys": keys },
            "peers": { "peers": peers },
            "terms": terms,
            "quota": { "quotas": self.quotas },
            "sudo": { "key": null },
        })
    }

    /// Checks that in the first state exactly the hospitals author blocks: a runtime that takes their keys from
    /// elsewhere would make a chain without a first block.
    pub fn check_authors(&self, state: &Storage) -> Result<(), String> {
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

    /// What is in it, for the person who had it made.
    pub fn summary(&self) -> String {
        let count = |role| self.members.iter().filter(|member| member.role == role).count();
        let money: Balance = self.members.iter().map(|member| member.endowment).sum();
        format!(
            "chain {}, {} validators, {} auditors, {} vaults, {} nodes in the network's list, {} MDS, no sudo key",
            self.id,
            self.validators.len(),
            count(Role::Auditor),
            count(Role::Vault),
            self.peers.len(),
            money / MDS
        )
    }
}
