//! Moving ciphertexts to and from the vaults that a client knows.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use medshare_types::{AccountId, Hash, Locator, Locators, RecordId, RecordVersion, Version};

use crate::{
    error::{Error, Result},
    keys::Identity,
    progress::{Progress, Stage},
    vault::{self, LinkRequest, VaultClient, VaultError},
};

/// The vaults that a client knows. The chain says which accounts hold a version; these are their addresses.
#[derive(Clone, Debug, Default)]
pub struct Vaults {
    vaults: Vec<VaultClient>,
    rehearsing: bool,
    judging: bool,
}

impl Vaults {
    /// These vaults; the first is the one for uploads.
    pub fn new(vaults: Vec<VaultClient>) -> Self {
        Self { vaults, ..Self::default() }
    }

    /// The same vaults, to which nothing is sent: uploads are only checked, as far as that goes before they begin.
    pub fn rehearsing(mut self) -> Self {
        self.rehearsing = true;
        self
    }

    /// The same vaults, for somebody who judges by what they say: that one of them lacks a blob is told only if none has another
    /// trouble, as then it could have the blob.
    pub(crate) fn judging(mut self) -> Self {
        self.judging = true;
        self
    }

    /// Connects to the vaults at these addresses, all of which must serve the chain of this genesis.
    ///
    /// # Errors
    /// [`Error::VaultConnection`] with the first one that cannot be reached or serves another chain.
    pub async fn connect(addresses: &[impl AsRef<str>], genesis: Hash) -> Result<Self> {
        let mut vaults = Vec::with_capacity(addresses.len());
        for address in addresses {
            let vault = VaultClient::connect_on(address.as_ref(), genesis)
                .await
                .map_err(|error| Error::VaultConnection(Box::new(error)))?;
            vaults.push(vault);
        }
        Ok(Self::new(vaults))
    }

    /// Puts a ciphertext into the first vault, and says where it is.
    ///
    /// # Errors
    /// [`Error::Vault`] if the vault does not take it, [`Error::WrongCiphertext`] if the file is not the one that was
    /// sealed, [`Error::Invalid`] if no vault is known.
    pub async fn upload(
        &self,
        identity: &Identity,
        file: &Path,
        address: Hash,
        progress: &Progress,
    ) -> Result<Locators<AccountId>> {
        self.upload_to(1, identity, file, address, progress).await
    }

    /// Puts a ciphertext into each of the vaults, and says where it is.
    ///
    /// # Errors
    /// As [`Self::upload`]. What some vaults took before another refused stays there until they clear it away.
    pub async fn upload_to_all(
        &self,
        identity: &Identity,
        file: &Path,
        address: Hash,
        progress: &Progress,
    ) -> Result<Locators<AccountId>> {
        self.upload_to(usize::MAX, identity, file, address, progress).await
    }

    async fn upload_to(
        &self,
        most: usize,
        identity: &Identity,
        file: &Path,
        address: Hash,
        progress: &Progress,
    ) -> Result<Locators<AccountId>> {
        let invalid = |reason: &str| Error::Invalid { what: "the list of vaults", reason: reason.into() };
        if self.vaults.is_empty() {
            return Err(invalid("it is empty"));
        }
        let mut locators = Locators::default();
        for vault in self.vaults.iter().take(most) {
            let locator = match self.rehearsing {
                true => Self::rehearse_one(vault, file, address)?,
                false => Self::upload_one(vault, identity, file, address, progress).await?,
            };
            locators.try_push(locator).map_err(|_| invalid("it is longer than the chain allows"))?;
        }
        Ok(locators)
    }

    /// Where a file would be, if it can be read and the vault takes files of its size.
    fn rehearse_one(vault: &VaultClient, file: &Path, address: Hash) -> Result<Locator<AccountId>> {
        let size = file.metadata().map_err(|cause| Error::file("read", file, cause))?.len();
        let most = vault.info().limits.max_blob_bytes;
        if size > most {
            return Err(Error::vault("upload", address, VaultError::TooLarge { size, most }));
        }
        Ok(Locator { vault: vault.info().account.clone(), blob: address })
    }

    async fn upload_one(
        vault: &VaultClient,
        identity: &Identity,
        file: &Path,
        address: Hash,
        progress: &Progress,
    ) -> Result<Locator<AccountId>> {
        progress.begin(Stage::Uploading, file.metadata().map(|metadata| metadata.len()).ok());
        let uploaded = vault
            .upload(identity.signer(), file, Some(transfer(progress)))
            .await
            .map_err(|source| Error::vault("upload", address, source))?;
        if uploaded.blob != address {
            let reason = format!("its SHA-256 is {:?}, not {address:?}", uploaded.blob);
            return Err(Error::WrongCiphertext { path: file.into(), reason });
        }
        progress.end();
        Ok(Locator { vault: vault.info().account.clone(), blob: address })
    }

    /// Fetches a version's ciphertext into `to`, verified against its address, from the first of its vaults that
    /// gives it. Until it is whole it is in `part`, where the next download goes on with what has come.
    ///
    /// # Errors
    /// [`Error::NoVault`] if none of the version's vaults is known, [`Error::Vault`] with the refusal that tells most.
    pub async fn download(
        &self,
        identity: &Identity,
        version: (RecordId, Version),
        content: &RecordVersion<AccountId>,
        (part, to): (&Path, &Path),
        progress: &Progress,
    ) -> Result<()> {
        self.fetch(identity, version, content, Some((part, to)), progress).await
    }

