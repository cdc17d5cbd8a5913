//! What a forger may try with two headers and a proof of ownership. Every case begins with a report that is true, so
//! that what is refused is the one thing that was changed.

use frame_support::{assert_noop, assert_ok};
use sp_consensus_aura::{digests::CompatibleDigestItem, sr25519::AuthoritySignature};
use sp_core::H256;
use sp_runtime::{DigestItem, traits::Header as _};
use sp_session::MembershipProof;

use crate::{Error, mock::*};

/// Checks that a report of Bob is refused once this is done to it, and accepted without.
fn refused(error: Error<Test>, change: impl FnOnce(&mut Evidence, &mut MembershipProof)) {
    execute(|| {
        let (mut evidence, mut owner) = (evidence(Bob, 99), ownership(Bob));
        assert!(Equivocation::examine(&evidence, &owner).is_ok());
        change(&mut evidence, &mut owner);
        assert_noop!(report(evidence, owner), error);
        assert!(take_punished().is_empty());
    });
}

fn pre_digest(slot: u64) -> DigestItem {
    <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot.into())
}

#[test]
fn headers_of_two_slots() {
    refused(Error::OtherSlot, |evidence, _| evidence.second_header = seal(unsealed(98, 2), Bob));
    refused(Error::OtherSlot, |evidence, _| evidence.first_header = seal(unsealed(98, 2), Bob));
}

#[test]
fn another_slot_than_that_of_the_headers() {
    refused(Error::OtherSlot, |evidence, _| evidence.slot = 98.into());
}

#[test]
fn a_header_without_a_slot_or_with_two() {
    refused(Error::OtherSlot, |evidence, _| {
        let mut header = unsealed(99, 2);
        header.digest_mut().logs.clear();
        evidence.second_header = seal(header, Bob);
    });
    for other in [98, 99] {
        refused(Error::OtherSlot, |evidence, _| {
            let mut header = unsealed(99, 2);
            header.digest_mut().push(pre_digest(other));
            evidence.second_header = seal(header, Bob);
        });
    }
}

#[test]
fn the_same_header_twice() {
    refused(Error::SameBlock, |evidence, _| evidence.second_header = evidence.first_header.clone());
}

#[test]
fn the_same_block_sealed_twice() {
    refused(Error::SameBlock, |evidence, _| {
        // Signatures are randomised, so the headers differ.
        evidence.second_header = seal(unsealed(99, 1), Bob);
        assert_ne!(evidence.first_header.hash(), evidence.second_header.hash());
    });
}

#[test]
fn a_header_without_a_seal_or_with_something_behind_it() {
    refused(Error::NotSealed, |evidence, _| evidence.second_header = unsealed(99, 2));
    refused(Error::NotSealed, |evidence, _| {
        evidence.second_header.digest_mut().push(DigestItem::Other(vec![1]));
    });
    refused(Error::NotSealed, |evidence, _| {
        let Some(DigestItem::Seal(engine, mut signature)) = evidence.second_header.digest_mut().pop() else {
            unreachable!()
        };
        signature.push(0);
        evidence.second_header.digest_mut().push(DigestItem::Seal(engine, signature));
    });
    refused(Error::NotSealed, |evidence, _| {
        let Some(DigestItem::Seal(_, signature)) = evidence.second_header.digest_mut().pop() else {
            unreachable!()
        };
        evidence.second_header.digest_mut().push(DigestItem::Seal(*b"FRNK", signature));
    });
}

#[test]
fn a_header_that_somebody_else_sealed() {
    refused(Error::BadSeal, |evidence, _| evidence.first_header = seal(unsealed(99, 1), Charlie));
    refused(Error::BadSeal, |evidence, _| evidence.second_header = seal(unsealed(99, 2), Charlie));
}

#[test]
fn a_header_changed_after_it_was_sealed() {
    refused(Error::BadSeal, |evidence, _| evidence.second_header.set_state_root(H256::repeat_byte(9)));
    refused(Error::BadSeal, |evidence, _| {
        let mut digest = evidence.second_header.digest().clone();
        digest.logs.insert(0, DigestItem::Other(vec![1]));
        *evidence.second_header.digest_mut() = digest;
    });
}

