//! A chain that the previous release began is upgraded by its council while sales are under way.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use medshare_runtime::invariants;
use medshare_tests::{
    Cli, Network, Stack, hospitals, ledger,
    network::Options,
    release::{PREVIOUS, current_runtime, previous_local},
    rpc::Rpc,
    sale,
};
use medshare_types::Hash;
use serde_json::{Value, json};
use subxt::rpcs::rpc_params;

type State = BTreeMap<Vec<u8>, Vec<u8>>;

/// Pallets of which every value that was there before the upgrade is there after it, unchanged.
const KEPT: [&str; 9] = [
    "Members",
    "Records",
    "Access",
    "Audits",
    "Marketplace",
    "Credit",
    "Settlement",
    "Validators",
    "Council",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_that_began_before_an_upgrade_ends_after_it() -> Result<()> {
    let network = previous().await?;
    let mut stack = Stack::beside(network.rpc(0).url()).await?;
    let outcome = upgrade(&network, &mut stack).await;
    outcome.map_err(|error| error.context(stack.logs()).context(network.log(0)))
}

/// A network whose chain the previous release began. Programs first: its nodes are new, its runtime is not.
async fn previous() -> Result<Network> {
    let dir = tempfile::tempdir()?;
    let chain = previous_local(dir.path())?.display().to_string();
    let network = Network::start_with(Options { chain, ..Options::default() }).await?;
    network.wait_final(0, 2).await?;
    ensure!(
        spec_version(network.rpc(0), None).await? == PREVIOUS,
        "the chain is not of the previous release"
    );
    Ok(network)
}

async fn upgrade(network: &Network, stack: &mut Stack) -> Result<()> {
    stack.agent("Alice").await?;
    let sold = approved(stack, "a report that is sold before").await?;
    let pending = approved(stack, "a report that is sold meanwhile").await?;
    let buyer = sale::buyer(stack, &[&sold.approvers[..], &pending.approvers].concat())?;
    let order = |record: &str| ["buy", record, "--use", "biomedical-research"].map(str::to_owned);
    let wait = |record: &str| [&order(record)[..], &["--wait".into(), "120".into()]].concat();
    let delivered = buyer.run(&wait(&sold.record)).await?;
    ensure!(!delivered["delivered"].is_null(), "{delivered}");

    // An order that nobody has delivered, with its money on hold, and a record of which nobody has judged.
    stack.stop_agents().await?;
    let open = buyer.run(&order(&pending.record)).await?["order"].to_string();
    let unseen = document(stack, "a report that nobody has judged yet").await?;

    let enacted = install(stack).await?;
    let first = upgraded(network.rpc(0), enacted).await?;
    let (before, after) = (state(network, first - 1).await?, state(network, first).await?);
    keeps_everything(&before, &after)?;
    if let Some(path) = std::env::var_os("MEDSHARE_KEEP_STATE") {
        keep(&before, path.as_ref())?;
    }

    // Alice published the runtime, has her deposit back, and the chain no second copy of its code.
    let mut reclaimed = stack.cli("Alice").run(&["council", "reclaim", "--finalized"]).await?;
    let deposits = reclaimed["reclaimed"].take();
    ensure!(deposits.as_array().map(Vec::len) == Some(1), "{deposits}");
    let reclaimed = u32::try_from(reclaimed["block"].as_u64().context("a block")?)?;
    ensure!(publishes(&before), "the runtime was not published");
    ensure!(!publishes(&state(network, reclaimed).await?), "the runtime is still published");

    // What began before goes on: Alice delivers, and the buyer opens both.
    stack.agent("Alice").await?;
    for _ in 0..60 {
        if buyer.run(&["order", &open]).await?["order"]["state"].get("Delivered").is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    // Who opens a record goes by what is final.
    network.wait_final(0, network.best_height(0).await?).await?;
    for (record, text) in
        [(&sold.record, "a report that is sold before"), (&pending.record, "a report that is sold meanwhile")]
    {
        let opened = stack.dir().join(format!("opened-{record}"));
        buyer.run(&["open", record, "-o", &opened.display().to_string()]).await?;
        ensure!(std::fs::read_to_string(&opened)? == text, "record {record} opened as something else");
    }
    sale::approve(stack, &unseen).await?;

    // Everybody agrees on what came out, and it is sound.
    let reached = network.final_height(0).await?;
    for index in 0..network.size() {
        network.wait_final(index, reached).await?;
        ensure!(
            network.block(index, reached).await? == network.block(0, reached).await?,
            "block {reached} differs at {}",
            network.name(index)
        );
    }
    check(state(network, u32::try_from(reached)?).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_for_a_named_block_takes_place_in_it_unless_it_is_taken_back() -> Result<()> {
    let network = previous().await?;
    let home = tempfile::tempdir()?;
    let outcome = upgrade_later(&network, home.path()).await;
    outcome.map_err(|error| error.context(network.log(0)))
}

/// More blocks than hospitals take to agree twice.
const AHEAD: u64 = 60;

async fn upgrade_later(network: &Network, home: &Path) -> Result<()> {
    // Nothing is stored in a vault here.
    let cli = |name: &str| Cli::new(name, network.rpc(0).url(), "http://127.0.0.1:9", home).patient();
    let alice = cli("Alice");
    let runtime = current_runtime()?.display().to_string();

    let far = network.final_height(0).await? + 100 * AHEAD;
    schedule(&cli, &runtime, far).await?;
    let status = alice.run(&["upgrade", "status", &runtime]).await?;
    let only = &status["scheduled"][0];
    ensure!(
        only["block"] == far && only["installs"]["spec_version"].as_u64() > Some(PREVIOUS.into()),
        "{status}"
    );
    ensure!(status["file"]["scheduled"] == json!([far]), "{status}");

    // For a nearer block after all. The bytes of what is taken back are those of what stays.
    let at = network.final_height(0).await? + AHEAD;
    schedule(&cli, &runtime, at).await?;
    let (when, index) = (format!("when={far}"), format!("index={}", only["index"]));
    let cancel = ["council", "propose", "root", "Scheduler.cancel", "--arg", &when, "--arg", &index];
    hospitals::decide(cli, &cancel).await?;
    alice.run(&["council", "enact"]).await?;
    let status = alice.run(&["upgrade", "status", &runtime]).await?;
    ensure!(status["file"]["scheduled"] == json!([at]), "{status}");
    let early = ledger::final_head(network.rpc(0)).await?;
    ensure!(spec_version(network.rpc(0), Some(early)).await? == PREVIOUS, "it was not waited for block {at}");
    let first = upgraded(network.rpc(0), u32::try_from(at)?).await?;
    ensure!(
        u64::from(first) == at + 1,
        "scheduled for block {at}, and block {first} is the first of the new runtime"
    );
    nothing_is_published(network, &alice).await?;
    check(state(network, first).await?)
}

/// Has the hospitals agree that the runtime is installed in a block, as the runbook says.
async fn schedule(cli: &impl Fn(&str) -> Cli, runtime: &str, at: u64) -> Result<()> {
    hospitals::decide(cli, &["upgrade", "propose", runtime, "--at", &at.to_string()]).await?;
    cli("Alice").run(&["upgrade", "enact"]).await?;
    Ok(())
}

/// Once Alice has her deposits back, the chain has no bytes of any call any more.
async fn nothing_is_published(network: &Network, alice: &Cli) -> Result<()> {
    let reclaimed = alice.run(&["council", "reclaim"]).await?;
    let block = reclaimed["block"].as_u64().with_context(|| format!("nothing was on hold: {reclaimed}"))?;
    ensure!(
        !publishes(&state(network, u32::try_from(block)?).await?),
        "bytes of a call are left on the chain"
    );
    Ok(())
}

/// Whether bytes of calls are on the chain.
fn publishes(state: &State) -> bool {
    let published = ledger::key("Preimage", "PreimageFor");
    state.keys().any(|key| key.starts_with(&published))
}

/// A record of Alice's that is on sale, and who approved it.
struct Approved {
    record: String,
    approvers: Vec<(String, Value)>,
}

async fn approved(stack: &Stack, text: &str) -> Result<Approved> {
    let record = document(stack, text).await?;
    let approvers = sale::approve(stack, &record).await?;
    stack.cli("Alice").run(&["list", &record, "--price", "10", "--finalized"]).await?;
    Ok(Approved { record, approvers })
}

async fn document(stack: &Stack, text: &str) -> Result<String> {
    let path = stack.dir().join("report.txt");
    std::fs::write(&path, text)?;
    let path = path.display().to_string();
    let registered = stack.cli("Alice").run(&["register", &path, "--policy", "general-research"]).await?;
    Ok(registered["records"][0]["record"].to_string())
}

/// Has the hospitals install the runtime that was built with the programs, as the runbook says; gives the block of the
/// last step.
async fn install(stack: &Stack) -> Result<u32> {
    let alice = stack.cli("Alice");
    let runtime = current_runtime()?.display().to_string();
    let early = alice.refused(&["upgrade", "enact"]).await?;
    ensure!(!early.is_empty(), "what nobody let run was enacted without a word");
    hospitals::decide(|name| stack.cli(name).patient(), &["upgrade", "propose", &runtime]).await?;
    let enacted = alice.run(&["upgrade", "enact", "--finalized"]).await?;
    let call = enacted["call_hash"].as_str().with_context(|| format!("no call in {enacted}"))?.to_owned();
    let refused = stack.cli("Bob").refused(&["council", "reclaim", &call]).await?;
    ensure!(refused.contains("nothing on hold"), "{refused}");
    let number = enacted["block"].as_u64().with_context(|| format!("no block in {enacted}"))?;
    Ok(u32::try_from(number)?)
}

/// The first block after this one that the new runtime makes, once it is final. It is waited for as long as further blocks
/// become final.
async fn upgraded(rpc: &Rpc, enacted: u32) -> Result<u32> {
    let (mut known, mut silent) = (0, 0);
    while silent < 120 {
        let head = ledger::final_head(rpc).await?;
        let reached = ledger::header(rpc, Some(head)).await?.height()?;
        ensure!(reached < enacted + 20, "the old runtime made block {reached}");
        silent = if reached > known { 0 } else { silent + 1 };
        known = reached;
        for height in enacted..=reached {
            let hash = ledger::hash_at(rpc, height).await?.context("a final block has a hash")?;
            // The code is exchanged in the last block of the old runtime, and what was to be migrated is in the next.
            if spec_version(rpc, Some(hash)).await? > PREVIOUS && height < reached {
                return Ok(height + 1);
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    anyhow::bail!("no final block after {known} within two minutes")
}

async fn spec_version(rpc: &Rpc, at: Option<Hash>) -> Result<u32> {
    let version: Value = rpc.ask("state_getRuntimeVersion", rpc_params![at]).await?;
    Ok(u32::try_from(version["specVersion"].as_u64().context("a version")?)?)
}

async fn state(network: &Network, height: u32) -> Result<State> {
    let hash = ledger::hash_at(network.rpc(0), height).await?.context("a final block has a hash")?;
    ledger::state(network.rpc(0), hash).await
}

/// Money, grants, records and everything else are after the first block of the new runtime what they were before it.
fn keeps_everything(before: &State, after: &State) -> Result<()> {
    let version = ledger::key("", ":__STORAGE_VERSION__:")[16..].to_vec();
    // Counts the block itself.
    let authored = ledger::key("Validators", "Authored");
    for pallet in KEPT {
        let prefix = sp_crypto_hashing::twox_128(pallet.as_bytes());
        let items: BTreeSet<_> = before.keys().filter(|key| key.starts_with(&prefix)).collect();
        ensure!(!items.is_empty(), "{pallet} had no state to compare");
        for key in items {
            if !key.ends_with(&version) && !key.starts_with(&authored) {
                ensure!(
                    before.get(key) == after.get(key),
                    "{pallet} changed 0x{}: {:?} became {:?}",
                    hex::encode(key),
                    before.get(key).map(hex::encode),
                    after.get(key).map(hex::encode)
                );
            }
        }
    }
    for item in [("System", "Account"), ("Balances", "Holds"), ("Balances", "TotalIssuance")] {
        let prefix = ledger::key(item.0, item.1);
        let of = |state: &State| -> State {
            let found = state.iter().filter(|(key, _)| key.starts_with(&prefix));
            found.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        ensure!(of(before) == of(after), "{} of {} changed", item.1, item.0);
        ensure!(!of(before).is_empty(), "there is no {} of {}", item.1, item.0);
    }
    check(after.clone())
}

/// What each pallet promises of its state.
fn check(state: State) -> Result<()> {
    invariants::state_of(state).execute_with(invariants::check).map_err(anyhow::Error::msg)
}

/// Writes what the previous release left, for tests of the migrations: keys and values in hex, without the code and its
/// successor's, which was published as a preimage.
fn keep(state: &State, path: &Path) -> Result<()> {
    let published = sp_crypto_hashing::twox_128(b"Preimage");
    let text: BTreeMap<String, String> = state
        .iter()
        .filter(|(key, _)| key.as_slice() != b":code" && !key.starts_with(&published))
        .map(|(key, value)| (hex::encode(key), hex::encode(value)))
        .collect();
    std::fs::write(path, serde_json::to_string_pretty(&text)? + "\n")?;
    Ok(())
}
