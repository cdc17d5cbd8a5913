//! The index itself: opening, applying, counting.

use std::{panic::resume_unwind, sync::Arc, time::Duration};

use medshare_types::{BlockNumber, Hash, RecordId};
use sqlx::AnyConnection;
use tokio::{
    runtime::Handle,
    sync::{Mutex as Turn, RwLock, Semaphore},
    task::spawn_blocking,
};

use crate::{
    At, Block, Counts, Error, Result,
    apply::{Batch, Outcome, Touched},
    commit::{Commit, Committing},
    counted::Counted,
    load::load,
    memory::Memory,
    search::Kept,
    store::{Head, SCHEMA, Store, body, meta},
};

/// What the index is kept in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// A file of SQLite's.
    Sqlite,
    /// A database of a PostgreSQL server.
    Postgresql,
}

/// How an index answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// How long a question may take until it is given up, with [`Error::TooLong`].
    pub time_limit: Duration,
    /// How long whoever writes waits for the database: for a server that refuses connections, and for one question of the best
    /// block, which may come before and has the limit above.
    pub patience: Duration,
}

impl Default for Options {
    /// Ten seconds, and thirty.
    fn default() -> Self {
        Self { time_limit: Duration::from_secs(10), patience: Duration::from_secs(30) }
    }
}

/// What blocks did to the index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applied {
    /// The last block in it; nothing while it is empty.
    pub at: Option<At>,
    /// The records of those whose tier is another one by them, by an event or by time alone; ascending. They did not change.
    pub moved: Vec<RecordId>,
    /// The records that were on sale before them and are not after them, also those that were erased; ascending.
    pub delisted: Vec<RecordId>,
}

/// How many things that changed can be looked through at once, by [`Index::search_among`] and its like.
pub const MOST_AMONG: usize = 1_000;

/// What is final, as searches see it.
#[derive(Default)]
pub struct Live {
    pub head: Option<Head>,
    pub memory: Memory,
    /// What searches found lately.
    pub kept: Kept,
}

/// The index of a chain.
pub struct Index {
    genesis: Hash,
    pub(crate) store: Store,
    pub(crate) live: Arc<RwLock<Live>>,
    pub(crate) options: Options,
    /// Whose turn it is to write: whoever applies, or one question that puts blocks on top of the final ones. Each gets its turn
    /// in the order in which they came.
    pub(crate) turn: Arc<Turn<()>>,
    pub(crate) commit: Arc<Commit>,
    /// Of the questions that put blocks on top, one at a time waits for its turn; so whoever applies waits for one at most.
    pub(crate) asking: Semaphore,
}

