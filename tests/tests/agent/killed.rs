//! An agent that is killed when it has seen an order and its delivery is on the way. That this is the moment is made
//! certain by the wire to its node, which breaks there.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use medshare_client::{At, Chain, keys};
use medshare_tests::{
    Cli, Stack,
    between::{self, Between, Meddler},
    council,
};
use medshare_types::OrderId;
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    Agent, delivered, is_delivered, key_in, number, on_sale, once_in_history, opens, ordered, registered,
};

/// How long buyers may claim (ms), so that an order is paid in full while the test waits.
const CLAIM_WINDOW: u64 = 8_000;
/// How long to wait until the agent sends something.
const PATIENCE: Duration = Duration::from_secs(120);

/// What became of the killed agent's delivery when the next agent starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Delivery {
    /// It never got to the node.
    Lost,
    /// The node had it, and nothing was waited for.
    Accepted,
    /// It is in a block.
    Included,
}

/// What a wire does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Everything gets through.
    Whole,
    /// The next transaction does not get through, nor anything after it.
    BreaksBefore,
    /// The next transaction gets through, and not what the node says to it, nor anything after that.
    BreaksAfter,
    /// Nothing gets through.
    Broken,
}

/// The wire between an agent and its node.
struct Wire {
    state: watch::Sender<State>,
    /// The transactions that the agent sent, also those that did not get through.
    sent: Mutex<Vec<Vec<u8>>>,
}

impl Wire {
    fn new() -> Self {
        Self { state: watch::Sender::new(State::Whole), sent: Mutex::default() }
    }

    fn sent(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn breaks_if(&self, state: State) {
        self.state.send_if_modified(|now| {
            let breaks = *now == state;
            if breaks {
                *now = State::Broken;
            }
            breaks
        });
    }

    fn is_broken(&self) -> bool {
        *self.state.borrow() == State::Broken
    }

    async fn breaks(&self) -> Result<()> {
        let mut state = self.state.subscribe();
        let broken = state.wait_for(|now| *now == State::Broken);
        tokio::time::timeout(PATIENCE, broken)
            .await
            .context("the agent sent nothing within two minutes")??;
        Ok(())
    }
}

impl Meddler for Wire {
    fn asks(&self, question: &Value) -> bool {
        if let Some(transaction) = between::transaction(question) {
            self.sent().push(transaction);
            self.breaks_if(State::BreaksBefore);
        }
        !self.is_broken()
    }

    fn says(&self, _: &mut Value, question: Option<&Value>) -> bool {
        if question.and_then(between::transaction).is_some() {
            self.breaks_if(State::BreaksAfter);
        }
        !self.is_broken()
    }
}

/// What all agents here have in common.
struct Scene<'a> {
    stack: &'a Stack,
    chain: Chain,
    wire: Arc<Wire>,
    /// The seller's client at the other end of the wire.
    far: Cli,
}

impl Scene<'_> {
    /// Kills the agent while its delivery is on the way, and starts another one, which is given back. In the end the
    /// order was delivered once and paid once, the buyer has what it bought, and nobody was told otherwise.
    async fn kill(&self, agent: Agent, record: &str, name: &str, delivery: Delivery) -> Result<Agent> {
        let buyer = on_sale(self.stack, &self.stack.cli("Alice"), record).await?;
        let before = self.totals(&buyer, At::Best).await?;
        self.wire.state.send_replace(match delivery {
            Delivery::Lost => State::BreaksBefore,
            Delivery::Accepted | Delivery::Included => State::BreaksAfter,
        });
        let order = ordered(&buyer, record).await?;
        self.wire.breaks().await?;
        ensure!(
            self.deliveries(&order).await? == 1,
            "the agent sent something else than order {order}'s key"
        );
        agent.0.kill().await?;
        match delivery {
            Delivery::Lost => ensure!(!is_delivered(self.stack, &order).await?, "somebody else delivers"),
            Delivery::Accepted => {}
            Delivery::Included => delivered(self.stack, &order).await?,
        }

        self.wire.state.send_replace(State::Whole);
        let mut agent = Agent::start(&self.far, &format!("agent-after-{record}"), self.stack.dir(), &[])?;
        let is_settled =
            |notice: &Value| notice["task"]["do"] == "settle" && number(&notice["task"]["order"]) == order;
        agent.tells("done", 1, is_settled).await?;
        for event in ["Delivered", "Settled"] {
            once_in_history(self.stack, record, event).await?;
        }
        opens(self.stack, &buyer, record, name).await?;
        self.is_paid_once(&buyer, &order, before).await?;

        for wrong in ["refused", "failed"] {
            ensure!(agent.count(wrong) == 0, "after {delivery:?}: {}", agent.0.log());
        }
        let (sent, overtaken) = (self.deliveries(&order).await?, agent.count("overtaken"));
        let as_it_should = match delivery {
            Delivery::Lost => (sent, overtaken) == (2, 0),
            // What waits for a block is not seen. A second one costs a little quota, and is told as overtaken.
            Delivery::Accepted => sent <= 2 && overtaken < sent,
            Delivery::Included => (sent, overtaken) == (1, 0),
        };
        ensure!(as_it_should, "after {delivery:?}, {sent} times sent: {}", agent.0.log());
        Ok(agent)
    }

    /// How often a delivery of an order was sent.
    async fn deliveries(&self, order: &str) -> Result<usize> {
        let order: OrderId = order.parse()?;
        let sent = self.wire.sent().clone();
        let mut deliveries = 0;
        for transaction in sent {
            deliveries += usize::from(key_in(&self.chain, &transaction, order).await?.is_some());
        }
        Ok(deliveries)
    }

    /// What seller and buyer have, with what is on hold.
    async fn totals(&self, buyer: &Cli, at: At) -> Result<[u128; 2]> {
        let mut totals = [0; 2];
        for (total, name) in totals.iter_mut().zip(["Alice", buyer.account()]) {
            let funds = self.chain.funds(&keys::account(name, &self.chain)?, at).await?;
            *total = funds.free + funds.held;
        }
        Ok(totals)
    }

    /// That an order that is settled moved its price once, and that nothing else cost either of them anything.
    async fn is_paid_once(&self, buyer: &Cli, order: &str, before: [u128; 2]) -> Result<()> {
        let known = self.chain.known_order(order.parse()?, At::Finalized).await?;
        let due = [before[0] + known.price - known.fee, before[1] - known.price];
        let found = self.totals(buyer, At::Finalized).await?;
        ensure!(found == due, "of order {order} seller and buyer have {found:?}, and should have {due:?}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_was_delivering_when_killed_is_delivered_and_paid_once() -> Result<()> {
    let stack = Stack::start().await?;
    let outcome = kills(&stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn kills(stack: &Stack) -> Result<()> {
    const NAMES: [&str; 3] = ["a.txt", "b.txt", "c.txt"];
    council::claim_window(stack, CLAIM_WINDOW).await?;
    let wire = Arc::new(Wire::new());
    let between = Between::stand(stack.node_url(), wire.clone()).await?;
    let (alice, chain) = (stack.cli("Alice"), Chain::connect(stack.node_url()).await?);
    let scene = Scene { stack, chain, wire, far: alice.at(between.url()) };
    let records = registered(&alice, stack.dir(), &NAMES).await?;
    let mut agent = Agent::start(&scene.far, "agent-1", stack.dir(), &[])?;
    let deliveries = [Delivery::Lost, Delivery::Accepted, Delivery::Included];
    for ((record, name), delivery) in records.iter().zip(NAMES).zip(deliveries) {
        agent = scene.kill(agent, record, name, delivery).await?;
    }
    agent.0.end().await
}
