//! Puts a node together: database, pool, network, Aura authoring, GRANDPA finality, RPC.

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures::FutureExt;
use medshare_runtime::{RuntimeApi, configs::system::MAX_BLOCK_BYTES, opaque::Block};
use sc_client_api::{Backend, BlockBackend};
use sc_consensus_aura::{ImportQueueParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{GrandpaPruningFilter, SharedVoterState};
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{ChainType, Configuration, TaskManager, error::Error as ServiceError};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::sr25519::AuthorityPair as AuraPair;

use crate::{
    authoring, cli,
    finality::Patient,
    index::Service,
    network,
    pool::{self, CountedPool},
};

/// Every so many blocks GRANDPA keeps a justification, from which others can sync fast.
const JUSTIFICATION_PERIOD: u32 = 512;

/// How long a vote is expected to travel. A GRANDPA round that follows another at once waits for four times as long, half
/// a slot, so the next block finds it ready. The consortium's validators are well connected, and a slower vote delays,
/// never harms.
const GOSSIP_DURATION: Duration = Duration::from_millis(250);

/// The share of a slot in which a block is authored. The runtime's maximum block weight is this share of a slot:
/// the rest is for the block to travel and to be checked.
const PROPOSAL_SHARE: f32 = 0.6;

/// The client: blocks, state, and the runtime in wasm.
pub type FullClient =
    sc_service::TFullClient<Block, RuntimeApi, sc_executor::WasmExecutor<sp_io::SubstrateHostFunctions>>;
/// The database.
pub type FullBackend = sc_service::TFullBackend<Block>;
type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
/// How GRANDPA chooses.
type VotedChain = Patient<FullSelectChain, FullClient>;
type FullGrandpaBlockImport =
    sc_consensus_grandpa::GrandpaBlockImport<FullBackend, Block, FullClient, VotedChain>;

/// The transaction pool.
pub type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;

/// What besides the usual parts a node shares.
pub struct Parts {
    block_import: FullGrandpaBlockImport,
    grandpa_link: sc_consensus_grandpa::LinkHalf<Block, FullClient, VotedChain>,
    telemetry: Option<Telemetry>,
}

/// The parts of a node that subcommands need, too.
pub type Partial = sc_service::PartialComponents<
    FullClient,
    FullBackend,
    FullSelectChain,
    sc_consensus::DefaultImportQueue<Block>,
    FullPool,
    Parts,
>;

/// Opens the database and builds all that needs no network.
///
/// # Errors
/// If the database or the keystore cannot be opened, or the genesis state cannot be built.
pub fn new_partial(config: &Configuration) -> Result<Partial, ServiceError> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;

    let executor = sc_service::new_wasm_executor::<sp_io::SubstrateHostFunctions>(&config.executor);
    let (client, backend, keystore_container, task_manager) =
        sc_service::new_full_parts::<Block, RuntimeApi, _>(
            config,
            telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
            executor,
            vec![Arc::new(GrandpaPruningFilter)],
        )?;
    let client = Arc::new(client);

    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });

    let select_chain = sc_consensus::LongestChain::new(backend.clone());
    let transaction_pool = Arc::from(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );

    let (block_import, grandpa_link) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &client,
        Patient::new(select_chain.clone(), client.clone()),
        telemetry.as_ref().map(Telemetry::handle),
    )?;

    let slot_duration = sc_consensus_aura::slot_duration(&*client)?;
    let import_queue = sc_consensus_aura::import_queue::<AuraPair, _, _, _, _, _>(ImportQueueParams {
        block_import: block_import.clone(),
        justification_import: Some(Box::new(block_import.clone())),
        client: client.clone(),
        create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
        spawner: &task_manager.spawn_essential_handle(),
        registry: config.prometheus_registry(),
        check_for_equivocation: Default::default(),
        telemetry: telemetry.as_ref().map(Telemetry::handle),
        compatibility_mode: Default::default(),
    })?;

    Ok(sc_service::PartialComponents {
        client,
        backend,
        task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: Parts { block_import, grandpa_link, telemetry },
    })
}

