//! Receipts: every use noted down before it is served, and posted to the chain exactly once.
//!
//! One request for bytes is one use and one receipt; a download that is resumed is several. `bytes` is what was
//! handed to the connection, so a download that broke off counts as far as it got, and one of which nothing was sent
//! not at all.
//!
//! A thread owns the [`Journal`] and gives receipts their numbers when uses end. A task posts them in batches, in
//! the order of their numbers. The chain takes a vault's receipts in ascending order only, and its number of the
//! last one is the truth: it is asked at the start and whenever a post has failed, and what it has is crossed out.
//! So a crash at any moment neither loses a receipt nor doubles one. A use that was open at the crash is reported
//! as if all of it had been served.
//!
//! One account may be used by one vault process only: two would cross out each other's receipts.

use std::{
    collections::BTreeSet,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use anyhow::Context;
use medshare_types::{AccountId, NewReceipt, Role};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinHandle,
    time::Instant,
};

use crate::{
    journal::{Journal, Line, State, Use},
    ledger::{Ledger, LedgerError, answer, is_active},
    metrics::{RECEIPTS_PENDING, RECEIPTS_POSTED, RECEIPTS_REFUSED, SERVED},
};

/// How many lines are written with one sync at most.
const GROUP: usize = 256;
/// From which size on a journal is shortened, bytes.
const COMPACT_FROM: u64 = 4 * 1024 * 1024;
/// How long a post may take until it is final.
const POST_TIMEOUT: Duration = Duration::from_secs(180);
/// Longest pause between attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How receipts are posted.
#[derive(Clone, Copy, Debug)]
pub struct Posting {
    /// Most receipts in one transaction; at most what the runtime takes.
    pub batch: usize,
    /// How long to wait for more receipts before a batch that is not full is posted.
    pub delay: Duration,
    /// How long the last receipts may take when the vault stops.
    pub last: Duration,
}

impl Default for Posting {
    fn default() -> Self {
        Self { batch: 32, delay: Duration::from_secs(4), last: Duration::from_secs(90) }
    }
}

/// The receipts of a vault.
#[derive(Clone)]
pub struct Receipts {
    shared: Arc<Shared>,
}

struct Shared {
    commands: mpsc::UnboundedSender<Command>,
    /// As the journal on the disk says it.
    state: Mutex<State>,
    changed: Notify,
    stop: watch::Sender<bool>,
    poster: Mutex<Option<JoinHandle<()>>>,
    last: Duration,
}

enum Command {
    Open(Use, oneshot::Sender<io::Result<u64>>),
    Close {
        id: u64,
        bytes: u64,
    },
    CrossOut(Line, oneshot::Sender<()>),
    /// Answered once everything before it has been handled.
    Settle(oneshot::Sender<()>),
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
}

impl Drop for OpenUse {
    fn drop(&mut self) {
        // Fails only when the journal's thread has ended; then the use stays open in the journal and is reported
        // at the next start.
        drop(self.commands.send(Command::Close { id: self.id, bytes: self.bytes }));
    }
}

