//! Single steps for the measurements in `scripts/bench`, each as a process of its own: sealing and opening without a
//! chain, and what `curl` needs to speak to a vault.
#![allow(clippy::print_stdout)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use medshare_client::{
    Progress,
    envelope::{self, Registered},
    vault::{Authorization, LinkRequest, Scope, VaultClient},
};
use medshare_crypto::{KeyPair, RecordKey, open_commitment};
use medshare_types::{Hash, KeyCommitment};
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use subxt_signer::sr25519::dev;

/// Single steps for the measurements in `scripts/bench`.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    /// Seal a file under a fresh record key, and write what a chain would know of it beside the envelope.
    Seal { document: PathBuf, envelope: PathBuf },
    /// Open what was sealed.
    Open { envelope: PathBuf, document: PathBuf },
    /// Print the `Authorization` of a request by the development account Alice.
    Authorize {
        /// Base address of the vault.
        vault: String,
        method: String,
        /// Path, from /v1 on.
        target: String,
        /// SHA-256 of the body, or the blob's address, in hex.
        body: Hash,
    },
    /// Print a link by which Alice can fetch the blob of the first version of a record.
    Link { vault: String, record: u64, blob: Hash },
}

/// What a chain would know of an envelope whose owner is Alice.
#[derive(Serialize, Deserialize)]
struct Known {
    ciphertext: Hash,
    size: u64,
    plaintext: Hash,
    commitment: KeyCommitment,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().step).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(step: Step) -> Result<()> {
    match step {
        Step::Seal { document, envelope } => seal(&document, &envelope),
        Step::Open { envelope, document } => open(&envelope, &document),
        Step::Authorize { vault, method, target, body } => {
            let vault = VaultClient::connect(&vault).await?;
            let info = vault.info();
            let scope = Scope { genesis: info.genesis, vault: info.account.clone() };
            let expires = info.time.saturating_add(info.limits.request_lifetime);
            println!("{}", Authorization::sign(&dev::alice(), &scope, &method, &target, body, expires));
            Ok(())
        }
        Step::Link { vault, record, blob } => {
            let vault = VaultClient::connect(&vault).await?;
            let link = vault.link(&dev::alice(), &LinkRequest { record, version: 1, blob }).await?;
            println!("{}", vault.address().join(&link.url)?);
            Ok(())
        }
    }
}

fn seal(document: &Path, sealed: &Path) -> Result<()> {
    let key = RecordKey::generate(&mut OsRng);
    let commitment = key.commit(&mut OsRng, &KeyPair::development("Alice").public())?;
    let done = envelope::seal(document, sealed, &key, &Progress::default())?;
    let known = Known { ciphertext: done.ciphertext, size: done.size, plaintext: done.plaintext, commitment };
    let path = beside(sealed);
    fs::write(&path, serde_json::to_vec(&known)?).with_context(|| format!("cannot write {}", path.display()))
}

fn open(sealed: &Path, document: &Path) -> Result<()> {
    let path = beside(sealed);
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let known: Known = serde_json::from_slice(&text)?;
    let key = open_commitment(&KeyPair::development("Alice"), &known.commitment)?;
    let registered =
        Registered { ciphertext: known.ciphertext, size: known.size, plaintext: known.plaintext };
    envelope::open(sealed, document, &key, &registered, &Progress::default())?;
    Ok(())
}

fn beside(sealed: &Path) -> PathBuf {
    let mut name = sealed.as_os_str().to_owned();
    name.push(".json");
    name.into()
}
