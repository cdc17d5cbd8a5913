//! Writing orders, reviews, grants and receipts, which stay when the chain has forgotten them.

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use medshare_types::{AccountId, RecordId, RecordVersion, Version};
use sqlx::AnyConnection;

use super::Batch;
use crate::{
    Result,
    counted::{Counted, Step},
    memory::Whole,
    rows::{GrantRow, OrderRow, ReviewRow, bytes, records},
    store::{Rows, Value, body, statement},
};

impl Batch<'_> {
    /// Of what kind the versions are that were ordered.
    pub(super) async fn find_kinds(&mut self, connection: &mut AnyConnection) -> Result<()> {
        let wanted: BTreeSet<(RecordId, Version)> = self
            .orders
            .iter()
            .filter_map(|(_, _, order)| order.map(|order| (order.record, order.version)))
            .filter(|version| !self.kinds.contains_key(version))
            .collect();
        for (record, version) in wanted {
            let select = "SELECT body FROM versions WHERE record = $1 AND version = $2".to_owned();
            let row = statement(select, [record.into(), Value::Int(version.into())])
                .fetch_optional(&mut *connection)
                .await?;
            if let Some(row) = row {
                let state: RecordVersion<AccountId> = body(&row, 0)?;
                self.kinds.insert((record, version), state.content.descriptor.kind);
            }
        }
        Ok(())
    }

    /// Whose the records are on which grants were given.
    pub(super) async fn find_owners(
        &mut self,
        connection: &mut AnyConnection,
        before: &BTreeMap<RecordId, Whole>,
    ) -> Result<()> {
        let granted: BTreeSet<RecordId> = self.grants.iter().map(|(_, (record, ..), _)| *record).collect();
        let others = granted.iter().copied().filter(|record| !before.contains_key(record)).collect();
        let others = records::wholes(connection, &others).await?;
        for record in granted {
            if let Some(whole) = before.get(&record).or_else(|| others.get(&record)) {
                self.owners.entry(record).or_insert_with(|| bytes(&whole.record.owner));
            }
        }
        Ok(())
    }

    pub(super) async fn write_orders(
        &self,
        connection: &mut AnyConnection,
        counted: &mut Counted,
    ) -> Result<()> {
        let mut rows = OrderRow::load(connection, self.orders.iter().map(|(_, order, _)| *order)).await?;
        for row in rows.values() {
            counted.order(row, Step::Less);
        }
        for (time, id, order) in &self.orders {
            match order {
                Some(order) => {
                    let kind = self.kinds.get(&(order.record, order.version)).copied();
                    let row = rows.entry(*id).or_insert_with(|| OrderRow::new((*order).clone(), kind));
                    row.become_(order, *time);
                }
                None => {
                    if let Some(row) = rows.get_mut(id) {
                        row.cleared = true;
                    }
                }
            }
        }
        for row in rows.values() {
            counted.order(row, Step::More);
        }
        OrderRow::write(connection, rows).await
    }

    pub(super) async fn write_reviews(
        &mut self,
        connection: &mut AnyConnection,
        counted: &mut Counted,
    ) -> Result<()> {
        let subjects: BTreeSet<Vec<u8>> =
            self.reviews.iter().map(|(_, _, subject, _)| subject.encode()).collect();
        let mut rows = ReviewRow::load(connection, subjects).await?;
        for row in rows.values() {
            self.tallies.review(row, -1);
            counted.review(row, Step::Less);
        }
        for (time, place, subject, review) in &self.reviews {
            let key = subject.encode();
            match review {
                Some(review) => {
                    let row = rows
                        .entry(key)
                        .or_insert_with(|| ReviewRow::new(*place, *subject, (*review).clone()));
                    row.become_(review, *time);
                }
                None => {
                    if let Some(row) = rows.get_mut(&key) {
                        row.removed = true;
                    }
                }
            }
        }
        for row in rows.values() {
            self.tallies.review(row, 1);
            counted.review(row, Step::More);
        }
        ReviewRow::write(connection, rows).await
    }

    pub(super) async fn write_grants(
        &self,
        connection: &mut AnyConnection,
        counted: &mut Counted,
    ) -> Result<()> {
        let mut rows = GrantRow::load(connection, self.grants.iter().map(|(_, key, _)| key)).await?;
        let before = rows.len();
        for (place, key, grant) in &self.grants {
            match grant {
                Some(grant) => {
                    // One that was granted again is a new one.
                    let again = rows.get(key).is_none_or(|row| row.grant.at != grant.at);
                    let row = rows.entry(key.clone()).or_insert_with(|| GrantRow {
                        id: *place,
                        owner: Vec::new(),
                        cleared: false,
                        grant: (*grant).clone(),
                    });
                    if again {
                        row.id = *place;
                        if let Some(owner) = self.owners.get(&key.0) {
                            row.owner.clone_from(owner);
                        }
                    }
                    row.grant = (*grant).clone();
                    row.cleared = false;
                }
                None => {
                    if let Some(row) = rows.get_mut(key) {
                        row.cleared = true;
                    }
                }
            }
        }
        counted.grants += (rows.len() - before) as u64;
        GrantRow::write(connection, rows).await
    }

    pub(super) async fn write_receipts(
        &self,
        connection: &mut AnyConnection,
        counted: &mut Counted,
    ) -> Result<()> {
        let rows = self.receipts.iter().map(|((record, index), (id, receipt))| {
            vec![
                (*record).into(),
                (*index).into(),
                Value::Int(*id),
                Value::Bytes(bytes(&receipt.vault)),
                Value::Bytes(bytes(&receipt.content.accessor)),
                Value::Bytes(receipt.encode()),
            ]
        });
        // A receipt stays as it is.
        let receipts = Rows {
            table: "receipts",
            columns: &["record", "number", "id", "vault", "accessor", "body"],
            key: &["record", "number"],
            renewed: &[],
        };
        counted.receipts += receipts.write(connection, rows.collect()).await?;
        Ok(())
    }
}
