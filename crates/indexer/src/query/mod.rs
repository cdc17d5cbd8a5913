//! What can be asked, and what is answered: the JSON shapes of the node's RPC.

mod lists;
mod search;
mod statistics;

use medshare_events::schema::Of;
use medshare_types::{BlockNumber, Hash, Moment};
use schemars::JsonSchema;
use serde::Serialize;

pub use lists::*;
pub use search::*;
pub use statistics::*;

/// The block whose state an answer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct At {
    /// Its number.
    pub number: BlockNumber,
    /// Its hash.
    #[schemars(with = "Of<Hash>")]
    pub hash: Hash,
    /// Its chain time.
    pub time: Moment,
    /// Whether it is final.
    #[serde(rename = "final")]
    pub is_final: bool,
}

/// A part of a list.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    /// Of which block. Nothing while the index is empty.
    pub at: Option<At>,
    /// How many there are on all pages; nothing if the query did not ask, or if there are more than 100 000 that would have to
    /// be counted one by one: the index keeps count of all orders, reviews, grants, receipts and auditors, of orders by state
    /// and of reviews by kind. The total of a search is always exact.
    pub total: Option<u64>,
    /// The items.
    pub items: Vec<T>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// Which part of a list a query asks for.
pub(crate) struct Paging<'a> {
    pub limit: u32,
    pub cursor: Option<&'a str>,
    pub count: bool,
}

/// A query that is answered in pages.
pub(crate) trait Paged: Serialize {
    /// What tells it from other queries with the same fields.
    const NAME: &'static str;

    /// The part that it asks for.
    fn paging(&self) -> Paging<'_>;

    /// The query for the whole list: what a cursor belongs to.
    fn whole(&self) -> Self;
}

/// How many items a page has if the query says nothing.
pub const LIMIT: u32 = 20;
/// How many items a page has at most.
pub const MAX_LIMIT: u32 = 100;

macro_rules! list_query {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Option<$type>,)*
            /// At most so many items, 1 to 100; 20 if nothing is said.
            pub limit: u32,
            /// Where to go on: `next` of the page before.
            pub cursor: Option<String>,
            /// Whether to count what is on all pages; it is counted if nothing is said.
            pub count: bool,
            /// Whether the answer is of the best block, of which not all is final yet.
            pub at_best: bool,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: None,)* limit: LIMIT, cursor: None, count: true, at_best: false }
            }
        }

        impl Paged for $name {
            const NAME: &'static str = stringify!($name);

            fn paging(&self) -> Paging<'_> {
                Paging { limit: self.limit, cursor: self.cursor.as_deref(), count: self.count }
            }

            fn whole(&self) -> Self {
                Self { limit: LIMIT, cursor: None, count: true, ..self.clone() }
            }
        }
    };
}
pub(crate) use list_query;

mod optional_amount {
    use medshare_types::Balance;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Amount(#[serde(with = "medshare_types::amount")] Balance);

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub fn serialize<S: Serializer>(amount: &Option<Balance>, serializer: S) -> Result<S::Ok, S::Error> {
        amount.map(Amount).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Balance>, D::Error> {
        Ok(Option::<Amount>::deserialize(deserializer)?.map(|amount| amount.0))
    }
}
