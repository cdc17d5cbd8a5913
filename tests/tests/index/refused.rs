//! What is not answered, and what is said then.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    asked::Node,
    node::{goes_on, refusal, start, state},
};

pub async fn without_an_index() -> Result<()> {
    let dir = tempfile::Builder::new().prefix("medshare-").tempdir()?;
    let (node, url) = start(dir.path(), "node", &["--index", "off"]).await?;
    for method in ["medshare_search", "medshare_findOrders", "medshare_marketStatistics"] {
        let (code, message) = refusal(&url, method, json!({})).await?;
        ensure!(code == 9005 && message.contains("--index auto"), "{method}: {code} {message}");
    }
    node.end().await?;

    // With an index, wrong questions are told from right ones.
    let (node, url) = start(dir.path(), "node", &["--index", "auto"]).await?;
    let asked = Node::at(&url).await?;
    asked.when("search", json!({}), |page| page["at"]["number"].as_u64() > Some(0)).await?;
    for (method, query, says) in [
        ("search", json!({ "kinds": "Fhir" }), "kinds"),
        ("search", json!({ "kind": "Fax" }), "Fhir"),
        ("search", json!({ "limit": 0 }), "limit"),
        ("search", json!({ "limit": 101 }), "100"),
        ("search", json!({ "sort": "best" }), "newest"),
        ("findOrders", json!({ "buyer": "Bob" }), ""),
        ("trace", json!({ "record": 0, "order": 0 }), "record"),
        ("trace", json!({}), "record"),
    ] {
        let (code, message) = asked.refusal(method, query.clone()).await?;
        ensure!(code == -32602 && message.contains(says), "{method} {query}: {code} {message}");
    }
    let (code, message) = asked.refusal("search", json!({ "cursor": "bm9uZQ" })).await?;
    ensure!(code == 9007, "{code} {message}");
    node.end().await
}

pub async fn where_old_states_are_gone() -> Result<()> {
    let dir = tempfile::Builder::new().prefix("medshare-").tempdir()?;
    let keep = ["--state-pruning", "4"];
    let start = async |more: &[&str]| start(dir.path(), "node", &[&keep[..], more].concat()).await;
    let (mut node, _) = start(&["--index", "off"]).await?;
    node.wait_for("ten final blocks", |log| log.contains("finalized #10").then_some(())).await?;
    node.end().await?;

    // Who asked for an index is told that it has stopped.
    let (mut node, url) = start(&["--index", "auto"]).await?;
    node.wait_for("the index", |log| log.contains("the index has stopped").then_some(())).await?;
    let (code, message) = refusal(&url, "medshare_search", json!({})).await?;
    ensure!(code == 9006 && message.contains("--state-pruning archive"), "{code} {message}");
    let state = state(&url).await?;
    ensure!(
        state["state"] == "stopped" && state["error"].as_str().is_some_and(|why| why.contains("--index off")),
        "{state}"
    );
    goes_on(&mut node).await?;
    node.end().await?;

    // Who did not has a node without one, which says why.
    let (mut node, url) = start(&[]).await?;
    node.wait_for("the index", |log| log.contains("the index has stopped").then_some(())).await?;
    let (code, message) = refusal(&url, "medshare_search", json!({})).await?;
    ensure!(code == 9005 && message.contains("--state-pruning archive"), "{code} {message}");
    goes_on(&mut node).await?;
    node.end().await
}

/// The place of the index is not there when the node starts, and then is.
pub async fn where_it_cannot_be_opened() -> Result<()> {
    let dir = tempfile::Builder::new().prefix("medshare-").tempdir()?;
    let folder = dir.path().join("secret-folder");
    let address = format!("sqlite:{}", folder.join("index.sqlite").display());
    let (mut node, url) = start(dir.path(), "node", &["--index", &address]).await?;
    node.wait_for("the index", |log| log.contains("the index has stopped").then_some(())).await?;
    let (code, message) = refusal(&url, "medshare_search", json!({})).await?;
    ensure!(code == 9006 && !message.contains("secret-folder"), "{code} {message}");
    let stopped = state(&url).await?;
    ensure!(stopped["state"] == "stopped" && stopped["backend"] == "sqlite", "{stopped}");
    ensure!(stopped["counts"].is_null() && stopped["schema"].is_null(), "{stopped}");
    ensure!(stopped["error"].as_str().is_some_and(|why| !why.contains("secret-folder")), "{stopped}");
    goes_on(&mut node).await?;

    std::fs::create_dir(&folder)?;
    node.wait_for("the index", |log| log.contains("the index is made from the first block on").then_some(()))
        .await?;
    // What had stopped it is told until the first blocks are in it.
    for _ in 0..30 {
        if state(&url).await?["state"] != "stopped" {
            break;
        }
        goes_on(&mut node).await?;
    }
    let asked = Node::at(&url).await?;
    asked.when("search", json!({}), |page| page["at"]["number"].as_u64() > Some(0)).await?;
    let following = asked.state().await?;
    ensure!(following["state"] == "following" && following["error"].is_null(), "{following}");
    node.end().await
}
