//! What runs as root: publishing a call, proposing that it may run, having it run, and the deposit for its bytes.

use codec::Decode;
use medshare_types::{AccountId, Balance, BlockNumber, Hash};
use serde::Serialize;

use super::{Proposed, Terms, motions, propose};
use crate::{
    At, Chain, Error, Identity, Outcome, Result, Until,
    chain::{
        Call,
        calls::council as calls,
        storage::{identity, twox_64_concat},
    },
    upgrade::{self, Installation},
};

/// A call that may run as root, or that is proposed for that.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RootCall {
    /// Its hash.
    pub hash: Hash,
    /// Whether three quarters of the hospitals agreed, so that any of them can have it run.
    pub whitelisted: bool,
    /// The motion about it, where it is only proposed.
    pub motion: Option<u32>,
    /// The length of its bytes, if they are on the chain.
    pub length: Option<u32>,
}

/// The calls that hospitals let run as root, and those that are proposed for that.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn root_calls(chain: &Chain, at: At) -> Result<Vec<RootCall>> {
    let at = At::Block(chain.block(at).await?.hash);
    let mut found = Vec::new();
    for key in chain.keys("Whitelist", "WhitelistedCall", at).await? {
        // Twox64Concat: eight bytes before the hash itself.
        if let Some(hash) = key.get(8..).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
            found.push((Hash::from(hash), true, None));
        }
    }
    for motion in motions(chain, at).await? {
        if motion.call.call == "Whitelist.whitelist_call"
            && let Some(hash) = motion.call.arguments.get("call_hash").and_then(|hash| hash.as_str())
            && let Ok(hash) = hash.parse::<Hash>()
        {
            found.push((hash, false, Some(motion.index)));
        }
    }
    let mut calls = Vec::new();
    for (hash, whitelisted, motion) in found {
        let length = preimage_length(chain, hash, at).await?;
        calls.push(RootCall { hash, whitelisted, motion, length });
    }
    Ok(calls)
}

/// The bytes of a call that were published, if they were.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn preimage(chain: &Chain, hash: Hash, at: At) -> Result<Option<Vec<u8>>> {
    let at = At::Block(chain.block(at).await?.hash);
    let Some(length) = preimage_length(chain, hash, at).await? else { return Ok(None) };
    chain.item("Preimage", "PreimageFor", &identity(&(hash, length)), at).await
}

/// What the chain has of a call's bytes, and who has a deposit on hold for them.
#[derive(Decode)]
enum Published {
    /// Nothing on the chain needs them.
    Unrequested { deposit: (AccountId, Balance), length: u32 },
    /// The chain keeps them, if it has them, until what they are for has happened.
    Requested { deposit: Option<(AccountId, Balance)>, _count: u32, length: Option<u32> },
}

impl Published {
    fn length(&self) -> Option<u32> {
        match self {
            Self::Unrequested { length, .. } => Some(*length),
            Self::Requested { length, .. } => *length,
        }
    }

    /// What this account has on hold.
    fn deposit_of(&self, who: &AccountId) -> Option<Balance> {
        let deposit = match self {
            Self::Unrequested { deposit, .. } => Some(deposit),
            Self::Requested { deposit, .. } => deposit.as_ref(),
        };
        deposit.filter(|(owner, _)| owner == who).map(|(_, amount)| *amount)
    }
}

async fn published(chain: &Chain, hash: Hash, at: At) -> Result<Option<Published>> {
    chain.item("Preimage", "RequestStatusFor", &identity(&hash), at).await
}

async fn preimage_length(chain: &Chain, hash: Hash, at: At) -> Result<Option<u32>> {
    Ok(published(chain, hash, at).await?.and_then(|published| published.length()))
}

/// Publishes the bytes of a call, unless that was done, and proposes that it may run as root.
///
/// # Errors
/// As of [`propose`].
pub async fn propose_root(
    chain: &Chain,
    signer: &Identity,
    call: Call,
    terms: Terms,
    until: Until,
) -> Result<(Option<Outcome>, Hash, Proposed)> {
    let bytes = chain.call_data(&call).await?;
    let hash = Hash::from(sp_crypto_hashing::blake2_256(&bytes));
    let noted = match preimage_length(chain, hash, At::Best).await? {
        Some(_) => None,
        None => Some(chain.submit(signer, calls::note_preimage(bytes), until).await?),
    };
    let proposed = propose(chain, signer, calls::whitelist(hash), terms, until).await?;
    Ok((noted, hash, proposed))
}

/// Has a call run as root that the hospitals let: this one, or the only one that there is.
///
/// # Errors
/// [`Error::NotNow`] if it is not let yet or its bytes are not on the chain, or there are several and none is named;
/// [`Error::CarriedOut`] if it ran and failed; whatever the chain refuses.
pub async fn enact(
    chain: &Chain,
    signer: &Identity,
    which: Option<Hash>,
    until: Until,
) -> Result<(Hash, Outcome)> {
    let not_now = |what: String, reason: &str| Error::NotNow { doing: "run", what, reason: reason.into() };
    let hash = match which {
        Some(hash) => hash,
        None => {
            let calls = root_calls(chain, At::Best).await?;
            let mut let_run = calls.into_iter().filter(|call| call.whitelisted);
            match (let_run.next(), let_run.next()) {
                (Some(only), None) => only.hash,
                (None, _) => {
                    return Err(not_now("a call as root".into(), "the council has let none run yet"));
                }
                (Some(_), Some(_)) => {
                    return Err(not_now("a call as root".into(), "there are several: name one by its hash"));
                }
            }
        }
    };
    if !is_let(chain, hash).await? {
        return Err(not_now(format!("call {hash:?}"), "the council has not let it run, or it ran already"));
    }
    let bytes = preimage(chain, hash, At::Best)
        .await?
        .ok_or_else(|| not_now(format!("call {hash:?}"), "its bytes are not on the chain"))?;
    // To run it would use up what the hospitals let, and fail.
    if let Some(block) = scheduled_for(chain, &bytes).await?
        && block < upgrade::earliest(chain.block(At::Best).await?.number)
    {
        let reason = format!(
            "block {block}, in which it was to take place, has passed or is the next one: propose it anew for a later one, and that this one is taken \
             back (council propose call Whitelist.remove_whitelisted_call)"
        );
        return Err(not_now(format!("call {hash:?}"), &reason));
    }
    let weight = chain.weight_of(&bytes).await?;
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let call = calls::dispatch_whitelisted(hash, length, weight);
    let encoded = chain.call_data(&call).await?;
    let call = calls::execute(call, u32::try_from(encoded.len()).unwrap_or(u32::MAX));
    match chain.submit(signer, call, until).await {
        Err(error) if was_filtered(&error) && !is_let(chain, hash).await? => {
            Err(not_now(format!("call {hash:?}"), "another hospital has just had it run"))
        }
        outcome => Ok((hash, outcome?)),
    }
}

