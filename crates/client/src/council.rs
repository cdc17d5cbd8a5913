//! What hospitals decide together: proposing it, voting on it, carrying it out.
//!
//! A motion asks for as many votes as the share of the hospitals that its call needs
//! ([`medshare_types::council`]); the chain checks that share again when the call runs.

mod root;

use std::{fmt, str::FromStr};

use codec::Decode;
use medshare_types::{
    AccountId, BlockNumber, Hash,
    council::{Decision, decision},
};
use serde::Serialize;

use crate::{
    At, Chain, Error, Identity, Outcome, Result, Until,
    chain::{Call, DecodedCall, calls::council as calls, storage::identity},
};

pub use root::{Reclaimed, RootCall, enact, preimage, propose_root, reclaim, root_calls};

/// Something that was proposed and is not closed yet.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Motion {
    /// Its number.
    pub index: u32,
    /// The hash of its call.
    pub hash: Hash,
    /// What it would do.
    #[serde(flatten)]
    pub call: DecodedCall,
    /// How many votes it needs.
    pub threshold: u32,
    /// Who is for it.
    pub ayes: Vec<AccountId>,
    /// Who is against it.
    pub nays: Vec<AccountId>,
    /// The last block in which it is open.
    pub end: BlockNumber,
    /// The encoded call.
    #[serde(skip)]
    encoded: Vec<u8>,
}

/// Which motion is meant: by its number or its hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// The one with this number.
    Index(u32),
    /// The one whose call has this hash.
    Hash(Hash),
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is neither a motion's number nor its hash in 0x-prefixed hex");
        if text.starts_with("0x") {
            return text.parse().map(Self::Hash).map_err(|_| wrong());
        }
        text.parse().map(Self::Index).map_err(|_| wrong())
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Hash(hash) => write!(f, "{hash:?}"),
        }
    }
}

/// What came of a proposal.
#[derive(Clone, PartialEq, Debug)]
pub struct Proposed {
    /// The motion's number; none where one vote is enough, so that the call ran at once.
    pub index: Option<u32>,
    /// The hash of its call.
    pub hash: Hash,
    /// How many votes it needs.
    pub threshold: u32,
    /// Of so many hospitals.
    pub hospitals: u32,
    /// The transaction that proposed it.
    pub outcome: Outcome,
    /// The proposer's vote for it.
    pub vote: Option<Outcome>,
}

/// How a motion ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// It was carried, and its call ran.
    Carried,
    /// It was not.
    Rejected,
}

/// How a call is proposed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Terms {
    /// Ask for so many votes; for as many as the call needs if none is given.
    pub threshold: Option<u32>,
    /// Do not vote for it.
    pub only_propose: bool,
}

/// The hospitals, each of which has one vote.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn hospitals(chain: &Chain, at: At) -> Result<Vec<AccountId>> {
    Ok(chain.item("Council", "Members", &[], at).await?.unwrap_or_default())
}

/// The open motions, the oldest first.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn motions(chain: &Chain, at: At) -> Result<Vec<Motion>> {
    let at = At::Block(chain.block(at).await?.hash);
    let hashes: Vec<Hash> = chain.item("Council", "Proposals", &[], at).await?.unwrap_or_default();
    let mut motions = Vec::new();
    for hash in hashes {
        motions.extend(read(chain, hash, at).await?);
    }
    motions.sort_by_key(|motion| motion.index);
    Ok(motions)
}

/// An open motion.
///
/// # Errors
/// [`Error::UnknownMotion`] if there is none such.
pub async fn motion(chain: &Chain, which: Which, at: At) -> Result<Motion> {
    let found = match which {
        Which::Hash(hash) => read(chain, hash, at).await?,
        Which::Index(index) => motions(chain, at).await?.into_iter().find(|motion| motion.index == index),
    };
    found.ok_or_else(|| Error::UnknownMotion(which.to_string()))
}

async fn read(chain: &Chain, hash: Hash, at: At) -> Result<Option<Motion>> {
    #[derive(Decode)]
    struct Votes {
        index: u32,
        threshold: u32,
        ayes: Vec<AccountId>,
        nays: Vec<AccountId>,
        end: BlockNumber,
    }
    let key = identity(&hash);
    let Some(votes) = chain.item::<Votes>("Council", "Voting", &key, at).await? else { return Ok(None) };
    let Some(encoded) = chain.item_bytes("Council", "ProposalOf", &key, at).await? else { return Ok(None) };
    let Votes { index, threshold, ayes, nays, end } = votes;
    let call = chain.decode_call(&encoded).await?;
    Ok(Some(Motion { index, hash, call, threshold, ayes, nays, end, encoded }))
}

