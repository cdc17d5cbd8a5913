//! The three parts of the measurement: an idle chain, one that is as busy as it can be, and one at a share of that.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use futures::future::try_join_all;
use medshare_client::{
    Chain, Identity,
    chain::{EncodedCall, calls},
};
use medshare_tests::{
    ledger, load,
    network::Network,
    rpc::{Failure, Rpc},
    sign::Signer,
};
use medshare_types::BlockNumber;
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    chain::{self, Block, Sent, Watch},
    table::Latencies,
};

/// The members of the local chain.
const MEMBERS: [&str; 8] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie", "One", "Two"];

/// How many transactions of a member may wait. The chain takes 64, but a node's pool may be a block behind the node.
const WINDOW: u32 = 32;

/// How long the chain is given to finish what was sent.
const PATIENCE: Duration = Duration::from_secs(90);

/// What is measured, and what must come out.
#[derive(Args)]
pub struct Plan {
    /// Transactions on the idle chain, one after the other.
    #[arg(long, default_value_t = 60)]
    idle: usize,
    /// For how many seconds the chain is kept as busy as it can be.
    #[arg(long, default_value_t = 60)]
    busy: u64,
    /// For how many seconds it is kept at a share of that.
    #[arg(long, default_value_t = 180)]
    steady: u64,
    /// That share, in percent.
    #[arg(long, default_value_t = 70)]
    share: u32,
    /// Transfers in a transaction: so many that some hundred fill a block, and those who send have enough waiting.
    #[arg(long, default_value_t = 60)]
    transfers: u8,
    /// Fail if half of the transactions are not final within 4 s, or 99 % not within twice the time of half.
    #[arg(long)]
    check: bool,
    /// Chooses the times at which transactions are sent.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A member who sends.
struct Sender {
    identity: Identity,
    rpc: Arc<Rpc>,
    node: usize,
    next: u32,
}

struct Bench<'a> {
    network: &'a Network,
    chain: Chain,
    signer: Signer,
    call: EncodedCall,
    watch: Watch,
}

/// Measures all, and prints a table.
pub async fn measure(network: &Network, plan: &Plan) -> Result<()> {
    let url = network.rpc(0).url();
    let chain = Chain::connect(url).await?;
    let signer = Signer::connect(url).await?;
    let members: Vec<Identity> =
        MEMBERS.iter().map(|name| Ok(Identity::development(name, &chain)?)).collect::<Result<_>>()?;
    let transfers = (0..plan.transfers)
        .map(|index| {
            calls::transfer(members[usize::from(index) % MEMBERS.len()].account().clone(), 1_000_000)
        })
        .collect();
    let call = signer.encode(&calls::all_of(transfers))?;
    let watch = Watch::start(network).await?;
    let bench = Bench { network, chain, signer, call, watch };
    let mut senders: Vec<Sender> = members
        .into_iter()
        .enumerate()
        .map(|(index, identity)| {
            let node = index % network.size();
            Sender { identity, rpc: network.rpc(node).clone(), node, next: 0 }
        })
        .collect();
    let mut rng = StdRng::seed_from_u64(plan.seed);

    println!(
        "\n{:26} {:>6} {:>6}  {:>11}  {:31}  submit to final, s",
        "", "sent", "tx/s", "block, %", "submit to block, s"
    );
    println!(
        "{:26} {:>6} {:>6}  {:>5} {:>5}  {h}  {h}",
        "",
        "",
        "",
        "mean",
        "most",
        h = format!("{:>7} {:>7} {:>7} {:>7}", "p50", "p90", "p99", "max")
    );
    bench.settle().await?;
    bench.idle(&mut senders, plan.idle, &mut rng).await?;
    let capacity = bench.busy(&mut senders, Duration::from_secs(plan.busy)).await?;
    let rate = capacity * f64::from(plan.share) / 100.0;
    let finals =
        bench.steady(&mut senders, rate, Duration::from_secs(plan.steady), plan.share, &mut rng).await?;
    let (p50, p99) = (finals.percentile(50), finals.percentile(99));
    println!(
        "\nat {} % of {capacity:.0} transactions a second: p50 {p50:.2} s, p99 {p99:.2} s, {:.2} times p50",
        plan.share,
        p99 / p50
    );
    if plan.check && !(p50 <= 4.0 && p99 <= 2.0 * p50) {
        bail!("that is slower than p50 of at most 4 s and p99 of at most twice p50");
    }
    Ok(())
}

