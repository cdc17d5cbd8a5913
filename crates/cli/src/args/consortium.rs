//! What hospitals say to run the chain together.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use medshare_client::council::Which;
use medshare_types::{BlockNumber, CreditEvent, Hash, PeerKey, Role, Tier};
use serde_json::Value as Json;

use super::Admission;
use crate::values::{
    Amount, CallName, NamedArg, ParameterName, Parts, Score, Span, Work, credit_event, given, peer, role,
    tier,
};

#[derive(Subcommand)]
pub enum Council {
    /// List the hospitals, each of which has a vote, and how many votes decisions need
    Members,
    /// List the open motions, with what they would do and who has voted
    Motions,
    /// Propose a decision, and vote for it
    Propose(Propose),
    /// Vote on a motion, which is shown first
    #[command(group(clap::ArgGroup::new("side").required(true).args(["yes", "no"])))]
    Vote {
        /// Its number or its hash
        motion: Which,
        /// For it
        #[arg(long)]
        yes: bool,
        /// Against it
        #[arg(long)]
        no: bool,
    },
    /// Close a motion: carry it out if enough hospitals agreed, or end it
    Close {
        /// Its number or its hash
        motion: Which,
    },
    /// Have a call run as root that the hospitals let
    Enact {
        /// Its hash; none is needed where there is only one
        call: Option<Hash>,
    },
    /// Take back the deposit for a published call, an upgrade too, once no motion is about it any more
    Reclaim {
        /// Its hash; all that this account published if none is given
        call: Option<Hash>,
    },
}

#[derive(Args)]
pub struct Propose {
    #[command(flatten)]
    pub terms: ProposalArgs,
    #[command(subcommand)]
    pub what: Proposal,
}

#[derive(Args)]
pub struct ProposalArgs {
    /// Do not vote for it
    #[arg(long, global = true)]
    pub no_vote: bool,
    /// Ask for so many votes; for as many as the decision needs if none is given
    #[arg(long, global = true, value_name = "NUMBER")]
    pub votes: Option<u32>,
}

#[derive(Subcommand)]
pub enum Proposal {
    /// Admit, suspend, reinstate or expel a member, or change its roles
    #[command(subcommand)]
    Member(ProposeMember),
    /// Make a hospital a validator, or take one out
    #[command(subcommand)]
    Validator(ProposeValidator),
    /// Let nodes into the network, or cut them off
    #[command(subcommand)]
    Peer(ProposePeer),
    /// Set a deadline, a share or another parameter
    Parameter {
        /// Its name, such as Audits.KeyWindow
        name: ParameterName,
        /// A number, a span of time (36h), a share (5%), JSON, or `default`
        #[arg(value_parser = given)]
        value: Json,
    },
    /// Set what members may do without paying fees
    Quota {
        /// The role
        #[arg(value_parser = role)]
        role: Role,
        /// The credit tier: restricted, standard, trusted, exemplary
        #[arg(value_parser = tier)]
        tier: Tier,
        /// The chain's work in an hour, in milliseconds
        #[arg(value_name = "MS")]
        work: Work,
    },
    /// Set what credit events are worth, how credit fades, and what it gives
    #[command(subcommand)]
    Credit(ProposeCredit),
    /// Issue settlement credit for a payment, or settle a redemption
    #[command(subcommand)]
    Settlement(ProposeSettlement),
    /// Have a call refused, whoever sends it
    Pause {
        /// The call, such as Records.register
        call: CallName,
    },
    /// Let a paused call through again
    Unpause {
        /// The call, such as Records.register
        call: CallName,
    },
    /// Publish a call and let it run as root, once: then `medshare council enact`
    Root(NamedCall),
    /// Let a call that is published already run as root, once
    Whitelist {
        /// The call's hash
        call: Hash,
    },
    /// Have a call run later, with the authority with which it is decided
    Schedule {
        /// In which block
        #[arg(long, value_name = "BLOCK")]
        at: BlockNumber,
        #[command(flatten)]
        call: NamedCall,
    },
    /// Take a scheduled call back
    CancelScheduled {
        /// The block for which it is scheduled
        block: BlockNumber,
        /// Its place among those of that block, from 0
        index: u32,
    },
    /// Keep a published call without a deposit
    KeepPreimage {
        /// Its hash
        hash: Hash,
    },
    /// End another motion
    EndMotion {
        /// Its number or its hash
        motion: Which,
        /// Also where its proposer has money on hold for it, which is lost then
        #[arg(long)]
        kill: bool,
    },
    /// Any call of the chain's, by name
    Call(NamedCall),
}

#[derive(Args)]
pub struct NamedCall {
    /// Its name, such as Members.suspend
    pub call: CallName,
    /// An argument: accounts in SS58, bytes in 0x-prefixed hex, amounts in the smallest unit, anything else in JSON
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    pub args: Vec<NamedArg>,
}

#[derive(Subcommand)]
pub enum ProposeMember {
    /// Admit a member in any role
    Admit(Admission),
    /// Give a member exactly these roles
    SetRoles {
        /// The account
        who: String,
        /// A role: hospital, auditor, provider, buyer, vault
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<Role>,
    },
    /// Stop a member from acting, a hospital from voting too
    Suspend {
        /// The account
        who: String,
    },
    /// Let a suspended member act again
    Reinstate {
        /// The account
        who: String,
    },
    /// End the membership of a suspended member
    Expel {
        /// The account
        who: String,
    },
}

#[derive(Subcommand)]
pub enum ProposeValidator {
    /// Make a hospital a validator that offered itself
    Admit {
        /// The hospital
        who: String,
    },
    /// Turn an offer down
    Decline {
        /// The hospital
        who: String,
    },
    /// Take a validator out
    Remove {
        /// The hospital
        who: String,
    },
    /// Let a validator author again that was suspended for an offence
    Reinstate {
        /// The hospital
        who: String,
    },
}

