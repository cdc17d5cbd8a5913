//! The command as people and scripts use it, where that needs a chain: rehearsals, exit codes, broken-off work, settings.
//! What it prints is checked against `docs/cli.schema.json` in every whole-system test.

use std::{net::TcpListener, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result};
use medshare_tests::{Cli, Stack, sale};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

fn amount(balance: &Value, name: &str) -> u128 {
    balance[name].as_str().and_then(|amount| amount.parse().ok()).unwrap_or_default()
}

/// What a rehearsal says would be held.
fn held(rehearsal: &Value) -> u128 {
    rehearsal["holds"].as_array().into_iter().flatten().map(|hold| amount(hold, "amount")).sum()
}

/// A command that runs, to be broken off.
struct Running(tokio::process::Child);

impl Running {
    fn start(mut command: tokio::process::Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        Ok(Self(child))
    }

    /// Ends it as Ctrl-C does; gives its exit code and what it printed.
    async fn interrupt(self) -> Result<(Option<i32>, Value)> {
        let id = self.0.id().context("it has ended already")?;
        kill_process(Pid::from_raw(i32::try_from(id)?).context("it has no id")?, Signal::INT)?;
        let output = self.0.wait_with_output().await?;
        Ok((output.status.code(), serde_json::from_slice(&output.stdout)?))
    }
}

/// Whether a file of this name is somewhere in a folder.
fn is_in(folder: &Path, name: &str) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        entry.file_name().to_string_lossy().contains(name)
            || entry.path().is_dir() && is_in(&entry.path(), name)
    })
}

