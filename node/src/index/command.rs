//! `medshare-node index`: what is done with an index while the node does not run.

use std::{io::Write, sync::Arc};

use clap::{Args, Subcommand};
use sc_cli::{CliConfiguration, DatabaseParams, PruningParams, SharedParams};
use sc_client_api::HeaderBackend;

use super::{Chosen, Options, Service, check, follow::Follower, read::Reader};
use crate::service::{FullBackend, FullClient};

/// What is done with the index. The node must not run meanwhile.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Compare the index with the state of the chain at its last block; exit code 1 if they differ.
    ///
    /// Prints, in JSON, how many of what were compared, a digest over all of it, and what differs.
    Check(Parameters),

    /// Empty the index and make it anew from the first block on.
    Rebuild(Parameters),
}

/// Of which chain, and which index.
#[derive(Debug, Clone, Args)]
pub struct Parameters {
    /// Which index.
    #[clap(flatten)]
    pub options: Options,

    /// The chain and its folder.
    #[clap(flatten)]
    pub shared_params: SharedParams,

    /// What the node keeps.
    #[clap(flatten)]
    pub pruning_params: PruningParams,

    /// The node's database.
    #[clap(flatten)]
    pub database_params: DatabaseParams,
}

impl CliConfiguration for Parameters {
    fn shared_params(&self) -> &SharedParams {
        &self.shared_params
    }

    fn pruning_params(&self) -> Option<&PruningParams> {
        Some(&self.pruning_params)
    }

    fn database_params(&self) -> Option<&DatabaseParams> {
        Some(&self.database_params)
    }
}

impl Command {
    /// Of which chain, and which index.
    pub fn parameters(&self) -> &Parameters {
        match self {
            Self::Check(parameters) | Self::Rebuild(parameters) => parameters,
        }
    }

    /// Does it, with this index.
    ///
    /// # Errors
    /// If the index or the chain cannot be read, or the index differs from the chain.
    pub async fn run(
        self,
        chosen: Chosen,
        client: Arc<FullClient>,
        backend: Arc<FullBackend>,
    ) -> sc_cli::Result<()> {
        let failed = |error: medshare_indexer::Error| sc_cli::Error::Input(error.details());
        let genesis = client.info().genesis_hash;
        let service = Service::new(chosen, genesis, client.clone(), backend.clone(), None);
        match self {
            Self::Check(_) => {
                let index = service.open().await.map_err(failed)?;
                let report = check::compare(&index, &backend).await.map_err(sc_cli::Error::Input)?;
                print(&report)?;
                match report.different {
                    0 => Ok(()),
                    different => Err(sc_cli::Error::Input(format!(
                        "the index differs from the chain in {different} things: have it made anew with `medshare-node \
                         index rebuild`"
                    ))),
                }
            }
            Self::Rebuild(_) => {
                let reader = Reader::new(client.clone(), backend);
                // Nothing is thrown away that cannot be made anew.
                reader.can_begin().map_err(|reason| sc_cli::Error::Input(reason.to_string()))?;
                let index = service.open_empty().await.map_err(failed)?;
                Follower::new(client, service, reader)
                    .finish()
                    .await
                    .map_err(|reason| sc_cli::Error::Input(format!("the index has stopped: {reason}")))?;
                print(&serde_json::json!({ "at": index.head().await }))
            }
        }
    }
}

fn print(what: &impl serde::Serialize) -> sc_cli::Result<()> {
    let text = serde_json::to_string_pretty(what).map_err(|error| sc_cli::Error::Input(error.to_string()))?;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
