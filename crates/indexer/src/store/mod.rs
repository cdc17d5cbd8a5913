//! The database: how it is opened, and what it says of itself.

mod address;
mod sql;

use std::{collections::BTreeSet, str::FromStr as _, sync::Once, time::Duration};

use codec::{Decode, Encode};
use medshare_types::Hash;
use sqlx::{
    AnyConnection, AnyPool, AssertSqlSafe, Connection, Row,
    any::{AnyConnectOptions, AnyPoolOptions},
};

use crate::{At, Backend, Error, Options, Result};
use address::{MEMORY, url, without_password};
pub use sql::*;

/// The form of the database that this release writes.
pub const SCHEMA: u32 = 1;
const CREATE: &str = include_str!("../../migrations/1.sql");
/// The tables of this form and all before it.
const TABLES: [&str; 14] = [
    "meta", "blocks", "records", "versions", "orders", "reviews", "seats", "auditors", "grants", "receipts",
    "members", "credits", "events", "named",
];

/// How many queries read at once.
const READERS: u32 = 4;

/// An open database: one connection that writes, and some that read what was committed.
pub struct Store {
    pub backend: Backend,
    /// The one that writes. In memory it is the only one.
    pub writer: AnyPool,
    pub readers: AnyPool,
}

impl Store {
    /// Opens the database of an address, and makes an empty index in it if there is none of the present form.
    pub async fn open(address: &str, genesis: Hash, options: &Options) -> Result<Self> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let (backend, url) = url(address)?;
        let connect =
            AnyConnectOptions::from_str(&url).map_err(|_| Error::Address(without_password(address)))?;
        let lite = backend == Backend::Sqlite;
        let unreachable = |source| Error::Unreachable { address: without_password(address), source };
        if address != MEMORY {
            // A pool would wait for a server that is not there.
            let opened = tokio::time::timeout(OPENING, AnyConnection::connect_with(&connect)).await;
            let mut opened =
                opened.map_err(|_| unreachable(sqlx::Error::PoolTimedOut))?.map_err(unreachable)?;
            if lite {
                // While nobody else of ours is there: of two connections that change it at once, one is refused.
                sqlx::query(LOGGED).execute(&mut opened).await.map_err(unreachable)?;
            }
            opened.close().await.map_err(unreachable)?;
        }
        let pool = |most: u32, wait: Duration, limit: Option<Duration>| {
            let mut commands: Vec<String> =
                if lite { SQLITE } else { POSTGRESQL }.iter().map(|command| (*command).to_owned()).collect();
            // Those with a limit only read.
            if let Some(limit) = limit {
                commands.push(if lite {
                    READER.to_owned()
                } else {
                    // The server gives up what nobody waits for any more.
                    let limit = limit + Duration::from_secs(1);
                    format!("SET statement_timeout = {}", limit.as_millis())
                });
            }
            AnyPoolOptions::new()
                .max_connections(most)
                .min_connections(1)
                .acquire_timeout(wait)
                .test_before_acquire(!lite)
                .idle_timeout(None)
                .max_lifetime(None)
                .after_connect(move |connection, _| {
                    let commands = commands.clone();
                    Box::pin(async move {
                        for command in commands {
                            sqlx::query(AssertSqlSafe(command)).execute(&mut *connection).await?;
                        }
                        Ok(())
                    })
                })
                .connect_lazy_with(connect.clone())
        };
        let writer = pool(1, options.patience, None);
        let readers = if address == MEMORY {
            writer.clone()
        } else {
            pool(READERS, options.time_limit, Some(options.time_limit))
        };
        let store = Self { backend, writer, readers };
        match store.prepare(genesis).await {
            Err(Error::Database(source)) => Err(unreachable(source)),
            other => other.map(|()| store),
        }
    }

    /// Sees that the database is an index of this chain, or makes it one.
    async fn prepare(&self, genesis: Hash) -> Result<()> {
        let mut transaction = self.writer.begin().await?;
        let there = match self.backend {
            Backend::Sqlite => "SELECT name FROM sqlite_master",
            Backend::Postgresql => {
                "SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = current_schema()"
            }
        };
        let there = sqlx::query(there).fetch_all(&mut *transaction).await?;
        let there = there.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<BTreeSet<String>>>()?;
        let taken: Vec<&str> = names().filter(|name| there.contains(*name)).collect();
        if taken.is_empty() {
            self.create(&mut transaction, genesis).await?;
            transaction.commit().await?;
            return Ok(());
        }
        let foreign = || Error::Foreign { tables: taken.join(", ") };
        if !taken.contains(&"meta") || !self.has_meta(&mut transaction).await? {
            return Err(foreign());
        }
        let index: Option<Hash> = meta(&mut transaction, "genesis").await.or_else(undecoded)?;
        let found: Option<u32> = meta(&mut transaction, "schema").await.or_else(undecoded)?;
        let (Some(index), Some(found)) = (index, found) else { return Err(foreign()) };
        if index != genesis {
            return Err(Error::OtherChain { index, chain: genesis });
        }
        if found > SCHEMA {
            return Err(Error::Newer { found, known: SCHEMA });
        }
        if found < SCHEMA {
            self.recreate(&mut transaction, genesis).await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Whether the table of that name has the columns of ours.
    async fn has_meta(&self, connection: &mut AnyConnection) -> Result<bool> {
        let (columns, expected) = match self.backend {
            Backend::Sqlite => {
                ("SELECT name, upper(type) FROM pragma_table_info('meta') ORDER BY name", ["TEXT", "BLOB"])
            }
            Backend::Postgresql => (
                "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = 'meta' ORDER BY 1",
                ["text", "bytea"],
            ),
        };
        let rows = sqlx::query(columns).fetch_all(connection).await?;
        let columns = rows
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<Vec<(String, String)>>>()?;
        let expected = ["name", "value"].into_iter().zip(expected);
        Ok(columns.iter().map(|(name, of)| (name.as_str(), of.as_str())).eq(expected))
    }

    /// Makes an empty index in the place of one of this chain.
    pub async fn recreate(&self, connection: &mut AnyConnection, genesis: Hash) -> Result<()> {
        for table in TABLES {
            execute(connection, format!("DROP TABLE IF EXISTS {table}")).await?;
        }
        self.create(connection, genesis).await
    }

    /// Makes an empty index where there is nothing of its names.
    async fn create(&self, connection: &mut AnyConnection, genesis: Hash) -> Result<()> {
        let create = match self.backend {
            Backend::Sqlite => CREATE
                .replace("BYTEA", "BLOB")
                .replace("WITHOUT_ROWID", "WITHOUT ROWID")
                .replace("BIGINT NOT NULL PRIMARY KEY", "INTEGER NOT NULL PRIMARY KEY"),
            Backend::Postgresql => CREATE.replace("WITHOUT_ROWID", ""),
        };
        for statement in statements(&create) {
            execute(connection, statement).await?;
        }
        for (name, value) in [
            ("schema", SCHEMA.encode()),
            ("genesis", genesis.encode()),
            ("head", None::<Head>.encode()),
            ("counted", crate::counted::Counted::default().encode()),
        ] {
            sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2)")
                .bind(name)
                .bind(value)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// Moves what was committed from SQLite's log into its file, as far as nobody reads what was there before. Nobody
    /// waits for that but whoever writes next.
    ///
    /// # Errors
    /// If the database does not do it. What was committed stays so.
    pub async fn checkpoint(&self) -> Result<()> {
        if self.backend == Backend::Sqlite {
            execute(&mut *self.writer.acquire().await?, "PRAGMA wal_checkpoint(PASSIVE)".to_owned()).await?;
        }
        Ok(())
    }

    /// How a transaction begins that sees the rows of one block.
    pub fn reading(&self) -> &'static str {
        match self.backend {
            // The first statement decides of which.
            Backend::Sqlite => "BEGIN",
            Backend::Postgresql => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

/// How long a database may take to let somebody in.
const OPENING: Duration = Duration::from_secs(30);
/// Readers see the last commit while the next one is written. The file stays so.
const LOGGED: &str = "PRAGMA journal_mode = WAL";
/// A power failure may cost the last blocks, which come again from the chain, never consistency.
const SQLITE: &[&str] = &[
    "PRAGMA busy_timeout = 10000",
    "PRAGMA synchronous = NORMAL",
    // Not by whoever commits, for whom everybody waits: see `Store::checkpoint`.
    "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA cache_size = -32768",
    "PRAGMA temp_store = MEMORY",
];
/// What a connection has read is of no use to it after the next commit, and to let go of much takes milliseconds in which it
/// answers nothing; pages of a file are in the kernel's memory anyway.
const READER: &str = "PRAGMA cache_size = -16384";
const POSTGRESQL: &[&str] = &["SET application_name = 'medshare-index'", "SET synchronous_commit = off"];

/// The statements of a script.
fn statements(script: &str) -> Vec<String> {
    let lines: Vec<&str> = script.lines().filter(|line| !line.starts_with("--")).collect();
    let script = lines.join("\n");
    script.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}

/// What the script makes, by name.
fn names() -> impl Iterator<Item = &'static str> {
    CREATE.lines().filter_map(|line| {
        let line = line.strip_prefix("CREATE ")?;
        let rest = ["TABLE ", "INDEX ", "UNIQUE INDEX "].iter().find_map(|kind| line.strip_prefix(kind))?;
        rest.split_whitespace().next()
    })
}

async fn execute(connection: &mut AnyConnection, statement: String) -> Result<()> {
    sqlx::query(AssertSqlSafe(statement)).persistent(false).execute(connection).await?;
    Ok(())
}

/// What cannot be read is not ours; what the database does not answer is an error.
fn undecoded<T>(error: Error) -> Result<Option<T>> {
    match error {
        Error::Damaged(_) | Error::Database(sqlx::Error::ColumnDecode { .. }) => Ok(None),
        error => Err(error),
    }
}

/// The last block that the index has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Head {
    pub number: u32,
    pub hash: Hash,
    pub time: u64,
}

impl Head {
    pub fn at(self, is_final: bool) -> At {
        At { number: self.number, hash: self.hash, time: self.time, is_final }
    }
}

/// What stands under a name.
pub async fn meta<T: Decode>(connection: &mut AnyConnection, name: &'static str) -> Result<Option<T>> {
    let row =
        sqlx::query("SELECT value FROM meta WHERE name = $1").bind(name).fetch_optional(connection).await?;
    row.map(|row| body(&row, 0)).transpose()
}
