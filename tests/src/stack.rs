//! Node and vault, started together.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{Cli, Process};

/// The development account whose vault it is.
const VAULT_OPERATOR: &str = "Ferdie";

/// A node and a vault.
pub struct Stack {
    // Dropped in this order: first the programs, then what they write to.
    agents: Vec<Process>,
    more_vaults: Vec<Process>,
    vault: Option<Process>,
    // None where the node is somebody else's.
    node: Option<Process>,
    dir: TempDir,
    node_url: String,
    vault_url: String,
}

impl Stack {
    /// Starts a node and a vault and waits until both answer.
    ///
    /// # Errors
    /// If one of them does not come up; the message has the end of its log.
    pub async fn start() -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("medshare-").tempdir()?;
        let (node, node_url) = start_node(dir.path()).await?;
        Self::around(Some(node), node_url, dir).await
    }

    /// Starts a vault beside a node that runs already and does not end with this stack.
    ///
    /// # Errors
    /// If the vault does not come up.
    pub async fn beside(node_url: &str) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("medshare-").tempdir()?;
        Self::around(None, node_url.to_owned(), dir).await
    }

    async fn around(node: Option<Process>, node_url: String, dir: TempDir) -> Result<Self> {
        let (vault, vault_url) = start_vault(dir.path(), &node_url, VAULT_OPERATOR, None).await?;
        Ok(Self {
            agents: Vec::new(),
            more_vaults: Vec::new(),
            vault: Some(vault),
            node,
            dir,
            node_url,
            vault_url,
        })
    }

    /// The command-line client of a development account.
    pub fn cli(&self, account: &str) -> Cli {
        Cli::new(account, &self.node_url, &self.vault_url, self.dir.path())
    }

    /// Starts `medshare agent` for an account; it runs until this stack is dropped.
    ///
    /// # Errors
    /// If it cannot be started.
    pub async fn agent(&mut self, account: &str) -> Result<()> {
        let mut arguments = self.cli(account).globals();
        arguments.push("agent".to_owned());
        let name = format!("agent-{account}");
        self.agents.push(Process::start("medshare", &name, self.dir.path(), &arguments)?);
        Ok(())
    }

    /// Ends all agents.
    ///
    /// # Errors
    /// If one cannot be ended.
    pub async fn stop_agents(&mut self) -> Result<()> {
        for agent in self.agents.drain(..) {
            agent.kill().await?;
        }
        Ok(())
    }

    /// Starts one more vault, of this development account, and says where it answers.
    ///
    /// # Errors
    /// If it does not come up.
    pub async fn another_vault(&mut self, operator: &str) -> Result<String> {
        let (vault, url) = start_vault(self.dir.path(), &self.node_url, operator, None).await?;
        self.more_vaults.push(vault);
        Ok(url)
    }

    /// Starts one more vault, whose blobs are at a URL, with what its environment says about that; and says where it
    /// answers.
    ///
    /// # Errors
    /// If it does not come up; the message has what it printed.
    pub async fn another_vault_at(
        &mut self,
        operator: &str,
        store: &str,
        environment: &[(&str, String)],
    ) -> Result<String> {
        let place = Some((store, environment));
        let (vault, url) = start_vault(self.dir.path(), &self.node_url, operator, place).await?;
        self.more_vaults.push(vault);
        Ok(url)
    }

    /// Where the node answers.
    pub fn node_url(&self) -> &str {
        &self.node_url
    }

    /// Where the vault answers.
    pub fn vault_url(&self) -> &str {
        &self.vault_url
    }

    /// Where the node's metrics are.
    ///
    /// # Errors
    /// If its log does not say.
    pub fn node_metrics(&self) -> Result<String> {
        let log = self.node.as_ref().context("the node is somebody else's")?.log();
        let address = log.split_once("Prometheus exporter started at ").context("there are no metrics")?.1;
        Ok(format!("http://{}/metrics", address.split_whitespace().next().unwrap_or_default()))
    }

    /// Ends the node as a crash would, and starts it again on the same data, at another URL.
    ///
    /// # Errors
    /// If it does not come up again.
    pub async fn restart_node(&mut self) -> Result<()> {
        self.node.as_mut().context("the node is somebody else's")?.crash().await?;
        let (node, node_url) = start_node(self.dir.path()).await?;
        (self.node, self.node_url) = (Some(node), node_url);
        Ok(())
    }

    /// Ends the node as its operator would, and says where its data are.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn end_node(&mut self) -> Result<PathBuf> {
        self.node.take().context("the node is somebody else's")?.end().await?;
        Ok(node_base(self.dir.path()))
    }

    /// A directory for files, which ends with this stack.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The ends of all logs, for a message about a failure.
    pub fn logs(&self) -> String {
        let last = |process: &Process| {
            let log = process.log();
            let lines: Vec<&str> = log.lines().collect();
            lines[lines.len().saturating_sub(25)..].join("\n")
        };
        let vault = self.vault.as_ref().map(last).unwrap_or_default();
        let node = self.node.as_ref().map(last).unwrap_or_default();
        let mut text = format!("-- node --\n{node}\n-- vault --\n{vault}");
        for agent in &self.agents {
            text.push_str("\n-- agent --\n");
            text.push_str(&last(agent));
        }
        text
    }

    /// Ends the vault as a crash would, and starts it again on the same data.
    ///
    /// # Errors
    /// If it does not come up again.
    pub async fn restart_vault(&mut self) -> Result<()> {
        if let Some(vault) = self.vault.take() {
            vault.kill().await?;
        }
        let (vault, url) = start_vault(self.dir.path(), &self.node_url, VAULT_OPERATOR, None).await?;
        self.vault = Some(vault);
        self.vault_url = url;
        Ok(())
    }
}

