//! The auditor's steps: see what waits, open and check it, vote.

use std::path::{Path, PathBuf};

use medshare_types::{
    AccountId, Descriptor, Finding, Findings, Hash, Moment, RecordId, RecordVersion, Review, Seat, Subject,
    Verdict, Version,
};
use serde::Serialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::{
    At, Chain, Error, Identity, Outcome, Progress, Result, Until, access, blobs::Vaults, chain::calls,
    listed::listed, readers, sealing,
};

/// Most reviews that are looked at once; the most that the runtime gives.
const MOST: u32 = 100;

/// A review that waits for the auditor.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Waiting {
    /// What it is about.
    pub subject: Subject,
    /// The record to open.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// Whether the key has been delivered, so that the auditor can begin.
    pub key_delivered: bool,
    /// Whether the auditor has voted already.
    pub voted: bool,
    /// Until when the key must be delivered or, once it is, the auditor must vote; chain time, ms.
    pub due: Moment,
}

/// What an auditor found on opening a version.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Inspection {
    /// What it is about.
    pub subject: Subject,
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// The document, if it could be opened.
    pub document: Option<PathBuf>,
    /// What is wrong, as far as a program can tell.
    pub findings: Findings,
    /// What is wrong, in words.
    pub notes: Vec<String>,
    /// What the owner registered.
    pub registered: Descriptor,
    /// What is in the document.
    pub found: Option<Descriptor>,
    /// Elements that identify a person.
    pub identifying: Vec<String>,
    /// All that the check of the de-identification found, also what only a person can judge.
    pub deidentification: readers::deid::Findings,
    /// What a program noticed and is not wrong, such as that a PDF is encrypted: for the auditor to judge.
    pub remarks: Vec<String>,
}

impl Inspection {
    /// What a program would vote. Whether the descriptor tells the whole truth, and whether free text or images
    /// identify somebody, only the auditor can say.
    pub fn verdict(&self) -> Verdict {
        if self.findings.is_empty() { Verdict::Approve } else { Verdict::Reject }
    }

    /// The report for a vote: JSON with a fixed order of fields, so that the same report has the same hash.
    pub fn report(
        &self,
        auditor: &AccountId,
        (verdict, findings): (Verdict, &Findings),
        remarks: &str,
    ) -> Report {
        let content = json!({
            "format": "medshare/v1/report",
            "subject": self.subject,
            "record": self.record,
            "version": self.version,
            "auditor": auditor,
            "verdict": verdict,
            "findings": findings,
            "notes": self.notes,
            "identifying": self.identifying,
            "remarks": remarks,
        });
        Report::new(&content)
    }

    fn note(&mut self, finding: Finding, note: String) {
        // Seven findings exist and seven fit.
        let _ = self.findings.try_insert(finding);
        self.notes.push(note);
    }
}

/// An auditor's report. The chain keeps its hash; the auditor keeps the report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The report.
    pub bytes: Vec<u8>,
    /// Its SHA-256.
    pub hash: Hash,
}

impl Report {
    /// The report with this content.
    pub fn new(content: &Json) -> Self {
        Self::from_bytes(content.to_string().into_bytes())
    }

    /// A report that was written elsewhere.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { hash: Hash::from_slice(&Sha256::digest(&bytes)), bytes }
    }
}

/// The undecided reviews on whose panels the identity sits, the most urgent first.
///
/// # Errors
/// [`Error::Node`] if the node does not answer.
pub async fn queue(chain: &Chain, identity: &Identity, at: At) -> Result<Vec<Waiting>> {
    let me = identity.account();
    let open = chain.open_reviews(me, MOST, at).await?;
    let mut waiting: Vec<Waiting> = open
        .iter()
        .filter_map(|(subject, review)| {
            let seat = seat(review, me)?;
            Some(Waiting {
                subject: *subject,
                record: review.record,
                version: review.version,
                key_delivered: seat.sealed.is_some(),
                voted: seat.vote.is_some(),
                due: seat.due,
            })
        })
        .collect();
    waiting.sort_by_key(|waiting| (waiting.voted, !waiting.key_delivered, waiting.due));
    Ok(waiting)
}

