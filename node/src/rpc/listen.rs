//! What is still to be told to who listens, and the questions by which it is found.
//!
//! The index goes on while a listener is asked for. So what changed is only noted; the items are as the index has them when it
//! is asked, with the block of which they are, and what that answer has told is not told again when its change is heard of.

use std::collections::{BTreeMap, BTreeSet};

use jsonrpsee::core::async_trait;
use medshare_indexer::{
    At, FindGrants, FindOrders, FindReviews, GrantItem, GrantKey, Hit, Index, MAX_LIMIT, OrderItem,
    Result as IndexResult, ReviewItem, Search, Trace, TraceItem,
};
use medshare_types::{BlockNumber, OrderId, RecordId, Subject};
use schemars::JsonSchema;
use serde::Serialize;

use crate::index::{Changed, Named};

/// About how many things the index is asked at once.
const AT_ONCE: usize = 500;

/// An item, with the block of which it is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Told{T}")]
pub struct Told<T> {
    /// The last block that was in the index when it was read.
    pub at: At,
    /// The item.
    pub item: T,
}

/// Somebody who is told of what gets into the index.
#[async_trait]
pub trait Listener: Send + Sync {
    /// Of what.
    type Item: Serialize + Send;

    /// Notes what changed.
    fn hear(&mut self, changed: &Changed);

    /// The next part of what is to be told, which may be empty; nothing where that was all.
    async fn next(&mut self, index: &Index) -> IndexResult<Option<Vec<Told<Self::Item>>>>;

    /// Whether the query can be asked at all.
    async fn check(&self, index: &Index) -> IndexResult<()>;
}

/// A query that is asked of things that changed.
#[async_trait]
pub trait Among: Send + Sync {
    /// What names a thing.
    type Key: Ord + Clone + Send + Sync;
    /// A thing.
    type Item: Serialize + Send;

    /// The things that changed.
    fn keys(changed: &Changed) -> &BTreeSet<Self::Key>;

    /// Those of some things that the query asks for, and of which block they are.
    async fn among(&self, index: &Index, keys: &[Self::Key]) -> IndexResult<(Option<At>, Vec<Self::Item>)>;
}

/// Keys that are still to be asked about.
struct Waiting<K> {
    /// The last block that was heard of.
    heard: BlockNumber,
    keys: BTreeSet<K>,
    /// What was told as of a later block than had been heard of, and of which.
    ahead: BTreeMap<K, BlockNumber>,
}

impl<K: Ord + Clone> Waiting<K> {
    fn new() -> Self {
        Self { heard: 0, keys: BTreeSet::new(), ahead: BTreeMap::new() }
    }

    fn hear(&mut self, at: BlockNumber, keys: &BTreeSet<K>) {
        self.heard = at;
        let told = |key: &&K| self.ahead.get(*key).is_some_and(|told| *told >= at);
        self.keys.extend(keys.iter().filter(|key| !told(key)).cloned());
        self.ahead.retain(|_, told| *told > at);
    }

    fn take(&mut self) -> Vec<K> {
        std::iter::from_fn(|| self.keys.pop_first()).take(AT_ONCE).collect()
    }

    fn told(&mut self, keys: Vec<K>, at: BlockNumber) {
        if at > self.heard {
            self.ahead.extend(keys.into_iter().map(|key| (key, at)));
        }
    }
}

/// Listens for things that a query asks for.
pub struct Things<Q: Among> {
    query: Q,
    waiting: Waiting<Q::Key>,
}

impl<Q: Among> Things<Q> {
    /// Listens with this query.
    pub fn new(query: Q) -> Self {
        Self { query, waiting: Waiting::new() }
    }
}

#[async_trait]
impl<Q: Among> Listener for Things<Q> {
    type Item = Q::Item;

    fn hear(&mut self, changed: &Changed) {
        self.waiting.hear(changed.at.number, Q::keys(changed));
    }

