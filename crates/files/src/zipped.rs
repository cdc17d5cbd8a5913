//! Zips: reading those that are safe to open, and writing ours, which are the same for the same files.

use std::{
    cell::Cell,
    collections::BTreeSet,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    rc::Rc,
};

use zip::{
    CompressionMethod, DateTime, System, ZipArchive, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

use crate::{
    ReadError,
    form::Input,
    spool::spool,
    study::{Members, Open},
};

/// Most files in a folder or a zip.
pub(crate) const MAX_FILES: usize = 100_000;
/// Most bytes of a zip's directory, which is held in memory.
const MAX_DIRECTORY: u64 = 64 << 20;
/// A zip may always become this large when it is unpacked, and larger only as many times its own size.
const ALWAYS_UNPACKED: u64 = 1 << 30;
const MAX_RATIO: u64 = 200;
/// From this size on, an entry is written in the form for large ones (Zip64).
const LARGE: u64 = 0xF000_0000;

/// The media type of a document that is a zip inside, such as those of office programs.
pub(crate) fn document_of(head: &[u8]) -> Option<&'static str> {
    infer::get(head).map(|known| known.mime_type()).filter(|media_type| *media_type != "application/zip")
}

/// Why a name is none of a file inside, if it is none: unpacked elsewhere, it could overwrite other files (zip slip).
pub(crate) fn bad_name(name: &str) -> Option<&'static str> {
    let drive = name.as_bytes().get(1) == Some(&b':');
    if name.is_empty() {
        Some("has no name")
    } else if name.starts_with('/') || drive {
        Some("has an absolute name")
    } else if name.contains('\\') {
        Some("has a backslash in its name")
    } else if name.chars().any(char::is_control) {
        Some("has a control character in its name")
    } else if name.split('/').any(|piece| matches!(piece, "" | "." | "..")) {
        Some("has a name that leads out of the folder")
    } else {
        None
    }
}

/// Reads what a directory needs, and not more.
struct Bounded<'a> {
    input: &'a mut dyn Input,
    left: Rc<Cell<u64>>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        match self.left.get().checked_sub(u64::try_from(count).unwrap_or(u64::MAX)) {
            Some(left) => self.left.set(left),
            None => {
                let reason = format!("its directory has more than {MAX_DIRECTORY} bytes");
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
        }
        Ok(count)
    }
}

impl Seek for Bounded<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.input.seek(to)
    }
}

/// A zip that is safe to open.
pub(crate) struct Zip<'a> {
    path: PathBuf,
    archive: ZipArchive<Bounded<'a>>,
    /// The files in it, by their places in its directory.
    places: Vec<usize>,
    names: Vec<String>,
    comments: Vec<String>,
    left: Rc<Cell<u64>>,
}

impl<'a> Zip<'a> {
    /// Opens the zip of that path, which has so many bytes.
    pub(crate) fn open((path, input, size): (&Path, &'a mut dyn Input, u64)) -> Result<Self, ReadError> {
        let refuse = |reason: String| ReadError::Zip { path: path.to_owned(), reason };
        let left = Rc::new(Cell::new(MAX_DIRECTORY));
        let mut archive = ZipArchive::new(Bounded { input, left: left.clone() })
            .map_err(|error| refuse(format!("its directory cannot be read: {error}")))?;
        if archive.len() > MAX_FILES {
            return Err(refuse(format!("it has {} entries, more than {MAX_FILES}", archive.len())));
        }
        match archive.has_overlapping_entries() {
            Ok(false) => {}
            Ok(true) => return Err(refuse("its entries lie over one another".to_owned())),
            Err(error) => return Err(refuse(format!("its entries cannot be found: {error}"))),
        }
        let mut comments: Vec<String> = text(archive.comment()).into_iter().collect();
        let mut files: Vec<(String, usize)> = Vec::new();
        let mut unpacked = 0u64;
        let mut seen = BTreeSet::new();
        for place in 0..archive.len() {
            let entry = archive.by_index_data(place).map_err(|error| refuse(error.to_string()))?;
            let name = entry.name().map_err(|error| refuse(error.to_string()))?.into_owned();
            let refuse = |reason: &str| refuse(format!("its entry {name:?} {reason}"));
            if let Some(reason) = bad_name(name.strip_suffix('/').unwrap_or(&name)) {
                return Err(refuse(reason));
            }
            if entry.is_symlink() {
                return Err(refuse("is a link to another file"));
            }
            if entry.encrypted() {
                return Err(refuse("is encrypted: nobody could check it; unpack it, and share the folder"));
            }
            if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
                let method = entry.compression();
                return Err(refuse(&format!("is packed with {method}; only stored and deflated are read")));
            }
            comments.extend(text(entry.comment().as_bytes()));
            unpacked = unpacked.saturating_add(entry.size());
            if unpacked > ALWAYS_UNPACKED.max(size.saturating_mul(MAX_RATIO)) {
                return Err(refuse(&format!(
                    "and those before it become {unpacked} bytes when unpacked, more than {MAX_RATIO} times the zip"
                )));
            }
            if entry.is_dir() {
                continue;
            }
            if !seen.insert(name.to_lowercase()) {
                return Err(refuse("is in it twice"));
            }
            files.push((name, place));
        }
        // By name, as those of a folder are.
        files.sort();
        let (names, places): (Vec<String>, Vec<usize>) = files.into_iter().unzip();
        if names.is_empty() {
            return Err(ReadError::Empty { path: path.to_owned() });
        }
        // The directory is read; what follows may be long.
        left.set(u64::MAX);
        Ok(Self { path: path.to_owned(), archive, places, names, comments, left })
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes.get(..256).unwrap_or(bytes)).into_owned())
}

