//! Which hospitals are validators, and their session keys.

use codec::{Decode, Encode};
use medshare_types::{AccountId, Moment};
use serde::Serialize;
use serde_json::Value as Json;

use crate::{
    At, Chain, Error, Identity, Outcome, Result, Until,
    chain::{
        calls::validators::{self as calls, SessionKeys},
        storage::twox_64_concat,
    },
};

/// A validator, also a suspended or leaving one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Validator {
    /// The hospital.
    pub who: AccountId,
    /// Whether it is active, suspended or leaving, and why.
    pub state: Json,
    /// Since when it is one.
    pub since: Moment,
    /// In how many sessions in a row it authored nothing.
    pub silent: u32,
    /// Whether it authors and finalises in this session.
    pub serving: bool,
    /// Whether it will in the next one.
    pub planned: bool,
}

/// Who the validators are, and who wants to be one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Validators {
    /// The number of the current session.
    pub session: u32,
    /// Those that are admitted.
    pub validators: Vec<Validator>,
    /// Those that wait for the council, and since when.
    pub proposed: Vec<(AccountId, Moment)>,
}

/// Who the validators are, and who wants to be one.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn list(chain: &Chain, at: At) -> Result<Validators> {
    #[derive(serde::Deserialize)]
    struct Known {
        state: Json,
        since: Moment,
        silent: u32,
    }
    let at = At::Block(chain.block(at).await?.hash);
    let session = chain.item::<u32>("Session", "CurrentIndex", &[], at).await?.unwrap_or_default();
    let serving: Vec<AccountId> = chain.item("Session", "Validators", &[], at).await?.unwrap_or_default();
    let planned: Vec<AccountId> = chain.item("Validators", "Planned", &[], at).await?.unwrap_or_default();
    let proposed = chain.item("Validators", "Proposals", &[], at).await?.unwrap_or_default();
    let none = || Json::Array(Vec::new());
    let known = chain.item_json("Validators", "Validators", &[], at).await?.unwrap_or_else(none);
    let foreign = |error: serde_json::Error| Error::ForeignAnswer {
        asked: "the storage item Validators.Validators".into(),
        reason: error.to_string(),
    };
    let known: Vec<(AccountId, Known)> = serde_json::from_value(known).map_err(foreign)?;
    let validators = known
        .into_iter()
        .map(|(who, Known { state, since, silent })| Validator {
            serving: serving.contains(&who),
            planned: planned.contains(&who),
            who,
            state,
            since,
            silent,
        })
        .collect();
    Ok(Validators { session, validators, proposed })
}

/// Session keys where an account has them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct KnownKeys {
    /// Those that it registered last.
    pub registered: Option<SessionKeys>,
    /// Those of the next session; none if it is in no set then.
    pub next: Option<SessionKeys>,
    /// The one with which it signs blocks now; none if it is no validator in this session.
    pub authoring: Option<[u8; 32]>,
    /// Whether the node has the secrets of what is registered; unknown where it does not tell.
    pub at_node: Option<bool>,
}

/// The session keys of an account.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn keys(chain: &Chain, who: &AccountId, at: At) -> Result<KnownKeys> {
    let at = At::Block(chain.block(at).await?.hash);
    let registered: Option<SessionKeys> = chain.item("Session", "NextKeys", &twox_64_concat(who), at).await?;
    let next: Vec<(AccountId, SessionKeys)> =
        chain.item("Session", "QueuedKeys", &[], at).await?.unwrap_or_default();
    let serving: Vec<AccountId> = chain.item("Session", "Validators", &[], at).await?.unwrap_or_default();
    let authorities: Vec<[u8; 32]> = chain.item("Aura", "Authorities", &[], at).await?.unwrap_or_default();
    let at_node = match registered {
        Some(keys) => match chain.has_session_keys(&keys.encode()).await {
            Ok(has) => Some(has),
            Err(Error::UnsafeRpc { .. }) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    Ok(KnownKeys {
        registered,
        next: next.into_iter().find(|(account, _)| account == who).map(|(_, keys)| keys),
        // The authorities are the validators' keys, in their order.
        authoring: serving
            .iter()
            .position(|account| account == who)
            .and_then(|position| authorities.get(position).copied()),
        at_node,
    })
}

/// Has the node make new session keys, and registers them for the signer. They are in use from the second session change
/// on; until then the node needs the old ones too.
///
/// # Errors
/// [`Error::UnsafeRpc`] if the node does not let this connection; [`Error::ForeignAnswer`] if its keys are not those of
/// this client's release; whatever the chain refuses.
pub async fn rotate_keys(chain: &Chain, signer: &Identity, until: Until) -> Result<(SessionKeys, Outcome)> {
    let made = chain.make_session_keys(signer.account()).await?;
    let keys = SessionKeys::decode(&mut &made.keys[..])
        .ok()
        .filter(|keys| keys.encode() == made.keys)
        .ok_or_else(|| Error::ForeignAnswer {
            asked: "new session keys".into(),
            reason: format!("{} bytes are not an aura and a grandpa key", made.keys.len()),
        })?;
    let outcome = chain.submit(signer, calls::set_keys(keys, made.proof), until).await?;
    Ok((keys, outcome))
}
