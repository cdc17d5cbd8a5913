//! The agent as it runs for weeks: killed at the wrong moment, without its node for a while, twice by mistake, with new
//! keys, with an owner who wants to be asked, and with a node that lies.

mod killed;
mod witness;

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use codec::{Decode, MaxEncodedLen};
use medshare_client::{Chain, Identity, Until, chain::calls, keys};
use medshare_tests::{Cli, Process, Stack, sale};
use medshare_types::{OrderId, SealedKey};
use serde_json::Value;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A whole unit of settlement credit.
const MDS: u128 = 1_000_000_000_000;

/// A running agent.
struct Agent(Process);

impl Agent {
    /// Starts the agent of a client; `name` is that of its log.
    fn start(cli: &Cli, name: &str, dir: &Path, arguments: &[&str]) -> Result<Self> {
        let mut all = cli.globals();
        all.push("agent".to_owned());
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let environment = [("MEDSHARE_PASSPHRASE", medshare_tests::PASSPHRASE.to_owned())];
        Process::start_with(&environment, "medshare", name, dir, &all).map(Self)
    }

    fn notices(log: &str) -> Vec<Value> {
        log.lines()
            .filter(|line| line.starts_with('{'))
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// How often it told something of this kind.
    fn count(&self, kind: &str) -> usize {
        Self::notices(&self.0.log()).iter().filter(|notice| notice["kind"] == kind).count()
    }

    /// Waits until it has told something of this kind for the n-th time.
    async fn tells(&mut self, kind: &str, times: usize, is_it: impl Fn(&Value) -> bool) -> Result<Value> {
        let told = |log: &str| {
            let notices = Self::notices(log);
            notices.into_iter().filter(|notice| notice["kind"] == kind && is_it(notice)).nth(times - 1)
        };
        self.0.wait_for(&format!("telling `{kind}`"), told).await
    }
}

/// A line to a node that can be cut, and that leads to wherever the node is then.
struct Line {
    url: String,
    to: watch::Sender<Option<SocketAddr>>,
}

impl Line {
    async fn to(node: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("ws://{}", listener.local_addr()?);
        let (to, seen) = watch::channel(Some(address(node)?));
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let mut seen = seen.clone();
                tokio::spawn(async move {
                    let Some(address) = *seen.borrow_and_update() else { return };
                    let Ok(mut node) = TcpStream::connect(address).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut from, &mut node) => {}
                        _ = seen.changed() => {}
                    }
                });
            }
        });
        Ok(Self { url, to })
    }

    fn cut(&self) {
        self.to.send_replace(None);
    }

    fn mend(&self, node: &str) -> Result<()> {
        self.to.send_replace(Some(address(node)?));
        Ok(())
    }
}

fn address(url: &str) -> Result<SocketAddr> {
    url.trim_start_matches("ws://").parse().with_context(|| format!("{url} is no address of a node"))
}

fn content(name: &str) -> String {
    format!("nothing to report in {name}")
}

/// Registers documents in one transaction.
async fn registered(cli: &Cli, dir: &Path, names: &[&str]) -> Result<Vec<String>> {
    let mut arguments = vec!["register".to_owned()];
    for name in names {
        let path = dir.join(name);
        std::fs::write(&path, content(name))?;
        arguments.push(path.display().to_string());
    }
    arguments.extend(["--policy", "general-research", "--finalized"].map(str::to_owned));
    let printed = cli.run(&arguments).await?;
    let records = printed["records"].as_array().context("nothing was registered")?;
    Ok(records.iter().map(|record| record["record"].to_string()).collect())
}

/// Has a record approved and listed; gives somebody who may buy it.
async fn on_sale(stack: &Stack, owner: &Cli, record: &str) -> Result<Cli> {
    let approvers = sale::approve(stack, record).await?;
    owner.run(&["list", record, "--price", "10", "--finalized"]).await?;
    sale::buyer(stack, &approvers)
}

async fn ordered(buyer: &Cli, record: &str) -> Result<String> {
    let bought = buyer.run(&["buy", record, "--use", "other-research", "--finalized"]).await?;
    Ok(bought["order"].to_string())
}

