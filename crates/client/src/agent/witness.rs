//! Other nodes that confirm to whom a key goes, and which one.
//!
//! An agent believes its node. A node that lies about an order's buyer, or about which key is sold, would get a key sealed
//! to whomever it likes: the chain refuses such a delivery, but the sealed key has then been shown to the node. Where the
//! node belongs to somebody who must not read the records, nodes of others have to say the same before anything is sealed.

use std::{future::Future, time::Duration};

use futures::future::join_all;
use tokio::{sync::OnceCell, time::timeout};

use super::{
    Task,
    facts::{Facts, Mandate},
};
use crate::{At, Chain, Error, Result, chain::BlockId};

/// How long a witness may take to come, and then for each task. One that is slow must not use up the time in which keys
/// are due.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a witness does not confirm something.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Unconfirmed {
    url: String,
    reason: String,
    /// Whether it says otherwise than the node about the same block, so that one of them lies. If not, it cannot say, or the
    /// node only is behind.
    contradicts: bool,
}

impl Unconfirmed {
    fn new(url: &str, reason: impl Into<String>) -> Self {
        Self { url: url.into(), reason: reason.into(), contradicts: false }
    }

    fn contradiction(url: &str, reason: impl Into<String>) -> Self {
        Self { contradicts: true, ..Self::new(url, reason) }
    }

    fn error(&self, task: &Task) -> Error {
        let (doing, what) = ("seal a key for", format!("{task:?}"));
        let reason = format!("the witness {} {}", self.url, self.reason);
        match self.contradicts {
            true => Error::Contradicted { doing, what, reason },
            false => Error::NotNow { doing, what, reason },
        }
    }
}

/// The answers of all who are asked, by their addresses. If several fail, a contradiction goes first: it must not be passed
/// over because another witness is away.
async fn all<'a, T, F>(asked: impl Iterator<Item = (&'a str, F)>) -> Result<Vec<T>, Unconfirmed>
where
    F: Future<Output = Result<T, Unconfirmed>>,
{
    let in_time = asked.map(|(url, answer)| async move {
        let late = || Unconfirmed::new(url, format!("did not answer within {} s", PATIENCE.as_secs()));
        timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(late()))
    });
    let (mut answers, mut failure) = (Vec::new(), None);
    for answer in join_all(in_time).await {
        match answer {
            Ok(answer) => answers.push(answer),
            Err(unconfirmed) if unconfirmed.contradicts || failure.is_none() => failure = Some(unconfirmed),
            Err(_) => {}
        }
    }
    failure.map_or(Ok(answers), Err)
}

/// The witnesses during one look at the chain. They are called once a key is to be sealed: what seals nothing waits for none.
/// They are needed seldom; so connections are not kept, which would break unseen.
#[derive(Debug)]
pub(super) struct Hearing<'a> {
    urls: &'a [String],
    chain: &'a Chain,
    /// The last final block by what the node says, which is what it is asked about.
    pub head: BlockId,
    present: OnceCell<Result<Vec<Chain>, Unconfirmed>>,
}

impl<'a> Hearing<'a> {
    pub fn new(urls: &'a [String], chain: &'a Chain, head: BlockId) -> Self {
        Self { urls, chain, head, present: OnceCell::new() }
    }

    /// Has all witnesses say what they know of a task, and compares it with what is known. A node may also show an old block,
    /// in which something was still due, or to somebody else: so by what each witness knows now it has to be due too, and the
    /// same.
    ///
    /// # Errors
    /// [`Error::Contradicted`] if one says otherwise about the same block, [`Error::NotNow`] if one cannot be asked, or by its
    /// newest block it is not due any more or not the same.
    pub async fn confirm(&self, mandate: Mandate<'_>, task: &Task, facts: &Facts) -> Result<()> {
        self.ask_all(mandate, task, facts).await.map_err(|unconfirmed| unconfirmed.error(task))
    }

