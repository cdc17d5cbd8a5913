//! Puts the network together.
//!
//! The SDK's `build_network` would do, but for two things: nothing can be put before its protocols' queues, and it serves
//! the state to light clients, of which this network has none.

use std::sync::Arc;

use futures::{StreamExt, select};
use medshare_runtime::opaque::Block;
use medshare_types::Hash;
use sc_client_api::{BlockBackend, BlockchainEvents, ProofProvider};
use sc_consensus::ImportQueue;
use sc_network::{
    NetworkBackend, NetworkBlock, NotificationMetrics,
    config::{FullNetworkConfiguration, Params},
    service::traits::{NetworkService, PeerStore, RequestResponseConfig},
};
use sc_network_sync::{
    SyncingService, WarpSyncConfig,
    block_relay_protocol::BlockRelayParams,
    block_request_handler::BlockRequestHandler,
    engine::SyncingEngine,
    service::network::NetworkServiceProvider,
    state_request_handler::StateRequestHandler,
    strategy::{
        polkadot::{PolkadotSyncingStrategy, PolkadotSyncingStrategyConfig},
        warp::WarpSyncProvider,
    },
    warp_request_handler::RequestHandler as WarpRequestHandler,
};
use sc_network_transactions::{TransactionsHandlerController, TransactionsHandlerPrototype};
use sc_service::{Configuration, TaskManager, TransactionPoolAdapter, error::Error};
use sc_transaction_pool_api::TransactionPool;
use sc_utils::mpsc::{TracingUnboundedSender, tracing_unbounded};
use sp_blockchain::{HeaderBackend, HeaderMetadata};
use sp_consensus::block_validation::DefaultBlockAnnounceValidator;

use super::{Backend, Guard};

/// What the tasks of the network are grouped under.
const GROUP: Option<&str> = Some("networking");

/// Requests that can wait to be answered, at least: one of each node in the longest list that a chain can have.
const MANY_PEERS: usize = 400;

/// What the network is made of.
pub struct Parts<'a, C, P, Q, Net: NetworkBackend<Block, Hash>> {
    /// The node's configuration.
    pub config: &'a Configuration,
    /// The protocols so far.
    pub net_config: FullNetworkConfiguration<Block, Hash, Net>,
    /// Metrics of the protocols.
    pub metrics: NotificationMetrics,
    /// What stands before those that answer requests.
    pub guard: Guard,
    /// Blocks and states.
    pub client: Arc<C>,
    /// Transactions that peers send, and those that go to them.
    pub pool: Arc<P>,
    /// Where blocks of peers go.
    pub import_queue: Q,
    /// Proofs of finality for those who skip blocks.
    pub warp_proofs: Arc<dyn WarpSyncProvider<Block>>,
    /// Runs the network.
    pub tasks: &'a TaskManager,
}

/// A network that runs.
pub struct Assembled {
    /// Peers and connections.
    pub service: Arc<dyn NetworkService>,
    /// Blocks of peers.
    pub sync: Arc<SyncingService<Block>>,
    /// Sends transactions to peers.
    pub transactions: TransactionsHandlerController<Hash>,
    /// Answers the RPC namespace `system`.
    pub system_rpc: TracingUnboundedSender<sc_rpc::system::Request<Block>>,
}

