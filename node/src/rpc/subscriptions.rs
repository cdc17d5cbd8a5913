//! Subscriptions to what becomes final.
//!
//! From the next final block on that gets into the index, each item that it changed and that the query asks for comes once,
//! as the lists have it then. Who reads too slowly is told so and ended, so that nobody holds the others up: to go on, ask
//! a list for what was missed.

use std::{sync::Arc, time::Duration};

use jsonrpsee::{
    PendingSubscriptionSink, SubscriptionMessage,
    core::{SubscriptionResult, async_trait},
    proc_macros::rpc,
};
use medshare_indexer::{FindGrants, FindOrders, FindReviews, Search, Trace, What};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::{
    error::Error,
    listen::{Delistings, Events, Heads, Listener, Things},
    question,
};
use crate::index::{News, Service, Unanswered};

/// How long a reader may take for what waits for it. A connection holds 64 messages for its reader, if the operator does
/// not say otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// What becomes final.
#[rpc(server, namespace = "medshare")]
pub trait SubscriptionRpc {
    /// Records that are new or have changed; the query is that of `medshare_search` for records.
    #[subscription(name = "subscribeRecords" => "records", unsubscribe = "unsubscribeRecords", item = Told<Hit>)]
    async fn subscribe_records(&self, query: Option<Search>) -> SubscriptionResult;

    /// Listings that are new or have changed; the query is that of `medshare_search`.
    #[subscription(name = "subscribeListings" => "listings", unsubscribe = "unsubscribeListings", item = Told<Hit>)]
    async fn subscribe_listings(&self, query: Option<Search>) -> SubscriptionResult;

    /// Records that were on sale and are not any more, also those that were erased. What leaves the answer to a search
    /// otherwise has only changed; `medshare_subscribeRecords` tells of that.
    #[subscription(name = "subscribeDelistings" => "delistings", unsubscribe = "unsubscribeDelistings", item = Told<Delisting>)]
    async fn subscribe_delistings(&self) -> SubscriptionResult;

    /// Orders that are new or have changed; the query is that of `medshare_findOrders`.
    #[subscription(name = "subscribeOrders" => "orders", unsubscribe = "unsubscribeOrders", item = Told<OrderItem>)]
    async fn subscribe_orders(&self, query: Option<FindOrders>) -> SubscriptionResult;

    /// Reviews that are new or have changed; the query is that of `medshare_findReviews`.
    #[subscription(name = "subscribeReviews" => "reviews", unsubscribe = "unsubscribeReviews", item = Told<ReviewItem>)]
    async fn subscribe_reviews(&self, query: Option<FindReviews>) -> SubscriptionResult;

    /// Grants that were given, given again, revoked or cleared; the query is that of `medshare_findGrants`: with `in_force`
    /// false only those that have ended. One that ends by time alone is not told of, as `expires` says when.
    #[subscription(name = "subscribeGrants" => "grants", unsubscribe = "unsubscribeGrants", item = Told<GrantItem>)]
    async fn subscribe_grants(&self, query: Option<FindGrants>) -> SubscriptionResult;

    /// What happens to a record, to an order or to an account; the query is that of `medshare_trace`.
    #[subscription(name = "subscribeEvents" => "events", unsubscribe = "unsubscribeEvents", item = Told<TraceItem>)]
    async fn subscribe_events(&self, query: Trace) -> SubscriptionResult;

    /// The final blocks that get into the index; of several at once the last.
    #[subscription(name = "subscribeHeads" => "heads", unsubscribe = "unsubscribeHeads", item = Told<At>)]
    async fn subscribe_heads(&self) -> SubscriptionResult;
}

/// Tells of what gets into the node's index.
pub struct FromNews {
    service: Option<Arc<Service>>,
}

impl FromNews {
    /// Tells of this index, or that there is none.
    pub fn new(service: Option<Arc<Service>>) -> Self {
        Self { service }
    }