impl Receipts {
    /// Opens the journal, crosses out what the chain has, and begins to post. Fails if the journal cannot be used
    /// or the chain cannot be asked.
    pub async fn start(
        path: &Path,
        ledger: Arc<dyn Ledger>,
        account: AccountId,
        posting: Posting,
    ) -> anyhow::Result<Self> {
        let on_chain = answer(ledger.last_receipt(&account))
            .await
            .context("cannot ask the chain which receipts of this vault it has")?;
        let (journal, state) = recover(path, on_chain)
            .with_context(|| format!("cannot use the journal of receipts {}", path.display()))?;
        metrics::gauge!(RECEIPTS_PENDING).set(count(&state));
        if !state.pending.is_empty() {
            tracing::info!(receipts = state.pending.len(), "receipts of the last run are to be posted");
        }
        let (commands, inbox) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            commands,
            state: Mutex::new(state),
            changed: Notify::new(),
            stop: watch::Sender::new(false),
            poster: Mutex::new(None),
            last: posting.last,
        });
        let keeper = Arc::downgrade(&shared);
        std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || {
                Keeper { journal, backlog: Vec::new(), ended: BTreeSet::new(), next_id: 0 }
                    .run(inbox, &keeper)
            })
            .context("cannot start the journal's thread")?;
        let poster = Poster { shared: shared.clone(), ledger, account, posting };
        let task = tokio::spawn(poster.run(shared.stop.subscribe()));
        *lock(&shared.poster) = Some(task);
        Ok(Self { shared })
    }

    /// Notes down that a use begins. When it returns, it is on the disk.
    pub async fn open(&self, used: Use) -> io::Result<OpenUse> {
        let gone = || io::Error::other("the journal's thread has ended");
        let (reply, answer) = oneshot::channel();
        self.shared.commands.send(Command::Open(used, reply)).map_err(|_| gone())?;
        let id = answer.await.map_err(|_| gone())??;
        Ok(OpenUse { id, bytes: 0, commands: self.shared.commands.clone() })
    }

    /// How many receipts are not final on the chain yet.
    pub fn pending(&self) -> usize {
        lock(&self.shared.state).pending.len()
    }

    /// Posts what there is without waiting for more, until all is final or the time is up. What is left is posted
    /// after the next start.
    pub async fn finish(&self) {
        // Uses that have just ended get their receipts first.
        let (reply, settled) = oneshot::channel();
        if self.shared.commands.send(Command::Settle(reply)).is_ok() {
            drop(settled.await);
        }
        self.shared.stop.send_replace(true);
        let task = lock(&self.shared.poster).take();
        if let Some(task) = task {
            let abort = task.abort_handle();
            if tokio::time::timeout(self.shared.last, task).await.is_err() {
                abort.abort();
            }
        }
        let left = self.pending();
        if left > 0 {
            tracing::warn!(left, "receipts are left in the journal; they are posted after the next start");
        }
    }
}

/// Reads the journal; ends the uses that a crash left open; crosses out what the chain has.
fn recover(path: &Path, on_chain: Option<u64>) -> io::Result<(Journal, State)> {
    let (mut journal, mut state) = Journal::open(path)?;
    if let Some(through) = on_chain {
        state.apply(Line::Posted { through });
    }
    for (id, used) in std::mem::take(&mut state.open) {
        let bytes = used.promised;
        let receipt = used.receipt(state.last.saturating_add(1), bytes);
        state.apply(Line::Served { id: Some(id), receipt });
    }
    journal.compact(&state)?;
    Ok((journal, state))
}

/// Owns the journal.
struct Keeper {
    journal: Journal,
    /// Lines that could not be written yet. What they say has not happened until they are.
    backlog: Vec<Line>,
    /// Uses whose end is in the backlog.
    ended: BTreeSet<u64>,
    next_id: u64,
}

impl Keeper {
    fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>, shared: &std::sync::Weak<Shared>) {
        let mut commands = Vec::with_capacity(GROUP);
        while inbox.blocking_recv_many(&mut commands, GROUP) > 0 {
            let Some(shared) = shared.upgrade() else { return };
            self.handle(&mut commands, &shared);
        }
    }

    /// Writes a group of commands with one sync.
    fn handle(&mut self, commands: &mut Vec<Command>, shared: &Shared) {
        let mut opened = Vec::new();
        let mut settled = Vec::new();
        // Begins are written apart from the rest: if the disk is full, they are refused, the rest is kept.
        let mut begins = Vec::new();
        {
            let state = lock(&shared.state);
            let mut last = self.backlog.iter().fold(state.last, |last, line| match line {
                Line::Served { receipt, .. } => last.max(receipt.sequence),
                _ => last,
            });
            for command in commands.drain(..) {
                match command {
                    Command::Open(used, reply) => {
                        let id = self.next_id;
                        self.next_id = self.next_id.saturating_add(1);
                        begins.push(Line::Opened { id, used });
                        opened.push((id, reply));
                    }
                    Command::Close { id, bytes } => {
                        let Some(used) = state.open.get(&id).filter(|_| !self.ended.contains(&id)) else {
                            continue;
                        };
                        self.ended.insert(id);
                        self.backlog.push(if bytes == 0 {
                            Line::Void { id }
                        } else {
                            last = last.saturating_add(1);
                            Line::Served { id: Some(id), receipt: used.clone().receipt(last, bytes) }
                        });
                    }
                    Command::CrossOut(line, reply) => {
                        self.backlog.push(line);
                        settled.push(reply);
                    }
                    Command::Settle(reply) => settled.push(reply),
                }
            }
        }
        self.write(begins, opened, shared);
        shared.changed.notify_one();
        for reply in settled {
            // Whoever waits for it may have been stopped.
            let _ = reply.send(());
        }
    }

    fn write(
        &mut self,
        begins: Vec<Line>,
        opened: Vec<(u64, oneshot::Sender<io::Result<u64>>)>,
        shared: &Shared,
    ) {
        let mut lines = std::mem::take(&mut self.backlog);
        let rest = lines.len();
        lines.extend(begins);
        match self.journal.append(&lines) {
            Ok(()) => {
                self.ended.clear();
                let mut state = lock(&shared.state);
                lines.into_iter().for_each(|line| state.apply(line));
                metrics::gauge!(RECEIPTS_PENDING).set(count(&state));
                if self.journal.length() > COMPACT_FROM
                    && let Err(error) = self.journal.compact(&state)
                {
                    tracing::warn!(%error, "the journal of receipts could not be shortened");
                }
                drop(state);
                for (id, reply) in opened {
                    // Whoever asked may be gone: then the use ends here.
                    if reply.send(Ok(id)).is_err() {
                        drop(shared.commands.send(Command::Close { id, bytes: 0 }));
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, "the journal of receipts cannot be written: nothing is served");
                lines.truncate(rest);
                self.backlog = lines;
                for (_, reply) in opened {
                    drop(reply.send(Err(io::Error::new(error.kind(), error.to_string()))));
                }
            }
        }
    }
}