fn node_base(dir: &Path) -> PathBuf {
    dir.join("node")
}

async fn start_node(dir: &Path) -> Result<(Process, String)> {
    let base = node_base(dir).display().to_string();
    let arguments = [
        "--dev",
        // A block in every slot, also while nothing happens.
        "--heartbeat=2",
        "--base-path",
        &base,
        "--rpc-port",
        "0",
        "--port",
        "0",
        "--prometheus-port",
        "0",
        "--no-telemetry",
    ]
    .map(str::to_owned);
    let mut node = Process::start("medshare-node", "node", dir, &arguments)?;
    let port = node
        .wait_for("listening for RPC", |log| {
            let line = log.lines().find(|line| line.contains("Running JSON-RPC server: addr="))?;
            let addresses = line.split_once("addr=")?.1;
            addresses
                .split(',')
                .find_map(|address| address.trim().strip_prefix("127.0.0.1:")?.parse::<u16>().ok())
        })
        .await?;
    node.wait_for("its first block", |log| log.contains("Imported #").then_some(())).await?;
    Ok((node, format!("ws://127.0.0.1:{port}")))
}

/// Starts a vault on a folder or, if one is given, at a URL with what the environment says about that.
async fn start_vault(
    dir: &Path,
    node_url: &str,
    operator: &str,
    place: Option<(&str, &[(&str, String)])>,
) -> Result<(Process, String)> {
    let name = format!("vault-{operator}");
    let folder = dir.join(&name);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let store = folder.display().to_string();
    let (store, environment) = place.unwrap_or((&store, &[]));
    let arguments = [
        "--chain",
        node_url,
        "--store",
        store,
        "--state",
        &folder.join("state").display().to_string(),
        "--listen",
        "127.0.0.1:0",
        "--dev-account",
        operator,
    ]
    .map(str::to_owned);
    let mut vault = Process::start_with(environment, "medshare-vault", &name, dir, &arguments)?;
    let url = vault
        .wait_for("listening", |log| {
            let address = log.split_once("listening on ")?.1;
            address.split_once('\n').map(|(address, _)| address.to_owned())
        })
        .await?;
    Ok((vault, url))
}

/// A file of `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Writes a copy of a file of `tests/fixtures` without what identifies a person into a folder, under the same name.
///
/// # Errors
/// If the file is not what it should be, or the copy cannot be written.
pub fn deidentified(name: &str, folder: &Path) -> Result<PathBuf> {
    use medshare_client::readers::deid::{Options, Secret, deidentify};

    let source = fixture(name);
    let copy = folder.join(source.file_name().unwrap_or_default());
    let mut file = std::fs::File::create_new(&copy)?;
    deidentify(&source, None, &mut file, &Options::new(Secret::from_bytes([1; 32])))?;
    Ok(copy)
}
