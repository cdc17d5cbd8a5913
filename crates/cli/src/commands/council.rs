//! What hospitals decide together.

use anyhow::Result;
use medshare_client::{
    chain::{At, DecodedCall},
    council::{self, End, Motion, Proposed, Reclaimed, Terms, Which},
    upgrade,
};
use medshare_types::{AccountId, Hash, council::Share};
use serde_json::{Map, Value, json};

use super::proposal;
use crate::{
    args::{Council, Proposal, ProposalArgs, Propose},
    context::Context,
    output::Output,
    values::Amount,
};

pub async fn run(context: &Context, args: Council) -> Result<Output> {
    match args {
        Council::Members => members(context).await,
        Council::Motions => motions(context).await,
        Council::Propose(args) => propose(context, args).await,
        Council::Vote { motion, yes, no: _ } => vote(context, motion, yes).await,
        Council::Close { motion } => close(context, motion).await,
        Council::Enact { call } => enact(context, call).await,
        Council::Reclaim { call } => reclaim(context, call).await,
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
    let mut output = Output::new(json!({ "motions": motions }))?;
    for motion in &motions {
        output = describe(context, motion).await?.into_iter().fold(output, Output::line);
    }
    Ok(output.line(format!("{} open motions", motions.len())))
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
    let block = vote.as_ref().unwrap_or(outcome).block;
    let found = council::motion(&context.chain, Which::Hash(*hash), At::Block(block.hash)).await?;
    let output = describe(context, &found).await?.into_iter().fold(output, Output::line);
    let output = match vote {
        Some(vote) => output.line(format!("Voted for it in block {}.", vote.block.number)),
        None => output.line("Nobody has voted for it yet."),
    };
    Ok(output.line(format!("The others: medshare council vote {index} --yes")))
}

async fn vote(context: &Context, which: Which, approve: bool) -> Result<Output> {
    let motion = council::motion(&context.chain, which, At::Best).await?;
    show(context, &motion).await?;
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
    show(context, &motion).await?;
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
    Ok(Output::new(json!({ "call_hash": hash }))?
        .at(&outcome)
        .line(format!("Call {hash:?} has run."))
        .line(format!("Who published it gets the deposit back: medshare council reclaim {hash:?}")))
}

/// Takes back the deposits for published calls.
async fn reclaim(context: &Context, call: Option<Hash>) -> Result<Output> {
    let identity = context.identity()?;
    let reclaimed = council::reclaim(&context.chain, &identity, call, context.until()).await?;
    let list: Vec<_> = reclaimed
        .iter()
        .map(|Reclaimed { hash, deposit, .. }| json!({ "call_hash": hash, "deposit": deposit.to_string() }))
        .collect();
    let output = Output::new(json!({ "reclaimed": list }))?;
    let output = reclaimed.iter().fold(output, |output, Reclaimed { hash, deposit, outcome }| {
        output
            .at(outcome)
            .line(format!("{} are free again that were on hold for call {hash:?}", Amount(*deposit)))
    });
    Ok(output.line(format!("{} deposits came back", reclaimed.len())))
}

/// Says what a motion would do before anything about it is sent.
#[allow(clippy::print_stderr)]
async fn show(context: &Context, motion: &Motion) -> Result<()> {
    describe(context, motion).await?.iter().for_each(|line| eprintln!("{line}"));
    Ok(())
}

/// A motion in lines for people. Where it lets a call run as root, of which it only has the hash, with that call.
async fn describe(context: &Context, motion: &Motion) -> Result<Vec<String>> {
    let Motion { index, hash, call, threshold, ayes, nays, end, .. } = motion;
    let mut lines = call_lines(call);
    if call.call == "Whitelist.whitelist_call" {
        let pending = upgrade::pending(&context.chain).await?;
        let about = pending.iter().find(|pending| pending.call.motion == Some(*index));
        let what = about.map(|call| super::upgrade::describe(&call.meaning, call.passed)).unwrap_or_default();
        lines.extend(what.iter().map(|line| format!("    as root: {line}")));
    }
    if let Some(first) = lines.first_mut() {
        *first = format!("motion {index}: {first}");
    }
    let who = |accounts: &[AccountId]| match accounts {
        [] => "nobody".to_owned(),
        accounts => accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    lines.push(format!("    for it: {}", who(ayes)));
    lines.push(format!("    against it: {}", who(nays)));
    lines.push(format!("    needs {threshold} votes, has {}; open until block {end}; {hash:?}", ayes.len()));
    Ok(lines)
}

/// A call in lines for people: its name, and each argument.
pub fn call_lines(decoded: &DecodedCall) -> Vec<String> {
    let DecodedCall { call, arguments } = decoded;
    let mut lines = vec![call.clone()];
    lines.extend(arguments.iter().map(|(name, value)| {
        let amount = (name == "amount").then(|| amount(value)).flatten();
        let amount = amount.map(|amount| format!(" ({amount})")).unwrap_or_default();
        format!("    {name}: {}{amount}", readable(value))
    }));
    lines
}

fn amount(value: &Value) -> Option<Amount> {
    Some(Amount(value.as_str()?.parse().ok()?))
}

/// A value for people: bytes that are text, such as the name of a call, as that text.
fn readable(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let bytes = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
            let words = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|words| {
                !words.is_empty() && words.chars().all(|letter| letter.is_ascii_graphic() || letter == ' ')
            });
            words.map_or_else(|| text.clone(), |words| format!("\"{words}\""))
        }
        Value::Array(values) => {
            format!("[{}]", values.iter().map(readable).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", readable(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_voted_on_reads_well() {
        let arguments = json!({
            "amount": "2500000000000",
            "full_name": ["0x5265636f726473", "0x7265676973746572"],
            "key_value": { "Audits": { "KeyWindow": [[], 5] } },
            "reference": "0x0102",
            "who": null,
        });
        let Value::Object(arguments) = arguments else { unreachable!("it is an object") };
        let call = DecodedCall { call: "Some.call".into(), arguments };
        assert_eq!(
            call_lines(&call),
            [
                "Some.call",
                "    amount: 2500000000000 (2.5 MDS)",
                "    full_name: [\"Records\", \"register\"]",
                "    key_value: { Audits: { KeyWindow: [[], 5] } }",
                "    reference: 0x0102",
                "    who: null",
            ]
        );
    }
}
