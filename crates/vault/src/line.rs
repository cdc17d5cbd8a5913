//! Work on the pieces of a body by threads of its own, while the next pieces come.

use std::{io, mem, sync::mpsc as waiting};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use tokio::{
    sync::mpsc,
    task::{JoinError, spawn_blocking},
};

/// How much is gathered while the thread is busy, until whoever gives has to wait.
const BATCH: usize = 384 * 1024;
/// How many of these may wait. With those that are worked on and the one that is being gathered, they are all that is in memory.
const WAITING: usize = 1;

/// A thread, or two one after the other, that work on pieces in their order. They end, having worked on all that they were
/// given, when this is dropped.
pub struct Line<T> {
    batches: mpsc::Sender<Vec<Bytes>>,
    gathered: Vec<Bytes>,
    /// Bytes that are gathered.
    bytes: usize,
    worker: BoxFuture<'static, Result<(T, io::Result<()>), JoinError>>,
}

impl<T: Send + 'static> Line<T> {
    /// Starts with a state that each piece changes. After an error no piece is worked on.
    pub fn start(
        mut state: T,
        mut work: impl FnMut(&mut T, &[u8]) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let (batches, mut given) = mpsc::channel(WAITING);
        let worker = spawn_blocking(move || {
            let done = work_on(&mut given, &mut state, &mut work, |_| true);
            (state, done)
        });
        Self { batches, gathered: Vec::new(), bytes: 0, worker: worker.boxed() }
    }

    /// Gives it a piece, when little enough waits. What comes while the thread is busy is gathered, because waking it for each
    /// piece would cost as much as the work; what comes while it is not, it gets at once. False if it has ended with an error,
    /// which [`Self::end`] tells.
    pub async fn give(&mut self, piece: Bytes) -> bool {
        self.bytes = self.bytes.saturating_add(piece.len());
        self.gathered.push(piece);
        let nothing_waits = self.batches.capacity() == self.batches.max_capacity();
        if nothing_waits || self.bytes >= BATCH { self.hand_over().await } else { true }
    }

    /// Hands over what is gathered as soon as the thread takes more. For whoever waits for the next piece meanwhile: it never ends
    /// if nothing is gathered, and can be given up.
    pub async fn caught_up(&mut self) {
        if self.gathered.is_empty() {
            return std::future::pending().await;
        }
        let place = self.batches.reserve().await;
        self.bytes = 0;
        let gathered = mem::take(&mut self.gathered);
        // Who gives the next piece is told if the thread has ended.
        if let Ok(place) = place {
            place.send(gathered);
        }
    }

    async fn hand_over(&mut self) -> bool {
        self.bytes = 0;
        self.batches.send(mem::take(&mut self.gathered)).await.is_ok()
    }

    /// Waits until all pieces are worked on. The state is that after the last one that succeeded.
    ///
    /// # Errors
    /// The outer one if the thread panicked: then there is no state any more.
    pub async fn end(mut self) -> io::Result<(T, io::Result<()>)> {
        // If it has ended already, it says why.
        self.hand_over().await;
        drop(self.batches);
        self.worker.await.map_err(io::Error::other)
    }
}

impl<A: Send + 'static, B: Send + 'static> Line<(A, B)> {
    /// As [`Line::start`], with a second thread, which works on what the first one is done with. One thread for two works that take
    /// long would get no more of the processors than whoever brings the pieces, who would mostly wait for it.
    pub fn start_with_second(
        (mut first, mut second): (A, B),
        mut work: impl FnMut(&mut A, &[u8]) -> io::Result<()> + Send + 'static,
        mut further: impl FnMut(&mut B, &[u8]) + Send + 'static,
    ) -> Self {
        let (batches, mut given) = mpsc::channel(WAITING);
        // Handed from one to the other, so that no more waits between.
        let (done, taken) = waiting::sync_channel::<Vec<Bytes>>(0);
        // The second begins first: where there are few threads, no first one waits for a second one that waits for a thread.
        let after = spawn_blocking(move || {
            taken.iter().flatten().for_each(|piece| further(&mut second, &piece));
            second
        });
        let before = spawn_blocking(move || {
            let done = work_on(&mut given, &mut first, &mut work, |batch| done.send(batch).is_ok());
            (first, done)
        });
        let worker = async {
            let (first, done) = before.await?;
            Ok(((first, after.await?), done))
        };
        Self { batches, gathered: Vec::new(), bytes: 0, worker: worker.boxed() }
    }
}