impl Members for Zip<'_> {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn comments(&self) -> &[String] {
        &self.comments
    }

    fn open(&mut self, index: usize) -> Result<Open, ReadError> {
        let name = self.names.get(index).cloned().unwrap_or_default();
        let refuse = |reason: String| ReadError::Zip {
            path: self.path.clone(),
            reason: format!("its entry {name:?} {reason}"),
        };
        let place = self.places.get(index).copied().unwrap_or(usize::MAX);
        self.left.set(u64::MAX);
        let entry =
            self.archive.by_index(place).map_err(|error| refuse(format!("cannot be read: {error}")))?;
        let said = entry.size();
        let mut data = spool();
        // Not more than it says, whatever is in it.
        let size =
            io::copy(&mut entry.take(said.saturating_add(1)), &mut data).map_err(|error| {
                match error.kind() {
                    io::ErrorKind::InvalidData
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::UnexpectedEof => refuse(format!("is broken: {error}")),
                    _ => ReadError::Io { path: self.path.join(&name), source: error },
                }
            })?;
        if size != said {
            return Err(refuse(format!("has not the {said} bytes that the directory says")));
        }
        Ok(Open { input: Box::new(data) as Box<dyn Input>, size })
    }
}

/// A zip that is the same for the same names and contents: entries stored, in the order in which they are given, at the
/// earliest time that a zip can say.
pub(crate) struct Packer<W: Write> {
    zip: Option<ZipWriter<StreamWriter<Until<W>>>>,
    abandoned: Rc<Cell<bool>>,
    path: PathBuf,
}

/// Writes until the zip is abandoned. Dropped, the library's writer would still try to end it, and complain.
struct Until<W> {
    inner: W,
    abandoned: Rc<Cell<bool>>,
}

impl<W: Write> Write for Until<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.abandoned.get() { Ok(bytes.len()) } else { self.inner.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.abandoned.get() { Ok(()) } else { self.inner.flush() }
    }
}

impl<W: Write> Packer<W> {
    /// Packs into `to` what is read from `path`.
    pub(crate) fn new(to: W, path: &Path) -> Self {
        let abandoned = Rc::new(Cell::new(false));
        let inner = Until { inner: to, abandoned: abandoned.clone() };
        Self { zip: Some(ZipWriter::new_stream(inner)), abandoned, path: path.to_owned() }
    }

    /// Begins a file of about `size` bytes. What is written from now on is in it.
    pub(crate) fn begin(&mut self, name: &str, size: u64) -> Result<&mut dyn Write, ReadError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(0o644)
            .large_file(size >= LARGE);
        let ended = || io::Error::other("the zip has ended");
        let zip = self.zip.as_mut().ok_or_else(ended).map_err(ReadError::write(&self.path))?;
        let begun = zip.start_file(name, options).map_err(io::Error::other);
        begun.map_err(ReadError::write(&self.path))?;
        Ok(zip)
    }

    pub(crate) fn finish(mut self) -> Result<(), ReadError> {
        let Some(zip) = self.zip.take() else { return Ok(()) };
        let finished = zip.finish().map_err(io::Error::other);
        finished.and_then(|mut inner| inner.flush()).map_err(ReadError::write(&self.path))
    }
}

impl<W: Write> Drop for Packer<W> {
    fn drop(&mut self) {
        self.abandoned.set(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_names_that_lead_elsewhere() {
        for name in
            ["../a", "a/../../b", "/etc/passwd", "C:/a", "a\\..\\b", "a//b", "./a", "", "a/", "a\nb", "a\0"]
        {
            assert!(bad_name(name).is_some(), "{name:?}");
        }
        for name in ["a", "a/b.dcm", "Zürich/..a", "a b"] {
            assert_eq!(bad_name(name), None, "{name:?}");
        }
    }
}
