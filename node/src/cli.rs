//! The command line.

use std::time::Duration;

use clap::{CommandFactory, FromArgMatches};
use sc_cli::{RunCmd, SubstrateCli};
use sc_service::ChainSpec;

use crate::{authoring::Author, chain_spec, defaults, index};

/// A node, or one of its subcommands.
#[derive(Debug, clap::Parser)]
pub struct Cli {
    /// What to do besides running a node.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// Write logs as JSON lines.
    #[arg(long)]
    pub json_logs: bool,

    /// When a validator authors blocks.
    #[clap(flatten)]
    pub authoring: Authoring,

    /// Which index the node keeps.
    #[clap(flatten)]
    pub index: index::Options,

    /// How to run a node.
    #[clap(flatten)]
    pub run: RunCmd,
}

impl Cli {
    /// Reads the command line, and fills in what a node that runs was not told. Ends the program where it makes no sense.
    pub fn read() -> Self {
        let given = Self::setup_command(Self::command()).get_matches();
        let mut cli = Self::from_arg_matches(&given).unwrap_or_else(|error| error.exit());
        if cli.subcommand.is_none() {
            let shared = &cli.run.shared_params;
            // A chain that cannot be loaded is told of when the node is about to run it.
            if let Ok(chain) = chain_spec::load(&shared.chain_id(shared.is_dev())) {
                defaults::fill(&mut cli.run, &given, chain.chain_type());
            }
        }
        cli
    }
}

/// When a validator authors blocks.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Authoring {
    /// Author in every slot, or only when there is work, and once a heartbeat.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "on-demand")]
    pub author: Author,

    /// The longest time without a block, in seconds; it is made a little longer so that all validators take turns.
    ///
    /// Vaults refuse to serve when the newest final block is five minutes old.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=240))]
    heartbeat: u64,
}

impl Authoring {
    /// The longest time without a block.
    pub fn heartbeat(&self) -> Duration {
        Duration::from_secs(self.heartbeat)
    }
}

/// What a node binary does besides running.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Make, inspect and insert keys.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),

    /// Write the specification of a chain, to standard output.
    ///
    /// Older name of export-chain-spec, which tools still use.
    BuildSpec(sc_cli::BuildSpecCmd),

    /// Write the specification of a chain.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Write the specification of a consortium's chain, from a file that people can read.
    ConsortiumSpec(crate::consortium::ConsortiumSpec),

    /// Check blocks again.
    CheckBlock(sc_cli::CheckBlockCmd),

    /// Write blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),

    /// Write the state at a block as a chain specification.
    ExportState(sc_cli::ExportStateCmd),

    /// Read blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),

    /// Compare the index with the chain, or make it anew.
    #[command(subcommand)]
    Index(index::Command),

    /// Delete the database of a chain, with the index in its folder.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Take blocks off the head of the chain, down to the finalised one.
    Revert(sc_cli::RevertCmd),

    /// Say which blocks the database holds.
    ChainInfo(sc_cli::ChainInfoCmd),

    /// Measure weights.
    #[cfg(feature = "runtime-benchmarks")]
    #[command(subcommand)]
    Benchmark(crate::benchmarking::Benchmark),
}
