//! What becomes of blobs and of receipts over time, with the real programs: what nobody may read any more leaves the
//! vault, and each use is on the chain once, whoever is killed when.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use medshare_tests::{Cli, Stack, sale};
use serde_json::Value;

/// The operator of the vault that removes blobs soon.
const OPERATOR: &str = "Eve";

/// A document that is registered at a vault; its record, and the file of its blob in the vault's folder.
async fn registered(
    cli: &Cli,
    stack: &Stack,
    store: &Path,
    name: &str,
) -> Result<(String, std::path::PathBuf)> {
    let path = stack.dir().join(name);
    std::fs::write(&path, format!("the content of {name}"))?;
    let path = path.display().to_string();
    let registered = cli.run(&["register", &path, "--policy", "general-research", "--finalized"]).await?;
    let record = &registered["records"][0];
    let address =
        record["ciphertext"].as_str().context("a record has a ciphertext")?.trim_start_matches("0x");
    let file = store.join("blobs").join(&address[..2]).join(address);
    ensure!(file.exists(), "{} is not there", file.display());
    Ok((record["record"].to_string(), file))
}

async fn until(what: &str, holds: impl Fn() -> bool) -> Result<()> {
    let begun = Instant::now();
    while !holds() {
        ensure!(begun.elapsed() < Duration::from_secs(90), "{what}: not within 90 seconds");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// Waits for some looks of the vault, by the time of the last one in its metrics.
async fn looks(vault: &str, count: usize) -> Result<()> {
    let last = async || -> Result<String> {
        let text = reqwest::get(format!("{vault}/metrics")).await?.text().await?;
        let line = text.lines().find(|line| line.starts_with("medshare_vault_last_collection_seconds "));
        Ok(line.unwrap_or_default().to_owned())
    };
    for _ in 0..count {
        let (before, begun) = (last().await?, Instant::now());
        while last().await? == before {
            ensure!(begun.elapsed() < Duration::from_secs(60), "the vault does not look: {before:?}");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_leaves_the_vault_once_nobody_may_read_it() -> Result<()> {
    let mut stack = Stack::start().await?;
    let store = stack.dir().join("soon");
    let environment = [
        ("MEDSHARE_VAULT_WITHDRAWN_GRACE_SECONDS", "4".to_owned()),
        ("MEDSHARE_VAULT_COLLECT_SECONDS", "1".to_owned()),
    ];
    let vault = stack.another_vault_at(OPERATOR, &store.display().to_string(), &environment).await?;
    // Gives the panel its keys.
    stack.agent("Alice").await?;
    withdraws(&stack, &vault, &store).await.map_err(|error| error.context(stack.logs()))
}

async fn withdraws(stack: &Stack, vault: &str, store: &Path) -> Result<()> {
    let (alice, doctor) = (stack.cli("Alice").with_vault(vault), stack.cli("Two").with_vault(vault));
    let (kept, stays) = registered(&alice, stack, store, "stays.txt").await?;
    let (record, blob) = registered(&alice, stack, store, "goes.txt").await?;
    let (_, pending) = registered(&alice, stack, store, "pending.txt").await?;
    for auditor in sale::panel(stack, &record).await? {
        let vote =
            stack.cli(&auditor).with_vault(vault).run(&["audit", "approve", &record, "--finalized"]).await?;
        if vote["state"].get("Decided").is_some() {
            break;
        }
    }
    alice.run(&["grant", &record, "Two", "--use", "biomedical-research", "--finalized"]).await?;
    alice.run(&["withdraw", &record, "--finalized"]).await?;

    // The doctor has a right to it, whatever the owner wishes now.
    looks(vault, 8).await?;
    ensure!(blob.exists(), "it was removed while somebody may read it");
    let opened = stack.dir().join("opened");
    doctor.run(&["open", &record, "-o", &opened.display().to_string()]).await?;
    ensure!(std::fs::read_to_string(&opened)? == "the content of goes.txt", "something else was opened");

    alice.run(&["revoke", &record, "Two", "--finalized"]).await?;
    until("the removal", || !blob.exists()).await?;
    looks(vault, 3).await?;
    ensure!(stays.exists() && pending.exists(), "what nobody withdrew was removed");
    alice.run(&["open", &kept, "-o", &stack.dir().join("kept").display().to_string()]).await?;

    let events = std::fs::read_to_string(stack.dir().join(format!("vault-{OPERATOR}/state/events.jsonl")))?;
    let events: Vec<Value> = events.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(events.len() == 1, "{events:?}");
    ensure!(events[0]["event"] == "removed" && events[0]["why"] == "withdrawn", "{events:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_use_is_on_the_chain_once_whoever_is_killed() -> Result<()> {
    let mut stack = Stack::start().await?;
    let path = stack.dir().join("scan.bin");
    std::fs::write(&path, (0..2_000_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>())?;
    let path = path.display().to_string();
    let registered =
        stack.cli("Alice").run(&["register", &path, "--policy", "general-research", "--finalized"]).await?;
    let record = registered["records"][0]["record"].to_string();
    let mut uses = 0;
    for round in 0..8 {
        let opened = stack.dir().join(format!("opened-{round}")).display().to_string();
        stack.cli("Alice").run(&["open", &record, "-o", &opened]).await?;
        uses += 1;
        // Before the receipt is posted, while it is, or after, depending on the round.
        tokio::time::sleep(Duration::from_millis(900 * round)).await;
        if round % 3 == 2 {
            stack.restart_node().await?;
        }
        stack.restart_vault().await?;
    }
    let outcome = all_posted_once(&stack, &record, uses).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn all_posted_once(stack: &Stack, record: &str, uses: usize) -> Result<()> {
    let begun = Instant::now();
    let receipts = loop {
        let shown = stack.cli("Alice").run(&["receipts", record]).await?;
        let receipts = shown["receipts"].as_array().cloned().unwrap_or_default();
        if receipts.len() >= uses {
            break receipts;
        }
        ensure!(begun.elapsed() < Duration::from_secs(180), "only {} of {uses}: {shown}", receipts.len());
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    // None comes after the last one either.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let shown = stack.cli("Alice").run(&["receipts", record]).await?;
    ensure!(shown["receipts"].as_array().map(Vec::len) == Some(uses), "more receipts than uses: {shown}");
    let each = |name: &str| -> BTreeSet<String> {
        receipts.iter().map(|receipt| content(receipt, name).to_string()).collect()
    };
    ensure!(each("request").len() == uses, "two receipts for one request: {receipts:?}");
    ensure!(each("sequence").len() == uses, "a number was used twice: {receipts:?}");
    ensure!(each("bytes").len() == 1, "a use was not counted as a whole: {receipts:?}");
    Ok(())
}

/// What a vault reported, however the command nests it.
fn content<'a>(receipt: &'a Value, name: &str) -> &'a Value {
    receipt.get(name).unwrap_or(&receipt["content"][name])
}
