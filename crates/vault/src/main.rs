//! The `medshare-vault` program.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
    pin::pin,
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};
use clap::Parser;
use medshare_client::Chain;
use medshare_vault::{app::Vault, chain::ChainLedger, config::Options, server::listen};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let options = Options::parse();
    start_logs(options.json_logs);
    let result = tokio::runtime::Runtime::new().context("cannot start the runtime").and_then(|runtime| {
        let result = runtime.block_on(run(&options));
        // Whoever waits at the terminal or for a disk does not hold up the end.
        runtime.shutdown_background();
        result
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing else can be done if nobody reads this.
            drop(writeln!(io::stderr(), "medshare-vault: {error:#}"));
            if let Some(error) = error.downcast_ref::<medshare_client::Error>() {
                drop(writeln!(io::stderr(), "hint: {}", error.hint()));
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> anyhow::Result<()> {
    // Before anything is opened, so that a signal never kills what has begun.
    let mut signals = Signals::listen()?;
    let (vault, listener) = tokio::select! {
        ready = start(options) => ready?,
        () = signals.next() => {
            tracing::info!("stopped while starting");
            return Ok(());
        }
    };
    let (stop, stopped) = oneshot::channel::<()>();
    // An error is what dropping the other end sends.
    let mut serving = pin!(vault.serve(listener, async move { drop(stopped.await) }));
    tokio::select! {
        result = &mut serving => return result,
        () = signals.next() => drop(stop),
    }
    tokio::select! {
        result = &mut serving => result,
        () = signals.next() => bail!(
            "ended at once by a second signal; uses that were open are reported in full after the next start"
        ),
    }
}

/// Connects, unlocks the account, and opens the port.
async fn start(options: &Options) -> anyhow::Result<(Vault, TcpListener)> {
    let chain = Chain::connect(&options.chain).await?;
    tracing::info!(chain = chain.name(), genesis = ?chain.genesis(), "connected");
    let identity = options.identity(&chain).await?;
    let settings = options.settings(identity.account().clone())?;
    let ledger = ChainLedger::new(chain, identity).await?;
    let vault = Vault::new(settings, Arc::new(ledger)).await?;
    let listener = listen(options.listen).await?;
    let address = listener.local_addr().context("cannot tell the port")?;
    writeln!(io::stdout(), "listening on http://{address}").context("cannot write to the standard output")?;
    if let Some(path) = &options.port_file {
        write_port(path, address.port())
            .with_context(|| format!("cannot write the port to {}", path.display()))?;
    }
    Ok((vault, listener))
}

/// The signals that end the vault.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?,
        })
    }

    /// The next one.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Whoever waits for the file never reads half of it.
fn write_port(path: &Path, port: u16) -> io::Result<()> {
    let staged = path.with_extension("new");
    std::fs::write(&staged, format!("{port}\n"))?;
    std::fs::rename(staged, path)
}

/// Logs go to the standard error, at `info` or as `RUST_LOG` says.
fn start_logs(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    if json {
        logs.json().init();
    } else {
        logs.with_ansi(io::stderr().is_terminal()).init();
    }
}
