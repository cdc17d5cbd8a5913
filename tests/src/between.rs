//! Somebody between a client and its node, who reads what both say, and loses or changes some of it.

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context, Result};
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tokio_tungstenite::{accept_async, client_async, tungstenite::Message};

use crate::ledger;

/// What is done with what passes, in the form of JSON-RPC.
pub trait Meddler: Send + Sync + 'static {
    /// The client asks; whether that gets through to the node.
    fn asks(&self, question: &Value) -> bool;

    /// The node says something, which may be changed; whether that gets through to the client. With it comes the
    /// question that it answers, if it answers one: news of a subscription do not.
    fn says(&self, said: &mut Value, question: Option<&Value>) -> bool;
}

/// The transaction that a question sends, in its encoding.
pub fn transaction(question: &Value) -> Option<Vec<u8>> {
    let sends = question["method"].as_str()?.starts_with("author_submit");
    let sent = question["params"][0].as_str().filter(|_| sends)?;
    ledger::bytes(sent).ok()
}

/// A way to a node that leads past somebody. It ends when this is dropped.
pub struct Between {
    url: String,
    task: JoinHandle<()>,
}

impl Between {
    /// Has somebody stand before the node at a WebSocket URL.
    ///
    /// # Errors
    /// If no port is free.
    pub async fn stand(node: &str, meddler: Arc<dyn Meddler>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot listen before a node")?;
        let (url, node) = (format!("ws://{}", listener.local_addr()?), node.to_owned());
        let task = tokio::spawn(async move {
            // They end with this task.
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(carry(client, node.clone(), Arc::clone(&meddler)));
            }
        });
        Ok(Self { url, task })
    }

    /// Where the client finds the node.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Between {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries what both say until one of them hangs up; then the other one is hung up on.
async fn carry(client: TcpStream, url: String, meddler: Arc<dyn Meddler>) -> Result<()> {
    let mut client = accept_async(client).await?;
    let address = url.strip_prefix("ws://").context("a node without TLS")?;
    let (mut node, _) = client_async(&*url, TcpStream::connect(address).await?).await?;
    let mut asked: HashMap<String, Value> = HashMap::new();
    loop {
        tokio::select! {
            message = client.next() => {
                let Some(message) = message.transpose()? else { return Ok(()) };
                let Message::Text(text) = &message else { continue };
                let question: Value = serde_json::from_str(text)?;
                if meddler.asks(&question) {
                    node.send(message).await?;
                }
                asked.insert(question["id"].to_string(), question);
            }
            message = node.next() => {
                let Some(message) = message.transpose()? else { return Ok(()) };
                let Message::Text(text) = message else { continue };
                let mut said: Value = serde_json::from_str(&text)?;
                let question = asked.remove(&said["id"].to_string());
                if meddler.says(&mut said, question.as_ref()) {
                    client.send(Message::text(said.to_string())).await?;
                }
            }
        }
    }
}
