//! Refuses the requests of nodes that do not belong to the network.
//!
//! To be connected is not to belong: whoever knows a node's address can open a connection and ask for blocks, states and
//! proofs, whatever the reserved peers are, which only decide about announcements, transactions and votes. So each
//! protocol that answers requests gets a queue in front of its own, from which only those of admitted nodes are passed on.

use std::sync::{Arc, PoisonError, RwLock};

use medshare_runtime::opaque::Block;
use medshare_types::Hash;
use sc_network::{Litep2pNetworkBackend, NetworkBackend, NetworkWorker, PeerId, config::IncomingRequest};
use sc_service::SpawnTaskHandle;

use super::Rule;

const LOG_TARGET: &str = "network";

/// The rule in force, shared by all who ask for it.
#[derive(Clone, Default)]
pub struct Guard(Arc<RwLock<Rule>>);

/// A network library whose protocols can be guarded.
pub trait Backend: NetworkBackend<Block, Hash> {
    /// Where the library puts the requests that a protocol is to answer.
    fn queue(
        protocol: &mut Self::RequestResponseProtocolConfig,
    ) -> &mut Option<async_channel::Sender<IncomingRequest>>;
}

impl Backend for NetworkWorker<Block, Hash> {
    fn queue(
        protocol: &mut Self::RequestResponseProtocolConfig,
    ) -> &mut Option<async_channel::Sender<IncomingRequest>> {
        &mut protocol.inbound_queue
    }
}

impl Backend for Litep2pNetworkBackend {
    fn queue(
        protocol: &mut <Self as NetworkBackend<Block, Hash>>::RequestResponseProtocolConfig,
    ) -> &mut Option<async_channel::Sender<IncomingRequest>> {
        &mut protocol.inbound_queue
    }
}

impl Guard {
    /// A guard that enforces this rule.
    pub fn new(rule: Rule) -> Self {
        Self(Arc::new(RwLock::new(rule)))
    }

    /// Enforces another rule from now on.
    pub fn enforce(&self, rule: Rule) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rule;
    }

    /// Whether requests of this node are answered.
    pub fn admits(&self, peer: &PeerId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).admits(peer)
    }

    /// Stands before the queue of a protocol. Requests of those who are not admitted are dropped, which their network
    /// library shows to them as a refusal.
    pub fn stand_before<Net: Backend>(
        &self,
        protocol: &mut Net::RequestResponseProtocolConfig,
        spawner: &SpawnTaskHandle,
    ) {
        let queue = Net::queue(protocol);
        let Some(inner) = queue.take() else { return };
        // A request that waits in front of a full queue is one that has room there: two queues hold twice as many, no more.
        let (outer, requests) = async_channel::bounded(inner.capacity().unwrap_or(1));
        *queue = Some(outer);
        spawner.spawn("request-guard", Some("networking"), self.clone().pass_on(requests, inner));
    }

    async fn pass_on(
        self,
        requests: async_channel::Receiver<IncomingRequest>,
        admitted: async_channel::Sender<IncomingRequest>,
    ) {
        while let Ok(request) = requests.recv().await {
            if !self.admits(&request.peer) {
                log::debug!(target: LOG_TARGET, "refused a request of {}, which does not belong here", request.peer);
            } else if admitted.send(request).await.is_err() {
                // Nobody answers any more: the node is stopping.
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use futures::{channel::oneshot, executor::block_on};
    use sc_network::config::OutgoingResponse;

    use super::*;

    fn request(peer: PeerId) -> (IncomingRequest, oneshot::Receiver<OutgoingResponse>) {
        let (pending_response, response) = oneshot::channel();
        (IncomingRequest { peer, payload: vec![1], pending_response }, response)
    }

    #[test]
    fn only_admitted_nodes_are_answered_and_the_rule_can_change() {
        let (friend, stranger) = (PeerId::random(), PeerId::random());
        let guard = Guard::new(Rule { only: true, peers: HashSet::from([friend]) });
        let (outer, requests) = async_channel::bounded(8);
        let (inner, admitted) = async_channel::bounded(8);

        let (of_stranger, mut refusal) = request(stranger);
        let (of_friend, _response) = request(friend);
        outer.try_send(of_stranger).unwrap();
        outer.try_send(of_friend).unwrap();
        outer.close();
        block_on(guard.clone().pass_on(requests, inner));
        assert_eq!(admitted.try_recv().unwrap().peer, friend);
        assert!(admitted.try_recv().is_err());
        assert!(refusal.try_recv().is_err(), "a request of a stranger is waiting for an answer");

        guard.enforce(Rule { only: true, peers: HashSet::from([stranger]) });
        assert!(guard.admits(&stranger) && !guard.admits(&friend));
    }
}
