//! The thread that owns the journal.

use std::{io, sync::Weak};

use medshare_types::{AccountId, Moment, NewReceipt};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use super::{Shared, count, lock};
use crate::{
    appender::Appender,
    journal::{Journal, Line, Replay, Use},
    metrics::RECEIPTS_PENDING,
    now,
};

/// How many lines are written with one sync at most.
const GROUP: usize = 256;

/// What the keeper is told.
pub(super) enum Command {
    Open(Use, oneshot::Sender<io::Result<u64>>),
    Close {
        id: u64,
        bytes: u64,
    },
    /// Ended uses become receipts, this many at most.
    Number(usize, oneshot::Sender<()>),
    CrossOut(Line, oneshot::Sender<()>),
    /// Answered once everything before it has been handled.
    Settle(oneshot::Sender<()>),
}

/// A line of `refused.jsonl`.
#[derive(Serialize)]
struct RefusedReceipt<'a> {
    receipt: &'a NewReceipt<AccountId>,
    reason: &'a str,
    /// When it was left out, unix ms.
    at: Moment,
}

/// Owns the journal, and the file of what the chain refused.
pub(super) struct Keeper {
    journal: Journal,
    refused: Appender,
    /// Lines that could not be written yet. What they say has not happened until they are.
    backlog: Vec<Line>,
    next_id: u64,
}

impl Keeper {
    pub(super) fn new(journal: Journal, refused: Appender) -> Self {
        Self { journal, refused, backlog: Vec::new(), next_id: 0 }
    }

