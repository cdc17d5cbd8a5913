//! Follows the final blocks, and keeps the index up to them.

use std::{
    cmp::Ordering,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{
    Stream, StreamExt,
    future::{Either, select},
};
use futures_timer::Delay;
use medshare_indexer::{At, Block, Index};
use medshare_runtime::{Hash, opaque};
use medshare_types::BlockNumber;
use sc_client_api::{BlockchainEvents, FinalityNotification};
use sp_blockchain::HeaderBackend;

use super::{
    LOG_TARGET, News, Service, State,
    read::{Reader, Unread},
    setback::{Kind, Row, Setback},
};
use crate::{service::FullClient, unwind};

/// How many blocks go into the index at once when there are many. Each time it is written to the disk once.
const BATCH: usize = 256;

/// How many changes at once, so that blocks with much in them take no more memory than those with little.
const BATCH_CHANGES: usize = 20_000;

/// How long a batch may be read until it is written.
const BATCH_TIME: Duration = Duration::from_secs(2);

/// How far the index may be behind the final block and still answer.
const NEAR: BlockNumber = 64;

/// How often the log says how far it has got.
const TELL: Duration = Duration::from_secs(10);

/// How long the database may take for one thing, such as writing a batch, which takes seconds. One that stands still says nothing.
const PATIENCE: Duration = Duration::from_secs(600);

/// How long it may take to open the index, which reads all that is in it: some ten thousand records a second.
const OPENING: Duration = Duration::from_secs(6 * 3600);

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// The block with this number.
    Block(BlockNumber),
    /// The next final block.
    Nothing,
    /// The node has to sync up to the index: its database was made anew, or a crash cost it its newest blocks.
    Sync,
    /// The chain began anew, as a development chain may.
    Anew,
}

/// Keeps an index up to the final blocks.
pub struct Follower {
    client: Arc<FullClient>,
    service: Arc<Service>,
    reader: Reader,
    /// When the log last said how far it has got.
    told: Instant,
    /// The last block that listeners were told of, or that was there before anybody listened.
    last: Option<Option<At>>,
    /// Whether it got on at all.
    grew: bool,
    setbacks: Row,
    /// Whether the log said of the last one only that the index waits.
    waited: bool,
}

impl Follower {
    /// Follows this client's chain for this index.
    pub fn new(client: Arc<FullClient>, service: Arc<Service>, reader: Reader) -> Self {
        let (told, setbacks) = (Instant::now(), Row::default());
        Self { client, service, reader, told, last: None, grew: false, setbacks, waited: false }
    }

    /// Follows, for as long as the node runs. What keeps it from going on is told, and it tries again: the node can do without
    /// an index meanwhile.
    pub async fn run(mut self) {
        let mut finalised = self.client.finality_notification_stream();
        let service = self.service.clone();
        let seen = |new: FinalityNotification<opaque::Block>| service.finalised_is(new.header.number);
        loop {
            let caught_up = meanwhile(&mut finalised, seen, unwind::caught_async(self.catch_up())).await;
            let setback = match caught_up {
                None => return,
                Some(Ok(Ok(()))) => {
                    self.setbacks.over();
                    if finalised.next().await.is_none() {
                        return;
                    }
                    continue;
                }
                Some(Ok(Err(setback))) => setback,
                Some(Err(panic)) => {
                    // What it has in memory may be half changed. The rows are not.
                    service.close();
                    Setback::panicked(panic)
                }
            };
            let pause = self.set_back(&setback);
            if meanwhile(&mut finalised, seen, Delay::new(pause)).await.is_none() {
                return;
            }
        }
    }

