//! `medshare-vault`: keeps encrypted blobs and serves them as the chain decides.
//!
//! A vault holds no key that opens anything. It knows a blob by its address, the SHA-256 of the ciphertext, and it
//! asks the chain at its finalised head for everything else: who may upload (active members in the role
//! `Provider`), who may fetch (whom the chain allows), and what it has already reported.
//!
//! - [`routes`]: the HTTP interface, described by `GET /openapi.json`; [`server`]: connections under it.
//! - [`auth`]: who signed a request, once only. The protocol itself is [`medshare_client::vault::auth`].
//! - [`decision`]: what the chain allows.
//! - [`links`]: short-lived links; [`evidence`]: the signed requests for them.
//! - [`store`]: blobs in an object store. A blob becomes visible as a whole, once it is verified, or not at all.
//! - [`resume`]: uploads that can be gone on with.
//! - [`inventory`]: what the vault has, for whom: quotas; [`collect`]: removing what nobody needs; [`scrub`]: finding
//!   what has rotten; [`events`]: what of that the operator has to know.
//! - [`receipts`]: a journal of uses on disk, and how they get to the chain exactly once.
//! - [`ledger`]: what the vault needs of a chain; [`chain`]: the real one.
//! - [`bounds`]: how much the vault takes, and how long it waits.
//! - [`web`]: the web app's files, for those who serve it.
//! - [`app`]: how they are put together.

pub mod app;
mod appender;
pub mod auth;
pub mod bounds;
pub mod chain;
pub mod collect;
pub mod config;
pub mod connection;
mod cors;
pub mod decision;
pub mod events;
pub mod evidence;
mod folder;
pub mod inventory;
pub mod journal;
pub mod ledger;
mod line;
pub mod links;
pub mod metrics;
pub mod pace;
pub mod problem;
pub mod receipts;
pub mod resume;
pub mod routes;
pub mod scrub;
pub mod server;
pub mod slots;
pub mod space;
mod stock;
pub mod store;
pub mod strangers;
mod terminal;
pub mod web;

use std::time::{SystemTime, UNIX_EPOCH};

/// This machine's clock, unix ms.
pub fn now() -> medshare_types::Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