impl Index {
    /// Opens the index of the chain with this genesis block in a database: `sqlite:PATH`, `sqlite::memory:` or
    /// `postgres://USER@HOST/DATABASE`. Where there is none, or one of an older form, there is an empty one then; it is to be
    /// filled from the first block on.
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::OtherChain`], [`Error::Newer`] and [`Error::Foreign`], by which nothing is changed;
    /// [`Error::Unreachable`] if the database cannot be opened; [`Error::Damaged`].
    pub async fn open(address: &str, genesis: Hash) -> Result<Self> {
        Self::open_with(address, genesis, Options::default()).await
    }

    /// As [`Self::open`], to answer so.
    ///
    /// # Errors
    /// As of [`Self::open`].
    pub async fn open_with(address: &str, genesis: Hash, options: Options) -> Result<Self> {
        let store = Store::open(address, genesis, &options).await?;
        let live = load(&mut *store.writer.acquire().await?).await?;
        Ok(Self::of(store, live, genesis, options))
    }

    /// As [`Self::open`], and emptied: also one whose rows are damaged.
    ///
    /// # Errors
    /// As of [`Self::open`], but for [`Error::Damaged`].
    pub async fn open_empty(address: &str, genesis: Hash) -> Result<Self> {
        let options = Options::default();
        let store = Store::open(address, genesis, &options).await?;
        let index = Self::of(store, Live::default(), genesis, options);
        index.clear().await?;
        Ok(index)
    }

    fn of(store: Store, live: Live, genesis: Hash, options: Options) -> Self {
        Self {
            genesis,
            store,
            live: Arc::new(RwLock::new(live)),
            options,
            turn: Arc::default(),
            commit: Arc::default(),
            asking: Semaphore::new(1),
        }
    }

    /// The first block of the chain that it is of.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// What it is kept in.
    pub fn backend(&self) -> Backend {
        self.store.backend
    }

    /// The form of its database.
    pub fn schema(&self) -> u32 {
        SCHEMA
    }

    /// The last block that was applied; nothing while it is empty.
    ///
    /// A commit that is going on is waited for, also one that whoever applied has given up. If it is not known whether the last
    /// one took place, the rows are read anew first, which can take a while; if they cannot be read, it is the block before it.
    pub async fn head(&self) -> Option<At> {
        if self.commit.is_lost() || self.commit.is_going_on() {
            let _turn = self.turn.lock().await;
            if self.commit.is_lost()
                && let Ok(mut transaction) = self.store.writer.begin().await
            {
                // Whoever applies next tries again, and tells what is wrong.
                let _ = self.settle(&mut transaction).await;
            }
        }
        self.live.read().await.head.map(|head| head.at(true))
    }

    /// Reads the rows anew if they may be of another block than the sets. Whether it did.
    async fn settle(&self, connection: &mut AnyConnection) -> Result<bool> {
        let is_lost = self.commit.is_lost();
        if is_lost {
            let live = load(connection).await?;
            *self.live.write().await = live;
            self.commit.set_lost(false);
        }
        Ok(is_lost)
    }

    /// Takes what blocks changed: all of them, with the last one as the new head, or none. Final blocks only.
    ///
    /// It waits for its turn as long as it takes: for one question of the best block at most; and for the database no longer than
    /// [`Options::patience`].
    ///
    /// # Errors
    /// [`Error::NotNext`] if they do not follow the head and one another; an empty index takes block 0 or 1.
    /// [`Error::Busy`] if another process wrote; [`Error::Unsettled`] if the database has lost blocks, whose rows are then read
    /// anew; [`Error::Database`] also if the database lets nobody in.
    pub async fn apply(&self, blocks: &[Block]) -> Result<Applied> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        self.store.checkpoint().await?;
        let mut transaction = self.store.writer.begin().await?;
        let mut blocks = blocks;
        if self.settle(&mut transaction).await? {
            // They may have been committed.
            let head = self.live.read().await.head;
            let last = blocks.iter().position(|block| head.is_some_and(|head| block.hash == head.hash));
            blocks = last.map_or(blocks, |last| &blocks[last + 1..]);
        }
        let batch = Batch::new(blocks);
        let (old, placed, changed) = {
            let live = self.live.read().await;
            let changed =
                batch.touched().into_iter().flat_map(|record| live.memory.of_record(record)).collect();
            (live.head, batch.placed(&live.memory), changed)
        };
        let Some(new) = self.follows(old, blocks)? else {
            let at = old.map(|head| head.at(true));
            return Ok(Applied { at, moved: Vec::new(), delisted: Vec::new() });
        };
        let credits = batch.credits.iter().map(|(who, what)| ((*who).clone(), (*what).clone())).collect();
        let Touched { records, versions } = match batch.write(&mut transaction, old, new, placed).await {
            Err(Error::Busy) => {
                // A server that crashed may have lost its last commits: then the rows are read anew before anything else.
                let there: Option<Head> = meta(&mut transaction, "head").await?.flatten();
                let lost = there.map(|head| head.number) < old.map(|head| head.number);
                self.commit.set_lost(lost);
                return Err(if lost { Error::Unsettled } else { Error::Busy });
            }
            written => written?,
        };
        let versions = versions.iter().map(|left| left.with(left.state.cloned())).collect();
        let outcome = Outcome { old, new, changed, credits, records, versions };
        let committing = Committing::begin(self, turn, &outcome);
        let runtime = Handle::current();
        // On a thread of its own, so that it neither waits for its turn among those who search nor is given up halfway.
        let taken = spawn_blocking(move || -> Result<Applied> {
            runtime.block_on(transaction.commit())?;
            Ok(committing.done(outcome))
        });
        match taken.await {
            Ok(applied) => applied,
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                // The runtime ends.
                Err(_) => Err(Error::Unsettled),
            },
        }
    }

    /// The hash of a block that is in it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn hash_of(&self, number: BlockNumber) -> Result<Option<Hash>> {
        let row = sqlx::query("SELECT hash FROM blocks WHERE number = $1")
            .bind(i64::from(number))
            .fetch_optional(&mut *self.store.readers.acquire().await?)
            .await?;
        row.map(|row| body(&row, 0)).transpose()
    }

    /// Empties it, to be filled again from the first block on.
    ///
    /// # Errors
    /// If the database does not do it. If it is not known whether it did, its rows are read anew before the next block.
    pub async fn clear(&self) -> Result<()> {
        let _turn = self.turn.lock().await;
        let mut transaction = self.store.writer.begin().await?;
        self.store.recreate(&mut transaction, self.genesis).await?;
        let mut live = self.live.write().await;
        self.commit.set_lost(true);
        transaction.commit().await?;
        *live = Live::default();
        self.commit.set_lost(false);
        Ok(())
    }

    /// Ends what is going on, and closes the database. One whose index is only dropped is closed behind one's back, and may be
    /// locked when it is opened again meanwhile.
    pub async fn close(self) {
        let _turn = self.turn.lock().await;
        self.store.readers.close().await;
        self.store.writer.close().await;
    }

    /// How much it holds.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn counts(&self) -> Result<Counts> {
        self.limited(async {
            let counted: Option<Counted> = meta(&mut *self.store.readers.acquire().await?, "counted").await?;
            Ok(counted.unwrap_or_default().counts())
        })
        .await
    }

    /// Gives a question up that takes too long. What the database does for it ends there too: PostgreSQL has the same limit,
    /// and SQLite stops at the next row; no statement of this crate goes through a table without coming to a row or to its own
    /// limit soon, but for conditions that nothing in a large table meets, which end with the table.
    pub(crate) async fn limited<T>(&self, question: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.options.time_limit;
        let too_long = || Error::TooLong { seconds: limit.as_secs() };
        match tokio::time::timeout(limit, question).await {
            Ok(Err(Error::Database(sqlx::Error::PoolTimedOut))) | Err(_) => Err(too_long()),
            Ok(answer) => answer,
        }
    }
}