    /// Fetches a version's ciphertext and keeps nothing of it: the first of its vaults that gives it, in the registered size
    /// and with the registered hash, has it whole.
    ///
    /// # Errors
    /// As [`Self::download`].
    pub async fn verify(
        &self,
        identity: &Identity,
        version: (RecordId, Version),
        content: &RecordVersion<AccountId>,
        progress: &Progress,
    ) -> Result<()> {
        self.fetch(identity, version, content, None, progress).await
    }

    /// Fetches a version's ciphertext as [`Self::download`] or, without places, as [`Self::verify`].
    async fn fetch(
        &self,
        identity: &Identity,
        version: (RecordId, Version),
        content: &RecordVersion<AccountId>,
        places: Option<(&Path, &Path)>,
        progress: &Progress,
    ) -> Result<()> {
        let mut refusals = Vec::new();
        for (vault, wanted) in self.wanted(version, content) {
            progress.begin(Stage::Downloading, Some(wanted.size));
            let (signer, moved) = (identity.signer(), Some(transfer(progress)));
            let fetched = match places {
                Some(places) => vault.download_by(signer, &wanted, places, moved).await,
                None => vault.verify(signer, &wanted, moved).await,
            };
            progress.end();
            match fetched {
                Ok(()) => return Ok(()),
                Err(refusal) => refusals.push((wanted.link.blob, refusal)),
            }
        }
        let doing = if places.is_some() { "download" } else { "verify" };
        Err(self.refused(doing, version, refusals))
    }

    /// Asks the version's vaults whether they would serve its ciphertext, in the registered size, to the identity.
    ///
    /// # Errors
    /// As [`Self::download`].
    pub async fn check(
        &self,
        identity: &Identity,
        version: (RecordId, Version),
        content: &RecordVersion<AccountId>,
    ) -> Result<()> {
        let mut refusals = Vec::new();
        for (vault, wanted) in self.wanted(version, content) {
            let expected = wanted.size;
            let refusal = match vault.link(identity.signer(), &wanted.link).await {
                Ok(link) if link.size == expected => return Ok(()),
                Ok(link) => VaultError::WrongSize { expected, found: link.size },
                Err(refusal) => refusal,
            };
            refusals.push((wanted.link.blob, refusal));
        }
        Err(self.refused("find", version, refusals))
    }

    /// What to say when none of a version's vaults did what was asked: of their refusals, the last of those that tell most.
    fn refused(
        &self,
        doing: &'static str,
        (record, version): (RecordId, Version),
        refusals: Vec<(Hash, VaultError)>,
    ) -> Error {
        let weight = |refusal: &VaultError| match self.judging {
            true => u8::from(!refusal.is_lack()),
            false => refusal.telling(),
        };
        match refusals.into_iter().max_by_key(|(_, refusal)| weight(refusal)) {
            Some((blob, refusal)) => Error::vault(doing, blob, refusal),
            None => Error::NoVault { record, version },
        }
    }

    /// What is to be downloaded of a version, from each vault that has it.
    fn wanted(
        &self,
        (record, version): (RecordId, Version),
        content: &RecordVersion<AccountId>,
    ) -> impl Iterator<Item = (&VaultClient, vault::Download)> {
        let size = content.content.size;
        self.holders(content).map(move |(vault, blob)| {
            (vault, vault::Download { link: LinkRequest { record, version, blob }, size })
        })
    }

    fn holders(&self, version: &RecordVersion<AccountId>) -> impl Iterator<Item = (&VaultClient, Hash)> {
        version.content.locators.iter().filter_map(|locator| {
            let vault = self.vaults.iter().find(|vault| vault.info().account == locator.vault)?;
            Some((vault, locator.blob))
        })
    }
}

/// A vault's progress (bytes so far) as ours (bytes more). A transfer that begins anew does not go backwards.
fn transfer(progress: &Progress) -> vault::Progress {
    let progress = progress.clone();
    let told = AtomicU64::new(0);
    Arc::new(move |moved, _| {
        let before = told.fetch_max(moved, Ordering::Relaxed);
        if moved > before {
            progress.advance(moved.saturating_sub(before));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_that_tells_most_is_told() {
        let (expected, found) = (Hash::zero(), Hash::repeat_byte(1));
        let other_blob = || VaultError::WrongBlob { expected, found, bytes: 1 };
        let no_answer = || VaultError::Stalled { url: "http://a".into(), sent: 0, size: 1 };
        let no_vault = || VaultError::Unexpected { url: "http://b".into(), what: "a page".into() };
        let told = |vaults: &Vaults, refusals: Vec<VaultError>| {
            let refusals = refusals.into_iter().map(|refusal| (expected, refusal)).collect();
            match vaults.refused("download", (1, 1), refusals) {
                Error::Vault { cause, .. } => *cause,
                other => panic!("{other}"),
            }
        };
        let vaults = Vaults::default();
        for refusals in [vec![other_blob(), no_answer()], vec![no_answer(), other_blob(), no_vault()]] {
            assert!(matches!(told(&vaults, refusals), VaultError::WrongBlob { .. }));
        }
        let refusals = vec![no_vault(), no_answer()];
        assert!(matches!(told(&vaults, refusals), VaultError::Unexpected { .. }));

        // Who does not answer could have it: nobody is judged by another's lack.
        let judging = vaults.clone().judging();
        for refusals in [vec![other_blob(), no_answer()], vec![no_answer(), other_blob()]] {
            assert!(matches!(told(&judging, refusals), VaultError::Stalled { .. }));
        }
        assert!(matches!(told(&judging, vec![other_blob()]), VaultError::WrongBlob { .. }));
        let nobody = vaults.refused("download", (1, 1), Vec::new());
        assert!(matches!(nobody, Error::NoVault { record: 1, version: 1 }));
    }
}
