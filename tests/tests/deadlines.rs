//! What happens when somebody does not act in time, or says no.

use std::time::Duration;

use anyhow::Result;
use medshare_tests::{Stack, council, sale};
use serde_json::Value;

fn amount(balance: &Value, name: &str) -> u128 {
    balance[name].as_str().and_then(|amount| amount.parse().ok()).unwrap_or_default()
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
    stack.agent("Alice").await?;
    let record = document(&stack, "nothing to report").await?;
    let approvers = sale::approve(&stack, &record).await?;
    stack.cli("Alice").run(&["list", &record, "--price", "10"]).await?;

    // From here on nobody delivers for Alice.
    stack.stop_agents().await?;
    council::deliver_within(&stack, 8_000).await?;
    let bob = sale::buyer(&stack, &approvers)?;
    let before = bob.run(&["balance"]).await?;
    let bought = bob.run(&["buy", &record, "--use", "other-research"]).await?;
    let order = bought["order"].to_string();
    let during = bob.run(&["balance"]).await?;
    assert_eq!(amount(&during, "held") - amount(&before, "held"), 10 * 1_000_000_000_000);

    let early = stack.cli("Dave").refused(&["expire", &order]).await?;
    assert!(early.contains("TooEarly") || early.contains("NotYet") || early.contains("deadline"), "{early}");
    tokio::time::sleep(Duration::from_secs(12)).await;
    let late = stack.cli("Alice").refused(&["deliver", &order]).await?;
    assert!(late.contains("late") || late.contains("Late") || late.contains("deadline"), "{late}");
    stack.cli("Dave").run(&["expire", &order]).await?;

    let after = bob.run(&["balance"]).await?;
    assert_eq!(amount(&after, "held"), amount(&before, "held"));
    // All but the fee of Bob's one transaction came back.
    assert!(amount(&before, "total") - amount(&after, "total") < 1_000_000_000_000);
    let order = bob.run(&["order", &order]).await?;
    assert_eq!(order["order"]["state"], "Expired");
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
