//! JSON-RPC to a node that may be gone at any moment: connects when asked, and again after the node was away.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;
use subxt::rpcs::{
    Error, RpcClient,
    client::{RpcParams, RpcSubscription},
};

/// How long a node may take to answer. A stopped process takes connections and never answers.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// The node says no.
    Refused {
        /// The code of the error.
        code: i32,
        /// What it says, with what it adds.
        message: String,
    },
    /// The node cannot be reached, or does not answer.
    Silent(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code, message } => write!(f, "the node refuses ({code}): {message}"),
            Self::Silent(reason) => write!(f, "the node is silent: {reason}"),
        }
    }
}

impl std::error::Error for Failure {}

/// A node's RPC.
pub struct Rpc {
    url: String,
    patience: Duration,
    client: Mutex<Option<RpcClient>>,
    silent: Mutex<Option<Instant>>,
}

impl Rpc {
    /// The RPC at a WebSocket address. Nothing is connected yet.
    pub fn at(url: String) -> Self {
        Self { url, patience: PATIENCE, client: Mutex::new(None), silent: Mutex::new(None) }
    }

    /// As [`Rpc::at`], for who goes to another node after so long without an answer.
    pub fn impatient(url: String, patience: Duration) -> Self {
        Self { patience, ..Self::at(url) }
    }

    /// Whether the node was silent within this time.
    pub fn was_silent(&self, within: Duration) -> bool {
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent.is_some_and(|since| since.elapsed() < within)
    }

    /// The WebSocket address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks the node.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn ask<T: DeserializeOwned>(&self, method: &str, params: RpcParams) -> Result<T, Failure> {
        let client = self.client().await?;
        self.answer(method, client.request(method, params)).await
    }

    /// Subscribes to something.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn subscribe<T: DeserializeOwned>(
        &self,
        method: &str,
        params: RpcParams,
        end: &str,
    ) -> Result<RpcSubscription<T>, Failure> {
        let client = self.client().await?;
        self.answer(method, client.subscribe(method, params, end)).await
    }

    async fn client(&self) -> Result<RpcClient, Failure> {
        if let Some(client) = &*self.client.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(client.clone());
        }
        let client = self.answer("a connection", RpcClient::from_insecure_url(&self.url)).await?;
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = Some(client.clone());
        Ok(client)
    }

    /// Waits for an answer. After anything but an answer the next question is asked over a new connection.
    async fn answer<T>(
        &self,
        what: &str,
        pending: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failure> {
        let reason = match tokio::time::timeout(self.patience, pending).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(Error::User(error))) => {
                let more = error.data.map(|data| format!(": {}", data.get())).unwrap_or_default();
                return Err(Failure::Refused { code: error.code, message: error.message + &more });
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", self.patience.as_secs()),
        };
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.silent.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Err(Failure::Silent(format!("{what} at {}: {reason}", self.url)))
    }
}
