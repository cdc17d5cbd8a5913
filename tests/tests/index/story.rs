//! A sale, and what the index answers on the way.

use anyhow::{Context, Result, ensure};
use medshare_tests::{Stack, deidentified, sale};
use serde_json::{Value, json};
use subxt::rpcs::client::RpcSubscription;

use crate::{asked::Node, told::Heard};

const PRICE: &str = "25000000000000";

/// What a crash must not change.
pub struct Told {
    /// The record.
    pub record: u64,
    /// Its history.
    pub trace: Value,
    /// Its order.
    pub orders: Value,
}

/// Reads what a subscription tells of a record until it tells this: its state, and whether it is on sale.
async fn told_until(
    node: &Node,
    records: &mut RpcSubscription<Value>,
    record: u64,
    seen: &mut Vec<(String, bool)>,
    (status, listed): (&str, bool),
) -> Result<()> {
    while seen.last() != Some(&(status.to_owned(), listed)) {
        let told = node.next("Records", records).await?;
        let item = &told["item"];
        ensure!(item["record"] == record && told["at"]["final"] == true, "{told:#}");
        seen.push((item["status"].as_str().unwrap_or_default().to_owned(), !item["listing"].is_null()));
    }
    Ok(())
}

/// Sells a record of Alice's.
pub async fn tell(stack: &Stack) -> Result<Told> {
    let node = Node::at(stack.node_url()).await?;
    let alice = stack.cli("Alice");
    let owner = account(&alice.run(&["balance"]).await?)?;
    node.when("search", json!({ "what": "records" }), |page| !page["at"].is_null()).await?;
    ensure!(node.state().await?["counts"]["members"] == 8, "the members of the first block are not there");
    let mut records = node.subscribe("Records", json!({ "owner": owner })).await?;
    let mut orders = node.subscribe("Orders", json!({ "seller": owner })).await?;
    let mut listings = node.subscribe("Listings", json!({ "kind": "Fhir" })).await?;
    let heard = Heard::of(&node, &owner).await?;

    let file = deidentified("fhir/atencio.json", stack.dir())?;
    let registered =
        alice.run(&["register", &file.display().to_string(), "--policy", "general-research"]).await?;
    let record = registered["records"][0]["record"].as_u64().context("no record")?;
    let number = record.to_string();

    // What is not final yet is shown to those who ask for it, and to nobody else.
    let best = node.ask("search", json!({ "what": "records", "at_best": true, "owner": owner })).await?;
    ensure!(best["total"] == 1 && best["items"][0]["status"] == "Pending", "{best:#}");
    let shown = node.when("search", json!({ "what": "records" }), |page| page["total"] == 1).await?;
    ensure!(shown["at"]["final"] == true && shown["items"][0]["listing"].is_null(), "{shown:#}");
    ensure!(
        node.ask("search", json!({})).await?["total"] == 0,
        "something is on sale before it was approved"
    );

    let approvers = sale::approve(stack, &number).await?;
    let mut seen = Vec::new();
    told_until(&node, &mut records, record, &mut seen, ("Approved", false)).await?;
    let bob = sale::buyer(stack, &approvers)?;
    alice.run(&["list", &number, "--price", "25", "--finalized"]).await?;
    let found = node.when("search", json!({ "facets": true }), |page| page["total"] == 1).await?;
    searches(&node, &found, &owner).await?;

    bob.run(&["buy", &number, "--use", "biomedical-research", "--wait", "60"]).await?;
    bob.run(&["open", &number, "-o", &stack.dir().join("opened").display().to_string()]).await?;
    let buyer = account(&bob.run(&["balance"]).await?)?;
    let delivered = node
        .when("findOrders", json!({ "buyer": buyer }), |page| !page["items"][0]["delivered"].is_null())
        .await?;
    ensure!(delivered["items"][0]["price"] == PRICE && delivered["total"] == 1, "{delivered:#}");
    lists(&node, record, &owner, &buyer).await?;
    statistics(&node, &approvers).await?;
    let trace = history(stack, &node, record, &owner).await?;

    // Each subscription has told of each thing that happened, once.
    told_until(&node, &mut records, record, &mut seen, ("Approved", true)).await?;
    ensure!(
        seen.iter().map(|(status, listed)| (status.as_str(), *listed)).eq([
            ("Pending", false),
            ("Approved", false),
            ("Approved", true)
        ]),
        "the records were told as {seen:?}"
    );
    let listed = node.next("Listings", &mut listings).await?;
    ensure!(listed["item"]["listing"]["price"] == PRICE, "{listed:#}");
    let mut states = Vec::new();
    while states.last().map(String::as_str) != Some("Delivered") {
        let told = node.next("Orders", &mut orders).await?;
        let state = told["item"]["state"].as_object().and_then(|state| state.keys().next().cloned());
        states.push(state.context("an order without a state")?);
    }
    // Both steps can get into the index at once.
    ensure!(
        ["Open", "Delivered"].ends_with(&states.iter().map(String::as_str).collect::<Vec<_>>()),
        "{states:?}"
    );
    heard.tells(stack, &node, record, &buyer).await?;
    Ok(Told { record, trace, orders: delivered["items"].clone() })
}

