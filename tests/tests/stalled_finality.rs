//! More than a third of the validators are lost for good: the way out of `docs/runbooks/stalled-finality.md`.

use std::time::Duration;

use anyhow::{Result, ensure};
use medshare_tests::{Cli, Network, hospitals, network::Keys};

/// Two of four: the other two cannot make a block final.
const LOST: [(usize, &str); 2] = [(2, "Charlie"), (3, "Dave")];

/// Longer than any of the nodes is without blocks here.
const DELAY: u32 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn finality_comes_back_with_new_machines_for_those_that_are_lost() -> Result<()> {
    let mut network = Network::start().await?;
    let home = tempfile::tempdir()?;
    let url = network.rpc(0).url().to_owned();
    let client = |name: &str| Cli::new(name, &url, "http://127.0.0.1:9", home.path());
    network.wait_final(0, 2).await?;
    // So that nobody has to wait for hours.
    let short = ["council", "propose", "parameter", "Consensus.SessionBlocks", "10"];
    hospitals::decide(|name| client(name).patient(), &short).await?;

    for (index, _) in LOST {
        network.kill(index).await?;
        network.wipe(index, Keys::Own)?;
    }
    let stopped = network.stalled(0).await?;

    // New machines with new session keys, which their hospitals announce. Blocks still come, two slots in four.
    for (index, name) in LOST {
        network.restart(index)?;
        network.wait_up(index).await?;
        let best = network.best_height(0).await?;
        reach(&network, index, best).await?;
        client(name).at(network.rpc(index).url()).run(&["session-keys", "rotate"]).await?;
    }
    // They are used from the second session change on; that alone does not help, as the change is not final.
    let announced = network.best_height(0).await?;
    reach(&network, 0, announced + 22).await?;
    ensure!(network.final_height(0).await? == stopped, "two of four made a block final");

    let delay = format!("delay={DELAY}");
    let last = format!("best_finalized_block_number={stopped}");
    let stalled = ["council", "propose", "root", "Grandpa.note_stalled", "--arg", &delay, "--arg", &last];
    // Nothing is final here; what has two blocks on it stays.
    hospitals::decide_step_by_step(client, &stalled, async || {
        let best = network.best_height(0).await?;
        reach(&network, 0, best + 3).await
    })
    .await?;
    client("Alice").run(&["council", "enact"]).await?;

    // All four finalise together again, on the chain that was there.
    let noted = network.best_height(0).await?;
    for index in 0..4 {
        network.wait_final(index, noted + 20).await?;
    }
    let expected = network.block(0, stopped).await?;
    for index in 0..4 {
        ensure!(network.block(index, stopped).await? == expected, "{} left the chain", network.name(index));
    }
    Ok(())
}

/// Waits until a node has a block of this height, final or not.
async fn reach(network: &Network, index: usize, height: u64) -> Result<()> {
    for _ in 0..240 {
        if network.best_height(index).await? >= height {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    anyhow::bail!("{} has no block {height} after four minutes", network.name(index))
}
