//! Files: describing, sealing, registering, opening.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use medshare_client::{access, chain::At, listed::listed, provider, provider::SealedFile, readers};
use medshare_types::{Kind, Modifier, Permission, Point, Policy};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::privacy::{self, Cleared};
use crate::{
    args::{FileArgs, Open, Privacy, Register, Revise, Seal},
    context::Context,
    failure::Failure,
    output::Output,
};

/// The ending of the description that lies beside a sealed file.
const SEALED: &str = ".sealed.json";

/// Behind the address of polkadot.js Apps, what it shows an encoded call with.
const DECODE: &str = "#/extrinsics/decode/";

pub fn describe(args: FileArgs) -> Result<Output> {
    Output::new(json!(readers::describe(&args.file, args.kind)?))
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
    let (sealed, cleared) = seal_one(context, what, &dir, key).await?;
    write_reports(&args.privacy, [&cleared])?;
    let description = with_ending(&sealed.path, SEALED);
    fs::write(&description, serde_json::to_vec_pretty(&sealed)?)
        .with_context(|| format!("cannot write {}", description.display()))?;
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
        return Ok(Output::new(json)?.line(next).line(notes(&sealed, &cleared)));
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
    Ok(Output::new(json)?.line(next).line(notes(&sealed, &cleared)).line(data))
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

async fn seal_one(
    context: &Context,
    (file, kind, privacy, link): What<'_>,
    dir: &Path,
    key: Point,
) -> Result<(SealedFile, Cleared)> {
    let name = file.file_name().with_context(|| format!("{} has no file name", file.display()))?;
    let envelope = dir.join(format!("{}.age", name.to_string_lossy()));
    let (document, settings, privacy, progress) =
        (file.to_owned(), context.settings.clone(), privacy.clone(), context.progress.clone());
    tokio::task::spawn_blocking(move || -> Result<_> {
        let cleared = privacy::clear(&settings, &document, kind, &privacy, link)?;
        let how = (key, privacy.identifying());
        let mut sealed = provider::seal_file(&cleared.path, kind, &envelope, how, &progress)
            .map_err(|error| privacy::explained(error, &document, &privacy))?;
        sealed.subject = cleared.subject;
        Ok((sealed, cleared))
    })
    .await?
}

/// Writes what was changed in files, if that was asked for: of one file as an object, of several as a list.
fn write_reports<'a>(privacy: &Privacy, cleared: impl IntoIterator<Item = &'a Cleared>) -> Result<()> {
    let Some(path) = &privacy.rules.report else { return Ok(()) };
    let reports: Vec<_> = cleared.into_iter().filter_map(|cleared| cleared.report.as_ref()).collect();
    match reports.as_slice() {
        [one] => privacy::write_report(path, one),
        all => privacy::write_report(path, &all),
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
    notes.extend(privacy::new_secret(cleared.new_secret.as_deref()));
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
            let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let description: SealedFile = serde_json::from_slice(&text).with_context(|| {
                format!("{} is no description of a sealed file; `medshare seal` writes them", file.display())
            })?;
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
            let (one, how) = seal_one(context, (file, kind, privacy, link), &place, key).await?;
            sealed.push(one);
            cleared.push(how);
        }
    }
    write_reports(privacy, &cleared)?;
    Ok(Prepared { sealed, cleared, _dir: dir })
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
    .await?;
    let mut records = Vec::new();
    let mut lines = Vec::new();
    let at = At::Block(registration.outcome.block.hash);
    let files = prepared.sealed.iter().zip(&prepared.cleared).zip(&args.files);
    for (record, ((sealed, cleared), file)) in registration.records.iter().zip(files) {
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
            "changes": cleared.changes(),
            "remarks": sealed.remarks,
        }));
        lines.push(format!("record {record}: {} ({} bytes sealed)", file.display(), sealed.size));
        lines.push(notes(sealed, cleared));
    }
    let output = Output::new(json!({ "records": records }))?.at(&registration.outcome);
    Ok(lines
        .into_iter()
        .fold(output, Output::line)
        .line("Next, auditors are drawn; `medshare agent` gives them the key."))
}

pub async fn revise(context: &Context, args: Revise) -> Result<Output> {
    let identity = context.identity()?;
    let how = (args.file.kind, &args.privacy, false);
    let prepared = prepare(context, std::slice::from_ref(&args.file.file), how).await?;
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
