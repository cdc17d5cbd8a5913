//! Listings, orders, claims.

use std::time::Duration;

use anyhow::{Context as _, Result};
use medshare_client::{
    Error, agent,
    buyer::{self, Filter},
    chain::{At, Outcome, calls},
    progress::Stage,
    trace,
};
use medshare_types::{AccountId, Order, OrderId, OrderState, RecordId, Terms};
use serde_json::{Value, json};

use super::{consent::purpose, files::digest};
use crate::{
    args::{Buy, List, Reprice, Search, Who},
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{Output, time},
    values::Amount,
};

/// How long to wait for a block to become final.
const FINALITY: Duration = Duration::from_secs(60);

/// How long to wait for the panel of a claim.
const PANEL: Duration = Duration::from_secs(120);

pub async fn list(context: &Context, args: List) -> Result<Output> {
    let version = context.version(args.record, None).await?;
    let licence = match &args.licence {
        Some(path) => Some(digest(path)?.parse()?),
        None => None,
    };
    let terms = Terms { licence, duration: args.duration.map(|span| span.0) };
    let call = calls::list(args.record, version, args.price.0, terms);
    let outcome = context.send(&context.identity()?, call).await?;
    Ok(Output::new(json!({ "record": args.record, "version": version, "price": args.price.0.to_string() }))?
        .at(&outcome)
        .line(format!("record {} version {version} is on sale for {}", args.record, args.price)))
}

pub async fn reprice(context: &Context, args: Reprice) -> Result<Output> {
    let outcome = context.send(&context.identity()?, calls::reprice(args.record, args.price.0)).await?;
    Ok(Output::new(json!({ "record": args.record, "price": args.price.0.to_string() }))?.at(&outcome))
}

pub async fn delist(context: &Context, record: RecordId) -> Result<Output> {
    let outcome = context.send(&context.identity()?, calls::delist(record)).await?;
    Ok(Output::new(json!({ "record": record }))?.at(&outcome))
}

pub async fn search(context: &Context, args: Search) -> Result<Output> {
    let filter = Filter {
        kind: args.kind,
        modality: args.modality,
        code: args.code,
        max_price: args.max_price.map(|price| price.0),
        ..Filter::default()
    };
    let mut offers = buyer::search(&context.chain, &filter).await?;
    offers.truncate(args.limit);
    let listings: Vec<Value> = offers
        .iter()
        .map(|offer| {
            json!({
                "record": offer.record,
                "version": offer.listing.version,
                "seller": offer.listing.seller,
                "price": offer.listing.price.to_string(),
                "terms": offer.listing.terms,
                "policy": offer.policy,
                "descriptor": offer.version.content.descriptor,
            })
        })
        .collect();
    let lines = offers.iter().map(|offer| {
        let descriptor = &offer.version.content.descriptor;
        format!(
            "record {:<6} {:>14}  {:?} {} {} bytes, {} codes, {} % complete; {:?}",
            offer.record,
            Amount(offer.listing.price).to_string(),
            descriptor.kind,
            descriptor.modality.as_ref().map(ToString::to_string).unwrap_or_default(),
            descriptor.plaintext_size,
            descriptor.codes.len(),
            descriptor.completeness,
            offer.policy.permission,
        )
    });
    let output = Output::new(json!({ "listings": listings }))?;
    Ok(lines.fold(output, Output::line).line(format!("{} on sale", offers.len())))
}

pub async fn buy(context: &Context, args: Buy) -> Result<Output> {
    let identity = context.identity()?;
    let offer = buyer::offer(&context.chain, args.record, At::Best).await?;
    let price = offer.listing.price;
    if args.max_price.is_some_and(|most| price > most.0) {
        let failure = Failure::new(
            Exit::Refused,
            format!("record {} costs {}", args.record, Amount(price)),
            "raise --max-price, or wait for a better price",
        );
        return Err(failure.into());
    }
    let purpose = purpose(args.purpose);
    if !offer.policy.permits(&purpose) {
        return Err(Error::PurposeNotPermitted { record: args.record }.into());
    }
    if !args.no_preview {
        let vaults = context.vaults().await?;
        buyer::preview(&context.chain, &identity, &vaults, &offer, FINALITY).await?;
        if args.verify {
            let verified = buyer::verify(&identity, &vaults, &offer, &context.progress).await;
            verified.with_context(|| format!("record {} is not ordered", args.record))?;
        }
    }
    let (order, outcome) = buyer::order(&context.chain, &identity, &offer, purpose, context.until()).await?;
    let delivered = match args.wait {
        Some(seconds) => delivery(context, args.record, order, Duration::from_secs(seconds)).await?,
        None => Value::Null,
    };
    let state = context.chain.known_order(order, At::Best).await?.state;
    let output = Output::new(json!({
        "order": order,
        "record": args.record,
        "price": price.to_string(),
        "state": state,
        "delivered": delivered,
        "verified": args.verify.then_some(true),
    }))?
    .at(&outcome)
    .line(format!("order {order}: {} on hold until the key is delivered", Amount(price)));
    let output = match args.verify {
        true => output
            .line(format!("The vault has all {} bytes of it, as registered.", offer.version.content.size)),
        false => output,
    };
    Ok(match delivered.is_null() {
        false => output
            .line(format!("The key was delivered and checked; open it with: medshare open {}", args.record)),
        true => output,
    })
}

