//! What the agent reads of the chain.

use medshare_types::{
    AccessRequest, AccountId, Moment, Order, OrderId, Policy, RecordId, RequestId, Review, Subject,
};

use crate::{At, Chain, Result};

/// Most reviews that are looked at once; the most that the runtime gives. The next block brings the rest.
const MOST: u32 = 100;

/// The state of the chain at one block, as far as the agent looks at it. Nothing here grows with what is over.
pub(super) trait Source {
    /// Chain time.
    async fn now(&self) -> Result<Moment>;

    /// Undecided reviews for which an account delivers the keys.
    async fn reviews_held(&self, holder: &AccountId) -> Result<Vec<(Subject, Review<AccountId>)>>;

    /// A review.
    async fn review(&self, subject: Subject) -> Result<Option<Review<AccountId>>>;

    /// The orders of an account of which money is on hold.
    async fn open_orders(&self, who: &AccountId) -> Result<Vec<(OrderId, Order<AccountId>)>>;

    /// The open requests for access to an owner's records.
    async fn open_requests(&self, owner: &AccountId) -> Result<Vec<(RequestId, AccessRequest<AccountId>)>>;

    /// What the owner of a record permits.
    async fn policy(&self, record: RecordId) -> Result<Option<Policy>>;
}

/// A block of a chain.
pub(super) struct Snapshot<'a> {
    chain: &'a Chain,
    at: At,
}

impl<'a> Snapshot<'a> {
    /// The block that `at` means now.
    pub(super) async fn take(chain: &'a Chain, at: At) -> Result<Self> {
        Ok(Self { chain, at: At::Block(chain.block(at).await?.hash) })
    }
}

impl Source for Snapshot<'_> {
    async fn now(&self) -> Result<Moment> {
        self.chain.time(self.at).await
    }

    async fn reviews_held(&self, holder: &AccountId) -> Result<Vec<(Subject, Review<AccountId>)>> {
        self.chain.reviews_held(holder, MOST, self.at).await
    }

    async fn review(&self, subject: Subject) -> Result<Option<Review<AccountId>>> {
        self.chain.review(subject, self.at).await
    }

    async fn open_orders(&self, who: &AccountId) -> Result<Vec<(OrderId, Order<AccountId>)>> {
        self.chain.all_open_orders_of(who, self.at).await
    }

    async fn open_requests(&self, owner: &AccountId) -> Result<Vec<(RequestId, AccessRequest<AccountId>)>> {
        self.chain.all_requests_of(owner, self.at).await
    }

    async fn policy(&self, record: RecordId) -> Result<Option<Policy>> {
        self.chain.policy(record, self.at).await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::executor::block_on;
    use medshare_types::OrderState;

    use super::super::{Rules, Task, plan, plan::tests::order};
    use super::*;

    /// A chain on which somebody sold much, that counts what is read of it.
    #[derive(Default)]
    struct Ledger {
        orders: Vec<Order<AccountId>>,
        questions: Cell<usize>,
        entries: Cell<usize>,
    }

    impl Ledger {
        fn answer<T>(&self, entries: Vec<T>) -> Result<Vec<T>> {
            self.questions.set(self.questions.get() + 1);
            self.entries.set(self.entries.get() + entries.len());
            Ok(entries)
        }
    }

    impl Source for Ledger {
        async fn now(&self) -> Result<Moment> {
            Ok(50)
        }

        async fn reviews_held(&self, _: &AccountId) -> Result<Vec<(Subject, Review<AccountId>)>> {
            self.answer(Vec::new())
        }

        async fn review(&self, _: Subject) -> Result<Option<Review<AccountId>>> {
            Ok(self.answer::<Review<AccountId>>(Vec::new())?.pop())
        }

        async fn open_orders(&self, _: &AccountId) -> Result<Vec<(OrderId, Order<AccountId>)>> {
            let open = (0..).zip(self.orders.iter().cloned()).filter(|(_, order)| order.state.is_open());
            self.answer(open.collect())
        }

        async fn open_requests(&self, _: &AccountId) -> Result<Vec<(RequestId, AccessRequest<AccountId>)>> {
            self.answer(Vec::new())
        }

        async fn policy(&self, _: RecordId) -> Result<Option<Policy>> {
            Ok(self.answer::<Policy>(Vec::new())?.pop())
        }
    }

    fn seller() -> AccountId {
        AccountId::from([2; 32])
    }

    #[test]
    fn what_is_over_is_not_read_at_each_block() {
        let over = [OrderState::Settled, OrderState::Refunded, OrderState::Cancelled, OrderState::Expired];
        let mut ledger =
            Ledger { orders: over.into_iter().cycle().take(5_000).map(order).collect(), ..Ledger::default() };
        // Three to be delivered, one that waits for a claim, one that is claimed and whose review is looked up.
        for state in [OrderState::Open { cancel: None }; 3] {
            ledger.orders.push(order(state));
        }
        ledger.orders.push(order(OrderState::Delivered { settles_at: 200 }));
        ledger.orders.push(order(OrderState::Claimed { rule_by: 300 }));

        let plan = block_on(plan::plan(&ledger, &seller(), &Rules::default(), plan::Keys::Own)).unwrap();
        assert_eq!(plan.tasks, [Task::Deliver(5_000), Task::Deliver(5_001), Task::Deliver(5_002)]);
        assert_eq!(ledger.entries.get(), 5, "as many entries as there are open orders");
        assert_eq!(ledger.questions.get(), 4, "reviews, orders, requests, and the review of the claim");
    }
}
