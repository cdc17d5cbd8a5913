//! JSON forms of what has a number or another name beside it.

use std::borrow::Cow;

use medshare_events::schema::{Hex, Of};
use medshare_types::{AccountId, BlockNumber, Hash, PeerKey, Review, Subject};
use scale_info::TypeInfo;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value as Json, json};
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

impl<T: TypeInfo + 'static> JsonSchema for Numbered<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Numbered{}", Of::<T>::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Of::<T>::json_schema(generator);
        let id = json!({ "type": "integer", "minimum": 0, "description": "Its number" });
        if let Some(Json::Object(properties)) = schema.get_mut("properties") {
            properties.insert("id".into(), id);
        }
        if let Some(Json::Array(required)) = schema.get_mut("required") {
            required.push("id".into());
        }
        schema
    }
}

impl<T> Numbered<T> {
    /// A page of the runtime's answers.
    pub fn page(page: Vec<(u64, T)>) -> Vec<Self> {
        page.into_iter().map(|(id, value)| Self { id, value }).collect()
    }
}

/// A review with what it decides.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReviewOf {
    /// What is decided.
    #[schemars(with = "Of<Subject>")]
    pub subject: Subject,
    /// The review, its fields beside the subject.
    #[serde(flatten)]
    #[schemars(with = "Of<Review<AccountId>>")]
    pub review: Review<AccountId>,
}

impl ReviewOf {
    /// A page of the runtime's answers.
    pub fn page(page: Vec<(Subject, Review<AccountId>)>) -> Vec<Self> {
        page.into_iter().map(|(subject, review)| Self { subject, review }).collect()
    }
}

/// A node that belongs to the network.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, JsonSchema)]
pub struct NodeOf {
    /// Its peer id, in base58.
    pub peer_id: String,
    /// The key that the peer id is made of, as calls take it.
    #[schemars(with = "Of<Hash>")]
    pub key: PeerKey,
    /// The member that answers for it.
    #[schemars(with = "Of<AccountId>")]
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VersionProof {
    /// The block.
    #[schemars(with = "Of<Hash>")]
    pub block: Hash,
    /// Its number.
    pub number: BlockNumber,
    /// The state root in its header; a verifier takes it from a header that it trusts.
    #[schemars(with = "Of<Hash>")]
    pub state_root: Hash,
    /// The storage key.
    #[schemars(with = "Hex")]
    pub key: Bytes,
    /// The value: the SCALE encoding of the version.
    #[schemars(with = "Hex")]
    pub value: Bytes,
    /// The trie nodes.
    #[schemars(with = "Vec<Hex>")]
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
