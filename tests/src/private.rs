//! A consortium's own network: its chain is made from a consortium file that names the nodes, and each node is started with
//! no more than its keys and an address of another. What keeps strangers out is what nodes do by themselves.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use medshare_client::{Chain, Identity, Until, chain::Call};
use medshare_types::PeerKey;
use serde_json::Value;
use subxt::rpcs::rpc_params;
use tempfile::TempDir;

use crate::{
    Process, binary, council,
    network::{VALIDATORS, free_port, height},
    rpc::Rpc,
};

/// How long something may take that has to come. The machine may have other work to do.
const PATIENCE: Duration = Duration::from_secs(240);

/// A node that runs, or can.
pub struct Node {
    process: Option<Process>,
    /// Its RPC.
    pub rpc: Rpc,
    /// Where it answers HTTP.
    pub url: String,
    /// What calls name it by.
    pub key: PeerKey,
    name: &'static str,
}

/// The network. Its first nodes are the four hospitals' validators; all that its file names are in the chain's list.
pub struct PrivateNetwork {
    nodes: Vec<Node>,
    chain: PathBuf,
    bootnodes: Vec<String>,
    dir: TempDir,
}

impl PrivateNetwork {
    /// Makes the chain, whose list has the validators and these further nodes, and starts the validators.
    ///
    /// # Errors
    /// If the chain cannot be made or a validator does not come up.
    pub async fn start(further: &[&'static str]) -> Result<Self> {
        Self::start_with(Some(further)).await
    }

    /// The same without a list: an open network.
    ///
    /// # Errors
    /// As [`PrivateNetwork::start`].
    pub async fn start_open() -> Result<Self> {
        Self::start_with(None).await
    }

    async fn start_with(listed: Option<&[&'static str]>) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("medshare-private-").tempdir()?;
        let chain = dir.path().join("chain.json");
        let file = dir.path().join("consortium.toml");
        std::fs::write(&file, consortium_file(dir.path(), listed)?)?;
        tool(&["consortium-spec", &text(&file), "--output", &text(&chain)])?;
        // The development accounts act here, which clients allow on development chains only. For nodes it is no such chain.
        let live = std::fs::read_to_string(&chain)?;
        ensure!(live.contains("\"chainType\": \"Live\""), "the consortium's chain is not live: {live:.300}");
        std::fs::write(&chain, live.replacen("\"chainType\": \"Live\"", "\"chainType\": \"Local\"", 1))?;

        let mut network = Self { nodes: Vec::new(), chain, bootnodes: Vec::new(), dir };
        for name in VALIDATORS {
            // Blocks come in every slot, also without work.
            network.add(name, &[&format!("--{name}"), "--heartbeat=2"]).await?;
        }
        Ok(network)
    }

    /// Starts one more node, which knows the addresses of those before it, and waits until it answers.
    ///
    /// # Errors
    /// If it does not come up.
    pub async fn add(&mut self, name: &'static str, arguments: &[&str]) -> Result<usize> {
        let (peers, rpc) = (free_port()?, free_port()?);
        let listen = format!("/ip4/127.0.0.1/tcp/{peers}");
        let node_key = node_key(self.dir.path(), name)?;
        let mut all = vec![
            format!("--chain={}", self.chain.display()),
            format!("--base-path={}", self.dir.path().join(name).display()),
            format!("--node-key-file={}", node_key.display()),
            format!("--listen-addr={listen}"),
            format!("--rpc-port={rpc}"),
            "--no-prometheus".to_owned(),
            "--disable-log-color".to_owned(),
        ];
        all.extend(self.bootnodes.iter().map(|address| format!("--bootnodes={address}")));
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let mut process = Process::start("medshare-node", name, self.dir.path(), &all)?;
        process
            .wait_for("answering RPC", |log| log.contains("Running JSON-RPC server").then_some(()))
            .await?;
        let peer = peer_id(&node_key)?;
        self.bootnodes.push(format!("{listen}/p2p/{peer}"));
        self.nodes.push(Node {
            process: Some(process),
            rpc: Rpc::at(format!("ws://127.0.0.1:{rpc}")),
            url: format!("http://127.0.0.1:{rpc}"),
            key: medshare_client::peers::parse(&peer)?,
            name,
        });
        Ok(self.nodes.len() - 1)
    }

    /// A node.
    pub fn node(&self, index: usize) -> &Node {
        &self.nodes[index]
    }

    /// Ends a node as its operator would.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn stop(&mut self, index: usize) -> Result<()> {
        match self.nodes[index].process.take() {
            Some(process) => process.end().await,
            None => Ok(()),
        }
    }

    /// Has the hospitals decide on a call.
    ///
    /// # Errors
    /// If they cannot, or the call is refused.
    pub async fn decide(&self, call: Call) -> Result<()> {
        let chain = Chain::connect(self.nodes[0].rpc.url()).await?;
        let hospitals = ["Alice", "Bob", "Charlie"].map(|name| Identity::development(name, &chain));
        let hospitals = hospitals.into_iter().collect::<Result<Vec<_>, _>>()?;
        let send = async |who: &Identity, call: Call| Ok(chain.submit(who, call, Until::Finalized).await?);
        council::carry(&chain, &hospitals, call, send).await
    }

    /// Has a hospital send a call.
    ///
    /// # Errors
    /// If the chain refuses it.
    pub async fn send(&self, hospital: &str, call: Call) -> Result<()> {
        let chain = Chain::connect(self.nodes[0].rpc.url()).await?;
        let hospital = Identity::development(hospital, &chain)?;
        chain.submit(&hospital, call, Until::Finalized).await?;
        Ok(())
    }

    /// The account of a hospital.
    ///
    /// # Errors
    /// If there is none of this name.
    pub async fn account(&self, hospital: &str) -> Result<medshare_types::AccountId> {
        let chain = Chain::connect(self.nodes[0].rpc.url()).await?;
        Ok(Identity::development(hospital, &chain)?.account().clone())
    }
}

impl Node {
    /// The height of its newest final block.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn final_height(&self) -> Result<u64> {
        let hash: String = self.rpc.ask("chain_getFinalizedHead", rpc_params![]).await?;
        height(&self.rpc.ask("chain_getHeader", rpc_params![hash]).await?)
    }

