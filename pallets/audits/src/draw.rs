//! The queue of draws, and the drawing of panels.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame_support::{
    ensure,
    storage::with_storage_layer,
    traits::{Get, Randomness, Time},
    weights::Weight,
};
use medshare_traits::{CreditScores, Engagements, Membership, RecordRegistry};
use medshare_types::{BlockNumber, Hash, Point, Review, ReviewState, Seat, Subject};
use sp_runtime::{
    DispatchError, SaturatedConversion, Saturating,
    traits::{BlakeTwo256, Hash as _},
};

use crate::{
    Config, Draw, DrawQueue, Error, Event, MAX_SEATS, OpenReviews, Pallet, Queued, Reviewing, Reviews,
    WeightInfo,
};

/// Separates the seeds of this pallet from those that others take from the same source.
const SEED_CONTEXT: &[u8] = b"medshare/audits/draw";

/// What a draw did, for its weight.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Work {
    /// Candidates looked at.
    examined: u32,
    /// Whether the review could be decided at once.
    decided: bool,
}

/// Who can be drawn for which seats.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Choice<AccountId> {
    /// The auditors drawn, each with the encryption key.
    pub chosen: Vec<(AccountId, Point)>,
    /// Candidates looked at.
    pub examined: u32,
}

/// Whom a conflict of interest keeps off a panel.
struct Conflicts<AccountId> {
    /// Those who may not sit on it.
    barred: Vec<AccountId>,
    /// Those whose sponsored auditors may not sit on it.
    sponsors: Vec<AccountId>,
}

impl<T: Config> Pallet<T> {
    /// Queues a draw for the first block with room, from `earliest` on, and returns that block.
    pub(crate) fn enqueue(draw: Draw, earliest: BlockNumber) -> Result<BlockNumber, DispatchError> {
        let room = T::MaxDrawsPerBlock::get().saturating_mul(T::SpillBlocks::get());
        ensure!(Queued::<T>::get() < room, Error::<T>::DrawQueueFull);
        let at = (0..T::SpillBlocks::get())
            .map(|offset| earliest.saturating_add(offset))
            .find(|block| DrawQueue::<T>::try_append(block, draw).is_ok())
            .ok_or(Error::<T>::DrawQueueFull)?;
        Queued::<T>::mutate(|queued| queued.saturating_inc());
        Ok(at)
    }

    /// Takes the draw of a subject out of the block in which it is due.
    pub(crate) fn unqueue(subject: Subject, at: BlockNumber) {
        DrawQueue::<T>::mutate_exists(at, |slot| {
            let Some(draws) = slot else { return };
            let before = draws.len();
            draws.retain(|draw| draw.subject != subject);
            let removed: u32 = before.saturating_sub(draws.len()).saturated_into();
            Queued::<T>::mutate(|queued| queued.saturating_reduce(removed));
            if draws.is_empty() {
                *slot = None;
            }
        });
    }

    /// Makes a queued draw one for a seat that became vacant just now, without moving it.
    pub(crate) fn note_vacancy(subject: Subject, at: BlockNumber, now: BlockNumber) {
        DrawQueue::<T>::mutate_exists(at, |slot| {
            for draw in slot.iter_mut().flatten().filter(|draw| draw.subject == subject) {
                draw.since = now;
            }
        });
    }

    /// Draws the panels that are due in this block.
    pub(crate) fn draw_due(now: BlockNumber) -> Weight {
        let due = DrawQueue::<T>::take(now);
        let count: u32 = due.len().saturated_into();
        let mut weight = T::WeightInfo::on_initialize(count);
        if count == 0 {
            return weight;
        }
        Queued::<T>::mutate(|queued| queued.saturating_reduce(count));
        for draw in due {
            match with_storage_layer(|| Self::draw_panel(draw, now)) {
                Ok(work) => {
                    weight.saturating_accrue(T::WeightInfo::examine(work.examined));
                    if work.decided {
                        weight.saturating_accrue(Self::decision_weight());
                    }
                }
                Err(error) => {
                    log::error!(target: "runtime::audits", "the draw for {:?} failed: {error:?}", draw.subject);
                    let candidates = <T::Membership as Membership<T::AccountId>>::MaxAuditors::get();
                    weight.saturating_accrue(T::WeightInfo::examine(candidates));
                    weight.saturating_accrue(Self::decision_weight());
                    Self::try_later(draw, now);
                }
            }
        }
        weight
    }

