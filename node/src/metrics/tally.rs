//! How many of everything there are: counted over a whole state, or over what some blocks touched.
//!
//! All functions here read the state that they are run in.

use std::{collections::BTreeMap, fmt};

use medshare_runtime::{AccountId, Moment, Runtime, RuntimeEvent};
use medshare_types::{
    MemberStatus, OrderId, OrderState, RecordId, ReviewState, Role, Subject, Verdict, VersionStatus,
};
use pallet_audits::Event as Audit;
use pallet_marketplace::Event as Market;
use pallet_members::Event as Membership;
use pallet_records::Event as Registry;

/// Something that is counted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Item {
    Record(RecordId),
    Order(OrderId),
    Review(Subject),
    Member(AccountId),
}

impl Item {
    /// Everything that the state has.
    pub fn all() -> impl Iterator<Item = Self> {
        let records = pallet_records::Records::<Runtime>::iter_keys().map(Self::Record);
        let orders = pallet_marketplace::Orders::<Runtime>::iter_keys().map(Self::Order);
        let reviews = pallet_audits::Reviews::<Runtime>::iter_keys().map(Self::Review);
        let members = pallet_members::Members::<Runtime>::iter_keys().map(Self::Member);
        records.chain(orders).chain(reviews).chain(members)
    }

    /// What an event says may have changed, of what is counted. No wildcards within our pallets: who adds an event has
    /// to think of this.
    pub fn touched(event: RuntimeEvent) -> Vec<Self> {
        match event {
            RuntimeEvent::Records(event) => match event {
                Registry::Registered { record, .. }
                | Registry::Revised { record, .. }
                | Registry::Withdrawn { record, .. }
                | Registry::Approved { record, .. }
                | Registry::Rejected { record, .. }
                | Registry::Abandoned { record, .. } => vec![Self::Record(record)],
                // Its reviews go with it.
                Registry::Erased { record, versions, .. } => (1..=versions)
                    .map(|version| Self::Review(Subject::Record { record, version }))
                    .chain([Self::Record(record)])
                    .collect(),
                Registry::Relocated { .. } => Vec::new(),
            },
            RuntimeEvent::Marketplace(event) => match event {
                Market::Ordered { order, .. }
                | Market::Delivered { order, .. }
                | Market::Cancelled { order, .. }
                | Market::Expired { order, .. }
                | Market::Settled { order, .. }
                | Market::Claimed { order, .. }
                | Market::ClaimUpheld { order, .. }
                | Market::ClaimRefused { order, .. }
                | Market::ClaimUnruled { order, .. } => vec![Self::Order(order)],
                // The review of a claim goes with its order.
                Market::Cleared { order, .. } => {
                    vec![Self::Order(order), Self::Review(Subject::Claim { order })]
                }
                Market::Listed { .. }
                | Market::Repriced { .. }
                | Market::Delisted { .. }
                | Market::CancellationProposed { .. } => Vec::new(),
            },
            RuntimeEvent::Audits(event) => match event {
                Audit::Convened { subject, .. }
                | Audit::Seated { subject, .. }
                | Audit::TooFewAuditors { subject, .. }
                | Audit::DrawPostponed { subject, .. }
                | Audit::KeyDelivered { subject, .. }
                | Audit::Voted { subject, .. }
                | Audit::Replaced { subject, .. }
                | Audit::Decided { subject, .. }
                | Audit::Split { subject, .. }
                | Audit::Lapsed { subject }
                | Audit::SeatsLeftVacant { subject, .. }
                | Audit::Dissolved { subject } => vec![Self::Review(subject)],
            },
            RuntimeEvent::Members(event) => match event {
                Membership::Admitted { who, .. }
                | Membership::RolesSet { who, .. }
                | Membership::Suspended { who, .. }
                | Membership::Reinstated { who }
                | Membership::Left { who, .. }
                | Membership::Expelled { who, .. } => vec![Self::Member(who)],
                Membership::KeyRotated { .. } => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(record) => write!(f, "record {record}"),
            Self::Order(order) => write!(f, "order {order}"),
            Self::Review(Subject::Record { record, version }) => {
                write!(f, "the review of record {record}, version {version}")
            }
            Self::Review(Subject::Claim { order }) => {
                write!(f, "the review of the claim about order {order}")
            }
            Self::Member(who) => write!(f, "member {who}"),
        }
    }
}

/// What is counted, with the labels under which it is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Figure {
    Records { status: &'static str },
    Orders { state: &'static str },
    OrdersPastDeadline { state: &'static str },
    Reviews { subject: &'static str, state: &'static str },
    ReviewsPastDeadline { waits_for: &'static str },
    Members { role: &'static str, status: &'static str },
}

const RECORD_STATUS: [&str; 4] = ["pending", "approved", "rejected", "withdrawn"];
const ORDER_STATES: [&str; 7] =
    ["open", "delivered", "claimed", "settled", "refunded", "cancelled", "expired"];
const ORDERS_IN_TIME: [&str; 3] = ["open", "delivered", "claimed"];
const SUBJECTS: [&str; 2] = ["record", "claim"];
const REVIEW_STATES: [&str; 7] = ["drawing", "open", "approved", "rejected", "lapsed", "dissolved", "split"];
const WAITS: [&str; 2] = ["key", "vote"];
const MEMBER_STATUS: [&str; 2] = ["active", "suspended"];

impl Figure {
    /// Every figure that there can be.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(RECORD_STATUS.map(|status| Self::Records { status }));
        all.extend(ORDER_STATES.map(|state| Self::Orders { state }));
        all.extend(ORDERS_IN_TIME.map(|state| Self::OrdersPastDeadline { state }));
        for subject in SUBJECTS {
            all.extend(REVIEW_STATES.map(|state| Self::Reviews { subject, state }));
        }
        all.extend(WAITS.map(|waits_for| Self::ReviewsPastDeadline { waits_for }));
        for role in Role::ALL.map(role_label) {
            all.extend(MEMBER_STATUS.map(|status| Self::Members { role, status }));
        }
        all
    }
}

fn role_label(role: Role) -> &'static str {
    match role {
        Role::Hospital => "hospital",
        Role::Auditor => "auditor",
        Role::Provider => "provider",
        Role::Buyer => "buyer",
        Role::Vault => "vault",
    }
}

/// Numbers of items, and what has a deadline.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Tally {
    counts: BTreeMap<Figure, u64>,
    /// Under which figure an item counts from when on.
    deadlines: BTreeMap<Item, (Figure, Moment)>,
}

impl Tally {
    /// Counts these items, each of which is given once. What the state does not have counts nothing.
    pub fn of(items: impl IntoIterator<Item = Item>) -> Self {
        let mut tally = Self::default();
        for item in items {
            match item {
                Item::Record(id) => tally.record(id),
                Item::Order(id) => tally.order(id),
                Item::Review(subject) => tally.review(subject),
                Item::Member(who) => tally.member(&who),
            }
        }
        tally
    }

