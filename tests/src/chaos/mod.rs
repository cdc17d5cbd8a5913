//! What must hold on a network of four validators while processes die, stop, lose their disks and their connections, and
//! while its validators change or misbehave.
//!
//! A [`Chaos`] is a running network with members at work and somebody who writes down what every node says. Cases do
//! things to it one after another; [`Chaos::finish`] then checks the whole history.

mod crashes;
mod flood;
mod partitions;
mod validators;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use medshare_client::{Chain, Identity};
use medshare_types::Balance;
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    Network,
    history::{End, Ledger},
    ledger,
    load::{Load, Office},
    network::{Ground, Options, VALIDATORS},
    observer::{Observers, Recorder},
};

/// How long everything that was sent may take to become final once nothing goes wrong any more.
const DRAIN: Duration = Duration::from_secs(240);

/// What the members at work send together, in transactions a second: some in every block, and little enough for a machine
/// that runs all nodes and the rest of the tests.
const RATE: f64 = 6.0;

/// What can be done to a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Case {
    /// The next author is killed at a random time, again and again.
    Author,
    /// All four are killed at once, again and again.
    Blackout,
    /// One of four is cut off.
    Minority,
    /// Two and two are cut off from one another.
    Halves,
    /// A validator stands still for a while.
    Pause,
    /// A validator is removed and another one added.
    Replace,
    /// A validator loses its disk and still has its session keys.
    Wipe,
    /// A validator loses its disk and its session keys with it.
    LostKeys,
    /// The session keys of a validator are used on two nodes, on both sides of a partition.
    Twin,
    /// Strangers and members send five times of what fits into blocks.
    Flood,
}

impl Case {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Author,
        Self::Blackout,
        Self::Minority,
        Self::Halves,
        Self::Pause,
        Self::Replace,
        Self::Wipe,
        Self::LostKeys,
        Self::Twin,
        Self::Flood,
    ];

    /// As it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Blackout => "blackout",
            Self::Minority => "minority",
            Self::Halves => "halves",
            Self::Pause => "pause",
            Self::Replace => "replace",
            Self::Wipe => "wipe",
            Self::LostKeys => "lost-keys",
            Self::Twin => "twin",
            Self::Flood => "flood",
        }
    }

    /// What happens in it.
    pub fn about(self) -> &'static str {
        match self {
            Self::Author => "the next author is killed at a random time, again and again",
            Self::Blackout => "all four are killed at once, again and again",
            Self::Minority => "one of four is cut off",
            Self::Halves => "two and two are cut off from one another",
            Self::Pause => "a validator stands still for a while",
            Self::Replace => "a validator is removed and another one added",
            Self::Wipe => "a validator loses its disk and still has its session keys",
            Self::LostKeys => "a validator loses its disk and its session keys with it",
            Self::Twin => "the session keys of a validator are used on both sides of a partition",
            Self::Flood => "strangers and members send five times of what fits into blocks",
        }
    }

    /// Why it cannot be done on this machine; nothing if it can.
    pub fn obstacle(self, ground: Ground) -> Option<&'static str> {
        match (self, ground) {
            (Self::Minority | Self::Halves | Self::Twin, Ground::Loopback) => {
                Some("partitions need network namespaces: run it as root, with iproute2 installed")
            }
            _ => None,
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who is told what happens.
pub type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// A network to which things happen.
pub struct Chaos {
    network: Network,
    ground: Ground,
    chain: Chain,
    office: Arc<Office>,
    load: Option<Load>,
    observers: Observers,
    recorder: Recorder,
    issuance: Balance,
    rng: StdRng,
    say: Say,
    begun: Instant,
}

/// What was checked in the end.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The height up to which all nodes' chains were compared.
    pub height: u32,
    /// How many nodes' chains were.
    pub nodes: usize,
    /// How often a node called a block final.
    pub finals: usize,
    /// How many transactions were sent, all of which are final.
    pub transactions: usize,
    /// How many of them nodes reported final themselves.
    pub reported: usize,
    /// How often one was sent again, unchanged.
    pub again: usize,
    /// How often a block was taken back before it was final.
    pub retracted: usize,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} nodes have the same {} final blocks and states; {} finalities were told, none contradicts another; \
             all {} transactions are final and once in the chain ({} told by nodes, {} sent again, {} times taken \
             back before); no money came or went",
            self.nodes,
            self.height,
            self.finals,
            self.transactions,
            self.reported,
            self.again,
            self.retracted
        )
    }
}

impl Chaos {
    /// Starts a network and sets members to work.
    ///
    /// # Errors
    /// If the network does not come up.
    pub async fn begin(ground: Ground, seed: u64, say: Say) -> Result<Self> {
        let begun = Instant::now();
        // As validators run: without work there are few blocks.
        let network =
            Network::start_with(Options { ground, arguments: Vec::new(), ..Options::default() }).await?;
        let chain = Chain::connect(network.rpc(0).url()).await?;
        let (recorder, mut observers) = (Recorder::default(), Observers::default());
        let mut urls = Vec::new();
        for index in 0..network.size() {
            observers.watch(index, network.rpc(index).url(), &recorder);
            urls.push(network.rpc(index).url().to_owned());
        }
        let vault = Identity::development("Ferdie", &chain)?.account().clone();
        let office = Arc::new(Office::open(&urls, vault, recorder.clone()).await?);
        let genesis = ledger::hash_at(network.rpc(0), 0).await?.context("there is a first block")?;
        let issuance = ledger::money(network.rpc(0), genesis).await?.issuance;
        let mut chaos = Self {
            network,
            ground,
            chain,
            office,
            load: None,
            observers,
            recorder,
            issuance,
            rng: StdRng::seed_from_u64(seed),
            say,
            begun,
        };
        chaos.set_to_work(&["One", "Two"], RATE, seed)?;
        chaos.tell(&format!("four validators and members at work; seed {seed}"));
        for index in 0..VALIDATORS.len() {
            chaos.network.wait_final(index, 1).await?;
        }
        Ok(chaos)
    }

