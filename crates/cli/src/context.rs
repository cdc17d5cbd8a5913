//! What most commands need: the chain, one's keys, the vault.

use std::{io::IsTerminal, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use medshare_client::{
    blobs::Vaults,
    chain::{At, Call, Chain, Outcome, Until},
    keys::{self, Identity, SecretString},
    progress::Progress,
};
use medshare_types::{AccountId, RecordId, Version};

use crate::{args::Globals, progress};

/// A connection and the options that go with it.
pub struct Context {
    pub chain: Chain,
    pub globals: Globals,
    pub progress: Progress,
}

impl Context {
    /// Connects to the node.
    pub async fn connect(globals: Globals) -> Result<Self> {
        let chain = Chain::connect(&globals.node).await?;
        Ok(Self { chain, globals, progress: progress::bars() })
    }

    /// One's keys: of the development account, or from the key file.
    pub fn identity(&self) -> Result<Identity> {
        match &self.globals.dev {
            Some(name) => Ok(Identity::development(name, &self.chain)?),
            None => load(&self.globals),
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
        Ok(self.chain.submit(signer, call, self.until()).await?)
    }

    /// How long to wait for what is sent.
    pub fn until(&self) -> Until {
        if self.globals.finalized { Until::Finalized } else { Until::InBlock }
    }

    /// The vaults that are known.
    pub async fn vaults(&self) -> Result<Vaults> {
        Ok(Vaults::connect(&[&self.globals.vault], self.chain.genesis()).await?)
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
pub fn key_file(globals: &Globals) -> Result<PathBuf> {
    if let Some(path) = &globals.key_file {
        return Ok(path.clone());
    }
    if let Some(home) = std::env::var_os("MEDSHARE_HOME") {
        return Ok(PathBuf::from(home).join("key.age"));
    }
    let home = std::env::var_os("HOME")
        .context("neither MEDSHARE_HOME nor HOME is set: name the key file with --key-file")?;
    Ok(PathBuf::from(home).join(".config/medshare/key.age"))
}

/// Reads the key file.
pub fn load(globals: &Globals) -> Result<Identity> {
    let path = key_file(globals)?;
    if !path.is_file() {
        bail!(
            "there is no key file at {}\nhint: make one with `medshare keys create`, name another with --key-file, or on a \
             development chain act as --dev Alice",
            path.display()
        );
    }
    Ok(Identity::load(&path, &passphrase(globals, "Passphrase of the key file")?)?)
}

/// A passphrase: from a file, the environment, or a prompt; never from an argument.
pub fn passphrase(globals: &Globals, prompt: &str) -> Result<SecretString> {
    if let Some(path) = &globals.passphrase_file {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the passphrase from {}", path.display()))?;
        return Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if let Ok(text) = std::env::var("MEDSHARE_PASSPHRASE") {
        return Ok(SecretString::from(text));
    }
    if !std::io::stdin().is_terminal() {
        bail!(
            "a passphrase is needed and there is nobody to ask\nhint: use --passphrase-file or MEDSHARE_PASSPHRASE"
        );
    }
    Ok(SecretString::from(rpassword::prompt_password(format!("{prompt}: "))?))
}

/// A new passphrase, asked for twice where a person types it.
pub fn new_passphrase(globals: &Globals) -> Result<SecretString> {
    use medshare_client::keys::ExposeSecret as _;

    let first = passphrase(globals, "New passphrase")?;
    if first.expose_secret().len() < 8 {
        bail!(
            "the passphrase has fewer than 8 characters\nhint: it is all that protects the keys if the file is copied"
        );
    }
    let typed = globals.passphrase_file.is_none() && std::env::var_os("MEDSHARE_PASSPHRASE").is_none();
    if typed && passphrase(globals, "The same again")?.expose_secret() != first.expose_secret() {
        bail!("the two passphrases differ\nhint: type them again");
    }
    Ok(first)
}
