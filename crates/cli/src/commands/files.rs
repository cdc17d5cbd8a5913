//! Files: describing, sealing, registering, opening.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use medshare_client::{Progress, access, listed::listed, provider, provider::SealedFile, readers};
use medshare_types::{Kind, Modifier, Permission, Point, Policy};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::privacy::{self, Cleared};
use crate::{
    args::{FileArgs, Open, Privacy, Register, Revise, Seal},
    context::Context,
    exit::Exit,
    failure::Failure,
    output::Output,
};

/// The ending of the description that lies beside a sealed file.
const SEALED: &str = ".sealed.json";

/// Behind the address of polkadot.js Apps, what it shows an encoded call with.
const DECODE: &str = "#/extrinsics/decode/";

pub async fn describe(progress: &Progress, args: FileArgs) -> Result<Output> {
    let (progress, FileArgs { file, kind }) = (progress.clone(), args);
    let described =
        on_files(move || Ok(progress.reading(&file, |source| readers::describe(source, kind))?)).await?;
    Output::new(json!(described))
}

/// Does work on files beside the asynchronous work, which a signal ends.
///
/// # Errors
/// Of the work.
pub async fn on_files<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}

pub async fn seal(context: &Context, args: Seal) -> Result<Output> {
    let dir = match &args.output {
        Some(dir) => dir.clone(),
        None => args.file.file.parent().map(Path::to_owned).unwrap_or_default(),
    };
    let identity = context.identity()?;
    let key = provider::registered_key(&context.chain, &identity).await?;
    // Before the file is sealed: a vault that cannot be reached is no news for afterwards.
    let vaults = match args.call_data {
        true => Some(context.vaults().await?),
        false => None,
    };
    let what = (&*args.file.file, args.file.kind, &args.privacy, args.link);
    let (sealed, cleared) = seal_one(context, what, &dir, key, Some(complete)).await?;
    let description = with_ending(&sealed.path, SEALED);
    let mut json = json!({
        "path": sealed.path,
        "description": description,
        "ciphertext": sealed.ciphertext,
        "size": sealed.size,
        "plaintext": sealed.plaintext,
        "descriptor": sealed.descriptor,
        "identifying": sealed.identifying,
        "changes": cleared.changes(),
        "remarks": sealed.remarks,
    });
    let Some((vaults, permission)) = vaults.zip(args.policy) else {
        let next = format!(
            "{} is sealed; register it with: medshare register {}",
            sealed.path.display(),
            description.display()
        );
        return Ok(with_secret(context, Output::new(json)?.line(next).line(notes(&sealed, &cleared))));
    };
    let call = provider::registration(
        &context.chain,
        &identity,
        &vaults,
        std::slice::from_ref(&sealed),
        (args.subject, &policy(permission, args.modifiers)),
        &context.progress,
    )
    .await?;
    let data = format!("0x{}", hex::encode(context.chain.call_data(&call).await?));
    let link = format!("{DECODE}{data}");
    let next = format!(
        "{} is sealed and at the vault. {} registers it: sign this call with the account's own wallet. In polkadot.js Apps, paste \
         it under Developer, Extrinsics, Decode, or append {DECODE} and it to the address of Apps.",
        sealed.path.display(),
        call.title()
    );
    json["call_data"] = data.clone().into();
    json["link"] = link.into();
    let output = Output::new(json)?.line(next).line(notes(&sealed, &cleared));
    Ok(with_secret(context, output).line(data))
}

/// What is permitted, and under which conditions.
fn policy(permission: Permission, modifiers: Vec<Modifier>) -> Policy {
    let mut policy = Policy::new(permission);
    for modifier in modifiers {
        // As many fit as there are.
        let _ = policy.modifiers.try_insert(modifier);
    }
    policy
}

/// A file, as what to read it, what becomes of what identifies in it, and whether it is linked with others.
type What<'a> = (&'a Path, Option<Kind>, &'a Privacy, bool);

/// What is written beside an envelope that stays where it is sealed.
type Beside = fn(&SealedFile, &Cleared, &Privacy) -> Result<()>;

