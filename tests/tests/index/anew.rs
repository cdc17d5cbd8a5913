//! A chain that begins anew, and the index of one that is deleted.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use medshare_tests::binary;
use serde_json::json;

use crate::{asked::Node, node::start};

/// The index of a chain that was longer is made anew as soon as the new chain has a block of its own.
pub async fn is_noticed_at_once() -> Result<()> {
    let dir = tempfile::Builder::new().prefix("medshare-").tempdir()?;
    let address = format!("sqlite:{}", dir.path().join("index.sqlite").display());
    let keep = ["--index", &address];
    let (node, url) = start(dir.path(), "first", &keep).await?;
    let asked = Node::at(&url).await?;
    let page = asked.when("search", json!({}), |page| page["at"]["number"].as_u64() > Some(12)).await?;
    let (long, old) = (page["at"]["number"].as_u64().context("no block")?, page["at"]["hash"].clone());
    node.end().await?;

    // The first block is the same, being made of the same state; the second is not, having another time.
    let (mut node, url) = start(dir.path(), "second", &keep).await?;
    node.wait_for("the new chain", |log| log.contains("so the index is made anew").then_some(())).await?;
    let asked = Node::at(&url).await?;
    let anew = asked.when("search", json!({}), |page| page["at"]["number"].as_u64() > Some(0)).await?;
    let number = anew["at"]["number"].as_u64().context("no block")?;
    ensure!(number < long && anew["at"]["hash"] != old, "the index is at {anew:#} after it was at {long}");
    node.end().await
}

/// `purge-chain` deletes the index in the folder of the chain, and only if it was told to.
pub async fn goes_with_its_chain(base: &Path) -> Result<()> {
    let index = || -> Result<bool> {
        let chains = std::fs::read_dir(base.join("chains"))?;
        let mut folders = chains.filter_map(|chain| Some(chain.ok()?.path()));
        Ok(folders.any(|folder| folder.join("index.sqlite").exists()))
    };
    let purge = async |more: &[&str]| -> Result<()> {
        let mut command = tokio::process::Command::new(binary("medshare-node")?);
        command.args(["purge-chain", "--dev", "--base-path"]).arg(base).args(more);
        // Nobody answers.
        let status = command.stdin(std::process::Stdio::null()).status().await?;
        ensure!(status.success(), "purge-chain ended with {status}");
        Ok(())
    };
    ensure!(index()?, "there is no index to delete");
    purge(&[]).await?;
    ensure!(index()?, "the index is gone, and the chain is not");
    purge(&["-y"]).await?;
    ensure!(!index()?, "the chain is gone, and the index is not");
    Ok(())
}
