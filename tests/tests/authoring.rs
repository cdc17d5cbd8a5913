//! Blocks are authored when there is work: an idle chain rests, and still everything comes to its end.

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Context, Result, ensure};
use medshare_client::{
    Chain, Identity, Until,
    chain::{At, Call},
};
use medshare_tests::{
    ledger,
    load::registration,
    network::{Network, Options, heartbeat},
};
use medshare_types::{BlockNumber, ReviewState, Subject};
use tokio::sync::Mutex;

/// Networks of four validators beside each other would be too much for a small machine.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Four validators that author a block after so many seconds without work.
async fn resting(seconds: u64) -> Result<Network> {
    Network::start_with(Options { arguments: heartbeat(seconds), ..Options::default() }).await
}

/// The slots of a node's blocks, by height.
async fn slots(network: &Network, node: usize, heights: impl Iterator<Item = u64>) -> Result<Vec<u64>> {
    let mut slots = Vec::new();
    for height in heights {
        let hash = ledger::hash_at(network.rpc(node), BlockNumber::try_from(height)?).await?;
        let hash = hash.with_context(|| format!("node {node} has no block {height}"))?;
        slots.push(ledger::header(network.rpc(node), Some(hash)).await?.slot()?);
    }
    Ok(slots)
}

/// Waits until the newest block of every node is the same and final, and gives its height.
async fn at_rest(network: &Network) -> Result<u64> {
    let all = async {
        loop {
            let mut heights = Vec::new();
            for node in 0..network.size() {
                heights.push(network.best_height(node).await?);
                heights.push(network.final_height(node).await?);
            }
            heights.dedup();
            if let [height] = heights[..] {
                return anyhow::Ok(height);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(240), all).await.context("the chain does not come to rest")?
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_chain_rests_and_one_transaction_is_final_without_another_block() -> Result<()> {
    // Ten slots; four validators make 13 of it, so that each has its turn.
    const BEAT: u64 = 13;
    let _turn = ONE_AT_A_TIME.lock().await;
    let network = resting(20).await?;
    let chain = Chain::connect(network.rpc(0).url()).await?;
    let alice = Identity::development("Alice", &chain)?;
    // The first block has everybody's pool look at what it is given.
    network.wait_final(0, 1).await?;
    let before = at_rest(&network).await?;

    let sent =
        chain.submit(&alice, Call::new("System", "remark").arg("remark", b"one".to_vec()), Until::Finalized);
    let sent = sent.await?;
    ensure!(sent.finalized, "the transaction is not final");
    let block = u64::from(sent.block.number);
    // What has waited for a transaction may have been a heartbeat instead.
    ensure!(block == before + 1 || block == before + 2, "it is in block {block}, after {before}");

    // Nothing else is to do: no further block before the heartbeat.
    let height = at_rest(&network).await?;
    for more in 1..=4 {
        network.wait_final(0, height + more).await?;
    }
    let slots = slots(&network, 0, height..=height + 4).await?;
    let gaps: Vec<u64> = slots.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // Where the machine is so busy that a block is not final after three slots, another one comes to its help.
    ensure!(gaps.iter().all(|gap| *gap >= 3), "the idle chain has gaps of {gaps:?} slots");
    ensure!(gaps.iter().any(|gap| *gap >= BEAT), "the idle chain does not rest: gaps of {gaps:?} slots");
    if gaps.iter().all(|gap| *gap == BEAT) {
        let authors: BTreeSet<u64> = slots.iter().map(|slot| slot % 4).collect();
        ensure!(authors.len() == 4, "only {authors:?} authored {slots:?}");
    }

    let expected = network.block(0, height).await?;
    for node in 1..network.size() {
        assert_eq!(network.block(node, height).await?, expected, "block {height} differs at {node}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_is_drawn_on_a_chain_without_other_work() -> Result<()> {
    let _turn = ONE_AT_A_TIME.lock().await;
    let network = resting(60).await?;
    let chain = Chain::connect(network.rpc(1).url()).await?;
    let alice = Identity::development("Alice", &chain)?;
    network.wait_final(1, 1).await?;
    at_rest(&network).await?;

    let vault = Identity::development("Ferdie", &chain)?.account().clone();
    let registration = registration(&alice, vault, &mut rand::thread_rng())?;
    let registered = chain.submit(&alice, registration, Until::Finalized).await?;
    let record = registered.field("Records", "Registered", "record")?;
    let subject = Subject::Record { record, version: 1 };
    let drawn = async {
        loop {
            let review = chain.review(subject, At::Finalized).await?.context("there is no review")?;
            if !matches!(review.state, ReviewState::Drawing { .. }) {
                return anyhow::Ok(());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), drawn).await.context("no panel is drawn")??;
    let height = at_rest(&network).await?;
    let slots = slots(&network, 1, u64::from(registered.block.number)..=height).await?;
    ensure!(slots.len() >= 3, "the draw takes two blocks, not {slots:?}");
    ensure!(slots[2] - slots[0] < 30, "the draw waited for heartbeats: {slots:?}");
    Ok(())
}
