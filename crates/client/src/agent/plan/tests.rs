//! What there is to do in each state of reviews, orders and requests.

use super::super::rules::Rule;
use super::*;
use medshare_types::{
    Findings, Hash, KeyCommitment, Permission, Point, Policy, Scalar, SealProof, SealedKey, Seat, Terms, Use,
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

pub(in crate::agent) fn seat(number: u8, has_key: bool, has_voted: bool, due: Moment) -> Seat<AccountId> {
    let vote = Vote { verdict: Verdict::Approve, findings: Findings::default(), report: Hash::zero(), at: 0 };
    Seat {
        auditor: account(number),
        key: Point::default(),
        sealed: has_key.then(sealed),
        due,
        vote: has_voted.then_some(vote),
    }
}

pub(in crate::agent) fn review(panel: Vec<Seat<AccountId>>, state: ReviewState) -> Review<AccountId> {
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

/// An order of account 2's record by account 1.
pub(in crate::agent) fn order(state: OrderState) -> Order<AccountId> {
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

/// A chain on which nothing else is than what is put here.
#[derive(Default)]
struct Ledger {
    reviews: Vec<(Subject, Review<AccountId>)>,
    orders: Vec<(OrderId, Order<AccountId>)>,
    requests: Vec<(RequestId, AccessRequest<AccountId>)>,
    policy: Option<Policy>,
    now: Moment,
}

impl Source for Ledger {
    async fn now(&self) -> Result<Moment> {
        Ok(self.now)
    }

    async fn reviews_held(&self, _: &AccountId) -> Result<Vec<(Subject, Review<AccountId>)>> {
        Ok(self.reviews.clone())
    }

    async fn review(&self, _: Subject) -> Result<Option<Review<AccountId>>> {
        Ok(None)
    }

    async fn open_orders(&self, _: &AccountId) -> Result<Vec<(OrderId, Order<AccountId>)>> {
        Ok(self.orders.clone())
    }

    async fn open_requests(&self, _: &AccountId) -> Result<Vec<(RequestId, AccessRequest<AccountId>)>> {
        Ok(self.requests.clone())
    }

    async fn policy(&self, _: RecordId) -> Result<Option<Policy>> {
        Ok(self.policy.clone())
    }
}

/// The plan of account 2, which sells in [`order`].
fn planned(ledger: &Ledger, rules: &Rules, keys: Keys) -> Plan {
    futures::executor::block_on(plan(ledger, &account(2), rules, keys)).unwrap()
}

fn request() -> AccessRequest<AccountId> {
    AccessRequest {
        record: 1,
        version: 1,
        requester: account(3),
        requester_key: Point::default(),
        purpose: Purpose::new(Use::BiomedicalResearch),
        at: 10,
    }
}

fn open(cancel: Option<Party>) -> Ledger {
    Ledger { orders: vec![(7, order(OrderState::Open { cancel }))], now: 50, ..Ledger::default() }
}

fn all(decision: Decision) -> Rules {
    Rules { rules: Vec::new(), orders: decision, requests: decision }
}

#[test]
fn delivers_keys_to_those_who_lack_them_in_time() {
    let panel = vec![seat(1, false, false, 100), seat(2, true, false, 100), seat(3, false, false, 40)];
    let due = keys_for_held(SUBJECT, &review(panel, ReviewState::Open), 50).unwrap();
    assert_eq!(due.task, Task::DeliverKeys(SUBJECT, vec![account(1)]));
    assert_eq!(due.until, Some(100));
}

#[test]
fn replaces_auditors_who_did_not_vote() {
    let panel = vec![seat(1, true, false, 100), seat(2, true, true, 100)];
    let review = review(panel, ReviewState::Drawing { at: 5 });
    let held = |now| {
        let reviews = vec![(SUBJECT, review.clone())];
        planned(&Ledger { reviews, now, ..Ledger::default() }, &Rules::default(), Keys::Own).tasks
    };
    assert_eq!(held(100), []);
    assert_eq!(held(101), [Task::Replace(SUBJECT, account(1))]);
}

#[test]
fn leaves_decided_reviews_alone() {
    for state in [ReviewState::Decided(Verdict::Approve), ReviewState::Lapsed, ReviewState::Dissolved] {
        let review = review(vec![seat(1, false, false, 100)], state);
        assert_eq!(keys_for_held(SUBJECT, &review, 0), None);
        let voteless =
            Review { panel: vec![seat(1, true, false, 100)].try_into().unwrap(), ..review.clone() };
        let reviews = vec![(SUBJECT, voteless)];
        let ledger = Ledger { reviews, now: 200, ..Ledger::default() };
        assert_eq!(planned(&ledger, &Rules::default(), Keys::Own).tasks, []);
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
    let selling = |now| {
        let orders = vec![(7, open.clone())];
        planned(&Ledger { orders, now, ..Ledger::default() }, &Rules::default(), Keys::Own).tasks
    };
    assert_eq!(selling(99), [Task::Deliver(7)]);
    assert_eq!(selling(100), []);
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

#[test]
fn orders_are_delivered_wait_or_are_refused_by_the_rules() {
    let plan = planned(&open(None), &all(Decision::Allow), Keys::Own);
    assert_eq!((plan.tasks, plan.waiting), (vec![Task::Deliver(7)], vec![]));
    let plan = planned(&open(None), &all(Decision::Refuse), Keys::Own);
    assert_eq!((plan.tasks, plan.waiting), (vec![Task::Cancel(7)], vec![]));
    let plan = planned(&open(None), &all(Decision::Ask), Keys::Own);
    assert_eq!(plan.tasks, []);
    let [waiting] = &plan.waiting[..] else { panic!("{:?}", plan.waiting) };
    assert_eq!((&waiting.task, &waiting.who), (&Task::Deliver(7), &Some(account(1))));
    assert_eq!((waiting.until, &waiting.why), (Some(100), &Why::NoRule));

    let rule = Rule { who: vec![account(1)], ..Rule::new("that one", Decision::Ask) };
    let rules = Rules { rules: vec![rule], ..Rules::default() };
    let plan = planned(&open(None), &rules, Keys::Own);
    assert_eq!(plan.waiting[0].why, Why::Rule("that one".into()));
}

#[test]
fn an_order_to_which_the_seller_said_no_is_left_alone() {
    for decision in [Decision::Allow, Decision::Ask, Decision::Refuse] {
        let plan = planned(&open(Some(Party::Seller)), &all(decision), Keys::Own);
        assert_eq!((plan.tasks, plan.waiting), (vec![], vec![]), "{decision:?}");
    }
    let plan = planned(&open(Some(Party::Buyer)), &all(Decision::Refuse), Keys::Own);
    assert_eq!(plan.tasks, [Task::Cancel(7)], "it agrees");
}

#[test]
fn requests_are_granted_within_the_policy_of_the_record_only() {
    let asked = |policy: Option<Policy>, rules: &Rules, now| {
        let ledger = Ledger { requests: vec![(4, request())], policy, now, ..Ledger::default() };
        planned(&ledger, rules, Keys::Own)
    };
    let policy = || Some(Policy::new(Permission::HealthResearch));
    let rule = Rule { duration: Some(100), ..Rule::new("all", Decision::Allow) };
    let granting = Rules { rules: vec![rule], ..Rules::default() };
    assert_eq!(asked(policy(), &granting, 50).tasks, [Task::Answer(4, Some(110))]);
    assert_eq!(asked(policy(), &all(Decision::Allow), 50).tasks, [Task::Answer(4, None)]);
    assert_eq!(asked(policy(), &all(Decision::Refuse), 50).tasks, [Task::Deny(4)]);
    for (policy, rules, now, why) in [
        (policy(), &Rules::default(), 50, Why::NoRule),
        (Some(Policy::new(Permission::ClinicalCare)), &granting, 50, Why::NotPermitted),
        (None, &granting, 50, Why::NotPermitted),
        (policy(), &granting, 110, Why::Over),
    ] {
        let plan = asked(policy, rules, now);
        assert_eq!(plan.tasks, []);
        assert_eq!((&plan.waiting[0].why, plan.waiting.len()), (&why, 1));
    }
}

#[test]
fn without_the_owners_keys_what_needs_them_waits_and_the_rest_is_done() {
    let keys_due = review(vec![seat(1, false, false, 100)], ReviewState::Open);
    let delivered = order(OrderState::Delivered { settles_at: 40 });
    let mut ledger = open(None);
    ledger.orders.push((8, delivered));
    ledger.reviews.push((SUBJECT, keys_due));
    ledger.requests.push((4, request()));
    let plan = planned(&ledger, &all(Decision::Refuse), Keys::Others);
    assert_eq!(plan.tasks, [Task::Settle(8)]);
    let waiting: Vec<&Task> = plan.waiting.iter().map(|waiting| &waiting.task).collect();
    let keys = Task::DeliverKeys(SUBJECT, vec![account(1)]);
    assert_eq!(waiting, [&keys, &Task::Cancel(7), &Task::Deny(4)]);
    assert!(plan.waiting.iter().all(|waiting| waiting.why == Why::NeedsOwner));
    assert!(planned(&ledger, &all(Decision::Refuse), Keys::Own).waiting.is_empty());
}

#[test]
fn a_key_is_sealed_by_its_owner_and_a_no_seals_none() {
    let seal = [Task::DeliverKeys(SUBJECT, vec![account(1)]), Task::Deliver(7), Task::Answer(4, None)];
    assert!(seal.iter().all(|task| task.seals_key() && task.needs_owner()));
    for task in [Task::Cancel(7), Task::Deny(4)] {
        assert!(!task.seals_key() && task.needs_owner(), "{task:?}");
    }
    let anybodys =
        [Task::Expire(7), Task::Settle(7), Task::Replace(SUBJECT, account(1)), Task::Lapse(SUBJECT)];
    assert!(!anybodys.iter().any(|task| task.seals_key() || task.needs_owner()));
}

#[test]
fn what_waits_is_pressing_in_the_last_quarter_of_its_time() {
    let plan = planned(&open(None), &all(Decision::Ask), Keys::Own);
    let waiting = Waiting { since: 0, until: Some(100), ..plan.waiting[0].clone() };
    assert!(!waiting.is_pressing(75) && waiting.is_pressing(76) && waiting.is_pressing(200));
    assert!(!Waiting { until: None, ..waiting }.is_pressing(1_000));
}
