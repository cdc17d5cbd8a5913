//! Receipts: every use noted down before it is served, and posted to the chain exactly once.
//!
//! Each answer with bytes is one use. `bytes` is what was handed to the connection, so a download that broke off
//! counts as far as it got, and one of which nothing was sent not at all. Uses that end at about the same time under
//! one signed request are one receipt, with the sum of their bytes: a client that fetches many small ranges does not
//! cost the vault a receipt for each.
//!
//! A thread, the [`keeper`], owns the journal. A task, the [`poster`], has ended uses numbered and posts them in
//! batches, in the order of their numbers. The chain takes a vault's receipts in ascending order only, and its number
//! of the last one is the truth: it is asked at the start and whenever a post has failed, and what it has is crossed
//! out. So a crash at any moment doubles no receipt and loses none that the disk holds. A use that was open at the
//! crash is reported as if all of it had been served. What the chain refuses for ever is left out, and kept in
//! `refused.jsonl`.
//!
//! One account may be used by one vault process only: two would cross out each other's receipts.

mod keeper;
mod poster;
mod search;

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use anyhow::Context;
use medshare_types::AccountId;
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{
    appender::Appender,
    journal::{Journal, Line, Owner, Replay, State, Use},
    ledger::{Ledger, answer},
    metrics::{RECEIPTS_PENDING, SERVED},
};
use keeper::{Command, Keeper};
use poster::Poster;

/// How receipts are posted.
#[derive(Clone, Copy, Debug)]
pub struct Posting {
    /// Most receipts in one transaction. If the chain takes fewer, as many as it takes.
    pub batch: usize,
    /// How long ended uses are collected before they become receipts and are posted.
    pub delay: Duration,
    /// With how many uses that are not final on the chain nothing more is served.
    pub backlog: usize,
}

impl Default for Posting {
    fn default() -> Self {
        Self { batch: 32, delay: Duration::from_secs(4), backlog: 1_000 }
    }
}

/// Why a use may not begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Too many uses are not on the chain yet.
    #[error("too many receipts are not on the chain yet")]
    Behind,
    /// It could not be noted down.
    #[error("the journal cannot be written: {0}")]
    Journal(#[from] io::Error),
}

/// The receipts of a vault.
#[derive(Clone)]
pub struct Receipts {
    shared: Arc<Shared>,
    /// Says which part has ended before its time.
    broken: Arc<watch::Sender<Option<&'static str>>>,
    backlog: usize,
}

struct Shared {
    commands: mpsc::UnboundedSender<Command>,
    /// As the journal on the disk says it.
    state: Mutex<State>,
    changed: Notify,
    stop: watch::Sender<bool>,
    poster: Mutex<Option<JoinHandle<()>>>,
}

/// Tells when a part ends, in whatever way.
struct Alarm(&'static str, Arc<watch::Sender<Option<&'static str>>>);

impl Drop for Alarm {
    fn drop(&mut self) {
        self.1.send_replace(Some(self.0));
    }
}

/// A use that is being served. Ends when it is dropped.
pub struct OpenUse {
    id: u64,
    bytes: u64,
    commands: mpsc::UnboundedSender<Command>,
}

impl OpenUse {
    /// So many more bytes were served.
    pub fn served(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        metrics::counter!(SERVED).increment(bytes);
    }

