//! What hospitals decide together.

use anyhow::Result;
use medshare_client::{
    chain::At,
    council::{self, End, Motion, Proposed, Terms, Which},
};
use medshare_types::{AccountId, Hash, council::Share};
use serde_json::{Map, Value, json};

use super::proposal;
use crate::{
    args::{Council, Proposal, ProposalArgs, Propose},
    context::Context,
    output::Output,
};

pub async fn run(context: &Context, args: Council) -> Result<Output> {
    match args {
        Council::Members => members(context).await,
        Council::Motions => motions(context).await,
        Council::Propose(args) => propose(context, args).await,
        Council::Vote { motion, yes, no: _ } => vote(context, motion, yes).await,
        Council::Close { motion } => close(context, motion).await,
        Council::Enact { call } => enact(context, call).await,
    }
}

async fn members(context: &Context) -> Result<Output> {
    let hospitals = council::hospitals(&context.chain, At::Best).await?;
    let count = u32::try_from(hospitals.len())?;
    let votes: Map<String, Value> =
        Share::ALL.iter().map(|share| (share.text().to_owned(), json!(share.of(count)))).collect();
    let needs: Vec<String> =
        Share::ALL.iter().map(|share| format!("{} is {}", share.text(), share.of(count))).collect();
    let output = Output::new(json!({ "hospitals": hospitals, "votes": votes }))?;
    Ok(hospitals
        .iter()
        .fold(output, |output, who| output.line(who.to_string()))
        .line(format!("{count} hospitals; of their votes, {}", needs.join(", "))))
}

async fn motions(context: &Context) -> Result<Output> {
    let motions = council::motions(&context.chain, At::Best).await?;
    let output = Output::new(json!({ "motions": motions }))?;
    let lines = motions.iter().flat_map(describe);
    Ok(lines.fold(output, Output::line).line(format!("{} open motions", motions.len())))
}

async fn propose(context: &Context, args: Propose) -> Result<Output> {
    let terms = terms(&args.terms);
    let (chain, identity, until) = (&context.chain, context.identity()?, context.until());
    if let Proposal::Root(call) = args.what {
        let call = proposal::any(call)?;
        let (noted, hash, proposed) = council::propose_root(chain, &identity, call, terms, until).await?;
        let output = proposed_output(context, &proposed, json!({ "call_hash": hash })).await?;
        let output = match noted {
            Some(_) => output.line("The call is published; a deposit is on hold for it."),
            None => output.line("The call was published already."),
        };
        return Ok(output.line(format!("Once it is carried: medshare council enact {hash:?}")));
    }
    let call = proposal::call(context, args.what).await?;
    let proposed = council::propose(chain, &identity, call, terms, until).await?;
    proposed_output(context, &proposed, json!({})).await
}

/// How a proposal is made.
pub fn terms(args: &ProposalArgs) -> Terms {
    Terms { threshold: args.votes, only_propose: args.no_vote }
}

/// What came of a proposal, beside what else there is to say.
pub async fn proposed_output(context: &Context, proposed: &Proposed, more: Value) -> Result<Output> {
    let Proposed { index, hash, threshold, hospitals, outcome, vote } = proposed;
    let mut all = json!({
        "motion": index, "proposal": hash, "threshold": threshold, "hospitals": hospitals,
        "carried": index.is_none(), "voted": vote.is_some(),
    });
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    let output = Output::new(all)?.at(outcome);
    let Some(index) = index else { return Ok(output.line("One vote is enough: it is carried out.")) };
    // What the hospitals see, and not what was meant.
    let found = council::motion(&context.chain, Which::Hash(*hash), At::Block(outcome.block.hash)).await?;
    let output = describe(&found).into_iter().fold(output, Output::line);
    let output = match vote {
        Some(vote) => output.line(format!("Voted for it in block {}.", vote.block.number)),
        None => output.line("Nobody has voted for it yet."),
    };
    Ok(output.line(format!("The others: medshare council vote {index} --yes")))
}

async fn vote(context: &Context, which: Which, approve: bool) -> Result<Output> {
    let motion = council::motion(&context.chain, which, At::Best).await?;
    show(&motion);
    let identity = context.identity()?;
    let outcome = council::vote(&context.chain, &identity, &motion, approve, context.until()).await?;
    let tally = |name: &str| outcome.field::<u32>("Council", "Voted", name);
    let (ayes, nays) = (tally("yes")?, tally("no")?);
    let output = Output::new(json!({
        "motion": motion.index, "proposal": motion.hash, "call": motion.call.call, "arguments": motion.call.arguments,
        "vote": if approve { "yes" } else { "no" }, "threshold": motion.threshold, "yes": ayes, "no": nays,
    }))?
    .at(&outcome)
    .line(format!("{ayes} for it, {nays} against it, {} needed", motion.threshold));
    Ok(if ayes >= motion.threshold {
        output.line(format!("It can be carried out: medshare council close {}", motion.index))
    } else {
        output
    })
}

async fn close(context: &Context, which: Which) -> Result<Output> {
    let motion = council::motion(&context.chain, which, At::Best).await?;
    show(&motion);
    let identity = context.identity()?;
    let (end, outcome) = council::close(&context.chain, &identity, &motion, context.until()).await?;
    Ok(Output::new(json!({
        "motion": motion.index, "proposal": motion.hash, "call": motion.call.call, "arguments": motion.call.arguments,
        "end": end,
    }))?
    .at(&outcome)
    .line(match end {
        End::Carried => format!("{} is carried out.", motion.call.call),
        End::Rejected => "It is rejected: too few hospitals agreed.".to_owned(),
    }))
}

/// Runs a call as root that the hospitals let.
pub async fn enact(context: &Context, call: Option<Hash>) -> Result<Output> {
    let identity = context.identity()?;
    let (hash, outcome) = council::enact(&context.chain, &identity, call, context.until()).await?;
    Ok(Output::new(json!({ "call_hash": hash }))?.at(&outcome).line(format!("Call {hash:?} has run.")))
}

/// Says what a motion would do before anything about it is sent.
#[allow(clippy::print_stderr)]
fn show(motion: &Motion) {
    describe(motion).iter().for_each(|line| eprintln!("{line}"));
}

/// A motion in lines for people.
fn describe(motion: &Motion) -> Vec<String> {
    let Motion { index, hash, call, threshold, ayes, nays, end, .. } = motion;
    let mut lines = vec![format!("motion {index}: {}", call.call)];
    lines.extend(call.arguments.iter().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("    {name}: {value}")
    }));
    let who = |accounts: &[AccountId]| match accounts {
        [] => "nobody".to_owned(),
        accounts => accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    lines.push(format!("    for it: {}", who(ayes)));
    lines.push(format!("    against it: {}", who(nays)));
    lines.push(format!("    needs {threshold} votes, has {}; open until block {end}; {hash:?}", ayes.len()));
    lines
}
