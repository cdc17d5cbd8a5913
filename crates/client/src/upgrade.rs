//! Upgrades of the runtime: what a release is, whether this chain can take it, and proposing it.

use std::{borrow::Cow, path::Path};

use codec::Decode;
use medshare_types::{BlockNumber, Hash};
use serde::Serialize;

use crate::{
    At, Chain, Error, Identity, Outcome, Result, Until,
    chain::{
        DecodedCall,
        calls::council::{schedule, set_code},
    },
    council::{self, Proposed, RootCall, Terms},
};

/// The longest code that the chain publishes as a preimage; the call around it has a few bytes too.
const LONGEST: usize = 4 * 1024 * 1024 - 16;

/// The part of a WebAssembly file in which a runtime says which version it is.
const SECTION: &str = "runtime_version";

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
        let version = version_of(&code).map_err(|reason| Error::NotRuntime { path: path.into(), reason })?;
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
    let install = set_code(release.code.clone());
    let call = match at {
        None => install,
        Some(at) => {
            let best = chain.block(At::Best).await?.number;
            if at <= best {
                return Err(Error::NotNow {
                    doing: "upgrade",
                    what: format!("in block {at}"),
                    reason: format!("the chain has block {best} already: name a later one"),
                });
            }
            schedule(at, install)
        }
    };
    council::propose_root(chain, signer, call, terms, until).await
}

/// A call that runs as root, with what is known of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Pending {
    /// Where it is.
    #[serde(flatten)]
    pub call: RootCall,
    /// What it is, if its bytes are on the chain and known to its runtime. A runtime's code is left out.
    pub decoded: Option<DecodedCall>,
    /// Which runtime it would install, if it would.
    pub installs: Option<RuntimeVersion>,
    /// The SHA-256 of that runtime's code.
    pub sha256: Option<Hash>,
    /// In which block, if not at once.
    pub at: Option<BlockNumber>,
    /// Whether that block has passed, so that it cannot be done any more.
    pub passed: bool,
}

/// The calls that run as root once the hospitals let them, upgrades among them.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn pending(chain: &Chain) -> Result<Vec<Pending>> {
    let metadata = chain.metadata().await?;
    let install = set_code(Vec::new()).encode(&metadata)?.bytes();
    let scheduled = schedule(0, set_code(Vec::new())).encode(&metadata)?.bytes();
    let best = chain.block(At::Best).await?.number;
    let mut pending = Vec::new();
    for call in council::root_calls(chain, At::Best).await? {
        let bytes = match call.length {
            Some(_) => council::preimage(chain, call.hash, At::Best).await?,
            None => None,
        };
        let mut found =
            Pending { call, decoded: None, installs: None, sha256: None, at: None, passed: false };
        if let Some(bytes) = bytes {
            // A runtime's code is too long to be decoded for people.
            let code = code_in(&bytes, &install)
                .map(|code| (code, None))
                .or_else(|| code_at(&bytes, &scheduled).map(|(at, code)| (code, Some(at))));
            match code {
                Some((code, at)) => {
                    let arguments = serde_json::Map::from_iter(at.map(|at| ("when".to_owned(), at.into())));
                    found.decoded = Some(DecodedCall { call: "System.set_code".into(), arguments });
                    found.installs = version_of(&code).ok();
                    found.sha256 = Some(sha256(&code));
                    found.at = at;
                    found.passed = at.is_some_and(|at| at <= best);
                }
                // What this runtime cannot decode it cannot run either.
                None => found.decoded = chain.decode_call(&bytes).await.ok(),
            }
        }
        pending.push(found);
    }
    Ok(pending)
}

/// The code that a call installs, told from others by a call that installs none.
fn code_in(bytes: &[u8], install: &[u8]) -> Option<Vec<u8>> {
    let mut code = bytes.strip_prefix(install.get(..2)?)?;
    Vec::<u8>::decode(&mut code).ok().filter(|_| code.is_empty())
}

/// The same of one that is scheduled, and for which block.
fn code_at(bytes: &[u8], scheduled: &[u8]) -> Option<(BlockNumber, Vec<u8>)> {
    const WHEN: std::ops::Range<usize> = 2..6;
    let (begin, install) = (scheduled.get(..WHEN.start)?, scheduled.get(8..)?);
    bytes.strip_prefix(begin)?;
    // That it is once and of the highest priority.
    if bytes.get(WHEN.end..8)? != scheduled.get(WHEN.end..8)? {
        return None;
    }
    let at = BlockNumber::decode(&mut bytes.get(WHEN)?).ok()?;
    Some((at, code_in(bytes.get(8..)?, install)?))
}

fn sha256(code: &[u8]) -> Hash {
    use sha2::Digest as _;

    Hash::from_slice(&sha2::Sha256::digest(code))
}

