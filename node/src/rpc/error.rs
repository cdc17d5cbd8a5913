//! What can go wrong, with the codes that clients see.
//!
//! | code | meaning | what to do |
//! |---|---|---|
//! | 9001 | there is no such record, version or order | check the number, and the block asked about |
//! | 9002 | a page of this size is not answered | ask for 1 to 100 entries and go on with `after` |
//! | 9003 | the runtime or the state could not answer | the data say why; the node's log says more |
//! | 9004 | this node does not know the block | check the hash, or wait until the node has synced |

use std::fmt;

use jsonrpsee::types::ErrorObjectOwned;
use medshare_runtime_api::MAX_PAGE;
use medshare_types::{Hash, OrderId, RecordId, Version};

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
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for ErrorObjectOwned {
    fn from(error: Error) -> Self {
        let data = match &error {
            Error::Runtime(reason) => Some(reason.clone()),
            _ => None,
        };
        Self::owned(error.code(), error.to_string(), data)
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
    fn names_an_unknown_block() {
        let (code, message, _) = shown(Error::UnknownBlock(Hash::repeat_byte(0xab)));
        assert_eq!(code, 9004);
        assert!(message.contains("0xabab"), "{message}");
    }
}
