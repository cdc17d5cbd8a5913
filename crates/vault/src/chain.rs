//! The real chain behind a vault.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use medshare_client::{At, Chain, Error, Identity, Until, chain::calls};
use medshare_types::{AccountId, FetchDecision, Hash, Locators, Member, NewReceipt, RecordId, Version};
use tokio::sync::RwLock;

use crate::ledger::{Ledger, LedgerError};

/// A medshare node, and the vault's account that signs receipts. A lost connection is made again at the next
/// question.
pub struct ChainLedger {
    chain: RwLock<Chain>,
    genesis: Hash,
    identity: Arc<Identity>,
}

impl ChainLedger {
    /// A vault's chain.
    pub fn new(chain: Chain, identity: Identity) -> Self {
        Self { genesis: chain.genesis(), chain: RwLock::new(chain), identity: Arc::new(identity) }
    }

    /// Asks; if the node does not answer, connects anew and asks once more.
    async fn ask<T, F>(&self, question: impl Fn(Chain) -> F + Send) -> Result<T, LedgerError>
    where
        F: Future<Output = Result<T, Error>> + Send,
    {
        let chain = self.chain.read().await.clone();
        match question(chain.clone()).await {
            Err(error @ (Error::Node { .. } | Error::Unreachable { .. })) => {
                tracing::debug!(%error, "connecting to the chain again");
                let fresh = chain.reconnect().await.map_err(failed)?;
                if fresh.genesis() != self.genesis {
                    return Err(LedgerError::Unavailable(format!(
                        "another chain now runs at {}",
                        fresh.url()
                    )));
                }
                *self.chain.write().await = fresh.clone();
                question(fresh).await.map_err(failed)
            }
            result => result.map_err(failed),
        }
    }
}

impl Ledger for ChainLedger {
    fn genesis(&self) -> Hash {
        self.genesis
    }

    fn member<'a>(
        &'a self,
        who: &'a AccountId,
    ) -> BoxFuture<'a, Result<Option<Member<AccountId>>, LedgerError>> {
        self.ask(move |chain| async move { chain.member(who, At::Finalized).await }).boxed()
    }

    fn may_fetch<'a>(
        &'a self,
        who: &'a AccountId,
        record: RecordId,
        version: Version,
    ) -> BoxFuture<'a, Result<FetchDecision, LedgerError>> {
        self.ask(move |chain| async move { chain.may_fetch(who, record, version, At::Finalized).await })
            .boxed()
    }

    fn locators(
        &self,
        record: RecordId,
        version: Version,
    ) -> BoxFuture<'_, Result<Option<Locators<AccountId>>, LedgerError>> {
        self.ask(move |chain| async move {
            let found = chain.record_version(record, version, At::Finalized).await?;
            Ok(found.map(|found| found.content.locators))
        })
        .boxed()
    }

    fn last_receipt<'a>(&'a self, vault: &'a AccountId) -> BoxFuture<'a, Result<Option<u64>, LedgerError>> {
        self.ask(move |chain| async move { chain.last_receipt(vault, At::Finalized).await }).boxed()
    }

    fn post_receipts(&self, receipts: Vec<NewReceipt<AccountId>>) -> BoxFuture<'_, Result<(), LedgerError>> {
        async move {
            let chain = self.chain.read().await.clone();
            // Sent once: whether it arrived is asked of the chain before anything is sent again.
            match chain.submit(&self.identity, calls::post_receipts(receipts), Until::Finalized).await {
                Ok(_) => Ok(()),
                Err(Error::Refused { pallet, error, .. }) if pallet == "Access" && is_for_ever(&error) => {
                    Err(LedgerError::Rejected(format!("{pallet}.{error}")))
                }
                Err(error) => Err(failed(error)),
            }
        }
        .boxed()
    }
}

/// Whether an error of `Access.post_receipts` will be the same at every later attempt. The others pass: a clock that
/// is ahead, receipts that the chain has already, a suspended vault.
fn is_for_ever(error: &str) -> bool {
    matches!(error, "NotHeldHere" | "NoMoreNumbers")
}

fn failed(error: Error) -> LedgerError {
    LedgerError::Unavailable(error.to_string())
}