    /// Tells a listener of what concerns it, for as long as somebody reads. What is wrong with the query is told at once.
    async fn tell(
        &self,
        pending: PendingSubscriptionSink,
        mut listener: impl Listener,
    ) -> SubscriptionResult {
        let Some(service) = self.service.as_deref() else {
            pending.reject(Error::NoIndex).await;
            return Ok(());
        };
        let mut news = service.news();
        if let Err(refusal) = may_listen(service, &listener).await {
            pending.reject(refusal).await;
            return Ok(());
        }
        let sink = pending.accept().await?;
        loop {
            let first = tokio::select! {
                news = news.recv() => news,
                () = sink.closed() => return Ok(()),
            };
            let mut next = Some(first.map_err(|error| match error {
                RecvError::Lagged(missed) => too_slow(missed),
                RecvError::Closed => "the node ends".into(),
            })?);
            // What waits already is asked for together.
            while let Some(one) = next {
                match &*one {
                    News::Changed(changed) => listener.hear(changed),
                    News::Broken(why) => {
                        return Err(
                            format!("{why}: subscribe again, and ask a list for what was missed").into()
                        );
                    }
                }
                next = match news.try_recv() {
                    Ok(one) => Some(one),
                    Err(TryRecvError::Lagged(missed)) => return Err(too_slow(missed).into()),
                    Err(TryRecvError::Empty | TryRecvError::Closed) => None,
                };
            }
            loop {
                let part = question::ask_anyway(service, async |index| listener.next(&index).await).await;
                let Some(part) = part.map_err(|error| error.to_string())? else { break };
                for told in part {
                    let message = SubscriptionMessage::from_json(&told)?;
                    if sink.send_timeout(message, PATIENCE).await.is_err() {
                        let reason = "this reader is too slow: what waits for it was not taken in time";
                        return if sink.is_closed() { Ok(()) } else { Err(reason.into()) };
                    }
                }
            }
        }
    }
}

/// Whether somebody may listen. An index that is on its way is no hindrance: who listens is told as soon as it goes on.
async fn may_listen(service: &Service, listener: &impl Listener) -> Result<(), Error> {
    match service.status().unanswered(service.finalised().0) {
        Some(stopped @ (Unanswered::Stopped { .. } | Unanswered::Unkept { .. })) => {
            Err(Error::Index(stopped))
        }
        _ if service.opened().is_none() => Ok(()),
        _ => question::ask_anyway(service, async |index| listener.check(&index).await).await,
    }
}

fn too_slow(missed: u64) -> String {
    format!("this reader is too slow: it missed {missed} times that something got into the index")
}

#[async_trait]
impl SubscriptionRpcServer for FromNews {
    async fn subscribe_records(
        &self,
        pending: PendingSubscriptionSink,
        query: Option<Search>,
    ) -> SubscriptionResult {
        self.tell(pending, Things::new(Search { what: What::Records, ..query.unwrap_or_default() })).await
    }

    async fn subscribe_listings(
        &self,
        pending: PendingSubscriptionSink,
        query: Option<Search>,
    ) -> SubscriptionResult {
        self.tell(pending, Things::new(Search { what: What::Listings, ..query.unwrap_or_default() })).await
    }

    async fn subscribe_delistings(&self, pending: PendingSubscriptionSink) -> SubscriptionResult {
        self.tell(pending, Things::new(Delistings)).await
    }

    async fn subscribe_orders(
        &self,
        pending: PendingSubscriptionSink,
        query: Option<FindOrders>,
    ) -> SubscriptionResult {
        self.tell(pending, Things::new(query.unwrap_or_default())).await
    }

    async fn subscribe_reviews(
        &self,
        pending: PendingSubscriptionSink,
        query: Option<FindReviews>,
    ) -> SubscriptionResult {
        self.tell(pending, Things::new(query.unwrap_or_default())).await
    }

    async fn subscribe_grants(
        &self,
        pending: PendingSubscriptionSink,
        query: Option<FindGrants>,
    ) -> SubscriptionResult {
        self.tell(pending, Things::new(query.unwrap_or_default())).await
    }

    async fn subscribe_events(&self, pending: PendingSubscriptionSink, query: Trace) -> SubscriptionResult {
        self.tell(pending, Events::new(query)).await
    }

    async fn subscribe_heads(&self, pending: PendingSubscriptionSink) -> SubscriptionResult {
        self.tell(pending, Heads::default()).await
    }
}
