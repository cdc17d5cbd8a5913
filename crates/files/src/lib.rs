//! Readers of medical files: what a file is, what is in it, and what in it identifies a person.
//!
//! [`describe`] reads a file, a folder or a zip, refuses what is broken with the reason and the place, and gives the
//! [`Descriptor`] that is anchored with the record, and whatever in it seems to identify a person. Auditors run the same
//! code on what they decrypted, so that owner and auditor come to the same descriptor from the same bytes.
//!
//! What a file is, its content says ([`recognise`]); its name decides nothing. On the chain there are three kinds: FHIR,
//! DICOM, and documents, which are everything else, told apart by their media types.
//!
//! A folder is shared as one zip, which is the same for the same files ([`pack`]): entries in the order of their names,
//! stored, at the earliest time that a zip can say. Zips and folders of DICOM files only are a DICOM study, those of FHIR
//! files only are FHIR; anything else in them makes them a document.
//!
//! Whoever looks at what is in files, or changes it, is an [`Inspect`]; readers hand the parts of a file to it one at a
//! time ([`read`], [`rewrite`]). Bundles, bulk exports, tables, texts and pixel data are never in memory as a whole.

pub mod deid;

mod context;
mod dicom;
mod error;
mod fhir;
mod folder;
mod form;
pub mod hl7;
mod image;
mod json;
mod part;
mod pdf;
mod single;
mod source;
mod spool;
mod study;
mod table;
mod tally;
mod text;
mod watch;
mod zipped;

use std::{
    fs::File,
    io::{self, SeekFrom, Write},
    path::Path,
};

use medshare_types::{Descriptor, Kind};
use serde::Serialize;

pub use error::ReadError;
pub use form::{Form, Input};
pub use part::{At, Inspect, Part, Place, Row};
pub use source::Source;
pub use table::Dialect;
pub use watch::Watch;

/// What a file is: as JSON, what `medshare describe --json` prints.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Description {
    /// What goes on the chain.
    pub descriptor: Descriptor,
    /// What its owner should know before sharing it: that its name does not fit its content, that something follows the
    /// end of an image, that files were left out.
    pub remarks: Vec<String>,
    /// Elements that identify a person, such as `Patient.name` or `(0010,0010) PatientName`; distinct, in order. Files
    /// with any are sealed only if that is accepted, and auditors reject them.
    pub identifying: Vec<String>,
    /// All that the check of the de-identification found, also what only a person can judge.
    #[serde(skip)]
    pub findings: deid::Findings,
}

/// What reading told besides what its parts told an [`Inspect`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Read {
    /// What goes on the chain.
    pub descriptor: Descriptor,
    /// As in [`Description`].
    pub remarks: Vec<String>,
}

/// Describes a file, folder or zip as `kind`, or as what it is by its content.
///
/// As [`Kind::Document`], a file whose form is known but which is broken passes with its media type alone, and a remark.
/// What could not be read of it counts as identifying.
///
/// # Errors
/// If it cannot be read, is empty, or is broken or of another kind.
pub fn describe<'a>(source: impl Into<Source<'a>>, kind: Option<Kind>) -> Result<Description, ReadError> {
    let mut check = deid::Check::default();
    let Read { descriptor, remarks } = read(source, kind, &mut check)?;
    let findings = check.finish();
    Ok(Description { descriptor, remarks, identifying: findings.identifying(), findings })
}

/// Reads a file, folder or zip as `kind`, or as what it is, and hands its parts on. What becomes of them is ignored.
///
/// # Errors
/// As [`describe`], and whatever `inspect` returns.
pub fn read<'a>(
    source: impl Into<Source<'a>>,
    kind: Option<Kind>,
    inspect: &mut dyn Inspect,
) -> Result<Read, ReadError> {
    engine(source.into(), kind, inspect, None)
}

/// Writes a file, folder or zip with whatever `edit` makes of its parts. A folder or a zip becomes a zip, without a
/// DICOMDIR, which would list files as they were; JSON keeps its numbers and the order of its members; HL7 v2 loses the
/// framing of MLLP; tables and texts become UTF-8; a deflated DICOM data set is written as one that is not.
///
/// # Errors
/// As [`describe`]; [`ReadError::NotDeidentifiable`] if it has no parts that can be changed; whatever `edit` returns.
/// Then what was written so far is worth nothing.
pub fn rewrite<'a>(
    source: impl Into<Source<'a>>,
    kind: Option<Kind>,
    out: &mut dyn Write,
    edit: &mut dyn Inspect,
) -> Result<(), ReadError> {
    engine(source.into(), kind, edit, Some(out)).map(drop)
}

