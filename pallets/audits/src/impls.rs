//! What the calls do, and the pallet's face towards other pallets and the runtime API.

use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, Time},
};
use frame_system::pallet_prelude::BlockNumberFor;
use medshare_crypto::verify_seal;
use medshare_traits::{CreditScores, Engagements, Membership, NewReview, OnVerdict, Outcome, Panels};
use medshare_types::{
    BlockNumber, CreditEvent, Findings, Hash, RecordId, Review, ReviewState, Role, SealContext, SealPurpose,
    SealedKey, Seat, Subject, Verdict, Version, Vote,
};
use sp_runtime::{DispatchError, SaturatedConversion, traits::Zero};

use crate::{
    Config, Draw, Error, Event, HeldReviews, MAX_CALLER_EXCLUDED, OpenReviews, Pallet, Reviewing, Reviews,
};

/// The seats of a review as far as they matter for its decision.
pub(crate) struct Tally {
    pub approvals: usize,
    pub rejections: usize,
}

impl Tally {
    pub(crate) fn of<AccountId>(review: &Review<AccountId>) -> Self {
        let count = |verdict| voters(review, verdict).count();
        Self { approvals: count(Verdict::Approve), rejections: count(Verdict::Reject) }
    }
}

/// The seats whose auditors voted so.
fn voters<AccountId>(review: &Review<AccountId>, verdict: Verdict) -> impl Iterator<Item = &Seat<AccountId>> {
    review.panel.iter().filter(move |seat| seat.vote.as_ref().is_some_and(|vote| vote.verdict == verdict))
}

/// Whether the review goes on.
pub(crate) fn is_undecided<AccountId>(review: &Review<AccountId>) -> bool {
    matches!(review.state, ReviewState::Drawing { .. } | ReviewState::Open)
}

impl<T: Config> Pallet<T> {
    /// A review, ended or not.
    pub fn review(subject: Subject) -> Option<Review<T::AccountId>> {
        Reviews::<T>::get(subject)
    }

    /// At most `limit` of the undecided reviews on whose panels the auditor sits.
    pub fn open_reviews(auditor: &T::AccountId, limit: u32) -> Vec<(Subject, Review<T::AccountId>)> {
        Self::existing(OpenReviews::<T>::iter_key_prefix(auditor), limit)
    }

    /// At most `limit` of the undecided reviews for which the holder delivers the keys.
    pub fn reviews_held(holder: &T::AccountId, limit: u32) -> Vec<(Subject, Review<T::AccountId>)> {
        Self::existing(HeldReviews::<T>::iter_key_prefix(holder), limit)
    }

    fn existing(subjects: impl Iterator<Item = Subject>, limit: u32) -> Vec<(Subject, Review<T::AccountId>)> {
        subjects
            .take(limit.saturated_into())
            .filter_map(|subject| Reviews::<T>::get(subject).map(|review| (subject, review)))
            .collect()
    }

    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    fn undecided(subject: Subject) -> Result<Review<T::AccountId>, DispatchError> {
        let review = Reviews::<T>::get(subject).ok_or(Error::<T>::NoReview)?;
        ensure!(is_undecided(&review), Error::<T>::ReviewEnded);
        Ok(review)
    }

    fn ensure_active(who: &T::AccountId) -> DispatchResult {
        ensure!(T::Membership::is_active(who), Error::<T>::NotActiveMember);
        Ok(())
    }

    /// Queues the draw of seats that are vacant since now.
    pub(crate) fn schedule(subject: Subject) -> Result<BlockNumber, DispatchError> {
        let since = Self::now();
        Self::enqueue(Draw { subject, since }, since.saturating_add(T::DrawDelay::get().max(1)))
    }

