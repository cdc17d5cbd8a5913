//! What is done to a file's batches, shared among threads.
//!
//! Of what is done to a file, hashing can only be done in the order of its bytes, and there are two hashes. So the works
//! stand in a line: each takes the batches in their order, one at a time, while other works have others. No thread has a work
//! of its own: whoever is free does the work nearest to the end that can be done, also the one that fills the batches when
//! there is none to fill. So no processor waits as long as there is something to do, and a batch mostly stays in the cache of
//! one. There is a fixed number of batches, which go round: that bounds the memory.

use std::{
    collections::VecDeque,
    io,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, Builder},
};

use super::stream::Batch;

/// How many batches there are at most.
const BATCHES: usize = 8;

/// What is done to each batch. If it fails, the line breaks.
pub(super) type Work<'w> = Box<dyn FnMut(&mut Batch) -> io::Result<()> + Send + 'w>;

/// Lets what `fill` puts in pass through works, and waits until all of it has. Gives what `fill` gave.
///
/// # Errors
/// Of the first work that failed.
pub(super) fn run<'w, T>(works: Vec<Work<'w>>, fill: impl FnOnce(Feed<'_, 'w>) -> T) -> io::Result<T> {
    // With the one that fills, as many as there are processors: one more would have to wait for its turn in the middle of a
    // work, and others for that work.
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let helpers = processors.saturating_sub(1).clamp(1, works.len().max(1));
    let line = Line::new(works);
    let filled = thread::scope(|scope| {
        for _ in 0..helpers {
            // Without them, the one that fills does everything.
            if Builder::new().name("envelope".into()).spawn_scoped(scope, || line.help()).is_err() {
                break;
            }
        }
        let end = End(&line);
        let filled = fill(Feed::new(&line));
        drop(end);
        line.help();
        filled
    });
    match line.state.into_inner().unwrap_or_else(PoisonError::into_inner).failed {
        Some(error) => Err(error),
        None => Ok(filled),
    }
}

/// A work, and the batches that have come to it.
struct Place<'w> {
    /// Nothing while somebody does it.
    work: Option<Work<'w>>,
    waiting: VecDeque<Batch>,
}

struct State<'w> {
    places: Vec<Place<'w>>,
    /// Went through all works.
    free: Vec<Batch>,
    made: usize,
    /// In the line.
    inside: usize,
    /// Nothing more is put in.
    ended: bool,
    /// A work failed or panicked: nothing more is done.
    broken: bool,
    failed: Option<io::Error>,
    /// Threads that wait for a change.
    idle: usize,
}

impl<'w> State<'w> {
    /// The work nearest to the end that can be done.
    fn next(&mut self) -> Option<(usize, Work<'w>, Batch)> {
        if self.broken {
            return None;
        }
        let mut places = self.places.iter_mut().enumerate().rev();
        let (at, place) = places.find(|(_, place)| place.work.is_some() && !place.waiting.is_empty())?;
        Some((at, place.work.take()?, place.waiting.pop_front()?))
    }

    /// A batch goes to the next work, or is free.
    fn pass(&mut self, to: usize, batch: Batch) {
        match self.places.get_mut(to) {
            Some(place) => place.waiting.push_back(batch),
            None => {
                self.inside = self.inside.saturating_sub(1);
                self.free.push(batch);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.broken || (self.ended && self.inside == 0)
    }
}

struct Line<'w> {
    state: Mutex<State<'w>>,
    changed: Condvar,
}

type Locked<'l, 'w> = MutexGuard<'l, State<'w>>;

impl<'w> Line<'w> {
    fn new(works: Vec<Work<'w>>) -> Self {
        let place = |work| Place { work: Some(work), waiting: VecDeque::with_capacity(BATCHES) };
        let state = State {
            places: works.into_iter().map(place).collect(),
            free: Vec::with_capacity(BATCHES),
            made: 0,
            inside: 0,
            ended: false,
            broken: false,
            failed: None,
            idle: 0,
        };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> Locked<'_, 'w> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something has changed that others may wait for.
    fn tell(&self, state: &Locked<'_, 'w>) {
        if state.idle > 0 {
            self.changed.notify_all();
        }
    }

    /// Does one work, or waits for a change if there is none that can be done.
    fn step<'l>(&'l self, mut state: Locked<'l, 'w>) -> Locked<'l, 'w> {
        let Some((at, mut work, mut batch)) = state.next() else {
            state.idle += 1;
            let mut state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
            return state;
        };
        drop(state);
        let broken = Break(self);
        let done = work(&mut batch);
        std::mem::forget(broken);
        let mut state = self.lock();
        match done {
            Ok(()) => {
                if let Some(place) = state.places.get_mut(at) {
                    place.work = Some(work);
                }
                state.pass(at + 1, batch);
            }
            Err(error) => {
                state.broken = true;
                state.failed.get_or_insert(error);
            }
        }
        self.tell(&state);
        state
    }

    /// Does what there is to do, to the end.
    fn help(&self) {
        let mut state = self.lock();
        while !state.is_over() {
            state = self.step(state);
        }
    }

    /// A batch to be filled, or none if the line has broken.
    fn take(&self) -> Option<Batch> {
        let mut state = self.lock();
        loop {
            if state.broken {
                return None;
            }
            if let Some(batch) = state.free.pop() {
                return Some(batch);
            }
            if state.made < BATCHES {
                state.made += 1;
                return Some(Batch::new());
            }
            state = self.step(state);
        }
    }

