//! The previous release of the runtime, as it was: what chains are that have to be upgraded.
//!
//! `tests/fixtures/releases/README.md` says how these files are made.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{binary, fixture};

/// The number of the previous release: its `spec_version`.
pub const PREVIOUS: u32 = 1;

/// Writes the specification of the local chain as the previous release began it.
///
/// # Errors
/// If its files are not there, or this one cannot be written.
pub fn previous_local(dir: &Path) -> Result<PathBuf> {
    let folder = fixture("releases").join(PREVIOUS.to_string());
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut specification: Value = serde_json::from_slice(&read("local.json")?)?;
    let code = format!("0x{}", hex::encode(read("runtime.wasm")?));
    specification["genesis"]["runtimeGenesis"]["code"] = code.into();
    let path = dir.join("previous-local.json");
    std::fs::write(&path, specification.to_string())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The runtime that was built with the programs under test.
///
/// # Errors
/// If it has not been built.
pub fn current_runtime() -> Result<PathBuf> {
    let programs = binary("medshare-node")?;
    let folder = programs.parent().context("a program is in a folder")?.join("wbuild/medshare-runtime");
    let path = folder.join("medshare_runtime.compact.compressed.wasm");
    anyhow::ensure!(path.is_file(), "the runtime is not built: there is no {}", path.display());
    Ok(path)
}
