//! Lists of orders, reviews, grants, receipts and events, the newest first.

mod filter;
mod trace;

use codec::Encode;
use medshare_types::{OrderId, Subject};
use sqlx::{Row, any::AnyRow};

use crate::{
    At, Block, FindGrants, FindOrders, FindReceipts, FindReviews, GrantItem, Index, OrderItem,
    OrderStateName, Page, ReceiptItem, Result, ReviewItem,
    counted::{Counted, is_open},
    cursor::Asked,
    query::Paged,
    rows::{GrantKey, GrantRow, OrderRow, ReviewRow, bytes},
    search::check_among,
    store::{Value, body, int, number},
    view::View,
};
use filter::Filter;

/// Up to so many things are counted one by one; where there are more, and nothing is kept about how many, the total is not
/// told.
const COUNTED: usize = 100_000;

/// How many things that changed are asked about at once.
const AMONG: usize = 100;

/// A list: where it is from, and which of its columns says in which order.
struct List {
    select: String,
    from: &'static str,
    id: &'static str,
    descending: bool,
}

impl List {
    fn newest(columns: &str, from: &'static str, id: &'static str) -> Self {
        Self { select: format!("SELECT {columns}"), from, id, descending: true }
    }

    /// A page of what fits one of some filters that have nothing in common; each row with its place. How many there are is
    /// counted unless it is known.
    async fn page<T>(
        &self,
        view: &mut View<'_>,
        asked: &Asked<i64>,
        filters: &[Filter],
        known: Option<u64>,
        read: impl Fn(&View<'_>, &AnyRow) -> Result<(i64, T)>,
    ) -> Result<Page<T>> {
        let Self { select, from, id, descending } = self;
        let (compare, order) = if *descending { ("<", "DESC") } else { (">", "ASC") };
        let mut found = Vec::new();
        for filter in filters {
            let mut after = filter.clone();
            after.and_if(&format!("{id} {compare} ?"), asked.after, Value::Int);
            let tail = format!(" ORDER BY {id} {order} LIMIT {}", asked.limit + 1);
            let rows = after.fetch(view.connection(), &format!("{select} FROM {from}"), &tail).await?;
            for row in &rows {
                found.push(read(view, row)?);
            }
        }
        found.sort_by_key(|(place, _)| *place);
        if *descending {
            found.reverse();
        }
        let more = found.len() > asked.limit;
        found.truncate(asked.limit);
        let next = found.last().filter(|_| more).map(|(place, _)| asked.next(place));
        let total = match known {
            _ if !asked.count => None,
            Some(known) => Some(known),
            // All of it is on the first page.
            None if asked.after.is_none() && !more => Some(found.len() as u64),
            None => self.count(view, filters).await?,
        };
        let items = found.into_iter().map(|(_, item)| item).collect();
        Ok(Page { at: view.at(), total, items, next })
    }

    /// Counts, but not more than is worth the time.
    async fn count(&self, view: &mut View<'_>, filters: &[Filter]) -> Result<Option<u64>> {
        let mut total = 0;
        for filter in filters {
            let begin = format!("SELECT count(*) FROM (SELECT 1 FROM {}", self.from);
            let end = format!(" LIMIT {}) AS these", COUNTED + 1);
            let rows = filter.fetch(view.connection(), &begin, &end).await?;
            total += rows.first().map_or(Ok(0), |row| number::<u64>(row, 0))?;
            if total > COUNTED as u64 {
                return Ok(None);
            }
        }
        Ok(Some(total))
    }
}

impl Index {
    async fn list<Q: Paged, T>(
        &self,
        query: &Q,
        pending: &[Block],
        list: &List,
        known: impl Fn(&Counted) -> Option<u64>,
        filters: impl FnOnce(&View<'_>) -> Vec<Filter>,
        read: impl Fn(&View<'_>, &AnyRow) -> Result<(i64, T)>,
    ) -> Result<Page<T>> {
        let asked = Asked::new(self.genesis(), query)?;
        self.limited(async {
            let mut view = self.view(pending).await?;
            let known = if asked.count { known(&view.counted().await?) } else { None };
            let filters = filters(&view);
            let page = list.page(&mut view, &asked, &filters, known, read).await?;
            view.close().await?;
            Ok(page)
        })
        .await
    }

    /// What is found among some things, in chunks, for each of which there are filters that have nothing in common; and of which
    /// block.
    async fn among<Q: Paged, K, T>(
        &self,
        query: &Q,
        list: &List,
        keys: &[K],
        filters: impl Fn(&View<'_>, &[K]) -> Vec<Filter>,
        read: impl Fn(&AnyRow) -> Result<(i64, T)>,
    ) -> Result<(Option<At>, Vec<T>)> {
        Asked::<i64>::new(self.genesis(), query)?;
        check_among(keys)?;
        if keys.is_empty() {
            return Ok((self.head().await, Vec::new()));
        }
        self.limited(async {
            let mut view = self.view(&[]).await?;
            let begin = format!("{} FROM {}", list.select, list.from);
            let mut found = Vec::new();
            for these in keys.chunks(AMONG) {
                for filter in filters(&view, these) {
                    for row in filter.fetch(view.connection(), &begin, "").await? {
                        found.push(read(&row)?.1);
                    }
                }
            }
            let at = view.at();
            view.close().await?;
            Ok((at, found))
        })
        .await
    }

    /// Orders, the newest first.
    ///
    /// # Errors
    /// [`crate::Error::Query`], [`crate::Error::Cursor`], [`crate::Error::TooLong`].
    pub async fn find_orders(&self, query: &FindOrders, pending: &[Block]) -> Result<Page<OrderItem>> {
        let list = List::newest(OrderRow::COLUMNS, "orders", "id");
        let known = |counted: &Counted| counted.orders(query);
        self.list(query, pending, &list, known, |_| order_filters(query), |_, row| order_item(row)).await
    }

    /// Those of some orders that a query is about, whole and in no particular order, and of which block. At most
    /// [`crate::MOST_AMONG`] at once.
    ///
    /// # Errors
    /// [`crate::Error::Query`] for more, [`crate::Error::TooLong`].
    pub async fn orders_among(
        &self,
        query: &FindOrders,
        orders: &[OrderId],
    ) -> Result<(Option<At>, Vec<OrderItem>)> {
        let list = List::newest(OrderRow::COLUMNS, "orders", "id");
        let filters = |_: &View<'_>, orders: &[OrderId]| -> Vec<Filter> {
            let mut filters = order_filters(query);
            for filter in &mut filters {
                filter.one_of("id", orders.iter().map(|order| Value::from(*order)));
            }
            filters
        };
        self.among(query, &list, orders, filters, order_item).await
    }

    /// Reviews, the newest first.
    ///
    /// # Errors
    /// [`crate::Error::Query`], [`crate::Error::Cursor`], [`crate::Error::TooLong`].
    pub async fn find_reviews(&self, query: &FindReviews, pending: &[Block]) -> Result<Page<ReviewItem>> {
        let list = review_list(query);
        let known = |counted: &Counted| counted.reviews(query);
        self.list(query, pending, &list, known, |_| vec![review_filter(query)], |_, row| review_item(row))
            .await
    }

    /// Those of some reviews that a query is about, whole and in no particular order, and of which block. At most
    /// [`crate::MOST_AMONG`] at once.
    ///
    /// # Errors
    /// [`crate::Error::Query`] for more, [`crate::Error::TooLong`].
    pub async fn reviews_among(
        &self,
        query: &FindReviews,
        subjects: &[Subject],
    ) -> Result<(Option<At>, Vec<ReviewItem>)> {
        let filters = |_: &View<'_>, subjects: &[Subject]| -> Vec<Filter> {
            let mut filter = review_filter(query);
            filter.one_of("subject", subjects.iter().map(|subject| Value::Bytes(subject.encode())));
            vec![filter]
        };
        self.among(query, &review_list(query), subjects, filters, review_item).await
    }

    /// Grants, the newest first.
    ///
    /// # Errors
    /// [`crate::Error::Query`], [`crate::Error::Cursor`], [`crate::Error::TooLong`].
    pub async fn find_grants(&self, query: &FindGrants, pending: &[Block]) -> Result<Page<GrantItem>> {
        let list = List::newest(GrantRow::COLUMNS, "grants", "id");
        let known = |counted: &Counted| counted.grants(query);
        let filters = |view: &View<'_>| vec![grant_filter(query, view)];
        self.list(query, pending, &list, known, filters, |_, row| grant_item(row)).await
    }

    /// Those of some grants that a query is about, whole and in no particular order, and of which block. At most
    /// [`crate::MOST_AMONG`] at once.
    ///
    /// # Errors
    /// [`crate::Error::Query`] for more, [`crate::Error::TooLong`].
    pub async fn grants_among(
        &self,
        query: &FindGrants,
        grants: &[GrantKey],
    ) -> Result<(Option<At>, Vec<GrantItem>)> {
        let list = List::newest(GrantRow::COLUMNS, "grants", "id");
        // One by one, as each has its place: of a record or of an account there may be more than are worth reading.
        let filters = |view: &View<'_>, grants: &[GrantKey]| -> Vec<Filter> {
            let one = |(record, version, grantee): &GrantKey| {
                let mut filter = grant_filter(query, view);
                filter.and("record = ?", (*record).into());
                filter.and("version = ?", Value::Int((*version).into()));
                filter.and("grantee = ?", Value::Bytes(bytes(grantee)));
                filter
            };
            let is_meant = |(record, _, grantee): &&GrantKey| {
                query.record.is_none_or(|meant| meant == *record)
                    && query.grantee.as_ref().is_none_or(|meant| meant == grantee)
            };
            grants.iter().filter(is_meant).map(one).collect()
        };
        self.among(query, &list, grants, filters, grant_item).await
    }