/// Starts the network.
///
/// # Errors
/// If a port cannot be opened, or the configuration asks for something that this node does not do.
pub fn assemble<C, P, Q, Net>(parts: Parts<'_, C, P, Q, Net>) -> Result<Assembled, Error>
where
    C: HeaderBackend<Block>
        + HeaderMetadata<Block, Error = sp_blockchain::Error>
        + BlockBackend<Block>
        + BlockchainEvents<Block>
        + ProofProvider<Block>
        + Send
        + Sync
        + 'static,
    P: TransactionPool<Block = Block, Hash = Hash> + 'static,
    Q: ImportQueue<Block> + 'static,
    Net: Backend,
{
    let Parts { config, mut net_config, metrics, guard, client, pool, import_queue, warp_proofs, tasks } =
        parts;
    let network_config = &config.network;
    if network_config.ipfs_server {
        return Err(Error::Other("this chain has nothing for IPFS: leave --ipfs-server out".into()));
    }
    if client.requires_full_sync() && network_config.sync_mode != sc_network::config::SyncMode::Full {
        return Err(Error::Other(
            "a node that keeps all states has to make them itself: leave --sync out, or --state-pruning archive".into(),
        ));
    }
    let (spawner, essential) = (tasks.spawn_handle(), tasks.spawn_essential_handle());
    let registry = config.prometheus_registry();
    let (protocol, fork) = (config.protocol_id(), config.chain_spec.fork_id());
    let genesis = client.info().genesis_hash;
    let requests = NetworkServiceProvider::new();

    // The protocols that answer requests: blocks, states, proofs of finality.
    let full_peers = network_config.default_peers_set_num_full.try_into().unwrap_or(usize::MAX);
    let reserved = network_config.default_peers_set.reserved_nodes.len();
    let hint = full_peers.saturating_add(reserved).max(MANY_PEERS);
    let BlockRelayParams { mut server, downloader, request_response_config: mut blocks } =
        BlockRequestHandler::new::<Net>(requests.handle(), &protocol, fork, client.clone(), hint);
    spawner.spawn("block-request-handler", GROUP, async move { server.run().await });
    let (state_server, mut states) = StateRequestHandler::new::<Net>(&protocol, fork, client.clone(), hint);
    spawner.spawn("state-request-handler", GROUP, state_server.run());
    let (warp_server, mut warp) =
        WarpRequestHandler::new::<_, Net>(protocol.clone(), genesis, fork, warp_proofs.clone());
    spawner.spawn("warp-sync-request-handler", GROUP, warp_server.run());
    let (states_name, warp_name) = (states.protocol_name().clone(), warp.protocol_name().clone());
    for protocol in [&mut blocks, &mut states, &mut warp] {
        guard.stand_before::<Net>(protocol, &spawner);
    }
    for protocol in [blocks, states, warp] {
        net_config.add_request_response_protocol(protocol);
    }

    // Blocks from peers.
    let strategy = PolkadotSyncingStrategy::new(
        PolkadotSyncingStrategyConfig {
            mode: network_config.sync_mode,
            max_parallel_downloads: network_config.max_parallel_downloads,
            max_blocks_per_request: network_config.max_blocks_per_request,
            min_peers_to_start_warp_sync: network_config.min_peers_to_start_warp_sync,
            metrics_registry: registry.cloned(),
            state_request_protocol_name: states_name,
            block_downloader: downloader,
            gap_sync_body_policy: sc_service::default_gap_sync_body_policy(config.blocks_pruning),
        },
        client.clone(),
        Some(WarpSyncConfig::WithProvider(warp_proofs)),
        Some(warp_name),
    )?;
    let (engine, sync, announcements) = SyncingEngine::new(
        (&config.role).into(),
        client.clone(),
        registry,
        metrics.clone(),
        &net_config,
        protocol.clone(),
        fork,
        Box::new(DefaultBlockAnnounceValidator),
        Box::new(strategy),
        requests.handle(),
        import_queue.service(),
        net_config.peer_store_handle(),
    )?;
    let sync = Arc::new(sync);
    essential.spawn_blocking("syncing", None, engine.run());

    // Transactions.
    let (transactions, transactions_config) = TransactionsHandlerPrototype::new::<_, Block, Net>(
        protocol.clone(),
        genesis,
        fork,
        metrics.clone(),
        net_config.peer_store_handle(),
    );
    net_config.add_notification_protocol(transactions_config);

    let peer_store = net_config.take_peer_store();
    spawner.spawn("peer-store", GROUP, peer_store.run());
    let executor = spawner.clone();
    let network = Net::new(Params {
        role: config.role,
        executor: Box::new(move |task| executor.spawn("libp2p-node", GROUP, task)),
        network_config: net_config,
        genesis_hash: genesis,
        protocol_id: protocol,
        fork_id: fork.map(ToOwned::to_owned),
        metrics_registry: registry.cloned(),
        block_announce_config: announcements,
        ipfs_config: None,
        notification_metrics: metrics,
    })?;
    let service = network.network_service();

    let pool = Arc::new(TransactionPoolAdapter::new(pool, client.clone()));
    let (handler, transactions) = transactions.build(service.clone(), sync.clone(), pool, registry)?;
    spawner.spawn_blocking("network-transactions-handler", GROUP, handler.run());
    spawner.spawn_blocking("sync-requests", GROUP, requests.run(Arc::new(service.clone())));
    spawner.spawn("import-queue", None, {
        let sync = sync.clone();
        async move { import_queue.run(&*sync).await }
    });
    let (system_rpc, questions) = tracing_unbounded("mpsc_system_rpc", 10_000);
    spawner.spawn(
        "system-rpc-handler",
        GROUP,
        sc_service::build_system_rpc_future::<_, _, Hash>(
            config.role,
            service.clone(),
            sync.clone(),
            client.clone(),
            questions,
            // A node that knows no address at first may be alone.
            !network_config.boot_nodes.is_empty(),
        ),
    );
    essential.spawn("blocks-to-peers", GROUP, tell_peers(client, sync.clone(), config.announce_block));
    // Busy, and without it the node is of no use.
    essential.spawn_blocking("network-worker", GROUP, network.run());
    Ok(Assembled { service, sync, transactions, system_rpc })
}

/// Tells the part that talks to peers about blocks which this node imported or which became final.
async fn tell_peers<C>(client: Arc<C>, sync: Arc<SyncingService<Block>>, announce: bool)
where
    C: BlockchainEvents<Block>,
{
    let mut imported = client.import_notification_stream().fuse();
    let mut finalised = client.finality_notification_stream().fuse();
    loop {
        select! {
            block = imported.next() => {
                let Some(block) = block else { return };
                if announce {
                    sync.announce_block(block.hash, None);
                }
                if block.is_new_best {
                    sync.new_best_block_imported(block.hash, block.header.number);
                }
            },
            block = finalised.next() => {
                let Some(block) = block else { return };
                sync.on_block_finalized(block.hash, block.header);
            },
        }
    }
}
