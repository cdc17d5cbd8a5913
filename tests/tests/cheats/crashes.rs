//! Programs that end in the middle of something, as by a crash or by somebody who pulls the plug.

use std::{
    net::SocketAddr,
    path::Path,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use medshare_client::{At, Chain, Identity};
use medshare_tests::Stack;
use medshare_types::Hash;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// How many bytes the document has of which half gets through.
const DOCUMENT: u32 = 32 << 20;
/// How long after its blob is in the vault a registration loses its node: when the transaction is not sent yet, when it
/// waits, when it is in a block, and when that is about to become final.
const LOSSES: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(700), Duration::from_millis(1_800), Duration::from_millis(3_600)];

/// A cable to a vault through which only so much goes towards it.
struct Cable {
    address: SocketAddr,
    passed: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Cable {
    async fn to(vault: SocketAddr, most: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, passed) = (listener.local_addr()?, Arc::new(AtomicU64::new(0)));
        let counted = Arc::clone(&passed);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let passed = Arc::clone(&counted);
                tokio::spawn(async move {
                    let Ok(vault) = TcpStream::connect(vault).await else { return };
                    let ((from, mut back), (mut answers, to)) = (client.into_split(), vault.into_split());
                    tokio::select! {
                        () = forward(from, to, &passed, most) => {}
                        // When the vault ends, so does the connection.
                        _ = copy(&mut answers, &mut back) => {}
                    }
                });
            }
        });
        Ok(Self { address, passed, task })
    }

    async fn is_used_up(&self, most: u64) -> Result<()> {
        let begun = Instant::now();
        while self.passed.load(Ordering::Relaxed) < most {
            ensure!(begun.elapsed() < Duration::from_secs(120), "the upload does not get to its middle");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Passes on what comes until so much went through, and then nothing more.
async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, passed: &AtomicU64, most: u64) {
    let mut piece = vec![0; 64 * 1024];
    while passed.load(Ordering::Relaxed) < most {
        match from.read(&mut piece).await {
            Ok(read @ 1..) if to.write_all(&piece[..read]).await.is_ok() => {
                passed.fetch_add(u64::try_from(read).unwrap_or_default(), Ordering::Relaxed);
            }
            _ => return,
        }
    }
    std::future::pending().await
}

/// The blobs in the folder of the usual vault.
fn blobs(stack: &Stack) -> usize {
    fn within(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| match entry.path() {
                folder if folder.is_dir() => within(&folder),
                file => usize::from(file.file_name().is_some_and(|name| name.len() == 64)),
            })
            .sum()
    }
    within(&stack.dir().join("vault-Ferdie").join("blobs"))
}