/// How many votes of so many hospitals a call needs.
///
/// # Errors
/// [`Error::NotDecided`] if the table does not say that hospitals decide about it and nobody said how many votes to ask
/// for, [`Error::Invalid`] if these are fewer than it needs or more than there are.
pub fn threshold(call: &Call, hospitals: u32, wanted: Option<u32>) -> Result<u32> {
    let known = decision(call.pallet(), call.name());
    let needed = known.map_or(1, |Decision { share, .. }| share.of(hospitals));
    let invalid = |reason: String| Error::Invalid { what: "the number of votes", reason };
    match (wanted, known) {
        (None, None) => Err(Error::NotDecided { call: call.title() }),
        (None, Some(_)) => Ok(needed),
        (Some(votes), _) if votes > hospitals => {
            Err(invalid(format!("there are only {hospitals} hospitals")))
        }
        (Some(votes), _) if votes < needed => {
            Err(invalid(format!("{} needs {needed} votes of {hospitals} hospitals", call.title())))
        }
        (Some(votes), _) => Ok(votes),
    }
}

/// Proposes a call, and votes for it. Where one vote is enough it runs at once.
///
/// # Errors
/// As of [`threshold`]; [`Error::CarriedOut`] if it ran at once and failed; whatever the chain refuses.
pub async fn propose(
    chain: &Chain,
    signer: &Identity,
    call: Call,
    terms: Terms,
    until: Until,
) -> Result<Proposed> {
    let hospitals = u32::try_from(hospitals(chain, At::Best).await?.len()).unwrap_or(u32::MAX);
    let threshold = threshold(&call, hospitals, terms.threshold)?;
    let encoded = chain.call_data(&call).await?;
    let hash = Hash::from(sp_crypto_hashing::blake2_256(&encoded));
    let length = u32::try_from(encoded.len()).unwrap_or(u32::MAX);
    let outcome = chain.submit(signer, calls::propose(threshold, call, length), until).await?;
    // The pallet carries out at once what needs no second vote.
    let index = match threshold {
        0 | 1 => None,
        _ => Some(outcome.field::<u32>("Council", "Proposed", "proposal_index")?),
    };
    let vote = match index {
        Some(index) if !terms.only_propose => {
            Some(chain.submit(signer, calls::vote(hash, index, true), until).await?)
        }
        _ => None,
    };
    Ok(Proposed { index, hash, threshold, hospitals, outcome, vote })
}

/// Votes on a motion. The vote can be changed as long as it is open.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn vote(
    chain: &Chain,
    signer: &Identity,
    motion: &Motion,
    approve: bool,
    until: Until,
) -> Result<Outcome> {
    chain.submit(signer, calls::vote(motion.hash, motion.index, approve), until).await
}

/// Closes a motion: carries it out if enough hospitals agreed, or ends it if they did not.
///
/// # Errors
/// [`Error::CarriedOut`] if it was carried and its call failed; whatever the chain refuses, such as a motion that is
/// neither decided nor over.
pub async fn close(
    chain: &Chain,
    signer: &Identity,
    motion: &Motion,
    until: Until,
) -> Result<(End, Outcome)> {
    let weight = chain.weight_of(&motion.encoded).await?;
    let length = u32::try_from(motion.encoded.len()).unwrap_or(u32::MAX);
    let call = calls::close(motion.hash, motion.index, weight, length);
    let outcome = chain.submit(signer, call, until).await?;
    let end = match outcome.event("Council", "Approved") {
        Ok(_) => End::Carried,
        Err(_) => End::Rejected,
    };
    Ok((end, outcome))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::calls::{self as all_calls, validators};

    #[test]
    fn motions_ask_for_as_many_votes_as_their_call_needs() {
        let who = AccountId::from([7; 32]);
        for (call, of_4, of_8) in [
            (all_calls::suspend(who.clone()), 3, 5),
            (validators::admit(who), 3, 6),
            (calls::pause("Records", "register"), 2, 3),
            (calls::whitelist(Hash::zero()), 3, 6),
        ] {
            assert_eq!(threshold(&call, 4, None).unwrap(), of_4, "{}", call.title());
            assert_eq!(threshold(&call, 8, None).unwrap(), of_8, "{}", call.title());
        }
    }

    #[test]
    fn more_votes_may_be_asked_for_but_not_fewer_than_needed_or_more_than_there_are() {
        let call = all_calls::suspend(AccountId::from([7; 32]));
        assert_eq!(threshold(&call, 8, Some(5)).unwrap(), 5);
        assert_eq!(threshold(&call, 8, Some(8)).unwrap(), 8);
        let fewer = threshold(&call, 8, Some(4)).unwrap_err().to_string();
        assert!(fewer.contains("Members.suspend needs 5 votes of 8 hospitals"), "{fewer}");
        assert!(threshold(&call, 8, Some(9)).unwrap_err().to_string().contains("only 8 hospitals"));
    }

    #[test]
    fn what_is_not_in_the_table_needs_a_number_of_votes() {
        let call = all_calls::leave();
        assert!(matches!(threshold(&call, 8, None), Err(Error::NotDecided { .. })));
        assert_eq!(threshold(&call, 8, Some(2)).unwrap(), 2);
    }

    #[test]
    fn motions_are_named_by_number_or_hash() {
        assert_eq!("7".parse(), Ok(Which::Index(7)));
        let hash = Hash::repeat_byte(5);
        assert_eq!(format!("{hash:?}").parse(), Ok(Which::Hash(hash)));
        for bad in ["", "-1", "0x05", "seven"] {
            assert!(bad.parse::<Which>().unwrap_err().contains("neither a motion's number"), "{bad}");
        }
    }
}
