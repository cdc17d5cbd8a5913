//! How the parts of the vault are put together.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use axum::{
    Router,
    http::{HeaderValue, Method, header},
    middleware,
};
use medshare_client::vault::{Limits, Scope, auth::MAX_LIFETIME};
use medshare_types::{AccountId, Role};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::Url;

use crate::{
    auth::Nonces,
    ledger::{Ledger, answer, is_active},
    links::LinkKey,
    metrics,
    receipts::{Posting, Receipts},
    routes::routes,
    store::{BlobStore, Place},
};

/// How long running transfers may go on when the vault stops.
const DRAIN: Duration = Duration::from_secs(30);

/// What all requests share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// The contents of [`App`].
pub struct Shared {
    /// The chain.
    pub ledger: Arc<dyn Ledger>,
    /// Which requests are for us.
    pub scope: Scope,
    /// The blobs.
    pub store: BlobStore,
    /// Which requests were used.
    pub nonces: Nonces,
    /// Issues links.
    pub link_key: LinkKey,
    /// What was used.
    pub receipts: Receipts,
    /// What we accept.
    pub limits: Limits,
    /// The address under which links are to be used, with a slash at its end.
    pub public_url: Option<Url>,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
    /// Held as long as we run: nobody else may use our folders.
    _locks: Vec<File>,
}

/// What a vault is made of.
pub struct Settings {
    /// The vault's account.
    pub account: AccountId,
    /// Where blobs are kept.
    pub store: Place,
    /// Folder of the journal and of the key of links.
    pub state: PathBuf,
    /// Largest blob, bytes.
    pub max_blob_bytes: u64,
    /// How long links work.
    pub link_lifetime: Duration,
    /// How receipts are posted.
    pub posting: Posting,
    /// The address under which links are to be used.
    pub public_url: Option<Url>,
    /// Origins of web pages that may use the vault from a browser; `*` is all.
    pub cors_origins: Vec<String>,
}

/// A vault that is ready to serve.
pub struct Vault {
    app: App,
    router: Router,
}

impl Vault {
    /// Puts a vault together. Fails if its account is no active member in the role `Vault`, because such a vault
    /// could not report what it serves, or if another vault uses its folder.
    pub async fn new(settings: Settings, ledger: Arc<dyn Ledger>) -> anyhow::Result<Self> {
        let Settings { account, state, .. } = settings;
        let mut locks = vec![lock_folder(&state)?];
        if let Place::Folder(folder) = &settings.store
            && folder != &state
        {
            locks.push(lock_folder(folder)?);
        }
        let store = BlobStore::open(&settings.store)?;
        let member =
            answer(ledger.member(&account)).await.context("cannot ask the chain who this vault is")?;
        if !is_active(member.as_ref(), Role::Vault) {
            bail!(
                "the account {account} is no active member in the role Vault, so it could not report what it serves; \
                 ask the consortium's council to admit it, and start again"
            );
        }
        let link_key = link_key(&state.join("link.key"))?;
        let journal = state.join("receipts.jsonl");
        let receipts = Receipts::start(&journal, ledger.clone(), account.clone(), settings.posting).await?;
        let limits = Limits {
            max_blob_bytes: settings.max_blob_bytes,
            link_lifetime: millis(settings.link_lifetime),
            request_lifetime: millis(MAX_LIFETIME),
        };
        let public_url = settings.public_url.map(|mut url| {
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            url
        });
        let app = App(Arc::new(Shared {
            scope: Scope { genesis: ledger.genesis(), vault: account },
            ledger,
            store,
            nonces: Nonces::default(),
            link_key,
            receipts,
            limits,
            public_url,
            metrics: metrics::install(),
            _locks: locks,
        }));
        let mut router = routes().layer(middleware::from_fn(metrics::observe)).with_state(app.clone());
        if let Some(cors) = cors(&settings.cors_origins)? {
            router = router.layer(cors);
        }
        Ok(Self { app, router })
    }

    /// How many receipts are not final on the chain yet.
    pub fn pending_receipts(&self) -> usize {
        self.app.receipts.pending()
    }

    /// Serves until `stop` is ready. Then no new request is taken, running transfers may go on for half a minute,
    /// and the last receipts are posted.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
        let signal = async move {
            stop.await;
            tracing::info!("stopping");
            drop(stopping);
        };
        let server = axum::serve(listener, self.router).with_graceful_shutdown(signal);
        let too_long = async move {
            // An error is what dropping the other end sends.
            drop(stopped.await);
            tokio::time::sleep(DRAIN).await;
        };
        let result = tokio::select! {
            result = async { server.await } => result,
            () = too_long => {
                tracing::warn!("transfers were broken off, because they took too long");
                Ok(())
            }
        };
        self.app.receipts.finish().await;
        result
    }
}

/// Opens the port.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is the port in use? Port 0 takes a free one"))
}

/// Makes sure that nobody else uses a folder.
fn lock_folder(folder: &Path) -> anyhow::Result<File> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot create the folder {}", folder.display()))?;
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            bail!("another vault uses the folder {}; stop it, or choose another folder", folder.display())
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// The key of links: kept in a file, so that links survive a restart; made at the first start.
fn link_key(path: &Path) -> anyhow::Result<LinkKey> {
    match std::fs::read(path) {
        Ok(bytes) => {
            let Ok(key) = <[u8; 32]>::try_from(bytes) else {
                bail!("{} does not hold a key of 32 bytes; remove it, and a new one is made", path.display());
            };
            Ok(LinkKey::new(key))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key: [u8; 32] = rand::random();
            write_secret(path, &key).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(LinkKey::new(key))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes a file that only its owner can read, as a whole or not at all.
fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let staged = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&staged)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(staged, path)
}

fn cors(origins: &[String]) -> anyhow::Result<Option<CorsLayer>> {
    if origins.is_empty() {
        return Ok(None);
    }
    let origins = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        let values = origins.iter().map(|origin| {
            HeaderValue::from_str(origin)
                .with_context(|| format!("{origin:?} is not the origin of a web page"))
        });
        AllowOrigin::list(values.collect::<Result<Vec<_>, _>>()?)
    };
    Ok(Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::HEAD, Method::PUT, Method::POST])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::RANGE, header::IF_RANGE])
            .expose_headers([
                header::ACCEPT_RANGES,
                header::CONTENT_LENGTH,
                header::CONTENT_RANGE,
                header::ETAG,
                header::RETRY_AFTER,
            ])
            .max_age(Duration::from_secs(3600)),
    ))
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
