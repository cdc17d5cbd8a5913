//! The agent: a member's side of reviews, sales and claims without a human.
//!
//! It looks at finalised blocks, works out from the chain and the owner's rules what there is to do, and does it. It keeps
//! nothing that a restart could lose: what was done is on the chain, and what is on the chain is not done again. A yes or a
//! no to what waits is on the chain too: somebody delivers, answers, denies or cancels by hand.

mod attempts;
mod facts;
mod notice;
mod plan;
mod rules;
mod source;
mod witness;

pub use facts::deliver;
pub use notice::{Notice, Status};
pub use plan::{Task, Waiting, Why};
pub use rules::{Decision, Rule, Rules, Ruling, Wanted, Wish};

use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{StreamExt, future::Either, stream};
use medshare_types::{AccountId, BlockNumber};

use crate::{
    At, Chain, Error, Identity, Outcome, Result, Until,
    chain::{BlockId, FinalizedBlocks},
};
use attempts::{Attempts, Backoff};
use facts::{Facts, Mandate};
use plan::{Keys, Plan};
use witness::Hearing;

/// How many transactions are under way at once.
const AT_ONCE: usize = 16;

/// How long no block may come before the node is asked whether it is still there. A connection whose other end vanished
/// without a word stays silent for ever.
const QUIET: Duration = Duration::from_secs(60);

/// What may change while an agent runs.
#[derive(Debug)]
pub enum Renewal {
    /// The owner says something else in advance.
    Rules(Rules),
    /// The keys of the same account, after a rotation.
    Identity(Box<Identity>),
    /// Something was to change and could not be read. What the agent goes on with is said in other renewals.
    Unreadable(String),
}

/// The agent of one account.
#[derive(Debug)]
pub struct Agent {
    chain: Chain,
    identity: Arc<Identity>,
    /// For whom it works.
    principal: AccountId,
    rules: Rules,
    /// Addresses of the nodes that confirm to whom a key goes.
    witnesses: Vec<String>,
    attempts: Attempts,
    /// What waits and was told, and whether it was pressing then.
    told: BTreeMap<Task, bool>,
    last: Option<BlockNumber>,
    done: u64,
}

impl Agent {
    /// An agent over a connection.
    pub fn new(chain: Chain, identity: Identity, rules: Rules) -> Self {
        Self {
            chain,
            principal: identity.account().clone(),
            identity: Arc::new(identity),
            rules,
            witnesses: Vec::new(),
            attempts: Attempts::default(),
            told: BTreeMap::new(),
            last: None,
            done: 0,
        }
    }

    /// The agent of another account, whose keys are elsewhere: it does with its own keys what anybody may do, and tells
    /// what waits for the keys of that account.
    pub fn on_behalf_of(mut self, principal: AccountId) -> Self {
        self.principal = principal;
        self
    }

    /// Has more nodes confirm to whom a key goes, before it is sealed. Their addresses are WebSocket URLs.
    pub fn with_witnesses(mut self, urls: Vec<String>) -> Self {
        self.witnesses = urls;
        self
    }

    /// For whom it works.
    pub fn principal(&self) -> &AccountId {
        &self.principal
    }

    /// What it would do at the finalised head, and what waits for a person.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer.
    pub async fn preview(&self) -> Result<(Vec<Task>, Vec<Waiting>)> {
        let plan = self.plan(At::Finalized).await?;
        Ok((plan.tasks, plan.waiting))
    }

