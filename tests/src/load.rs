//! Members who go on with their work whatever happens to the nodes: transfers, remarks, registrations, through all nodes
//! in turn, with what each node tells about each transaction written down.
//!
//! A transaction is sent again, unchanged, through another node as long as it is not final, so crashes may delay it but
//! not lose it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use medshare_client::{
    Identity,
    chain::{
        Call,
        calls::{self, NewRecord},
    },
};
use medshare_crypto::RecordKey;
use medshare_types::{AccountId, Descriptor, Hash, Kind, Locator, NewVersion, Permission, Policy};
use rand::{Rng, SeedableRng, rngs::OsRng, rngs::StdRng};
use subxt::rpcs::{methods::legacy::TransactionStatus, rpc_params};
use tokio::task::JoinHandle;

use crate::{
    history::{Report, Told},
    ledger,
    observer::Recorder,
    rpc::{Failure, Rpc},
    sign::{Signer, Transaction},
};

/// How many transactions of a member may wait. The chain takes 64.
const WINDOW: usize = 16;

/// How long a transaction may wait before it is sent again.
const PATIENCE: Duration = Duration::from_secs(12);

/// How often a member looks which of its transactions are final.
const LOOK: Duration = Duration::from_secs(2);

/// How long a member waits for a node before it goes to the next, and how long it does not come back then.
const ANSWER: Duration = Duration::from_secs(5);

/// What members work with.
pub struct Office {
    /// Signs.
    pub signer: Signer,
    /// The nodes.
    pub nodes: Vec<Rpc>,
    /// Where reports go.
    pub recorder: Recorder,
    /// A vault's account, for registrations.
    pub vault: AccountId,
    /// With what nodes refused transactions at first, and how often.
    refusals: Mutex<BTreeMap<String, usize>>,
}

impl Office {
    /// An office that sends through these nodes.
    ///
    /// # Errors
    /// If the first of them does not answer.
    pub async fn open(urls: &[String], vault: AccountId, recorder: Recorder) -> Result<Self> {
        let signer = Signer::connect(urls.first().context("there is no node")?).await?;
        let nodes = urls.iter().map(|url| Rpc::impatient(url.clone(), ANSWER)).collect();
        Ok(Self { signer, nodes, recorder, vault, refusals: Mutex::default() })
    }

    /// With what nodes refused transactions of the load, each of which was sent again until it was final.
    pub fn refusals(&self) -> BTreeMap<String, usize> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_refusal(&self, message: String) {
        *self.refusals.lock().unwrap_or_else(PoisonError::into_inner).entry(message).or_default() += 1;
    }
}

/// What became of the work.
#[derive(Clone, Copy, Default, Debug)]
pub struct Done {
    /// How many transactions were made; all of them are final.
    pub transactions: usize,
    /// How often one was sent again.
    pub again: usize,
}

/// Members at work.
pub struct Load {
    office: Arc<Office>,
    stop: Arc<AtomicBool>,
    members: Vec<JoinHandle<Result<Done>>>,
}

impl Load {
    /// Has each of these members send so many transactions a second, until stopped. Nobody else may sign for them
    /// meanwhile.
    pub fn start(office: &Arc<Office>, members: Vec<Identity>, each: f64, seed: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let accounts: Arc<[AccountId]> = members.iter().map(|member| member.account().clone()).collect();
        let start = |(number, identity): (u64, Identity)| {
            let worker = Worker {
                office: office.clone(),
                identity,
                others: accounts.clone(),
                rng: StdRng::seed_from_u64(seed.wrapping_add(number)),
                pause: Duration::from_secs_f64(1.0 / each),
                waiting: VecDeque::new(),
                next: 0,
                turn: usize::try_from(number).unwrap_or_default(),
                done: Done::default(),
            };
            tokio::spawn(worker.run(stop.clone()))
        };
        let office = office.clone();
        Self { office, stop: stop.clone(), members: (0..).zip(members).map(start).collect() }
    }

