//! What is said about members, and what auditors say.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use medshare_types::{RecordId, Version};

use crate::values::{finding, role};

#[derive(Args)]
pub struct Who {
    /// An account: SS58, or a development name; one's own if none is given
    pub who: Option<String>,
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
        /// The report, whose SHA-256 goes with the vote; a generated one if none is given, after a check that must find
        /// nothing
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// Vote for it whatever that check finds, having looked and judging otherwise; with a report of one's own there is no
        /// such check
        #[arg(long, conflicts_with = "report")]
        despite_findings: bool,
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
    /// Give the seat of an auditor who did not vote in time to another one; any member may
    Replace {
        #[command(flatten)]
        case: Case,
        /// The auditor: SS58, or a development name
        #[arg(long, value_name = "ACCOUNT")]
        auditor: String,
    },
    /// End a review for which no key was delivered in time; any member may
    Lapse {
        #[command(flatten)]
        case: Case,
    },
}

impl Audit {
    /// Whether it sends a transaction.
    pub fn sends(&self) -> bool {
        !matches!(self, Self::Queue | Self::Open { .. } | Self::Check { .. })
    }
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
