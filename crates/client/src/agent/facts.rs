//! What is known of something for which a key is sealed, and the call that is made of it.

use medshare_types::{
    AccessRequest, AccountId, Moment, Order, OrderId, Policy, RecordId, RecordVersion, RequestId, Review,
    SealPurpose, Subject,
};

use super::{
    Rules, Task,
    plan::{self, Keys},
    source::Source,
};
use crate::{
    At, Chain, Error, Identity, Result,
    chain::{Call, calls},
    sealing::{self, Recipient},
};

/// What the chain says at a block about something for which a key is sealed: to whom, which key, and all by which the
/// owner's rules decide about it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Facts {
    /// Chain time.
    now: Moment,
    about: About,
}

#[derive(Clone, PartialEq, Debug)]
enum About {
    /// A review, with those seats of its panel that are meant.
    Review(Subject, Box<Review<AccountId>>),
    Order(OrderId, Box<(Order<AccountId>, RecordVersion<AccountId>)>),
    Request(RequestId, Box<(AccessRequest<AccountId>, RecordVersion<AccountId>, Option<Policy>)>),
}

impl Facts {
    /// What a node says; nothing where no key is sealed.
    pub async fn read(chain: &Chain, owner: &AccountId, task: &Task, at: At) -> Result<Option<Self>> {
        let at = At::Block(chain.block(at).await?.hash);
        let about = match task {
            Task::DeliverKeys(subject, auditors) => {
                let mut review = chain.known_review(*subject, at).await?;
                review.panel.retain(|seat| auditors.contains(&seat.auditor));
                About::Review(*subject, Box::new(review))
            }
            Task::Deliver(id) => {
                let order = chain.known_order(*id, at).await?;
                let version = chain.known_version(order.record, order.version, at).await?;
                About::Order(*id, Box::new((order, version)))
            }
            Task::Answer(id, _) => {
                let unknown = || Error::UnknownRequest { request: *id, owner: owner.clone() };
                let open = chain.all_requests_of(owner, at).await?;
                let (_, request) = open.into_iter().find(|(found, _)| found == id).ok_or_else(unknown)?;
                let version = chain.known_version(request.record, request.version, at).await?;
                let policy = chain.policy(request.record, at).await?;
                About::Request(*id, Box::new((request, version, policy)))
            }
            Task::Cancel(_)
            | Task::Expire(_)
            | Task::Settle(_)
            | Task::Replace(..)
            | Task::Lapse(_)
            | Task::Deny(_) => return Ok(None),
        };
        Ok(Some(Self { now: chain.time(at).await?, about }))
    }
}

/// The chain as far as the facts go, so that what there is to do can be worked out from them alone.
impl Source for Facts {
    async fn now(&self) -> Result<Moment> {
        Ok(self.now)
    }

    async fn reviews_held(&self, holder: &AccountId) -> Result<Vec<(Subject, Review<AccountId>)>> {
        Ok(match &self.about {
            About::Review(subject, review) if review.holder == *holder => {
                vec![(*subject, (**review).clone())]
            }
            _ => Vec::new(),
        })
    }

    async fn review(&self, _: Subject) -> Result<Option<Review<AccountId>>> {
        Ok(None)
    }

    async fn open_orders(&self, who: &AccountId) -> Result<Vec<(OrderId, Order<AccountId>)>> {
        Ok(match &self.about {
            About::Order(id, known) if known.0.state.is_open() && known.0.seller == *who => {
                vec![(*id, known.0.clone())]
            }
            _ => Vec::new(),
        })
    }

    async fn open_requests(&self, _: &AccountId) -> Result<Vec<(RequestId, AccessRequest<AccountId>)>> {
        Ok(match &self.about {
            About::Request(id, known) => vec![(*id, known.0.clone())],
            _ => Vec::new(),
        })
    }

    async fn policy(&self, record: RecordId) -> Result<Option<Policy>> {
        Ok(match &self.about {
            About::Request(_, known) if known.0.record == record => known.2.clone(),
            _ => None,
        })
    }
}

/// What an owner lets be done with its keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mandate<'a> {
    pub owner: &'a AccountId,
    pub rules: &'a Rules,
}

impl Mandate<'_> {
    /// Whether the task is due by these facts, and the owner's rules want it.
    pub async fn covers(&self, task: &Task, facts: &Facts) -> Result<bool> {
        Ok(plan::plan(facts, self.owner, self.rules, Keys::Own).await?.tasks.contains(task))
    }
}

/// The call that does a task. Keys are sealed to whom and for what the facts say, and nothing is asked again.
pub(super) fn call(chain: &Chain, identity: &Identity, task: &Task, facts: Option<Facts>) -> Result<Call> {
    let unfit = || Error::NotNow {
        doing: "seal a key for",
        what: format!("{task:?}"),
        reason: "what is known of it is about something else".into(),
    };
    Ok(match (task, facts.map(|facts| facts.about)) {
        (Task::DeliverKeys(subject, _), Some(About::Review(_, review))) => {
            sealing::panel_keys(chain, identity, *subject, &review)?.ok_or_else(|| Error::NotNow {
                doing: "deliver keys for",
                what: format!("record {} version {}", review.record, review.version),
                reason: "the panel has changed".into(),
            })?
        }
        (Task::Deliver(id), Some(About::Order(_, facts))) => {
            let (order, version) = *facts;
            let purpose = SealPurpose::Order(*id);
            let recipient = Recipient { account: order.buyer, key: order.buyer_key, purpose };
            let sealed =
                sealing::seal_own(chain, identity, (order.record, order.version), &version, &recipient)?;
            calls::deliver(*id, sealed)
        }
        (Task::Answer(id, expires), Some(About::Request(_, facts))) => {
            let (request, version, _) = *facts;
            let purpose = SealPurpose::Request(*id);
            let recipient = Recipient { account: request.requester, key: request.requester_key, purpose };
            let sealed =
                sealing::seal_own(chain, identity, (request.record, request.version), &version, &recipient)?;
            calls::answer(*id, sealed, *expires)
        }
        (Task::DeliverKeys(..) | Task::Deliver(_) | Task::Answer(..), _) => return Err(unfit()),
        (Task::Cancel(order), _) => calls::cancel(*order),
        (Task::Expire(order), _) => calls::expire(*order),
        (Task::Settle(order), _) => calls::settle(*order),
        (Task::Replace(subject, auditor), _) => calls::replace(*subject, auditor.clone()),
        (Task::Lapse(subject), _) => calls::lapse(*subject),
        (Task::Deny(id), _) => calls::deny(*id),
    })
}

/// The call that delivers the record key to the buyer of an order.
///
/// # Errors
/// [`Error::UnknownOrder`], [`Error::MissingKey`].
pub async fn deliver(chain: &Chain, identity: &Identity, id: OrderId) -> Result<Call> {
    let task = Task::Deliver(id);
    let facts = Facts::read(chain, identity.account(), &task, At::Best).await?;
    call(chain, identity, &task, facts)
}
