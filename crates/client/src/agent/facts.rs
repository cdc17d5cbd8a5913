//! What is known of something for which a key is sealed, and the call that is made of it.

use medshare_types::{
    AccessRequest, AccountId, KeyCommitment, Moment, Order, OrderId, Point, Policy, RecordId, RecordVersion,
    RequestId, Review, SealPurpose, Subject, Version,
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

    /// Whether the keys that are sealed by these facts and by others are of the same version, made with the same key of its
    /// holder and the same commitment, and for the same accounts and their same keys.
    pub fn seal_the_same(&self, other: &Self) -> bool {
        self.sealing() == other.sealing()
    }

    fn sealing(&self) -> Sealing {
        match &self.about {
            About::Review(subject, review) => Sealing {
                of: (review.record, review.version),
                holder_key: review.holder_key,
                commitment: review.commitment,
                to: sealing::lacking(*subject, review),
            },
            About::Order(id, known) => {
                let (order, version) = &**known;
                Sealing::own((order.record, order.version), version, buyer(*id, order))
            }
            About::Request(id, known) => {
                let (request, version, _) = &**known;
                Sealing::own((request.record, request.version), version, requester(*id, request))
            }
        }
    }
}

/// What sealed keys are made of.
#[derive(PartialEq, Debug)]
struct Sealing {
    of: (RecordId, Version),
    holder_key: Point,
    commitment: KeyCommitment,
    to: Vec<Recipient>,
}

impl Sealing {
    /// Of a version that the owner sells or gives away.
    fn own(of: (RecordId, Version), version: &RecordVersion<AccountId>, to: Recipient) -> Self {
        Self { of, holder_key: version.owner_key, commitment: version.content.commitment, to: vec![to] }
    }
}

fn buyer(id: OrderId, order: &Order<AccountId>) -> Recipient {
    Recipient { account: order.buyer.clone(), key: order.buyer_key, purpose: SealPurpose::Order(id) }
}

fn requester(id: RequestId, request: &AccessRequest<AccountId>) -> Recipient {
    let purpose = SealPurpose::Request(id);
    Recipient { account: request.requester.clone(), key: request.requester_key, purpose }
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
    /// What a node says of a task in which a key is sealed, if by that alone it is due and the owner's rules want it. What
    /// does not exist is not due.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer, [`Error::Pruned`] if it has forgotten the block's state.
    pub async fn due(&self, chain: &Chain, task: &Task, at: At) -> Result<Option<Facts>> {
        let facts = match Facts::read(chain, self.owner, task, at).await {
            Err(error) if error.is_unknown() => None,
            read => read?,
        };
        let Some(facts) = facts else { return Ok(None) };
        let plan = plan::plan(&facts, self.owner, self.rules, Keys::Own).await?;
        Ok(plan.tasks.contains(task).then_some(facts))
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
            let at = (order.record, order.version);
            let sealed = sealing::seal_own(chain, identity, at, &version, &buyer(*id, &order))?;
            calls::deliver(*id, sealed)
        }
        (Task::Answer(id, expires), Some(About::Request(_, facts))) => {
            let (request, version, _) = *facts;
            let at = (request.record, request.version);
            let sealed = sealing::seal_own(chain, identity, at, &version, &requester(*id, &request))?;
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

#[cfg(test)]
mod tests {
    use medshare_types::{Hash, OrderState, ReviewState};

    use super::super::plan::tests::{order, review, seat};
    use super::*;

    const SUBJECT: Subject = Subject::Record { record: 1, version: 1 };

    #[test]
    fn keys_are_the_same_only_to_the_same_by_the_same_key_and_commitment() {
        let other = Point(Hash::repeat_byte(1));
        type Change<'a> = dyn Fn(&mut Review<AccountId>) + 'a;
        let facts = |change: &Change<'_>| {
            let panel = vec![seat(1, false, false, 100), seat(2, true, false, 100)];
            let mut review = review(panel, ReviewState::Open);
            change(&mut review);
            Facts { now: 50, about: About::Review(SUBJECT, Box::new(review)) }
        };
        let known = facts(&|_| ());
        let later = Facts { now: 60, ..facts(&|review| review.panel[1].key = other) };
        assert!(known.seal_the_same(&later), "neither time nor a seat that has its key matters");
        let changes: [&Change<'_>; 6] = [
            &|review| review.panel[0].key = other,
            &|review| review.panel[0].auditor = AccountId::from([7; 32]),
            &|review| review.holder_key = other,
            &|review| review.commitment.d1 = other,
            &|review| review.commitment.d2 = other,
            &|review| review.version = 2,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert!(!known.seal_the_same(&facts(change)), "change {number}");
        }
    }

    #[test]
    fn a_key_goes_to_whom_the_order_names_for_this_order() {
        let order = order(OrderState::Open { cancel: None });
        let to = buyer(7, &order);
        let other_key = Order { buyer_key: Point(Hash::repeat_byte(1)), ..order.clone() };
        let other_buyer = Order { buyer: order.seller.clone(), ..order.clone() };
        for other in [buyer(7, &other_key), buyer(7, &other_buyer), buyer(8, &order)] {
            assert_ne!(to, other);
        }
        assert_eq!((to.account, to.key), (order.buyer, order.buyer_key));
    }
}
