//! What the nodes say about their blocks, and when.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use codec::{Compact, Decode};
use medshare_client::Chain;
use medshare_tests::{
    ledger::{self, Header},
    network::Network,
    rpc::Rpc,
};
use medshare_types::{BlockNumber, Hash};
use subxt::rpcs::rpc_params;
use tokio::task::JoinHandle;

/// When a node first had a height, as its newest block and as a final one.
#[derive(Clone, Default)]
pub struct Heights {
    best: Vec<Instant>,
    finals: Vec<Instant>,
}

impl Heights {
    /// When the node first had a block of this height.
    pub fn best(&self, height: BlockNumber) -> Option<Instant> {
        at(&self.best, height)
    }

    /// When the node first called the block of this height final.
    pub fn finals(&self, height: BlockNumber) -> Option<Instant> {
        at(&self.finals, height)
    }
}

fn at(instants: &[Instant], height: BlockNumber) -> Option<Instant> {
    instants.get(usize::try_from(height).ok()?).copied()
}

/// Watches all nodes, over connections of its own, from the time of its making on. Heights before that have its time.
pub struct Watch {
    seen: Vec<Arc<Mutex<Heights>>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Watch {
    /// Watches a network's nodes.
    pub async fn start(network: &Network) -> Result<Self> {
        let mut watch = Self { seen: Vec::new(), tasks: Vec::new() };
        for node in network.rpcs() {
            let seen = Arc::new(Mutex::new(Heights::default()));
            for (head, end, is_final) in [
                ("chain_subscribeNewHeads", "chain_unsubscribeNewHeads", false),
                ("chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads", true),
            ] {
                let rpc = Rpc::at(node.url().to_owned());
                let mut heads = rpc.subscribe::<Header>(head, rpc_params![], end).await?;
                let seen = seen.clone();
                watch.tasks.push(tokio::spawn(async move {
                    // Ends with the node.
                    while let Some(Ok(header)) = heads.next().await {
                        let now = Instant::now();
                        let Ok(height) = header.height() else { return };
                        let mut seen = lock(&seen);
                        let heights = if is_final { &mut seen.finals } else { &mut seen.best };
                        let reached = usize::try_from(height).unwrap_or_default() + 1;
                        if heights.len() < reached {
                            heights.resize(reached, now);
                        }
                    }
                    drop(rpc);
                }));
            }
            watch.seen.push(seen);
        }
        Ok(watch)
    }

    /// What a node has shown so far.
    pub fn of(&self, node: usize) -> Heights {
        lock(&self.seen[node]).clone()
    }

    /// The highest block that a node calls final.
    pub fn final_height(&self, node: usize) -> BlockNumber {
        let heights = lock(&self.seen[node]).finals.len();
        BlockNumber::try_from(heights.saturating_sub(1)).unwrap_or_default()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A final block.
pub struct Block {
    /// Its height.
    pub height: BlockNumber,
    /// The hashes of its signed transactions.
    pub transactions: Vec<Hash>,
    /// Which share of what it may hold of ordinary transactions it held, by weight.
    pub fullness: f64,
}

/// The blocks of these heights, which are final.
pub async fn blocks(
    rpc: &Rpc,
    chain: &Chain,
    heights: impl Iterator<Item = BlockNumber>,
) -> Result<Vec<Block>> {
    #[derive(Decode)]
    struct Weight(Compact<u64>, #[allow(dead_code)] Compact<u64>);
    /// The beginning of what the chain says about its blocks' weights.
    #[derive(Decode)]
    #[allow(dead_code)]
    struct Limits {
        base: Weight,
        most: Weight,
        normal_base: Weight,
        normal_largest: Option<Weight>,
        normal: Option<Weight>,
    }
    let limits: Limits = chain.constant("System", "BlockWeights").await?;
    let Weight(Compact(limit), _) = limits.normal.context("ordinary transactions have no limit")?;
    ensure!(limit > 0, "no ordinary transaction fits into a block");
    let key = ledger::key("System", "BlockWeight");
    let mut blocks = Vec::new();
    for height in heights {
        let hash = ledger::hash_at(rpc, height).await?;
        let hash = hash.with_context(|| format!("there is no block {height}"))?;
        let body = ledger::body(rpc, hash).await?;
        let weight = ledger::storage(rpc, &key, hash).await?.unwrap_or_default();
        let normal = Weight::decode(&mut &weight[..]).map_or(0, |Weight(Compact(time), _)| time);
        let signed = body.iter().filter(|bytes| ledger::is_signed(bytes));
        blocks.push(Block {
            height,
            transactions: signed.map(|bytes| ledger::transaction_hash(bytes)).collect(),
            fullness: normal as f64 / limit as f64,
        });
    }
    Ok(blocks)
}

/// A transaction that was sent.
pub struct Sent {
    /// Its hash.
    pub hash: Hash,
    /// The node that it was sent to.
    pub node: usize,
    /// When it was to be sent. It may have been sent later, if its signer had too many waiting.
    pub due: Instant,
}

/// From when a transaction was due to when the node that it was sent to had it in a block and in a final one; nothing if
/// that did not happen.
pub fn latencies(sent: &[Sent], blocks: &[Block], watch: &Watch) -> Vec<Option<(Duration, Duration)>> {
    let heights: HashMap<Hash, BlockNumber> =
        blocks.iter().flat_map(|block| block.transactions.iter().map(|hash| (*hash, block.height))).collect();
    let seen: Vec<Heights> = (0..watch.seen.len()).map(|node| watch.of(node)).collect();
    sent.iter()
        .map(|Sent { hash, node, due }| {
            let height = *heights.get(hash)?;
            let node = &seen[*node];
            let since = |then: Instant| then.saturating_duration_since(*due);
            Some((since(node.best(height)?), since(node.finals(height)?)))
        })
        .collect()
}
