//! The index beside the node: what the final blocks hold, for searches that the chain's own state cannot answer.
//!
//! A task of its own opens it and follows the final blocks ([`follow`]), reads what each changed from the state that it left
//! ([`read`]) and gives that to `medshare-indexer`, which keeps it. Blocks that are not final are never written; who asks for
//! them gets them put on top of the index for that answer ([`pending`]). Whatever goes wrong here, also a panic, stops neither
//! the node nor a block: the index says so, and it is tried again ([`setback`]).

mod check;
mod command;
mod content;
mod entry;
mod follow;
mod gauges;
mod news;
mod option;
mod pending;
mod read;
mod receipt;
mod setback;
mod standing;
mod status;
#[cfg(test)]
mod tests;
mod touched;

pub use command::Command;
pub use news::{Changed, Named, News};
pub use option::{Chosen, Options, purge};
pub use status::{State, Status, Unanswered};

use std::sync::{Arc, PoisonError, RwLock};

use futures::FutureExt;
use medshare_indexer::{Applied, At, Backend, Block, Error as IndexError, Index};
use medshare_types::{BlockNumber, Hash};
use sc_client_api::HeaderBackend;
use sc_service::TaskManager;
use substrate_prometheus_endpoint::Registry;
use tokio::sync::{Semaphore, SemaphorePermit, broadcast};

use self::{
    follow::Follower,
    gauges::Gauges,
    pending::{Pending, Unsettled},
    read::Reader,
    setback::{Kind, Setback},
};
use crate::{
    service::{FullBackend, FullClient},
    unwind,
};

/// The target of what the index logs.
pub const LOG_TARGET: &str = "index";

/// How many questions are answered at once; the others wait for their turn.
const AT_ONCE: usize = 16;

/// How many questions there may be, with those that wait. No more of them would have their turn in time.
const AT_MOST: usize = 512;

/// How many times something gets into the index until who listens to that has missed it.
const NEWS: usize = 256;

/// The index and how far it has got.
pub struct Service {
    chosen: Chosen,
    genesis: Hash,
    client: Arc<FullClient>,
    pending: Arc<Pending>,
    /// Nothing until it was opened, and after a panic, which may have left it half changed in memory.
    index: RwLock<Option<Arc<Index>>>,
    status: RwLock<Status>,
    places: Semaphore,
    turns: Semaphore,
    /// Questions of the best block need the one connection that writes.
    best: Semaphore,
    news: broadcast::Sender<Arc<News>>,
    gauges: Option<Gauges>,
}

/// A question's turn, which ends with it.
pub struct Turn<'a> {
    _best: Option<SemaphorePermit<'a>>,
    _turn: Option<SemaphorePermit<'a>>,
}

impl Service {
    fn new(
        chosen: Chosen,
        genesis: Hash,
        client: Arc<FullClient>,
        backend: Arc<FullBackend>,
        registry: Option<&Registry>,
    ) -> Arc<Self> {
        let reader = Reader::new(client.clone(), backend);
        Arc::new(Self {
            chosen,
            genesis,
            pending: Arc::new(Pending::new(client.clone(), reader)),
            client,
            index: RwLock::new(None),
            status: RwLock::new(Status::unopened()),
            places: Semaphore::new(AT_MOST),
            turns: Semaphore::new(AT_ONCE),
            best: Semaphore::new(1),
            news: broadcast::Sender::new(NEWS),
            gauges: registry.map(Gauges::register).transpose().unwrap_or_else(|error| {
                log::warn!(target: LOG_TARGET, "no metrics of the index: {error}");
                None
            }),
        })
    }

    /// Starts the task that opens an index and keeps it. The node does not wait for it, and goes on without one that cannot be
    /// opened.
    pub fn start(
        chosen: Chosen,
        genesis: Hash,
        client: Arc<FullClient>,
        backend: Arc<FullBackend>,
        registry: Option<&Registry>,
        tasks: &TaskManager,
    ) -> Arc<Self> {
        let service = Self::new(chosen, genesis, client.clone(), backend.clone(), registry);
        let follower = Follower::new(client.clone(), service.clone(), Reader::new(client, backend));
        // It reads from the disk, so it is on a thread of its own.
        tasks.spawn_handle().spawn_blocking("index", Some("index"), follower.run().boxed());
        service
    }

    /// Opens the index, or gives it if it is open.
    async fn open(&self) -> Result<Arc<Index>, IndexError> {
        if let Some(index) = self.opened() {
            return Ok(index);
        }
        Ok(self.take(Index::open(&self.chosen.address, self.genesis).await?).await)
    }

    /// Opens the index empty, whatever was in it.
    async fn open_empty(&self) -> Result<Arc<Index>, IndexError> {
        Ok(self.take(Index::open_empty(&self.chosen.address, self.genesis).await?).await)
    }

    async fn take(&self, index: Index) -> Arc<Index> {
        let index = Arc::new(index);
        let head = index.head().await;
        match head {
            Some(head) => log::info!(target: LOG_TARGET, "the index goes on after block {}", head.number),
            None => log::info!(target: LOG_TARGET, "the index is made from the first block on"),
        }
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = Some(index.clone());
        self.change(|status| status.head = head);
        index
    }

