//! A connection that is made anew when it is dead.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use futures::future::BoxFuture;
use medshare_client::Error;
use tokio::{sync::watch, time::timeout};

use crate::ledger::LedgerError;

/// How long to wait for what. A question may be asked twice with a new connection between; all that is less than
/// [`ANSWER_TIMEOUT`](crate::ledger::ANSWER_TIMEOUT).
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the answer to one question.
    pub question: Duration,
    /// For a connection that is being made, before a question is given up.
    pub connection: Duration,
    /// For one attempt to connect.
    pub attempt: Duration,
    /// Between attempts.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            question: Duration::from_secs(3),
            connection: Duration::from_secs(3),
            attempt: Duration::from_secs(10),
            pause: Duration::from_secs(1),
        }
    }
}

/// Makes a connection anew, given the dead one.
pub type Connect<C> = Arc<dyn Fn(C) -> BoxFuture<'static, Result<C, Error>> + Send + Sync>;

/// A connection of which there is always one: when it breaks or does not answer, one task makes a new one, whoever
/// waits for it or not.
pub struct Connection<C> {
    state: Arc<watch::Sender<State<C>>>,
    connect: Connect<C>,
    patience: Patience,
}

#[derive(Clone)]
struct State<C> {
    connection: C,
    /// How often it has been made anew.
    number: u64,
    alive: bool,
}

impl<C: Clone + Send + Sync + 'static> Connection<C> {
    /// A connection that was made just now.
    pub fn new(connection: C, connect: Connect<C>, patience: Patience) -> Self {
        let state = watch::Sender::new(State { connection, number: 0, alive: true });
        Self { state: Arc::new(state), connect, patience }
    }

    /// The connection and its number, if there is one that is not known to be dead, or will be soon.
    pub async fn current(&self) -> Option<(u64, C)> {
        let mut state = self.state.subscribe();
        let alive = timeout(self.patience.connection, state.wait_for(|state| state.alive)).await;
        alive.ok()?.ok().map(|state| (state.number, state.connection.clone()))
    }

    /// Asks. If the connection is dead, once more over a new one.
    pub async fn ask<T, F>(&self, question: impl Fn(C) -> F + Send) -> Result<T, LedgerError>
    where
        F: Future<Output = Result<T, Error>> + Send,
    {
        let mut reason = "the connection to the node is lost".to_owned();
        for _ in 0..2 {
            let Some((number, connection)) = self.current().await else { break };
            match timeout(self.patience.question, question(connection)).await {
                Ok(Err(error)) if error.is_disconnect() => reason = error.to_string(),
                Ok(result) => return result.map_err(|error| LedgerError::Unavailable(error.to_string())),
                Err(_) => reason = format!("no answer in {:?}", self.patience.question),
            }
            self.lost(number);
        }
        Err(LedgerError::Unavailable(reason))
    }

    /// The connection with this number is dead. Whoever says so first begins to make a new one.
    pub fn lost(&self, number: u64) {
        let first = self.state.send_if_modified(|state| {
            let first = state.alive && state.number == number;
            state.alive &= !first;
            first
        });
        if first {
            tracing::info!("connecting to the chain again");
            tokio::spawn(renew(Arc::downgrade(&self.state), self.connect.clone(), self.patience));
        }
    }
}

/// Connects until it succeeds or nobody needs it any more.
async fn renew<C: Clone>(state: Weak<watch::Sender<State<C>>>, connect: Connect<C>, patience: Patience) {
    loop {
        let Some(dead) = state.upgrade().map(|state| state.borrow().connection.clone()) else { return };
        match timeout(patience.attempt, connect(dead)).await {
            Ok(Ok(fresh)) => {
                if let Some(state) = state.upgrade() {
                    state.send_modify(|state| {
                        let number = state.number.saturating_add(1);
                        *state = State { connection: fresh, number, alive: true };
                    });
                }
                return;
            }
            Ok(Err(error)) => tracing::warn!(%error, "cannot connect to the chain"),
            Err(_) => tracing::warn!("cannot connect to the chain: no answer"),
        }
        tokio::time::sleep(patience.pause).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use futures::FutureExt;

    const PATIENCE: Patience = Patience {
        question: Duration::from_millis(50),
        connection: Duration::from_secs(5),
        attempt: Duration::from_secs(5),
        pause: Duration::from_millis(1),
    };

    fn unreachable() -> Error {
        Error::Unreachable { url: "ws://node".into(), reason: "it is gone".into() }
    }

    /// Connections are numbers; the first attempts to make one fail. Says how many attempts there were.
    fn connection(failures: u64, patience: Patience) -> (Connection<u64>, Arc<AtomicU64>) {
        let attempts = Arc::new(AtomicU64::new(0));
        let counter = attempts.clone();
        let connect: Connect<u64> = Arc::new(move |old| {
            let attempt = counter.fetch_add(1, Ordering::SeqCst);
            async move { if attempt < failures { Err(unreachable()) } else { Ok(old + 1) } }.boxed()
        });
        (Connection::new(0, connect, patience), attempts)
    }

    /// Only connections from this one on answer; earlier ones are silent or say that they are broken.
    async fn answers_from(least: u64, silent: bool, connection: u64) -> Result<u64, Error> {
        match connection {
            found if found >= least => Ok(found),
            _ if silent => futures::future::pending().await,
            _ => Err(unreachable()),
        }
    }

    #[tokio::test]
    async fn a_silent_or_broken_connection_is_replaced() {
        for silent in [true, false] {
            let (connection, _) = connection(2, PATIENCE);
            assert_eq!(connection.ask(|c| answers_from(1, silent, c)).await.unwrap(), 1);
            assert_eq!(connection.current().await.unwrap(), (1, 1));
        }
    }

    #[tokio::test]
    async fn many_questions_make_one_new_connection() {
        let (connection, attempts) = connection(0, PATIENCE);
        let asked = futures::future::join_all((0..50).map(|_| connection.ask(|c| answers_from(1, true, c))));
        assert!(asked.await.into_iter().all(|answer| answer.unwrap() == 1));
        assert_eq!(attempts.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn it_is_made_also_when_nobody_waits_for_it() {
        let (connection, _) = connection(20, Patience { connection: Duration::from_millis(1), ..PATIENCE });
        let given_up = connection.ask(|c| answers_from(1, false, c)).await;
        assert!(matches!(given_up, Err(LedgerError::Unavailable(_))));
        let mut state = connection.state.subscribe();
        state.wait_for(|state| state.alive && state.connection == 1).await.unwrap();
        assert_eq!(connection.ask(|c| answers_from(1, false, c)).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn other_errors_are_passed_on() {
        let (connection, attempts) = connection(0, PATIENCE);
        let error = connection.ask(|_| async { Err::<(), _>(Error::UnknownRecord(7)) }).await.unwrap_err();
        assert!(error.to_string().contains("no record 7"), "{error}");
        assert_eq!(attempts.load(Ordering::SeqCst), 0);
    }
}
