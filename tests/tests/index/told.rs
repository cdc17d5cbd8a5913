//! What subscriptions tell while a record is reviewed, sold, given, taken back and delisted.

use anyhow::{Context, Result, ensure};
use medshare_tests::Stack;
use serde_json::{Value, json};
use subxt::rpcs::client::RpcSubscription;

use crate::asked::Node;

/// Subscriptions to what happens to the records of somebody.
pub struct Heard {
    owner: String,
    reviews: RpcSubscription<Value>,
    grants: RpcSubscription<Value>,
    /// Only of those that have ended.
    ended: RpcSubscription<Value>,
    delistings: RpcSubscription<Value>,
    events: RpcSubscription<Value>,
}

impl Heard {
    /// Subscribes to all of it.
    pub async fn of(node: &Node, owner: &str) -> Result<Self> {
        Ok(Self {
            owner: owner.to_owned(),
            reviews: node.subscribe("Reviews", json!({ "holder": owner })).await?,
            grants: node.subscribe("Grants", json!({ "owner": owner })).await?,
            ended: node.subscribe("Grants", json!({ "owner": owner, "in_force": false })).await?,
            delistings: node.subscribe("Delistings", Value::Null).await?,
            events: node.subscribe("Events", json!({ "account": owner })).await?,
        })
    }

    /// What was told of Alice's record that was approved and bought, and what is when she grants it to Ferdie, takes that back, and
    /// has the record delisted for a while.
    pub async fn tells(mut self, stack: &Stack, node: &Node, record: u64, buyer: &str) -> Result<()> {
        self.of_the_review(node, record).await?;
        let (alice, number) = (stack.cli("Alice"), record.to_string());
        let ferdie = stack.cli("Ferdie").run(&["balance"]).await?["account"].clone();
        alice.run(&["grant", &number, "Ferdie", "--use", "biomedical-research", "--finalized"]).await?;
        let given = self.grant_to(node, &ferdie, buyer).await?;
        ensure!(given["revoked"].is_null() && given["record"] == record, "{given:#}");
        alice.run(&["revoke", &number, "Ferdie", "--finalized"]).await?;
        let revoked = self.grant_to(node, &ferdie, buyer).await?;
        ensure!(revoked["revoked"].is_number() && revoked["cleared"] == false, "{revoked:#}");
        let ended = node.next("Grants", &mut self.ended).await?;
        ensure!(ended["item"] == revoked, "{ended:#} and not {revoked:#}");

        alice.run(&["delist", &number, "--finalized"]).await?;
        let delisted = node.next("Delistings", &mut self.delistings).await?;
        ensure!(delisted["item"] == json!({ "record": record }), "{delisted:#}");
        ensure!(node.ask("search", json!({})).await?["total"] == 0, "it is still found");
        self.every_event(node).await?;
        alice.run(&["list", &number, "--price", "25", "--finalized"]).await?;
        node.when("search", json!({}), |page| page["total"] == 1).await.map(drop)
    }

    /// Each step of the review, up to how it ended.
    async fn of_the_review(&mut self, node: &Node, record: u64) -> Result<()> {
        loop {
            let told = node.next("Reviews", &mut self.reviews).await?;
            let item = &told["item"];
            let subject = json!({ "Record": { "record": record, "version": 1 } });
            ensure!(item["subject"] == subject && told["at"]["final"] == true, "{told:#}");
            if !item["decided"].is_null() {
                ensure!(item["decided"]["verdict"] == "Approve", "{told:#}");
                return Ok(());
            }
        }
    }

    /// The next that is told of a grant to somebody, after what was told of the buyer's.
    async fn grant_to(&mut self, node: &Node, who: &Value, buyer: &str) -> Result<Value> {
        loop {
            let told = node.next("Grants", &mut self.grants).await?;
            let item = &told["item"];
            if item["grantee"] == *who {
                return Ok(item.clone());
            }
            ensure!(item["grantee"] == buyer && item["revoked"].is_null(), "{told:#}");
        }
    }

    /// All that happened was told in order and once, up to the delisting.
    async fn every_event(&mut self, node: &Node) -> Result<()> {
        let mut told: Vec<Value> = Vec::new();
        while told.last().is_none_or(|last| last["event"] != "Delisted") {
            told.push(node.next("Events", &mut self.events).await?["item"].clone());
        }
        let first = told.first().context("nothing was told")?["block"].clone();
        let (mut there, mut cursor) = (Vec::new(), Value::Null);
        while there.len() < told.len() {
            let query = json!({ "account": self.owner, "from_block": first, "limit": 100, "cursor": cursor });
            let page = node.ask("trace", query).await?;
            there.extend(page["items"].as_array().into_iter().flatten().cloned());
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        there.truncate(told.len());
        ensure!(told.len() > 5 && told == there, "{told:#?} was told, and {there:#?} happened");
        Ok(())
    }
}
