//! Where blobs are kept, and how that is opened.

use std::{ffi::OsString, io, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use bytes::Bytes;
use futures::TryStreamExt;
use medshare_types::Hash;
use object_store::{ObjectStoreExt, PutPayload, local::LocalFileSystem, memory::InMemory, path::Path};
use url::Url;

use super::{
    BlobStore, PART,
    remote::{self, Remote},
};

/// The word with which a store that forgets everything is asked for.
const FORGETS: &str = "memory:forgets-on-exit";
/// The names of environment variables that may be credentials or settings of an object store. Others are none of
/// its business: `TOKEN` or `ENDPOINT` would be taken for its own.
const PREFIXES: [&str; 3] = ["AWS_", "GOOGLE_", "AZURE_"];
/// What is set unless the environment says otherwise: no limit for a whole request, because a blob may take hours,
/// but one for silence, which is also how long sending one part may take.
const CLIENT: [(&str, &str); 2] = [("timeout", "7 days"), ("read_timeout", "5 min")];
/// Object stores that blobs may be kept in. `https` is for the addresses under which AWS, Cloudflare and Azure name a
/// bucket.
const SCHEMES: [&str; 9] = ["s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl", "https"];
/// Most parts of an upload; the least of what S3, Google and Azure take.
const PARTS: u64 = 10_000;
/// How long the store may take to answer at the start.
const PROBE: Duration = Duration::from_secs(30);

/// Where blobs are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A URL of an object store: `s3://`, `gs://`, `az://`.
    Url(Url),
    /// This process's memory, for tries: everything is forgotten at its end.
    Memory,
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == FORGETS {
            return Ok(Self::Memory);
        }
        if text.starts_with("memory:") {
            return Err(format!(
                "a store in memory forgets all blobs when the vault ends; if so meant, say {FORGETS}"
            ));
        }
        if !text.contains("://") {
            return Ok(Self::Folder(text.into()));
        }
        let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
        if url.scheme() == "file" {
            let path = url.to_file_path().map_err(|()| "not a path on this machine".to_owned())?;
            return Ok(Self::Folder(path));
        }
        if !SCHEMES.contains(&url.scheme()) {
            return Err(format!(
                "{}:// is no object store; it is s3://, gs:// or az:// with the name of a bucket or container, and \
                 AWS_ENDPOINT names a server of one's own that speaks S3",
                url.scheme()
            ));
        }
        // Everybody on the machine can read a command line, and everybody who reads logs this URL.
        if url.password().is_some() || url.query().is_some() {
            return Err(
                "credentials and settings are taken from the environment, never from the URL".to_owned()
            );
        }
        Ok(Self::Url(url))
    }
}

impl Place {
    /// Fails if blobs of this size cannot be kept here.
    pub fn check_limit(&self, max_blob_bytes: u64) -> anyhow::Result<()> {
        let most = PARTS.saturating_mul(u64::try_from(PART).unwrap_or(u64::MAX));
        if matches!(self, Self::Url(_)) && max_blob_bytes > most {
            bail!(
                "object stores take blobs of at most {most} bytes from this vault; set --max-blob-bytes to that or less"
            );
        }
        Ok(())
    }
}

impl BlobStore {
    /// Opens a place. A folder is created, and what killed uploads have left in it is removed; nobody else may use
    /// it at that moment. An object store is written to and read from, so that a wrong name or right is known before
    /// anybody brings a blob. Its credentials are taken from the environment (`AWS_ACCESS_KEY_ID`, …).
    pub async fn open(place: &Place) -> anyhow::Result<Self> {
        Self::open_with(place, std::env::vars_os()).await
    }

    /// [`BlobStore::open`] with other variables than those of this process.
    pub async fn open_with(
        place: &Place,
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> anyhow::Result<Self> {
        match place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("cannot create the store's folder {}", folder.display()))?;
                sweep(&folder.join("blobs")).with_context(|| {
                    format!("cannot remove incomplete uploads from the store {}", folder.display())
                })?;
                let local = LocalFileSystem::new_with_prefix(folder)
                    .with_context(|| format!("cannot use {} as the store's folder", folder.display()))?;
                let store = Self::new(Arc::new(local), Path::default());
                Ok(Self { folder: Some(folder.clone()), ..store })
            }
            Place::Url(url) => {
                let Remote { objects, signer, prefix } = remote::open(url, options(environment))
                    .with_context(|| {
                        format!("cannot open the store {url}; its credentials are taken from the environment")
                    })?;
                let store = Self { signer, ..Self::new(objects, prefix) };
                let probed = tokio::time::timeout(PROBE, store.probe()).await;
                probed
                    .unwrap_or_else(|_| bail!("it did not answer in {} seconds", PROBE.as_secs()))
                    .with_context(|| format!("cannot use the store {url}"))?;
                Ok(store)
            }
            Place::Memory => {
                tracing::warn!("blobs are kept in memory: all of them are forgotten when the vault ends");
                Ok(Self::new(Arc::new(InMemory::new()), Path::default()))
            }
        }
    }

    /// Makes sure that the store can be written, read, and asked for what it does not have.
    async fn probe(&self) -> anyhow::Result<()> {
        const TEXT: &[u8] = b"Written by medshare-vault at each start.\n";
        let path = self.prefix.clone().join("medshare-vault-probe");
        self.objects.put(&path, PutPayload::from_static(TEXT)).await.context(
            "it cannot be written to: check the bucket's name, the credentials and the right to put",
        )?;
        let read: Vec<Bytes> = async { self.objects.get(&path).await?.into_stream().try_collect().await }
            .await
            .context("it cannot be read from: check the right to get")?;
        if read.concat() != TEXT {
            bail!("it gives back something else than was written");
        }
        self.size(Hash::zero()).await.map(drop).context(
            "it does not say that a blob is absent: check the right to list, without which S3 answers 403 for 404",
        )
    }
}

