//! Quality claims after delivery, ruled each way.

use anyhow::Result;
use medshare_tests::{Stack, sale};
use serde_json::Value;

const MDS: u128 = 1_000_000_000_000;

fn amount(balance: &Value, name: &str) -> u128 {
    balance[name].as_str().and_then(|amount| amount.parse().ok()).unwrap_or_default()
}

/// Sells a document of Alice's for 10 MDS, has the buyer claim, and has the panel rule with `vote`.
/// Gives the order afterwards, and what Alice and the buyer have more than after the delivery.
async fn rule(vote: &[&str]) -> Result<(Value, i128, i128)> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let path = stack.dir().join("report.txt");
    std::fs::write(&path, "nothing to report")?;
    let alice = stack.cli("Alice");
    let registered =
        alice.run(&["register", &path.display().to_string(), "--policy", "general-research"]).await?;
    let record = registered["records"][0]["record"].to_string();
    let approvals = sale::approve(&stack, &record).await?;
    let buyer = sale::buyer(&stack, &approvals)?;
    let approvers: Vec<String> = approvals.into_iter().map(|(who, _)| who).collect();
    alice.run(&["list", &record, "--price", "10"]).await?;
    let bought = buyer.run(&["buy", &record, "--use", "other-research", "--wait", "60"]).await?;
    let order = bought["order"].to_string();
    // The agents of others act for money too; nobody but the parties' own accounts is compared.
    stack.stop_agents().await?;

    let (alice_before, buyer_before) = (alice.run(&["balance"]).await?, buyer.run(&["balance"]).await?);
    stack.cli("Ferdie").refused(&["claim", &order]).await?;
    let rehearsed = buyer.run(&["--dry-run", "claim", &order]).await?;
    buyer.run(&["claim", &order]).await?;
    let claimed = buyer.run(&["balance"]).await?;
    let held: u128 =
        rehearsed["holds"].as_array().into_iter().flatten().map(|hold| amount(hold, "amount")).sum();
    assert_eq!(held, amount(&claimed, "held") - amount(&buyer_before, "held"), "{rehearsed}");
    let panel = sale::claim_panel(&stack, &order).await?;
    for auditor in &panel {
        assert!(!approvers.contains(auditor), "{auditor} approved the record and rules on the claim");
        assert!(auditor != "Alice" && auditor != buyer.account(), "{auditor} is a party");
    }
    for auditor in &panel {
        let cli = stack.cli(auditor);
        let mut arguments = vec!["audit", vote[0], &record, "--claim", &order];
        arguments.extend(&vote[1..]);
        let state = cli.run(&arguments).await?["state"].clone();
        if state.get("Decided").is_some() {
            break;
        }
    }
    let (alice_after, buyer_after) = (alice.run(&["balance"]).await?, buyer.run(&["balance"]).await?);
    let deposits = MDS / 10 + MDS / 5;
    assert_eq!(
        amount(&buyer_after, "held"),
        deposits,
        "only the storage of the order and its claim is paid for"
    );
    let ended = alice.run(&["order", &order]).await?["order"].clone();
    let early = buyer.refused(&["clear", &order]).await?;
    assert!(early.contains("GrantInForce"), "{early}");
    buyer.run(&["revoke", &record, buyer.account()]).await?;
    buyer.run(&["clear", &order]).await?;
    assert_eq!(amount(&buyer.run(&["balance"]).await?, "held"), 0);
    let gain = |before: &Value, after: &Value| {
        i128::try_from(amount(after, "total")).unwrap() - i128::try_from(amount(before, "total")).unwrap()
    };
    Ok((ended, gain(&alice_before, &alice_after), gain(&buyer_before, &buyer_after)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_right_pays_the_buyer() -> Result<()> {
    let (order, seller, buyer) = rule(&["reject", "--finding", "false-descriptor"]).await?;
    assert_eq!(order["state"], "Refunded");
    assert_eq!(seller, 0, "the seller was paid for a claim that was right");
    // The retained part and the bond were the buyer's own all along; only fees went.
    assert!(buyer <= 0 && buyer > -i128::try_from(MDS)?, "{buyer}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_without_reason_pays_the_seller() -> Result<()> {
    let (order, seller, buyer) = rule(&["approve"]).await?;
    assert_eq!(order["state"], "Settled");
    assert_eq!(seller, i128::try_from(MDS)?, "the seller did not get the retained 10 % of 10 MDS");
    // The retained part and the bond of 5 % are gone, and fees.
    assert!(buyer <= -i128::try_from(MDS * 3 / 2)? && buyer > -i128::try_from(3 * MDS)?, "{buyer}");
    Ok(())
}
