//! The agent: a member's side of reviews, sales and claims without a human.
//!
//! It looks at finalised blocks, works out from the chain alone what there is to do, and does it. It keeps nothing
//! that a restart could lose: what was done is on the chain, and what is on the chain is not done again.

mod plan;
mod source;

pub use plan::{Task, deliver};

use std::{collections::BTreeMap, future::Future, pin::pin, sync::Arc, time::Duration};

use futures::{StreamExt, future::Either, stream};
use medshare_types::{BlockNumber, Moment, RequestId};

use crate::{
    At, Chain, Error, Identity, Outcome, Result, Until,
    chain::{BlockId, FinalizedBlocks},
};

/// How many transactions are under way at once.
const AT_ONCE: usize = 16;

/// Pauses between attempts to reach a node that went away: doubling from the first to the last.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// What the agent answers to requests for access that the record's policy covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Answers {
    /// It reports them and waits for a human.
    #[default]
    Ask,
    /// It grants them, for so long (ms of chain time), or until revoked.
    Grant {
        /// For how long.
        duration: Option<Moment>,
    },
    /// It refuses them.
    Deny,
}

/// What the agent tells.
#[derive(Debug)]
pub enum Notice {
    /// It is connected and looked at this block first.
    Connected(BlockId),
    /// It did something.
    Done(Task, Box<Outcome>),
    /// The chain or the key file refused something; it is not tried again until the task changes or the agent
    /// restarts.
    Refused(Task, Error),
    /// Something failed and is tried again with the next block.
    Failed(Task, Error),
    /// Somebody asks for access, and a human must answer. Told once.
    Asked(RequestId),
    /// The node went away; the agent tries again after the pause.
    Disconnected(Error, Duration),
}

/// The agent of one identity.
#[derive(Debug)]
pub struct Agent {
    chain: Chain,
    identity: Arc<Identity>,
    answers: Answers,
    /// What was refused, and is not to be tried again.
    refused: BTreeMap<Task, String>,
    asked: Vec<RequestId>,
    last: Option<BlockNumber>,
}

impl Agent {
    /// An agent over a connection.
    pub fn new(chain: Chain, identity: Identity, answers: Answers) -> Self {
        Self {
            chain,
            identity: Arc::new(identity),
            answers,
            refused: BTreeMap::new(),
            asked: Vec::new(),
            last: None,
        }
    }

    /// Does once all that there is to do at the finalised head, and tells what came of it.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer. What becomes of single tasks is in the notices.
    pub async fn run_once(&mut self) -> Result<Vec<Notice>> {
        let head = self.chain.block(At::Finalized).await?;
        let plan = self.plan(At::Block(head.hash)).await?;
        self.last = Some(head.number);
        let mut notices = Vec::new();
        self.asked.retain(|request| plan.asked.contains(request));
        for request in plan.asked {
            if !self.asked.contains(&request) {
                self.asked.push(request);
                notices.push(Notice::Asked(request));
            }
        }
        self.refused.retain(|task, _| plan.tasks.contains(task));
        let mut tasks = plan.tasks;
        tasks.retain(|task| !self.refused.contains_key(task));
        if tasks.is_empty() {
            return Ok(notices);
        }
        // What is final already decides that something is due. What is in newer blocks decides that it is done: an
        // agent that only looked at the finalised head would do everything several times.
        let newest = self.plan(At::Best).await?;
        tasks.retain(|task| newest.tasks.contains(task));

        let (chain, identity) = (&self.chain, &self.identity);
        let done: Vec<(Task, Result<Outcome>)> = stream::iter(tasks)
            .map(|task| async move {
                let result = async {
                    let call = plan::call(chain, identity, &task).await?;
                    chain.submit(identity, call, Until::InBlock).await
                };
                let result = result.await;
                (task, result)
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        // A refusal of what somebody else has done in the meantime, a human for instance, is none.
        let still_due = if done.iter().any(|(_, result)| result.is_err()) {
            self.plan(At::Best).await?.tasks
        } else {
            Vec::new()
        };
        for (task, result) in done {
            notices.push(match result {
                Err(error) if error.is_refusal() && !still_due.contains(&task) => continue,
                Ok(outcome) => Notice::Done(task, Box::new(outcome)),
                Err(error) if is_final(&error) => {
                    self.refused.insert(task.clone(), error.to_string());
                    Notice::Refused(task, error)
                }
                Err(error) => Notice::Failed(task, error),
            });
        }
        Ok(notices)
    }

    async fn plan(&self, at: At) -> Result<plan::Plan> {
        let source = source::Snapshot::take(&self.chain, at).await?;
        plan::plan(&source, self.identity.account(), self.answers).await
    }

    /// Works until `stop` is ready, and tells everything to `notify`. Survives that the node goes away.
    ///
    /// # Errors
    /// None that waiting could cure: those are told and tried again. [`Error::OtherChain`] if the node comes back with
    /// another chain.
    pub async fn run(
        &mut self,
        stop: impl Future<Output = ()>,
        mut notify: impl FnMut(Notice),
    ) -> Result<()> {
        let mut stop = pin!(stop);
        let mut pause = BACKOFF.0;
        loop {
            let before = self.last;
            let watched = {
                let watched = pin!(self.watch(&mut notify));
                match futures::future::select(watched, &mut stop).await {
                    Either::Left((result, _)) => result,
                    Either::Right(((), _)) => return Ok(()),
                }
            };
            let mut error = match watched {
                Err(error) if error.is_disconnect() => error,
                result => return result,
            };
            if self.last != before {
                pause = BACKOFF.0;
            }
            loop {
                let reconnect = async {
                    tokio::time::sleep(pause).await;
                    self.chain.reconnect().await
                };
                notify(Notice::Disconnected(error, pause));
                let reconnected = match futures::future::select(pin!(reconnect), &mut stop).await {
                    Either::Left((result, _)) => result,
                    Either::Right(((), _)) => return Ok(()),
                };
                pause = pause.saturating_mul(2).min(BACKOFF.1);
                match reconnected {
                    Ok(chain) => {
                        self.chain = chain;
                        break;
                    }
                    Err(again) if again.is_disconnect() => error = again,
                    Err(other) => return Err(other),
                }
            }
        }
    }

    /// Works until the connection breaks.
    async fn watch(&mut self, notify: &mut impl FnMut(Notice)) -> Result<()> {
        let mut blocks = self.chain.finalized_blocks().await?;
        notify(Notice::Connected(self.chain.block(At::Finalized).await?));
        loop {
            self.run_once().await?.into_iter().for_each(&mut *notify);
            self.next(&mut blocks).await?;
        }
    }

    /// Waits for a finalised block that was not looked at yet.
    async fn next(&self, blocks: &mut FinalizedBlocks) -> Result<()> {
        loop {
            match blocks.next().await {
                Some(block) => {
                    if Some(block?.number) > self.last {
                        return Ok(());
                    }
                }
                None => {
                    let reason = "the connection was closed".into();
                    return Err(Error::Unreachable { url: self.chain.url().into(), reason });
                }
            }
        }
    }
}

/// Whether trying again would end in the same way.
fn is_final(error: &Error) -> bool {
    error.is_refusal()
        || matches!(
            error,
            Error::MissingKey { .. }
                | Error::Crypto { .. }
                | Error::UnknownCall { .. }
                | Error::ForeignCall { .. }
        )
}
