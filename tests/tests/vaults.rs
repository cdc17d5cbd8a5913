//! Vaults: what happens to records when they move.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use medshare_tests::{Cli, Stack, deidentified};

/// The operator of the second vault.
const OTHER_OPERATOR: &str = "Eve";

#[tokio::test(flavor = "multi_thread")]
async fn a_record_moves_to_another_vault_and_both_report_what_they_served() -> Result<()> {
    let mut stack = Stack::start().await?;
    let other = stack.another_vault(OTHER_OPERATOR).await?;
    moves(&stack, &other).await.map_err(|error| error.context(stack.logs()))
}

async fn moves(stack: &Stack, other: &str) -> Result<()> {
    let (alice, file) = (stack.cli("Alice"), deidentified("fhir/atencio.json", stack.dir())?);
    let path = file.display().to_string();
    let registered = alice.run(&["register", &path, "--policy", "general-research", "--finalized"]).await?;
    let record = registered["records"][0]["record"].to_string();
    open(&alice, stack, &record, "before").await?;

    // Somebody else's record is not for Bob to move.
    let refusal = stack.cli("Bob").refused(&["relocate", &record, "--to", other]).await?;
    assert!(refusal.contains("record"), "{refusal}");
    alice.run(&["relocate", &record, "--to", other, "--finalized"]).await?;

    let here = alice.with_vault(other);
    open(&here, stack, &record, "after").await?;
    assert_eq!(std::fs::read(&file)?, std::fs::read(stack.dir().join("after"))?);
    let output = stack.dir().join("not-here");
    alice.refused(&["open", &record, "-o", &output.display().to_string()]).await?;
    assert!(!output.exists(), "a vault serves what was moved away from it");

    // Two downloads before the move (to open, to copy) and one after it; a vault may merge what is alike.
    let begin = Instant::now();
    loop {
        let shown = alice.run(&["receipts", &record]).await?;
        let receipts = shown["receipts"].as_array().cloned().unwrap_or_default();
        let mut vaults: Vec<_> = receipts.iter().map(|receipt| receipt["vault"].to_string()).collect();
        vaults.sort();
        vaults.dedup();
        if vaults.len() == 2 {
            return Ok(());
        }
        if begin.elapsed() > Duration::from_secs(60) {
            bail!("the vaults did not both report: {shown}");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn open(cli: &Cli, stack: &Stack, record: &str, name: &str) -> Result<()> {
    let output = stack.dir().join(name).display().to_string();
    cli.run(&["open", record, "-o", &output]).await.map(drop)
}
