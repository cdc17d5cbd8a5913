//! What can go wrong, told so that somebody can act on it: the message says what was tried and on what, and
//! [`Error::hint`] what to do about it.
//!
//! Each message contains its cause, and so none is also given as [`std::error::Error::source`]: printing an error with
//! its sources tells nothing twice.

mod hint;

use std::{io, path::PathBuf};

use medshare_events::Foreign;
use medshare_types::{AccountId, FetchRefusal, Hash, OrderId, Point, RecordId, RequestId, Subject, Version};

use crate::{chain::Rehearsal, listed::listed, readers::ReadError, vault::VaultError};

/// The result of everything in this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Any error, as the cause of one of ours.
pub type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why the node's transaction pool refused a transaction before any block saw it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PoolRefusal {
    /// The signer is no member of the consortium.
    NotMember,
    /// The signer is suspended.
    Suspended,
    /// The signer cannot pay the fee.
    CannotPay,
    /// The signer has as many transactions waiting as may wait.
    TooManyWaiting,
    /// The nonce has been used.
    Stale,
    /// The node does not accept the signature: chain, runtime version or key differ from what was signed.
    BadProof,
    /// Another reason, in the node's words.
    Other(String),
}

impl core::fmt::Display for PoolRefusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::NotMember => "the account is not a member",
            Self::Suspended => "the member is suspended",
            Self::CannotPay => "the account cannot pay the fee",
            Self::TooManyWaiting => {
                "too many of the account's transactions wait already; send it again when some are done"
            }
            Self::Stale => "its nonce has already been used",
            Self::BadProof => "the node does not accept the signature",
            Self::Other(reason) => reason,
        })
    }
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection to the node.
    #[error("cannot reach the node at {url}: {reason}")]
    Unreachable {
        /// The node's address.
        url: String,
        /// What the transport said.
        reason: String,
    },
    /// The node serves another chain than before.
    #[error("the node at {url} serves the chain {found:?} now, not {expected:?}")]
    OtherChain {
        /// The node's address.
        url: String,
        /// Genesis hash of the chain that it served.
        expected: Hash,
        /// Genesis hash of the chain that it serves.
        found: Hash,
    },
    /// The node did not answer a question.
    #[error("the node at {url} did not answer ({asked}): {reason}")]
    Node {
        /// The node's address.
        url: String,
        /// What it was asked.
        asked: String,
        /// What it or the transport said.
        reason: String,
    },
    /// The node answers a method to its operator only.
    #[error("the node at {url} refuses {method}: it takes safe RPC methods only")]
    UnsafeRpc {
        /// The node's address.
        url: String,
        /// The method.
        method: String,
    },
    /// The node's answer is not of the form that this client knows.
    #[error("cannot understand the node's answer to {asked}: {reason}")]
    ForeignAnswer {
        /// What it was asked.
        asked: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The node's runtime has no such call.
    #[error("the node's runtime does not have the call {pallet}.{call}")]
    UnknownCall {
        /// The pallet.
        pallet: String,
        /// The call.
        call: String,
    },
    /// The node's runtime has the call in another form.
    #[error("the node's runtime has the call {pallet}.{call} in another form: {reason}")]
    ForeignCall {
        /// The pallet.
        pallet: String,
        /// The call.
        call: String,
        /// What differs.
        reason: String,
    },
    /// The pool refused a transaction.
    #[error("the node refused {call} by {account} before any block saw it: {reason}")]
    PoolRefused {
        /// The call.
        call: String,
        /// Who signed.
        account: AccountId,
        /// Why.
        reason: PoolRefusal,
    },
    /// A pallet refused a call.
    #[error("the chain refused {call}: {pallet}.{error}{}", docs_suffix(.docs))]
    Refused {
        /// The call.
        call: String,
        /// The pallet that refused.
        pallet: String,
        /// Its error.
        error: String,
        /// What the pallet's documentation says about it.
        docs: String,
    },
    /// The runtime refused a call, but no pallet's error says why.
    #[error("the chain refused {call}: {reason}")]
    Dispatch {
        /// The call.
        call: String,
        /// Why.
        reason: String,
    },
    /// A transaction carried out what hospitals had decided, but that failed.
    #[error("{call} is in a block, but what it carried out failed: {cause}")]
    CarriedOut {
        /// The call.
        call: String,
        /// Why.
        cause: Box<Error>,
    },
    /// A transaction did not reach a block.
    #[error("{call} was submitted but did not get into a block: {reason}")]
    Lost {
        /// The call.
        call: String,
        /// What the node said.
        reason: String,
    },
    /// A transaction was handed to the node, and what became of it could not be had from it.
    #[error("{call} was sent as {transaction:?}{}, but what came of it is not known: {cause}", block_suffix(.block))]
    InDoubt {
        /// The call.
        call: String,
        /// The transaction's hash.
        transaction: Hash,
        /// The block that it was put into, if the node still said so.
        block: Option<Hash>,
        /// Why it is not known.
        cause: Box<Error>,
    },
    /// An expected event is not among those of a transaction.
    #[error("{call} succeeded without the event {event}")]
    NoEvent {
        /// The call.
        call: String,
        /// The event.
        event: String,
    },
    /// A development account outside of a development chain.
    #[error("the development account {name} may not be used on {chain}: everybody knows its keys")]
    NotDevelopment {
        /// The account's name.
        name: String,
        /// The chain's name.
        chain: String,
    },
    /// A file could not be read or written.
    #[error("cannot {doing} {}: {cause}", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A file is in the way.
    #[error("{} exists already and is left as it is", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase does not open a key file.
    #[error("the passphrase does not open the key file {}", path.display())]
    WrongPassphrase {
        /// The key file.
        path: PathBuf,
    },
    /// A key file is not one.
    #[error("{} is not a key file: {reason}", path.display())]
    BadKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file is no runtime.
    #[error("{} is not a runtime that this chain can take: {reason}", path.display())]
    NotRuntime {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Something that was given is not what it should be.
    #[error("{what} is not valid: {reason}")]
    Invalid {
        /// What was given.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The identity does not have the secret of an encryption key.
    #[error("the key file does not hold the secret of the encryption key {}", hex_point(.key))]
    MissingKey {
        /// The encryption key.
        key: Point,
    },
    /// A cryptographic step failed.
    #[error("cannot {doing}: {cause}")]
    Crypto {
        /// What was tried.
        doing: &'static str,
        /// Why not.
        cause: Cause,
    },
    /// A file is no envelope.
    #[error("{} is not a medshare envelope: {reason}", path.display())]
    NotEnvelope {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The key does not open an envelope that is otherwise intact.
    #[error("the key does not open {}, although its ciphertext is the registered one", path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// A ciphertext has another hash or size than registered.
    #[error("{} is not the registered ciphertext: {reason}", path.display())]
    WrongCiphertext {
        /// The file.
        path: PathBuf,
        /// How it differs.
        reason: String,
    },
    /// The plaintext in an envelope has another commitment than registered.
    #[error("the plaintext in {} is not the registered one: its commitment is {found:?}, not {expected:?}", path.display())]
    WrongPlaintext {
        /// The file.
        path: PathBuf,
        /// The registered commitment.
        expected: Hash,
        /// The commitment of what is in the envelope.
        found: Hash,
    },
    /// A vault did not do what was asked.
    #[error("cannot {doing} blob {address:?}: {cause}")]
    Vault {
        /// What was tried.
        doing: &'static str,
        /// The blob's address.
        address: Hash,
        /// What the vault or the transport said.
        cause: Box<VaultError>,
    },
    /// The vault cannot be used at all.
    #[error("{0}")]
    VaultConnection(Box<VaultError>),
    /// A medical file is broken or not of its kind.
    #[error("{0}")]
    Read(ReadError),
    /// A document identifies a person, and its owner has not accepted that.
    #[error("{} identifies a person by: {}", path.display(), listed(elements))]
    Identifies {
        /// The document.
        path: PathBuf,
        /// The elements by which it does.
        elements: Vec<String>,
    },
    /// No vault at hand holds a version.
    #[error("none of the vaults that this client knows holds record {record} version {version}")]
    NoVault {
        /// The record.
        record: RecordId,
        /// The version.
        version: Version,
    },
    /// There is no such member.
    #[error("{0} is not a member")]
    UnknownMember(AccountId),
    /// There is no such record.
    #[error("there is no record {0}")]
    UnknownRecord(RecordId),
    /// There is no such version.
    #[error("record {record} has no version {version}")]
    UnknownVersion {
        /// The record.
        record: RecordId,
        /// The version.
        version: Version,
    },
    /// There is no such order.
    #[error("there is no order {0}")]
    UnknownOrder(OrderId),
    /// There is no such open request.
    #[error("{owner} has no open request {request}")]
    UnknownRequest {
        /// The request.
        request: RequestId,
        /// Whose records were looked at.
        owner: AccountId,
    },
    /// There is no such review.
    #[error("there is no review of {}", subject_text(.0))]
    UnknownReview(Subject),
    /// There is no such open motion.
    #[error("there is no open motion {0}")]
    UnknownMotion(String),
    /// Hospitals do not decide about a call, as far as this client knows.
    #[error("{call} is not among the calls of which this client knows how many hospitals have to agree")]
    NotDecided {
        /// The call.
        call: String,
    },
    /// A record is not for sale.
    #[error("record {0} is not listed")]
    NotListed(RecordId),
    /// The purpose is not covered by the record's policy.
    #[error("the consent policy of record {record} does not cover this purpose")]
    PurposeNotPermitted {
        /// The record.
        record: RecordId,
    },
    /// Somebody else's thing.
    #[error("{what} belongs to {owner}, not to {account}")]
    NotYours {
        /// The thing.
        what: String,
        /// Whose it is.
        owner: AccountId,
        /// Who asked.
        account: AccountId,
    },
    /// Something is not in the state that the step needs.
    #[error("cannot {doing} {what}: {reason}")]
    NotNow {
        /// The step.
        doing: &'static str,
        /// On what.
        what: String,
        /// Why not.
        reason: String,
    },
    /// A node says otherwise than another one, or than itself before, so that one of them lies or is broken.
    #[error("cannot {doing} {what}: {reason}")]
    Contradicted {
        /// The step.
        doing: &'static str,
        /// On what.
        what: String,
        /// Which node says what against which.
        reason: String,
    },
    /// Access is refused.
    #[error("{account} may not fetch record {record} version {version}: {}", refusal_text(.refusal))]
    NoAccess {
        /// Who asked.
        account: AccountId,
        /// The record.
        record: RecordId,
        /// The version.
        version: Version,
        /// Why not.
        refusal: FetchRefusal,
    },
    /// Something did not happen in time.
    #[error("waited {seconds} s for {what}, which did not happen")]
    TimedOut {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
    },
    /// The call was rehearsed and not sent, as was asked for ([`Chain::rehearsing`](crate::Chain::rehearsing)).
    #[error("{} was rehearsed, and nothing was sent", .0.call)]
    Rehearsed(Box<Rehearsal>),
    /// A step that cannot be tried without being done.
    #[error("{step} cannot be rehearsed: it cannot be tried without being done")]
    NotRehearsed {
        /// The step.
        step: &'static str,
    },
    /// Whoever wanted it done wants it no more ([`Progress::stop`](crate::Progress::stop)).
    #[error("{doing} {} was stopped; nothing of it was kept", path.display())]
    Stopped {
        /// What was being done.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
    },
    /// The node has forgotten the state of a block.
    #[error("the node at {url} no longer has the state of block {block}")]
    Pruned {
        /// The node's address.
        url: String,
        /// The block.
        block: u64,
    },
}

impl Error {
    /// Whether the node went away, so that it makes sense to connect again and repeat a question.
    pub fn is_disconnect(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Node { .. } => true,
            Self::InDoubt { cause, .. } => cause.is_disconnect(),
            _ => false,
        }
    }

    /// Whether the chain or its pool refused a call for a reason that repeating it does not change.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Dispatch { .. } | Self::CarriedOut { .. } => true,
            Self::PoolRefused { reason, .. } => *reason != PoolRefusal::Stale,
            _ => false,
        }
    }

    /// Whether the chain does not have what was looked for.
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(
            self,
            Self::UnknownMember(_)
                | Self::UnknownRecord(_)
                | Self::UnknownVersion { .. }
                | Self::UnknownOrder(_)
                | Self::UnknownRequest { .. }
                | Self::UnknownReview(_)
                | Self::UnknownMotion(_)
        )
    }

    /// A failed cryptographic step.
    pub(crate) fn crypto(doing: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Crypto { doing, cause: cause.to_string().into() }
    }

    /// A vault that did not do what was asked.
    pub(crate) fn vault(doing: &'static str, address: Hash, cause: VaultError) -> Self {
        Self::Vault { doing, address, cause: Box::new(cause) }
    }

    /// A failed operation on a file.
    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>, cause: io::Error) -> Self {
        Self::File { doing, path: path.into(), cause }
    }
}

impl From<Foreign> for Error {
    fn from(Foreign { what, reason }: Foreign) -> Self {
        Self::ForeignAnswer { asked: what, reason }
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

fn docs_suffix(docs: &str) -> String {
    if docs.is_empty() { String::new() } else { format!(": {docs}") }
}

fn block_suffix(block: &Option<Hash>) -> String {
    block.map(|block| format!(" and is in block {block:?}")).unwrap_or_default()
}

fn hex_point(point: &Point) -> String {
    format!("0x{}", hex::encode(point.0))
}

fn subject_text(subject: &Subject) -> String {
    match subject {
        Subject::Record { record, version } => format!("record {record} version {version}"),
        Subject::Claim { order } => format!("the claim about order {order}"),
    }
}

fn refusal_text(refusal: &FetchRefusal) -> &'static str {
    match refusal {
        FetchRefusal::Unknown => "there is no such record or version",
        FetchRefusal::NotMember => "the account is no active member",
        FetchRefusal::Revoked => "the grant has been revoked",
        FetchRefusal::Expired => "the grant has ended",
        FetchRefusal::NoGrant => "there is no grant, and the version is not listed",
    }
}
