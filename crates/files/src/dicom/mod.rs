//! DICOM Part 10 files, read by `dicom-object` after a walk that finds what is broken ([`scan`]). Pixel data are looked
//! at from outside only: how many frames and fragments, and whether all of them are there.

mod directory;
mod scan;
mod summary;

use std::io::{self, BufReader, Read, SeekFrom};

use dicom_core::{Tag, dictionary::DataDictionary, header::Header};
use dicom_dictionary_std::{StandardDataDictionary, tags, uids};
use dicom_object::{DefaultDicomObject, FileMetaTable, InMemDicomObject};
use dicom_transfer_syntax_registry::entries;
use flate2::bufread::DeflateDecoder;

use crate::{
    At, Part, ReadError,
    context::Context,
    form::Input,
    spool::{Spool, spool},
};
use scan::{Encoding, Fault, Seen};

pub(crate) use directory::Directory;
pub(crate) use summary::Identity;

/// Pixel data.
const PIXEL_DATA: Tag = tags::PIXEL_DATA;
/// What holds pixels, the first of them first.
const PIXELS: [Tag; 3] = [tags::FLOAT_PIXEL_DATA, tags::DOUBLE_FLOAT_PIXEL_DATA, PIXEL_DATA];
const PREAMBLE: u64 = 132;
/// Most bytes that a deflated data set may become: what inflates to more is no medical image.
const MAX_INFLATED: u64 = 4 << 30;

mod syntax {
    pub(super) const IMPLICIT: &str = "1.2.840.10008.1.2";
    pub(super) const EXPLICIT: &str = "1.2.840.10008.1.2.1";
    pub(super) const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
    pub(super) const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
}

/// What else a file in a folder or a zip says about that.
#[derive(Debug)]
pub(crate) enum Found {
    /// An instance.
    Instance(Identity),
    /// A DICOMDIR, and the names of the files that it lists.
    Directory(Directory),
}

/// Reads a file of `size` bytes.
pub(crate) fn read(input: &mut dyn Input, size: u64, context: &mut Context<'_>) -> Result<Found, ReadError> {
    let mut file = open(input, size, context)?;
    let pixels = file.seen.pixels;
    if file.preamble {
        context.remark(
            "its first 128 bytes, which mean nothing in DICOM, are not empty; they are shared as they are",
        );
    }
    if file.seen.padded {
        context.remark("zeros follow its last element; they are shared as they are");
    }
    let found = match directory::is_directory(&file.object) {
        true => Found::Directory(directory::tally(
            &file.object,
            context.member.is_none().then_some(&mut *context.tally),
        )),
        false => Found::Instance(
            summary::tally(&file.object, pixels, context.tally).map_err(|reason| broken(context, reason))?,
        ),
    };
    context.part(At::Whole, Part::Dicom(&mut file.object))?;
    if context.out.is_some() {
        write(input, file, context)?;
    }
    Ok(found)
}

/// Whether a file is a DICOMDIR.
pub(crate) fn is_directory(
    input: &mut dyn Input,
    size: u64,
    context: &Context<'_>,
) -> Result<bool, ReadError> {
    let (meta, _) = meta(input, size, context)?;
    Ok(meta.media_storage_sop_class_uid() == uids::MEDIA_STORAGE_DIRECTORY_STORAGE)
}

/// A file that was read without its pixels.
struct Opened {
    object: DefaultDicomObject,
    seen: Seen,
    /// Whether there is something in the first 128 bytes.
    preamble: bool,
    /// The data set, inflated, if the file has it deflated.
    inflated: Option<Spool>,
}

/// The meta group, and where it ends.
fn meta(input: &mut dyn Input, size: u64, context: &Context<'_>) -> Result<(FileMetaTable, u64), ReadError> {
    let mut magic = [0; 4];
    if size >= PREAMBLE {
        seek(input, 128, context)?;
        input.read_exact(&mut magic).map_err(|error| context.io(error))?;
    }
    if &magic != b"DICM" {
        let reason = "it has no Part 10 header (a 128-byte preamble, then DICM)";
        return Err(broken(context, reason.to_owned()));
    }
    let seen = scan::scan(input, (PREAMBLE, size), Encoding::EXPLICIT, true);
    let end = seen.map_err(|fault| refuse(fault, context))?.end;
    seek(input, 128, context)?;
    let meta = FileMetaTable::from_reader(BufReader::new(input.take(end.saturating_sub(128))))
        .map_err(|error| broken(context, format!("its meta group cannot be read: {}", chain(&error))))?;
    Ok((meta, end))
}

