//! The command line.

use sc_cli::RunCmd;

/// A node, or one of its subcommands.
#[derive(Debug, clap::Parser)]
pub struct Cli {
    /// What to do besides running a node.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// How to run a node.
    #[clap(flatten)]
    pub run: RunCmd,
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

    /// Delete the database of a chain.
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
