//! The real chain behind a vault.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, TryStreamExt, stream, try_join};
use medshare_client::{At, Chain, Error, Identity, Until, chain::calls};
use medshare_types::{AccountId, Hash, NewReceipt, RecordId, Version};

use crate::{
    connection::{Connect, Connection, Patience},
    ledger::{Access, Answer, Ledger, LedgerError, Namings, Standing},
};

/// About how many blobs a node is asked at once.
const AHEAD: usize = 16;

/// A medshare node, and the vault's account that signs receipts.
pub struct ChainLedger {
    connection: Connection<Chain>,
    genesis: Hash,
    identity: Identity,
    most_receipts: u32,
}

impl ChainLedger {
    /// A vault's chain. Fails if its runtime is another than this vault knows.
    pub async fn new(chain: Chain, identity: Identity) -> Result<Self, Error> {
        let genesis = chain.genesis();
        let most_receipts = chain.constant("Access", "MaxReceipts").await?;
        let connect: Connect<Chain> = Arc::new(|dead: Chain| async move { dead.reconnect().await }.boxed());
        let connection = Connection::new(chain, connect, Patience::default());
        Ok(Self { connection, genesis, identity, most_receipts })
    }
}

impl Ledger for ChainLedger {
    fn genesis(&self) -> Hash {
        self.genesis
    }

    fn standing<'a>(&'a self, vault: &'a AccountId, who: &'a AccountId) -> Answer<'a, Standing> {
        self.connection
            .ask(move |chain| async move {
                let at = At::Block(chain.block(At::Finalized).await?.hash);
                let (time, vault, member) =
                    try_join!(chain.time(at), chain.member(vault, at), chain.member(who, at))?;
                Ok(Standing { time, vault, member })
            })
            .boxed()
    }

    fn access<'a>(
        &'a self,
        vault: &'a AccountId,
        who: &'a AccountId,
        record: RecordId,
        version: Version,
    ) -> Answer<'a, Access> {
        self.connection
            .ask(move |chain| async move {
                let at = At::Block(chain.block(At::Finalized).await?.hash);
                let (time, vault, decision, found) = try_join!(
                    chain.time(at),
                    chain.member(vault, at),
                    chain.may_fetch(who, record, version, at),
                    chain.record_version(record, version, at)
                )?;
                Ok(Access { time, vault, decision, locators: found.map(|found| found.content.locators) })
            })
            .boxed()
    }

    fn namings<'a>(&'a self, vault: &'a AccountId, blobs: Vec<Hash>) -> Answer<'a, Namings> {
        self.connection
            .ask(move |chain| {
                let blobs = blobs.clone();
                async move {
                    let block = chain.block(At::Finalized).await?;
                    let at = At::Block(block.hash);
                    let each: Vec<_> = blobs.iter().map(|blob| chain.naming(*blob, vault, at)).collect();
                    let (time, member, of) = try_join!(
                        chain.time(at),
                        chain.member(vault, at),
                        stream::iter(each).buffered(AHEAD).try_collect::<Vec<_>>()
                    )?;
                    Ok(Namings { number: block.number, time, vault: member, of })
                }
            })
            .boxed()
    }

    fn last_receipt<'a>(&'a self, vault: &'a AccountId) -> Answer<'a, Option<u64>> {
        self.connection
            .ask(move |chain| async move { chain.last_receipt(vault, At::Finalized).await })
            .boxed()
    }

    fn most_receipts(&self) -> u32 {
        self.most_receipts
    }

    fn post_receipts(&self, receipts: Vec<NewReceipt<AccountId>>) -> Answer<'_, ()> {
        async move {
            let lost = || LedgerError::Unavailable("the connection to the node is lost".into());
            let (number, chain) = self.connection.current().await.ok_or_else(lost)?;
            // Sent once: whether it arrived is asked of the chain before anything is sent again.
            match chain.submit(&self.identity, calls::post_receipts(receipts), Until::Finalized).await {
                Ok(_) => Ok(()),
                Err(Error::Refused { pallet, error, .. }) if pallet == "Access" && is_for_ever(&error) => {
                    Err(LedgerError::Rejected(format!("{pallet}.{error}")))
                }
                Err(error) => {
                    if error.is_disconnect() {
                        self.connection.lost(number);
                    }
                    Err(LedgerError::Unavailable(error.to_string()))
                }
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