    /// Whether a draw is due within so many blocks as one that is queued now waits. Draws that are queued beyond, as
    /// there is no room, follow without a gap; one that found too few auditors is further away, and does not count.
    pub fn draws_soon() -> bool {
        let next = Self::now().saturating_add(1);
        (0..T::DrawDelay::get().max(1)).any(|ahead| DrawQueue::<T>::contains_key(next.saturating_add(ahead)))
    }

    /// What the end of a review costs: of a record's as by a vote, of a claim's as by a lapse.
    fn decision_weight() -> Weight {
        T::WeightInfo::vote().max(T::WeightInfo::lapse_claim())
    }

    /// Keeps a draw whose effects had to be undone from being lost.
    fn try_later(draw: Draw, now: BlockNumber) {
        match Self::enqueue(draw, Self::retry_at(now)) {
            Ok(at) => {
                let subject = draw.subject;
                Reviews::<T>::mutate(subject, |review| {
                    if let Some(review) = review {
                        review.state = ReviewState::Drawing { at };
                        Self::deposit_event(Event::DrawPostponed { subject, draw_at: at });
                    }
                });
            }
            Err(error) => {
                log::error!(target: "runtime::audits", "no room for the draw for {:?}: {error:?}", draw.subject);
            }
        }
    }

    fn retry_at(now: BlockNumber) -> BlockNumber {
        now.saturating_add(T::RetryDelay::get().max(1))
    }

    fn draw_panel(draw: Draw, now: BlockNumber) -> Result<Work, DispatchError> {
        let subject = draw.subject;
        let Some(mut review) = Reviews::<T>::get(subject) else { return Ok(Work::default()) };
        if !matches!(review.state, ReviewState::Drawing { .. }) {
            return Ok(Work::default());
        }

        let (seed, known) = T::Randomness::random(&(SEED_CONTEXT, subject).encode());
        let known: BlockNumber = known.saturated_into();
        if known <= draw.since {
            let wait = draw.since.saturating_sub(known).saturating_add(1);
            let at = Self::enqueue(draw, now.saturating_add(wait))?;
            review.state = ReviewState::Drawing { at };
            Reviews::<T>::insert(subject, review);
            Self::deposit_event(Event::DrawPostponed { subject, draw_at: at });
            return Ok(Work::default());
        }

        let target = Self::panel_size();
        let vacant = target.saturating_sub(review.panel.len());
        let Choice { chosen, examined } = Self::choose(&review, vacant, seed);
        let found = review.panel.len().saturating_add(chosen.len());
        if found < Self::quorum(target) {
            let at = Self::enqueue(draw, Self::retry_at(now))?;
            review.state = ReviewState::Drawing { at };
            Reviews::<T>::insert(subject, review);
            Self::deposit_event(Event::TooFewAuditors {
                subject,
                found: found.saturated_into(),
                retry_at: at,
            });
            return Ok(Work { examined, decided: false });
        }

        let left = vacant.saturating_sub(chosen.len());
        for (auditor, key) in chosen {
            Self::seat(subject, &mut review, auditor, key)?;
        }
        review.state = ReviewState::Open;
        Reviews::<T>::insert(subject, &review);
        if left > 0 {
            Self::deposit_event(Event::SeatsLeftVacant { subject, seats: left.saturated_into() });
        }
        // When nobody could be found for a seat that was vacated, those who remain may all have voted already.
        let decided = Self::decide_if_due(subject, review)?;
        Ok(Work { examined, decided })
    }