/// Posts receipts.
struct Poster {
    shared: Arc<Shared>,
    ledger: Arc<dyn Ledger>,
    account: AccountId,
    posting: Posting,
}

impl Poster {
    async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut failures = 0_u32;
        let mut limit = self.posting.batch;
        loop {
            if failures > 0 {
                let pause = Duration::from_secs(1).saturating_mul(2_u32.saturating_pow(failures.min(6)));
                // While shutting down there is no time for long pauses: `finish` sets the end.
                let longest = if *stop.borrow() { Duration::from_secs(2) } else { LONGEST_PAUSE };
                tokio::time::sleep(pause.min(longest)).await;
                if self.ask_chain().await.is_err() {
                    failures = failures.saturating_add(1);
                    continue;
                }
            }
            if !self.wait(&mut stop).await {
                return;
            }
            let batch = self.batch(limit);
            let Some((first, through)) =
                batch.first().zip(batch.last()).map(|(first, last)| (first.clone(), last.sequence))
            else {
                continue;
            };
            let receipts = batch.len();
            match self.post(batch).await {
                Ok(()) => {
                    tracing::info!(receipts, through, "posted receipts");
                    metrics::counter!(RECEIPTS_POSTED).increment(u64::try_from(receipts).unwrap_or_default());
                    self.cross_out(Line::Posted { through }).await;
                    failures = 0;
                    limit = self.posting.batch;
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    tracing::warn!(%error, receipts, failures, "receipts could not be posted");
                    if let LedgerError::Rejected(reason) = error {
                        if limit > 1 {
                            // One of them may be at fault: they go one by one.
                            limit = 1;
                        } else {
                            self.judge(first.sequence, reason).await;
                        }
                    }
                }
            }
        }
    }

    /// Waits until there is something to post; false if there is nothing left to post and the vault stops.
    async fn wait(&self, stop: &mut watch::Receiver<bool>) -> bool {
        let mut deadline = None;
        loop {
            let pending = lock(&self.shared.state).pending.len();
            let stopping = *stop.borrow();
            if pending >= self.posting.batch || (stopping && pending > 0) {
                return true;
            }
            if stopping {
                return false;
            }
            if pending > 0 && deadline.is_none() {
                deadline = Some(Instant::now() + self.posting.delay);
            }
            tokio::select! {
                () = self.shared.changed.notified() => {}
                _ = stop.changed() => {}
                () = async { tokio::time::sleep_until(deadline.unwrap_or_else(Instant::now)).await },
                    if deadline.is_some() => return true,
            }
        }
    }

    fn batch(&self, limit: usize) -> Vec<NewReceipt<AccountId>> {
        lock(&self.shared.state).pending.iter().take(limit).cloned().collect()
    }

    async fn post(&self, batch: Vec<NewReceipt<AccountId>>) -> Result<(), LedgerError> {
        match tokio::time::timeout(POST_TIMEOUT, self.ledger.post_receipts(batch)).await {
            Ok(result) => result,
            Err(_) => {
                Err(LedgerError::Unavailable(format!("not final after {} seconds", POST_TIMEOUT.as_secs())))
            }
        }
    }

    /// Crosses out what the chain has: a post of which we heard nothing may have arrived.
    async fn ask_chain(&self) -> Result<Option<u64>, LedgerError> {
        let last = answer(self.ledger.last_receipt(&self.account)).await?;
        if let Some(through) = last {
            let arrived =
                lock(&self.shared.state).pending.front().is_some_and(|next| next.sequence <= through);
            if arrived {
                self.cross_out(Line::Posted { through }).await;
            }
        }
        Ok(last)
    }

    /// A single receipt was refused. If the chain has it, or does not let this vault post at all, it is not the
    /// receipt's fault; otherwise the receipt would be refused for ever and keep up all others.
    async fn judge(&self, sequence: u64, reason: String) {
        let absent = self.ask_chain().await.is_ok_and(|last| last.is_none_or(|last| last < sequence));
        let member = answer(self.ledger.member(&self.account)).await;
        if absent && member.is_ok_and(|member| is_active(member.as_ref(), Role::Vault)) {
            tracing::error!(sequence, %reason, "the chain will not take a receipt: it is left out");
            metrics::counter!(RECEIPTS_REFUSED).increment(1);
            self.cross_out(Line::Refused { sequence, reason }).await;
        }
    }

    /// Crosses out, and returns when that has been tried. If the disk fails, it is caught up with the next line.
    async fn cross_out(&self, line: Line) {
        let (reply, done) = oneshot::channel();
        if self.shared.commands.send(Command::CrossOut(line, reply)).is_ok() {
            drop(done.await);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn count(state: &State) -> f64 {
    f64::from(u32::try_from(state.pending.len()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_types::{FetchBasis, Hash};

    fn shared() -> (Arc<Shared>, mpsc::UnboundedReceiver<Command>) {
        let (commands, inbox) = mpsc::unbounded_channel();
        let shared = Shared {
            commands,
            state: Mutex::default(),
            changed: Notify::new(),
            stop: watch::Sender::new(false),
            poster: Mutex::default(),
            last: Duration::ZERO,
        };
        (Arc::new(shared), inbox)
    }

    fn open(keeper: &mut Keeper, shared: &Shared) -> io::Result<u64> {
        let used = Use {
            record: 1,
            version: 1,
            accessor: AccountId::new([1; 32]),
            basis: FetchBasis::Owner,
            at: 1,
            request: Hash::zero(),
            promised: 10,
        };
        let (reply, mut answer) = oneshot::channel();
        keeper.handle(&mut vec![Command::Open(used, reply)], shared);
        answer.try_recv().unwrap()
    }

    #[test]
    fn nothing_is_served_that_cannot_be_noted_down_and_nothing_noted_down_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipts.jsonl");
        let (shared, _inbox) = shared();
        let (journal, _) = Journal::open(&path).unwrap();
        let mut keeper = Keeper { journal, backlog: Vec::new(), ended: BTreeSet::new(), next_id: 0 };
        let (first, second) = (open(&mut keeper, &shared).unwrap(), open(&mut keeper, &shared).unwrap());

        keeper.journal = Journal::unwritable(&path).unwrap();
        keeper.handle(&mut vec![Command::Close { id: first, bytes: 5 }], &shared);
        assert!(open(&mut keeper, &shared).is_err());
        assert!(lock(&shared.state).pending.is_empty(), "it is not posted before it is on the disk");

        keeper.journal = Journal::open(&path).unwrap().0;
        keeper.handle(&mut vec![Command::Close { id: second, bytes: 0 }], &shared);
        assert_eq!(
            lock(&shared.state).pending.iter().map(|r| (r.sequence, r.bytes)).collect::<Vec<_>>(),
            [(1, 5)]
        );
        assert!(lock(&shared.state).open.is_empty());
        open(&mut keeper, &shared).unwrap();
        drop(keeper);
        assert_eq!(Journal::open(&path).unwrap().1, *lock(&shared.state));
    }
}
