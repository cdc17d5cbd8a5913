//! Strangers and members who send five times of what fits into blocks.
//!
//! The flood consists of large remarks: a block is full of few of them, so that the flood fills blocks and the pool long
//! before it exhausts the machine that sends and takes it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use medshare_client::{
    At, Identity, Until,
    chain::{Call, calls},
};
use medshare_types::{AccountId, Role, Tier};
use subxt::rpcs::rpc_params;
use tokio::task::JoinHandle;

use super::Chaos;
use crate::{
    council, ledger,
    load::{self, Office},
    newcomers,
    rpc::Failure,
};

/// Bytes of a remark.
const BYTES: usize = 100_000;

/// How many times of what fits is sent at least, and how many senders try for: they wait for nodes too.
const TIMES: usize = 5;
const AIM: usize = 6;

/// A slot's length in seconds.
const SLOT: f64 = 2.0;

/// Within how many blocks hospitals' decisions get through, and within how many what other members do.
const OPERATIONAL: u32 = 3;
const ORDINARY: u32 = 6;

/// How many members fill blocks to measure them, how many take part in the flood, and how many of these have money.
const FILLERS: usize = 16;
const FLOODERS: usize = 16;
const FUNDED: usize = 4;

/// What these have: enough for some thousands of remarks, so money does not run out while others wait for their turn.
const FUNDS: u128 = 1_000_000_000_000_000;

/// The most remarks that a provider's quota of 2 s is enough for: a byte counts as a microsecond. One more may have been
/// refilled meanwhile.
const WITHIN_QUOTA: usize = 2_000_000 / BYTES + 1;

/// What became of what was sent.
#[derive(Default, Debug)]
struct Tally {
    sent: usize,
    taken: BTreeMap<AccountId, usize>,
    refused: BTreeMap<String, usize>,
}

impl Tally {
    fn refusals(&self, reason: &str) -> usize {
        self.refused.iter().filter(|(told, _)| told.contains(reason)).map(|(_, times)| times).sum()
    }

    fn taken(&self) -> usize {
        self.taken.values().sum()
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        other.taken.into_iter().for_each(|(who, times)| *self.taken.entry(who).or_default() += times);
        other.refused.into_iter().for_each(|(why, times)| *self.refused.entry(why).or_default() += times);
    }
}

/// Accounts that send as fast as they are told to.
struct Siege {
    stop: Arc<AtomicBool>,
    senders: Vec<JoinHandle<Result<Tally>>>,
}

impl Siege {
    /// `rate` is of all together, in transactions a second.
    fn begin(office: &Arc<Office>, accounts: &[Identity], rate: f64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let pause = Duration::from_secs_f64(accounts.len() as f64 / rate);
        let send = |(number, account): (usize, &Identity)| {
            tokio::spawn(besiege(office.clone(), account.clone(), number, pause, stop.clone()))
        };
        let senders = accounts.iter().enumerate().map(send).collect();
        Self { stop, senders }
    }

    async fn end(mut self) -> Result<Tally> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Tally::default();
        for sender in &mut self.senders {
            all += sender.await??;
        }
        Ok(all)
    }
}

impl Drop for Siege {
    fn drop(&mut self) {
        self.senders.iter().for_each(JoinHandle::abort);
    }
}

async fn besiege(
    office: Arc<Office>,
    account: Identity,
    number: usize,
    pause: Duration,
    stop: Arc<AtomicBool>,
) -> Result<Tally> {
    let remark = Call::new("System", "remark").arg("remark", vec![u8::try_from(number % 251)?; BYTES]);
    let remark = office.signer.encode(&remark)?;
    let mut tally = Tally::default();
    let mut beat = tokio::time::interval(pause);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let (mut nonce, mut turn) = (None, number);
    while !stop.load(Ordering::Relaxed) {
        beat.tick().await;
        turn += 1;
        let node = &office.nodes[turn % office.nodes.len()];
        let next = match nonce {
            Some(next) => next,
            None => {
                let told =
                    node.ask("system_accountNextIndex", rpc_params![account.account().to_string()]).await;
                let Ok(next) = told else { continue };
                next
            }
        };
        let transaction = office.signer.sign(&account, next, &remark)?;
        tally.sent += 1;
        match load::send(node, &transaction).await {
            Ok(()) => {
                *tally.taken.entry(account.account().clone()).or_default() += 1;
                nonce = Some(next + 1);
            }
            Err(Failure::Refused { message, .. }) => {
                *tally.refused.entry(message).or_default() += 1;
                nonce = None;
            }
            Err(Failure::Silent(_)) => *tally.refused.entry("silent".to_owned()).or_default() += 1,
        }
    }
    Ok(tally)
}

/// What of the flood is in a block.
struct Filling {
    /// Who signed a remark.
    signers: Vec<Option<AccountId>>,
    /// Of these remarks.
    bytes: usize,
}

