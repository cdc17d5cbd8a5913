//! Writing what blocks changed.

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use medshare_types::RecordId;
use sqlx::AnyConnection;

use super::{Batch, Touched};
use crate::{
    Error, Result,
    counted::Counted,
    memory::{Left, Whole},
    rows::{bytes, key, place_id, records},
    store::{Head, Rows, Value, meta, statement, upsert},
};

/// Records as they are now; nothing where there is none (any more).
type Records = BTreeMap<RecordId, Option<Whole>>;

impl<'a> Batch<'a> {
    /// Writes all of it, and the last block as the head, if the head is still what it was. Versions have the rows that
    /// [`Self::placed`] gave them.
    pub async fn write(
        mut self,
        connection: &mut AnyConnection,
        old: Option<Head>,
        new: Head,
        mut placed: Vec<Left<'a>>,
    ) -> Result<Touched<'a>> {
        let moved = sqlx::query("UPDATE meta SET value = $1 WHERE name = 'head' AND value = $2")
            .bind(Some(new).encode())
            .bind(old.encode())
            .execute(&mut *connection)
            .await?;
        if moved.rows_affected() != 1 {
            return Err(Error::Busy);
        }
        let missing = || Error::Damaged("how much there is of what is missing".into());
        let mut counted: Counted = meta(connection, "counted").await?.ok_or_else(missing)?;
        let touched = self.touched();
        let before = records::wholes(connection, &touched).await?;
        // As they were before: these blocks may have erased them afterwards.
        self.find_kinds(connection).await?;
        self.find_owners(connection, &before).await?;
        self.write_blocks(connection, &mut counted).await?;
        let (records, renewed) = self.write_records(connection, &touched, before, &mut counted).await?;
        // A version without a record is none.
        placed.retain(|left| left.state.is_none() || records.get(&left.record).is_some_and(Option::is_some));
        self.write_versions(connection, &placed, &records, &mut counted).await?;
        // Versions of which nothing else changed.
        for (record, body) in renewed {
            let renew = "UPDATE versions SET whole = $1 WHERE record = $2".to_owned();
            statement(renew, [Value::Bytes(body), record.into()]).execute(&mut *connection).await?;
        }
        self.write_orders(connection, &mut counted).await?;
        self.write_reviews(connection, &mut counted).await?;
        self.write_grants(connection, &mut counted).await?;
        self.write_receipts(connection, &mut counted).await?;
        self.write_accounts(connection, &mut counted).await?;
        counted.auditors += self.tallies.write(connection).await?;
        sqlx::query("UPDATE meta SET value = $1 WHERE name = 'counted'")
            .bind(counted.encode())
            .execute(connection)
            .await?;
        Ok(Touched { records, versions: placed })
    }

    async fn write_blocks(&self, connection: &mut AnyConnection, counted: &mut Counted) -> Result<()> {
        let blocks = self.blocks.iter().map(|block| {
            vec![Value::Int(block.number.into()), Value::Bytes(block.hash.0.into()), block.time.into()]
        });
        upsert(connection, "blocks", &["number", "hash", "time"], 1, blocks.collect()).await?;
        let mut events = Vec::new();
        let mut named = BTreeSet::new();
        for block in self.blocks {
            for event in &block.events {
                let id = place_id(block.number, event.index);
                events.push(vec![
                    Value::Int(id),
                    Value::MaybeBytes(event.by.as_ref().map(bytes)),
                    Value::Text(event.pallet.clone()),
                    Value::Text(event.event.clone()),
                    Value::Text(event.fields.to_string()),
                ]);
                named.extend(event.records.iter().map(|record| (0, key(*record), id)));
                named.extend(event.orders.iter().map(|order| (1, key(*order), id)));
                named.extend(event.accounts.iter().map(|account| (2, bytes(account), id)));
            }
        }
        counted.events += Rows {
            table: "events",
            columns: &["id", "signer", "pallet", "event", "fields"],
            key: &["id"],
            renewed: &[],
        }
        .write(connection, events)
        .await?;
        let named = named
            .into_iter()
            .map(|(what, name, id)| vec![Value::Int(what), Value::Bytes(name), Value::Int(id)]);
        upsert(connection, "named", &["what", "name", "id"], 3, named.collect()).await?;
        Ok(())
    }

    /// Writes records with their policies and listings. As they are now; and the bodies of those that were there and changed.
    async fn write_records(
        &self,
        connection: &mut AnyConnection,
        touched: &BTreeSet<RecordId>,
        mut before: BTreeMap<RecordId, Whole>,
        counted: &mut Counted,
    ) -> Result<(Records, Vec<(RecordId, Vec<u8>)>)> {
        let mut records = Records::new();
        let mut renewed = Vec::new();
        let mut rows = Vec::new();
        for record in touched {
            let old = before.remove(record);
            counted.records -= u64::from(old.is_some()).min(counted.records);
            let listed = old.as_ref().is_some_and(|whole| whole.listing.is_some());
            counted.listings -= u64::from(listed).min(counted.listings);
            let was = old.as_ref().map(records::encode);
            let mut whole = old;
            if self.erased.contains(record) {
                whole = None;
                statement("DELETE FROM records WHERE record = $1".into(), [(*record).into()])
                    .execute(&mut *connection)
                    .await?;
                let versions = statement("DELETE FROM versions WHERE record = $1".into(), [(*record).into()])
                    .execute(&mut *connection)
                    .await?;
                counted.versions -= versions.rows_affected().min(counted.versions);
            }
            if let Some(state) = self.records.get(record) {
                let (policy, listing) = whole.map_or((None, None), |whole| (whole.policy, whole.listing));
                whole = Some(Whole { record: (*state).clone(), policy, listing });
            }
            if let Some(whole) = &mut whole {
                if let Some(policy) = self.policies.get(record) {
                    whole.policy = policy.cloned();
                }
                if let Some(listing) = self.listings.get(record) {
                    whole.listing = listing.cloned();
                }
                let body = records::encode(whole);
                if was.is_some_and(|was| was != body) {
                    renewed.push((*record, body.clone()));
                }
                rows.push(vec![(*record).into(), Value::Bytes(body)]);
                counted.records += 1;
                counted.listings += u64::from(whole.listing.is_some());
            }
            records.insert(*record, whole);
        }
        upsert(connection, "records", &["record", "body"], 1, rows).await?;
        Ok((records, renewed))
    }

    async fn write_versions(
        &self,
        connection: &mut AnyConnection,
        placed: &[Left<'_>],
        records: &Records,
        counted: &mut Counted,
    ) -> Result<()> {
        let mut rows = Vec::new();
        for left in placed {
            let whole = records.get(&left.record).and_then(Option::as_ref);
            match left.state.zip(whole) {
                Some((state, whole)) => rows.push(vec![
                    Value::Int(left.row.into()),
                    left.record.into(),
                    Value::Int(left.version.into()),
                    Value::Int(left.block.into()),
                    Value::Bytes(state.encode()),
                    Value::Bytes(records::encode(whole)),
                ]),
                None => {
                    let delete = "DELETE FROM versions WHERE document = $1".to_owned();
                    let gone =
                        statement(delete, [Value::Int(left.row.into())]).execute(&mut *connection).await?;
                    counted.versions -= gone.rows_affected().min(counted.versions);
                }
            }
        }
        let numbers: Vec<u64> =
            placed.iter().filter(|left| left.state.is_some()).map(|left| u64::from(left.row)).collect();
        let select = "SELECT document FROM versions WHERE document";
        let known = crate::store::of_numbers(connection, select, numbers.iter().copied()).await?.len();
        counted.versions += (numbers.len() - known) as u64;
        let columns = ["document", "record", "version", "block", "body", "whole"];
        upsert(connection, "versions", &columns, 1, rows).await?;
        Ok(())
    }

    async fn write_accounts(&self, connection: &mut AnyConnection, counted: &mut Counted) -> Result<()> {
        let mut rows = Vec::new();
        for (account, state) in &self.members {
            let name = Value::Bytes(bytes(account));
            let delete = "DELETE FROM members WHERE account = $1".to_owned();
            let gone = statement(delete, [name.clone()]).execute(&mut *connection).await?;
            counted.members -= gone.rows_affected().min(counted.members);
            if let Some(state) = state {
                rows.push(vec![name, Value::Bytes(state.encode())]);
            }
        }
        counted.members += upsert(connection, "members", &["account", "body"], 1, rows).await?;
        let credits = self.credits.iter().map(|(account, standing)| {
            let body = (standing.points, standing.noted, &standing.tiers).encode();
            vec![Value::Bytes(bytes(account)), Value::Bytes(body)]
        });
        upsert(connection, "credits", &["account", "body"], 1, credits.collect()).await?;
        Ok(())
    }
}
