//! How the parts of the vault are put together.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use axum::{Router, middleware};
use medshare_client::vault::{Limits, Scope, auth::MAX_LIFETIME};
use medshare_types::{AccountId, Moment, Role};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{net::TcpListener, time::Instant};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use url::Url;

use crate::{
    auth::Nonces,
    bounds::Bounds,
    collect::{Collector, Mode, Rules},
    cors,
    events::Events,
    evidence::{self, Evidence},
    folder,
    inventory::{Inventory, Quotas},
    journal::Owner,
    ledger::{Ledger, answer, is_active},
    links::LinkKey,
    metrics, now,
    problem::Answer,
    receipts::{Posting, Receipts},
    resume::{Allowance, Uploads},
    routes::routes,
    scrub::{Rounds, Scrubber},
    server::Server,
    slots::Slots,
    space::Space,
    store::{BlobStore, Place},
    strangers::Strangers,
    web::{self, Web},
};

/// By how much the chain's time may be ahead of this machine's clock, ms. Blocks are never from the future, so the
/// clock is wrong if it is more.
const CLOCK_BEHIND: Moment = 60_000;
/// How long to wait until broken-off uploads have removed what they had stored.
const CLEAN_UP: Duration = Duration::from_secs(2);

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
    /// What is known about them.
    pub inventory: Inventory,
    /// What the operator has to know.
    pub events: Events,
    /// Removes what nobody needs.
    pub collector: Collector,
    /// Whose blobs were looked at a moment ago.
    pub looked_at: Strangers,
    /// Uploads that can be gone on with.
    pub resumable: Uploads,
    /// Folder of the journal, the inventory and the uploads.
    pub state: PathBuf,
    /// Which requests were used.
    pub nonces: Nonces,
    /// Keeps the requests that receipts name.
    pub evidence: Evidence,
    /// Issues links.
    pub link_key: LinkKey,
    /// What was used.
    pub receipts: Receipts,
    /// What we accept.
    pub limits: Limits,
    /// How much at once, and how long.
    pub bounds: Bounds,
    /// Who was refused a moment ago.
    pub strangers: Refused,
    /// Uploads that are going on.
    pub uploads: Slots,
    /// Downloads that are going on.
    pub downloads: Slots,
    /// Room for uploads.
    pub space: Space,
    /// The tasks of uploads.
    pub storing: TaskTracker,
    /// How the vault was a moment ago, and until when that is good enough, unix ms.
    pub health: tokio::sync::Mutex<Option<(Moment, Answer<()>)>>,
    /// Whether downloads are sent to the store, if it has links.
    pub store_links: bool,
    /// The address under which links are to be used, with a slash at its end.
    pub public_url: Option<Url>,
    /// The web app.
    pub web: Option<Web>,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
    _upkeep: AbortOnDropHandle<()>,
    /// Held as long as we run: nobody else may use our folders.
    _locks: Vec<File>,
}

/// Who was refused a moment ago.
pub struct Refused {
    /// As no member.
    pub fetch: Strangers,
    /// As no provider.
    pub bring: Strangers,
}

/// What a vault is made of.
pub struct Settings {
    /// The vault's account.
    pub account: AccountId,
    /// Where blobs are kept.
    pub store: Place,
    /// Folder of the journal, the signed requests and the key of links.
    pub state: PathBuf,
    /// Largest blob, bytes.
    pub max_blob_bytes: u64,
    /// How long links work.
    pub link_lifetime: Duration,
    /// How receipts are posted.
    pub posting: Posting,
    /// How much members may have here.
    pub quotas: Quotas,
    /// What becomes of blobs that nobody needs.
    pub collection: Rules,
    /// How blobs are read again.
    pub scrubbing: Rounds,
    /// How many uploads can be gone on with, and how long.
    pub resumable: Allowance,
    /// How much at once, and how long.
    pub bounds: Bounds,
    /// Whether downloads are sent to the store, which must have links.
    pub store_links: bool,
    /// The address under which links are to be used.
    pub public_url: Option<Url>,
    /// Origins of web pages that may use the vault from a browser; `*` is all.
    pub cors_origins: Vec<String>,
    /// The web app, if the vault serves it.
    pub web: Option<web::Settings>,
}

/// A vault that is ready to serve.
pub struct Vault {
    app: App,
    router: Router,
    collector: Collector,
    scrubber: Scrubber,
}

