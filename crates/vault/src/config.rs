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

use crate::{app::Settings, bounds::Bounds, receipts::Posting, store::Place, terminal::Terminal};

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

    /// Folder of the journal of receipts, the signed requests and the key of links [default: `state` in the store's folder, or
    /// ./vault-state if the store is a URL].
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

    /// Origin of a web page that may use the vault from a browser, such as https://dashboard.example; can be given
    /// several times; * is all.
    #[arg(
        long = "cors-origin",
        value_name = "ORIGIN",
        env = "MEDSHARE_VAULT_CORS_ORIGINS",
        value_delimiter = ','
    )]
    pub cors_origins: Vec<String>,

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

    /// Write logs as JSON lines.
    #[arg(long)]
    pub json_logs: bool,
}

/// How much the vault takes, and how long it waits.
#[derive(Args, Clone, Debug)]
pub struct BoundOptions {
    /// Most connections at once; others wait.
    #[arg(long, value_name = "COUNT", default_value_t = Bounds::default().connections)]
    pub max_connections: usize,

    /// Most uploads at once; each takes about 15 MiB of memory.
    #[arg(long, value_name = "COUNT", default_value_t = Bounds::default().uploads)]
    pub max_uploads: usize,

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

impl BoundOptions {
    fn bounds(&self) -> Bounds {
        Bounds {
            connections: self.max_connections,
            uploads: self.max_uploads,
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
    pub fn settings(&self, account: AccountId) -> Settings {
        let state = match (&self.state, &self.store) {
            (Some(state), _) => state.clone(),
            (None, Place::Folder(folder)) => folder.join("state"),
            (None, Place::Url(_) | Place::Memory) => "./vault-state".into(),
        };
        Settings {
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
            public_url: self.public_url.clone(),
            cors_origins: self.cors_origins.clone(),
        }
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
    fn an_account_is_all_that_must_be_given() {
        let options = Options::try_parse_from(["medshare-vault", "--dev-account", "Charlie"]).unwrap();
        let settings = options.settings(AccountId::new([1; 32]));
        assert_eq!(settings.state, Path::new("./vault-data/state"));
        assert!(Options::try_parse_from(["medshare-vault"]).is_err());
        let long = ["medshare-vault", "--dev-account", "Charlie", "--receipt-seconds", "601"];
        assert!(Options::try_parse_from(long).is_err());
        let slow = ["medshare-vault", "--dev-account", "Charlie", "--stop-seconds", "60"];
        assert!(Options::try_parse_from(slow).is_err());
        let both = ["medshare-vault", "--dev-account", "Charlie", "--account-file", "key"];
        assert!(Options::try_parse_from(both).is_err());
    }
}