    async fn next(&mut self, index: &Index) -> IndexResult<Option<Vec<Told<Q::Item>>>> {
        let keys = self.waiting.take();
        if keys.is_empty() {
            return Ok(None);
        }
        let (at, items) = self.query.among(index, &keys).await?;
        let Some(at) = at else { return Ok(Some(Vec::new())) };
        self.waiting.told(keys, at.number);
        Ok(Some(items.into_iter().map(|item| Told { at, item }).collect()))
    }

    async fn check(&self, index: &Index) -> IndexResult<()> {
        self.query.among(index, &[]).await.map(|_| ())
    }
}

#[async_trait]
impl Among for Search {
    type Key = RecordId;
    type Item = Hit;

    fn keys(changed: &Changed) -> &BTreeSet<RecordId> {
        &changed.records
    }

    async fn among(&self, index: &Index, keys: &[RecordId]) -> IndexResult<(Option<At>, Vec<Hit>)> {
        index.search_among(self, keys).await
    }
}

/// A record that is not on sale any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Delisting {
    /// The record.
    pub record: RecordId,
}

/// Asks which records are not on sale any more.
pub struct Delistings;

#[async_trait]
impl Among for Delistings {
    type Key = RecordId;
    type Item = Delisting;

    fn keys(changed: &Changed) -> &BTreeSet<RecordId> {
        &changed.delisted
    }

    async fn among(&self, index: &Index, keys: &[RecordId]) -> IndexResult<(Option<At>, Vec<Delisting>)> {
        // What is on sale again by then is a listing that changed.
        let (at, listed) = index.search_among(&Search::default(), keys).await?;
        let listed: BTreeSet<RecordId> = listed.into_iter().map(|hit| hit.record).collect();
        let gone = keys.iter().filter(|record| !listed.contains(*record));
        Ok((at, gone.map(|record| Delisting { record: *record }).collect()))
    }
}

#[async_trait]
impl Among for FindOrders {
    type Key = OrderId;
    type Item = OrderItem;

    fn keys(changed: &Changed) -> &BTreeSet<OrderId> {
        &changed.orders
    }

    async fn among(&self, index: &Index, keys: &[OrderId]) -> IndexResult<(Option<At>, Vec<OrderItem>)> {
        index.orders_among(self, keys).await
    }
}

#[async_trait]
impl Among for FindReviews {
    type Key = Subject;
    type Item = ReviewItem;

    fn keys(changed: &Changed) -> &BTreeSet<Subject> {
        &changed.reviews
    }

    async fn among(&self, index: &Index, keys: &[Subject]) -> IndexResult<(Option<At>, Vec<ReviewItem>)> {
        index.reviews_among(self, keys).await
    }
}

#[async_trait]
impl Among for FindGrants {
    type Key = GrantKey;
    type Item = GrantItem;

    fn keys(changed: &Changed) -> &BTreeSet<GrantKey> {
        &changed.grants
    }

    async fn among(&self, index: &Index, keys: &[GrantKey]) -> IndexResult<(Option<At>, Vec<GrantItem>)> {
        index.grants_among(self, keys).await
    }
}

/// Listens for events.
pub struct Events {
    query: Trace,
    /// The blocks in which there are some, and where among them it goes on.
    blocks: Option<(BlockNumber, BlockNumber)>,
    cursor: Option<String>,
}

impl Events {
    /// Listens with this query. Whatever direction it has, what happened first is told first.
    pub fn new(query: Trace) -> Self {
        Self { query: Trace { direction: None, ..query }, blocks: None, cursor: None }
    }

    /// The query for what is in some blocks.
    fn within(&self, first: BlockNumber, last: BlockNumber) -> Trace {
        Trace {
            from_block: self.query.from_block.max(Some(first)),
            to_block: Some(self.query.to_block.map_or(last, |to| to.min(last))),
            limit: MAX_LIMIT,
            count: false,
            cursor: self.cursor.clone(),
            at_best: false,
            ..self.query.clone()
        }
    }
}

/// Whether events are about what a query is about.
fn concerns(query: &Trace, named: &Named) -> bool {
    query.record.is_some_and(|record| named.records.contains(&record))
        || query.order.is_some_and(|order| named.orders.contains(&order))
        || query.account.as_ref().is_some_and(|account| named.accounts.contains(account))
}