#[derive(Subcommand)]
pub enum ProposePeer {
    /// Let nodes in, all of them or none
    Authorise {
        /// A node and who answers for it: its peer id, `=`, and the account
        #[arg(required = true, value_name = "PEER=ACCOUNT")]
        nodes: Vec<String>,
    },
    /// Cut nodes off, all of them or none
    Remove {
        /// The peer ids
        #[arg(required = true, value_parser = peer, value_name = "PEER")]
        nodes: Vec<PeerKey>,
    },
}

#[derive(Subcommand)]
pub enum ProposeCredit {
    /// Set in what time a score halves
    HalfLife {
        /// Such as 90d
        time: Span,
    },
    /// Set what an event is worth
    Points {
        /// The event, such as sale-settled
        #[arg(value_parser = credit_event)]
        event: CreditEvent,
        /// Points, such as 2.5 or -10
        #[arg(allow_negative_numbers = true)]
        points: Score,
    },
    /// Set the scores at which tiers begin
    Thresholds {
        /// Scores below are restricted; at most 0
        #[arg(long, allow_negative_numbers = true, value_name = "POINTS")]
        restricted_below: Score,
        /// Scores from here on are trusted
        #[arg(long, value_name = "POINTS")]
        trusted_from: Score,
        /// Scores from here on are exemplary
        #[arg(long, value_name = "POINTS")]
        exemplary_from: Score,
    },
    /// Set all that a tier gives
    Benefits {
        /// The tier: restricted, standard, trusted, exemplary
        #[arg(value_parser = tier)]
        tier: Tier,
        /// How many versions an owner may have under review
        #[arg(long, value_name = "NUMBER")]
        max_pending: u32,
        /// How long a buyer of this seller's records may claim, such as 7d
        #[arg(long, value_name = "TIME")]
        claim_window: Span,
        /// Auditors are drawn for panels
        #[arg(long)]
        may_audit: bool,
        /// What is taken off the fee on a seller's sale, such as 10%
        #[arg(long, value_name = "SHARE")]
        fee_discount: Parts,
        /// How many orders a buyer may have open
        #[arg(long, value_name = "NUMBER")]
        max_open_orders: u32,
    },
}

#[derive(Subcommand)]
pub enum ProposeSettlement {
    /// Issue credit to a member for a payment that came in
    Issue {
        /// The account
        who: String,
        /// How much, in MDS
        #[arg(value_name = "MDS")]
        amount: Amount,
        /// What names the payment: a salted SHA-256 that the parties agree on
        #[arg(long, value_name = "HEX")]
        reference: Hash,
    },
    /// Confirm that a redemption is paid out, with the reference that the payment will carry; that burns its credit
    Confirm {
        /// The redemption's number
        redemption: u64,
        /// What names the payment: a salted SHA-256 that the parties agree on
        #[arg(long, value_name = "HEX")]
        reference: Hash,
    },
    /// Decline a redemption, which frees its credit
    Decline {
        /// The redemption's number
        redemption: u64,
    },
}

#[derive(Subcommand)]
pub enum Validator {
    /// List the validators, and who offered to be one
    List,
    /// Offer one's hospital as a validator, once it has session keys
    Propose,
    /// Take the offer back
    Retract,
    /// Stop being a validator
    Leave,
}

#[derive(Subcommand)]
pub enum SessionKeys {
    /// Show the session keys of a hospital: registered, coming, in use
    Show {
        /// An account: SS58, or a development name; one's own if none is given
        who: Option<String>,
    },
    /// Have one's own node (--node) make new session keys, and register them
    Rotate,
}

#[derive(Subcommand)]
pub enum Peer {
    /// List the nodes that are let into the network, and who answers for them
    List,
    /// Bring one more node of one's hospital into the network
    Add {
        /// Its peer id
        #[arg(value_parser = peer, value_name = "PEER")]
        peer: PeerKey,
    },
    /// Give a node a new key
    Replace {
        /// Its peer id until now
        #[arg(value_parser = peer, value_name = "PEER")]
        old: PeerKey,
        /// Its peer id from now on
        #[arg(value_parser = peer, value_name = "PEER")]
        new: PeerKey,
    },
    /// Take a node of one's own out of the network
    Retire {
        /// Its peer id
        #[arg(value_parser = peer, value_name = "PEER")]
        peer: PeerKey,
    },
}

#[derive(Subcommand)]
pub enum Upgrade {
    /// Publish a runtime, and propose that it takes the place of the chain's
    Propose {
        /// The runtime that the release's build made: a WebAssembly file
        wasm: PathBuf,
        /// In which block it is installed, to take over with the next; without it, when a hospital enacts it. It is to be enacted
        /// before that block
        #[arg(long, value_name = "BLOCK")]
        at: Option<u32>,
        #[command(flatten)]
        terms: ProposalArgs,
    },
    /// Show which runtime the chain has, and what is proposed or let to take its place
    Status {
        /// Say which of them is exactly this file, which one built oneself
        wasm: Option<PathBuf>,
    },
    /// Install a runtime that three quarters of the hospitals let, from the next block on
    Enact {
        /// The hash of the call that installs it; none is needed where there is only one
        call: Option<Hash>,
    },
}

#[derive(Subcommand)]
pub enum Settlement {
    /// List the redemptions that wait for the council
    List,
    /// Ask to be paid out; the amount is on hold meanwhile
    Redeem {
        /// How much, in MDS
        #[arg(value_name = "MDS")]
        amount: Amount,
    },
    /// Take a redemption back
    Cancel {
        /// Its number
        redemption: u64,
    },
}