impl Vault {
    /// Puts a vault together. Fails if its account is no active member in the role `Vault`, because such a vault
    /// could not report what it serves, if its clock is behind the chain's, or if another vault uses its folder.
    pub async fn new(settings: Settings, ledger: Arc<dyn Ledger>) -> anyhow::Result<Self> {
        let locks = lock_folders(&settings)?;
        settings.store.check_limit(settings.max_blob_bytes)?;
        let store = BlobStore::open(&settings.store).await?;
        Self::with(settings, store, locks, ledger).await
    }

    /// As [`Vault::new`], with a store that is open already.
    pub async fn on(settings: Settings, store: BlobStore, ledger: Arc<dyn Ledger>) -> anyhow::Result<Self> {
        let locks = lock_folders(&settings)?;
        Self::with(settings, store, locks, ledger).await
    }

    async fn with(
        settings: Settings,
        store: BlobStore,
        locks: Vec<File>,
        ledger: Arc<dyn Ledger>,
    ) -> anyhow::Result<Self> {
        let Settings { account, state, bounds, .. } = settings;
        if settings.store_links && !store.has_links() {
            bail!(
                "this store has no links of its own, to which downloads could be sent; leave --store-links out, or keep \
                 the blobs in S3, Google Cloud Storage or Azure"
            );
        }
        let standing = answer(ledger.standing(&account, &account))
            .await
            .context("cannot ask the chain who this vault is")?;
        if !is_active(standing.vault.as_ref(), Role::Vault) {
            bail!(
                "the account {account} is no active member in the role Vault, so it could not report what it serves; \
                 ask the consortium's council to admit it, and start again"
            );
        }
        check_clock(now(), standing.time, &bounds)?;
        let link_key = folder::link_key(&state.join("link.key"))?;
        let evidence = Evidence::open(state.clone(), evidence::FILE_BYTES)
            .with_context(|| format!("cannot use requests.jsonl in {}", state.display()))?;
        let receipts = Receipts::start(&state, ledger.clone(), account.clone(), settings.posting).await?;
        let genesis = ledger.genesis();
        let owner = Owner { genesis, account: account.clone() };
        store.claim(&owner).await?;
        let mut quotas = settings.quotas;
        if settings.collection.mode == Mode::Off {
            // Who does not look does not know what is registered.
            quotas.unregistered = 0;
        }
        let inventory = open(&state.join("blobs.jsonl"), |path| Inventory::open(path, &owner, quotas))?;
        let events = open(&state.join("events.jsonl"), Events::open)?;
        let resumable = open(&state.join("uploads"), |path| {
            Uploads::open(path.to_owned(), settings.resumable, inventory.clone())
        })?;
        let links = if settings.store_links && settings.web.is_some() {
            let origin = store.link_origin().await;
            origin.context("the store signs no link, and the web app has to be told where they lead")?
        } else {
            None
        };
        let web = settings.web.map(|web| Web::open(web, genesis, links)).transpose()?;
        let limits = Limits {
            max_blob_bytes: settings.max_blob_bytes,
            link_lifetime: millis(settings.link_lifetime),
            request_lifetime: millis(MAX_LIFETIME),
            resumable: true,
        };
        let public_url = settings.public_url.map(|mut url| {
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            url
        });
        let metrics = metrics::install();
        let collector = Collector {
            ledger: ledger.clone(),
            owner: owner.clone(),
            store: store.clone(),
            inventory: inventory.clone(),
            events: events.clone(),
            rules: settings.collection,
            finality_age: bounds.finality_age,
            seen: Arc::default(),
        };
        let scrubber = Scrubber {
            store: store.clone(),
            owner,
            inventory: inventory.clone(),
            events: events.clone(),
            rounds: settings.scrubbing,
            collection: settings.collection.mode,
            path: state.join("scrub.json"),
        };
        let app = App(Arc::new(Shared {
            scope: Scope { genesis: ledger.genesis(), vault: account },
            ledger,
            store,
            inventory,
            events,
            collector: collector.clone(),
            looked_at: Strangers::new(bounds.cache),
            resumable,
            state,
            nonces: Nonces::default(),
            evidence,
            link_key,
            receipts,
            limits,
            strangers: Refused { fetch: Strangers::new(bounds.cache), bring: Strangers::new(bounds.cache) },
            uploads: Slots::new(bounds.uploads, bounds.uploads_of_account),
            downloads: Slots::new(bounds.downloads, bounds.downloads_of_account),
            space: Space::new(bounds.disk_reserve),
            storing: TaskTracker::new(),
            health: tokio::sync::Mutex::default(),
            bounds,
            store_links: settings.store_links,
            public_url,
            web,
            _upkeep: AbortOnDropHandle::new(tokio::spawn(metrics::upkeep(metrics.clone()))),
            metrics,
            _locks: locks,
        }));
        let mut router = routes(&app).layer(middleware::from_fn(metrics::observe)).with_state(app.clone());
        if let Some(cors) = cors::layer(&settings.cors_origins)? {
            router = router.layer(cors);
        }
        Ok(Self { app, router, collector, scrubber })
    }

