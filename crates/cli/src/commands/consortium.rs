//! Validators, their keys, the network's nodes, and settlement.

use anyhow::Result;
use medshare_client::{
    chain::{
        At, Call, Outcome,
        calls::{
            peers as peer_calls, settlement as settlement_calls,
            validators::{self as validator_calls, SessionKeys as Keys},
        },
    },
    peers, settlement as redemptions, validators,
};
use serde_json::{Value, json};

use crate::{
    args::{Peer, SessionKeys, Settlement, Validator},
    context::Context,
    output::{Output, time},
    values::Amount,
};

pub async fn validator(context: &Context, args: Validator) -> Result<Output> {
    let (call, next) = match args {
        Validator::List => return validator_list(context).await,
        Validator::Propose => (
            validator_calls::propose(),
            "The council decides: medshare council propose validator admit ACCOUNT",
        ),
        Validator::Retract => (validator_calls::retract(), "Its session keys are removed from the chain."),
        Validator::Leave => (
            validator_calls::leave(),
            "Keep the node running until the hospital is in no set any more: medshare validator list",
        ),
    };
    let (account, outcome) = send(context, call).await?;
    Ok(Output::new(json!({ "account": account }))?.at(&outcome).line(next))
}

async fn validator_list(context: &Context) -> Result<Output> {
    let known = validators::list(&context.chain, At::Best).await?;
    let lines = known.validators.iter().map(|validator| {
        let now = match (validator.serving, validator.planned) {
            (true, true) => "in this session and the next",
            (true, false) => "in this session, not in the next",
            (false, true) => "in the next session",
            (false, false) => "in neither this session nor the next",
        };
        let state = match &validator.state {
            Value::String(state) => state.to_lowercase(),
            Value::Object(state) => state.keys().next().cloned().unwrap_or_default().to_lowercase(),
            _ => "unknown".to_owned(),
        };
        let silent = match validator.silent {
            0 => String::new(),
            sessions => format!(", silent for {sessions} sessions"),
        };
        format!("{}  {state}, {now}{silent}", validator.who)
    });
    let proposed = known.proposed.iter().map(|(who, since)| format!("{who}  proposed at {}", time(*since)));
    let output = Output::new(json!(known))?;
    Ok(lines.chain(proposed).fold(output, Output::line).line(format!(
        "{} validators, {} proposed, session {}",
        known.validators.len(),
        known.proposed.len(),
        known.session
    )))
}

pub async fn session_keys(context: &Context, args: SessionKeys) -> Result<Output> {
    let shown = |keys: Keys| json!({ "aura": format!("0x{}", hex::encode(keys.aura)), "grandpa": format!("0x{}", hex::encode(keys.grandpa)) });
    match args {
        SessionKeys::Rotate => {
            let identity = context.identity()?;
            let (keys, outcome) = validators::rotate_keys(&context.chain, &identity, context.until()).await?;
            Ok(Output::new(json!({ "account": identity.account(), "keys": shown(keys) }))?
                .at(&outcome)
                .line(format!("aura    0x{}", hex::encode(keys.aura)))
                .line(format!("grandpa 0x{}", hex::encode(keys.grandpa)))
                .line("They are in use from the second session change on; the node needs the old ones until then."))
        }
        SessionKeys::Show { who } => {
            let who = context.account(who.as_deref())?;
            let keys = validators::keys(&context.chain, &who, At::Best).await?;
            let line = |name: &str, keys: Option<Keys>| match keys {
                Some(keys) => {
                    format!(
                        "{name}: aura 0x{}, grandpa 0x{}",
                        hex::encode(keys.aura),
                        hex::encode(keys.grandpa)
                    )
                }
                None => format!("{name}: none"),
            };
            let authoring = keys.authoring.map(|key| format!("0x{}", hex::encode(key)));
            Ok(Output::new(json!({
                "account": who, "registered": keys.registered.map(shown), "next": keys.next.map(shown),
                "authoring": authoring, "at_node": keys.at_node,
            }))?
            .line(line("registered", keys.registered))
            .line(line("in the next session", keys.next))
            .line(format!("authors now with: {}", authoring.unwrap_or_else(|| "none".into())))
            .line(match keys.at_node {
                Some(true) => "The node has the secrets of what is registered.",
                Some(false) => "The node does not have the secrets of what is registered.",
                None => "The node does not say whether it has the secrets of what is registered.",
            }))
        }
    }
}

pub async fn peer(context: &Context, args: Peer) -> Result<Output> {
    let (call, peer) = match args {
        Peer::List => {
            let list = peers::list(&context.chain, At::Best).await?;
            let output = Output::new(json!({ "peers": list }))?;
            let lines = list.iter().map(|peer| format!("{}  {}", peer.peer, peer.who));
            return Ok(lines.fold(output, Output::line).line(format!("{} nodes", list.len())));
        }
        Peer::Add { peer } => (peer_calls::add(peer), peer),
        Peer::Replace { old, new } => (peer_calls::replace(old, new), new),
        Peer::Retire { peer } => (peer_calls::retire(peer), peer),
    };
    let (account, outcome) = send(context, call).await?;
    Ok(Output::new(json!({ "account": account, "peer": peers::show(&peer) }))?.at(&outcome))
}

pub async fn settlement(context: &Context, args: Settlement) -> Result<Output> {
    match args {
        Settlement::List => {
            let list = redemptions::redemptions(&context.chain, At::Best).await?;
            let output = Output::new(json!({ "redemptions": list }))?;
            let lines = list.iter().map(|entry| {
                let who = entry.who.to_string();
                format!(
                    "redemption {}: {} for {who}, since {}",
                    entry.redemption,
                    Amount(entry.amount),
                    time(entry.since)
                )
            });
            Ok(lines.fold(output, Output::line).line(format!("{} redemptions", list.len())))
        }
        Settlement::Redeem { amount } => {
            let (account, outcome) = send(context, settlement_calls::redeem(amount.0)).await?;
            let redemption: u64 = outcome.field("Settlement", "RedemptionRequested", "redemption")?;
            Ok(Output::new(json!({
                "account": account, "redemption": redemption, "amount": amount.0.to_string(),
            }))?
            .at(&outcome)
            .line(format!("redemption {redemption}: {amount} are on hold until the council decides")))
        }
        Settlement::Cancel { redemption } => {
            let (account, outcome) = send(context, settlement_calls::cancel(redemption)).await?;
            Ok(Output::new(json!({ "account": account, "redemption": redemption }))?.at(&outcome))
        }
    }
}

async fn send(context: &Context, call: Call) -> Result<(medshare_types::AccountId, Outcome)> {
    let identity = context.identity()?;
    let outcome = context.send(&identity, call).await?;
    Ok((identity.account().clone(), outcome))
}
