//! What to do about errors.

use std::borrow::Cow;

use super::{Error, PoolRefusal};
use crate::refusal;

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Vault { cause, .. } | Self::VaultConnection(cause) => return Cow::Owned(cause.hint()),
            Self::Read(error) if !error.is_of_content() => {
                "check the path, the permissions and the free space"
            }
            Self::Read(_) => "put the file right, or name another kind",
            Self::Identifies { .. } => {
                "`medshare check` says where; `--deidentify` seals a copy without it. With `--accept-identifying` it is sealed as it \
                 is: everybody who gets the key learns who it is, and auditors will reject it"
            }
            Self::Unreachable { .. } => {
                "check that a node runs there and serves WebSocket RPC; a development node is started with `medshare-node --dev`"
            }
            Self::OtherChain { .. } => {
                "check that the node's address is the one that was meant, and start anew"
            }
            Self::Node { .. } => "see the node's log; repeat the command when the node answers again",
            Self::ForeignAnswer { .. } | Self::ForeignCall { .. } | Self::UnknownCall { .. } => {
                "this client and the node's runtime are of different releases; use the client of the node's release"
            }
            Self::PoolRefused { reason, .. } => match reason {
                PoolRefusal::NotMember => {
                    "ask a hospital (for providers and buyers) or the council (for hospitals, auditors and vaults) to admit the account"
                }
                PoolRefusal::Suspended => {
                    "ask the hospital or the council that suspended the member to reinstate it"
                }
                PoolRefusal::CannotPay => {
                    "see with `medshare quota` when the account can send without a fee again, or have settlement credit transferred to it"
                }
                PoolRefusal::TooManyWaiting => "repeat the command in a few seconds",
                PoolRefusal::Stale => "another program sends from the same account; repeat the command",
                PoolRefusal::BadProof => "check that the client speaks to the chain that it was meant for",
                PoolRefusal::Other(_) => "see the reason that the node gives",
            },
            Self::UnsafeRpc { .. } => {
                "name your own node's loopback address with --node, and let it take unsafe methods meanwhile: \
                 RPC_METHODS=unsafe in its settings, then restart it"
            }
            Self::Refused { pallet, error, .. } => refusal::hint(pallet, error),
            Self::Dispatch { reason, .. } => refusal::dispatch_hint(reason),
            Self::CarriedOut { .. } => {
                "the decision is used up; put right what the chain names, or wait for it, and propose it again"
            }
            Self::Lost { .. } => {
                "look whether it took effect before repeating it; another program may send from the same account"
            }
            Self::InDoubt { .. } => {
                "it may be in a block, or get into one within two minutes: what is done again before that is clear may be done \
                 twice"
            }
            Self::NoEvent { .. } => "this client and the node's runtime are of different releases",
            Self::NotDevelopment { .. } => "create a key file of your own with `medshare keys create`",
            Self::File { cause, .. } if cause.kind() == std::io::ErrorKind::StorageFull => {
                "make room where the message says; what is there only while a command runs goes to the folder in TMPDIR, \
                 which can be on another disk"
            }
            Self::File { .. } => "check the path, the permissions and the free space",
            Self::Exists { .. } => "name another file, or move this one away first",
            Self::WrongPassphrase { .. } => {
                "repeat with the passphrase that was given when the key file was created"
            }
            Self::BadKeyFile { .. } => {
                "name the file that `medshare keys create` wrote, or restore it from a backup"
            }
            Self::NotRuntime { .. } => {
                "name the file that the build of a release puts into \
                 target/release/wbuild/medshare-runtime/medshare_runtime.compact.compressed.wasm"
            }
            Self::Invalid { .. } => "give it in the form that the message names",
            Self::MissingKey { .. } => {
                "the data were sealed to a key that this key file does not have; restore the key file that had it"
            }
            Self::Crypto { .. } => {
                "the key or the data come from somebody else than expected; do not use them"
            }
            Self::NotEnvelope { .. } | Self::WrongCiphertext { .. } => {
                "fetch the blob again, from another vault if there is one"
            }
            Self::WrongKey { .. } | Self::WrongPlaintext { .. } => {
                "the owner sealed something else than was registered; auditors reject such a version, buyers claim"
            }
            Self::NoVault { .. } => {
                "name the vault's address; the record's locators say which account runs it"
            }
            Self::UnknownMember(_) => {
                "check the account; admitted members are found by `medshare member show`"
            }
            Self::UnknownRecord(_) | Self::UnknownVersion { .. } => {
                "check the number; blocks that are not yet final do not count"
            }
            Self::UnknownOrder(_) | Self::UnknownRequest { .. } | Self::UnknownReview(_) => {
                "check the number; it may have been settled or answered already"
            }
            Self::UnknownMotion(_) => {
                "`medshare council motions` lists the open ones; it may be closed already, or so new that this node does not have it yet: repeat this in a few seconds"
            }
            Self::NotDecided { .. } => {
                "a member may be able to send it alone; otherwise say with --votes how many votes to ask for"
            }
            Self::NotListed(_) => "only its owner can list it, once auditors approved it",
            Self::PurposeNotPermitted { .. } => "name the purpose that is meant, or ask the owner for access",
            Self::NotYours { .. } => "use the key file of the account to which it belongs",
            Self::NotNow { .. } => "look at its state and wait for the step before",
            Self::Contradicted { .. } => {
                "find out which of the nodes that it names lies or is broken, and go through another one; nothing was sealed or sent"
            }
            Self::NoAccess { .. } => "order the version or ask its owner for access",
            Self::TimedOut { .. } => "it may still happen: look again later before repeating anything",
            Self::Rehearsed(_) => "repeat it without the rehearsal to send it",
            Self::NotRehearsed { .. } => "repeat it without the rehearsal to do it",
            Self::Stopped { .. } => "repeat the command to do it from the beginning",
            Self::Pruned { .. } => "ask a node that keeps all states (`--state-pruning archive`)",
        })
    }
}