async fn count(cli: &Cli, what: &str) -> Result<usize> {
    Ok(cli.run(&[what]).await?[what].as_array().map(Vec::len).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_changes_nothing_and_foretells_what_happens() -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let path = stack.dir().join("report.txt");
    std::fs::write(&path, "nothing to report")?;
    let path = path.display().to_string();
    let alice = stack.cli("Alice");

    let before = (alice.run(&["balance"]).await?, alice.run(&["records"]).await?);
    let register = ["register", &path, "--policy", "general-research"];
    let rehearsed = alice.run(&[&["--dry-run"], &register[..]].concat()).await?;
    assert_eq!(rehearsed["call"], "Records.register");
    assert_eq!(rehearsed["accepted"], true, "{rehearsed}");
    assert_eq!(rehearsed["free"], true, "a member's quota covers a registration: {rehearsed}");
    let blob = rehearsed["arguments"]["content"]["ciphertext"].as_str().context("it has no ciphertext")?;
    assert!(!is_in(stack.dir(), blob.trim_start_matches("0x")), "a rehearsal uploaded something");
    assert_eq!(before, (alice.run(&["balance"]).await?, alice.run(&["records"]).await?));

    let registered = alice.run(&register).await?;
    let record = registered["records"][0]["record"].to_string();
    let blob = registered["records"][0]["ciphertext"].as_str().context("it has no ciphertext")?;
    assert!(is_in(stack.dir(), blob.trim_start_matches("0x")), "the test does not find uploads");
    let deposit = amount(&registered["records"][0], "deposit");
    assert_eq!(held(&rehearsed), deposit, "the client does not know the deposits of this runtime");

    let approvals = sale::approve(&stack, &record).await?;
    alice.run(&["list", &record, "--price", "10", "--finalized"]).await?;
    let buyer = sale::buyer(&stack, &approvals)?;
    let buy = ["buy", &record, "--use", "other-research"];
    let rehearsed = buyer.run(&[&["--dry-run"], &buy[..]].concat()).await?;
    let before = buyer.run(&["balance"]).await?;
    buyer.run(&buy).await?;
    let after = buyer.run(&["balance"]).await?;
    assert_eq!(held(&rehearsed), amount(&after, "held") - amount(&before, "held"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_end_in_the_code_of_what_went_wrong() -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let path = stack.dir().join("report.txt");
    std::fs::write(&path, "nothing to report")?;
    let path = path.display().to_string();
    let (alice, bob) = (stack.cli("Alice"), stack.cli("Bob"));
    let register = ["register", &path, "--policy", "general-research", "--finalized"];
    let record = alice.run(&register).await?["records"][0]["record"].to_string();

    let nowhere = stack.cli("Alice").with_vault("http://127.0.0.1:1");
    let stranger = stack.cli("Alice").with_key_file("stranger");
    stranger.run(&["keys", "create"]).await?;
    for (cli, arguments, code, refusal) in [
        (&alice, vec!["order", "999"], 4, None),
        (&alice, vec!["show", "999"], 4, None),
        (&alice, vec!["revise", "999", &path], 4, None),
        (&bob, vec!["withdraw", &record], 5, Some("Records.NotOwner")),
        (&bob, vec!["--dry-run", "withdraw", &record], 5, None),
        (&bob, vec!["buy", &record, "--use", "other-research"], 5, None),
        (&bob, vec!["open", &record, "-o", "opened"], 5, None),
        (&stranger, vec!["withdraw", &record], 5, None),
        (&stranger, vec!["--dry-run", "withdraw", &record], 5, None),
        (&nowhere, vec!["register", &path, "--policy", "general-research"], 6, None),
        (&alice, vec!["buy", &record, "--use", "nothing"], 2, None),
        (&alice, vec!["register", "none", "--policy", "general-research"], 3, None),
    ] {
        let failure = cli.fails(&arguments).await?;
        assert_eq!(failure.code, Some(code), "{failure}");
        let error = &failure.printed["error"];
        if let Some(refusal) = refusal {
            assert_eq!(error["refusal"], refusal, "{failure}");
        }
        if failure.printed["dry_run"] == true {
            assert_eq!(failure.printed["accepted"], false);
            assert!(failure.printed["refusal"]["message"].is_string());
        } else {
            assert_eq!(error["exit"], code, "{failure}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_that_is_broken_off_is_made_once() -> Result<()> {
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
    alice.run(&["list", &record, "--price", "10", "--finalized"]).await?;
    // Nobody delivers, so that the buyer waits.
    stack.stop_agents().await?;

    let buy = ["buy", &record, "--use", "other-research", "--wait", "600"];
    let buying = Running::start(buyer.command(&buy)?)?;
    for _ in 0..120 {
        if count(&buyer, "orders").await? == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let (code, printed) = buying.interrupt().await?;
    assert_eq!(code, Some(130), "{printed}");
    let hint = printed["error"]["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("medshare orders"), "{printed}");
    assert_eq!(count(&buyer, "orders").await?, 1);
    let again = buyer.fails(&["buy", &record, "--use", "other-research"]).await?;
    assert_eq!(again.printed["error"]["refusal"], "Marketplace.AlreadyOrdered", "{again}");

    stack.agent("Alice").await?;
    for _ in 0..60 {
        if buyer.run(&["open", &record, "-o", "opened"]).await.is_ok() {
            assert_eq!(std::fs::read(stack.dir().join("opened"))?, std::fs::read(&path)?);
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    anyhow::bail!("the order that was broken off was not delivered: {}", stack.logs())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_is_broken_off_leaves_nothing_and_goes_on_from_what_was_sealed() -> Result<()> {
    let stack = Stack::start().await?;
    let (path, scratch) = (stack.dir().join("report.txt"), stack.dir().join("scratch"));
    std::fs::write(&path, "nothing to report")?;
    std::fs::create_dir(&scratch)?;
    let path = path.display().to_string();
    let alice = stack.cli("Alice");
    // A vault that never answers: when it is asked, the file is sealed and nothing is sent.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let waiting = alice.with_vault(&format!("http://{}", silent.local_addr()?));
    let mut command = waiting.command(&["register", &path, "--policy", "general-research"])?;
    command.env("TMPDIR", &scratch);
    let registering = Running::start(command)?;
    let (_connection, _) = tokio::task::spawn_blocking(move || silent.accept()).await??;
    assert_ne!(std::fs::read_dir(&scratch)?.count(), 0, "the file is not sealed where the test looks");
    let (code, printed) = registering.interrupt().await?;
    assert_eq!(code, Some(130), "{printed}");
    assert_eq!(std::fs::read_dir(&scratch)?.count(), 0, "what was sealed is left behind");
    assert_eq!(count(&alice, "records").await?, 0);

    let sealed = alice.run(&["seal", &path]).await?;
    let description = sealed["description"].as_str().context("there is no description")?.to_owned();
    let register = ["register", &description, "--policy", "general-research"];
    alice.run(&register).await?;
    // Who does not know that it took effect repeats it, and registers nothing twice.
    let again = alice.fails(&register).await?;
    assert_eq!(again.printed["error"]["refusal"], "Records.CiphertextTaken", "{again}");
    assert_eq!(count(&alice, "records").await?, 1);
    Ok(())
}
