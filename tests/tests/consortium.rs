//! Four validators: the smallest network that survives the failure of one.

use std::time::Duration;

use anyhow::Result;
use medshare_tests::Network;

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_go_on_without_one_stop_without_two_and_agree_on_everything() -> Result<()> {
    let mut network = Network::start().await?;
    for index in 0..4 {
        network.wait_final(index, 3).await?;
    }

    // One fails: the other three are more than two thirds.
    network.kill(3).await?;
    let at = network.final_height(0).await?;
    let reached = network.wait_final(0, at + 4).await?;

    // Two fail: nothing more is final, which is the safe thing, and nothing is lost.
    network.kill(2).await?;
    // What was on its way may still become final.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let stopped = network.final_height(0).await?;
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(network.final_height(0).await?, stopped, "two of four made a block final");
    assert!(stopped >= reached);

    // They come back and catch up.
    network.restart(2).await?;
    network.restart(3).await?;
    for index in 0..4 {
        network.wait_final(index, stopped + 4).await?;
    }
    let common = network.final_height(0).await?.min(stopped + 4);
    for height in 1..=common {
        let expected = network.block(0, height).await?;
        for index in 1..4 {
            assert_eq!(network.block(index, height).await?, expected, "block {height} differs at {index}");
        }
    }
    Ok(())
}
