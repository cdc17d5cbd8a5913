//! What can go wrong, with the codes that clients see.
//!
//! | code | meaning | what to do |
//! |---|---|---|
//! | 9001 | there is no such record, version or order | check the number, and the block asked about |
//! | 9002 | a page of this size is not answered | ask for 1 to 100 entries and go on with `after` |
//! | 9003 | the runtime or the state could not answer | the data say why; the node's log says more |
//! | 9004 | this node does not know the block | check the hash, or wait until the node has synced |
//! | 9005 | this node keeps no index | ask another node, or run it with `--index auto` |
//! | 9006 | the index is behind or has stopped | the data say where it is, why, and what to do |
//! | 9007 | the cursor belongs to another query or another index | begin again without one |
//! | 9008 | the answer takes too long, or too many wait for theirs | ask for less at once, or again later |

use std::fmt;

use jsonrpsee::types::{ErrorObjectOwned, error::INVALID_PARAMS_CODE};
use medshare_runtime_api::MAX_PAGE;
use medshare_types::{Hash, OrderId, RecordId, Version};
use serde_json::{Value as Json, json};

use crate::index::{LOG_TARGET, Unanswered};

/// Why a question of the namespace `medshare` has no answer.
#[derive(Debug)]
pub enum Error {
    /// There is no such thing.
    Unknown(Thing),
    /// The page asked for is empty or too large.
    PageSize(u32),
    /// The runtime or the state could not answer.
    Runtime(String),
    /// The block is not known here.
    UnknownBlock(Hash),
    /// This node keeps no index.
    NoIndex,
    /// The index does not answer.
    Index(Unanswered),
    /// The cursor is not of this query.
    Cursor,
    /// A parameter is wrong.
    Parameter(String),
    /// The index's database failed.
    Database,
    /// The answer did not come in time.
    TooLong,
    /// Too many questions wait for their turn.
    Crowded,
    /// The question met a fault of this program's.
    Failed,
}

/// Something that was asked for by its number.
#[derive(Clone, Copy, Debug)]
pub enum Thing {
    /// A record.
    Record(RecordId),
    /// A version of a record.
    Version(RecordId, Version),
    /// An order.
    Order(OrderId),
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(record) => write!(f, "record {record}"),
            Self::Version(record, version) => write!(f, "version {version} of record {record}"),
            Self::Order(order) => write!(f, "order {order}"),
        }
    }
}

