//! Folders, which are shared as one zip.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use crate::{
    ReadError,
    form::Input,
    study::{Members, Open},
    watch::Pace,
    zipped::{MAX_FILES, Packer, bad_name},
};

/// Files that systems leave behind and that say nothing about anybody's health.
const LITTER: [&str; 4] = [".DS_Store", "Thumbs.db", "desktop.ini", ".directory"];
/// Deepest nesting of folders.
const MAX_DEPTH: usize = 64;

/// A folder, and the files at every depth in it, in the order of their names.
pub(crate) struct Folder {
    path: PathBuf,
    names: Vec<String>,
    /// Files that are left out.
    pub(crate) litter: Vec<String>,
    pace: Pace,
}

impl Folder {
    fn empty(path: &Path) -> Self {
        Self { path: path.to_owned(), names: Vec::new(), litter: Vec::new(), pace: Pace::default() }
    }

    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        let mut folder = Self::empty(path);
        folder.list(path, "", 0)?;
        folder.names.sort();
        match folder.names.is_empty() {
            true => Err(ReadError::Empty { path: path.to_owned() }),
            false => Ok(folder),
        }
    }

    /// The same, of which it is told how far its reading is.
    pub(crate) fn watched(self, pace: &Pace) -> Self {
        Self { pace: pace.clone(), ..self }
    }

    /// Bytes of its files, without those that cannot be read, which reading tells.
    pub(crate) fn size(&self) -> u64 {
        let sizes =
            self.names.iter().map(|name| self.path.join(name).metadata().map_or(0, |file| file.len()));
        sizes.fold(0, u64::saturating_add)
    }

    fn refuse(&self, reason: String) -> ReadError {
        ReadError::Folder { path: self.path.clone(), reason }
    }

    fn list(&mut self, dir: &Path, before: &str, depth: usize) -> Result<(), ReadError> {
        if depth > MAX_DEPTH {
            return Err(self.refuse(format!("{before} is more than {MAX_DEPTH} folders deep")));
        }
        for entry in fs::read_dir(dir).map_err(ReadError::io(dir))? {
            let entry = entry.map_err(ReadError::io(dir))?;
            let path = entry.path();
            let file_name = entry.file_name();
            let Some(file_name) = file_name.to_str() else {
                return Err(self.refuse(format!("the name of {} is not UTF-8", path.display())));
            };
            let name = format!("{before}{file_name}");
            let kind = entry.file_type().map_err(ReadError::io(&path))?;
            if kind.is_dir() {
                self.list(&path, &format!("{name}/"), depth.saturating_add(1))?;
            } else if !kind.is_file() {
                return Err(self.refuse(format!("{name} is a link or a device, and no file; leave it out")));
            } else {
                self.admit(name)?;
            }
        }
        Ok(())
    }

    /// Takes a file in, or leaves it out.
    fn admit(&mut self, name: String) -> Result<(), ReadError> {
        let file_name = name.rsplit('/').next().unwrap_or_default();
        if LITTER.contains(&file_name) || file_name.starts_with("._") {
            self.litter.push(name);
        } else if let Some(reason) = bad_name(&name) {
            return Err(self.refuse(format!("{name:?} {reason}")));
        } else {
            self.names.push(name);
        }
        match self.names.len() > MAX_FILES {
            true => Err(self.refuse(format!("it has more than {MAX_FILES} files"))),
            false => Ok(()),
        }
    }

    /// Writes the folder as a zip.
    pub(crate) fn pack(&self, to: impl Write) -> Result<(), ReadError> {
        let mut packer = Packer::new(to, &self.path);
        for name in &self.names {
            let path = self.path.join(name);
            let file = File::open(&path).map_err(ReadError::io(&path))?;
            let size = file.metadata().map_err(ReadError::io(&path))?.len();
            let out = packer.begin(name, size)?;
            copy(&mut self.pace.of(file), out, &path)?;
        }
        packer.finish()
    }
}

/// Writes the files of a folder that somebody else holds as a zip, and says which were left out.
pub(crate) fn pack_held<I: Read>(
    path: &Path,
    files: impl IntoIterator<Item = (String, u64, I)>,
    to: impl Write,
) -> Result<Vec<String>, ReadError> {
    let mut folder = Folder::empty(path);
    let mut held = BTreeMap::new();
    for (name, size, input) in files {
        folder.admit(name.clone())?;
        if held.insert(name.clone(), (size, input)).is_some() {
            return Err(folder.refuse(format!("{name:?} is in it twice")));
        }
    }
    for name in &folder.litter {
        held.remove(name);
    }
    if held.is_empty() {
        return Err(ReadError::Empty { path: path.to_owned() });
    }
    let mut packer = Packer::new(to, path);
    // By name, as those on a disk are.
    for (name, (size, mut input)) in held {
        copy(&mut input, packer.begin(&name, size)?, &path.join(&name))?;
    }
    packer.finish()?;
    Ok(folder.litter)
}

/// Copies, and tells reading from writing when one of them fails.
fn copy(from: &mut dyn Read, to: &mut dyn Write, path: &Path) -> Result<(), ReadError> {
    let mut chunk = vec![0; 64 << 10];
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ReadError::io(path)(error)),
        };
        to.write_all(chunk.get(..count).unwrap_or_default()).map_err(ReadError::write(path))?;
    }
}

impl Members for Folder {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn comments(&self) -> &[String] {
        &[]
    }

    fn open(&mut self, index: usize) -> Result<Open, ReadError> {
        let path = self.path.join(self.names.get(index).map(String::as_str).unwrap_or_default());
        let input = File::open(&path).map_err(ReadError::io(&path))?;
        let size = input.metadata().map_err(ReadError::io(&path))?.len();
        Ok(Open { input: Box::new(self.pace.of(input)) as Box<dyn Input>, size })
    }
}
