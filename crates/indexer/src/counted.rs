//! How much the index holds, counted as it is written.

use codec::{Decode, Encode};

use crate::{
    Counts, FindGrants, FindOrders, FindReceipts, FindReviews, ReviewKind,
    query::OrderStateName,
    rows::{OrderRow, ReviewRow, kind_of_subject, state_name},
};

/// How much there is of what: kept beside the head, and written with it. So nobody has to count whole tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub struct Counted {
    pub records: u64,
    pub versions: u64,
    pub listings: u64,
    /// By state, and whether they were cleared.
    orders: [[u64; 2]; 7],
    /// By kind, and whether they are decided.
    reviews: [[u64; 2]; 2],
    pub grants: u64,
    pub receipts: u64,
    pub events: u64,
    pub members: u64,
    pub auditors: u64,
}

/// Whether something comes or goes.
#[derive(Clone, Copy)]
pub enum Step {
    /// It comes.
    More,
    /// It goes.
    Less,
}

impl Step {
    fn take(self, count: &mut u64) {
        *count = match self {
            Self::More => count.saturating_add(1),
            Self::Less => count.saturating_sub(1),
        };
    }
}

const STATES: [OrderStateName; 7] = [
    OrderStateName::Open,
    OrderStateName::Delivered,
    OrderStateName::Claimed,
    OrderStateName::Settled,
    OrderStateName::Refunded,
    OrderStateName::Cancelled,
    OrderStateName::Expired,
];
const KINDS: [ReviewKind; 2] = [ReviewKind::Record, ReviewKind::Claim];

impl Counted {
    /// An order comes or goes.
    pub fn order(&mut self, row: &OrderRow, step: Step) {
        step.take(&mut self.orders[state_name(&row.order.state) as usize][usize::from(row.cleared)]);
    }

    /// A review comes or goes.
    pub fn review(&mut self, row: &ReviewRow, step: Step) {
        let decided = usize::from(row.decided.is_some());
        step.take(&mut self.reviews[kind_of_subject(&row.subject) as usize][decided]);
    }

    /// All of it.
    pub fn counts(&self) -> Counts {
        Counts {
            records: self.records,
            versions: self.versions,
            listings: self.listings,
            orders: self.orders.as_flattened().iter().sum(),
            reviews: self.reviews.as_flattened().iter().sum(),
            grants: self.grants,
            receipts: self.receipts,
            events: self.events,
            members: self.members,
        }
    }

    /// How many orders a query finds, if it asks for nothing but what is counted.
    pub fn orders(&self, query: &FindOrders) -> Option<u64> {
        let FindOrders { buyer: None, seller: None, party: None, record: None, state, open, cleared, .. } =
            query
        else {
            return None;
        };
        let states = STATES.into_iter().filter(|of| {
            state.is_none_or(|state| state == *of) && open.is_none_or(|open| is_open(*of) == open)
        });
        let of_state = |of: OrderStateName| {
            let [kept, gone] = self.orders[of as usize];
            match cleared {
                Some(true) => gone,
                Some(false) => kept,
                None => kept.saturating_add(gone),
            }
        };
        Some(states.map(of_state).sum())
    }

    /// How many reviews a query finds, if it asks for nothing but what is counted.
    pub fn reviews(&self, query: &FindReviews) -> Option<u64> {
        let FindReviews { auditor: None, holder: None, record: None, decided, kind, .. } = query else {
            return None;
        };
        let kinds = KINDS.into_iter().filter(|of| kind.is_none_or(|kind| kind == *of));
        let of_kind = |of: ReviewKind| {
            let [open, ended] = self.reviews[of as usize];
            match decided {
                Some(true) => ended,
                Some(false) => open,
                None => open.saturating_add(ended),
            }
        };
        Some(kinds.map(of_kind).sum())
    }

    /// How many grants a query finds, if it asks for all of them.
    pub fn grants(&self, query: &FindGrants) -> Option<u64> {
        let all =
            matches!(query, FindGrants { grantee: None, owner: None, record: None, in_force: None, .. });
        all.then_some(self.grants)
    }

    /// How many receipts a query finds, if it asks for all of them.
    pub fn receipts(&self, query: &FindReceipts) -> Option<u64> {
        let all = matches!(query, FindReceipts { record: None, vault: None, accessor: None, .. });
        all.then_some(self.receipts)
    }
}

/// Whether money is on hold in a state.
pub fn is_open(state: OrderStateName) -> bool {
    matches!(state, OrderStateName::Open | OrderStateName::Delivered | OrderStateName::Claimed)
}
