//! The file of a journal: lines that say what has happened, from which a state is made again.

use std::{
    io,
    marker::PhantomData,
    path::{Path, PathBuf},
};

use medshare_types::{AccountId, Hash};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::appender::{Appender, sync_folder_of};

/// From which size on a journal is shortened, bytes.
const COMPACT_FROM: u64 = 4 * 1024 * 1024;

/// Whose uses a journal notes down.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Owner {
    /// The chain, by the hash of its first block.
    pub genesis: Hash,
    /// The vault's account.
    pub account: AccountId,
}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Header {
    Journal(Owner),
}

/// What the lines of a file add up to.
pub trait Replay: Default {
    /// A line.
    type Line: Serialize + DeserializeOwned;

    /// What changes with a line.
    fn apply(&mut self, line: Self::Line);

    /// The fewest lines that say the same.
    fn lines(&self) -> Vec<Self::Line>;
}

/// A file of lines that add up to `S`, as JSON, one a line.
#[derive(Debug)]
pub struct Log<S> {
    path: PathBuf,
    owner: Owner,
    file: Appender,
    /// Its size when it was last shortened, bytes.
    compacted: u64,
    adds_up_to: PhantomData<S>,
}

impl<S: Replay> Log<S> {
    /// Opens a journal, or begins one, and says what is in it. Fails if it is another owner's: its numbers and
    /// receipts would be posted in the wrong name. Nobody else may have it open.
    pub fn open(path: &Path, owner: &Owner) -> io::Result<(Self, S)> {
        let mut file = Appender::open(path)?;
        let mut state = S::default();
        if file.length() == 0 {
            file.append(&encode([Header::Journal(owner.clone())])?)?;
        }
        let text = file.read()?;
        let mut lines = text.split(|byte| *byte == b'\n');
        check_header(lines.next().unwrap_or_default(), owner)?;
        for (line, number) in lines.zip(2_usize..).filter(|(line, _)| !line.is_empty()) {
            let line = serde_json::from_slice(line)
                .map_err(|error| io::Error::other(format!("line {number} cannot be read: {error}")))?;
            state.apply(line);
        }
        let compacted = file.length();
        let (path, owner) = (path.to_owned(), owner.clone());
        Ok((Self { path, owner, file, compacted, adds_up_to: PhantomData }, state))
    }

    /// Appends lines. When it returns, they are on the disk; if it fails, none of them is.
    pub fn append(&mut self, lines: &[S::Line]) -> io::Result<()> {
        self.file.append(&encode(lines)?)
    }

    /// Whether it has grown so much that it should be shortened.
    pub fn is_long(&self) -> bool {
        self.file.length() > COMPACT_FROM.max(self.compacted.saturating_mul(2))
    }

    /// Replaces the journal by the shortest one that says the same.
    pub fn compact(&mut self, state: &S) -> io::Result<()> {
        let staged = self.path.with_extension("new");
        let mut text = encode([Header::Journal(self.owner.clone())])?;
        text.extend(encode(state.lines())?);
        let file = Appender::create(&staged, &text)?;
        std::fs::rename(&staged, &self.path)?;
        // From here on the old file has no name: nothing may be written to it, whatever fails below.
        self.compacted = file.length();
        self.file = file;
        sync_folder_of(&self.path)
    }
}

fn check_header(line: &[u8], owner: &Owner) -> io::Result<()> {
    let Header::Journal(found) = serde_json::from_slice(line)
        .map_err(|error| io::Error::other(format!("line 1 does not say whose journal it is: {error}")))?;
    if found == *owner {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "it is the journal of the account {} on the chain {:?}, and this vault is {} on {:?}; start the vault with \
         the account and chain of the journal, or choose another folder with --state",
        found.account, found.genesis, owner.account, owner.genesis
    )))
}

fn encode<T: Serialize>(lines: impl IntoIterator<Item = T>) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
    }
    Ok(text)
}

