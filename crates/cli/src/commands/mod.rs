//! What each command does: read the arguments, call the SDK, say what came of it. One file a concern.

mod agent;
mod audit;
mod consent;
mod consortium;
mod council;
mod files;
mod keys;
mod manual;
mod market;
pub mod next;
mod people;
pub mod privacy;
mod proposal;
mod records;
mod rehearsal;
mod upgrade;

use anyhow::Result;

use crate::{
    args::Command,
    context::{Context, Session},
    failure::Failure,
    output::Output,
    settings::Settings,
};

/// Runs a command, or rehearses it.
pub async fn run(command: Command, settings: Settings, session: &Session) -> Result<Output> {
    // The agent says what it would do, which may be several calls or none.
    if !settings.dry_run || matches!(command, Command::Agent(_)) {
        return perform(command, settings, session).await;
    }
    if !rehearsal::sends(&command) {
        let failure = Failure::usage(
            "this command sends nothing to the chain, so there is nothing to rehearse",
            "leave --dry-run away",
        );
        return Err(failure.into());
    }
    match perform(command, settings, session).await {
        Ok(output) => Ok(output),
        Err(error) => match error.downcast::<medshare_client::Error>() {
            Ok(medshare_client::Error::Rehearsed(rehearsal)) => rehearsal::output(*rehearsal),
            Ok(other) => Err(other.into()),
            Err(other) => Err(other),
        },
    }
}

async fn perform(command: Command, settings: Settings, session: &Session) -> Result<Output> {
    // What needs no node must work without one.
    let command = match command {
        Command::Describe(args) => return files::describe(&session.progress, args).await,
        Command::Check(args) => return privacy::check(&session.progress, args).await,
        Command::Deidentify(args) => return privacy::deidentify(settings, session, args).await,
        Command::Completions { shell } => return manual::completions(shell),
        Command::Man { dir } => return manual::pages(&dir),
        Command::Config(args) => return manual::config(&settings, args),
        Command::Keys(args) => return keys::run(settings, session, args).await,
        other => other,
    };
    let context = &Context::connect(settings, session).await?;
    match command {
        Command::Seal(args) => files::seal(context, args).await,
        Command::Register(args) => files::register(context, args).await,
        Command::Revise(args) => files::revise(context, args).await,
        Command::Open(args) => files::open(context, args).await,
        Command::Withdraw(args) => records::withdraw(context, args.record).await,
        Command::Erase(args) => records::erase(context, args.record).await,
        Command::Relocate(args) => records::relocate(context, args).await,
        Command::Records(args) => records::list(context, args).await,
        Command::Show(args) => records::show(context, args).await,
        Command::Receipts(args) => records::receipts(context, args.record).await,
        Command::Trace(args) => records::trace(context, args.record).await,
        Command::Agent(args) => agent::run(context, args).await,
        Command::Audit(args) => audit::run(context, args).await,
        Command::List(args) => market::list(context, args).await,
        Command::Reprice(args) => market::reprice(context, args).await,
        Command::Delist(args) => market::delist(context, args.record).await,
        Command::Search(args) => market::search(context, args).await,
        Command::Buy(args) => market::buy(context, args).await,
        Command::Orders(args) => market::orders(context, args).await,
        Command::Order(args) => market::order(context, args.order).await,
        Command::Deliver(args) => market::deliver(context, args.order).await,
        Command::Cancel(args) => market::cancel(context, args.order).await,
        Command::Expire(args) => market::expire(context, args.order).await,
        Command::Settle(args) => market::settle(context, args.order).await,
        Command::Clear(args) => market::clear(context, args.order).await,
        Command::Claim(args) => market::claim(context, args.order).await,
        Command::Grant(args) => consent::grant(context, args).await,
        Command::Revoke(args) => consent::revoke(context, args).await,
        Command::ClearGrant(args) => consent::clear(context, args).await,
        Command::Request(args) => consent::request(context, args).await,
        Command::Requests(args) => consent::requests(context, args).await,
        Command::Answer(args) => consent::answer(context, args).await,
        Command::Deny(args) => consent::deny(context, args.request).await,
        Command::Credit(args) => people::credit(context, args).await,
        Command::Quota(args) => people::quota(context, args).await,
        Command::Balance(args) => people::balance(context, args).await,
        Command::Member(args) => people::member(context, args).await,
        Command::Council(args) => council::run(context, args).await,
        Command::Validator(args) => consortium::validator(context, args).await,
        Command::SessionKeys(args) => consortium::session_keys(context, args).await,
        Command::Peer(args) => consortium::peer(context, args).await,
        Command::Upgrade(args) => upgrade::run(context, args).await,
        Command::Settlement(args) => consortium::settlement(context, args).await,
        Command::Describe(_)
        | Command::Check(_)
        | Command::Deidentify(_)
        | Command::Completions { .. }
        | Command::Man { .. }
        | Command::Config(_)
        | Command::Keys(_) => {
            anyhow::bail!("a command that needs no node was not run without one: a mistake of this program")
        }
    }
}
