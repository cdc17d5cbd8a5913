//! What can be proposed, as the call that the hospitals decide about.

use anyhow::{Context as _, Result};
use medshare_client::{
    chain::{
        At, Call,
        calls::{self, council, peers, settlement, validators},
    },
    council::motion,
    keys, members, peers as nodes,
};
use medshare_types::{Benefits, Permill};
use serde_json::{Map, Value as Json, json};

use super::people::{application, role_set};
use crate::{
    args::{
        NamedCall, Proposal, ProposeCredit, ProposeMember, ProposePeer, ProposeSettlement, ProposeValidator,
    },
    context::Context,
    values::{NamedArg, Parts, Score, Span, Work},
};

/// The call of a proposal; of one to run a call as root, that call.
pub async fn call(context: &Context, what: Proposal) -> Result<Call> {
    let account = |who: &str| context.account(Some(who));
    Ok(match what {
        Proposal::Member(what) => match what {
            ProposeMember::Admit(admission) => {
                let application = application(context, &admission)?;
                let roles = role_set(admission.roles);
                members::admission(&context.chain, &application, roles, admission.identity)?
            }
            ProposeMember::SetRoles { who, roles } => calls::set_roles(account(&who)?, role_set(roles)),
            ProposeMember::Suspend { who } => calls::suspend(account(&who)?),
            ProposeMember::Reinstate { who } => calls::reinstate(account(&who)?),
            ProposeMember::Expel { who } => calls::expel(account(&who)?),
        },
        Proposal::Validator(what) => match what {
            ProposeValidator::Admit { who } => validators::admit(account(&who)?),
            ProposeValidator::Decline { who } => validators::decline(account(&who)?),
            ProposeValidator::Remove { who } => validators::remove(account(&who)?),
            ProposeValidator::Reinstate { who } => validators::reinstate(account(&who)?),
        },
        Proposal::Peer(what) => match what {
            ProposePeer::Authorise { nodes } => {
                let nodes: Result<Vec<_>> = nodes.iter().map(|node| node_of(context, node)).collect();
                peers::authorise(nodes?)
            }
            ProposePeer::Remove { nodes } => peers::remove(nodes),
        },
        Proposal::Parameter { name, value } => {
            // The pallet takes a parameter's name and its value, which may be none, together.
            let key_value = json!({ name.pallet: { name.name: [null, value] } });
            named("Parameters", "set_parameter", [("key_value", key_value)])
        }
        Proposal::Quota { role, tier, work: Work(quota) } => council::set_quota(role, tier, quota),
        Proposal::Credit(what) => credit(what),
        Proposal::Settlement(what) => match what {
            ProposeSettlement::Issue { who, amount, reference } => {
                settlement::issue(account(&who)?, amount.0, reference)
            }
            ProposeSettlement::Confirm { redemption, reference } => {
                settlement::confirm(redemption, reference)
            }
            ProposeSettlement::Decline { redemption } => settlement::decline(redemption),
        },
        Proposal::Pause { call } => council::pause(&call.pallet, &call.name),
        Proposal::Unpause { call } => council::unpause(&call.pallet, &call.name),
        Proposal::Root(call) | Proposal::Call(call) => any(call)?,
        Proposal::Whitelist { call } => council::whitelist(call),
        Proposal::Schedule { at, call } => council::schedule(at, any(call)?),
        Proposal::CancelScheduled { block, index } => council::cancel_scheduled(block, index),
        Proposal::KeepPreimage { hash } => council::request_preimage(hash),
        Proposal::EndMotion { motion: which, kill } => {
            let hash = motion(&context.chain, which, At::Best).await?.hash;
            if kill { council::kill(hash) } else { council::disapprove(hash) }
        }
    })
}

fn credit(what: ProposeCredit) -> Call {
    match what {
        ProposeCredit::HalfLife { time: Span(millis) } => calls::set_half_life(millis),
        ProposeCredit::Points { event, points: Score(points) } => calls::set_points(event, points),
        ProposeCredit::Thresholds { restricted_below, trusted_from, exemplary_from } => {
            calls::set_thresholds(calls::Thresholds {
                restricted_below: restricted_below.0,
                trusted_from: trusted_from.0,
                exemplary_from: exemplary_from.0,
            })
        }
        ProposeCredit::Benefits {
            tier,
            max_pending,
            claim_window: Span(claim_window),
            may_audit,
            fee_discount: Parts(parts),
            max_open_orders,
        } => calls::set_benefits(
            tier,
            Benefits {
                max_pending,
                claim_window,
                may_audit,
                fee_discount: Permill::from_parts(parts),
                max_open_orders,
            },
        ),
    }
}

/// A node and who answers for it, as `PEER=ACCOUNT`.
fn node_of(context: &Context, text: &str) -> Result<(medshare_types::PeerKey, medshare_types::AccountId)> {
    let (peer, who) = text
        .split_once('=')
        .with_context(|| format!("`{text}` does not say who answers for the node: write PEER=ACCOUNT"))?;
    Ok((nodes::parse(peer)?, keys::account(who, &context.chain)?))
}

/// Any call of the chain's, with its arguments by name.
pub fn any(call: NamedCall) -> Result<Call> {
    let mut args = Map::new();
    for NamedArg { name, value } in call.args {
        anyhow::ensure!(
            args.insert(name.clone(), value).is_none(),
            "the argument `{name}` is given twice\nhint: a list is one argument, such as `{name}=[1, 2]`"
        );
    }
    Ok(Call::named(call.call.pallet, call.call.name, args))
}

fn named<const N: usize>(pallet: &str, name: &str, args: [(&str, Json); N]) -> Call {
    Call::named(pallet, name, args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}