    /// The height of its newest block.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn best_height(&self) -> Result<u64> {
        height(&self.rpc.ask("chain_getHeader", rpc_params![]).await?)
    }

    /// How many peers it has.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn peers(&self) -> Result<u64> {
        let health: Value = self.rpc.ask("system_health", rpc_params![]).await?;
        health["peers"].as_u64().context("its health tells how many peers it has")
    }

    /// What it has printed.
    pub fn log(&self) -> String {
        self.process.as_ref().map(Process::log).unwrap_or_default()
    }

    /// Waits until a block of at least this height is final here.
    ///
    /// # Errors
    /// If that does not happen within four minutes.
    pub async fn wait_final(&self, wanted: u64) -> Result<u64> {
        self.wait(&format!("final block {wanted}"), async || {
            self.final_height().await.ok().filter(|height| *height >= wanted)
        })
        .await
    }

    /// Waits until it has a block of at least this height, final or not.
    ///
    /// # Errors
    /// If that does not happen within four minutes.
    pub async fn wait_best(&self, wanted: u64) -> Result<u64> {
        self.wait(&format!("block {wanted}"), async || {
            self.best_height().await.ok().filter(|height| *height >= wanted)
        })
        .await
    }

    /// Waits until it has as many peers as this, or fewer.
    ///
    /// # Errors
    /// If that does not happen within four minutes.
    pub async fn wait_peers(&self, wanted: std::ops::RangeInclusive<u64>) -> Result<u64> {
        self.wait(&format!("{wanted:?} peers"), async || {
            self.peers().await.ok().filter(|peers| wanted.contains(peers))
        })
        .await
    }

    async fn wait<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> Result<T> {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        });
        found.await.with_context(|| {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let last = lines[lines.len().saturating_sub(20)..].join("\n");
            format!(
                "{} has not come to {what} after {} s; it printed:\n{last}",
                self.name,
                PATIENCE.as_secs()
            )
        })
    }
}

/// A consortium of the development accounts. It names the nodes if there are some to be listed besides the validators'.
fn consortium_file(dir: &Path, listed: Option<&[&'static str]>) -> Result<String> {
    let mut file = "name = \"Private\"\nid = \"private\"\nendowment = 1000\n".to_owned();
    let mut first = None;
    for name in VALIDATORS {
        let title = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let public = |scheme| -> Result<String> {
            let secret = format!("//{title}");
            let key = tool(&["key", "inspect", "--scheme", scheme, "--output-type", "json", &secret])?;
            let key: Value = serde_json::from_str(&key)?;
            Ok(key["ss58PublicKey"].as_str().context("a key has a public key")?.to_owned())
        };
        let account = public("sr25519")?;
        let encryption = medshare_crypto::KeyPair::development(&title).public().0;
        let identity = hex::encode([u8::try_from(name.len())?; 32]);
        write!(
            file,
            "[[hospital]]\nname = \"{title}\"\naccount = \"{account}\"\nidentity = \"0x{identity}\"\n\
             encryption_key = \"{encryption:?}\"\naura = \"{account}\"\ngrandpa = \"{}\"\n",
            public("ed25519")?
        )?;
        if listed.is_some() {
            writeln!(file, "peer_id = \"{}\"", peer_id(&node_key(dir, name)?)?)?;
        }
        first.get_or_insert(account);
    }
    for name in listed.unwrap_or_default() {
        let (account, peer) = (first.as_deref().unwrap_or_default(), peer_id(&node_key(dir, name)?)?);
        write!(file, "[[observer]]\nname = \"{name}\"\naccount = \"{account}\"\npeer_id = \"{peer}\"\n")?;
    }
    Ok(file)
}

/// The file with a node's key, which is made if there is none yet.
fn node_key(dir: &Path, name: &str) -> Result<PathBuf> {
    let path = dir.join(format!("{name}.node-key"));
    if !path.exists() {
        tool(&["key", "generate-node-key", "--file", &text(&path)])?;
    }
    Ok(path)
}

fn peer_id(node_key: &Path) -> Result<String> {
    Ok(tool(&["key", "inspect-node-key", "--file", &text(node_key)])?.trim().to_owned())
}

/// Runs the node's program to its end, and gives what it prints.
fn tool(arguments: &[&str]) -> Result<String> {
    let output = Command::new(binary("medshare-node")?)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("cannot run medshare-node")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "medshare-node {arguments:?}: {errors}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