fn open(input: &mut dyn Input, size: u64, context: &Context<'_>) -> Result<Opened, ReadError> {
    let (meta, meta_end) = meta(input, size, context)?;
    seek(input, 0, context)?;
    let mut preamble = [0; 128];
    input.read_exact(&mut preamble).map_err(|error| context.io(error))?;
    let (encoding, transfer) = match meta.transfer_syntax() {
        syntax::IMPLICIT => (Encoding::IMPLICIT, entries::IMPLICIT_VR_LITTLE_ENDIAN.erased()),
        syntax::BIG_ENDIAN => (Encoding::BIG_ENDIAN, entries::EXPLICIT_VR_BIG_ENDIAN.erased()),
        // All others, and so those of compressed pixels, known or not.
        _ => (Encoding::EXPLICIT, entries::EXPLICIT_VR_LITTLE_ENDIAN.erased()),
    };
    let mut inflated = match meta.transfer_syntax() {
        syntax::DEFLATED => Some(inflate(input, meta_end, context)?),
        _ => None,
    };
    let (data, start, end): (&mut dyn Input, u64, u64) = match &mut inflated {
        Some((data, length)) => (data, 0, *length),
        None => (input, meta_end, size),
    };
    let seen = scan::scan(data, (start, end), encoding, false).map_err(|fault| refuse(fault, context))?;
    let before_pixels = seen.pixels.map_or(seen.end, |pixels| pixels.start).saturating_sub(start);
    let mut parse = |from: u64, length: u64| {
        seek(&mut *data, from, context)?;
        InMemDicomObject::read_dataset_with_ts(BufReader::new((&mut *data).take(length)), &transfer)
            .map_err(|error| broken(context, chain(&error)))
    };
    let mut object = parse(start, before_pixels)?;
    if let Some(pixels) = seen.pixels {
        parse(pixels.end, seen.end.saturating_sub(pixels.end))?.into_iter().for_each(|element| {
            object.put(element);
        });
    }
    Ok(Opened {
        object: object.with_exact_meta(meta),
        seen,
        preamble: preamble.iter().any(|byte| *byte != 0),
        inflated: inflated.map(|(data, _)| data),
    })
}

/// Inflates a data set, and says how long it is.
fn inflate(input: &mut dyn Input, start: u64, context: &Context<'_>) -> Result<(Spool, u64), ReadError> {
    seek(input, start, context)?;
    let mut data = spool();
    let mut inflating = DeflateDecoder::new(BufReader::new(input)).take(MAX_INFLATED + 1);
    let length = io::copy(&mut inflating, &mut data).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            broken(context, format!("its deflated data set cannot be inflated: {error}"))
        }
        _ => context.io(error),
    })?;
    match length > MAX_INFLATED {
        true => Err(broken(context, format!("its data set inflates to more than {MAX_INFLATED} bytes"))),
        false => Ok((data, length)),
    }
}

/// Writes the object as it is now, and its pixels as they are. What follows the pixels, such as signatures of what has
/// been changed, is left out. A deflated data set becomes one that is not.
fn write(input: &mut dyn Input, mut file: Opened, context: &mut Context<'_>) -> Result<(), ReadError> {
    let path = context.path();
    let implicit = entries::IMPLICIT_VR_LITTLE_ENDIAN.erased();
    let big_endian = entries::EXPLICIT_VR_BIG_ENDIAN.erased();
    let explicit = entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
    if let Some(pixels) = file.seen.pixels {
        let after: Vec<Tag> =
            file.object.iter().map(|element| element.tag()).filter(|tag| *tag > pixels.tag).collect();
        for tag in after {
            file.object.remove_element(tag);
        }
    }
    let meta = file.object.meta_mut();
    let transfer = match meta.transfer_syntax() {
        syntax::IMPLICIT => implicit,
        syntax::BIG_ENDIAN => big_endian,
        syntax::DEFLATED => {
            meta.set_transfer_syntax(&explicit);
            explicit
        }
        _ => explicit,
    };
    meta.update_information_group_length();
    let unwritable =
        |reason: String| ReadError::Write { path: path.clone(), source: io::Error::other(reason) };
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    file.object.write_meta(&mut bytes).map_err(|error| unwritable(chain(&error)))?;
    // The object without its pixels is in memory anyway.
    let written = file.object.write_dataset_with_ts(&mut bytes, &transfer);
    written.map_err(|error| unwritable(chain(&error)))?;
    context.write(&bytes)?;
    let Some(pixels) = file.seen.pixels else { return Ok(()) };
    let data: &mut dyn Input = match &mut file.inflated {
        Some(data) => data,
        None => input,
    };
    seek(data, pixels.start, context)?;
    let length = pixels.end.saturating_sub(pixels.start);
    if let Some(out) = &mut context.out {
        io::copy(&mut data.take(length), out).map_err(ReadError::write(&path))?;
    }
    Ok(())
}

fn seek(input: &mut dyn Input, to: u64, context: &Context<'_>) -> Result<(), ReadError> {
    input.seek(SeekFrom::Start(to)).map(drop).map_err(|error| context.io(error))
}

fn refuse(fault: Fault, context: &Context<'_>) -> ReadError {
    match fault {
        Fault::Io(error) => context.io(error),
        Fault::Broken(reason) => broken(context, reason),
    }
}

fn broken(context: &Context<'_>, reason: String) -> ReadError {
    ReadError::Dicom { path: context.path(), reason }
}

/// `(gggg,eeee) Keyword`.
fn label(tag: Tag) -> String {
    let keyword = StandardDataDictionary.by_tag(tag).map(|entry| entry.alias).unwrap_or("private");
    format!("{tag} {keyword}")
}

/// A text value without what fills it up.
fn text(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    let text = object.get(tag)?.to_str().ok()?;
    let text = text.trim_matches(['\0', ' ']);
    (!text.is_empty()).then(|| text.to_owned())
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(": ");
        message.push_str(&cause.to_string());
        source = cause.source();
    }
    message
}
