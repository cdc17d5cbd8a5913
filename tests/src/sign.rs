//! Signs transactions without asking a node, so that many can be made in advance and each can be sent several times.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use medshare_client::{
    Identity,
    chain::{Call, EncodedCall},
};
use medshare_types::Hash;
use subxt::{
    OnlineClient, SubstrateConfig, backend::LegacyBackend, client::OnlineClientAtBlock,
    config::DefaultExtrinsicParamsBuilder, rpcs::RpcClient,
};

use crate::ledger::{text, transaction_hash};

/// A transaction, ready to be sent.
#[derive(Clone)]
pub struct Transaction {
    /// Its hash.
    pub hash: Hash,
    /// Its encoding, as nodes take it.
    pub encoded: Arc<str>,
}

/// A connection to a node that knows how its chain encodes things.
///
/// # Errors
/// If it does not answer.
pub async fn online(url: &str) -> Result<OnlineClient<SubstrateConfig>> {
    let client = RpcClient::from_insecure_url(url).await.with_context(|| format!("cannot reach {url}"))?;
    let backend: LegacyBackend<SubstrateConfig> = LegacyBackend::builder().build(client);
    Ok(OnlineClient::from_backend_with_config(SubstrateConfig::new(), Arc::new(backend)).await?)
}

/// Signs for the chain of the node that it was made with. That node may end afterwards.
pub struct Signer {
    at: OnlineClientAtBlock<SubstrateConfig>,
}

impl Signer {
    /// Learns from a node what signatures have to cover.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(Self { at: online(url).await?.at_current_block().await? })
    }

    /// A call in the encoding of the chain.
    ///
    /// # Errors
    /// If the chain has no such call.
    pub fn encode(&self, call: &Call) -> Result<EncodedCall> {
        Ok(call.encode(self.at.metadata_ref())?)
    }

    /// Signs a call. The transaction stays valid until its nonce is used, however long that takes.
    ///
    /// # Errors
    /// If the chain signs in a way that is not known here.
    pub fn sign(&self, who: &Identity, nonce: u32, call: &EncodedCall) -> Result<Transaction> {
        let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new().nonce(nonce.into()).build();
        let unsigned = |error: subxt::error::ExtrinsicError| anyhow!("cannot sign: {error}");
        let signed = self
            .at
            .transactions()
            .create_signable_offline(call, params)
            .map_err(unsigned)?
            .sign(who.signer())
            .map_err(unsigned)?;
        Ok(Transaction { hash: transaction_hash(signed.encoded()), encoded: text(signed.encoded()).into() })
    }
}
