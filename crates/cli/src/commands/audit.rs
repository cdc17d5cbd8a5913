//! The auditor's commands.

use std::path::Path;

use anyhow::{Context as _, Result};
use medshare_client::{
    auditor::{self, Inspection, Report},
    chain::{At, Call, calls},
};
use medshare_types::{Finding, Findings, Subject, Verdict};
use serde_json::json;

use super::files::digest;
use crate::{
    args::{Audit, Case},
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{Output, time},
    values::finding_names,
};

/// How an auditor votes.
enum Vote<'a> {
    /// For the record, if the check of it finds nothing or whatever it finds.
    Approve { despite_findings: bool },
    /// Against it, with these findings.
    Reject(&'a [Finding]),
}

pub async fn run(context: &Context, args: Audit) -> Result<Output> {
    match args {
        Audit::Queue => queue(context).await,
        Audit::Open { case, output } => open(context, case, &output).await,
        Audit::Check { case } => check(context, case).await,
        Audit::Approve { case, report, despite_findings } => {
            vote(context, case, Vote::Approve { despite_findings }, report.as_deref()).await
        }
        Audit::Reject { case, findings, report } => {
            vote(context, case, Vote::Reject(&findings), report.as_deref()).await
        }
        Audit::Replace { case, auditor } => {
            let auditor = context.account(Some(&auditor))?;
            let subject = subject(context, &case).await?;
            overdue(context, subject, calls::replace(subject, auditor)).await
        }
        Audit::Lapse { case } => {
            let subject = subject(context, &case).await?;
            overdue(context, subject, calls::lapse(subject)).await
        }
    }
}

async fn subject(context: &Context, case: &Case) -> Result<Subject> {
    Ok(match case.claim {
        Some(order) => Subject::Claim { order },
        None => Subject::Record {
            record: case.record,
            version: context.version(case.record, case.version_number).await?,
        },
    })
}

async fn queue(context: &Context) -> Result<Output> {
    // Final, so that a vault serves what the queue shows.
    let waiting = auditor::queue(&context.chain, &context.identity()?, At::Finalized).await?;
    let output = Output::new(json!({ "reviews": waiting }))?;
    let lines = waiting.iter().map(|review| {
        let state = match (review.key_delivered, review.voted) {
            (_, true) => "voted; the others decide".to_owned(),
            (true, false) => format!("vote until {}", time(review.due)),
            (false, false) => format!("the key is due until {}", time(review.due)),
        };
        let claim = match review.subject {
            Subject::Claim { order } => format!(", claim about order {order}"),
            Subject::Record { .. } => String::new(),
        };
        format!("record {} version {}{claim}: {state}", review.record, review.version)
    });
    Ok(lines.fold(output, Output::line).line(format!("{} reviews", waiting.len())))
}

async fn inspect(context: &Context, case: &Case, to: &Path) -> Result<Inspection> {
    let subject = subject(context, case).await?;
    let vaults = context.vaults().await?;
    let identity = context.identity()?;
    Ok(auditor::inspect(&context.chain, &identity, &vaults, subject, to, &context.progress).await?)
}

async fn open(context: &Context, case: Case, to: &Path) -> Result<Output> {
    let inspection = inspect(context, &case, to).await?;
    let document = inspection.document.as_ref().with_context(|| inspection.notes.join("; "))?;
    let bytes = document.metadata()?.len();
    Ok(Output::new(json!({ "path": document, "bytes": bytes, "sha256": digest(document)? }))?
        .line(format!("{}: {bytes} bytes; delete it when the vote is cast", document.display())))
}

async fn check(context: &Context, case: Case) -> Result<Output> {
    let dir = tempfile::tempdir().context("cannot make a temporary directory")?;
    let inspection = inspect(context, &case, &dir.path().join("document")).await?;
    let output = Output::new(json!({
        "subject": inspection.subject,
        "verdict": inspection.verdict(),
        "findings": inspection.findings,
        "notes": inspection.notes,
        "identifying": inspection.identifying,
        "deidentification": inspection.deidentification,
        "remarks": inspection.remarks,
        "registered": inspection.registered,
        "found": inspection.found,
    }))?;
    let remarks = inspection.remarks.iter().map(|remark| format!("Note: {remark}."));
    let output = inspection.notes.iter().cloned().chain(remarks).fold(output, Output::line);
    let found = super::privacy::lines(&inspection.deidentification, false);
    let output = found.into_iter().fold(output, Output::line);
    Ok(match inspection.verdict() {
        Verdict::Approve => output
            .line("Address, key, commitment, format and descriptor are right, and nothing was found that names a person.")
            .line("Whether free text or images do, only you can say: medshare audit open"),
        Verdict::Reject => output.line("A program would reject it."),
    })
}