    /// Does one thing to the network. `time` is how long what can last lasts.
    ///
    /// # Errors
    /// If something does not hold.
    pub async fn run(&mut self, case: Case, time: Duration) -> Result<()> {
        if let Some(obstacle) = case.obstacle(self.ground) {
            bail!("{case} cannot be done here: {obstacle}");
        }
        self.tell(&format!("{case}: {}", case.about()));
        match case {
            Case::Author => self.kill_authors(time).await,
            Case::Blackout => self.kill_everybody(time).await,
            Case::Minority => self.cut_off_one(time).await,
            Case::Halves => self.cut_in_halves(time).await,
            Case::Pause => self.pause_one(time).await,
            Case::Replace => self.replace_validator().await,
            Case::Wipe => self.wipe_disk().await,
            Case::LostKeys => self.lose_keys().await,
            Case::Twin => self.run_twin().await,
            Case::Flood => self.flood(time).await,
        }
        .with_context(|| format!("{case}, after {} s", self.begun.elapsed().as_secs()))
    }

    /// Lets the members finish, and checks everything that was seen.
    ///
    /// # Errors
    /// Every violation.
    pub async fn finish(&mut self) -> Result<Account> {
        let load = self.load.take().context("the members are at work")?;
        let done = load.finish(DRAIN).await?;
        // Blocks go on coming. What nodes tell from here on is not compared with chains that are read up to here.
        self.observers.end().await;
        let running = self.running();
        let told = self.recorder.history().finals.iter().map(|last| last.height).max();
        let mut height = told.unwrap_or_default();
        for index in &running {
            height = height.max(u32::try_from(self.network.final_height(*index).await?)?);
        }
        // A node that runs has to come as far as any did, whatever happened to it.
        for index in &running {
            self.network.wait_final(*index, height.into()).await?;
        }
        let mut ledgers: Vec<Ledger> = Vec::new();
        for index in &running {
            ledgers.push(ledger::ledger(self.network.rpc(*index), *index, height).await?);
        }
        let first = ledgers.first().context("a node runs")?;
        let mut transactions = Vec::new();
        for block in &first.blocks {
            let body = ledger::body(self.network.rpc(first.node), block.hash).await?;
            // Two blocks may have the same inherents.
            let signed = body.iter().filter(|encoded| ledger::is_signed(encoded));
            transactions.push(signed.map(|encoded| ledger::transaction_hash(encoded)).collect());
        }
        let end = End { ledgers, transactions, issuance: self.issuance };
        let history = self.recorder.history();
        let violations = history.check(&end);
        for violation in &violations {
            self.tell(&format!("violation: {violation}"));
        }
        ensure!(violations.is_empty(), "{} things are as they must never be", violations.len());
        Ok(Account {
            height,
            nodes: end.ledgers.len(),
            finals: history.finals.len(),
            transactions: done.transactions,
            reported: history.finalised(),
            again: done.again,
            retracted: history.retracted(),
        })
    }

    /// Keeps logs and data when this is dropped, and says where they are.
    pub fn keep(&mut self) -> String {
        self.network.keep().display().to_string()
    }

    fn tell(&self, what: &str) {
        (self.say)(&format!("{:>5} s  {what}", self.begun.elapsed().as_secs()));
    }

    fn identity(&self, name: &str) -> Result<Identity> {
        Ok(Identity::development(name, &self.chain)?)
    }

    fn set_to_work(&mut self, names: &[&str], rate: f64, seed: u64) -> Result<()> {
        let members = names.iter().map(|name| self.identity(name)).collect::<Result<Vec<_>>>()?;
        let each = rate / f64::from(u32::try_from(members.len())?);
        self.load = Some(Load::start(&self.office, members, each, seed));
        Ok(())
    }

    /// Waits until each of these nodes has so many more final blocks than the first of them has now.
    async fn go_on(&self, nodes: &[usize], blocks: u64) -> Result<u64> {
        let first = *nodes.first().context("nobody to go on")?;
        let from = self.network.final_height(first).await?;
        for index in nodes {
            self.network.wait_final(*index, from + blocks).await?;
        }
        Ok(from + blocks)
    }

    /// Kills nodes and starts them again. Those who are left make blocks final meanwhile; the others catch up.
    async fn without(&mut self, killed: &[usize], left: &[usize]) -> Result<()> {
        for index in killed {
            self.network.kill(*index).await?;
        }
        // For one more block those who are gone may have voted before.
        let reached = self.go_on(left, 3).await?;
        let names: Vec<&str> = left.iter().map(|index| self.network.name(*index)).collect();
        self.tell(&format!("{} alone made block {reached} final", names.join(", ")));
        for index in killed {
            self.network.restart(*index)?;
            self.network.wait_up(*index).await?;
            self.network.wait_final(*index, reached).await?;
        }
        Ok(())
    }

    /// The nodes that run.
    fn running(&self) -> Vec<usize> {
        (0..self.network.size()).filter(|index| self.network.runs(*index)).collect()
    }
}
