//! The command line.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use clap::{ArgGroup, Args, Parser};
use medshare_client::{Chain, Identity, keys::SecretString};
use medshare_types::AccountId;
use url::Url;

use crate::{
    app::Settings,
    bounds::Bounds,
    collect::{Mode, Rules},
    inventory::Quotas,
    receipts::Posting,
    resume::Allowance,
    scrub::Rounds,
    store::Place,
    terminal::Terminal,
    web,
};

/// Keeps encrypted blobs and serves them as the medshare chain decides.
///
/// The vault's account must be a member in the role Vault. Its passphrase is read from the variable
/// MEDSHARE_PASSPHRASE, from --passphrase-file, or from the terminal.
#[derive(Parser, Clone, Debug)]
#[command(name = "medshare-vault", version, group(ArgGroup::new("account").required(true)))]
pub struct Options {
    /// WebSocket address of a node of the chain.
    #[arg(long, value_name = "URL", env = "MEDSHARE_CHAIN", default_value = "ws://127.0.0.1:9944")]
    pub chain: String,

    /// Where blobs are kept: a folder, or s3://bucket/prefix, gs://bucket/prefix, az://container/prefix with
    /// credentials from the environment (AWS_ACCESS_KEY_ID, GOOGLE_SERVICE_ACCOUNT, AZURE_STORAGE_ACCOUNT_NAME, …);
    /// for tries memory:forgets-on-exit, which does that.
    #[arg(long, value_name = "FOLDER|URL", env = "MEDSHARE_VAULT_STORE", default_value = "./vault-data")]
    pub store: Place,

    /// Folder of the journal of receipts, the signed requests and the key of links [default: `state` in the store's
    /// folder, or ./vault-state if the store is a URL].
    #[arg(long, value_name = "FOLDER", env = "MEDSHARE_VAULT_STATE")]
    pub state: Option<PathBuf>,

    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", env = "MEDSHARE_VAULT_LISTEN", default_value = "127.0.0.1:8790")]
    pub listen: SocketAddr,

    /// File into which the number of the port is written once the vault takes requests.
    #[arg(long, value_name = "FILE")]
    pub port_file: Option<PathBuf>,

    /// The vault's key file, as `medshare keys create` makes it.
    #[arg(long, value_name = "FILE", env = "MEDSHARE_VAULT_ACCOUNT_FILE", group = "account")]
    pub account_file: Option<PathBuf>,

    /// File that holds the passphrase of the key file.
    #[arg(long, value_name = "FILE", requires = "account_file")]
    pub passphrase_file: Option<PathBuf>,

    /// One of the development accounts, such as Charlie; on development chains only.
    #[arg(long, value_name = "NAME", group = "account")]
    pub dev_account: Option<String>,

    /// The address under which clients reach the vault, for links; needed only if they should be absolute.
    #[arg(long, value_name = "URL", env = "MEDSHARE_VAULT_PUBLIC_URL")]
    pub public_url: Option<Url>,

    /// Send downloads to the store (S3, Google Cloud Storage, Azure) with a link that it honours for a minute, instead of
    /// passing all bytes on. Each such link counts as a use of the whole blob, whatever is fetched with it; and clients
    /// must reach the store, which has to allow the origin of a web app (CORS).
    #[arg(long, env = "MEDSHARE_VAULT_STORE_LINKS")]
    pub store_links: bool,

    /// Origin of a web page that may use the vault from a browser, such as https://dashboard.example; can be given
    /// several times; * is all.
    #[arg(
        long = "cors-origin",
        value_name = "ORIGIN",
        env = "MEDSHARE_VAULT_CORS_ORIGINS",
        value_delimiter = ','
    )]
    pub cors_origins: Vec<String>,

    /// What the vault serves of the web app.
    #[command(flatten)]
    pub web: WebOptions,

    /// Largest blob, bytes; at most 52428800000 where blobs are kept at a URL.
    #[arg(long, value_name = "BYTES", env = "MEDSHARE_VAULT_MAX_BLOB_BYTES", default_value_t = 16 << 30)]
    pub max_blob_bytes: u64,

    /// How long a link works.
    #[arg(long, value_name = "SECONDS", env = "MEDSHARE_VAULT_LINK_SECONDS", default_value_t = 300,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub link_seconds: u64,

    /// How long receipts are collected before they are posted to the chain in one transaction.
    #[arg(long, value_name = "SECONDS", default_value_t = Posting::default().delay.as_secs(),
        value_parser = clap::value_parser!(u64).range(0..=600))]
    pub receipt_seconds: u64,

    /// With how many receipts that are not final on the chain nothing more is served.
    #[arg(long, value_name = "COUNT", default_value_t = Posting::default().backlog)]
    pub max_pending_receipts: usize,

    /// How much the vault takes, and how long it waits.
    #[command(flatten)]
    pub bounds: BoundOptions,

    /// What members may keep here, and what becomes of it.
    #[command(flatten)]
    pub keeping: KeepingOptions,

    /// Write logs as JSON lines.
    #[arg(long)]
    pub json_logs: bool,
}

