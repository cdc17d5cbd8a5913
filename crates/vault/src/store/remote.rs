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
}
