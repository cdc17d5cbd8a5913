//! What can be said on the command line.

mod consortium;

pub use consortium::*;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use medshare_types::{Kind, RecordId, RequestId, Version};

use crate::values::{Amount, Span, finding, kind, modifier, permission, purpose_use, role};

/// Share medical data: seal, register, audit, sell, buy and open records on a medshare chain.
#[derive(Parser)]
#[command(name = "medshare", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args)]
pub struct Globals {
    /// The node to ask, a WebSocket URL
    #[arg(
        long,
        global = true,
        env = "MEDSHARE_NODE",
        default_value = "ws://127.0.0.1:9944",
        value_name = "URL"
    )]
    pub node: String,
    /// The vault to use for uploads
    #[arg(
        long,
        global = true,
        env = "MEDSHARE_VAULT",
        default_value = "http://127.0.0.1:8790",
        value_name = "URL"
    )]
    pub vault: String,
    /// The key file; the default is key.age in MEDSHARE_HOME or in ~/.config/medshare
    #[arg(long, global = true, env = "MEDSHARE_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// A file with the key file's passphrase; else MEDSHARE_PASSPHRASE, else a prompt
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Act as a development account, such as Alice; on development chains only
    #[arg(long, global = true, env = "MEDSHARE_DEV", value_name = "NAME", conflicts_with = "key_file")]
    pub dev: Option<String>,
    /// Print one JSON object instead of an account for people
    #[arg(long, global = true)]
    pub json: bool,
    /// Wait until what is sent is final, not only in a block
    #[arg(long, global = true)]
    pub finalized: bool,
}

#[derive(Subcommand)]
pub enum Command {
    /// Make, show, rotate, import and export keys
    #[command(subcommand)]
    Keys(Keys),
    /// Show what a file contains, as it would be anchored, and what in it identifies a person
    Describe(FileArgs),
    /// Write a copy of a FHIR or DICOM file without what identifies a person
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
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
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
    /// The file
    pub file: PathBuf,
    /// Read it as this, instead of as what it looks like: fhir, dicom, document
    #[arg(long, value_parser = kind)]
    pub kind: Option<Kind>,
}