    /// Does once all that there is to do at the finalised head, and tells what came of it.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer. What becomes of single tasks is in the notices.
    pub async fn run_once(&mut self) -> Result<Vec<Notice>> {
        let head = self.chain.block(At::Finalized).await?;
        let plan = self.plan(At::Block(head.hash)).await?;
        self.last = Some(head.number);
        let mut notices = self.tell_waiting(&plan);
        self.attempts.keep(&plan.tasks);
        let now = Instant::now();
        let mut tasks = plan.tasks.clone();
        tasks.retain(|task| !self.attempts.is_waiting(task, now));
        if !tasks.is_empty() {
            // What is final already decides that something is due. What is in newer blocks decides that it is done: an
            // agent that only looked at the finalised head would do everything several times.
            let newest = self.plan(At::Best).await?;
            tasks.retain(|task| newest.tasks.contains(task));
            notices.extend(self.perform(tasks, head).await?);
        }
        notices.push(Notice::Looked(Status {
            block: head,
            time: plan.now,
            done: self.done,
            waiting: plan.waiting,
            failing: self.attempts.failing().map(|(task, why)| (task.clone(), why.to_owned())).collect(),
        }));
        Ok(notices)
    }

    /// What waits, where it is new or its time is running out.
    fn tell_waiting(&mut self, plan: &Plan) -> Vec<Notice> {
        self.told.retain(|task, _| plan.waiting.iter().any(|waiting| waiting.task == *task));
        let mut notices = Vec::new();
        for waiting in &plan.waiting {
            let pressing = waiting.is_pressing(plan.now);
            if self.told.get(&waiting.task).is_none_or(|told| pressing && !told) {
                self.told.insert(waiting.task.clone(), pressing);
                notices.push(Notice::Asked(Box::new(waiting.clone())));
            }
        }
        notices
    }

    async fn perform(&mut self, tasks: Vec<Task>, head: BlockId) -> Result<Vec<Notice>> {
        let done = self.perform_all(tasks, head).await;
        // What fails because somebody else has done it in the meantime is no failure. Where the node does not say, it is taken
        // for one; what was done is told in any case.
        let still_due = if done.iter().any(|(_, result)| result.is_err()) {
            self.plan(At::Best).await.map(|plan| plan.tasks).ok()
        } else {
            None
        };
        let now = Instant::now();
        let mut notices = Vec::new();
        for (task, result) in done {
            match result {
                Ok(outcome) => {
                    self.attempts.done(&task);
                    self.done = self.done.saturating_add(1);
                    notices.push(Notice::Done(task, Box::new(outcome)));
                }
                // A node that was seen to lie can say anything afterwards.
                Err(error)
                    if !matches!(error, Error::Contradicted { .. })
                        && still_due.as_ref().is_some_and(|due| !due.contains(&task)) =>
                {
                    self.attempts.done(&task);
                    notices.push(Notice::Overtaken(task));
                }
                Err(error) => {
                    if let Some(pause) = self.attempts.failed(&task, &error, now) {
                        notices.push(match error.is_refusal() {
                            true => Notice::Refused(task, error, pause),
                            false => Notice::Failed(task, error, pause),
                        });
                    }
                }
            }
        }
        Ok(notices)
    }

    async fn perform_all(&self, mut tasks: Vec<Task>, head: BlockId) -> Vec<(Task, Result<Outcome>)> {
        // What seals nothing needs no witness, and so does not come after what waits for one.
        tasks.sort_by_key(Task::seals_key);
        let hearing = &Hearing::new(&self.witnesses, &self.chain, head);
        stream::iter(tasks)
            .map(|task| async move {
                let result = self.perform_one(&task, hearing).await;
                (task, result)
            })
            .buffered(AT_ONCE)
            .collect()
            .await
    }

    async fn perform_one(&self, task: &Task, hearing: &Hearing<'_>) -> Result<Outcome> {
        let facts = if task.seals_key() { Some(self.confirmed(task, hearing).await?) } else { None };
        let call = facts::call(&self.chain, &self.identity, task, facts)?;
        if self.attempts.has_failed(task) {
            // A call that the chain refuses again would use up quota again.
            if let Some(refusal) = self.chain.rehearse(&self.identity, &call).await?.refusal {
                return Err(refusal);
            }
        }
        self.chain.submit(&self.identity, call, Until::InBlock).await
    }

