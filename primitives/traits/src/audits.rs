use alloc::vec::Vec;
use frame_support::dispatch::DispatchResult;
use medshare_types::{Findings, Hash, KeyCommitment, Point, RecordId, Subject, Verdict, Version};
use sp_runtime::DispatchError;

/// A review to be convened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewReview<AccountId> {
    /// What is decided.
    pub subject: Subject,
    /// The record that the panel opens.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// Who delivers the key to the panel.
    pub holder: AccountId,
    /// The holder's encryption key.
    pub holder_key: Point,
    /// The record key encrypted to it.
    pub commitment: KeyCommitment,
    /// Who may not sit on the panel besides those whom the rules of conflict exclude; at most 8 are heeded, more
    /// are an error.
    pub excluded: Vec<AccountId>,
}

/// Panels of auditors. Given by `pallet-audits`.
pub trait Panels<AccountId> {
    /// Convenes a panel. Its seats are drawn in a later block.
    fn convene(review: NewReview<AccountId>) -> DispatchResult;

    /// Ends a review that is not decided yet, without a verdict. Does nothing if there is none.
    fn dissolve(subject: Subject);

    /// Casts a vote; the same checks as the pallet's own call.
    fn vote(
        who: &AccountId,
        subject: Subject,
        verdict: Verdict,
        findings: Findings,
        report: Hash,
    ) -> DispatchResult;

    /// Who voted for the verdict of a decided review; at most 5.
    fn majority(subject: Subject) -> Vec<AccountId>;

    /// What those who voted for the verdict of a decided review found wrong, together.
    fn findings(subject: Subject) -> Findings;

    /// Whether it sits on the panel of an undecided review of this version, for whatever subject.
    fn is_reviewing(who: &AccountId, record: RecordId, version: Version) -> bool;

    /// Removes a review that has ended, because nothing can rest on it any more. Does nothing if there is none.
    fn forget(subject: Subject);
}

impl<AccountId> Panels<AccountId> for () {
    fn convene(_: NewReview<AccountId>) -> DispatchResult {
        Ok(())
    }

    fn dissolve(_: Subject) {}

    fn vote(_: &AccountId, _: Subject, _: Verdict, _: Findings, _: Hash) -> DispatchResult {
        Err(DispatchError::CannotLookup)
    }

    fn majority(_: Subject) -> Vec<AccountId> {
        Vec::new()
    }

    fn findings(_: Subject) -> Findings {
        Findings::new()
    }

    fn is_reviewing(_: &AccountId, _: RecordId, _: Version) -> bool {
        false
    }

    fn forget(_: Subject) {}
}

/// How a review ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A quorum agreed.
    Decided(Verdict),
    /// The votes cannot agree any more. A version is not approved then, and a claim neither right nor wrong.
    Split,
    /// The holder did not deliver the keys in time.
    Lapsed,
}

/// Told of the end of every review. Given by `pallet-records` and `pallet-marketplace`, each for its subjects;
/// a tuple tells all its members.
pub trait OnVerdict<AccountId> {
    /// A review ended. `majority` are those who voted for the verdict; empty if there is none.
    fn on_verdict(subject: Subject, outcome: Outcome, majority: &[AccountId]) -> DispatchResult;
}

#[impl_trait_for_tuples::impl_for_tuples(4)]
impl<AccountId> OnVerdict<AccountId> for Tuple {
    fn on_verdict(subject: Subject, outcome: Outcome, majority: &[AccountId]) -> DispatchResult {
        for_tuples!( #( Tuple::on_verdict(subject, outcome, majority)?; )* );
        Ok(())
    }
}
