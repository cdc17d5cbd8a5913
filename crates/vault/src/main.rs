//! The `medshare-vault` program.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use clap::Parser;
use medshare_client::Chain;
use medshare_vault::{
    app::{Vault, listen},
    chain::ChainLedger,
    config::Options,
};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    start_logs(options.json_logs);
    match run(options).await {
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

async fn run(options: Options) -> anyhow::Result<()> {
    // Before anything is opened, so that a signal never kills what has begun.
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;

    let chain = Chain::connect(&options.chain).await?;
    tracing::info!(chain = chain.name(), genesis = ?chain.genesis(), "connected");
    let identity = options.identity(&chain)?;
    let settings = options.settings(identity.account().clone());
    let vault = Vault::new(settings, Arc::new(ChainLedger::new(chain, identity))).await?;
    let listener = listen(options.listen).await?;
    let address = listener.local_addr().context("cannot tell the port")?;
    writeln!(io::stdout(), "listening on http://{address}").context("cannot write to the standard output")?;
    if let Some(path) = &options.port_file {
        write_port(path, address.port())
            .with_context(|| format!("cannot write the port to {}", path.display()))?;
    }
    vault
        .serve(listener, async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await
        .context("the server failed")
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
