//! Which nodes belong to the network: the chain's list, as of the newest final block, and what the command line adds.

use std::{collections::HashSet, sync::Arc};

use futures::{FutureExt, StreamExt};
use medshare_runtime::opaque::Block;
use medshare_runtime_api::PeersApi;
use medshare_types::Hash;
use sc_client_api::BlockchainEvents;
use sc_network::{
    PeerId,
    config::{NetworkConfiguration, NonReservedPeerMode},
    service::traits::NetworkService,
};
use sc_network_sync::SyncingService;
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;

use super::{Guard, Rule, peer_of};

const LOG_TARGET: &str = "network";

/// Reads the chain's list and has it enforced.
pub struct Membership<C> {
    client: Arc<C>,
    /// What the operator said: `--reserved-nodes` and `--reserved-only`.
    command_line: Rule,
    /// The chain's list, empty if it has none.
    list: HashSet<PeerId>,
    /// What the network was told.
    told: Rule,
    guard: Guard,
}

impl<C> Membership<C>
where
    C: ProvideRuntimeApi<Block> + HeaderBackend<Block> + BlockchainEvents<Block>,
    C::Api: PeersApi<Block>,
{
    /// Takes what the operator said from the network's configuration, and changes that to the rule that holds now, so that
    /// nobody else gets in before [`Self::follow`] is at work.
    pub fn new(client: Arc<C>, config: &mut NetworkConfiguration) -> Self {
        let command_line = Rule {
            only: config.default_peers_set.non_reserved_mode == NonReservedPeerMode::Deny,
            peers: config.default_peers_set.reserved_nodes.iter().map(|node| node.peer_id).collect(),
        };
        let list = listed(&*client, client.info().finalized_hash).unwrap_or_else(|error| {
            // So it is while a node fetches its first state from others.
            log::warn!(target: LOG_TARGET, "the list of nodes cannot be read yet: {error}");
            HashSet::new()
        });
        let rule = rule(&command_line, &list);
        if rule.only {
            config.default_peers_set.non_reserved_mode = NonReservedPeerMode::Deny;
        }
        let told = Rule { only: rule.only, peers: command_line.peers.clone() };
        Self { client, command_line, list, told, guard: Guard::new(rule) }
    }

    /// What stands before the protocols that answer requests.
    pub fn guard(&self) -> Guard {
        self.guard.clone()
    }

    /// Enforces the list, and every change of it as soon as the block with it is final. Ends with the client.
    pub async fn follow(mut self, network: Arc<dyn NetworkService>, sync: Arc<SyncingService<Block>>) {
        let mut finalised = self.client.finality_notification_stream();
        let mut block = self.client.info().finalized_hash;
        self.enforce(&*network, &sync);
        loop {
            match listed(&*self.client, block) {
                Ok(list) if list != self.list => {
                    self.list = list;
                    self.enforce(&*network, &sync);
                }
                Ok(_) => {}
                Err(error) => {
                    log::debug!(target: LOG_TARGET, "no list of nodes in the state of block {block}: {error}");
                }
            }
            let Some(next) = finalised.next().await else { return };
            block = next.hash;
            // Where many became final at once only the newest counts.
            while let Some(Some(later)) = finalised.next().now_or_never() {
                block = later.hash;
            }
        }
    }

    fn enforce(&mut self, network: &dyn NetworkService, sync: &SyncingService<Block>) {
        let own = network.local_peer_id();
        let mut rule = rule(&self.command_line, &self.list);
        rule.peers.remove(&own);
        if rule.only {
            log::info!(target: LOG_TARGET, "talking to {} other nodes, and to nobody else", rule.peers.len());
        }
        if !self.list.is_empty() && !self.list.contains(&own) {
            log::warn!(
                target: LOG_TARGET,
                "this node, {own}, is not in the chain's list of nodes: the others refuse it until its hospital or the \
                 council puts it there, unless they name it with --reserved-nodes",
            );
        }
        if rule == self.told {
            return;
        }
        self.guard.enforce(rule.clone());
        sync.set_no_slot_peers(rule.peers.clone());
        match (self.told.only, rule.only) {
            // litep2p's peer set forgets who is connected when it is told to be closed, also of those who may stay. So
            // everybody is let go first, and those who belong here are back within seconds. It happens once in the life of
            // a chain, and never to one that began with a list.
            (false, true) => {
                network.set_authorized_peers(HashSet::new());
                network.set_authorized_only(true);
            }
            (true, false) => network.set_authorized_only(false),
            (true, true) | (false, false) => {}
        }
        network.set_authorized_peers(rule.peers.clone());
        self.told = rule;
    }
}

/// What follows from the list and from what the operator said: an empty list decides nothing; otherwise the operator can
/// name more nodes, for the case that the list cannot be changed because those who could are cut off.
fn rule(command_line: &Rule, list: &HashSet<PeerId>) -> Rule {
    let peers = command_line.peers.union(list).copied().collect();
    Rule { only: command_line.only || !list.is_empty(), peers }
}

/// The chain's list in the state of a block; empty for a runtime that has none.
fn listed<C>(client: &C, block: Hash) -> Result<HashSet<PeerId>, ApiError>
where
    C: ProvideRuntimeApi<Block>,
    C::Api: PeersApi<Block>,
{
    let api = client.runtime_api();
    if !api.has_api::<dyn PeersApi<Block>>(block)? {
        return Ok(HashSet::new());
    }
    let peers = api.peers(block)?.into_iter().filter_map(|(key, _)| {
        let peer = peer_of(key);
        if peer.is_none() {
            log::debug!(target: LOG_TARGET, "the chain's list has {key:?}, which is no ed25519 key");
        }
        peer
    });
    Ok(peers.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_leaves_it_to_the_operator() {
        let named = HashSet::from([PeerId::random()]);
        for only in [false, true] {
            let command_line = Rule { only, peers: named.clone() };
            assert_eq!(rule(&command_line, &HashSet::new()), command_line);
        }
    }

    #[test]
    fn a_list_closes_the_network_to_all_but_those_in_it_and_those_whom_the_operator_names() {
        let (listed, named) = (PeerId::random(), PeerId::random());
        for only in [false, true] {
            let rule = rule(&Rule { only, peers: HashSet::from([named]) }, &HashSet::from([listed]));
            assert!(rule.admits(&listed) && rule.admits(&named) && !rule.admits(&PeerId::random()));
        }
    }
}
