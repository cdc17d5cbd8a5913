//! What two headers prove.

use frame_support::ensure;
use sp_consensus_aura::{
    Slot,
    digests::CompatibleDigestItem,
    sr25519::{AuthorityId, AuthoritySignature},
};
use sp_consensus_slots::EquivocationProof;
use sp_runtime::{DigestItem, RuntimeAppPublic, traits::Header};

use crate::{Config, Error};

/// Checks that the accused key sealed two different blocks of the slot.
pub(crate) fn check<T: Config, H: Header>(
    evidence: &EquivocationProof<H, AuthorityId>,
) -> Result<(), Error<T>> {
    let EquivocationProof { offender, slot, first_header, second_header } = evidence;
    let (first, first_seal) = unseal(first_header).ok_or(Error::<T>::NotSealed)?;
    let (second, second_seal) = unseal(second_header).ok_or(Error::<T>::NotSealed)?;
    ensure!(slot_of(&first) == Some(*slot) && slot_of(&second) == Some(*slot), Error::<T>::OtherSlot);
    // What was signed is compared, not the headers with their seals: two seals under one block are no two blocks.
    let (first, second) = (first.hash(), second.hash());
    ensure!(first != second, Error::<T>::SameBlock);
    ensure!(
        offender.verify(&first, &first_seal) && offender.verify(&second, &second_seal),
        Error::<T>::BadSeal
    );
    Ok(())
}

/// A header as it was when it was sealed, and its seal, which is the last entry of its digest.
fn unseal<H: Header>(header: &H) -> Option<(H, AuthoritySignature)> {
    let mut header = header.clone();
    let seal = header.digest_mut().pop()?.as_aura_seal()?;
    Some((header, seal))
}

/// The slot that a header says it is of. None if it says none or several.
fn slot_of<H: Header>(header: &H) -> Option<Slot> {
    let slot = |entry: &DigestItem| CompatibleDigestItem::<AuthoritySignature>::as_aura_pre_digest(entry);
    let mut slots = header.digest().logs().iter().filter_map(slot);
    slots.next().filter(|_| slots.next().is_none())
}