    async fn ask_all(&self, mandate: Mandate<'_>, task: &Task, facts: &Facts) -> Result<(), Unconfirmed> {
        let present = self.present.get_or_init(|| self.summon()).await;
        let present = present.as_ref().map_err(Unconfirmed::clone)?;
        all(present.iter().map(|witness| (witness.url(), self.ask(witness, mandate, task, facts)))).await?;
        Ok(())
    }

    async fn ask(
        &self,
        witness: &Chain,
        mandate: Mandate<'_>,
        task: &Task,
        facts: &Facts,
    ) -> Result<(), Unconfirmed> {
        let url = witness.url();
        let failed = |error: Error| Unconfirmed {
            contradicts: error.is_unknown(),
            ..Unconfirmed::new(url, format!("does not confirm it: {error}"))
        };
        let said = Facts::read(witness, mandate.owner, task, At::Block(self.head.hash)).await;
        if said.map_err(failed)?.as_ref() != Some(facts) {
            return Err(Unconfirmed::contradiction(
                url,
                "says otherwise than the node about whom the key is for, or which key it is: one of them lies",
            ));
        }
        let newest = witness.block(At::Finalized).await.map_err(failed)?;
        if newest == self.head {
            return Ok(());
        }
        let reason = match mandate.due(witness, task, At::Block(newest.hash)).await.map_err(failed)? {
            Some(due) if due.seal_the_same(facts) => return Ok(()),
            Some(_) => "says that it is for somebody else or another key by now",
            None => "says that it is not due any more",
        };
        Err(Unconfirmed::new(url, format!("{reason}; the node showed block {}", self.head.number)))
    }

    /// Connects to all of them, and has them confirm that the block is final.
    async fn summon(&self) -> Result<Vec<Chain>, Unconfirmed> {
        all(self.urls.iter().map(|url| (url.as_str(), self.call(url)))).await
    }

    async fn call(&self, url: &str) -> Result<Chain, Unconfirmed> {
        let failed = |error: Error| Unconfirmed::new(url, format!("cannot confirm it: {error}"));
        let head = self.head;
        let witness = Chain::connect(url).await.map_err(failed)?;
        if witness.genesis() != self.chain.genesis() {
            return Err(Unconfirmed::new(url, "serves another chain"));
        }
        let finalized = witness.block(At::Finalized).await.map_err(failed)?;
        if finalized.number < head.number {
            let reason = format!(
                "has block {} as its last final one, and block {} is not final there yet",
                finalized.number, head.number
            );
            return Err(Unconfirmed::new(url, reason));
        }
        if witness.block_at(head.number).await.map_err(failed)? != Some(head) {
            let reason =
                format!("has another block {} than {}: one of them lies", head.number, self.chain.url());
            return Err(Unconfirmed::contradiction(url, reason));
        }
        Ok(witness)
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    #[tokio::test]
    async fn a_contradiction_goes_before_a_witness_that_is_away() {
        let away = || Err(Unconfirmed::new("ws://a", "is away"));
        let lie = || Err(Unconfirmed::contradiction("ws://b", "says otherwise"));
        let told = async |answers: Vec<Result<u8, Unconfirmed>>| {
            let outcome = all(answers.into_iter().map(|answer| ("ws://c", ready(answer)))).await;
            outcome.map_err(|unconfirmed| unconfirmed.error(&Task::Deliver(7)))
        };
        assert_eq!(told(vec![Ok(1), Ok(2)]).await.unwrap(), [1, 2]);
        assert!(matches!(told(vec![Ok(1), away()]).await, Err(Error::NotNow { .. })));
        for answers in [vec![away(), lie(), Ok(1)], vec![lie(), away()]] {
            let error = told(answers).await.unwrap_err();
            assert!(matches!(error, Error::Contradicted { .. }), "{error}");
            assert!(error.to_string().contains("the witness ws://b says otherwise"), "{error}");
        }
    }
}
