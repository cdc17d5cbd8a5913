//! What an agent tells, for people and for scripts.

use medshare_client::agent::{Notice, Status, Task, Waiting, Why};
use serde_json::{Map, Value, json};

use crate::output::time;

/// What is done, in words.
pub fn name(task: &Task) -> String {
    match task {
        Task::DeliverKeys(subject, auditors) => {
            format!("delivering the key to {} auditors of {subject:?}", auditors.len())
        }
        Task::Deliver(order) => format!("delivering order {order}"),
        Task::Cancel(order) => format!("proposing to cancel order {order}, or agreeing to it"),
        Task::Expire(order) => format!("getting back what order {order} holds"),
        Task::Settle(order) => format!("settling order {order}"),
        Task::Replace(subject, auditor) => format!("replacing auditor {auditor} of {subject:?}"),
        Task::Lapse(subject) => format!("ending {subject:?}"),
        Task::Answer(request, _) => format!("granting request {request}"),
        Task::Deny(request) => format!("refusing request {request}"),
    }
}

/// What is done, for scripts.
pub fn task_json(task: &Task) -> Value {
    match task {
        Task::DeliverKeys(subject, auditors) => {
            json!({ "do": "deliver-keys", "subject": subject, "auditors": auditors })
        }
        Task::Deliver(order) => json!({ "do": "deliver", "order": order }),
        Task::Cancel(order) => json!({ "do": "cancel", "order": order }),
        Task::Expire(order) => json!({ "do": "expire", "order": order }),
        Task::Settle(order) => json!({ "do": "settle", "order": order }),
        Task::Replace(subject, auditor) => {
            json!({ "do": "replace", "subject": subject, "auditors": [auditor] })
        }
        Task::Lapse(subject) => json!({ "do": "lapse", "subject": subject }),
        Task::Answer(request, expires) => json!({ "do": "answer", "request": request, "expires": expires }),
        Task::Deny(request) => json!({ "do": "deny", "request": request }),
    }
}

/// The commands for a yes and for a no, where there are such.
fn commands(waiting: &Waiting) -> (Option<String>, Option<String>) {
    match (&waiting.why, &waiting.task) {
        (Why::NeedsOwner, _) => (Some("medshare agent --once".into()), None),
        (Why::NotPermitted, Task::Answer(request, _)) => (None, Some(format!("medshare deny {request}"))),
        (_, Task::Answer(request, _)) => {
            (Some(format!("medshare answer {request}")), Some(format!("medshare deny {request}")))
        }
        (_, Task::Deliver(order)) => {
            (Some(format!("medshare deliver {order}")), Some(format!("medshare cancel {order}")))
        }
        _ => (None, None),
    }
}

fn why(why: &Why) -> String {
    match why {
        Why::Rule(name) => format!("`{name}` asks for a yes"),
        Why::NoRule => "no rule fits, which asks for a yes".into(),
        Why::NotPermitted => {
            "the record's consent policy does not permit it, so it can only be refused".into()
        }
        Why::Over => "the time for which the rule grants it is over".into(),
        Why::NeedsOwner => "it needs the account's own keys".into(),
    }
}