/// What a file is by its content.
///
/// # Errors
/// If it cannot be read, is empty, or is a folder.
pub fn recognise<'a>(source: impl Into<Source<'a>>) -> Result<Form, ReadError> {
    let Source { path, held, .. } = source.into();
    let mut opened = None;
    let (input, _) = open(path, held, &mut opened)?;
    form::recognise(input).map_err(ReadError::io(path))
}

/// Writes a folder as the zip that stands for it.
///
/// # Errors
/// If the folder is empty, holds links, or files of names that a zip should not have; whatever reading and writing give.
pub fn pack(folder: &Path, out: &mut dyn Write) -> Result<(), ReadError> {
    folder::Folder::open(folder)?.pack(out)
}

/// The same for the files of a folder that somebody else holds: their names, `/`-separated, below `folder`, which errors name;
/// how many bytes they have; and what reads them. Gives the names of files that were left out, as systems leave them behind.
///
/// # Errors
/// As [`pack`]; if a name is there twice.
pub fn pack_held<I: io::Read>(
    folder: &Path,
    files: impl IntoIterator<Item = (String, u64, I)>,
    out: &mut dyn Write,
) -> Result<Vec<String>, ReadError> {
    folder::pack_held(folder, files, out)
}

/// What is held, or the file of that path, which lives in `opened`; and its size.
fn open<'a>(
    path: &Path,
    held: Option<&'a mut (dyn Input + '_)>,
    opened: &'a mut Option<File>,
) -> Result<(&'a mut dyn Input, u64), ReadError> {
    let (input, size): (&mut dyn Input, u64) = match held {
        Some(input) => {
            let size = input.seek(SeekFrom::End(0)).map_err(ReadError::io(path))?;
            (input, size)
        }
        None => {
            let metadata = path.metadata().map_err(ReadError::io(path))?;
            if !metadata.is_file() {
                let source = io::Error::new(io::ErrorKind::InvalidInput, "it is not a file");
                return Err(ReadError::Io { path: path.to_owned(), source });
            }
            (opened.insert(File::open(path).map_err(ReadError::io(path))?), metadata.len())
        }
    };
    if size == 0 {
        return Err(ReadError::Empty { path: path.to_owned() });
    }
    Ok((input, size))
}

fn engine(
    source: Source<'_>,
    kind: Option<Kind>,
    inspect: &mut dyn Inspect,
    out: Option<&mut dyn Write>,
) -> Result<Read, ReadError> {
    let Source { path, held, pace } = source;
    let inspect: &mut dyn Inspect = &mut pace.inspect(inspect, path);
    let mut remarks = Vec::new();
    if held.is_none() && path.metadata().map_err(ReadError::io(path))?.is_dir() {
        let mut folder = folder::Folder::open(path)?.watched(&pace);
        if !folder.litter.is_empty() {
            remarks.push(format!("left out, as systems leave them behind: {}", folder.litter.join(", ")));
        }
        let mut size = Count(0);
        pace.begin(folder.size());
        folder.pack(&mut size)?;
        let descriptor = study::read(&mut folder, kind, (size.0, &pace), inspect, &mut remarks, out)?;
        return Ok(Read { descriptor, remarks });
    }
    let mut opened = None;
    let (input, size) = open(path, held, &mut opened)?;
    let input: &mut dyn Input = &mut pace.of(input);
    pace.begin(size);
    let form = form::recognise(input).map_err(ReadError::io(path))?;
    let descriptor = match form {
        Form::Zip => {
            let mut zip = zipped::Zip::open((path, input, size))?;
            study::read(&mut zip, kind, (size, &pace), inspect, &mut remarks, out)?
        }
        form => {
            pace.begin(size);
            single::read((path, input, size), (form, kind), inspect, &mut remarks, out)?
        }
    };
    Ok(Read { descriptor, remarks })
}

/// Counts what is written.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
