//! What there is to do, worked out from the state of the chain.

use medshare_types::{
    AccountId, Moment, Order, OrderId, OrderState, RequestId, Review, ReviewState, SealPurpose, Subject,
};

use super::{Answers, source::Source};
use crate::{
    At, Chain, Error, Identity, Result, access,
    chain::{Call, calls},
    sealing::{self, Recipient},
};

/// Something that the agent does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Task {
    /// Deliver the record key to these auditors of a panel.
    DeliverKeys(Subject, Vec<AccountId>),
    /// Deliver the record key to the buyer of an order.
    Deliver(OrderId),
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

/// What there is to do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Plan {
    pub tasks: Vec<Task>,
    /// Requests that a human must answer.
    pub asked: Vec<RequestId>,
}

/// Reads only what is not over: the more was done, the more there is that is not read.
pub(super) async fn plan(chain: &impl Source, me: &AccountId, answers: Answers) -> Result<Plan> {
    let now = chain.now().await?;
    let mut plan = Plan::default();
    for (subject, review) in chain.reviews_held(me).await? {
        plan.tasks.extend(for_held(subject, &review, now));
    }
    for (id, order) in chain.open_orders(me).await? {
        plan.tasks.extend(for_order(id, &order, me, now));
        if matches!(order.state, OrderState::Claimed { .. }) && order.seller == *me {
            let subject = Subject::Claim { order: id };
            if let Some(review) = chain.review(subject).await? {
                plan.tasks.extend(for_claim_against(subject, &review, now));
            }
        }
    }
    for (id, request) in chain.open_requests(me).await? {
        let permitted = match chain.policy(request.record).await? {
            Some(policy) => policy.permits(&request.purpose),
            None => false,
        };
        match answers {
            Answers::Grant { duration } if permitted => {
                // Counted from the request, so that the task stays the same from block to block.
                plan.tasks.push(Task::Answer(id, duration.map(|span| request.at.saturating_add(span))));
            }
            Answers::Deny => plan.tasks.push(Task::Deny(id)),
            Answers::Grant { .. } | Answers::Ask => plan.asked.push(id),
        }
    }
    Ok(plan)
}

fn undecided(review: &Review<AccountId>) -> bool {
    matches!(review.state, ReviewState::Drawing { .. } | ReviewState::Open)
}

