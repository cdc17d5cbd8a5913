//! How long work tells how far it got.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Reading and checking a file, in bytes.
    Reading,
    /// Encrypting a file, in bytes.
    Sealing,
    /// Sending a ciphertext to a vault, in bytes.
    Uploading,
    /// Fetching a ciphertext from a vault, in bytes.
    Downloading,
    /// Decrypting a file, in bytes.
    Opening,
    /// Waiting for a block, without a known end.
    Waiting,
    /// Reading the events of blocks, in blocks.
    Scanning,
}

/// One message about the progress of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A stage begins; `total` is how much there is to do, if known.
    Begin {
        /// The stage.
        stage: Stage,
        /// How much there is to do, in the stage's unit.
        total: Option<u64>,
    },
    /// So much more was done.
    Advance(u64),
    /// The stage is over.
    End,
}

/// Whom to tell, and whether to go on. The default tells nobody. Clones are one and the same.
#[derive(Clone, Default)]
pub struct Progress {
    listener: Option<Arc<dyn Fn(Step) + Send + Sync>>,
    stopped: Arc<AtomicBool>,
}

impl Progress {
    /// Tells this function, which must not block.
    pub fn new(listener: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self { listener: Some(Arc::new(listener)), stopped: Arc::default() }
    }

    /// Asks the work on files to stop at the next piece, so that it clears away what it has written so far. Work that
    /// waits for others is stopped by dropping its future.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether the work is to stop.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// A stage begins.
    pub fn begin(&self, stage: Stage, total: Option<u64>) {
        self.tell(Step::Begin { stage, total });
    }

    /// So much more was done.
    pub fn advance(&self, by: u64) {
        self.tell(Step::Advance(by));
    }

    /// The stage is over.
    pub fn end(&self) {
        self.tell(Step::End);
    }

    fn tell(&self, step: Step) {
        if let Some(listener) = &self.listener {
            listener(step);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.listener.is_some() { "Progress(listener)" } else { "Progress(nobody)" })
    }
}
