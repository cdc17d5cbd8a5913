//! A node that lies about whom a key is for, or which key it is, and a witness that does not.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use codec::Encode;
use medshare_client::{At, Chain, Identity, sealing};
use medshare_tests::{
    Cli, Stack,
    between::{self, Between, Meddler},
    ledger, sale,
};
use medshare_types::{AccountId, Hash, Order, OrderId, RecordId, RecordVersion};
use serde_json::Value;

use crate::{Agent, key_in, on_sale, once_in_history, opens, ordered, registered};

/// An order that nobody placed.
const MADE_UP: OrderId = 4_711;

/// What a node is asked last before witnesses are.
const ASKED_LAST: &str = "MedshareApi_record_version";

/// What a node says of an order, and of the version that is sold.
#[derive(Clone, Default)]
struct Story {
    /// Where it is asked which orders are open, if it says something else there.
    listed: Option<(OrderId, Order<AccountId>)>,
    order: Option<(OrderId, Order<AccountId>)>,
    version: Option<RecordVersion<AccountId>>,
    /// Which block is the last final one.
    head: Option<Hash>,
    /// The question after whose answer it is the truth from then on.
    last: Option<&'static str>,
}

/// A node that says what the chain says, but for what is in its story.
#[derive(Default)]
struct Liar {
    story: Mutex<Story>,
    sent: Mutex<Vec<Vec<u8>>>,
}

impl Liar {
    fn tells(&self, story: Story) {
        *self.story.lock().unwrap_or_else(PoisonError::into_inner) = story;
    }

    /// The transactions that it was sent since this was asked the last time.
    fn sent(&self) -> Vec<Vec<u8>> {
        mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What it says, if it is not the truth.
    fn lie(&self, question: &Value) -> Option<Vec<u8>> {
        let mut told = self.story.lock().unwrap_or_else(PoisonError::into_inner);
        let story = told.clone();
        if story.last.is_some_and(|last| question["params"][0] == last) {
            *told = Story::default();
        }
        if question["method"] == "chain_getFinalizedHead" {
            return Some(story.head?.encode());
        }
        match question["params"][0].as_str()? {
            "MedshareApi_open_orders_of" => Some(vec![story.listed.or(story.order)?].encode()),
            "MedshareApi_order" => Some(Some(story.order?.1).encode()),
            "MedshareApi_record_version" => Some(Some(story.version?).encode()),
            _ => None,
        }
    }
}

impl Meddler for Liar {
    fn asks(&self, question: &Value) -> bool {
        if let Some(transaction) = between::transaction(question) {
            self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(transaction);
        }
        true
    }

    fn says(&self, said: &mut Value, question: Option<&Value>) -> bool {
        if let Some(lie) = question.and_then(|question| self.lie(question)) {
            said["result"] = ledger::text(&lie).into();
        }
        true
    }
}

/// A node that accepts whoever comes, and never says a word.
struct Mute;

impl Meddler for Mute {
    fn asks(&self, _: &Value) -> bool {
        false
    }

