//! Orders, with those that were cleared.

use std::collections::BTreeMap;

use codec::Encode;
use medshare_types::{AccountId, Kind, Moment, Order, OrderId, OrderState};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    OrderItem, OrderStateName, Result,
    rows::bytes,
    store::{Value, body, decoded, int, maybe_number, number, of_numbers, upsert},
};

/// An order.
#[derive(Clone)]
pub struct OrderRow {
    pub order: Order<AccountId>,
    pub kind: Option<Kind>,
    pub cleared: bool,
    pub delivered: Option<Moment>,
    pub ended: Option<Moment>,
}

/// The name of a state.
pub fn state_name(state: &OrderState) -> OrderStateName {
    match state {
        OrderState::Open { .. } => OrderStateName::Open,
        OrderState::Delivered { .. } => OrderStateName::Delivered,
        OrderState::Claimed { .. } => OrderStateName::Claimed,
        OrderState::Settled => OrderStateName::Settled,
        OrderState::Refunded => OrderStateName::Refunded,
        OrderState::Cancelled => OrderStateName::Cancelled,
        OrderState::Expired => OrderStateName::Expired,
    }
}

impl OrderRow {
    pub const COLUMNS: &str = "id, cleared, delivered, ended, kind, body";

    pub fn new(order: Order<AccountId>, kind: Option<Kind>) -> Self {
        Self { order, kind, cleared: false, delivered: None, ended: None }
    }

    /// What the order is after a block.
    pub fn become_(&mut self, order: &Order<AccountId>, time: Moment) {
        let delivered = matches!(
            order.state,
            OrderState::Delivered { .. }
                | OrderState::Claimed { .. }
                | OrderState::Settled
                | OrderState::Refunded
        );
        if delivered && self.delivered.is_none() {
            self.delivered = Some(time);
        }
        if !order.state.is_open() && self.ended.is_none() {
            self.ended = Some(time);
        }
        self.order = order.clone();
    }

    pub async fn load(
        connection: &mut AnyConnection,
        orders: impl Iterator<Item = OrderId>,
    ) -> Result<BTreeMap<OrderId, Self>> {
        let select = format!("SELECT {} FROM orders WHERE id", Self::COLUMNS);
        of_numbers(connection, &select, orders).await?.iter().map(Self::read).collect()
    }

    /// Reads [`Self::COLUMNS`].
    pub fn read(row: &AnyRow) -> Result<(OrderId, Self)> {
        let this = Self {
            cleared: number::<i64>(row, 1)? != 0,
            delivered: maybe_number(row, 2)?,
            ended: maybe_number(row, 3)?,
            kind: maybe_number(row, 4)?.map(kind_of).transpose()?,
            order: body(row, 5)?,
        };
        Ok((number(row, 0)?, this))
    }

    pub async fn write(connection: &mut AnyConnection, rows: BTreeMap<OrderId, Self>) -> Result<()> {
        let maybe = |moment: Option<Moment>| Value::MaybeInt(moment.map(int));
        let rows = rows.into_iter().map(|(id, row)| {
            vec![
                id.into(),
                row.order.record.into(),
                Value::MaybeInt(row.kind.map(|kind| kind as i64)),
                Value::Bytes(bytes(&row.order.buyer)),
                Value::Bytes(bytes(&row.order.seller)),
                Value::Int(state_name(&row.order.state) as i64),
                Value::Int(row.cleared.into()),
                row.order.placed.into(),
                maybe(row.delivered),
                maybe(row.ended),
                Value::Bytes(row.order.price.to_be_bytes().into()),
                Value::Bytes(row.order.encode()),
            ]
        });
        let columns = [
            "id",
            "record",
            "kind",
            "buyer",
            "seller",
            "state",
            "cleared",
            "placed",
            "delivered",
            "ended",
            "price",
            "body",
        ];
        upsert(connection, "orders", &columns, 1, rows.collect()).await?;
        Ok(())
    }

    pub fn item(self, order: OrderId) -> OrderItem {
        OrderItem {
            order,
            content: self.order,
            cleared: self.cleared,
            delivered: self.delivered,
            ended: self.ended,
        }
    }
}

/// A kind by its number.
pub fn kind_of(number: u64) -> Result<Kind> {
    decoded(&[u8::try_from(number).unwrap_or(u8::MAX)])
}
