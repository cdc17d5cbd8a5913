//! Four validators: the smallest network that survives the failure of one.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use medshare_client::{Chain, Identity};
use medshare_tests::{
    Network,
    load::{Load, Office},
    network::Options,
    observer::Recorder,
};

/// Has two members send transactions: without work there are few blocks.
async fn work(network: &Network) -> Result<Load> {
    let chain = Chain::connect(network.rpc(0).url()).await?;
    let members = ["One", "Two"].map(|name| Identity::development(name, &chain));
    let members = members.into_iter().collect::<Result<Vec<Identity>, _>>()?;
    let urls: Vec<String> = network.rpcs().iter().map(|rpc| rpc.url().to_owned()).collect();
    let vault = Identity::development("Ferdie", &chain)?.account().clone();
    let office = Arc::new(Office::open(&urls, vault, Recorder::default()).await?);
    Ok(Load::start(&office, members, 2.0, 0))
}

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_go_on_without_one_stop_without_two_and_agree_on_everything() -> Result<()> {
    let mut network = Network::start_with(Options { arguments: Vec::new(), ..Options::default() }).await?;
    let load = work(&network).await?;
    for index in 0..4 {
        network.wait_final(index, 3).await?;
    }

    // One fails: the other three are more than two thirds.
    network.kill(3).await?;
    let at = network.final_height(0).await?;
    let reached = network.wait_final(0, at + 4).await?;

    // Two fail: nothing more is final, which is the safe thing, and nothing is lost.
    network.kill(2).await?;
    let stopped = network.stalled(0).await?;
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(network.final_height(0).await?, stopped, "two of four made a block final");
    assert!(stopped >= reached);

    // They come back and catch up.
    network.restart(2)?;
    network.restart(3)?;
    for index in 0..4 {
        network.wait_final(index, stopped + 4).await?;
    }
    load.finish(Duration::from_secs(180)).await?;
    let common = network.final_height(0).await?.min(stopped + 4);
    for height in 1..=common {
        let expected = network.block(0, height).await?;
        for index in 1..4 {
            assert_eq!(network.block(index, height).await?, expected, "block {height} differs at {index}");
        }
    }
    Ok(())
}
