//! What in files identifies persons: finding it, taking it out, and not sealing it unawares.

use std::{
    fs,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use medshare_client::{
    Progress,
    listed::listed,
    provider::Identifying,
    readers::{
        Source,
        deid::{self, Findings, Options, Report, Secret},
    },
};
use medshare_types::{Hash, Kind};
use serde_json::json;
use tempfile::NamedTempFile;

use super::files::on_files;
use crate::{
    args::{Check, Deidentify, FileArgs, Privacy, Rules},
    context::{NewSecret, Session},
    exit::Exit,
    failure::Failure,
    output::Output,
    settings::Settings,
};

/// Most lines about findings that people are shown.
const MOST: usize = 60;

/// `medshare check`: ends in [`Exit::Input`] if a file holds something structured.
pub async fn check(progress: &Progress, args: Check) -> Result<Output> {
    let (progress, Check { file: FileArgs { file, kind }, values }) = (progress.clone(), args);
    let findings =
        on_files(move || Ok(progress.reading(&file, |source| deid::check(source, kind, values))?)).await?;
    let lines = lines(&findings, values);
    let checked = findings.checked();
    let output = lines.into_iter().fold(Output::new(json!(checked))?, Output::line);
    Ok(match checked.clean {
        true => output.line("Nothing in it names a person where names, numbers and dates have their place."),
        false => output
            .line("`medshare deidentify` makes a copy without what is structured; see docs/deidentification.md.")
            .exit(Exit::Input),
    })
}

/// What was found, for people.
pub fn lines(findings: &Findings, values: bool) -> Vec<String> {
    let mut lines: Vec<String> = match values {
        true => findings
            .findings
            .iter()
            .map(|finding| {
                let value = finding.value.as_deref().unwrap_or_default();
                let file = finding.file.as_deref().map(|file| format!("{file}: ")).unwrap_or_default();
                format!(
                    "{} {}: {file}{}, {}: {value}",
                    finding.certainty, finding.identifier, finding.place, finding.what
                )
            })
            .collect(),
        false => findings
            .counts
            .iter()
            .map(|found| {
                let times = if found.count > 1 { format!(" ({} times)", found.count) } else { String::new() };
                format!("{} {}: {}, {}{times}", found.certainty, found.identifier, found.element, found.what)
            })
            .collect(),
    };
    let more = lines.len().saturating_sub(MOST);
    if more > 0 && !values {
        lines.truncate(MOST);
        lines.push(format!("and {more} more, which --json shows"));
    }
    let named = u64::try_from(findings.findings.len()).unwrap_or(u64::MAX);
    let unnamed = findings.counts.iter().map(|found| found.count).sum::<u64>().saturating_sub(named);
    if unnamed > 0 && values {
        lines.push(format!("and {unnamed} more of the same kinds in the same elements"));
    }
    lines.extend(findings.claims.iter().map(|claim| format!("The file says: {claim}")));
    lines.extend(findings.limits.iter().cloned());
    lines
}

/// `medshare deidentify`: writes a copy.
pub async fn deidentify(settings: Settings, session: &Session, args: Deidentify) -> Result<Output> {
    let (made, progress) = (session.new_secret.clone(), session.progress.clone());
    on_files(move || copied(&settings, &made, &args, &progress)).await
}

fn copied(settings: &Settings, made: &NewSecret, args: &Deidentify, progress: &Progress) -> Result<Output> {
    for path in [Some(&args.output), args.rules.report.as_ref()].into_iter().flatten() {
        writable(path)?;
    }
    let options = options(settings, &args.rules, made)?;
    let kind = args.file.kind;
    let (mut copy, report) = Draft::copy((&args.file.file, kind), &args.output, &options, progress)?;
    // Before it is kept: whoever breaks this off has no copy that was not looked through.
    let held = Source::held(&args.output, copy.file.as_file_mut());
    let left = progress.reading(held, |source| deid::check(source, kind, false))?;
    copy.keep()?;
    if let Some(path) = &args.rules.report {
        write_json(path, &report).map_err(|error| match fs::remove_file(&args.output) {
            Ok(()) => error.context("the copy is removed again, as there is no report of it"),
            Err(_) => error.context(format!("there is no report of {}, the copy", args.output.display())),
        })?;
    }
    let removed = report.elements();
    let output = Output::new(json!({
        "path": args.output,
        "removed": removed,
        "counts": report.counts,
        "report": args.rules.report,
        "left": left.identifying(),
        "remarks": left.remarks,
        "new_secret": made.get(),
    }))?
    .line(format!(
        "{} is a copy with {} changes: {}",
        args.output.display(),
        report.changes.len(),
        listed(&removed)
    ));
    let output = new_secret(made).into_iter().fold(output, Output::line);
    let output = match left.is_clean() {
        true => output,
        false => output
            .line(format!(
                "It still identifies by {}, which no program can take out.",
                listed(&left.identifying())
            ))
            .exit(Exit::Input),
    };
    let remarks = left.remarks.iter().map(|remark| format!("Note: {remark}."));
    let output = left.limits.iter().cloned().chain(remarks).fold(output, Output::line);
    Ok(output
        .line("Read it before you share it: free text, images and rare diseases can identify a person, too."))
}

/// What is sealed in the place of a file.
#[derive(Default)]
pub struct Cleared {
    /// The file itself, or a de-identified copy.
    pub path: PathBuf,
    /// What was changed in the copy.
    pub report: Option<Report>,
    /// The patient's pseudonym, if records of one patient are to be linked.
    pub subject: Option<Hash>,
    _dir: Option<tempfile::TempDir>,
}

impl Cleared {
    /// How many changes were made.
    pub fn changes(&self) -> usize {
        self.report.as_ref().map_or(0, |report| report.changes.len())
    }
}

/// A file as it is to be sealed. A copy has the same name, with `.zip` behind that of a folder.
pub fn clear(
    (settings, made): (&Settings, &NewSecret),
    (file, kind): (&Path, Option<Kind>),
    (privacy, link): (&Privacy, bool),
    progress: &Progress,
) -> Result<Cleared> {
    if privacy.has_idle_rules() {
        let failure = Failure::usage(
            "--dates, --keep-text, --keep-characteristics, --patient and --report are about de-identification",
            "add --deidentify",
        );
        return Err(failure.into());
    }
    let mut cleared = Cleared { path: file.to_owned(), ..Cleared::default() };
    if !privacy.deidentify && !link {
        return Ok(cleared);
    }
    // Before a secret is made, and before all work.
    if let Some(path) = &privacy.rules.report {
        writable(path)?;
    }
    let options = options(settings, &privacy.rules, made)?;
    if link {
        let subject = match &options.patient {
            Some(patient) => Some(options.secret.subject(patient)),
            None => progress.reading(file, |source| deid::subject(source, kind, &options.secret))?,
        };
        let subject = subject.ok_or_else(|| {
            Failure::input(
                format!("{} does not say which one patient it is about", file.display()),
                "name the patient with --patient (and --deidentify), or leave --link away",
            )
        })?;
        cleared.subject = Some(Hash::from(subject));
    }
    if privacy.deidentify {
        let dir = tempfile::tempdir().context("cannot make a temporary directory")?;
        let name = file.file_name().with_context(|| format!("{} has no file name", file.display()))?;
        let mut name = name.to_owned();
        if file.is_dir() {
            name.push(".zip");
        }
        let copy = dir.path().join(name);
        let (draft, report) = Draft::copy((file, kind), &copy, &options, progress)?;
        draft.keep()?;
        cleared.report = Some(report);
        cleared.path = copy;
        cleared._dir = Some(dir);
    }
    Ok(cleared)
}

impl Privacy {
    /// What to do with what identifies all the same.
    pub fn identifying(&self) -> Identifying {
        if self.accept_identifying { Identifying::Accepted } else { Identifying::Refused }
    }
}

/// Says what to do if a file was not sealed because it identifies a person.
pub fn explained(error: medshare_client::Error, file: &Path, privacy: &Privacy) -> anyhow::Error {
    let medshare_client::Error::Identifies { elements, .. } = error else { return error.into() };
    let told = format!("{} identifies a person by {}", file.display(), listed(&elements));
    let failure = match privacy.deidentify {
        false => Failure::input(
            told,
            "`medshare check` says where; --deidentify seals a copy without it. --accept-identifying seals it as it is: everybody \
             who gets the key then learns who it is, and auditors will reject it",
        ),
        true => Failure::input(
            format!("{told}, also after de-identification"),
            "no program can take that out: export the file anew without it, or seal it all the same with --accept-identifying",
        ),
    };
    failure.into()
}

fn options(settings: &Settings, rules: &Rules, made: &NewSecret) -> Result<Options> {
    let secret = secret(settings, made)?;
    let Rules { dates, keep_text, keep_characteristics, ref patient, .. } = *rules;
    Ok(Options { secret, dates, keep_text, keep_characteristics, patient: patient.clone() })
}

/// The institution's secret, which is made if there is none.
fn secret(settings: &Settings, made: &NewSecret) -> Result<Secret> {
    let path = settings.institution_secret.as_ref().map(|said| said.value.clone()).ok_or_else(|| {
        Failure::new(
            Exit::Key,
            "there is no place for the institution's secret: neither MEDSHARE_HOME nor HOME is set",
            "name the file with --institution-secret",
        )
    })?;
    let found = match settings.dry_run {
        // What is rehearsed is thrown away, and so is the secret that it takes.
        true => Secret::read(&path).map(|secret| (secret, false)).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok((Secret::generate(), false)),
            _ => Err(error),
        }),
        false => Secret::read_or_create(&path),
    };
    let (secret, new) = found.map_err(|error| {
        Failure::new(
            Exit::Key,
            format!("the institution's secret in {} cannot be used: {error}", path.display()),
            "restore it from its copy, or name another with --institution-secret",
        )
    })?;
    if new {
        // A command makes one at most.
        let _ = made.set(path);
    }
    Ok(secret)
}

