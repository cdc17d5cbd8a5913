//! Histories.

use sqlx::{Row, any::AnyRow};

use super::{List, filter::Filter};
use crate::{
    Block, Direction, Error, Index, Page, Result, Trace, TraceItem,
    rows::{bytes, key, place_id},
    store::{Value, body, decoded, number},
    view::View,
};

impl Index {
    /// What happened to a record, an order or an account.
    ///
    /// # Errors
    /// [`Error::Query`], also if it names none or several of them; [`Error::Cursor`], [`Error::TooLong`].
    pub async fn trace(&self, query: &Trace, pending: &[Block]) -> Result<Page<TraceItem>> {
        let names: Vec<(i64, Vec<u8>)> = [
            query.record.map(|record| (0, key(record))),
            query.order.map(|order| (1, key(order))),
            query.account.as_ref().map(|account| (2, bytes(account))),
        ]
        .into_iter()
        .flatten()
        .collect();
        let [(what, name)] = names.as_slice() else {
            return Err(Error::Query {
                parameter: "record",
                message: "give exactly one of `record`, `order` and `account`".into(),
            });
        };
        let list = List {
            select: "SELECT e.id, b.hash, b.time, e.signer, e.pallet, e.event, e.fields".into(),
            from: "named n JOIN events e ON e.id = n.id JOIN blocks b ON b.number = (n.id >> 24)",
            id: "n.id",
            descending: query.direction == Some(Direction::Newest),
        };
        let filters = |_: &View<'_>| {
            let mut filter = Filter::default();
            filter.and("n.what = ?", Value::Int(*what));
            filter.and("n.name = ?", Value::Bytes(name.clone()));
            filter.and_if("n.id >= ?", query.from_block, |block| Value::Int(place_id(block, 0)));
            filter.and_if("n.id <= ?", query.to_block, |block| Value::Int(place_id(block, u32::MAX)));
            vec![filter]
        };
        self.list(query, pending, &list, |_| None, filters, trace_item).await
    }
}

fn trace_item(view: &View<'_>, row: &AnyRow) -> Result<(i64, TraceItem)> {
    let id: i64 = row.try_get(0)?;
    let block = u32::try_from(id >> 24).unwrap_or(u32::MAX);
    let fields: String = row.try_get(6)?;
    let by: Option<Vec<u8>> = row.try_get(3)?;
    let item = TraceItem {
        block,
        hash: body(row, 1)?,
        time: number(row, 2)?,
        index: u32::try_from(id & 0xff_ffff).unwrap_or(u32::MAX),
        is_final: view.is_final(block),
        by: by.map(|by| decoded(&by)).transpose()?,
        pallet: row.try_get(4)?,
        event: row.try_get(5)?,
        fields: serde_json::from_str(&fields).map_err(|error| Error::Damaged(error.to_string()))?,
    };
    Ok((id, item))
}