/// A vault that is killed while it takes a document has nothing of it that anybody could see; nothing is registered and
/// nothing on hold; and when it is back, the same command does it.
pub async fn a_vault_killed_during_an_upload_shows_nothing_of_it() -> Result<()> {
    let mut stack = Stack::start().await?;
    let outcome = killed_during_an_upload(&mut stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn killed_during_an_upload(stack: &mut Stack) -> Result<()> {
    let path = stack.dir().join("scan.bin");
    std::fs::write(&path, (0..DOCUMENT / 4).flat_map(u32::to_le_bytes).collect::<Vec<u8>>())?;
    let name = path.display().to_string();
    let register = ["register", &name, "--policy", "general-research", "--finalized"];
    let alice = stack.cli("Alice");
    let before = alice.run(&["balance"]).await?;

    let vault = stack.vault_url().strip_prefix("http://").context("a vault without TLS")?.parse()?;
    let half = u64::from(DOCUMENT / 2);
    let cable = Cable::to(vault, half).await?;
    let mut command = alice.with_vault(&format!("http://{}", cable.address)).command(&register)?;
    let uploading = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    cable.is_used_up(half).await?;
    stack.restart_vault().await?;
    let ended = tokio::time::timeout(Duration::from_secs(120), uploading.wait_with_output()).await??;
    let told = String::from_utf8_lossy(&ended.stderr);
    // The code of what cannot be reached.
    ensure!(ended.status.code() == Some(6), "{:?}: {told}", ended.status);
    ensure!(told.contains("vault"), "{told}");
    drop(cable);

    ensure!(blobs(stack) == 0, "a part of a document is shown as a blob");
    let alice = stack.cli("Alice");
    ensure!(
        alice.run(&["records"]).await?["records"].as_array().is_none_or(Vec::is_empty),
        "it was registered"
    );
    ensure!(alice.run(&["balance"]).await? == before, "something is on hold for what is not there");

    let registered = alice.run(&register).await?;
    ensure!(blobs(stack) == 1, "{} blobs of one document", blobs(stack));
    let record = registered["records"][0]["record"].to_string();
    let opened = stack.dir().join("opened");
    alice.run(&["open", &record, "-o", &opened.display().to_string()]).await?;
    ensure!(std::fs::read(&opened)? == std::fs::read(&path)?, "something else was opened");
    Ok(())
}

/// A node that is killed at any time after a document is in the vault: afterwards it is registered once or not at all, what
/// is on hold is what is registered, and who repeats the command registers it once.
pub async fn a_node_killed_during_a_registration_registers_once_or_not_at_all() -> Result<()> {
    let mut stack = Stack::start().await?;
    let mut outcome = Ok(());
    for (round, after) in LOSSES.into_iter().enumerate() {
        outcome = killed_during_a_registration(&mut stack, round, after).await;
        if outcome.is_err() {
            break;
        }
    }
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn killed_during_a_registration(stack: &mut Stack, round: usize, after: Duration) -> Result<()> {
    let path = stack.dir().join(format!("report-{round}.txt"));
    let content = format!("nothing to report in round {round}");
    std::fs::write(&path, &content)?;
    let alice = stack.cli("Alice");
    let sealed = alice.run(&["seal", &path.display().to_string()]).await?;
    let description = sealed["description"].as_str().context("there is no description")?.to_owned();
    let address: Hash = serde_json::from_value(sealed["ciphertext"].clone())?;
    let register = ["register", &description, "--policy", "general-research"];

    let mut command = alice.command(&register)?;
    let registering = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let begun = Instant::now();
    while blobs(stack) <= round {
        ensure!(begun.elapsed() < Duration::from_secs(60), "the document does not get into the vault");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(after).await;
    stack.restart_node().await?;
    // The vault asks the node at its new address.
    stack.restart_vault().await?;
    let ended = tokio::time::timeout(Duration::from_secs(120), registering.wait_with_output()).await??;
    // Done, out of reach, or sent without knowing what became of it.
    let told = String::from_utf8_lossy(&ended.stderr);
    ensure!(matches!(ended.status.code(), Some(0 | 6 | 7)), "{:?}: {told}", ended.status);

    let found = consistent(stack, address).await?;
    ensure!(found <= 1, "it was registered {found} times");
    let alice = stack.cli("Alice");
    match found {
        0 => drop(alice.run(&register).await?),
        _ => {
            let again = alice.fails(&register).await?;
            ensure!(again.printed["error"]["refusal"] == "Records.CiphertextTaken", "{again}");
        }
    }
    ensure!(consistent(stack, address).await? == 1, "it is not registered once");
    opens(stack, address, &content).await
}

/// How often a ciphertext is registered, when what is on hold with its owner is the sum of the deposits.
async fn consistent(stack: &Stack, ciphertext: Hash) -> Result<usize> {
    let chain = Chain::connect(stack.node_url()).await?;
    let alice = Identity::development("Alice", &chain)?;
    let at = At::Block(chain.block(At::Best).await?.hash);
    let (mut deposits, mut found) = (0, 0);
    for (record, _) in chain.all_records_of(alice.account(), at).await? {
        let version = chain.known_version(record, 1, at).await?;
        deposits += version.deposit;
        found += usize::from(version.content.ciphertext == ciphertext);
    }
    let held = chain.funds(alice.account(), at).await?.held;
    ensure!(held == deposits, "{held} is on hold for deposits of {deposits}");
    Ok(found)
}

/// Opens what has this ciphertext, once that is final.
async fn opens(stack: &Stack, ciphertext: Hash, content: &str) -> Result<()> {
    let alice = stack.cli("Alice");
    let listed = alice.run(&["records"]).await?;
    let chain = Chain::connect(stack.node_url()).await?;
    for listed in listed["records"].as_array().into_iter().flatten() {
        let record = listed["record"].as_u64().context("a record has a number")?;
        if chain.known_version(record, 1, At::Best).await?.content.ciphertext != ciphertext {
            continue;
        }
        let begun = Instant::now();
        while chain.record(record, At::Finalized).await?.is_none() {
            ensure!(begun.elapsed() < Duration::from_secs(60), "record {record} does not become final");
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        let opened = stack.dir().join(format!("opened-{record}"));
        alice.run(&["open", &record.to_string(), "-o", &opened.display().to_string()]).await?;
        ensure!(std::fs::read_to_string(&opened)? == content, "something else was opened");
        return Ok(());
    }
    bail!("no record has the ciphertext {ciphertext:?}")
}
