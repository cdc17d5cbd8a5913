//! The provider's steps: seal, upload, register; revise and withdraw.

use std::path::{Path, PathBuf};

use medshare_crypto::RecordKey;
use medshare_types::{
    AccountId, Balance, Descriptor, Hash, KeyCommitment, Kind, Locators, NewVersion, Point, Policy, RecordId,
    Version,
};
use rand::{RngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};

use crate::{
    At, Chain, Error, Identity, Outcome, Progress, Result, Until,
    blobs::Vaults,
    chain::{
        Call,
        calls::{self, NewRecord},
    },
    envelope,
    progress::Stage,
    readers,
};

/// A file that was sealed and can be registered: everything but where its ciphertext is. It holds no secret; the
/// record key can be had from the commitment by whoever holds the owner's key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SealedFile {
    /// The envelope. A relative path in a description is one from the description's folder.
    pub path: PathBuf,
    /// SHA-256 of the envelope.
    pub ciphertext: Hash,
    /// Bytes of the envelope.
    pub size: u64,
    /// Plaintext commitment.
    pub plaintext: Hash,
    /// The owner's encryption key to which the record key is committed.
    pub owner_key: Point,
    /// The record key, encrypted to that key.
    pub commitment: KeyCommitment,
    /// What buyers see.
    pub descriptor: Descriptor,
    /// Elements of the document that identify a person. None unless its owner accepted that.
    pub identifying: Vec<String>,
    /// The pseudonym of the person whom the document is about, where its owner links the records of one person; a
    /// random one is registered without.
    #[serde(default)]
    pub subject: Option<Hash>,
    /// What its owner should know before sharing it.
    #[serde(default)]
    pub remarks: Vec<String>,
}

impl SealedFile {
    /// The version as it is registered.
    pub fn version(&self, locators: Locators<AccountId>) -> NewVersion<AccountId> {
        NewVersion {
            ciphertext: self.ciphertext,
            size: self.size,
            plaintext: self.plaintext,
            commitment: self.commitment,
            descriptor: self.descriptor.clone(),
            locators,
        }
    }
}

/// Records that were registered.
#[derive(Clone, PartialEq, Debug)]
pub struct Registration {
    /// The records, in the order of the files.
    pub records: Vec<RecordId>,
    /// What is on hold for each of them.
    pub deposits: Vec<Balance>,
    /// The transaction.
    pub outcome: Outcome,
}

/// What to do with a document that identifies a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Identifying {
    /// It is not sealed.
    Refused,
    /// It is sealed as it is: whoever gets the key learns who the person is.
    Accepted,
}

/// Reads a document, a folder or a zip, and seals it under a fresh record key that is committed to the owner's encryption key.
///
/// # Errors
/// [`Error::Read`] if it is broken or not of the named kind, [`Error::Identifies`] if it identifies a person and that is
/// not accepted, [`Error::Stopped`] if it was stopped, and whatever [`envelope::seal`] returns.
pub fn seal_file(
    document: &Path,
    kind: Option<Kind>,
    envelope: &Path,
    (owner_key, identifying): (Point, Identifying),
    progress: &Progress,
) -> Result<SealedFile> {
    let description = progress.reading(document, |source| readers::describe(source, kind))?;
    if identifying == Identifying::Refused && !description.identifying.is_empty() {
        return Err(Error::Identifies { path: document.into(), elements: description.identifying });
    }
    let key = RecordKey::generate(&mut OsRng);
    let commitment = key
        .commit(&mut OsRng, &owner_key)
        .map_err(|error| Error::crypto("commit to the record key", error))?;
    let size = description.descriptor.plaintext_size;
    let sealed = envelope::seal_sized(document, envelope, &key, Some(size), progress)?;
    if sealed.plaintext_size != size {
        // What was described is not what was sealed: auditors would reject it.
        let removed = std::fs::remove_file(envelope);
        removed.map_err(|source| Error::file("remove", envelope, source))?;
        return Err(Error::Invalid {
            what: "the document",
            reason: format!("{} changed while it was being sealed", document.display()),
        });
    }
    Ok(SealedFile {
        path: envelope.into(),
        ciphertext: sealed.ciphertext,
        size: sealed.size,
        plaintext: sealed.plaintext,
        owner_key,
        commitment,
        descriptor: description.descriptor,
        identifying: description.identifying,
        subject: None,
        remarks: description.remarks,
    })
}

/// The encryption key that the chain has for a member, and to which new versions must be sealed.
///
/// # Errors
/// [`Error::UnknownMember`], [`Error::MissingKey`] if the identity does not hold its secret.
pub async fn registered_key(chain: &Chain, identity: &Identity) -> Result<Point> {
    let key = chain.known_member(identity.account(), At::Best).await?.key;
    identity.key_pair(&key).map(|_| key)
}

