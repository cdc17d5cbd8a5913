//! Reading the rows into what searches go over, when the index is opened.

use medshare_types::AccountId;
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    Error, Result, Standing,
    index::Live,
    memory::Memory,
    rows::records::{VERSIONS, version},
    store::{Head, Value, body, meta, statement},
};

/// How many versions are read at once.
const CHUNK: i64 = 4_000;

/// Reads what searches go over. While some versions are put into the sets, the next ones are read.
pub async fn load(connection: &mut AnyConnection) -> Result<Live> {
    let head: Option<Head> = meta(connection, "head").await?.flatten();
    let mut memory = Memory::default();
    memory.owners.advance(head.map_or(0, |head| head.time));
    for row in sqlx::query("SELECT account, body FROM credits").fetch_all(&mut *connection).await? {
        let account: AccountId = body(&row, 0)?;
        let (points, noted, tiers) = body(&row, 1)?;
        memory.owners.set_standing(&account, Standing { points, noted, tiers });
    }
    let last =
        sqlx::query("SELECT coalesce(max(document), -1) FROM versions").fetch_one(&mut *connection).await?;
    let last: i64 = last.try_get(0)?;
    let mut taking = tokio::task::spawn_blocking(move || Ok(memory));
    let mut first = 0;
    while first <= last {
        let text = format!("{VERSIONS} WHERE document BETWEEN $1 AND $2 ORDER BY document");
        let values = [Value::Int(first), Value::Int(first + CHUNK - 1)];
        let rows = statement(text, values).fetch_all(&mut *connection).await?;
        let memory = taken(taking).await?;
        taking = tokio::task::spawn_blocking(move || take(memory, &rows));
        first += CHUNK;
    }
    let mut memory = taken(taking).await?;
    let memory = tokio::task::spawn_blocking(move || {
        memory.settle();
        memory
    });
    let memory = memory.await.map_err(|error| Error::Damaged(error.to_string()))?;
    Ok(Live { head, memory, ..Live::default() })
}

fn take(mut memory: Memory, rows: &[AnyRow]) -> Result<Memory> {
    for row in rows {
        let (placed, whole) = version(row)?;
        memory.skip_to(placed.row);
        memory.insert(&whole, placed.with(&placed.state));
    }
    Ok(memory)
}

async fn taken(task: tokio::task::JoinHandle<Result<Memory>>) -> Result<Memory> {
    task.await.map_err(|error| Error::Damaged(error.to_string()))?
}