/// What to say about a secret that was made.
pub fn new_secret(made: &NewSecret) -> Option<String> {
    made.get().map(|path| {
        format!(
            "{} is this institution's new secret: keep a copy, and give it to nobody outside. What is de-identified with another \
             one cannot be linked to this",
            path.display()
        )
    })
}

/// Checks before all work that a file can be written: it is not there yet, and its folder takes files.
fn writable(path: &Path) -> Result<()> {
    absent(path)?;
    temporary(path).map(drop)
}

/// Checks that a file is not there yet.
pub fn absent(path: &Path) -> Result<()> {
    match path.exists() {
        true => Err(Failure::input(
            format!("{} exists already", path.display()),
            "name another file, or move this one away first",
        )
        .into()),
        false => Ok(()),
    }
}

/// Writes a file of JSON, as a report or a description.
pub fn write_json(path: &Path, content: &impl serde::Serialize) -> Result<()> {
    let mut draft = Draft::new(path)?;
    draft.write(|out| {
        serde_json::to_writer_pretty(&mut *out, content)?;
        Ok(writeln!(out)?)
    })?;
    draft.keep()
}

/// A file that appears at once and whole, or not at all.
struct Draft<'a> {
    path: &'a Path,
    file: NamedTempFile,
}

impl<'a> Draft<'a> {
    fn new(path: &'a Path) -> Result<Self> {
        Ok(Self { path, file: temporary(path)? })
    }