    fn do_convene(new: NewReview<T::AccountId>) -> DispatchResult {
        let NewReview { subject, record, version, holder, holder_key, commitment, excluded } = new;
        ensure!(!Reviews::<T>::contains_key(subject), Error::<T>::AlreadyConvened);
        let count: u32 = excluded.len().saturated_into();
        ensure!(count <= MAX_CALLER_EXCLUDED, Error::<T>::TooManyExcluded);
        let excluded = excluded.try_into().map_err(|_| Error::<T>::TooManyExcluded)?;
        let draw_at = Self::schedule(subject)?;
        HeldReviews::<T>::insert(&holder, subject, ());
        let review = Review {
            record,
            version,
            holder: holder.clone(),
            holder_key,
            commitment,
            excluded,
            panel: Default::default(),
            state: ReviewState::Drawing { at: draw_at },
            opened: T::Time::now(),
        };
        Reviews::<T>::insert(subject, review);
        Self::deposit_event(Event::Convened { subject, record, version, holder, draw_at });
        Ok(())
    }

    pub(crate) fn do_deliver_keys(
        who: T::AccountId,
        subject: Subject,
        keys: Vec<(T::AccountId, SealedKey)>,
    ) -> DispatchResult {
        let mut review = Reviews::<T>::get(subject).ok_or(Error::<T>::NoReview)?;
        ensure!(who == review.holder, Error::<T>::NotHolder);
        Self::ensure_active(&who)?;
        ensure!(is_undecided(&review), Error::<T>::ReviewEnded);
        ensure!(!keys.is_empty(), Error::<T>::NoKeys);

        let now = T::Time::now();
        let due = now.saturating_add(T::VoteWindow::get());
        let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        let purpose = match subject {
            Subject::Record { .. } => SealPurpose::Audit,
            Subject::Claim { order } => SealPurpose::Claim(order),
        };
        let Review { record, version, holder_key, commitment, .. } = review;
        for (auditor, sealed) in keys {
            let seat = Self::seat_of(&mut review, &auditor)?;
            ensure!(seat.sealed.is_none(), Error::<T>::KeyAlreadyDelivered);
            ensure!(now <= seat.due, Error::<T>::TooLate);
            let context = SealContext { genesis, record, version, grantee: auditor.clone(), purpose };
            verify_seal(&sealed, &holder_key, &commitment, &seat.key, &context)
                .map_err(|_| Error::<T>::KeyRefused)?;
            seat.sealed = Some(sealed);
            seat.due = due;
            Self::deposit_event(Event::KeyDelivered { subject, auditor, due });
        }
        Reviews::<T>::insert(subject, review);
        Ok(())
    }