/// Works on all that is given, and passes it on as long as it is taken.
fn work_on<T>(
    given: &mut mpsc::Receiver<Vec<Bytes>>,
    state: &mut T,
    work: &mut impl FnMut(&mut T, &[u8]) -> io::Result<()>,
    pass: impl Fn(Vec<Bytes>) -> bool,
) -> io::Result<()> {
    while let Some(batch) = given.blocking_recv() {
        batch.iter().try_for_each(|piece| work(state, piece))?;
        if !pass(batch) {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn works_on_all_pieces_in_order() {
        let mut line = Line::start(Vec::new(), |all: &mut Vec<u8>, piece| {
            all.extend_from_slice(piece);
            Ok(())
        });
        for number in 0..100 {
            assert!(line.give(Bytes::from(vec![number; 3])).await);
        }
        let (all, ended) = line.end().await.unwrap();
        ended.unwrap();
        assert!(all.chunks(3).zip(0..100).all(|(piece, number)| piece == [number; 3]));
        assert_eq!(all.len(), 300);
    }

    #[tokio::test]
    async fn a_second_thread_works_on_what_the_first_is_done_with() {
        let mut line = Line::start_with_second(
            (0_usize, Vec::new()),
            |count, piece| {
                *count += 1;
                if piece == [7; 3] { Err(io::Error::other("the disk is full")) } else { Ok(()) }
            },
            |all: &mut Vec<u8>, piece| all.extend_from_slice(piece),
        );
        let mut given = 0;
        while line.give(Bytes::from(vec![given; 3])).await {
            given = (given + 1).min(100);
        }
        let ((count, all), ended) = line.end().await.unwrap();
        assert_eq!(ended.unwrap_err().to_string(), "the disk is full");
        assert_eq!(count, 8);
        // Of the piece that failed, or of those that came together with it, the second never hears.
        assert!(
            all.len() <= 21 && all.chunks(3).zip(0..).all(|(piece, number)| piece == [number; 3]),
            "{all:?}"
        );

        let mut line = Line::start_with_second(
            (0, 0),
            |a, piece| {
                *a += piece.len();
                Ok(())
            },
            |b, piece| *b += piece.len(),
        );
        for _ in 0..50 {
            assert!(line.give(Bytes::from(vec![0; BATCH / 4 + 1])).await);
        }
        let (both, ended) = line.end().await.unwrap();
        ended.unwrap();
        assert_eq!(both, (50 * (BATCH / 4 + 1), 50 * (BATCH / 4 + 1)));
    }

    #[tokio::test]
    async fn a_piece_is_worked_on_at_once_when_the_thread_is_free() {
        let (told, mut heard) = mpsc::unbounded_channel();
        let mut line =
            Line::start((), move |(): &mut (), piece| told.send(piece.len()).map_err(io::Error::other));
        for length in 1..10 {
            assert!(line.give(Bytes::from(vec![0; length])).await);
            assert_eq!(heard.recv().await, Some(length), "before anything else is given");
        }
        line.end().await.unwrap().1.unwrap();
    }

    #[tokio::test]
    async fn what_is_gathered_is_handed_over_also_when_there_is_much() {
        let mut line = Line::start(0_usize, |sum: &mut usize, piece| {
            *sum += piece.len();
            Ok(())
        });
        for _ in 0..50 {
            assert!(line.give(Bytes::from(vec![0; BATCH / 4 + 1])).await);
        }
        assert_eq!(line.end().await.unwrap().0, 50 * (BATCH / 4 + 1));
    }

    #[tokio::test]
    async fn an_error_ends_it_and_the_state_before_it_is_kept() {
        let mut line = Line::start(0_u8, |done: &mut u8, _| {
            if *done == 2 {
                return Err(io::Error::other("the disk is full"));
            }
            *done += 1;
            Ok(())
        });
        while line.give(Bytes::from_static(b"x")).await {}
        let (done, ended) = line.end().await.unwrap();
        assert_eq!(done, 2);
        assert_eq!(ended.unwrap_err().to_string(), "the disk is full");
    }
}
