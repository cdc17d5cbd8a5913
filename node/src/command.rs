//! Runs what the command line asks for.

use std::{io::Write, path::Path};

use medshare_runtime::opaque::Block;
use sc_cli::SubstrateCli;
use sc_network::config::NetworkBackendType;
use sc_service::PartialComponents;

use crate::{
    chain_spec,
    cli::{Cli, Subcommand},
    consortium, index, logs, service,
};

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "medshare node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        env!("CARGO_PKG_AUTHORS").into()
    }

    fn support_url() -> String {
        concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        Ok(Box::new(chain_spec::load(id)?))
    }
}

/// Parses the command line and does what it says.
///
/// # Errors
/// What the node or the subcommand ended with.
pub fn run() -> sc_cli::Result<()> {
    let cli = Cli::read();
    match &cli.subcommand {
        None => run_node(&cli),
        Some(Subcommand::Key(command)) => command.run(&cli),
        Some(Subcommand::ExportChainSpec(command)) => {
            let spec = cli.load_spec(&command.chain)?;
            command.run(spec)
        }
        // What is returned from here is shown in quotes, on one line.
        Some(Subcommand::ConsortiumSpec(command)) => consortium::run(command)
            .map_err(|text| clap::Error::raw(clap::error::ErrorKind::ValueValidation, text + "\n").exit()),
        Some(Subcommand::BuildSpec(command)) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.chain_spec, config.network))
        }
        Some(Subcommand::CheckBlock(command)) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, import_queue, .. } = service::new_partial(&config)?;
            Ok((command.run(client, import_queue), task_manager))
        }),
        Some(Subcommand::ExportBlocks(command)) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, .. } = service::new_partial(&config)?;
            Ok((command.run(client, config.database), task_manager))
        }),
        Some(Subcommand::ExportState(command)) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, .. } = service::new_partial(&config)?;
            Ok((command.run(client, config.chain_spec), task_manager))
        }),
        Some(Subcommand::ImportBlocks(command)) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, import_queue, .. } = service::new_partial(&config)?;
            Ok((command.run(client, import_queue), task_manager))
        }),
        Some(Subcommand::Index(command)) => {
            let command = command.clone();
            cli.create_runner(&command.parameters().clone())?.async_run(|config| {
                let PartialComponents { client, task_manager, backend, .. } = service::new_partial(&config)?;
                let (options, folder) = (&command.parameters().options, service::folder(&config));
                let chosen = options.chosen(false, false, &folder);
                let chosen = chosen.ok_or("there is no index with `--index off`: say which one is meant")?;
                Ok((command.run(chosen, client, backend), task_manager))
            })
        }
        Some(Subcommand::PurgeChain(command)) => {
            cli.create_runner(command)?.sync_run(|config| purge(command, config))
        }
        Some(Subcommand::Revert(command)) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, backend, .. } = service::new_partial(&config)?;
            let forget_votes = Box::new(|client, _, blocks| {
                sc_consensus_grandpa::revert(client, blocks)?;
                Ok(())
            });
            Ok((command.run(client, backend, Some(forget_votes)), task_manager))
        }),
        Some(Subcommand::ChainInfo(command)) => {
            cli.create_runner(command)?.sync_run(|config| command.run::<Block>(&config))
        }
        #[cfg(feature = "runtime-benchmarks")]
        Some(Subcommand::Benchmark(benchmark)) => crate::benchmarking::run(&cli, benchmark),
    }
}

/// Deletes the database of a chain and, if that was done, the index that is in its folder: it is of what is gone.
fn purge(command: &sc_cli::PurgeChainCmd, config: sc_service::Configuration) -> sc_cli::Result<()> {
    let folder = service::folder(&config);
    let database = config.database.path().and_then(Path::parent).map(Path::to_owned);
    let database = database.filter(|database| database.exists());
    command.run(config.database)?;
    // Whoever was asked and did not say yes still has it.
    if database.is_none_or(|database| database.exists()) {
        return Ok(());
    }
    for file in index::purge(&folder)? {
        writeln!(std::io::stdout(), "{file:?} removed.")?;
    }
    Ok(())
}

fn run_node(cli: &Cli) -> sc_cli::Result<()> {
    let (authoring, index) = (cli.authoring, cli.index.clone());
    let runner = if cli.json_logs { logs::runner(cli)? } else { cli.create_runner(&cli.run)? };
    runner.run_node_until_exit(|config| async move {
        match config.network.network_backend {
            NetworkBackendType::Libp2p => {
                service::new_full::<sc_network::NetworkWorker<_, _>>(config, authoring, index).await
            }
            NetworkBackendType::Litep2p => {
                service::new_full::<sc_network::Litep2pNetworkBackend>(config, authoring, index).await
            }
        }
        .map_err(sc_cli::Error::Service)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::authoring::Author;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_development_node_takes_its_port_and_its_folder() {
        let cli = Cli::parse_from(["medshare-node", "--dev", "--rpc-port", "40123", "--base-path", "here"]);
        assert!(cli.run.shared_params.dev && cli.subcommand.is_none());
        assert_eq!(cli.run.rpc_params.rpc_port, Some(40123));
    }

    #[test]
    fn a_heartbeat_is_shorter_than_what_vaults_bear_with() {
        let heartbeat = |seconds: &str| {
            Cli::try_parse_from(["medshare-node", "--heartbeat", seconds])
                .map(|cli| cli.authoring.heartbeat())
        };
        assert_eq!(heartbeat("240").ok(), Some(Duration::from_secs(240)));
        assert!(heartbeat("241").is_err() && heartbeat("0").is_err());
        let cli = Cli::parse_from(["medshare-node"]);
        assert_eq!(
            (cli.authoring.author, cli.authoring.heartbeat()),
            (Author::OnDemand, Duration::from_secs(60))
        );
    }
}
