//! Work on the pieces of a body by a thread of its own, while the next pieces come.

use std::io;

use bytes::Bytes;
use tokio::{sync::mpsc, task::JoinHandle};

/// How many pieces may wait. A piece is what one read of a connection gives, at most [`PIECE`](crate::server::PIECE).
const WAITING: usize = 4;

/// A thread that works on pieces in their order. It ends, having worked on all that it was given, when this is dropped.
pub struct Line<T> {
    pieces: mpsc::Sender<Bytes>,
    worker: JoinHandle<(T, io::Result<()>)>,
}

impl<T: Send + 'static> Line<T> {
    /// Starts with a state that each piece changes. After an error no piece is worked on.
    pub fn start(
        mut state: T,
        mut work: impl FnMut(&mut T, &[u8]) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let (pieces, mut given) = mpsc::channel::<Bytes>(WAITING);
        let worker = tokio::task::spawn_blocking(move || {
            while let Some(piece) = given.blocking_recv() {
                if let Err(error) = work(&mut state, &piece) {
                    return (state, Err(error));
                }
            }
            (state, Ok(()))
        });
        Self { pieces, worker }
    }

    /// Gives it a piece, when fewer than some wait. False if it has ended with an error, which [`Self::end`] tells.
    pub async fn give(&self, piece: Bytes) -> bool {
        self.pieces.send(piece).await.is_ok()
    }

    /// Waits until all pieces are worked on. The state is that after the last one that succeeded.
    ///
    /// # Errors
    /// The outer one if the thread panicked: then there is no state any more.
    pub async fn end(self) -> io::Result<(T, io::Result<()>)> {
        drop(self.pieces);
        self.worker.await.map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn works_on_all_pieces_in_order() {
        let line = Line::start(Vec::new(), |all: &mut Vec<u8>, piece| {
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
    async fn an_error_ends_it_and_the_state_before_it_is_kept() {
        let line = Line::start(0_u8, |done: &mut u8, _| {
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
