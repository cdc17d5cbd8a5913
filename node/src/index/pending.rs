//! What is not final yet, for those who ask for it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use medshare_indexer::{At, Block};
use medshare_runtime::Hash;
use sp_blockchain::HeaderBackend;

use super::read::{Reader, Unread};
use crate::service::FullClient;

/// More blocks than these are not put on top of the index for an answer.
const MOST: usize = 256;

/// Nor are more changes and events than these, which are kept in memory until they are final.
const MOST_IN_THEM: usize = 50_000;

/// Why there is no answer of the best block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsettled {
    /// What everybody may know.
    pub why: String,
    /// What is for the log.
    pub detail: Option<String>,
}

impl Unsettled {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), detail: None }
    }

    fn unread(detail: &dyn std::fmt::Display) -> Self {
        let why = "the blocks that are not final cannot be read; the node's log says why";
        Self { why: why.into(), detail: Some(detail.to_string()) }
    }
}

/// Reads the blocks after the last one in the index, each once.
pub struct Pending {
    client: Arc<FullClient>,
    inner: Mutex<Inner>,
}

struct Inner {
    reader: Reader,
    /// The newest answer, with what it is between.
    newest: Option<(Hash, Hash, Arc<Vec<Block>>)>,
}

impl Pending {
    /// Reads from this client.
    pub fn new(client: Arc<FullClient>, reader: Reader) -> Self {
        Self { client, inner: Mutex::new(Inner { reader, newest: None }) }
    }

    /// The blocks after the last one in the index up to the best one, in order. Reads from the disk.
    ///
    /// # Errors
    /// If they are too many or cannot be read.
    pub fn after(&self, head: &At) -> Result<Arc<Vec<Block>>, Unsettled> {
        let best = self.client.info().best_hash;
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((from, to, blocks)) = &inner.newest
            && (*from, *to) == (head.hash, best)
        {
            return Ok(blocks.clone());
        }
        let (mut at, mut route) = (best, Vec::new());
        while at != head.hash {
            let header = self.client.header(at).map_err(|error| Unsettled::unread(&error))?;
            let header = header.ok_or_else(|| Unsettled::new("the chain went on meanwhile; ask again"))?;
            // What is best now is not on top of the index, which is about to be brought up to what is final.
            if header.number <= head.number {
                return Err(Unsettled::new("the chain went on meanwhile; ask again"));
            }
            if route.len() >= MOST {
                return Err(Unsettled::new(format!(
                    "there are more than {MOST} blocks after it that are not final"
                )));
            }
            route.push(at);
            at = header.parent_hash;
        }
        route.reverse();
        // Those of the answer before are not read again.
        let mut known: BTreeMap<Hash, Block> = match inner.newest.take() {
            Some((_, _, blocks)) => {
                let blocks = Arc::try_unwrap(blocks).unwrap_or_else(|shared| shared.to_vec());
                blocks.into_iter().map(|block| (block.hash, block)).collect()
            }
            None => BTreeMap::new(),
        };
        let (mut blocks, mut much) = (Vec::with_capacity(route.len()), 0usize);
        for hash in route {
            let block = match known.remove(&hash) {
                Some(block) => block,
                None => inner.reader.block(hash).map_err(|error| Unsettled::unread(&said(&error)))?,
            };
            much = much.saturating_add(block.changes.len()).saturating_add(block.events.len());
            if much > MOST_IN_THEM {
                return Err(Unsettled::new("there is too much in the blocks after it that are not final"));
            }
            blocks.push(block);
        }
        let blocks = Arc::new(blocks);
        inner.newest = Some((head.hash, best, blocks.clone()));
        Ok(blocks)
    }

    /// Forgets what is final now, if nobody reads.
    pub fn settled(&self, head: &At) {
        if let Ok(mut inner) = self.inner.try_lock()
            && let Some((_, _, blocks)) = &inner.newest
            && blocks.last().is_none_or(|block| block.number <= head.number)
        {
            inner.newest = None;
        }
    }
}

/// A fault with its reason, for the log.
fn said(error: &Unread) -> String {
    match error {
        Unread::Failed(number, reason) => format!("block {number}: {reason}"),
        error => error.to_string(),
    }
}