#[test]
fn one_seal_under_two_headers() {
    refused(Error::BadSeal, |evidence, _| {
        let seal = evidence.first_header.digest().logs.last().cloned().expect("it is sealed");
        let mut header = unsealed(99, 2);
        header.digest_mut().push(seal);
        evidence.second_header = header;
    });
}

#[test]
fn the_blame_put_on_another_validator() {
    refused(Error::BadSeal, |evidence, owner| {
        evidence.offender = aura(Charlie);
        *owner = ownership(Charlie);
    });
}

#[test]
fn a_proof_of_who_owns_another_key() {
    refused(Error::NotTheOwner, |_, owner| *owner = ownership(Charlie));
}

#[test]
fn a_key_that_is_no_validators() {
    refused(Error::NotTheOwner, |stranger, owner| {
        *stranger = evidence(Eve, 99);
        *owner = ownership(Eve);
    });
}

#[test]
fn a_proof_with_a_part_missing_added_or_changed() {
    refused(Error::NotTheOwner, |_, owner| owner.trie_nodes.clear());
    refused(Error::NotTheOwner, |_, owner| drop(owner.trie_nodes.pop()));
    refused(Error::NotTheOwner, |_, owner| owner.trie_nodes.push(vec![0]));
    refused(Error::NotTheOwner, |_, owner| owner.trie_nodes.push(owner.trie_nodes[0].clone()));
    refused(Error::NotTheOwner, |_, owner| owner.trie_nodes[0].push(0));
    refused(Error::NotTheOwner, |_, owner| owner.validator_count += 1);
}

#[test]
fn a_slot_in_the_future() {
    refused(Error::FutureSlot, |future, _| *future = evidence(Bob, now() + 1));
    refused(Error::FutureSlot, |future, _| *future = evidence(Bob, u64::MAX));
}

#[test]
fn a_session_in_the_future() {
    refused(Error::UnknownSession, |_, owner| owner.session = 1);
    refused(Error::UnknownSession, |_, owner| owner.session = u32::MAX);
}

#[test]
fn a_session_that_did_not_have_the_slot() {
    execute(|| {
        let (old, old_owner) = (now(), ownership(Bob));
        run_into_session(2);
        // An old offence as a new one, and a new one as an old one.
        assert_noop!(report(evidence(Bob, old), ownership(Bob)), Error::<Test>::OtherSession);
        assert_noop!(report(evidence(Bob, now()), old_owner), Error::<Test>::OtherSession);
    });
}

#[test]
fn a_session_too_long_ago() {
    execute(|| {
        run_into_session(1);
        let (then, owner) = (now(), ownership(Bob));
        run_into_session(1 + HISTORY);
        assert!(Equivocation::examine(&evidence(Bob, then), &owner).is_ok());
        run_into_session(2 + HISTORY);
        assert_noop!(report(evidence(Bob, then), owner), Error::<Test>::UnknownSession);
    });
}

#[test]
fn a_report_larger_than_any_that_is_true() {
    refused(Error::TooLarge, |evidence, owner| {
        let room = MAX_REPORT_SIZE as usize - size(evidence, owner);
        let mut header = unsealed(99, 2);
        header.digest_mut().push(DigestItem::Other(vec![0; room]));
        evidence.second_header = seal(header, Bob);
    });
    refused(Error::TooLarge, |_, owner| {
        owner.trie_nodes.extend((0..crate::MAX_TRIE_NODES).map(|node| vec![node as u8]));
    });
}

#[test]
fn headers_of_another_chain_cannot_be_told_apart() {
    execute(|| {
        // Neither parent is known: both may be of a fork, or of another chain on which the key is used as well.
        let mut evidence = evidence(Bob, 99);
        let mut header = unsealed(99, 2);
        header.set_parent_hash(H256::repeat_byte(0xee));
        evidence.second_header = seal(header, Bob);
        assert_ok!(report(evidence, ownership(Bob)));
    });
}
