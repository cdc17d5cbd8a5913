//! Writes down which blocks each node calls final, for as long as it runs, through crashes and partitions.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use medshare_types::BlockNumber;
use subxt::rpcs::rpc_params;
use tokio::task::JoinHandle;

use crate::{
    history::{Final, History},
    ledger::{self, Header},
    rpc::Rpc,
};

/// A history that is being written by many.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<History>>);

impl Recorder {
    /// The history so far.
    pub fn history(&self) -> MutexGuard<'_, History> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those who watch the nodes. They end when this is dropped.
#[derive(Default)]
pub struct Observers(Vec<JoinHandle<()>>);

impl Observers {
    /// Watches one more node.
    pub fn watch(&mut self, node: usize, url: &str, recorder: &Recorder) {
        // A connection of its own: what others ask does not delay it.
        let (rpc, recorder) = (Rpc::at(url.to_owned()), recorder.clone());
        self.0.push(tokio::spawn(async move {
            let mut last = 0;
            loop {
                // Ends with an error whenever the node goes away, which is what the tests are about.
                let _ = follow(&rpc, node, &mut last, &recorder).await;
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        }));
    }

    /// Ends them. Nothing is written down after this.
    pub async fn end(&mut self) {
        for observer in self.0.drain(..) {
            observer.abort();
            // It was told to end, so how it did says nothing.
            let _ = observer.await;
        }
    }
}

impl Drop for Observers {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// Reads heads until the connection ends. A node tells only of the newest of several that become final at once, so those
/// between are asked for. After a crash it may begin below what it had told before: that is written down again.
async fn follow(rpc: &Rpc, node: usize, last: &mut BlockNumber, recorder: &Recorder) -> Result<()> {
    let mut heads = rpc
        .subscribe::<Header>(
            "chain_subscribeFinalizedHeads",
            rpc_params![],
            "chain_unsubscribeFinalizedHeads",
        )
        .await?;
    while let Some(header) = heads.next().await {
        let height = header?.height()?;
        for number in height.min(*last + 1)..=height {
            let hash = ledger::hash_at(rpc, number).await?.context("a final block has a hash")?;
            recorder.history().finals.push(Final { node, height: number, hash });
        }
        *last = height;
    }
    Ok(())
}
