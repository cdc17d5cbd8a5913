//! How fast transactions become final, and what an idle chain costs on disk, measured with four validators on this
//! machine. `scripts/bench/finality.sh` builds and runs it.
#![allow(clippy::print_stdout)]

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::{Parser, Subcommand};
use medshare_tests::network::{Network, Options};

mod chain;
mod disk;
mod latency;
mod table;

/// Measures finality and disk use with four validators.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,

    /// The node to measure, if it is not this workspace's.
    #[arg(long, global = true, default_value = "medshare-node")]
    node: String,

    /// An argument for all nodes; may be given several times.
    #[arg(long = "with", global = true, value_name = "ARGUMENT", allow_hyphen_values = true)]
    arguments: Vec<String>,
}

#[derive(Subcommand)]
enum What {
    /// The time from submitting to being in a block and being final: idle, and at a share of the capacity that is
    /// measured before.
    Latency(latency::Plan),
    /// The bytes that an idle chain adds to a validator's database.
    Disk {
        /// For how many minutes the chain is left alone.
        #[arg(long, default_value_t = 10)]
        minutes: u64,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Whatever runs ends with what is dropped here.
    let outcome = tokio::select! {
        outcome = run(&arguments) => outcome,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped by Ctrl-C")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let options = Options {
        program: arguments.node.clone(),
        arguments: arguments.arguments.clone(),
        ..Options::default()
    };
    println!("four validators, {} {}", options.program, options.arguments.join(" "));
    let started = Instant::now();
    let network = Network::start_with(options).await?;
    match &arguments.what {
        What::Latency(plan) => latency::measure(&network, plan).await,
        What::Disk { minutes } => disk::measure(network, started, Duration::from_secs(minutes * 60)).await,
    }
}
