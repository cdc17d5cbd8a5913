//! A node on its own, without anybody who uses it.

use std::path::Path;

use anyhow::{Context, Result};
use medshare_tests::{
    Process, lone,
    rpc::{Failure, Rpc},
};
use serde_json::Value;
use subxt::rpcs::rpc_params;

/// A development node whose chain is in a folder of this name, with these arguments; and where it answers.
pub async fn start(dir: &Path, name: &str, more: &[&str]) -> Result<(Process, String)> {
    lone::start(dir, name, &[&["--heartbeat=2"][..], more].concat()).await
}

/// With which code a question is refused, and what is said.
pub async fn refusal(url: &str, method: &str, query: Value) -> Result<(i32, String)> {
    match Rpc::at(url.to_owned()).ask::<Value>(method, rpc_params![query]).await {
        Err(Failure::Refused { code, message }) => Ok((code, message)),
        other => anyhow::bail!("{method} was answered with {other:?}"),
    }
}

/// What the node says of its index.
pub async fn state(url: &str) -> Result<Value> {
    Ok(Rpc::at(url.to_owned()).ask("medshare_index", rpc_params![]).await?)
}

/// The number of the newest final block that a node has told of in its log.
pub fn height(log: &str) -> Option<u64> {
    let (_, rest) = log.rsplit_once("finalized #")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Waits until the chain has gone on.
pub async fn goes_on(node: &mut Process) -> Result<()> {
    let before = height(&node.log()).unwrap_or_default();
    node.wait_for("another final block", |log| height(log).filter(|now| *now > before))
        .await
        .context("the chain does not go on")?;
    Ok(())
}