    /// Receipts, the newest first.
    ///
    /// # Errors
    /// [`crate::Error::Query`], [`crate::Error::Cursor`], [`crate::Error::TooLong`].
    pub async fn find_receipts(&self, query: &FindReceipts, pending: &[Block]) -> Result<Page<ReceiptItem>> {
        let list = List::newest("id, record, number, body", "receipts", "id");
        let filters = |_: &View<'_>| {
            let mut filter = Filter::default();
            filter.and_if("record = ?", query.record, Value::from);
            filter.and_if("vault = ?", query.vault.as_ref(), |who| Value::Bytes(bytes(who)));
            filter.and_if("accessor = ?", query.accessor.as_ref(), |who| Value::Bytes(bytes(who)));
            vec![filter]
        };
        let known = |counted: &Counted| counted.receipts(query);
        self.list(query, pending, &list, known, filters, |_, row| {
            Ok((
                row.try_get(0)?,
                ReceiptItem { record: number(row, 1)?, index: number(row, 2)?, content: body(row, 3)? },
            ))
        })
        .await
    }
}

/// Filters that have nothing in common: one for each state with money on hold, since there are few such orders among many, and
/// one for each side of a sale; each has an index.
fn order_filters(query: &FindOrders) -> Vec<Filter> {
    let mut filter = Filter::default();
    filter.and_if("buyer = ?", query.buyer.as_ref(), |who| Value::Bytes(bytes(who)));
    filter.and_if("seller = ?", query.seller.as_ref(), |who| Value::Bytes(bytes(who)));
    filter.and_if("record = ?", query.record, Value::from);
    filter.and_if("cleared = ?", query.cleared, |cleared| Value::Int(cleared.into()));
    let with = |filter: &Filter, state: OrderStateName| {
        let mut filter = filter.clone();
        filter.and("state = ?", Value::Int(state as i64));
        filter
    };
    let filters = match (query.state, query.open) {
        (Some(state), open) if open.is_none_or(|open| open == is_open(state)) => vec![with(&filter, state)],
        (Some(_), _) => Vec::new(),
        (None, Some(true)) => {
            let open = [OrderStateName::Open, OrderStateName::Delivered, OrderStateName::Claimed];
            open.map(|state| with(&filter, state)).into()
        }
        (None, Some(false)) => {
            filter.and("state > ?", Value::Int(OrderStateName::Claimed as i64));
            vec![filter]
        }
        (None, None) => vec![filter],
    };
    let Some(party) = &query.party else { return filters };
    filters
        .into_iter()
        .flat_map(|mut filter| {
            // Nobody's order to itself is found twice.
            let mut other = filter.clone();
            filter.and("buyer = ?", Value::Bytes(bytes(party)));
            other.and("seller = ?", Value::Bytes(bytes(party)));
            other.and("buyer <> ?", Value::Bytes(bytes(party)));
            [filter, other]
        })
        .collect()
}