impl Error {
    /// The code that clients see.
    pub fn code(&self) -> i32 {
        match self {
            Self::Unknown(_) => 9001,
            Self::PageSize(_) => 9002,
            Self::Runtime(_) => 9003,
            Self::UnknownBlock(_) => 9004,
            Self::NoIndex | Self::Index(Unanswered::Unkept { .. }) => 9005,
            Self::Index(_) | Self::Database | Self::Failed => 9006,
            Self::Cursor => 9007,
            Self::TooLong | Self::Crowded => 9008,
            Self::Parameter(_) => INVALID_PARAMS_CODE,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(thing) => write!(f, "there is no {thing} at this block"),
            Self::PageSize(limit) => {
                write!(f, "a page holds 1 to {MAX_PAGE} entries, and {limit} were asked for")
            }
            Self::Runtime(_) => f.write_str("the state of this block could not be read"),
            Self::UnknownBlock(hash) => write!(f, "this node does not know block {hash:?}"),
            Self::NoIndex => {
                f.write_str("this node keeps no index: ask another one, or run it with `--index auto`")
            }
            Self::Index(Unanswered::Unkept { .. }) => f.write_str("this node cannot keep an index: ask another one"),
            Self::Index(Unanswered::Behind { .. }) => {
                f.write_str("the index has not got to the final blocks yet")
            }
            Self::Index(Unanswered::Stopped { .. }) => f.write_str("the index has stopped"),
            Self::Index(Unanswered::Unsettled { .. }) => {
                f.write_str("the index cannot answer for the best block now")
            }
            Self::Cursor => {
                f.write_str("the cursor belongs to another query or another index: begin again without one")
            }
            Self::Parameter(reason) => f.write_str(reason),
            Self::Database => f.write_str("the index's database does not answer"),
            Self::TooLong => f.write_str(
                "the answer takes longer than this node gives a question: ask for less at once (a shorter time, `count` \
                 false, no `facets`), or again when less is asked of the node",
            ),
            Self::Crowded => {
                f.write_str("too many questions wait for their turn: ask again later, or ask another node")
            }
            Self::Failed => f.write_str("the question met a fault in the node's program"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for ErrorObjectOwned {
    fn from(error: Error) -> Self {
        let data = match &error {
            Error::Runtime(reason) => Some(json!(reason)),
            Error::Index(reason) => Some(unanswered(reason)),
            // What a database says may have in it how it is reached, so only the log has it.
            Error::Database => Some(json!({
                "why": "it failed or does not answer; the node's log says how",
                "what_to_do": "ask again later, or ask another node",
            })),
            Error::Failed => Some(json!({
                "why": "a fault in the program; the node's log says which",
                "what_to_do": "tell who runs this node, and the program's developers, what was asked",
            })),
            _ => None,
        };
        Self::owned(error.code(), error.to_string(), data)
    }
}

/// What is told of why the index does not answer.
fn unanswered(reason: &Unanswered) -> Json {
    match reason {
        Unanswered::Behind { at, finalised } => json!({
            "why": match at {
                None => "it is being opened",
                Some(at) if at > finalised => "the node has not synced up to it yet",
                Some(_) => "it is being made from older blocks",
            },
            "at": at,
            "finalized": finalised,
            "what_to_do": "wait until medshare_index says that it is following, or ask another node",
        }),
        Unanswered::Stopped { at, reason } => {
            json!({ "why": reason, "at": at, "what_to_do": "tell who runs this node, or ask another one" })
        }
        Unanswered::Unkept { reason } => json!({ "why": reason, "what_to_do": "ask another node" }),
        Unanswered::Unsettled { at, reason } => json!({
            "why": reason,
            "at": at,
            "what_to_do": "ask again, or without at_best",
        }),
    }
}

impl From<medshare_indexer::Error> for Error {
    fn from(error: medshare_indexer::Error) -> Self {
        use medshare_indexer::Error as IndexError;
        match error {
            IndexError::Cursor => Self::Cursor,
            error @ IndexError::Query { .. } => Self::Parameter(error.to_string()),
            IndexError::TooLong { .. } => Self::TooLong,
            error => {
                log::warn!(target: LOG_TARGET, "the index does not answer a question: {}", error.details());
                Self::Database
            }
        }
    }
}

impl From<sp_api::ApiError> for Error {
    fn from(error: sp_api::ApiError) -> Self {
        Self::Runtime(error.to_string())
    }
}

impl From<sp_blockchain::Error> for Error {
    fn from(error: sp_blockchain::Error) -> Self {
        Self::Runtime(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(error: Error) -> (i32, String, Option<String>) {
        let object = ErrorObjectOwned::from(error);
        (object.code(), object.message().into(), object.data().map(|data| data.get().into()))
    }

    #[test]
    fn names_what_is_unknown() {
        assert_eq!(
            shown(Error::Unknown(Thing::Version(7, 2))),
            (9001, "there is no version 2 of record 7 at this block".into(), None)
        );
        assert_eq!(shown(Error::Unknown(Thing::Order(3))).1, "there is no order 3 at this block");
    }

    #[test]
    fn names_the_limit_of_a_page() {
        let (code, message, _) = shown(Error::PageSize(101));
        assert_eq!(code, 9002);
        assert_eq!(message, "a page holds 1 to 100 entries, and 101 were asked for");
    }

    #[test]
    fn gives_the_reason_of_a_runtime_error_as_data() {
        assert_eq!(
            shown(Error::Runtime("state already discarded".into())),
            (
                9003,
                "the state of this block could not be read".into(),
                Some("\"state already discarded\"".into())
            )
        );
    }

    #[test]
    fn says_where_the_index_is_and_what_to_do() {
        let (code, message, data) = shown(Error::Index(Unanswered::Behind { at: Some(5), finalised: 900 }));
        assert_eq!((code, message.as_str()), (9006, "the index has not got to the final blocks yet"));
        let data: Json = serde_json::from_str(&data.expect("it has data")).expect("they are JSON");
        assert_eq!((&data["at"], &data["finalized"]), (&json!(5), &json!(900)));
        assert!(data["what_to_do"].as_str().is_some_and(|text| text.contains("medshare_index")));
        let stopped = Unanswered::Stopped { at: None, reason: "the state of block 3 is gone".into() };
        let (code, _, data) = shown(Error::Index(stopped));
        assert_eq!(code, 9006);
        assert!(data.is_some_and(|data| data.contains("block 3 is gone")));
        assert_eq!(shown(Error::NoIndex).0, 9005);
        let unkept = Unanswered::Unkept { reason: "the state of block 3 is gone".into() };
        let (code, _, data) = shown(Error::Index(unkept));
        assert!(code == 9005 && data.is_some_and(|data| data.contains("block 3 is gone")));
    }

    #[test]
    fn tells_wrong_parameters_from_a_database_that_fails() {
        let query = medshare_indexer::Error::Query { parameter: "limit", message: "it is 1 to 100".into() };
        assert_eq!(shown(query.into()), (-32602, "`limit`: it is 1 to 100".into(), None));
        assert_eq!(shown(medshare_indexer::Error::Cursor.into()).0, 9007);
        let (code, message, data) = shown(medshare_indexer::Error::Damaged("a secret row".into()).into());
        assert_eq!(code, 9006);
        assert!(!message.contains("secret") && data.is_some_and(|data| !data.contains("secret")));
        assert_eq!(shown(medshare_indexer::Error::TooLong { seconds: 10 }.into()).0, 9008);
    }

    #[test]
    fn says_whether_the_index_or_the_node_is_behind() {
        let why = |at| shown(Error::Index(Unanswered::Behind { at, finalised: 7 })).2.expect("it has data");
        assert!(why(None).contains("opened") && why(Some(6)).contains("older blocks"));
        assert!(why(Some(8)).contains("the node has not synced"));
    }

    #[test]
    fn names_an_unknown_block() {
        let (code, message, _) = shown(Error::UnknownBlock(Hash::repeat_byte(0xab)));
        assert_eq!(code, 9004);
        assert!(message.contains("0xabab"), "{message}");
    }
}
