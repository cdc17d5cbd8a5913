//! Upgrades of the runtime: what a release is, whether this chain can take it, and proposing it.

mod install;
mod scheduled;
mod wasm;

use std::path::Path;

use medshare_types::{BlockNumber, Hash};
use serde::Serialize;
use serde_json::Map;

use crate::{
    At, Chain, Error, Identity, Outcome, Result, Until,
    chain::DecodedCall,
    council::{self, Proposed, RootCall, Terms},
};

pub(crate) use install::Installation;
pub use scheduled::{Scheduled, scheduled};

/// The longest code that the chain publishes as a preimage, with the call around it.
const LONGEST: usize = 4 * 1024 * 1024 - install::AROUND;

/// Which runtime something is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RuntimeVersion {
    /// The name of the chain's specification.
    pub spec_name: String,
    /// Rises with every release.
    pub spec_version: u32,
}

/// A runtime for an upgrade.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Release {
    /// Its code, as it is put on the chain.
    pub code: Vec<u8>,
    /// Which runtime it is.
    pub version: RuntimeVersion,
    /// The SHA-256 of the code, by which hospitals compare what they built.
    pub sha256: Hash,
}

impl Release {
    /// Reads a runtime's WebAssembly file, compressed or not.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::NotRuntime`].
    pub fn read(path: &Path) -> Result<Self> {
        let code = std::fs::read(path).map_err(|error| Error::file("read", path, error))?;
        let version =
            wasm::version_of(&code).map_err(|reason| Error::NotRuntime { path: path.into(), reason })?;
        if code.len() > LONGEST {
            let reason =
                format!("it has {} bytes; the chain takes {LONGEST}: use the compressed one", code.len());
            return Err(Error::NotRuntime { path: path.into(), reason });
        }
        let sha256 = sha256(&code);
        Ok(Self { code, version, sha256 })
    }
}

/// Which runtime the chain has.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn current(chain: &Chain) -> Result<RuntimeVersion> {
    chain.runtime_version().await
}

/// Whether the chain's runtime can be followed by another.
///
/// # Errors
/// [`Error::NotNow`] if that is of another chain or not newer.
pub fn check(current: &RuntimeVersion, next: &RuntimeVersion) -> Result<()> {
    let not_now = |reason: String| Error::NotNow {
        doing: "upgrade",
        what: format!("{} {}", current.spec_name, current.spec_version),
        reason,
    };
    if next.spec_name != current.spec_name {
        return Err(not_now(format!("the file holds the runtime of another chain, {}", next.spec_name)));
    }
    if next.spec_version <= current.spec_version {
        return Err(not_now(format!("the file's version, {}, is not higher", next.spec_version)));
    }
    Ok(())
}

/// Publishes a runtime and proposes that it may take the place of the chain's: when a hospital has the call run, or if a block
/// is named, in that block, as long as the call has run before.
///
/// # Errors
/// [`Error::NotNow`] if the block is not ahead; as of [`check`] and [`council::propose`].
pub async fn propose(
    chain: &Chain,
    signer: &Identity,
    release: &Release,
    at: Option<BlockNumber>,
    terms: Terms,
    until: Until,
) -> Result<(Option<Outcome>, Hash, Proposed)> {
    check(&current(chain).await?, &release.version)?;
    if let Some(at) = at {
        let best = chain.block(At::Best).await?.number;
        if at < earliest(best) {
            return Err(Error::NotNow {
                doing: "upgrade",
                what: format!("in block {at}"),
                reason: format!("the chain has block {best} already: name a later one"),
            });
        }
    }
    let call = Installation { code: release.code.clone(), at }.call(&*chain.metadata().await?)?;
    council::propose_root(chain, signer, call, terms, until).await
}

/// The first block for which a transaction that is sent now can still schedule something: at the soonest it is in the next block, and
/// that can schedule for later ones only.
pub(crate) fn earliest(best: BlockNumber) -> BlockNumber {
    best.saturating_add(2)
}