    fn says(&self, _: &mut Value, _: Option<&Value>) -> bool {
        false
    }
}

/// Has an agent do what there is to do, which is one thing, and gives what it tells of it.
async fn does(cli: &Cli, arguments: &[&str]) -> Result<Value> {
    let mut told = cli.run(&[&["agent", "--once"][..], arguments].concat()).await?;
    let done: Vec<Value> = serde_json::from_value(told["done"].take())?;
    let [done] = <[Value; 1]>::try_from(done).map_err(|done| anyhow::anyhow!("not one thing: {done:?}"))?;
    Ok(done)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_lies_gets_no_key_where_a_witness_is_asked() -> Result<()> {
    let stack = Stack::start().await?;
    let outcome = lies(&stack).await;
    outcome.map_err(|error| error.context(stack.logs()))
}

async fn lies(stack: &Stack) -> Result<()> {
    let (alice, chain) = (stack.cli("Alice"), Chain::connect(stack.node_url()).await?);
    let honest = Agent::start(&alice, "agent-honest", stack.dir(), &[])?;
    let records = registered(&alice, stack.dir(), &["a.txt", "b.txt"]).await?;
    let buyer = on_sale(stack, &alice, &records[0]).await?;
    // Afterwards nothing is left to do for either.
    sale::panel(stack, &records[1]).await?;
    honest.0.end().await?;
    let number = ordered(&buyer, &records[0]).await?;
    let id: OrderId = number.parse()?;

    let node = Arc::new(Liar::default());
    let between = Between::stand(stack.node_url(), node.clone()).await?;
    let far = alice.at(between.url());
    let order = chain.known_order(id, At::Finalized).await?;
    let version = chain.known_version(order.record, order.version, At::Finalized).await?;
    let other: RecordId = records[1].parse()?;
    let unsold = chain.known_version(other, 1, At::Finalized).await?;
    // Whose node it could be.
    let hospital = Identity::development("Ferdie", &chain)?;
    let to_hospital =
        Order { buyer: hospital.account().clone(), buyer_key: hospital.newest_key(), ..order.clone() };

    // Where it is believed it reads the record, although the chain refuses the delivery.
    let other_buyer = Story { order: Some((id, to_hospital.clone())), ..Story::default() };
    node.tells(other_buyer.clone());
    let told = does(&far, &[]).await?;
    ensure!(told["kind"] == "refused" && told["message"].to_string().contains("WrongKey"), "{told}");
    let sent = node.sent();
    ensure!(sent.len() == 1, "{} transactions for one delivery", sent.len());
    let sealed = key_in(&chain, &sent[0], id).await?.context("something else was sent than a delivery")?;
    let seen = sealing::sealed_key(&hospital, &hospital.newest_key(), &sealed)?;
    let key = sealing::own_key(&Identity::development("Alice", &chain)?, &version)?;
    ensure!(seen == key, "the lie gets the hospital nothing, so that refusing it shows nothing");

    let witness = ["--witness", stack.node_url()];
    let other_record = Order { record: other, ..order.clone() };
    let lies = [
        ("another buyer", other_buyer, "says otherwise"),
        ("another record", Story { order: Some((id, other_record)), ..Story::default() }, "says otherwise"),
        ("another key", Story { version: Some(unsold), ..Story::default() }, "says otherwise"),
        (
            "an order",
            Story { order: Some((MADE_UP, to_hospital.clone())), ..Story::default() },
            "does not confirm it",
        ),
        (
            "an order, until the witnesses are asked,",
            Story { order: Some((MADE_UP, to_hospital)), last: Some(ASKED_LAST), ..Story::default() },
            "does not confirm it",
        ),
    ];
    for (lie, story, reason) in lies {
        node.tells(story);
        let told = does(&far, &witness).await?;
        let expected = format!("the witness {} {reason}", stack.node_url());
        ensure!(told["kind"] == "failed", "{lie} is made up: {told}");
        ensure!(told["message"].to_string().contains(&expected), "{lie} is made up: {told}");
        ensure!(node.sent().is_empty(), "{lie} is made up, and something was sent: {told}");
    }
    node.tells(Story::default());
    let mute = Between::stand(stack.node_url(), Arc::new(Mute)).await?;
    let told = does(&far, &["--witness", mute.url()]).await?;
    let expected = format!("the witness {} did not answer within", mute.url());
    ensure!(told["kind"] == "failed" && told["message"].to_string().contains(&expected), "{told}");
    ensure!(node.sent().is_empty(), "something was sent although the witness says nothing: {told}");
    ensure!(chain.known_order(id, At::Best).await? == order, "something became of the order");

    // An order that was open once is over, and its money back.
    let open = chain.block(At::Finalized).await?;
    alice.run(&["cancel", &number]).await?;
    buyer.run(&["cancel", &number, "--finalized"]).await?;
    let listed = Some((id, order));
    let lies = [
        (
            "listed",
            Story { listed: listed.clone(), ..Story::default() },
            "says two different things about block",
        ),
        (
            "listed until it is asked for",
            Story { listed: listed.clone(), last: Some(ASKED_LAST), ..Story::default() },
            "says two different things about block",
        ),
        (
            "shown in an old block",
            Story { listed: listed.clone(), head: Some(open.hash), ..Story::default() },
            "it is not due any more",
        ),
    ];
    for (lie, story, reason) in lies {
        node.tells(story);
        let told = does(&far, &witness).await?;
        ensure!(told["kind"] == "failed", "what is over is {lie}: {told}");
        ensure!(told["message"].to_string().contains(reason), "what is over is {lie}: {told}");
        ensure!(node.sent().is_empty(), "what is over is {lie}, and something was sent: {told}");
    }

    // One that is behind and then sees it too, as when another agent was faster, contradicts nobody.
    node.tells(Story { listed, head: Some(open.hash), last: Some(ASKED_LAST), ..Story::default() });
    let told = does(&far, &witness).await?;
    ensure!(told["kind"] == "overtaken", "{told}");
    ensure!(node.sent().is_empty(), "what is over was sent: {told}");

    // The same node, as soon as it says what the chain says.
    let number = ordered(&buyer, &records[0]).await?;
    let id: OrderId = number.parse()?;
    node.tells(Story::default());
    let told = does(&far, &witness).await?;
    ensure!(told["kind"] == "done" && told["task"]["do"] == "deliver", "{told}");
    ensure!(told["task"]["order"] == id, "{told}");
    ensure!(node.sent().len() == 1, "it was not sent by this node");
    once_in_history(stack, &records[0], "Delivered").await?;
    opens(stack, &buyer, &records[0], "a.txt").await
}
