//! What a question sees: the rows of one block, and what of it is not final.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use medshare_types::{AccountId, RecordId, Tier};
use sqlx::{Any, AnyConnection, Transaction};
use tokio::sync::{MutexGuard, OwnedRwLockReadGuard, SemaphorePermit};

use crate::{
    At, Block, Error, Index, Result,
    apply::{Batch, Touched},
    counted::Counted,
    index::Live,
    memory::Memory,
    rows::records::{VERSIONS, version},
    store::{Head, meta, of_numbers},
};

/// Rows of one block: those that were committed, or with some that never will be and that nobody else sees.
pub struct View<'a> {
    transaction: Transaction<'static, Any>,
    /// The block; nothing while the index is empty.
    pub head: Option<Head>,
    /// The last final block.
    settled: Option<Head>,
    /// What is not final; nothing if the view is of what is.
    pub overlay: Option<Overlay>,
    /// Nobody else writes meanwhile.
    _turn: Option<(SemaphorePermit<'a>, MutexGuard<'a, ()>)>,
}

/// What is not final yet, beside the sets of what is.
#[derive(Default)]
pub struct Overlay {
    /// The records that changed.
    pub touched: BTreeSet<RecordId>,
    /// They alone, as they are now.
    pub memory: Memory,
    /// In which tier whose records are now.
    pub moved: Vec<(AccountId, Tier)>,
}

impl View<'_> {
    /// The connection whose rows they are.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// The block.
    pub fn at(&self) -> Option<At> {
        self.head.map(|head| head.at(self.is_final(head.number)))
    }

    /// Whether a block is final.
    pub fn is_final(&self, number: u32) -> bool {
        self.settled.is_some_and(|head| number <= head.number)
    }

    /// How much there is of what at this block.
    pub async fn counted(&mut self) -> Result<Counted> {
        Ok(meta(self.connection(), "counted").await?.unwrap_or_default())
    }

    /// Ends it: what was not final is forgotten.
    pub async fn close(self) -> Result<()> {
        Ok(self.transaction.rollback().await?)
    }
}

impl Index {
    /// The sets of what is final.
    ///
    /// # Errors
    /// [`Error::Unsettled`] while the rows may be of another block.
    pub(crate) async fn settled(&self) -> Result<OwnedRwLockReadGuard<Live>> {
        let live = Arc::clone(&self.live).read_owned().await;
        if self.commit.is_lost() { Err(Error::Unsettled) } else { Ok(live) }
    }

    /// The rows of what is final and, on top, blocks that are not.
    pub(crate) async fn view(&self, pending: &[Block]) -> Result<View<'_>> {
        if !pending.is_empty() {
            return self.on_top(pending).await;
        }
        let mut transaction = self.store.readers.begin_with(self.store.reading()).await?;
        let head: Option<Head> = meta(&mut transaction, "head").await?.flatten();
        Ok(View { transaction, head, settled: head, overlay: None, _turn: None })
    }

    /// The rows of what is final with blocks that are not, in the writer's transaction, which is never committed. Nothing is
    /// committed by anybody else meanwhile, so the sets stay those of the rows without being locked.
    async fn on_top(&self, pending: &[Block]) -> Result<View<'_>> {
        // The pool and the semaphore are never closed.
        let asking = self.asking.acquire().await.map_err(|_| Error::Unsettled)?;
        let turn = (asking, self.turn.lock().await);
        let mut transaction = self.store.writer.begin().await?;
        let live = self.settled().await?;
        // What became final meanwhile is in the rows.
        let done = pending.partition_point(|block| live.head.is_some_and(|head| block.number <= head.number));
        let pending = &pending[done..];
        let settled = live.head;
        let overlay = Some(Overlay::default());
        let Some(head) = self.follows(settled, pending)? else {
            return Ok(View { transaction, head: settled, settled, overlay, _turn: Some(turn) });
        };
        let batch = Batch::new(pending);
        let placed = batch.placed(&live.memory);
        drop(live);
        let credits = batch.credits.clone();
        let Touched { records, .. } = batch.write(&mut transaction, settled, head, placed).await?;
        let touched: BTreeSet<RecordId> = records.keys().copied().collect();
        let text = format!("{VERSIONS} WHERE record");
        let rows = of_numbers(&mut transaction, &text, touched.iter().copied()).await?;
        let mut versions = rows.iter().map(version).collect::<Result<Vec<_>>>()?;
        versions.sort_by_key(|(placed, _)| placed.order());
        let live = self.settled().await?;
        let mut memory = Memory::default();
        memory.owners.advance(head.time);
        for owner in versions.iter().map(|(_, whole)| &whole.record.owner) {
            let told = credits.get(owner).copied().or_else(|| live.memory.owners.standing(owner));
            if let Some(standing) = told {
                memory.owners.set_standing(owner, standing.clone());
            }
        }
        for (placed, whole) in &versions {
            memory.insert(whole, placed.with(&placed.state));
        }
        memory.settle();
        let owners = &live.memory.owners;
        let mut moved: HashMap<AccountId, Tier> = owners
            .changing(head.time)
            .filter_map(|account| Some((account.clone(), owners.standing(account)?.tier(head.time))))
            .collect();
        moved
            .extend(credits.iter().map(|(account, standing)| ((*account).clone(), standing.tier(head.time))));
        let overlay = Some(Overlay { touched, memory, moved: moved.into_iter().collect() });
        Ok(View { transaction, head: Some(head), settled, overlay, _turn: Some(turn) })
    }

    /// The last of some blocks, if they follow one another and the head.
    pub(crate) fn follows(&self, head: Option<Head>, blocks: &[Block]) -> Result<Option<Head>> {
        let mut last = head;
        for block in blocks {
            let next = match last {
                Some(last) => block.parent == last.hash && Some(block.number) == last.number.checked_add(1),
                None => match block.number {
                    0 => block.hash == self.genesis(),
                    1 => block.parent == self.genesis(),
                    _ => false,
                },
            };
            if !next {
                return Err(Error::NotNext {
                    head: last.map(|head| (head.number, head.hash)),
                    number: block.number,
                    parent: block.parent,
                });
            }
            last = Some(Head { number: block.number, hash: block.hash, time: block.time });
        }
        Ok(if blocks.is_empty() { None } else { last })
    }
}