    /// By what a key is sealed: what the node says of the block at which the task was found, and all witnesses confirm.
    async fn confirmed(&self, task: &Task, hearing: &Hearing<'_>) -> Result<Facts> {
        let mandate = Mandate { owner: &self.principal, rules: &self.rules };
        let head = hearing.head;
        let due = mandate.due(&self.chain, task, At::Block(head.hash)).await?;
        // When it was asked what there is to do at that block, it was due.
        let facts = due.ok_or_else(|| Error::Contradicted {
            doing: "seal a key for",
            what: format!("{task:?}"),
            reason: format!(
                "{} says two different things about block {}: it lies or is broken; use another node",
                self.chain.url(),
                head.number
            ),
        })?;
        hearing.confirm(mandate, task, &facts).await?;
        Ok(facts)
    }

    async fn plan(&self, at: At) -> Result<Plan> {
        let source = source::Snapshot::take(&self.chain, at).await?;
        let keys = if *self.identity.account() == self.principal { Keys::Own } else { Keys::Others };
        plan::plan(&source, &self.principal, &self.rules, keys).await
    }

    /// Works until `stop` is ready, and tells everything to `notify`. Before each look at the chain, `renew` says what has
    /// changed since. Survives that the node goes away.
    ///
    /// # Errors
    /// None that waiting could cure: those are told and tried again. [`Error::OtherChain`] if the node comes back with
    /// another chain.
    pub async fn run(
        &mut self,
        stop: impl Future<Output = ()>,
        mut renew: impl FnMut() -> Vec<Renewal>,
        mut notify: impl FnMut(Notice),
    ) -> Result<()> {
        let mut stop = pin!(stop);
        let mut failures = 0;
        loop {
            let before = self.last;
            let watched = {
                let watched = pin!(self.watch(&mut renew, &mut notify));
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
                failures = 0;
            }
            loop {
                failures = u32::saturating_add(failures, 1);
                let pause = Backoff::NODE.after(failures);
                let reconnect = async {
                    tokio::time::sleep(pause).await;
                    self.chain.reconnect().await
                };
                notify(Notice::Disconnected(error, pause));
                let reconnected = match futures::future::select(pin!(reconnect), &mut stop).await {
                    Either::Left((result, _)) => result,
                    Either::Right(((), _)) => return Ok(()),
                };
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
    async fn watch(
        &mut self,
        renew: &mut impl FnMut() -> Vec<Renewal>,
        notify: &mut impl FnMut(Notice),
    ) -> Result<()> {
        let mut blocks = self.chain.finalized_blocks().await?;
        notify(Notice::Connected(self.chain.block(At::Finalized).await?));
        loop {
            renew().into_iter().map(|renewal| self.renew(renewal)).for_each(&mut *notify);
            self.run_once().await?.into_iter().for_each(&mut *notify);
            self.next(&mut blocks).await?;
        }
    }

    fn renew(&mut self, renewal: Renewal) -> Notice {
        match renewal {
            Renewal::Rules(rules) => {
                self.rules = rules;
                Notice::Renewed("the policy")
            }
            Renewal::Identity(identity) if identity.account() == self.identity.account() => {
                self.identity = Arc::from(identity);
                self.attempts.hurry();
                Notice::Renewed("the keys")
            }
            Renewal::Identity(identity) => Notice::Unreadable(format!(
                "the key file holds the keys of {} now; this agent goes on with those of {}",
                identity.account(),
                self.identity.account()
            )),
            Renewal::Unreadable(reason) => Notice::Unreadable(reason),
        }
    }

    /// Waits for a finalised block that was not looked at yet, or until it has been quiet for long.
    async fn next(&self, blocks: &mut FinalizedBlocks) -> Result<()> {
        let new = async {
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
        };
        // The next look asks the node, which answers or is found to be gone.
        tokio::time::timeout(QUIET, new).await.unwrap_or(Ok(()))
    }
}
