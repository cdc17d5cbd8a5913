//! The nodes that are let into the network.

use medshare_types::{AccountId, PeerKey};

use crate::chain::Call;

/// Peers.authorise: by the council.
pub fn authorise(peers: Vec<(PeerKey, AccountId)>) -> Call {
    Call::new("Peers", "authorise").arg("peers", peers)
}

/// Peers.remove: by the council.
pub fn remove(peers: Vec<PeerKey>) -> Call {
    Call::new("Peers", "remove").arg("peers", peers)
}

/// Peers.add: by a hospital, a node of its own.
pub fn add(peer: PeerKey) -> Call {
    Call::new("Peers", "add").arg("peer", peer)
}

/// Peers.replace: by who answers for the node.
pub fn replace(old: PeerKey, new: PeerKey) -> Call {
    Call::new("Peers", "replace").arg("old", old).arg("new", new)
}

/// Peers.retire: by who answers for the node.
pub fn retire(peer: PeerKey) -> Call {
    Call::new("Peers", "retire").arg("peer", peer)
}