    /// Tells what keeps it from going on. Gives how long to wait until it is tried again.
    fn set_back(&mut self, setback: &Setback) -> Duration {
        let (pause, new) = self.setbacks.add(setback);
        self.service.kept_back();
        let (count, told) = (self.setbacks.count(), setback.for_the_log(pause));
        // One that has passed at the next try need not keep questions from being answered by what is there.
        let waits = setback.kind == Kind::Passing && count == 1 && self.service.opened().is_some();
        if waits {
            log::warn!(target: LOG_TARGET, "the index waits: {told}");
        } else {
            self.service.stopped(setback, !self.grew);
            if new || self.waited {
                log::error!(target: LOG_TARGET, "the index has stopped: {told}");
            } else if setback.kind != Kind::Gone {
                log::warn!(target: LOG_TARGET, "the index still cannot go on, {count} times in a row: {told}");
            }
        }
        self.waited = waits;
        pause
    }

    /// Brings the index up to the final block, once.
    ///
    /// # Errors
    /// What keeps it from going on, for whoever runs the node.
    pub async fn finish(mut self) -> Result<(), String> {
        self.catch_up().await.map_err(|setback| setback.in_full())
    }

    /// Brings the index up to the final block.
    async fn catch_up(&mut self) -> Result<(), Setback> {
        let index = in_time(OPENING, self.service.open()).await??;
        let mut head = in_time(PATIENCE, index.head()).await?;
        self.listeners_know(head);
        loop {
            let (finalised, hash) = self.service.finalised();
            let first = match self.next(&index, head.as_ref(), finalised, hash).await? {
                Next::Block(first) => first,
                Next::Nothing => {
                    self.service.progress(head, finalised, State::Following);
                    return Ok(());
                }
                Next::Sync => {
                    self.service.progress(head, finalised, State::Rebuilding);
                    return Ok(());
                }
                Next::Anew => {
                    self.begin_anew(&index, finalised).await?;
                    head = None;
                    continue;
                }
            };
            let behind = finalised.saturating_sub(first);
            if behind > NEAR {
                self.service.behind();
            }
            let blocks = self.read(first, finalised)?;
            let applied = in_time(PATIENCE, index.apply(&blocks)).await??;
            self.setbacks.over();
            head = applied.at;
            self.grew |= head.is_some_and(|head| head.number > 0);
            self.last = Some(head);
            let left = finalised.saturating_sub(head.map_or(0, |head| head.number));
            let state = if left > NEAR { State::Rebuilding } else { State::Following };
            self.service.progress(head, finalised, state);
            self.service.applied(&blocks, applied, behind > NEAR);
            if left > NEAR && self.told.elapsed() > TELL {
                log::info!(target: LOG_TARGET, "the index is at block {first} of {finalised}");
                self.told = Instant::now();
            }
        }
    }

    /// Listeners are told that they missed something where the index is not where they were told that it is: where a commit was
    /// lost sight of and was done all the same.
    fn listeners_know(&mut self, head: Option<At>) {
        if self.last.is_some_and(|last| last != head) {
            self.service.tell(News::Broken("blocks were missed after a failure of the index's database"));
        }
        self.last = Some(head);
    }

    /// Empties the index, if it can be filled again.
    async fn begin_anew(&mut self, index: &Index, finalised: BlockNumber) -> Result<(), Setback> {
        self.reader.can_begin()?;
        self.service.tell(News::Broken("the index is made anew"));
        self.last = Some(None);
        log::warn!(
            target: LOG_TARGET,
            "the last block in the index is none of the final chain, so the index is made anew"
        );
        self.service.progress(None, finalised, State::Rebuilding);
        in_time(PATIENCE, index.clear()).await??;
        Ok(())
    }

    /// What comes next after the last block in the index.
    async fn next(
        &self,
        index: &Index,
        head: Option<&At>,
        finalised: BlockNumber,
        hash: Hash,
    ) -> Result<Next, Setback> {
        let Some(head) = head else { return Ok(Next::Block(0)) };
        // Of the chain that the node has now, the index must have the same blocks, as far as both have got.
        let same = if head.number > finalised {
            in_time(PATIENCE, index.hash_of(finalised)).await?? == Some(hash)
        } else {
            // A node that was synced from a proof of finality does not know older blocks, which makes none of them another one.
            let there = self.client.hash(head.number)?;
            there.ok_or_else(|| Unread::Missing(head.number.to_string()))? == head.hash
        };
        Ok(next(head.number, finalised, same))
    }