/// Which runtime a WebAssembly file holds.
fn version_of(code: &[u8]) -> Result<RuntimeVersion, String> {
    use sp_maybe_compressed_blob::{CODE_BLOB_BOMB_LIMIT, decompress};

    #[derive(Decode)]
    struct Version {
        spec_name: String,
        _impl_name: String,
        _authoring_version: u32,
        spec_version: u32,
    }
    let wasm: Cow<'_, [u8]> = decompress(code, CODE_BLOB_BOMB_LIMIT).map_err(|error| error.to_string())?;
    let section = custom_section(&wasm, SECTION)?;
    let Version { spec_name, spec_version, .. } = Version::decode(&mut &section[..])
        .map_err(|error| format!("its section {SECTION} cannot be read: {error}"))?;
    Ok(RuntimeVersion { spec_name, spec_version })
}

/// The contents of a custom section of a WebAssembly module (WebAssembly Core Specification, 5.5).
fn custom_section<'a>(wasm: &'a [u8], wanted: &str) -> Result<&'a [u8], String> {
    const HEADER: &[u8] = b"\0asm\x01\0\0\0";
    const CUSTOM: u8 = 0;
    let cut = || "it ends in the middle of a section".to_owned();
    let mut rest = wasm.strip_prefix(HEADER).ok_or("it is no WebAssembly module")?;
    while let Some((kind, after)) = rest.split_first() {
        let (length, after) = leb128(after).ok_or_else(cut)?;
        let (body, next) = after.split_at_checked(length).ok_or_else(cut)?;
        rest = next;
        if *kind == CUSTOM {
            let (length, body) = leb128(body).ok_or_else(cut)?;
            let (name, contents) = body.split_at_checked(length).ok_or_else(cut)?;
            if name == wanted.as_bytes() {
                return Ok(contents);
            }
        }
    }
    Err(format!("it has no section {wanted}: it is no Substrate runtime"))
}

/// A length in LEB128, and what comes after it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0u64;
    for (position, byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, bytes.get(position + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    fn section(kind: u8, contents: &[u8]) -> Vec<u8> {
        assert!(contents.len() < 128 * 128);
        let length = [(contents.len() % 128) as u8 | 0x80, (contents.len() / 128) as u8];
        [&[kind][..], &length, contents].concat()
    }

    fn custom(name: &str, contents: &[u8]) -> Vec<u8> {
        section(0, &[&[name.len() as u8][..], name.as_bytes(), contents].concat())
    }

    fn runtime(name: &str, version: u32) -> Vec<u8> {
        let version = (name, "implementation", 1u32, version, 1u32, Vec::<u8>::new(), 7u32).encode();
        [
            b"\0asm\x01\0\0\0".to_vec(),
            section(1, &[0; 200]),
            custom("producers", b"rustc"),
            custom("runtime_version", &version),
            section(10, &[]),
        ]
        .concat()
    }

    fn version(name: &str, version: u32) -> RuntimeVersion {
        RuntimeVersion { spec_name: name.into(), spec_version: version }
    }

    #[test]
    fn a_runtime_says_which_version_it_is_compressed_or_not() {
        let code = runtime("medshare", 12);
        assert_eq!(version_of(&code), Ok(version("medshare", 12)));
        let limit = sp_maybe_compressed_blob::CODE_BLOB_BOMB_LIMIT;
        let compressed = sp_maybe_compressed_blob::compress_weakly(&code, limit).unwrap();
        assert_eq!(version_of(&compressed), Ok(version("medshare", 12)));
    }

    #[test]
    fn the_code_that_a_call_installs_is_found_also_where_it_is_scheduled() {
        let (install, priority) = ([0, 2], 0u8);
        let set_code = |code: &[u8]| [&install[..], &code.encode()].concat();
        let schedule = |at: BlockNumber, priority: u8, call: &[u8]| {
            [&[9, 0][..], &(at, None::<(u32, u32)>, priority).encode(), call].concat()
        };
        let (none, scheduled) = (set_code(b""), schedule(0, priority, &set_code(b"")));
        assert_eq!(code_in(&set_code(b"code"), &none), Some(b"code".to_vec()));
        assert_eq!(code_at(&set_code(b"code"), &scheduled), None);
        let later = schedule(70_000, priority, &set_code(b"code"));
        assert_eq!(code_in(&later, &none), None);
        assert_eq!(code_at(&later, &scheduled), Some((70_000, b"code".to_vec())));
        assert_eq!(code_at(&schedule(70_000, 1, &set_code(b"code")), &scheduled), None);
        assert_eq!(code_at(&schedule(70_000, priority, &[0, 1, 0]), &scheduled), None);
        assert_eq!(code_at(&later[..later.len() - 1], &scheduled), None);
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