    fn seat_of<'a>(
        review: &'a mut Review<T::AccountId>,
        auditor: &T::AccountId,
    ) -> Result<&'a mut Seat<T::AccountId>, Error<T>> {
        review.panel.iter_mut().find(|seat| seat.auditor == *auditor).ok_or(Error::<T>::NotOnPanel)
    }

    pub(crate) fn do_vote(
        who: &T::AccountId,
        subject: Subject,
        verdict: Verdict,
        findings: Findings,
        report: Hash,
    ) -> DispatchResult {
        T::Membership::ensure_role(who, Role::Auditor)?;
        let mut review = Self::undecided(subject)?;
        let now = T::Time::now();
        let seat = Self::seat_of(&mut review, who)?;
        ensure!(seat.sealed.is_some(), Error::<T>::KeyNotDelivered);
        ensure!(seat.vote.is_none(), Error::<T>::AlreadyVoted);
        ensure!(now <= seat.due, Error::<T>::TooLate);
        match verdict {
            Verdict::Approve => ensure!(findings.is_empty(), Error::<T>::FindingsWithApproval),
            Verdict::Reject => ensure!(!findings.is_empty(), Error::<T>::RejectionWithoutFindings),
        }
        seat.vote = Some(Vote { verdict, findings: findings.clone(), report, at: now });
        Reviews::<T>::insert(subject, &review);
        Self::deposit_event(Event::Voted { subject, auditor: who.clone(), verdict, findings, report });
        Self::decide_if_due(subject, review)?;
        Ok(())
    }

    pub(crate) fn do_replace(who: T::AccountId, subject: Subject, auditor: T::AccountId) -> DispatchResult {
        Self::ensure_active(&who)?;
        let mut review = Self::undecided(subject)?;
        let seat = Self::seat_of(&mut review, &auditor)?;
        ensure!(seat.sealed.is_some(), Error::<T>::KeyNotDelivered);
        ensure!(seat.vote.is_none(), Error::<T>::AlreadyVoted);
        ensure!(T::Time::now() > seat.due, Error::<T>::VoteNotOverdue);

        if review.excluded.is_full() {
            // What lies behind the first eight are auditors who were replaced, the longest-replaced first.
            review.excluded.remove(MAX_CALLER_EXCLUDED.saturated_into());
        }
        review.excluded.try_push(auditor.clone()).map_err(|_| DispatchError::Exhausted)?;
        let draw_at = match review.state {
            ReviewState::Drawing { at } => {
                Self::note_vacancy(subject, at, Self::now());
                at
            }
            _ => Self::schedule(subject)?,
        };
        Self::vacate(subject, &review, &auditor);
        review.panel.retain(|seat| seat.auditor != auditor);
        review.state = ReviewState::Drawing { at: draw_at };
        Reviews::<T>::insert(subject, review);
        T::Credit::note(&auditor, CreditEvent::AuditMissed);
        Self::deposit_event(Event::Replaced { subject, auditor, draw_at });
        Ok(())
    }

    pub(crate) fn do_lapse(who: T::AccountId, subject: Subject) -> DispatchResult {
        Self::ensure_active(&who)?;
        let review = Self::undecided(subject)?;
        let now = T::Time::now();
        ensure!(
            review.panel.iter().any(|seat| seat.sealed.is_none() && now > seat.due),
            Error::<T>::NoKeyOverdue
        );
        Self::end(subject, review, ReviewState::Lapsed);
        Self::deposit_event(Event::Lapsed { subject });
        T::OnVerdict::on_verdict(subject, Outcome::Lapsed, &[])
    }

    /// Takes a seat out of the indices and lets its auditor go.
    fn vacate(subject: Subject, review: &Review<T::AccountId>, auditor: &T::AccountId) {
        OpenReviews::<T>::remove(auditor, subject);
        Reviewing::<T>::mutate_exists(auditor, (review.record, review.version), |seats| {
            *seats = seats.and_then(|seats| seats.checked_sub(1)).filter(|seats| *seats > 0);
        });
        T::Engagements::disengage(auditor);
    }

    /// Ends a review in this state.
    fn end(subject: Subject, mut review: Review<T::AccountId>, state: ReviewState) {
        if let ReviewState::Drawing { at } = review.state {
            Self::unqueue(subject, at);
        }
        for seat in &review.panel {
            Self::vacate(subject, &review, &seat.auditor);
        }
        HeldReviews::<T>::remove(&review.holder, subject);
        review.state = state;
        Reviews::<T>::insert(subject, review);
    }

    /// Decides a stored review if its votes suffice, and tells whether they did.
    pub(crate) fn decide_if_due(
        subject: Subject,
        review: Review<T::AccountId>,
    ) -> Result<bool, DispatchError> {
        let Some(state) = Self::conclusion(&review) else { return Ok(false) };
        let tally = Tally::of(&review);
        let (approvals, rejections) = (tally.approvals.saturated_into(), tally.rejections.saturated_into());
        let auditors = |seats: &mut dyn Iterator<Item = &Seat<T::AccountId>>| -> Vec<T::AccountId> {
            seats.map(|seat| seat.auditor.clone()).collect()
        };
        let (outcome, event, majority, on_time) = match state {
            ReviewState::Decided(verdict) => {
                let majority = auditors(&mut voters(&review, verdict));
                let event = Event::Decided { subject, verdict, approvals, rejections };
                (Outcome::Decided(verdict), event, majority.clone(), majority)
            }
            // Nobody who voted on a panel that could not agree is known to be wrong.
            _ => {
                let on_time = auditors(&mut review.panel.iter().filter(|seat| seat.vote.is_some()));
                (Outcome::Split, Event::Split { subject, approvals, rejections }, Vec::new(), on_time)
            }
        };
        Self::end(subject, review, state);
        for auditor in &on_time {
            T::Credit::note(auditor, CreditEvent::AuditOnTime);
        }
        Self::deposit_event(event);
        T::OnVerdict::on_verdict(subject, outcome, &majority)?;
        Ok(true)
    }

    /// The state to which the votes of a review lead, once no further vote can change it: `Decided` or `Split`.
    pub(crate) fn conclusion(review: &Review<T::AccountId>) -> Option<ReviewState> {
        let Tally { approvals, rejections } = Tally::of(review);
        let sitting = review.panel.len();
        let full = Self::panel_size().max(sitting);
        let seats = match review.state {
            ReviewState::Drawing { .. } => full,
            _ => sitting,
        };
        // A smaller panel than was meant still needs the full quorum, as long as it has so many seats.
        let quorum = Self::quorum(full).min(seats);
        if approvals >= quorum {
            return Some(ReviewState::Decided(Verdict::Approve));
        }
        if rejections >= quorum {
            return Some(ReviewState::Decided(Verdict::Reject));
        }
        let missing = seats.saturating_sub(approvals).saturating_sub(rejections);
        (approvals.max(rejections).saturating_add(missing) < quorum).then_some(ReviewState::Split)
    }

    /// Seats these auditors on the panel of a review that was convened, as a draw would.
    ///
    /// # Errors
    /// If there is no such review, it is not being drawn, or the panel has no room for them.
    #[cfg(feature = "runtime-benchmarks")]
    pub fn seat_for_benchmark(
        subject: Subject,
        auditors: Vec<(T::AccountId, medshare_types::Point)>,
    ) -> DispatchResult {
        let mut review = Self::undecided(subject)?;
        if let ReviewState::Drawing { at } = review.state {
            Self::unqueue(subject, at);
        }
        for (auditor, key) in auditors {
            Self::seat(subject, &mut review, auditor, key)?;
        }
        review.state = ReviewState::Open;
        Reviews::<T>::insert(subject, review);
        Ok(())
    }
}