#[cfg(test)]
impl<S: Replay> Log<S> {
    /// A journal that cannot be written, as on a full disk.
    pub fn unwritable(path: &Path, owner: &Owner) -> io::Result<Self> {
        let (journal, _) = Self::open(path, owner)?;
        Ok(Self { file: Appender::unwritable(path)?, ..journal })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{
        super::{Journal, Line, State, Use},
        *,
    };
    use medshare_types::{FetchBasis, RecordId};

    pub(crate) fn owner() -> Owner {
        Owner { genesis: Hash::repeat_byte(7), account: AccountId::new([8; 32]) }
    }

    pub(crate) fn used(record: RecordId) -> Use {
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
        let (mut journal, mut state) = Journal::open(&path, &owner()).unwrap();
        assert_eq!(state, State::default());
        let lines = [
            Line::Opened { id: 0, used: used(0) },
            Line::Opened { id: 1, used: used(1) },
            Line::Opened { id: 2, used: used(2) },
            Line::Opened { id: 3, used: used(3) },
            Line::Closed { id: 1, bytes: 100 },
            Line::Closed { id: 0, bytes: 50 },
            Line::Closed { id: 3, bytes: 70 },
            Line::Served { receipt: used(1).receipt(1, 100) },
            Line::Served { receipt: used(0).receipt(2, 50) },
            Line::Posted { through: 1 },
        ];
        journal.append(&lines).unwrap();
        for line in lines {
            state.apply(line);
        }
        assert_eq!(state.pending, [used(0).receipt(2, 50)]);
        drop(journal);
        let (mut journal, reread) = Journal::open(&path, &owner()).unwrap();
        assert_eq!(reread, state);
        journal.compact(&state).unwrap();
        journal.append(&[Line::Closed { id: 2, bytes: 0 }]).unwrap();
        drop(journal);
        let (_, reread) = Journal::open(&path, &owner()).unwrap();
        assert!(reread.open.is_empty());
        assert_eq!(reread.next_receipts(9), [used(3).receipt(3, 70)]);
        assert_eq!((reread.pending, reread.last), (state.pending, 2));
    }

    #[test]
    fn ignores_a_line_that_a_crash_cut_off_but_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipts.jsonl");
        let (mut journal, _) = Journal::open(&path, &owner()).unwrap();
        journal.append(&[Line::Numbered { last: 7 }, Line::Opened { id: 0, used: used(0) }]).unwrap();
        drop(journal);
        let text = std::fs::read(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 4]).unwrap();
        let (mut journal, state) = Journal::open(&path, &owner()).unwrap();
        assert_eq!((state.last, state.open.len()), (7, 0));
        journal.append(&[Line::Numbered { last: 8 }]).unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path, &owner()).unwrap().1.last, 8);
        let mut text = std::fs::read(&path).unwrap();
        text.extend(b"{\"numb\n{\"numbered\":{\"last\":9}}\n");
        std::fs::write(&path, text).unwrap();
        assert!(Journal::open(&path, &owner()).unwrap_err().to_string().contains("line 4"));
    }

    #[test]
    fn belongs_to_one_account_on_one_chain() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipts.jsonl");
        let (mut journal, state) = Journal::open(&path, &owner()).unwrap();
        journal.compact(&state).unwrap();
        drop(journal);
        Journal::open(&path, &owner()).unwrap();
        for other in [
            Owner { genesis: Hash::zero(), ..owner() },
            Owner { account: AccountId::new([9; 32]), ..owner() },
        ] {
            let error = Journal::open(&path, &other).unwrap_err().to_string();
            assert!(error.contains("--state") && error.contains(&other.account.to_string()), "{error}");
        }
        std::fs::write(&path, "{\"numbered\":{\"last\":1}}\n").unwrap();
        let error = Journal::open(&path, &owner()).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
    }

    #[test]
    fn is_shortened_only_once_it_has_doubled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipts.jsonl");
        let (mut journal, mut state) = Journal::open(&path, &owner()).unwrap();
        let many: Vec<Line> = (0..20_000).map(|id| Line::Opened { id, used: used(id) }).collect();
        journal.append(&many).unwrap();
        assert!(journal.is_long());
        many.into_iter().for_each(|line| state.apply(line));
        // All of it is still needed: shortening it again at each line would be in vain.
        journal.compact(&state).unwrap();
        journal.append(&[Line::Numbered { last: 1 }]).unwrap();
        assert!(!journal.is_long());
    }
}
