//! What the index holds of what the chain holds, to be compared with it.

use codec::Encode;
use medshare_types::{AccountId, RecordId};
use sqlx::{Row, any::AnyRow};

use crate::{
    Index, Result,
    rows::{GrantRow, records::whole},
    store::{Value, body, number, statement},
};

/// A kind of things that the chain holds. Keys and values are SCALE; what was cleared or removed from the chain is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entity {
    /// `RecordId` to `Record`.
    Records,
    /// `RecordId` to `Policy`.
    Policies,
    /// `(RecordId, Version)` to `RecordVersion`; to nothing where the record that searches read beside it is not the record.
    Versions,
    /// `RecordId` to `Listing`.
    Listings,
    /// `OrderId` to `Order`.
    Orders,
    /// `Subject` to `Review`.
    Reviews,
    /// `(RecordId, Version, AccountId)` to `Grant`.
    Grants,
    /// `AccountId` to `Member`.
    Members,
    /// `AccountId` to `(Points, Moment)`: the score and when it was noted.
    Credits,
}

impl Entity {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Records,
        Self::Policies,
        Self::Versions,
        Self::Listings,
        Self::Orders,
        Self::Reviews,
        Self::Grants,
        Self::Members,
        Self::Credits,
    ];

    /// The table, the columns, and what the rows are numbered by; the conditions that hold for what the chain has.
    fn parts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Policies | Self::Listings | Self::Records => ("record, body", "records", "record", ""),
            Self::Versions => (VERSION, "versions", "document", ""),
            Self::Orders => ("id, body", "orders", "id", " AND cleared = 0"),
            Self::Reviews => ("id, body, subject", "reviews", "id", " AND removed = 0"),
            Self::Grants => (GrantRow::COLUMNS, "grants", "id", " AND cleared = 0"),
            Self::Members => ("account, body", "members", "account", ""),
            Self::Credits => ("account, body", "credits", "account", ""),
        }
    }
}

/// A version, and whether the record beside it is the record.
const VERSION: &str = "document, body, record, version, CAST(CASE WHEN whole = \
    (SELECT r.body FROM records r WHERE r.record = versions.record) THEN 1 ELSE 0 END AS BIGINT)";

/// A key and a value, both SCALE.
pub type Pair = (Vec<u8>, Vec<u8>);

/// How many rows are read at once.
const ROWS: usize = 1_000;

impl Index {
    /// The next part of what there is of a kind, after the place where the part before ended; the last part has none. A part may
    /// be empty and not the last. All parts are of one block only if nothing is applied meanwhile: compare [`Index::head`]
    /// before and after.
    ///
    /// # Errors
    /// If the database does not answer; [`crate::Error::TooLong`].
    pub async fn dump(
        &self,
        entity: Entity,
        after: Option<&DumpPlace>,
    ) -> Result<(Vec<Pair>, Option<DumpPlace>)> {
        let (columns, table, order, condition) = entity.parts();
        let by_account = matches!(entity, Entity::Members | Entity::Credits);
        let first = if by_account { Value::Bytes(Vec::new()) } else { Value::Int(-1) };
        let after = after.map_or(first, |place| place.0.clone());
        let select = format!(
            "SELECT {columns} FROM {table} WHERE {order} > $1{condition} ORDER BY {order} LIMIT {ROWS}"
        );
        let rows = self
            .limited(async {
                let mut connection = self.store.readers.acquire().await?;
                Ok(statement(select, [after]).fetch_all(&mut *connection).await?)
            })
            .await?;
        let full = rows.len() == ROWS;
        let place = match (full, rows.last()) {
            (true, Some(row)) => Some(DumpPlace(match entity {
                Entity::Members | Entity::Credits => Value::Bytes(row.try_get(0)?),
                Entity::Grants => Value::Int(row.try_get(3)?),
                _ => Value::Int(row.try_get(0)?),
            })),
            _ => None,
        };
        let pairs = rows.iter().map(|row| pair(entity, row)).collect::<Result<Vec<_>>>()?;
        Ok((pairs.into_iter().flatten().collect(), place))
    }
}

/// Where a part of a dump ended.
#[derive(Clone, Debug)]
pub struct DumpPlace(Value);

/// Nothing where a record has no policy or no listing.
fn pair(entity: Entity, row: &AnyRow) -> Result<Option<Pair>> {
    let id = || -> Result<Vec<u8>> { Ok(number::<u64>(row, 0)?.encode()) };
    let value = || -> Result<Vec<u8>> { Ok(row.try_get(1)?) };
    Ok(match entity {
        Entity::Records => Some((id()?, whole(row, 1)?.record.encode())),
        Entity::Policies => match whole(row, 1)?.policy {
            Some(policy) => Some((id()?, policy.encode())),
            None => None,
        },
        Entity::Listings => match whole(row, 1)?.listing {
            Some(listing) => Some((id()?, listing.encode())),
            None => None,
        },
        Entity::Orders => Some((id()?, value()?)),
        Entity::Versions => {
            let (record, version) = (number::<u64>(row, 2)?, number::<u32>(row, 3)?);
            let is_whole = number::<u8>(row, 4)? == 1;
            Some(((record, version).encode(), if is_whole { value()? } else { Vec::new() }))
        }
        Entity::Reviews => Some((row.try_get(2)?, value()?)),
        Entity::Grants => {
            let (key, row): ((RecordId, u32, AccountId), _) = GrantRow::read(row)?;
            Some((key.encode(), row.grant.encode()))
        }
        Entity::Members => Some((row.try_get(0)?, value()?)),
        Entity::Credits => {
            let (points, noted, _): (i64, u64, Vec<(u64, medshare_types::Tier)>) = body(row, 1)?;
            Some((row.try_get(0)?, (points, noted).encode()))
        }
    })
}