/// Sends what ends an overdue part of a review.
async fn overdue(context: &Context, subject: Subject, call: Call) -> Result<Output> {
    let outcome = context.send(&context.identity()?, call).await?;
    let state = context.chain.known_review(subject, At::Block(outcome.block.hash)).await?.state;
    Ok(Output::new(json!({ "subject": subject, "state": state }))?
        .at(&outcome)
        .line(format!("the review is {state:?}")))
}

/// Why a record is not approved in which the check found something: a vote cannot be taken back.
fn objection(inspection: &Inspection) -> Option<Failure> {
    let findings = finding_names(&inspection.findings);
    let first = findings.first()?;
    Some(Failure::new(
        Exit::Untrue,
        format!(
            "the check of record {} version {} found {}: {}",
            inspection.record,
            inspection.version,
            findings.join(", "),
            inspection.notes.join("; ")
        ),
        format!(
            "vote against it with `medshare audit reject` and --finding {first}; if you looked and judge otherwise, approve it with \
             --despite-findings, or with a report of your own (--report)"
        ),
    ))
}

async fn vote(context: &Context, case: Case, vote: Vote<'_>, report: Option<&Path>) -> Result<Output> {
    let identity = context.identity()?;
    let subject = subject(context, &case).await?;
    let none: &[Finding] = &[];
    let (verdict, findings, unless_found) = match vote {
        Vote::Approve { despite_findings } => (Verdict::Approve, none, !despite_findings),
        Vote::Reject(findings) => (Verdict::Reject, findings, false),
    };
    let mut set = Findings::default();
    for finding in findings {
        // As many fit as there are.
        let _ = set.try_insert(*finding);
    }
    let report = match report {
        Some(path) => Report::from_bytes(
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?,
        ),
        None => {
            let dir = tempfile::tempdir().context("cannot make a temporary directory")?;
            let inspection = inspect(context, &case, &dir.path().join("document")).await?;
            if let Some(objection) = objection(&inspection).filter(|_| unless_found) {
                return Err(objection.into());
            }
            inspection.report(identity.account(), (verdict, &set), "")
        }
    };
    let outcome =
        auditor::vote(&context.chain, &identity, subject, (verdict, set), report.hash, context.until())
            .await?;
    let state = context.chain.known_review(subject, At::Block(outcome.block.hash)).await?.state;
    Ok(Output::new(json!({
        "subject": subject,
        "verdict": verdict,
        "report": report.hash,
        "report_text": String::from_utf8_lossy(&report.bytes),
        "state": state,
    }))?
    .at(&outcome)
    .line(format!("the review is {state:?}; keep the report, its hash is on the chain:"))
    .line(String::from_utf8_lossy(&report.bytes)))
}

#[cfg(test)]
mod tests {
    use medshare_types::{Descriptor, Kind};

    use super::*;
    use crate::failure::Report as Told;

    #[test]
    fn what_the_check_found_is_named_before_a_record_is_approved() {
        let registered = Descriptor {
            kind: Kind::Document,
            media_type: Default::default(),
            modality: None,
            codes: Default::default(),
            counts: Default::default(),
            plaintext_size: 1,
            completeness: 100,
            period: None,
        };
        let mut inspection = Inspection {
            subject: Subject::Record { record: 3, version: 1 },
            record: 3,
            version: 1,
            document: None,
            findings: Findings::default(),
            notes: Vec::new(),
            registered,
            found: None,
            identifying: Vec::new(),
            deidentification: Default::default(),
            remarks: Vec::new(),
        };
        assert!(objection(&inspection).is_none());
        for finding in [Finding::NotDeidentified, Finding::FalseDescriptor] {
            let _ = inspection.findings.try_insert(finding);
            inspection.notes.push(format!("a note about {finding:?}"));
        }
        let objection = objection(&inspection).unwrap();
        assert_eq!(objection.exit, Exit::Untrue);
        let told = Told::of(&objection.into()).text();
        let named = "false-descriptor, not-deidentified";
        for part in ["record 3", named, "a note about FalseDescriptor", "--despite-findings", "--report"] {
            assert!(told.contains(part), "{told}");
        }
    }
}