    /// Has all stop, and waits until everything they sent is final.
    ///
    /// # Errors
    /// If something is not final after so long.
    pub async fn finish(mut self, patience: Duration) -> Result<Done> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Done::default();
        let deadline = tokio::time::Instant::now() + patience;
        for member in &mut self.members {
            let done = tokio::time::timeout_at(deadline, member).await;
            let done = done
                .with_context(|| {
                    format!(
                        "a member's transactions are not final after {} s; nodes refused: {:?}",
                        patience.as_secs(),
                        self.office.refusals()
                    )
                })?
                .context("a member gave up")??;
            all.transactions += done.transactions;
            all.again += done.again;
        }
        Ok(all)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.members.iter().for_each(JoinHandle::abort);
    }
}

struct Waiting {
    nonce: u32,
    transaction: Transaction,
    sent: Instant,
}

struct Worker {
    office: Arc<Office>,
    identity: Identity,
    others: Arc<[AccountId]>,
    rng: StdRng,
    pause: Duration,
    waiting: VecDeque<Waiting>,
    next: u32,
    turn: usize,
    done: Done,
}

impl Worker {
    async fn run(mut self, stop: Arc<AtomicBool>) -> Result<Done> {
        self.next = self.final_nonce().await.context("no node tells the account's nonce")?;
        let mut looked = Instant::now();
        while !stop.load(Ordering::Relaxed) || !self.waiting.is_empty() {
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                self.look().await;
            }
            if !stop.load(Ordering::Relaxed) && self.waiting.len() < WINDOW {
                self.work().await?;
            }
            tokio::time::sleep(self.pause.min(LOOK)).await;
        }
        Ok(self.done)
    }

    /// Makes one more transaction.
    async fn work(&mut self) -> Result<()> {
        let call = self.call()?;
        let encoded = self.office.signer.encode(&call)?;
        let transaction = self.office.signer.sign(&self.identity, self.next, &encoded)?;
        self.office.recorder.history().submitted.insert(transaction.hash, call.title());
        self.send(&transaction).await;
        self.waiting.push_back(Waiting { nonce: self.next, transaction, sent: Instant::now() });
        self.next += 1;
        self.done.transactions += 1;
        Ok(())
    }

    fn call(&mut self) -> Result<Call> {
        Ok(match self.rng.gen_range(0..10) {
            0 => registration(&self.identity, self.office.vault.clone(), &mut self.rng)?,
            1..=3 => {
                let text: [u8; 24] = self.rng.r#gen();
                Call::new("System", "remark").arg("remark", text.to_vec())
            }
            _ => {
                let other = self.others[self.rng.gen_range(0..self.others.len())].clone();
                calls::transfer(other, self.rng.gen_range(1_000_000..1_000_000_000))
            }
        })
    }

    /// Forgets what is final, and sends again what has waited long.
    async fn look(&mut self) {
        let Some(nonce) = self.final_nonce().await else { return };
        while self.waiting.front().is_some_and(|waiting| waiting.nonce < nonce) {
            self.waiting.pop_front();
        }
        let late: Vec<usize> =
            (0..self.waiting.len()).filter(|index| self.waiting[*index].sent.elapsed() >= PATIENCE).collect();
        for index in late {
            let transaction = self.waiting[index].transaction.clone();
            self.send(&transaction).await;
            self.waiting[index].sent = Instant::now();
            self.done.again += 1;
        }
    }

    /// Sends to the next node that answers. A refusal is no reason to give up: the transaction may be there already, or
    /// those before it are not there yet.
    async fn send(&mut self, transaction: &Transaction) {
        for _ in 0..self.office.nodes.len() {
            let node = self.turn % self.office.nodes.len();
            self.turn += 1;
            if self.office.nodes[node].was_silent(ANSWER) {
                continue;
            }
            match submit(&self.office, node, transaction).await {
                Ok(()) => return,
                Err(Failure::Refused { message, .. }) => {
                    self.office.note_refusal(message);
                    return;
                }
                Err(Failure::Silent(_)) => {}
            }
        }
    }

    /// The account's nonce in the newest final block that some node has.
    async fn final_nonce(&mut self) -> Option<u32> {
        for _ in 0..self.office.nodes.len() {
            self.turn += 1;
            let rpc = &self.office.nodes[self.turn % self.office.nodes.len()];
            if rpc.was_silent(ANSWER) {
                continue;
            }
            let Ok(head) = ledger::final_head(rpc).await else { continue };
            if let Ok(account) = ledger::account(rpc, self.identity.account(), head).await {
                return Some(account.nonce);
            }
        }
        None
    }
}

