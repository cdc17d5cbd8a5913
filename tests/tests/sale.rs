//! The sale, from file to file.

use std::{io::Write, path::Path};

use anyhow::Result;
use medshare_tests::{Stack, fixture, sale};

const PRICE: &str = "25";

/// Registers a file of Alice's, has it approved, sells it, and compares what the buyer opens.
async fn sells(file: &Path) -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let outcome = sell(&stack, file).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn sell(stack: &Stack, file: &Path) -> Result<()> {
    let alice = stack.cli("Alice");
    let registered =
        alice.run(&["register", &file.display().to_string(), "--policy", "general-research"]).await?;
    let record = registered["records"][0]["record"].to_string();

    // Shown, but not tradable before auditors approve it.
    let refusal = alice.refused(&["list", &record, "--price", PRICE]).await?;
    assert!(refusal.contains("NotTradable") || refusal.contains("NotApproved"), "{refusal}");
    let approvers = sale::approve(stack, &record).await?;
    let bob = sale::buyer(stack, &approvers)?;
    alice.run(&["list", &record, "--price", PRICE, "--finalized"]).await?;

    let found = bob.run(&["search"]).await?;
    assert_eq!(found["listings"][0]["record"].to_string(), record);
    // A purpose that the policy does not cover is refused, and costs nothing.
    let refusal = bob.refused(&["buy", &record, "--use", "clinical-care"]).await?;
    assert!(refusal.contains("NotPermitted") || refusal.contains("policy"), "{refusal}");

    let seller_before = total(&alice.run(&["balance"]).await?);
    let bought = bob.run(&["buy", &record, "--use", "biomedical-research", "--wait", "60"]).await?;
    assert!(!bought["delivered"].is_null(), "{bought}");
    let seller_after = total(&alice.run(&["balance"]).await?);
    // Of 25 MDS, 10 % are retained and 5 % are the fee; the agent's transactions cost well below 1 MDS.
    let earned = seller_after - seller_before;
    assert!(earned > 20 * UNIT && earned <= 22 * UNIT, "the seller earned {earned}");

    let output = stack.dir().join("opened");
    let path = output.display().to_string();
    bob.run(&["open", &record, "-o", &path]).await?;
    assert!(std::fs::read(file)? == std::fs::read(&output)?, "the opened file differs from the sealed one");

    // The owner opens its own, and nobody else does.
    alice.run(&["open", &record, "-o", &stack.dir().join("own").display().to_string()]).await?;
    let stranger = stack.dir().join("stranger");
    let outsider = sale::ACCOUNTS.iter().find(|name| {
        !["Alice", bob.account()].contains(*name) && approvers.iter().all(|(auditor, _)| auditor != *name)
    });
    stack.cli(outsider.unwrap()).refused(&["open", &record, "-o", &stranger.display().to_string()]).await?;
    assert!(!stranger.exists(), "a file was left behind for somebody without a grant");

    let trace = bob.run(&["trace", &record]).await?;
    let events: Vec<String> = trace["events"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|e| e["event"].as_str().unwrap_or_default().into())
        .collect();
    for expected in ["Registered", "Listed", "Delivered"] {
        assert!(events.iter().any(|event| event == expected), "{expected} is missing in {events:?}");
    }
    Ok(())
}

const UNIT: u128 = 1_000_000_000_000;

fn total(balance: &serde_json::Value) -> u128 {
    balance["total"].as_str().and_then(|total| total.parse().ok()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn sells_a_fhir_bundle() -> Result<()> {
    let (_dir, path) = deidentified("fhir/atencio.json")?;
    sells(&path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sells_a_dicom_image() -> Result<()> {
    let (_dir, path) = deidentified("dicom/CT_small.dcm")?;
    sells(&path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sells_a_file_of_64_mb() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("scan.bin");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    // Neither compressible nor aligned to the chunks of the envelope.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..8_000_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        file.write_all(&state.to_le_bytes())?;
    }
    file.write_all(b"end")?;
    file.into_inner()?.sync_all()?;
    sells(&path).await
}

fn deidentified(name: &str) -> Result<(tempfile::TempDir, std::path::PathBuf)> {
    let dir = tempfile::tempdir()?;
    let source = fixture(name);
    let path = dir.path().join(source.file_name().unwrap_or_default());
    std::fs::write(&path, medshare_client::readers::deidentify(&source)?)?;
    Ok((dir, path))
}
