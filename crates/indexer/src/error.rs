//! What can go wrong.

use medshare_types::{BlockNumber, Hash};

/// A result of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why the index did not do what it was asked.
///
/// As shown, it may be told to anybody: no secret of the database is in it, and none of the database's own words. Those are
/// its sources, which [`Error::details`] tells too, for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of the database is none that the index knows. It is shown without its password.
    #[error("`{0}` names no database: write sqlite:PATH, sqlite::memory: or postgres://USER@HOST/DATABASE")]
    Address(String),
    /// The database cannot be opened.
    #[error("the index's database {address} cannot be opened: see that it is there and lets this node in")]
    Unreachable {
        /// Its address, without its password.
        address: String,
        /// What the database says.
        source: sqlx::Error,
    },
    /// The database has tables with the names of the index's that are no index.
    #[error(
        "this database has something called {tables} that is no index of medshare, and nothing was changed: \
         name an empty database"
    )]
    Foreign {
        /// The names.
        tables: String,
    },
    /// The database holds the index of another chain.
    #[error(
        "this index is of the chain with genesis {index}, not of {chain}: name another database, or empty it"
    )]
    OtherChain {
        /// The first block of the chain that the index is of.
        index: Hash,
        /// The first block of the chain that it was to be of.
        chain: Hash,
    },
    /// A later release of medshare wrote the database.
    #[error(
        "this index has the form {found}, written by a later release, and this one knows {known}: run that release, \
         or name another database, which is then filled from the chain"
    )]
    Newer {
        /// The form that it has.
        found: u32,
        /// The latest form that this release knows.
        known: u32,
    },
    /// Another process writes this index.
    #[error("another node writes this index: give each node a database of its own")]
    Busy,
    /// The block does not follow the last one in the index.
    #[error("block {number} follows {parent}, but the index ends with {}", head.map_or("nothing".into(), |(number, hash)| format!("block {number}, {hash}")))]
    NotNext {
        /// The last block in the index.
        head: Option<(BlockNumber, Hash)>,
        /// The block that was to follow.
        number: BlockNumber,
        /// The block that it follows.
        parent: Hash,
    },
    /// A parameter of a query is wrong.
    #[error("`{parameter}`: {message}")]
    Query {
        /// Which.
        parameter: &'static str,
        /// What is wrong, and what is allowed.
        message: String,
    },
    /// The cursor belongs to another query or another index.
    #[error("this cursor belongs to another query or another index: begin again without one")]
    Cursor,
    /// A question took too long, and was given up.
    #[error("the index had no answer within {seconds} seconds: ask for less at once, or again later")]
    TooLong {
        /// How long a question may take.
        seconds: u64,
    },
    /// The index lost sight of its database, and reads it anew before it answers.
    #[error("the index is reading its database anew: ask again in a moment")]
    Unsettled,
    /// What the database holds cannot be read as what the index wrote.
    #[error("the index is damaged: {0}; have it made anew from the chain with `medshare-node index rebuild`")]
    Damaged(String),
    /// The database did not do what it was asked.
    #[error("the index's database did not answer as it should; the node's log says why")]
    Database(#[from] sqlx::Error),
}

impl Error {
    /// It and all that caused it, in one line: for the log, not for clients.
    pub fn details(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
