//! The `medshare` command, run as a user's script would run it: with `--json`, reading what it prints.

use std::{fmt, path::PathBuf, process::Stdio};

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::process::Command;

use crate::process::binary;

/// The command-line client of one development account.
#[derive(Clone)]
pub struct Cli {
    pub(crate) account: String,
    pub(crate) node: String,
    pub(crate) vault: String,
    pub(crate) home: PathBuf,
}

/// A command that exited with an error.
#[derive(Debug)]
pub struct Failure {
    /// What was run.
    pub command: String,
    /// What it printed on standard error.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed: {}", self.command, self.message.trim())
    }
}

impl std::error::Error for Failure {}

impl Cli {
    /// The development account that this client acts for.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The same client with another vault.
    pub fn with_vault(&self, url: &str) -> Self {
        Self { vault: url.to_owned(), ..self.clone() }
    }

    /// Runs a command and gives what it prints.
    ///
    /// # Errors
    /// A [`Failure`] if the command exits with an error.
    pub async fn run<S: AsRef<str>>(&self, arguments: &[S]) -> Result<Value> {
        let output =
            self.command(arguments)?.stdin(Stdio::null()).output().await.context("cannot run medshare")?;
        let command = arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(
                Failure { command: format!("medshare --dev {} {command}", self.account), message }.into()
            );
        }
        serde_json::from_slice(&output.stdout).with_context(|| {
            format!("`medshare {command}` printed no JSON: {}", String::from_utf8_lossy(&output.stdout))
        })
    }

    /// Runs a command that must fail, and gives what it says.
    ///
    /// # Errors
    /// If it succeeds.
    pub async fn refused<S: AsRef<str>>(&self, arguments: &[S]) -> Result<String> {
        match self.run(arguments).await {
            Ok(printed) => anyhow::bail!("{} was not refused: {printed}", self.account),
            Err(error) => match error.downcast::<Failure>() {
                Ok(failure) => Ok(failure.message),
                Err(other) => Err(other),
            },
        }
    }

    /// The arguments that every command of this client begins with.
    pub fn globals(&self) -> Vec<String> {
        ["--json", "--node", &self.node, "--vault", &self.vault, "--dev", &self.account]
            .map(str::to_owned)
            .to_vec()
    }

    fn command<S: AsRef<str>>(&self, arguments: &[S]) -> Result<Command> {
        let mut command = Command::new(binary("medshare")?);
        command
            .args(self.globals())
            .args(arguments.iter().map(AsRef::as_ref))
            .env("MEDSHARE_HOME", &self.home)
            .current_dir(&self.home)
            .kill_on_drop(true);
        Ok(command)
    }
}