/// Fetches and decrypts what a review is about into `to`, and checks what a program can check: address, plaintext
/// commitment, format, the descriptor, and what seems to identify a person. What is wrong with the record is in the
/// inspection; an error means that the inspection could not be made.
///
/// # Errors
/// [`Error::UnknownReview`]; [`Error::NotNow`] if the identity is not on the panel or has no key yet;
/// [`Error::NoVault`]; [`Error::File`].
pub async fn inspect(
    chain: &Chain,
    identity: &Identity,
    vaults: &Vaults,
    subject: Subject,
    to: &Path,
    progress: &Progress,
) -> Result<Inspection> {
    if to.exists() {
        return Err(Error::Exists { path: to.into() });
    }
    let at = At::Block(chain.block(At::Finalized).await?.hash);
    let review = chain.known_review(subject, at).await?;
    let (record, version) = (review.record, review.version);
    let not_now = |reason: &str| Error::NotNow {
        doing: "inspect",
        what: format!("record {record} version {version}"),
        reason: reason.into(),
    };
    let seat = seat(&review, identity.account()).ok_or_else(|| not_now("you do not sit on its panel"))?;
    let sealed = seat.sealed.as_ref().ok_or_else(|| not_now("its key has not been delivered to you yet"))?;
    let content = chain.known_version(record, version, at).await?;
    let mut inspection = Inspection {
        subject,
        record,
        version,
        document: None,
        findings: Findings::default(),
        notes: Vec::new(),
        registered: content.content.descriptor.clone(),
        found: None,
        identifying: Vec::new(),
        deidentification: Default::default(),
        remarks: Vec::new(),
    };
    match sealing::sealed_key(identity, &seat.key, sealed) {
        Ok(key) => {
            let (vaults, what) = (vaults.clone().judging(), ((record, version), &content));
            match access::fetch_and_open(identity, &vaults, what, key, to, progress).await {
                Ok(_) => read(&mut inspection, &content, to, progress).await?,
                Err(error) => inspection.blame(error)?,
            }
        }
        Err(error @ Error::Crypto { .. }) => inspection.note(Finding::DoesNotOpen, error.to_string()),
        Err(error) => return Err(error),
    }
    Ok(inspection)
}

impl Inspection {
    /// Takes an error that is the record's fault as a finding; gives any other back.
    fn blame(&mut self, error: Error) -> Result<()> {
        let finding = match &error {
            Error::WrongCiphertext { .. } => Finding::Unavailable,
            Error::Vault { cause, .. } if cause.is_lack() => Finding::Unavailable,
            Error::WrongKey { .. } | Error::NotEnvelope { .. } => Finding::DoesNotOpen,
            Error::WrongPlaintext { .. } => Finding::CommitmentMismatch,
            _ => return Err(error),
        };
        self.note(finding, error.to_string());
        Ok(())
    }
}