fn order_item(row: &AnyRow) -> Result<(i64, OrderItem)> {
    let (order, row) = OrderRow::read(row)?;
    Ok((int(order), row.item(order)))
}

fn grant_filter(query: &FindGrants, view: &View<'_>) -> Filter {
    let mut filter = Filter::default();
    filter.and_if("grantee = ?", query.grantee.as_ref(), |who| Value::Bytes(bytes(who)));
    filter.and_if("owner = ?", query.owner.as_ref(), |who| Value::Bytes(bytes(who)));
    filter.and_if("record = ?", query.record, Value::from);
    let now = view.head.map_or(0, |head| head.time);
    match query.in_force {
        Some(true) => filter.and("cleared = 0 AND (expires IS NULL OR expires > ?)", now.into()),
        Some(false) => filter.and("(cleared <> 0 OR expires <= ?)", now.into()),
        None => {}
    }
    filter
}

fn grant_item(row: &AnyRow) -> Result<(i64, GrantItem)> {
    let (key, row) = GrantRow::read(row)?;
    Ok((row.id, row.item(key)))
}

fn review_list(query: &FindReviews) -> List {
    match query.auditor {
        Some(_) => List::newest(ReviewRow::COLUMNS, "seats JOIN reviews ON id = review", "review"),
        None => List::newest(ReviewRow::COLUMNS, "reviews", "id"),
    }
}

fn review_filter(query: &FindReviews) -> Filter {
    let mut filter = Filter::default();
    filter.and_if("auditor = ?", query.auditor.as_ref(), |who| Value::Bytes(bytes(who)));
    filter.and_if("holder = ?", query.holder.as_ref(), |who| Value::Bytes(bytes(who)));
    filter.and_if("record = ?", query.record, Value::from);
    filter.and_if("kind = ?", query.kind, |kind| Value::Int(kind as i64));
    match query.decided {
        Some(true) => filter.plain("decided IS NOT NULL"),
        Some(false) => filter.plain("decided IS NULL"),
        None => {}
    }
    filter
}

fn review_item(row: &AnyRow) -> Result<(i64, ReviewItem)> {
    let row = ReviewRow::read(row)?;
    Ok((row.id, row.item()))
}
