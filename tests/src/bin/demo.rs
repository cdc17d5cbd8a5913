//! The whole sale on one machine, with an account of it for a reader. `scripts/demo.sh` builds and runs it.
#![allow(clippy::print_stdout)]

use std::{
    path::Path,
    pin::pin,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use medshare_tests::{Stack, fixture, sale};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::signal::unix::{SignalKind, signal};

const PROVIDER: &str = "Alice";
const VAULT: &str = "Ferdie";

/// Files to sell, and for how many MDS.
const FILES: [(&str, &str); 2] = [("fhir/atencio.json", "25"), ("dicom/CT_small.dcm", "40")];

#[tokio::main]
async fn main() -> ExitCode {
    let mut stop = pin!(stopped());
    // Whatever was started ends with what is dropped here, also where the start itself is interrupted.
    let started = tokio::select! {
        started = Stack::start() => started,
        reason = &mut stop => Err(anyhow::anyhow!("stopped by {reason}")),
    };
    let mut stack = match started {
        Ok(stack) => stack,
        Err(error) => {
            println!("\nthe network did not start: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = tokio::select! {
        outcome = run(&mut stack) => outcome,
        reason = &mut stop => Err(anyhow::anyhow!("stopped by {reason}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nThe sale did not come to its end: {error:#}\n\n{}", stack.logs());
            ExitCode::FAILURE
        }
    }
}

/// Waits for a signal to end, so that what was started is ended too.
async fn stopped() -> &'static str {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return "Ctrl-C";
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => "Ctrl-C",
        _ = terminate.recv() => "a signal",
    }
}

async fn run(stack: &mut Stack) -> Result<()> {
    println!("A development node answers at {}, a vault at {}.", stack.node_url(), stack.vault_url());
    println!(
        "{PROVIDER} provides, {VAULT} runs the vault. Auditors are drawn; somebody who is not among them buys."
    );
    stack.agent(PROVIDER).await?;
    println!("{PROVIDER}'s agent is running: it delivers keys without her.\n");
    for (name, price) in FILES {
        sell(stack, name, price).await.with_context(|| format!("selling {name}"))?;
    }
    println!("Every step happened, and every byte arrived as it was sealed.");
    Ok(())
}

async fn sell(stack: &Stack, name: &str, price: &str) -> Result<()> {
    let provider = stack.cli(PROVIDER);
    let original = stack.dir().join(Path::new(name).file_name().unwrap_or_default());
    println!("== {name}");

    // Free of names before it leaves the hospital.
    let source = fixture(name).display().to_string();
    let path = original.display().to_string();
    let deidentified = provider.run(&["deidentify", &source, "-o", &path]).await?;
    let removed = deidentified["removed"].as_array().map_or(0, Vec::len);
    line(PROVIDER, "takes out what identifies a person", &format!("{removed} kinds of elements"), None);
    let registered = provider.run(&["register", &path, "--policy", "general-research"]).await?;
    let entry = &registered["records"][0];
    let record = entry["record"].to_string();
    let detail = format!("record {record}: {} B sealed to {} B", entry["plaintext_size"], entry["size"]);
    line(PROVIDER, "seals, uploads and registers", &detail, Some(&registered));

    let panel = sale::panel(stack, &record).await?;
    line("chain", "draws the panel", &panel.join(", "), None);
    let votes = sale::approve(stack, &record).await?;
    for (auditor, vote) in &votes {
        let detail = format!("review is {}", state(&vote["state"]));
        line(auditor, "opens, checks and approves", &detail, Some(vote));
    }
    let buyer = sale::buyer(stack, &votes)?;
    let mut people = vec![PROVIDER, buyer.account(), VAULT];
    people.extend(votes.iter().map(|(auditor, _)| auditor.as_str()).filter(|auditor| *auditor != VAULT));
    let before = balances(stack, &people).await?;

    let listed = provider.run(&["list", &record, "--price", price]).await?;
    line(PROVIDER, "lists", &format!("at {price} MDS"), Some(&listed));

    let begin = Instant::now();
    let bought = buyer
        .run(&["buy", &record, "--use", "biomedical-research", "--max-price", price, "--wait", "60"])
        .await?;
    let order = bought["order"].to_string();
    line(buyer.account(), "orders; the price is on hold", &format!("order {order}"), Some(&bought));
    ensure!(!bought["delivered"].is_null(), "the seller's agent did not deliver: {bought}");
    line("chain", "checks the key and pays, in one extrinsic", "", Some(&bought["delivered"]));

    let opened_path = stack.dir().join("opened");
    let opened = buyer.run(&["open", &record, "-o", &opened_path.display().to_string()]).await?;
    let elapsed = begin.elapsed();
    let (sealed, arrived) = (std::fs::read(&original)?, std::fs::read(&opened_path)?);
    ensure!(sealed == arrived, "the opened file differs from the sealed one");
    let digest = hex::encode(Sha256::digest(&arrived));
    ensure!(opened["sha256"] == format!("0x{digest}"), "the client reports another hash: {opened}");
    line(
        buyer.account(),
        "opens the file",
        &format!("{} B, all equal, SHA-256 {}…", arrived.len(), &digest[..16]),
        None,
    );
    std::fs::remove_file(&opened_path)?;

    let after = balances(stack, &people).await?;
    println!("   {:<10} {:>22} {:>22} {:>22}", "MDS", "before", "after", "of it on hold");
    for ((who, before, _), (_, after, held)) in before.iter().zip(&after) {
        println!("   {who:<10} {:>22} {:>22} {:>22}", mds(*before), mds(*after), mds(*held));
    }
    ensure!(after[0].1 > before[0].1, "the seller was not paid");
    ensure!(after[1].1 < before[1].1, "the buyer did not pay");

    let trace = provider.run(&["trace", &record]).await?;
    let events = trace["events"].as_array().context("the trace has no events")?;
    ensure!(events.len() >= 6, "the trace has only {} events", events.len());
    println!("   The chain's own account of record {record}:");
    for event in events {
        println!(
            "     #{:<5} {} {}.{}",
            event["block"],
            time(&event["time"]),
            text(&event["pallet"]),
            text(&event["event"])
        );
    }
    println!("   From order to opened file: {:.1} s\n", elapsed.as_secs_f64());
    Ok(())
}

/// Everybody's total and held amount, in the smallest unit.
async fn balances(stack: &Stack, people: &[&str]) -> Result<Vec<(String, u128, u128)>> {
    let mut all = Vec::new();
    for who in people {
        let balance = stack.cli(who).run(&["balance"]).await?;
        let amount =
            |name: &str| text(&balance[name]).parse::<u128>().with_context(|| format!("{name} in {balance}"));
        all.push(((*who).to_owned(), amount("total")?, amount("held")?));
    }
    Ok(all)
}

fn line(who: &str, what: &str, detail: &str, at: Option<&Value>) {
    let at = at.map(|at| format!("#{:<5} {}", at["block"], time(&at["time"]))).unwrap_or_default();
    println!("   {at:<22} {who:<8} {what:<44} {detail}");
}

fn state(value: &Value) -> String {
    match value {
        Value::String(state) => state.to_lowercase(),
        Value::Object(state) => state.keys().next().cloned().unwrap_or_default().to_lowercase(),
        _ => "unknown".to_owned(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Chain time as hours, minutes, seconds UTC.
fn time(value: &Value) -> String {
    let seconds = Duration::from_millis(value.as_u64().unwrap_or_default()).as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn mds(amount: u128) -> String {
    format!("{}.{:06}", amount / 10u128.pow(12), amount % 10u128.pow(12) / 10u128.pow(6))
}
