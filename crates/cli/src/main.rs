//! The `medshare` command: a thin shell over `medshare-client`.
//!
//! Results go to standard output, as lines for people or as one JSON object with `--json`; progress, notes and errors
//! go to standard error. The exit code is 0, 1 for a failure, 2 for a mistake on the command line.

mod args;
mod commands;
mod context;
mod output;
mod progress;
mod values;

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = args::Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("MEDSHARE_LOG").unwrap_or_else(|_| {
            tracing_subscriber::EnvFilter::new("warn,medshare=info,medshare_client=info")
        }))
        .init();
    let as_json = cli.globals.json;
    match commands::run(cli).await.and_then(|output| output.print(as_json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// What went wrong, and what to do about it.
#[allow(clippy::print_stderr)]
fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
    if let Some(known) = error.downcast_ref::<medshare_client::Error>() {
        eprintln!("hint: {}", known.hint());
    }
}
