//! Validators and their session keys.

use codec::{Decode, Encode};
use medshare_types::AccountId;
use scale_info::TypeInfo;

use crate::chain::Call;

/// The public keys with which a validator takes part in consensus.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct SessionKeys {
    /// Signs blocks; sr25519.
    pub aura: [u8; 32],
    /// Votes for their finality; ed25519.
    pub grandpa: [u8; 32],
}

/// Session.set_keys: by a hospital. `proof` is of their secrets and of the signer.
pub fn set_keys(keys: SessionKeys, proof: Vec<u8>) -> Call {
    Call::new("Session", "set_keys").arg("keys", keys).arg("proof", proof)
}

/// Validators.propose: by a hospital with session keys.
pub fn propose() -> Call {
    Call::new("Validators", "propose")
}

/// Validators.retract: by who is proposed.
pub fn retract() -> Call {
    Call::new("Validators", "retract")
}

/// Validators.leave: by a validator.
pub fn leave() -> Call {
    Call::new("Validators", "leave")
}

/// Validators.admit: by the council.
pub fn admit(who: AccountId) -> Call {
    Call::new("Validators", "admit").arg("who", who)
}

/// Validators.decline: by the council.
pub fn decline(who: AccountId) -> Call {
    Call::new("Validators", "decline").arg("who", who)
}

/// Validators.remove: by the council.
pub fn remove(who: AccountId) -> Call {
    Call::new("Validators", "remove").arg("who", who)
}

/// Validators.reinstate: by the council.
pub fn reinstate(who: AccountId) -> Call {
    Call::new("Validators", "reinstate").arg("who", who)
}
