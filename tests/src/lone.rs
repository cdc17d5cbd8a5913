//! A development node on its own.

use std::path::Path;

use anyhow::Result;

use crate::Process;

/// Starts a development node whose chain is in a folder of this name, with these arguments; gives where it answers.
///
/// # Errors
/// If it does not start.
pub async fn start(dir: &Path, name: &str, more: &[&str]) -> Result<(Process, String)> {
    let base = dir.join(name).display().to_string();
    let mut arguments: Vec<String> = ["--dev", "--no-telemetry", "--no-prometheus", "--base-path", &base]
        .into_iter()
        .chain(["--rpc-port", "0", "--port", "0"])
        .map(str::to_owned)
        .collect();
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    let mut node = Process::start("medshare-node", name, dir, &arguments)?;
    let port = node
        .wait_for("listening for RPC", |log| {
            let address = log.split_once("Running JSON-RPC server: addr=")?.1;
            let port = address.split(',').find_map(|one| one.trim().strip_prefix("127.0.0.1:"))?;
            port.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u16>().ok()
        })
        .await?;
    Ok((node, format!("ws://127.0.0.1:{port}")))
}