    /// What removes blobs that nobody needs. It runs by itself while the vault serves.
    pub fn collector(&self) -> Collector {
        self.collector.clone()
    }

    /// What reads blobs again. It runs by itself while the vault serves.
    pub fn scrubber(&self) -> Scrubber {
        self.scrubber.clone()
    }

    /// How many receipts are not final on the chain yet.
    pub fn pending_receipts(&self) -> usize {
        self.app.receipts.pending()
    }

    /// Serves until `stop` is ready. Then no new request is taken, running transfers may go on for a third of the
    /// time that stopping may take and are broken off then, uses end with what was served of them, and the last
    /// receipts are posted in the time that is left. Fails if what notes down or posts receipts ends before that.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send,
    ) -> anyhow::Result<()> {
        let server = Server::new(self.router, &self.app.bounds);
        let background = [
            AbortOnDropHandle::new(tokio::spawn(self.collector.run())),
            AbortOnDropHandle::new(tokio::spawn(self.scrubber.run())),
            AbortOnDropHandle::new(tokio::spawn(self.app.resumable.clone().expire())),
        ];
        let broken = tokio::select! {
            () = server.accept(listener) => Some("the task that takes connections"),
            what = self.app.receipts.broken() => Some(what),
            () = stop => None,
        };
        tracing::info!("stopping");
        // Each may end at any moment: what it has not noted down it finds again.
        drop(background);
        let within = self.app.bounds.stop;
        let deadline = Instant::now() + within;
        server.end(if broken.is_some() { Duration::ZERO } else { within / 3 }).await;
        self.app.storing.close();
        if tokio::time::timeout(CLEAN_UP.min(within / 3), self.app.storing.wait()).await.is_err() {
            tracing::warn!("an incomplete upload could not be removed in time; the next start removes it");
        }
        self.app.receipts.finish(deadline.saturating_duration_since(Instant::now())).await;
        match broken {
            Some(what) => bail!("{what} has ended, so nothing more is served; the log says why"),
            None => Ok(()),
        }
    }
}

/// Makes sure that nobody else uses the vault's folders.
fn lock_folders(settings: &Settings) -> anyhow::Result<Vec<File>> {
    let mut locks = vec![folder::lock(&settings.state)?];
    if let Place::Folder(folder) = &settings.store
        && folder != &settings.state
    {
        locks.push(folder::lock(folder)?);
    }
    Ok(locks)
}

/// Opens something in the state folder.
fn open<T>(path: &Path, open: impl FnOnce(&Path) -> std::io::Result<T>) -> anyhow::Result<T> {
    open(path).with_context(|| format!("cannot use {}", path.display()))
}

/// Compares the clock with the chain's time. A clock that is behind makes links and signatures wrong; one that is
/// ahead is told from a chain that stands still by nobody but the operator.
fn check_clock(now: Moment, chain: Moment, bounds: &Bounds) -> anyhow::Result<()> {
    let behind = chain.saturating_sub(now);
    if behind > CLOCK_BEHIND {
        bail!(
            "this machine's clock is {} seconds behind the chain's time; set it, and start again",
            behind / 1_000
        );
    }
    let age = now.saturating_sub(chain);
    if chain > 0 && u128::from(age) > bounds.finality_age.as_millis() {
        tracing::warn!(
            seconds = age / 1_000,
            "the newest final block is old by this machine's clock: the clock is ahead, the node lags behind, or the \
             chain stands still; nothing is served until that has changed"
        );
    }
    Ok(())
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_behind_the_chain_is_refused() {
        let bounds = Bounds::default();
        check_clock(100_000, 160_000, &bounds).unwrap();
        let error = check_clock(100_000, 161_001, &bounds).unwrap_err().to_string();
        assert!(error.contains("61 seconds behind"), "{error}");
        // A chain that has just begun has no time, and one that stands still may go on.
        check_clock(100_000, 0, &bounds).unwrap();
        check_clock(1_000_000_000, 1_000, &bounds).unwrap();
    }
}
