//! Statistics: how auditors work, and what the market does.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc};
use medshare_types::{AccountId, Balance, Kind, Moment};
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    At, AuditorItem, AuditorStatistics, Block, Error, Index, Interval, MarketItem, MarketStatistics,
    OrderStateName, Page, Result,
    cursor::Asked,
    rows::{Tally, bytes, kind_of},
    store::{Value, body, int, maybe_number, number, statement},
};

/// How many intervals are told of at once.
const INTERVALS: u64 = 1_000;
/// How many different prices are looked at to find their medians, counted for each day apart.
const PRICES: usize = 100_000;

const DAY: u64 = 86_400_000;

impl Index {
    /// How auditors work, in the order of their accounts.
    ///
    /// # Errors
    /// [`Error::Query`], [`Error::Cursor`], [`Error::TooLong`].
    pub async fn auditor_statistics(
        &self,
        query: &AuditorStatistics,
        pending: &[Block],
    ) -> Result<Page<AuditorItem>> {
        let asked: Asked<AccountId> = Asked::new(self.genesis(), query)?;
        self.limited(async {
            let mut view = self.view(pending).await?;
            let of = query.auditor.as_ref().map_or((String::new(), Vec::new()), |auditor| {
                (" AND account = $2".into(), vec![Value::Bytes(bytes(auditor))])
            });
            let after = Value::Bytes(asked.after.as_ref().map(bytes).unwrap_or_default());
            let select = format!(
                "SELECT account, body FROM auditors WHERE account > $1{} ORDER BY account LIMIT {}",
                of.0,
                asked.limit + 1
            );
            let values = std::iter::once(after).chain(of.1);
            let rows = statement(select, values).fetch_all(view.connection()).await?;
            let mut items = rows
                .iter()
                .map(|row| Ok(body::<Tally>(row, 1)?.item(body(row, 0)?)))
                .collect::<Result<Vec<AuditorItem>>>()?;
            let more = items.len() > asked.limit;
            items.truncate(asked.limit);
            let next = items.last().filter(|_| more).map(|item| asked.next(&item.auditor));
            let total = match (asked.count, &query.auditor) {
                (false, _) => None,
                (true, Some(_)) => Some(items.len() as u64),
                (true, None) => Some(view.counted().await?.auditors),
            };
            let page = Page { at: view.at(), total, items, next };
            view.close().await?;
            Ok(page)
        })
        .await
    }

    /// What the market did, by interval and kind; only those in which something happened, the oldest first. At most 1000
    /// intervals, from the first order to the last one if no times are given, and at most 100 000 different prices in them.
    ///
    /// # Errors
    /// [`Error::Query`] for more than that, [`Error::TooLong`].
    pub async fn market_statistics(
        &self,
        query: &MarketStatistics,
        pending: &[Block],
    ) -> Result<(Option<At>, Vec<MarketItem>)> {
        if let (Some(from), Some(to)) = (query.from, query.to)
            && from > to
        {
            return Err(Error::Query {
                parameter: "from",
                message: format!("`from` is not after `to`, as {from} is after {to}"),
            });
        }
        self.limited(async {
            let mut view = self.view(pending).await?;
            let now = view.head.map_or(0, |head| head.time);
            let first = "SELECT min(placed) FROM orders".to_owned();
            let first = maybe_number(&statement(first, []).fetch_one(view.connection()).await?, 0)?;
            // Nothing happened before the first order or after the last block.
            let to = query.to.unwrap_or(Moment::MAX).min(now.saturating_add(1));
            let from = query.from.unwrap_or(0).max(first.unwrap_or(to));
            let length = match query.interval {
                Interval::Day => DAY,
                Interval::Week => 7 * DAY,
                Interval::Month => 28 * DAY,
            };
            let intervals = to.saturating_sub(from) / length;
            if intervals > INTERVALS {
                return Err(Error::Query {
                    parameter: "from",
                    message: format!(
                        "at most {INTERVALS} intervals are told of at once, and from {from} to {to} there are {intervals}: \
                         ask for a shorter time, or for longer intervals"
                    ),
                });
            }
            let mut market = Market { query, from, to, items: BTreeMap::new() };
            if from < to {
                market.count(view.connection()).await?;
                market.price(view.connection()).await?;
            }
            let at = view.at();
            view.close().await?;
            Ok((at, market.items.into_values().collect()))
        })
        .await
    }
}

/// What the market did so far as it was read. The database counts by day, which every interval consists of.
struct Market<'a> {
    query: &'a MarketStatistics,
    from: Moment,
    to: Moment,
    items: BTreeMap<(Moment, u8), MarketItem>,
}

