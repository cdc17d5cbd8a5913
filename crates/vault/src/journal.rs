//! The journal of uses on disk: JSON lines, appended and synced.
//!
//! A use is noted down before its first byte is served (`opened`), and again when it has ended (`served`, with its
//! receipt and the number under which it will be posted, or `void` if nothing was sent). What the chain has is
//! crossed out (`posted`, `refused`). A line that a crash cut off at the end is ignored: what it says had no
//! effect yet.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use medshare_types::{AccountId, FetchBasis, Hash, Moment, NewReceipt, RecordId, Version};
use serde::{Deserialize, Serialize};

/// A use of a blob that the chain has allowed, before it is known how much of it is served.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Use {
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// Who fetches.
    pub accessor: AccountId,
    /// On what ground.
    pub basis: FetchBasis,
    /// When, by the vault's clock, unix ms.
    pub at: Moment,
    /// SHA-256 of the signed request for the link.
    pub request: Hash,
    /// How many bytes are to be served.
    pub promised: u64,
}

impl Use {
    /// Its receipt.
    pub fn receipt(self, sequence: u64, bytes: u64) -> NewReceipt<AccountId> {
        NewReceipt {
            sequence,
            record: self.record,
            version: self.version,
            accessor: self.accessor,
            basis: self.basis,
            bytes,
            at: self.at,
            request: self.request,
        }
    }
}

/// A line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Numbers up to this one are used up.
    Numbered {
        /// The last one.
        last: u64,
    },
    /// A use begins.
    Opened {
        /// Its number among the uses of this process.
        id: u64,
        /// What is used.
        used: Use,
    },
    /// A use has ended.
    Served {
        /// Which one; none if it was opened by an earlier process.
        id: Option<u64>,
        /// Its receipt.
        receipt: NewReceipt<AccountId>,
    },
    /// A use has ended without a byte served.
    Void {
        /// Which one.
        id: u64,
    },
    /// Receipts up to this number are final on the chain.
    Posted {
        /// The last one.
        through: u64,
    },
    /// The chain will never take this receipt.
    Refused {
        /// Its number.
        sequence: u64,
        /// Why.
        reason: String,
    },
}

/// What a journal says: which uses are open and which receipts are not on the chain.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    /// Uses that have not ended.
    pub open: BTreeMap<u64, Use>,
    /// Receipts to be posted, ascending.
    pub pending: VecDeque<NewReceipt<AccountId>>,
    /// The last number that a receipt was given.
    pub last: u64,
}

impl State {
    /// What changes with a line.
    pub fn apply(&mut self, line: Line) {
        match line {
            Line::Numbered { last } => self.last = self.last.max(last),
            Line::Opened { id, used } => drop(self.open.insert(id, used)),
            Line::Served { id, receipt } => {
                if let Some(id) = id {
                    self.open.remove(&id);
                }
                self.last = self.last.max(receipt.sequence);
                self.pending.push_back(receipt);
            }
            Line::Void { id } => drop(self.open.remove(&id)),
            Line::Posted { through } => {
                self.last = self.last.max(through);
                self.pending.retain(|receipt| receipt.sequence > through);
            }
            Line::Refused { sequence, .. } => self.pending.retain(|receipt| receipt.sequence != sequence),
        }
    }

    /// The shortest journal that says the same.
    fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::Numbered { last: self.last }];
        lines.extend(self.open.iter().map(|(id, used)| Line::Opened { id: *id, used: used.clone() }));
        lines.extend(self.pending.iter().map(|receipt| Line::Served { id: None, receipt: receipt.clone() }));
        lines
    }
}

/// The file.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// How much of the file is whole lines, bytes.
    length: u64,
}

impl Journal {
    /// Opens a journal, or begins one, and says what is in it. Nobody else may have it open.
    pub fn open(path: &Path) -> io::Result<(Self, State)> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last.saturating_add(1));
        let mut state = State::default();
        for (index, line) in text.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            let line = serde_json::from_slice(line).map_err(|error| {
                let number = index.saturating_add(1);
                io::Error::other(format!("line {number} cannot be read: {error}"))
            })?;
            state.apply(line);
        }
        let length = u64::try_from(whole).unwrap_or(u64::MAX);
        let mut journal = Self { path: path.to_owned(), file, length };
        journal.cut()?;
        Ok((journal, state))
    }

    /// Appends lines. When it returns, they are on the disk; if it fails, none of them is.
    pub fn append(&mut self, lines: &[Line]) -> io::Result<()> {
        let text = encode(lines)?;
        let result = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        match result {
            Ok(()) => self.length = self.length.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX)),
            // Half a line must not stay in the middle of the file.
            Err(_) => self.cut()?,
        }
        result
    }

    /// Replaces the journal by the shortest one that says the same.
    pub fn compact(&mut self, state: &State) -> io::Result<()> {
        let staged = self.path.with_extension("new");
        let text = encode(&state.lines())?;
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&staged)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&staged, &self.path)?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        self.file = file;
        self.length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Its size, bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Removes what is behind the last whole line.
    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length)).map(drop)
    }
}

fn encode(lines: &[Line]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line)?;
        text.push(b'\n');
    }
    Ok(text)
}

#[cfg(test)]
impl Journal {
    /// A journal that cannot be written, as on a full disk.
    pub fn unwritable(path: &Path) -> io::Result<Self> {
        Self::open(path)?;
        Ok(Self { path: path.to_owned(), file: File::open(path)?, length: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(record: RecordId) -> Use {
        Use {
            record,
            version: 1,
            accessor: AccountId::new([1; 32]),
            basis: FetchBasis::Grant,
            at: 5,
            request: Hash::repeat_byte(3),
            promised: 100,
        }
    }

    #[test]
    fn says_after_reopening_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipts.jsonl");
        let (mut journal, mut state) = Journal::open(&path).unwrap();
        assert_eq!(state, State::default());
        let lines = [
            Line::Opened { id: 0, used: used(0) },
            Line::Opened { id: 1, used: used(1) },
            Line::Opened { id: 2, used: used(2) },
            Line::Served { id: Some(1), receipt: used(1).receipt(1, 100) },
            Line::Served { id: Some(0), receipt: used(0).receipt(2, 50) },
            Line::Posted { through: 1 },
        ];
        journal.append(&lines).unwrap();
        for line in lines {
            state.apply(line);
        }
        assert_eq!(state.pending, [used(0).receipt(2, 50)]);
        drop(journal);
        let (mut journal, reread) = Journal::open(&path).unwrap();
        assert_eq!(reread, state);
        journal.compact(&state).unwrap();
        journal.append(&[Line::Void { id: 2 }]).unwrap();
        drop(journal);
        let (_, reread) = Journal::open(&path).unwrap();
        assert!(reread.open.is_empty());
        assert_eq!((reread.pending, reread.last), (state.pending, 2));
    }

    #[test]
    fn ignores_a_line_that_a_crash_cut_off_but_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipts.jsonl");
        let (mut journal, _) = Journal::open(&path).unwrap();
        journal.append(&[Line::Numbered { last: 7 }, Line::Opened { id: 0, used: used(0) }]).unwrap();
        drop(journal);
        let text = std::fs::read(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 4]).unwrap();
        let (mut journal, state) = Journal::open(&path).unwrap();
        assert_eq!((state.last, state.open.len()), (7, 0));
        journal.append(&[Line::Numbered { last: 8 }]).unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path).unwrap().1.last, 8);
        std::fs::write(&path, b"{\"numb\n{\"numbered\":{\"last\":9}}\n").unwrap();
        assert!(Journal::open(&path).unwrap_err().to_string().contains("line 1"));
    }
}
