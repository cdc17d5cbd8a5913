//! A medshare network on one machine, for whole-system tests and the demo: a real node, a real vault, and the
//! command-line client as users run it, all on free loopback ports and in a temporary directory.

mod cli;
pub mod council;
mod network;
mod process;
pub mod sale;
mod stack;

pub use cli::{Cli, Failure};
pub use network::Network;
pub use process::{Process, binary};
pub use stack::{Stack, fixture};
