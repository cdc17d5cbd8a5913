//! Methods that a node answers only for its operator, who lets it.

use medshare_types::AccountId;
use serde::{Deserialize, de::DeserializeOwned};
use subxt::rpcs::{self, client::RpcParams};

use super::Chain;
use crate::error::{Error, Result};

/// What a node says where a method is refused (`sc-rpc-api`, `policy`).
const REFUSED: &str = "unsafe to be called externally";

/// Session keys that a node made and keeps, with the proof that it has their secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSessionKeys {
    /// The public keys, one after the other, as the chain takes them.
    pub keys: Vec<u8>,
    /// Signatures of all of them over their owner.
    pub proof: Vec<u8>,
}

impl Chain {
    /// Has the node make new session keys for an account. Their secrets stay in the node's keystore.
    ///
    /// # Errors
    /// [`Error::UnsafeRpc`] if the node does not let this connection, [`Error::Node`], [`Error::ForeignAnswer`];
    /// [`Error::NotRehearsed`] on a connection on which nothing is sent.
    pub async fn make_session_keys(&self, owner: &AccountId) -> Result<NewSessionKeys> {
        const METHOD: &str = "author_rotateKeysWithOwner";
        if self.is_rehearsing() {
            return Err(Error::NotRehearsed { step: "making session keys in a node's keystore" });
        }
        #[derive(Deserialize)]
        struct Made {
            keys: String,
            proof: Option<String>,
        }
        let bytes: &[u8] = owner.as_ref();
        let made: Made = self.ask_operator(METHOD, &[format!("0x{}", hex::encode(bytes))]).await?;
        let foreign = |reason: String| Error::ForeignAnswer { asked: METHOD.into(), reason };
        let from_hex = |text: &str| {
            hex::decode(text.trim_start_matches("0x")).map_err(|error| foreign(error.to_string()))
        };
        let proof = made.proof.ok_or_else(|| foreign("it gives no proof of ownership".into()))?;
        Ok(NewSessionKeys { keys: from_hex(&made.keys)?, proof: from_hex(&proof)? })
    }

    /// Whether the node has the secrets of these session keys.
    ///
    /// # Errors
    /// As of [`Chain::make_session_keys`].
    pub async fn has_session_keys(&self, keys: &[u8]) -> Result<bool> {
        self.ask_operator("author_hasSessionKeys", &[format!("0x{}", hex::encode(keys))]).await
    }

    async fn ask_operator<T: DeserializeOwned>(&self, method: &str, params: &[String]) -> Result<T> {
        let foreign =
            |error: rpcs::Error| Error::ForeignAnswer { asked: method.into(), reason: error.to_string() };
        let mut given = RpcParams::new();
        params.iter().try_for_each(|param| given.push(param)).map_err(foreign)?;
        self.raw.request(method, given).await.map_err(|error| match error {
            rpcs::Error::User(refusal) if refusal.message.contains(REFUSED) => {
                Error::UnsafeRpc { url: self.url().into(), method: method.into() }
            }
            other => self.node_error(method, &other),
        })
    }
}
