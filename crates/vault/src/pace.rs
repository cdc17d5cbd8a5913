//! How slow a client may be.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::time::{Instant, timeout};

/// Too little came for too long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slow {
    /// How many bytes came in the window.
    pub came: u64,
    /// How many had to come.
    pub least: u64,
    /// How long was waited for them.
    pub window: Duration,
}

/// Sees to it that a body does not stand still or crawl: in each window, at least so much has to come. Only the time
/// counts in which we wait for the client, not that in which it waits for us.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    window: Duration,
    least: u64,
    waited: Duration,
    came: u64,
}

impl Pace {
    /// At least so many bytes in each window.
    pub fn new(window: Duration, least: u64) -> Self {
        Self { window, least: least.max(1), waited: Duration::ZERO, came: 0 }
    }

    /// For what does not come from a client.
    pub fn patient() -> Self {
        Self::new(Duration::from_secs(3_600), 1)
    }

    /// The next piece of a body.
    pub async fn next<E>(
        &mut self,
        body: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    ) -> Result<Option<Result<Bytes, E>>, Slow> {
        loop {
            let begun = Instant::now();
            let piece = timeout(self.window.saturating_sub(self.waited), body.next()).await;
            self.waited = self.waited.saturating_add(begun.elapsed());
            if let Ok(Some(Ok(bytes))) = &piece {
                self.came = self.came.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            }
            if piece.is_err() || self.waited >= self.window {
                // The end of a body is welcome however late it is.
                if self.came < self.least && !matches!(piece, Ok(None)) {
                    return Err(Slow { came: self.came, least: self.least, window: self.window });
                }
                (self.waited, self.came) = (Duration::ZERO, 0);
            }
            if let Ok(piece) = piece {
                return Ok(piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    /// A body of single bytes, one each millisecond.
    fn drip(count: usize) -> impl Stream<Item = Result<Bytes, ()>> + Unpin {
        Box::pin(stream::iter(0..count).then(|_| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(Bytes::from_static(b"x"))
        }))
    }

    async fn all(mut pace: Pace, count: usize) -> Result<usize, Slow> {
        let (mut body, mut came) = (drip(count), 0);
        while pace.next(&mut body).await?.is_some() {
            came += 1;
        }
        Ok(came)
    }

    #[tokio::test]
    async fn who_drips_bytes_is_found_out() {
        let window = Duration::from_millis(100);
        assert_eq!(all(Pace::new(window, 1), 300).await, Ok(300));
        // More than one a millisecond never come.
        let slow = all(Pace::new(window, 200), 1_000).await.unwrap_err();
        assert_eq!((slow.least, slow.window), (200, window));
        assert!((1..200).contains(&slow.came), "{}", slow.came);
    }

    #[tokio::test]
    async fn what_stands_still_is_given_up_after_the_window() {
        let (begun, window) = (Instant::now(), Duration::from_millis(50));
        let mut body = stream::pending::<Result<Bytes, ()>>();
        Pace::new(window, 1).next(&mut body).await.unwrap_err();
        assert!(begun.elapsed() >= window);
    }

    #[tokio::test]
    async fn our_own_slowness_does_not_count() {
        let mut pace = Pace::new(Duration::from_millis(200), 5);
        let mut body = drip(12);
        // If our own 60 ms counted, four would come in a window, and five have to.
        let mut came = 0;
        while pace.next(&mut body).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(60)).await;
            came += 1;
        }
        assert_eq!(came, 12);
    }
}
