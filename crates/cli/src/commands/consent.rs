//! Grants and requests.

use anyhow::Result;
use medshare_client::{
    access,
    chain::{At, calls},
};
use medshare_types::{Moment, Purpose, RequestId};
use serde_json::{Value, json};

use crate::{
    args::{Answer, Grant, PurposeArgs, Request, Revoke, Who},
    context::Context,
    output::{Output, time},
    values::Span,
};

/// The purpose that the arguments say.
pub fn purpose(args: PurposeArgs) -> Purpose {
    Purpose {
        r#use: args.r#use,
        commercial: args.commercial,
        for_profit: args.for_profit,
        ethics_approval: args.ethics_approval,
        will_publish: args.will_publish,
    }
}

/// When something ends that begins now, in chain time.
async fn expiry(context: &Context, duration: Option<Span>) -> Result<Option<Moment>> {
    Ok(match duration {
        Some(span) => Some(context.chain.time(At::Best).await?.saturating_add(span.0)),
        None => None,
    })
}

pub async fn grant(context: &Context, args: Grant) -> Result<Output> {
    let who = context.account(Some(&args.who))?;
    let version = context.version(args.record, None).await?;
    let expires = expiry(context, args.duration).await?;
    let what = (args.record, version);
    let terms = (purpose(args.purpose), expires);
    let outcome =
        access::grant(&context.chain, &context.identity()?, what, &who, terms, context.until()).await?;
    Ok(Output::new(json!({ "record": args.record, "version": version, "grantee": who, "expires": expires }))?
        .at(&outcome))
}

pub async fn revoke(context: &Context, args: Revoke) -> Result<Output> {
    let who = context.account(Some(&args.who))?;
    let version = context.version(args.record, args.version_number).await?;
    let what = (args.record, version);
    let outcome = access::revoke(&context.chain, &context.identity()?, what, &who, context.until()).await?;
    Ok(Output::new(json!({ "record": args.record, "version": version, "grantee": who }))?
        .at(&outcome)
        .line("Vaults stop serving it. A copy that was opened before is out of reach."))
}

pub async fn clear(context: &Context, args: Revoke) -> Result<Output> {
    let who = context.account(Some(&args.who))?;
    let version = context.version(args.record, args.version_number).await?;
    let call = calls::clear_grant(args.record, version, who.clone());
    let outcome = context.send(&context.identity()?, call).await?;
    Ok(Output::new(json!({ "record": args.record, "version": version, "grantee": who }))?
        .at(&outcome)
        .line("The grant is removed. Whoever paid for it has the deposit back."))
}

pub async fn request(context: &Context, args: Request) -> Result<Output> {
    let version = context.version(args.record, None).await?;
    let what = (args.record, version);
    let (request, outcome) =
        access::request(&context.chain, &context.identity()?, what, purpose(args.purpose), context.until())
            .await?;
    Ok(Output::new(json!({ "request": request, "record": args.record, "version": version }))?
        .at(&outcome)
        .line(format!("request {request} waits for the owner")))
}

pub async fn requests(context: &Context, args: Who) -> Result<Output> {
    let owner = context.account(args.who.as_deref())?;
    let requests = context.chain.all_requests_of(&owner, At::Best).await?;
    let shown: Vec<Value> = requests
        .iter()
        .map(|(id, request)| {
            json!({
                "request": id,
                "record": request.record,
                "version": request.version,
                "requester": request.requester,
                "purpose": request.purpose,
                "at": request.at,
            })
        })
        .collect();
    let lines = requests.iter().map(|(id, request)| {
        format!(
            "request {id}: {} asks for record {} version {} since {}: {:?}",
            request.requester,
            request.record,
            request.version,
            time(request.at),
            request.purpose.r#use
        )
    });
    let output = Output::new(json!({ "owner": owner, "requests": shown }))?;
    Ok(lines.fold(output, Output::line).line(format!("{} requests", requests.len())))
}

pub async fn answer(context: &Context, args: Answer) -> Result<Output> {
    let expires = expiry(context, args.duration).await?;
    let outcome =
        access::answer(&context.chain, &context.identity()?, args.request, expires, context.until()).await?;
    Ok(Output::new(json!({ "request": args.request, "expires": expires }))?.at(&outcome))
}

pub async fn deny(context: &Context, request: RequestId) -> Result<Output> {
    let outcome = access::deny(&context.chain, &context.identity()?, request, context.until()).await?;
    Ok(Output::new(json!({ "request": request }))?.at(&outcome))
}