/// The web app, for browsers.
#[derive(Args, Clone, Debug)]
pub struct WebOptions {
    /// Serve the web app from this folder, into which it was built (`dashboard/dist`), at `/`.
    #[arg(id = "web", long = "web", value_name = "FOLDER", env = "MEDSHARE_VAULT_WEB")]
    pub folder: Option<PathBuf>,

    /// WebSocket address under which the browsers of the app's users reach a node [default: that of --chain].
    #[arg(id = "web_node", long = "web-node", value_name = "URL", env = "MEDSHARE_VAULT_WEB_NODE")]
    pub node: Option<Url>,

    /// Address of another vault that the app may use; can be given several times. That vault has to name this app's origin
    /// as a --cors-origin.
    #[arg(
        id = "web_vaults",
        long = "web-vault",
        value_name = "URL",
        env = "MEDSHARE_VAULT_WEB_VAULTS",
        value_delimiter = ','
    )]
    pub vaults: Vec<Url>,
}

impl WebOptions {
    fn settings(&self, chain: &str) -> anyhow::Result<Option<web::Settings>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let node = match &self.node {
            Some(node) => node.clone(),
            None => chain.parse().with_context(|| format!("{chain} is no address; give --web-node"))?,
        };
        Ok(Some(web::Settings { folder: folder.clone(), node, vaults: self.vaults.clone() }))
    }
}

/// How much the vault takes, and how long it waits.
#[derive(Args, Clone, Debug)]
pub struct BoundOptions {
    /// Most connections at once; others wait.
    #[arg(long, value_name = "COUNT", default_value_t = Bounds::default().connections)]
    pub max_connections: usize,

    /// Most uploads at once; each takes up to 15 MiB of memory, with blobs in a folder 2 MiB.
    #[arg(long, value_name = "COUNT", default_value_t = Bounds::default().uploads)]
    pub max_uploads: usize,

    /// How long one request may bring a blob, however steadily.
    #[arg(long, value_name = "SECONDS", default_value_t = Bounds::default().upload_longest.as_secs(),
        value_parser = clap::value_parser!(u64).range(60..))]
    pub max_upload_seconds: u64,

    /// Most downloads at once.
    #[arg(long, value_name = "COUNT", default_value_t = Bounds::default().downloads)]
    pub max_downloads: usize,

    /// Most downloads of one account at once.
    #[arg(long, value_name = "COUNT", default_value_t = Bounds::default().downloads_of_account)]
    pub max_downloads_per_account: usize,

    /// How much of the disk stays free, bytes; uploads that would use it are refused.
    #[arg(long, value_name = "BYTES", default_value_t = Bounds::default().disk_reserve)]
    pub disk_reserve_bytes: u64,

    /// How old the newest final block may be before the vault serves nothing.
    #[arg(long, value_name = "SECONDS", default_value_t = Bounds::default().finality_age.as_secs(),
        value_parser = clap::value_parser!(u64).range(30..))]
    pub max_finality_seconds: u64,

    /// How long the vault may take to stop. A third of it is for running transfers, the rest for the last receipts.
    #[arg(long, value_name = "SECONDS", default_value_t = Bounds::default().stop.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..60))]
    pub stop_seconds: u64,
}

/// What members may keep in the vault, and what becomes of it.
#[derive(Args, Clone, Debug)]
pub struct KeepingOptions {
    /// Most bytes of one member's blobs; 0 is no limit.
    #[arg(long, value_name = "BYTES", env = "MEDSHARE_VAULT_QUOTA_BYTES", default_value_t = Quotas::default().bytes)]
    pub quota_bytes: u64,