/// Whether the chain did not let a hospital have a call run, and not that the call ran and failed.
fn was_filtered(error: &Error) -> bool {
    let Error::CarriedOut { cause, .. } = error else { return false };
    matches!(&**cause, Error::Refused { pallet, error, .. } if pallet == "System" && error == "CallFiltered")
}

/// Whether the hospitals let a call run that has not run yet.
async fn is_let(chain: &Chain, hash: Hash) -> Result<bool> {
    // An entry without a value has no bytes; only its presence counts.
    let found = chain.item_bytes("Whitelist", "WhitelistedCall", &twox_64_concat(&hash), At::Best).await?;
    Ok(found.is_some())
}

/// For which block an encoded call schedules another one, if that is what it does: not if it is one of several things.
async fn scheduled_for(chain: &Chain, bytes: &[u8]) -> Result<Option<BlockNumber>> {
    let metadata = chain.metadata().await?;
    if let Some(installation) = Installation::read(bytes, &metadata)? {
        return Ok(installation.at);
    }
    let schedule = calls::schedule(0, calls::set_code(Vec::new())).encode(&metadata)?.bytes();
    let block = bytes.get(2..6).filter(|_| bytes.get(..2) == schedule.get(..2));
    Ok(block.and_then(|mut block| BlockNumber::decode(&mut block).ok()))
}

/// A deposit that came back.
#[derive(Clone, PartialEq, Debug)]
pub struct Reclaimed {
    /// The call that it was for.
    pub hash: Hash,
    /// How much was on hold.
    pub deposit: Balance,
    /// The transaction that freed it.
    pub outcome: Outcome,
}

/// Takes back what the signer has on hold for the bytes of this call, or of all that it published, except where a motion is
/// about them: they would be gone, and nobody could see what is voted on. What the hospitals let run already stays on
/// the chain until it has run.
///
/// # Errors
/// [`Error::NotNow`] if nothing is on hold for a call that is named, or a motion is about it; whatever the chain refuses.
pub async fn reclaim(
    chain: &Chain,
    signer: &Identity,
    which: Option<Hash>,
    until: Until,
) -> Result<Vec<Reclaimed>> {
    let at = At::Block(chain.block(At::Best).await?.hash);
    let not_now = |hash: Hash, reason: String| Error::NotNow {
        doing: "take back the deposit",
        what: format!("for call {hash:?}"),
        reason,
    };
    let hashes = match which {
        Some(hash) => vec![hash],
        None => {
            let keys = chain.keys("Preimage", "RequestStatusFor", at).await?;
            keys.iter().filter_map(|key| <[u8; 32]>::try_from(key.as_slice()).ok()).map(Hash::from).collect()
        }
    };
    let proposed = root_calls(chain, at).await?;
    let mut due = Vec::new();
    for hash in hashes {
        let deposit = published(chain, hash, at).await?.and_then(|found| found.deposit_of(signer.account()));
        let motion = proposed.iter().find(|call| call.hash == hash).and_then(|call| call.motion);
        match (deposit, motion) {
            (Some(deposit), None) => due.push((hash, deposit)),
            _ if which.is_none() => {}
            (None, _) => return Err(not_now(hash, "this account has nothing on hold for it".into())),
            (Some(_), Some(motion)) => return Err(not_now(hash, format!("motion {motion} is about it"))),
        }
    }
    let mut reclaimed = Vec::new();
    for (hash, deposit) in due {
        let outcome = chain.submit(signer, calls::unnote_preimage(hash), until).await?;
        reclaimed.push(Reclaimed { hash, deposit, outcome });
    }
    Ok(reclaimed)
}

#[cfg(test)]
mod tests {
    use codec::Encode;

    use super::*;

    #[test]
    fn a_deposit_is_read_as_the_chain_writes_it() {
        let (who, other) = (AccountId::from([7; 32]), AccountId::from([8; 32]));
        let ticket = (who.clone(), 100u128);
        // pallet_preimage::RequestStatus, whose ticket is the amount on hold.
        for (encoded, length, deposit) in [
            ((0u8, &ticket, 5u32).encode(), Some(5), Some(100)),
            ((1u8, Some(&ticket), 2u32, Some(5u32)).encode(), Some(5), Some(100)),
            ((1u8, None::<()>, 2u32, None::<u32>).encode(), None, None),
        ] {
            let published = Published::decode(&mut &encoded[..]).unwrap();
            assert_eq!(published.length(), length);
            assert_eq!(published.deposit_of(&who), deposit);
            assert_eq!(published.deposit_of(&other), None);
        }
    }
}
