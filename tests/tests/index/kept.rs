//! That the index goes on after a crash and can be checked and made anew.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use codec::{DecodeAll, Encode};
use medshare_tests::{Stack, binary};
use medshare_types::{AccountId, Listing, Policy, Record};
use serde_json::{Value, json};
use sqlx::{Connection, sqlite::SqliteConnection};

use crate::{anew, asked::Node, story::Told};

/// The node is ended in the midst of work, and goes on where it was.
pub async fn survives_a_crash(stack: &mut Stack, told: &Told) -> Result<()> {
    // Its crash meets it while it writes.
    let note = stack.dir().join("note.txt");
    std::fs::write(&note, "nothing to report")?;
    let alice = stack.cli("Alice");
    alice
        .run(&["register", &note.display().to_string(), "--policy", "general-research", "--finalized"])
        .await?;
    stack.restart_node().await?;

    let node = Node::at(stack.node_url()).await?;
    let records = node.when("search", json!({ "what": "records" }), |page| page["total"] == 2).await?;
    ensure!(records["items"][1]["record"] == told.record, "{records:#}");
    let last = told.trace.as_array().and_then(|items| items.last()).context("no events")?["block"].clone();
    let trace = node.ask("trace", json!({ "record": told.record, "to_block": last, "limit": 100 })).await?;
    ensure!(trace["items"] == told.trace, "the history is another after the crash: {trace:#}");
    let orders = node.ask("findOrders", json!({ "record": told.record })).await?;
    ensure!(orders["items"] == told.orders, "the order is another after the crash: {orders:#}");
    Ok(())
}

/// The check finds what was changed in the index, and made anew it is as it was.
pub async fn is_checked_and_made_anew(stack: &mut Stack) -> Result<()> {
    stack.stop_agents().await?;
    let base = stack.end_node().await?;
    let (good, report) = run(&base, "check", &[]).await?;
    ensure!(good && report["different"] == 0, "{report:#}");
    ensure!(report["compared"]["records"] == 2 && report["compared"]["members"] == 8, "{report:#}");
    ensure!(report["compared"]["receipts"].as_u64() > Some(0), "{report:#}");

    damage(&base).await?;
    let (good, damaged) = run(&base, "check", &[]).await?;
    // With the versions of both, beside which others than these records are now.
    let versions = report["compared"]["versions"].as_u64().context("versions were compared")?;
    ensure!(!good && damaged["different"] == 3 + versions, "{damaged:#}");
    let differences: Vec<&str> =
        damaged["differences"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for difference in [
        "record 0 differs",
        "version 1 of record 0 differs",
        "the policy of record 0 is on the chain and not in the index",
        "the listing of record 1 is in the index and not on the chain",
    ] {
        ensure!(differences.contains(&difference), "`{difference}` is not in {differences:?}");
    }
    ensure!(damaged["digest"] != report["digest"], "the damage is not in the digest");

    // What nobody can read any more is made anew, too.
    let mut index = opened(&base).await?;
    sqlx::query("UPDATE versions SET body = x'00'").execute(&mut index).await?;
    index.close().await?;
    let output = command(&base, "check", &[]).await?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(!output.status.success() && told.contains("index rebuild"), "it does not say what to do: {told}");
    let (good, _) = run(&base, "rebuild", &[]).await?;
    ensure!(good, "it could not be made anew");
    let (good, anew) = run(&base, "check", &[]).await?;
    ensure!(good && anew["at"][0].as_u64() >= report["at"][0].as_u64(), "{anew:#}");
    if anew["at"] == report["at"] {
        ensure!(anew == report, "made anew it is another: {anew:#}");
    } else {
        ensure!(anew["compared"] == report["compared"], "made anew it is another: {anew:#}");
    }
    anew::goes_with_its_chain(&base).await
}

/// Runs a subcommand on the index, with more arguments.
async fn command(base: &Path, what: &str, more: &[&str]) -> Result<std::process::Output> {
    let mut command = tokio::process::Command::new(binary("medshare-node")?);
    Ok(command.args(["index", what, "--dev", "--base-path"]).arg(base).args(more).output().await?)
}

/// Runs a subcommand on the index, with more arguments; gives whether it succeeded and what it printed.
pub async fn run(base: &Path, what: &str, more: &[&str]) -> Result<(bool, Value)> {
    let output = command(base, what, more).await?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_str(&printed)
        .map_err(|error| anyhow!("`index {what}` printed no JSON ({error}): {printed}\n{told}"))?;
    Ok((output.status.success(), report))
}

/// The database of the index.
async fn opened(base: &Path) -> Result<SqliteConnection> {
    let chains = std::fs::read_dir(base.join("chains"))?;
    let file = chains
        .filter_map(|chain| Some(chain.ok()?.path().join("index.sqlite")))
        .find(|file| file.is_file())
        .context("there is no index")?;
    Ok(SqliteConnection::connect(&format!("sqlite:{}", file.display())).await?)
}

/// Changes rows of the index behind its back.
async fn damage(base: &Path) -> Result<()> {
    let mut index = opened(base).await?;
    let (mut first, mut second) = (row(&mut index, 0).await?, row(&mut index, 1).await?);
    ensure!(first.1.is_some() && first.2.is_some() && second.2.is_none(), "{first:?} {second:?}");
    first.0.withdrawn = !first.0.withdrawn;
    first.1 = None;
    second.2.clone_from(&first.2);
    for (record, row) in [(0_i64, first), (1, second)] {
        let change = sqlx::query("UPDATE records SET body = $1 WHERE record = $2");
        let done = change.bind(row.encode()).bind(record).execute(&mut index).await?;
        ensure!(done.rows_affected() == 1, "{} rows of record {record} changed", done.rows_affected());
    }
    index.close().await?;
    Ok(())
}

/// A record with its policy and its listing, as the index keeps it.
type Row = (Record<AccountId>, Option<Policy>, Option<Listing<AccountId>>);

async fn row(index: &mut SqliteConnection, record: i64) -> Result<Row> {
    let body: Vec<u8> = sqlx::query_scalar("SELECT body FROM records WHERE record = $1")
        .bind(record)
        .fetch_one(index)
        .await?;
    Ok(Row::decode_all(&mut body.as_slice())?)
}
