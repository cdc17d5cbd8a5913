//! A vault whose blobs are in a bucket of a server that speaks S3.

// One server for these tests and for those of the vault's own crate.
#[path = "../../crates/vault/tests/common/bucket.rs"]
mod bucket;

use anyhow::{Context, Result, ensure};
use bucket::Bucket;
use futures::TryStreamExt;
use medshare_tests::{Stack, sale};

/// The operator of the vault.
const OPERATOR: &str = "Eve";

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_keeps_its_blobs_in_a_bucket() -> Result<()> {
    let bucket = Bucket::start("hospital").await;
    let mut stack = Stack::start().await?;
    let vault = stack.another_vault_at(OPERATOR, "s3://hospital/medshare/vault", &bucket.settings()).await?;
    stack.agent("Alice").await?;
    let outcome = keeps(&stack, &vault, &bucket).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn keeps(stack: &Stack, vault: &str, bucket: &Bucket) -> Result<()> {
    let alice = stack.cli("Alice").with_vault(vault);
    let file = stack.dir().join("scan.bin");
    // Several parts in the bucket.
    std::fs::write(&file, (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>())?;
    let path = file.display().to_string();
    let registered = alice.run(&["register", &path, "--policy", "general-research", "--finalized"]).await?;
    let record = registered["records"][0]["record"].to_string();
    let address = registered["records"][0]["ciphertext"].as_str().context("a record has a ciphertext")?;

    let objects: Vec<_> = bucket.objects().list(None).try_collect().await?;
    let name = address.trim_start_matches("0x");
    let place = format!("medshare/vault/blobs/{}/{name}", &name[..2]);
    let kept = objects.iter().find(|object| object.location.as_ref() == place);
    let kept = kept.with_context(|| format!("{place} is not among {objects:?}"))?;
    ensure!(Some(kept.size) == registered["records"][0]["size"].as_u64(), "it has another size: {kept:?}");

    // The owner and an auditor fetch it from there, the latter by what the chain says about where it is.
    let opened = stack.dir().join("opened");
    alice.run(&["open", &record, "-o", &opened.display().to_string()]).await?;
    ensure!(std::fs::read(&file)? == std::fs::read(&opened)?, "the owner opened something else");
    let auditor = sale::panel(stack, &record).await?.swap_remove(0);
    let auditor = stack.cli(&auditor).with_vault(vault);
    let check = auditor.run(&["audit", "check", &record]).await?;
    ensure!(check["verdict"] == "Approve", "the auditor's check failed: {check}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_without_the_right_to_its_bucket_does_not_start() -> Result<()> {
    let bucket = Bucket::start("hospital").await;
    let mut stack = Stack::start().await?;
    let mut settings = bucket.settings();
    for (name, value) in &mut settings {
        if *name == "AWS_SECRET_ACCESS_KEY" {
            *value = "hunter2".to_owned();
        }
    }
    let started = stack.another_vault_at(OPERATOR, "s3://hospital", &settings).await;
    let refusal = format!("{:#}", started.err().context("it started with a wrong secret")?);
    ensure!(refusal.contains("cannot use the store s3://hospital"), "{refusal}");
    ensure!(refusal.contains("the credentials"), "{refusal}");
    ensure!(!refusal.contains("hunter2"), "the secret is in the logs: {refusal}");
    Ok(())
}