impl Chaos {
    /// Measures what fits into a block; has strangers and then members send five times that, while hospitals decide to
    /// end it and other members go on working.
    pub(super) async fn flood(&mut self, time: Duration) -> Result<()> {
        self.chain = self.chain.reconnect().await?;
        let mut fillers = self.admit_members().await?;
        let flooders = fillers.split_off(FILLERS);
        let funded = flooders.iter().take(FUNDED).map(|flooder| flooder.account().clone());
        let funds = funded.map(|flooder| calls::transfer(flooder, FUNDS)).collect();
        self.chain.submit(&self.identity("Bob")?, calls::all_of(funds), Until::Finalized).await?;
        let capacity = self.measure_capacity(&fillers).await?;
        let rate = (AIM * capacity) as f64 / SLOT;
        self.strangers_flood(capacity, rate, time / 2).await?;

        let begin = self.best().await?;
        let siege = Siege::begin(&self.office, &flooders, rate);
        self.wait_blocks(2).await?;
        let mut slowest = self.cut_quota().await?;
        slowest = slowest.max(self.everybody_works().await?);
        let first = siege.end().await?;
        let times = self.exceeds(&first, capacity, begin).await?;
        self.tell(&format!(
            "members sent {} remarks, {times:.1} times of what fits, of which pools took {}; refusals: {:?}",
            first.sent,
            first.taken(),
            first.refused
        ));

        let again = self.best().await?;
        let siege = Siege::begin(&self.office, &flooders, rate);
        self.wait_blocks(2).await?;
        slowest = slowest.max(self.everybody_works().await?);
        tokio::time::sleep(time / 2).await;
        let second = siege.end().await?;
        let times = self.exceeds(&second, capacity, again).await?;
        self.tell(&format!(
            "without a quota they sent {}, {times:.1} times, of which pools took {}; refusals: {:?}",
            second.sent,
            second.taken(),
            second.refused
        ));
        ensure!(second.refusals("Inability to pay") > 0, "nobody was refused for want of quota and money");
        self.tell(&format!("other members waited for {slowest} blocks at most"));
        let end = self.best().await?;
        self.check_blocks(begin, end, &flooders).await
    }

    /// Members whose only fault is that they send too much.
    async fn admit_members(&self) -> Result<Vec<Identity>> {
        let count = FILLERS + FLOODERS;
        let (members, admissions) = newcomers::providers(count, &self.chain.genesis())?;
        let alice = self.identity("Alice")?;
        self.chain.submit(&alice, calls::all_of(admissions), Until::Finalized).await?;
        self.tell(&format!("{count} more members, {FUNDED} of them with money"));
        Ok(members)
    }

    /// How many remarks a block takes: the most that were in one while more were waiting than could be.
    async fn measure_capacity(&self, fillers: &[Identity]) -> Result<usize> {
        let begin = self.best().await?;
        let siege = Siege::begin(&self.office, fillers, 80.0);
        self.wait_blocks(5).await?;
        let tally = siege.end().await?;
        // What still waits would be in the way of what follows.
        self.wait_blocks(5).await?;
        let mut fullest = (0, 0);
        for height in begin + 1..=self.best().await? {
            let filling = self.filling(height).await?;
            fullest = fullest.max((filling.signers.len(), filling.bytes));
        }
        let (capacity, bytes) = fullest;
        ensure!(
            capacity > 1 && tally.taken() > capacity,
            "of {} remarks pools took {}, the fullest block {capacity}: blocks were not full",
            tally.sent,
            tally.taken()
        );
        self.tell(&format!("a block takes {capacity} remarks of {BYTES} bytes: {bytes} bytes"));
        Ok(capacity)
    }

    /// How many times of what fits into the blocks since then was sent; that it was enough of them.
    async fn exceeds(&self, tally: &Tally, capacity: usize, since: u32) -> Result<f64> {
        // The first of these blocks was begun before the flood.
        let blocks = self.best().await?.saturating_sub(since + 1).max(1);
        let times = tally.sent as f64 / (capacity as f64 * f64::from(blocks));
        ensure!(
            times >= TIMES as f64,
            "{} remarks in the time of {blocks} blocks are {times:.1} times of what fits, and {TIMES} times was to be shown",
            tally.sent
        );
        Ok(times)
    }

