//! What there is to do, worked out from the state of the chain and what the owner has said in advance.

use medshare_types::{
    AccessRequest, AccountId, Moment, Order, OrderId, OrderState, Party, Purpose, RecordId, RequestId,
    Review, ReviewState, Subject, Version,
};

use super::{
    rules::{Decision, Rules, Ruling, Wanted, Wish},
    source::Source,
};
use crate::Result;

/// Something that the agent does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Task {
    /// Deliver the record key to these auditors of a panel.
    DeliverKeys(Subject, Vec<AccountId>),
    /// Deliver the record key to the buyer of an order.
    Deliver(OrderId),
    /// Propose to cancel an order, or agree to it.
    Cancel(OrderId),
    /// Get back what an order holds whose seller did not deliver in time.
    Expire(OrderId),
    /// Have an order paid out whose time to claim is over, or on whose claim nobody ruled in time.
    Settle(OrderId),
    /// Replace an auditor who did not vote in time.
    Replace(Subject, AccountId),
    /// End the review of a claim for which the buyer did not deliver the keys in time.
    Lapse(Subject),
    /// Grant what a request asks for, until this time.
    Answer(RequestId, Option<Moment>),
    /// Refuse a request.
    Deny(RequestId),
}

impl Task {
    /// Whether only the account itself can do it, by its signature or by its encryption key. The rest anybody may do.
    pub fn needs_owner(&self) -> bool {
        match self {
            Self::DeliverKeys(..) | Self::Deliver(_) | Self::Cancel(_) | Self::Answer(..) | Self::Deny(_) => {
                true
            }
            Self::Expire(_) | Self::Settle(_) | Self::Replace(..) | Self::Lapse(_) => false,
        }
    }

    /// Whether a record key is sealed to somebody in it.
    pub fn seals_key(&self) -> bool {
        match self {
            Self::DeliverKeys(..) | Self::Deliver(_) | Self::Answer(..) => true,
            Self::Cancel(_)
            | Self::Expire(_)
            | Self::Settle(_)
            | Self::Replace(..)
            | Self::Lapse(_)
            | Self::Deny(_) => false,
        }
    }
}

/// Why something waits for a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// This rule says so.
    Rule(String),
    /// No rule fits, and that is what is done then.
    NoRule,
    /// The consent policy of the record does not permit the purpose.
    NotPermitted,
    /// The time for which a rule grants it, counted from the request, is over already.
    Over,
    /// It needs the keys of the account, which are elsewhere.
    NeedsOwner,
}

/// Something that waits for a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// What a yes does.
    pub task: Task,
    /// Of which record.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// Who wants it; nobody where it is for a panel.
    pub who: Option<AccountId>,
    /// What for.
    pub purpose: Option<Purpose>,
    /// Since when (chain time, ms).
    pub since: Moment,
    /// Until when there is time for it (chain time, ms); for ever if nothing is given.
    pub until: Option<Moment>,
    /// Why it waits.
    pub why: Why,
}

impl Waiting {
    /// Whether less than a quarter of the time for it is left.
    pub fn is_pressing(&self, now: Moment) -> bool {
        self.until.is_some_and(|until| {
            until.saturating_sub(now) < until.saturating_sub(self.since).checked_div(4).unwrap_or_default()
        })
    }
}

/// Whose keys the agent has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keys {
    /// Those of the account for which it works.
    Own,
    /// Somebody else's.
    Others,
}

/// What there is to do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Plan {
    /// Chain time when it was made.
    pub now: Moment,
    pub tasks: Vec<Task>,
    /// What a person must decide or do.
    pub waiting: Vec<Waiting>,
}

impl Plan {
    /// Takes what there is to do, if the keys are there for it.
    fn add(&mut self, waiting: Waiting, keys: Keys) {
        match keys {
            Keys::Others if waiting.task.needs_owner() => {
                self.waiting.push(Waiting { why: Why::NeedsOwner, ..waiting });
            }
            Keys::Own | Keys::Others => self.tasks.push(waiting.task),
        }
    }

    /// Takes what somebody wants, by what the owner's rules say about it.
    fn decide(&mut self, about: Waiting, step: Step, keys: Keys) {
        match step {
            Step::Do(task) => self.add(Waiting { task, ..about }, keys),
            Step::Wait(why) => self.waiting.push(Waiting { why, ..about }),
        }
    }
}

/// What comes of a decision.
enum Step {
    Do(Task),
    Wait(Why),
}

fn why(ruling: &Ruling<'_>) -> Why {
    ruling.rule.map_or(Why::NoRule, |rule| Why::Rule(rule.to_owned()))
}

/// Reads only what is not over: the more was done, the more there is that is not read.
pub(super) async fn plan(chain: &impl Source, me: &AccountId, rules: &Rules, keys: Keys) -> Result<Plan> {
    let now = chain.now().await?;
    let mut plan = Plan { now, ..Plan::default() };
    for (subject, review) in chain.reviews_held(me).await? {
        if let Some(keys_due) = keys_for_held(subject, &review, now) {
            plan.add(keys_due, keys);
        }
        if undecided(&review) {
            plan.tasks.extend(missing_votes(subject, &review, now));
        }
    }
    for (id, order) in chain.open_orders(me).await? {
        let waits = matches!(order.state, OrderState::Open { cancel } if cancel != Some(Party::Seller));
        if waits && order.seller == *me && now < order.deliver_by {
            wanted_by_order(&mut plan, (id, &order), rules, keys);
        }
        plan.tasks.extend(for_order(id, &order, me, now));
        if matches!(order.state, OrderState::Claimed { .. }) && order.seller == *me {
            let subject = Subject::Claim { order: id };
            if let Some(review) = chain.review(subject).await? {
                plan.tasks.extend(for_claim_against(subject, &review, now));
            }
        }
    }
    for (id, request) in chain.open_requests(me).await? {
        let policy = chain.policy(request.record).await?;
        let permitted = policy.is_some_and(|policy| policy.permits(&request.purpose));
        wanted_by_request(&mut plan, (id, &request, permitted), rules, keys);
    }
    Ok(plan)
}