/// What waits, in words.
pub fn waiting(waiting: &Waiting) -> String {
    let what = match &waiting.task {
        Task::Deliver(order) => format!("order {order}"),
        Task::Answer(request, _) => format!("request {request}"),
        other => name(other),
    };
    let (record, version) = (waiting.record, waiting.version);
    let mut text = format!("{what}, record {record} version {version}, waits");
    if let (Some(who), Some(purpose)) = (&waiting.who, &waiting.purpose) {
        text.push_str(&format!(" ({who} wants it for {:?})", purpose.r#use));
    }
    text.push_str(&format!(": {}", why(&waiting.why)));
    if let Some(until) = waiting.until {
        text.push_str(&format!("; until {}", time(until)));
    }
    match commands(waiting) {
        (Some(yes), Some(no)) => text.push_str(&format!("; yes: `{yes}`, no: `{no}`")),
        (Some(yes), None) => text.push_str(&format!("; where they are: `{yes}`")),
        (None, Some(no)) => text.push_str(&format!("; `{no}`")),
        (None, None) => {}
    }
    text
}

/// What waits, for scripts.
pub fn waiting_json(waiting: &Waiting) -> Value {
    let (yes, no) = commands(waiting);
    json!({
        "task": task_json(&waiting.task),
        "record": waiting.record,
        "version": waiting.version,
        "who": waiting.who,
        "purpose": waiting.purpose,
        "since": waiting.since,
        "until": waiting.until,
        "why": why(&waiting.why),
        "yes": yes,
        "no": no,
    })
}

/// A notice in words.
pub fn describe(notice: &Notice) -> String {
    match notice {
        Notice::Connected(block) => format!("connected at block {}", block.number),
        Notice::Done(task, outcome) => format!("{}: done in block {}", name(task), outcome.block.number),
        Notice::Overtaken(task) => format!(
            "{}: no more need for it; it was done by hand, by another agent of this account or by what was sent \
             before, or its time is over",
            name(task)
        ),
        Notice::Refused(task, error, pause) => {
            format!("{}: refused: {error}; tried again in {} s", name(task), pause.as_secs())
        }
        Notice::Failed(task, error, pause) => {
            format!("{}: failed: {error}; tried again in {} s", name(task), pause.as_secs())
        }
        Notice::Asked(about) => waiting(about),
        Notice::Renewed(what) => format!("goes by {what} as it is now"),
        Notice::Unreadable(reason) => reason.clone(),
        Notice::Looked(status) => format!("looked at block {}", status.block.number),
        Notice::Disconnected(error, pause) => {
            format!("{error}; trying again in {:.1} s", pause.as_secs_f64())
        }
    }
}

/// A notice for scripts.
pub fn as_json(notice: &Notice) -> Value {
    let mut members = Map::new();
    let (kind, task) = match notice {
        Notice::Connected(block) => {
            members.insert("block".into(), json!(block.number));
            ("connected", None)
        }
        Notice::Done(task, outcome) => {
            members.insert("block".into(), json!(outcome.block.number));
            ("done", Some(task))
        }
        Notice::Overtaken(task) => ("overtaken", Some(task)),
        Notice::Refused(task, ..) => ("refused", Some(task)),
        Notice::Failed(task, ..) => ("failed", Some(task)),
        Notice::Asked(waiting) => {
            members.insert("waiting".into(), waiting_json(waiting));
            ("asked", None)
        }
        Notice::Renewed(_) => ("renewed", None),
        Notice::Unreadable(_) => ("unreadable", None),
        Notice::Looked(_) => ("looked", None),
        Notice::Disconnected(..) => ("disconnected", None),
    };
    members.insert("kind".into(), json!(kind));
    members.insert("message".into(), json!(describe(notice)));
    if let Some(task) = task {
        members.insert("task".into(), task_json(task));
    }
    Value::Object(members)
}

/// How things stand, for scripts.
pub fn status_json(status: &Status) -> Value {
    json!({
        "block": status.block.number,
        "time": status.time,
        "done": status.done,
        "waiting": status.waiting.iter().map(waiting_json).collect::<Vec<_>>(),
        "failing": status
            .failing
            .iter()
            .map(|(task, why)| json!({ "task": task_json(task), "why": why }))
            .collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use medshare_client::{Error, chain::BlockId};
    use medshare_types::{AccountId, Hash, Purpose, Subject, Use};

    /// Checks that something is what the published schema says of `name`.
    fn conforms(name: &str, value: &Value) {
        const PLACE: &str = "https://medshare.invalid/cli.schema.json";
        let text = include_str!("../../../../../docs/cli.schema.json");
        let mut compiler = boon::Compiler::new();
        compiler.add_resource(PLACE, serde_json::from_str(text).unwrap()).unwrap();
        let mut schemas = boon::Schemas::new();
        let schema = compiler.compile(&format!("{PLACE}#/$defs/{name}"), &mut schemas).unwrap();
        schemas.validate(value, schema).map_err(|error| format!("{error:#}\nin {value:#}")).unwrap();
    }

    fn tasks() -> [Task; 9] {
        let (auditor, subject) = (AccountId::from([1; 32]), Subject::Record { record: 1, version: 2 });
        [
            Task::DeliverKeys(subject, vec![auditor.clone()]),
            Task::Deliver(7),
            Task::Cancel(7),
            Task::Expire(7),
            Task::Settle(7),
            Task::Replace(subject, auditor),
            Task::Lapse(Subject::Claim { order: 7 }),
            Task::Answer(4, Some(100)),
            Task::Deny(4),
        ]
    }

    fn about(task: Task, why: Why) -> Waiting {
        Waiting {
            task,
            record: 1,
            version: 2,
            who: Some(AccountId::from([3; 32])),
            purpose: Some(Purpose::new(Use::BiomedicalResearch)),
            since: 5,
            until: Some(86_400_000),
            why,
        }
    }

    #[test]
    fn what_is_told_is_what_the_schema_says() {
        let block = BlockId { number: 1, hash: Hash::zero() };
        let unreachable = || Error::Unreachable { url: "ws://127.0.0.1:1".into(), reason: "refused".into() };
        let pause = Duration::from_secs(3);
        let mut notices = vec![
            Notice::Connected(block),
            Notice::Renewed("the policy"),
            Notice::Unreadable("line 1".into()),
            Notice::Disconnected(unreachable(), pause),
        ];
        for task in tasks() {
            notices.push(Notice::Overtaken(task.clone()));
            notices.push(Notice::Refused(task.clone(), unreachable(), pause));
            notices.push(Notice::Failed(task.clone(), unreachable(), pause));
            notices.push(Notice::Asked(Box::new(about(task, Why::NeedsOwner))));
        }
        for notice in notices {
            conforms("Notice", &as_json(&notice));
        }
    }

    #[test]
    fn what_waits_comes_with_the_commands_for_yes_and_no() {
        let order = waiting(&about(Task::Deliver(7), Why::Rule("partners".into())));
        for part in ["order 7", "record 1 version 2", "`partners`", "1970-01-02", "deliver 7", "cancel 7"] {
            assert!(order.contains(part), "{part}: {order}");
        }
        let request = waiting(&about(Task::Answer(4, None), Why::NotPermitted));
        assert!(request.contains("medshare deny 4") && !request.contains("medshare answer"), "{request}");
        let keys = waiting_json(&about(Task::Deliver(7), Why::NeedsOwner));
        assert_eq!((&keys["yes"], &keys["no"]), (&json!("medshare agent --once"), &Value::Null));
    }
}
