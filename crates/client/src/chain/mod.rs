//! A connection to a medshare node: questions, calls, events, blocks.
//!
//! Questions go to the runtime API by name, SCALE-encoded from and decoded into the types of [`medshare_types`].
//! Calls are looked up by name in the node's live metadata, and their arguments are compared with the metadata
//! before anything is signed; so no metadata file is compiled in, and a client that does not fit a node says so.

mod api;
mod call;
mod costs;
mod rehearse;
mod scan;
pub(crate) mod storage;
mod submit;
mod unsafe_rpc;

pub mod calls;

pub use call::{Arg, Call, DecodedCall, EncodedCall};
pub use costs::Hold;
pub use medshare_events::{Event, Field};
pub use rehearse::Rehearsal;
pub use submit::{Outcome, Sent, Until};
pub use unsafe_rpc::NewSessionKeys;

use std::{fmt, sync::Arc};

use codec::Decode;
use medshare_types::{AccountId, Balance, BlockNumber, Hash, Moment};
use subxt::{
    OnlineClient, SubstrateConfig,
    backend::LegacyBackend,
    config::{Header, RpcConfigFor},
    rpcs::{LegacyRpcMethods, RpcClient},
};

use crate::error::{Error, Result};

type Rpc = LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>;

/// At which block a question is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum At {
    /// At the newest block that can no longer be undone. What vaults and everyone who hands out data must use.
    #[default]
    Finalized,
    /// At the newest block, which may still be undone.
    Best,
    /// At this block.
    Block(Hash),
}

/// A block by number and hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct BlockId {
    /// Its height.
    pub number: BlockNumber,
    /// Its hash.
    pub hash: Hash,
}

/// What an account has, in the smallest unit of settlement credit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Funds {
    /// What it can spend.
    pub free: Balance,
    /// What is on hold for deposits, orders and bonds.
    pub held: Balance,
}

