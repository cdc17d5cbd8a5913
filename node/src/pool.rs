//! The transaction pool, with a count of what it refuses.

use std::{collections::HashMap, pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;
use pallet_members::extension::{NOT_MEMBER, SUSPENDED};
use pallet_quota::extension::TOO_FAR_AHEAD;
use sc_transaction_pool_api::{
    ChainEvent, ImportNotificationStream, MaintainedTransactionPool, PoolStatus, ReadyTransactions,
    TransactionFor, TransactionPool, TransactionSource, TransactionStatusStreamFor, TxHash,
    TxInvalidityReportMap,
    error::{Error, IntoPoolError},
};
use sp_runtime::{traits::Block as BlockT, transaction_validity::InvalidTransaction};
use substrate_prometheus_endpoint::{CounterVec, Opts, PrometheusError, Registry, U64, register};

/// Who submits: clients of this node.
pub const RPC: &str = "rpc";
/// Who submits: other nodes.
pub const PEERS: &str = "peers";

/// Why transactions are refused.
const REASONS: [&str; 12] = [
    "not_member",
    "suspended",
    "payment",
    "too_far_ahead",
    "stale",
    "bad_signature",
    "too_heavy",
    "banned",
    "full",
    "low_priority",
    "invalid",
    "other",
];

/// The counter of refused transactions.
///
/// # Errors
/// If its name is taken.
pub fn refusals(registry: &Registry) -> Result<CounterVec<U64>, PrometheusError> {
    let options = Opts::new(
        "medshare_pool_refused_total",
        "Transactions that the pool refused, by reason and by where they came from",
    );
    let refusals = register(CounterVec::new(options, &["reason", "from"])?, registry)?;
    // There from the beginning, so that the first refusal is seen as an increase.
    for reason in REASONS {
        for from in [RPC, PEERS] {
            refusals.with_label_values(&[reason, from]);
        }
    }
    Ok(refusals)
}

/// A transaction pool that counts refusals for one of those who submit to it; everything else it leaves to the pool.
pub struct CountedPool<P> {
    pool: Arc<P>,
    refusals: Option<CounterVec<U64>>,
    from: &'static str,
}

impl<P> CountedPool<P> {
    /// Counts in `refusals`, by reason and `from`, if there are metrics.
    pub fn new(pool: Arc<P>, refusals: Option<CounterVec<U64>>, from: &'static str) -> Self {
        Self { pool, refusals, from }
    }
}

impl<P: TransactionPool> CountedPool<P> {
    fn count<T>(&self, result: Result<T, P::Error>) -> Result<T, P::Error> {
        result.map_err(|error| match error.into_pool_error() {
            Ok(error) => {
                if let (Some(refusals), Some(reason)) = (&self.refusals, reason(&error)) {
                    refusals.with_label_values(&[reason, self.from]).inc();
                }
                error.into()
            }
            Err(other) => other,
        })
    }
}

/// Why a transaction was refused; none if the pool has it.
fn reason(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::AlreadyImported(_) => return None,
        Error::InvalidTransaction(invalid) => match invalid {
            InvalidTransaction::Custom(NOT_MEMBER) => "not_member",
            InvalidTransaction::Custom(SUSPENDED) => "suspended",
            InvalidTransaction::Custom(TOO_FAR_AHEAD) => "too_far_ahead",
            // Neither quota nor money are enough.
            InvalidTransaction::Payment => "payment",
            InvalidTransaction::Stale => "stale",
            InvalidTransaction::BadProof | InvalidTransaction::BadSigner => "bad_signature",
            InvalidTransaction::ExhaustsResources => "too_heavy",
            _ => "invalid",
        },
        Error::TemporarilyBanned => "banned",
        Error::ImmediatelyDropped => "full",
        Error::TooLowPriority { .. } => "low_priority",
        _ => "other",
    })
}

#[async_trait]
impl<P: TransactionPool> TransactionPool for CountedPool<P> {
    type Block = P::Block;
    type Hash = P::Hash;
    type InPoolTransaction = P::InPoolTransaction;
    type Error = P::Error;

