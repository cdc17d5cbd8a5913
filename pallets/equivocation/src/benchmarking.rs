//! Benchmarks of the calls and of a session's beginning, at worst-case state: all validators that there can be, a proof
//! for the current session, which is checked against a trie of all their keys, and the largest report.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::panic
)]

use alloc::{boxed::Box, vec};
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::traits::{Get, ValidatorSet};
#[allow(deprecated)]
use frame_support::unsigned::ValidateUnsigned;
use frame_system::{RawOrigin, pallet_prelude::HeaderFor};
use sp_consensus_aura::{Slot, digests::CompatibleDigestItem, sr25519::AuthoritySignature};
use sp_runtime::{Digest, DigestItem, RuntimeAppPublic, traits::Header};
use sp_session::MembershipProof;
use sp_staking::offence::ReportOffence;

use super::*;

/// A sealed header of a slot, with so many bytes that mean nothing.
fn header<T: Config>(slot: Slot, number: u32, filling: usize, author: &AuthorityId) -> HeaderFor<T> {
    let entry = <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot);
    let digest = Digest { logs: vec![entry, DigestItem::Other(vec![0; filling])] };
    let (hash, parent) = (Default::default(), Default::default());
    let mut header = HeaderFor::<T>::new(number.into(), hash, hash, parent, digest);
    let seal = author.sign(&header.hash()).expect("the keystore has the key");
    header.digest_mut().push(DigestItem::aura_seal(seal));
    header
}

/// The largest report that is accepted.
fn report<T: Config>() -> (Box<EvidenceOf<T>>, MembershipProof) {
    let offender = AuthorityId::generate_pair(None);
    T::BenchmarkHelper::serve(offender.clone());
    let slot = T::CurrentSlot::get();
    let session = T::Sessions::session_index();
    FirstSlots::<T>::insert(session, slot.saturating_sub(1u64));
    let owner = Pallet::<T>::prove_ownership(slot, offender.clone()).expect("it serves");
    let evidence = |filling| EvidenceOf::<T> {
        offender: offender.clone(),
        slot,
        first_header: header::<T>(slot, 1, filling, &offender),
        second_header: header::<T>(slot, 2, filling, &offender),
    };
    let rest = T::MaxReportSize::get() as usize - evidence(0).encoded_size() - owner.encoded_size();
    // The lengths of the fillings take a few bytes more than those of none.
    (Box::new(evidence(rest / 2 - 8)), owner)
}

fn is_known<T: Config>(owner: MembershipProof, authority: &AuthorityId) -> bool {
    use frame_support::traits::KeyOwnerProofSystem;

    let session = owner.session;
    let offender = T::KeyOwners::check_proof((AuthorityId::ID, authority.clone()), owner).unwrap();
    T::Offences::is_known_offence(&[offender], &session)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn report_equivocation() {
        let (equivocation, owner) = report::<T>();
        let authority = equivocation.offender.clone();
        let reporter = account::<T::AccountId>("reporter", 0, 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(reporter), equivocation, owner.clone());

        assert!(is_known::<T>(owner, &authority));
    }

    /// A block first checks whether the report would be accepted.
    #[benchmark]
    fn report_equivocation_unsigned() {
        let (equivocation, owner) = report::<T>();
        let authority = equivocation.offender.clone();
        let call =
            Call::report_equivocation_unsigned { equivocation: equivocation.clone(), owner: owner.clone() };

        #[block]
        {
            #[allow(deprecated)]
            Pallet::<T>::pre_dispatch(&call).unwrap();
            Pallet::<T>::report_equivocation_unsigned(RawOrigin::None.into(), equivocation, owner.clone())
                .unwrap();
        }

        assert!(is_known::<T>(owner, &authority));
    }

    #[benchmark]
    fn note_session() {
        let session = T::History::get() + 10;
        let old = session - T::History::get() - 1;
        FirstSlots::<T>::insert(old, Slot::from(1));

        #[block]
        {
            Pallet::<T>::note_session(session);
        }

        assert!(FirstSlots::<T>::contains_key(session) && !FirstSlots::<T>::contains_key(old));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
