//! Other nodes that confirm to whom a key goes, and which one.
//!
//! An agent believes its node. A node that lies about an order's buyer, or about which key is sold, would get a key sealed
//! to whomever it likes: the chain refuses such a delivery, but the sealed key has then been shown to the node. Where the
//! node belongs to somebody who must not read the records, nodes of others have to say the same before anything is sealed.

use super::{
    Task,
    facts::{Facts, Mandate},
};
use crate::{At, Chain, Error, Result, chain::BlockId};

/// Why no witness could be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Unconfirmed {
    url: String,
    reason: String,
}

impl Unconfirmed {
    fn error(&self, task: &Task) -> Error {
        Error::NotNow {
            doing: "seal a key for",
            what: format!("{task:?}"),
            reason: format!("the witness {} {}", self.url, self.reason),
        }
    }
}

/// The nodes that are asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Witnesses {
    urls: Vec<String>,
}

impl Witnesses {
    pub fn new(urls: Vec<String>) -> Self {
        Self { urls }
    }

    /// Connects to all of them, and has them confirm that the block is final. They are needed seldom; so connections are
    /// not kept, which would break unseen.
    pub async fn summon(&self, chain: &Chain, head: BlockId) -> Result<Vec<Chain>, Unconfirmed> {
        let mut witnesses = Vec::with_capacity(self.urls.len());
        for url in &self.urls {
            let unconfirmed = |reason: String| Unconfirmed { url: url.clone(), reason };
            let failed = |error: Error| unconfirmed(format!("cannot confirm it: {error}"));
            let witness = Chain::connect(url).await.map_err(failed)?;
            if witness.genesis() != chain.genesis() {
                return Err(unconfirmed("serves another chain".into()));
            }
            let finalized = witness.block(At::Finalized).await.map_err(failed)?;
            if finalized.number < head.number {
                return Err(unconfirmed(format!(
                    "has block {} as its last final one, and block {} is not final there yet",
                    finalized.number, head.number
                )));
            }
            if witness.block_at(head.number).await.map_err(failed)? != Some(head) {
                return Err(unconfirmed(format!("has another block {} than {}", head.number, chain.url())));
            }
            witnesses.push(witness);
        }
        Ok(witnesses)
    }
}

/// Has all witnesses say what they know of a task, and compares it with what is known. A node may also show an old block, in
/// which something was still due: so by what each witness knows now it has to be due too.
///
/// # Errors
/// [`Error::NotNow`] if one cannot be asked or says something else.
pub(super) async fn confirm(
    witnesses: &Result<Vec<Chain>, Unconfirmed>,
    mandate: Mandate<'_>,
    task: &Task,
    facts: &Facts,
    head: BlockId,
) -> Result<()> {
    let witnesses = witnesses.as_ref().map_err(|unconfirmed| unconfirmed.error(task))?;
    for witness in witnesses {
        let unconfirmed = |reason: String| Unconfirmed { url: witness.url().into(), reason }.error(task);
        let said = async |at: At| {
            let read = Facts::read(witness, mandate.owner, task, at).await;
            read.map_err(|error| unconfirmed(format!("does not confirm it: {error}")))
        };
        if said(At::Block(head.hash)).await?.as_ref() != Some(facts) {
            return Err(unconfirmed(
                "says otherwise than the node about whom the key is for, or which key it is: one of them lies".into(),
            ));
        }
        let due = match said(At::Finalized).await? {
            Some(newest) => mandate.covers(task, &newest).await?,
            None => false,
        };
        if !due {
            return Err(unconfirmed(format!(
                "says that it is not due any more; the node showed block {}",
                head.number
            )));
        }
    }
    Ok(())
}
