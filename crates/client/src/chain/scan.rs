//! Reading the events of many blocks.

use futures::{StreamExt, TryStreamExt, stream};
use medshare_types::{AccountId, BlockNumber};
use subxt::ext::codec::Decode;

use super::{BlockId, Chain, Event};
use crate::{
    error::{Error, Result},
    progress::{Progress, Stage},
};

/// How many blocks are asked for at once.
const AHEAD: usize = 16;

/// A block with those of its events that were looked for.
#[derive(Clone, Debug)]
pub(crate) struct BlockEvents {
    /// The block.
    pub block: BlockId,
    /// All its events.
    pub events: Vec<Event>,
}

impl Chain {
    /// Reads the events of all blocks from `from` to `to`, inclusive, in order, and hands each block's to `visit`.
    ///
    /// # Errors
    /// [`Error::Pruned`] if the node has forgotten the state of a block; whatever `visit` returns.
    pub(crate) async fn scan(
        &self,
        from: BlockNumber,
        to: BlockNumber,
        progress: &Progress,
        mut visit: impl FnMut(BlockEvents) -> Result<()>,
    ) -> Result<()> {
        progress.begin(Stage::Scanning, Some(u64::from(to.saturating_sub(from)).saturating_add(1)));
        let mut blocks = stream::iter(from..=to).map(|number| self.events_at(number)).buffered(AHEAD);
        while let Some(block) = blocks.try_next().await? {
            progress.advance(1);
            visit(block)?;
        }
        progress.end();
        Ok(())
    }

    async fn events_at(&self, number: BlockNumber) -> Result<BlockEvents> {
        const ASKED: &str = "the events of a block";
        let block = self
            .block_at(number)
            .await?
            .ok_or_else(|| self.silent(ASKED, format!("it has no block {number} yet")))?;
        let gone = |error: &(dyn std::error::Error + 'static)| match self.node_error(ASKED, error) {
            Error::Node { reason, .. } if reason.contains("discarded") || reason.contains("pruned") => {
                Error::Pruned { url: self.url().into(), block: number.into() }
            }
            error => error,
        };
        let at = self.client.at_block(super::subxt_hash(block.hash)).await.map_err(|error| gone(&error))?;
        let events = at.events().fetch().await.map_err(|error| gone(&error))?;
        let metadata = at.metadata();
        let events = Event::read_all(events.bytes(), &metadata)?;
        Ok(BlockEvents { block, events })
    }

    /// Who signed the transactions of a block, by their place in it.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer.
    pub(crate) async fn signers(&self, block: BlockId) -> Result<Vec<Option<AccountId>>> {
        const ASKED: &str = "the transactions of a block";
        let at = self
            .client
            .at_block(super::subxt_hash(block.hash))
            .await
            .map_err(|error| self.node_error(ASKED, &error))?;
        let transactions = at.extrinsics().fetch().await.map_err(|error| self.node_error(ASKED, &error))?;
        let mut signers = Vec::new();
        for transaction in transactions.iter() {
            let transaction = transaction.map_err(|error| self.node_error(ASKED, &error))?;
            // A MultiAddress: 0 and the account.
            let account = transaction.address_bytes().and_then(|bytes| match bytes.split_first() {
                Some((0, account)) => AccountId::decode(&mut &account[..]).ok(),
                _ => None,
            });
            signers.push(account);
        }
        Ok(signers)
    }
}