async fn seal_one(
    context: &Context,
    (file, kind, privacy, link): What<'_>,
    dir: &Path,
    key: Point,
    beside: Option<Beside>,
) -> Result<(SealedFile, Cleared)> {
    let name = file.file_name().with_context(|| format!("{} has no file name", file.display()))?;
    let envelope = dir.join(format!("{}.age", name.to_string_lossy()));
    if beside.is_some() {
        // Before the file is sealed, which may take long.
        privacy::absent(&with_ending(&envelope, SEALED))?;
    }
    let (document, settings, privacy, progress) =
        (file.to_owned(), context.settings.clone(), privacy.clone(), context.progress.clone());
    let made = context.new_secret.clone();
    on_files(move || {
        let cleared = privacy::clear((&settings, &made), (&document, kind), (&privacy, link), &progress)?;
        let how = (key, privacy.identifying());
        let mut sealed = provider::seal_file(&cleared.path, kind, &envelope, how, &progress)
            .map_err(|error| privacy::explained(error, &document, &privacy))?;
        sealed.subject = cleared.subject;
        if let Some(beside) = beside {
            beside(&sealed, &cleared, &privacy)?;
        }
        Ok((sealed, cleared))
    })
    .await
}

/// Writes what belongs beside an envelope: its description and, last, what was changed in the file. If one of them cannot
/// be written, none of the three stays.
fn complete(sealed: &SealedFile, cleared: &Cleared, privacy: &Privacy) -> Result<()> {
    let description = with_ending(&sealed.path, SEALED);
    let envelope = sealed.path.as_path();
    privacy::write_json(&description, &described(sealed)).map_err(|error| taken_back(error, &[envelope]))?;
    write_reports(privacy, [cleared]).map_err(|error| taken_back(error, &[envelope, &description]))
}

/// Removes what was written of a file that could not be sealed as a whole, and says so.
fn taken_back(error: anyhow::Error, written: &[&Path]) -> anyhow::Error {
    let left = written.iter().filter(|path| fs::remove_file(path).is_err());
    let left: Vec<String> = left.map(|path| path.display().to_string()).collect();
    error.context(match left.is_empty() {
        true => "nothing is sealed, and the envelope is removed again".to_owned(),
        false => format!("nothing is sealed; remove {}, which nobody can use", left.join(" and ")),
    })
}

/// A sealed file as its description has it, which lies beside the envelope and says from there where that is.
fn described(sealed: &SealedFile) -> SealedFile {
    let path = match sealed.path.file_name() {
        Some(name) if sealed.path.is_relative() => PathBuf::from(name),
        _ => sealed.path.clone(),
    };
    SealedFile { path, ..sealed.clone() }
}

/// What a description says of a sealed file.
fn read_description(file: &Path) -> Result<SealedFile> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let sealed: SealedFile = serde_json::from_slice(&text).with_context(|| {
        format!("{} is no description of a sealed file; `medshare seal` writes them", file.display())
    })?;
    Ok(SealedFile { path: envelope_of(file, &sealed.path), ..sealed })
}

/// Where the envelope is that a description names: as seen from the description's folder or, if it is not there, in it.
/// The two may have been moved together, and earlier releases wrote the path as it was typed.
fn envelope_of(description: &Path, named: &Path) -> PathBuf {
    let folder = description.parent().unwrap_or(Path::new(""));
    // An absolute path stays what it is.
    let path = folder.join(named);
    match named.file_name() {
        Some(name) if !path.exists() => folder.join(name),
        _ => path,
    }
}

