//! A vault on a free port, before a chain that a test holds in its hand.
#![allow(dead_code, missing_docs)]

mod chain;
mod tus;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use futures::FutureExt;
use medshare_client::vault::{
    Authorization, LinkRequest, Problem, Scope, VaultClient, auth::body_hash, wire,
};
use medshare_types::{AccountId, FetchBasis, Hash, RecordId, Role};
use medshare_vault::{
    app::{Settings, Vault},
    bounds::Bounds,
    collect::{Collector, Mode, Rules},
    events::Happened,
    inventory::Quotas,
    journal::{Journal, Line, Owner, Use},
    links::LinkKey,
    now,
    receipts::Posting,
    resume::Allowance,
    scrub::{Rounds, Scrubber},
    store::{BlobStore, Place},
};
use sha2::{Digest, Sha256};
use subxt_signer::sr25519::{Keypair, dev};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

pub use chain::*;
#[allow(unused_imports)]
pub use tus::*;

pub fn account(who: &Keypair) -> AccountId {
    who.public_key().0.into()
}

pub fn vault_account() -> Keypair {
    dev::charlie()
}

/// The provider that every test chain has.
pub fn provider() -> Keypair {
    dev::alice()
}

/// The buyer that every test chain has.
pub fn buyer() -> Keypair {
    dev::bob()
}

/// Whose journal the vault's is.
pub fn owner() -> Owner {
    Owner { genesis: GENESIS, account: account(&vault_account()) }
}

/// A use as the journal has it, each of a request of its own.
pub fn used(record: RecordId, promised: u64) -> Use {
    Use {
        record,
        version: VERSION,
        accessor: account(&buyer()),
        basis: FetchBasis::Grant,
        at: now(),
        request: Hash::repeat_byte(1),
        promised,
    }
}

/// Adds lines to the journal of a vault that has stopped.
pub fn note_down(folder: &TempDir, lines: &[Line]) {
    let path = folder.path().join("state/receipts.jsonl");
    let (mut journal, _) = Journal::open(&path, &owner()).unwrap();
    journal.append(lines).unwrap();
}

pub fn address(bytes: &[u8]) -> Hash {
    Hash::from(<[u8; 32]>::from(Sha256::digest(bytes)))
}

/// Bytes that do not repeat.
pub fn noise(length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 32);
    let mut block = [0_u8; 32];
    while bytes.len() < length {
        block = Sha256::digest(block).into();
        bytes.extend_from_slice(&block);
    }
    bytes.truncate(length);
    bytes
}

/// A vault that runs.
pub struct Running {
    pub chain: Arc<FakeChain>,
    pub folder: Arc<TempDir>,
    pub address: SocketAddr,
    pub http: reqwest::Client,
    pub collector: Collector,
    pub scrubber: Scrubber,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<anyhow::Result<()>>,
}

/// A vault before a chain with a vault, a provider and a buyer.
pub async fn start() -> Running {
    start_with(|_| {}).await
}

/// A chain with a vault, a provider and a buyer.
pub fn chain() -> Arc<FakeChain> {
    let chain = Arc::new(FakeChain::default());
    chain.admit(&vault_account(), &[Role::Vault]);
    chain.admit(&provider(), &[Role::Provider]);
    chain.admit(&buyer(), &[Role::Buyer]);
    chain
}

pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Running {
    start_on(chain(), Arc::new(tempfile::tempdir().unwrap()), change).await
}

pub fn settings(folder: &Path) -> Settings {
    Settings {
        account: account(&vault_account()),
        store: Place::Folder(folder.to_owned()),
        state: folder.join("state"),
        max_blob_bytes: 100 << 20,
        link_lifetime: Duration::from_secs(60),
        posting: Posting { batch: 4, delay: Duration::from_millis(20), backlog: 1_000 },
        bounds: Bounds {
            disk_reserve: 0,
            // Tests change the chain's mind from one request to the next.
            cache: Duration::ZERO,
            stop: Duration::from_secs(3),
            ..Bounds::default()
        },
        quotas: Quotas::default(),
        // Tests look by hand.
        collection: Rules { mode: Mode::Off, ..Rules::default() },
        scrubbing: Rounds { every: Duration::ZERO, speed: u64::MAX, again: Duration::ZERO },
        resumable: Allowance::default(),
        store_links: false,
        public_url: None,
        cors_origins: Vec::new(),
        web: None,
    }
}

pub async fn start_on(
    chain: Arc<FakeChain>,
    folder: Arc<TempDir>,
    change: impl FnOnce(&mut Settings),
) -> Running {
    let mut settings = settings(folder.path());
    change(&mut settings);
    let vault = Vault::new(settings, chain.clone()).await.unwrap();
    serve(vault, chain, folder).await
}

