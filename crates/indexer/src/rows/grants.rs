//! Grants, with those that were cleared.

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use medshare_types::{AccountId, Grant, RecordId, Version};
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    GrantItem, Result,
    rows::bytes,
    store::{Value, body, int, number, statement, upsert},
};

/// What tells grants apart: the record, its version, and to whom it was granted.
pub type GrantKey = (RecordId, Version, AccountId);

/// A grant.
#[derive(Clone)]
pub struct GrantRow {
    pub id: i64,
    /// Whose record it was when it was granted.
    pub owner: Vec<u8>,
    pub cleared: bool,
    pub grant: Grant,
}

impl GrantRow {
    pub const COLUMNS: &str = "record, version, grantee, id, owner, cleared, body";

    /// Those with some keys, one by one: a record may have more than are worth reading.
    pub async fn load<'a>(
        connection: &mut AnyConnection,
        keys: impl Iterator<Item = &'a GrantKey>,
    ) -> Result<BTreeMap<GrantKey, Self>> {
        let mut rows = BTreeMap::new();
        for key in keys.collect::<BTreeSet<_>>() {
            let (record, version, grantee) = key;
            let select = format!(
                "SELECT {} FROM grants WHERE record = $1 AND version = $2 AND grantee = $3",
                Self::COLUMNS
            );
            let values = [(*record).into(), Value::Int((*version).into()), Value::Bytes(bytes(grantee))];
            if let Some(row) = statement(select, values).fetch_optional(&mut *connection).await? {
                rows.insert(key.clone(), Self::read(&row)?.1);
            }
        }
        Ok(rows)
    }

    /// Reads [`Self::COLUMNS`].
    pub fn read(row: &AnyRow) -> Result<(GrantKey, Self)> {
        let key = (number(row, 0)?, number(row, 1)?, body(row, 2)?);
        let this = Self {
            id: row.try_get(3)?,
            owner: row.try_get(4)?,
            cleared: number::<i64>(row, 5)? != 0,
            grant: body(row, 6)?,
        };
        Ok((key, this))
    }

    pub async fn write(connection: &mut AnyConnection, rows: BTreeMap<GrantKey, Self>) -> Result<()> {
        let rows = rows.into_iter().map(|((record, version, grantee), row)| {
            let expires = [row.grant.expires, row.grant.revoked].into_iter().flatten().min();
            vec![
                record.into(),
                Value::Int(version.into()),
                Value::Bytes(bytes(&grantee)),
                Value::Int(row.id),
                Value::Bytes(row.owner),
                Value::MaybeInt(expires.map(int)),
                Value::Int(row.cleared.into()),
                Value::Bytes(row.grant.encode()),
            ]
        });
        let columns = ["record", "version", "grantee", "id", "owner", "expires", "cleared", "body"];
        upsert(connection, "grants", &columns, 3, rows.collect()).await?;
        Ok(())
    }

    pub fn item(self, (record, version, grantee): GrantKey) -> GrantItem {
        GrantItem { record, version, grantee, content: self.grant, cleared: self.cleared }
    }
}