/// Writes what was changed in files, if that was asked for: of one file as an object, of several as a list.
fn write_reports<'a>(privacy: &Privacy, cleared: impl IntoIterator<Item = &'a Cleared>) -> Result<()> {
    let Some(path) = &privacy.rules.report else { return Ok(()) };
    let reports: Vec<_> = cleared.into_iter().filter_map(|cleared| cleared.report.as_ref()).collect();
    match reports.as_slice() {
        [one] => privacy::write_json(path, one),
        all => privacy::write_json(path, &all),
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// What the owner of a sealed file should know.
fn notes(sealed: &SealedFile, cleared: &Cleared) -> String {
    let mut notes: Vec<String> = sealed.remarks.iter().map(|remark| format!("Note: {remark}.")).collect();
    notes.extend(cleared.report.as_ref().map(|report| {
        format!("It is a copy with {} changes: {}.", report.changes.len(), listed(&report.elements()))
    }));
    notes.push(match sealed.identifying.is_empty() {
        true => {
            "Nothing in it was found that identifies a person; free text and images are for people to read."
                .to_owned()
        }
        false => {
            format!("It identifies a person by: {}. Auditors will reject it.", listed(&sealed.identifying))
        }
    });
    notes.join("\n")
}

/// With what to know about the institution's secret, if one was made.
fn with_secret(context: &Context, output: Output) -> Output {
    privacy::new_secret(&context.new_secret).into_iter().fold(output, Output::line)
}

/// What was done, whatever became of the report about it.
fn done(context: &Context, output: Output, report: Result<()>) -> Output {
    let output = with_secret(context, output);
    match report {
        Ok(()) => output,
        Err(error) => {
            tracing::warn!("it is done, but there is no report of it: {error:#}");
            output.exit(Exit::Failed)
        }
    }
}

/// Files to be sealed on the way go through a directory that ends with the command.
struct Prepared {
    sealed: Vec<SealedFile>,
    cleared: Vec<Cleared>,
    _dir: tempfile::TempDir,
}

async fn prepare(
    context: &Context,
    files: &[PathBuf],
    (kind, privacy, link): (Option<Kind>, &Privacy, bool),
) -> Result<Prepared> {
    let identity = context.identity()?;
    let key = provider::registered_key(&context.chain, &identity).await?;
    let dir = tempfile::tempdir().context("cannot make a temporary directory")?;
    let (mut sealed, mut cleared) = (Vec::new(), Vec::new());
    for (number, file) in files.iter().enumerate() {
        if file.to_string_lossy().ends_with(SEALED) {
            let description = read_description(file)?;
            if privacy.deidentify || link {
                let failure = Failure::usage(
                    format!(
                        "{} is sealed already: nothing in it can be read or changed any more",
                        file.display()
                    ),
                    "give --deidentify and --link to `medshare seal`",
                );
                return Err(failure.into());
            }
            sealed.push(description);
            cleared.push(Cleared::default());
        } else {
            // Two files of the same name must not meet.
            let place = dir.path().join(number.to_string());
            fs::create_dir(&place)?;
            let (one, how) = seal_one(context, (file, kind, privacy, link), &place, key, None).await?;
            sealed.push(one);
            cleared.push(how);
        }
    }
    Ok(Prepared { sealed, cleared, _dir: dir })
}

/// What became of what was sent. If that is not known, it may be registered: then its report is written, as far as that is possible.
fn settled<T>(
    context: &Context,
    ended: medshare_client::Result<T>,
    (privacy, cleared): (&Privacy, &[Cleared]),
) -> Result<T> {
    if ended.is_err() && context.chain.last_sent().is_some() {
        // What went wrong first is told.
        let _ = write_reports(privacy, cleared);
    }
    Ok(ended?)
}

pub async fn register(context: &Context, args: Register) -> Result<Output> {
    let identity = context.identity()?;
    let policy = policy(args.policy, args.modifiers);
    let prepared = prepare(context, &args.files, (args.kind, &args.privacy, args.link)).await?;
    let registration = provider::register(
        &context.chain,
        &identity,
        &context.vaults().await?,
        &prepared.sealed,
        (args.subject, &policy),
        (context.until(), &context.progress),
    )
    .await;
    let registration = settled(context, registration, (&args.privacy, &prepared.cleared))?;
    let report = write_reports(&args.privacy, &prepared.cleared);
    let mut records = Vec::new();
    let mut lines = Vec::new();
    let registered = registration.records.iter().zip(&registration.deposits);
    let files = prepared.sealed.iter().zip(&prepared.cleared).zip(&args.files);
    for ((record, deposit), ((sealed, cleared), file)) in registered.zip(files) {
        records.push(json!({
            "record": record,
            "version": 1,
            "file": file,
            "kind": sealed.descriptor.kind,
            "ciphertext": sealed.ciphertext,
            "size": sealed.size,
            "plaintext_size": sealed.descriptor.plaintext_size,
            "deposit": deposit.to_string(),
            "identifying": sealed.identifying,
            "changes": cleared.changes(),
            "remarks": sealed.remarks,
        }));
        lines.push(format!("record {record}: {} ({} bytes sealed)", file.display(), sealed.size));
        lines.push(notes(sealed, cleared));
    }
    let output = Output::new(json!({ "records": records }))?.at(&registration.outcome);
    let output = lines.into_iter().fold(output, Output::line);
    let output = output.line("Next, auditors are drawn; `medshare agent` gives them the key.");
    Ok(done(context, output, report))
}

pub async fn revise(context: &Context, args: Revise) -> Result<Output> {
    let identity = context.identity()?;
    let how = (args.file.kind, &args.privacy, false);
    let prepared = prepare(context, std::slice::from_ref(&args.file.file), how).await?;
    let sealed = prepared.sealed.first().context("nothing was sealed")?;
    let revised = provider::revise(
        &context.chain,
        &identity,
        &context.vaults().await?,
        args.record,
        sealed,
        (context.until(), &context.progress),
    )
    .await;
    let (version, outcome) = settled(context, revised, (&args.privacy, &prepared.cleared))?;
    let report = write_reports(&args.privacy, &prepared.cleared);
    let output = Output::new(json!({
        "record": args.record,
        "version": version,
        "ciphertext": sealed.ciphertext,
        "size": sealed.size,
    }))?
    .at(&outcome)
    .line(format!("record {} has a new version {version}, which auditors have to approve", args.record));
    Ok(done(context, output, report))
}

pub async fn open(context: &Context, args: Open) -> Result<Output> {
    let identity = context.identity()?;
    let opened = access::open(
        &context.chain,
        &identity,
        &context.vaults().await?,
        (args.record, args.version_number),
        &args.output,
        &context.progress,
    )
    .await?;
    let sha256 = digest(&args.output)?;
    Ok(Output::new(json!({
        "record": opened.record,
        "version": opened.version,
        "bytes": opened.bytes,
        "sha256": sha256,
        "path": args.output,
    }))?
    .line(format!(
        "{}: {} bytes, as they were sealed (SHA-256 {sha256})",
        args.output.display(),
        opened.bytes
    )))
}

/// SHA-256 of a file, in hex with `0x`.
pub fn digest(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut hasher = Sha256::new();
    std::io::copy(&mut file, &mut hasher)?;
    Ok(format!("0x{}", hex::encode(hasher.finalize())))
}

#[cfg(test)]
mod tests {
    use medshare_client::{keys::Identity, provider::Identifying, readers::deid::Dates};

    use super::*;
    use crate::args::Rules;

    fn sealed(folder: &Path) -> SealedFile {
        let document = folder.join("note.txt");
        fs::write(&document, "a document").unwrap();
        let how = (Identity::generate().unwrap().newest_key(), Identifying::Refused);
        provider::seal_file(&document, None, &folder.join("note.txt.age"), how, &Progress::default()).unwrap()
    }

    fn privacy(report: Option<PathBuf>) -> Privacy {
        let (keep_text, keep_characteristics) = (false, false);
        let rules = Rules { dates: Dates::Shift, keep_text, keep_characteristics, patient: None, report };
        Privacy { deidentify: true, accept_identifying: false, rules }
    }

    #[test]
    fn an_envelope_stays_only_with_all_that_belongs_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let description = folder.path().join("note.txt.age.sealed.json");
        let nowhere = folder.path().join("none").join("changes.json");
        for (report, before) in [(Some(nowhere), None), (None, Some("something else"))] {
            let envelope = sealed(folder.path());
            if let Some(before) = before {
                fs::write(&description, before).unwrap();
            }
            let error = complete(&envelope, &Cleared::default(), &privacy(report)).unwrap_err();
            assert!(error.to_string().contains("the envelope is removed again"), "{error:#}");
            assert!(!envelope.path.exists());
            // What is somebody else's stays.
            assert_eq!(fs::read_to_string(&description).ok().as_deref(), before);
        }
    }

    #[test]
    fn an_envelope_is_found_beside_its_description() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("changes.json");
        let envelope = sealed(folder.path());
        complete(&envelope, &Cleared::default(), &privacy(Some(report.clone()))).unwrap();
        assert!(report.exists());
        let moved = tempfile::tempdir().unwrap();
        for name in ["note.txt.age", "note.txt.age.sealed.json"] {
            fs::rename(folder.path().join(name), moved.path().join(name)).unwrap();
        }
        let read = read_description(&moved.path().join("note.txt.age.sealed.json")).unwrap();
        assert_eq!(read, SealedFile { path: moved.path().join("note.txt.age"), ..envelope });
    }

    #[test]
    fn a_description_names_its_envelope_from_its_own_folder() {
        let folder = tempfile::tempdir().unwrap();
        let envelope = sealed(folder.path());
        assert_eq!(described(&envelope).path, envelope.path, "an absolute path stays");
        let typed = SealedFile { path: "scans/note.txt.age".into(), ..envelope.clone() };
        assert_eq!(described(&typed).path, Path::new("note.txt.age"));
        let description = folder.path().join("note.txt.age.sealed.json");
        // As it is written now, as it was typed, and as another machine had it.
        for named in ["note.txt.age", "scans/note.txt.age", "/nowhere/scans/note.txt.age"] {
            assert_eq!(envelope_of(&description, Path::new(named)), envelope.path, "{named}");
        }
        assert_eq!(envelope_of(Path::new("note.sealed.json"), &envelope.path), envelope.path);
    }
}