    /// So many more bytes can be fetched elsewhere with what was answered.
    pub fn handed_out(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

impl Drop for OpenUse {
    fn drop(&mut self) {
        // Fails only when the journal's thread has ended; then the use stays open in the journal and is reported
        // at the next start.
        drop(self.commands.send(Command::Close { id: self.id, bytes: self.bytes }));
    }
}

impl Receipts {
    /// Opens the journal in a folder, crosses out what the chain has, and begins to post. Fails if the journal cannot
    /// be used or the chain cannot be asked.
    pub async fn start(
        folder: &Path,
        ledger: Arc<dyn Ledger>,
        account: AccountId,
        posting: Posting,
    ) -> anyhow::Result<Self> {
        let on_chain = answer(ledger.last_receipt(&account))
            .await
            .context("cannot ask the chain which receipts of this vault it has")?;
        let most = ledger.most_receipts();
        let batch = posting.batch.min(usize::try_from(most).unwrap_or(usize::MAX)).max(1);
        let owner = Owner { genesis: ledger.genesis(), account: account.clone() };
        let path = folder.join("receipts.jsonl");
        let (journal, state) = recover(&path, &owner, on_chain)
            .with_context(|| format!("cannot use the journal of receipts {}", path.display()))?;
        let path = folder.join("refused.jsonl");
        let refused = Appender::open(&path).with_context(|| format!("cannot use {}", path.display()))?;
        metrics::gauge!(RECEIPTS_PENDING).set(count(&state));
        if state.unposted() > 0 {
            tracing::info!(receipts = state.unposted(), "receipts of the last run are to be posted");
        }
        let (commands, inbox) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            commands,
            state: Mutex::new(state),
            changed: Notify::new(),
            stop: watch::Sender::new(false),
            poster: Mutex::new(None),
        });
        let broken = Arc::new(watch::Sender::new(None));
        let (weak, alarm) = (Arc::downgrade(&shared), Alarm("the thread of the journal", broken.clone()));
        std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || {
                let _alarm = alarm;
                Keeper::new(journal, refused).run(inbox, &weak);
            })
            .context("cannot start the journal's thread")?;
        let poster = Poster::new(shared.clone(), ledger, account, Posting { batch, ..posting });
        let (stop, alarm) = (shared.stop.subscribe(), Alarm("the task that posts receipts", broken.clone()));
        let task = tokio::spawn(async move {
            let _alarm = alarm;
            poster.run(stop).await;
        });
        *lock(&shared.poster) = Some(task);
        Ok(Self { shared, broken, backlog: posting.backlog })
    }

    /// Notes down that a use begins. When it returns, it is on the disk.
    pub async fn open(&self, used: Use) -> Result<OpenUse, OpenError> {
        if self.is_behind() {
            return Err(OpenError::Behind);
        }
        let gone = || io::Error::other("the journal's thread has ended");
        let (reply, answer) = oneshot::channel();
        self.shared.commands.send(Command::Open(used, reply)).map_err(|_| gone())?;
        let id = answer.await.map_err(|_| gone())??;
        Ok(OpenUse { id, bytes: 0, commands: self.shared.commands.clone() })
    }

    /// Whether so much is not on the chain yet that nothing more may be served: the chain does not take the receipts,
    /// or the vault cannot pay for them.
    pub fn is_behind(&self) -> bool {
        let state = lock(&self.shared.state);
        state.unposted().saturating_add(state.open.len()) >= self.backlog
    }

    /// How many receipts are not final on the chain yet.
    pub fn pending(&self) -> usize {
        lock(&self.shared.state).unposted()
    }

    /// Waits until a part has ended that must not end while the vault serves, and says which.
    pub async fn broken(&self) -> &'static str {
        let mut broken = self.broken.subscribe();
        let what = broken.wait_for(Option::is_some).await.ok().and_then(|what| *what);
        what.unwrap_or("a part that posts receipts")
    }

    /// Posts what there is without waiting for more, until all is final or the time is up. What is left is posted
    /// after the next start.
    pub async fn finish(&self, within: Duration) {
        let task = lock(&self.shared.poster).take();
        let abort = task.as_ref().map(JoinHandle::abort_handle);
        let finished = async {
            // Uses that have just ended come first.
            let (reply, settled) = oneshot::channel();
            if self.shared.commands.send(Command::Settle(reply)).is_ok() {
                drop(settled.await);
            }
            self.shared.stop.send_replace(true);
            if let Some(task) = task {
                drop(task.await);
            }
        };
        if tokio::time::timeout(within, finished).await.is_err()
            && let Some(abort) = abort
        {
            abort.abort();
        }
        let left = self.pending();
        if left > 0 {
            tracing::warn!(left, "receipts are left in the journal; they are posted after the next start");
        }
    }
}

/// Reads the journal; ends the uses that a crash left open; crosses out what the chain has.
fn recover(path: &Path, owner: &Owner, on_chain: Option<u64>) -> io::Result<(Journal, State)> {
    let (mut journal, mut state) = Journal::open(path, owner)?;
    if let Some(through) = on_chain {
        state.apply(Line::Posted { through });
    }
    let open: Vec<(u64, u64)> = state.open.iter().map(|(id, used)| (*id, used.promised)).collect();
    for (id, bytes) in open {
        state.apply(Line::Closed { id, bytes });
    }
    journal.compact(&state)?;
    Ok((journal, state))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn count(state: &State) -> f64 {
    f64::from(u32::try_from(state.unposted()).unwrap_or(u32::MAX))
}

#[cfg(test)]
fn shared_for_tests() -> (Arc<Shared>, mpsc::UnboundedReceiver<Command>) {
    let (commands, inbox) = mpsc::unbounded_channel();
    let shared = Shared {
        commands,
        state: Mutex::default(),
        changed: Notify::new(),
        stop: watch::Sender::new(false),
        poster: Mutex::default(),
    };
    (Arc::new(shared), inbox)
}
