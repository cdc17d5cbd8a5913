//! How fast a node indexes blocks that are full of registrations, compared with how fast the chain makes them. The chain refuses
//! those for which no more draws of panels can be queued; how many it took is counted in the index. A chain is
//! made on this machine, by one node without an index, and indexed from its first block on by `medshare-node index rebuild`,
//! which reads the blocks, their events and the state that they left: once before the registrations and once after them. The
//! difference is theirs; most of the rest is compiling the runtime, once for each program that starts.
//! `scripts/bench/indexing.sh` builds and runs it.
#![allow(clippy::print_stdout)]

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use medshare_client::{At, Chain, Identity, Until, chain::calls};
use medshare_tests::{
    binary, ledger,
    load::{self, new_record},
    lone, newcomers,
    rpc::Rpc,
    sign::{Signer, Transaction},
};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::Value;

/// The folder of the chain.
const CHAIN: &str = "chain";

/// The length of a slot in seconds, and so the shortest time from block to block.
const SLOT: f64 = 2.0;

/// Records in one transaction, and transactions of a member: as many as a member may have under review.
const BATCH: usize = 50;
const EACH: u32 = 2;

/// Admissions in one transaction.
const ADMITTED: usize = 20;

/// What a member has for deposits and fees, in the smallest unit.
const FUNDS: u128 = 1_000_000_000_000_000;

/// How often the same is measured.
const TIMES: usize = 3;

/// How many times as fast as the chain makes blocks they have to be indexed.
const BOUND: f64 = 10.0;

/// Measures how fast blocks are indexed.
#[derive(Parser)]
struct Arguments {
    /// Records to send.
    #[arg(long, default_value_t = 40_000)]
    records: usize,

    /// Fail if indexing is less than ten times as fast.
    #[arg(long)]
    check: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Whatever runs ends with what is dropped here.
    let outcome = tokio::select! {
        outcome = run(&arguments) => outcome,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped by Ctrl-C")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (node, url) = lone::start(dir.path(), CHAIN, &["--index=off"]).await?;
    let members = admit(&url, arguments.records).await?;
    node.end().await?;
    let before = rebuild(dir.path()).await?;
    let (node, url) = lone::start(dir.path(), CHAIN, &["--index=off"]).await?;
    let made = fill(&url, &members).await?;
    node.end().await?;
    let after = rebuild(dir.path()).await?;
    let report: Value = serde_json::from_str(&index(dir.path(), "check").await?)?;
    let records = report["compared"]["records"].as_u64().filter(|records| *records > 0);
    let records = records.context("no record was registered")?;
    ensure!(
        after > before,
        "{before:?} without the registrations, {after:?} with them: something else runs on this machine"
    );
    let (chain, index) = (made.seconds(), (after - before).as_secs_f64());
    println!("| | records | seconds | records a second |\n|---|---|---|---|");
    for (who, seconds) in [("the chain", chain), ("the index", index)] {
        println!("| {who} | {records} | {seconds:.1} | {:.0} |", records as f64 / seconds);
    }
    println!(
        "\n{} records were sent; {} blocks, the fullest with {} transactions of {BATCH} each. Indexing them was {:.1} times as fast: {:.1} s with the start of the program and \
         all blocks before, which without them take {:.1} s.",
        made.sent,
        made.blocks,
        made.fullest,
        chain / index,
        after.as_secs_f64(),
        before.as_secs_f64()
    );
    ensure!(!arguments.check || chain / index >= BOUND, "less than {BOUND} times as fast");
    Ok(())
}

/// Indexes the chain from its first block on, some times; gives how long the fastest took.
async fn rebuild(dir: &Path) -> Result<Duration> {
    let mut fastest = Duration::MAX;
    for _ in 0..TIMES {
        fastest = fastest.min(rebuild_once(dir).await?);
    }
    Ok(fastest)
}

async fn rebuild_once(dir: &Path) -> Result<Duration> {
    let begun = Instant::now();
    index(dir, "rebuild").await?;
    Ok(begun.elapsed())
}

/// Runs a subcommand on the index; gives what it printed.
async fn index(dir: &Path, what: &str) -> Result<String> {
    let mut command = tokio::process::Command::new(binary("medshare-node")?);
    let command = command.args(["index", what, "--dev", "--base-path"]).arg(dir.join(CHAIN));
    let output = command.kill_on_drop(true).output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// What the chain has made.
struct Made {
    /// Records in all transactions.
    sent: usize,
    /// From the first block with registrations to the last.
    blocks: u32,
    /// Transactions in the fullest of them.
    fullest: usize,
}

impl Made {
    /// The shortest time in which a chain makes so many blocks.
    fn seconds(&self) -> f64 {
        f64::from(self.blocks) * SLOT
    }
}

/// New members for so many records, with money.
async fn admit(url: &str, records: usize) -> Result<Vec<Identity>> {
    let chain = Chain::connect(url).await?;
    let alice = Identity::development("Alice", &chain)?;
    let each = BATCH * usize::try_from(EACH)?;
    let (members, admissions) = newcomers::providers(records.div_ceil(each), &chain.genesis())?;
    for (members, admissions) in members.chunks(ADMITTED).zip(admissions.chunks(ADMITTED)) {
        let funds = members.iter().map(|member| calls::transfer(member.account().clone(), FUNDS));
        let calls = admissions.iter().cloned().chain(funds).collect();
        chain.submit(&alice, calls::all_of(calls), Until::Finalized).await?;
    }
    Ok(members)
}

/// Has them register as many records as they may, as fast as the chain takes them.
async fn fill(url: &str, members: &[Identity]) -> Result<Made> {
    let chain = Chain::connect(url).await?;
    let vault = Identity::development("Ferdie", &chain)?.account().clone();
    // Signed before the first is sent, so that the chain is what there is to wait for.
    let signer = Signer::connect(url).await?;
    let mut rng = StdRng::seed_from_u64(1);
    let mut transactions: Vec<Transaction> = Vec::new();
    for nonce in 0..EACH {
        for member in members {
            let records = (0..BATCH).map(|_| new_record(member, vault.clone(), &mut rng));
            let call = calls::register_many(records.collect::<Result<_>>()?);
            transactions.push(signer.sign(member, nonce, &signer.encode(&call)?)?);
        }
    }
    let node = Rpc::at(url.to_owned());
    let before = chain.block(At::Best).await?.number;
    for transaction in &transactions {
        load::send(&node, transaction).await?;
    }
    registered(&chain, &node, before, transactions.len()).await
}

/// Waits until so many transactions are in final blocks, and says in which.
async fn registered(chain: &Chain, node: &Rpc, before: u32, transactions: usize) -> Result<Made> {
    let (mut height, mut found, mut first) = (before, 0, None);
    let mut fullest = 0;
    for _ in 0..600 {
        let head = chain.block(At::Finalized).await?.number;
        while height < head {
            height += 1;
            let hash = ledger::hash_at(node, height).await?.context("a final block has a hash")?;
            let body = ledger::body(node, hash).await?;
            let here = body.iter().filter(|encoded| ledger::is_signed(encoded)).count();
            if here > 0 {
                first.get_or_insert(height);
            }
            fullest = fullest.max(here);
            found += here;
            if found == transactions {
                let blocks = height - first.unwrap_or(height) + 1;
                return Ok(Made { sent: transactions * BATCH, blocks, fullest });
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    bail!("{found} of {transactions} transactions are final after ten minutes")
}
