//! The sale, from file to file.

use std::{io::Write, path::Path};

use anyhow::Result;
use medshare_tests::{Stack, deidentified, fixture, sale};

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
    assert!(plaintext(file)? == std::fs::read(&output)?, "the opened file differs from the sealed one");

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

/// What is sealed of a file or a folder.
fn plaintext(path: &Path) -> Result<Vec<u8>> {
    if !path.is_dir() {
        return Ok(std::fs::read(path)?);
    }
    let mut packed = Vec::new();
    medshare_client::readers::pack(path, &mut packed)?;
    Ok(packed)
}

const UNIT: u128 = 1_000_000_000_000;

fn total(balance: &serde_json::Value) -> u128 {
    balance["total"].as_str().and_then(|total| total.parse().ok()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn sells_a_fhir_bundle() -> Result<()> {
    let dir = tempfile::tempdir()?;
    sells(&deidentified("fhir/atencio.json", dir.path())?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sells_a_dicom_image() -> Result<()> {
    let dir = tempfile::tempdir()?;
    sells(&deidentified("dicom/CT_small.dcm", dir.path())?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sells_a_study_in_a_folder() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let study = dir.path().join("study");
    std::fs::create_dir_all(study.join("series"))?;
    for name in ["CT_small.dcm", "MR_small.dcm", "reportsi.dcm"] {
        let copy = deidentified(&format!("dicom/{name}"), dir.path())?;
        std::fs::rename(copy, study.join("series").join(name))?;
    }
    sells(&study).await
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

#[tokio::test(flavor = "multi_thread")]
async fn what_identifies_is_registered_only_if_that_is_accepted() -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let outcome = refuses(&stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn refuses(stack: &Stack) -> Result<()> {
    let alice = stack.cli("Alice");
    let file = fixture("fhir/atencio.json").display().to_string();
    let policy = ["--policy", "general-research"];
    let refusal = alice.refused(&[&["register", &file][..], &policy[..]].concat()).await?;
    // By more than a line has room for.
    assert!(refusal.contains(" Bundle.entry.fullUrl, ") && refusal.contains(" more\n"), "{refusal}");
    assert!(refusal.contains("--deidentify"), "{refusal}");
    assert!(alice.run(&["records"]).await?["records"].as_array().is_none_or(Vec::is_empty));

    // De-identified on the way, with a report of what was changed; the records of one patient have one subject.
    let report = stack.dir().join("report.json").display().to_string();
    let on_the_way =
        [&["register", &file][..], &policy[..], &["--deidentify", "--link", "--report", &report][..]];
    let registered = alice.run(&on_the_way.concat()).await?;
    let entry = &registered["records"][0];
    assert_eq!(entry["identifying"].as_array().map(Vec::len), Some(0), "{entry}");
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(report)?)?;
    assert_eq!(report["changes"].as_array().map(Vec::len), entry["changes"].as_u64().map(|n| n as usize));
    let again =
        alice.run(&[&["register", &file][..], &policy[..], &["--deidentify", "--link"][..]].concat()).await?;
    let listed = alice.run(&["records"]).await?;
    let subject = |registered: &serde_json::Value| {
        let record = &registered["records"][0]["record"];
        let all = listed["records"].as_array().into_iter().flatten();
        all.filter(|listed| listed["record"] == *record).map(|listed| listed["subject"].clone()).next()
    };
    let subjects = [subject(&registered), subject(&again)];
    assert!(subjects[0].is_some() && subjects[0] == subjects[1], "{subjects:?}");
    sale::approve(stack, &entry["record"].to_string()).await?;

    // As it is, auditors reject it.
    let accepted =
        alice.run(&[&["register", &file][..], &policy[..], &["--accept-identifying"][..]].concat()).await?;
    let record = accepted["records"][0]["record"].to_string();
    let panel = sale::panel(stack, &record).await?;
    let check = stack.cli(&panel[0]).run(&["audit", "check", &record]).await?;
    assert_eq!(check["verdict"], "Reject", "{check}");
    assert!(check["notes"].to_string().contains("it holds what identifies a person"), "{check}");
    assert!(check["identifying"].to_string().contains("\"Patient.name\""), "{check}");
    Ok(())
}
