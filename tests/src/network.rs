//! The local chain of several validators, each a process of its own.

use std::{net::TcpListener, time::Duration};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Process;

/// The validators of the runtime's preset `local`.
const NAMES: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// One validator.
pub struct Validator {
    name: &'static str,
    process: Option<Process>,
    rpc: String,
    arguments: Vec<String>,
}

/// The local chain's four validators.
pub struct Network {
    validators: Vec<Validator>,
    dir: TempDir,
}

impl Network {
    /// Starts all four and waits until each has imported a block.
    ///
    /// # Errors
    /// If one does not come up.
    pub async fn start() -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("medshare-net-").tempdir()?;
        let mut network = Self { validators: Vec::new(), dir };
        let mut first = None;
        for name in NAMES {
            let (p2p, rpc) = (free_port()?, free_port()?);
            let mut arguments = vec![
                "--chain=local".to_owned(),
                format!("--{name}"),
                format!("--base-path={}", network.dir.path().join(name).display()),
                format!("--listen-addr=/ip4/127.0.0.1/tcp/{p2p}"),
                format!("--rpc-port={rpc}"),
                "--no-mdns".to_owned(),
                "--no-prometheus".to_owned(),
                "--no-telemetry".to_owned(),
                // Development keys: nobody but these four processes knows the node.
                format!(
                    "--node-key={:0>64}",
                    NAMES.iter().position(|other| *other == name).unwrap_or_default() + 1
                ),
            ];
            if let Some(address) = &first {
                arguments.push(format!("--bootnodes={address}"));
            }
            let mut process = Process::start("medshare-node", name, network.dir.path(), &arguments)?;
            let identity = process
                .wait_for("its network identity", |log| {
                    let at = log.find("Local node identity is: ")?;
                    log[at..].split_whitespace().nth(4).map(str::to_owned)
                })
                .await?;
            first.get_or_insert(format!("/ip4/127.0.0.1/tcp/{p2p}/p2p/{identity}"));
            let rpc = format!("http://127.0.0.1:{rpc}");
            network.validators.push(Validator { name, process: Some(process), rpc, arguments });
        }
        Ok(network)
    }

    /// Ends a validator as a crash would.
    ///
    /// # Errors
    /// If it cannot be ended.
    pub async fn kill(&mut self, index: usize) -> Result<()> {
        match self.validators[index].process.take() {
            Some(process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// Starts a validator again on its data.
    ///
    /// # Errors
    /// If it cannot be started.
    pub async fn restart(&mut self, index: usize) -> Result<()> {
        let Validator { name, arguments, .. } = &self.validators[index];
        let process = Process::start("medshare-node", &format!("{name}-again"), self.dir.path(), arguments)?;
        self.validators[index].process = Some(process);
        Ok(())
    }

    /// Waits until a validator says that a block of at least this height is final, and gives the height.
    ///
    /// # Errors
    /// If that does not happen within two minutes.
    pub async fn wait_final(&self, index: usize, height: u64) -> Result<u64> {
        let mut last = None;
        for _ in 0..240 {
            last = self.final_height(index).await.ok();
            if let Some(reached) = last.filter(|reached| *reached >= height) {
                return Ok(reached);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        bail!("{} has no final block {height} after two minutes, but {last:?}", self.validators[index].name)
    }

    /// The height of a validator's newest final block.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn final_height(&self, index: usize) -> Result<u64> {
        let hash = self.ask(index, "chain_getFinalizedHead", json!([])).await?;
        let header = self.ask(index, "chain_getHeader", json!([hash])).await?;
        let number = header["number"].as_str().context("a header has a number")?;
        Ok(u64::from_str_radix(number.trim_start_matches("0x"), 16)?)
    }

    /// The hash and the state root that a validator has for a height.
    ///
    /// # Errors
    /// If it does not answer, or has no such block.
    pub async fn block(&self, index: usize, height: u64) -> Result<(Value, Value)> {
        let hash = self.ask(index, "chain_getBlockHash", json!([height])).await?;
        let header = self.ask(index, "chain_getHeader", json!([hash])).await?;
        Ok((hash, header["stateRoot"].clone()))
    }

    async fn ask(&self, index: usize, method: &str, params: Value) -> Result<Value> {
        let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let url = &self.validators[index].rpc;
        let answer: Value = reqwest::Client::new().post(url).json(&question).send().await?.json().await?;
        match answer.get("result") {
            Some(result) if !result.is_null() => Ok(result.clone()),
            _ => bail!("{method} at {}: {answer}", self.validators[index].name),
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
