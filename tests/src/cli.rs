//! The `medshare` command, run as a user's script would run it: with `--json`, reading what it prints.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::process::Command;

use crate::{process::binary, schema};

/// The passphrase of the key files of these tests.
pub const PASSPHRASE: &str = "no secret at all";

/// The command-line client of one account.
#[derive(Clone)]
pub struct Cli {
    account: String,
    key_file: Option<PathBuf>,
    node: String,
    vault: String,
    home: PathBuf,
    waits: bool,
}

/// A command that exited with an error.
#[derive(Debug)]
pub struct Failure {
    /// What was run.
    pub command: String,
    /// What it printed on standard error.
    pub message: String,
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it printed on standard output.
    pub printed: Value,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed: {}", self.command, self.message.trim())
    }
}

impl std::error::Error for Failure {}

impl Cli {
    /// The client of a development account, with its files in `home`.
    pub fn new(account: &str, node: &str, vault: &str, home: &Path) -> Self {
        Self {
            account: account.to_owned(),
            key_file: None,
            node: node.to_owned(),
            vault: vault.to_owned(),
            home: home.to_owned(),
            waits: false,
        }
    }

    /// The same client with a key file of this name instead, which `keys create` makes.
    pub fn with_key_file(&self, name: &str) -> Self {
        let key_file = Some(self.home.join(format!("{name}.age")));
        Self { account: name.to_owned(), key_file, ..self.clone() }
    }

    /// The account that this client acts for, by its name.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The same client at another node.
    pub fn at(&self, node: &str) -> Self {
        Self { node: node.to_owned(), ..self.clone() }
    }

    /// The same client with another vault.
    pub fn with_vault(&self, url: &str) -> Self {
        Self { vault: url.to_owned(), ..self.clone() }
    }

    /// The same client, which waits until what it sends is final: where there are several validators, a block that is not
    /// can still make room for another one, and what was in it comes later.
    pub fn patient(&self) -> Self {
        Self { waits: true, ..self.clone() }
    }

    /// Runs a command and gives what it prints, which must be what `docs/cli.schema.json` says.
    ///
    /// # Errors
    /// A [`Failure`] if the command exits with an error.
    pub async fn run<S: AsRef<str>>(&self, arguments: &[S]) -> Result<Value> {
        let output =
            self.command(arguments)?.stdin(Stdio::null()).output().await.context("cannot run medshare")?;
        let command = arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            let command = format!("medshare {command}, for {}", self.account);
            let printed = serde_json::from_slice(&output.stdout).unwrap_or_default();
            if output.status.code().is_some() {
                schema::check(arguments, &printed).with_context(|| format!("{command}: {message}"))?;
            }
            return Err(Failure { command, message, code: output.status.code(), printed }.into());
        }
        let printed: Value = serde_json::from_slice(&output.stdout).with_context(|| {
            format!("`medshare {command}` printed no JSON: {}", String::from_utf8_lossy(&output.stdout))
        })?;
        schema::check(arguments, &printed).with_context(|| format!("medshare {command}"))?;
        Ok(printed)
    }

    /// Runs a command that must fail, and gives how.
    ///
    /// # Errors
    /// If it succeeds.
    pub async fn fails<S: AsRef<str>>(&self, arguments: &[S]) -> Result<Failure> {
        match self.run(arguments).await {
            Ok(printed) => anyhow::bail!("{} was not refused: {printed}", self.account),
            Err(error) => error.downcast::<Failure>(),
        }
    }

    /// Runs a command that must fail, and gives what it says.
    ///
    /// # Errors
    /// If it succeeds.
    pub async fn refused<S: AsRef<str>>(&self, arguments: &[S]) -> Result<String> {
        Ok(self.fails(arguments).await?.message)
    }

    /// The arguments that every command of this client begins with.
    pub fn globals(&self) -> Vec<String> {
        let key_file = self.key_file.as_ref().map(|path| path.display().to_string());
        let signer =
            key_file.map_or(["--dev".into(), self.account.clone()], |path| ["--key-file".into(), path]);
        let globals = ["--json", "--node", &self.node, "--vault", &self.vault];
        let waits = self.waits.then(|| "--finalized".to_owned());
        globals.map(str::to_owned).into_iter().chain(signer).chain(waits).collect()
    }

    /// The command as it is run, for what needs more than its result.
    ///
    /// # Errors
    /// If the program has not been built.
    pub fn command<S: AsRef<str>>(&self, arguments: &[S]) -> Result<Command> {
        let mut command = Command::new(binary("medshare")?);
        command
            .args(self.globals())
            .args(arguments.iter().map(AsRef::as_ref))
            .env("MEDSHARE_HOME", &self.home)
            .env("MEDSHARE_PASSPHRASE", PASSPHRASE)
            .current_dir(&self.home)
            .kill_on_drop(true);
        Ok(command)
    }
}
