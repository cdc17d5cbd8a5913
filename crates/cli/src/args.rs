//! What can be said on the command line.

mod agent;
mod consortium;
mod globals;
mod market;
mod people;
mod privacy;

pub use agent::*;
pub use consortium::*;
pub use globals::*;
pub use market::*;
pub use people::*;
pub use privacy::*;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use medshare_types::{Kind, RecordId, Version};

use crate::values::{kind, modifier, permission};

/// Share medical data: seal, register, audit, sell, buy and open records on a medshare chain.
#[derive(Parser)]
#[command(name = "medshare", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Make, show, rotate, import and export keys
    #[command(subcommand)]
    Keys(Keys),
    /// Show what a file contains, as it would be anchored, and what in it identifies a person
    Describe(FileArgs),
    /// Show what in a file identifies a person: where, of which kind, how sure
    Check(Check),
    /// Write a copy of a file without what identifies a person
    Deidentify(Deidentify),
    /// Encrypt a file under a fresh record key, without sending anything
    Seal(Seal),
    /// Seal, upload and register files
    Register(Register),
    /// Register a new version of a record
    Revise(Revise),
    /// End a record: nothing of it can be sold or granted any more
    Withdraw(OneRecord),
    /// Remove what the chain keeps of a withdrawn record, and get its deposits back
    Erase(OneRecord),
    /// Copy a record's ciphertext to other vaults, where it is from then on
    Relocate(Relocate),
    /// List an owner's records
    Records(Who),
    /// Show a record and one of its versions
    Show(OneVersion),
    /// Deliver keys to auditors and buyers without a human, by watching the chain
    Agent(Agent),
    /// Review records and rule on claims
    #[command(subcommand)]
    Audit(Audit),
    /// Put an approved record on sale
    List(List),
    /// Change the price of a listed record
    Reprice(Reprice),
    /// Take a record off the market
    Delist(OneRecord),
    /// Find records on sale
    Search(Search),
    /// Order a record; the price is held until the key is delivered
    Buy(Buy),
    /// Fetch a record and decrypt it
    Open(Open),
    /// List an account's orders
    Orders(Who),
    /// Show an order
    Order(OneOrder),
    /// Deliver the key of an order by hand
    Deliver(OneOrder),
    /// Propose to cancel an order, or agree to it
    Cancel(OneOrder),
    /// Refund an order whose seller did not deliver in time
    Expire(OneOrder),
    /// Pay out an order whose time to claim is over
    Settle(OneOrder),
    /// Remove an order that is over, with the grant that it led to, and release its deposit
    Clear(OneOrder),
    /// Claim that delivered data are not what was described
    Claim(OneOrder),
    /// Grant access to a record without having been asked
    Grant(Grant),
    /// End a grant
    Revoke(Revoke),
    /// Remove a grant that has ended, and release its deposit
    ClearGrant(Revoke),
    /// Ask a record's owner for access
    Request(Request),
    /// List the open requests for access to one's records
    Requests(Who),
    /// Grant what a request asks for
    Answer(Answer),
    /// Refuse a request
    Deny(OneRequest),
    /// Show an account's credit score, tier and what it gives
    Credit(Who),
    /// Show what an account may do without paying fees
    Quota(Who),
    /// Show an account's balance
    Balance(Who),
    /// Show who fetched a record
    Receipts(OneRecord),
    /// Show the whole history of a record with block numbers and chain times
    Trace(OneRecord),
    /// Show, admit, suspend, reinstate and expel members, and leave
    #[command(subcommand)]
    Member(Member),
    /// Decide together, as hospitals: list, propose, vote, carry out
    #[command(subcommand)]
    Council(Council),
    /// Show the validators, and offer one's hospital as one
    #[command(subcommand)]
    Validator(Validator),
    /// Show and rotate the keys with which a validator takes part in consensus
    #[command(subcommand)]
    SessionKeys(SessionKeys),
    /// Show and change the nodes that are let into the network
    #[command(subcommand)]
    Peer(Peer),
    /// Upgrade the chain's runtime
    #[command(subcommand)]
    Upgrade(Upgrade),
    /// Have settlement credit paid out
    #[command(subcommand)]
    Settlement(Settlement),
    /// Show the settings that hold, and where each of them is said
    #[command(subcommand)]
    Config(Config),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages, one for each command
    Man {
        /// The folder for them, such as /usr/local/share/man/man1; it is made if there is none
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

#[derive(Subcommand)]
pub enum Keys {
    /// Make a new key file with an account and an encryption key
    Create,
    /// Show the public keys, and the proof of possession that a sponsor needs to admit their holder
    Show,
    /// Make a new encryption key and register it; old ones stay readable
    Rotate,
    /// Make a key file from an existing account
    Import {
        /// A file with the account's mnemonic or 0x-prefixed seed
        #[arg(value_name = "FILE")]
        secret: PathBuf,
    },
    /// Write an encrypted copy of the key file, under a new passphrase
    Export {
        /// The copy
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

#[derive(Args)]
pub struct FileArgs {
    /// The file, or a folder, which is shared as one zip
    pub file: PathBuf,
    /// Read it as this, instead of as what it looks like: fhir, dicom, document
    #[arg(long, value_parser = kind)]
    pub kind: Option<Kind>,
}

#[derive(Args)]
pub struct Seal {
    #[command(flatten)]
    pub file: FileArgs,
    /// Where to put the ciphertext and its description; the default is beside the file
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub privacy: Privacy,
    /// Give the records of one patient the same pseudonym, which nobody without the institution's secret can make
    #[arg(long)]
    pub link: bool,
    /// Bring the ciphertext to the vault, and print the call that registers it, to be signed elsewhere, as in polkadot.js Apps
    #[arg(long, requires = "policy")]
    pub call_data: bool,
    #[arg(long, requires = "call_data", value_parser = permission, value_name = "PERMISSION", help = PERMISSIONS)]
    pub policy: Option<medshare_types::Permission>,
    #[arg(long = "modifier", requires = "call_data", value_parser = modifier, value_name = "MODIFIER", help = MODIFIERS)]
    pub modifiers: Vec<medshare_types::Modifier>,
    #[arg(long, requires = "call_data", conflicts_with = "link", value_name = "HEX", help = SUBJECT)]
    pub subject: Option<medshare_types::Hash>,
}

const PERMISSIONS: &str = "What is permitted: no-restriction, general-research, health-research, \
                           disease-research:SYSTEM:CODE, population-origins, clinical-care";
const MODIFIERS: &str = "A condition: not-for-profit-organisation, non-commercial, no-methods-development, \
                         no-population-origins, ethics-approval-required, publication-required";
const SUBJECT: &str = "The subject's pseudonym, 32 bytes in hex; a fresh random one if none is given";

#[derive(Args)]
pub struct Register {
    /// Files or folders to seal, or descriptions (NAME.sealed.json) of files already sealed; several are registered together
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[arg(long, value_parser = permission, value_name = "PERMISSION", help = PERMISSIONS)]
    pub policy: medshare_types::Permission,
    #[arg(long = "modifier", value_parser = modifier, value_name = "MODIFIER", help = MODIFIERS)]
    pub modifiers: Vec<medshare_types::Modifier>,
    #[arg(long, value_name = "HEX", help = SUBJECT)]
    pub subject: Option<medshare_types::Hash>,
    /// Give the records of one patient the same pseudonym, which nobody without the institution's secret can make
    #[arg(long, conflicts_with = "subject")]
    pub link: bool,
    /// Read the files as this: fhir, dicom, document
    #[arg(long, value_parser = kind)]
    pub kind: Option<Kind>,
    #[command(flatten)]
    pub privacy: Privacy,
}

#[derive(Args)]
pub struct Revise {
    /// The record
    pub record: RecordId,
    #[command(flatten)]
    pub file: FileArgs,
    #[command(flatten)]
    pub privacy: Privacy,
}

#[derive(Args)]
pub struct Relocate {
    /// The record's number
    pub record: RecordId,
    /// The version; the latest if none is given
    #[arg(long)]
    pub version_number: Option<Version>,
    /// A vault where it is from now on; --vault is one that it is at now
    #[arg(long = "to", required = true, value_name = "URL")]
    pub to: Vec<String>,
}

#[derive(Args)]
pub struct OneRecord {
    /// The record's number
    pub record: RecordId,
}

#[derive(Args)]
pub struct OneVersion {
    /// The record's number
    pub record: RecordId,
    /// The version; the latest if none is given
    #[arg(long)]
    pub version_number: Option<Version>,
}

#[cfg(test)]
mod tests;
