//! What can go wrong between a client and a vault.

use std::{io, path::PathBuf};

use medshare_types::Hash;

use super::wire::Problem;

/// Why something could not be had from, or brought to, a vault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The address of the vault is not one.
    #[error("{text:?} is not the address of a vault: {reason}; it looks like http://127.0.0.1:8080")]
    BadAddress {
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No connection, or it broke and could not be resumed.
    #[error("cannot reach the vault at {url}: {}", chain_of(.source))]
    Unreachable {
        /// Its base address.
        url: String,
        /// The last error.
        #[source]
        source: reqwest::Error,
    },
    /// An upload stood still for too long.
    #[error("the upload to the vault at {url} stood still after {sent} of {size} bytes")]
    Stalled {
        /// The vault's base address.
        url: String,
        /// Bytes that were sent.
        sent: u64,
        /// Bytes of the blob.
        size: u64,
    },
    /// The vault does not take blobs of this size; nothing was sent.
    #[error("the file has {size} bytes, and the vault takes at most {most}")]
    TooLarge {
        /// Bytes of the file.
        size: u64,
        /// The vault's limit, bytes.
        most: u64,
    },
    /// The vault answered that it will not.
    #[error("the vault refused: {0}")]
    Refused(Box<Problem>),
    /// The vault answered something that the protocol does not foresee.
    #[error("the vault at {url} answered something unexpected: {what}; is a medshare vault running there?")]
    Unexpected {
        /// Its base address.
        url: String,
        /// What it answered.
        what: String,
    },
    /// The vault asks another chain.
    #[error("the vault belongs to the chain {found:?}, not to {expected:?}")]
    OtherChain {
        /// Genesis hash that was expected.
        expected: Hash,
        /// Genesis hash that the vault names.
        found: Hash,
    },
    /// What the vault sent is not the blob.
    #[error(
        "the vault sent {bytes} bytes with the SHA-256 {found:?}, not the blob {expected:?}; nothing was kept"
    )]
    WrongBlob {
        /// The address asked for.
        expected: Hash,
        /// SHA-256 of what came.
        found: Hash,
        /// How much came.
        bytes: u64,
    },
    /// The vault sends more or fewer bytes than the chain says that the blob has.
    #[error("the vault has {found} bytes where the blob has {expected}")]
    WrongSize {
        /// Bytes that the chain says.
        expected: u64,
        /// Bytes that the vault says or sent.
        found: u64,
    },
    /// A file on this machine.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl VaultError {
    /// The vault's stable name for the problem, if it was the vault that refused.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Refused(problem) => problem.action.clone(),
            Self::BadAddress { .. } => "Correct the vault's address.".into(),
            Self::Unreachable { .. } => "Check that the vault runs and that its address is right.".into(),
            Self::Stalled { .. } => "Check the connection to the vault, and try again.".into(),
            Self::TooLarge { .. } => "Use another vault, or divide the file.".into(),
            Self::Unexpected { .. } => "Check that the address is that of a medshare vault.".into(),
            Self::OtherChain { .. } => "Use a vault of the chain that you are connected to.".into(),
            Self::WrongBlob { .. } | Self::WrongSize { .. } => {
                "The vault's copy is damaged or the vault lies: use another vault of this version, or report it.".into()
            }
            Self::File { .. } => "Check the path, its permissions and the free space.".into(),
        }
    }

    /// Whether trying the same again can help: the connection failed, or the vault cannot answer just now.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => !source.is_builder(),
            Self::Stalled { .. } => true,
            Self::Refused(problem) => matches!(problem.status, 408 | 429 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// Whether the vault answered, and does not have the blob: a connection that fails says nothing about it.
    pub(crate) fn is_lack(&self) -> bool {
        match self {
            Self::WrongBlob { .. } | Self::WrongSize { .. } => true,
            // Another 404 is about what was asked for, not about the blob: that it is elsewhere, or that no vault is there.
            Self::Refused(problem) => matches!(problem.code.as_str(), "blob-unknown" | "blob-damaged"),
            _ => false,
        }
    }

    /// How much it says about a blob that several vaults should have: what one sent says more than what one answered, and
    /// that more than that one could not be asked.
    pub(crate) fn telling(&self) -> u8 {
        match self {
            Self::WrongBlob { .. } | Self::WrongSize { .. } => 3,
            _ if self.is_lack() => 2,
            _ if self.is_transient() => 0,
            _ => 1,
        }
    }

    pub(super) fn file(doing: &'static str, path: &std::path::Path, source: io::Error) -> Self {
        Self::File { doing, path: path.to_owned(), source }
    }
}

/// An error with its causes: reqwest's own text leaves out why.
fn chain_of(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
