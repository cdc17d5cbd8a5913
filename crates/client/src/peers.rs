//! The nodes that are let into the network, by their peer ids.

use medshare_types::{AccountId, Hash, PeerKey};
use serde::Serialize;

use crate::{At, Chain, Error, Result, chain::storage::blake2_128_concat};

/// What comes before an ed25519 public key in a peer id (libp2p, "Peer Ids and Keys"): an identity multihash of 36 bytes,
/// which are the key's type and its 32 bytes in protocol buffers.
const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// A node that is let into the network.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Peer {
    /// Its peer id.
    pub peer: String,
    /// Its public key.
    pub key: PeerKey,
    /// The member that answers for it.
    pub who: AccountId,
}

/// A node's key, from its peer id as nodes print it, or from 32 bytes in `0x`-prefixed hex.
///
/// # Errors
/// [`Error::Invalid`] if it is neither.
pub fn parse(text: &str) -> Result<PeerKey> {
    let invalid = || Error::Invalid {
        what: "the node",
        reason: format!(
            "`{text}` is neither an ed25519 peer id (12D3KooW...) nor 32 bytes in 0x-prefixed hex"
        ),
    };
    if text.starts_with("0x") {
        return text.parse::<Hash>().map(PeerKey).map_err(|_| invalid());
    }
    let bytes = bs58::decode(text).into_vec().map_err(|_| invalid())?;
    let key = bytes.strip_prefix(&PREFIX).and_then(|key| <[u8; 32]>::try_from(key).ok());
    key.map(|key| PeerKey(key.into())).ok_or_else(invalid)
}

/// A node's peer id.
pub fn show(key: &PeerKey) -> String {
    bs58::encode([&PREFIX[..], key.0.as_bytes()].concat()).into_string()
}

/// The nodes that are let into the network, by peer id; none where the network is open.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn list(chain: &Chain, at: At) -> Result<Vec<Peer>> {
    let at = At::Block(chain.block(at).await?.hash);
    let mut peers = Vec::new();
    for entry in chain.keys("Peers", "Peers", at).await? {
        // Blake2_128Concat: sixteen bytes before the key itself.
        let Some(key) = entry.get(16..).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) else { continue };
        let key = PeerKey(key.into());
        let who = chain.item::<AccountId>("Peers", "Peers", &blake2_128_concat(&key), at).await?;
        peers.extend(who.map(|who| Peer { peer: show(&key), key, who }));
    }
    peers.sort_by(|a, b| a.peer.cmp(&b.peer));
    Ok(peers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peer_ids_are_those_of_libp2p() {
        // The node key 0x00…01 of the local network's first validator, and what its node prints.
        let key = parse("12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp").unwrap();
        assert_eq!(show(&key), "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp");
        let public = {
            use sp_core::Pair as _;
            let mut seed = [0; 32];
            seed[31] = 1;
            sp_core::ed25519::Pair::from_seed(&seed).public()
        };
        assert_eq!(key.0.as_bytes(), &public.0[..]);
        assert_eq!(parse(&format!("{:?}", key.0)).unwrap(), key);
        for bad in ["", "12D3KooW", "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", "0x00", "0OIl"] {
            assert!(parse(bad).unwrap_err().to_string().contains("peer id"), "{bad}");
        }
    }
}
