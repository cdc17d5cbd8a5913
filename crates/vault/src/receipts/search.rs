//! Which receipts to post together, while it is looked for the one that the chain refuses.

use std::collections::VecDeque;

use medshare_types::{AccountId, NewReceipt};

/// Halves a range that the chain refused as a whole, until the receipt at fault is alone.
#[derive(Debug)]
pub(super) struct Search {
    /// Most receipts in one transaction.
    batch: usize,
    /// The last number of the range that has one at fault; it begins with the first one pending.
    suspect: Option<u64>,
}

impl Search {
    pub(super) fn new(batch: usize) -> Self {
        Self { batch, suspect: None }
    }

    /// The next receipts to post.
    pub(super) fn next(&self, pending: &VecDeque<NewReceipt<AccountId>>) -> Vec<NewReceipt<AccountId>> {
        let suspects =
            self.suspect.map_or(0, |last| pending.partition_point(|receipt| receipt.sequence <= last));
        let most = if suspects == 0 { self.batch } else { (suspects / 2).max(1) };
        pending.iter().take(most).cloned().collect()
    }

    /// The chain refused a transaction whose last receipt has this number.
    pub(super) fn refused(&mut self, through: u64) {
        self.suspect = Some(through);
    }

    /// The one at fault was left out: of the others nothing is known.
    pub(super) fn found(&mut self) {
        self.suspect = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_types::{FetchBasis, Hash};

    fn receipt(sequence: u64) -> NewReceipt<AccountId> {
        NewReceipt {
            sequence,
            record: 0,
            version: 0,
            accessor: AccountId::new([0; 32]),
            basis: FetchBasis::Owner,
            bytes: 1,
            at: 0,
            request: Hash::zero(),
        }
    }

    /// Posts all, and returns the numbers that were left out and how many transactions the chain refused.
    fn post_all(count: u64, batch: usize, bad: &[u64]) -> (Vec<u64>, usize) {
        let mut pending: VecDeque<_> = (1..=count).map(receipt).collect();
        let mut search = Search::new(batch);
        let (mut left_out, mut refusals) = (Vec::new(), 0);
        while !pending.is_empty() {
            let posted = search.next(&pending);
            let last = posted.last().unwrap().sequence;
            if !posted.iter().any(|receipt| bad.contains(&receipt.sequence)) {
                pending.drain(..posted.len());
                continue;
            }
            refusals += 1;
            if posted.len() == 1 {
                left_out.push(last);
                pending.pop_front();
                search.found();
            } else {
                search.refused(last);
            }
        }
        (left_out, refusals)
    }

    #[test]
    fn finds_those_at_fault_with_few_refusals() {
        assert_eq!(post_all(100, 32, &[]), (vec![], 0));
        assert_eq!(post_all(32, 32, &[1]), (vec![1], 6));
        let (left_out, refusals) = post_all(32, 32, &[32]);
        assert_eq!(left_out, [32]);
        // The halves before it are accepted: only the whole and the last one are refused.
        assert_eq!(refusals, 2);
        let bad = [3, 4, 17, 63, 64];
        let (left_out, refusals) = post_all(64, 32, &bad);
        assert_eq!(left_out, bad);
        assert!(refusals <= bad.len() * 6, "{refusals}");
    }
}
