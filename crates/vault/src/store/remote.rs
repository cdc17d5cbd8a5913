//! Object stores behind a URL, as types that can also sign links.

use std::{sync::Arc, time::Duration};

use medshare_types::Hash;
use object_store::{
    ObjectStore, ObjectStoreScheme, Result,
    aws::AmazonS3Builder,
    azure::MicrosoftAzureBuilder,
    gcp::GoogleCloudStorageBuilder,
    parse_url_opts,
    path::Path,
    signer::{Method, Signer},
};
use url::Url;

use super::BlobStore;

/// What a URL of an object store means.
pub(super) struct Remote {
    pub objects: Arc<dyn ObjectStore>,
    pub signer: Option<Arc<dyn Signer>>,
    pub prefix: Path,
}

/// Opens the object store that a URL names, as [`parse_url_opts`] does, which does not say what can sign.
pub(super) fn open(url: &Url, options: impl Iterator<Item = (String, String)>) -> Result<Remote> {
    macro_rules! signing {
        ($builder:ty, $prefix:expr) => {{
            let builder =
                options.fold(<$builder>::new().with_url(url.to_string()), |builder, (key, value)| {
                    // Variables that the store does not know are none of its settings.
                    match key.to_ascii_lowercase().parse() {
                        Ok(key) => builder.with_config(key, value),
                        Err(_) => builder,
                    }
                });
            let store = Arc::new(builder.build()?);
            Remote { objects: store.clone(), signer: Some(store), prefix: $prefix }
        }};
    }
    let (scheme, prefix) = ObjectStoreScheme::parse(url)?;
    Ok(match scheme {
        ObjectStoreScheme::AmazonS3 => signing!(AmazonS3Builder, prefix),
        ObjectStoreScheme::GoogleCloudStorage => signing!(GoogleCloudStorageBuilder, prefix),
        ObjectStoreScheme::MicrosoftAzure => signing!(MicrosoftAzureBuilder, prefix),
        _ => {
            let (objects, prefix) = parse_url_opts(url, options)?;
            Remote { objects: Arc::from(objects), signer: None, prefix }
        }
    })
}

impl BlobStore {
    /// Whether the store can be asked for [links](Self::link).
    pub fn has_links(&self) -> bool {
        self.signer.is_some()
    }

    /// A link of the store's own under which a blob can be fetched without the vault, if it has such.
    pub async fn link(&self, address: Hash, lifetime: Duration) -> Result<Option<Url>> {
        match &self.signer {
            Some(signer) => signer.signed_url(Method::GET, &self.path(address), lifetime).await.map(Some),
            None => Ok(None),
        }
    }

    /// The origin that links lead to, as browsers name it, if the store has such.
    pub async fn link_origin(&self) -> Result<Option<String>> {
        // Nobody uses this one. All lead to the same place, whether or not the blob is there.
        let link = self.link(Hash::zero(), Duration::from_secs(60)).await?;
        Ok(link.map(|link| link.origin().ascii_serialization()))
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    const S3: &str = "AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_REGION=here";
    const AZURE: &str = "AZURE_STORAGE_ACCOUNT_NAME=hospital AZURE_STORAGE_ACCOUNT_KEY=c2VjcmV0";

    async fn origin(url: &str, settings: &str) -> String {
        let settings = settings.split_whitespace().map(|setting| {
            let (name, value) = setting.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        let Remote { objects, signer, prefix } = open(&Url::parse(url).unwrap(), settings).unwrap();
        let store = BlobStore { signer, ..BlobStore::new(objects, prefix) };
        store.link_origin().await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn links_lead_to_where_the_settings_say() {
        for (more, expected) in [
            ("", "https://s3.here.amazonaws.com"),
            ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST=true", "https://bucket.s3.here.amazonaws.com"),
            ("AWS_ENDPOINT=https://objects.example:9000/s3", "https://objects.example:9000"),
        ] {
            assert_eq!(origin("s3://bucket/path", &format!("{S3} {more}")).await, expected);
        }
        assert_eq!(origin("az://container/path", AZURE).await, "https://hospital.blob.core.windows.net");
    }

    #[tokio::test]
    async fn a_store_without_links_has_no_origin_of_them() {
        let store = BlobStore::new(Arc::new(InMemory::new()), Path::default());
        assert_eq!(store.link_origin().await.unwrap(), None);
    }
}