    /// Strangers' transactions do not enter the pool, and nobody notices them.
    async fn strangers_flood(&self, capacity: usize, rate: f64, time: Duration) -> Result<()> {
        let strangers = (0..8).map(|_| Ok(Identity::generate()?)).collect::<Result<Vec<_>>>()?;
        let begin = self.best().await?;
        let siege = Siege::begin(&self.office, &strangers, rate);
        let slowest = self.everybody_works().await?;
        tokio::time::sleep(time).await;
        let tally = siege.end().await?;
        let times = self.exceeds(&tally, capacity, begin).await?;
        ensure!(tally.taken() == 0, "a pool took {} transactions of strangers", tally.taken());
        let refused = tally.refusals("Custom error: 1");
        ensure!(refused > 0, "nobody was refused for not being a member: {:?}", tally.refused);
        let accounts: BTreeSet<&AccountId> = strangers.iter().map(Identity::account).collect();
        for height in begin + 1..=self.best().await? {
            let filling = self.filling(height).await?;
            let found = filling.signers.iter().flatten().find(|signer| accounts.contains(signer));
            ensure!(found.is_none(), "block {height} has a transaction of a stranger");
        }
        self.tell(&format!(
            "strangers sent {}, {times:.1} times of what fits, of which none was taken; other members waited for {slowest} blocks \
             at most",
            tally.sent
        ));
        Ok(())
    }

    /// Has the hospitals take the quota from who floods. Gives how many blocks the slowest step took.
    async fn cut_quota(&self) -> Result<u32> {
        let hospitals =
            council::VOTERS.iter().map(|name| self.identity(name)).collect::<Result<Vec<Identity>>>()?;
        let slowest = std::sync::atomic::AtomicU32::new(0);
        let send = async |hospital: &Identity, call: Call| {
            let title = call.title();
            let before = self.best().await?;
            let outcome = self.chain.submit(hospital, call, Until::Finalized).await?;
            let waited = outcome.block.number.saturating_sub(before);
            ensure!(waited <= OPERATIONAL, "{title} took {waited} blocks");
            slowest.fetch_max(waited, Ordering::Relaxed);
            Ok::<_, anyhow::Error>(outcome)
        };
        let call = calls::council::set_quota(Role::Provider, Tier::Standard, 0);
        council::carry(&self.chain, &hospitals, call, send).await?;
        let slowest = slowest.into_inner();
        self.tell(&format!("the hospitals ended providers' quota; each step took {slowest} blocks at most"));
        Ok(slowest)
    }

    /// Has each hospital send a transfer. Gives how many blocks the slowest took.
    async fn everybody_works(&self) -> Result<u32> {
        let transfer = |name: &'static str| async move {
            let who = self.identity(name)?;
            let call = calls::transfer(self.identity("Alice")?.account().clone(), 1_000_000);
            let before = self.best().await?;
            let outcome = self.chain.submit(&who, call, Until::InBlock).await?;
            Ok::<_, anyhow::Error>(outcome.block.number.saturating_sub(before))
        };
        let waited = futures::future::try_join_all(council::VOTERS.into_iter().map(transfer)).await?;
        let slowest = waited.into_iter().max().context("nobody worked")?;
        ensure!(slowest <= ORDINARY, "a member's transfer took {slowest} blocks");
        Ok(slowest)
    }

    /// That nobody got more than its quota without paying, and that who had money paid.
    async fn check_blocks(&self, begin: u32, end: u32, flooders: &[Identity]) -> Result<()> {
        let mut counts: BTreeMap<AccountId, usize> = BTreeMap::new();
        for height in begin + 1..=end {
            let filling = self.filling(height).await?;
            filling.signers.into_iter().flatten().for_each(|who| *counts.entry(who).or_default() += 1);
        }
        let head = ledger::hash_at(self.network.rpc(0), end).await?.context("there is a newest block")?;
        let mut paid = 0;
        for (number, flooder) in flooders.iter().enumerate() {
            let count = counts.get(flooder.account()).copied().unwrap_or_default();
            let funds = ledger::account(self.network.rpc(0), flooder.account(), head).await?.free;
            if number < FUNDED {
                paid += FUNDS - funds;
            } else {
                ensure!(
                    count <= WITHIN_QUOTA,
                    "a member without money got {count} remarks into blocks, {WITHIN_QUOTA} are its quota"
                );
            }
        }
        ensure!(paid > 0, "nobody paid for more than its quota");
        self.tell(&format!("members with money paid {paid} units for what exceeded their quota"));
        Ok(())
    }

    async fn filling(&self, height: u32) -> Result<Filling> {
        let rpc = self.network.rpc(0);
        let hash = ledger::hash_at(rpc, height).await?.with_context(|| format!("no block {height}"))?;
        let body = ledger::body(rpc, hash).await?;
        // What members at work send is far smaller than a remark of the flood.
        let remarks = body.iter().filter(|encoded| ledger::is_signed(encoded) && encoded.len() > BYTES);
        Ok(Filling {
            bytes: remarks.clone().map(Vec::len).sum(),
            signers: remarks.map(|encoded| ledger::signer(encoded)).collect(),
        })
    }

    async fn best(&self) -> Result<u32> {
        Ok(self.chain.block(At::Best).await?.number)
    }

    async fn wait_blocks(&self, blocks: u32) -> Result<()> {
        let end = self.best().await? + blocks;
        tokio::time::timeout(Duration::from_secs(240), async {
            while self.best().await? < end {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            Ok(())
        })
        .await
        .with_context(|| format!("no {blocks} blocks in four minutes"))?
    }
}
