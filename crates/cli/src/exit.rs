//! How the command ends: one table of exit codes for all commands, and which error ends in which.

use std::io;

use medshare_client::{Error, readers::ReadError, vault::VaultError};

use crate::failure::Failure;

/// The exit codes. Scripts go by them; a code never changes its meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Input = 3,
    NotFound = 4,
    Refused = 5,
    Unreachable = 6,
    Pending = 7,
    Key = 8,
    Untrue = 9,
    Mismatch = 10,
    Interrupted = 130,
    Terminated = 143,
}

impl Exit {
    /// All of them, by number.
    #[cfg(test)]
    pub const ALL: [Self; 13] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Input,
        Self::NotFound,
        Self::Refused,
        Self::Unreachable,
        Self::Pending,
        Self::Key,
        Self::Untrue,
        Self::Mismatch,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// Its name in what `--json` prints about an error.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Input => "input",
            Self::NotFound => "not-found",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Pending => "pending",
            Self::Key => "key",
            Self::Untrue => "untrue",
            Self::Mismatch => "mismatch",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        }
    }

    /// What it says, for the reference.
    #[cfg(test)]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => {
                "It is done; of what was sent, that it is in a block, with `--finalized` that it is final."
            }
            Self::Failed => "It failed for a reason that is none of those below.",
            Self::Usage => {
                "The command line, the environment or the configuration file is wrong. Nothing was tried."
            }
            Self::Input => {
                "A file or a value that was given cannot be used: missing, unreadable, broken, not of its kind, or in the \
                 way of what would be written."
            }
            Self::NotFound => "There is no such record, version, order, request, review, motion or member.",
            Self::Refused => {
                "The chain or a vault refused it, or would: who asks may not, cannot pay, or something is not in the state \
                 for it. With `--dry-run`: the chain would refuse the call."
            }
            Self::Unreachable => {
                "The node or the vault cannot be reached or did not answer. Repeating it later can help."
            }
            Self::Pending => {
                "What was sent or waited for had not happened in time and still may, or the node went away before it said what \
                 came of it. Look before you repeat it."
            }
            Self::Key => {
                "The key file, its passphrase, or a key in it is not there or not the right one; also a development account \
                 on a chain that is not for development."
            }
            Self::Untrue => {
                "Data are not what the chain says: a ciphertext, key or document that does not fit what was registered, or that an \
                 auditor's check speaks against."
            }
            Self::Mismatch => "Client, node and vault do not fit together: other releases, or other chains.",
            Self::Interrupted => {
                "Ctrl-C (SIGINT) ended it; the message says what may still happen and what to run next."
            }
            Self::Terminated => "SIGTERM ended it; as for 130.",
        }
    }

    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// How a command ends that failed with this.
    pub fn of(error: &anyhow::Error) -> Self {
        error.chain().find_map(known).unwrap_or(Self::Failed)
    }
}

fn known(error: &(dyn std::error::Error + 'static)) -> Option<Exit> {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return Some(failure.exit);
    }
    if let Some(error) = error.downcast_ref::<Error>() {
        return Some(of_client(error));
    }
    if let Some(error) = error.downcast_ref::<VaultError>() {
        return Some(of_vault(error));
    }
    let input = error.is::<ReadError>() || error.is::<io::Error>() || error.is::<serde_json::Error>();
    input.then_some(Exit::Input)
}