    /// Lets go of the index, to be opened anew.
    fn close(&self) {
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The index, once it is open.
    pub fn opened(&self) -> Option<Arc<Index>> {
        self.index.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it is kept in.
    pub fn backend(&self) -> Backend {
        self.chosen.backend()
    }

    /// The first block of its chain.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// How far the index has got.
    pub fn status(&self) -> Status {
        self.status.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, how: impl FnOnce(&mut Status)) {
        how(&mut self.status.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// The newest final block of the node.
    pub fn finalised(&self) -> (BlockNumber, Hash) {
        let info = self.client.info();
        (info.finalized_number, info.finalized_hash)
    }

    /// A place among those who wait for their turn, if there is one.
    pub fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.try_acquire().ok()
    }

    /// Waits for a turn to ask the index.
    pub async fn turn(&self, at_best: bool) -> Turn<'_> {
        // Those that wait for each other do not take turns from those that need not wait.
        let best = if at_best { self.best.acquire().await.ok() } else { None };
        Turn { _best: best, _turn: self.turns.acquire().await.ok() }
    }

    /// The index, and what has to be put on top of it for an answer of the best block, or nothing for one of the final block.
    ///
    /// # Errors
    /// If the index does not answer now.
    pub async fn view(&self, at_best: bool) -> Result<(Arc<Index>, Arc<Vec<Block>>), Unanswered> {
        let (status, finalised) = (self.status(), self.finalised().0);
        if let Some(unanswered) = status.unanswered(finalised) {
            return Err(unanswered);
        }
        let index = self.opened();
        let (Some(index), Some(head)) = (index, status.head) else {
            return Err(Unanswered::Behind { at: None, finalised });
        };
        if !at_best {
            return Ok((index, Arc::default()));
        }
        let pending = self.pending.clone();
        // It reads from the disk.
        let blocks = tokio::task::spawn_blocking(move || unwind::caught(|| pending.after(&head))).await;
        let (why, detail) = match blocks {
            Ok(Ok(Ok(blocks))) => return Ok((index, blocks)),
            Ok(Ok(Err(Unsettled { why, detail }))) => (why, detail),
            Ok(Err(panic)) => ("they cannot be read; the node's log says why".into(), Some(panic)),
            Err(error) => ("the node ends".into(), Some(error.to_string())),
        };
        if let Some(detail) = detail {
            log::warn!(target: LOG_TARGET, "the blocks that are not final cannot be put on top of the index: {detail}");
        }
        Err(Unanswered::Unsettled { at: head.number, reason: why })
    }

    /// The index has got as far as this.
    fn progress(&self, head: Option<At>, finalised: BlockNumber, state: State) {
        self.change(|status| *status = Status { state, head, ..Status::unopened() });
        if let Some(gauges) = &self.gauges {
            gauges.at(head.map(|head| head.number), finalised);
        }
    }

    /// The index is further behind than that it would answer. What has stopped it is told until it goes on.
    fn behind(&self) {
        self.change(|status| {
            if status.state == State::Following {
                status.state = State::Rebuilding;
            }
        });
    }

    /// Something keeps the index from going on, for now or until somebody does something.
    fn kept_back(&self) {
        if let Some(gauges) = &self.gauges {
            gauges.setback();
        }
    }

    /// The index does not go on. `new` says that it has not got on since the node runs.
    fn stopped(&self, setback: &Setback, new: bool) {
        // What nobody asked for is no fault when it cannot be had.
        let unkept = setback.kind == Kind::Gone && new && !self.chosen.asked;
        self.change(|status| {
            (status.state, status.error) = (State::Stopped, Some(setback.told.clone()));
            status.unkept = unkept;
        });
        if let Some(gauges) = &self.gauges {
            gauges.stopped(!unkept);
        }
    }

    /// The node has another final block.
    fn finalised_is(&self, finalised: BlockNumber) {
        let status = self.status();
        if let Some(gauges) = self.gauges.as_ref().filter(|_| !status.unkept) {
            gauges.lag(status.head.map(|head| head.number), finalised);
        }
    }

    /// What gets into the index from now on.
    pub fn news(&self) -> broadcast::Receiver<Arc<News>> {
        self.news.subscribe()
    }

    /// Tells that blocks are in the index now, and what they did to it. Where it was far behind they are `old`: who listens is told
    /// of what is new and not, in thousands of items, of how it came about.
    fn applied(&self, blocks: &[Block], applied: Applied, old: bool) {
        if let Some(gauges) = &self.gauges {
            gauges.applied(blocks.len());
        }
        let Some(at) = applied.at else { return };
        self.pending.settled(&at);
        if self.news.receiver_count() == 0 {
            return;
        }
        if old {
            self.tell(News::Broken("the index is far behind and made from older blocks"));
        } else if let Some(changed) = Changed::by(blocks, applied) {
            self.tell(News::Changed(Box::new(changed)));
        }
    }

    fn tell(&self, news: News) {
        // Who has gone meanwhile has nothing to be told.
        let _ = self.news.send(Arc::new(news));
    }
}