    /// Most bytes of one member's blobs that the chain does not name here yet; 0 is no limit.
    #[arg(long, value_name = "BYTES", env = "MEDSHARE_VAULT_QUOTA_UNREGISTERED_BYTES",
        default_value_t = Quotas::default().unregistered)]
    pub quota_unregistered_bytes: u64,

    /// Another quota for one member; can be given several times.
    #[arg(long, value_name = "ACCOUNT=BYTES", env = "MEDSHARE_VAULT_QUOTA_OF", value_delimiter = ',',
        value_parser = quota_of)]
    pub quota_of: Vec<(AccountId, u64)>,

    /// What becomes of blobs that nobody needs: those that no version names at this vault, and those of withdrawn
    /// records that nobody but the owner may fetch any more.
    #[arg(long, value_name = "MODE", env = "MEDSHARE_VAULT_COLLECT", default_value = "remove")]
    pub collect: Mode,

    /// How long a blob is kept that was never registered, or that its owner moved to other vaults.
    #[arg(long, value_name = "SECONDS", env = "MEDSHARE_VAULT_GRACE_SECONDS",
        default_value_t = Rules::default().grace.as_secs(), value_parser = clap::value_parser!(u64).range(3_600..))]
    pub grace_seconds: u64,

    /// How long a blob is kept whose record was withdrawn or erased.
    #[arg(long, value_name = "SECONDS", env = "MEDSHARE_VAULT_WITHDRAWN_GRACE_SECONDS",
        default_value_t = Rules::default().withdrawn_grace.as_secs())]
    pub withdrawn_grace_seconds: u64,

    /// How often the vault looks for blobs that nobody needs.
    #[arg(long, value_name = "SECONDS", env = "MEDSHARE_VAULT_COLLECT_SECONDS",
        default_value_t = Rules::default().every.as_secs(), value_parser = clap::value_parser!(u64).range(1..))]
    pub collect_seconds: u64,

    /// How often all blobs are read again, to find what has rotten or is lost; 0 is never.
    #[arg(long, value_name = "SECONDS", env = "MEDSHARE_VAULT_SCRUB_SECONDS",
        default_value_t = Rounds::default().every.as_secs())]
    pub scrub_seconds: u64,

    /// How fast they are read, bytes a second.
    #[arg(long, value_name = "BYTES", default_value_t = Rounds::default().speed,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub scrub_bytes_per_second: u64,

    /// How long an upload is kept that is not gone on with.
    #[arg(long, value_name = "SECONDS", env = "MEDSHARE_VAULT_UPLOAD_SECONDS",
        default_value_t = Allowance::default().kept.as_secs(), value_parser = clap::value_parser!(u64).range(60..))]
    pub upload_seconds: u64,

    /// Most uploads of one account that have begun and not ended.
    #[arg(long, value_name = "COUNT", default_value_t = Allowance::default().of_account)]
    pub max_open_uploads_per_account: usize,
}

/// An account and its quota.
fn quota_of(text: &str) -> Result<(AccountId, u64), String> {
    let (account, bytes) = text.split_once('=').ok_or("it looks like ACCOUNT=BYTES")?;
    let account = account
        .parse()
        .map_err(|_| format!("{account:?} is no account: neither SS58 nor 32 bytes of hex"))?;
    Ok((account, bytes.parse().map_err(|_| format!("{bytes:?} is no number of bytes"))?))
}

impl KeepingOptions {
    fn quotas(&self) -> Quotas {
        Quotas {
            bytes: self.quota_bytes,
            unregistered: self.quota_unregistered_bytes,
            of: self.quota_of.iter().cloned().collect(),
        }
    }

    fn rules(&self) -> Rules {
        Rules {
            mode: self.collect,
            grace: Duration::from_secs(self.grace_seconds),
            withdrawn_grace: Duration::from_secs(self.withdrawn_grace_seconds),
            every: Duration::from_secs(self.collect_seconds),
        }
    }
}

impl BoundOptions {
    fn bounds(&self) -> Bounds {
        Bounds {
            connections: self.max_connections,
            uploads: self.max_uploads,
            upload_longest: Duration::from_secs(self.max_upload_seconds),
            downloads: self.max_downloads,
            downloads_of_account: self.max_downloads_per_account,
            disk_reserve: self.disk_reserve_bytes,
            finality_age: Duration::from_secs(self.max_finality_seconds),
            stop: Duration::from_secs(self.stop_seconds),
            ..Bounds::default()
        }
    }
}

impl Options {
    /// Who the vault is. May wait for a person at the terminal; the terminal is as it was before when this ends or is
    /// given up.
    pub async fn identity(&self, chain: &Chain) -> anyhow::Result<Identity> {
        let _terminal = Terminal::remember();
        let (options, chain) = (self.clone(), chain.clone());
        tokio::task::spawn_blocking(move || options.load(&chain))
            .await
            .context("the key could not be read")?
    }

    fn load(&self, chain: &Chain) -> anyhow::Result<Identity> {
        if let Some(name) = &self.dev_account {
            return Ok(Identity::development(name, chain)?);
        }
        let path =
            self.account_file.as_deref().context("neither --account-file nor --dev-account is given")?;
        let passphrase = passphrase(self.passphrase_file.as_deref(), path)?;
        Ok(Identity::load(path, &passphrase)?)
    }

