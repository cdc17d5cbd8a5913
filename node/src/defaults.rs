//! What a node does where its operator says nothing. Outside of development chains that is what a hospital needs, so that
//! nothing of it can be forgotten; `docs/consortium.md` has it in words.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    num::NonZeroU32,
};

use clap::{ArgMatches, parser::ValueSource};
use sc_cli::{Cors, RpcMethods, RunCmd, TransactionPoolType};
use sc_network::multiaddr::{Multiaddr, Protocol};
use sc_service::{ChainType, config::RpcBatchRequestConfig};

/// Calls in one batch.
const BATCH: u32 = 10;

/// Calls a minute and WebSocket connection to a node that clients ask: 20 a second.
const CALLS: NonZeroU32 = NonZeroU32::new(1_200).unwrap();

/// The same for a validator, which only its hospital's vault and operators reach: 200 a second.
const CALLS_TO_VALIDATOR: NonZeroU32 = NonZeroU32::new(12_000).unwrap();

/// Subscriptions of a connection to a node that clients ask. Validators have the SDK's default of 1024.
const SUBSCRIPTIONS: u32 = 64;

/// For how many seconds the pool does not look again at a transaction that it refused or dropped; it forgets this with the
/// first block after that time. Each attempt begins the time anew, so with the SDK's half hour who tries again every
/// minute is never heard: one who was beyond its quota, which refills in minutes, or who had to make room in a full pool.
/// And in a network of members few send what is never valid.
const BAN: u64 = 1;

/// The TCP port for peers.
const PEERS_PORT: u16 = 30_333;

