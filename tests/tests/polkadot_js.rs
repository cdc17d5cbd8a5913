//! The chain through polkadot.js, as its Apps and wallets built on it use it: what they show, what they can sign.
//! The checks themselves are JavaScript, in `polkadot-js/test`. With `MEDSHARE_METADATA_HASH=1` they expect a runtime that
//! was built with its feature `metadata-hash`, without it one that was not.

use std::{path::Path, process::Stdio};

use anyhow::{Context, Result, bail, ensure};
use medshare_tests::{Cli, Stack, deidentified, sale};
use serde_json::Value;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn polkadot_js_reads_the_chain_and_signs_for_it() -> Result<()> {
    let mut stack = Stack::start().await?;
    let outcome = run(&mut stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn run(stack: &mut Stack) -> Result<()> {
    let alice = stack.cli("Alice");
    let clean = deidentified("fhir/atencio.json", stack.dir())?;
    let sealed = alice.run(&["seal", &clean.display().to_string()]).await?;
    check(stack, sealed["description"].as_str().context("`seal` names its description")?).await?;

    // What polkadot.js uploaded and registered is a record like any other: auditors get its key, and it opens. Its owner's agent
    // begins only now: polkadot.js does not count what others have sent for the same account, and waits in the pool.
    stack.agent("Alice").await?;
    let record = record_with(&alice, &sealed["ciphertext"]).await?;
    let panel = sale::panel(stack, &record).await?;
    let auditor = panel.first().context("somebody sits on the panel")?;
    let opened = stack.dir().join("opened.json");
    stack.cli(auditor).run(&["audit", "open", &record, "-o", &opened.display().to_string()]).await?;
    ensure!(std::fs::read(&clean)? == std::fs::read(&opened)?, "the auditor opened something else");
    sale::approve(stack, &record).await.map(drop)
}

/// Runs the JavaScript tests against the stack.
async fn check(stack: &Stack, sealed: &str) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("polkadot-js");
    ensure!(
        folder.join("node_modules").is_dir(),
        "polkadot.js is not installed; run: npm ci --prefix {}",
        folder.display()
    );
    let output = Command::new("npm")
        .args(["test", "--silent"])
        .current_dir(&folder)
        .env("MEDSHARE_NODE", stack.node_url())
        .env("MEDSHARE_VAULT", stack.vault_url())
        .env("MEDSHARE_SEALED", sealed)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run npm; ./scripts/setup.sh installs it")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "the checks through polkadot.js failed:\n{printed}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The record of the account that has this ciphertext.
async fn record_with(owner: &Cli, ciphertext: &Value) -> Result<String> {
    let listed = owner.run(&["records"]).await?;
    for record in listed["records"].as_array().into_iter().flatten() {
        let number = record["record"].to_string();
        let shown = owner.run(&["show", &number]).await?;
        if &shown["version"]["content"]["ciphertext"] == ciphertext {
            return Ok(number);
        }
    }
    bail!("no record has the ciphertext {ciphertext}: {listed}")
}
