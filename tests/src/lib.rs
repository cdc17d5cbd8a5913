//! A medshare network on one machine, for whole-system tests and the demo: a real node, a real vault, and the
//! command-line client as users run it, all on free loopback ports and in a temporary directory.

pub mod between;
mod cables;
pub mod chaos;
mod cli;
pub mod council;
pub mod history;
pub mod hospitals;
pub mod ledger;
pub mod load;
pub mod lone;
pub mod network;
pub mod newcomers;
pub mod observer;
pub mod private;
mod process;
pub mod release;
pub mod rpc;
pub mod sale;
pub mod schema;
pub mod sign;
mod stack;

pub use cli::{Cli, Failure, PASSPHRASE};
pub use network::Network;
pub use process::{Process, binary};
pub use stack::{Stack, deidentified, fixture};