/// Fills in what the operator left out, by the kind of chain.
pub fn fill(run: &mut RunCmd, given: &ArgMatches, chain: ChainType) {
    let is_given = |argument| given.value_source(argument) == Some(ValueSource::CommandLine);
    // In the SDK's default, a pool that keeps a view of each fork, some members' queues stood still for good when blocks
    // were full (docs/adr/0007). And forks, for which it was made, are rare here.
    if !is_given("pool_type") {
        run.pool_config.pool_type = TransactionPoolType::SingleState;
    }
    if run.shared_params.dev || chain == ChainType::Development {
        return;
    }
    let validator = run.validator || run.get_keyring().is_some();

    // RPC: whoever can make a node show or change its keys, peers or logs has to be let in on purpose, also on the node's
    // own machine.
    let rpc = &mut run.rpc_params;
    let calls = if validator { CALLS_TO_VALIDATOR } else { CALLS };
    if rpc.rpc_methods == RpcMethods::Auto {
        rpc.rpc_methods = RpcMethods::Safe;
    }
    rpc.rpc_cors.get_or_insert(Cors::List(Vec::new()));
    rpc.rpc_rate_limit.get_or_insert(calls);
    if !rpc.rpc_disable_batch_requests {
        rpc.rpc_max_batch_request_len.get_or_insert(BATCH);
    }
    if !validator && !is_given("rpc_max_subscriptions_per_connection") {
        rpc.rpc_max_subscriptions_per_connection = SUBSCRIPTIONS;
    }
    // Endpoints that are named one by one take nothing from the above.
    for endpoint in &mut rpc.experimental_rpc_endpoint {
        if endpoint.rpc_methods == RpcMethods::Auto {
            endpoint.rpc_methods = RpcMethods::Safe;
        }
        endpoint.cors.get_or_insert_default();
        endpoint.rate_limit.get_or_insert(calls);
        if let RpcBatchRequestConfig::Unlimited = endpoint.batch_config {
            endpoint.batch_config = RpcBatchRequestConfig::Limit(BATCH);
        }
    }

    run.pool_config.tx_ban_seconds.get_or_insert(BAN);

    // Peers: they are known by name, so none is looked for around here; hospitals may meet in a private network; and one
    // TCP port is what a firewall has to know.
    let network = &mut run.network_params;
    network.no_mdns = true;
    if !network.no_private_ip {
        network.allow_private_ip = true;
        network.discover_local = true;
    }
    if network.listen_addr.is_empty() {
        let port = network.port.unwrap_or(PEERS_PORT);
        network.listen_addr = [Protocol::Ip6(Ipv6Addr::UNSPECIFIED), Protocol::Ip4(Ipv4Addr::UNSPECIFIED)]
            .map(|address| Multiaddr::empty().with(address).with(Protocol::Tcp(port)))
            .to_vec();
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};
    use sc_cli::CliConfiguration;

    use super::*;
    use crate::cli::Cli;

    /// How a node would run with these arguments on such a chain.
    fn run(chain: ChainType, arguments: &[&str]) -> RunCmd {
        let arguments = [&["medshare-node"], arguments].concat();
        let given = Cli::command().get_matches_from(arguments);
        let mut run = Cli::from_arg_matches(&given).unwrap().run;
        fill(&mut run, &given, chain);
        run
    }

    #[test]
    fn a_node_of_a_consortium_is_closed_without_being_told() {
        for chain in [ChainType::Live, ChainType::Local] {
            let run = run(chain, &["--validator"]);
            assert!(matches!(run.rpc_methods().unwrap(), sc_service::RpcMethods::Safe));
            assert_eq!(run.rpc_cors(false).unwrap(), Some(Vec::new()));
            assert_eq!(run.rpc_rate_limit().unwrap(), Some(CALLS_TO_VALIDATOR));
            assert!(matches!(run.rpc_batch_config().unwrap(), RpcBatchRequestConfig::Limit(BATCH)));
            assert_eq!(run.rpc_max_subscriptions_per_connection().unwrap(), 1024);
            assert!(run.network_params.no_mdns && run.network_params.allow_private_ip);
            assert_eq!(run.pool_config.tx_ban_seconds, Some(BAN));
            assert!(matches!(run.pool_config.pool_type, TransactionPoolType::SingleState));
            // Endpoints are made from the same parameters, and are what the server goes by.
            for endpoint in run.rpc_addr(9944).unwrap().unwrap() {
                assert_eq!(endpoint.rpc_methods, RpcMethods::Safe);
                assert_eq!(endpoint.cors, Some(Vec::new()));
                assert_eq!(endpoint.rate_limit, Some(CALLS_TO_VALIDATOR));
                assert!(matches!(endpoint.batch_config, RpcBatchRequestConfig::Limit(BATCH)));
                assert!(endpoint.listen_addr.ip().is_loopback());
            }
        }
    }

    #[test]
    fn a_node_that_clients_ask_is_stricter_and_listens_on_one_tcp_port() {
        let run = run(ChainType::Live, &["--port", "30444"]);
        assert_eq!(run.rpc_rate_limit().unwrap(), Some(CALLS));
        assert_eq!(run.rpc_max_subscriptions_per_connection().unwrap(), SUBSCRIPTIONS);
        let addresses = run.network_params.listen_addr.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(addresses, ["/ip6/::/tcp/30444", "/ip4/0.0.0.0/tcp/30444"]);
    }

    #[test]
    fn what_the_operator_says_holds() {
        let arguments = "--rpc-methods unsafe --rpc-cors https://dash.example --rpc-rate-limit 7 \
            --rpc-max-batch-request-len 3 --tx-ban-seconds 5 --pool-type fork-aware \
            --rpc-max-subscriptions-per-connection 1024 --no-private-ip --listen-addr /ip4/127.0.0.1/tcp/1";
        let run = run(ChainType::Live, &arguments.split_whitespace().collect::<Vec<_>>());
        assert!(matches!(run.rpc_methods().unwrap(), sc_service::RpcMethods::Unsafe));
        assert_eq!(run.rpc_cors(false).unwrap(), Some(vec!["https://dash.example".to_owned()]));
        assert_eq!(run.rpc_rate_limit().unwrap(), NonZeroU32::new(7));
        assert!(matches!(run.rpc_batch_config().unwrap(), RpcBatchRequestConfig::Limit(3)));
        assert_eq!(run.rpc_max_subscriptions_per_connection().unwrap(), 1024);
        assert_eq!(run.pool_config.tx_ban_seconds, Some(5));
        assert!(matches!(run.pool_config.pool_type, TransactionPoolType::ForkAware));
        assert!(!run.network_params.allow_private_ip && !run.network_params.discover_local);
        assert_eq!(run.network_params.listen_addr.len(), 1);
        let run = self::run(ChainType::Live, &["--rpc-disable-batch-requests"]);
        assert!(matches!(run.rpc_batch_config().unwrap(), RpcBatchRequestConfig::Disabled));
    }

    #[test]
    fn further_endpoints_are_no_way_around() {
        let run = run(ChainType::Live, &["--experimental-rpc-endpoint", "listen-addr=127.0.0.1:9955"]);
        let endpoints = run.rpc_addr(9944).unwrap().unwrap();
        assert_eq!(endpoints.len(), 1);
        assert_eq!(endpoints[0].rpc_methods, RpcMethods::Safe);
        assert_eq!((&endpoints[0].cors, endpoints[0].rate_limit), (&Some(Vec::new()), Some(CALLS)));
        assert!(matches!(endpoints[0].batch_config, RpcBatchRequestConfig::Limit(BATCH)));
    }

    #[test]
    fn a_development_node_stays_open_to_its_developer() {
        let open = run(ChainType::Development, &["--dev"]);
        assert!(matches!(open.rpc_methods().unwrap(), sc_service::RpcMethods::Auto));
        assert_eq!(open.rpc_cors(true).unwrap(), None);
        assert_eq!(open.rpc_rate_limit().unwrap(), None);
        assert!(matches!(open.pool_config.pool_type, TransactionPoolType::SingleState));
        assert!(matches!(open.rpc_batch_config().unwrap(), RpcBatchRequestConfig::Unlimited));
    }
}
