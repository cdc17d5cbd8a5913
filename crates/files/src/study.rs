//! Several files as one: a folder or a zip.

use std::{collections::BTreeSet, io::Write, path::Path};

use medshare_types::{Descriptor, Kind};

use crate::{
    At, Form, Inspect, Part, ReadError,
    context::Context,
    dicom::{Directory, Found, is_directory},
    fhir,
    form::{Input, recognise},
    single::{self, read_form},
    tally::Tally,
    watch::Pace,
    zipped::Packer,
};

/// The files of a folder or a zip.
pub(crate) trait Members {
    /// The folder or the zip.
    fn path(&self) -> &Path;
    /// The names of the files, `/`-separated, in order.
    fn names(&self) -> &[String];
    /// What a zip says besides its files.
    fn comments(&self) -> &[String];
    /// A file.
    fn open(&mut self, index: usize) -> Result<Open, ReadError>;
}

/// An open file.
pub(crate) struct Open {
    pub(crate) input: Box<dyn Input>,
    pub(crate) size: u64,
}

/// What several files are counted in.
#[derive(Default)]
struct Instances {
    studies: BTreeSet<String>,
    series: BTreeSet<String>,
    instances: BTreeSet<String>,
    number: usize,
    directories: Vec<(String, Directory)>,
}

/// Reads all files, and describes them as one of `size` bytes. All DICOM or all FHIR is of that kind; anything else is
/// a document, of which the forms of its files are counted.
pub(crate) fn read(
    members: &mut dyn Members,
    kind: Option<Kind>,
    (size, pace): (u64, &Pace),
    inspect: &mut dyn Inspect,
    remarks: &mut Vec<String>,
    out: Option<&mut dyn Write>,
) -> Result<Descriptor, ReadError> {
    let path = members.path().to_owned();
    let names = members.names().to_vec();
    pace.begin(size);
    let forms = forms(members, &names)?;
    let is = |wanted: Kind| forms.iter().all(|form| form.kind() == wanted);
    let found = [Kind::Dicom, Kind::Fhir].into_iter().find(|kind| is(*kind)).unwrap_or(Kind::Document);
    if let Some(wanted @ (Kind::Fhir | Kind::Dicom)) = kind
        && wanted != found
    {
        return Err(other_kind(&path, wanted, &names, &forms));
    }
    let lenient = kind == Some(Kind::Document) && out.is_none();
    let kind = kind.unwrap_or(found);
    if kind == Kind::Document && (forms.contains(&Form::Dicom) || forms.contains(&Form::Fhir)) && !lenient {
        remarks.push("it holds files of several forms, so it is shared as a document; a folder of DICOM or FHIR files only \
            is described in their terms".to_owned());
    }
    for comment in members.comments() {
        let mut tally = Tally::default();
        let mut context = Context {
            path: &path,
            member: None,
            inspect: &mut *inspect,
            tally: &mut tally,
            remarks: &mut *remarks,
            out: None,
        };
        context.part(At::Whole, Part::Metadata { name: "zip comment", value: comment })?;
    }

    let mut packer = out.map(|out| Packer::new(out, &path));
    let mut tally = Tally::default();
    let mut instances = Instances::default();
    pace.begin(size);
    for (index, (name, form)) in names.iter().zip(&forms).enumerate() {
        let mut open = members.open(index)?;
        let mut scratch = Tally::default();
        let mut context = Context {
            path: &path,
            member: Some(name),
            inspect: &mut *inspect,
            tally: if kind == Kind::Document { &mut scratch } else { &mut tally },
            remarks: &mut *remarks,
            out: None,
        };
        if packer.is_some() && *form == Form::Dicom && is_directory(&mut *open.input, open.size, &context)? {
            context.remark("a directory of DICOM files is left out, as it lists them as they were");
            continue;
        }
        let mut new_name = name.clone();
        context.part(At::Whole, Part::Name(&mut new_name))?;
        if let Some(packer) = &mut packer {
            single::ensure_editable(*form, &context)?;
            context.out = Some(packer.begin(&new_name, open.size)?);
        }
        let remark = form.remark(&single::extension_of(Path::new(name)));
        if let Some(remark) = remark {
            context.remark(remark);
        }
        match read_form(*form, &mut *open.input, open.size, &mut context) {
            Ok(single::Content::Dicom(Found::Instance(identity))) => {
                instances.number = instances.number.saturating_add(1);
                instances.studies.extend(identity.study);
                instances.series.extend(identity.series);
                if let Some(instance) = identity.instance
                    && !instances.instances.insert(instance)
                {
                    context.remark("it is the same DICOM instance as another file");
                }
            }
            Ok(single::Content::Dicom(Found::Directory(directory))) => {
                instances.directories.push((name.clone(), directory));
            }
            Ok(_) => {}
            Err(error) if lenient && error.is_of_content() => context.pass_over(&error)?,
            Err(error) => return Err(error),
        }
    }
    if let Some(packer) = packer {
        packer.finish()?;
    }
    match kind {
        Kind::Dicom => instances.tally(&path, &names, &mut tally)?,
        Kind::Fhir => fhir::expect_sections(&mut tally),
        Kind::Document => forms.iter().for_each(|form| tally.count(form.media_type(), 1u32)),
    }
    Ok(tally.finish(kind, "application/zip", size))
}

fn forms(members: &mut dyn Members, names: &[String]) -> Result<Vec<Form>, ReadError> {
    let mut forms = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let mut open = members.open(index)?;
        let path = members.path().join(name);
        if open.size == 0 {
            return Err(ReadError::Empty { path });
        }
        forms.push(recognise(&mut *open.input).map_err(ReadError::io(&path))?);
    }
    Ok(forms)
}

fn other_kind(path: &Path, wanted: Kind, names: &[String], forms: &[Form]) -> ReadError {
    let kind = if wanted == Kind::Dicom { "DICOM" } else { "FHIR" };
    let others: Vec<String> = names
        .iter()
        .zip(forms)
        .filter(|(_, form)| form.kind() != wanted)
        .map(|(name, form)| format!("{name} is {}", form.name()))
        .collect();
    let mut reason = others.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if others.len() > 3 {
        reason.push_str(&format!(", and {} more", others.len().saturating_sub(3)));
    }
    reason.push_str("; leave them out, or share all with --kind document");
    ReadError::OtherKind { path: path.to_owned(), kind, reason }
}

impl Instances {
    fn tally(self, path: &Path, names: &[String], tally: &mut Tally) -> Result<(), ReadError> {
        let refuse = |reason: String| ReadError::Dicom { path: path.to_owned(), reason };
        // On media, names are in capitals; file systems disagree.
        let present: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        for (name, directory) in &self.directories {
            let within = name.rsplit_once('/').map(|(within, _)| format!("{within}/")).unwrap_or_default();
            let missing: Vec<&String> = directory
                .files
                .iter()
                .filter(|file| !present.contains(&format!("{within}{file}").to_lowercase()))
                .collect();
            if let Some(first) = missing.first() {
                return Err(refuse(format!(
                    "{name} lists {} files that are not there, such as {first}: add them, or leave {name} out",
                    missing.len()
                )));
            }
        }
        if self.number == 0 {
            return Err(refuse("it has no DICOM instance but a directory of them".to_owned()));
        }
        tally.count("instances", self.number);
        tally.count("series", self.series.len());
        tally.count("studies", self.studies.len());
        Ok(())
    }
}