/// Uploads sealed files, and makes the call that registers each as a new record. Without a subject, each record gets a
/// random pseudonym.
///
/// # Errors
/// [`Error::Invalid`] if there is no file or more than the chain takes at once, [`Error::NotNow`] if a file was sealed to
/// another key than the registered one; whatever the vault refuses. Uploads are not undone: nobody can open them.
pub async fn registration(
    chain: &Chain,
    identity: &Identity,
    vaults: &Vaults,
    files: &[SealedFile],
    (subject, policy): (Option<Hash>, &Policy),
    progress: &Progress,
) -> Result<Call> {
    // Before anything is uploaded: the runtime refuses a longer list without saying why.
    let most = chain.constant::<u32>("Records", "MaxBatch").await?;
    if files.is_empty() || u32::try_from(files.len()).map_or(true, |count| count > most) {
        let reason = format!("it has {} files, and 1 to {most} are registered at once", files.len());
        return Err(Error::Invalid { what: "the list of files", reason });
    }
    let key = registered_key(chain, identity).await?;
    files.iter().try_for_each(|file| sealed_to(file, key))?;
    let mut records = Vec::with_capacity(files.len());
    for file in files {
        let locators = vaults.upload(identity, &file.path, file.ciphertext, progress).await?;
        records.push(NewRecord {
            subject: subject.or(file.subject).unwrap_or_else(pseudonym),
            policy: policy.clone(),
            content: file.version(locators),
        });
    }
    Ok(match <[NewRecord; 1]>::try_from(records) {
        Ok([NewRecord { subject, policy, content }]) => calls::register(subject, policy, content),
        Err(records) => calls::register_many(records),
    })
}

/// Uploads sealed files and registers each as a new record, all in one transaction.
///
/// # Errors
/// As [`registration`], and whatever the chain refuses.
pub async fn register(
    chain: &Chain,
    identity: &Identity,
    vaults: &Vaults,
    files: &[SealedFile],
    what: (Option<Hash>, &Policy),
    (until, progress): (Until, &Progress),
) -> Result<Registration> {
    let call = registration(chain, identity, vaults, files, what, progress).await?;
    progress.begin(Stage::Waiting, None);
    let outcome = chain.submit(identity, call, until).await?;
    progress.end();
    let registered = outcome
        .events
        .iter()
        .filter(|event| event.is("Records", "Registered"))
        .map(|event| Ok((event.field("record")?, event.field("deposit")?)))
        .collect::<Result<Vec<(RecordId, Balance)>>>()?;
    if registered.len() != files.len() {
        return Err(Error::NoEvent { call: outcome.call, event: "Records.Registered for each file".into() });
    }
    let (records, deposits) = registered.into_iter().unzip();
    Ok(Registration { records, deposits, outcome })
}

/// Uploads a sealed file and registers it as a new version of a record. Returns the version's number.
///
/// # Errors
/// As [`register`].
pub async fn revise(
    chain: &Chain,
    identity: &Identity,
    vaults: &Vaults,
    record: RecordId,
    file: &SealedFile,
    (until, progress): (Until, &Progress),
) -> Result<(Version, Outcome)> {
    sealed_to(file, registered_key(chain, identity).await?)?;
    ensure_owner(chain, identity, record).await?;
    let locators = vaults.upload(identity, &file.path, file.ciphertext, progress).await?;
    progress.begin(Stage::Waiting, None);
    let outcome = chain.submit(identity, calls::revise(record, file.version(locators)), until).await?;
    progress.end();
    // From the transaction's own event: the node may be gone by now.
    let version = outcome.field("Records", "Revised", "version")?;
    Ok((version, outcome))
}

/// Ends a record.
///
/// # Errors
/// Whatever the chain refuses.
pub async fn withdraw(chain: &Chain, identity: &Identity, record: RecordId, until: Until) -> Result<Outcome> {
    chain.submit(identity, calls::withdraw(record), until).await
}

/// Copies the ciphertext of a version to other vaults and tells the chain that it is there from now on, and nowhere
/// else. The vaults that it was at clear it away in their own time.
///
/// # Errors
/// [`Error::NotYours`], [`Error::UnknownVersion`], [`Error::NoVault`] if none of the version's vaults is among `from`;
/// whatever the vaults and the chain refuse. Then the record stays where it was.
pub async fn relocate(
    chain: &Chain,
    identity: &Identity,
    (from, to): (&Vaults, &Vaults),
    (record, version): (RecordId, Version),
    (until, progress): (Until, &Progress),
) -> Result<Outcome> {
    ensure_owner(chain, identity, record).await?;
    let content = chain.known_version(record, version, At::Best).await?;
    let folder = std::env::temp_dir();
    let dir = tempfile::tempdir_in(&folder)
        .map_err(|source| Error::file("create a temporary folder in", &folder, source))?;
    let (part, file) = (dir.path().join("part"), dir.path().join("ciphertext"));
    from.download(identity, (record, version), &content, (&part, &file), progress).await?;
    let locators = to.upload_to_all(identity, &file, content.content.ciphertext, progress).await?;
    chain.submit(identity, calls::relocate(record, version, locators), until).await
}