fn account(printed: &Value) -> Result<String> {
    Ok(printed["account"].as_str().with_context(|| format!("no account in {printed}"))?.to_owned())
}

/// The listing is found by what is in it, and not by what is not.
async fn searches(node: &Node, found: &Value, owner: &str) -> Result<()> {
    let hit = &found["items"][0];
    let code = &hit["descriptor"]["codes"][0];
    let size = hit["descriptor"]["plaintext_size"].as_u64().context("no size")?;
    let year = hit["descriptor"]["period"][0]["year"].as_u64().context("no year")?;
    let completeness = hit["descriptor"]["completeness"].as_u64().context("no completeness")?;
    let purpose = |wanted: &str| {
        json!({ "use": wanted, "commercial": false, "for_profit": false, "ethics_approval": false,
            "will_publish": false })
    };
    for (query, total) in [
        (json!({ "kind": "Fhir" }), 1),
        (json!({ "kind": "Dicom" }), 0),
        (json!({ "codes": [code] }), 1),
        (json!({ "codes": [code, { "system": "Loinc", "code": "no such code" }] }), 0),
        (json!({ "size": { "min": size, "max": size } }), 1),
        (json!({ "size": { "min": size + 1 } }), 0),
        (json!({ "years": { "to": year } }), 1),
        (json!({ "years": { "to": year - 1 } }), 0),
        (json!({ "completeness": completeness }), 1),
        (json!({ "price": { "min": PRICE, "max": PRICE } }), 1),
        (json!({ "price": { "max": "24999999999999" } }), 0),
        (json!({ "tiers": [hit["tier"]], "owner": owner }), 1),
        (json!({ "tiers": ["Restricted"] }), 0),
        (json!({ "purpose": purpose("BiomedicalResearch") }), 1),
        (json!({ "purpose": purpose("ClinicalCare") }), 0),
        (json!({ "text": "fhir pati" }), 1),
        (json!({ "text": "fhir nosuchword" }), 0),
        (json!({ "what": "records", "status": "Approved" }), 1),
        (json!({ "what": "records", "withdrawn": true }), 0),
    ] {
        let page = node.ask("search", query.clone()).await?;
        ensure!(page["total"] == total, "{query} finds {}", page["total"]);
    }
    let facets = &found["facets"];
    ensure!(facets["kind"] == json!([{ "value": "Fhir", "count": 1 }]), "{facets:#}");
    ensure!(facets["code"].as_array().is_some_and(|codes| !codes.is_empty()), "{facets:#}");
    Ok(())
}

