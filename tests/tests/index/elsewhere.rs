//! An index that is kept in PostgreSQL: what it answers is what one in SQLite does, whatever happens to the node or the server.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use medshare_tests::{Process, Stack, deidentified, sale};
use serde_json::{Value, json};

use crate::{
    asked::Node,
    kept::run,
    node::{goes_on, start},
    postgresql::Server,
};

/// A record that is on sale and that somebody was granted.
struct Sold {
    record: u64,
    owner: Value,
}

/// One chain, of which first an index in SQLite is kept and then one in PostgreSQL.
pub async fn is_kept_as_in_sqlite() -> Result<()> {
    let server = Server::start().context("PostgreSQL is not installed; ./scripts/setup.sh installs it")?;
    let address = server.database("index");
    let dir = tempfile::Builder::new().prefix("medshare-").tempdir()?;
    // With every state, of which the second index is made.
    let begin = async |index: &str| {
        start(dir.path(), "node", &["--state-pruning", "archive", "--index", index]).await
    };
    let (node, url) = begin("auto").await?;
    let mut stack = Stack::beside(&url).await?;
    let sold = sell(&mut stack).await.map_err(|error| error.context(stack.logs()))?;
    let fetched = json!({ "record": sold.record, "accessor": sold.owner });
    let posted = |page: &Value| page["total"].as_u64() > Some(0);
    Node::at(&url).await?.when("findReceipts", fetched, posted).await?;
    node.end().await?;

    // No vault and nobody's agent finds this one, so nothing changes any more but that blocks come.
    let (node, url) = begin("auto").await?;
    let asked = Node::at(&url).await?;
    let shown = asked.when("search", json!({}), |page| page["total"] == 1).await?;
    let expected = answers(&asked, &sold).await?;
    node.end().await?;
    let (mut node, url) = begin(&address).await?;
    let asked = Node::at(&url).await?;
    let last = shown["at"]["number"].as_u64().context("no block")?;
    asked.when("search", json!({}), |page| page["at"]["number"].as_u64() >= Some(last)).await?;
    ensure!(asked.state().await?["backend"] == "postgresql", "it is kept elsewhere");
    let found = answers(&asked, &sold).await?;
    ensure!(found == expected, "PostgreSQL answers {found:#?} and SQLite {expected:#?}");

    let alice = stack.cli("Alice").at(&url);
    alice.run(&["reprice", &sold.record.to_string(), "--price", "30", "--finalized"]).await?;
    let dearer = |page: &Value| page["items"][0]["listing"]["price"] == "30000000000000";
    asked.when("search", json!({}), dearer).await?;
    let before = answers(&asked, &sold).await?;
    node.crash().await?;
    let (mut node, url) = begin(&address).await?;
    node.wait_for("the index", |log| log.contains("the index goes on after block").then_some(())).await?;
    let asked = Node::at(&url).await?;
    asked.when("search", json!({}), dearer).await?;
    ensure!(answers(&asked, &sold).await? == before, "it answers otherwise after the crash");
    goes_on_without_its_server(&server, &mut node, &asked).await?;
    ensure!(answers(&asked, &sold).await? == before, "it answers otherwise after its server was away");
    node.end().await?;
    is_what_the_chain_is(&dir.path().join("node"), &address).await
}

/// Has a record of Alice's approved, listed, granted to Ferdie, and opened by herself.
async fn sell(stack: &mut Stack) -> Result<Sold> {
    stack.agent("Alice").await?;
    let alice = stack.cli("Alice");
    let file = deidentified("fhir/atencio.json", stack.dir())?;
    let registered =
        alice.run(&["register", &file.display().to_string(), "--policy", "general-research"]).await?;
    let record = registered["records"][0]["record"].as_u64().context("no record")?;
    let number = record.to_string();
    sale::approve(stack, &number).await?;
    alice.run(&["list", &number, "--price", "25", "--finalized"]).await?;
    alice.run(&["grant", &number, "Ferdie", "--use", "biomedical-research", "--finalized"]).await?;
    alice.run(&["open", &number, "-o", &stack.dir().join("opened").display().to_string()]).await?;
    stack.stop_agents().await?;
    Ok(Sold { record, owner: alice.run(&["balance"]).await?["account"].clone() })
}

/// What is answered to questions of all kinds, without the block of which it is.
async fn answers(node: &Node, Sold { record, owner }: &Sold) -> Result<Vec<Value>> {
    let purpose = json!({ "use": "BiomedicalResearch", "commercial": false, "for_profit": false,
        "ethics_approval": false, "will_publish": false });
    let mut answers = Vec::new();
    for (method, query) in [
        ("search", json!({ "facets": true })),
        ("search", json!({ "what": "records", "owner": owner, "sort": "largest", "facets": true })),
        ("search", json!({ "text": "fhir pati", "purpose": purpose, "sort": "cheapest" })),
        ("search", json!({ "price": { "min": "1", "max": "30000000000000" }, "size": { "min": 1 } })),
        ("search", json!({ "kind": "Dicom" })),
        ("findReviews", json!({ "holder": owner })),
        ("findGrants", json!({ "record": record, "in_force": true })),
        ("findOrders", json!({})),
        ("findReceipts", json!({ "record": record })),
        ("trace", json!({ "record": record, "limit": 100 })),
        ("auditorStatistics", json!({})),
    ] {
        let mut answer = node.ask(method, query).await?;
        answer.as_object_mut().and_then(|answer| answer.remove("at")).context("an answer of no block")?;
        answers.push(answer);
    }
    Ok(answers)
}

/// While its server is away the index says so and the chain goes on; then it follows again.
async fn goes_on_without_its_server(server: &Server, node: &mut Process, asked: &Node) -> Result<()> {
    server.stop();
    node.wait_for("the index", |log| {
        let line = log.lines().find(|line| line.contains("the index has stopped"))?;
        (line.contains("it is tried again in") && line.contains("index-stopped.md")).then_some(())
    })
    .await?;
    let (code, message) = asked.refusal("search", json!({})).await?;
    ensure!(code == 9006 && message.contains("the index has stopped"), "{code} {message}");
    goes_on(node).await?;
    server.resume();
    let last = asked.state().await?["finalized"]["number"].as_u64();
    asked.when("search", json!({}), |page| page["at"]["number"].as_u64() >= last).await.map(drop)
}

/// The check finds no difference.
async fn is_what_the_chain_is(base: &Path, address: &str) -> Result<()> {
    let (good, report) = run(base, "check", &["--index", address]).await?;
    ensure!(good && report["different"] == 0, "{report:#}");
    let compared = &report["compared"];
    ensure!(compared["listings"] == 1 && compared["grants"] == 1 && compared["members"] == 8, "{report:#}");
    ensure!(compared["receipts"].as_u64() > Some(0), "{report:#}");
    Ok(())
}
