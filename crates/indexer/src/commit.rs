//! Commits, during which searches go on: who finds something in the sets may read its rows after the next commit.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use roaring::RoaringBitmap;
use tokio::sync::{OwnedMutexGuard, RwLock};

use crate::{Applied, Index, apply::Outcome, index::Live, store::Head};

/// Blocks that are being committed: the rows may be of the last of them, while what searches go over is of the one before.
pub struct Coming {
    /// The last block before them.
    pub old: Option<Head>,
    /// The last of them.
    pub new: Head,
    /// The documents whose rows they change.
    pub changed: RoaringBitmap,
}

/// What is known of the last commit.
#[derive(Default)]
pub struct Commit {
    coming: Mutex<Option<Coming>>,
    /// Whether it was lost sight of, so that the rows may be of another block: they are read anew before anything else is written
    /// or answered.
    lost: AtomicBool,
}

impl Commit {
    /// Whether it was lost sight of.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    /// Says so, or no longer.
    pub fn set_lost(&self, lost: bool) {
        self.lost.store(lost, Ordering::SeqCst);
    }

    /// Whether one is going on.
    pub fn is_going_on(&self) -> bool {
        self.coming(|_| Some(())).is_some()
    }

    /// Looks at the blocks that are being committed, if there are any.
    pub fn coming<T>(&self, look: impl FnOnce(&Coming) -> Option<T>) -> Option<T> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(look)
    }

    fn set_coming(&self, coming: Option<Coming>) {
        *self.coming.lock().unwrap_or_else(PoisonError::into_inner) = coming;
    }
}

/// A commit that is going on. If it ends otherwise than well, nobody knows whether it took place.
pub struct Committing {
    live: Arc<RwLock<Live>>,
    commit: Arc<Commit>,
    is_done: bool,
    /// Nobody else writes until it has ended, also if whoever wanted it does not wait for it.
    _turn: OwnedMutexGuard<()>,
}

impl Committing {
    /// Blocks are going to be committed, by whose turn it is, with this outcome.
    pub fn begin(index: &Index, turn: OwnedMutexGuard<()>, outcome: &Outcome) -> Self {
        let Outcome { old, new, changed, .. } = outcome;
        index.commit.set_coming(Some(Coming { old: *old, new: *new, changed: changed.clone() }));
        Self { live: Arc::clone(&index.live), commit: Arc::clone(&index.commit), is_done: false, _turn: turn }
    }

    /// It took place. It waits for those who search just now.
    pub fn done(mut self, outcome: Outcome) -> Applied {
        let applied = self.live.blocking_write().take(outcome);
        self.is_done = true;
        applied
    }
}

impl Drop for Committing {
    fn drop(&mut self) {
        if !self.is_done {
            self.commit.set_lost(true);
        }
        self.commit.set_coming(None);
    }
}