impl<T: Config> Panels<T::AccountId> for Pallet<T> {
    fn convene(review: NewReview<T::AccountId>) -> DispatchResult {
        Self::do_convene(review)
    }

    fn dissolve(subject: Subject) {
        if let Ok(review) = Self::undecided(subject) {
            Self::end(subject, review, ReviewState::Dissolved);
            Self::deposit_event(Event::Dissolved { subject });
        }
    }

    fn vote(
        who: &T::AccountId,
        subject: Subject,
        verdict: Verdict,
        findings: Findings,
        report: Hash,
    ) -> DispatchResult {
        Self::do_vote(who, subject, verdict, findings, report)
    }

    fn majority(subject: Subject) -> Vec<T::AccountId> {
        let Some(review) = Reviews::<T>::get(subject) else { return Vec::new() };
        match review.state {
            ReviewState::Decided(verdict) => {
                voters(&review, verdict).map(|seat| seat.auditor.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn findings(subject: Subject) -> Findings {
        let Some(review) = Reviews::<T>::get(subject) else { return Findings::new() };
        let ReviewState::Decided(verdict) = review.state else { return Findings::new() };
        let mut findings = Findings::new();
        for vote in voters(&review, verdict).filter_map(|seat| seat.vote.as_ref()) {
            for finding in &vote.findings {
                // As many fit as there are.
                let _ = findings.try_insert(*finding);
            }
        }
        findings
    }

    fn is_reviewing(who: &T::AccountId, record: RecordId, version: Version) -> bool {
        Reviewing::<T>::contains_key(who, (record, version))
    }

    fn forget(subject: Subject) {
        // What is undecided has entries elsewhere that would be left behind.
        if Reviews::<T>::get(subject).is_some_and(|review| !is_undecided(&review)) {
            Reviews::<T>::remove(subject);
        }
    }
}