/// The folder of the node's chain.
pub fn folder(config: &Configuration) -> PathBuf {
    config.base_path.config_dir(config.chain_spec.id())
}

/// Now, and the slot that now is in.
fn inherents(
    slot_duration: sc_consensus_aura::SlotDuration,
) -> (sp_consensus_aura::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider) {
    let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
    let slot = sp_consensus_aura::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
        *timestamp,
        slot_duration,
    );
    (slot, timestamp)
}

/// Starts a node.
///
/// # Errors
/// As [`new_partial`], and if a port cannot be opened.
pub async fn new_full<Net: network::Backend>(
    mut config: Configuration,
    authoring: cli::Authoring,
    index: crate::index::Options,
) -> Result<TaskManager, ServiceError> {
    let sc_service::PartialComponents {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: Parts { block_import, grandpa_link, mut telemetry },
    } = new_partial(&config)?;

    let membership = network::Membership::new(client.clone(), &mut config.network);
    let mut net_config = sc_network::config::FullNetworkConfiguration::<_, _, Net>::new(
        &config.network,
        config.prometheus_registry().cloned(),
    );
    let metrics = Net::register_notification_metrics(config.prometheus_registry());
    let genesis = client
        .block_hash(0)?
        .ok_or_else(|| ServiceError::Other("the database holds no genesis block".into()))?;
    let grandpa_protocol = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    // With --no-grandpa nobody listens to its protocol, and over litep2p a node with such a protocol has no connections.
    let grandpa_notifications = (!config.disable_grandpa).then(|| {
        let (protocol, notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, Net>(
            grandpa_protocol.clone(),
            metrics.clone(),
            net_config.peer_store_handle(),
        );
        net_config.add_notification_protocol(protocol);
        notifications
    });

    let refusals = config.prometheus_registry().and_then(|registry| match pool::refusals(registry) {
        Ok(refusals) => Some(refusals),
        Err(error) => {
            log::warn!("refused transactions are not counted: {error}");
            None
        }
    });
    let counted_pool = |from| Arc::new(CountedPool::new(transaction_pool.clone(), refusals.clone(), from));

    let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
        backend.clone(),
        grandpa_link.shared_authority_set().clone(),
        Vec::new(),
    ));
    let network::Assembled {
        service: network,
        sync: sync_service,
        transactions: tx_handler_controller,
        system_rpc: system_rpc_tx,
    } = network::assemble(network::Parts {
        config: &config,
        net_config,
        metrics,
        guard: membership.guard(),
        client: client.clone(),
        pool: counted_pool(pool::PEERS),
        import_queue,
        warp_proofs: warp_sync,
        tasks: &task_manager,
    })?;
    // Without it the node would go on with a list that may be old, and nobody would see it.
    task_manager.spawn_essential_handle().spawn(
        "membership",
        Some("networking"),
        membership.follow(network.clone(), sync_service.clone()),
    );

    if config.offchain_worker.enabled {
        let workers = OffchainWorkers::new(OffchainWorkerOptions {
            runtime_api_provider: client.clone(),
            is_validator: config.role.is_authority(),
            keystore: Some(keystore_container.keystore()),
            offchain_db: backend.offchain_storage(),
            transaction_pool: Some(OffchainTransactionPoolFactory::new(transaction_pool.clone())),
            network_provider: Arc::new(network.clone()),
            enable_http_requests: false,
            custom_extensions: |_| Vec::new(),
        })?;
        task_manager.spawn_handle().spawn(
            "offchain-workers-runner",
            "offchain-worker",
            workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
        );
    }

    let role = config.role;
    let force_authoring = config.force_authoring;
    let name = config.network.node_name.clone();
    let prometheus_registry = config.prometheus_registry().cloned();

    let folder = folder(&config);
    let develops = config.chain_spec.chain_type() == ChainType::Development;
    let index = index.chosen(role.is_authority(), develops, &folder).map(|chosen| {
        let (client, backend) = (client.clone(), backend.clone());
        Service::start(chosen, genesis, client, backend, prometheus_registry.as_ref(), &task_manager)
    });

    let rpc_builder = {
        let client = client.clone();
        let pool = transaction_pool.clone();
        Box::new(move |_| {
            crate::rpc::build(client.clone(), pool.clone(), index.clone())
                .map_err(|error| sc_service::Error::Application(Box::new(error)))
        })
    };
    if let Some(registry) = &prometheus_registry {
        crate::metrics::spawn(registry, &task_manager, client.clone(), backend.clone(), sync_service.clone());
    }
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        network: network.clone(),
        client: client.clone(),
        keystore: keystore_container.keystore(),
        task_manager: &mut task_manager,
        transaction_pool: counted_pool(pool::RPC),
        rpc_builder,
        backend,
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        config,
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;

    task_manager.spawn_handle().spawn_blocking(
        "equivocation-watch",
        Some("block-authoring"),
        crate::equivocation::run(
            client.clone(),
            OffchainTransactionPoolFactory::new(transaction_pool.clone()),
            keystore_container.keystore(),
            role.is_authority(),
        ),
    );

    if role.is_authority() {
        let mut proposer_factory = sc_basic_authorship::ProposerFactory::new(
            task_manager.spawn_handle(),
            client.clone(),
            transaction_pool.clone(),
            prometheus_registry.as_ref(),
            telemetry.as_ref().map(Telemetry::handle),
        );
        proposer_factory.set_default_block_size_limit(MAX_BLOCK_BYTES as usize);
        let slot_duration = sc_consensus_aura::slot_duration(&*client)?;
        let decision = authoring::Authoring::new(
            authoring.author,
            authoring.heartbeat(),
            slot_duration.as_duration(),
            client.clone(),
            transaction_pool.clone(),
        );
        let aura =
            sc_consensus_aura::start_aura::<AuraPair, _, _, _, _, _, _, _, _, _, _>(StartAuraParams {
                slot_duration,
                client,
                select_chain,
                block_import,
                proposer_factory,
                create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
                force_authoring,
                backoff_authoring_blocks: Some(decision),
                keystore: keystore_container.keystore(),
                sync_oracle: sync_service.clone(),
                justification_sync_link: sync_service.clone(),
                block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SHARE),
                // Aura gives more time the longer there was no block. Here empty slots are no sign of slow machines, so the
                // block must be ready within its slot.
                max_block_proposal_slot_portion: Some(SlotProportion::new(1.0)),
                telemetry: telemetry.as_ref().map(Telemetry::handle),
                compatibility_mode: Default::default(),
            })?;
        // Without authoring a validator is of no use: if this task ends, so does the node.
        task_manager.spawn_essential_handle().spawn_blocking("aura", Some("block-authoring"), aura);
    }

    if let Some(notification_service) = grandpa_notifications {
        let grandpa = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
            config: sc_consensus_grandpa::Config {
                gossip_duration: GOSSIP_DURATION,
                justification_generation_period: JUSTIFICATION_PERIOD,
                name: Some(name),
                observer_enabled: false,
                keystore: role.is_authority().then(|| keystore_container.keystore()),
                local_role: role,
                telemetry: telemetry.as_ref().map(Telemetry::handle),
                protocol_name: grandpa_protocol,
            },
            link: grandpa_link,
            network,
            sync: sync_service,
            notification_service,
            // The usual rule not to vote for the two newest blocks saves rounds where forks are frequent. Here each
            // slot has one author of a fixed set, and two blocks would be four seconds of waiting for every sale.
            voting_rule: sc_consensus_grandpa::VotingRulesBuilder::new()
                .add(sc_consensus_grandpa::ThreeQuartersOfTheUnfinalizedChain)
                .build(),
            prometheus_registry,
            shared_voter_state: SharedVoterState::empty(),
            telemetry: telemetry.as_ref().map(Telemetry::handle),
            offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
        })?;
        task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, grandpa);
    }

    Ok(task_manager)
}
