//! The private network: with whom a node talks, and that it answers nobody else.
//!
//! The chain has a list of the nodes that belong to the network. [`membership`] reads it from each block that becomes
//! final and applies it, [`guard`] refuses requests of everybody else, [`assemble`] puts the network together with the
//! guard before every protocol that answers requests.

mod assemble;
mod guard;
mod membership;
#[cfg(test)]
mod tests;

pub use assemble::{Assembled, Parts, assemble};
pub use guard::{Backend, Guard};
pub use membership::Membership;

use std::collections::HashSet;

use medshare_types::PeerKey;
use sc_network::PeerId;

/// With whom a node talks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rule {
    /// Whether it talks to nobody else.
    pub only: bool,
    /// The nodes that it stays connected with.
    pub peers: HashSet<PeerId>,
}

impl Rule {
    /// Whether it talks to this node.
    pub fn admits(&self, peer: &PeerId) -> bool {
        !self.only || self.peers.contains(peer)
    }
}

/// The form in which the chain has a peer id; nothing where it is not of an ed25519 key, which no node of this chain has.
pub fn key_of(peer: &PeerId) -> Option<PeerKey> {
    peer.into_ed25519().map(|key| PeerKey(key.into()))
}

/// The peer id of a node in the chain's list; nothing where the key is none.
pub fn peer_of(key: PeerKey) -> Option<PeerId> {
    PeerId::from_ed25519(&key.0.0)
}
