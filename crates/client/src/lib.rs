//! The Rust SDK of medshare: everything that a provider, an auditor, a buyer or their tools do, over a node and a
//! vault.
//!
//! - [`chain`]: the connection to a node: typed questions, typed calls, events.
//! - [`keys`]: who acts: an account and its encryption keys, in a passphrase-encrypted file.
//! - [`envelope`]: sealing files and opening them, in constant memory.
//! - [`vault`]: the protocol and the client of the vaults that keep the ciphertexts.
//! - [`readers`]: what a medical file is, and what in it identifies a person.
//! - [`provider`], [`auditor`], [`buyer`], [`access`], [`members`]: what each role does, step by step.
//! - [`council`], [`validators`], [`peers`], [`upgrade`], [`settlement`]: what hospitals do to run the chain together.
//! - [`naming`]: what the chain says about a blob, for the vaults that keep it.
//! - [`agent`]: the owner's and the buyer's side without a human.
//! - [`trace`]: the whole history of a record.
//!
//! Nothing here prints. Long work tells a [`Progress`]; every failure is an [`Error`] with a hint.

pub mod access;
pub mod agent;
pub mod auditor;
pub mod blobs;
pub mod buyer;
pub mod chain;
pub mod council;
pub mod envelope;
pub mod error;
pub mod keys;
pub mod listed;
pub mod members;
pub mod naming;
pub mod peers;
pub mod progress;
pub mod provider;
mod refusal;
pub mod sealing;
pub mod settlement;
pub mod trace;
pub mod upgrade;
pub mod validators;
pub mod vault;

pub use chain::{At, Chain, Outcome, Until};
pub use error::{Error, Result};
pub use keys::Identity;
pub use medshare_files as readers;
pub use progress::Progress;
