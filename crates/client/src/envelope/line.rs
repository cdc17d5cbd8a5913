//! Threads through which batches pass, one after the other, each with a work of its own.
//!
//! Of what is done to a file, hashing can only be done in the order of its bytes, and there are two hashes. So each work
//! has a thread, and what a batch waits for is only the slowest of them. There is a fixed number of batches, which go
//! round: that bounds the memory.

use std::{
    io,
    panic::resume_unwind,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::{Builder, Scope, ScopedJoinHandle},
};

use super::stream::Batch;

/// How many batches there are at most.
const BATCHES: usize = 12;

/// Where batches come from: those that went through all threads, or new ones.
struct Pool {
    used: Receiver<Batch>,
    made: usize,
}

impl Pool {
    /// A batch to be filled, or none if the line has broken.
    fn take(&mut self) -> Option<Batch> {
        if let Ok(batch) = self.used.try_recv() {
            return Some(batch);
        }
        if self.made < BATCHES {
            self.made += 1;
            return Some(Batch::new());
        }
        self.used.recv().ok()
    }
}

/// A line that is being built.
pub(super) struct Line<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    end: Receiver<Batch>,
}

/// A thread of a line, which gives what it has made of the batches.
pub(super) type Worker<'scope, T> = ScopedJoinHandle<'scope, io::Result<T>>;

impl<'scope, 'env> Line<'scope, 'env> {
    /// A line without threads, and where batches are put into it.
    pub fn new(scope: &'scope Scope<'scope, 'env>) -> (SyncSender<Batch>, Self) {
        let (start, end) = sync_channel(BATCHES);
        (start, Self { scope, end })
    }

    /// Lets batches pass through one more thread. If its work fails, the line breaks.
    pub fn then<T: Send + 'scope>(
        self,
        mut state: T,
        mut work: impl FnMut(&mut T, &mut Batch) -> io::Result<()> + Send + 'scope,
    ) -> io::Result<(Self, Worker<'scope, T>)> {
        let (output, end) = sync_channel(BATCHES);
        let input = self.end;
        let worker = Builder::new().name("envelope".into()).spawn_scoped(self.scope, move || {
            for mut batch in input {
                work(&mut state, &mut batch)?;
                // Nobody takes it any more: a thread behind this one has failed, and says why, or all has been put in.
                drop(output.send(batch));
            }
            Ok(state)
        })?;
        Ok((Self { scope: self.scope, end }, worker))
    }
}

/// Fills batches and puts them into a line, to which they come back.
pub(super) struct Feed {
    start: SyncSender<Batch>,
    pool: Pool,
    /// The full batch before the one that is being filled: it may turn out to be the last.
    held: Option<Batch>,
    batch: Batch,
}

impl Feed {
    /// Ends a line where it began.
    pub fn new(start: SyncSender<Batch>, line: Line<'_, '_>) -> Self {
        Self { start, pool: Pool { used: line.end, made: 1 }, held: None, batch: Batch::new() }
    }

    /// Where more plaintext goes; never empty. Fails if the line has broken: its threads say why.
    pub fn room(&mut self) -> io::Result<&mut [u8]> {
        if self.batch.room().is_empty() {
            self.turn()?;
        }
        Ok(self.batch.room())
    }

    /// So much of the [room](Self::room) has been filled.
    pub fn filled(&mut self, bytes: usize) {
        self.batch.filled(bytes);
    }

    /// An empty batch for ciphertext. Fails as [`Self::room`].
    pub fn empty(&mut self) -> io::Result<&mut Batch> {
        if !self.batch.is_empty() {
            self.turn()?;
        }
        Ok(&mut self.batch)
    }

    /// There is no more.
    pub fn finish(mut self) -> io::Result<()> {
        let Self { batch, held, .. } = &mut self;
        if batch.is_empty()
            && let Some(held) = held
        {
            held.last = true;
        } else {
            batch.last = true;
        }
        if let Some(held) = self.held.take() {
            self.start.send(held).map_err(|_| broken())?;
        }
        if self.batch.last {
            self.start.send(self.batch).map_err(|_| broken())?;
        }
        Ok(())
    }

    /// Goes on with an empty batch.
    fn turn(&mut self) -> io::Result<()> {
        let mut following = self.pool.take().ok_or_else(broken)?;
        following.begin(self.batch.next_number());
        let full = std::mem::replace(&mut self.batch, following);
        match self.held.replace(full) {
            Some(held) => self.start.send(held).map_err(|_| broken()),
            None => Ok(()),
        }
    }
}

fn broken() -> io::Error {
    io::Error::other("a thread that works on the envelope has ended")
}

/// Waits for a thread and what it gives. Nothing must feed the line any more.
pub(super) fn join<T>(worker: Worker<'_, T>) -> io::Result<T> {
    worker.join().unwrap_or_else(|panic| resume_unwind(panic))
}
