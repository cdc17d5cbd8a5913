//! What most commands need: the chain, one's keys, the vault.

use std::{
    io::IsTerminal,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use anyhow::Result;
use medshare_client::{
    blobs::Vaults,
    chain::{At, Call, Chain, Outcome, Sent, Until},
    keys::{self, Identity, SecretString},
    progress::{Progress, Stage},
};
use medshare_types::{AccountId, RecordId, Version};

use crate::{
    exit::Exit,
    failure::Failure,
    interrupt, progress,
    settings::{Passphrase, Settings},
};

/// The file of the institution's secret that a command made; nothing as long as it made none.
pub type NewSecret = Arc<OnceLock<PathBuf>>;

/// What outlives a command that is broken off: how far it got.
pub struct Session {
    chain: OnceLock<Chain>,
    pub progress: Progress,
    pub new_secret: NewSecret,
}

impl Session {
    /// The session of one command.
    pub fn new(settings: &Settings) -> Self {
        let watched = !settings.json.value && std::io::stderr().is_terminal();
        let progress = if watched { progress::bars() } else { Progress::default() };
        Self { chain: OnceLock::new(), progress, new_secret: NewSecret::default() }
    }

    /// Whether the command got as far as to talk with a node.
    pub fn is_connected(&self) -> bool {
        self.chain.get().is_some()
    }

    /// What the command sent last, and what it knows of that.
    pub fn sent(&self) -> Option<Sent> {
        self.chain.get()?.last_sent()
    }
}

/// A connection and the settings that go with it.
pub struct Context {
    pub chain: Chain,
    pub settings: Settings,
    pub progress: Progress,
    pub new_secret: NewSecret,
}

impl Context {
    /// Connects to the node.
    pub async fn connect(settings: Settings, session: &Session) -> Result<Self> {
        let chain = Chain::connect(&settings.node.value).await?;
        let chain = if settings.dry_run { chain.rehearsing() } else { chain };
        // A command connects once.
        let _ = session.chain.set(chain.clone());
        let (progress, new_secret) = (session.progress.clone(), session.new_secret.clone());
        Ok(Self { chain, settings, progress, new_secret })
    }

    /// One's keys: of the development account, or from the key file.
    pub fn identity(&self) -> Result<Identity> {
        match &self.settings.dev {
            Some(name) => Ok(Identity::development(&name.value, &self.chain)?),
            None => load(&self.settings),
        }
    }

    /// An account as people write it, or one's own.
    pub fn account(&self, who: Option<&str>) -> Result<AccountId> {
        match who {
            Some(who) => Ok(keys::account(who, &self.chain)?),
            None => Ok(self.identity()?.account().clone()),
        }
    }

    /// Sends a call and waits until it is in a block, or final if that was asked for.
    pub async fn send(&self, signer: &Identity, call: Call) -> Result<Outcome> {
        self.progress.begin(Stage::Waiting, None);
        let outcome = self.chain.submit(signer, call, self.until()).await?;
        self.progress.end();
        Ok(outcome)
    }

    /// How long to wait for what is sent.
    pub fn until(&self) -> Until {
        if self.settings.finalized.value { Until::Finalized } else { Until::InBlock }
    }

    /// The vaults that are known.
    pub async fn vaults(&self) -> Result<Vaults> {
        self.vaults_at(std::slice::from_ref(&self.settings.vault.value)).await
    }

    /// The vaults at these addresses.
    pub async fn vaults_at(&self, addresses: &[String]) -> Result<Vaults> {
        let vaults = Vaults::connect(addresses, self.chain.genesis()).await?;
        Ok(if self.chain.is_rehearsing() { vaults.rehearsing() } else { vaults })
    }

    /// The version that is meant: the one given, or the latest.
    pub async fn version(&self, record: RecordId, version: Option<Version>) -> Result<Version> {
        match version {
            Some(version) => Ok(version),
            None => Ok(self.chain.known_record(record, At::Best).await?.latest),
        }
    }
}

/// Where the key file is.
pub fn key_file(settings: &Settings) -> Result<PathBuf> {
    let found = settings.key_file.as_ref().map(|said| said.value.clone());
    Ok(found.ok_or_else(|| {
        Failure::new(
            Exit::Key,
            "there is no place for a key file: neither MEDSHARE_HOME nor HOME is set",
            "name the key file with --key-file",
        )
    })?)
}

/// Reads the key file.
pub fn load(settings: &Settings) -> Result<Identity> {
    unlock(settings).map(|(identity, _)| identity)
}

/// Reads the key file, and gives also the passphrase, for what has to read it again.
pub fn unlock(settings: &Settings) -> Result<(Identity, SecretString)> {
    let path = key_file(settings)?;
    if !path.is_file() {
        let failure = Failure::new(
            Exit::Key,
            format!("there is no key file at {}", path.display()),
            "make one with `medshare keys create`, name another with --key-file, or on a development chain act as --dev \
             Alice",
        );
        return Err(failure.into());
    }
    let passphrase = passphrase(settings, "Passphrase of the key file")?;
    Ok((Identity::load(&path, &passphrase)?, passphrase))
}

/// A passphrase: from a file, the environment, or a prompt; never from an argument.
pub fn passphrase(settings: &Settings, prompt: &str) -> Result<SecretString> {
    match &settings.passphrase.value {
        Passphrase::File(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::new(
                    Exit::Key,
                    format!("cannot read the passphrase from {}: {error}", path.display()),
                    "check the path and its permissions; `medshare config show` says where it is named",
                )
            })?;
            Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        Passphrase::Environment => {
            let text = std::env::var(crate::settings::PASSPHRASE).map_err(|_| {
                Failure::new(
                    Exit::Key,
                    "the passphrase in MEDSHARE_PASSPHRASE is not text",
                    "give it in UTF-8",
                )
            })?;
            Ok(SecretString::from(text))
        }
        Passphrase::Prompt if !std::io::stdin().is_terminal() => {
            let failure = Failure::new(
                Exit::Key,
                "a passphrase is needed and there is nobody to ask",
                "use --passphrase-file or MEDSHARE_PASSPHRASE",
            );
            Err(failure.into())
        }
        Passphrase::Prompt => Ok(SecretString::from(interrupt::ask(&format!("{prompt}: "))?)),
    }
}

/// A new passphrase, asked for twice where a person types it.
pub fn new_passphrase(settings: &Settings) -> Result<SecretString> {
    use medshare_client::keys::ExposeSecret as _;

    let first = passphrase(settings, "New passphrase")?;
    if first.expose_secret().len() < 8 {
        let failure = Failure::new(
            Exit::Key,
            "the passphrase has fewer than 8 characters",
            "it is all that protects the keys if the file is copied",
        );
        return Err(failure.into());
    }
    let typed = settings.passphrase.value == Passphrase::Prompt;
    if typed && passphrase(settings, "The same again")?.expose_secret() != first.expose_secret() {
        return Err(Failure::new(Exit::Key, "the two passphrases differ", "type them again").into());
    }
    Ok(first)
}
