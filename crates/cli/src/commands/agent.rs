//! `medshare agent`.

use anyhow::Result;
use medshare_client::agent::{Agent, Answers, Notice, Task};
use serde_json::{Value, json};

use crate::{
    args,
    context::Context,
    output::{self, Output},
};

pub async fn run(context: &Context, args: args::Agent) -> Result<Output> {
    let answers = if args.auto_answer { Answers::Grant { duration: None } } else { Answers::Ask };
    let mut agent = Agent::new(context.chain.clone(), context.identity()?, answers);
    if args.once {
        let notices = agent.run_once().await?;
        let lines: Vec<String> = notices.iter().map(describe).collect();
        let output = Output::new(json!({ "done": notices.iter().map(as_json).collect::<Vec<_>>() }))?;
        return Ok(lines.into_iter().fold(output, Output::line).line("nothing else to do"));
    }
    tracing::info!("watching {}; Ctrl-C ends it", context.chain.url());
    let as_json = context.settings.json.value;
    agent
        .run(stopped(), |notice| {
            // It works on when nobody reads any more.
            if as_json {
                let _ = output::write(&self::as_json(&notice).to_string());
            }
            match &notice {
                Notice::Refused(..) | Notice::Failed(..) | Notice::Disconnected(..) => {
                    tracing::warn!("{}", describe(&notice))
                }
                _ => tracing::info!("{}", describe(&notice)),
            }
        })
        .await?;
    Ok(Output::new(json!({ "stopped": true }))?.line("stopped"))
}

async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};

    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

fn name(task: &Task) -> String {
    match task {
        Task::DeliverKeys(subject, auditors) => {
            format!("delivering the key to {} auditors of {subject:?}", auditors.len())
        }
        Task::Deliver(order) => format!("delivering order {order}"),
        Task::Expire(order) => format!("getting back what order {order} holds"),
        Task::Settle(order) => format!("settling order {order}"),
        Task::Replace(subject, auditor) => format!("replacing auditor {auditor} of {subject:?}"),
        Task::Lapse(subject) => format!("ending {subject:?}"),
        Task::Answer(request, _) => format!("granting request {request}"),
        Task::Deny(request) => format!("refusing request {request}"),
    }
}

fn describe(notice: &Notice) -> String {
    match notice {
        Notice::Connected(block) => format!("connected at block {}", block.number),
        Notice::Done(task, outcome) => format!("{}: done in block {}", name(task), outcome.block.number),
        Notice::Refused(task, error) => format!("{}: refused, not tried again: {error}", name(task)),
        Notice::Failed(task, error) => format!("{}: failed, tried again: {error}", name(task)),
        Notice::Asked(request) => format!("request {request} asks for access; see `medshare requests`"),
        Notice::Disconnected(error, pause) => format!("{error}; trying again in {} s", pause.as_secs()),
    }
}

fn as_json(notice: &Notice) -> Value {
    let kind = match notice {
        Notice::Connected(_) => "connected",
        Notice::Done(..) => "done",
        Notice::Refused(..) => "refused",
        Notice::Failed(..) => "failed",
        Notice::Asked(_) => "asked",
        Notice::Disconnected(..) => "disconnected",
    };
    json!({ "kind": kind, "message": describe(notice) })
}
