//! What a report goes through.

use alloc::{boxed::Box, vec::Vec};
use codec::Encode;
use core::slice;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, KeyOwnerProofSystem},
};
use frame_system::offchain::SubmitTransaction;
use sp_consensus_aura::{Slot, sr25519::AuthorityId};
use sp_runtime::{
    RuntimeAppPublic,
    traits::Header,
    transaction_validity::{
        InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidity,
        TransactionValidityError, ValidTransaction,
    },
};
use sp_session::MembershipProof;
use sp_staking::offence::ReportOffence;

use crate::{
    Call, Config, DoubleAuthorship, Error, Event, EvidenceOf, LOG_TARGET, MAX_TRIE_NODES, Pallet, evidence,
};

impl<T: Config> Pallet<T> {
    /// A proof of who has an Aura key in the current session, if the slot is one of this session and somebody has.
    ///
    /// For nodes, off the chain: it walks over the keys of all validators.
    pub fn prove_ownership(slot: Slot, authority: AuthorityId) -> Option<MembershipProof> {
        let key = (AuthorityId::ID, authority);
        let proof = T::KeyOwners::prove(key.clone())?;
        Self::ensure_slot_of(proof.session, slot).ok()?;
        // A trie also proves that something is not in it.
        T::KeyOwners::check_proof(key, proof.clone())?;
        Some(proof)
    }

    /// Hands a report to the pool of the node that runs this, and says whether the pool has taken it.
    ///
    /// For nodes, off the chain.
    pub fn submit_report(evidence: EvidenceOf<T>, owner: MembershipProof) -> bool {
        let call = Call::report_equivocation_unsigned { equivocation: Box::new(evidence), owner };
        let submitted = SubmitTransaction::<T, Call<T>>::submit_transaction(T::create_bare(call.into()));
        submitted.is_ok()
    }

    /// Checks a report, which changes nothing, and returns what is proven.
    ///
    /// # Errors
    /// The first thing that is wrong with it, or `AlreadyReported`.
    pub fn examine(
        equivocation: &EvidenceOf<T>,
        owner: &MembershipProof,
    ) -> Result<DoubleAuthorship<T::Offender>, Error<T>> {
        let size = equivocation.encoded_size().saturating_add(owner.encoded_size());
        let most = usize::try_from(T::MaxReportSize::get()).unwrap_or(usize::MAX);
        ensure!(size <= most && owner.trie_nodes.len() <= MAX_TRIE_NODES, Error::<T>::TooLarge);
        ensure!(equivocation.slot <= T::CurrentSlot::get(), Error::<T>::FutureSlot);
        Self::ensure_slot_of(owner.session, equivocation.slot)?;
        evidence::check(equivocation)?;
        let key = (AuthorityId::ID, equivocation.offender.clone());
        let offender = T::KeyOwners::check_proof(key, owner.clone()).ok_or(Error::<T>::NotTheOwner)?;
        ensure!(
            !T::Offences::is_known_offence(slice::from_ref(&offender), &owner.session),
            Error::<T>::AlreadyReported
        );
        Ok(DoubleAuthorship { session: owner.session, validators: owner.validator_count, offender })
    }

    pub(crate) fn do_report(
        reporters: Vec<T::AccountId>,
        equivocation: EvidenceOf<T>,
        owner: &MembershipProof,
    ) -> DispatchResult {
        let offence = Self::examine(&equivocation, owner)?;
        T::Offences::report_offence(reporters, offence).map_err(|_| Error::<T>::AlreadyReported)?;
        Self::deposit_event(Event::Proven {
            authority: equivocation.offender,
            slot: equivocation.slot,
            session: owner.session,
            blocks: [equivocation.first_header, equivocation.second_header].map(|header| header.hash()),
        });
        Ok(())
    }

    /// Whether the pool takes a report without a signature: from this node only, and only if it would be accepted.
    pub(crate) fn validate_report(source: TransactionSource, call: &Call<T>) -> TransactionValidity {
        // Whoever authors blocks can put a report into them; others sign theirs.
        if !matches!(source, TransactionSource::Local | TransactionSource::InBlock) {
            log::debug!(target: LOG_TARGET, "a report without a signature came from another node");
            return Err(InvalidTransaction::Call.into());
        }
        let offence = Self::examine_call(call)?;
        ValidTransaction::with_tag_prefix("AuraEquivocation")
            .priority(TransactionPriority::MAX)
            // One report for each offender and session.
            .and_provides((offence.offender, offence.session))
            .longevity(T::Longevity::get())
            // No other node would take it.
            .propagate(false)
            .build()
    }

    /// Checks a call that comes without a signature as thoroughly as its dispatch does: no report that fails gets into
    /// a block for free.
    pub(crate) fn examine_call(
        call: &Call<T>,
    ) -> Result<DoubleAuthorship<T::Offender>, TransactionValidityError> {
        let Call::report_equivocation_unsigned { equivocation, owner } = call else {
            return Err(InvalidTransaction::Call.into());
        };
        Self::examine(equivocation, owner).map_err(|error| {
            log::debug!(target: LOG_TARGET, "a report is refused: {}", error.as_str());
            match error {
                Error::AlreadyReported => InvalidTransaction::Stale,
                Error::FutureSlot => InvalidTransaction::Future,
                _ => InvalidTransaction::BadProof,
            }
            .into()
        })
    }
}