fn of_client(error: &Error) -> Exit {
    match error {
        Error::Unreachable { .. } | Error::Node { .. } => Exit::Unreachable,
        Error::OtherChain { .. }
        | Error::ForeignAnswer { .. }
        | Error::UnknownCall { .. }
        | Error::ForeignCall { .. }
        | Error::NoEvent { .. } => Exit::Mismatch,
        Error::UnsafeRpc { .. }
        | Error::PoolRefused { .. }
        | Error::Refused { .. }
        | Error::Dispatch { .. }
        | Error::CarriedOut { .. }
        | Error::NotDecided { .. }
        | Error::NotListed(_)
        | Error::PurposeNotPermitted { .. }
        | Error::NotYours { .. }
        | Error::NotNow { .. }
        | Error::NoAccess { .. } => Exit::Refused,
        Error::Lost { .. } | Error::InDoubt { .. } | Error::TimedOut { .. } => Exit::Pending,
        Error::NotDevelopment { .. }
        | Error::WrongPassphrase { .. }
        | Error::BadKeyFile { .. }
        | Error::MissingKey { .. } => Exit::Key,
        Error::File { .. }
        | Error::Exists { .. }
        | Error::NotRuntime { .. }
        | Error::Invalid { .. }
        | Error::Identifies { .. }
        | Error::Read(_) => Exit::Input,
        Error::Crypto { .. }
        | Error::NotEnvelope { .. }
        | Error::WrongKey { .. }
        | Error::WrongCiphertext { .. }
        | Error::WrongPlaintext { .. }
        | Error::Contradicted { .. } => Exit::Untrue,
        Error::Vault { cause, .. } | Error::VaultConnection(cause) => of_vault(cause),
        Error::NoVault { .. }
        | Error::UnknownMember(_)
        | Error::UnknownRecord(_)
        | Error::UnknownVersion { .. }
        | Error::UnknownOrder(_)
        | Error::UnknownRequest { .. }
        | Error::UnknownReview(_)
        | Error::UnknownMotion(_)
        | Error::Pruned { .. } => Exit::NotFound,
        Error::NotRehearsed { .. } => Exit::Usage,
        Error::Stopped { .. } => Exit::Interrupted,
        _ => Exit::Failed,
    }
}

fn of_vault(error: &VaultError) -> Exit {
    match error {
        VaultError::Unreachable { .. } | VaultError::Stalled { .. } => Exit::Unreachable,
        error if error.is_transient() => Exit::Unreachable,
        VaultError::BadAddress { .. } => Exit::Usage,
        VaultError::Unexpected { .. } | VaultError::OtherChain { .. } => Exit::Mismatch,
        VaultError::WrongBlob { .. } | VaultError::WrongSize { .. } => Exit::Untrue,
        VaultError::File { .. } => Exit::Input,
        VaultError::Refused(problem) if problem.status == 404 => Exit::NotFound,
        _ => Exit::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn codes_and_names_are_told_apart() {
        for (place, exit) in Exit::ALL.iter().enumerate() {
            let before = &Exit::ALL[..place];
            assert!(before.iter().all(|other| other.code() < exit.code() && other.name() != exit.name()));
        }
    }

    #[test]
    fn errors_end_in_the_code_that_the_table_says() {
        let file = || io::Error::from(io::ErrorKind::NotFound);
        let url = || "ws://127.0.0.1:1".to_owned();
        let other = medshare_types::Hash::zero();
        let gone = Box::new(Error::Node { url: url(), asked: "it".into(), reason: "closed".into() });
        for (error, exit) in [
            (Error::Unreachable { url: url(), reason: "refused".into() }, Exit::Unreachable),
            (Error::OtherChain { url: url(), expected: other, found: other }, Exit::Mismatch),
            (Error::UnknownRecord(1), Exit::NotFound),
            (Error::NotListed(1), Exit::Refused),
            (Error::TimedOut { what: "a block".into(), seconds: 1 }, Exit::Pending),
            (
                Error::InDoubt { call: "a call".into(), transaction: other, block: None, cause: gone },
                Exit::Pending,
            ),
            (Error::WrongPassphrase { path: "key.age".into() }, Exit::Key),
            (Error::Exists { path: "a".into() }, Exit::Input),
            (Error::File { doing: "read", path: "a".into(), cause: file() }, Exit::Input),
            (Error::WrongKey { path: "a".into() }, Exit::Untrue),
            (
                Error::Contradicted { doing: "seal", what: "a key".into(), reason: "two tales".into() },
                Exit::Untrue,
            ),
            (Error::Stopped { doing: "sealing", path: "a".into() }, Exit::Interrupted),
        ] {
            let told = error.to_string();
            assert_eq!(Exit::of(&error.into()), exit, "{told}");
        }
        assert_eq!(Exit::of(&anyhow::anyhow!("something else")), Exit::Failed);
        let wrapped: anyhow::Error =
            Err::<(), _>(Error::UnknownRecord(1)).context("while looking").unwrap_err();
        assert_eq!(Exit::of(&wrapped), Exit::NotFound);
        assert_eq!(Exit::of(&anyhow::Error::from(file()).context("cannot read a")), Exit::Input);
        assert_eq!(Exit::of(&Failure::usage("no", "do").into()), Exit::Usage);
    }
}