/// A vault with its state in a folder and its blobs in a store.
pub async fn start_in(
    store: BlobStore,
    chain: Arc<FakeChain>,
    folder: Arc<TempDir>,
    change: impl FnOnce(&mut Settings),
) -> Running {
    let mut settings = settings(folder.path());
    change(&mut settings);
    let vault = Vault::on(settings, store, chain.clone()).await.unwrap();
    serve(vault, chain, folder).await
}

async fn serve(vault: Vault, chain: Arc<FakeChain>, folder: Arc<TempDir>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (collector, scrubber) = (vault.collector(), vault.scrubber());
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(vault.serve(listener, stopped.map(drop)));
    let http = reqwest::Client::new();
    Running { chain, folder, address, http, collector, scrubber, stop: Some(stop), task }
}

impl Running {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn client(&self) -> VaultClient {
        VaultClient::connect(&self.url("")).await.unwrap()
    }

    /// As SIGTERM does.
    pub async fn stop(mut self) -> (Arc<FakeChain>, Arc<TempDir>) {
        // Idle connections would keep the server waiting for them.
        self.http = reqwest::Client::new();
        self.stop.take().unwrap().send(()).unwrap();
        self.task.await.unwrap().unwrap();
        (self.chain, self.folder)
    }

    /// What it ends with by itself.
    pub async fn ended(self) -> anyhow::Result<()> {
        self.task.await.unwrap()
    }

    pub fn scope(&self) -> Scope {
        Scope { genesis: GENESIS, vault: account(&vault_account()) }
    }

    /// A signed upload, as a client would send it.
    pub fn upload(&self, who: &Keypair, bytes: &[u8]) -> reqwest::RequestBuilder {
        let path = wire::blob_path(address(bytes));
        let signed = Authorization::sign(who, &self.scope(), "PUT", &path, address(bytes), now() + 60_000);
        self.http.put(self.url(&path)).header("authorization", signed.to_string()).body(bytes.to_vec())
    }

    /// Brings a blob and has the chain place it at this vault.
    pub async fn bring(&self, bytes: &[u8]) -> Hash {
        let response = self.upload(&provider(), bytes).send().await.unwrap();
        assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
        self.chain.place(&vault_account(), address(bytes));
        address(bytes)
    }

    /// A signed request for a link.
    pub fn ask_link(&self, who: &Keypair, blob: Hash) -> reqwest::RequestBuilder {
        let body = serde_json::to_vec(&LinkRequest { record: RECORD, version: VERSION, blob }).unwrap();
        let signed = Authorization::sign(
            who,
            &self.scope(),
            "POST",
            wire::LINKS_PATH,
            body_hash(&body),
            now() + 60_000,
        );
        self.http.post(self.url(wire::LINKS_PATH)).header("authorization", signed.to_string()).body(body)
    }

    /// A link that the chain allows, as a full address.
    pub async fn link(&self, who: &Keypair, blob: Hash) -> String {
        let response = self.ask_link(who, blob).send().await.unwrap();
        assert_eq!(response.status(), 201);
        let link: wire::Link = response.json().await.unwrap();
        self.url(&format!("/{}", link.url))
    }

    /// The files of the store, without their folders.
    pub fn stored(&self) -> Vec<String> {
        let mut found = Vec::new();
        let Ok(shards) = std::fs::read_dir(self.folder.path().join("blobs")) else { return found };
        for shard in shards {
            for file in std::fs::read_dir(shard.unwrap().path()).unwrap() {
                found.push(file.unwrap().file_name().into_string().unwrap());
            }
        }
        found
    }

    /// What the vault has told its operator.
    pub fn events(&self) -> Vec<Happened> {
        let text = std::fs::read_to_string(self.folder.path().join("state/events.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Where the vault's folder has a blob.
    pub fn file_of(&self, blob: Hash) -> std::path::PathBuf {
        let name = hex::encode(blob);
        self.folder.path().join("blobs").join(&name[..2]).join(&name)
    }

    pub fn link_key(&self) -> LinkKey {
        let bytes = std::fs::read(self.folder.path().join("state/link.key")).unwrap();
        LinkKey::new(bytes.try_into().unwrap())
    }
}

/// The problem in an answer, whose status it must name.
pub async fn problem(response: reqwest::Response) -> Problem {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(problem.status, status);
    assert_eq!(problem.kind, format!("urn:medshare:vault:{}", problem.code));
    assert!(!problem.action.is_empty());
    problem
}

/// Sends, and expects this status and code.
pub async fn refused(request: reqwest::RequestBuilder, status: u16, code: &str) -> Problem {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), status);
    let problem = problem(response).await;
    assert_eq!(problem.code, code);
    problem
}

/// Waits until something holds, for less time than idle connections have.
pub async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let started = std::time::Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(45), "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