    /// The copy of a file without what identifies, and what was changed in it.
    fn copy(
        (file, kind): (&Path, Option<Kind>),
        to: &'a Path,
        options: &Options,
        progress: &Progress,
    ) -> Result<(Self, Report)> {
        let mut copy = Self::new(to)?;
        let report = copy.write(|out| {
            Ok(progress.reading(file, |source| deid::deidentify(source, kind, out, options))?)
        })?;
        Ok((copy, report))
    }

    fn write<T>(&mut self, write: impl FnOnce(&mut dyn io::Write) -> Result<T>) -> Result<T> {
        let mut out = BufWriter::new(self.file.as_file_mut());
        let written = write(&mut out)?;
        out.flush().with_context(|| format!("cannot write {}", self.path.display()))?;
        Ok(written)
    }

    fn keep(self) -> Result<()> {
        let unwritable = || format!("cannot write {}", self.path.display());
        self.file.as_file().sync_all().with_context(unwritable)?;
        self.file.persist_noclobber(self.path).with_context(unwritable)?;
        Ok(())
    }
}

/// A temporary file in the folder of a file that is to be written, readable by its owner only.
fn temporary(path: &Path) -> Result<NamedTempFile> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    NamedTempFile::new_in(dir).with_context(|| format!("cannot write to {}", dir.display()))
}
