//! The task that posts receipts.

use std::{sync::Arc, time::Duration};

use medshare_types::{AccountId, NewReceipt, Role};
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use super::{Posting, Shared, keeper::Command, lock, search::Search};
use crate::{
    journal::Line,
    ledger::{Ledger, LedgerError, answer, is_active},
    metrics::{RECEIPTS_POSTED, RECEIPTS_REFUSED},
    now,
};

/// How long a post may take until it is final.
const POST_TIMEOUT: Duration = Duration::from_secs(180);
/// Longest pause between attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Longest pause while the vault stops.
const LONGEST_LAST_PAUSE: Duration = Duration::from_secs(2);

/// Posts receipts.
pub(super) struct Poster {
    shared: Arc<Shared>,
    ledger: Arc<dyn Ledger>,
    account: AccountId,
    posting: Posting,
    search: Search,
}

impl Poster {
    pub(super) fn new(
        shared: Arc<Shared>,
        ledger: Arc<dyn Ledger>,
        account: AccountId,
        posting: Posting,
    ) -> Self {
        Self { shared, ledger, account, posting, search: Search::new(posting.batch) }
    }

    /// Posts until the vault stops and nothing is left.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut failures = 0_u32;
        loop {
            if failures > 0 {
                let longest = if *stop.borrow() { LONGEST_LAST_PAUSE } else { LONGEST_PAUSE };
                let pause = Duration::from_secs(1).saturating_mul(2_u32.saturating_pow(failures.min(6)));
                tokio::time::sleep(pause.min(longest)).await;
                if self.ask_chain().await.is_err() {
                    failures = failures.saturating_add(1);
                    continue;
                }
            }
            if !self.wait(&mut stop).await {
                return;
            }
            let batch = self.search.next(&lock(&self.shared.state).pending);
            if !batch.is_empty() && self.post(batch).await {
                failures = 0;
            } else {
                failures = failures.saturating_add(1);
            }
        }
    }

    /// Waits until there is something to post, and has it numbered; false if nothing is left and the vault stops.
    async fn wait(&self, stop: &mut watch::Receiver<bool>) -> bool {
        let mut deadline = None;
        loop {
            let (pending, ended) = {
                let state = lock(&self.shared.state);
                (state.pending.len(), state.ended())
            };
            let stopping = *stop.borrow();
            let in_time = deadline.is_none_or(|deadline| Instant::now() < deadline);
            if pending > 0 || ended >= self.posting.batch || (ended > 0 && (stopping || !in_time)) {
                break;
            }
            if stopping {
                return false;
            }
            if ended > 0 && deadline.is_none() {
                deadline = Some(Instant::now() + self.posting.delay);
            }
            tokio::select! {
                () = self.shared.changed.notified() => {}
                _ = stop.changed() => {}
                () = tokio::time::sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {}
            }
        }
        let room = self.posting.batch.saturating_sub(lock(&self.shared.state).pending.len());
        if room > 0 {
            self.tell(|reply| Command::Number(room, reply)).await;
        }
        true
    }

    /// Posts a batch; whether that brought anything forward. A verdict of the chain does: it is no outage.
    async fn post(&mut self, batch: Vec<NewReceipt<AccountId>>) -> bool {
        let (receipts, last) = (batch.len(), batch.last().map_or(0, |receipt| receipt.sequence));
        let error = match self.send(batch).await {
            Ok(()) => {
                tracing::info!(receipts, through = last, "posted receipts");
                metrics::counter!(RECEIPTS_POSTED).increment(u64::try_from(receipts).unwrap_or_default());
                return self.cross_out(Line::Posted { through: last }).await;
            }
            Err(error) => error,
        };
        tracing::warn!(%error, receipts, "receipts could not be posted");
        match error {
            LedgerError::Unavailable(_) => false,
            LedgerError::Rejected(_) if receipts > 1 => {
                self.search.refused(last);
                true
            }
            LedgerError::Rejected(reason) => self.judge(last, reason).await,
        }
    }

    async fn send(&self, mut batch: Vec<NewReceipt<AccountId>>) -> Result<(), LedgerError> {
        // What was noted down while the clock was ahead would be refused as being from the future.
        let now = now();
        for receipt in &mut batch {
            receipt.at = receipt.at.min(now);
        }
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
        if let Some(through) = last
            && self.is_pending(through)
            && !self.cross_out(Line::Posted { through }).await
        {
            return Err(LedgerError::Unavailable("the journal cannot be written".into()));
        }
        Ok(last)
    }

    /// A single receipt was refused. If the chain has it, or does not let this vault post at all, it is not the
    /// receipt's fault; otherwise the receipt would be refused for ever and keep up all others.
    async fn judge(&mut self, sequence: u64, reason: String) -> bool {
        match self.ask_chain().await {
            Err(_) => return false,
            Ok(last) if last.is_some_and(|last| last >= sequence) => return true,
            Ok(_) => {}
        }
        let standing = answer(self.ledger.standing(&self.account, &self.account)).await;
        if !standing.is_ok_and(|standing| is_active(standing.vault.as_ref(), Role::Vault)) {
            return false;
        }
        tracing::error!(sequence, %reason, "the chain will not take a receipt: it is left out, see refused.jsonl");
        metrics::counter!(RECEIPTS_REFUSED).increment(1);
        self.search.found();
        self.cross_out(Line::Refused { sequence, reason }).await
    }

    /// Crosses out; whether that is on the disk.
    async fn cross_out(&self, line: Line) -> bool {
        let gone = match &line {
            Line::Posted { through } | Line::Refused { sequence: through, .. } => *through,
            _ => return false,
        };
        self.tell(|reply| Command::CrossOut(line, reply)).await;
        !self.is_pending(gone)
    }

    /// Whether a receipt up to this number is pending.
    fn is_pending(&self, through: u64) -> bool {
        lock(&self.shared.state).pending.front().is_some_and(|next| next.sequence <= through)
    }

    /// Tells the keeper something, and waits until it has tried.
    async fn tell(&self, command: impl FnOnce(oneshot::Sender<()>) -> Command) {
        let (reply, done) = oneshot::channel();
        if self.shared.commands.send(command(reply)).is_ok() {
            drop(done.await);
        }
    }
}
