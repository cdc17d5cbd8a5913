//! A question to the index: its turn, its time, and what becomes of its faults.

use std::{sync::Arc, time::Duration};

use medshare_indexer::{Block, Index};

use super::error::Error;
use crate::{
    index::{LOG_TARGET, Service, Unanswered},
    unwind,
};

/// How long an answer may take, with the wait for its turn. It is a little longer than what the index gives a question of its own.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks the index when it is this question's turn, with what is to be put on top of it.
///
/// # Errors
/// Why there is no answer.
pub async fn ask<T, F>(
    service: &Service,
    at_best: bool,
    question: impl FnOnce(Arc<Index>, Arc<Vec<Block>>) -> F,
) -> Result<T, Error>
where
    F: Future<Output = medshare_indexer::Result<T>>,
{
    let _place = service.place().ok_or(Error::Crowded)?;
    in_time(PATIENCE, async {
        let _turn = service.turn(at_best).await;
        let (index, pending) = service.view(at_best).await.map_err(Error::Index)?;
        Ok(question(index, pending).await?)
    })
    .await
}

/// Asks the index as it is, however far it has got.
///
/// # Errors
/// Why there is no answer.
pub async fn ask_anyway<T, F>(service: &Service, question: impl FnOnce(Arc<Index>) -> F) -> Result<T, Error>
where
    F: Future<Output = medshare_indexer::Result<T>>,
{
    in_time(PATIENCE, async {
        let _turn = service.turn(false).await;
        let unopened = Unanswered::Behind { at: None, finalised: service.finalised().0 };
        let index = service.opened().ok_or(Error::Index(unopened))?;
        Ok(question(index).await?)
    })
    .await
}

/// An answer that comes in time. A question that takes too long is given up, and one that panics ends itself alone.
///
/// # Errors
/// Those, and the question's own.
async fn in_time<T>(patience: Duration, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match tokio::time::timeout(patience, unwind::caught_async(answer)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(panic)) => {
            log::error!(target: LOG_TARGET, "a question to the index panicked: {panic}");
            Err(Error::Failed)
        }
        Err(_) => Err(Error::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn what_takes_too_long_is_given_up() {
        let never = std::future::pending::<Result<(), Error>>();
        assert!(matches!(in_time(SHORT, never).await, Err(Error::TooLong)));
        assert!(matches!(in_time(PATIENCE, async { Ok(5) }).await, Ok(5)));
    }

    #[tokio::test]
    async fn what_panics_is_an_error() {
        let panics = std::future::poll_fn(|_| -> std::task::Poll<Result<(), Error>> { panic!("no more") });
        assert!(matches!(in_time(PATIENCE, panics).await, Err(Error::Failed)));
    }
}
