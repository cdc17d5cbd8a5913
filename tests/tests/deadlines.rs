//! What happens when somebody does not act in time, or says no.

use std::time::Duration;

use anyhow::Result;
use medshare_client::{At, Chain};
use medshare_tests::{Stack, council, sale};
use medshare_types::OrderId;
use serde_json::Value;

/// A whole unit of settlement credit.
const MDS: u128 = 1_000_000_000_000;
/// What an order costs its buyer until it is cleared.
const ORDER_DEPOSIT: u128 = MDS / 10;

fn amount(balance: &Value, name: &str) -> u128 {
    balance[name].as_str().and_then(|amount| amount.parse().ok()).unwrap_or_default()
}

/// Waits until a record's history tells of an event, which it does once that is final.
async fn traced(stack: &Stack, record: &str, event: &str) -> Result<()> {
    for _ in 0..60 {
        let trace = stack.cli("Alice").run(&["trace", record]).await?;
        if trace["events"].as_array().into_iter().flatten().any(|entry| entry["event"] == event) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    anyhow::bail!("the history of record {record} does not tell of {event}")
}

/// Waits until chain time is past an order's deadline.
async fn overdue(stack: &Stack, order: OrderId) -> Result<()> {
    let chain = Chain::connect(stack.node_url()).await?;
    let due = chain.known_order(order, At::Best).await?.deliver_by;
    for _ in 0..240 {
        if chain.time(At::Best).await? > due {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    anyhow::bail!("order {order} is not overdue after four minutes")
}

async fn document(stack: &Stack, content: &str) -> Result<String> {
    let path = stack.dir().join("report.txt");
    std::fs::write(&path, content)?;
    let path = path.display().to_string();
    let registered = stack.cli("Alice").run(&["register", &path, "--policy", "general-research"]).await?;
    Ok(registered["records"][0]["record"].to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_the_buyer_when_the_seller_does_not_deliver() -> Result<()> {
    let mut stack = Stack::start().await?;
    let at_first = stack.cli("Alice").run(&["balance"]).await?;
    stack.agent("Alice").await?;
    let record = document(&stack, "nothing to report").await?;
    let approvers = sale::approve(&stack, &record).await?;
    stack.cli("Alice").run(&["list", &record, "--price", "10"]).await?;

    // From here on nobody delivers for Alice.
    stack.stop_agents().await?;
    council::deliver_within(&stack, 40_000).await?;
    let bob = sale::buyer(&stack, &approvers)?;
    let before = bob.run(&["balance"]).await?;
    let bought = bob.run(&["buy", &record, "--use", "other-research"]).await?;
    let order = bought["order"].to_string();
    let during = bob.run(&["balance"]).await?;
    let held = |balance: &Value| amount(balance, "held") - amount(&before, "held");
    assert_eq!(held(&during), 10 * MDS + ORDER_DEPOSIT);

    let early = stack.cli("Dave").refused(&["expire", &order]).await?;
    assert!(early.contains("TooEarly") || early.contains("NotYet") || early.contains("deadline"), "{early}");
    overdue(&stack, order.parse()?).await?;
    let late = stack.cli("Alice").refused(&["deliver", &order]).await?;
    assert!(late.contains("late") || late.contains("Late") || late.contains("deadline"), "{late}");
    stack.cli("Dave").run(&["expire", &order]).await?;

    let shown = bob.run(&["order", &order]).await?;
    assert_eq!(shown["order"]["state"], "Expired");
    assert_eq!(held(&bob.run(&["balance"]).await?), ORDER_DEPOSIT, "the order is stored until it is cleared");
    bob.run(&["clear", &order]).await?;
    let after = bob.run(&["balance"]).await?;
    assert_eq!(held(&after), 0);
    // All but the fees of Bob's two transactions, if any was due, came back.
    assert!(amount(&before, "total") - amount(&after, "total") < MDS);
    bob.refused(&["order", &order]).await?;
    assert_eq!(bob.run(&["orders"]).await?["orders"], serde_json::json!([]));

    // Alice ends the record; what is left of it is in the blocks.
    let alice = stack.cli("Alice");
    let early = alice.refused(&["erase", &record]).await?;
    assert!(early.contains("NotWithdrawn"), "{early}");
    alice.run(&["withdraw", &record]).await?;
    alice.run(&["erase", &record]).await?;
    let left = alice.run(&["balance"]).await?;
    assert_eq!(amount(&left, "held"), amount(&at_first, "held"), "the deposits of its versions came back");
    alice.refused(&["show", &record]).await?;
    for event in ["Registered", "Approved", "Ordered", "Expired", "Cleared", "Erased"] {
        traced(&stack, &record, event).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_record_cannot_be_sold() -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let record = document(&stack, "Alice's neighbour John Doe, born 4 May 1970").await?;
    let panel = sale::panel(&stack, &record).await?;
    let mut state = Value::Null;
    for auditor in &panel[..2] {
        let cli = stack.cli(auditor);
        let opened = stack.dir().join(format!("seen-by-{auditor}"));
        cli.run(&["audit", "open", &record, "-o", &opened.display().to_string()]).await?;
        assert!(std::fs::read_to_string(&opened)?.contains("John Doe"));
        state =
            cli.run(&["audit", "reject", &record, "--finding", "not-deidentified"]).await?["state"].clone();
    }
    assert_eq!(state["Decided"], "Reject");

    let alice = stack.cli("Alice");
    assert!(!alice.refused(&["list", &record, "--price", "10"]).await?.is_empty());
    let shown = alice.run(&["show", &record]).await?;
    assert_eq!(shown["version"]["status"], "Rejected", "{shown}");
    // Somebody without a seat cannot vote.
    let outsider = sale::ACCOUNTS
        .iter()
        .find(|name| !panel.contains(&(**name).to_owned()) && **name != "Alice")
        .unwrap();
    stack.cli(outsider).refused(&["audit", "approve", &record]).await?;
    Ok(())
}