/// As the holder of a review: keys to auditors who lack them and can still take them, and others in place of those
/// who did not vote. That keys are overdue is left to others to act upon: the votes of the rest may still decide.
fn for_held(subject: Subject, review: &Review<AccountId>, now: Moment) -> Vec<Task> {
    if !undecided(review) {
        return Vec::new();
    }
    let lacking: Vec<AccountId> = review
        .panel
        .iter()
        .filter(|seat| seat.sealed.is_none() && now <= seat.due)
        .map(|seat| seat.auditor.clone())
        .collect();
    let deliver = (!lacking.is_empty()).then_some(Task::DeliverKeys(subject, lacking));
    deliver.into_iter().chain(missing_votes(subject, review, now)).collect()
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

fn for_order(id: OrderId, order: &Order<AccountId>, me: &AccountId, now: Moment) -> Option<Task> {
    match order.state {
        OrderState::Open { .. } if order.seller == *me && now < order.deliver_by => Some(Task::Deliver(id)),
        OrderState::Open { .. } if order.buyer == *me && now >= order.deliver_by => Some(Task::Expire(id)),
        OrderState::Delivered { settles_at } if order.seller == *me && now >= settles_at => {
            Some(Task::Settle(id))
        }
        // Nobody ruled: the seller is paid, and the buyer gets the bond back.
        OrderState::Claimed { rule_by } if now >= rule_by => Some(Task::Settle(id)),
        _ => None,
    }
}

/// The call that does a task, from what the newest block says.
pub(super) async fn call(chain: &Chain, identity: &Identity, task: &Task) -> Result<Call> {
    Ok(match task {
        Task::DeliverKeys(subject, auditors) => {
            let mut review = chain.known_review(*subject, At::Best).await?;
            review.panel.retain(|seat| auditors.contains(&seat.auditor));
            sealing::panel_keys(chain, identity, *subject, &review)?.ok_or_else(|| Error::NotNow {
                doing: "deliver keys for",
                what: format!("record {} version {}", review.record, review.version),
                reason: "the panel has changed".into(),
            })?
        }
        Task::Deliver(id) => deliver(chain, identity, *id).await?,
        Task::Expire(order) => calls::expire(*order),
        Task::Settle(order) => calls::settle(*order),
        Task::Replace(subject, auditor) => calls::replace(*subject, auditor.clone()),
        Task::Lapse(subject) => calls::lapse(*subject),
        Task::Answer(id, expires) => {
            let request = access::open_request(chain, identity, *id).await?;
            access::answer_call(chain, identity, *id, &request, *expires).await?
        }
        Task::Deny(id) => calls::deny(*id),
    })
}

/// The call that delivers the record key to the buyer of an order.
///
/// # Errors
/// [`Error::UnknownOrder`], [`Error::MissingKey`].
pub async fn deliver(chain: &Chain, identity: &Identity, id: OrderId) -> Result<Call> {
    let order = chain.known_order(id, At::Best).await?;
    let version = chain.known_version(order.record, order.version, At::Best).await?;
    let recipient = Recipient { account: order.buyer, key: order.buyer_key, purpose: SealPurpose::Order(id) };
    let sealed = sealing::seal_own(chain, identity, (order.record, order.version), &version, &recipient)?;
    Ok(calls::deliver(id, sealed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_types::{
        Findings, Hash, KeyCommitment, Point, Purpose, Scalar, SealProof, SealedKey, Seat, Terms, Use,
        Verdict, Vote,
    };

    const SUBJECT: Subject = Subject::Record { record: 1, version: 1 };

    fn account(number: u8) -> AccountId {
        AccountId::from([number; 32])
    }

    fn sealed() -> SealedKey {
        let proof = SealProof {
            challenge: Scalar::default(),
            response_p: Scalar::default(),
            response_s: Scalar::default(),
        };
        SealedKey { c1: Point::default(), c2: Point::default(), proof }
    }

    fn seat(number: u8, has_key: bool, has_voted: bool, due: Moment) -> Seat<AccountId> {
        let vote =
            Vote { verdict: Verdict::Approve, findings: Findings::default(), report: Hash::zero(), at: 0 };
        Seat {
            auditor: account(number),
            key: Point::default(),
            sealed: has_key.then(sealed),
            due,
            vote: has_voted.then_some(vote),
        }
    }

    fn review(panel: Vec<Seat<AccountId>>, state: ReviewState) -> Review<AccountId> {
        Review {
            record: 1,
            version: 1,
            holder: account(9),
            holder_key: Point::default(),
            commitment: KeyCommitment { d1: Point::default(), d2: Point::default() },
            excluded: Default::default(),
            panel: panel.try_into().unwrap(),
            state,
            opened: 0,
        }
    }

    fn order(state: OrderState) -> Order<AccountId> {
        Order {
            record: 1,
            version: 1,
            buyer: account(1),
            buyer_key: Point::default(),
            seller: account(2),
            price: 10,
            retained: 1,
            fee: 0,
            bond: 0,
            purpose: Purpose::new(Use::BiomedicalResearch),
            terms: Terms::default(),
            placed: 0,
            deliver_by: 100,
            claim_window: 100,
            vaults: Default::default(),
            state,
        }
    }

    #[test]
    fn delivers_keys_to_those_who_lack_them_in_time() {
        let panel = vec![seat(1, false, false, 100), seat(2, true, false, 100), seat(3, false, false, 40)];
        let tasks = for_held(SUBJECT, &review(panel, ReviewState::Open), 50);
        assert_eq!(tasks, [Task::DeliverKeys(SUBJECT, vec![account(1)])]);
    }

    #[test]
    fn replaces_auditors_who_did_not_vote() {
        let panel = vec![seat(1, true, false, 100), seat(2, true, true, 100)];
        let review = review(panel, ReviewState::Drawing { at: 5 });
        assert_eq!(for_held(SUBJECT, &review, 100), []);
        assert_eq!(for_held(SUBJECT, &review, 101), [Task::Replace(SUBJECT, account(1))]);
    }

    #[test]
    fn leaves_decided_reviews_alone() {
        for state in [ReviewState::Decided(Verdict::Approve), ReviewState::Lapsed, ReviewState::Dissolved] {
            let review = review(vec![seat(1, false, false, 100)], state);
            assert_eq!(for_held(SUBJECT, &review, 0), []);
            assert_eq!(for_claim_against(SUBJECT, &review, 200), []);
        }
    }

    #[test]
    fn a_claim_without_keys_lapses_by_the_seller() {
        let review = review(vec![seat(1, false, false, 100)], ReviewState::Open);
        assert_eq!(for_claim_against(SUBJECT, &review, 100), []);
        assert_eq!(for_claim_against(SUBJECT, &review, 101), [Task::Lapse(SUBJECT)]);
    }

    #[test]
    fn each_side_of_an_order_does_its_own_at_its_time() {
        let (buyer, seller) = (account(1), account(2));
        let open = order(OrderState::Open { cancel: None });
        assert_eq!(for_order(7, &open, &seller, 99), Some(Task::Deliver(7)));
        assert_eq!(for_order(7, &open, &seller, 100), None);
        assert_eq!(for_order(7, &open, &buyer, 99), None);
        assert_eq!(for_order(7, &open, &buyer, 100), Some(Task::Expire(7)));
        let delivered = order(OrderState::Delivered { settles_at: 200 });
        assert_eq!(for_order(7, &delivered, &seller, 199), None);
        assert_eq!(for_order(7, &delivered, &seller, 200), Some(Task::Settle(7)));
        assert_eq!(for_order(7, &delivered, &buyer, 200), None);
        let claimed = order(OrderState::Claimed { rule_by: 300 });
        for party in [&buyer, &seller] {
            assert_eq!(for_order(7, &claimed, party, 299), None);
            assert_eq!(for_order(7, &claimed, party, 300), Some(Task::Settle(7)));
        }
        for state in [OrderState::Settled, OrderState::Refunded, OrderState::Expired] {
            assert_eq!(for_order(7, &order(state), &seller, 1000), None);
        }
    }
}
