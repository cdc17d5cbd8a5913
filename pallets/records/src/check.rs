//! What a version must satisfy before it is stored.

use alloc::collections::BTreeSet;
use frame_support::{dispatch::DispatchResult, ensure};
use medshare_crypto::check_commitment;
use medshare_traits::Membership;
use medshare_types::{Descriptor, Hash, Locators, NewVersion, Role, Text, YearMonth};

use crate::{Config, Error, Pallet};

impl<T: Config> Pallet<T> {
    /// Checks everything about a version that does not depend on what is registered already.
    pub(crate) fn check_content(content: &NewVersion<T::AccountId>) -> DispatchResult {
        ensure!(content.size > 0, Error::<T>::EmptyCiphertext);
        Self::check_descriptor(&content.descriptor)?;
        Self::check_locators(&content.locators, content.ciphertext)?;
        check_commitment(&content.commitment).map_err(|_| Error::<T>::InvalidCommitment)?;
        Ok(())
    }

    fn check_descriptor(descriptor: &Descriptor) -> DispatchResult {
        let Descriptor {
            kind: _,
            media_type,
            modality,
            codes,
            counts,
            plaintext_size: _,
            completeness,
            period,
        } = descriptor;
        ensure!(*completeness <= 100, Error::<T>::CompletenessTooHigh);
        ensure!(
            period.is_none_or(|(first, last)| is_month(first) && is_month(last) && first <= last),
            Error::<T>::InvalidPeriod
        );
        ensure!(codes.is_sorted_by(|left, right| left < right), Error::<T>::CodesNotAscending);
        let counted: BTreeSet<_> = counts.iter().map(|count| &count.of).collect();
        ensure!(counted.len() == counts.len(), Error::<T>::CountedTwice);
        ensure!(
            is_text(media_type)
                && modality.as_ref().is_none_or(is_text)
                && codes.iter().all(|code| is_text(&code.code))
                && counts.iter().all(|count| is_text(&count.of)),
            Error::<T>::InvalidText
        );
        Ok(())
    }

    /// Checks that the locators name this ciphertext at different active vaults.
    pub(crate) fn check_locators(locators: &Locators<T::AccountId>, ciphertext: Hash) -> DispatchResult {
        ensure!(!locators.is_empty(), Error::<T>::NoLocator);
        let vaults: BTreeSet<_> = locators.iter().map(|locator| &locator.vault).collect();
        ensure!(vaults.len() == locators.len(), Error::<T>::VaultTwice);
        for locator in locators {
            ensure!(locator.blob == ciphertext, Error::<T>::WrongBlob);
            ensure!(T::Membership::has_role(&locator.vault, Role::Vault), Error::<T>::NotVault);
        }
        Ok(())
    }
}

fn is_month(month: YearMonth) -> bool {
    (1..=12).contains(&month.month)
}

fn is_text<const N: u32>(text: &Text<N>) -> bool {
    text.as_str().is_some_and(|text| !text.is_empty())
}
