//! Child processes that end with their owner.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

/// A running program with its log in a file. It is ended when this is dropped.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program of this workspace, its output in `dir/<name>.log`.
    ///
    /// # Errors
    /// If it has not been built or cannot be started.
    pub fn start(program: &str, name: &str, dir: &Path, arguments: &[String]) -> Result<Self> {
        Self::start_within(None, program, name, dir, arguments)
    }

    /// As [`Process::start`], in a network namespace if one is named.
    ///
    /// # Errors
    /// As [`Process::start`].
    pub fn start_within(
        namespace: Option<&str>,
        program: &str,
        name: &str,
        dir: &Path,
        arguments: &[String],
    ) -> Result<Self> {
        let command = match namespace {
            // It becomes the program, so that signals reach that.
            Some(namespace) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace]).arg(binary(program)?);
                command
            }
            None => Command::new(binary(program)?),
        };
        Self::spawn(command, name, dir, arguments)
    }

    /// As [`Process::start`], with more variables in its environment.
    ///
    /// # Errors
    /// As [`Process::start`].
    pub fn start_with(
        environment: &[(&str, String)],
        program: &str,
        name: &str,
        dir: &Path,
        arguments: &[String],
    ) -> Result<Self> {
        let mut command = Command::new(binary(program)?);
        command.envs(environment.iter().map(|(variable, value)| (variable, value)));
        Self::spawn(command, name, dir, arguments)
    }

    fn spawn(mut command: Command, name: &str, dir: &Path, arguments: &[String]) -> Result<Self> {
        let log = dir.join(format!("{name}.log"));
        let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    /// What it has printed so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until `ready` finds what it looks for in the log, and gives that.
    ///
    /// # Errors
    /// If the program ends before, or five minutes go by. A machine with other work to do takes long to start a node.
    pub async fn wait_for<T>(&mut self, what: &str, ready: impl Fn(&str) -> Option<T>) -> Result<T> {
        for _ in 0..3_000 {
            if let Some(found) = ready(&self.log()) {
                return Ok(found);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status} before {what}; it printed:\n{}", self.name, tail(&self.log()));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("{} did not come to {what} within five minutes; it printed:\n{}", self.name, tail(&self.log()))
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// If it has ended.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let pid = pid.with_context(|| format!("{} has ended", self.name))?;
        kill_process(pid, signal).with_context(|| format!("cannot send {signal:?} to {}", self.name))
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// If it does not end within half a minute.
    pub async fn end(mut self) -> Result<()> {
        self.signal(Signal::TERM)?;
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        ended.with_context(|| format!("{} does not end when asked to", self.name))??;
        Ok(())
    }

    /// Ends it at once, as a crash would.
    ///
    /// # Errors
    /// If it cannot be waited for.
    pub async fn kill(mut self) -> Result<()> {
        self.crash().await
    }

    /// As [`Process::kill`], and keeps what it printed.
    ///
    /// # Errors
    /// As [`Process::kill`].
    pub async fn crash(&mut self) -> Result<()> {
        self.child.kill().await.with_context(|| format!("cannot end {}", self.name))
    }
}

/// The path of a program of this workspace: beside this one.
///
/// # Errors
/// If it has not been built.
pub fn binary(name: &str) -> Result<PathBuf> {
    let me = std::env::current_exe()?;
    let found = me.ancestors().skip(1).take(2).map(|dir| dir.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("{name} is not built; run: cargo build --release --workspace --bins"))
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