#[async_trait]
impl Listener for Events {
    type Item = TraceItem;

    fn hear(&mut self, changed: &Changed) {
        if concerns(&self.query, &changed.named) {
            let first = self.blocks.map_or(changed.first, |(first, _)| first);
            self.blocks = Some((first, changed.at.number));
        }
    }

    async fn next(&mut self, index: &Index) -> IndexResult<Option<Vec<Told<TraceItem>>>> {
        let Some((first, last)) = self.blocks else { return Ok(None) };
        let page = index.trace(&self.within(first, last), &[]).await?;
        self.cursor = page.next;
        if self.cursor.is_none() {
            self.blocks = None;
        }
        let told = page.at.map(|at| page.items.into_iter().map(|item| Told { at, item }).collect());
        Ok(Some(told.unwrap_or_default()))
    }

    async fn check(&self, index: &Index) -> IndexResult<()> {
        // In the last block that there can be, nothing is.
        index.trace(&self.within(BlockNumber::MAX, BlockNumber::MAX), &[]).await.map(|_| ())
    }
}

/// Listens for the blocks themselves; of several at once for the last.
#[derive(Default)]
pub struct Heads {
    last: Option<At>,
}

#[async_trait]
impl Listener for Heads {
    type Item = At;

    fn hear(&mut self, changed: &Changed) {
        self.last = Some(changed.at);
    }

    async fn next(&mut self, _: &Index) -> IndexResult<Option<Vec<Told<At>>>> {
        Ok(self.last.take().map(|at| vec![Told { at, item: at }]))
    }

    async fn check(&self, _: &Index) -> IndexResult<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_of_a_later_block_is_not_told_again() {
        let mut waiting = Waiting::new();
        waiting.hear(5, &[1, 2].into());
        let keys = waiting.take();
        assert_eq!(keys, [1, 2]);
        // The index had gone on when it was asked.
        waiting.told(keys, 7);
        waiting.hear(6, &[1].into());
        waiting.hear(7, &[2, 3].into());
        assert_eq!(waiting.take(), [3]);
        waiting.hear(8, &[1, 2].into());
        assert_eq!(waiting.take(), [1, 2]);
        assert!(waiting.ahead.is_empty());
    }

    #[test]
    fn what_was_told_of_the_block_heard_of_is_told_of_the_next_again() {
        let mut waiting = Waiting::new();
        waiting.hear(5, &[1].into());
        let keys = waiting.take();
        waiting.told(keys, 5);
        waiting.hear(6, &[1].into());
        assert_eq!(waiting.take(), [1]);
    }

    #[test]
    fn what_changed_several_times_is_asked_for_once_and_in_parts() {
        let mut waiting = Waiting::new();
        waiting.hear(5, &(0..AT_ONCE).collect());
        waiting.hear(6, &(0..=AT_ONCE).collect());
        assert_eq!(waiting.take().len(), AT_ONCE);
        assert_eq!((waiting.take(), waiting.take()), (vec![AT_ONCE], vec![]));
    }

    #[test]
    fn only_events_about_what_was_asked_for_are_looked_up() {
        let query = |record, order| Trace { record, order, ..Trace::default() };
        let named = Named { records: [5].into(), orders: [3].into(), ..Named::default() };
        assert!(concerns(&query(Some(5), None), &named) && concerns(&query(None, Some(3)), &named));
        assert!(!concerns(&query(Some(3), None), &named) && !concerns(&query(None, Some(5)), &named));
        assert!(!concerns(&query(None, None), &named));
    }

    #[test]
    fn events_are_looked_up_within_the_blocks_of_both_the_query_and_the_change() {
        let ends = |from_block, to_block| {
            let within = Events::new(Trace { from_block, to_block, ..Trace::default() }).within(5, 9);
            (within.from_block, within.to_block)
        };
        assert_eq!(ends(None, None), (Some(5), Some(9)));
        assert_eq!(ends(Some(7), Some(8)), (Some(7), Some(8)));
        assert_eq!(ends(Some(1), Some(20)), (Some(5), Some(9)));
    }
}
