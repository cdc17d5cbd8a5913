//! Files: describing, sealing, registering, opening.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use medshare_client::{access, chain::At, progress::Progress, provider, provider::SealedFile, readers};
use medshare_types::{Kind, Point, Policy};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    args::{Deidentify, FileArgs, Open, Register, Revise, Seal},
    context::Context,
    output::Output,
};

/// The ending of the description that lies beside a sealed file.
const SEALED: &str = ".sealed.json";

pub fn describe(args: FileArgs) -> Result<Output> {
    let description = readers::describe(&args.file, args.kind)?;
    Output::new(json!({ "descriptor": description.descriptor, "identifying": description.identifying }))
}

pub fn deidentify(args: Deidentify) -> Result<Output> {
    if args.output.exists() {
        bail!(
            "{} exists already\nhint: name another file, or move this one away first",
            args.output.display()
        );
    }
    let removed = readers::describe(&args.file, None)?.identifying;
    let bytes = readers::deidentify(&args.file)?;
    let dir = args.output.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file =
        tempfile::NamedTempFile::new_in(dir).with_context(|| format!("cannot write to {}", dir.display()))?;
    fs::write(file.path(), &bytes)?;
    file.persist_noclobber(&args.output)
        .with_context(|| format!("cannot write {}", args.output.display()))?;
    Ok(Output::new(json!({ "path": args.output, "removed": removed }))?
        .line(format!("{} is a copy without: {}", args.output.display(), removed.join(", ")))
        .line("Read it before you share it: free text and images can identify a person too."))
}

pub async fn seal(context: &Context, args: Seal) -> Result<Output> {
    let dir = match &args.output {
        Some(dir) => dir.clone(),
        None => args.file.file.parent().map(Path::to_owned).unwrap_or_default(),
    };
    let identity = context.identity()?;
    let key = provider::registered_key(&context.chain, &identity).await?;
    let sealed = seal_one(&args.file.file, args.file.kind, &dir, key, &context.progress).await?;
    let description = with_ending(&sealed.path, SEALED);
    fs::write(&description, serde_json::to_vec_pretty(&sealed)?)
        .with_context(|| format!("cannot write {}", description.display()))?;
    Ok(Output::new(json!({
        "path": sealed.path,
        "description": description,
        "ciphertext": sealed.ciphertext,
        "size": sealed.size,
        "plaintext": sealed.plaintext,
        "descriptor": sealed.descriptor,
        "identifying": sealed.identifying,
    }))?
    .line(format!(
        "{} is sealed; register it with: medshare register {}",
        sealed.path.display(),
        description.display()
    ))
    .line(identifying(&sealed)))
}

async fn seal_one(
    file: &Path,
    kind: Option<Kind>,
    dir: &Path,
    key: Point,
    progress: &Progress,
) -> Result<SealedFile> {
    let name = file.file_name().with_context(|| format!("{} has no file name", file.display()))?;
    let envelope = dir.join(format!("{}.age", name.to_string_lossy()));
    let (file, progress) = (file.to_owned(), progress.clone());
    Ok(tokio::task::spawn_blocking(move || provider::seal_file(&file, kind, &envelope, key, &progress))
        .await??)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn identifying(sealed: &SealedFile) -> String {
    match sealed.identifying.is_empty() {
        true => "Nothing in it was found that identifies a person.".to_owned(),
        false => format!(
            "Auditors will reject it, because it identifies a person by: {}. `medshare deidentify` takes that out.",
            sealed.identifying.join(", ")
        ),
    }
}

/// Files to be sealed on the way go through a directory that ends with the command.
struct Prepared {
    sealed: Vec<SealedFile>,
    _dir: tempfile::TempDir,
}

async fn prepare(context: &Context, files: &[PathBuf], kind: Option<Kind>) -> Result<Prepared> {
    let identity = context.identity()?;
    let key = provider::registered_key(&context.chain, &identity).await?;
    let dir = tempfile::tempdir().context("cannot make a temporary directory")?;
    let mut sealed = Vec::new();
    for (number, file) in files.iter().enumerate() {
        if file.to_string_lossy().ends_with(SEALED) {
            let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let description = serde_json::from_slice(&text).with_context(|| {
                format!("{} is no description of a sealed file; `medshare seal` writes them", file.display())
            })?;
            sealed.push(description);
        } else {
            // Two files of the same name must not meet.
            let place = dir.path().join(number.to_string());
            fs::create_dir(&place)?;
            sealed.push(seal_one(file, kind, &place, key, &context.progress).await?);
        }
    }
    Ok(Prepared { sealed, _dir: dir })
}

pub async fn register(context: &Context, args: Register) -> Result<Output> {
    let identity = context.identity()?;
    let mut policy = Policy::new(args.policy);
    for modifier in args.modifiers {
        // As many fit as there are.
        let _ = policy.modifiers.try_insert(modifier);
    }
    let prepared = prepare(context, &args.files, args.kind).await?;
    let registration = provider::register(
        &context.chain,
        &identity,
        &context.vaults().await?,
        &prepared.sealed,
        (args.subject, &policy),
        (context.until(), &context.progress),
    )
    .await?;
    let mut records = Vec::new();
    let mut lines = Vec::new();
    let at = At::Block(registration.outcome.block.hash);
    for ((record, sealed), file) in registration.records.iter().zip(&prepared.sealed).zip(&args.files) {
        let version = context.chain.known_version(*record, 1, at).await?;
        records.push(json!({
            "record": record,
            "version": 1,
            "file": file,
            "kind": sealed.descriptor.kind,
            "ciphertext": sealed.ciphertext,
            "size": sealed.size,
            "plaintext_size": sealed.descriptor.plaintext_size,
            "deposit": version.deposit.to_string(),
            "identifying": sealed.identifying,
        }));
        lines.push(format!("record {record}: {} ({} bytes sealed)", file.display(), sealed.size));
        if !sealed.identifying.is_empty() {
            lines.push(identifying(sealed));
        }
    }
    let output = Output::new(json!({ "records": records }))?.at(&registration.outcome);
    Ok(lines
        .into_iter()
        .fold(output, Output::line)
        .line("Next, auditors are drawn; `medshare agent` gives them the key."))
}

pub async fn revise(context: &Context, args: Revise) -> Result<Output> {
    let identity = context.identity()?;
    let prepared = prepare(context, std::slice::from_ref(&args.file.file), args.file.kind).await?;
    let sealed = prepared.sealed.first().context("nothing was sealed")?;
    let (version, outcome) = provider::revise(
        &context.chain,
        &identity,
        &context.vaults().await?,
        args.record,
        sealed,
        (context.until(), &context.progress),
    )
    .await?;
    Ok(Output::new(json!({
        "record": args.record,
        "version": version,
        "ciphertext": sealed.ciphertext,
        "size": sealed.size,
    }))?
    .at(&outcome)
    .line(format!("record {} has a new version {version}, which auditors have to approve", args.record)))
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