    /// Puts a batch in. Fails if the line has broken.
    fn put(&self, batch: Batch) -> io::Result<()> {
        let mut state = self.lock();
        if state.broken {
            return Err(broken());
        }
        state.inside += 1;
        state.pass(0, batch);
        self.tell(&state);
        Ok(())
    }
}

/// Says that nothing more is put in, also if what fills panics.
struct End<'l, 'w>(&'l Line<'w>);

impl Drop for End<'_, '_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.ended = true;
        self.0.tell(&state);
    }
}

/// Breaks the line if a work panics: who waits for that work would wait for ever.
struct Break<'l, 'w>(&'l Line<'w>);

impl Drop for Break<'_, '_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.broken = true;
        self.0.tell(&state);
    }
}

/// Fills batches and puts them into a line, from which they come back.
pub(super) struct Feed<'l, 'w> {
    line: &'l Line<'w>,
    /// The full batch before the one that is being filled: it may turn out to be the last.
    held: Option<Batch>,
    /// The one that is being filled.
    batch: Option<Batch>,
}

impl<'l, 'w> Feed<'l, 'w> {
    fn new(line: &'l Line<'w>) -> Self {
        Self { line, held: None, batch: None }
    }

    /// Where more plaintext goes; never empty. Fails if the line has broken: the work that failed says why.
    pub fn room(&mut self) -> io::Result<&mut [u8]> {
        self.batch(Batch::is_filled).map(Batch::room)
    }

    /// So much of the [room](Self::room) has been filled.
    pub fn filled(&mut self, bytes: usize) {
        if let Some(batch) = &mut self.batch {
            batch.filled(bytes);
        }
    }

    /// An empty batch for ciphertext. Fails as [`Self::room`].
    pub fn empty(&mut self) -> io::Result<&mut Batch> {
        self.batch(|batch| !batch.is_empty())
    }

    /// There is no more.
    pub fn finish(mut self) -> io::Result<()> {
        self.batch(|_| false)?;
        let mut batch = self.batch.take().ok_or_else(broken)?;
        let Some(mut held) = self.held.take() else {
            batch.last = true;
            return self.line.put(batch);
        };
        if batch.is_empty() {
            held.last = true;
            return self.line.put(held);
        }
        batch.last = true;
        self.line.put(held).and_then(|()| self.line.put(batch))
    }

    /// The batch that is being filled: if that is full, an empty one behind it.
    fn batch(&mut self, is_full: impl FnOnce(&Batch) -> bool) -> io::Result<&mut Batch> {
        let number = match &self.batch {
            Some(batch) if !is_full(batch) => None,
            Some(batch) => Some(batch.next_number()),
            None => Some(0),
        };
        if let Some(number) = number {
            // Put in before another is waited for: it may be the one that comes back.
            if let Some(full) = self.batch.take()
                && let Some(held) = self.held.replace(full)
            {
                self.line.put(held)?;
            }
            let mut following = self.line.take().ok_or_else(broken)?;
            following.begin(number);
            self.batch = Some(following);
        }
        self.batch.as_mut().ok_or_else(broken)
    }
}

fn broken() -> io::Error {
    io::Error::other("what is done to the envelope has failed")
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// Puts in so many bytes, all of a batch the number of the batch.
    fn fill(mut feed: Feed<'_, '_>, mut bytes: usize) -> io::Result<()> {
        while bytes > 0 {
            let room = feed.room()?;
            let length = room.len().min(bytes);
            room[..length].fill(7);
            feed.filled(length);
            bytes -= length;
        }
        feed.finish()
    }

    #[test]
    fn each_work_takes_every_batch_in_order_and_the_last_is_marked() {
        for bytes in [0, 1, 256 << 10, (256 << 10) + 1, 9 << 20] {
            let (mut first, mut second) = (Vec::new(), Vec::new());
            let works: Vec<Work<'_>> = vec![
                Box::new(|batch| {
                    first.push((batch.next_number(), batch.last));
                    Ok(())
                }),
                Box::new(|batch| {
                    second.push((batch.next_number(), batch.plaintext().map(<[u8]>::len).sum::<usize>()));
                    Ok(())
                }),
            ];
            run(works, |feed| fill(feed, bytes)).unwrap().unwrap();
            assert!(first.is_sorted() && second.is_sorted());
            assert_eq!(second.iter().map(|(_, length)| length).sum::<usize>(), bytes);
            let last = first.iter().filter(|(_, last)| *last).count();
            assert_eq!((last, first.last().map(|(_, last)| *last)), (1, Some(true)), "{bytes} bytes");
        }
    }

    #[test]
    fn a_work_that_fails_ends_it_and_says_why() {
        let works: Vec<Work<'_>> = vec![
            Box::new(|_| Ok(())),
            Box::new(
                |batch| if batch.is_first() { Ok(()) } else { Err(io::Error::other("the disk is full")) },
            ),
        ];
        let error = run(works, |feed| fill(feed, 64 << 20)).unwrap_err();
        assert_eq!(error.to_string(), "the disk is full");
    }

    #[test]
    fn a_work_that_panics_lets_nobody_wait() {
        let works: Vec<Work<'_>> = vec![Box::new(|_| panic!("a fault")), Box::new(|_| Ok(()))];
        catch_unwind(AssertUnwindSafe(|| run(works, |feed| fill(feed, 64 << 20)))).unwrap_err();
    }

    #[test]
    fn who_fills_may_give_up() {
        let works: Vec<Work<'_>> = vec![Box::new(|_| Ok(()))];
        let given_up = run(works, |mut feed| {
            feed.room().unwrap();
            "given up"
        });
        assert_eq!(given_up.unwrap(), "given up");
    }
}