/// A connection to a node. Cheap to clone; clones share the connection and the order of nonces.
#[derive(Clone)]
pub struct Chain {
    url: Arc<str>,
    name: Arc<str>,
    kind: Arc<str>,
    genesis: Hash,
    raw: RpcClient,
    rpc: Rpc,
    client: OnlineClient<SubstrateConfig>,
    sending: Arc<tokio::sync::Mutex<()>>,
    last_sent: Arc<std::sync::Mutex<Option<Sent>>>,
    rehearsing: bool,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("url", &self.url).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Chain {
    /// Connects to a node's WebSocket RPC, such as `ws://127.0.0.1:9944`.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if nobody answers there.
    pub async fn connect(url: &str) -> Result<Self> {
        let unreachable = |reason: String| Error::Unreachable { url: url.into(), reason };
        let client =
            RpcClient::from_insecure_url(url).await.map_err(|error| unreachable(with_causes(&error)))?;
        let (raw, rpc) = (client.clone(), Rpc::new(client.clone()));
        let backend: LegacyBackend<SubstrateConfig> = LegacyBackend::builder().build(client);
        let client = OnlineClient::from_backend_with_config(SubstrateConfig::new(), Arc::new(backend))
            .await
            .map_err(|error| unreachable(with_causes(&error)))?;
        let name = rpc.system_chain().await.map_err(|error| unreachable(with_causes(&error)))?;
        // A type that is no plain text is a custom one, and so no chain for development.
        let kind = rpc.system_chain_type().await.unwrap_or_default();
        Ok(Self {
            url: url.into(),
            name: name.into(),
            kind: kind.into(),
            genesis: Hash::from(client.genesis_hash().0),
            raw,
            rpc,
            client,
            sending: Arc::default(),
            last_sent: Arc::default(),
            rehearsing: false,
        })
    }

    /// Connects again to the same node, after the connection was lost.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if nobody answers there, [`Error::OtherChain`] if another chain is served there now.
    pub async fn reconnect(&self) -> Result<Self> {
        let mut chain = Self::connect(&self.url).await?;
        chain.rehearsing = self.rehearsing;
        if chain.genesis == self.genesis {
            return Ok(chain);
        }
        let (expected, found) = (self.genesis, chain.genesis);
        Err(Error::OtherChain { url: self.url.to_string(), expected, found })
    }

    /// The node's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The chain's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hash of the chain's first block, which every proof and every signed request binds.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// Whether this is a chain for development, whose accounts and keys everybody knows.
    pub fn is_development(&self) -> bool {
        matches!(&*self.kind, "Development" | "Local")
    }

    /// The block that `at` means now.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer or does not know the block.
    pub async fn block(&self, at: At) -> Result<BlockId> {
        let hash = self.hash(at).await?;
        let header = self
            .rpc
            .chain_get_header(Some(subxt_hash(hash)))
            .await
            .map_err(|error| self.node_error("a block's header", &error))?
            .ok_or_else(|| self.silent("a block's header", format!("it does not know block {hash:?}")))?;
        Ok(BlockId { number: height(header.number(), "a block's header")?, hash })
    }

    /// The block of this height, if there is one yet.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer.
    pub async fn block_at(&self, number: BlockNumber) -> Result<Option<BlockId>> {
        let hash = self
            .rpc
            .chain_get_block_hash(Some(number.into()))
            .await
            .map_err(|error| self.node_error("a block's hash", &error))?;
        Ok(hash.map(|hash| BlockId { number, hash: Hash::from(hash.0) }))
    }

    /// Chain time of a block, in ms since the Unix epoch.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer, [`Error::Pruned`] if it has forgotten the block's state.
    pub async fn time(&self, at: At) -> Result<Moment> {
        Ok(self.item::<Moment>("Timestamp", "Now", &[], at).await?.unwrap_or_default())
    }

    /// What an account has.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer.
    pub async fn funds(&self, account: &AccountId, at: At) -> Result<Funds> {
        #[derive(Decode)]
        struct Account {
            _nonce: u32,
            _consumers: u32,
            _providers: u32,
            _sufficients: u32,
            free: Balance,
            reserved: Balance,
        }
        let found =
            self.item::<Account>("System", "Account", &storage::blake2_128_concat(account), at).await?;
        Ok(found.map(|account| Funds { free: account.free, held: account.reserved }).unwrap_or_default())
    }

    /// The decimals of an amount and its symbol.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer.
    pub async fn unit(&self) -> Result<(u8, String)> {
        let properties = self
            .rpc
            .system_properties()
            .await
            .map_err(|error| self.node_error("the chain's properties", &error))?;
        let decimals = properties.get("tokenDecimals").and_then(|value| value.as_u64());
        let symbol = properties.get("tokenSymbol").and_then(|value| value.as_str());
        Ok((decimals.and_then(|d| u8::try_from(d).ok()).unwrap_or(12), symbol.unwrap_or("MDS").into()))
    }

    /// The stream of finalised blocks from now on, without gaps.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer.
    pub async fn finalized_blocks(&self) -> Result<FinalizedBlocks> {
        let blocks = self
            .client
            .stream_blocks()
            .await
            .map_err(|error| self.node_error("the stream of finalised blocks", &error))?;
        Ok(FinalizedBlocks { blocks, chain: self.clone() })
    }

    /// Asks medshare's own runtime API, and decodes the answer.
    async fn ask<T: Decode>(&self, method: &str, arguments: Vec<u8>, at: At) -> Result<T> {
        self.ask_api(&format!("MedshareApi_{method}"), arguments, at).await
    }

    /// Whether the runtime of a block knows this question of medshare's own runtime API.
    async fn answers(&self, method: &str, at: At) -> Result<bool> {
        let hash = self.hash(at).await?;
        let block = self.client.at_block(subxt_hash(hash)).await;
        let metadata = block.map_err(|error| self.node_error("its runtime's metadata", &error))?.metadata();
        let api = metadata.runtime_api_trait_by_name("MedshareApi");
        Ok(api.is_some_and(|api| api.method_by_name(method).is_some()))
    }

    /// Asks a function of any runtime API, and decodes the answer.
    async fn ask_api<T: Decode>(&self, function: &str, arguments: Vec<u8>, at: At) -> Result<T> {
        let answer = self.ask_raw(function, &arguments, at).await?;
        decode_all(&answer)
            .map_err(|error| Error::ForeignAnswer { asked: function.into(), reason: error.to_string() })
    }

    /// Asks a function of any runtime API. What it changes is thrown away.
    async fn ask_raw(&self, function: &str, arguments: &[u8], at: At) -> Result<Vec<u8>> {
        let hash = self.hash(at).await?;
        self.rpc
            .state_call(function, Some(arguments), Some(subxt_hash(hash)))
            .await
            .map_err(|error| self.node_error(function, &error))
    }

    pub(crate) async fn hash(&self, at: At) -> Result<Hash> {
        let hash = match at {
            At::Block(hash) => return Ok(hash),
            At::Finalized => self.rpc.chain_get_finalized_head().await.map(Some),
            At::Best => self.rpc.chain_get_block_hash(None).await,
        };
        hash.map_err(|error| self.node_error("its newest block", &error))?
            .map(|hash| Hash::from(hash.0))
            .ok_or_else(|| self.silent("its newest block", "it has none".into()))
    }

    fn node_error(&self, asked: &str, error: &(dyn std::error::Error + 'static)) -> Error {
        self.silent(asked, with_causes(error))
    }

    fn silent(&self, asked: &str, reason: String) -> Error {
        Error::Node { url: self.url.to_string(), asked: asked.into(), reason }
    }
}

/// Finalised blocks as they come.
pub struct FinalizedBlocks {
    blocks: subxt::client::Blocks<SubstrateConfig>,
    chain: Chain,
}

impl FinalizedBlocks {
    /// The next one; nothing when the connection ended.
    ///
    /// # Errors
    /// [`Error::Node`] if the connection broke.
    pub async fn next(&mut self) -> Option<Result<BlockId>> {
        Some(match self.blocks.next().await? {
            Ok(block) => height(block.number(), "the stream of finalised blocks")
                .map(|number| BlockId { number, hash: Hash::from(block.hash().0) }),
            Err(error) => Err(self.chain.node_error("the stream of finalised blocks", &error)),
        })
    }
}

#[cfg(test)]
mod tests;

fn height(number: u64, asked: &str) -> Result<BlockNumber> {
    BlockNumber::try_from(number).map_err(|_| Error::ForeignAnswer {
        asked: asked.into(),
        reason: format!("a block of height {number}"),
    })
}

fn subxt_hash(hash: Hash) -> subxt::utils::H256 {
    subxt::utils::H256(hash.0)
}

fn subxt_account(account: &AccountId) -> subxt::utils::AccountId32 {
    subxt::utils::AccountId32(*<AccountId as AsRef<[u8; 32]>>::as_ref(account))
}

fn decode_all<T: Decode>(mut bytes: &[u8]) -> Result<T, codec::Error> {
    let value = T::decode(&mut bytes)?;
    if bytes.is_empty() { Ok(value) } else { Err("bytes are left over".into()) }
}

/// An error with all its causes, each once: transports tell the interesting part only in the innermost.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let inner = error.to_string();
        if !text.contains(&inner) {
            text = format!("{text}: {inner}");
        }
        cause = error.source();
    }
    // What the layers of the transport put before it, several times over.
    text.replace("RPC error: client error: ", "")
}