    async fn submit_at(
        &self,
        at: <Self::Block as BlockT>::Hash,
        source: TransactionSource,
        xts: Vec<TransactionFor<Self>>,
    ) -> Result<Vec<Result<TxHash<Self>, Self::Error>>, Self::Error> {
        let results = self.count(self.pool.submit_at(at, source, xts).await)?;
        Ok(results.into_iter().map(|result| self.count(result)).collect())
    }

    async fn submit_one(
        &self,
        at: <Self::Block as BlockT>::Hash,
        source: TransactionSource,
        xt: TransactionFor<Self>,
    ) -> Result<TxHash<Self>, Self::Error> {
        self.count(self.pool.submit_one(at, source, xt).await)
    }

    async fn submit_and_watch(
        &self,
        at: <Self::Block as BlockT>::Hash,
        source: TransactionSource,
        xt: TransactionFor<Self>,
    ) -> Result<Pin<Box<TransactionStatusStreamFor<Self>>>, Self::Error> {
        self.count(self.pool.submit_and_watch(at, source, xt).await)
    }

    async fn ready_at(
        &self,
        at: <Self::Block as BlockT>::Hash,
    ) -> Box<dyn ReadyTransactions<Item = Arc<Self::InPoolTransaction>> + Send> {
        self.pool.ready_at(at).await
    }

    fn ready(&self) -> Box<dyn ReadyTransactions<Item = Arc<Self::InPoolTransaction>> + Send> {
        self.pool.ready()
    }

    async fn report_invalid(
        &self,
        at: Option<<Self::Block as BlockT>::Hash>,
        invalid_tx_errors: TxInvalidityReportMap<TxHash<Self>>,
    ) -> Vec<Arc<Self::InPoolTransaction>> {
        self.pool.report_invalid(at, invalid_tx_errors).await
    }

    fn futures(&self) -> Vec<Self::InPoolTransaction> {
        self.pool.futures()
    }

    fn status(&self) -> PoolStatus {
        self.pool.status()
    }

    fn import_notification_stream(&self) -> ImportNotificationStream<TxHash<Self>> {
        self.pool.import_notification_stream()
    }

    fn on_broadcasted(&self, propagations: HashMap<TxHash<Self>, Vec<String>>) {
        self.pool.on_broadcasted(propagations);
    }

    fn hash_of(&self, xt: &TransactionFor<Self>) -> TxHash<Self> {
        self.pool.hash_of(xt)
    }

    fn ready_transaction(&self, hash: &TxHash<Self>) -> Option<Arc<Self::InPoolTransaction>> {
        self.pool.ready_transaction(hash)
    }

    async fn ready_at_with_timeout(
        &self,
        at: <Self::Block as BlockT>::Hash,
        timeout: Duration,
    ) -> Box<dyn ReadyTransactions<Item = Arc<Self::InPoolTransaction>> + Send> {
        self.pool.ready_at_with_timeout(at, timeout).await
    }
}

#[async_trait]
impl<P: MaintainedTransactionPool> MaintainedTransactionPool for CountedPool<P> {
    async fn maintain(&self, event: ChainEvent<Self::Block>) {
        self.pool.maintain(event).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart_and_what_the_pool_has_is_none() {
        let invalid = |invalid| reason(&Error::InvalidTransaction(invalid));
        assert_eq!(invalid(InvalidTransaction::Custom(NOT_MEMBER)), Some("not_member"));
        assert_eq!(invalid(InvalidTransaction::Custom(TOO_FAR_AHEAD)), Some("too_far_ahead"));
        assert_eq!(invalid(InvalidTransaction::Custom(255)), Some("invalid"));
        assert_eq!(invalid(InvalidTransaction::Payment), Some("payment"));
        assert_eq!(reason(&Error::AlreadyImported(Box::new(()))), None);
        let every = [
            invalid(InvalidTransaction::Custom(SUSPENDED)),
            invalid(InvalidTransaction::Stale),
            invalid(InvalidTransaction::BadProof),
            invalid(InvalidTransaction::ExhaustsResources),
            invalid(InvalidTransaction::Call),
            reason(&Error::TemporarilyBanned),
            reason(&Error::ImmediatelyDropped),
            reason(&Error::TooLowPriority { old: 1, new: 0 }),
            reason(&Error::CycleDetected),
        ];
        assert!(every.into_iter().all(|reason| reason.is_some_and(|reason| REASONS.contains(&reason))));
    }
}