/// The settings of an object store, from the environment.
fn options(
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> impl Iterator<Item = (String, String)> {
    let ours = CLIENT.map(|(name, value)| (name.to_owned(), value.to_owned()));
    // Variables that are no UTF-8 cannot be credentials.
    let theirs = environment
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| PREFIXES.iter().any(|prefix| name.starts_with(prefix)));
    ours.into_iter().chain(theirs)
}

/// Removes what uploads that were killed have left in a local store.
fn sweep(blobs: &std::path::Path) -> io::Result<()> {
    let shards = match std::fs::read_dir(blobs) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        shards => shards?,
    };
    for shard in shards {
        let shard = shard?;
        if !shard.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(shard.path())? {
            let file = file?;
            if file.file_name().to_string_lossy().contains('#') {
                std::fs::remove_file(file.path())?;
                tracing::info!("removed an incomplete upload");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_folders_or_urls() {
        assert_eq!("./vault-data".parse(), Ok(Place::Folder("./vault-data".into())));
        assert_eq!("file:///var/lib/vault".parse(), Ok(Place::Folder("/var/lib/vault".into())));
        assert!(matches!("s3://bucket/prefix".parse(), Ok(Place::Url(_))));
        assert!(matches!("abfss://container@account.dfs.core.windows.net/x".parse(), Ok(Place::Url(_))));
        assert!("s3://[".parse::<Place>().is_err());
    }

    #[test]
    fn urls_that_name_no_object_store_are_refused() {
        for url in ["http://127.0.0.1:9000/bucket", "ftp://host/folder", "s4://bucket"] {
            let refused = url.parse::<Place>().unwrap_err();
            assert!(refused.contains("AWS_ENDPOINT"), "{refused}");
        }
    }

    #[test]
    fn secrets_in_urls_are_refused_and_not_repeated() {
        for url in ["s3://key:hunter2@bucket", "https://a.blob.core.windows.net/c?sig=hunter2"] {
            let refused = url.parse::<Place>().unwrap_err();
            assert!(refused.contains("environment") && !refused.contains("hunter2"), "{refused}");
        }
    }

    #[test]
    fn memory_is_a_place_only_for_those_who_know_that_it_forgets() {
        assert!("memory:///".parse::<Place>().unwrap_err().contains(FORGETS));
        assert_eq!(FORGETS.parse(), Ok(Place::Memory));
    }

    #[test]
    fn only_the_stores_own_variables_are_passed_on_and_no_request_has_a_short_limit() {
        let environment = [
            ("AWS_REGION", "x"),
            ("TOKEN", "t"),
            ("ENDPOINT", "e"),
            ("TIMEOUT", "1 s"),
            ("GOOGLE_BUCKET", "b"),
        ];
        let environment = environment.map(|(name, value)| (name.into(), value.into()));
        let found: Vec<_> = options(environment.into_iter()).map(|(name, _)| name).collect();
        assert_eq!(found, ["timeout", "read_timeout", "AWS_REGION", "GOOGLE_BUCKET"]);

        let url = Url::parse("s3://bucket/prefix").unwrap();
        let region = [("AWS_REGION".into(), "here".into())];
        let remote = remote::open(&url, options(region.into_iter())).unwrap();
        let settings = format!("{:?}", remote.objects);
        assert!(settings.contains("7d") || settings.contains("604800s"), "{settings}");
    }

    #[test]
    fn blobs_that_an_object_store_does_not_take_are_not_promised() {
        let bucket = Place::Url(Url::parse("s3://bucket").unwrap());
        bucket.check_limit(50 << 30).unwrap_err();
        bucket.check_limit(48 << 30).unwrap();
        Place::Folder("x".into()).check_limit(1 << 50).unwrap();
    }

    #[tokio::test]
    async fn a_store_that_cannot_be_used_is_told_at_the_start() {
        let memory = BlobStore::new(Arc::new(InMemory::new()), Path::from("prefix"));
        memory.probe().await.unwrap();
        // A folder that is none, as a bucket that does not exist.
        let folder = tempfile::tempdir().unwrap();
        let local = LocalFileSystem::new_with_prefix(folder.path()).unwrap().with_automatic_cleanup(false);
        std::fs::write(folder.path().join("file"), b"").unwrap();
        let broken = BlobStore::new(Arc::new(local), Path::from("file"));
        let error = format!("{:#}", broken.probe().await.unwrap_err());
        assert!(error.contains("cannot be written to"), "{error}");
    }
}
