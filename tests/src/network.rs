//! The local chain of several validators, each a process of its own, and what can happen to them.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use rand::Rng;
use rustix::process::Signal;
use serde_json::Value;
use subxt::rpcs::rpc_params;
use tempfile::TempDir;

use crate::{
    Process, binary,
    cables::{Cables, Space},
    rpc::Rpc,
};

/// The validators of the runtime's preset `local`.
pub const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// How many nodes a network can have. All know one another from the beginning, as they would from a consortium's lists.
const MOST: usize = 6;

/// How long a node may take to have a final block. The machine may have other work to do.
const PATIENCE: Duration = Duration::from_secs(240);

/// Where the nodes of a network live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// On ports of the loopback device.
    Loopback,
    /// In network namespaces, which can be parted from one another.
    Namespaces,
}

impl Ground {
    /// Namespaces where they can be used, else ports.
    pub fn best() -> Self {
        if Cables::obstacle().is_none() { Self::Namespaces } else { Self::Loopback }
    }
}

/// What a network is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Where its nodes live.
    pub ground: Ground,
    /// The chain: a name that the node knows, or the path of a specification.
    pub chain: String,
    /// The program that they run: one of this workspace, or a path.
    pub program: String,
    /// Arguments for all of them, besides those that every network has.
    pub arguments: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        // Blocks come in every slot, also without work.
        Self {
            ground: Ground::Loopback,
            chain: "local".to_owned(),
            program: "medshare-node".to_owned(),
            arguments: heartbeat(2),
        }
    }
}

/// The argument for so many seconds without work between two blocks.
pub fn heartbeat(seconds: u64) -> Vec<String> {
    vec![format!("--heartbeat={seconds}")]
}

/// Whose keys a node works with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keys {
    /// The session keys of this development account, which it has again whenever it starts.
    Of(&'static str),
    /// Those that it makes itself when asked to.
    Own,
    /// None: it follows.
    None,
}

struct Node {
    name: String,
    process: Option<Process>,
    starts: usize,
    keys: Keys,
    base: PathBuf,
    place: Place,
    rpc: Arc<Rpc>,
}

/// Where a node meets others and answers.
struct Place {
    space: Option<Space>,
    meets_at: String,
    rpc_port: u16,
    peer: String,
    node_key: PathBuf,
}

/// The local chain's four validators, and further nodes.
pub struct Network {
    // Dropped in this order: first the programs, then what they use.
    nodes: Vec<Node>,
    places: Vec<Place>,
    peers: Vec<String>,
    cables: Option<Cables>,
    options: Options,
    dir: TempDir,
}

impl Network {
    /// Starts all four on ports of the loopback device.
    ///
    /// # Errors
    /// If one does not come up.
    pub async fn start() -> Result<Self> {
        Self::start_on(Ground::Loopback).await
    }

    /// Starts all four and waits until each answers.
    ///
    /// # Errors
    /// If one does not come up.
    pub async fn start_on(ground: Ground) -> Result<Self> {
        Self::start_with(Options { ground, ..Options::default() }).await
    }

