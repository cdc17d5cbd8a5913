//! The command as people and scripts use it, where that needs a chain: rehearsals, exit codes, broken-off work, settings.
//! What it prints is checked against `docs/cli.schema.json` in every whole-system test.

use std::{net::TcpListener, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result};
use medshare_tests::{Cli, Stack, fixture, sale};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::TcpStream,
};

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

/// When a connection to a node breaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    /// Once the node has a transaction, before it says so.
    Sent,
    /// When the node is asked for what came of it, as the transaction is in a block.
    Asked,
}

/// A way to a node that breaks, by its URL.
async fn frail(node: &str, breaks: Breaks) -> Result<String> {
    let node = node.trim_start_matches("ws://").to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}", listener.local_addr()?);
    tokio::spawn(relay(listener, node, breaks));
    Ok(url)
}

async fn relay(listener: tokio::net::TcpListener, node: String, breaks: Breaks) -> Result<()> {
    let (mut asks, mut told) = listener.accept().await?.0.into_split();
    let (mut answers, mut to_node) = TcpStream::connect(node).await?.into_split();
    let back = tokio::spawn(async move { copy(&mut answers, &mut told).await });
    let (mut bytes, mut sent) = (Vec::<u8>::new(), false);
    while asks.read_buf(&mut bytes).await? > 0 {
        while let Some((length, text)) = first_message(&bytes) {
            if sent && text.contains("\"method\"") {
                back.abort();
                return Ok(());
            }
            to_node.write_all(&bytes[..length]).await?;
            bytes.drain(..length);
            sent |= text.contains("author_submitAndWatchExtrinsic");
            if sent && breaks == Breaks::Sent {
                back.abort();
                drop(asks);
                // For the node, somebody listens on.
                return std::future::pending().await;
            }
        }
    }
    Ok(())
}

/// The first whole message of a WebSocket client at the beginning of these bytes: its length, and its text.
fn first_message(bytes: &[u8]) -> Option<(usize, String)> {
    if bytes.starts_with(b"GET ") {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        return Some((end + 4, String::new()));
    }
    // RFC 6455, section 5.2. Clients mask what they send.
    let (length, mask) = match bytes.get(1)? & 0x7f {
        126 => (u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?), 10),
        short => (u64::from(short), 2),
    };
    let begin = mask + 4;
    let end = begin + usize::try_from(length).ok()?;
    let mask = bytes.get(mask..begin)?.iter().cycle();
    let text: Vec<u8> = bytes.get(begin..end)?.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
    Some((end, String::from_utf8_lossy(&text).into_owned()))
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

    // An envelope and its description are moved together, and used from elsewhere.
    let (before, after) = (stack.dir().join("before"), stack.dir().join("after"));
    std::fs::create_dir(&before)?;
    std::fs::write(before.join("note.txt"), "nothing to report here either")?;
    alice.run(&["seal", "before/note.txt"]).await?;
    std::fs::rename(&before, &after)?;
    alice.run(&["register", "after/note.txt.age.sealed.json", "--policy", "general-research"]).await?;
    assert_eq!(count(&alice, "records").await?, 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_goes_away_leaves_open_what_came_of_a_transaction() -> Result<()> {
    let stack = Stack::start().await?;
    let alice = stack.cli("Alice");
    for (done, breaks) in [Breaks::Sent, Breaks::Asked].into_iter().enumerate() {
        let path = stack.dir().join(format!("report-{done}.txt"));
        std::fs::write(&path, format!("nothing to report, {done}"))?;
        let path = path.display().to_string();
        let broken = alice.at(&frail(stack.node_url(), breaks).await?);
        let failure = broken.fails(&["register", &path, "--policy", "general-research"]).await?;
        assert_eq!(failure.code, Some(7), "{failure}");
        let told = |member: &str| failure.printed["error"][member].as_str().unwrap_or_default();
        assert!(told("message").contains("Records.register was sent as 0x"), "{failure}");
        assert_eq!(told("message").contains("is in block 0x"), breaks == Breaks::Asked, "{failure}");
        let hint = told("hint");
        assert!(hint.contains("medshare records") && !hint.contains("nothing is registered"), "{failure}");
        // It did take effect.
        for _ in 0..60 {
            if count(&alice, "records").await? > done {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(count(&alice, "records").await?, done + 1);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_rehearsed_or_failed_is_not_in_the_way_of_what_is_done() -> Result<()> {
    let stack = Stack::start().await?;
    let (alice, nowhere) = (stack.cli("Alice"), stack.cli("Alice").with_vault("http://127.0.0.1:1"));
    let (report, secret) = (stack.dir().join("changes.json"), stack.dir().join("institution.secret"));
    let file = fixture("fhir/atencio.json").display().to_string();
    let what = ["register", &file, "--policy", "general-research"];
    let register = [&what[..], &["--deidentify", "--link", "--report", "changes.json"]].concat();

    let rehearsed = alice.run(&[&["--dry-run"], &register[..]].concat()).await?;
    assert_eq!(rehearsed["accepted"], true, "{rehearsed}");
    assert!(!report.exists() && !secret.exists(), "a rehearsal keeps something");

    let failure = nowhere.fails(&register).await?;
    assert_eq!(failure.code, Some(6), "{failure}");
    assert!(!report.exists(), "there is a report of what was not done");
    assert!(secret.exists(), "the test does not look where the secret is");
    assert!(failure.message.contains("this institution's new secret: keep a copy"), "{failure}");

    let registered = alice.run(&register).await?;
    let changes: Value = serde_json::from_slice(&std::fs::read(&report)?)?;
    let changes = changes["changes"].as_array().map(Vec::len).unwrap_or_default();
    assert_eq!(registered["records"][0]["changes"].as_u64(), u64::try_from(changes).ok());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_check_speaks_against_is_approved_only_on_purpose() -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let file = fixture("fhir/atencio.json").display().to_string();
    let register = ["register", &file, "--policy", "general-research", "--accept-identifying"];
    let record = stack.cli("Alice").run(&register).await?["records"][0]["record"].to_string();
    let panel = sale::panel(&stack, &record).await?;
    let (first, second) = (stack.cli(&panel[0]), stack.cli(&panel[1]));
    let approve = ["audit", "approve", &record];
    for arguments in [approve.to_vec(), [&["--dry-run"], &approve[..]].concat()] {
        let failure = first.fails(&arguments).await?;
        assert_eq!(failure.code, Some(9), "{failure}");
        assert!(failure.message.contains("not-deidentified"), "{failure}");
        assert!(failure.message.contains("--despite-findings"), "{failure}");
    }
    let voted = first.run(&[&approve[..], &["--despite-findings"]].concat()).await?;
    assert_eq!(voted["verdict"], "Approve", "{voted}");
    assert!(voted["report_text"].to_string().contains("it holds what identifies a person"), "{voted}");
    // Who writes a report has looked.
    std::fs::write(stack.dir().join("own.txt"), "It is a test.")?;
    let voted = second.run(&[&approve[..], &["--report", "own.txt"]].concat()).await?;
    assert!(voted["state"].get("Decided").is_some(), "{voted}");
    Ok(())
}
