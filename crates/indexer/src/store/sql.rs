//! How rows are written and read, the same for SQLite and PostgreSQL.

use std::fmt::Write as _;

use codec::{Decode, DecodeAll};
use sqlx::{
    AnyConnection, AssertSqlSafe, Row,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use crate::{Error, Result};

/// A value of a column.
#[derive(Clone, Debug)]
pub enum Value {
    Int(i64),
    MaybeInt(Option<i64>),
    Bytes(Vec<u8>),
    MaybeBytes(Option<Vec<u8>>),
    Text(String),
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(int(value))
    }
}

/// Numbers of the chain are far from 2⁶³; one that is not is kept as the largest.
pub fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A query with values for its `$1`, `$2` and so on. Its text is made of constants.
pub fn statement(
    text: String,
    values: impl IntoIterator<Item = Value>,
) -> Query<'static, sqlx::Any, AnyArguments> {
    values.into_iter().fold(sqlx::query(AssertSqlSafe(text)), |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::MaybeInt(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
        Value::MaybeBytes(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
    })
}

/// Rows in one statement, as many as one of these: so there are few statements, each prepared once.
const LENGTHS: [usize; 4] = [200, 40, 8, 1];

/// Rows that are written.
pub struct Rows<'a> {
    pub table: &'a str,
    pub columns: &'a [&'a str],
    /// What tells rows apart.
    pub key: &'a [&'a str],
    /// What of a row that is there is written anew.
    pub renewed: &'a [&'a str],
}

impl Rows<'_> {
    /// Writes rows, each in the place of the one with the same key. Says how many were written: where nothing of a row that is
    /// there is renewed, the new ones.
    pub async fn write(&self, connection: &mut AnyConnection, rows: Vec<Vec<Value>>) -> Result<u64> {
        let Self { table, columns, key, renewed } = self;
        let renewed: Vec<String> =
            renewed.iter().map(|column| format!("{column} = excluded.{column}")).collect();
        let conflict =
            if renewed.is_empty() { "NOTHING".into() } else { format!("UPDATE SET {}", renewed.join(", ")) };
        let mut rows = rows.into_iter();
        let mut written = 0;
        for length in LENGTHS {
            while rows.len() >= length {
                let mut text = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
                for row in 0..length {
                    text.push_str(if row > 0 { ", (" } else { "(" });
                    for column in 0..columns.len() {
                        let comma = if column > 0 { ", " } else { "" };
                        let _ = write!(text, "{comma}${}", row * columns.len() + column + 1);
                    }
                    text.push(')');
                }
                let _ = write!(text, " ON CONFLICT ({}) DO {conflict}", key.join(", "));
                let these = statement(text, rows.by_ref().take(length).flatten());
                written += these.execute(&mut *connection).await?.rows_affected();
            }
        }
        Ok(written)
    }
}

/// Writes rows, each in the place of the one with the same key, which is what the first `key` columns are.
pub async fn upsert(
    connection: &mut AnyConnection,
    table: &str,
    columns: &[&str],
    key: usize,
    rows: Vec<Vec<Value>>,
) -> Result<u64> {
    let (key, renewed) = columns.split_at(key);
    Rows { table, columns, key, renewed }.write(connection, rows).await
}

/// How many numbers one statement may ask for.
pub const AT_ONCE: usize = LENGTHS[0];

/// Reads rows whose `column` is one of some numbers: `text` up to `IN`, which is added.
pub async fn of_numbers(
    connection: &mut AnyConnection,
    text: &str,
    numbers: impl IntoIterator<Item = u64>,
) -> Result<Vec<AnyRow>> {
    let mut numbers: Vec<i64> = numbers.into_iter().map(int).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut rows = Vec::new();
    for these in numbers.chunks(AT_ONCE) {
        // The list is filled up with a number that it has.
        let length = LENGTHS.into_iter().rev().find(|length| *length >= these.len()).unwrap_or(AT_ONCE);
        let holders: Vec<String> = (1..=length).map(|number| format!("${number}")).collect();
        let values = these.iter().copied().chain(std::iter::repeat(these[0])).take(length).map(Value::Int);
        let query = statement(format!("{text} IN ({})", holders.join(", ")), values);
        rows.extend(query.fetch_all(&mut *connection).await?);
    }
    Ok(rows)
}

/// A column that is SCALE.
pub fn body<T: Decode>(row: &AnyRow, column: usize) -> Result<T> {
    let bytes: Vec<u8> = row.try_get(column)?;
    decoded(&bytes)
}

/// Reads SCALE.
pub fn decoded<T: Decode>(bytes: &[u8]) -> Result<T> {
    T::decode_all(&mut &bytes[..]).map_err(|error| Error::Damaged(error.to_string()))
}

/// A column that is a number of the chain's.
pub fn number<T: TryFrom<i64>>(row: &AnyRow, column: usize) -> Result<T> {
    let value: i64 = row.try_get(column)?;
    T::try_from(value).map_err(|_| Error::Damaged(format!("the number {value}")))
}

/// A column that may be one.
pub fn maybe_number(row: &AnyRow, column: usize) -> Result<Option<u64>> {
    let value: Option<i64> = row.try_get(column)?;
    value
        .map(|value| u64::try_from(value).map_err(|_| Error::Damaged(format!("the number {value}"))))
        .transpose()
}