    /// Starts all four and waits until each answers.
    ///
    /// # Errors
    /// If one does not come up.
    pub async fn start_with(mut options: Options) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("medshare-net-").tempdir()?;
        if !Path::new(&options.chain).is_file() {
            options.chain = write_chain(&options, dir.path())?;
        }
        let mut cables = match options.ground {
            Ground::Loopback => None,
            Ground::Namespaces => Some(Cables::lay()?),
        };
        let places = (0..MOST)
            .map(|index| Place::prepare(index, dir.path(), cables.as_mut()))
            .collect::<Result<Vec<Place>>>()?;
        let peers = places.iter().map(|place| format!("{}/p2p/{}", place.meets_at, place.peer)).collect();
        let mut network = Self { nodes: Vec::new(), places, peers, cables, options, dir };
        for name in VALIDATORS {
            network.add(name, Keys::Of(name))?;
        }
        for index in 0..network.nodes.len() {
            network.wait_up(index).await?;
        }
        Ok(network)
    }

    /// Starts one more node, and gives its number. Those that are there know it already.
    ///
    /// # Errors
    /// If there are as many as there can be, or it cannot be started.
    pub fn add(&mut self, name: &str, keys: Keys) -> Result<usize> {
        ensure!(!self.places.is_empty(), "a network has at most {MOST} nodes");
        let place = self.places.remove(0);
        let host = place.space.as_ref().map_or("127.0.0.1".to_owned(), |space| space.rpc.to_string());
        self.nodes.push(Node {
            name: name.to_owned(),
            process: None,
            starts: 0,
            keys,
            base: self.dir.path().join(name),
            rpc: Arc::new(Rpc::at(format!("ws://{host}:{}", place.rpc_port))),
            place,
        });
        let index = self.nodes.len() - 1;
        self.restart(index)?;
        Ok(index)
    }

    /// How many nodes there are.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// A node's name.
    pub fn name(&self, index: usize) -> &str {
        &self.nodes[index].name
    }

    /// A node's RPC.
    pub fn rpc(&self, index: usize) -> &Arc<Rpc> {
        &self.nodes[index].rpc
    }

    /// The RPC of all nodes.
    pub fn rpcs(&self) -> Vec<Arc<Rpc>> {
        self.nodes.iter().map(|node| node.rpc.clone()).collect()
    }

    /// Whether a node's process runs, paused or not.
    pub fn runs(&self, index: usize) -> bool {
        self.nodes[index].process.is_some()
    }

    /// What a node has printed since it was last started.
    pub fn log(&self, index: usize) -> String {
        self.nodes[index].process.as_ref().map(Process::log).unwrap_or_default()
    }

    /// Keeps logs and data when this is dropped, and says where they are.
    pub fn keep(&mut self) -> &Path {
        self.dir.disable_cleanup(true);
        self.dir.path()
    }

    /// Ends a node as a crash would.
    ///
    /// # Errors
    /// If it cannot be ended.
    pub async fn kill(&mut self, index: usize) -> Result<()> {
        match self.nodes[index].process.take() {
            Some(process) => process.kill().await,
            None => Ok(()),
        }
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

    /// Where a node keeps its data.
    pub fn data(&self, index: usize) -> &Path {
        &self.nodes[index].base
    }

    /// Ends all nodes as a power failure would: none of them sees another one end.
    ///
    /// # Errors
    /// If one cannot be ended.
    pub async fn kill_all(&mut self) -> Result<()> {
        for process in self.nodes.iter().filter_map(|node| node.process.as_ref()) {
            process.signal(Signal::KILL)?;
        }
        for index in 0..self.nodes.len() {
            self.kill(index).await?;
        }
        Ok(())
    }

    /// Starts a node that was ended again on its data.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn restart(&mut self, index: usize) -> Result<()> {
        let arguments = self.arguments(index);
        let program = &self.options.program;
        let node = &mut self.nodes[index];
        node.starts += 1;
        let log = format!("{}-{}", node.name, node.starts);
        let space = node.place.space.as_ref().map(|space| space.name.as_str());
        node.process = Some(Process::start_within(space, program, &log, self.dir.path(), &arguments)?);
        Ok(())
    }

    /// Waits until a node answers.
    ///
    /// # Errors
    /// If it ends before, or does not within five minutes.
    pub async fn wait_up(&mut self, index: usize) -> Result<()> {
        let process = self.nodes[index].process.as_mut().context("the node does not run")?;
        process.wait_for("answering RPC", |log| log.contains("Running JSON-RPC server").then_some(())).await
    }

    /// Takes everything from the disk of a node that was ended, its keystore too. With other keys it is another
    /// validator when it starts again.
    ///
    /// # Errors
    /// If that is impossible.
    pub fn wipe(&mut self, index: usize, keys: Keys) -> Result<()> {
        let node = &mut self.nodes[index];
        ensure!(node.process.is_none(), "{} still runs", node.name);
        node.keys = keys;
        std::fs::remove_dir_all(&node.base).with_context(|| format!("cannot remove {}", node.base.display()))
    }

    /// Stops a node where it is, as an overloaded machine would.
    ///
    /// # Errors
    /// If it does not run.
    pub fn pause(&self, index: usize) -> Result<()> {
        self.signal(index, Signal::STOP)
    }

    /// Lets a paused node go on.
    ///
    /// # Errors
    /// If it does not run.
    pub fn resume(&self, index: usize) -> Result<()> {
        self.signal(index, Signal::CONT)
    }

    /// Parts the network: each group reaches only its own.
    ///
    /// # Errors
    /// If the nodes are not in namespaces.
    pub fn part(&mut self, groups: &[&[usize]]) -> Result<()> {
        self.cables.as_mut().context("without network namespaces there are no partitions")?.split(groups)
    }

    /// Ends a partition.
    ///
    /// # Errors
    /// If the nodes are not in namespaces.
    pub fn heal(&mut self) -> Result<()> {
        self.cables.as_mut().context("without network namespaces there are no partitions")?.join()
    }

    /// Waits until a node says that a block of at least this height is final, and gives the height.
    ///
    /// # Errors
    /// If that does not happen within four minutes.
    pub async fn wait_final(&self, index: usize, height: u64) -> Result<u64> {
        let mut last = None;
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                last = self.final_height(index).await.ok().or(last);
                if let Some(reached) = last.filter(|reached| *reached >= height) {
                    return reached;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        })
        .await;
        waited.map_err(|_| {
            let name = &self.nodes[index].name;
            anyhow::anyhow!("{name} has no final block {height} after {} s, but {last:?}", PATIENCE.as_secs())
        })
    }

    /// Waits until every node says that all those blocks are final of which any node says so now: what is final at one
    /// hospital's node may be a moment away from another hospital's.
    ///
    /// # Errors
    /// If a node does not answer, or does not get there within four minutes.
    pub async fn level(&self) -> Result<()> {
        let mut furthest = 0;
        for index in 0..self.nodes.len() {
            furthest = furthest.max(self.final_height(index).await?);
        }
        for index in 0..self.nodes.len() {
            self.wait_final(index, furthest).await?;
        }
        Ok(())
    }

    /// Waits until nothing becomes final at a node any more, and gives the height. What is on its way when others are cut off
    /// or end may still arrive: at most a block on the one that is the best when this is called.
    ///
    /// # Errors
    /// If the node does not answer, or more becomes final than that.
    pub async fn stalled(&self, index: usize) -> Result<u64> {
        let quiet = async {
            let best = self.best_height(index).await?;
            let mut last = self.final_height(index).await?;
            loop {
                tokio::time::sleep(Duration::from_secs(6)).await;
                match self.final_height(index).await? {
                    same if same == last => return Ok(same),
                    more => last = more,
                }
                ensure!(last <= best + 1, "block {last} became final, and block {best} was the best");
            }
        };
        tokio::time::timeout(PATIENCE, quiet).await.context("blocks still become final")?
    }

    /// The height of a node's newest final block.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn final_height(&self, index: usize) -> Result<u64> {
        let hash: String = self.rpc(index).ask("chain_getFinalizedHead", rpc_params![]).await?;
        let header: Value = self.rpc(index).ask("chain_getHeader", rpc_params![hash]).await?;
        height(&header)
    }

    /// The height of a node's newest block.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn best_height(&self, index: usize) -> Result<u64> {
        height(&self.rpc(index).ask("chain_getHeader", rpc_params![]).await?)
    }

    /// The hash and the state root that a node has for a height.
    ///
    /// # Errors
    /// If it does not answer, or has no such block.
    pub async fn block(&self, index: usize, height: u64) -> Result<(Value, Value)> {
        let hash: Value = self.rpc(index).ask("chain_getBlockHash", rpc_params![height]).await?;
        ensure!(!hash.is_null(), "{} has no block {height}", self.nodes[index].name);
        let header: Value = self.rpc(index).ask("chain_getHeader", rpc_params![&hash]).await?;
        Ok((hash, header["stateRoot"].clone()))
    }

    fn signal(&self, index: usize, signal: Signal) -> Result<()> {
        self.nodes[index].process.as_ref().context("the node does not run")?.signal(signal)
    }

    fn arguments(&self, index: usize) -> Vec<String> {
        let Node { name, keys, base, place, .. } = &self.nodes[index];
        let mut arguments = vec![
            format!("--chain={}", self.options.chain),
            format!("--name={name}"),
            format!("--base-path={}", base.display()),
            format!("--listen-addr={}", place.meets_at),
            format!("--node-key-file={}", place.node_key.display()),
            format!("--rpc-port={}", place.rpc_port),
            "--rpc-methods=unsafe".to_owned(),
            "--rpc-max-subscriptions-per-connection=8192".to_owned(),
            // Members flood the chain over few connections.
            format!("--rpc-rate-limit={}", u32::MAX),
            "--reserved-only".to_owned(),
            "--no-mdns".to_owned(),
            "--no-prometheus".to_owned(),
            "--no-telemetry".to_owned(),
            "--disable-log-color".to_owned(),
        ];
        let others = self.peers.iter().filter(|peer| !peer.ends_with(&place.peer));
        arguments.extend(others.map(|peer| format!("--reserved-nodes={peer}")));
        if place.space.is_some() {
            // Only this process is at the other end of that cable.
            arguments.extend(["--unsafe-rpc-external", "--rpc-cors=all"].map(str::to_owned));
        }
        match keys {
            Keys::Of(account) => arguments.push(format!("--{account}")),
            Keys::Own => arguments.push("--validator".to_owned()),
            Keys::None => {}
        }
        arguments.extend(self.options.arguments.iter().cloned());
        arguments
    }
}

