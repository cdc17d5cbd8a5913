//! Decisions of the local chain's eight hospitals, with the `medshare` command as they use it.

use anyhow::{Context, Result};
use futures::future::try_join_all;
use serde_json::Value;

use crate::{Cli, sale::ACCOUNTS};

/// Has Alice propose something, as many others agree as are needed, and Alice close the motion; gives what closing it
/// printed. `client` is the command of a hospital.
///
/// # Errors
/// If a step is refused.
pub async fn decide(client: impl Fn(&str) -> Cli, proposal: &[&str]) -> Result<Value> {
    decide_step_by_step(client, proposal, async || Ok(())).await
}

/// As [`decide`], with a pause after each step.
///
/// # Errors
/// If a step is refused, or the pause fails.
pub async fn decide_step_by_step(
    client: impl Fn(&str) -> Cli,
    proposal: &[&str],
    pause: impl AsyncFn() -> Result<()>,
) -> Result<Value> {
    let motion = carry(&client, proposal, &pause).await?;
    let closed = client("Alice").run(&["council", "close", &motion]).await?;
    pause().await?;
    Ok(closed)
}

/// As [`decide_step_by_step`], without closing the motion, of which it gives the number.
///
/// # Errors
/// If a step is refused, or the pause fails.
pub async fn carry(
    client: impl Fn(&str) -> Cli,
    proposal: &[&str],
    pause: impl AsyncFn() -> Result<()>,
) -> Result<String> {
    let proposed = client("Alice").run(proposal).await?;
    let motion = proposed["motion"].as_u64().with_context(|| format!("no motion in {proposed}"))?.to_string();
    pause().await?;
    let needed = usize::try_from(proposed["threshold"].as_u64().context("a threshold")?)?;
    let votes = ACCOUNTS[1..needed].iter().map(|name| {
        let cli = client(name);
        let motion = &motion;
        async move { cli.run(&["council", "vote", motion, "--yes"]).await }
    });
    try_join_all(votes).await?;
    pause().await?;
    Ok(motion)
}
