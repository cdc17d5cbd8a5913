//! JSON forms of what has a number or another name beside it.

use medshare_types::{AccountId, BlockNumber, Hash, PeerKey, Review, Subject};
use serde::Serialize;
use sp_core::Bytes;

use crate::network::peer_of;

/// Something with its number.
#[derive(Clone, Debug, Serialize)]
pub struct Numbered<T> {
    /// Its number.
    pub id: u64,
    /// The thing itself, its fields beside the number.
    #[serde(flatten)]
    pub value: T,
}

impl<T> Numbered<T> {
    /// A page of the runtime's answers.
    pub fn page(page: Vec<(u64, T)>) -> Vec<Self> {
        page.into_iter().map(|(id, value)| Self { id, value }).collect()
    }
}

/// A review with what it decides.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewOf {
    /// What is decided.
    pub subject: Subject,
    /// The review, its fields beside the subject.
    #[serde(flatten)]
    pub review: Review<AccountId>,
}

impl ReviewOf {
    /// A page of the runtime's answers.
    pub fn page(page: Vec<(Subject, Review<AccountId>)>) -> Vec<Self> {
        page.into_iter().map(|(subject, review)| Self { subject, review }).collect()
    }
}

/// A node that belongs to the network.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct NodeOf {
    /// Its peer id, in base58.
    pub peer_id: String,
    /// The key that the peer id is made of, as calls take it.
    pub key: PeerKey,
    /// The member that answers for it.
    pub who: AccountId,
}

impl NodeOf {
    /// The runtime's answer, by ascending peer id.
    pub fn list(peers: Vec<(PeerKey, AccountId)>) -> Vec<Self> {
        let mut list: Vec<_> = peers
            .into_iter()
            .filter_map(|(key, who)| Some(Self { peer_id: peer_of(key)?.to_base58(), key, who }))
            .collect();
        list.sort();
        list
    }
}

/// A proof that the state of a block holds a version of a record: the nodes of the state trie (layout V1, Blake2b-256)
/// on the way from the state root to the key. Whoever trusts the block's header needs nothing else.
#[derive(Clone, Debug, Serialize)]
pub struct VersionProof {
    /// The block.
    pub block: Hash,
    /// Its number.
    pub number: BlockNumber,
    /// The state root in its header; a verifier takes it from a header that it trusts.
    pub state_root: Hash,
    /// The storage key.
    pub key: Bytes,
    /// The value: the SCALE encoding of the version.
    pub value: Bytes,
    /// The trie nodes.
    pub nodes: Vec<Bytes>,
}

#[cfg(test)]
mod tests {
    use medshare_types::{Listing, Terms};

    use super::*;

    #[test]
    fn a_node_has_its_peer_id_and_the_key_that_calls_take() {
        let pair = |seed: [u8; 32]| {
            sc_network::config::ed25519::Keypair::from(
                sc_network::config::ed25519::SecretKey::try_from_bytes(seed).unwrap(),
            )
        };
        let keys = [[1; 32], [2; 32]].map(|seed| PeerKey(pair(seed).public().to_bytes().into()));
        let who = AccountId::new([9; 32]);
        let list = NodeOf::list(keys.iter().map(|key| (*key, who.clone())).collect());
        assert!(list[0].peer_id < list[1].peer_id);
        let json = serde_json::to_value(&list[0]).unwrap();
        assert!(json["peer_id"].as_str().unwrap().starts_with("12D3KooW"), "{json}");
        assert_eq!(json["key"].as_str().unwrap().len(), 66);
        assert_eq!(json["who"], serde_json::to_value(&who).unwrap());
    }

    #[test]
    fn numbers_stand_beside_the_fields() {
        let sold = Listing {
            version: 1,
            seller: AccountId::new([1; 32]),
            price: 5_000_000_000_000,
            terms: Terms::default(),
            since: 9,
        };
        let json = serde_json::to_value(Numbered::page(vec![(7, sold)])).unwrap_or_default();
        assert_eq!(json[0]["id"], 7);
        assert_eq!(json[0]["price"], "5000000000000");
        assert_eq!(json[0]["version"], 1);
    }
}