#[derive(Args)]
pub struct Deidentify {
    /// The file
    pub file: PathBuf,
    /// The copy
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Args)]
pub struct Seal {
    #[command(flatten)]
    pub file: FileArgs,
    /// Where to put the ciphertext and its description; the default is beside the file
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub struct Register {
    /// Files to seal, or descriptions (NAME.sealed.json) of files already sealed; several are registered together
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// What is permitted: no-restriction, general-research, health-research, disease-research:SYSTEM:CODE,
    /// population-origins, clinical-care
    #[arg(long, value_parser = permission, value_name = "PERMISSION")]
    pub policy: medshare_types::Permission,
    /// A condition: not-for-profit-organisation, non-commercial, no-methods-development, no-population-origins,
    /// ethics-approval-required, publication-required
    #[arg(long = "modifier", value_parser = modifier, value_name = "MODIFIER")]
    pub modifiers: Vec<medshare_types::Modifier>,
    /// The subject's pseudonym, 32 bytes in hex; a fresh random one if none is given
    #[arg(long, value_name = "HEX")]
    pub subject: Option<medshare_types::Hash>,
    /// Read the files as this: fhir, dicom, document
    #[arg(long, value_parser = kind)]
    pub kind: Option<Kind>,
}

#[derive(Args)]
pub struct Revise {
    /// The record
    pub record: RecordId,
    #[command(flatten)]
    pub file: FileArgs,
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

#[derive(Args)]
pub struct OneOrder {
    /// The order's number
    pub order: medshare_types::OrderId,
}

#[derive(Args)]
pub struct OneRequest {
    /// The request's number
    pub request: RequestId,
}

#[derive(Args)]
pub struct Who {
    /// An account: SS58, or a development name; one's own if none is given
    pub who: Option<String>,
}

#[derive(Args)]
pub struct Agent {
    /// Do what there is to do now, and end
    #[arg(long)]
    pub once: bool,
    /// Grant every request that the record's policy permits
    #[arg(long)]
    pub auto_answer: bool,
}

#[derive(Subcommand)]
pub enum Audit {
    /// List the reviews on whose panels one sits
    Queue,
    /// Fetch and decrypt a record under review
    Open {
        #[command(flatten)]
        case: Case,
        /// Where to write it
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Check a record under review: address, key, commitment, format, descriptor, de-identification
    Check {
        #[command(flatten)]
        case: Case,
    },
    /// Vote for a record; about a claim, against the buyer
    Approve {
        #[command(flatten)]
        case: Case,
        /// The report, whose SHA-256 goes with the vote; a generated one if none is given
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Vote against a record; about a claim, for the buyer
    Reject {
        #[command(flatten)]
        case: Case,
        /// What is wrong: unavailable, does-not-open, commitment-mismatch, unreadable-format, false-descriptor,
        /// not-deidentified, other
        #[arg(long = "finding", required = true, value_parser = finding, value_name = "FINDING")]
        findings: Vec<medshare_types::Finding>,
        /// The report, whose SHA-256 goes with the vote; a generated one if none is given
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
}

#[derive(Args)]
pub struct Case {
    /// The record's number
    pub record: RecordId,
    /// The version; the latest if none is given
    #[arg(long)]
    pub version_number: Option<Version>,
    /// The order, where the review is about a claim
    #[arg(long, value_name = "ORDER")]
    pub claim: Option<medshare_types::OrderId>,
}

#[derive(Args)]
pub struct List {
    /// The record's number
    pub record: RecordId,
    /// The price in MDS
    #[arg(long, value_name = "MDS")]
    pub price: Amount,
    /// How long a buyer may fetch, from delivery: 30d, 12h; for ever if none is given
    #[arg(long)]
    pub duration: Option<Span>,
    /// The licence text, whose SHA-256 goes with the listing
    #[arg(long, value_name = "FILE")]
    pub licence: Option<PathBuf>,
}

#[derive(Args)]
pub struct Reprice {
    /// The record's number
    pub record: RecordId,
    /// The price in MDS
    #[arg(long, value_name = "MDS")]
    pub price: Amount,
}

#[derive(Args)]
pub struct Search {
    /// Only this kind: fhir, dicom, document
    #[arg(long, value_parser = kind)]
    pub kind: Option<Kind>,
    /// Only this DICOM modality, such as CT
    #[arg(long)]
    pub modality: Option<String>,
    /// Only records with this code, such as snomed:38341003
    #[arg(long, value_parser = crate::values::code, value_name = "SYSTEM:CODE")]
    pub code: Option<medshare_types::Code>,
    /// Only up to this price
    #[arg(long, value_name = "MDS")]
    pub max_price: Option<Amount>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
}

#[derive(Args)]
pub struct PurposeArgs {
    /// What the data are for: clinical-care, biomedical-research, disease-research:SYSTEM:CODE,
    /// methods-development, population-origins, other-research, other
    #[arg(long = "use", value_parser = purpose_use, value_name = "USE")]
    pub r#use: medshare_types::Use,
    /// The use is commercial
    #[arg(long)]
    pub commercial: bool,
    /// The user is a for-profit organisation
    #[arg(long)]
    pub for_profit: bool,
    /// An ethics board approved the use
    #[arg(long)]
    pub ethics_approval: bool,
    /// The results will be published
    #[arg(long)]
    pub will_publish: bool,
}

#[derive(Args)]
pub struct Buy {
    /// The record's number
    pub record: RecordId,
    #[command(flatten)]
    pub purpose: PurposeArgs,
    /// Pay at most this; the listed price if none is given
    #[arg(long, value_name = "MDS")]
    pub max_price: Option<Amount>,
    /// Wait so long for the delivery
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// Do not check before that the vault serves the ciphertext
    #[arg(long)]
    pub no_preview: bool,
}

#[derive(Args)]
pub struct Open {
    /// The record's number
    pub record: RecordId,
    /// The version; the latest one that can be opened if none is given
    #[arg(long)]
    pub version_number: Option<Version>,
    /// Where to write it
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Args)]
pub struct Grant {
    /// The record's number
    pub record: RecordId,
    /// To whom
    pub who: String,
    #[command(flatten)]
    pub purpose: PurposeArgs,
    /// For how long: 30d, 12h; until revoked if none is given
    #[arg(long)]
    pub duration: Option<Span>,
}

#[derive(Args)]
pub struct Revoke {
    /// The record's number
    pub record: RecordId,
    /// Whose grant
    pub who: String,
    /// The version; the latest if none is given
    #[arg(long)]
    pub version_number: Option<Version>,
}

#[derive(Args)]
pub struct Request {
    /// The record's number
    pub record: RecordId,
    #[command(flatten)]
    pub purpose: PurposeArgs,
}

#[derive(Args)]
pub struct Answer {
    /// The request's number
    pub request: RequestId,
    /// For how long: 30d, 12h; until revoked if none is given
    #[arg(long)]
    pub duration: Option<Span>,
}

#[derive(Subcommand)]
pub enum Member {
    /// Show a member
    Show(Who),
    /// Admit a member; signed by a hospital, or by the council's account
    Admit {
        #[command(flatten)]
        admission: Admission,
        /// Send it as the council, through sudo; on development chains only
        #[arg(long)]
        council: bool,
    },
    /// Give a member exactly these roles
    SetRoles {
        /// The account
        who: String,
        /// A role: provider, buyer; by the council also hospital, auditor, vault
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<medshare_types::Role>,
        /// Send it as the council, through sudo; on development chains only
        #[arg(long)]
        council: bool,
    },
    /// End one's own membership
    Leave,
    /// Stop a member from acting
    Suspend {
        /// The account
        who: String,
        /// Send it as the council, through sudo; on development chains only
        #[arg(long)]
        council: bool,
    },
    /// Let a suspended member act again
    Reinstate {
        /// The account
        who: String,
        /// Send it as the council, through sudo; on development chains only
        #[arg(long)]
        council: bool,
    },
    /// End the membership of a suspended member, which frees its sponsor's deposit
    Expel {
        /// The account
        who: String,
        /// Send it as the council, through sudo; on development chains only
        #[arg(long)]
        council: bool,
    },
}

/// Who is to be admitted, and as what.
#[derive(Args)]
pub struct Admission {
    /// The account
    pub who: String,
    /// A role: provider, buyer; by the council also hospital, auditor, vault
    #[arg(long = "role", required = true, value_parser = role)]
    pub roles: Vec<medshare_types::Role>,
    /// Salted SHA-256 of who it is
    #[arg(long, value_name = "HEX")]
    pub identity: medshare_types::Hash,
    /// Its encryption key, as `medshare keys show` prints it
    #[arg(long, value_name = "HEX")]
    pub key: medshare_types::Hash,
    /// Its proof of possession, as `medshare keys show` prints it
    #[arg(long, value_name = "HEX")]
    pub proof: String,
}

#[cfg(test)]
mod tests;