    /// Gives an auditor a seat and enters it into the indices. Does not store the review.
    pub(crate) fn seat(
        subject: Subject,
        review: &mut Review<T::AccountId>,
        auditor: T::AccountId,
        key: Point,
    ) -> Result<(), DispatchError> {
        T::Engagements::engage(&auditor)?;
        OpenReviews::<T>::insert(&auditor, subject, ());
        Reviewing::<T>::mutate(&auditor, (review.record, review.version), |seats| seats.saturating_inc());
        let due = T::Time::now().saturating_add(T::KeyWindow::get());
        let seat = Seat { auditor: auditor.clone(), key, sealed: None, due, vote: None };
        review.panel.try_push(seat).map_err(|_| DispatchError::Exhausted)?;
        Self::deposit_event(Event::Seated { subject, auditor, due });
        Ok(())
    }

    /// Draws up to `seats` auditors, uniformly and without replacement, from those who may sit on this panel.
    ///
    /// Taking candidates from the whole pool in random order and passing over those who may not sit gives the same
    /// distribution as drawing from those who may, and looks at no more of them than needed.
    pub(crate) fn choose(review: &Review<T::AccountId>, seats: usize, seed: Hash) -> Choice<T::AccountId> {
        let conflicts = Self::conflicts(review);
        let mut pool = T::Membership::auditors();
        let mut chosen = Vec::new();
        let mut examined = 0u32;
        while chosen.len() < seats && !pool.is_empty() {
            let candidate = pool.swap_remove(below(seed, examined, pool.len()));
            examined.saturating_inc();
            if let Some(key) = Self::may_sit(&candidate, &conflicts) {
                chosen.push((candidate, key));
            }
        }
        Choice { chosen, examined }
    }

    fn conflicts(review: &Review<T::AccountId>) -> Conflicts<T::AccountId> {
        let mut sponsors = Vec::from([review.holder.clone()]);
        sponsors.extend(T::Records::owner(review.record));
        let theirs: Vec<_> = sponsors.iter().filter_map(T::Membership::sponsor).collect();
        sponsors.extend(theirs);
        let mut barred = sponsors.clone();
        barred.extend(review.excluded.iter().cloned());
        barred.extend(review.panel.iter().map(|seat| seat.auditor.clone()));
        Conflicts { barred, sponsors }
    }

    /// The candidate's encryption key, if it may sit on the panel.
    fn may_sit(candidate: &T::AccountId, conflicts: &Conflicts<T::AccountId>) -> Option<Point> {
        if conflicts.barred.contains(candidate)
            || T::Membership::sponsor(candidate).is_some_and(|sponsor| conflicts.sponsors.contains(&sponsor))
            || !T::Credit::benefits(candidate).may_audit
        {
            return None;
        }
        T::Membership::encryption_key(candidate)
    }

    /// Seats on a full panel.
    pub(crate) fn panel_size() -> usize {
        T::PanelSize::get().clamp(1, MAX_SEATS).saturated_into()
    }

    /// Votes that must agree on a panel of this size.
    pub(crate) fn quorum(seats: usize) -> usize {
        let quorum: usize = T::Quorum::get().saturated_into();
        quorum.min(seats).max(seats.div_euclid(2).saturating_add(1).min(seats))
    }
}

/// The `index`th number of a seed, below `bound`; 0 if that is 0.
fn below(seed: Hash, index: u32, bound: usize) -> usize {
    let digest = BlakeTwo256::hash_of(&(seed, index));
    // A hash has more than the 16 bytes that are decoded.
    let number = u128::decode(&mut digest.as_bytes()).unwrap_or_default();
    let bound: u128 = bound.saturated_into();
    number.checked_rem(bound).unwrap_or_default().saturated_into()
}
