//! `medshare agent`.

mod files;
mod policy;
mod tell;

use std::{
    io::IsTerminal as _,
    sync::atomic::Ordering,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Result;
use medshare_client::{
    agent::{Agent, Decision, Notice, Rules},
    keys,
};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use self::{
    files::{Lock, Watched},
    tell::{as_json, describe},
};
use crate::{
    args,
    context::Context,
    output::{self, Output},
};

pub async fn run(context: &Context, args: args::Agent) -> Result<Output> {
    let (mut watched, identity, mut rules) =
        Watched::open(&context.chain, &context.settings, args.policy.as_deref())?;
    if args.auto_answer {
        rules = Rules { requests: Decision::Allow, ..rules };
    }
    let principal = match &args.on_behalf_of {
        Some(who) => keys::account(who, &context.chain)?,
        None => identity.account().clone(),
    };
    let mut agent = Agent::new(context.chain.clone(), identity, rules)
        .on_behalf_of(principal.clone())
        .with_witnesses(args.witnesses);
    if context.settings.dry_run {
        return preview(&agent).await;
    }
    let _lock = match watched.key_file() {
        Some(path) => Some(Lock::take(path, &principal)?),
        // Everybody knows the keys of development accounts; there is no file that could be locked.
        None => None,
    };
    let mut teller = Teller::new(context, &agent, args.status_file);
    if args.once {
        let mut notices = agent.run_once().await?;
        notices.iter().for_each(|notice| teller.note(notice));
        let waiting = notices.iter().find_map(|notice| match notice {
            Notice::Looked(status) => Some(status.waiting.iter().map(tell::waiting_json).collect()),
            _ => None,
        });
        notices.retain(|notice| !matches!(notice, Notice::Looked(_)));
        let lines: Vec<String> = notices.iter().map(describe).collect();
        let done: Vec<Value> = notices.iter().map(as_json).collect();
        let output =
            Output::new(json!({ "done": done, "waiting": waiting.unwrap_or(Value::Array(vec![])) }))?;
        return Ok(lines.into_iter().fold(output, Output::line).line("nothing else to do"));
    }
    reread_on_hangup(&watched);
    tracing::info!("watching {} for {principal}; Ctrl-C ends it", context.chain.url());
    agent.run(stopped(), || watched.renew(), |notice| teller.tell(&notice)).await?;
    Ok(Output::new(json!({ "stopped": true }))?.line("stopped"))
}

/// What the agent would do now, and what waits.
async fn preview(agent: &Agent) -> Result<Output> {
    let (due, waiting) = agent.preview().await?;
    let output = Output::new(json!({
        "account": agent.principal(),
        "due": due.iter().map(tell::task_json).collect::<Vec<_>>(),
        "waiting": waiting.iter().map(tell::waiting_json).collect::<Vec<_>>(),
    }))?;
    let output =
        due.iter().fold(output, |output, task| output.line(format!("would do: {}", tell::name(task))));
    let output = waiting.iter().map(tell::waiting).fold(output, Output::line);
    Ok(output.line(format!("{} to do, {} waiting; nothing was sent", due.len(), waiting.len())))
}

/// Tells notices: as lines on standard error, as JSON on standard output, and the state in a file.
struct Teller {
    as_json: bool,
    status_file: Option<std::path::PathBuf>,
    status: Value,
    /// Whether the file could not be written the last time, which is told once.
    failing: bool,
}

impl Teller {
    fn new(context: &Context, agent: &Agent, status_file: Option<std::path::PathBuf>) -> Self {
        let status = json!({
            "account": agent.principal(),
            "node": context.chain.url(),
            "process": std::process::id(),
            "started": now(),
            "connected": true,
        });
        Self { as_json: context.settings.json.value, status_file, status, failing: false }
    }

    fn tell(&mut self, notice: &Notice) {
        self.note(notice);
        if matches!(notice, Notice::Looked(_)) {
            return;
        }
        // It works on when nobody reads any more.
        if self.as_json {
            let _ = output::write(&as_json(notice).to_string());
        }
        match notice {
            Notice::Refused(..) | Notice::Failed(..) | Notice::Disconnected(..) | Notice::Unreadable(_) => {
                tracing::warn!("{}", describe(notice))
            }
            _ => tracing::info!("{}", describe(notice)),
        }
    }

    /// Keeps the state's file true.
    fn note(&mut self, notice: &Notice) {
        let Some(path) = &self.status_file else { return };
        let news = match notice {
            Notice::Looked(status) => {
                let mut news = tell::status_json(status);
                news["looked"] = json!(now());
                news["connected"] = json!(true);
                news
            }
            Notice::Disconnected(error, _) => json!({ "connected": false, "error": error.to_string() }),
            Notice::Connected(_) => json!({ "connected": true, "error": null }),
            _ => return,
        };
        if let (Value::Object(all), Value::Object(news)) = (&mut self.status, news) {
            all.extend(news);
        }
        let written = files::write_status(path, &self.status);
        if let (Err(error), false) = (&written, self.failing) {
            tracing::warn!("cannot write the status to {}: {error}", path.display());
        }
        self.failing = written.is_err();
    }
}

/// This machine's time, in ms since the Unix epoch.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Has all files read anew on SIGHUP. One that comes because a terminal is closed ends the agent, as it does any program.
fn reread_on_hangup(watched: &Watched) {
    if std::io::stdin().is_terminal() {
        return;
    }
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        return;
    };
    let asked = watched.asked();
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            asked.store(true, Ordering::Relaxed);
        }
    });
}

async fn stopped() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