    /// Reads the blocks from the first on, up to the last or until they are enough for once.
    fn read(&mut self, first: BlockNumber, last: BlockNumber) -> Result<Vec<Block>, Setback> {
        let (begin, mut blocks, mut changes) = (Instant::now(), Vec::new(), 0usize);
        for number in first..=last {
            let hash: Hash = self.client.hash(number)?.ok_or_else(|| Unread::Missing(number.to_string()))?;
            let block = self.reader.block(hash)?;
            changes = changes.saturating_add(block.changes.len()).saturating_add(block.events.len());
            blocks.push(block);
            if blocks.len() >= BATCH || changes >= BATCH_CHANGES || begin.elapsed() > BATCH_TIME {
                break;
            }
        }
        Ok(blocks)
    }
}

/// What comes next, if the index ends with the block of this number and the node's final block has that one; `same` says whether
/// the lower of them is the same block in both.
pub(super) fn next(head: BlockNumber, finalised: BlockNumber, same: bool) -> Next {
    match head.cmp(&finalised) {
        _ if !same => Next::Anew,
        Ordering::Less => Next::Block(head.saturating_add(1)),
        Ordering::Equal => Next::Nothing,
        Ordering::Greater => Next::Sync,
    }
}

/// Waits for the database, but not for ever.
///
/// # Errors
/// If it has not answered by then. What it was asked is given up.
async fn in_time<T>(patience: Duration, what: impl Future<Output = T>) -> Result<T, Setback> {
    match select(pin!(what), pin!(Delay::new(patience))).await {
        Either::Left((answer, _)) => Ok(answer),
        Either::Right(((), _)) => Err(Setback::silent(patience)),
    }
}

/// Waits for something, and lets go of notifications as they come: each keeps the state of its block for as long as it is
/// there. Gives nothing when the node ends.
async fn meanwhile<N, T>(
    notifications: &mut (impl Stream<Item = N> + Unpin),
    mut let_go: impl FnMut(N),
    what: impl Future<Output = T>,
) -> Option<T> {
    let letting_go = async {
        while let Some(notification) = notifications.next().await {
            let_go(notification);
        }
    };
    // What is awaited is looked at first, so it has seen the final block of every notification that is let go of before it ends.
    match select(pin!(what), pin!(letting_go)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), _)) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::{pending, poll_fn},
        task::Poll,
    };

    use futures::{channel::mpsc, executor::block_on};

    use super::*;

    #[test]
    fn notifications_are_let_go_of_while_something_is_awaited() {
        let (sender, mut notifications) = mpsc::unbounded();
        for number in 1..=3u32 {
            sender.unbounded_send(number).expect("somebody receives");
        }
        let (gone, polls) = (Cell::new(0), Cell::new(0));
        let what = poll_fn(|context| {
            polls.set(polls.get() + 1);
            assert!(polls.get() < 100, "{} were let go of", gone.get());
            context.waker().wake_by_ref();
            if gone.get() == 3 { Poll::Ready("done") } else { Poll::Pending }
        });
        assert_eq!(block_on(meanwhile(&mut notifications, |number| gone.set(number), what)), Some("done"));
        // What comes later is there for who waits for it.
        sender.unbounded_send(4).expect("somebody receives");
        assert_eq!(block_on(notifications.next()), Some(4));
    }

    #[test]
    fn a_database_that_stands_still_is_not_waited_for_for_ever() {
        assert_eq!(block_on(in_time(PATIENCE, async { 5 })), Ok(5));
        let short = Duration::from_millis(1);
        let setback = block_on(in_time(short, pending::<()>())).unwrap_err();
        assert_eq!((setback.kind, setback), (Kind::Passing, Setback::silent(short)));
    }

    #[test]
    fn nothing_is_awaited_when_the_node_has_ended() {
        let (sender, mut notifications) = mpsc::unbounded::<u32>();
        drop(sender);
        assert_eq!(block_on(meanwhile(&mut notifications, |_| (), pending::<()>())), None);
    }
}
