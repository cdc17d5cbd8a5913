//! The steps of a sale that take several people.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{Cli, Stack};

/// The development accounts; all are members in every role.
pub const ACCOUNTS: [&str; 8] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie", "One", "Two"];

/// Who sits on the panel of a record's review, once all seats are drawn and have their keys.
///
/// # Errors
/// If that does not happen within a minute.
pub async fn panel(stack: &Stack, record: &str) -> Result<Vec<String>> {
    seated(stack, |review| number(&review["subject"]["Record"]["record"], record)).await
}

/// Who sits on the panel of a claim, once all have their keys.
///
/// # Errors
/// If that does not happen within a minute.
pub async fn claim_panel(stack: &Stack, order: &str) -> Result<Vec<String>> {
    seated(stack, |review| number(&review["subject"]["Claim"]["order"], order)).await
}

fn number(value: &Value, text: &str) -> bool {
    value.as_u64().is_some_and(|number| text.parse() == Ok(number))
}

async fn seated(stack: &Stack, is_it: impl Fn(&Value) -> bool) -> Result<Vec<String>> {
    for _ in 0..60 {
        let mut panel = Vec::new();
        for account in ACCOUNTS {
            let queue = stack.cli(account).run(&["audit", "queue"]).await?;
            let reviews = queue["reviews"].as_array().cloned().unwrap_or_default();
            if reviews.iter().any(|review| is_it(review) && review["key_delivered"] == Value::Bool(true)) {
                panel.push(account.to_owned());
            }
        }
        if panel.len() >= 3 {
            return Ok(panel);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    bail!("no complete panel with keys within a minute; does the holder's agent run?")
}

/// Has the panel check and approve a record until the chain says that it is decided; gives the votes.
///
/// # Errors
/// If a check fails, a vote is refused, or the panel does not come to a decision.
pub async fn approve(stack: &Stack, record: &str) -> Result<Vec<(String, Value)>> {
    let mut votes = Vec::new();
    for auditor in panel(stack, record).await? {
        let cli = stack.cli(&auditor);
        let check = cli.run(&["audit", "check", record]).await?;
        if check["verdict"] != "Approve" {
            bail!("{auditor}'s checks of record {record} failed: {check}");
        }
        let vote = cli.patient().run(&["audit", "approve", record]).await?;
        let decided = vote["state"].get("Decided").is_some();
        votes.push((auditor, vote));
        if decided {
            return Ok(votes);
        }
    }
    bail!("the panel of record {record} did not decide: {votes:?}")
}

/// A client for somebody who may buy a record: not its owner, and none who reviewed it.
///
/// # Errors
/// If everybody is one of them.
pub fn buyer(stack: &Stack, approvers: &[(String, Value)]) -> Result<Cli> {
    let free =
        |name: &&str| *name != "Alice" && *name != "Ferdie" && approvers.iter().all(|(who, _)| who != name);
    let name = ACCOUNTS.into_iter().find(free).context("everybody reviewed the record")?;
    Ok(stack.cli(name))
}