/// As the seller of an open order which there is time to deliver, and which it has not said no to: what the rules say.
fn wanted_by_order(plan: &mut Plan, (id, order): (OrderId, &Order<AccountId>), rules: &Rules, keys: Keys) {
    let wish =
        Wish { wanted: Wanted::Order, record: order.record, who: &order.buyer, purpose: &order.purpose };
    let ruling = rules.decide(&wish);
    let step = match ruling.decision {
        Decision::Allow => Step::Do(Task::Deliver(id)),
        Decision::Ask => Step::Wait(why(&ruling)),
        Decision::Refuse => Step::Do(Task::Cancel(id)),
    };
    let about = Waiting {
        task: Task::Deliver(id),
        record: order.record,
        version: order.version,
        who: Some(order.buyer.clone()),
        purpose: Some(order.purpose.clone()),
        since: order.placed,
        until: Some(order.deliver_by),
        why: Why::NoRule,
    };
    plan.decide(about, step, keys);
}

/// As the owner of a record to which somebody wants access: what the rules say, within the record's policy.
fn wanted_by_request(
    plan: &mut Plan,
    (id, request, permitted): (RequestId, &AccessRequest<AccountId>, bool),
    rules: &Rules,
    keys: Keys,
) {
    let wish = Wish {
        wanted: Wanted::Request,
        record: request.record,
        who: &request.requester,
        purpose: &request.purpose,
    };
    let ruling = rules.decide(&wish);
    // Counted from the request, so that the task stays the same from block to block.
    let expires = ruling.duration.map(|span| request.at.saturating_add(span));
    let step = match ruling.decision {
        Decision::Refuse => Step::Do(Task::Deny(id)),
        Decision::Ask => Step::Wait(why(&ruling)),
        Decision::Allow if !permitted => Step::Wait(Why::NotPermitted),
        Decision::Allow if expires.is_some_and(|expires| expires <= plan.now) => Step::Wait(Why::Over),
        Decision::Allow => Step::Do(Task::Answer(id, expires)),
    };
    let about = Waiting {
        task: Task::Answer(id, expires),
        record: request.record,
        version: request.version,
        who: Some(request.requester.clone()),
        purpose: Some(request.purpose.clone()),
        since: request.at,
        until: None,
        why: Why::NoRule,
    };
    plan.decide(about, step, keys);
}

fn undecided(review: &Review<AccountId>) -> bool {
    matches!(review.state, ReviewState::Drawing { .. } | ReviewState::Open)
}

/// As the holder of a review: keys to auditors who lack them and can still take them. That keys are overdue is left to
/// others to act upon: the votes of the rest may still decide.
fn keys_for_held(subject: Subject, review: &Review<AccountId>, now: Moment) -> Option<Waiting> {
    if !undecided(review) {
        return None;
    }
    let lacking = || review.panel.iter().filter(|seat| seat.sealed.is_none() && now <= seat.due);
    let until = lacking().map(|seat| seat.due).min()?;
    Some(Waiting {
        task: Task::DeliverKeys(subject, lacking().map(|seat| seat.auditor.clone()).collect()),
        record: review.record,
        version: review.version,
        who: None,
        purpose: None,
        since: review.opened,
        until: Some(until),
        why: Why::NeedsOwner,
    })
}

/// As the seller against whom a claim is: the buyer must deliver keys, and auditors must vote.
fn for_claim_against(subject: Subject, review: &Review<AccountId>, now: Moment) -> Vec<Task> {
    if !undecided(review) {
        return Vec::new();
    }
    if review.panel.iter().any(|seat| seat.sealed.is_none() && now > seat.due) {
        return vec![Task::Lapse(subject)];
    }
    missing_votes(subject, review, now).collect()
}

/// Others in place of auditors who have the key and did not vote in time.
fn missing_votes(
    subject: Subject,
    review: &Review<AccountId>,
    now: Moment,
) -> impl Iterator<Item = Task> + use<'_> {
    review
        .panel
        .iter()
        .filter(move |seat| seat.sealed.is_some() && seat.vote.is_none() && now > seat.due)
        .map(move |seat| Task::Replace(subject, seat.auditor.clone()))
}

/// As a party to an order: what its time has come for.
fn for_order(id: OrderId, order: &Order<AccountId>, me: &AccountId, now: Moment) -> Option<Task> {
    match order.state {
        OrderState::Open { .. } if order.buyer == *me && now >= order.deliver_by => Some(Task::Expire(id)),
        OrderState::Delivered { settles_at } if order.seller == *me && now >= settles_at => {
            Some(Task::Settle(id))
        }
        // Nobody ruled: the seller is paid, and the buyer gets the bond back.
        OrderState::Claimed { rule_by } if now >= rule_by => Some(Task::Settle(id)),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests;