/// Where and when an order was delivered, once that is final, so that vaults serve the buyer.
async fn delivery(context: &Context, record: RecordId, order: OrderId, patience: Duration) -> Result<Value> {
    context.progress.begin(Stage::Waiting, None);
    let state = buyer::await_delivery(&context.chain, order, At::Finalized, patience).await?.state;
    context.progress.end();
    if !matches!(state, OrderState::Delivered { .. }) {
        let failure = Failure::new(
            Exit::Refused,
            format!("order {order} ended without delivery: {state:?}; the price is no longer on hold"),
            "`medshare trace` says what happened; order it again, or from somebody else",
        );
        return Err(failure.into());
    }
    let history = trace::history(&context.chain, record, &context.progress).await?;
    let delivered = history.into_iter().find(|entry| {
        entry.event == "Delivered" && entry.fields.get("order").and_then(Value::as_u64) == Some(order)
    });
    Ok(match delivered {
        Some(entry) => json!({ "block": entry.block, "time": entry.time, "hash": entry.hash }),
        None => Value::Null,
    })
}

pub async fn orders(context: &Context, args: Who) -> Result<Output> {
    let who = context.account(args.who.as_deref())?;
    let orders = context.chain.all_orders_of(&who, At::Best).await?;
    let shown: Vec<Value> = orders.iter().map(|(id, order)| order_json(*id, order)).collect();
    let lines = orders.iter().map(|(id, order)| {
        let side = if order.buyer == who { "bought" } else { "sold" };
        format!(
            "order {id}: {side} record {} version {} for {}, {:?}",
            order.record,
            order.version,
            Amount(order.price),
            order.state
        )
    });
    let output = Output::new(json!({ "account": who, "orders": shown }))?;
    Ok(lines.fold(output, Output::line).line(format!("{} orders", orders.len())))
}

pub async fn order(context: &Context, id: OrderId) -> Result<Output> {
    let order = context.chain.known_order(id, At::Best).await?;
    Output::new(json!({ "order": order_json(id, &order) }))
}

fn order_json(id: OrderId, order: &Order<AccountId>) -> Value {
    let mut json = json!(order);
    json["order"] = id.into();
    json
}

/// What an order has come to with a transaction.
async fn moved(context: &Context, id: OrderId, outcome: &Outcome) -> Result<Output> {
    let order = context.chain.known_order(id, At::Block(outcome.block.hash)).await?;
    let line = match order.state {
        OrderState::Open { cancel: Some(party) } => {
            format!("{party:?} proposed to cancel; the other one has to agree")
        }
        OrderState::Delivered { settles_at } => format!("the buyer may claim until {}", time(settles_at)),
        state => format!("the order is {state:?}"),
    };
    Ok(Output::new(json!({ "order": id, "state": order.state }))?.at(outcome).line(line))
}

pub async fn deliver(context: &Context, id: OrderId) -> Result<Output> {
    let identity = context.identity()?;
    let call = agent::deliver(&context.chain, &identity, id).await?;
    let outcome = context.send(&identity, call).await?;
    moved(context, id, &outcome).await
}

pub async fn cancel(context: &Context, id: OrderId) -> Result<Output> {
    let outcome = context.send(&context.identity()?, calls::cancel(id)).await?;
    moved(context, id, &outcome).await
}

pub async fn expire(context: &Context, id: OrderId) -> Result<Output> {
    let outcome = context.send(&context.identity()?, calls::expire(id)).await?;
    moved(context, id, &outcome).await
}

pub async fn settle(context: &Context, id: OrderId) -> Result<Output> {
    let outcome = context.send(&context.identity()?, calls::settle(id)).await?;
    moved(context, id, &outcome).await
}

pub async fn clear(context: &Context, id: OrderId) -> Result<Output> {
    let outcome = context.send(&context.identity()?, calls::clear_order(id)).await?;
    Ok(Output::new(json!({ "order": id }))?.at(&outcome).line(
        "The order is removed; its deposit is back with the buyer. `medshare trace` still tells what happened.",
    ))
}

pub async fn claim(context: &Context, id: OrderId) -> Result<Output> {
    let identity = context.identity()?;
    let outcome = buyer::claim(&context.chain, &identity, id, context.until()).await?;
    buyer::deliver_claim_keys(&context.chain, &identity, id, PANEL, context.until()).await?;
    Ok(moved(context, id, &outcome).await?.line("The panel has the key; it rules with `medshare audit`."))
}