    /// Puts what some items are now in the place of what they were.
    ///
    /// Gives none if they were not counted before, which happens only if a change was missed. The tally is then worth
    /// nothing.
    pub fn replace(&mut self, before: &Self, after: Self) -> Option<()> {
        for (figure, number) in &before.counts {
            let count = self.counts.get_mut(figure)?;
            *count = count.checked_sub(*number)?;
        }
        for item in before.deadlines.keys() {
            self.deadlines.remove(item)?;
        }
        for (figure, number) in after.counts {
            self.add(figure, number);
        }
        self.deadlines.extend(after.deadlines);
        // As if it had been counted afresh.
        self.counts.retain(|_, number| *number > 0);
        Some(())
    }

    /// Every figure as it is at a moment of chain time, zeros too.
    pub fn figures(&self, now: Moment) -> BTreeMap<Figure, u64> {
        let mut figures: BTreeMap<_, _> = Figure::all().into_iter().map(|figure| (figure, 0)).collect();
        figures.extend(&self.counts);
        for (_, figure) in self.late(now) {
            *figures.entry(figure).or_default() += 1;
        }
        figures
    }

    /// What is past its deadline.
    pub fn late(&self, now: Moment) -> impl Iterator<Item = (&Item, Figure)> {
        let late = self.deadlines.iter().filter(move |(_, (_, due))| *due < now);
        late.map(|(item, (figure, _))| (item, *figure))
    }

    fn add(&mut self, figure: Figure, number: u64) {
        let count = self.counts.entry(figure).or_default();
        *count = count.saturating_add(number);
    }

    fn record(&mut self, id: RecordId) {
        let Some(record) = pallet_records::Records::<Runtime>::get(id) else { return };
        let Some(latest) = pallet_records::Versions::<Runtime>::get(id, record.latest) else { return };
        let status = match latest.status {
            _ if record.withdrawn => "withdrawn",
            VersionStatus::Pending => "pending",
            VersionStatus::Approved => "approved",
            VersionStatus::Rejected => "rejected",
        };
        self.add(Figure::Records { status }, 1);
    }

    fn order(&mut self, id: OrderId) {
        let Some(order) = pallet_marketplace::Orders::<Runtime>::get(id) else { return };
        let (state, due) = match order.state {
            OrderState::Open { .. } => ("open", Some(order.deliver_by)),
            OrderState::Delivered { settles_at } => ("delivered", Some(settles_at)),
            OrderState::Claimed { rule_by } => ("claimed", Some(rule_by)),
            OrderState::Settled => ("settled", None),
            OrderState::Refunded => ("refunded", None),
            OrderState::Cancelled => ("cancelled", None),
            OrderState::Expired => ("expired", None),
        };
        self.add(Figure::Orders { state }, 1);
        if let Some(due) = due {
            self.deadlines.insert(Item::Order(id), (Figure::OrdersPastDeadline { state }, due));
        }
    }

    fn review(&mut self, subject: Subject) {
        let Some(review) = pallet_audits::Reviews::<Runtime>::get(subject) else { return };
        let (state, undecided) = match review.state {
            ReviewState::Drawing { .. } => ("drawing", true),
            ReviewState::Open => ("open", true),
            ReviewState::Decided(Verdict::Approve) => ("approved", false),
            ReviewState::Decided(Verdict::Reject) => ("rejected", false),
            ReviewState::Lapsed => ("lapsed", false),
            ReviewState::Dissolved => ("dissolved", false),
            ReviewState::Split => ("split", false),
        };
        let of = match subject {
            Subject::Record { .. } => "record",
            Subject::Claim { .. } => "claim",
        };
        self.add(Figure::Reviews { subject: of, state }, 1);
        let seats = review.panel.iter().filter(|seat| undecided && seat.vote.is_none());
        if let Some(first) = seats.min_by_key(|seat| seat.due) {
            let waits_for = if first.sealed.is_some() { "vote" } else { "key" };
            let figure = Figure::ReviewsPastDeadline { waits_for };
            self.deadlines.insert(Item::Review(subject), (figure, first.due));
        }
    }

    fn member(&mut self, who: &AccountId) {
        let Some(member) = pallet_members::Members::<Runtime>::get(who) else { return };
        let status = match member.status {
            MemberStatus::Active => "active",
            MemberStatus::Suspended { .. } => "suspended",
        };
        for role in &member.roles {
            self.add(Figure::Members { role: role_label(*role), status }, 1);
        }
    }
}