    /// What the vault is made of.
    ///
    /// # Errors
    /// If what the web app is to be told is no address.
    pub fn settings(&self, account: AccountId) -> anyhow::Result<Settings> {
        let state = match (&self.state, &self.store) {
            (Some(state), _) => state.clone(),
            (None, Place::Folder(folder)) => folder.join("state"),
            (None, Place::Url(_) | Place::Memory) => "./vault-state".into(),
        };
        Ok(Settings {
            account,
            store: self.store.clone(),
            state,
            max_blob_bytes: self.max_blob_bytes,
            link_lifetime: Duration::from_secs(self.link_seconds),
            posting: Posting {
                delay: Duration::from_secs(self.receipt_seconds),
                backlog: self.max_pending_receipts,
                ..Posting::default()
            },
            bounds: self.bounds.bounds(),
            quotas: self.keeping.quotas(),
            collection: self.keeping.rules(),
            scrubbing: Rounds {
                every: Duration::from_secs(self.keeping.scrub_seconds),
                speed: self.keeping.scrub_bytes_per_second,
                ..Rounds::default()
            },
            resumable: Allowance {
                of_account: self.keeping.max_open_uploads_per_account,
                kept: Duration::from_secs(self.keeping.upload_seconds),
                ..Allowance::default()
            },
            store_links: self.store_links,
            public_url: self.public_url.clone(),
            cors_origins: self.cors_origins.clone(),
            web: self.web.settings(&self.chain)?,
        })
    }
}

/// From the environment, a file, or the terminal; never an argument, which everybody on the machine can read.
fn passphrase(file: Option<&Path>, of: &Path) -> anyhow::Result<SecretString> {
    let text = match (std::env::var("MEDSHARE_PASSPHRASE"), file) {
        (_, Some(file)) => std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the passphrase from {}", file.display()))?,
        (Ok(text), None) => text,
        (Err(_), None) => rpassword::prompt_password(format!("Passphrase of {}: ", of.display())).context(
            "cannot ask for the passphrase on this terminal; set MEDSHARE_PASSPHRASE or use --passphrase-file",
        )?,
    };
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn quotas_can_be_given_to_single_members() {
        let account = AccountId::new([1; 32]);
        let given = format!("{account}=5,0x{}=6", "02".repeat(32));
        let options =
            Options::try_parse_from(["medshare-vault", "--dev-account", "Charlie", "--quota-of", &given])
                .unwrap();
        let quotas = options.settings(account.clone()).unwrap().quotas;
        assert_eq!((quotas.of(&account), quotas.of(&AccountId::new([2; 32]))), (5, 6));
        assert_eq!(quotas.of(&AccountId::new([3; 32])), quotas.bytes);
        for wrong in ["x=5", "5", &format!("{account}=many")] {
            let wrong = ["medshare-vault", "--dev-account", "Charlie", "--quota-of", wrong];
            assert!(Options::try_parse_from(wrong).is_err());
        }
    }

    #[test]
    fn the_web_app_uses_the_node_of_the_vault_if_no_other_is_named() {
        let web = |more: &[&str]| {
            let given = ["medshare-vault", "--dev-account", "Charlie", "--chain", "ws://node.example:1"];
            let options = Options::try_parse_from(given.iter().chain(more)).unwrap();
            options.settings(AccountId::new([1; 32])).unwrap().web
        };
        assert!(web(&[]).is_none());
        assert_eq!(web(&["--web", "dist"]).unwrap().node.as_str(), "ws://node.example:1/");
        let other =
            web(&["--web", "dist", "--web-node", "wss://rpc.example", "--web-vault", "https://b.example"]);
        let other = other.unwrap();
        assert_eq!(other.node.as_str(), "wss://rpc.example/");
        assert_eq!(other.vaults, ["https://b.example".parse().unwrap()]);
    }

    #[test]
    fn an_account_is_all_that_must_be_given() {
        let options = Options::try_parse_from(["medshare-vault", "--dev-account", "Charlie"]).unwrap();
        let settings = options.settings(AccountId::new([1; 32])).unwrap();
        assert_eq!(settings.state, Path::new("./vault-data/state"));
        assert!(Options::try_parse_from(["medshare-vault"]).is_err());
        let long = ["medshare-vault", "--dev-account", "Charlie", "--receipt-seconds", "601"];
        assert!(Options::try_parse_from(long).is_err());
        let slow = ["medshare-vault", "--dev-account", "Charlie", "--stop-seconds", "60"];
        assert!(Options::try_parse_from(slow).is_err());
        let hasty = ["medshare-vault", "--dev-account", "Charlie", "--grace-seconds", "3599"];
        assert!(Options::try_parse_from(hasty).is_err(), "a registration may take a while to become final");
        let both = ["medshare-vault", "--dev-account", "Charlie", "--account-file", "key"];
        assert!(Options::try_parse_from(both).is_err());
    }
}
