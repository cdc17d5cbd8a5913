//! What is wrong with a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use medshare_runtime::{
    MDS, SS58_PREFIX,
    configs::{money::ConsortiumAccount, peers::MaxPerMember},
};
use medshare_types::{AccountId, Balance, Hash, PeerKey, Point, Role};
use sc_network::{
    PeerId,
    config::MultiaddrWithPeerId,
    multiaddr::{Multiaddr, Protocol},
};
use sp_core::{crypto::Ss58Codec, ed25519, sr25519};

use super::{
    file::{File, HospitalEntry, MemberEntry, ObserverEntry},
    plan::{Member, Peer, Validator},
};
use crate::network::{key_of, peer_of};

/// The largest amount, in MDS: JSON has no room for larger numbers of the smallest unit.
pub const MAX_MDS: u64 = 18_000_000;

/// What an address looks like.
const EXAMPLE_ADDRESS: &str = "/dns4/node.hospital.example/tcp/30333";

/// What is wrong so far, and what is taken. Goes on after a mistake, so that all are told at once.
#[derive(Default)]
pub struct Check {
    /// Mistakes, each with its place.
    pub mistakes: Vec<String>,
    /// What is no mistake, but worth a thought.
    pub warnings: Vec<String>,
    /// Where each account and key stands.
    taken: BTreeMap<[u8; 32], String>,
    /// Where each address of a node stands.
    addresses: BTreeMap<String, String>,
}

impl Check {
    /// The consortium's name and the chain's.
    pub fn name(&mut self, file: &File) {
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

    /// Addresses of nodes that everybody finds the others by.
    pub fn bootnodes(&mut self, texts: &[String]) -> Vec<MultiaddrWithPeerId> {
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

    /// Somebody who may act from the beginning.
    pub fn member(&mut self, place: &str, role: Role, entry: &MemberEntry, default: u64) -> Option<Member> {
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
        if endowment > MAX_MDS {
            self.mistakes.push(format!("{place}, endowment: is above {MAX_MDS} MDS; give less"));
        }
        Some(Member {
            account: account?.into(),
            role,
            identity: identity?.into(),
            key: Point(key?.into()),
            endowment: Balance::from(endowment).saturating_mul(MDS),
        })
    }

    /// A hospital's session keys.
    pub fn validator(
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

    /// A hospital's node, if the file names it.
    pub fn node(&mut self, place: &str, entry: &HospitalEntry, member: Option<&Member>) -> Option<Peer> {
        let Some(peer_id) = &entry.peer_id else {
            if entry.address.is_some() {
                self.mistakes.push(format!(
                    "{place}, address: says nothing without peer_id; add it, or leave the address out"
                ));
            }
            return None;
        };
        self.peer(place, peer_id, entry.address.as_deref(), member.map(|member| member.account.clone()))
    }

    /// A node that is no validator.
    pub fn observer(&mut self, place: &str, entry: &ObserverEntry) -> Option<Peer> {
        let account = self.sound(place, "account", ss58(&entry.account));
        let is_account = |place: &String| place.ends_with(", account");
        if account.is_some_and(|account| !self.taken.get(&account).is_some_and(is_account)) {
            self.mistakes.push(format!(
                "{place}, account: {} is no member in this file; write the account of who answers for the node",
                entry.account
            ));
        }
        self.peer(place, &entry.peer_id, entry.address.as_deref(), account.map(Into::into))
    }

    fn peer(
        &mut self,
        place: &str,
        peer_id: &str,
        address: Option<&str>,
        account: Option<AccountId>,
    ) -> Option<Peer> {
        let key =
            self.unique(place, "peer_id", "each node needs a node key of its own", peer_key(peer_id))?;
        let key = PeerKey(key.into());
        let address = match address {
            Some(text) => Some(self.address(place, text, peer_of(key)?)?),
            None => None,
        };
        Some(Peer { key, account: account?, address })
    }

    /// Where others reach a node.
    fn address(&mut self, place: &str, text: &str, peer_id: PeerId) -> Option<MultiaddrWithPeerId> {
        let here = format!("{place}, address");
        let multiaddr = match Multiaddr::from_str(text) {
            Ok(address) => address,
            Err(error) => {
                self.mistakes
                    .push(format!("{here}: {text:?} is no address ({error}); write {EXAMPLE_ADDRESS}"));
                return None;
            }
        };
        if multiaddr.iter().any(|part| matches!(part, Protocol::P2p(_))) {
            self.mistakes
                .push(format!("{here}: {text:?} has a peer id; leave /p2p and it out, peer_id says it"));
            return None;
        }
        if !multiaddr.iter().any(|part| matches!(part, Protocol::Tcp(_))) {
            self.mistakes.push(format!("{here}: {text:?} has no TCP port; write {EXAMPLE_ADDRESS}"));
            return None;
        }
        if let Some(there) = self.addresses.insert(multiaddr.to_string(), here.clone()) {
            self.mistakes
                .push(format!("{here}: is the same as {there}; each node needs an address of its own"));
        }
        Some(MultiaddrWithPeerId { multiaddr, peer_id })
    }

    /// The nodes together: those that are not named are refused by those that are.
    pub fn network(&mut self, file: &File, peers: &[Peer], bootnodes: &[MultiaddrWithPeerId]) {
        let nameless = |entry: &&HospitalEntry| entry.peer_id.is_none();
        let without: Vec<_> =
            file.hospitals.iter().filter(nameless).map(|entry| entry.name.as_str()).collect();
        if without.len() == file.hospitals.len() && file.observers.is_empty() {
            self.warnings.push(
                "there is no peer_id: the nodes talk to whoever finds them, until the council names those that belong to \
                 the network"
                    .into(),
            );
            return;
        }
        if !without.is_empty() {
            self.mistakes.push(format!(
                "peer_id: there is none of {}, whose nodes would be refused by those that are named; name all or none",
                without.join(", ")
            ));
        }
        let mut counts = BTreeMap::<&AccountId, u32>::new();
        for peer in peers {
            let count = counts.entry(&peer.account).or_default();
            *count = count.saturating_add(1);
        }
        for (account, count) in counts.into_iter().filter(|(_, count)| *count > MaxPerMember::get()) {
            self.mistakes.push(format!(
                "peer_id: {} answers for {count} nodes, and can for {} at most",
                account.to_ss58check(),
                MaxPerMember::get()
            ));
        }
        let named: BTreeSet<_> = peers.iter().map(|peer| peer.key).collect();
        for bootnode in bootnodes {
            if key_of(&bootnode.peer_id).is_none_or(|key| !named.contains(&key)) {
                self.mistakes.push(format!(
                    "bootnodes: {bootnode} is of a node that the others would refuse; name it as an [[observer]], or \
                     leave it out"
                ));
            }
        }
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

/// The key in a peer id.
fn peer_key(text: &str) -> Result<[u8; 32], String> {
    let peer = PeerId::from_str(text).map_err(|error| {
        format!("{text:?} is no peer id ({error}); copy what `medshare-node key inspect-node-key --file FILE` prints")
    })?;
    let key = key_of(&peer).ok_or_else(|| {
        format!("{text:?} is not of an ed25519 key; make one with `medshare-node key generate-node-key`")
    })?;
    Ok(key.0.into())
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
