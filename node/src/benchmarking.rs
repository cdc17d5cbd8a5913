//! The subcommand `benchmark`: measures what calls, blocks, storage and this machine take.

use frame_benchmarking_cli::{
    BlockCmd, MachineCmd, OverheadCmd, PalletCmd, SUBSTRATE_REFERENCE_HARDWARE, StorageCmd,
};
use medshare_runtime::opaque::Block;
use sc_cli::SubstrateCli;
use sc_service::PartialComponents;
use sp_runtime::traits::HashingFor;

use crate::{cli::Cli, service};

/// What to measure.
#[derive(Debug, clap::Subcommand)]
pub enum Benchmark {
    /// The calls of pallets.
    Pallet(PalletCmd),
    /// The parts of a block and of a transaction that do not depend on the call.
    Overhead(OverheadCmd),
    /// Blocks that exist already, against what they were said to weigh.
    Block(BlockCmd),
    /// Reads and writes of the database.
    Storage(StorageCmd),
    /// This machine, against a reference.
    Machine(MachineCmd),
}

/// Measures.
///
/// # Errors
/// What the measurement ended with.
pub fn run(cli: &Cli, benchmark: &Benchmark) -> sc_cli::Result<()> {
    match benchmark {
        Benchmark::Pallet(command) => cli
            .create_runner(command)?
            .sync_run(|config| command.run_with_spec::<HashingFor<Block>, ()>(Some(config.chain_spec))),
        Benchmark::Overhead(command) => cli.create_runner(command)?.sync_run(|config| {
            command.run_with_default_builder_and_spec::<Block, ()>(Some(config.chain_spec))
        }),
        Benchmark::Block(command) => cli.create_runner(command)?.sync_run(|config| {
            let PartialComponents { client, .. } = service::new_partial(&config)?;
            command.run(client)
        }),
        Benchmark::Storage(command) => cli.create_runner(command)?.sync_run(|config| {
            let PartialComponents { client, backend, .. } = service::new_partial(&config)?;
            let database = backend.expose_db();
            let storage = backend.expose_storage();
            let cache = backend.expose_shared_trie_cache();
            command.run(config, client, database, storage, cache)
        }),
        Benchmark::Machine(command) => cli
            .create_runner(command)?
            .sync_run(|config| command.run(&config, SUBSTRATE_REFERENCE_HARDWARE.clone())),
    }
}
