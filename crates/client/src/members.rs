//! Members: admitting, suspending, and rotating keys.

use medshare_types::{AccountId, Hash, Roles};

use crate::{
    At, Chain, Error, Identity, Outcome, Result, Until,
    chain::{Call, calls},
    keys::Application,
};

/// With whose authority a call about a member is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Authority {
    /// The signer's own: a hospital's.
    #[default]
    Own,
    /// The council's, through the sudo key that the signer holds on a development chain.
    Council,
}

impl Authority {
    /// The call under this authority.
    pub fn over(self, call: Call) -> Call {
        match self {
            Self::Own => call,
            Self::Council => calls::as_council(call),
        }
    }
}

/// The call that admits somebody. The proof of possession is checked here, so that a mistake costs no fee and no vote.
///
/// # Errors
/// [`Error::Crypto`] if the application's proof does not hold on this chain.
pub fn admission(chain: &Chain, application: &Application, roles: Roles, identity: Hash) -> Result<Call> {
    let Application { account, key, proof } = application;
    medshare_crypto::verify_possession(key, proof, &chain.genesis(), account)
        .map_err(|error| Error::crypto("verify the applicant's proof of possession", error))?;
    Ok(calls::admit(account.clone(), roles, identity, *key, *proof))
}

/// Admits somebody.
///
/// # Errors
/// As of [`admission`]; whatever the chain refuses.
pub async fn admit(
    chain: &Chain,
    signer: &Identity,
    application: &Application,
    (roles, identity): (Roles, Hash),
    (authority, until): (Authority, Until),
) -> Result<Outcome> {
    let call = admission(chain, application, roles, identity)?;
    chain.submit(signer, authority.over(call), until).await
}

/// Stops a member from acting.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn suspend(
    chain: &Chain,
    signer: &Identity,
    who: &AccountId,
    (authority, until): (Authority, Until),
) -> Result<Outcome> {
    chain.submit(signer, authority.over(calls::suspend(who.clone())), until).await
}

/// Lets a suspended member act again.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn reinstate(
    chain: &Chain,
    signer: &Identity,
    who: &AccountId,
    (authority, until): (Authority, Until),
) -> Result<Outcome> {
    chain.submit(signer, authority.over(calls::reinstate(who.clone())), until).await
}

/// Ends the membership of a suspended member.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn expel(
    chain: &Chain,
    signer: &Identity,
    who: &AccountId,
    (authority, until): (Authority, Until),
) -> Result<Outcome> {
    chain.submit(signer, authority.over(calls::expel(who.clone())), until).await
}

/// Gives the identity a new encryption key and registers it. `store` must put the identity in a safe place; it is
/// called before anything is sent, so that no registered key is ever without its secret. A key that was stored
/// earlier but did not get registered is used before another one is made.
///
/// # Errors
/// Whatever `store` returns; whatever the chain refuses.
pub async fn rotate_key(
    chain: &Chain,
    identity: &mut Identity,
    store: impl FnOnce(&Identity) -> Result<()>,
    until: Until,
) -> Result<Outcome> {
    let registered = chain.known_member(identity.account(), At::Best).await?.key;
    if identity.newest_key() == registered {
        identity.add_key();
        // A key that is only rehearsed needs no safe place, and must not take the one of the next real one.
        if !chain.is_rehearsing() {
            store(identity)?;
        }
    }
    let key = identity.newest_key();
    let proof = identity.prove_key(&key, &chain.genesis())?;
    chain.submit(identity, calls::rotate_key(key, proof), until).await
}
