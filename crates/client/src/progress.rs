//! How long work tells how far it got.

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    Error, Result,
    readers::{ReadError, Source, Watch},
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

    /// Reads a file, folder or zip, of a path or held, as `read` does, and tells how far that is.
    ///
    /// # Errors
    /// [`Error::Read`] with what `read` returns, [`Error::Stopped`] if it was stopped.
    pub fn reading<'a, T>(
        &self,
        source: impl Into<Source<'a>>,
        read: impl FnOnce(Source<'a>) -> Result<T, ReadError>,
    ) -> Result<T> {
        let source = source.into();
        let path = source.path();
        let done = read(source.watched(self.clone()));
        self.end();
        match self.is_stopped() {
            true => Err(Error::Stopped { doing: "reading", path: path.into() }),
            false => Ok(done?),
        }
    }

    fn tell(&self, step: Step) {
        if let Some(listener) = &self.listener {
            listener(step);
        }
    }
}

impl Watch for Progress {
    fn begin_reading(&self, total: u64) {
        self.begin(Stage::Reading, Some(total));
    }

    fn have_read(&self, bytes: u64) -> io::Result<()> {
        if self.is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        if bytes > 0 {
            self.advance(bytes);
        }
        Ok(())
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.listener.is_some() { "Progress(listener)" } else { "Progress(nobody)" })
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Mutex};

    use super::*;
    use crate::readers::describe;

    fn document() -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a line\n".repeat(50_000)).unwrap();
        file
    }

    #[test]
    fn reading_tells_how_far_it_is() {
        let (file, steps) = (document(), Arc::new(Mutex::new(Vec::new())));
        let told = Arc::clone(&steps);
        let progress = Progress::new(move |step| told.lock().unwrap().push(step));
        progress.reading(file.path(), |source| describe(source, None)).unwrap();
        let steps = steps.lock().unwrap();
        let begin = Step::Begin { stage: Stage::Reading, total: Some(350_000) };
        let last = steps.iter().rposition(|step| *step == begin).unwrap();
        let read = steps[last..].iter().map(|step| if let Step::Advance(by) = step { *by } else { 0 });
        assert_eq!(read.sum::<u64>(), 350_000);
        assert_eq!(steps.last(), Some(&Step::End));
    }

    #[test]
    fn reading_stops_when_it_is_asked_to() {
        let file = document();
        let progress = Progress::default();
        let from_within = progress.clone();
        let stopping = Progress::new(move |step| {
            if matches!(step, Step::Advance(_)) {
                from_within.stop();
            }
        });
        let stopping = Progress { stopped: Arc::clone(&progress.stopped), ..stopping };
        let stopped = stopping.reading(file.path(), |source| describe(source, None));
        assert!(matches!(stopped, Err(Error::Stopped { .. })), "{stopped:?}");
        let broken = Progress::default().reading(Path::new("nothing"), |source| describe(source, None));
        assert!(matches!(broken, Err(Error::Read(_))), "{broken:?}");
    }

    #[test]
    fn what_is_held_is_called_by_the_name_that_it_is_given() {
        let mut file = document();
        let name = Path::new("copy.pdf");
        let progress = Progress::default();
        let source = Source::held(name, file.as_file_mut());
        let described = progress.reading(source, |source| describe(source, None)).unwrap();
        assert!(described.remarks.iter().any(|remark| remark.contains(".pdf")), "{:?}", described.remarks);
        progress.stop();
        let source = Source::held(name, file.as_file_mut());
        let stopped = progress.reading(source, |source| describe(source, None));
        assert!(matches!(&stopped, Err(Error::Stopped { path, .. }) if path == name), "{stopped:?}");
    }
}