/// Sends a transaction to a node and has what the node tells about it written down.
async fn submit(office: &Arc<Office>, node: usize, transaction: &Transaction) -> Result<(), Failure> {
    let mut told = office.nodes[node]
        .subscribe::<TransactionStatus<Hash>>(
            "author_submitAndWatchExtrinsic",
            rpc_params![&*transaction.encoded],
            "author_unwatchExtrinsic",
        )
        .await?;
    let (recorder, transaction) = (office.recorder.clone(), transaction.hash);
    tokio::spawn(async move {
        // Ends with the node's last word, or with the node.
        while let Some(Ok(status)) = told.next().await {
            let told = match status {
                TransactionStatus::InBlock(block) => Told::InBlock(block),
                TransactionStatus::Retracted(block) => Told::Retracted(block),
                TransactionStatus::Finalized(block) => Told::Final(block),
                TransactionStatus::Dropped => Told::Gone("dropped"),
                TransactionStatus::Invalid => Told::Gone("invalid"),
                TransactionStatus::Usurped(_) => Told::Gone("usurped"),
                TransactionStatus::FinalityTimeout(_) => Told::Gone("finality took too long"),
                TransactionStatus::Future | TransactionStatus::Ready | TransactionStatus::Broadcast(_) => {
                    continue;
                }
            };
            recorder.history().reports.push(Report { node, transaction, told });
        }
    });
    Ok(())
}

/// Sends a transaction without following it.
///
/// # Errors
/// [`Failure`].
pub async fn send(rpc: &Rpc, transaction: &Transaction) -> Result<(), Failure> {
    let _: Hash = rpc.ask("author_submitExtrinsic", rpc_params![&*transaction.encoded]).await?;
    Ok(())
}

/// A registration of a record that nobody has: deposits are held for it. Once a member has as many records under review
/// as it may, the chain refuses further ones, which is no less of a transaction.
///
/// # Errors
/// If its parts do not fit.
pub fn registration(owner: &Identity, vault: AccountId, rng: &mut impl Rng) -> Result<Call> {
    let NewRecord { subject, policy, content } = new_record(owner, vault, rng)?;
    Ok(calls::register(subject, policy, content))
}

/// A record that nobody has.
///
/// # Errors
/// If its parts do not fit.
pub fn new_record(owner: &Identity, vault: AccountId, rng: &mut impl Rng) -> Result<NewRecord> {
    let ciphertext = Hash::from(rng.r#gen::<[u8; 32]>());
    let commitment = RecordKey::generate(&mut OsRng)
        .commit(&mut OsRng, &owner.newest_key())
        .map_err(|error| anyhow::anyhow!("cannot commit to a record key: {error}"))?;
    let content = NewVersion {
        ciphertext,
        size: 2_000,
        plaintext: Hash::from(rng.r#gen::<[u8; 32]>()),
        commitment,
        descriptor: Descriptor {
            kind: Kind::Document,
            media_type: "text/plain".parse().map_err(|_| anyhow::anyhow!("the media type is too long"))?,
            modality: None,
            codes: Default::default(),
            counts: Default::default(),
            plaintext_size: 1_000,
            completeness: 100,
            period: None,
        },
        locators: vec![Locator { vault, blob: ciphertext }]
            .try_into()
            .map_err(|_| anyhow::anyhow!("one locator is too many"))?,
    };
    let subject = Hash::from(rng.r#gen::<[u8; 32]>());
    Ok(NewRecord { subject, policy: Policy::new(Permission::ClinicalCare), content })
}
