//! Files that only grow, by whole lines.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// How much is read at once when the last whole line is looked for.
const BLOCK: u64 = 64 * 1024;

/// A file to which whole lines are appended. What is behind the last whole line is garbage of a write that failed or
/// was cut off by a crash, and is removed before anything is appended.
#[derive(Debug)]
pub struct Appender {
    file: File,
    /// How much of the file is whole lines, bytes.
    length: u64,
    /// Whether there may be garbage behind them.
    dirty: bool,
}

impl Appender {
    /// Opens a file, or begins one.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let length = whole_lines(&mut file)?;
        let mut appender = Self { file, length, dirty: true };
        appender.cut()?;
        sync_folder_of(path)?;
        Ok(appender)
    }

    /// Begins a file with this text. What was in it is lost.
    pub fn create(path: &Path, text: &[u8]) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        let mut appender = Self { file, length: 0, dirty: false };
        appender.append(text)?;
        Ok(appender)
    }

    /// Appends lines. When it returns, they are on the disk; if it fails, none of them is.
    pub fn append(&mut self, text: &[u8]) -> io::Result<()> {
        self.cut()?;
        self.dirty = true;
        self.file.write_all(text)?;
        self.file.sync_data()?;
        self.dirty = false;
        self.length = self.length.saturating_add(size(text));
        Ok(())
    }

    /// All whole lines.
    pub fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        (&mut self.file).take(self.length).read_to_end(&mut text)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        Ok(text)
    }

    /// Size of the whole lines, bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Removes what is behind the last whole line.
    fn cut(&mut self) -> io::Result<()> {
        if self.dirty {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
            self.dirty = false;
        }
        Ok(())
    }
}

/// Makes sure that a file that was made or renamed is found under its name after a crash.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Up to where a file is whole lines, read from its end.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    while end > 0 {
        let begin = end.saturating_sub(BLOCK);
        let mut block = Vec::new();
        file.seek(SeekFrom::Start(begin))?;
        (&mut *file).take(end.saturating_sub(begin)).read_to_end(&mut block)?;
        if let Some(last) = block.iter().rposition(|byte| *byte == b'\n') {
            let lines = block.get(..=last).unwrap_or_default();
            return Ok(begin.saturating_add(size(lines)));
        }
        end = begin;
    }
    Ok(0)
}

fn size(text: &[u8]) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
impl Appender {
    /// One that cannot be written, as on a full disk; as long as the file is.
    pub fn unwritable(path: &Path) -> io::Result<Self> {
        let length = Self::open(path)?.length;
        Ok(Self { file: File::open(path)?, length, dirty: false })
    }

    /// Leaves garbage behind the last line, as a write does that failed half-way and whose cleaning failed too.
    pub fn litter(&mut self) {
        self.file.write_all(b"{\"half").unwrap();
        self.dirty = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_crash_cut_off_is_removed_however_long_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for garbage in [0, 1, BLOCK as usize - 3, BLOCK as usize, 3 * BLOCK as usize] {
            std::fs::write(&path, ["one\ntwo\n", &"x".repeat(garbage)].concat()).unwrap();
            let mut appender = Appender::open(&path).unwrap();
            assert_eq!(appender.length(), 8);
            appender.append(b"three\n").unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), b"one\ntwo\nthree\n");
        }
        std::fs::write(&path, "no line").unwrap();
        assert_eq!(Appender::open(&path).unwrap().length(), 0);
    }

    #[test]
    fn garbage_is_removed_before_anything_is_appended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut appender = Appender::open(&path).unwrap();
        appender.append(b"one\n").unwrap();
        appender.litter();
        appender.append(b"two\n").unwrap();
        assert_eq!(appender.read().unwrap(), b"one\ntwo\n");
        assert_eq!(std::fs::read(&path).unwrap(), b"one\ntwo\n");
    }
}
