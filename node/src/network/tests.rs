//! Who is admitted, and the guard over real connections, with both network libraries.

use std::{collections::HashSet, sync::Arc, time::Duration};

use medshare_runtime::opaque::Block;
use medshare_types::Hash;
use sc_network::{
    IfDisconnected, PeerId, RequestFailure,
    config::{
        FullNetworkConfiguration, NetworkConfiguration, NonReservedPeerMode, NotificationHandshake,
        NotificationMetrics, OutgoingResponse, Params, ProtocolId, Role, SetConfig,
    },
    service::traits::{NetworkService, PeerStore},
};
use sc_service::TaskManager;

use super::{Backend, Guard, Rule, key_of, peer_of};

/// A protocol that answers with what it is asked.
const ECHO: &str = "/test/echo";

/// Runs a node that answers behind a guard.
fn node<Net>(tasks: &TaskManager, guard: &Guard) -> Arc<dyn NetworkService>
where
    Net: Backend,
{
    let spawner = tasks.spawn_handle();
    let (inbound_queue, requests) = async_channel::bounded(8);
    let mut echo = Net::request_response_config(
        ECHO.into(),
        Vec::new(),
        64,
        64,
        Duration::from_secs(60),
        Some(inbound_queue),
    );
    guard.stand_before::<Net>(&mut echo, &spawner);
    spawner.spawn("echo", None, async move {
        while let Ok(request) = requests.recv().await {
            let response = OutgoingResponse {
                result: Ok(request.payload),
                reputation_changes: Vec::new(),
                sent_feedback: None,
            };
            // Who asked may be gone.
            let _ = request.pending_response.send(response);
        }
    });

    let mut config =
        FullNetworkConfiguration::<Block, Hash, Net>::new(&NetworkConfiguration::new_local(), None);
    config.add_request_response_protocol(echo);
    let metrics = NotificationMetrics::new(None);
    let set = SetConfig {
        in_peers: 0,
        out_peers: 0,
        reserved_nodes: Vec::new(),
        non_reserved_mode: NonReservedPeerMode::Deny,
    };
    let (announcements, mut listener) = Net::notification_config(
        "/test/announcements".into(),
        Vec::new(),
        64,
        Some(NotificationHandshake::from_bytes(vec![1])),
        set,
        metrics.clone(),
        config.peer_store_handle(),
    );
    // Over litep2p a node has no connections while one of its protocols has nobody who listens.
    spawner.spawn("listener", None, async move { while listener.next_event().await.is_some() {} });
    spawner.spawn("peer-store", None, config.take_peer_store().run());
    let executor = spawner.clone();
    let network = Net::new(Params {
        role: Role::Full,
        executor: Box::new(move |task| executor.spawn("network", None, task)),
        network_config: config,
        genesis_hash: Hash::zero(),
        protocol_id: ProtocolId::from("test"),
        fork_id: None,
        metrics_registry: None,
        block_announce_config: announcements,
        ipfs_config: None,
        notification_metrics: metrics,
    })
    .unwrap();
    let service = network.network_service();
    spawner.spawn_blocking("network-worker", None, network.run());
    service
}

/// Asks a node; nothing where neither an answer nor a refusal comes.
async fn ask(who: &dyn NetworkService, whom: &dyn NetworkService) -> Option<Result<Vec<u8>, RequestFailure>> {
    let question = who.request(whom.local_peer_id(), ECHO.into(), vec![7], None, IfDisconnected::TryConnect);
    let answer = tokio::time::timeout(Duration::from_secs(5), question).await.ok()?;
    Some(answer.map(|(payload, _)| payload))
}

/// Connects two nodes, and waits until one answers the other.
async fn connect(who: &dyn NetworkService, whom: &dyn NetworkService) {
    let answered = async {
        loop {
            if let Some(address) = whom.listen_addresses().first() {
                who.add_known_address(whom.local_peer_id(), address.clone());
                // A question that is asked while both still connect may never be answered.
                if matches!(ask(who, whom).await, Some(Ok(_))) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), answered).await.expect("no connection after half a minute");
}

async fn strangers_get_no_answers_over_an_open_connection<Net>()
where
    Net: Backend,
{
    let tasks = TaskManager::new(tokio::runtime::Handle::current(), None).unwrap();
    let guard = Guard::default();
    let asked = node::<Net>(&tasks, &guard);
    let [one, other] = [(); 2].map(|()| node::<Net>(&tasks, &Guard::default()));

    // Both are connected from now on.
    connect(&*one, &*asked).await;
    connect(&*other, &*asked).await;
    guard.enforce(Rule { only: true, peers: HashSet::from([other.local_peer_id()]) });
    let refused = ask(&*one, &*asked).await;
    assert!(matches!(refused, Some(Err(RequestFailure::Refused))), "{refused:?}");
    assert_eq!(ask(&*other, &*asked).await.unwrap().unwrap(), [7]);
    guard.enforce(Rule { only: true, peers: HashSet::from([one.local_peer_id()]) });
    assert_eq!(ask(&*one, &*asked).await.unwrap().unwrap(), [7]);
    let refused = ask(&*other, &*asked).await;
    assert!(matches!(refused, Some(Err(RequestFailure::Refused))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_get_no_answers_over_litep2p() {
    strangers_get_no_answers_over_an_open_connection::<sc_network::Litep2pNetworkBackend>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_get_no_answers_over_libp2p() {
    strangers_get_no_answers_over_an_open_connection::<sc_network::NetworkWorker<_, _>>().await;
}

#[test]
fn a_peer_id_and_the_chains_form_of_it_are_the_same() {
    let pair = sc_network::config::ed25519::Keypair::generate();
    let peer = PeerId::from_ed25519(&pair.public().to_bytes()).unwrap();
    let key = key_of(&peer).unwrap();
    assert_eq!(key.0.0, pair.public().to_bytes());
    assert_eq!(peer_of(key), Some(peer));
}

#[test]
fn who_is_not_named_is_admitted_only_where_anybody_is() {
    let (named, other) = (PeerId::random(), PeerId::random());
    let peers = HashSet::from([named]);
    let rule = Rule { only: true, peers: peers.clone() };
    assert!(rule.admits(&named) && !rule.admits(&other));
    let rule = Rule { only: false, peers };
    assert!(rule.admits(&named) && rule.admits(&other));
}
