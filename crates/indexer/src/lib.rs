//! The index: what the blocks of a chain changed, kept in SQLite or PostgreSQL, and the searches over it.
//!
//! It knows nothing of nodes. Whoever follows a chain gives [`Index::apply`] what each block changed, in order; what was
//! given is kept together with the block up to which it goes, or not at all. Everything is typed as in `medshare-types`.
//!
//! Rows are the truth. Searches go over bitmaps in memory that are made from the rows; what they find is read from the rows.

mod apply;
mod commit;
mod counted;
mod cursor;
mod dump;
mod error;
mod index;
mod lists;
mod load;
mod memory;
mod model;
mod query;
mod rows;
mod search;
mod statistics;
mod store;
mod title;
mod view;

pub use dump::{DumpPlace, Entity};
pub use error::{Error, Result};
pub use index::{Applied, Backend, Index, MOST_AMONG, Options};
pub use model::*;
pub use query::*;
pub use rows::GrantKey;