/// Grants, reviews and receipts.
async fn lists(node: &Node, record: u64, owner: &str, buyer: &str) -> Result<()> {
    let grants =
        node.ask("findGrants", json!({ "grantee": buyer, "owner": owner, "in_force": true })).await?;
    ensure!(grants["items"][0]["record"] == record && grants["total"] == 1, "{grants:#}");
    let reviews =
        node.ask("findReviews", json!({ "holder": owner, "decided": true, "kind": "Record" })).await?;
    ensure!(reviews["items"][0]["decided"]["verdict"] == "Approve", "{reviews:#}");
    let fetched = |page: &Value| page["items"].as_array().is_some_and(|items| !items.is_empty());
    let receipts = node.when("findReceipts", json!({ "record": record, "accessor": buyer }), fetched).await?;
    ensure!(receipts["items"][0]["content"]["accessor"] == buyer, "{receipts:#}");
    Ok(())
}

async fn statistics(node: &Node, approvers: &[(String, Value)]) -> Result<()> {
    let auditors = node.ask("auditorStatistics", json!({})).await?;
    let voted: Vec<&Value> =
        auditors["items"].as_array().into_iter().flatten().filter(|item| item["votes"] == 1).collect();
    ensure!(voted.len() == approvers.len(), "{} voted: {auditors:#}", approvers.len());
    for item in voted {
        ensure!(item["approvals"] == 1 && item["accepted_share"] == 1.0, "{item:#}");
        ensure!(item["agreement_share"] == 1.0 && item["overturned"] == 0, "{item:#}");
        ensure!(item["mean_response_ms"].as_u64().is_some(), "{item:#}");
    }
    let market = node.ask("marketStatistics", json!({ "interval": "day" })).await?;
    let sum = |field: &str| -> u64 {
        market["items"].as_array().into_iter().flatten().filter_map(|item| item[field].as_u64()).sum()
    };
    ensure!(sum("orders") == 1 && sum("delivered") == 1, "{market:#}");
    let delivered = market["items"].as_array().into_iter().flatten().find(|item| item["delivered"] == 1);
    let delivered = delivered.context("nothing was delivered")?;
    ensure!(delivered["volume"] == PRICE && delivered["median_price"] == PRICE, "{market:#}");
    Ok(())
}

/// The history of the record is what the command tells.
async fn history(stack: &Stack, node: &Node, record: u64, owner: &str) -> Result<Value> {
    let told = stack.cli("Alice").run(&["trace", &record.to_string()]).await?;
    let told = told["events"].as_array().context("no events")?.clone();
    let last = told.last().context("no event")?["block"].clone();
    let is_there = |page: &Value| page["at"]["number"].as_u64() >= last.as_u64();
    let query = json!({ "record": record, "to_block": last, "limit": 100 });
    let page = node.when("trace", query, is_there).await?;
    let shared = ["block", "hash", "time", "by", "pallet", "event", "fields"];
    let items: Vec<Value> =
        page["items"].as_array().into_iter().flatten().map(|item| pick(item, &shared)).collect();
    let told: Vec<Value> = told.iter().map(|item| pick(item, &shared)).collect();
    ensure!(items == told, "the index has {items:#?}, and the command tells {told:#?}");

    let all = node.ask("trace", json!({ "account": owner, "limit": 100 })).await?;
    let credit = all["items"].as_array().into_iter().flatten().find(|item| {
        item["event"] == "Noted"
            && item["fields"]["who"] == owner
            && item["fields"]["event"] == "RecordApproved"
    });
    let credit = credit.context("no credit for the approved record")?;
    let ordered = page["items"].as_array().into_iter().flatten().find(|item| item["event"] == "Ordered");
    ensure!(ordered.context("no order")?["fields"]["price"] == PRICE, "{page:#}");
    ensure!(credit["fields"]["points"].is_number() && credit["fields"]["score"].is_number(), "{credit:#}");
    // In the other direction it is the same, in parts.
    let (mut turned, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let query = json!({ "record": record, "to_block": last, "direction": "newest", "limit": 3, "cursor": cursor });
        let part = node.ask("trace", query).await?;
        turned.extend(part["items"].as_array().into_iter().flatten().cloned());
        cursor = part["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    turned.reverse();
    ensure!(Some(&turned) == page["items"].as_array(), "the newest first are others: {turned:#?}");
    Ok(page["items"].clone())
}

fn pick(value: &Value, fields: &[&str]) -> Value {
    fields
        .iter()
        .map(|field| ((*field).to_owned(), value[*field].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
