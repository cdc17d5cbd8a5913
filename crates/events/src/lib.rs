//! Events and other values of the chain, read by the metadata of the runtime that wrote them: whoever reads old blocks
//! meets encodings that no longer are those of the types compiled in here.
//!
//! The SDK and the node's index both read events with this, so a trace is the same wherever it comes from.

mod event;
pub mod json;
pub mod schema;
pub mod shape;

pub use event::{Event, Field};
pub use subxt_metadata::Metadata;

/// What was read is not of the form that the metadata, or this program, say.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot understand {what}: {reason}")]
pub struct Foreign {
    /// What was read.
    pub what: String,
    /// What is wrong with it.
    pub reason: String,
}