async fn ensure_owner(chain: &Chain, identity: &Identity, record: RecordId) -> Result<()> {
    let owner = chain.known_record(record, At::Best).await?.owner;
    if owner == *identity.account() {
        return Ok(());
    }
    let account = identity.account().clone();
    Err(Error::NotYours { what: format!("record {record}"), owner, account })
}

/// A random pseudonym of a person: the SHA-256 of a salt that nobody keeps could not say less.
pub fn pseudonym() -> Hash {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    Hash::from(bytes)
}

fn sealed_to(file: &SealedFile, key: Point) -> Result<()> {
    if file.owner_key == key {
        return Ok(());
    }
    Err(Error::NotNow {
        doing: "register",
        what: file.path.display().to_string(),
        reason: "it was sealed to another encryption key than the one that is registered now: seal it again"
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use medshare_crypto::open_commitment;

    use super::*;
    use crate::progress::Step;

    #[test]
    fn a_sealed_file_opens_with_the_owners_key() {
        let folder = tempfile::tempdir().unwrap();
        let (document, sealed) = (folder.path().join("note.txt"), folder.path().join("note.age"));
        std::fs::write(&document, "a document").unwrap();
        let owner = Identity::generate().unwrap();
        let key = owner.newest_key();
        let file =
            seal_file(&document, None, &sealed, (key, Identifying::Refused), &Progress::default()).unwrap();
        assert_eq!(file.descriptor.kind, Kind::Document);
        let record_key = open_commitment(owner.key_pair(&key).unwrap(), &file.commitment).unwrap();
        let opened = folder.path().join("opened");
        let registered = envelope::Registered::from(&file.version(Default::default()));
        envelope::open(&sealed, &opened, &record_key, &registered, &Progress::default()).unwrap();
        assert_eq!(std::fs::read_to_string(opened).unwrap(), "a document");
        let json = serde_json::to_string(&file).unwrap();
        assert_eq!(serde_json::from_str::<SealedFile>(&json).unwrap(), file);
    }

    #[test]
    fn a_broken_file_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (document, sealed) = (folder.path().join("bundle.json"), folder.path().join("bundle.age"));
        std::fs::write(&document, "{").unwrap();
        let key = Identity::generate().unwrap().newest_key();
        let refused = seal_file(
            &document,
            Some(Kind::Fhir),
            &sealed,
            (key, Identifying::Accepted),
            &Progress::default(),
        );
        assert!(matches!(refused, Err(Error::Read(_))));
        assert!(!sealed.exists());
    }

    #[test]
    fn what_identifies_is_sealed_only_if_that_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let (document, sealed) = (folder.path().join("patient.json"), folder.path().join("patient.age"));
        std::fs::write(&document, r#"{"resourceType":"Patient","name":[{"family":"Muster"}]}"#).unwrap();
        let key = Identity::generate().unwrap().newest_key();
        let seal =
            |identifying| seal_file(&document, None, &sealed, (key, identifying), &Progress::default());
        let Err(Error::Identifies { elements, .. }) = seal(Identifying::Refused) else {
            panic!("it was not refused")
        };
        assert_eq!(elements, ["Patient.name"]);
        assert!(!sealed.exists());
        assert_eq!(seal(Identifying::Accepted).unwrap().identifying, elements);
    }

    #[test]
    fn a_folder_that_is_sealed_tells_how_much_there_is_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let study = folder.path().join("study");
        std::fs::create_dir(&study).unwrap();
        let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/dicom/CT_small.dcm");
        std::fs::copy(image, study.join("1.dcm")).unwrap();
        let key = Identity::generate().unwrap().newest_key();
        let steps = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&steps);
        let progress = Progress::new(move |step| told.lock().unwrap().push(step));
        let sealed = folder.path().join("study.age");
        let file = seal_file(&study, None, &sealed, (key, Identifying::Accepted), &progress).unwrap();
        let size = file.descriptor.plaintext_size;
        let steps = steps.lock().unwrap();
        let begin = Step::Begin { stage: Stage::Sealing, total: Some(size) };
        let first = steps.iter().position(|step| *step == begin).unwrap();
        let done = steps[first..].iter().map(|step| if let Step::Advance(by) = step { *by } else { 0 });
        assert_eq!(done.sum::<u64>(), size);
    }

    #[test]
    fn a_file_sealed_to_an_old_key_is_not_registered() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("note.txt");
        std::fs::write(&document, "a document").unwrap();
        let mut owner = Identity::generate().unwrap();
        let old = owner.newest_key();
        let file = seal_file(
            &document,
            None,
            &folder.path().join("note.age"),
            (old, Identifying::Refused),
            &Progress::default(),
        )
        .unwrap();
        sealed_to(&file, old).unwrap();
        assert!(matches!(sealed_to(&file, owner.add_key()), Err(Error::NotNow { .. })));
    }
}