impl Market<'_> {
    /// Rows by day and kind: these columns of orders whose `moment` is in the time asked for.
    async fn rows(
        &self,
        connection: &mut AnyConnection,
        moment: &str,
        columns: &str,
        limit: Option<usize>,
    ) -> Result<Vec<AnyRow>> {
        let kind = self.query.kind.map_or(String::new(), |kind| format!(" AND kind = {}", kind as i64));
        let groups: Vec<String> = (1..=2 + columns.split(", ").filter(|column| !column.is_empty()).count())
            .map(|at| at.to_string())
            .collect();
        let comma = if columns.is_empty() { "" } else { ", " };
        let limit = limit.map_or(String::new(), |limit| format!(" LIMIT {limit}"));
        let select = format!(
            "SELECT {moment} / {DAY}, kind{comma}{columns}, count(*) FROM orders \
             WHERE {moment} >= $1 AND {moment} < $2 AND kind IS NOT NULL{kind} GROUP BY {}{limit}",
            groups.join(", ")
        );
        let values = [Value::Int(int(self.from)), Value::Int(int(self.to))];
        Ok(statement(select, values).fetch_all(connection).await?)
    }

    fn item(&mut self, row: &AnyRow) -> Result<&mut MarketItem> {
        let day: u64 = number(row, 0)?;
        let kind = kind_of(maybe_number(row, 1)?.unwrap_or(u64::MAX))?;
        let start = begin(self.query.interval, day.saturating_mul(DAY));
        Ok(self.items.entry((start, kind as u8)).or_insert_with(|| nothing(start, kind)))
    }

    async fn count(&mut self, connection: &mut AnyConnection) -> Result<()> {
        for row in self.rows(connection, "placed", "", None).await? {
            self.item(&row)?.orders += number::<u64>(&row, 2)?;
        }
        for row in self.rows(connection, "ended", "state", None).await? {
            let (state, count): (i64, u64) = (number(&row, 2)?, number(&row, 3)?);
            let item = self.item(&row)?;
            let counter = match state {
                state if state == OrderStateName::Settled as i64 => &mut item.settled,
                state if state == OrderStateName::Refunded as i64 => &mut item.refunded,
                state if state == OrderStateName::Expired as i64 => &mut item.expired,
                _ => &mut item.cancelled,
            };
            *counter += count;
        }
        Ok(())
    }

    async fn price(&mut self, connection: &mut AnyConnection) -> Result<()> {
        let rows = self.rows(connection, "delivered", "price", Some(PRICES + 1)).await?;
        if rows.len() > PRICES {
            return Err(Error::Query {
                parameter: "from",
                message: format!(
                    "there are more than {PRICES} prices in this time, too many for their median: ask for a shorter time, or \
                     for one kind"
                ),
            });
        }
        let mut prices: BTreeMap<(Moment, u8), BTreeMap<Balance, u64>> = BTreeMap::new();
        for row in rows {
            let price: Vec<u8> = row.try_get(2)?;
            let price = Balance::from_be_bytes(
                price.try_into().map_err(|_| Error::Damaged("a price is not 16 bytes".into()))?,
            );
            let count: u64 = number(&row, 3)?;
            let item = self.item(&row)?;
            item.delivered += count;
            item.volume = item.volume.saturating_add(price.saturating_mul(count.into()));
            *prices.entry((item.start, item.kind as u8)).or_default().entry(price).or_default() += count;
        }
        for (key, prices) in prices {
            let Some(item) = self.items.get_mut(&key) else { continue };
            let mut before = (item.delivered - 1) / 2;
            item.median_price = prices.into_iter().find_map(|(price, count)| {
                if before < count {
                    return Some(price);
                }
                before -= count;
                None
            });
        }
        Ok(())
    }
}

fn nothing(start: Moment, kind: Kind) -> MarketItem {
    MarketItem {
        start,
        kind,
        orders: 0,
        delivered: 0,
        settled: 0,
        refunded: 0,
        expired: 0,
        cancelled: 0,
        volume: 0,
        median_price: None,
    }
}

/// When the interval begins in which a time lies, in UTC.
fn begin(interval: Interval, moment: Moment) -> Moment {
    let Some(time) = DateTime::from_timestamp_millis(int(moment)) else { return moment };
    let day = time.date_naive();
    let first: Option<NaiveDate> = match interval {
        Interval::Day => Some(day),
        Interval::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
        Interval::Month => day.with_day(1),
    };
    first
        .and_then(|first| first.and_hms_opt(0, 0, 0))
        .and_then(|first| u64::try_from(Utc.from_utc_datetime(&first).timestamp_millis()).ok())
        .unwrap_or(0)
}
