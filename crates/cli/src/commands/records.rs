//! Records: looking at them, their history, their end.

use anyhow::Result;
use medshare_client::{
    chain::{At, calls},
    provider, trace,
};
use medshare_types::RecordId;
use serde_json::json;

use crate::{
    args::{OneVersion, Relocate, Who},
    context::Context,
    output::{Output, time},
};

pub async fn withdraw(context: &Context, record: RecordId) -> Result<Output> {
    let outcome = provider::withdraw(&context.chain, &context.identity()?, record, context.until()).await?;
    Ok(Output::new(json!({ "record": record }))?.at(&outcome).line(format!(
        "Grants go on until they end. Once none is left, `medshare erase {record}` releases the deposits."
    )))
}

pub async fn erase(context: &Context, record: RecordId) -> Result<Output> {
    let outcome = context.send(&context.identity()?, calls::erase(record)).await?;
    Ok(Output::new(json!({ "record": record }))?
        .at(&outcome)
        .line("The chain keeps nothing of it but its past blocks. Its deposits are released."))
}

pub async fn relocate(context: &Context, args: Relocate) -> Result<Output> {
    let Relocate { record, version_number, to } = args;
    let version = context.version(record, version_number).await?;
    let vaults = (&context.vaults().await?, &context.vaults_at(&to).await?);
    let how = (context.until(), &context.progress);
    let outcome =
        provider::relocate(&context.chain, &context.identity()?, vaults, (record, version), how).await?;
    Ok(Output::new(json!({ "record": record, "version": version, "vaults": to }))?
        .at(&outcome)
        .line(format!("The ciphertext is now at {}.", to.join(", "))))
}

pub async fn list(context: &Context, args: Who) -> Result<Output> {
    let owner = context.account(args.who.as_deref())?;
    let records = context.chain.all_records_of(&owner, At::Best).await?;
    let lines = records.iter().map(|(id, record)| {
        let state = if record.withdrawn { ", withdrawn" } else { "" };
        format!("record {id}: version {}{state}", record.latest)
    });
    let output = Output::new(json!({
        "owner": owner,
        "records": records.iter().map(|(id, record)| json!({ "record": id, "latest": record.latest,
            "subject": record.subject, "withdrawn": record.withdrawn })).collect::<Vec<_>>(),
    }))?;
    Ok(lines.fold(output, Output::line).line(format!("{} records", records.len())))
}

pub async fn show(context: &Context, args: OneVersion) -> Result<Output> {
    let record = context.chain.known_record(args.record, At::Best).await?;
    let number = args.version_number.unwrap_or(record.latest);
    let version = context.chain.known_version(args.record, number, At::Best).await?;
    let policy = context.chain.policy(args.record, At::Best).await?;
    Output::new(
        json!({ "id": args.record, "record": record, "number": number, "version": version, "policy": policy }),
    )
}

pub async fn receipts(context: &Context, record: RecordId) -> Result<Output> {
    let receipts = context.chain.all_receipts(record, At::Best).await?;
    let output = Output::new(json!({ "record": record, "receipts": receipts }))?;
    let lines = receipts.iter().map(|receipt| {
        let content = &receipt.content;
        format!(
            "{}  {} fetched {} bytes of version {} ({:?})",
            time(content.at),
            content.accessor,
            content.bytes,
            content.version,
            content.basis
        )
    });
    Ok(lines.fold(output, Output::line).line(format!("{} receipts", receipts.len())))
}

pub async fn trace(context: &Context, record: RecordId) -> Result<Output> {
    let events = trace::history(&context.chain, record, &context.progress).await?;
    let output = Output::new(json!({ "record": record, "events": events }))?;
    let lines = events.iter().map(|entry| {
        let by = entry.by.as_ref().map(|who| format!(" by {who}")).unwrap_or_default();
        format!(
            "#{:<6} {}  {}.{}{by}  {}",
            entry.block,
            time(entry.time),
            entry.pallet,
            entry.event,
            entry.fields
        )
    });
    Ok(lines.fold(output, Output::line).line(format!("{} events", events.len())))
}