async fn is_delivered(stack: &Stack, order: &str) -> Result<bool> {
    let shown = stack.cli("Alice").run(&["order", order]).await?;
    Ok(shown["order"]["state"].get("Delivered").is_some())
}

async fn delivered(stack: &Stack, order: &str) -> Result<()> {
    for _ in 0..120 {
        if is_delivered(stack, order).await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    bail!("order {order} was not delivered within two minutes")
}

/// That a record's history, once final, tells of something, and once.
async fn once_in_history(stack: &Stack, record: &str, event: &str) -> Result<()> {
    for _ in 0..60 {
        let trace = stack.cli("Alice").run(&["trace", record]).await?;
        let events = trace["events"].as_array().cloned().unwrap_or_default();
        let times = events.iter().filter(|entry| entry["event"] == event).count();
        ensure!(times <= 1, "the history of record {record} tells {times} times of {event}");
        if times == 1 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    bail!("the history of record {record} does not tell of {event}")
}

/// The key that a transaction delivers for an order, if it delivers one.
async fn key_in(chain: &Chain, transaction: &[u8], order: OrderId) -> Result<Option<SealedKey>> {
    // It has always the same length, and comes last.
    let Some(before) = transaction.len().checked_sub(SealedKey::max_encoded_len()) else { return Ok(None) };
    let sealed = SealedKey::decode(&mut &transaction[before..])?;
    let call = chain.call_data(&calls::deliver(order, sealed)).await?;
    Ok(transaction.ends_with(&call).then_some(sealed))
}

/// Opens a record as its buyer, who must find what [`registered`] wrote.
async fn opens(stack: &Stack, buyer: &Cli, record: &str, name: &str) -> Result<()> {
    let opened = stack.dir().join(format!("opened-{record}"));
    buyer.run(&["open", record, "-o", &opened.display().to_string()]).await?;
    let found = std::fs::read_to_string(&opened)?;
    ensure!(found == content(name), "record {record} was opened as `{found}`");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_ordered_is_delivered_across_crashes_and_without_its_node_for_a_while() -> Result<()> {
    let mut stack = Stack::start().await?;
    let outcome = crashes_and_cuts(&mut stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn crashes_and_cuts(stack: &mut Stack) -> Result<()> {
    let (dir, line) = (stack.dir().to_owned(), Line::to(stack.node_url()).await?);
    let far = stack.cli("Alice").at(&line.url);
    let agent = Agent::start(&far, "agent-1", &dir, &[])?;
    let records = registered(&stack.cli("Alice"), &dir, &["a.txt", "b.txt", "c.txt"]).await?;
    let mut buyers = Vec::new();
    for record in &records {
        buyers.push(on_sale(stack, &stack.cli("Alice"), record).await?);
    }

    // Killed before the order, and started again after it.
    agent.0.kill().await?;
    let first = ordered(&buyers[0], &records[0]).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    ensure!(!is_delivered(stack, &first).await?, "somebody else delivers");
    let mut agent = Agent::start(&far, "agent-2", &dir, &[])?;
    delivered(stack, &first).await?;

    // Its node goes away and comes back elsewhere; in the meantime two are ordered.
    line.cut();
    agent.tells("disconnected", 2, |_| true).await?;
    let orders = [ordered(&buyers[1], &records[1]).await?, ordered(&buyers[2], &records[2]).await?];
    let accounts = [buyers[1].account().to_owned(), buyers[2].account().to_owned()];
    stack.restart_node().await?;
    stack.restart_vault().await?;
    for order in &orders {
        ensure!(!is_delivered(stack, order).await?, "delivered over a line that is cut");
    }
    line.mend(stack.node_url())?;
    agent.tells("connected", 2, |_| true).await?;
    for order in &orders {
        delivered(stack, order).await?;
    }
    for record in &records {
        once_in_history(stack, record, "Delivered").await?;
    }
    for ((record, account), name) in records[1..].iter().zip(accounts).zip(["b.txt", "c.txt"]) {
        opens(stack, &stack.cli(&account), record, name).await?;
    }
    agent.0.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_of_one_account_do_no_harm() -> Result<()> {
    let stack = Stack::start().await?;
    let outcome = two_agents(&stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn two_agents(stack: &Stack) -> Result<()> {
    let (dir, alice) = (stack.dir(), stack.cli("Alice"));
    // As on two machines: development accounts have no key file that could be locked.
    let agents = [Agent::start(&alice, "agent-1", dir, &[])?, Agent::start(&alice, "agent-2", dir, &[])?];
    let records = registered(&alice, dir, &["a.txt", "b.txt"]).await?;
    for record in &records {
        let buyer = on_sale(stack, &alice, record).await?;
        let order = ordered(&buyer, record).await?;
        delivered(stack, &order).await?;
        once_in_history(stack, record, "Delivered").await?;
    }
    ensure!(agents.iter().map(|agent| agent.count("done")).sum::<usize>() >= 2 * records.len());
    for agent in agents {
        ensure!(agent.count("refused") == 0, "{}", agent.0.log());
        agent.0.end().await.context("an agent did not survive the other one")?;
    }

    // On one machine, with one key file, the second one says why it does not start.
    let own = alice.with_key_file("own");
    own.run(&["keys", "create"]).await?;
    let mut first = Agent::start(&own, "agent-own", dir, &[])?;
    first.tells("connected", 1, |_| true).await?;
    let second = own.fails(&["agent", "--once"]).await?;
    ensure!(second.code == Some(1) && second.message.contains("another agent"), "{second}");
    first.0.kill().await?;
    own.run(&["agent", "--once"]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_owner_wants_to_be_asked_about_waits_for_a_yes() -> Result<()> {
    let stack = Stack::start().await?;
    let outcome = asks(&stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn asks(stack: &Stack) -> Result<()> {
    let (dir, alice) = (stack.dir(), stack.cli("Alice"));
    let path = dir.join("policy.toml");
    let policy = path.display().to_string();
    let status = dir.join("status.json").display().to_string();
    std::fs::write(&path, "requests = \"ask\"\n")?;
    let arguments = ["--policy", &policy, "--status-file", &status];
    let mut agent = Agent::start(&alice, "agent-1", dir, &arguments)?;
    let records = registered(&alice, dir, &["a.txt", "b.txt"]).await?;
    let buyers = [on_sale(stack, &alice, &records[0]).await?, on_sale(stack, &alice, &records[1]).await?];

    // The change is seen without a restart.
    let rule = format!("[[rule]]\nname = \"known\"\nwho = [\"{}\"]\nthen = \"ask\"\n", buyers[0].account());
    std::fs::write(&path, &rule)?;
    agent.tells("renewed", 1, |_| true).await?;
    let order = ordered(&buyers[0], &records[0]).await?;
    let is_it = |notice: &Value| number(&notice["waiting"]["task"]["order"]) == order;
    let asked = agent.tells("asked", 1, is_it).await?;
    ensure!(asked["waiting"]["yes"] == format!("medshare deliver {order}"), "{asked}");

    // What waits outlives the agent, and is not done by a new one either.
    agent.0.kill().await?;
    let mut agent = Agent::start(&alice, "agent-2", dir, &arguments)?;
    agent.tells("asked", 1, is_it).await?;
    tokio::time::sleep(Duration::from_secs(6)).await;
    ensure!(!is_delivered(stack, &order).await?, "delivered without a yes");
    let preview = alice.run(&["--dry-run", "agent", "--policy", &policy]).await?;
    ensure!(preview["due"] == serde_json::json!([]), "{preview}");
    ensure!(number(&preview["waiting"][0]["task"]["order"]) == order, "{preview}");
    let told: Value = serde_json::from_str(&std::fs::read_to_string(&status)?)?;
    ensure!(number(&told["waiting"][0]["task"]["order"]) == order, "{told}");
    alice.run(&["deliver", &order, "--finalized"]).await?;
    delivered(stack, &order).await?;

    // A policy that cannot be read gives nothing; the next one that can does.
    std::fs::write(&path, "orders = \"alow\"\n")?;
    agent.tells("unreadable", 1, |notice| notice["message"].to_string().contains("line 1")).await?;
    let second = ordered(&buyers[1], &records[1]).await?;
    agent.tells("asked", 1, |notice| number(&notice["waiting"]["task"]["order"]) == second).await?;
    ensure!(!is_delivered(stack, &second).await?, "delivered by a policy that cannot be read");
    std::fs::write(&path, "orders = \"refuse\"\n")?;
    agent.tells("done", 1, |notice| notice["task"]["do"] == "cancel").await?;
    buyers[1].run(&["cancel", &second, "--finalized"]).await?;
    let shown = alice.run(&["order", &second]).await?;
    ensure!(shown["order"]["state"] == "Cancelled", "{shown}");
    agent.0.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn goes_on_with_rotated_keys() -> Result<()> {
    let stack = Stack::start().await?;
    let outcome = rotates(&stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn rotates(stack: &Stack) -> Result<()> {
    let (dir, alice) = (stack.dir(), stack.cli("Alice"));
    let own = alice.with_key_file("provider");
    own.run(&["keys", "create"]).await?;
    let shown = own.run(&["keys", "show"]).await?;
    let [account, key, proof] =
        ["account", "key", "proof"].map(|part| shown[part].as_str().unwrap_or_default());
    let identity = "0x5f1d3a6e2b7c4f80912e6d5c4b3a29180716253445362718293a4b5c6d7e8f90";
    let admit = ["member", "admit", account, "--role", "provider", "--identity", identity, "--key", key];
    alice.run(&[&admit[..], &["--proof", proof]].concat()).await?;
    let chain = Chain::connect(stack.node_url()).await?;
    let sponsor = Identity::development("Alice", &chain)?;
    let transfer = calls::transfer(keys::account(account, &chain)?, 100 * MDS);
    chain.submit(&sponsor, transfer, Until::Finalized).await?;

    let mut agent = Agent::start(&own, "agent-own", dir, &[])?;
    let old = registered(&own, dir, &["old.txt"]).await?.remove(0);
    let buyer = on_sale(stack, &own, &old).await?;
    own.run(&["keys", "rotate", "--finalized"]).await?;
    agent.tells("renewed", 1, |_| true).await?;

    let new = registered(&own, dir, &["new.txt"]).await?.remove(0);
    sale::panel(stack, &new).await?;
    let order = ordered(&buyer, &old).await?;
    delivered(stack, &order).await?;
    once_in_history(stack, &old, "Delivered").await?;
    let opened = dir.join("opened");
    buyer.run(&["open", &old, "-o", &opened.display().to_string()]).await?;
    ensure!(std::fs::read_to_string(&opened)?.contains("old.txt"), "something else was opened");
    agent.0.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_keys_are_elsewhere_is_told_what_waits_for_them() -> Result<()> {
    let stack = Stack::start().await?;
    let outcome = watches(&stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn watches(stack: &Stack) -> Result<()> {
    let (dir, alice) = (stack.dir(), stack.cli("Alice"));
    let mut hosted = Agent::start(&stack.cli("Dave"), "agent-hosted", dir, &["--for", "Alice"])?;
    let record = registered(&alice, dir, &["a.txt"]).await?.remove(0);
    let asked = hosted.tells("asked", 1, |notice| notice["waiting"]["task"]["do"] == "deliver-keys").await?;
    ensure!(number(&asked["waiting"]["record"]) == record, "{asked}");
    ensure!(hosted.count("done") == 0, "it did something with keys that it does not have");

    // A key is sealed only where all witnesses confirm for whom it is.
    let unseen = ["agent", "--once", "--witness", "ws://127.0.0.1:1"];
    let failed = alice.run(&unseen).await?;
    ensure!(failed["done"][0]["kind"] == "failed", "{failed}");
    ensure!(failed["done"][0]["message"].to_string().contains("the witness ws://127.0.0.1:1"), "{failed}");
    let done = alice.run(&["agent", "--once", "--witness", stack.node_url()]).await?;
    ensure!(done["done"][0]["task"]["do"] == "deliver-keys", "{done}");
    ensure!(done["done"][0]["kind"] == "done", "{done}");
    hosted.0.end().await
}

/// A number as arguments have it.
fn number(value: &Value) -> String {
    value.to_string()
}