/// What an encoded call does.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Meaning {
    /// What it is, if its bytes are on the chain and known to its runtime. A runtime's code is left out.
    pub decoded: Option<DecodedCall>,
    /// Which runtime it would install, if it would.
    pub installs: Option<RuntimeVersion>,
    /// The SHA-256 of that runtime's code.
    pub sha256: Option<Hash>,
    /// In which block, if not as soon as it runs.
    pub at: Option<BlockNumber>,
}

impl Meaning {
    /// Reads it from the bytes of a call.
    async fn read(chain: &Chain, bytes: &[u8]) -> Result<Self> {
        // A runtime's code is too long to be decoded for people.
        let Some(found) = Installation::read(bytes, &*chain.metadata().await?)? else {
            // What this runtime cannot decode it cannot run either.
            return Ok(Self { decoded: chain.decode_call(bytes).await.ok(), ..Self::default() });
        };
        let arguments = Map::from_iter(found.at.map(|at| ("when".to_owned(), at.into())));
        Ok(Self {
            decoded: Some(DecodedCall { call: "System.set_code".into(), arguments }),
            installs: wasm::version_of(&found.code).ok(),
            sha256: Some(sha256(&found.code)),
            at: found.at,
        })
    }

    /// Of the call with this hash, whose bytes were published.
    async fn published(chain: &Chain, hash: Hash, at: At) -> Result<Self> {
        match council::preimage(chain, hash, at).await? {
            Some(bytes) => Self::read(chain, &bytes).await,
            None => Ok(Self::default()),
        }
    }
}

/// A call that runs as root, with what is known of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Pending {
    /// Where it is.
    #[serde(flatten)]
    pub call: RootCall,
    /// What it does.
    #[serde(flatten)]
    pub meaning: Meaning,
    /// Whether the block for which it would schedule something has passed or is too near, so that it cannot be done any more.
    pub passed: bool,
}

/// The calls that run as root once the hospitals let them, upgrades among them.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn pending(chain: &Chain) -> Result<Vec<Pending>> {
    let best = chain.block(At::Best).await?;
    let at = At::Block(best.hash);
    let mut pending = Vec::new();
    for call in council::root_calls(chain, at).await? {
        let meaning = Meaning::published(chain, call.hash, at).await?;
        let passed = meaning.at.is_some_and(|at| at < earliest(best.number));
        pending.push(Pending { call, meaning, passed });
    }
    Ok(pending)
}

fn sha256(code: &[u8]) -> Hash {
    use sha2::Digest as _;

    Hash::from_slice(&sha2::Sha256::digest(code))
}

#[cfg(test)]
mod tests {
    use super::{
        wasm::tests::{custom, runtime, section},
        *,
    };

    fn version(name: &str, version: u32) -> RuntimeVersion {
        RuntimeVersion { spec_name: name.into(), spec_version: version }
    }

    #[test]
    fn what_is_no_runtime_is_refused_with_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("runtime.wasm");
        let whole = runtime("medshare", 2);
        for (code, reason) in [
            (b"#!/bin/sh".to_vec(), "no WebAssembly module"),
            (b"\0asm\x01\0\0\0".to_vec(), "no section runtime_version"),
            ([b"\0asm\x01\0\0\0".to_vec(), custom("name", b"")].concat(), "no section runtime_version"),
            (whole[..whole.len() - 10].to_vec(), "ends in the middle of a section"),
            ([b"\0asm\x01\0\0\0".to_vec(), custom("runtime_version", b"\x20")].concat(), "cannot be read"),
            ([whole, section(0, &vec![0; 16_000]).repeat(263)].concat(), "use the compressed one"),
        ] {
            std::fs::write(&path, code).unwrap();
            let error = Release::read(&path).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn only_a_newer_runtime_of_the_same_chain_follows() {
        let current = version("medshare", 3);
        check(&current, &version("medshare", 4)).unwrap();
        for (next, reason) in [
            (version("medshare", 3), "is not higher"),
            (version("medshare", 2), "is not higher"),
            (version("polkadot", 9), "another chain, polkadot"),
        ] {
            let error = check(&current, &next).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