async fn read(
    inspection: &mut Inspection,
    content: &RecordVersion<AccountId>,
    document: &Path,
    progress: &Progress,
) -> Result<()> {
    inspection.document = Some(document.into());
    let kind = content.content.descriptor.kind;
    let (path, progress) = (document.to_owned(), progress.clone());
    let described =
        access::blocking(move || progress.reading(&path, |source| readers::describe(source, Some(kind))));
    match described.await {
        Ok(description) => {
            let differences = differences(&inspection.registered, &description.descriptor);
            if !differences.is_empty() {
                let fields = differences.join(", ");
                inspection.note(Finding::FalseDescriptor, format!("the descriptor is wrong about: {fields}"));
            }
            if !description.identifying.is_empty() {
                let elements = listed(&description.identifying);
                inspection
                    .note(Finding::NotDeidentified, format!("it holds what identifies a person: {elements}"));
            }
            inspection.found = Some(description.descriptor);
            inspection.identifying = description.identifying;
            inspection.deidentification = description.findings;
            inspection.remarks = description.remarks;
            Ok(())
        }
        Err(Error::Read(error)) if error.is_of_content() => {
            inspection.note(Finding::UnreadableFormat, error.to_string());
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// The fields in which two descriptors differ.
fn differences(registered: &Descriptor, found: &Descriptor) -> Vec<&'static str> {
    [
        ("kind", registered.kind == found.kind),
        ("media type", registered.media_type == found.media_type),
        ("modality", registered.modality == found.modality),
        ("codes", registered.codes == found.codes),
        ("counts", registered.counts == found.counts),
        ("size", registered.plaintext_size == found.plaintext_size),
        ("completeness", registered.completeness == found.completeness),
        ("period", registered.period == found.period),
    ]
    .into_iter()
    .filter_map(|(field, same)| (!same).then_some(field))
    .collect()
}

/// Votes on a record, or rules on a claim.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn vote(
    chain: &Chain,
    identity: &Identity,
    subject: Subject,
    (verdict, findings): (Verdict, Findings),
    report: Hash,
    until: Until,
) -> Result<Outcome> {
    let call = match subject {
        Subject::Record { record, version } => calls::vote(record, version, verdict, findings, report),
        Subject::Claim { order } => calls::rule(order, verdict, findings, report),
    };
    chain.submit(identity, call, until).await
}

fn seat<'a>(review: &'a Review<AccountId>, auditor: &AccountId) -> Option<&'a Seat<AccountId>> {
    review.panel.iter().find(|seat| seat.auditor == *auditor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::{Problem, VaultError};
    use medshare_types::Kind;

    fn descriptor(kind: Kind) -> Descriptor {
        Descriptor {
            kind,
            media_type: "application/pdf".parse().unwrap(),
            modality: None,
            codes: Default::default(),
            counts: Default::default(),
            plaintext_size: 10,
            completeness: 100,
            period: None,
        }
    }

    fn inspection() -> Inspection {
        Inspection {
            subject: Subject::Record { record: 1, version: 1 },
            record: 1,
            version: 1,
            document: None,
            findings: Findings::default(),
            notes: Vec::new(),
            registered: descriptor(Kind::Document),
            found: None,
            identifying: Vec::new(),
            deidentification: Default::default(),
            remarks: Vec::new(),
        }
    }

    #[test]
    fn differences_are_named() {
        let (registered, mut found) = (descriptor(Kind::Document), descriptor(Kind::Document));
        assert!(differences(&registered, &found).is_empty());
        found.plaintext_size = 11;
        found.completeness = 50;
        assert_eq!(differences(&registered, &found), ["size", "completeness"]);
        let mut other = descriptor(Kind::Document);
        other.media_type = "text/plain".parse().unwrap();
        assert_eq!(differences(&registered, &other), ["media type"], "content says what a document is");
    }

    #[test]
    fn what_is_the_records_fault_becomes_a_finding() {
        let mut seen = inspection();
        assert_eq!(seen.verdict(), Verdict::Approve);
        seen.blame(Error::WrongKey { path: "x".into() }).unwrap();
        let (expected, found) = (Hash::zero(), Hash::repeat_byte(1));
        seen.blame(Error::WrongPlaintext { path: "x".into(), expected, found }).unwrap();
        let wrong = VaultError::WrongSize { expected: 1, found: 2 };
        seen.blame(Error::vault("download", expected, wrong)).unwrap();
        assert_eq!(seen.verdict(), Verdict::Reject);
        let all = [Finding::Unavailable, Finding::DoesNotOpen, Finding::CommitmentMismatch];
        assert!(seen.findings.iter().eq(all.iter()));
        let elsewhere = VaultError::BadAddress { text: "x".into(), reason: "y".into() };
        let failed = Error::vault("download", expected, elsewhere);
        assert!(seen.blame(failed).is_err(), "our own trouble is not the record's");
    }

    #[test]
    fn a_vault_is_believed_only_when_it_says_that_it_lacks_the_blob() {
        let refused = |code: &str| {
            let problem = Problem {
                kind: format!("urn:medshare:vault:{code}"),
                title: String::new(),
                status: 404,
                detail: String::new(),
                code: code.into(),
                action: String::new(),
            };
            Error::vault("download", Hash::zero(), VaultError::Refused(Box::new(problem)))
        };
        for code in ["blob-unknown", "blob-damaged"] {
            let mut seen = inspection();
            seen.blame(refused(code)).unwrap();
            assert!(seen.findings.iter().eq([Finding::Unavailable].iter()), "{code}");
        }
        for code in ["not-found", "record-unknown"] {
            assert!(inspection().blame(refused(code)).is_err(), "{code} is no answer about the blob");
        }
    }

    #[test]
    fn the_same_report_has_the_same_hash() {
        let auditor = AccountId::from([1; 32]);
        let vote = (Verdict::Approve, &Findings::default());
        let report = inspection().report(&auditor, vote, "fine");
        assert_eq!(report, inspection().report(&auditor, vote, "fine"));
        assert_ne!(report.hash, inspection().report(&auditor, vote, "good").hash);
    }
}