    pub(super) fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>, shared: &Weak<Shared>) {
        let mut commands = Vec::with_capacity(GROUP);
        while inbox.blocking_recv_many(&mut commands, GROUP) > 0 {
            let Some(shared) = shared.upgrade() else { return };
            self.handle(&mut commands, &shared);
        }
    }

    /// Writes a group of commands with one sync.
    pub(super) fn handle(&mut self, commands: &mut Vec<Command>, shared: &Shared) {
        let mut opened = Vec::new();
        let mut settled = Vec::new();
        // Begins are written apart from the rest: if the disk is full, they are refused, the rest is kept.
        let mut begins = Vec::new();
        let mut to_number = 0;
        for command in commands.drain(..) {
            match command {
                Command::Open(used, reply) => {
                    let id = self.next_id;
                    self.next_id = self.next_id.saturating_add(1);
                    begins.push(Line::Opened { id, used });
                    opened.push((id, reply));
                }
                Command::Close { id, bytes } => self.backlog.push(Line::Closed { id, bytes }),
                Command::Number(most, reply) => {
                    to_number = most;
                    settled.push(reply);
                }
                Command::CrossOut(line, reply) => {
                    if self.keep_refused(&line, shared) {
                        self.backlog.push(line);
                    }
                    settled.push(reply);
                }
                Command::Settle(reply) => settled.push(reply),
            }
        }
        self.write(begins, opened, shared);
        if to_number > 0 && self.backlog.is_empty() {
            self.number(to_number, shared);
        }
        metrics::gauge!(RECEIPTS_PENDING).set(count(&lock(&shared.state)));
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
        if lines.is_empty() {
            return;
        }
        match self.journal.append(&lines) {
            Ok(()) => {
                self.apply(lines, shared);
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

    /// Makes receipts of ended uses. If the disk fails, they stay what they are.
    fn number(&mut self, most: usize, shared: &Shared) {
        let receipts = lock(&shared.state).next_receipts(most);
        let lines: Vec<Line> = receipts.into_iter().map(|receipt| Line::Served { receipt }).collect();
        if lines.is_empty() {
            return;
        }
        match self.journal.append(&lines) {
            Ok(()) => self.apply(lines, shared),
            Err(error) => tracing::error!(%error, "the journal of receipts cannot be written"),
        }
    }

    /// What lines on the disk say has happened.
    fn apply(&mut self, lines: Vec<Line>, shared: &Shared) {
        let mut state = lock(&shared.state);
        lines.into_iter().for_each(|line| state.apply(line));
        if self.journal.is_long()
            && let Err(error) = self.journal.compact(&state)
        {
            tracing::warn!(%error, "the journal of receipts could not be shortened");
        }
    }

    /// Writes a receipt that the chain refused to where it is never forgotten. Whether it may be crossed out.
    fn keep_refused(&mut self, line: &Line, shared: &Shared) -> bool {
        let Line::Refused { sequence, reason } = line else { return true };
        let state = lock(&shared.state);
        let Some(receipt) = state.pending.iter().find(|receipt| receipt.sequence == *sequence) else {
            return true;
        };
        let written = serde_json::to_vec(&RefusedReceipt { receipt, reason, at: now() })
            .map_err(io::Error::other)
            .and_then(|mut text| {
                text.push(b'\n');
                self.refused.append(&text)
            });
        if let Err(error) = &written {
            tracing::error!(%error, sequence, "a refused receipt could not be written to refused.jsonl");
        }
        written.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{super::shared_for_tests, *};
    use crate::journal::{Owner, State};
    use medshare_types::{FetchBasis, Hash};

    fn owner() -> Owner {
        Owner { genesis: Hash::zero(), account: AccountId::new([8; 32]) }
    }

    fn keeper(folder: &Path) -> Keeper {
        let journal = Journal::open(&folder.join("receipts.jsonl"), &owner()).unwrap().0;
        Keeper::new(journal, Appender::open(&folder.join("refused.jsonl")).unwrap())
    }

    fn open(keeper: &mut Keeper, shared: &Shared, record: u64) -> io::Result<u64> {
        let used = Use {
            record,
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

    fn close(id: u64, bytes: u64) -> Command {
        Command::Close { id, bytes }
    }

    fn number() -> Command {
        Command::Number(10, oneshot::channel().0)
    }

    fn pending(shared: &Shared) -> Vec<(u64, u64, u64)> {
        lock(&shared.state).pending.iter().map(|r| (r.sequence, r.record, r.bytes)).collect()
    }

    fn reread(folder: &Path) -> State {
        Journal::open(&folder.join("receipts.jsonl"), &owner()).unwrap().1
    }

    #[test]
    fn nothing_is_served_that_cannot_be_noted_down_and_nothing_noted_down_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let (shared, _inbox) = shared_for_tests();
        let mut keeper = keeper(folder.path());
        let ids = [1, 1, 2].map(|record| open(&mut keeper, &shared, record).unwrap());

        let path = folder.path().join("receipts.jsonl");
        let whole = std::mem::replace(&mut keeper.journal, Journal::unwritable(&path, &owner()).unwrap());
        keeper.handle(&mut vec![close(ids[0], 5), number()], &shared);
        assert!(open(&mut keeper, &shared, 1).is_err());
        assert_eq!(lock(&shared.state).unposted(), 0, "it is not posted before it is on the disk");

        keeper.journal = whole;
        keeper.handle(&mut vec![close(ids[1], 6), close(ids[2], 0), number()], &shared);
        assert_eq!(pending(&shared), [(1, 1, 11)], "uses of one request are one receipt");
        assert!(lock(&shared.state).open.is_empty());
        open(&mut keeper, &shared, 1).unwrap();
        drop(keeper);
        assert_eq!(reread(folder.path()), *lock(&shared.state));
    }

    #[test]
    fn a_refused_receipt_is_kept_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let (shared, _inbox) = shared_for_tests();
        let mut keeper = keeper(folder.path());
        for record in [1, 2] {
            let id = open(&mut keeper, &shared, record).unwrap();
            keeper.handle(&mut vec![close(id, 5)], &shared);
        }
        keeper.handle(&mut vec![number()], &shared);
        let refused = Line::Refused { sequence: 1, reason: "Access.NotHeldHere".into() };
        keeper.handle(&mut vec![Command::CrossOut(refused, oneshot::channel().0)], &shared);
        assert_eq!(pending(&shared), [(2, 2, 5)]);
        let text = std::fs::read_to_string(folder.path().join("refused.jsonl")).unwrap();
        let kept: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!((&kept["receipt"]["sequence"], &kept["receipt"]["record"]), (&1.into(), &1.into()));
        assert_eq!(kept["reason"], "Access.NotHeldHere");
    }

    #[test]
    fn a_refused_receipt_that_cannot_be_kept_is_not_crossed_out() {
        let folder = tempfile::tempdir().unwrap();
        let (shared, _inbox) = shared_for_tests();
        let mut keeper = keeper(folder.path());
        let id = open(&mut keeper, &shared, 1).unwrap();
        keeper.handle(&mut vec![close(id, 5)], &shared);
        keeper.handle(&mut vec![number()], &shared);
        keeper.refused = Appender::unwritable(&folder.path().join("refused.jsonl")).unwrap();
        let refused = Line::Refused { sequence: 1, reason: "never".into() };
        keeper.handle(&mut vec![Command::CrossOut(refused, oneshot::channel().0)], &shared);
        assert_eq!(pending(&shared), [(1, 1, 5)]);
    }
}
