//! What those who run a network see of it: metrics and logs.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use medshare_client::{Chain, Identity, Until, chain::calls};
use medshare_tests::{Process, Stack, sale};
use serde_json::Value;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn read(name: &str) -> Result<String> {
    std::fs::read_to_string(file(name)).with_context(|| format!("cannot read {name}"))
}

/// Samples by name and labels.
type Samples = BTreeMap<String, f64>;

async fn samples(url: &str) -> Result<Samples> {
    let text = reqwest::get(url).await?.error_for_status()?.text().await?;
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (sample, value) = line.rsplit_once(' ').with_context(|| format!("no sample: {line}"))?;
            Ok((without_chain(sample), value.parse()?))
        })
        .collect()
}

/// A sample's name without the label that all of a node have.
fn without_chain(sample: &str) -> String {
    let Some((before, labels)) = sample.split_once("chain=\"") else { return sample.to_owned() };
    let (_, after) = labels.split_once('"').unwrap_or_default();
    let kept = format!("{}{}", before.trim_end_matches(','), after);
    kept.strip_suffix("{}").map_or(kept.clone(), str::to_owned)
}

/// Waits until the samples are as wanted, at most a minute.
async fn samples_when(url: &str, what: &str, wanted: impl Fn(&Samples) -> bool) -> Result<Samples> {
    for _ in 0..120 {
        if let Ok(samples) = samples(url).await
            && wanted(&samples)
        {
            return Ok(samples);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    bail!("the metrics do not come to {what} within a minute: {:#?}", samples(url).await?)
}

fn names(samples: &Samples) -> BTreeSet<String> {
    samples.keys().filter_map(|sample| sample.split('{').next()).map(str::to_owned).collect()
}

/// The names of metrics in an expression; those that are not ours or the node's are not looked at.
fn metrics_in(expression: &str) -> impl Iterator<Item = String> {
    let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
    words.filter(|word| word.starts_with("medshare_") || word.starts_with("substrate_")).map(str::to_owned)
}

fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if name == "expr" || name == "query" => found.push(text.clone()),
                    _ => expressions(field, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        _ => {}
    }
}

/// Sells a record of Alice's and gives its number.
async fn sell(stack: &Stack) -> Result<String> {
    let path = stack.dir().join("report.txt");
    std::fs::write(&path, "nothing to report")?;
    let alice = stack.cli("Alice");
    let registered =
        alice.run(&["register", &path.display().to_string(), "--policy", "general-research"]).await?;
    let record = registered["records"][0]["record"].to_string();
    let approvers = sale::approve(stack, &record).await?;
    let bob = sale::buyer(stack, &approvers)?;
    alice.run(&["list", &record, "--price", "25", "--finalized"]).await?;
    bob.run(&["buy", &record, "--use", "biomedical-research", "--wait", "60"]).await?;
    bob.run(&["open", &record, "-o", &stack.dir().join("opened").display().to_string()]).await?;
    Ok(record)
}

/// Has somebody who is no member send a transaction, which the pool refuses.
async fn intrude(stack: &Stack) -> Result<()> {
    let chain = Chain::connect(stack.node_url()).await?;
    let stranger = Identity::generate()?;
    let alice = Identity::development("Alice", &chain)?;
    let call = calls::transfer(alice.account().clone(), 1);
    ensure!(
        chain.submit(&stranger, call, Until::InBlock).await.is_err(),
        "a stranger's transaction was taken"
    );
    Ok(())
}

fn at(samples: &Samples, sample: &str) -> f64 {
    samples.get(sample).copied().unwrap_or(f64::NAN)
}

/// What stays the same while nothing happens.
fn counts(samples: Samples) -> Samples {
    let counted = ["records", "orders", "reviews", "members", "validators", "settlement", "council"];
    let is_counted = |name: &str| {
        counted.iter().any(|what| name.starts_with(&format!("medshare_{what}")))
            && !name.contains("past_deadline")
    };
    samples.into_iter().filter(|(name, _)| is_counted(name)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_what_the_chain_says_and_all_that_dashboard_and_alerts_name() -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let outcome = watch(&mut stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn watch(stack: &mut Stack) -> Result<()> {
    sell(stack).await?;
    stack.stop_agents().await?;
    intrude(stack).await?;

    let delivered = r#"medshare_orders{state="delivered"}"#;
    let node =
        samples_when(&stack.node_metrics()?, "a delivered order", |all| at(all, delivered) == 1.0).await?;
    for (sample, expected) in [
        (r#"medshare_records{status="approved"}"#, 1.0),
        (r#"medshare_records{status="pending"}"#, 0.0),
        (r#"medshare_orders{state="open"}"#, 0.0),
        (r#"medshare_orders_past_deadline{state="delivered"}"#, 0.0),
        (r#"medshare_reviews{state="approved",subject="record"}"#, 1.0),
        (r#"medshare_reviews{state="open",subject="record"}"#, 0.0),
        (r#"medshare_members{role="hospital",status="active"}"#, 8.0),
        (r#"medshare_members{role="buyer",status="suspended"}"#, 0.0),
        ("medshare_validators_serving", 1.0),
        ("medshare_fragile", 1.0),
        ("medshare_program_outdated", 0.0),
        ("medshare_index_stopped", 0.0),
        ("medshare_quota_exceeded_total", 0.0),
        (r#"medshare_pool_refused_total{from="rpc",reason="not_member"}"#, 1.0),
        (r#"medshare_pool_refused_total{from="peers",reason="not_member"}"#, 0.0),
    ] {
        assert_eq!(at(&node, sample), expected, "{sample} in {node:#?}");
    }
    assert!(at(&node, "medshare_block_weight_ratio_count") > 0.0);
    assert!(at(&node, "medshare_index_block") > 0.0 && at(&node, "medshare_index_blocks_total") > 0.0);
    assert!(at(&node, "medshare_index_lag_blocks") < 10.0);
    // By the chain's own clock, which is the machine's here.
    assert!(at(&node, "medshare_final_block_time_seconds") > 1.6e9);

    // A refusal, so that the vault has some of everything.
    let unknown = reqwest::get(format!("{}/v1/nothing", stack.vault_url())).await?;
    assert!(unknown.status().is_client_error());
    let vault = samples(&format!("{}/metrics", stack.vault_url())).await?;
    assert!(at(&vault, "medshare_vault_uploaded_bytes_total") > 0.0);

    let there: BTreeSet<String> = names(&node).union(&names(&vault)).cloned().collect();
    let missing = |named: BTreeSet<String>| named.difference(&there).cloned().collect::<Vec<_>>();
    let mut shown = Vec::new();
    expressions(&serde_json::from_str(&read("ops/grafana/medshare.json")?)?, &mut shown);
    let shown: BTreeSet<String> = shown.iter().flat_map(|text| metrics_in(text)).collect();
    assert!(shown.len() > 20 && missing(shown.clone()).is_empty(), "in the dashboard: {:?}", missing(shown));
    let alerts = read("ops/prometheus/alerts.yaml")?;
    let watched = alerts.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    let watched: BTreeSet<String> = watched.flat_map(metrics_in).collect();
    assert!(watched.len() > 10 && missing(watched.clone()).is_empty(), "in alerts: {:?}", missing(watched));

    let described = read("docs/metrics.md")?;
    for name in there.iter().filter(|name| name.starts_with("medshare_")) {
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part));
        let family = family.unwrap_or(name);
        assert!(described.contains(&format!("`{family}")), "docs/metrics.md does not tell of {family}");
    }

    // What was followed from block to block is what a node finds that counts everything.
    let followed = samples(&stack.node_metrics()?).await?;
    stack.restart_node().await?;
    let block = at(&followed, "medshare_counted_block");
    let url = stack.node_metrics()?;
    let counted =
        samples_when(&url, "the same block", |all| at(all, "medshare_counted_block") >= block).await?;
    assert_eq!(counts(followed), counts(counted));
    Ok(())
}

#[test]
fn alerts_name_runbooks_that_exist() -> Result<()> {
    let alerts = read("ops/prometheus/alerts.yaml")?;
    let named = alerts.lines().filter(|line| line.trim().starts_with("- alert: ")).count();
    let runbooks: Vec<&str> =
        alerts.lines().filter_map(|line| line.trim().strip_prefix("runbook: ")).collect();
    assert_eq!(runbooks.len(), named, "every alert has a runbook");
    for runbook in runbooks {
        assert!(file(runbook).is_file(), "there is no {runbook}");
    }
    Ok(())
}

/// Every line is an object with the fields that docs/metrics.md names; gives the messages.
fn messages(log: &str) -> Result<Vec<String>> {
    // The last line may be half written.
    let lines = log.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    lines
        .map(|line| {
            let value: Value = serde_json::from_str(line).with_context(|| format!("no JSON: {line}"))?;
            for field in ["timestamp", "level", "target"] {
                ensure!(value[field].is_string(), "no {field}: {line}");
            }
            ensure!(!line.contains("\\u001b"), "colours for a terminal: {line}");
            ensure!(!line.contains("log.file"), "paths of whoever built it: {line}");
            Ok(value["fields"]["message"].as_str().with_context(|| format!("no message: {line}"))?.to_owned())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_lines_of_json_if_asked_for() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let arguments = |list: &[&str]| list.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>();
    let base = dir.path().join("node").display().to_string();
    let node_arguments = arguments(&[
        "--dev",
        "--json-logs",
        "--heartbeat=2",
        "--base-path",
        &base,
        "--rpc-port=0",
        "--port=0",
        "--no-prometheus",
        "--no-telemetry",
    ]);
    let mut node = Process::start("medshare-node", "node", dir.path(), &node_arguments)?;
    let url = node
        .wait_for("listening for RPC", |log| {
            let address = log.split_once("Running JSON-RPC server: addr=")?.1;
            let port: String = address.split_once(':')?.1.chars().take_while(char::is_ascii_digit).collect();
            Some(format!("ws://127.0.0.1:{port}"))
        })
        .await?;
    node.wait_for("its first block", |log| log.contains("Imported #").then_some(())).await?;

    let store = dir.path().join("vault").display().to_string();
    std::fs::create_dir_all(&store)?;
    let vault_arguments = arguments(&[
        "--chain",
        &url,
        "--store",
        &store,
        "--listen=127.0.0.1:0",
        "--dev-account=Ferdie",
        "--json-logs",
    ]);
    let mut vault = Process::start("medshare-vault", "vault", dir.path(), &vault_arguments)?;
    vault.wait_for("listening", |log| log.contains("listening on http").then_some(())).await?;

    let lines = messages(&node.log())?;
    assert!(lines.iter().any(|line| line.contains("Imported #")), "{lines:?}");
    // The vault says on its standard output where it listens, which is here in the same file.
    let log: String =
        vault.log().split_inclusive('\n').filter(|line| !line.starts_with("listening on")).collect();
    let lines = messages(&log)?;
    assert!(lines.iter().any(|line| line == "connected"), "{lines:?}");
    Ok(())
}