impl Place {
    fn prepare(index: usize, dir: &Path, cables: Option<&mut Cables>) -> Result<Self> {
        let node_key = dir.join(format!("node-key-{index}"));
        // Development keys: nobody but these processes knows the nodes.
        std::fs::write(&node_key, format!("{:0>64}", index + 1))?;
        let output = Command::new(binary("medshare-node")?)
            .args(["key", "inspect-node-key", "--file"])
            .arg(&node_key)
            .stdin(Stdio::null())
            .output()
            .context("cannot run medshare-node")?;
        let peer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if peer.is_empty() {
            bail!("medshare-node does not tell a peer id: {}", String::from_utf8_lossy(&output.stderr));
        }
        let space = cables.map(Cables::connect).transpose()?;
        let (meets_at, rpc_port) = match &space {
            Some(space) => (format!("/ip4/{}/tcp/30333", space.peers), 9944),
            None => (format!("/ip4/127.0.0.1/tcp/{}", free_port()?), free_port()?),
        };
        Ok(Self { space, meets_at, rpc_port, peer, node_key })
    }
}

/// Writes the specification of a chain with its first state, which every start of a node would compute again otherwise, and
/// says where it is.
fn write_chain(options: &Options, dir: &Path) -> Result<String> {
    let path = dir.join("chain.json").display().to_string();
    let output = Command::new(binary(&options.program)?)
        .args(["export-chain-spec", "--raw", "--chain", &options.chain, "--output", &path])
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", options.program))?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} cannot write the chain {}: {told}", options.program, options.chain);
    Ok(path)
}

/// The height in a header.
pub(crate) fn height(header: &Value) -> Result<u64> {
    let number = header["number"].as_str().context("a header has a number")?;
    Ok(u64::from_str_radix(number.trim_start_matches("0x"), 16)?)
}

/// A TCP port of the loopback device that nobody listens on, and that was not given before. It is none of those that the
/// system gives to who asks for any.
pub(crate) fn free_port() -> Result<u16> {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..1_000 {
        let port = rand::thread_rng().gen_range(10_000..20_000);
        if !given.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            given.insert(port);
            return Ok(port);
        }
    }
    bail!("no port between 10000 and 20000 is free")
}
