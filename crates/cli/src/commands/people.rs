//! Members, their credit and their money.

use anyhow::Result;
use medshare_client::{
    chain::{At, calls},
    keys::Application,
    members::{self, Authority},
};
use medshare_types::{Hash, KeyProof, Point, Role, Roles, Scalar};
use serde_json::json;

use crate::{
    args::{Admission, Member, Who},
    context::Context,
    failure::Failure,
    output::{Output, time},
    values::Amount,
};

pub async fn credit(context: &Context, args: Who) -> Result<Output> {
    let who = context.account(args.who.as_deref())?;
    let credit = context.chain.credit(&who, At::Best).await?;
    // Thousandths of a point, which a script may well round and a person need not see.
    let (sign, whole, part) = (
        if credit.score < 0 { "-" } else { "" },
        credit.score.unsigned_abs() / 1_000,
        credit.score.unsigned_abs() % 1_000,
    );
    Ok(Output::new(json!({
        "account": who,
        "score": credit.score,
        "tier": credit.tier,
        "benefits": credit.benefits,
    }))?
    .line(format!("{who}: {sign}{whole}.{part:03} points, tier {:?}", credit.tier))
    .line(format!(
        "up to {} versions under review and {} open orders; {} % off the fee; buyers may claim for {} hours",
        credit.benefits.max_pending,
        credit.benefits.max_open_orders,
        credit.benefits.fee_discount.deconstruct() / 10_000,
        credit.benefits.claim_window / 3_600_000,
    )))
}

pub async fn quota(context: &Context, args: Who) -> Result<Output> {
    let who = context.account(args.who.as_deref())?;
    let allowance = context.chain.allowance(&who, At::Best).await?;
    // In picoseconds of the chain's work.
    let millis = |units: u64| units / 1_000_000_000;
    let line = match allowance.whole_at {
        Some(at) => format!(
            "{} of {} ms of the chain's work are left without a fee; whole again at {}",
            millis(allowance.left),
            millis(allowance.quota),
            time(at)
        ),
        None => "every transaction costs a fee".to_owned(),
    };
    Ok(Output::new(json!({
        "account": who,
        "quota": allowance.quota,
        "left": allowance.left,
        "whole_at": allowance.whole_at,
    }))?
    .line(line))
}

pub async fn balance(context: &Context, args: Who) -> Result<Output> {
    let who = context.account(args.who.as_deref())?;
    let funds = context.chain.funds(&who, At::Best).await?;
    let total = funds.free.saturating_add(funds.held);
    Ok(Output::new(json!({
        "account": who,
        "free": funds.free.to_string(),
        "held": funds.held.to_string(),
        "total": total.to_string(),
    }))?
    .line(format!("{} to spend, {} on hold", Amount(funds.free), Amount(funds.held))))
}

pub async fn member(context: &Context, args: Member) -> Result<Output> {
    let authority = |council: bool| if council { Authority::Council } else { Authority::Own };
    match args {
        Member::Show(args) => {
            let who = context.account(args.who.as_deref())?;
            let member = context.chain.known_member(&who, At::Best).await?;
            Output::new(json!({ "account": who, "member": member }))
        }
        Member::Admit { admission, council } => {
            let application = application(context, &admission)?;
            let what = (role_set(admission.roles), admission.identity);
            let how = (authority(council), context.until());
            let outcome =
                members::admit(&context.chain, &context.identity()?, &application, what, how).await?;
            Ok(Output::new(json!({ "account": application.account }))?.at(&outcome))
        }
        Member::SetRoles { who, roles, council } => {
            let account = context.account(Some(&who))?;
            let call = authority(council).over(calls::set_roles(account.clone(), role_set(roles)));
            let outcome = context.send(&context.identity()?, call).await?;
            Ok(Output::new(json!({ "account": account }))?.at(&outcome))
        }
        Member::Leave => {
            let identity = context.identity()?;
            let outcome = context.send(&identity, calls::leave()).await?;
            Ok(Output::new(json!({ "account": identity.account() }))?.at(&outcome))
        }
        Member::Suspend { who, council } => {
            let account = context.account(Some(&who))?;
            let how = (authority(council), context.until());
            let outcome = members::suspend(&context.chain, &context.identity()?, &account, how).await?;
            Ok(Output::new(json!({ "account": account }))?.at(&outcome))
        }
        Member::Reinstate { who, council } => {
            let account = context.account(Some(&who))?;
            let how = (authority(council), context.until());
            let outcome = members::reinstate(&context.chain, &context.identity()?, &account, how).await?;
            Ok(Output::new(json!({ "account": account }))?.at(&outcome))
        }
        Member::Expel { who, council } => {
            let account = context.account(Some(&who))?;
            let how = (authority(council), context.until());
            let outcome = members::expel(&context.chain, &context.identity()?, &account, how).await?;
            Ok(Output::new(json!({ "account": account }))?.at(&outcome))
        }
    }
}

/// Who is to be admitted, with the proof of its key.
pub fn application(context: &Context, admission: &Admission) -> Result<Application> {
    Ok(Application {
        account: context.account(Some(&admission.who))?,
        key: Point(admission.key),
        proof: parse_proof(&admission.proof)?,
    })
}

/// Roles as a set.
pub fn role_set(roles: Vec<Role>) -> Roles {
    let mut set = Roles::default();
    for role in roles {
        // As many fit as there are.
        let _ = set.try_insert(role);
    }
    set
}

/// A proof of possession as `medshare keys show` prints it: challenge and response, 64 bytes in hex.
fn parse_proof(text: &str) -> Result<KeyProof> {
    let bytes = hex::decode(text.trim_start_matches("0x")).map_err(|error| {
        Failure::usage(
            format!("the proof of possession is not in hex: {error}"),
            "copy it from `medshare keys show`",
        )
    })?;
    let (Some(challenge), Some(response), 64) = (bytes.get(..32), bytes.get(32..), bytes.len()) else {
        let failure = Failure::usage(
            format!("the proof of possession has {} bytes instead of 64", bytes.len()),
            "copy it from `medshare keys show`",
        );
        return Err(failure.into());
    };
    Ok(KeyProof {
        challenge: Scalar(Hash::from_slice(challenge)),
        response: Scalar(Hash::from_slice(response)),
    })
}

/// The form that [`parse_proof`] reads.
pub fn show_proof(proof: &KeyProof) -> String {
    format!("0x{}{}", hex::encode(proof.challenge.0), hex::encode(proof.response.0))
}
