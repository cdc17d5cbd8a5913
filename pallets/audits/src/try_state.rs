//! What must hold between any two calls.

use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{ensure, traits::Get};
use medshare_types::{BlockNumber, ReviewState, Verdict};
use sp_runtime::{SaturatedConversion, TryRuntimeError};

use crate::{
    Config, DrawQueue, HeldReviews, OpenReviews, Pallet, Queued, Reviewing, Reviews,
    impls::{Tally, is_undecided},
};

impl<T: Config> Pallet<T> {
    /// Checks the invariants of the pallet:
    /// - a review is `Drawing { at }` exactly if the queue holds one draw of it, in block `at`, which is not past;
    /// - the queue's count is right and within its bound;
    /// - `OpenReviews` and `Reviewing` say exactly who sits on panels of undecided reviews, `HeldReviews` whose they are;
    /// - nobody sits on a panel twice, holds the key that is reviewed or is excluded from it;
    /// - nobody voted without the key; approvals name no findings, rejections do;
    /// - an undecided review has no verdict yet, and an open one has somebody who can still vote or be replaced.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_queue()?;
        Self::check_panels()?;
        Self::check_indices()
    }

    fn check_queue() -> Result<(), TryRuntimeError> {
        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        let mut queued = BTreeSet::new();
        let mut count = 0u32;
        for (at, draws) in DrawQueue::<T>::iter() {
            ensure!(at >= now && !draws.is_empty(), "the queue has a past or an empty block");
            for draw in draws {
                count = count.saturating_add(1);
                ensure!(queued.insert((draw.subject, at)), "a subject is queued twice in a block");
                ensure!(
                    Reviews::<T>::get(draw.subject)
                        .is_some_and(|review| review.state == ReviewState::Drawing { at }),
                    "a draw is queued for a review that does not wait for it"
                );
            }
        }
        ensure!(count == Queued::<T>::get(), "the queue's count is wrong");
        ensure!(
            count <= T::MaxDrawsPerBlock::get().saturating_mul(T::SpillBlocks::get()),
            "more draws are queued than may be"
        );
        for (subject, review) in Reviews::<T>::iter() {
            if let ReviewState::Drawing { at } = review.state {
                ensure!(queued.contains(&(subject, at)), "a review waits for a draw that is not queued");
            }
        }
        Ok(())
    }

    fn check_panels() -> Result<(), TryRuntimeError> {
        for review in Reviews::<T>::iter_values() {
            let auditors: BTreeSet<_> = review.panel.iter().map(|seat| &seat.auditor).collect();
            ensure!(auditors.len() == review.panel.len(), "somebody sits twice on a panel");
            ensure!(!auditors.contains(&review.holder), "a holder sits on the own panel");
            ensure!(
                !review.excluded.iter().any(|excluded| auditors.contains(excluded)),
                "somebody excluded sits on a panel"
            );
            for seat in &review.panel {
                let Some(vote) = &seat.vote else { continue };
                ensure!(seat.sealed.is_some(), "somebody voted without the key");
                ensure!(
                    vote.findings.is_empty() == (vote.verdict == Verdict::Approve),
                    "findings and verdict of a vote do not agree"
                );
            }
            if is_undecided(&review) {
                ensure!(Self::conclusion(&review).is_none(), "a review that could be decided is not");
            }
            if review.state == ReviewState::Open {
                let Tally { approvals, rejections } = Tally::of(&review);
                ensure!(
                    approvals.saturating_add(rejections) < review.panel.len(),
                    "an open review waits for nobody"
                );
            }
        }
        Ok(())
    }

    fn check_indices() -> Result<(), TryRuntimeError> {
        let undecided: Vec<_> = Reviews::<T>::iter().filter(|(_, review)| is_undecided(review)).collect();
        let seats: Vec<_> = undecided
            .iter()
            .flat_map(|(subject, review)| {
                review.panel.iter().map(move |seat| (subject, review, &seat.auditor))
            })
            .collect();
        for (subject, review, auditor) in &seats {
            ensure!(OpenReviews::<T>::contains_key(auditor, subject), "a seat is not among the open reviews");
            let (record, version) = (review.record, review.version);
            let same = seats.iter().filter(|(_, other, who)| {
                who == auditor && (other.record, other.version) == (record, version)
            });
            ensure!(
                same.count() == Reviewing::<T>::get(auditor, (record, version)).saturated_into::<usize>(),
                "the count of an auditor's seats is wrong"
            );
        }
        ensure!(
            OpenReviews::<T>::iter_keys().count() == seats.len(),
            "there is an open review without a seat"
        );
        let counted: u64 = Reviewing::<T>::iter_values().map(u64::from).sum();
        ensure!(counted == seats.len().saturated_into::<u64>(), "a seat is counted that does not exist");
        ensure!(Reviewing::<T>::iter_values().all(|seats| seats > 0), "a count of seats is zero");
        for (subject, review) in &undecided {
            ensure!(
                HeldReviews::<T>::contains_key(&review.holder, subject),
                "a review is not held by its holder"
            );
        }
        ensure!(HeldReviews::<T>::iter_keys().count() == undecided.len(), "an ended review is still held");
        Ok(())
    }
}
