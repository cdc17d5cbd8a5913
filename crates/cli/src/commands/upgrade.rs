//! Upgrades of the runtime.

use std::path::PathBuf;

use anyhow::Result;
use medshare_client::upgrade::{self, Meaning, Pending, Release, Scheduled};
use serde_json::{Value, json};

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
pub fn describe(meaning: &Meaning, passed: bool) -> Vec<String> {
    if let Some(sha256) = meaning.sha256 {
        let what = match &meaning.installs {
            Some(version) => format!("{} {}", version.spec_name, version.spec_version),
            None => "a runtime whose version cannot be read".to_owned(),
        };
        return vec![format!("installs {what}{}; SHA-256 {}", when(meaning, passed), hex::encode(sha256))];
    }
    match &meaning.decoded {
        Some(decoded) => call_lines(decoded),
        None => vec!["its bytes are not on the chain, or not known to its runtime".to_owned()],
    }
}

fn when(meaning: &Meaning, passed: bool) -> String {
    match (meaning.at, passed) {
        (Some(at), false) => format!(" in block {at}"),
        (Some(at), true) => {
            format!(" in block {at}, which has passed or is the next one: it cannot be done any more")
        }
        (None, _) => String::new(),
    }
}

async fn status(context: &Context, wasm: Option<PathBuf>) -> Result<Output> {
    let release = wasm.map(|wasm| Release::read(&wasm)).transpose()?;
    let current = upgrade::current(&context.chain).await?;
    let pending = upgrade::pending(&context.chain).await?;
    let scheduled = upgrade::scheduled(&context.chain).await?;
    let file = release.as_ref().map(|release| About::new(release, &pending, &scheduled));
    let mut output = Output::new(json!({
        "current": current, "pending": pending, "scheduled": scheduled, "file": file.as_ref().map(About::json)
    }))?
    .line(format!("the chain has {} {}", current.spec_name, current.spec_version));
    for call in &pending {
        let state = match call.call.motion {
            Some(motion) => format!("proposed as motion {motion}"),
            None => "let by the hospitals: medshare council enact".to_owned(),
        };
        output = indented(output.line(format!("{:?}: {state}", call.call.hash)), &call.meaning, call.passed);
    }
    output = output.line(format!("{} calls to run as root", pending.len()));
    for call in &scheduled {
        let who = if call.as_root { "root" } else { "the council, which can install no runtime" };
        let place = format!("block {}, place {}: runs by itself, as {who}", call.block, call.index);
        output = indented(output.line(place), &call.meaning, false);
    }
    if !scheduled.is_empty() {
        output = output
            .line(format!("{} calls scheduled", scheduled.len()))
            .line("To take one back: medshare council propose root Scheduler.cancel --arg when=BLOCK --arg index=PLACE");
    }
    Ok(file.iter().flat_map(About::lines).fold(output, Output::line))
}

fn indented(output: Output, meaning: &Meaning, passed: bool) -> Output {
    describe(meaning, passed).into_iter().map(|line| format!("    {line}")).fold(output, Output::line)
}

/// What of all that is about the runtime in a file.
struct About<'a> {
    release: &'a Release,
    pending: Vec<&'a Pending>,
    scheduled: Vec<&'a Scheduled>,
}

impl<'a> About<'a> {
    fn new(release: &'a Release, pending: &'a [Pending], scheduled: &'a [Scheduled]) -> Self {
        let same = |meaning: &Meaning| meaning.sha256 == Some(release.sha256);
        Self {
            release,
            pending: pending.iter().filter(|call| same(&call.meaning)).collect(),
            scheduled: scheduled.iter().filter(|call| call.as_root && same(&call.meaning)).collect(),
        }
    }

    fn json(&self) -> Value {
        let calls: Vec<_> = self.pending.iter().map(|pending| pending.call.hash).collect();
        let blocks: Vec<_> = self.scheduled.iter().map(|scheduled| scheduled.block).collect();
        json!({
            "calls": calls, "version": self.release.version, "sha256": self.release.sha256,
            "pending": !calls.is_empty(), "scheduled": blocks
        })
    }

    fn lines(&self) -> Vec<String> {
        let version = &self.release.version;
        let name = format!("The file holds {} {}", version.spec_name, version.spec_version);
        if self.pending.is_empty() && self.scheduled.is_empty() {
            return vec![format!("{name}; nothing above is about this file.")];
        }
        let pending = self.pending.iter().map(|call| {
            let (hash, when) = (call.call.hash, when(&call.meaning, call.passed));
            match call.call.motion {
                _ if call.passed => format!("{name}; {hash:?} is about exactly this file, too late."),
                Some(motion) => format!("{name}; motion {motion} is about exactly this file{when}."),
                None => format!(
                    "{name}; the hospitals let exactly this file{when}: medshare upgrade enact {hash:?}"
                ),
            }
        });
        let scheduled = self.scheduled.iter().map(|call| {
            format!("{name}; exactly this file is installed in block {}, by itself.", call.block)
        });
        pending.chain(scheduled).collect()
    }
}
