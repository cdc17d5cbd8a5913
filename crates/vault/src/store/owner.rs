//! Whose blobs a store has.
//!
//! Blobs that the chain does not name at this vault are removed. Two vaults in one bucket would remove each other's,
//! and a vault of another chain all of them. So the first vault that opens a store writes down whose it is, and no
//! other uses it.

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, PutPayload, path::Path};

use super::BlobStore;
use crate::journal::Owner;

/// Where it is written.
const NAME: &str = "medshare-vault-owner.json";

impl BlobStore {
    /// Makes a store this vault's, if it is nobody's. Fails if it is another's.
    pub async fn claim(&self, owner: &Owner) -> anyhow::Result<()> {
        if self.owner().await?.is_none() {
            let text = serde_json::to_vec(owner).context("cannot say whose the store is")?;
            self.objects
                .put(&self.owner_path(), PutPayload::from(text))
                .await
                .with_context(|| format!("cannot write {NAME} into the store"))?;
        }
        // Read again: somebody else may have written at the same moment.
        match self.owner().await? {
            Some(found) if found == *owner => Ok(()),
            Some(found) => bail!(
                "the store has the blobs of the vault {} on the chain {:?}, and this vault is {} on {:?}; one of them \
                 would remove the other's blobs. Choose another store or path; if the store was given to this vault \
                 for good, remove {NAME} from it first",
                found.account,
                found.genesis,
                owner.account,
                owner.genesis
            ),
            None => bail!("the store does not give back {NAME}, which was just written"),
        }
    }

    /// Whose the store is, if it says so.
    pub async fn owner(&self) -> anyhow::Result<Option<Owner>> {
        let bytes = match self.objects.get(&self.owner_path()).await {
            Ok(found) => found.into_stream().try_collect::<Vec<Bytes>>().await,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => Err(error),
        };
        let bytes = bytes.with_context(|| format!("cannot read {NAME} in the store"))?.concat();
        serde_json::from_slice(&bytes)
            .map(Some)
            .with_context(|| format!("{NAME} in the store does not say whose the store is"))
    }

    /// Sees that the store still says that it is this vault's. One that is not there, such as a disk that is no more mounted, says
    /// nothing, and has lost nothing.
    pub async fn ensure_of(&self, owner: &Owner) -> anyhow::Result<()> {
        let found = self.owner().await?;
        ensure!(
            found.as_ref() == Some(owner),
            "the store does not say any more that it is this vault's: it says {found:?}"
        );
        Ok(())
    }

    fn owner_path(&self) -> Path {
        self.prefix.clone().join(NAME)
    }
}
