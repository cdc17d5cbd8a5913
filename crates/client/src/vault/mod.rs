//! Talking to a vault: the protocol of signed requests, the shapes of its answers, and a client.
//!
//! [`auth`] and [`wire`] are the protocol. The vault service uses the same code, so that nothing of it is written
//! twice. [`VaultClient`] uploads and downloads blobs as streams, in constant memory; what it moves into place has
//! been verified against its address.

pub mod auth;
mod client;
mod download;
mod error;
mod resume;
mod staged;
mod upload;
pub mod wire;

pub use auth::{AuthError, Authorization, Scope};
pub use client::{Patience, VaultClient};
pub use download::Download;
pub use error::VaultError;
pub use upload::blob_address;
pub use wire::{Info, Limits, Link, LinkRequest, Problem, Uploaded, Usage};

use std::sync::Arc;

/// Told about the progress of a transfer: bytes moved so far, and bytes in total. A transfer that is retried from
/// its beginning reports smaller numbers again.
pub type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;
