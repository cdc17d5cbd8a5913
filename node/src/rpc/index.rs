//! The methods of the namespace `medshare` that the node's index answers.
//!
//! Each takes one object. Where nothing else is said, the answer is of the newest final block that is in the index, which
//! `at` names; with `at_best`, of the best block.

use std::sync::Arc;

use jsonrpsee::{
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};
use medshare_events::schema::Of;
use medshare_indexer::{
    At, AuditorItem, AuditorStatistics, Backend, Block, Counts, FindGrants, FindOrders, FindReceipts,
    FindReviews, GrantItem, Index, MarketItem, MarketStatistics, OrderItem, Page, ReceiptItem, ReviewItem,
    Search, SearchPage, Trace, TraceItem,
};
use medshare_types::{BlockNumber, Hash};
use schemars::JsonSchema;
use serde::Serialize;

use super::{error::Error, market, question};
use crate::index::{Service, State};

/// Searches, lists, statistics and histories.
#[rpc(server, namespace = "medshare")]
pub trait IndexRpc {
    /// Finds listings or records by what is in them, whose they are, what they cost and what their owners permit.
    #[method(name = "search")]
    async fn search(&self, query: Option<Search>) -> RpcResult<SearchPage>;

    /// Orders, the newest first, also those that were cleared.
    #[method(name = "findOrders")]
    async fn find_orders(&self, query: Option<FindOrders>) -> RpcResult<Page<OrderItem>>;

    /// Reviews, the newest first, also those that the chain has removed.
    #[method(name = "findReviews")]
    async fn find_reviews(&self, query: Option<FindReviews>) -> RpcResult<Page<ReviewItem>>;

    /// Grants, the newest first, also those that were cleared.
    #[method(name = "findGrants")]
    async fn find_grants(&self, query: Option<FindGrants>) -> RpcResult<Page<GrantItem>>;

    /// Access receipts, the newest first; all that were ever posted.
    #[method(name = "findReceipts")]
    async fn find_receipts(&self, query: Option<FindReceipts>) -> RpcResult<Page<ReceiptItem>>;

    /// What happened to a record, to an order or to an account.
    #[method(name = "trace")]
    async fn trace(&self, query: Trace) -> RpcResult<Page<TraceItem>>;

    /// How auditors work: how much they accept, how fast they answer, how often they agree with their panels.
    #[method(name = "auditorStatistics")]
    async fn auditor_statistics(&self, query: Option<AuditorStatistics>) -> RpcResult<Page<AuditorItem>>;

    /// What was ordered, delivered and paid, over time and by the kind of data.
    #[method(name = "marketStatistics")]
    async fn market_statistics(&self, query: Option<MarketStatistics>) -> RpcResult<Market>;

    /// What the index holds and how far it has got.
    #[method(name = "index")]
    async fn index(&self) -> RpcResult<IndexState>;
}

/// The market over time.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Market {
    /// Of which block. Nothing while the index is empty.
    pub at: Option<At>,
    /// The intervals in which something happened, in order.
    pub items: Vec<MarketItem>,
}

/// What the index holds and how far it has got.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct IndexState {
    /// What it is kept in.
    pub backend: Backend,
    /// Its form. Nothing while it is not open.
    pub schema: Option<u32>,
    /// The first block of its chain.
    #[schemars(with = "Of<Hash>")]
    pub genesis: Hash,
    /// The last block in it. Nothing while it is empty.
    pub at: Option<At>,
    /// The node's newest final block.
    pub finalized: Final,
    /// Whether it goes on.
    pub state: State,
    /// Why it does not.
    pub error: Option<String>,
    /// How much it holds. Nothing while it is not open or its database does not answer.
    pub counts: Option<Counts>,
}

/// A final block.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Final {
    /// Its number.
    pub number: BlockNumber,
    /// Its hash.
    #[schemars(with = "Of<Hash>")]
    pub hash: Hash,
}

/// Answers from the node's index.
pub struct FromIndex {
    service: Option<Arc<Service>>,
}

impl FromIndex {
    /// Answers from this index, or that there is none.
    pub fn new(service: Option<Arc<Service>>) -> Self {
        Self { service }
    }

    fn service(&self) -> Result<&Arc<Service>, Error> {
        self.service.as_ref().ok_or(Error::NoIndex)
    }

    /// Asks the index when it is this question's turn, with what is to be put on top of it.
    async fn ask<T, F>(
        &self,
        at_best: bool,
        question: impl FnOnce(Arc<Index>, Arc<Vec<Block>>) -> F,
    ) -> RpcResult<T>
    where
        F: Future<Output = medshare_indexer::Result<T>>,
    {
        Ok(question::ask(self.service()?, at_best, question).await?)
    }
}

#[async_trait]
impl IndexRpcServer for FromIndex {
    async fn search(&self, query: Option<Search>) -> RpcResult<SearchPage> {
        let query = query.unwrap_or_default();
        self.ask(query.at_best, async |index, pending| index.search(&query, &pending).await).await
    }

    async fn find_orders(&self, query: Option<FindOrders>) -> RpcResult<Page<OrderItem>> {
        let query = query.unwrap_or_default();
        self.ask(query.at_best, async |index, pending| index.find_orders(&query, &pending).await).await
    }

    async fn find_reviews(&self, query: Option<FindReviews>) -> RpcResult<Page<ReviewItem>> {
        let query = query.unwrap_or_default();
        self.ask(query.at_best, async |index, pending| index.find_reviews(&query, &pending).await).await
    }

    async fn find_grants(&self, query: Option<FindGrants>) -> RpcResult<Page<GrantItem>> {
        let query = query.unwrap_or_default();
        self.ask(query.at_best, async |index, pending| index.find_grants(&query, &pending).await).await
    }

    async fn find_receipts(&self, query: Option<FindReceipts>) -> RpcResult<Page<ReceiptItem>> {
        let query = query.unwrap_or_default();
        self.ask(query.at_best, async |index, pending| index.find_receipts(&query, &pending).await).await
    }

    async fn trace(&self, query: Trace) -> RpcResult<Page<TraceItem>> {
        self.ask(query.at_best, async |index, pending| index.trace(&query, &pending).await).await
    }

    async fn auditor_statistics(&self, query: Option<AuditorStatistics>) -> RpcResult<Page<AuditorItem>> {
        let query = query.unwrap_or_default();
        self.ask(query.at_best, async |index, pending| index.auditor_statistics(&query, &pending).await).await
    }

    async fn market_statistics(&self, query: Option<MarketStatistics>) -> RpcResult<Market> {
        let now = self.service()?.status().head.map_or(0, |head| head.time);
        let query = market::bounded(query.unwrap_or_default(), now).map_err(Error::from)?;
        self.ask(query.at_best, async |index, pending| {
            let (at, items) = index.market_statistics(&query, &pending).await?;
            Ok(Market { at, items })
        })
        .await
    }

    async fn index(&self) -> RpcResult<IndexState> {
        let service = self.service()?;
        // How it is has to be told also where it does not answer.
        let counts = question::ask_anyway(service, async |index| index.counts().await).await.ok();
        let (status, (number, hash)) = (service.status(), service.finalised());
        Ok(IndexState {
            backend: service.backend(),
            schema: service.opened().map(|index| index.schema()),
            genesis: service.genesis(),
            at: status.head,
            finalized: Final { number, hash },
            state: status.state,
            error: status.error,
            counts,
        })
    }
}
