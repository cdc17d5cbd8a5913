//! Upgrades of the runtime.

use std::path::PathBuf;

use anyhow::Result;
use medshare_client::upgrade::{self, Pending, Release};
use serde_json::json;

use super::council::{call_lines, enact, proposed_output, terms};
use crate::{args::Upgrade, context::Context, output::Output};

pub async fn run(context: &Context, args: Upgrade) -> Result<Output> {
    match args {
        Upgrade::Propose { wasm, at, terms: args } => {
            let release = Release::read(&wasm)?;
            let (chain, identity, until) = (&context.chain, context.identity()?, context.until());
            let (_, hash, proposed) =
                upgrade::propose(chain, &identity, &release, at, terms(&args), until).await?;
            let (version, sha256) = (release.version, release.sha256);
            let more = json!({ "call_hash": hash, "version": version, "sha256": sha256, "at": at });
            let when = at.map(|at| format!(" before block {at}")).unwrap_or_default();
            Ok(proposed_output(context, &proposed, more)
                .await?
                .line(format!(
                    "{} {}, whose file has the SHA-256 {}",
                    version.spec_name,
                    version.spec_version,
                    hex::encode(sha256)
                ))
                .line(format!("Once it is carried{when}: medshare upgrade enact {hash:?}")))
        }
        Upgrade::Status { wasm } => status(context, wasm).await,
        Upgrade::Enact { call } => Ok(enact(context, call).await?.line(
            "The new runtime takes over with the next block, or with the one for which it was proposed: medshare upgrade status",
        )),
    }
}

/// What a call would do as root, in lines for people.
pub fn describe(pending: &Pending) -> Vec<String> {
    if let Some(sha256) = pending.sha256 {
        let what = match &pending.installs {
            Some(version) => format!("{} {}", version.spec_name, version.spec_version),
            None => "a runtime whose version cannot be read".to_owned(),
        };
        return vec![format!("installs {what}{}; SHA-256 {}", when(pending), hex::encode(sha256))];
    }
    match &pending.decoded {
        Some(decoded) => call_lines(decoded),
        None => vec!["its bytes are not on the chain, or not known to its runtime".to_owned()],
    }
}

fn when(pending: &Pending) -> String {
    match (pending.at, pending.passed) {
        (Some(at), false) => format!(" in block {at}"),
        (Some(at), true) => format!(" in block {at}, which has passed: it cannot be done any more"),
        (None, _) => String::new(),
    }
}

async fn status(context: &Context, wasm: Option<PathBuf>) -> Result<Output> {
    let release = wasm.map(|wasm| Release::read(&wasm)).transpose()?;
    let current = upgrade::current(&context.chain).await?;
    let pending = upgrade::pending(&context.chain).await?;
    let about: Vec<&Pending> = release.as_ref().map_or_else(Vec::new, |release| {
        pending.iter().filter(|pending| pending.sha256 == Some(release.sha256)).collect()
    });
    let described = release.as_ref().map(|release| {
        let calls: Vec<_> = about.iter().map(|pending| pending.call.hash).collect();
        json!({ "calls": calls, "version": release.version, "sha256": release.sha256,
            "pending": !about.is_empty() })
    });
    let output = Output::new(json!({ "current": current, "pending": pending, "file": described }))?
        .line(format!("the chain has {} {}", current.spec_name, current.spec_version));
    let lines = pending.iter().flat_map(|pending| {
        let state = match pending.call.motion {
            Some(motion) => format!("proposed as motion {motion}"),
            None => "let by the hospitals: medshare council enact".to_owned(),
        };
        let first = format!("{:?}: {state}", pending.call.hash);
        [first].into_iter().chain(describe(pending).into_iter().map(|line| format!("    {line}")))
    });
    let output = lines.fold(output, Output::line).line(format!("{} calls to run as root", pending.len()));
    let Some(Release { version, .. }) = release else { return Ok(output) };
    let name = format!("The file holds {} {}", version.spec_name, version.spec_version);
    if about.is_empty() {
        return Ok(output.line(format!("{name}; nothing above is about this file.")));
    }
    Ok(about.into_iter().fold(output, |output, pending| {
        let hash = pending.call.hash;
        output.line(match pending.call.motion {
            _ if pending.passed => format!("{name}; {hash:?} is about exactly this file, too late."),
            Some(motion) => format!("{name}; motion {motion} is about exactly this file{}.", when(pending)),
            None => format!(
                "{name}; the hospitals let exactly this file{}: medshare upgrade enact {hash:?}",
                when(pending)
            ),
        })
    }))
}