impl Bench<'_> {
    /// Waits until all nodes have the same final head, so that all are connected.
    async fn settle(&self) -> Result<()> {
        for node in 0..self.network.size() {
            self.network.wait_final(node, 1).await?;
        }
        Ok(())
    }

    /// Sends the sender's next transaction. What a pool refused, as it may while a block comes, it does not take for a
    /// while, so it is signed anew, which makes another transaction of it.
    async fn send(&self, sender: &mut Sender, due: Instant) -> Result<Sent> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let transaction = self.signer.sign(&sender.identity, sender.next, &self.call)?;
            match load::send(&sender.rpc, &transaction).await {
                Ok(()) => {
                    sender.next += 1;
                    return Ok(Sent { hash: transaction.hash, node: sender.node, due });
                }
                Err(Failure::Refused { .. }) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    /// The sender's nonce in the newest block that its node has.
    async fn nonce(&self, sender: &Sender) -> Result<u32> {
        let height = self.network.best_height(sender.node).await?;
        let hash = ledger::hash_at(&sender.rpc, BlockNumber::try_from(height)?).await?;
        let hash = hash.context("the newest block has a hash")?;
        Ok(ledger::account(&sender.rpc, sender.identity.account(), hash).await?.nonce)
    }

    /// Waits until everything that was sent is final where it was sent to.
    async fn finish(&self, senders: &[Sender]) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        for sender in senders {
            loop {
                let head = ledger::final_head(&sender.rpc).await?;
                let account = ledger::account(&sender.rpc, sender.identity.account(), head).await?;
                if account.nonce >= sender.next {
                    break;
                }
                ensure!(
                    Instant::now() < deadline,
                    "{} of {} transactions to node {} are final after {} s",
                    account.nonce,
                    sender.next,
                    sender.node,
                    PATIENCE.as_secs()
                );
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        Ok(())
    }

    /// One transaction at a time, at random times.
    async fn idle(&self, senders: &mut [Sender], number: usize, rng: &mut StdRng) -> Result<()> {
        let first = self.watch.final_height(0) + 1;
        let begin = Instant::now();
        let mut sent = Vec::new();
        for index in 0..number {
            tokio::time::sleep(Duration::from_millis(rng.gen_range(0..4_000))).await;
            let count = senders.len();
            let sender = &mut senders[index % count];
            sent.push(self.send(sender, Instant::now()).await?);
            self.finish(std::slice::from_ref(sender)).await?;
        }
        self.report("idle", first, &sent, begin.elapsed()).await?;
        Ok(())
    }

    /// As many as the chain takes. Gives how many became final in a second, from when blocks are full.
    async fn busy(&self, senders: &mut [Sender], time: Duration) -> Result<f64> {
        const RAMP: Duration = Duration::from_secs(10);
        let first = self.watch.final_height(0) + 1;
        let begin = Instant::now();
        let end = begin + RAMP + time;
        let sent = try_join_all(senders.iter_mut().map(|sender| async move {
            let mut sent = Vec::new();
            while Instant::now() < end {
                let room = (self.nonce(sender).await? + WINDOW).saturating_sub(sender.next);
                for _ in 0..room {
                    sent.push(self.send(sender, Instant::now()).await?);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            anyhow::Ok(sent)
        }))
        .await?;
        let sent: Vec<Sent> = sent.into_iter().flatten().collect();
        self.finish(senders).await?;
        let blocks = self.report("busy, as much as it takes", first, &sent, begin.elapsed()).await?;
        // From one final block to a later one, so that what became final between them is counted in full.
        let finals = self.watch.of(0);
        let counted: Vec<(&Block, Instant)> = blocks
            .iter()
            .filter_map(|block| finals.finals(block.height).map(|when| (block, when)))
            .filter(|(_, when)| (begin + RAMP..=end).contains(when))
            .collect();
        let (Some((_, from)), Some((_, to))) = (counted.first(), counted.last()) else {
            bail!("nothing became final while the chain was busy");
        };
        let transactions: usize =
            counted.iter().filter(|(_, when)| when > from).map(|(block, _)| block.transactions.len()).sum();
        let seconds = to.duration_since(*from).as_secs_f64();
        ensure!(seconds > 0.0, "the chain was not busy for long enough");
        Ok(transactions as f64 / seconds)
    }

    /// So many a second, at random times that do not depend on how fast the chain is.
    async fn steady(
        &self,
        senders: &mut [Sender],
        rate: f64,
        time: Duration,
        share: u32,
        rng: &mut StdRng,
    ) -> Result<Latencies> {
        let first = self.watch.final_height(0) + 1;
        let begin = Instant::now();
        let mut due = vec![Vec::new(); senders.len()];
        let (mut now, mut turn) = (0.0, 0);
        loop {
            // Exponential times in between: a Poisson process.
            now -= (1.0 - rng.r#gen::<f64>()).ln() / rate;
            if now >= time.as_secs_f64() {
                break;
            }
            due[turn].push(begin + Duration::from_secs_f64(now));
            turn = (turn + 1) % senders.len();
        }
        let sent = try_join_all(senders.iter_mut().zip(due).map(|(sender, due)| async move {
            let mut sent = Vec::new();
            let mut nonce = self.nonce(sender).await?;
            for due in due {
                tokio::time::sleep_until(due.into()).await;
                while sender.next >= nonce + WINDOW {
                    nonce = self.nonce(sender).await?;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                sent.push(self.send(sender, due).await?);
            }
            anyhow::Ok(sent)
        }))
        .await?;
        let sent: Vec<Sent> = sent.into_iter().flatten().collect();
        self.finish(senders).await?;
        let blocks = self.report(&format!("at {share} %"), first, &sent, time).await?;
        let finals = chain::latencies(&sent, &blocks, &self.watch).into_iter().flatten();
        Ok(Latencies::of(finals.map(|(_, finals)| finals)))
    }

    /// Prints a line of the table, and gives the blocks since `first`.
    async fn report(
        &self,
        name: &str,
        first: BlockNumber,
        sent: &[Sent],
        time: Duration,
    ) -> Result<Vec<Block>> {
        // The other nodes' final heads may come a moment later.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let last = self.watch.final_height(0);
        let blocks = chain::blocks(self.network.rpc(0), &self.chain, first..=last).await?;
        let latencies = chain::latencies(sent, &blocks, &self.watch);
        let missing = latencies.iter().filter(|latency| latency.is_none()).count();
        ensure!(missing == 0, "{missing} of {} transactions are not final", sent.len());
        let used: Vec<f64> = blocks
            .iter()
            .filter(|block| !block.transactions.is_empty())
            .map(|block| block.fullness * 100.0)
            .collect();
        let (mean, rate) =
            (used.iter().sum::<f64>() / used.len() as f64, sent.len() as f64 / time.as_secs_f64());
        let most = used.iter().copied().fold(0.0, f64::max);
        let included = Latencies::of(latencies.iter().flatten().map(|(included, _)| *included));
        let finals = Latencies::of(latencies.iter().flatten().map(|(_, finals)| *finals));
        println!(
            "{name:26} {:>6} {rate:>6.1}  {mean:>5.1} {most:>5.1}  {}  {}",
            sent.len(),
            included.line(),
            finals.line()
        );
        Ok(blocks)
    }
}
